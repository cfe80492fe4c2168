"""Moving between the desk's screens, by place; nothing under the first screen outlives a lock."""

import asyncio
import gc
import time
from collections.abc import Callable
from typing import ClassVar

from textual.geometry import Size

from kiosk.ui.base import Door
from kiosk.ui.desk.messages import Intent
from kiosk.ui.desk.parts import Facts, Who
from kiosk.ui.desk.places import Spot
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import Boot, DeskSide
from kiosk.ui.terminal.app import LockedApp

Maker = Callable[[], DeskScreen]
"""Makes a screen afresh."""
_REST = 1
"""The app's own empty screen, which lies under all others."""


class Navigation(LockedApp):
    """The stack of screens: the way in, or the first place of a role and what was opened above."""

    CSS_PATH = "desk.tcss"
    TITLE = "kiosk desk"
    extra_keys: ClassVar[frozenset[str]] = frozenset({"f10"})

    def __init__(self, boot: Boot, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock=monotonic)
        self.door: Door[DeskSide] = Door(boot)
        self.facts = Facts()
        self.who: Who | None = None
        self._seconds = monotonic
        self._moving = asyncio.Lock()

    def monotonic(self) -> float:
        """Give seconds of the clock that waits are counted by."""
        return self._seconds()

    @property
    def in_front(self) -> DeskScreen | None:
        """The screen that is seen."""
        screen = self.screen
        return screen if isinstance(screen, DeskScreen) else None

    def is_stale(self, event: Intent) -> bool:
        """Say whether the screen that sent `event` is no longer in front."""
        return event.origin is not self.screen

    @property
    def spot(self) -> Spot | None:
        """The nearest place at or under the screen in front."""
        screens = (s for s in reversed(self.screen_stack) if isinstance(s, DeskScreen))
        return next((screen.spot for screen in screens if screen.spot is not None), None)

    def maker(self, spot: Spot) -> Maker | None:
        """Return what makes the screen of a place; each desk's part of the app adds its own."""
        del spot
        return None

    async def show(self, make: Maker) -> None:
        """Show a screen above the one in front, which stays as it is."""
        async with self._moving:
            await self.push_screen(self._dressed(make()))

    async def show_instead(self, make: Maker) -> None:
        """Show a screen in the place of the one in front."""
        async with self._moving:
            await self.switch_screen(self._dressed(make()))

    async def back(self) -> None:
        """Show the screen under this one, as it was left; the first one stays."""
        async with self._moving:
            if len(self.screen_stack) > _REST + 1:
                await self.pop_screen()
                self.forget_input()
        if self.in_front is not None:
            self.in_front.come_back()

    async def start_at(self, *makers: Maker) -> None:
        """Drop every screen and show these, the last one in front."""
        async with self._moving:
            with self.batch_update():
                while len(self.screen_stack) > _REST + 1:
                    await self.pop_screen()
            # Before the new screen is made, which would inherit it.
            self.forget_input()
            # Not in the batch: it would hold back the whole picture.
            first, *others = makers
            if len(self.screen_stack) > _REST:
                await self.switch_screen(self._dressed(first()))
            else:
                await self.push_screen(self._dressed(first()))
            for make in others:
                await self.push_screen(self._dressed(make()))
            self._clipboard = ""
            self.clear_notifications()
            self.forget_input()
            self.forget_drawn()
        gc.collect()

    def _dressed(self, screen: DeskScreen) -> DeskScreen:
        screen.dress(Size(*self.size))
        return screen
