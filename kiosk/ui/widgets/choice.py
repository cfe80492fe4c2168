"""Choices: large things to mark, one of a group or several of it."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid
from textual.content import Content
from textual.message import Message

from kiosk.ui.widgets.pressable import Pressable


class Choice(Pressable):
    """One thing to mark; the mark is a sign and a bar, never colour alone."""

    DEFAULT_CSS = """
    Choice {
        height: 3; padding: 0 0 0 1; background: $surface; color: $foreground;
        border-left: outer $panel; content-align: left middle;
    }
    Choice.-marked { border-left: outer $primary; text-style: bold; }
    Choice:focus { background: $primary; color: $surface; border-left: outer $foreground; }
    """

    def __init__(self, title: str, *, value: str, several: bool = False) -> None:
        super().__init__(title, id=f"choice-{value}")
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
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._options = tuple(options)
        self._several = several
        self.marked: set[str] = set(marked)
        """The values that are marked now."""

    def compose(self) -> ComposeResult:
        for value, title in self._options:
            choice = Choice(title, value=value, several=self._several)
            choice.set_class(value in self.marked, "-marked")
            yield choice

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
