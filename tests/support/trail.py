"""Reads the audit trail, for tests of the desks."""

from uuid import UUID

from kiosk.domain.audit import AuditAction
from tests.support.desks import Clinic


def subjects(clinic: Clinic, action: AuditAction) -> list[UUID | None]:
    """Give the subjects of the audit entries of one kind, in order."""
    query = "SELECT subject_id FROM audit_event WHERE action=:action ORDER BY position"
    return [id_of(row) if row else None for row in clinic.column(query, action=action.value)]


def id_of(found: UUID | bytes) -> UUID:
    """Read an id as the database keeps it."""
    return found if isinstance(found, UUID) else UUID(bytes=found)
