"""What the staff's screens tell the app: what happened, never what comes next."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING
from uuid import UUID

from textual.message import Message

from kiosk.ui.desk.places import Spot

if TYPE_CHECKING:
    from textual.screen import Screen

    from kiosk.domain.fleet import KioskView
    from kiosk.domain.roster import IssuedPass
    from kiosk.ui.desk.parts import Who


class Want(Enum):
    """What can be asked for on many screens."""

    BACK = auto()
    SIGN_OUT = auto()
    LEAVE = auto()
    """End the program."""


class Intent(Message):
    """Something that somebody did; the app ignores it once its screen has gone."""

    origin: "Screen[None] | None" = None
    """The screen it happened on."""


class Wants(Intent):
    """Somebody wants to be somewhere else."""

    def __init__(self, want: Want) -> None:
        super().__init__()
        self.want = want


class Finished(Intent):
    """A screen has done its work: back to the one under it, which says so."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class GoesTo(Intent):
    """A place was chosen."""

    def __init__(self, spot: Spot) -> None:
        super().__init__()
        self.spot = spot


class Entered(Intent):
    """Somebody signed in, or changed the passphrase that they had been given."""

    def __init__(self, who: "Who") -> None:
        super().__init__()
        self.who = who


class SomebodyElse(Intent):
    """The locked desk is to be opened by another person."""


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
    then: Callable[[str], None]
    """Called once the screen that asked is in front again; Esc asks for nothing."""
    lead: str = ""
    options: tuple[Offer, ...] = ()
    """Empty: one line is typed."""
    check: Callable[[str], str] = lambda _text: ""
    """Says in one sentence what is wrong with a typed line, or nothing."""
    value: str = ""
    """What stands in the line at first."""
    most: int = 120
    """Characters of the line."""
    replaced: bool = False
    """Whether what is typed takes the place of `value`; otherwise it goes on from there."""


class PersonWanted(Intent):
    """Somebody is to be put on a session's list by name; or, without one, to get a pass."""

    def __init__(self, session_id: UUID | None = None) -> None:
        super().__init__()
        self.session_id = session_id


class MemberWanted(Intent):
    """Somebody of the members is to be put on a session's list."""

    def __init__(self, session_id: UUID) -> None:
        super().__init__()
        self.session_id = session_id


class MachineWanted(Intent):
    """All that is known of a machine is to be shown."""

    def __init__(self, view: "KioskView") -> None:
        super().__init__()
        self.view = view


class PassMade(Intent):
    """A pass is to be shown; its secret is kept nowhere else."""

    def __init__(self, issued: "IssuedPass") -> None:
        super().__init__()
        self.issued = issued


class Asks(Intent):
    """A screen has a question."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question


class Answered(Intent):
    """A question has its answer."""

    def __init__(self, question: Question, value: str) -> None:
        super().__init__()
        self.question = question
        self.value = value
