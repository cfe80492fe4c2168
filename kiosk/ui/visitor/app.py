"""The visitor's kiosk: which screen follows which, and what happens on every screen alike."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar, assert_never
from uuid import UUID

from textual import events, on

from kiosk.content.articles import Article
from kiosk.content.languages import Language
from kiosk.content.translations import languages
from kiosk.domain.attendance.check_in import (
    CheckInOutcome,
    ChooseSession,
    Joined,
    ScanAgain,
    ScannerWorks,
    ScanProblem,
    Session,
    SlipShown,
)
from kiosk.domain.callbacks.request import CallbackDraft, CallLanguage, Receipt
from kiosk.domain.ids import NO_ID
from kiosk.domain.passes import Code, decode
from kiosk.ui.door import Door, Trouble
from kiosk.ui.screen import TimedApp
from kiosk.ui.terminal.lockdown import paint_at_once
from kiosk.ui.terminal.messages import InputKindChanged, Scanned
from kiosk.ui.terminal.scanner import KeyPlace, Measured
from kiosk.ui.terminal.startup import EXIT_ASKED, EXIT_REPLACED
from kiosk.ui.visitor.codes import CodeWriter, format_receipt
from kiosk.ui.visitor.narrator import HeadphonesChanged, Narrator
from kiosk.ui.visitor.navigation import Navigation
from kiosk.ui.visitor.screen import (
    COVER,
    SIMULATED_SCAN,
    Chosen,
    CodeWanted,
    GoTo,
    Maker,
    Received,
    VisitorIntent,
    VisitorRoute,
    VisitorScreen,
)
from kiosk.ui.visitor.screens.callback_form import (
    FORM_STEPS,
    CallFormScreen,
    OtherTimesScreen,
    step_after,
)
from kiosk.ui.visitor.screens.check_in import (
    CheckInScreen,
    ChooseSessionScreen,
    GuestNameScreen,
    GuestScreen,
)
from kiosk.ui.visitor.screens.help_now import HelpNowScreen
from kiosk.ui.visitor.screens.home import HomeScreen
from kiosk.ui.visitor.screens.language import LanguageScreen
from kiosk.ui.visitor.screens.maintenance import MaintenanceScreen, PinScreen
from kiosk.ui.visitor.screens.reading import ArticleScreen, ArticlesScreen, TakeHomeScreen
from kiosk.ui.visitor.screens.resting import (
    OutOfOrderScreen,
    PosterScreen,
    StillThereScreen,
)  # fmt: skip
from kiosk.ui.visitor.screens.result import CodeScreen, NoticeScreen, ResultScreen, card_area
from kiosk.ui.visitor.screens.slip import SlipScreen, TypedWithdrawalScreen
from kiosk.ui.visitor.text import (
    ResultText,
    describe_joined,
    describe_note_kept,
    describe_outcome,
    describe_scan_problem,
    describe_scanned_pin,
    describe_test_card,
    describe_times_kept,
    describe_trouble,
)
from kiosk.ui.visitor.visit import (
    CallForm,
    Demo,
    IdleStep,
    VisitorContext,
    VisitorSide,
    due,
)  # fmt: skip
from kiosk.ui.widgets.card import card_rows
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.visitor_bar import Bar

_REREAD_TICKS = 60
"""The day's line and the helplines follow what was planned and published within a minute."""

_UNATTENDED_SECONDS = 30.0
"""Whoever has just pressed something may be about to begin."""


class VisitorApp(TimedApp):
    """Shows the screen that follows from what happened on the one before, or from a scan."""

    CSS_PATH = "visitor.tcss"
    TITLE = "kiosk"
    extra_keys: ClassVar[frozenset[str]] = frozenset({"f1", "f2", SIMULATED_SCAN})

    def __init__(
        self,
        door: Door[VisitorSide],
        *,
        demo: Demo | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the door to the desks, which the caller closes, and a clock in seconds."""
        super().__init__(monotonic)
        self.hide_broken_letters(hide=True)
        self.context = VisitorContext(door, demo)
        self.narrator = Narrator(self.context, monotonic, lambda: self.screen)
        self.navigation = Navigation(self, self.context, monotonic, self.narrator.end)
        self._started = False
        self._ticks = 0
        """Seconds since the day's line was read."""
        navigation, go, go_aside = self.navigation, self.navigation.go, self._go_aside
        self.routes: dict[VisitorRoute, Callable[[], Awaitable[None]]] = {
            VisitorRoute.BACK: navigation.back,
            VisitorRoute.FINISH: self._finish,
            VisitorRoute.NEXT: self._show_next_step,
            VisitorRoute.STAY: navigation.uncover,
            VisitorRoute.COVER: navigation.cover,
            VisitorRoute.MORE_TIME: self._grant_more_time,
            VisitorRoute.HELP: partial(go_aside, HelpNowScreen),
            VisitorRoute.LANGUAGE: partial(go_aside, LanguageScreen),
            VisitorRoute.READ: partial(go, ArticlesScreen),
            VisitorRoute.CALL: self._begin_form,
            VisitorRoute.GROUPS: self._show_groups,
            VisitorRoute.TAKE_HOME: partial(go, TakeHomeScreen),
            VisitorRoute.KEEP: partial(go, partial(ArticleScreen, "what-we-keep")),
            VisitorRoute.NO_PHONE: partial(go, partial(ArticleScreen, "without-a-phone")),
            VisitorRoute.WITHDRAW: partial(go, TypedWithdrawalScreen),
            VisitorRoute.NOTE_KEPT: self._show_note_kept,
            VisitorRoute.OTHER_TIMES: self._ask_other_times,
            VisitorRoute.TIMES_KEPT: self._show_times_kept,
            VisitorRoute.STAFF: partial(go, PinScreen),
            VisitorRoute.MAINTENANCE: partial(navigation.go_instead, MaintenanceScreen),
            VisitorRoute.CLOSED: partial(navigation.close, ""),
            VisitorRoute.OPEN: self._open_again,
            VisitorRoute.EXIT: self._leave_program,
        }
        """What each route does."""

    async def on_mount(self) -> None:
        await self.navigation.open_first()
        self.set_interval(1.0, self.tick)

    def on_unmount(self) -> None:
        """Say nothing any more, however the program ends."""
        self.narrator.end()

    def post_display_hook(self) -> None:
        """Open the desks once the first screen is painted, and not before."""
        super().post_display_hook()
        if not self._started and not self.is_batching and self.screen.query(Bar):
            self._started = True
            self.ask_for_pictures()
            self.run_worker(self._open_desks())
            self.run_worker(self._open_speech())
        if not self.is_batching:
            self.narrator.note_painted(self.screen)

    async def _open_speech(self) -> None:
        """Find out whether the screens can be said aloud here; a visit does not depend on it."""
        speech = await self.context.door.ask(lambda side: side.open_speech())
        if speech is not None and not isinstance(speech, Trouble):
            self.narrator.open(speech, self.post_message)

    async def on_event(self, event: events.Event) -> None:
        """Let a key of speech act, and any key, tap or scan silence what is being said."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if event.key == COVER:
                await self.navigation.cover()
                return
            is_warned = isinstance(self.screen, StillThereScreen | PosterScreen)
            if event.key in Narrator.KEYS and not self.takes_again(event.key):
                return
            if self.narrator.takes(event.key):
                self._used("keys")
                if is_warned:
                    await self.navigation.uncover()
                return
        elif isinstance(event, events.MouseDown | Scanned):
            self.narrator.hush()
        await super().on_event(event)

    @on(HeadphonesChanged)
    def follow_headphones(self, event: HeadphonesChanged) -> None:
        """Begin to speak with headphones that are plugged in."""
        self.narrator.follow_headphones(is_in=event.is_in)

    def pictures_come(self) -> None:
        """Show a visit's sentences as they are from the next screen on, and not in English."""
        self.context.has_pictures = True
        self.hide_broken_letters(hide=False)
        self.context.speak(self.context.visit.texts.language)
        self._relabel_bars()

    async def _open_desks(self) -> None:
        """Open the desks; while they cannot be opened the kiosk is closed, and they are tried anew.

        That a visit can be made is all that opens it: it does not matter what stood in the way.
        """
        context, self._again_at = self.context, None
        was_open = context.is_open
        answer = await context.door.ask(lambda side: (side.clinic, side.maintenance.out_of_order()))
        if isinstance(answer, Trouble):
            self.try_later()
            await self._close_or_open(answer.for_staff)
            await self._follow_helplines()
            return
        context.clinic, reason = answer
        self.repeat_guard.seconds = context.clinic.repeat_guard
        await self._close_or_open(None if reason is None else "")
        if was_open and isinstance(self.screen, HomeScreen):
            self.screen.read_schedule()
        await self._tell_refusals()
        await self._follow_helplines()

    async def _close_or_open(self, reason: str | None) -> None:
        """Close for `reason`, or open by None.

        What somebody does on a closed kiosk goes on: staff type the PIN, a visitor reads of help.
        """
        was, self.context.out_of_order = self.context.out_of_order, reason
        if reason == was or (was is not None and self.navigation.is_busy):
            return
        if reason is None:
            await self.navigation.open()
        else:
            await self.navigation.close(reason)

    async def _open_again(self) -> None:
        """Open at the word of staff; where records cannot be kept, try whether they can be now."""
        if self.context.out_of_order:
            await self.navigation.end_visit()
            self._again_at = self.monotonic()
        else:
            await self.navigation.open()

    async def _tell_refusals(self) -> None:
        """Have a desk keep how often something could not be kept for a visitor, once it can."""
        times, self.context.refused = self.context.refused, []
        if not times:
            return
        answer = await self.context.door.ask(lambda side: side.maintenance.note_refusals(times))
        if isinstance(answer, Trouble):
            self.context.refused[:0] = times

    @property
    def is_unattended(self) -> bool:
        """Whether no visit is open and nobody has pressed anything lately; for other threads."""
        quiet = self.monotonic() - self.last_activity
        return not self.navigation.is_busy and quiet >= _UNATTENDED_SECONDS

    @property
    def place(self) -> KeyPlace:
        """What keys are for on the screen in front; asked by the thread that reads."""
        # A copy: screens come and go meanwhile.
        field = next((screen.focused for screen in reversed([*self.screen_stack])), None)
        if not isinstance(field, Field):
            return KeyPlace.KEYS
        return KeyPlace.PIN if field.is_secret else KeyPlace.TEXT

    def is_stale(self, event: VisitorIntent) -> bool:
        """Return whether the screen that `event` is from has gone, as after a double press."""
        return event.origin is not None and event.origin is not self.screen

    @on(GoTo)
    async def follow(self, event: GoTo) -> None:
        """Go where the visitor wants to be."""
        if not self.is_stale(event):
            await self.navigation.uncover()
            await self.routes[event.route]()

    async def _grant_more_time(self) -> None:
        self.context.visit.has_more_time = True
        if isinstance(self.screen, VisitorScreen):
            self.screen.show_hints()

    async def _finish(self) -> None:
        if self.navigation.is_busy:
            await self.navigation.end_visit()

    async def _go_aside(self, make: Maker) -> None:
        """Show help or languages; one gives way to the other, so that "back" leads past both."""
        if isinstance(self.screen, HelpNowScreen | LanguageScreen):
            await self.navigation.replace_aside(make)
        else:
            await self.navigation.go_aside(make)

    async def _begin_form(self) -> None:
        await self.navigation.go(partial(FORM_STEPS[0], self.context.visit.call_form()))

    async def _show_next_step(self) -> None:
        """Go on in the callback form, or from the guest's choice to the name.

        A scan may have been answered meanwhile; its result has no next step.
        """
        screen, visit = self.screen, self.context.visit
        if isinstance(screen, GuestScreen) and visit.session_id is not None:
            make: Maker = partial(GuestNameScreen, visit.session_id, visit.join_draft())
            await self.navigation.go(make)
        elif isinstance(screen, CallFormScreen):
            step = step_after(type(screen), self.context.clinic.wishes)
            await self.navigation.go(partial(step, visit.call_form()))

    async def _show_groups(self) -> None:
        today = await self.context.door.ask(lambda side: side.desk.sessions_today())
        if isinstance(today, Trouble):
            self.context.note_refusal()
            await self._show_result(describe_trouble)
        else:
            await self.navigation.go(partial(CheckInScreen, today))

    async def _show_note_kept(self) -> None:
        await self._show_result(describe_note_kept)

    async def _ask_other_times(self) -> None:
        if self.context.visit.slip is not None:
            # Not the form of this visit, which may be half filled in for another request.
            form = CallForm(CallbackDraft(NO_ID, b""))
            await self.navigation.go(partial(OtherTimesScreen, form))

    async def _show_times_kept(self) -> None:
        slip, self.context.visit.slip = self.context.visit.slip, None
        has_talk = slip is not None and slip.has_talk
        await self._show_result(partial(describe_times_kept, has_talk=has_talk))

    async def _leave_program(self) -> None:
        self.leave(EXIT_ASKED)

    @on(Chosen)
    async def follow_choice(self, event: Chosen) -> None:
        """Show what was chosen, or go on with it."""
        if self.is_stale(event):
            return
        match event.choice:
            case Article() as article:
                await self.navigation.go(partial(ArticleScreen, article.slug))
            case Session() as session:
                await self._come_in(session)
            case Language(code=code):
                await self._choose_language(code)
            case CallLanguage() as language:
                form = self.context.visit.call_form()
                form.draft = replace(form.draft, call_language=language)
                await self.navigation.go_instead(partial(FORM_STEPS[0], form))
            case _other:
                assert_never(event.choice)

    async def _choose_language(self, code: str) -> None:
        """Show the same in another language; the choice of languages leads back by itself."""
        await self.navigation.uncover()
        offered = languages(published=self.context.clinic.helplines)
        if code in {language.code for language in offered}:
            self.context.speak(code)
        if isinstance(self.screen, LanguageScreen):
            await self.navigation.back()
        else:
            await self.navigation.draw_again()

    @on(CodeWanted)
    async def show_code(self, event: CodeWanted) -> None:
        """Show a code to photograph."""
        if not self.is_stale(event):
            await self.navigation.go(self._code_screen(event.write))

    def _code_screen(self, write: CodeWriter) -> Maker:
        """Return what makes a screen with a code, in whatever language the visit is then."""
        return lambda: CodeScreen(write(self.context))

    async def _come_in(self, session: Session) -> None:
        """Check the pass in to the chosen session, or ask how a visitor without one comes in."""
        visit = self.context.visit
        if visit.pass_text:
            self.run_worker(self._check_in(visit.pass_text, session.id))
            return
        visit.session_id = session.id
        await self.navigation.go(partial(GuestScreen, session, visit.guest_draft()))

    @on(Scanned)
    def take_scan(self, event: Scanned) -> None:
        """Answer a scan beside the event queue, so that help and keys never wait for it."""
        problem = decode(event.text)
        if not self.context.is_open:
            if isinstance(self.screen, PinScreen):
                self.run_worker(self._show_problem(ScanProblem.NOT_OURS))
            elif isinstance(problem, Code) and self.context.out_of_order:
                self.context.note_refusal()
        elif isinstance(problem, ScanProblem):
            # Answered here: nothing of it reaches a desk.
            self.run_worker(self._show_problem(problem))
        else:
            self.run_worker(self._check_in(event.text, None, event.measured))

    async def _check_in(
        self, text: str, session_id: UUID | None, measured: Measured | None = None
    ) -> None:
        visit = self.context.visit
        outcome = await self.context.door.ask(lambda side: side.desk.check_in(text, session_id))
        if visit is not self.context.visit and isinstance(self.screen, PosterScreen):
            return  # whoever scanned does not want to be seen here any more
        if session_id is None:
            # Whoever chooses a session next may have chosen another language meanwhile.
            self._follow_language(getattr(outcome, "language", None))
        if isinstance(self.screen, NoticeScreen):
            await self.navigation.uncover()
        if isinstance(outcome, ScannerWorks):
            await self._show_result(partial(describe_test_card, measured))
        else:
            await self._show_outcome(outcome, text)

    async def _show_problem(self, problem: ScanProblem) -> None:
        """Say that a code is not ours or was misread; nothing else changes."""
        await self.navigation.uncover()
        is_pin = isinstance(self.screen, PinScreen) and problem is not ScanProblem.RECORD
        if is_pin:
            await self.navigation.show_notice(describe_scanned_pin(self.context))
        else:
            await self.navigation.show_notice(describe_scan_problem(problem, self.context))

    async def _show_outcome(self, outcome: CheckInOutcome | Trouble, text: str) -> None:
        """Show what came of a check-in; `text` is the scanned one, empty without a pass."""
        if isinstance(outcome, Trouble):
            self.context.note_refusal()
            await self._show_result(describe_trouble)
            return
        match outcome:
            case ChooseSession(sessions=sessions, name=name):
                self.context.visit.pass_text = text
                await self.navigation.go(
                    partial(ChooseSessionScreen, sessions, self.context.readable(name))
                )
            case ScanAgain(problem=problem):
                await self._show_problem(problem)
            case SlipShown(state=state):
                await self.navigation.go_instead(partial(SlipScreen, state))
            case shown:
                self.context.visit.pass_text = ""
                await self._show_result(partial(describe_outcome, shown))

    def _follow_language(self, code: str | None) -> None:
        """Use the language of a pass or a slip for the rest of the visit, where it is offered."""
        context = self.context
        if not code or code == context.visit.texts.language:
            return
        if code in {language.code for language in languages(published=context.clinic.helplines)}:
            context.speak(code)

    async def _show_result(self, describe: Callable[[VisitorContext], ResultText]) -> None:
        """Show a result; a form that was under way can be gone back to."""
        context, visit = self.context, self.context.visit
        if visit.form is not None:
            # The form comes first; whoever may ask to be met can do so at another scan.
            def make() -> ResultScreen:
                text = describe(context)
                # It does not clear by itself: what was typed is behind it.
                card = replace(text.card, note="")
                return ResultScreen(replace(text, card=card, unfinished=True, may_ask=None))

            is_over = isinstance(self.screen, ResultScreen | ChooseSessionScreen)
            await self.navigation.go(make, instead_of_this=is_over)
            return
        text = describe(context)
        if Bar.fits(self.size):
            # Seen at once; the screen itself follows with the same picture, some 20 ms later.
            area = card_area(text, self.size)
            paint_at_once(self, card_rows(text.card, visit.theme, area, self.console))
        await self.navigation.go_instead(lambda: ResultScreen(describe(context)))

    @on(Received)
    async def show_answer(self, event: Received) -> None:
        """Show what a desk has answered to a screen."""
        if self.is_stale(event):
            return
        match event.answer:
            case Receipt() as receipt:
                self.context.visit.wipe()
                write = partial(format_receipt, receipt)
                await self.navigation.go_instead(self._code_screen(write))
            case Joined() as joined:
                context = self.context
                await self.navigation.go_instead(
                    lambda: ResultScreen(describe_joined(joined, context))
                )
            case outcome:
                await self._show_outcome(outcome, "")

    @on(InputKindChanged)
    def follow_input(self, event: InputKindChanged) -> None:
        """Show the on-screen keyboard after a touch, hide it after a key."""
        self.navigation.is_touched = event.kind == "touch"
        for screen in self.screen_stack:
            screen.set_class(self.navigation.is_touched, "-touch")

    async def tick(self) -> None:
        """Once a second: warn, or clear, when nobody has done anything for long enough.

        Nothing is due while screens change, for it would be due on a screen that goes.
        """
        # A tick may still come once the screens are gone, at the very end.
        screen = self.screen_stack[-1] if self.screen_stack else None
        if not isinstance(screen, VisitorScreen) or self.navigation.is_moving:
            return
        self._try_again()
        self.narrator.tick()
        if isinstance(screen, HomeScreen | OutOfOrderScreen):
            self._reread(screen)
        screen.tick()
        # Nobody is to find the maintenance screen open for long.
        is_staff = screen.stays == "staff"
        timing = self.context.clinic.timing if is_staff else self.context.timing
        if isinstance(screen, StillThereScreen):
            left = timing.warning - (self.monotonic() - screen.since)
            if left <= 0:
                await self.navigation.end_visit()
            else:
                screen.count_down(max(1, round(left)))
            return
        last = max(self.navigation.shown_at, self.last_activity, self.narrator.heard_at)
        quiet = self.monotonic() - last
        if isinstance(screen, NoticeScreen):
            if quiet >= timing.result:
                await self.navigation.uncover()
            return
        match due(screen.stays, quiet, timing, busy=self.navigation.is_busy):
            case IdleStep.CLEAR:
                await self.navigation.end_visit()
            case IdleStep.WARN:
                await self.navigation.warn(screen)

    def _try_again(self) -> None:
        """Open the desks once it is time to try that again."""
        if self.context.door.replaced:
            self._start_anew()
        elif self.is_time_again():
            self._again_at = None
            self.run_worker(self._open_desks())

    def _start_anew(self) -> None:
        """Close, for the records were replaced; start the program again once nobody is there."""
        if self._again_at is None:
            self.try_later()
            self.run_worker(self._close_or_open(self.context.door.replaced))
        elif self.is_time_again() and isinstance(self.screen, OutOfOrderScreen):
            self.leave(EXIT_REPLACED)

    def _reread(self, screen: HomeScreen | OutOfOrderScreen) -> None:
        """Once a minute, read again what may have changed behind a screen that rests."""
        self._ticks = (self._ticks + 1) % _REREAD_TICKS
        if self._ticks == 0 and self.context.door.is_open and self._again_at is None:
            if isinstance(screen, HomeScreen):
                screen.read_schedule()
            self.run_worker(self._follow_helplines())
            self.run_worker(self._follow_order(screen))
            self.run_worker(self._tell_refusals())

    async def _follow_helplines(self) -> None:
        """Take the list of helplines that was published last, and the languages that have it."""
        answer = await self.context.door.ask(
            lambda side: (text := side.helplines(), languages(published=text))
        )
        if isinstance(answer, Trouble):
            published = self.context.clinic.helplines
            answer = published, languages(published=published)
        published, self.context.languages = answer
        if published != self.context.clinic.helplines:
            self.context.clinic = replace(self.context.clinic, helplines=published)
        self._relabel_bars()

    def _relabel_bars(self) -> None:
        """Show in the foot of each screen what it leads to now."""
        for screen in self.screen_stack:
            if isinstance(screen, VisitorScreen):
                screen.relabel_bar()

    async def _follow_order(self, screen: HomeScreen | OutOfOrderScreen) -> None:
        """Close where the centre has revoked this machine, open where it has taken that back."""
        answer = await self.context.door.ask(lambda side: side.maintenance.out_of_order())
        undisturbed = self.screen is screen and not self.navigation.is_busy
        # A kiosk that is closed by trouble of its own opens once its desks do.
        if isinstance(answer, Trouble) or not undisturbed or self.context.out_of_order:
            return
        if answer is None and not self.context.is_open:
            await self.navigation.open()
        elif answer is not None and self.context.is_open:
            await self.navigation.close("")
