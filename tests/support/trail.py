"""Reads the audit trail and bends the database, for tests of the desks."""

from uuid import UUID

from sqlalchemy import text

from kiosk.domain.audit import AuditAction
from tests.support.desks import Clinic


def subjects(clinic: Clinic, action: AuditAction) -> list[UUID | None]:
    """Give the subjects of the audit entries of one kind, in order."""
    with clinic.store.read() as transaction:
        rows = transaction.connection().execute(
            text("SELECT subject_id FROM audit_event WHERE action=:action ORDER BY position"),
            {"action": action.value},
        )
        return [UUID(bytes=row) if row else None for row in rows.scalars()]


def run(clinic: Clinic, statement: str, **values: object) -> None:
    """Do to the database what no desk does."""
    with clinic.store.write() as transaction:
        transaction.connection().execute(text(statement), values)
