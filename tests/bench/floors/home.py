"""The floor of starting: the same home screen in a stock Textual app, with nothing behind it."""

import re
from collections.abc import Iterable
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.theme import themes
from kiosk.ui.widgets.buttons import Tile
from kiosk.ui.widgets.layout import Tiles
from kiosk.ui.widgets.visitor_bar import Bar

_SHEET = Path(__file__).parents[3] / "kiosk/ui/visitor/visitor.tcss"
_TILES = (
    ("R", "Read about peer support", "What it is, and a first talk"),
    ("C", "Ask for a call", "Someone rings when it suits you"),
    ("G", "Check in to a group", "Scan your pass, or come without"),
    ("T", "Take something home", "Booklets and numbers"),
    ("K", "What we keep", "And how to have it removed"),
    ("W", "Withdraw a request", "With your slip or its code"),
)


class VisitorScreen(Screen[None]):
    """Bears the name that the shared style sheet expects."""


class HomeScreen(VisitorScreen):
    """The same widgets as the kiosk's first screen."""

    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="page", can_focus=False):
            yield Static("Talk to someone who has been there", id="heading", markup=False)
            lead = "You do not need this screen. Any staff member can do this for you."
            yield Static(lead, id="lead", markup=False)
            yield from self._body()
        help_now, language = "H  Help now", "L  Language"
        yield Bar(
            {
                "help": (help_now, help_now),
                "language": (language, language),
                "finish": ("Esc  Finish and clear", "Esc  Finish"),
            },
            too_small="Please ask at the counter.",
        )

    def _body(self) -> Iterable[Widget]:
        with Tiles(brief=True, id="tiles"):
            for letter, title, more in _TILES:
                yield Tile(title, more, letter=letter)
        yield Static("", id="today", markup=False)


class Bare(App[None]):
    """Nothing but the screen and its look."""

    CSS = "".join(
        re.findall(
            r"^(?:VisitorScreen|HomeScreen) \{.*?^\}\n",
            _SHEET.read_text(encoding="utf-8"),
            flags=re.DOTALL | re.MULTILINE,
        )
    )
    """The blocks of the side's sheet that this screen takes its look from."""
    ENABLE_COMMAND_PALETTE = False

    async def on_mount(self) -> None:
        for theme in themes():
            self.register_theme(theme)
        self.theme = "calm"
        await self.push_screen(HomeScreen())


Bare().run()
