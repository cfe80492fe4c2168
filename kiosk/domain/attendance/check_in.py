"""Check-ins: the sessions that take them, and how each one ends, as values without exceptions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.slips import SlipState


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting of a group, as a visitor may see it."""

    id: UUID
    label: str
    """The neutral public label of the group, for example "Room 2"."""
    room: str
    """Where it meets, in words that help to find it."""
    starts_at: datetime
    """Aware, UTC."""
    ends_at: datetime
    """Aware, UTC."""
    enrolled: bool = False
    """Whether the group keeps a list of members (else anyone may come)."""
    about: str = ""
    """One neutral sentence about the group, shown when somebody asks for more."""
    group_id: UUID | None = None
    """The group that meets."""
    capacity: int | None = None
    """For how many: the session's own, else its group's; None is no limit."""


NO_SESSION = UUID(int=0)
"""The session of a check-in that was kept without one; staff place it (RFC 9562, "Nil UUID")."""


@dataclass(frozen=True, slots=True)
class SessionsToday:
    """The sessions of the rest of the clinic's day, each list by start."""

    open_now: tuple[Session, ...]
    later: tuple[Session, ...]
    clock_wrong: bool = False
    """Whether nothing is open by a clock that is known to be wrong; then NO_SESSION is open."""


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
UNPLACED = Session(NO_SESSION, "", "", _NEVER, _NEVER)
"""The stand-in of NO_SESSION: staff know which group it is, the kiosk does not."""


FIRST_VISIT_WITHIN = timedelta(days=60)
"""How long after a pass was made whoever shows it is asked whether it is their first time."""


class ScanProblem(StrEnum):
    """Why a scanned text could not be read as one of our codes."""

    NOT_OURS = "not_ours"
    MISREAD = "misread"
    UNKNOWN_VERSION = "unknown_version"
    RECORD = "record"
    """A health record, or a link to one."""


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A new arrival is committed."""

    session: Session
    name: str | None
    """The first name from the pass, when this kiosk knows the pass."""
    at: datetime
    language: str | None = None
    """The language of the pass, for the rest of the visit."""
    may_ask_for: UUID | None = field(default=None, compare=False)
    """The arrival, where its person may be here for the first time and has not asked to be met."""
    is_first: bool = False
    """Whether the person has asked to be met."""


@dataclass(frozen=True, slots=True)
class AlreadyHere:
    """The pass had been checked in before; nothing new was written."""

    session: Session
    name: str | None
    since: datetime
    language: str | None = None
    may_ask_for: UUID | None = field(default=None, compare=False)
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class GuestWelcomed:
    """Somebody without a pass, or with one that this kiosk does not accept, is counted in."""

    session: Session
    at: datetime
    may_ask_for: UUID | None = field(default=None, compare=False)
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class ChooseSession:
    """Several sessions are open: ask which one, then call again with its id."""

    sessions: tuple[Session, ...]
    name: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class NothingOpen:
    """No session is open now."""

    next: Session | None
    """The next one later today, if there is one."""
    name: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ScanAgain:
    """The text is no code of ours or was misread; nothing was written."""

    problem: ScanProblem


@dataclass(frozen=True, slots=True)
class SlipShown:
    """The slip of a callback request was scanned."""

    state: SlipState

    @property
    def language(self) -> str:
        """The language of the slip, for the rest of the visit."""
        return self.state.language


@dataclass(frozen=True, slots=True)
class ScannerWorks:
    """The scanner's test card was scanned."""


CheckInOutcome = (
    CheckedIn
    | AlreadyHere
    | GuestWelcomed
    | ChooseSession
    | NothingOpen
    | ScanAgain
    | SlipShown
    | ScannerWorks
)


@dataclass(frozen=True, slots=True)
class JoinDraft:
    """Somebody who types a first name to get a new pass.

    Made once a visit, so that a repeat of the same press is harmless.
    """

    id: UUID
    """Becomes the id of the check-in."""
    secret: bytes
    """16 random bytes: the secret of the new pass."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The outcome of a check-in with a first name: counted, and a pass to photograph."""

    session: Session
    name: str
    at: datetime
    digits: str
    """The new pass as the 53 digits of its QR code."""
    is_first: bool = False
    """Whether the person has asked to be met."""


def is_open(session: Session, now: datetime, opens_before: timedelta) -> bool:
    """Return whether `session` takes check-ins at `now` (aware): before its start, to its end."""
    return session.starts_at - opens_before <= now < session.ends_at


def sessions_today(
    sessions: Iterable[Session], now: datetime, zone: ZoneInfo, opens_before: timedelta
) -> SessionsToday:
    """Return those of `sessions` that are open at `now`, and those later that day in `zone`."""
    ordered = sorted(sessions, key=lambda s: (s.starts_at, s.label, s.id))
    day = now.astimezone(zone).date()
    open_now = tuple(s for s in ordered if is_open(s, now, opens_before))
    later = tuple(
        s
        for s in ordered
        if s.starts_at - opens_before > now and s.starts_at.astimezone(zone).date() == day
    )
    return SessionsToday(open_now, later)
