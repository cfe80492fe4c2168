"""The menu: the places that are open to a person's roles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on
from textual.widget import Widget

from kiosk.domain.central.fleet import describe_needing_machines
from kiosk.domain.staff import Role
from kiosk.ui.desk.messages import Exit, Place, PlaceOf
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.buttons import Pressable, Tile
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import Tiles


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu."""

    place: Place
    letter: str
    title: str
    more: str
    role: Role | None
    """Who sees it; None for everybody."""
    also: Role | None = None
    """Who sees it as well."""

    def is_for(self, roles: frozenset[Role]) -> bool:
        """Return whether a person with `roles` sees it."""
        return self.role is None or bool(roles & {self.role, self.also})


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(
        Place.SESSIONS, "G", "Groups today", "Who has arrived, and head counts", Role.FACILITATOR
    ),
    MenuEntry(
        Place.PASSES, "P", "Members and passes", "Hand out, replace or revoke", Role.FACILITATOR
    ),
    MenuEntry(
        Place.ANOMALIES,
        "E",
        "Odd records",
        "Late, twice, or by wrong clocks",
        Role.FACILITATOR,
        also=Role.MANAGER,
    ),
    MenuEntry(Place.CALLBACKS, "C", "Callbacks", "The next call is at the top", Role.CALLER),
    MenuEntry(
        Place.GROUPS, "S", "Groups and sessions", "Plan, change, cancel, import", Role.MANAGER
    ),
    MenuEntry(Place.STAFF, "F", "Staff", "Accounts, roles, languages", Role.MANAGER),
    MenuEntry(Place.REPORTS, "R", "Reports", "Waiting times, attendance", Role.MANAGER),
    MenuEntry(Place.PERSON, "Y", "One person's data", "Show, hand over, erase", Role.MANAGER),
    MenuEntry(Place.RETENTION, "D", "Records kept", "What is deleted, and when", Role.MANAGER),
    MenuEntry(Place.AUDIT, "A", "Audit trail", "Who did what, and is it whole", Role.MANAGER),
    MenuEntry(Place.KIOSKS, "K", "Kiosks", "Last contact, and what waits", Role.MANAGER),
    MenuEntry(Place.PASSPHRASE, "O", "My own passphrase", "Choose a new one", None),
)
"""Every place of the menu, in its order; Q, which signs out everywhere, is no letter here."""


def menu_entries(roles: frozenset[Role]) -> tuple[MenuEntry, ...]:
    """Return the menu of a person with `roles`."""
    return tuple(entry for entry in MENU if entry.is_for(roles))


_HEIGHTS = (1, 5)
"""Rows of a tile; keys press it as often as a click."""


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
        with Tiles(brief=True, heights=_HEIGHTS):
            for entry in self._entries:
                yield Tile(entry.title, entry.more, letter=entry.letter, name=entry.place.name)

    def keys(self) -> Iterable[Key]:
        yield Key("x", "End the program", self._ask_end)

    def on_mount(self) -> None:
        self.come_back()

    def come_back(self) -> None:
        if any(entry.place is Place.KIOSKS for entry in self._entries):
            self.poll(self._hint)

    async def _hint(self) -> None:
        """Write on the tile of the kiosks that some of them need a person."""
        answer = await self.ask(lambda side: describe_needing_machines(side.oversight.kiosks()))
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
        self.pose(ask_sure("End the program?", lead, "Yes, end it", partial(self.leave, Exit.END)))

    @on(Pressable.Pressed)
    def open_place(self, event: Pressable.Pressed) -> None:
        """Go to the place of a tile."""
        self.go_to(PlaceOf(Place[event.pressable.name or ""]))
