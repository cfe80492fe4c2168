"""What the visitor's screens tell the app: what happened, never what comes next."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.screen import Screen

    from kiosk.domain.attendance.check_in import CheckInOutcome, Joined, Session
    from kiosk.domain.callbacks.request import Receipt, SlipState


class VisitorWant(Enum):
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


class VisitorIntent(Message):
    """Something a visitor did; the app ignores it once its screen has gone."""

    origin: "Screen[None] | None" = None
    """The screen it happened on."""


class GoTo(VisitorIntent):
    """The visitor wants to be somewhere."""

    def __init__(self, want: VisitorWant) -> None:
        super().__init__()
        self.want = want


class ArticleChosen(VisitorIntent):
    """An article was chosen from the list."""

    def __init__(self, slug: str) -> None:
        super().__init__()
        self.slug = slug


@dataclass(frozen=True, slots=True)
class CodeToShow:
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


class CodeWanted(VisitorIntent):
    """A code is to be shown for the visitor's phone."""

    def __init__(self, code: CodeToShow) -> None:
        super().__init__()
        self.code = code


class Arrived(VisitorIntent):
    """A check-in was answered."""

    def __init__(self, outcome: "CheckInOutcome") -> None:
        super().__init__()
        self.outcome = outcome


class GuestPassMade(VisitorIntent):
    """Somebody gave a first name and got a new pass."""

    def __init__(self, joined: "Joined") -> None:
        super().__init__()
        self.joined = joined


class SessionChosen(VisitorIntent):
    """A session was chosen, for a pass or for somebody without one."""

    def __init__(self, session: "Session") -> None:
        super().__init__()
        self.session = session


class Sent(VisitorIntent):
    """A callback request is committed."""

    def __init__(self, receipt: "Receipt") -> None:
        super().__init__()
        self.receipt = receipt


class SlipAnswered(VisitorIntent):
    """A slip was read, or withdrawn by."""

    def __init__(self, state: "SlipState") -> None:
        super().__init__()
        self.state = state


class NoteKept(VisitorIntent):
    """A typed reference was left as a note for staff."""


class LanguageChosen(VisitorIntent):
    """Another language for the rest of the visit."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class LookChosen(VisitorIntent):
    """The other look (usual or high contrast) for the rest of the visit."""


class CallInLanguage(VisitorIntent):
    """A call in a language that the screens do not have yet."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class Unlocked(VisitorIntent):
    """The maintenance PIN was right."""


class MoreTime(VisitorIntent):
    """The visitor is still there."""


class LeaveKiosk(VisitorIntent):
    """Staff end the program from the maintenance screen."""


class Switched(VisitorIntent):
    """Staff closed the kiosk to visitors, or opened it again."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__()
        self.closed = closed
