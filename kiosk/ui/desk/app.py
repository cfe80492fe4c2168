"""The desk: which screen follows which, from the first sign-in to the last sign-out."""

import asyncio
import gc
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar
from uuid import UUID

from textual import on
from textual.geometry import Size

from kiosk.devices.memory import overwrite_cached
from kiosk.domain.printing import PrintJob
from kiosk.domain.staff import Role
from kiosk.ui.desk import messages as m
from kiosk.ui.desk.admin.audit import AuditTrailScreen
from kiosk.ui.desk.admin.first_hour import BookletsScreen, TestCardScreen
from kiosk.ui.desk.admin.helplines import HelplinesScreen
from kiosk.ui.desk.admin.kiosks import KiosksScreen
from kiosk.ui.desk.admin.person import FindPersonScreen
from kiosk.ui.desk.admin.reports import ReportsScreen
from kiosk.ui.desk.admin.retention import RetentionScreen
from kiosk.ui.desk.attendance.anomalies import AnomaliesScreen
from kiosk.ui.desk.attendance.roster import RosterScreen
from kiosk.ui.desk.attendance.sessions import SessionsScreen
from kiosk.ui.desk.callbacks.entry import EnteredScreen
from kiosk.ui.desk.callbacks.worklist import WorklistScreen
from kiosk.ui.desk.groups.groups import GroupsScreen
from kiosk.ui.desk.menu import MenuScreen, menu_entries
from kiosk.ui.desk.messages import Exit, Maker, Place, PlaceOf
from kiosk.ui.desk.passes.members import MembersScreen
from kiosk.ui.desk.passes.new_pass import NewPassScreen
from kiosk.ui.desk.questions import ChoiceScreen, LineScreen
from kiosk.ui.desk.screen import DeskScreen, StaffApp
from kiosk.ui.desk.session import LONGEST_STAY, OpenDeskSide
from kiosk.ui.desk.sign_in import NewPassphraseScreen, SignInScreen
from kiosk.ui.desk.staff.accounts import AccountsScreen
from kiosk.ui.desk.text import PRINTING, describe_printed, format_printing
from kiosk.ui.door import Trouble
from kiosk.ui.terminal.messages import Scanned
from kiosk.ui.terminal.startup import EXIT_ASKED, EXIT_REPLACED

_ROUTES: dict[Place, Maker] = {
    Place.SESSIONS: SessionsScreen,
    Place.PASSES: MembersScreen,
    Place.ANOMALIES: AnomaliesScreen,
    Place.CALLBACKS: WorklistScreen,
    Place.ENTERED: EnteredScreen,
    Place.GROUPS: GroupsScreen,
    Place.STAFF: AccountsScreen,
    Place.REPORTS: ReportsScreen,
    Place.RETENTION: RetentionScreen,
    Place.AUDIT: AuditTrailScreen,
    Place.KIOSKS: KiosksScreen,
    Place.HELPLINES: HelplinesScreen,
    Place.BOOKLETS: BookletsScreen,
    Place.TEST_CARD: TestCardScreen,
    Place.PERSON: FindPersonScreen,
    Place.PASSPHRASE: NewPassphraseScreen,
}
"""Which screen is at each place; the menu is made from the roles of who is signed in."""
_SESSION_ROUTES: dict[Place, Callable[[UUID], DeskScreen]] = {
    Place.ROSTER: RosterScreen,
    Place.ADD_BY_NAME: NewPassScreen,
    Place.ADD_MEMBER: MembersScreen,
}
"""Which screen is at each place that is about one session."""
_REST = 1
"""The app's own empty screen, which lies under all others."""
_MANY_TIMERS = 300
"""Several times what a desk has going."""
_LATER = 3600.0
"""Seconds; later than any of them."""
_LONG = "You have been signed in for a long time; please sign in again."


class DeskApp(StaffApp):
    """Everything that staff do on a screen.

    Its screens are a stack: the sign-in, or the menu and what was opened above it.
    """

    CSS_PATH = "desk.tcss"
    TITLE = "kiosk desk"
    extra_keys: ClassVar[frozenset[str]] = frozenset({"f10"})

    def __init__(
        self, boot: OpenDeskSide, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`monotonic` returns seconds of the clock that waits are counted by."""
        super().__init__(boot, monotonic)
        self._moving = asyncio.Lock()
        self._left: PlaceOf | None = None
        """Where the person was who is locked out."""
        self._opening = False
        self._are_open = False
        self._printing: list[tuple[PrintJob, float]] = []
        """What is being printed, and since when, in seconds of the app's clock."""

    @property
    def in_front(self) -> DeskScreen | None:
        """The screen that is seen."""
        # A tick may still come once the screens are gone, at the very end.
        screen = self.screen_stack[-1] if self.screen_stack else None
        return screen if isinstance(screen, DeskScreen) else None

    def is_stale(self, event: m.DeskIntent) -> bool:
        """Return whether the screen that sent `event` is no longer in front."""
        return event.origin is not self.screen

    @property
    def route(self) -> PlaceOf | None:
        """The nearest place at or under the screen in front."""
        screens = (s for s in reversed(self.screen_stack) if isinstance(s, DeskScreen))
        return next((screen.route for screen in screens if screen.route is not None), None)

    def _maker(self, target: PlaceOf) -> Maker:
        if target.place is Place.MENU:
            return self._menu
        if target.of is not None:
            return partial(_SESSION_ROUTES[target.place], target.of)
        return _ROUTES[target.place]

    def _menu(self) -> MenuScreen:
        return MenuScreen(menu_entries(self.who.roles if self.who is not None else frozenset()))

    async def show(self, make: Maker) -> None:
        """Show a screen above the one in front, which stays as it is."""
        async with self._moving:
            await self.push_screen(self._dressed(make))

    async def show_instead(self, make: Maker) -> None:
        """Show a screen in the place of the one in front."""
        async with self._moving:
            await self.switch_screen(self._dressed(make))

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
                await self.switch_screen(self._dressed(first))
            else:
                await self.push_screen(self._dressed(first))
            for make in others:
                await self.push_screen(self._dressed(make))
            self.clear_notifications()
            self.forget_input()
            self.forget_drawn()
        await _drop_cancelled_timers()
        gc.collect()

    def _dressed(self, make: Maker) -> m.AnyScreen:
        screen = make()
        screen.dress(Size(*self.size))
        return screen

    async def on_mount(self) -> None:
        await self.start_at(SignInScreen)
        self.set_interval(1.0, self.tick)

    def post_display_hook(self) -> None:
        """Open the desks once the first screen is painted, and not before."""
        super().post_display_hook()
        if not self._opening and not self.is_batching and isinstance(self.screen, SignInScreen):
            self._opening = True
            self.ask_for_pictures()
            self.run_worker(self._open_desks())

    async def _open_desks(self) -> None:
        is_first, self._again_at = self._again_at is None, None
        answer = await self.door.ask(lambda side: side.clinic)
        screen = self.in_front
        if isinstance(answer, Trouble):
            self.try_later()
            if screen is not None:
                screen.say(answer.for_staff)
            return
        self.clinic, self._are_open = answer, True
        if screen is not None:
            screen.retime()
            if not is_first:
                screen.say("")
                screen.rekey()

    async def tick(self) -> None:
        """Once a second: lock a desk that nobody touches; else let the screen read its news."""
        screen = self.in_front
        if screen is None or self._moving.locked():
            return
        if self.door.replaced:
            await self._start_anew()
            return
        if self.is_time_again():
            self.run_worker(self._open_desks())
        if self.who is not None:
            if (self.clinic.now() - self.who.since).total_seconds() >= LONGEST_STAY:
                self._keep_typed()
                await self.sign_out(_LONG)
                return
            if self.monotonic() - self.last_activity >= self.clinic.idle:
                await self.lock()
                return
            self._show_printing(screen)
        screen.retime()
        screen.show_wait()
        screen.tick()

    def follow_printing(self, job: PrintJob) -> None:
        self._printing.append((job, self.monotonic()))
        if self.in_front is not None:
            self.in_front.say(format_printing(job.what, 0))

    def _show_printing(self, screen: DeskScreen) -> None:
        """Show what has become of what is being printed, or that it takes its time."""
        over = [job for job, _ in self._printing if job.result is not None]
        self._printing = [(job, since) for job, since in self._printing if job.result is None]
        if over:
            screen.say(" ".join(dict.fromkeys(map(describe_printed, over))))
        elif not screen.sentence or screen.sentence.startswith(PRINTING):
            job, since = next(iter(self._printing), (None, 0.0))
            screen.say("" if job is None else format_printing(job.what, self.monotonic() - since))

    async def _start_anew(self) -> None:
        """Sign out, for the records were replaced; start the program again once that was read."""
        if self._again_at is None:
            self.try_later()
            await self.sign_out(self.door.replaced)
        elif self.is_time_again():
            self.leave(EXIT_REPLACED)

    async def lock(self) -> None:
        """Cover everything; only the login and the place are remembered."""
        who, self._left = self.who, self.route
        if who is not None:
            self._keep_typed()
            await self._close_desks(partial(SignInScreen, locked_for=who.login))

    def _keep_typed(self) -> None:
        """Have a desk keep what was typed and is not kept yet, before its keys go."""
        screens = (s for s in reversed(self.screen_stack) if isinstance(s, DeskScreen))
        keep = next((screen.unkept for screen in screens if screen.unkept is not None), None)
        if keep is not None:
            self.run_worker(self.door.ask(keep))

    async def sign_out(self, sentence: str = "") -> None:
        """Drop everything, the login too; the sign-in shows `sentence`."""
        self._left = None
        await self._close_desks(partial(SignInScreen, sentence=sentence))

    def expel(self, sentence: str) -> None:
        # Beside the question that was answered so, which waits for this screen.
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
            # The library that tried the passphrase has left a copy with the desks' thread.
            await self.door.ask(lambda _side: overwrite_cached())
            self.overwrite_soon()

    @on(Scanned)
    def take_scan(self, event: Scanned) -> None:
        """Hand a scanned code to the screen in front."""
        if self.in_front is not None:
            self.in_front.take_scan(event.text)

    @on(m.Entered)
    async def enter(self, event: m.Entered) -> None:
        """Show the first place of a person who has just signed in, or where they were."""
        if self.is_stale(event):
            return
        if not self._are_open:
            await self._open_desks()
        self.who = event.who
        if event.who.must_change:
            await self.start_at(partial(NewPassphraseScreen, is_reset=True))
            return
        left, self._left = self._left, None
        if left is None or left.place is Place.MENU:
            only = {Role.CALLER: Place.CALLBACKS, Role.CLINICIAN: Place.ENTERED}
            roles = [*event.who.roles]
            place = only.get(roles[0]) if len(roles) == 1 else None
            left = None if place is None else PlaceOf(place)
        await self.start_at(self._menu, *(() if left is None else (self._maker(left),)))

    @on(m.Leaves)
    async def follow(self, event: m.Leaves) -> None:
        """Leave a screen as its person wants."""
        # Who signs out walks away: a screen that has come in front meanwhile keeps nobody in.
        signs_out = event.exit is Exit.SIGN_OUT and self.who is not None
        if self.is_stale(event) and not signs_out:
            return
        match event.exit:
            case Exit.BACK:
                await self.back()
            case Exit.SIGN_OUT:
                await self.sign_out()
            case Exit.END:
                self.leave(EXIT_ASKED)

    @on(m.Opens)
    async def open_screen(self, event: m.Opens) -> None:
        """Show a screen that the one in front knows itself."""
        if not self.is_stale(event):
            await (self.show_instead if event.instead else self.show)(event.make)

    @on(m.GoesTo)
    async def go_to(self, event: m.GoesTo) -> None:
        """Show a place above the screen in front."""
        if not self.is_stale(event):
            await self.show(self._maker(event.target))

    @on(m.Finished)
    async def finish(self, event: m.Finished) -> None:
        """Go back and show what was done."""
        if self.is_stale(event):
            return
        for _ in range(event.levels):
            await self.back()
        if self.in_front is not None:
            self.in_front.say(event.sentence)

    @on(m.Asks)
    async def pose_question(self, event: m.Asks) -> None:
        """Show a question above the screen that asks."""
        if not self.is_stale(event):
            screen = ChoiceScreen if event.question.options else LineScreen
            await self.show(partial(screen, event.question))

    @on(m.Answered)
    async def answer(self, event: m.Answered) -> None:
        """Take the question away, then hand its answer to the screen that asked."""
        if not self.is_stale(event):
            await self.back()
            event.question.then(event.value)


async def _drop_cancelled_timers() -> None:
    """Let the event loop forget cancelled timers, and the screens that they were started on.

    A loop keeps each until it would have been due, unless more than half of over a hundred are
    cancelled: so many are added here.
    """
    loop = asyncio.get_running_loop()
    for _ in range(_MANY_TIMERS):
        loop.call_later(_LATER, bool).cancel()
    await asyncio.sleep(0)
