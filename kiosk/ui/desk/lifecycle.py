"""The life of the desk: opening, signing in, locking, signing out."""

import asyncio
import gc
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.geometry import Size

from kiosk.domain.staff import Role
from kiosk.ui.desk import messages as m
from kiosk.ui.desk.menu import MenuScreen
from kiosk.ui.desk.messages import DeskIntent, DeskWant, Place, PlaceOf, menu_entries
from kiosk.ui.desk.questions import ChoiceScreen, LineScreen
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import LONGEST_STAY, ClinicInfo, CurrentUser, DeskSide, OpenDeskSide
from kiosk.ui.desk.sign_in import NewPassphraseScreen, SignInScreen
from kiosk.ui.door import Door, Trouble
from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.terminal.startup import EXIT_ASKED
from kiosk.ui.theme import themes

Maker = Callable[[], DeskScreen]
"""Makes a screen afresh."""
_REST = 1
"""The app's own empty screen, which lies under all others."""


class DeskNavigation(LockedApp):
    """The stack of screens: the way in, or the first place of a role and what was opened above."""

    CSS_PATH = "desk.tcss"
    TITLE = "kiosk desk"
    extra_keys: ClassVar[frozenset[str]] = frozenset({"f10"})

    def __init__(
        self, boot: OpenDeskSide, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(clock=monotonic)
        self.door: Door[DeskSide] = Door(boot)
        self.facts = ClinicInfo()
        self.who: CurrentUser | None = None
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

    def is_stale(self, event: DeskIntent) -> bool:
        """Say whether the screen that sent `event` is no longer in front."""
        return event.origin is not self.screen

    @property
    def spot(self) -> PlaceOf | None:
        """The nearest place at or under the screen in front."""
        screens = (s for s in reversed(self.screen_stack) if isinstance(s, DeskScreen))
        return next((screen.spot for screen in screens if screen.spot is not None), None)

    def maker(self, spot: PlaceOf) -> Maker | None:
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


_AGAIN = 5.0
"""Seconds until desks that could not be opened are tried again."""
_LONG = "You have been signed in for a long time; please sign in again."


class DeskLife(DeskNavigation):
    """What happens on every screen alike."""

    _left: PlaceOf | None = None
    """Where the locked person was."""
    _opening = False
    _are_open = False
    _again_at: float | None = None
    """When to try again to open the desks, where what stood in the way passes by itself."""

    async def on_mount(self) -> None:
        for theme in themes():
            self.register_theme(theme)
        self.theme = "calm"
        await self.start_at(SignInScreen)
        self.set_interval(1.0, self.tick)

    def post_display_hook(self) -> None:
        """Open the desks once the first screen is painted, and not before."""
        if not self._opening and not self._batch_count and isinstance(self.screen, SignInScreen):
            self._opening = True
            self.run_worker(self._open_desks())

    async def _open_desks(self) -> None:
        is_first, self._again_at = self._again_at is None, None
        answer = await self.door.ask(lambda side: side.facts)
        screen = self.in_front
        if isinstance(answer, Trouble):
            if answer.passing:
                self._again_at = self.monotonic() + _AGAIN
            if screen is not None:
                screen.say(answer.for_staff)
            return
        self.facts, self._are_open = answer, True
        if screen is not None:
            screen.retime()
            if not is_first:
                screen.say("")
                screen.rekey()

    async def tick(self) -> None:
        """Once a second: lock a desk that nobody touches; else let the screen look for news."""
        screen = self.in_front
        if screen is None or self._moving.locked():
            return
        if self._again_at is not None and self.monotonic() >= self._again_at:
            self.run_worker(self._open_desks())
        if self.who is not None:
            if (self.facts.now() - self.who.since).total_seconds() >= LONGEST_STAY:
                await self.sign_out(_LONG)
                return
            if self.monotonic() - self.last_activity >= self.facts.idle:
                await self.lock()
                return
        screen.retime()
        screen.tell_wait()
        screen.tick()

    async def lock(self) -> None:
        """Cover everything; only the login and the place are remembered."""
        who, self._left = self.who, self.spot
        if who is not None:
            await self._close_desks(partial(SignInScreen, locked_for=who.login))

    async def sign_out(self, sentence: str = "") -> None:
        """Drop everything, the login too."""
        self._left = None
        await self._close_desks(partial(SignInScreen, sentence=sentence))

    def expel(self, sentence: str) -> None:
        """Sign out beside the question that was answered so."""
        if self.who is not None:
            self.run_worker(self.sign_out(sentence))

    async def _close_desks(self, make: Maker) -> None:
        self.who = None
        await self.start_at(make)
        # A question under way ends first; then keys, desks and opened names go.
        self.run_worker(self._drop_keys())

    async def _drop_keys(self) -> None:
        if self.door.is_open:
            await self.door.ask(lambda side: side.lock())
            gc.collect()  # the desks go round in circles, with all that they have opened

    @on(m.Entered)
    async def enter(self, event: m.Entered) -> None:
        """Show the first place of somebody who has just signed in, or where they were."""
        if self.is_stale(event):
            return
        if not self._are_open:
            await self._open_desks()
        self.who = event.who
        if event.who.must_change:
            await self.start_at(partial(NewPassphraseScreen, given=True))
            return
        left, self._left = self._left, None
        makers: list[Maker] = [self._menu]
        if left is not None and left.place is not Place.MENU:
            wanted = self.maker(left)
            makers += [wanted] if wanted is not None else []
        elif (only := self._only_place()) is not None:
            makers.append(only)
        await self.start_at(*makers)

    def _only_place(self) -> Maker | None:
        """Return the one desk of somebody whose role has only one; they start there."""
        if self.who is None or self.who.roles != {Role.CALLER}:
            return None
        return self.maker(PlaceOf(Place.CALLBACKS))

    def _menu(self) -> MenuScreen:
        roles = self.who.roles if self.who is not None else frozenset[Role]()
        return MenuScreen(
            tuple(e for e in menu_entries(roles) if self.maker(PlaceOf(e.place)) is not None)
        )

    def maker(self, spot: PlaceOf) -> Maker | None:
        """Return the places that everybody has."""
        if spot.place is Place.MENU:
            return self._menu
        return NewPassphraseScreen if spot.place is Place.PASSPHRASE else super().maker(spot)

    @on(m.SomebodyElse)
    async def let_in_another(self, event: m.SomebodyElse) -> None:
        """Forget who was here before."""
        if not self.is_stale(event):
            await self.sign_out()

    @on(m.Leaves)
    async def follow(self, event: m.Leaves) -> None:
        """Go where somebody wants to be."""
        if self.is_stale(event):
            return
        match event.want:
            case DeskWant.BACK:
                await self.back()
            case DeskWant.SIGN_OUT:
                await self.sign_out()
            case DeskWant.LEAVE:
                self.leave(EXIT_ASKED)

    @on(m.Finished)
    async def finish(self, event: m.Finished) -> None:
        """Go back and say what was done."""
        if not self.is_stale(event):
            await self.back()
            if self.in_front is not None:
                self.in_front.say(event.sentence)

    @on(m.GoesTo)
    async def go_to(self, event: m.GoesTo) -> None:
        """Show a place above the one in front."""
        make = self.maker(event.spot)
        if make is not None and not self.is_stale(event):
            await self.show(make)

    @on(m.Asks)
    async def put_question(self, event: m.Asks) -> None:
        """Show a question above the screen that asks."""
        if not self.is_stale(event):
            screen = ChoiceScreen if event.question.options else LineScreen
            await self.show(partial(screen, event.question))

    @on(m.Answered)
    async def answer(self, event: m.Answered) -> None:
        """Take the question away, then hand its answer to who asked."""
        if not self.is_stale(event):
            await self.back()
            event.question.then(event.value)
