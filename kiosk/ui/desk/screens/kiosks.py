"""The clinic's machines: which of them needs a person, and how the chosen one is."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.fleet import KioskView
from kiosk.ui.base import Trouble
from kiosk.ui.desk import machinelines as lines
from kiosk.ui.desk import oversightasks as asks
from kiosk.ui.desk.messages import MachineWanted
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing
from kiosk.ui.widgets.pairs import pairs


class Kiosks(DeskScreen):
    """A list that follows what this database knows; under it all about the chosen machine."""

    CSS_PATH = "kiosks.tcss"
    place: ClassVar[Place | None] = Place.KIOSKS
    every = 10

    def __init__(self) -> None:
        super().__init__()
        self._machines: tuple[KioskView, ...] = ()

    def heading(self) -> str:
        return "Kiosks"

    def lead(self) -> str:
        return lines.machines(self._machines) if self._machines else ""

    def body(self) -> Iterable[Widget]:
        yield Listing[KioskView](
            lines.KIOSKS,
            key=lambda view: (view.name, view.symbols),
            draw=self._line,
            empty="One moment …",
        )
        yield Static("", id="chosen", markup=False)

    def keys(self) -> Iterable[Key]:
        if self._machines:
            yield Key("enter", "All about it", self._choose)

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.look(self._read)

    async def _read(self) -> None:
        answer = await self.ask(asks.kiosks)
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._machines = answer
        self.query_one(Listing).set_rows(answer)
        self.rehead()
        self.rekey()
        self._draw_chosen()

    def _line(self, view: KioskView) -> Line:
        facts = self.host.facts
        return lines.machine(view, facts.now(), facts.zone)

    @on(Listing.Moved)
    def follow_cursor(self) -> None:
        """Show the machine under the cursor."""
        self._draw_chosen()

    def _draw_chosen(self) -> None:
        view: KioskView | None = self.query_one(Listing).current
        if view is not None:
            facts = self.host.facts
            rows = lines.details(view, facts.now(), facts.zone)
            self.query_one("#chosen", Static).update(pairs(rows))

    def _choose(self) -> None:
        self.query_one(Listing).choose()

    @on(Listing.Chosen)
    def open_machine(self) -> None:
        """Show all about the machine under the cursor."""
        view: KioskView | None = self.query_one(Listing).current
        if view is not None:
            self.tell(MachineWanted(view))
