"""Forms: rows to fill in and mark, and what can be read from them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from kiosk.ui.desk.dates import HOW_CLOCK, HOW_DAY, read_clock, read_day, read_number
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.widgets.buttons import Action, Pressable
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.inputs import Choice, Field, FormRow, Marks
from kiosk.ui.widgets.layout import Sheet

_FEW = 7
"""So many rows have room for a blank one between them on a usual screen."""


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


class FormScreen(DeskScreen):
    """Rows to fill in and mark; Enter goes from row to row, Space marks, the end keeps them."""

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
        """Do what the form is for; show what is missing."""
        raise NotImplementedError

    def body(self) -> Iterable[Widget]:
        self._rows = {row.name: row for row in self.rows()}
        self.add_class("-form")
        self.set_class(len(self._rows) > _FEW, "-long")
        for row in self._rows.values():
            yield FormRow(row.label, _part(row), "-apart" if row.apart else None)
        yield Action(self.keeps, primary=True)

    @on(Sheet.Measured)
    def save_air(self) -> None:
        """Take the air between the rows from a form that would be whole without it."""
        air = sum(row.styles.margin.top for row in self.query(FormRow))
        if 0 < self.query_one(Sheet).max_scroll_y <= air:
            self.add_class("-tight")

    def on_resize(self) -> None:
        self.remove_class("-tight")

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
            yield Key("enter", "Next", self.go_on)
            yield Key("space", "Mark", self._press_focused)
        yield Key("k", self.keeps, self.keep)

    def typed(self, name: str) -> str:
        """Return what is typed in a line, without blanks at its ends."""
        return self.query_one(f"#{name}", Field).value.strip()

    def covered(self, name: str) -> str:
        """Return what is typed in a covered line, blanks and all."""
        return self.query_one(f"#{name}", Field).value

    def marked(self, name: str) -> frozenset[str]:
        """Return the values that are marked in a row."""
        return frozenset(self.query_one(f"#{name}", Marks).marked)

    def has_changed(self, *names: str) -> bool:
        """Return whether one of these lines reads differently from at first."""
        rows = (self._rows[name] for name in names)
        return any(isinstance(row, TextRow) and self.typed(row.name) != row.value for row in rows)

    def miss(self, name: str, sentence: str) -> None:
        """Go to a row and show what is wrong with it."""
        next(row for row in self.query(FormRow) if row.part.id == name).enter()
        self.say(sentence)

    def send(self, question: Callable[[DeskSide], object], done: str) -> None:
        """Have a desk keep it; then go back to the screen under this one, which shows `done`."""
        self.act(question, then=lambda _answer: self.finish(done))

    def read_day(self, name: str) -> date | None:
        """Return the day in a line; None where it is none, which is shown."""
        day = read_day(self.typed(name), self.clinic.now(), self.clinic.zone)
        if day is None:
            self.miss(name, f"That is no day. {HOW_DAY}")
        return day

    def read_clock(self, name: str) -> time | None:
        """Return the time of day in a line; None where it is none, which is shown."""
        at = read_clock(self.typed(name))
        if at is None:
            self.miss(name, f"That is no time of day. {HOW_CLOCK}")
        return at

    def read_number(self, name: str, most: int) -> int | None:
        """Return the number from 1 to `most` in a line; None where it is none, which is shown."""
        number = read_number(self.typed(name), most)
        if number is None:
            self.miss(name, f"Please type a number from 1 to {most}.")
        return number

    @on(Input.Submitted)
    def go_on(self) -> None:
        """Go to the next row; the last of them leads to the end."""
        here = self.focused.ancestors_with_self if self.focused is not None else []
        rows = [*self.query(FormRow)]
        past = next((n for n, row in enumerate(rows, 1) if row in here), 0)
        if past < len(rows):
            rows[past].enter()
        else:
            self.query_one(Action).focus()

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
