"""Moving between the visitor's screens, by place; and the end of a visit."""

import asyncio
import gc
import time
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on

from kiosk.content.translations import Texts, languages
from kiosk.ui.door import Door, Trouble
from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.terminal.messages import InputKindChanged, Scanned
from kiosk.ui.terminal.startup import EXIT_ASKED
from kiosk.ui.theme import themes
from kiosk.ui.visitor.messages import (
    LanguageChosen,
    LeaveKiosk,
    LookChosen,
    MoreTime,
    Switched,
    VisitorIntent,
)
from kiosk.ui.visitor.screen import SIMULATED_SCAN, IdleStep, VisitorScreen, due
from kiosk.ui.visitor.screens.home import HomeScreen
from kiosk.ui.visitor.screens.resting import OutOfOrderScreen, StillThereScreen
from kiosk.ui.visitor.visit import Demo, OpenVisitorSide, Visit, VisitorClinic, VisitorSide
from kiosk.ui.widgets.visitor_bar import Bar

Maker = Callable[[], VisitorScreen]
"""Makes a screen afresh; screens are never used twice."""
DEFAULT_LANGUAGE = "en"
DEFAULT_LOOK = "calm"
_REST = 2
"""How many screens lie under a visit's: the app's own empty one and the resting one."""
_COLLECT_EVERY = 50
"""Visits between two full collections, so that nothing of a visit stays in memory for long."""


class VisitorNavigation(LockedApp):
    """The visit, the trail of places behind it, and what is on the screen now."""

    CSS_PATH = "visitor.tcss"
    TITLE = "kiosk"
    extra_keys: ClassVar[frozenset[str]] = frozenset({"f1", "f2", SIMULATED_SCAN})

    def __init__(
        self,
        boot: OpenVisitorSide,
        *,
        demo: Demo | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock=monotonic)
        self.door: Door[VisitorSide] = Door(boot)
        self.demo = demo
        self.facts = VisitorClinic()
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

    def is_stale(self, event: VisitorIntent) -> bool:
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
        home = HomeScreen()
        home.dress(self.size, touch=self._touch)
        await self.push_screen(home)

    async def _put(self, screen: VisitorScreen) -> None:
        """Put `screen` directly above the resting screen."""
        await self._replace(screen, above=_REST)

    async def _rest(self) -> None:
        """Put a fresh resting screen in the place of all others."""
        screen = (
            HomeScreen() if self._out_of_order is None else OutOfOrderScreen(self._out_of_order)
        )
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


_REREAD_TICKS = 60
"""The day's line and the helplines follow what was planned and published within a minute."""


class VisitorLife(VisitorNavigation):
    """What happens on every screen alike."""

    _started = False
    _ticks = 0
    """Seconds since the day's line was read."""
    _simulated = 0
    """How many scans a demo has simulated."""

    async def on_mount(self) -> None:
        for theme in themes():
            self.register_theme(theme)
        self.theme = DEFAULT_LOOK
        await self.open_first()
        self.set_interval(1.0, self.tick)

    def post_display_hook(self) -> None:
        """Open the desks once the first screen is painted, and not before."""
        if not self._started and not self._batch_count and self.screen.query(Bar):
            self._started = True
            self.run_worker(self._start())

    async def _start(self) -> None:
        answer = await self.door.ask(lambda side: (side.facts, side.maintenance.out_of_order()))
        if isinstance(answer, Trouble):
            await self.close_kiosk(answer.for_staff)
            return
        self.facts, reason = answer
        if reason is not None:
            await self.close_kiosk("")
        elif isinstance(self.screen, HomeScreen):
            self.screen.read_schedule()
        await self._follow_helplines()

    def follow_language(self, code: str | None) -> None:
        """Speak the language of a pass for the rest of the visit, where the screens have it."""
        if code in (None, self.visit.texts.language):
            return
        if code in {language.code for language in languages(published=self.facts.helplines)}:
            self.visit.texts = Texts(code)

    @on(LanguageChosen)
    async def change_language(self, event: LanguageChosen) -> None:
        """Speak another language from here on; nothing typed is lost."""
        self.visit.texts = Texts(event.code)
        await self.back()

    @on(LookChosen)
    def change_look(self) -> None:
        """Change between the two looks."""
        self.visit.theme = "night" if self.visit.theme == DEFAULT_LOOK else DEFAULT_LOOK
        self.theme = self.visit.theme

    @on(Switched)
    async def follow_switch(self, event: Switched) -> None:
        """Close to visitors, or open again."""
        await self.close_kiosk("" if event.closed else None)

    def simulate_scan(self) -> None:
        """Scan the next sample pass, as a scanner would (demo only)."""
        passes = self.demo.passes() if self.demo is not None else ()
        if passes:
            self.post_message(Scanned(passes[self._simulated % len(passes)]))
            self._simulated += 1

    @on(LeaveKiosk)
    def leave_kiosk(self) -> None:
        """End the program, as staff asked."""
        self.leave(EXIT_ASKED)

    @on(InputKindChanged)
    def follow_input(self, event: InputKindChanged) -> None:
        """Show the on-screen keyboard after a touch, hide it after a key."""
        self._touch = event.kind == "touch"
        for screen in self.screen_stack:
            screen.set_class(self._touch, "-touch")

    @on(MoreTime)
    async def stay(self) -> None:
        """Take the warning away; what was under it is untouched."""
        await self.lift_warning()

    async def lift_warning(self) -> None:
        """Show again what the warning covers."""
        async with self._moving:
            if isinstance(self.screen, StillThereScreen):
                await self.pop_screen()
                self._shown_at = self.monotonic()

    async def tick(self) -> None:
        """Once a second: warn, or clear, when nobody has done anything for long enough.

        While screens change, a look at what is there would be out of date; there is another soon.
        """
        screen = self.screen
        if not isinstance(screen, VisitorScreen) or self._moving.locked():
            return
        if isinstance(screen, HomeScreen | OutOfOrderScreen):
            self._follow(screen)
        quiet = self.monotonic() - max(self._shown_at, self.last_activity)
        if isinstance(screen, StillThereScreen):
            left = self.facts.timing.warning - (self.monotonic() - screen.since)
            if left <= 0:
                await self.end_visit()
            else:
                screen.count_down(max(1, round(left)))
            return
        match due(screen.stays, quiet, self.facts.timing, busy=self.busy_visit):
            case IdleStep.CLEAR:
                await self.end_visit()
            case IdleStep.WARN:
                await self._warn(screen)
            case IdleStep.NOTHING:
                pass

    def _follow(self, screen: HomeScreen | OutOfOrderScreen) -> None:
        """Once a minute, have read again what may have changed behind a screen that rests."""
        self._ticks = (self._ticks + 1) % _REREAD_TICKS
        if self._ticks == 0 and self.is_ready:
            if isinstance(screen, HomeScreen):
                screen.read_schedule()
            self.run_worker(self._follow_helplines())
            self.run_worker(self._follow_order(screen))

    async def _follow_helplines(self) -> None:
        """Take the list of helplines that was published last."""
        answer = await self.door.ask(lambda side: side.helplines())
        if not isinstance(answer, Trouble) and answer != self.facts.helplines:
            self.facts = replace(self.facts, helplines=answer)

    async def _follow_order(self, screen: HomeScreen | OutOfOrderScreen) -> None:
        """Close where the centre has revoked this machine, open where it has taken that back."""
        answer = await self.door.ask(lambda side: side.maintenance.out_of_order())
        undisturbed = self.screen is screen and not self.busy_visit
        # A kiosk that is closed by trouble of its own stays so: staff have to see why.
        if isinstance(answer, Trouble) or not undisturbed or self._out_of_order:
            return
        if (answer is None) is not self.is_open:
            await self.close_kiosk(None if answer is None else "")

    async def _warn(self, screen: VisitorScreen) -> None:
        """Cover `screen` with the warning, unless somebody has just moved on."""
        async with self._moving:
            if self.screen is not screen:
                return
            warning = StillThereScreen(round(self.facts.timing.warning), since=self.monotonic())
            warning.dress(self.size, touch=self._touch)
            await self.push_screen(warning)
