"""The bytes that the audit chain vouches for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kiosk.domain.audit import AuditAction, AuditEntry, canonical_bytes

KIOSK = UUID(int=7)
ENTRY = AuditEntry(
    UUID(int=1), 0, datetime(2026, 3, 2, tzinfo=UTC), AuditAction.SIGNED_IN, UUID(int=2), None
)


def test_every_part_of_an_entry_changes_its_bytes() -> None:
    others = [
        replace(ENTRY, id=UUID(int=3)),
        replace(ENTRY, position=1),
        replace(ENTRY, at=ENTRY.at + timedelta(microseconds=1)),
        replace(ENTRY, action=AuditAction.SIGN_IN_REFUSED),
        replace(ENTRY, by_staff=None),
        replace(ENTRY, subject=UUID(int=2)),
    ]
    texts = {canonical_bytes(entry, KIOSK) for entry in (ENTRY, *others)}
    texts.add(canonical_bytes(ENTRY, UUID(int=8)))
    assert len(texts) == 8


def test_an_action_reads_alike_from_the_database() -> None:
    assert canonical_bytes(replace(ENTRY, action="signed_in"), KIOSK) == canonical_bytes(
        ENTRY, KIOSK
    )
