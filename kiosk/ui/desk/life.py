"""The life of the desk: opening, signing in, locking, signing out."""

import gc
from functools import partial

from textual import on

from kiosk.domain.staff import Role
from kiosk.ui.base import Trouble
from kiosk.ui.desk import messages as m
from kiosk.ui.desk.messages import Want
from kiosk.ui.desk.navigation import Maker, Navigation
from kiosk.ui.desk.parts import LONGEST_STAY
from kiosk.ui.desk.places import Place, Spot, entries
from kiosk.ui.desk.screens.ask import AskChoice, AskLine
from kiosk.ui.desk.screens.menu import Menu
from kiosk.ui.desk.screens.passphrase import NewPassphrase
from kiosk.ui.desk.screens.sign_in import SignIn
from kiosk.ui.terminal.exits import EXIT_ASKED
from kiosk.ui.theme import themes

_AGAIN = 5.0
"""Seconds until desks that could not be opened are tried again."""
_LONG = "You have been signed in for a long time; please sign in again."


class DeskLife(Navigation):
    """What happens on every screen alike."""

    _left: Spot | None = None
    """Where the locked person was."""
    _opening = False
    _are_open = False
    _again_at: float | None = None
    """When to try again to open the desks, where what stood in the way passes by itself."""

    async def on_mount(self) -> None:
        for theme in themes():
            self.register_theme(theme)
        self.theme = "calm"
        await self.start_at(SignIn)
        self.set_interval(1.0, self.tick)

    def post_display_hook(self) -> None:
        """Open the desks once the first screen is painted, and not before."""
        if not self._opening and not self._batch_count and isinstance(self.screen, SignIn):
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
            await self._close_desks(partial(SignIn, locked_for=who.login))

    async def sign_out(self, sentence: str = "") -> None:
        """Drop everything, the login too."""
        self._left = None
        await self._close_desks(partial(SignIn, sentence=sentence))

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
            await self.start_at(partial(NewPassphrase, given=True))
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
        return self.maker(Spot(Place.CALLBACKS))

    def _menu(self) -> Menu:
        roles = self.who.roles if self.who is not None else frozenset[Role]()
        return Menu(tuple(e for e in entries(roles) if self.maker(Spot(e.place)) is not None))

    def maker(self, spot: Spot) -> Maker | None:
        """Return the places that everybody has."""
        if spot.place is Place.MENU:
            return self._menu
        return NewPassphrase if spot.place is Place.PASSPHRASE else super().maker(spot)

    @on(m.SomebodyElse)
    async def let_in_another(self, event: m.SomebodyElse) -> None:
        """Forget who was here before."""
        if not self.is_stale(event):
            await self.sign_out()

    @on(m.Wants)
    async def follow(self, event: m.Wants) -> None:
        """Go where somebody wants to be."""
        if self.is_stale(event):
            return
        match event.want:
            case Want.BACK:
                await self.back()
            case Want.SIGN_OUT:
                await self.sign_out()
            case Want.LEAVE:
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
            screen = AskChoice if event.question.options else AskLine
            await self.show(partial(screen, event.question))

    @on(m.Answered)
    async def answer(self, event: m.Answered) -> None:
        """Take the question away, then hand its answer to who asked."""
        if not self.is_stale(event):
            await self.back()
            event.question.then(event.value)
