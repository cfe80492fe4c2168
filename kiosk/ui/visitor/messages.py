"""What the visitor's screens tell the app: what happened, never what comes next."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.screen import Screen

    from kiosk.domain.checkin import CheckInOutcome, Joined
    from kiosk.domain.requests import Receipt, RequestState
    from kiosk.domain.sessions import Session


class Want(Enum):
    """A place that a visitor can ask for from many screens."""

    BACK = auto()
    FINISH = auto()
    HELP = auto()
    LANGUAGE = auto()
    READ = auto()
    CALL = auto()
    GROUPS = auto()
    TAKE_HOME = auto()
    KEEP = auto()
    WITHDRAW = auto()
    STAFF = auto()
    NEXT = auto()
    """The next step of the form."""


class Intent(Message):
    """Something a visitor did; the app ignores it once its screen has gone."""

    origin: "Screen[None] | None" = None
    """The screen it happened on."""


class Wants(Intent):
    """The visitor wants to be somewhere."""

    def __init__(self, want: Want) -> None:
        super().__init__()
        self.want = want


class ArticleChosen(Intent):
    """An article was chosen from the list."""

    def __init__(self, slug: str) -> None:
        super().__init__()
        self.slug = slug


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code to photograph, with the words beside it."""

    title: str
    lines: tuple[str, ...]
    data: str
    numeric: bool = False
    """Whether `data` is one of our own codes, drawn in numeric mode."""
    spoken: str = ""
    """The same content in plain characters (an address, a reference)."""
    last: bool = False
    """Whether it ends something, so that there is nothing to go back to."""


class CodeWanted(Intent):
    """A code is to be shown for the visitor's phone."""

    def __init__(self, code: Code) -> None:
        super().__init__()
        self.code = code


class Arrived(Intent):
    """A check-in was answered."""

    def __init__(self, outcome: "CheckInOutcome") -> None:
        super().__init__()
        self.outcome = outcome


class PassMade(Intent):
    """Somebody gave a first name and got a new pass."""

    def __init__(self, joined: "Joined") -> None:
        super().__init__()
        self.joined = joined


class SessionChosen(Intent):
    """A session was chosen, for a pass or for somebody without one."""

    def __init__(self, session: "Session") -> None:
        super().__init__()
        self.session = session


class Sent(Intent):
    """A callback request is committed."""

    def __init__(self, receipt: "Receipt") -> None:
        super().__init__()
        self.receipt = receipt


class SlipAnswered(Intent):
    """A slip was read, or withdrawn by."""

    def __init__(self, state: "RequestState") -> None:
        super().__init__()
        self.state = state


class NoteKept(Intent):
    """A typed reference was left as a note for staff."""


class LanguageChosen(Intent):
    """Another language for the rest of the visit."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class LookChosen(Intent):
    """The other look (usual or high contrast) for the rest of the visit."""


class CallInLanguage(Intent):
    """A call in a language that the screens do not have yet."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class Unlocked(Intent):
    """The maintenance PIN was right."""


class MoreTime(Intent):
    """The visitor is still there."""


class LeaveKiosk(Intent):
    """Staff end the program from the maintenance screen."""


class Switched(Intent):
    """Staff closed the kiosk to visitors, or opened it again."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__()
        self.closed = closed
