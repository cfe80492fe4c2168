"""What is written into the audit trail: who did what to which record, never what it says."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class AuditAction(StrEnum):
    """What somebody did."""

    CLINIC_FOUNDED = "clinic_founded"
    STAFF_ADDED = "staff_added"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    ROSTER_OPENED = "roster_opened"
    WORKLIST_OPENED = "worklist_opened"
    PASSCARD_ISSUED = "passcard_issued"
    MAINTENANCE_UNLOCKED = "maintenance_unlocked"
    MAINTENANCE_REFUSED = "maintenance_refused"
    CLOSED_TO_VISITORS = "closed_to_visitors"
    OPENED_TO_VISITORS = "opened_to_visitors"
    CLOCK_TRUSTED = "clock_trusted"
    RETENTION_RUN = "retention_run"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the trail."""

    id: UUID
    position: int
    """Place in the chain of its kiosk, from 0."""
    at: datetime
    action: str
    by_staff: UUID | None
    subject: UUID | None


def canonical(entry: AuditEntry, kiosk_id: UUID) -> bytes:
    """Write an entry as the bytes that the chain vouches for."""
    values = {
        "action": str(entry.action),
        "at": entry.at.isoformat(),
        "by_staff": str(entry.by_staff) if entry.by_staff else None,
        "id": str(entry.id),
        "kiosk": str(kiosk_id),
        "position": entry.position,
        "subject": str(entry.subject) if entry.subject else None,
    }
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
