"""A visitor before the kiosk, who reads, presses keys, taps and scans; without a terminal."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar
from unittest.mock import patch

from textual import events
from textual._compositor import Compositor
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.worker import WorkerState

from kiosk.content.take_home import TakeHome
from kiosk.ui.base import Door, Trouble
from kiosk.ui.terminal.app import InputKindChanged, Scanned
from kiosk.ui.visitor.app import VisitorApp
from kiosk.ui.visitor.parts import Boot, Demo, Facts, VisitorSide
from tests.support.desks import Clinic
from tests.support.reading import Reader

HOME: Final = "Talk to someone who has been there"
COUNTER: Final = "Please ask at the counter."
USUAL: Final = (80, 24)
SIZES: Final = (USUAL, (120, 40), (56, 16))
TAKE_HOME: Final = (
    TakeHome("The story of peer support", "PDF, 458 KB", "https://example.org/story.pdf"),
    TakeHome("Our brochure", "", "https://example.org/a-longer-address/for-the-brochure-of-us"),
)
_PATIENCE: Final = 10.0
"""Seconds within which a screen has to come to rest."""

Answer = TypeVar("Answer")


@dataclass
class Seconds:
    """A monotonic clock that stands until a test moves it."""

    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


class WatchedDoor(Door[VisitorSide]):
    """A door that knows how many questions are under way."""

    pending = 0

    async def ask(self, question: Callable[[VisitorSide], Answer]) -> Answer | Trouble:
        self.pending += 1
        try:
            return await super().ask(question)
        finally:
            self.pending -= 1


def side_of(clinic: Clinic) -> VisitorSide:
    """Return what bootstrap makes of an opened store."""
    zone = clinic.site.zone
    facts = Facts(
        today=lambda: clinic.clock.now().astimezone(zone).date(),
        zone=zone,
        country=clinic.site.country,
        take_home=TAKE_HOME,
    )
    return VisitorSide(clinic.visitor, clinic.maintenance, facts)


class Visitor(Reader):
    """Somebody before the kiosk; everything they do waits until the screen has come to rest."""

    def __init__(self, app: VisitorApp, seconds: Seconds, door: WatchedDoor) -> None:
        super().__init__(app)
        self.seconds = seconds
        self._door = door

    async def keys(self, *keys: str) -> None:
        """Press keys, each once the screen has come to rest after the one before."""
        for key in keys:
            await self.at_once(key)

    async def at_once(self, *keys: str) -> None:
        """Press keys without waiting in between."""
        await self.sends(*keys)
        await self.settle()

    async def sends(self, *keys: str) -> None:
        """Press keys and do not wait for what they do."""
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            await self._post(events.Key(name, key if len(key) == 1 else None))

    async def until(self, words: str, seconds: float) -> None:
        """Wait until `words` stand on the screen, though the kiosk may be busy still."""
        last = asyncio.get_running_loop().time() + seconds
        while not self.sees(words):
            assert asyncio.get_running_loop().time() < last, f"no {words!r}\n{self.picture()}"
            await asyncio.sleep(0.01)

    async def type(self, text: str, *keys: str) -> None:
        """Type `text` fast, then press `keys`."""
        await self.at_once(*text)
        await self.keys(*keys)

    async def tap(self, words: str) -> None:
        """Tap where `words` stand."""
        await self.tap_at(*self.place_of(words))

    async def tap_at(self, x: int, y: int) -> None:
        """Tap a cell."""
        await self.touch_down(x, y)
        await self.settle()

    async def touch_down(self, x: int, y: int) -> None:
        """Put a finger on a cell and lift it, and do not wait for what it does."""
        for kind in (events.MouseDown, events.MouseUp):
            await self._post(kind(None, x, y, 0, 0, 1, False, False, False, x, y))

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

    async def put_on(self, look: str) -> None:
        """Choose the look, as on the language screen."""
        self.app.visit.theme = self.app.theme = look
        await self.settle()

    async def wait(self, seconds: float) -> None:
        """Do nothing for so long, and let the kiosk notice."""
        self.seconds.at += seconds
        await self.app.tick()
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Use another terminal."""
        size = Size(width, height)
        driver = self.app._driver
        assert driver is not None
        driver._size = (width, height)
        self.app.post_message(events.Resize(size, size))
        await self.settle()

    async def _post(self, event: events.Event) -> None:
        event.set_sender(self.app)
        self.app.post_message(event)
        await asyncio.sleep(0)

    async def settle(self) -> None:
        """Wait until the app has nothing left to do but to wait for somebody."""
        loop = asyncio.get_running_loop()
        last = loop.time() + _PATIENCE
        while not await self._at_rest(loop):
            assert loop.time() < last, f"the screen does not come to rest\n{self.picture()}"
            await asyncio.sleep(0.002)

    async def _at_rest(self, loop: asyncio.AbstractEventLoop) -> bool:
        ready = vars(loop)["_ready"]
        quiet = 0
        while quiet < 3:
            await asyncio.sleep(0)
            quiet = 0 if ready else quiet + 1
        app = self.app
        if app._exit or app.crashed:
            return True
        screen = app.screen
        works = [w for w in app.workers if w.state in (WorkerState.PENDING, WorkerState.RUNNING)]
        redraws = screen._dirty_widgets or screen._layout_required or screen._callbacks
        busy = self._door.pending or app._gate._busy or works
        return not (busy or redraws or app._resize_event)


def _draw_nothing(_compositor: Compositor, **_options: object) -> None:
    """Nobody looks at a terminal here: the screen is drawn when it is read."""


@asynccontextmanager
async def at_kiosk(
    clinic: Clinic,
    *,
    size: tuple[int, int] = USUAL,
    boot: Boot | None = None,
    demo: Demo | None = None,
) -> AsyncIterator[Visitor]:
    """Start the visitor's kiosk on `clinic` (or by `boot`) and stand before its first screen."""
    seconds = Seconds()
    boot = boot or partial(side_of, clinic)
    app = VisitorApp(boot, demo=demo, monotonic=seconds)
    app.door = door = WatchedDoor(boot)
    app.animation_level = "none"
    try:
        with patch.object(Compositor, "render_update", _draw_nothing):
            async with app.run_test(size=size):
                visitor = Visitor(app, seconds, door)
                await visitor.settle()
                yield visitor
                assert not app.crashed
    finally:
        app.door.close()
