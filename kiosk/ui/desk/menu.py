"""The menu: what somebody's roles let them do."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Grid
from textual.widget import Widget

from kiosk.ui.desk.admin import queries as asks
from kiosk.ui.desk.messages import DeskWant, MenuEntry, Place
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.buttons import Pressable, Tile
from kiosk.ui.widgets.desk_bars import Key

_FEW = 6
"""So many tiles have room for a blank row between them on a usual screen."""


class MenuScreen(DeskScreen):
    """A tile with a letter for each place."""

    place: ClassVar[Place | None] = Place.MENU
    every = 60
    has_way_back = False

    def __init__(self, entries: Sequence[MenuEntry]) -> None:
        super().__init__()
        self._entries = tuple(entries)

    def heading(self) -> str:
        return "What would you like to do?"

    def body(self) -> Iterable[Widget]:
        few = "-few" if len(self._entries) <= _FEW else None
        with Grid(id="tiles", classes=few):
            for entry in self._entries:
                yield Tile(entry.title, entry.more, letter=entry.letter, name=entry.place.name)

    def keys(self) -> Iterable[Key]:
        yield Key("x", "End the program", self._ask_end)

    def on_mount(self) -> None:
        self.come_back()

    def come_back(self) -> None:
        if any(entry.place is Place.KIOSKS for entry in self._entries):
            self.look(self._hint)

    async def _hint(self) -> None:
        """Say on the tile of the kiosks that some of them need a person."""
        answer = await self.ask(asks.describe_kiosks_in_need)
        if isinstance(answer, Trouble):
            return
        usual = {entry.place.name: entry.title for entry in self._entries}
        for tile in self.query(Tile):
            if tile.name == Place.KIOSKS.name:
                # In the title, since a low screen shows nothing else.
                tile.title = answer or usual[tile.name]
                tile.refresh()

    def _ask_end(self) -> None:
        lead = "Nothing is lost. It is started again by: kiosk desk"
        self.put(
            ask_sure("End the program?", lead, "Yes, end it", partial(self.want, DeskWant.LEAVE))
        )

    @on(Pressable.Pressed)
    def open_place(self, event: Pressable.Pressed) -> None:
        """Go to the place of a tile."""
        self.go_to(Place[event.pressable.name or ""])
