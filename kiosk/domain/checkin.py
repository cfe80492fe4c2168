"""What a visitor is told after a scan or a check-in without a pass: values, never exceptions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kiosk.domain.requests import RequestState
from kiosk.domain.sessions import Session


class ScanProblem(StrEnum):
    """Why a scanned text could not be read as one of our codes."""

    NOT_OURS = "not_ours"
    MISREAD = "misread"
    UNKNOWN_VERSION = "unknown_version"


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A new arrival is committed."""

    session: Session
    name: str | None
    """The first name from the pass, when this kiosk knows the pass."""
    at: datetime
    language: str | None = None
    """The language of the pass, for the rest of the visit."""


@dataclass(frozen=True, slots=True)
class AlreadyHere:
    """The pass had been checked in before; nothing new was written."""

    session: Session
    name: str | None
    since: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True)
class GuestWelcomed:
    """Somebody without a pass, or with one that this kiosk does not accept, is counted in."""

    session: Session
    at: datetime


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

    state: RequestState


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
    """Somebody who gives a first name and gets a new pass; made once a visit, so that a repeat
    of the same press is harmless."""

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
