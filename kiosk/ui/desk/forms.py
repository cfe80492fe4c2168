"""The base of the manager's screens, and of their forms: rows to fill in and mark."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from kiosk.domain.staff import SHORTEST_PASSPHRASE, PassphraseProblem, check_passphrase
from kiosk.ui.desk.dates import (
    HOW_CLOCK,
    HOW_DAY,
    minutes_between,
    read_capacity,
    read_clock,
    read_day,
    read_number,
)
from kiosk.ui.desk.messages import Finished
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import PASSPHRASE_PROBLEMS, describe_refusal
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.buttons import Action, Pressable
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.inputs import Choice, Field, FormRow, Marks

if TYPE_CHECKING:
    from kiosk.ui.desk.session import DeskSide


Answer = TypeVar("Answer")
_FEW = 7
"""So many rows have room for a blank one between them on a usual screen."""


class ManagerScreen(DeskScreen):
    """Has the manager's desks do something, and says why where they would not."""

    def carry_out(
        self, question: "Callable[[DeskSide], Answer]", then: Callable[[Answer], None]
    ) -> None:
        """Ask a desk once; trouble and refusals are said, any other answer goes to `then`."""

        async def work() -> None:
            answer = await self.ask(question)
            if isinstance(answer, Trouble):
                self.say(answer.for_staff)
            elif why_not := describe_refusal(answer):
                self.say(why_not)
            else:
                then(answer)

        self.once(work)


@dataclass(frozen=True, slots=True)
class TextRow:
    """A line to fill in."""

    name: str
    label: str
    hint: str = ""
    """Shown under the title while the line is filled in."""
    value: str = ""
    most: int = 60
    """Characters."""
    covered: bool = False
    apart: bool = False
    """Whether it begins another part of a long form."""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """Things to mark."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    """(value, words)"""
    hint: str = ""
    marked: frozenset[str] = frozenset()
    several: bool = False
    apart: bool = False


Row = TextRow | MarkRow


class FormScreen(ManagerScreen):
    """Rows to fill in and mark; Enter goes from line to line and from the end keeps them."""

    AUTO_FOCUS = "Field, Choice"
    keeps = "Keep it"
    """What the last step is called."""
    explains = "Look it over; Enter goes on from here."
    """Said where a row has no hint of its own, and at the end."""
    _rows: Mapping[str, Row] = {}

    def rows(self) -> Iterable[Row]:
        """The form's rows, as they are at first."""
        return ()

    def keep(self) -> None:
        """Do what the form is for; `say` what is missing."""
        raise NotImplementedError

    def body(self) -> Iterable[Widget]:
        self._rows = {row.name: row for row in self.rows()}
        self.add_class("-form")
        self.set_class(len(self._rows) > _FEW, "-long")
        for row in self._rows.values():
            yield FormRow(row.label, _part(row), "-apart" if row.apart else None)
        yield Action(self.keeps, primary=True)

    def lead(self) -> str:
        here = self.focused
        parts = here.ancestors_with_self if here is not None else []
        rows = (self._rows.get(part.id or "") for part in parts if isinstance(part, Widget))
        return next((row.hint for row in rows if row is not None and row.hint), self.explains)

    def keys(self) -> Iterable[Key]:
        if self.typing:
            yield Key("enter", "Next", self.go_on)
            return
        if isinstance(self.focused, Choice):
            yield Key("enter", "Mark", self._press_focused)
        yield Key("k", self.keeps, self.keep)

    def typed(self, name: str) -> str:
        """What stands in a line, without blanks at its ends."""
        return self.query_one(f"#{name}", Field).value.strip()

    def covered(self, name: str) -> str:
        """What stands in a covered line, blanks and all."""
        return self.query_one(f"#{name}", Field).value

    def marked(self, name: str) -> frozenset[str]:
        """What is marked in a row."""
        return frozenset(self.query_one(f"#{name}", Marks).marked)

    def has_changed(self, *names: str) -> bool:
        """Say whether one of these lines reads differently from at first."""
        rows = (self._rows[name] for name in names)
        return any(isinstance(row, TextRow) and self.typed(row.name) != row.value for row in rows)

    def miss(self, name: str, sentence: str) -> None:
        """Say what is wrong with a row and go there."""
        part = self.query_one(f"#{name}")
        target = part if isinstance(part, Field) else part.query(Choice).first()
        target.focus()
        self.say(sentence)

    def send(self, question: "Callable[[DeskSide], object]", done: str) -> None:
        """Have a desk keep it; then back to the screen under this one, which says `done`."""
        self.carry_out(question, lambda _answer: self.tell(Finished(done)))

    @on(Input.Submitted)
    def go_on(self) -> None:
        """Go to the next line or mark; the last of them leads to the end."""
        self.focus_next("Field, Choice, Action")

    @on(Pressable.Pressed)
    def press_action(self, event: Pressable.Pressed) -> None:
        """Keep what is filled in."""
        if isinstance(event.pressable, Action):
            self.say("")
            self.keep()

    def on_descendant_focus(self) -> None:
        self.rehead()

    def _press_focused(self) -> None:
        if isinstance(self.focused, Pressable):
            self.focused.press()


def _part(row: Row) -> Field | Marks:
    match row:
        case TextRow():
            return Field(row.value, most=row.most, covered=row.covered, id=row.name)
        case MarkRow():
            return Marks(row.options, marked=row.marked, several=row.several, id=row.name)


_MOST = 256


class PassphraseFormScreen(FormScreen):
    """Has two covered lines, which have to be alike."""

    @staticmethod
    def passphrase_rows(label: str) -> tuple[TextRow, TextRow]:
        """Return the two lines."""
        hint = f"At least {SHORTEST_PASSPHRASE} characters; they choose their own later."
        return (
            TextRow("secret", label, hint, most=_MOST, covered=True),
            TextRow("again", "And again", "The same once more.", most=_MOST, covered=True),
        )

    def read_passphrase(self) -> str | None:
        """Return the passphrase, or None where it will not do, and say why."""
        secret, again = self.covered("secret"), self.covered("again")
        checked = check_passphrase(secret)
        if isinstance(checked, PassphraseProblem):
            self.miss("secret", PASSPHRASE_PROBLEMS[checked])
            return None
        if secret != again:
            self.miss("again", "The two differ; please type it again.")
            return None
        return checked


class TimedFormScreen(FormScreen):
    """Reads its lines one by one; what cannot be read is said, and None comes back."""

    @staticmethod
    def time_rows(starts: str = "", ends: str = "") -> tuple[TextRow, TextRow]:
        """Return the lines that `read_times` reads."""
        return (
            TextRow("starts", "Starts", HOW_CLOCK, starts, 8),
            TextRow("ends", "Ends", HOW_CLOCK, ends, 8),
        )

    def read_times(self) -> tuple[time, int] | None:
        """Return the start and how many minutes it lasts."""
        starts = self._read_clock("starts")
        ends = None if starts is None else self._read_clock("ends")
        if starts is None or ends is None:
            return None
        minutes = minutes_between(starts, ends)
        if not minutes:
            self.miss("ends", "It would end as it starts.")
            return None
        return starts, minutes

    def read_day(self, name: str) -> date | None:
        """Return a day."""
        facts = self.host.facts
        day = read_day(self.typed(name), facts.now(), facts.zone)
        if day is None:
            self.miss(name, f"That is no day. {HOW_DAY}")
        return day

    def read_number(self, name: str, most: int) -> int | None:
        """Return a number from 1 to `most`."""
        number = read_number(self.typed(name), most)
        if number is None:
            self.miss(name, f"Please type a number from 1 to {most}.")
        return number

    def read_place(self) -> tuple[str, int | None] | None:
        """Return room and capacity, of the lines "room" and "places"."""
        room, capacity = self.typed("room"), read_capacity(self.typed("places"))
        if not room:
            self.miss("room", "It needs a room.")
            return None
        if isinstance(capacity, str):
            self.miss("places", capacity)
            return None
        return room, capacity

    def _read_clock(self, name: str) -> time | None:
        at = read_clock(self.typed(name))
        if at is None:
            self.miss(name, f"That is no time of day. {HOW_CLOCK}")
        return at
