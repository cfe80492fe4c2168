"""Somebody before a screen who presses keys and taps; without a terminal."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from textual import events
from textual._compositor import Compositor
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.strip import Strip
from textual.worker import WorkerState

from kiosk.ui.door import Door, Side, Trouble
from kiosk.ui.screen import READ_SECONDS
from tests.support.reading import AppT, Reader

_PATIENCE: Final = 10.0
"""Seconds within which a screen has to come to rest."""

Answer = TypeVar("Answer")


@dataclass
class Seconds:
    """A monotonic clock that stands until a test moves it."""

    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


class WatchedDoor(Door[Side]):
    """A door that knows how many questions are under way."""

    pending = 0

    async def ask(self, question: Callable[[Side], Answer]) -> Answer | Trouble:
        self.pending += 1
        try:
            return await super().ask(question)
        finally:
            self.pending -= 1

    async def ask_aside(
        self, question: Callable[[Side], Answer], seconds: float | None = None
    ) -> Answer | Trouble:
        self.pending += 1
        try:
            return await super().ask_aside(question, seconds)
        finally:
            self.pending -= 1

    async def let_go(self) -> None:
        """Wait until no thread holds what it was asked last: each does for a moment longer."""
        await super().ask(lambda _: None)
        for thread in threading.enumerate():
            if thread.name == "aside":
                thread.join(5)


class Hands(Reader[AppT]):
    """Everything they do waits until the screen has come to rest."""

    def __init__(self, app: AppT, seconds: Seconds, door: WatchedDoor[Any]) -> None:
        super().__init__(app)
        self.seconds = seconds
        self.door = door
        self._seen: tuple[object, list[Strip]] = (None, [])

    def strips(self) -> list[Strip]:
        """What is drawn, row by row; drawn anew only where something has changed."""
        screen, key = self.screen, (self.screen, _changes)
        changes = screen._dirty_widgets or screen._layout_required or screen._callbacks
        if changes or key != self._seen[0]:
            self._seen = (key, super().strips())
        return self._seen[1]

    @property
    def asking(self) -> bool:
        """Whether a question is on its way to a desk, or its answer back."""
        return bool(self.door.pending)

    async def keys(self, *keys: str) -> None:
        """Press keys, each once the screen has come to rest and been read."""
        for key in keys:
            await self.at_once(key)

    def read(self) -> None:
        """Take as long as somebody needs to read what a press does."""
        self.seconds.at += 1.1 * READ_SECONDS

    async def at_once(self, *keys: str) -> None:
        """Read the screen, then press keys without waiting in between."""
        await self.sends(*keys)
        await self.settle()

    async def sends(self, *keys: str) -> None:
        """Read the screen, then press keys and do not wait for what they do."""
        self.read()
        await self.hurries(0.0, *keys)

    async def hurries(self, gap: float, *keys: str) -> None:
        """Press keys `gap` seconds later, read or not, and do not wait for what they do."""
        self.seconds.at += gap
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
        """Tap a cell of a screen that has been read."""
        self.read()
        await self.touch_down(x, y)
        await self.settle()

    async def touch_down(self, x: int, y: int) -> None:
        """Put a finger on a cell and lift it, and do not wait for what it does."""
        await self.press(x, y)
        await self.release(x, y)

    async def press(self, x: int, y: int) -> None:
        """Put a finger on a cell."""
        await self._post(events.MouseDown(None, x, y, 0, 0, 1, False, False, False, x, y))

    async def release(self, x: int, y: int) -> None:
        """Lift a finger from a cell, on which it may have slid."""
        await self._post(events.MouseUp(None, x, y, 0, 0, 1, False, False, False, x, y))

    async def tap_twice(self, words: str, gap: float) -> None:
        """Tap where `words` stand, and once more there `gap` seconds after the next picture."""
        place = self.place_of(words)
        await self.tap_at(*place)
        self.seconds.at += gap
        await self.touch_down(*place)
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
        # Tests look for what has to be gone from the memory.
        self._seen = (None, [])
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
        busy = self.door.pending or app._gate._busy or works
        return not (busy or redraws or app._resize_event)


_changes = 0
"""How often a screen had something new to draw."""


def draw_nothing(_compositor: Compositor, **_options: object) -> None:
    """Nobody looks at a terminal here: the screen is drawn when it is read."""
    global _changes
    _changes += 1
