"""Moving between the visitor's screens, and the one place where a visit ends."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.terminal.lockdown import paint_at_once
from kiosk.ui.visitor.screen import Maker, Position, VisitorScreen
from kiosk.ui.visitor.screens.home import HomeScreen
from kiosk.ui.visitor.screens.resting import (
    OutOfOrderScreen,
    PosterScreen,
    StillThereScreen,
    format_poster,
)
from kiosk.ui.visitor.screens.result import NoticeScreen
from kiosk.ui.visitor.visit import Visit, VisitorContext
from kiosk.ui.widgets.card import CardText
from kiosk.ui.widgets.poster import poster_rows

_REST = 2
"""How many screens lie under a visit's: the app's own empty one and the resting one."""


class Navigation:
    """The screen that is shown, the trail of screens behind it, and the end of a visit."""

    def __init__(
        self,
        app: LockedApp,
        context: VisitorContext,
        monotonic: Callable[[], float],
        silence: Callable[[], None],
    ) -> None:
        """Take a clock in monotonic seconds, and what ends the speech of a visit."""
        self.shown_at = 0.0
        """When the screen was shown, in seconds of the clock."""
        self.is_touched = False
        """Whether the last input was touch."""
        self._app = app
        self._context = context
        self._monotonic = monotonic
        self._silence = silence
        self._trail: list[Maker] = []
        self._position: Position | None = None
        """Where the visitor was on the screen that help or the languages were opened from."""
        self._moving = asyncio.Lock()

    @property
    def is_moving(self) -> bool:
        """Whether screens are being changed now."""
        return self._moving.locked()

    @property
    def is_busy(self) -> bool:
        """Whether anything has to be cleared before the next visitor."""
        is_covered = isinstance(self._app.screen, PosterScreen)
        return bool(self._trail) or self._context.visit.is_changed or is_covered

    async def go(self, make: Maker, *, instead_of_this: bool = False) -> None:
        """Show a screen above the ones of this visit, or in the place of the last of them."""
        async with self._moving:
            self._position = None
            if instead_of_this and self._trail:
                self._trail.pop()
            self._trail.append(make)
            await self._put(make())

    async def go_aside(self, make: Maker) -> None:
        """Show a screen from which "back" leads to where the visitor is now, on this screen."""
        async with self._moving:
            self._keep_position()
            self._trail.append(make)
            await self._put(make())

    async def replace_aside(self, make: Maker) -> None:
        """Show a screen in the place of another one to which the visitor has gone aside."""
        async with self._moving:
            self._trail[-1:] = [make]
            await self._put(make())

    async def draw_again(self) -> None:
        """Show the same screen made afresh, as in another language; nothing on it is lost."""
        async with self._moving:
            self._keep_position()
            if self._trail:
                await self._put(self._trail[-1]())
            else:
                await self._rest()
            self._go_on()

    def _keep_position(self) -> None:
        """Keep where the visitor is, and what the screen has learnt since it was made."""
        screen = self._app.screen
        if not isinstance(screen, VisitorScreen):
            return
        self._position = screen.position()
        again = screen.again()
        if self._trail and again is not None:
            self._trail[-1] = again

    def _go_on(self) -> None:
        """Bring the visitor to where they were on the screen that is shown again."""
        position, self._position = self._position, None
        screen = self._app.screen
        if position is not None and isinstance(screen, VisitorScreen):
            screen.go_on_at(position)

    async def go_instead(self, make: Maker) -> None:
        """Show a screen above home, with nothing of this visit to go back to."""
        async with self._moving:
            self._position = None
            self._trail[:] = [make]
            await self._put(make())

    async def back(self) -> None:
        """Show the screen before this one, made afresh; after a way aside, as it was left."""
        async with self._moving:
            if self._trail:
                self._trail.pop()
            if self._trail:
                await self._put(self._trail[-1]())
                self._go_on()
            else:
                # The next person at this screen may be somebody else.
                self._context.visit.wipe()
                self._context.visit.may_be_overheard = False
                await self._rest()
                self._app.forget_scans()
                self._app.overwrite_soon()

    async def end_visit(self, *, behind_poster: bool = False) -> None:
        """Wipe the visit, by whatever path it ends, and show a fresh first screen, or a poster."""
        async with self._moving:
            self._context.visit.wipe()
            self._context.visit = Visit()
            self._silence()
            self._trail.clear()
            self._position = None
            self._app.clear_notifications()
            self._app.theme = self._context.visit.theme
            await self._rest(behind_poster=behind_poster)
            self._app.forget_input()
            self._app.forget_drawn()
        self._app.overwrite_soon()

    async def cover(self) -> None:
        """Fall silent, show a poster in the same moment, and end the visit behind it."""
        app = self._app
        if isinstance(app.screen, PosterScreen):
            return
        self._silence()
        poster = format_poster(replace(self._context, visit=Visit()))
        paint_at_once(app, poster_rows(poster, app.size))
        await self.end_visit(behind_poster=True)

    async def close(self, for_staff: str) -> None:
        """Put the kiosk out of order, with a sentence for staff or an empty one."""
        self._context.out_of_order = for_staff
        await self.end_visit()

    async def open(self) -> None:
        """Put the kiosk back in order."""
        self._context.out_of_order = None
        await self.end_visit()

    async def open_first(self) -> None:
        """Show the first screen of all; the app's own empty one stays under it unseen."""
        await self._app.push_screen(self._prepared(HomeScreen()))

    async def warn(self, covered: VisitorScreen) -> None:
        """Cover the screen with the warning, unless the visitor has just moved on."""
        async with self._moving:
            if self._app.screen is covered:
                seconds = round(self._context.timing.warning)
                warning = StillThereScreen(seconds, since=self._monotonic())
                await self._app.push_screen(self._prepared(warning))
                self._app.ring()

    async def show_notice(self, card: CardText) -> None:
        """Cover the screen with a notice; what it covers stays as it is."""
        await self.uncover()
        async with self._moving:
            await self._app.push_screen(self._prepared(NoticeScreen(card)))
            self.shown_at = self._monotonic()

    async def uncover(self) -> None:
        """Show again what a warning or a notice covers, which is untouched, or a poster."""
        async with self._moving:
            if isinstance(self._app.screen, PosterScreen):
                await self._rest()
            if isinstance(self._app.screen, StillThereScreen | NoticeScreen):
                if isinstance(self._app.screen, NoticeScreen):
                    self._app.forget_scans()
                    self._app.overwrite_soon()
                await self._app.pop_screen()
                self.shown_at = self._monotonic()

    async def _put(self, screen: VisitorScreen) -> None:
        """Put `screen` directly above the resting screen."""
        await self._replace(screen, above=_REST)

    async def _rest(self, *, behind_poster: bool = False) -> None:
        """Put a fresh resting screen in the place of all others."""
        reason = self._context.out_of_order
        screen: VisitorScreen = HomeScreen() if reason is None else OutOfOrderScreen(reason)
        if behind_poster:
            screen = PosterScreen()
        await self._replace(screen, above=_REST - 1)

    async def _replace(self, screen: VisitorScreen, *, above: int) -> None:
        """Show `screen` above the lowest `above` screens, in the place of all others there."""
        app = self._app
        self._prepared(screen)
        with app.batch_update():
            while len(app.screen_stack) > above + 1:
                await app.pop_screen()
        # Not in the batch: it would hold back the whole picture, and parts of the old one stay.
        if len(app.screen_stack) > above:
            await app.switch_screen(screen)
        else:
            await app.push_screen(screen)
        self.shown_at = self._monotonic()

    def _prepared(self, screen: VisitorScreen) -> VisitorScreen:
        screen.prepare(self._context, self._app.size, touch=self.is_touched)
        return screen
