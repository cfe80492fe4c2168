"""Moving between the visitor's screens, by place; and the end of a visit."""

import asyncio
import gc
import time
from collections.abc import Callable
from typing import ClassVar

from kiosk.content.texts import Texts
from kiosk.ui.base import Door
from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.visitor.messages import Intent
from kiosk.ui.visitor.parts import Boot, Demo, Facts, VisitorSide
from kiosk.ui.visitor.screen import SIMULATED_SCAN, VisitorScreen
from kiosk.ui.visitor.screens.closed import Closed
from kiosk.ui.visitor.screens.home import Home
from kiosk.ui.visitor.visit import Visit

Maker = Callable[[], VisitorScreen]
"""Makes a screen afresh; screens are never used twice."""
DEFAULT_LANGUAGE = "en"
DEFAULT_LOOK = "calm"
_REST = 2
"""How many screens lie under a visit's: the app's own empty one and the resting one."""
_COLLECT_EVERY = 50
"""Visits between two full collections, so that nothing of a visit stays in memory for long."""


class Navigation(LockedApp):
    """The visit, the trail of places behind it, and what is on the screen now."""

    CSS_PATH = "visitor.tcss"
    TITLE = "kiosk"
    extra_keys: ClassVar[frozenset[str]] = frozenset({"f1", "f2", SIMULATED_SCAN})

    def __init__(
        self,
        boot: Boot,
        *,
        demo: Demo | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock=monotonic)
        self.door: Door[VisitorSide] = Door(boot)
        self.demo = demo
        self.facts = Facts()
        self.visit = Visit(Texts(DEFAULT_LANGUAGE))
        self.monotonic = monotonic
        self._trail: list[Maker] = []
        self._moving = asyncio.Lock()
        self._shown_at = 0.0
        self._out_of_order: str | None = None
        self._visits = 0
        self._touch = False

    @property
    def is_ready(self) -> bool:
        """Whether the desks are there."""
        return self.door.is_open

    @property
    def is_open(self) -> bool:
        """Whether visitors can use the kiosk now."""
        return self._out_of_order is None

    @property
    def busy_visit(self) -> bool:
        """Whether anything has to be cleared before the next visitor."""
        changed = (self.visit.texts.language, self.visit.theme) != (DEFAULT_LANGUAGE, DEFAULT_LOOK)
        return bool(self._trail) or changed

    def is_stale(self, event: Intent) -> bool:
        """Say whether the screen that sent `event` has gone, as after a double press."""
        return event.origin is not self.screen

    async def go(self, make: Maker, *, instead_of_this: bool = False) -> None:
        """Show a screen above the ones of this visit, or in the place of the last of them."""
        async with self._moving:
            if instead_of_this and self._trail:
                self._trail.pop()
            self._trail.append(make)
            await self._put(make())

    async def go_instead(self, make: Maker) -> None:
        """Show a screen above home, with nothing of this visit to go back to."""
        async with self._moving:
            self._trail[:] = [make]
            await self._put(make())

    async def back(self) -> None:
        """Show the screen before this one, made afresh."""
        async with self._moving:
            if self._trail:
                self._trail.pop()
            if self._trail:
                await self._put(self._trail[-1]())
            else:
                # The next person at this screen may be somebody else.
                self.visit.wipe()
                await self._rest()

    async def end_visit(self) -> None:
        """Wipe the visit, by whatever path it ends, and show a fresh first screen."""
        async with self._moving:
            self.visit.wipe()
            self.visit = Visit(Texts(DEFAULT_LANGUAGE))
            self._trail.clear()
            self._clipboard = ""
            self.clear_notifications()
            self.theme = self.visit.theme
            await self._rest()
            self.forget_input()
            self.forget_drawn()
        self._visits += 1
        if self._visits % _COLLECT_EVERY == 0:
            gc.collect()

    async def close_kiosk(self, for_staff: str | None) -> None:
        """Put the kiosk out of order with a sentence for staff, or back in order with None."""
        self._out_of_order = for_staff
        await self.end_visit()

    async def open_first(self) -> None:
        """Show the first screen of all; the app's own empty one stays under it unseen."""
        home = Home()
        home.dress(self.size, touch=self._touch)
        await self.push_screen(home)

    async def _put(self, screen: VisitorScreen) -> None:
        """Put `screen` directly above the resting screen."""
        await self._replace(screen, above=_REST)

    async def _rest(self) -> None:
        """Put a fresh resting screen in the place of all others."""
        screen = Home() if self._out_of_order is None else Closed(self._out_of_order)
        await self._replace(screen, above=_REST - 1)

    async def _replace(self, screen: VisitorScreen, *, above: int) -> None:
        """Show `screen` above the lowest `above` screens, in the place of all others there."""
        screen.dress(self.size, touch=self._touch)
        with self.batch_update():
            while len(self.screen_stack) > above + 1:
                await self.pop_screen()
        # Not in the batch: it would hold back the whole picture, and parts of the old one stay.
        if len(self.screen_stack) > above:
            await self.switch_screen(screen)
        else:
            await self.push_screen(screen)
        self._shown_at = self.monotonic()
