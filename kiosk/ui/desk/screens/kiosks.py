"""The clinic's machines: when each last spoke with the centre, and what waits on it."""

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from kiosk.domain.oversight import KioskView
from kiosk.ui.base import Trouble
from kiosk.ui.desk import oversightasks as asks
from kiosk.ui.desk import traillines as lines
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.listing import Line, Listing

_EVERY = 10
"""Seconds between two looks for news."""


class Kiosks(DeskScreen):
    """A list that follows what this database knows."""

    place: ClassVar[Place | None] = Place.KIOSKS

    def __init__(self) -> None:
        super().__init__()
        self._ticks = 0
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

    def on_mount(self) -> None:
        self.look(self._read)

    def tick(self) -> None:
        self._ticks += 1
        if self._ticks % _EVERY == 0:
            self.look(self._read)

    async def _read(self) -> None:
        answer = await self.ask(asks.kiosks)
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self._machines = answer
            self.query_one(Listing).set_rows(answer)
            self.rehead()

    def _line(self, view: KioskView) -> Line:
        facts = self.host.facts
        return lines.machine(view, facts.now(), facts.zone)
