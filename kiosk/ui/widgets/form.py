"""A form's rows: a label, and beside it a line to fill in or things to mark."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from kiosk.ui.widgets.choice import Choices
from kiosk.ui.widgets.field import Field

_AROUND = 7
"""Cells of a choice beside its words: bar, blank, brackets with their mark, blanks."""
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
        super().__init__(options, marked=marked, several=several, id=id)
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
