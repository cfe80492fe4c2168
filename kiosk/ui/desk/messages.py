"""What the staff's screens post to the app: what happened, and which screen or place is next."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING
from uuid import UUID

from textual.message import Message

from kiosk.ui.desk.session import CurrentUser, DeskSide
from kiosk.ui.screen import AskingScreen

if TYPE_CHECKING:
    from textual.screen import Screen


AnyScreen = AskingScreen[DeskSide]
"""A screen of the desk; their base knows these messages and is not known here."""
Maker = Callable[[], AnyScreen]
"""Makes a screen afresh; the app calls it when the screen is shown."""


class Place(Enum):
    """A screen that any folder may name; none of them holds anything about a person."""

    MENU = auto()
    SESSIONS = auto()
    ROSTER = auto()
    ADD_BY_NAME = auto()
    ADD_MEMBER = auto()
    PASSES = auto()
    ANOMALIES = auto()
    CALLBACKS = auto()
    ENTERED = auto()
    GROUPS = auto()
    STAFF = auto()
    REPORTS = auto()
    RETENTION = auto()
    AUDIT = auto()
    KIOSKS = auto()
    HELPLINES = auto()
    BOOKLETS = auto()
    TEST_CARD = auto()
    PERSON = auto()
    PASSPHRASE = auto()


@dataclass(frozen=True, slots=True)
class PlaceOf:
    """A place with the session that it is about; what the lock remembers beside the login."""

    place: Place
    of: UUID | None = None
    """The session's id."""


class Exit(Enum):
    """The ways out of a screen that are the same on all of them."""

    BACK = auto()
    SIGN_OUT = auto()
    END = auto()
    """The program ends."""


class DeskIntent(Message):
    """What a person did on a screen; the app ignores it once that screen is not in front."""

    origin: "Screen[None] | None" = None
    """The screen it happened on."""


class Leaves(DeskIntent):
    """The screen is left."""

    def __init__(self, exit_: Exit) -> None:
        super().__init__()
        self.exit = exit_


class Opens(DeskIntent):
    """Another screen of the same folder is opened, above the one in front or in its place."""

    def __init__(self, make: Maker, *, instead: bool) -> None:
        super().__init__()
        self.make = make
        self.instead = instead


class GoesTo(DeskIntent):
    """A place was chosen."""

    def __init__(self, target: PlaceOf) -> None:
        super().__init__()
        self.target = target


class Finished(DeskIntent):
    """A screen has done its work; the one `levels` under it comes to the front with a sentence."""

    def __init__(self, sentence: str, levels: int) -> None:
        super().__init__()
        self.sentence = sentence
        self.levels = levels


class Entered(DeskIntent):
    """A person signed in, or replaced the passphrase that a manager had set."""

    def __init__(self, who: CurrentUser) -> None:
        super().__init__()
        self.who = who


Then = Callable[[str], None]
"""Takes the answer to a question."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to choose."""

    letter: str
    """The key that chooses it."""
    title: str
    value: str
    """What `then` gets."""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question above a screen: a choice of options, or one line to type."""

    title: str
    then: Then
    """Called with the answer once the screen that asked is in front again; not after Esc."""
    lead: str = ""
    options: tuple[Offer, ...] = ()
    """Empty: one line is typed."""
    check: Callable[[str], str] = lambda _text: ""
    """Returns a sentence on what is wrong with a typed line, or nothing."""
    value: str = ""
    """What stands in the line at first."""
    most: int = 120
    """Characters of the line."""
    replaced: bool = False
    """Whether what is typed takes the place of `value`; otherwise it goes on from there."""
    about: str = ""
    """Whom it is about, where it is about a person; stands above `lead`."""
    enter: str = "Go on"
    """What Enter does with a typed line."""
    keep: "Callable[[str, DeskSide], object] | None" = None
    """Has a desk keep the line where the person goes without an answer; None: it may be lost."""


class Asks(DeskIntent):
    """A screen has a question."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question


class Answered(DeskIntent):
    """A question has its answer."""

    def __init__(self, question: Question, value: str) -> None:
        super().__init__()
        self.question = question
        self.value = value
