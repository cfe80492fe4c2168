"""A new person by a first name: put on a session's list, or handed a pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.content.languages import language_options
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.attendance.roster import Added, GroupName, IssuedPass
from kiosk.domain.text import NameProblem, check_name
from kiosk.ui.desk.screen import TOO_SMALL, DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import NAME_PROBLEMS
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key, KeyLine, TopLine
from kiosk.ui.widgets.inputs import Choice, Choices, Field
from kiosk.ui.widgets.qr import QrCode


@dataclass(frozen=True, slots=True)
class NewName:
    """A person who has no record yet."""

    name: str
    """Checked by `check_name`."""
    language: str
    groups: tuple[UUID, ...] = ()
    """The ids of the groups whose lists they join."""


class PersonMaker:
    """Makes one person, however often it is asked."""

    def __init__(self) -> None:
        self._draft: JoinDraft | None = None

    def add_to(self, session_id: UUID, person: NewName, side: DeskSide) -> Added:
        """Put them on a session's list."""
        self._draft = draft = self._draft or side.roster.new_pass()
        return side.roster.add_person(session_id, person.name, person.language, draft)

    def issue(self, person: NewName, side: DeskSide) -> IssuedPass:
        """Issue a pass to them."""
        self._draft = draft = self._draft or side.passes.new_pass()
        return side.passes.issue_pass(person.name, person.language, draft, person.groups)


class NewPassScreen(DeskScreen):
    """A name, a language, and the groups that the person joins."""

    def __init__(self, session_id: UUID | None = None) -> None:
        """Take the id of the session whose list they come on; None: they get a pass."""
        super().__init__()
        self._session_id = session_id
        self._maker = PersonMaker()
        self._groups: dict[str, GroupName] = {}

    def heading(self) -> str:
        return "Add somebody by name" if self._session_id else "A new pass"

    def lead(self) -> str:
        return "A first name or a nickname; only the group's team can read it."

    def body(self) -> Iterable[Widget]:
        yield Field(most=120)
        yield Static("Their language on the kiosk", classes="label", markup=False)
        yield Choices(language_options(), marked=["en"], goes_on=True, id="language")

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Add" if self._session_id else "Make the pass", self._go_on)
        if isinstance(self.focused, Choice):
            yield Key("space", "Mark", self.focused.press)

    @on(Input.Submitted)
    def submit(self) -> None:
        """Add the person."""
        self._go_on()

    def on_mount(self) -> None:
        if self._session_id is None:
            self.poll(self._offer_groups)

    async def _offer_groups(self) -> None:
        """Show the groups that keep a list, to be joined with the new pass."""
        answer = await self.ask(lambda side: side.passes.groups())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._groups = {str(n): g for n, g in enumerate(g for g in answer if g.enrolled)}
        if self._groups:
            names = tuple((key, group.name) for key, group in self._groups.items())
            page = self.query_one("#page")
            await page.mount(
                Static("Groups they join", classes="label", markup=False),
                Choices(names, marked=(), several=True, goes_on=True, id="groups"),
            )

    def _go_on(self) -> None:
        self.once(self._add)

    async def _add(self) -> None:
        name = check_name(self.query_one(Field).value)
        if isinstance(name, NameProblem):
            self.say(NAME_PROBLEMS[name])
            return
        language = self.query_one("#language", Choices).value
        if self._session_id is not None:
            person = NewName(name.text, language)
            added = await self.ask(partial(self._maker.add_to, self._session_id, person))
            if isinstance(added, Trouble):
                self.say(added.for_staff)
            else:
                self.finish("Added to the list.")
            return
        person = NewName(name.text, language, self._marked_groups())
        issued = await self.ask(partial(self._maker.issue, person))
        if isinstance(issued, Trouble):
            self.say(issued.for_staff)
        else:
            self.open(partial(PassScreen, issued), instead=True)

    def _marked_groups(self) -> tuple[UUID, ...]:
        marked = {
            key for choices in self.query("#groups").results(Choices) for key in choices.marked
        }
        return tuple(group.id for key, group in self._groups.items() if key in marked)


class PassScreen(DeskScreen):
    """Text on the left, the code on the right; its secret is kept nowhere else."""

    AUTO_FOCUS = ""

    def __init__(self, issued: IssuedPass) -> None:
        super().__init__()
        self._issued = issued
        self._is_printed = False

    def heading(self) -> str:
        return f"The pass of {self._issued.name}"

    def lead(self) -> str:
        # On a low screen what becomes of it takes this place.
        if self._is_printed and self.has_class("-short"):
            return ""
        return "They photograph it now, or you print it. It is shown only this once."

    def keys(self) -> Iterable[Key]:
        yield Key("p", "Print", self._print)

    def compose(self) -> ComposeResult:
        yield TopLine(self._head())
        with Horizontal(id="split"):
            with Vertical(id="page"):
                yield Static(self.heading(), id="heading", markup=False)
                yield Static(self.lead(), id="lead", markup=False)
                yield Static("", id="say", markup=False)
            with Vertical(id="right"):
                yield QrCode(self._issued.digits, numeric=True)
        yield Static(TOO_SMALL, id="small", markup=False)
        yield KeyLine(self._all_keys())

    def _print(self) -> None:
        issued = self._issued
        self._is_printed = True
        self.rehead()
        self.print_by(lambda side: side.tools.printing.passes((issued,), side.login))
