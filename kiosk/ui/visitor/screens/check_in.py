"""Checking in: scan a pass, or choose a session and come without one."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.content.translations import Texts
from kiosk.domain.attendance.check_in import (
    NO_SESSION,
    UNPLACED,
    JoinDraft,
    Joined,
    Session,
    SessionsToday,
)
from kiosk.domain.text import NameProblem, check_name
from kiosk.ui.door import Trouble
from kiosk.ui.visitor.screen import Chosen, Covered, Received, VisitorRoute, VisitorScreen
from kiosk.ui.visitor.text import describe_name_problem, first_visit_wish
from kiosk.ui.visitor.times import format_session
from kiosk.ui.widgets.buttons import Action, Pressable, Tile
from kiosk.ui.widgets.inputs import Choices, Field
from kiosk.ui.widgets.layout import Tiles
from kiosk.ui.widgets.touch_keyboard import TouchKeys, key_labels

_FIRST = "first"
"""The value of the tick."""


class ChooseSessionScreen(VisitorScreen):
    """Several sessions are open: which one is it?"""

    def __init__(self, sessions: Sequence[Session], name: str | None) -> None:
        super().__init__()
        self._sessions = {session.id.hex: session for session in sessions}
        self._greeted = name

    def heading(self) -> str:
        if self._greeted:
            return self._("Welcome, {name}. Which group is it?").format(name=self._greeted)
        return self._("Welcome. Which group is it?")

    def covered(self, _said: Texts) -> dict[str, Covered]:
        if not self._greeted:
            return {}
        public = self._("Welcome. Which group is it?")
        return {self.heading(): Covered(self.heading(), public)}

    def lead(self) -> str:
        return self._("Choose the room and the time.")

    def body(self) -> Iterable[Widget]:
        with Tiles(id="sessions"):
            for key, session in self._sessions.items():
                title = self._format(session)
                yield Tile(title, self._more(session), name=key)

    def _format(self, session: Session) -> str:
        if session.id == NO_SESSION:
            return self._("My group")
        return format_session(session, self.context.clinic.zone, self.visit.texts)

    def _more(self, session: Session) -> str:
        if session.id == NO_SESSION:
            return self._("Staff know which one it is")
        return "" if session.room == session.label else session.room

    @on(Pressable.Pressed, "Tile")
    def choose(self, event: Pressable.Pressed) -> None:
        """Choose a session."""
        if event.pressable.name in self._sessions:
            self.post_intent(Chosen(self._sessions[event.pressable.name]))


class CheckInScreen(ChooseSessionScreen):
    """The scanner is ready; without a pass, choose what is open now."""

    def __init__(self, today: SessionsToday) -> None:
        unplaced = (UNPLACED,) if today.clock_wrong else ()
        super().__init__(today.open_now or unplaced, None)
        self._today = today

    def heading(self) -> str:
        return self.brief(self._("Check in to a group"), self._("Check in"))

    def lead(self) -> str:
        if self._sessions:
            return self._("Show your pass to the scanner. No pass? Choose your group here.")
        return self._("Nothing is open for check-in just now.")

    def body(self) -> Iterable[Widget]:
        if self._sessions:
            yield from super().body()
        for session in self._today.later[:3]:
            text = self._("Later today: {session}").format(session=self._format(session))
            yield Static(text, classes="later", markup=False)
        if not self._sessions:
            yield Tile(self._("Tell me more about groups"), letter="T", id="about")

    @on(Pressable.Pressed, "#about")
    def read(self) -> None:
        """Ask for something to read."""
        self.go_to(VisitorRoute.READ)


class GuestScreen(VisitorScreen):
    """Two ways to come in without a pass: counted only, or by a first name.

    Whoever is here for the first time can tick that they want to be met, before either.
    """

    AUTO_FOCUS = "Tile"

    def __init__(self, session: Session, draft_id: UUID) -> None:
        super().__init__()
        self._session = session
        self._draft_id = draft_id

    def heading(self) -> str:
        if self._session.id == NO_SESSION:
            return self.brief(self._("Check in to a group"), self._("Check in"))
        return format_session(self._session, self.context.clinic.zone, self.visit.texts)

    def lead(self) -> str:
        return self._("You are welcome. How would you like to come in?")

    def body(self) -> Iterable[Widget]:
        marked = {_FIRST} if self.visit.is_first else set[str]()
        tick = (_FIRST, first_visit_wish(self._))
        yield Choices((tick,), marked=marked, several=True, id="first-visit")
        # The one that counts at once does not stand where the group was just chosen.
        with Tiles(brief=True, id="ways"):
            yield Tile(
                self._("Give a first name"),
                self.brief(self._("We greet you, and you can have a pass for next time")),
                letter="G",
                id="name",
            )
            yield Tile(
                self._("Just count me"),
                self.brief(self._("No name, nothing to carry")),
                letter="J",
                id="count",
            )

    @on(Choices.Changed)
    def keep(self, event: Choices.Changed) -> None:
        """Keep whether it is their first time; nothing is written before they come in."""
        self.visit.is_first = bool(event.choices.marked)

    @on(Pressable.Pressed, "#count")
    def count(self) -> None:
        """Count the person in, once."""
        self.once(self._count)

    async def _count(self) -> None:
        draft_id, session_id, first = self._draft_id, self._session.id, self.visit.is_first
        answer = await self.ask(
            lambda side: side.desk.count_me_in(draft_id, session_id, first_visit=first)
        )
        if isinstance(answer, Trouble):
            self.context.note_refusal()
            self.say(self._("Please ask at the counter."), "#lead")
        else:
            self.post_intent(Received(answer))

    @on(Pressable.Pressed, "#name")
    def give_name(self) -> None:
        """Go on to the name."""
        self.go_to(VisitorRoute.NEXT)


class GuestNameScreen(VisitorScreen):
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
        yield TouchKeys(*self.name_layouts(), labels=key_labels(self._), capital=True)

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
            self.say(describe_name_problem(name, self._))
            self.query_one(Field).focus()
            return
        draft, session_id, language = self._draft, self._session_id, self.visit.texts.language
        first = self.visit.is_first
        answer = await self.ask(
            lambda side: side.desk.join(draft, session_id, name.text, language, first_visit=first)
        )
        if isinstance(answer, Trouble):
            self.refuse()
        elif isinstance(answer, Joined):
            self.post_message(Received(answer))
        else:
            self.post_intent(Received(answer))
