"""Coming without a pass: be counted, or give a first name and get a pass."""

from collections.abc import Iterable
from uuid import UUID

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.checkin import JoinDraft, Joined
from kiosk.domain.names import NameProblem, check_name
from kiosk.ui.base import Trouble
from kiosk.ui.visitor.messages import Arrived, PassMade, Want
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.words import name_trouble
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.tile import Tile
from kiosk.ui.widgets.touchkeys import LETTERS, TouchKeys, key_words


class Guest(VisitorScreen):
    """Two ways in, both welcome."""

    CSS_PATH = "guest.tcss"

    def __init__(self, session_id: UUID, draft_id: UUID, where: str) -> None:
        super().__init__()
        self._session_id = session_id
        self._draft_id = draft_id
        self._where = where

    def heading(self) -> str:
        return self._where

    def lead(self) -> str:
        return self._("You are welcome. How would you like to come in?")

    def body(self) -> Iterable[Widget]:
        yield Tile(
            self._("Just count me"),
            self._("No name, nothing to carry"),
            letter="J",
            id="count",
        )
        yield Tile(
            self._("Give a first name"),
            self._("We greet you, and you can have a pass for next time"),
            letter="G",
            id="name",
        )

    @on(Pressable.Pressed, "#count")
    def count(self) -> None:
        """Count the person in, once."""
        self.once(self._count)

    async def _count(self) -> None:
        draft_id, session_id = self._draft_id, self._session_id
        answer = await self.ask(lambda side: side.desk.count_me_in(draft_id, session_id))
        if isinstance(answer, Trouble):
            self.say(self._("Please ask at the counter."), "#lead")
        else:
            self.tell(Arrived(answer))

    @on(Pressable.Pressed, "#name")
    def give_name(self) -> None:
        """Go on to the name."""
        self.want(Want.NEXT)


class GuestName(VisitorScreen):
    """One field for a first name."""

    def __init__(self, session_id: UUID, draft: JoinDraft) -> None:
        super().__init__()
        self._session_id = session_id
        self._draft = draft

    def heading(self) -> str:
        return self._("What is your first name?")

    def lead(self) -> str:
        return self._("A nickname is fine. Only the group's team can read it.")

    def body(self) -> Iterable[Widget]:
        yield Field(self.visit.first_name, most=120)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Check in"), id="next", primary=True)

    def below(self) -> Iterable[Widget]:
        yield from super().below()
        yield TouchKeys(LETTERS, words=key_words(self._), capital=True)

    @on(Input.Changed)
    def keep(self, event: Input.Changed) -> None:
        """Keep what is typed."""
        self.visit.first_name = event.value
        self.say("")

    @on(Input.Submitted)
    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Check the name and check in, once."""
        self.once(self._go_on)

    async def _go_on(self) -> None:
        name = check_name(self.visit.first_name)
        if isinstance(name, NameProblem):
            self.say(name_trouble(name, self._))
            self.query_one(Field).focus()
            return
        draft, session_id, language = self._draft, self._session_id, self.visit.texts.language
        answer = await self.ask(lambda side: side.desk.join(draft, session_id, name.text, language))
        if isinstance(answer, Trouble):
            self.say(self._("This could not be kept just now. Please ask at the counter."))
        elif isinstance(answer, Joined):
            self.tell(PassMade(answer))
        else:
            self.tell(Arrived(answer))
