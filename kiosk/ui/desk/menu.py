"""The menu: the places that are open to a person's roles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text
from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.health import FirstHour, FirstStep
from kiosk.domain.staff import Role
from kiosk.presentation.menu import (
    PlaceNews,
    describe_first_step,
    tell_anomalies,
    tell_callbacks,
    tell_helplines,
    tell_machines,
    tell_retention,
    tell_sessions,
)
from kiosk.ui.desk.messages import Exit, Place, PlaceOf
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.buttons import Pressable, Tile
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import Tiles

if TYPE_CHECKING:  # it brings the database with it
    from kiosk.usecases.menu_desk import MenuNews


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
    until: FirstStep | None = None
    """The step of the first hour after which it goes; None for what stays."""

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
        Place.ENTERED,
        "N",
        "Enter a request",
        "For somebody who asks you",
        Role.CLINICIAN,
        also=Role.CALLER,
    ),
    MenuEntry(
        Place.GROUPS, "S", "Groups and sessions", "Plan, change, cancel, import", Role.MANAGER
    ),
    MenuEntry(Place.STAFF, "F", "Staff", "Accounts, roles, languages", Role.MANAGER),
    MenuEntry(Place.REPORTS, "R", "Reports", "Waiting times, attendance", Role.MANAGER),
    MenuEntry(Place.PERSON, "Y", "One person's data", "Show, hand over, erase", Role.MANAGER),
    MenuEntry(Place.RETENTION, "D", "Records kept", "What is deleted, and when", Role.MANAGER),
    MenuEntry(Place.AUDIT, "A", "Audit trail", "Who did what, and is it whole", Role.MANAGER),
    MenuEntry(Place.KIOSKS, "K", "Kiosks", "Last contact, and what waits", Role.MANAGER),
    MenuEntry(Place.HELPLINES, "H", "Helplines", "Whom visitors can turn to", Role.MANAGER),
    MenuEntry(Place.PASSPHRASE, "O", "My own passphrase", "Choose a new one", None),
    MenuEntry(
        Place.BOOKLETS,
        "B",
        "Booklets",
        "To take home: their addresses",
        Role.MANAGER,
        until=FirstStep.BOOKLETS,
    ),
    MenuEntry(
        Place.TEST_CARD,
        "T",
        "Test card",
        "Does the scanner read well?",
        Role.MANAGER,
        until=FirstStep.TEST_CARD,
    ),
)
"""Every place of the menu, in its order; Q, which signs out everywhere, is no letter here."""
_STEP_PLACES = {
    FirstStep.GROUP: Place.GROUPS,
    FirstStep.SESSION: Place.GROUPS,
    FirstStep.COLLEAGUE: Place.STAFF,
    FirstStep.HELPLINES: Place.HELPLINES,
    FirstStep.BOOKLETS: Place.BOOKLETS,
    FirstStep.TEST_CARD: Place.TEST_CARD,
    FirstStep.TEST_CALL: Place.CALLBACKS,
}
"""Where each step of the first hour is done."""


def menu_entries(roles: frozenset[Role]) -> tuple[MenuEntry, ...]:
    """Return the menu of a person with `roles`."""
    return tuple(entry for entry in MENU if entry.is_for(roles))


def tell_news(news: "MenuNews", zone: ZoneInfo) -> dict[Place, PlaceNews]:
    """Return what each place of the menu tells; those without news are missing."""
    told: dict[Place, PlaceNews | None] = {}
    if news.callbacks is not None:
        told[Place.CALLBACKS] = tell_callbacks(news.callbacks.open, news.callbacks.call_now)
    if news.sessions is not None:
        told[Place.SESSIONS] = tell_sessions(news.sessions, zone)
    if news.anomalies is not None:
        told[Place.ANOMALIES] = tell_anomalies(news.anomalies)
    if news.machines is not None:
        told[Place.KIOSKS] = tell_machines(news.machines, news.notices)
    if news.retention is not None:
        told[Place.RETENTION] = tell_retention(news.retention, zone)
    if news.helplines_review_by is not None:
        today = news.at.astimezone(zone).date()
        told[Place.HELPLINES] = tell_helplines(news.helplines_review_by, today)
    return {place: one for place, one in told.items() if one is not None}


def format_first_hour(hour: FirstHour, letters: Mapping[Place, str]) -> str:
    """Return how far the first hour is and what comes next, in one line."""
    step = hour.open[0]
    letter = letters.get(_STEP_PLACES[step], "")
    by = f"{letter}, " if letter else ""
    done = len(hour.steps) - len(hour.open)
    return f"First hour, {done} of {len(hour.steps)} done. Next: {by}{describe_first_step(step)}."


def first_hour_table(hour: FirstHour, letters: Mapping[Place, str]) -> Table:
    """Return the steps in two columns, each ticked or with the letter that leads to it."""
    table = Table.grid(padding=(0, 3, 0, 0), expand=True)
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    cells = [_step_cell(step, hour, letters) for step in hour.steps]
    half = (len(cells) + 1) // 2
    for left, right in zip_longest(cells[:half], cells[half:], fillvalue=("", "")):
        table.add_row(Text(*left), Text(*right))
    return table


def _step_cell(step: FirstStep, hour: FirstHour, letters: Mapping[Place, str]) -> tuple[str, str]:
    """Return a step as text and its style."""
    words = describe_first_step(step)
    words = words[:1].upper() + words[1:]
    if step in hour.done:
        return f"✓  {words}: done", ""
    return f"{letters.get(_STEP_PLACES[step], '–')}  {words}", "bold"


_HEIGHTS = (1, 5)
"""Rows of a tile; keys press it as often as a click."""
_MARK = "! "
"""Before what needs a person, which is not told by its colour alone."""
_NEEDS = "-needs"


class PlaceTile(Tile):
    """The tile of one place; under its title stands what waits there."""

    def __init__(self, entry: MenuEntry) -> None:
        super().__init__(entry.title, entry.more, letter=entry.letter, name=entry.place.name)
        self.place = entry.place
        self._usual = entry.more
        self._alone = ""

    @property
    def label(self) -> str:
        """The title, or what waits where no second line has room."""
        words = f"{_MARK}{self._alone}" if self.is_brief and self._alone else self.title
        return f"{self.letter}  {words}"

    def tell(self, news: PlaceNews | None) -> None:
        """Show what waits; by None what the place is about."""
        self._alone = news.alone if news is not None else ""
        mark = _MARK if self._alone else ""
        self.more = self._usual if news is None else f"{mark}{news.line}"
        self.set_class(bool(self._alone), _NEEDS)
        self.refresh(layout=True)


class MenuScreen(DeskScreen):
    """A tile with a letter for each place; what waits there is read behind the first picture."""

    place: ClassVar[Place | None] = Place.MENU
    every = 60
    has_way_back = False

    def __init__(self, entries: Sequence[MenuEntry]) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self._letters = {entry.place: entry.letter for entry in self._entries}
        self._told: tuple[dict[Place, PlaceNews], FirstHour] | None = None

    def heading(self) -> str:
        return "What would you like to do?"

    def body(self) -> Iterable[Widget]:
        yield Static("", id="first-next", markup=False)
        yield Static("", id="first-steps", markup=False)
        with Tiles(brief=True, heights=_HEIGHTS):
            for entry in self._entries:
                tile = PlaceTile(entry)
                tile.display = entry.until is None
                yield tile

    def keys(self) -> Iterable[Key]:
        yield Key("x", "End the program", self._ask_end)

    def on_mount(self) -> None:
        self._tell({}, FirstHour(frozenset(), ()))
        self.come_back()

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        """Read what waits, beside all else that is asked; of trouble the other screens tell."""
        answer = await self.door.ask_aside(lambda side: side.menu.news())
        self.end_if_detached()
        if not isinstance(answer, Trouble):
            self._tell(tell_news(answer, self.clinic.zone), answer.first_hour)
        elif answer.signed_out:
            self.desk.expel(answer.for_staff)

    def _tell(self, told: dict[Place, PlaceNews], hour: FirstHour) -> None:
        """Show what waits, unless it is shown: every change lays the page out again."""
        if (told, hour) == self._told:
            return
        self._told = told, hour
        self.set_class(bool(hour.open), "-first-hour")
        if hour.open:
            self.say(format_first_hour(hour, self._letters), "#first-next")
            self.query_one("#first-steps", Static).update(first_hour_table(hour, self._letters))
        untils = {entry.place: entry.until for entry in self._entries}
        for tile in self.query(PlaceTile):
            until = untils[tile.place]
            tile.display = until is None or until in hour.open
            tile.tell(told.get(tile.place))

    def _ask_end(self) -> None:
        lead = "Nothing is lost. It is started again by: kiosk desk"
        self.pose(ask_sure("End the program?", lead, "Yes, end it", partial(self.leave, Exit.END)))

    @on(Pressable.Pressed)
    def open_place(self, event: Pressable.Pressed) -> None:
        """Go to the place of a tile."""
        self.go_to(PlaceOf(Place[event.pressable.name or ""]))
