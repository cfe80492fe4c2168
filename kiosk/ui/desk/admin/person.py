"""One person's data: found by what they carry, shown, handed over, corrected, erased."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.content.languages import format_language
from kiosk.domain.person.data import Corrected, NotThere, PersonData
from kiosk.domain.person.erasure import EraseReason
from kiosk.domain.phones import PhoneProblem, check_phone
from kiosk.domain.text import NameProblem, check_name
from kiosk.presentation.callbacks import PHONE_PROBLEMS
from kiosk.presentation.person import (
    NOT_CORRECTED,
    NOT_THERE,
    OLD_GREETING,
    Part,
    describe_erased,
    describe_person,
    describe_what_goes,
    describe_what_stays,
)
from kiosk.ui.desk.forms import FormScreen, Row, TextRow
from kiosk.ui.desk.messages import Offer, Place, Question
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import NAME_PROBLEMS
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.layout import Sheet

_LONGEST_CODE = 200
"""Letters: a scanner with a strange keyboard types several for each digit."""


class FindPersonScreen(DeskScreen):
    """One line for a slip, a pass or a reference."""

    place: ClassVar[Place | None] = Place.PERSON

    def heading(self) -> str:
        return "One person's data"

    def lead(self) -> str:
        return (
            "Scan their slip or their pass, or type a reference such as 7K4Q-FMRF. That you looked"
            " is noted."
        )

    def body(self) -> Iterable[Widget]:
        yield Field(most=_LONGEST_CODE)

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Look", self._look)

    @on(Input.Submitted)
    def submit(self) -> None:
        """Look for what was scanned or typed."""
        self._look()

    def take_scan(self, text: str) -> None:
        self.once(partial(self._find, text))

    def _look(self) -> None:
        field = self.query_one(Field)
        text = field.value
        field.value = ""
        self.once(partial(self._find, text))

    async def _find(self, text: str) -> None:
        if not text.strip():
            self.say("Please scan or type something first.")
            return
        answer = await self.ask(lambda side: side.person.find(text))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, NotThere):
            self.say(NOT_THERE[answer])
        else:
            self.open(partial(PersonScreen, answer))


class PersonScreen(DeskScreen):
    """What is kept of one person, in plain words."""

    AUTO_FOCUS = ""

    def __init__(self, data: PersonData) -> None:
        super().__init__()
        self._data: PersonData | None = data
        self._others: Sequence[str] = ()

    def heading(self) -> str:
        name = self._data.name if self._data is not None else ""
        return f"What is kept of {name}" if name else "What is kept"

    def lead(self) -> str:
        if not self._others:
            return ""
        return f"The same number, maybe of somebody else: {', '.join(self._others)}"

    def body(self) -> Iterable[Widget]:
        yield Static("", id="kept", markup=False)

    def keys(self) -> Iterable[Key]:
        if self._data is not None:
            yield Key("e", "Export", self._export)
            yield Key("c", "Correct", self._correct)
            yield Key("x", "Erase", self._ask_why)

    def on_mount(self) -> None:
        self._draw()
        self.poll(self._look_for_others)

    def come_back(self) -> None:
        self.poll(self._read_again)

    async def _look_for_others(self) -> None:
        data = self._data
        if data is None or not data.requests:
            return
        answer = await self.ask(lambda side: side.person.same_number(data.id))
        if not isinstance(answer, Trouble):
            self._others = answer
            self.rehead()

    async def _read_again(self) -> None:
        data = self._data
        if data is None:
            return
        answer = await self.ask(lambda side: side.person.show(data.id))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._data = None if isinstance(answer, NotThere) else answer
        self._draw()

    def _export(self) -> None:
        data = self._data
        if data is not None:
            self.act(
                lambda side: side.tools.export_person(side.person.export(data.id), side.login),
                then=self._show_paths,
            )

    def _show_paths(self, paths: tuple[str, ...]) -> None:
        names = "\n".join(path.rpartition("/")[2] for path in paths)
        self.say(f"Written to the exports folder:\n{names}\nHand it over, then delete it.")

    def _correct(self) -> None:
        if self._data is not None:
            self.open(partial(CorrectScreen, self._data))

    def _ask_why(self) -> None:
        options = (
            Offer("w", "They asked for it", EraseReason.WISH.value),
            Offer("m", "It should not be here", EraseReason.MISTAKE.value, "a trial, a mistake"),
        )
        lead = "The next screen says what goes and what stays; nothing is erased before that."
        self.pose(Question("Why is it erased?", self._review, lead, options))

    def _review(self, reason: str) -> None:
        if self._data is not None:
            self.open(partial(EraseScreen, self._data, EraseReason(reason)))

    def _draw(self) -> None:
        data = self._data
        kept = self.query_one("#kept", Static)
        if data is None:
            kept.update(NOT_THERE[NotThere.NOTHING_KEPT])
        else:
            kept.update(_parts_text(describe_person(data, self.clinic.zone, format_language)))
        self.rehead()
        self.rekey()


class CorrectScreen(FormScreen):
    """The right name, and the right number of a request."""

    keeps = "Correct it"

    def __init__(self, data: PersonData) -> None:
        super().__init__()
        self._data = data

    def heading(self) -> str:
        return "Correct it"

    def rows(self) -> Iterable[Row]:
        data = self._data
        entered = "Nothing is overwritten: the request is entered anew, the earlier one merged."
        hint = entered if data.requests else f"Only the team can read it. {OLD_GREETING}"
        yield TextRow("name", "Name", hint, data.current_name, most=120)
        if data.requests:
            yield TextRow("phone", "Number", entered, data.current_phone, most=40)

    def keep(self) -> None:
        self.once(self._keep)

    async def _keep(self) -> None:
        data, name = self._data, check_name(self.typed("name"))
        if isinstance(name, NameProblem):
            self.miss("name", NAME_PROBLEMS[name])
            return
        if not data.requests:
            answer = await self.ask(lambda side: side.person.correct_name(data.id, name.text))
        else:
            phone = check_phone(self.typed("phone"), self.clinic.country)
            if isinstance(phone, PhoneProblem):
                self.miss("phone", PHONE_PROBLEMS[phone])
                return
            number = phone.e164
            answer = await self.ask(
                lambda side: side.person.correct_request(data.id, name.text, number)
            )
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, Corrected):
            now = f"Its reference is now {answer.reference}." if answer.reference else OLD_GREETING
            self.finish(f"Corrected. {now}")
        else:
            self.say(NOT_CORRECTED[answer])


class EraseScreen(DeskScreen):
    """What goes and what stays, and a word to type before anything does."""

    def __init__(self, data: PersonData, reason: EraseReason) -> None:
        super().__init__()
        self._data = data
        self._reason = reason

    def heading(self) -> str:
        return "Erase for good?"

    def lead(self) -> str:
        return "It cannot be brought back."

    def body(self) -> Iterable[Widget]:
        going, staying = describe_what_goes(self._data), describe_what_stays(self._data)
        yield Static(_listed("This goes", going), id="goes", markup=False)
        yield Static(_listed("This stays", staying), id="stays", markup=False)
        words = f"To erase it, type {self._data.word}"
        yield Static(words, classes="label", markup=False)
        yield Field(most=20)

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Erase", self._check)

    @on(Input.Submitted)
    def submit(self) -> None:
        """Erase it where the right word was typed."""
        self._check()

    def on_mount(self) -> None:
        super().on_mount()
        # What goes is read first, where the line to fill in does not fit below it.
        self.call_after_refresh(self.query_one(Sheet).scroll_home, animate=False)

    def _check(self) -> None:
        field = self.query_one(Field)
        if self._data.is_word(field.value):
            self.once(self._erase)
        else:
            field.value = ""
            self.say(f"Nothing was erased. Type {self._data.word} to erase it, or press Esc.")

    async def _erase(self) -> None:
        data, reason = self._data, self._reason
        answer = await self.ask(lambda side: side.person.erase(data.id, reason))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, NotThere):
            self.finish(NOT_THERE[answer], levels=2)
        else:
            self.finish(describe_erased(answer), levels=2)


def _parts_text(parts: Sequence[Part]) -> RenderableType:
    shown: list[RenderableType] = []
    for part in parts:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        for about, words in part.lines:
            table.add_row(Text(about), Text(words))
        shown += [Text(part.title, "bold"), table, Text()]
    return Group(*shown[:-1])


def _listed(title: str, lines: Sequence[str]) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for line in lines:
        table.add_row(Text("•"), Text(line))
    return Group(Text(title, "bold"), table)
