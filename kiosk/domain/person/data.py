"""One person's data, as they are shown, handed over and erased."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kiosk.domain.attendance.attendance import FirstVisit
from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.state import OPEN_STATUSES, RequestStatus
from kiosk.domain.callbacks.worklist import HistoryEntry


@dataclass(frozen=True, slots=True)
class RequestData:
    """One request for a call with all that was noted of it."""

    request: OpenedRequest
    phone: str
    """As one would dial it here; empty where it cannot be read."""
    status: RequestStatus
    history: tuple[HistoryEntry, ...]
    typed_at: tuple[datetime, ...] = ()
    """When its reference was typed to withdraw it."""


@dataclass(frozen=True, slots=True)
class PassData:
    """One pass: of its code only a mark is kept."""

    made_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class VisitData:
    """One check-in with a pass."""

    at: datetime
    label: str
    """Of the session, as the public screens call it; empty for one that is not kept."""
    counts: bool
    """False where staff took it off the list."""
    first_visit: FirstVisit | None = None
    """None where they did not ask to be met."""


@dataclass(frozen=True, slots=True)
class MemberData:
    """A participant with passes, groups and visits."""

    id: UUID | None
    """None where only a pass is known."""
    name: str
    """Empty where it cannot be read, or nobody knows it."""
    language: str
    since: datetime | None
    groups: tuple[str, ...]
    passes: tuple[PassData, ...]
    visits: tuple[VisitData, ...]


@dataclass(frozen=True, slots=True)
class PersonData:
    """What is kept of one person, by one slip, pass or reference."""

    id: UUID
    """Of the request, or of the participant; what the audit trail names."""
    requests: tuple[RequestData, ...]
    """The one that was found first, then those merged with it."""
    member: MemberData | None
    at: datetime
    files: int
    """Exported files on this machine that may hold it."""
    at_centre: bool

    @property
    def name(self) -> str:
        """What they are called; empty where that is not known."""
        names = [one.request.preferred_name for one in self.requests]
        return next(filter(None, [*names, self.member.name if self.member else ""]), "")

    @property
    def current_name(self) -> str:
        """The name of the request that waits for a call, else what they are called."""
        current = self._current
        return self.name if current is None else current.request.preferred_name

    @property
    def current_phone(self) -> str:
        """The number of the request that waits for a call; empty where none does."""
        return "" if self._current is None else self._current.phone

    @property
    def _current(self) -> RequestData | None:
        return next((one for one in self.requests if one.status in OPEN_STATUSES), None)

    @property
    def is_open(self) -> bool:
        """Whether a request waits for a call."""
        return self._current is not None

    @property
    def word(self) -> str:
        """What is typed to erase it: the reference, or the end of the id."""
        if self.requests:
            return self.requests[0].request.reference
        return self.id.hex[-WORD_LETTERS:].upper()

    def is_word(self, text: str) -> bool:
        """Return whether somebody typed the word; case, spaces and dashes do not matter."""
        plain = str.maketrans("", "", " -–")
        return text.upper().translate(plain) == self.word.translate(plain)


WORD_LETTERS = 6
"""Of the id that is typed where there is no reference."""


class NotThere(StrEnum):
    """Why nothing is shown."""

    NOTHING_KEPT = "nothing_kept"
    """Nothing is kept here by this slip, pass or reference."""
    NO_CODE = "no_code"
    """It is neither a slip, nor a pass, nor a reference."""


class NotCorrected(StrEnum):
    """Why something was not corrected."""

    CLOSED = "closed"
    """The request is closed; nothing is rung by it any more."""
    GONE = "gone"
    """It is no longer kept."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected record."""

    reference: str
    """Of the new request; empty for a member's name."""


@dataclass(frozen=True, slots=True)
class PersonErased:
    """What was erased."""

    requests: int
    passes: int
    visits: int
    """Check-ins that stay as those of a guest, or went where they were twice."""
    files: int
    """Exported files of this machine that were overwritten and deleted."""
    at_centre: bool
    at: datetime
