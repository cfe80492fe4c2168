"""A visitor before the kiosk, who reads, presses keys, taps and scans; without a terminal."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final
from unittest.mock import patch

from textual._compositor import Compositor

from kiosk.content.articles import TakeHome
from kiosk.content.assets import config_dir
from kiosk.content.wishes import read_wishes
from kiosk.domain.callbacks.slips import CentralSlip
from kiosk.domain.callbacks.wishes import NO_WISHES, OfferedWishes
from kiosk.domain.printing import PrintedSlip, PrintJob
from kiosk.domain.speech import Speech
from kiosk.ui.terminal.messages import InputKindChanged, Scanned
from kiosk.ui.visitor.app import VisitorApp
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.visit import Demo, VisitorClinic, VisitorDesks, VisitorSide
from kiosk.usecases.helplines import read_published
from tests.support.desks import Clinic
from tests.support.hands import Hands, Seconds, WatchedDoor, draw_nothing

HOME: Final = "Talk to someone who has been there"
COUNTER: Final = "Please ask at the counter."
USUAL: Final = (80, 24)
SIZES: Final = (USUAL, (120, 40), (56, 16))
TELLING: Final = (
    (56, 16), (80, 24), (100, 30), (106, 32), (110, 35), (120, 40), (160, 50), (200, 60),
)  # fmt: skip
"""The smallest size, the usual ones of terminals and screens, and a large one."""
_WIDTHS = (56, 64, 72, 80, 90, 100, 106, 120, 140, 160, 180, 200)
_HEIGHTS = (16, 18, 20, 22, 24, 27, 30, 32, 35, 40, 50, 60)
STEPS: Final = tuple(
    (_WIDTHS[(place + turn) % len(_WIDTHS)], height)
    for place, height in enumerate(_HEIGHTS)
    for turn in (0, 4, 8)
)
"""From the smallest to a large size: three widths for each height, three heights for each width."""
TAKE_HOME: Final = (
    TakeHome("The story of peer support", "PDF, 458 KB", "https://example.org/story.pdf"),
    TakeHome("Our brochure", "", "https://example.org/a-longer-address/for-the-brochure-of-us"),
)


OFFERED: Final = read_wishes(config_dir() / "wishes.toml")
"""The wishes that are shipped."""


def side_of(
    clinic: Clinic,
    wishes: OfferedWishes = NO_WISHES,
    print_slip: Callable[[PrintedSlip], PrintJob] | None = None,
    ask_central: Callable[[str], CentralSlip | None] | None = None,
    public_number: str = "",
) -> VisitorSide:
    """Return what bootstrap makes of an opened store.

    `print_slip` is a slip printer; a centre answers by `ask_central`.
    """
    zone = clinic.site.zone
    site = VisitorClinic(
        today=lambda: clinic.clock.now().astimezone(zone).date(),
        now=lambda: clinic.clock.now().astimezone(zone),
        zone=zone,
        country=clinic.site.country,
        take_home=TAKE_HOME,
        wishes=wishes,
        prints_slips=print_slip is not None,
        has_central=ask_central is not None,
        public_number=public_number,
    )
    published = partial(read_published, clinic.store, clinic.site)
    asked = ask_central or (lambda _: None)
    desks = VisitorDesks(clinic.visitor, site, published, asked, print_slip)
    maintenance = clinic.maintenance
    return VisitorSide(lambda: desks, lambda: maintenance)


class Visitor(Hands[VisitorApp]):
    """Somebody before the kiosk; everything they do waits until the screen has come to rest."""

    @property
    def screen(self) -> VisitorScreen:
        """The screen on top."""
        screen = self.app.screen
        assert isinstance(screen, VisitorScreen)
        return screen

    async def scan(self, text: str) -> None:
        """Hold a code under the scanner."""
        await self.sends_scan(text)
        await self.settle()

    async def sends_scan(self, text: str) -> None:
        """Hold a code under the scanner and do not wait for the answer."""
        await self._post(Scanned(text))

    async def touch(self, on: bool = True) -> None:
        """Let the screens believe that somebody uses touch, or keys again."""
        self.app.post_message(InputKindChanged("touch" if on else "keys"))
        await self.settle()

    async def put_on(self, theme: str) -> None:
        """Choose the theme, as on the language screen."""
        self.app.context.visit.theme = self.app.theme = theme
        await self.settle()

    async def wait(self, seconds: float) -> None:
        """Do nothing for so long, and let the kiosk notice."""
        self.seconds.at += seconds
        await self.app.tick()
        await self.settle()


@asynccontextmanager
async def at_kiosk(
    clinic: Clinic,
    *,
    size: tuple[int, int] = USUAL,
    boot: Callable[[], VisitorSide] | None = None,
    demo: Demo | None = None,
    speech: Speech | None = None,
) -> AsyncIterator[Visitor]:
    """Start the visitor's kiosk on `clinic` (or by `boot`) and stand before its first screen.

    It is silent without `speech`.
    """
    seconds = Seconds()
    door = WatchedDoor(boot or (lambda: replace(side_of(clinic), open_speech=lambda: speech)))
    app = VisitorApp(door, demo=demo, monotonic=seconds)
    try:
        with patch.object(Compositor, "render_update", draw_nothing):
            async with app.run_test(size=size):
                visitor = Visitor(app, seconds, door)
                await visitor.settle()
                yield visitor
                assert not app.crashed
    finally:
        door.close()
