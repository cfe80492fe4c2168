"""The audit trail: who did what to which record, never its contents; and what a check finds."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

HEAD_BYTES = 8
_HEAD = re.compile(r"([1-9][0-9]{0,11})-((?:[0-9a-f]{4}-?){4})")


class AuditAction(StrEnum):
    """An action that is written into the trail."""

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
    VISITOR_REFUSED = "visitor_refused"
    RECORDS_MISSING = "records_missing"
    RETENTION_RUN = "retention_run"
    PASSPHRASE_CHANGED = "passphrase_changed"  # noqa: S105 - names an action
    PASSPHRASE_GIVEN = "passphrase_given"  # noqa: S105 - names an action
    STAFF_DISABLED = "staff_disabled"
    STAFF_ENABLED = "staff_enabled"
    STAFF_ROLES_SET = "staff_roles_set"
    STAFF_LANGUAGES_SET = "staff_languages_set"
    STAFF_OFFERS_SET = "staff_offers_set"
    GROUP_ADDED = "group_added"
    GROUP_CHANGED = "group_changed"
    GROUP_PUT_AWAY = "group_put_away"
    SESSION_ADDED = "session_added"
    SESSION_CHANGED = "session_changed"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_RESTORED = "session_restored"
    PLANS_IMPORTED = "plans_imported"
    CALLBACK_CLAIMED = "callback_claimed"
    CALLBACK_RELEASED = "callback_released"
    CALLBACK_ATTEMPT = "callback_attempt"
    CALLBACK_HELD = "callback_held"
    CALLBACK_CLOSED = "callback_closed"
    CALLBACK_MERGED = "callback_merged"
    CALLBACK_ESCALATED = "callback_escalated"
    CALLBACK_WITHDRAWN = "callback_withdrawn"
    CALLBACK_NOTED = "callback_noted"
    CALLBACK_NOTE_DISMISSED = "callback_note_dismissed"
    CALLBACK_REOPENED = "callback_reopened"
    CALLBACK_UNDONE = "callback_undone"
    CALLBACK_ENTERED = "callback_entered"
    CALLBACK_FORMS_MADE = "callback_forms_made"
    CALLBACK_HANDED_OVER = "callback_handed_over"
    CALLBACK_LOOKED_UP = "callback_looked_up"
    CALLBACK_REVEALED = "callback_revealed"
    CALLBACK_NOTES_OPENED = "callback_notes_opened"
    EXPORTED_CALLBACKS = "exported_callbacks"
    ROSTER_PERSON_ADDED = "roster_person_added"
    ROSTER_GUESTS_ADDED = "roster_guests_added"
    ROSTER_VOIDED = "roster_voided"
    ROSTER_VOID_UNDONE = "roster_void_undone"
    ROSTER_MET = "roster_met"
    ROSTER_MET_UNDONE = "roster_met_undone"
    HEADS_COUNTED = "heads_counted"
    HEAD_COUNT_UNDONE = "head_count_undone"
    ROSTER_RECONCILED = "roster_reconciled"
    ROSTER_PRINTED = "roster_printed"
    MEMBERS_OPENED = "members_opened"
    MEMBER_ENROLLED = "member_enrolled"
    MEMBER_LEFT = "member_left"
    PASSCARD_REPLACED = "passcard_replaced"
    PASSCARDS_REVOKED = "passcards_revoked"
    EXPORTED_ATTENDANCE = "exported_attendance"
    AUDIT_OPENED = "audit_opened"
    AUDIT_VERIFIED = "audit_verified"
    RETENTION_BEGUN = "retention_begun"
    RETENTION_DONE = "retention_done"
    RETENTION_AGREED = "retention_agreed"
    HELPLINES_PUBLISHED = "helplines_published"
    SCANNER_TESTED = "scanner_tested"
    PERSON_SHOWN = "person_shown"
    PERSON_EXPORTED = "person_exported"
    PERSON_CORRECTED = "person_corrected"
    PERSON_ERASED = "person_erased"
    PERSON_ERASED_MISTAKE = "person_erased_mistake"


ERASING = (AuditAction.PERSON_ERASED, AuditAction.PERSON_ERASED_MISTAKE)
"""Somebody's data were erased: they wished so, or they should never have been recorded."""


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
    clock_offset_ms: int | None = None
    """How far the machine's clock was off at its last contact, as the fact's own column."""
    clock_doubtful: bool = False
    """Whether the clock stood before an earlier fact."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry of the audit trail as a manager sees it."""

    position: int
    """Place in its machine's chain, from 0."""
    at: datetime
    action: str
    """Code of `AuditAction`; a later version may have written others."""
    login: str
    """Who did it; empty for the machine itself and for names that nobody has."""
    subject: str
    """What it was done to: a reference, a login, else the end of an id; empty for nothing."""
    machine: str = ""
    """Where: the name of the kiosk or desk machine."""
    machine_id: UUID | None = None
    """Its id; with time and position the place to read on from."""


@dataclass(frozen=True, slots=True)
class AuditHead:
    """Where a trail ended at some time: by it anybody can see later that it was not cut since."""

    entries: int
    """How many entries there were, at least 1."""
    tag: bytes
    """The first bytes of the last one's tag."""

    @classmethod
    def of(cls, entries: int, tag: bytes) -> "AuditHead":
        """Return the head of a trail of so many entries."""
        return cls(entries, tag[:HEAD_BYTES])

    @classmethod
    def read(cls, text: str) -> "AuditHead | None":
        """Return a head as somebody noted it; None for what is none."""
        found = _HEAD.fullmatch(re.sub(r"\s", "", text).lower())
        if found is None:
            return None
        return cls(int(found[1]), bytes.fromhex(found[2].replace("-", "")))

    def __str__(self) -> str:
        """Return the head as people note it: the number of entries and 16 digits."""
        return f"{self.entries}-{self.tag.hex('-', 2)}"


@dataclass(frozen=True, slots=True)
class Trail:
    """What a check has found of one machine's trail."""

    machine: str
    """Its name; empty for one that is not known."""
    entries: int
    broken_at: int | None
    """Position of the first entry that was changed or is missing; None where all is well."""
    head: AuditHead | None = None
    """Where it ends; None for one without entries."""
    found: frozenset[AuditHead] = frozenset()
    """Those of the noted heads that it had once."""


@dataclass(frozen=True, slots=True)
class UntoldChanges:
    """What central has noted of a desk machine and no entry of its trail tells."""

    machine: str
    """Its name; empty for one that is not known."""
    changed: int
    """Accounts, groups, sessions, memberships and passes."""
    deleted: int
    """Rows."""
    last_at: datetime
    """Central's time."""


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether the audit trail is whole: this machine's, at central those of all machines."""

    trails: tuple[Trail, ...]
    """This machine's first."""
    checked_at: datetime
    noted: tuple[AuditHead, ...] = ()
    """Heads that somebody noted earlier."""
    untold: tuple[UntoldChanges, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every trail is whole, goes on from every noted head, and tells all changes."""
        return not self.broken and not self.lost and not self.untold

    @property
    def lost(self) -> tuple[AuditHead, ...]:
        """The noted heads that no trail has: what came before them was taken away or replaced."""
        found = frozenset[AuditHead]().union(*(trail.found for trail in self.trails))
        return tuple(head for head in self.noted if head not in found)

    @property
    def entries(self) -> int:
        """How many entries there are."""
        return sum(trail.entries for trail in self.trails)

    @property
    def broken(self) -> tuple[Trail, ...]:
        """The trails that are not whole."""
        return tuple(trail for trail in self.trails if trail.broken_at is not None)

    @property
    def broken_at(self) -> int | None:
        """Where the first broken trail is broken; None where all is well."""
        return self.broken[0].broken_at if self.broken else None


def canonical_bytes(entry: AuditEntry, kiosk_id: UUID) -> bytes:
    """Return an entry as the bytes that the chain vouches for: JSON with sorted keys, in UTF-8."""
    return _as_json(
        {
            **_values(entry, kiosk_id),
            "clock_doubtful": entry.clock_doubtful,
            "clock_offset_ms": entry.clock_offset_ms,
        }
    )


def first_canonical_bytes(entry: AuditEntry, kiosk_id: UUID) -> bytes:
    """Return what the chain vouched for in earlier versions: an entry without its clock.

    Nobody can turn one into the other, for that takes a key that is gone.
    """
    return _as_json(_values(entry, kiosk_id))


FORMS = (canonical_bytes, first_canonical_bytes)
"""What a tag may vouch for: entries of this version first, then those of earlier ones."""


def _values(entry: AuditEntry, kiosk_id: UUID) -> dict[str, object]:
    return {
        "action": str(entry.action),
        "at": entry.at.isoformat(),
        "by_staff": str(entry.by_staff) if entry.by_staff else None,
        "id": str(entry.id),
        "kiosk": str(kiosk_id),
        "position": entry.position,
        "subject": str(entry.subject) if entry.subject else None,
    }


def _as_json(values: dict[str, object]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
