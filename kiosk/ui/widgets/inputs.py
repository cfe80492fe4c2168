"""What visitors and staff fill in: choices to mark, fields, and rows of a form."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Grid, Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from kiosk.ui.screen import AskingScreen
from kiosk.ui.widgets.buttons import Pressable


class Choice(Pressable):
    """One thing to mark; the mark is a sign and a bar, never colour alone."""

    DEFAULT_CSS = """
    Choice {
        height: 3; padding: 0 0 0 1; background: $surface; color: $foreground;
        border-left: outer $panel; content-align: left middle;
    }
    Choice.-marked { border-left: outer $primary; text-style: bold; }
    Choice:focus {
        background: $primary; color: $surface; border-left: outer $foreground;
        outline-left: thick $foreground;
    }
    """
    is_mark = True

    def __init__(
        self, title: str, *, value: str, several: bool = False, goes_on: bool = False
    ) -> None:
        """Take whether Enter goes on from here, so that only Space marks."""
        super().__init__(title, id=f"choice-{value}")
        self.pressed_by = ("space",) if goes_on else self.pressed_by
        self._brackets = "[]" if several else "()"
        self.value = value
        """What marking it means."""

    def render(self) -> Content:
        mark = "✓" if self.has_class("-marked") else " "
        return Content(f"{self._brackets[0]}{mark}{self._brackets[1]} {self.title}")


class Choices(Grid):
    """A group of choices, drawn as a grid."""

    DEFAULT_CSS: ClassVar[str] = """
    Choices { grid-size: 3; grid-gutter: 1 2; grid-rows: 3; height: auto; }
    """

    class Changed(Message):
        """Another set of values is marked."""

        def __init__(self, choices: "Choices") -> None:
            super().__init__()
            self.choices = choices

        @property
        def control(self) -> "Choices":
            """The group, for `@on` selectors."""
            return self.choices

    def __init__(
        self,
        options: Sequence[tuple[str, str]],
        *,
        marked: Iterable[str],
        several: bool = False,
        goes_on: bool = False,
        id: str | None = None,
    ) -> None:
        """Take (value, words) of each, and whether Enter leaves the marking to Space."""
        super().__init__(id=id)
        self._options = tuple(options)
        self._several = several
        self._goes_on = goes_on
        self.marked: set[str] = set(marked)
        """The values that are marked now."""

    def compose(self) -> ComposeResult:
        for value, title in self._options:
            choice = Choice(title, value=value, several=self._several, goes_on=self._goes_on)
            choice.set_class(value in self.marked, "-marked")
            yield choice

    @property
    def values(self) -> frozenset[str]:
        """What can be marked here."""
        return frozenset(value for value, _ in self._options)

    @property
    def value(self) -> str:
        """The one marked value (for groups that take one)."""
        return next(iter(self.marked), "")

    def show(self, marked: Iterable[str]) -> None:
        """Mark exactly these values."""
        self.marked = set(marked)
        for choice in self.query(Choice):
            choice.set_class(choice.value in self.marked, "-marked")
            choice.refresh()

    @on(Pressable.Pressed)
    def mark(self, event: Pressable.Pressed) -> None:
        """Mark or unmark what was pressed."""
        event.stop()
        if not isinstance(event.pressable, Choice):
            return
        value = event.pressable.value
        self.show(self.marked ^ {value} if self._several else {value})
        self.post_message(self.Changed(self))


class Field(Input):
    """Textual's input in the kiosk's colours; a person's text in it is never markup."""

    DEFAULT_CSS = """
    Field {
        height: 3; border: none; border-left: outer $primary; padding: 1 2;
        background: $surface; color: $foreground;
    }
    Field:focus {
        border: none; border-left: outer $foreground; background: $surface;
        color: $foreground; background-tint: 0%; outline-left: thick $foreground;
    }
    Field > .input--cursor { background: $foreground; color: $surface; text-style: none; }
    Field > .input--selection { background: $primary; color: $surface; }
    Field > .input--placeholder { color: $foreground; text-style: italic; }
    """

    def __init__(
        self,
        value: str = "",
        *,
        most: int,
        covered: bool = False,
        replaced: bool = False,
        hint: str = "",
        id: str | None = None,
    ) -> None:
        """Take whether what is typed first takes the place of `value`, and a hint while empty.

        `covered`: whether it holds a secret, which is never shown or said.
        """
        super().__init__(
            value, hint, max_length=most, select_on_focus=replaced, password=covered, id=id
        )
        self.cursor_blink = False
        self.is_secret = covered
        self._offered = value

    async def action_submit(self) -> None:
        """Submit; Enter behind what has just been typed here counts however fast it comes.

        Where nothing was typed it is a press like any other.
        """
        screen = self.screen
        is_early = isinstance(screen, AskingScreen) and not screen.takes_presses()
        if self.value != self._offered or not is_early:
            await super().action_submit()


_AROUND = 7
"""Cells of a choice beside its text: bar, blank, brackets with their mark, blanks."""
_GUTTER = 2


class Marks(Choices):
    """Choices of one row each, in as many columns as there is room for."""

    DEFAULT_CSS = """
    Marks { grid-size: 2; grid-rows: 1; grid-gutter: 0 2; height: auto; width: 1fr; }
    Marks > Choice { height: 1; }
    """

    def __init__(
        self,
        options: Sequence[tuple[str, str]],
        *,
        marked: Iterable[str],
        several: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(options, marked=marked, several=several, goes_on=True, id=id)
        self._widest = max(cell_len(title) for _, title in options) + _AROUND

    def on_resize(self) -> None:
        room = (self.size.width + _GUTTER) // (self._widest + _GUTTER)
        rows = -(-len(self._options) // max(1, room))
        columns = -(-len(self._options) // rows)
        if self.styles.grid_size_columns != columns:
            self.styles.grid_size_columns = columns


class FormRow(Horizontal):
    """One row of a form."""

    DEFAULT_CSS = """
    FormRow { height: auto; width: 100%; }
    FormRow > Static { width: 18; height: 1; text-style: bold; }
    FormRow > Field { height: 1; width: 1fr; padding: 0 1; }
    """

    def __init__(self, label: str, part: Field | Marks, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._label = label
        self.part = part
        """What is filled in or marked."""

    def compose(self) -> ComposeResult:
        yield Static(self._label, markup=False)
        yield self.part

    def enter(self) -> None:
        """Put the focus on the field, or on what is marked, else on the first to mark."""
        choices = [*self.part.query(Choice)]
        marked = (choice for choice in choices if choice.has_class("-marked"))
        target = next(marked, choices[0]) if choices else self.part
        target.focus()
