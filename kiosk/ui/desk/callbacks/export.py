"""The filtered list on its way into a file: a bar while it takes, then where the file is."""

import asyncio
from collections.abc import Iterable
from functools import partial

from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.callbacks.worklist import WorklistFilter
from kiosk.ui.desk.callbacks.text import describe_filter
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.layout import Progress

_GLANCE = 0.1
"""Seconds between two drawings of how far it is."""


class ExportScreen(DeskScreen):
    """Writes as soon as it is shown; nothing has to be done here."""

    AUTO_FOCUS = ""
    has_way_back = False

    def __init__(self, wanted: WorklistFilter, form: str) -> None:
        super().__init__()
        self._wanted = wanted
        self._form = form
        self._done = ("Gathering", 0, 0)
        """What is being done, and how many of how many; set by the desk's thread, as a whole."""
        self._path = ""
        self._trouble = ""

    def heading(self) -> str:
        if self._trouble:
            return "The file was not written"
        return "Written" if self._path else "Writing the file …"

    def lead(self) -> str:
        return f"{describe_filter(self._wanted)}, as {self._form.upper()}"

    def body(self) -> Iterable[Widget]:
        yield Progress(id="bar")
        yield Static("", id="path", markup=False)

    def on_mount(self) -> None:
        self._draw()
        self.once(self._export)

    async def _export(self) -> None:
        under_way = asyncio.ensure_future(self.ask(self._write))
        while not under_way.done():
            await asyncio.wait({under_way}, timeout=_GLANCE)
            self.end_if_detached()
            self._draw()
        answer = under_way.result()
        if isinstance(answer, Trouble):
            self._trouble = answer.for_staff
        else:
            self._path = answer
        self.has_way_back = True
        self._draw()
        self.rehead()
        self.rekey()

    def _write(self, side: DeskSide) -> str:
        """Write the file and return its path; in the desk's thread."""
        rows = side.callbacks.export_rows(self._wanted, partial(self._count, "Gathering"))
        count = partial(self._count, "Writing")
        return side.tools.export_callbacks(rows, self._wanted, self._form, side.login, count)

    def _count(self, doing: str, done: int, of: int) -> None:
        self._done = (doing, done, of)

    def _draw(self) -> None:
        after = (
            f"{self._path}\n\nIt holds names and numbers: please delete it after use."
            if self._path
            else self._trouble
        )
        self.query_one("#path", Static).update(after)
        bar = self.query_one(Progress)
        bar.display = not self._trouble
        doing, done, of = self._done
        bar.show("Written:" if self._path else doing, done, of)
