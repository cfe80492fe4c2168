"""The life of the visitor's kiosk: opening, idling, languages and looks."""

from dataclasses import replace

from textual import on

from kiosk.content.texts import Texts, languages
from kiosk.ui.base import Trouble
from kiosk.ui.terminal.app import InputKindChanged, Scanned
from kiosk.ui.terminal.exits import EXIT_ASKED
from kiosk.ui.theme import themes
from kiosk.ui.visitor.idling import Due, due
from kiosk.ui.visitor.messages import LanguageChosen, LeaveKiosk, LookChosen, MoreTime, Switched
from kiosk.ui.visitor.navigation import DEFAULT_LOOK, Navigation
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.screens.closed import Closed
from kiosk.ui.visitor.screens.home import Home
from kiosk.ui.visitor.screens.idle import StillThere
from kiosk.ui.widgets.bar import Bar

_REREAD_TICKS = 60
"""The day's line and the helplines follow what was planned and published within a minute."""


class VisitorLife(Navigation):
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
        elif isinstance(self.screen, Home):
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
            if isinstance(self.screen, StillThere):
                await self.pop_screen()
                self._shown_at = self.monotonic()

    async def tick(self) -> None:
        """Once a second: warn, or clear, when nobody has done anything for long enough.

        While screens change, a look at what is there would be out of date; there is another soon.
        """
        screen = self.screen
        if not isinstance(screen, VisitorScreen) or self._moving.locked():
            return
        if isinstance(screen, Home | Closed):
            self._follow(screen)
        quiet = self.monotonic() - max(self._shown_at, self.last_activity)
        if isinstance(screen, StillThere):
            left = self.facts.timing.warning - (self.monotonic() - screen.since)
            if left <= 0:
                await self.end_visit()
            else:
                screen.count_down(max(1, round(left)))
            return
        match due(screen.stays, quiet, self.facts.timing, busy=self.busy_visit):
            case Due.CLEAR:
                await self.end_visit()
            case Due.WARN:
                await self._warn(screen)
            case Due.NOTHING:
                pass

    def _follow(self, screen: Home | Closed) -> None:
        """Once a minute, have read again what may have changed behind a screen that rests."""
        self._ticks = (self._ticks + 1) % _REREAD_TICKS
        if self._ticks == 0 and self.is_ready:
            if isinstance(screen, Home):
                screen.read_schedule()
            self.run_worker(self._follow_helplines())
            self.run_worker(self._follow_order(screen))

    async def _follow_helplines(self) -> None:
        """Take the list of helplines that was published last."""
        answer = await self.door.ask(lambda side: side.helplines())
        if not isinstance(answer, Trouble) and answer != self.facts.helplines:
            self.facts = replace(self.facts, helplines=answer)

    async def _follow_order(self, screen: Home | Closed) -> None:
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
            warning = StillThere(round(self.facts.timing.warning), since=self.monotonic())
            warning.dress(self.size, touch=self._touch)
            await self.push_screen(warning)
