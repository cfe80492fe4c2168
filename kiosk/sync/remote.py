"""The centre as the sync sees it: a protocol of five questions, and what its refusals mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kiosk.domain.central.incarnations import Incarnation, OwnIncarnation, PushMark
from kiosk.domain.clock_sync import SyncProblem
from kiosk.domain.ids import NO_ID
from kiosk.errors import (
    StoreAway,
    StoreBusy,
    StoreDiffers,
    StoreError,
    StoreFull,
    StoreRefused,
    StoreSlow,
)
from kiosk.records.central.owner import Terms
from kiosk.records.outbox import Waiting

Values = Mapping[str, object]
"""One reference row: its columns by name, as SQLAlchemy reads and writes them."""
UNKNOWN_SITE = "site"
"""The code of a refusal by a centre that has no such clinic."""
UNTRUSTED = "tls"
_SHUT_OUT_CLASS = "28"
_ROW_CLASSES = ("22", "23", "54")
"""What is wrong with a row itself: its data, a rule it breaks, its size."""
UNKNOWN_TABLE = "42P01"
FIRST = OwnIncarnation()
CENTRAL_ERRORS = (StoreAway, StoreBusy, StoreFull, StoreDiffers, StoreRefused)
"""Errors that end a round and are none of this machine's own file."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a machine reports at a contact; its fields are columns of `kiosk_heartbeat`."""

    at: datetime
    """Its own time."""
    clock_offset_ms: int | None
    """The centre's clock minus its own, as measured before; None where it never was."""
    pending: int
    parked: int
    version: str
    helplines_review_by: str | None = None
    waiting_since: datetime | None = None
    """When its oldest unsent row was made, see `outbox.waiting_since`."""
    wiped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CentralAnswer:
    """What the centre answers."""

    now: datetime
    """The centre's time."""
    contract: int
    oldest_contract: int
    epoch: UUID
    count: int
    """The site's counter: changes up to here can be pulled."""
    revoked_at: datetime | None
    incarnations: tuple[Incarnation, ...] = ()
    """What the centre holds of this machine, as it was before this contact."""

    @property
    def terms(self) -> Terms:
        """The agreement that the centre keeps."""
        return Terms(self.contract, self.oldest_contract)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the centre's change log."""

    v: int
    table_name: str
    row_id: UUID
    gone: bool


class Remote(Protocol):
    """One machine's way to its centre; calls come from one thread.

    Every call is one transaction. Raises StoreAway where it may be tried again (also after a
    COMMIT whose answer was lost), StoreBusy where others were quicker, StoreRefused where the
    centre refuses for good, StoreDiffers where versions do not go together.
    """

    def contact(self, heartbeat: Heartbeat, own: OwnIncarnation = FIRST) -> CentralAnswer:
        """Report this machine's state; return the centre's answer."""
        ...

    def push(self, rows: Sequence[Waiting], mark: UUID = NO_ID) -> PushMark:
        """Store rows that are not there yet; all are committed, surely, when this returns.

        Leaves `mark` at the centre in the same transaction, and returns it with its count. Raises
        StoreAway where the centre's mark is no longer the one that this machine saw last.
        """
        ...

    def changes(self, after: int, upto: int, most: int) -> Sequence[Change]:
        """Return the changes with `after` < v <= `upto`, the lowest first, at most `most`."""
        ...

    def rows(self, table_name: str, ids: Sequence[UUID]) -> Sequence[Values]:
        """Return those of some rows that this machine may read, by id.

        Where they are long, the first of them only; ask again for those with a higher id.
        """
        ...

    def page(self, table_name: str, after: UUID | None, most: int) -> Sequence[Values]:
        """Return the readable rows of a table with an id above `after`, by id, at most `most`.

        Fewer where they are long, and none only where there is none.
        """
        ...

    def sent_passes(self, known: Mapping[UUID, int], most: int) -> Sequence[Values]:
        """Return passes that kiosks have sent beyond the `sent_nth` that is known of each.

        By kiosk and place, at most `most`.
        """
        ...

    def close(self) -> None:
        """Let the connection go; the next call makes a new one."""
        ...


def version_problem(terms: Terms) -> SyncProblem | None:
    """Return why this version cannot work with a centre, or None where it can."""
    if terms.is_older:
        return SyncProblem.OLDER_CENTRAL
    return SyncProblem.NEWER_CENTRAL if terms.is_newer else None


def problem_of(fault: StoreError) -> SyncProblem:
    """Return the code of what an error at the centre means for the contact."""
    match fault:
        case StoreRefused(code=code) if code == UNTRUSTED:
            return SyncProblem.UNTRUSTED
        case StoreRefused(code=code) if code == UNKNOWN_SITE:
            return SyncProblem.UNKNOWN_SITE
        case StoreRefused() if is_shut_out(fault):
            return SyncProblem.REFUSED
        case StoreRefused():
            return SyncProblem.NOT_TAKEN
        case StoreDiffers():
            return SyncProblem.DIFFERENT
        case StoreBusy():
            return SyncProblem.BUSY
        case StoreFull():
            return SyncProblem.FULL
        case StoreSlow():
            return SyncProblem.SLOW
        case _:
            return SyncProblem.AWAY


def is_shut_out(refusal: StoreRefused) -> bool:
    """Return whether it is the machine that is refused and not what it brings."""
    return refusal.code in (UNTRUSTED, UNKNOWN_SITE) or refusal.code.startswith(_SHUT_OUT_CLASS)


def is_about_a_row(refusal: StoreRefused) -> bool:
    """Return whether a refusal is surely the row's own fault, and no right that was taken away."""
    return refusal.code == UNKNOWN_TABLE or refusal.code.startswith(_ROW_CLASSES)
