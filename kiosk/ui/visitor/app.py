"""The visitor's kiosk: which screen follows which."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from textual import on

from kiosk.content.articles import articles, page
from kiosk.domain.attendance.check_in import CheckInOutcome, ChooseSession, SlipShown
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.ui.door import Trouble
from kiosk.ui.terminal.lockdown import paint_at_once
from kiosk.ui.terminal.messages import Scanned
from kiosk.ui.visitor import messages as m
from kiosk.ui.visitor.answers import Teller
from kiosk.ui.visitor.messages import VisitorWant
from kiosk.ui.visitor.navigation import Maker, VisitorLife
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.screens.callback_form import (
    CallLanguageScreen,
    CallMessageScreen,
    CallNameScreen,
    CallPhoneScreen,
    CallReviewScreen,
    CallWhenScreen,
)
from kiosk.ui.visitor.screens.check_in import CheckInScreen, GuestNameScreen, GuestScreen
from kiosk.ui.visitor.screens.check_in import ChooseSessionScreen as WhichSession
from kiosk.ui.visitor.screens.help_now import HelpNowScreen
from kiosk.ui.visitor.screens.language import LanguageScreen
from kiosk.ui.visitor.screens.maintenance import MaintenanceScreen, PinScreen
from kiosk.ui.visitor.screens.reading import ArticleScreen, ArticlesScreen, TakeHomeScreen
from kiosk.ui.visitor.screens.result import Answer, CodeScreen, ResultScreen
from kiosk.ui.visitor.screens.slip import SlipScreen, TypedWithdrawalScreen
from kiosk.ui.visitor.text import place_and_time
from kiosk.ui.visitor.visit import Visit, VisitorClinic
from kiosk.ui.widgets.card import card_rows
from kiosk.ui.widgets.visitor_bar import Bar


class Arrivals(VisitorLife):
    """Scans are answered on every screen; the next screen depends on the outcome alone."""

    @property
    def teller(self) -> Teller:
        """The sentences of this visit's language."""
        return Teller(self.visit.texts, self.facts.zone, self.facts.timing.result)

    @on(Scanned)
    def take_scan(self, event: Scanned) -> None:
        """Answer a scan beside the event queue, so that help and keys never wait for it."""
        if self.is_open:
            self.run_worker(self._check_in(event.text, None))

    async def _check_in(self, text: str, session_id: UUID | None) -> None:
        outcome = await self.door.ask(lambda side: side.desk.check_in(text, session_id))
        await self.show_outcome(outcome, text)

    async def show_outcome(self, outcome: CheckInOutcome | Trouble, text: str) -> None:
        if isinstance(outcome, Trouble):
            await self.show_result(self.teller.trouble())
            return
        self.follow_language(getattr(outcome, "language", None))
        match outcome:
            case ChooseSession():
                self.visit.pass_text = text
                sessions, name = outcome.sessions, outcome.name
                await self.go(partial(WhichSession, sessions, self.facts.zone, name))
            case SlipShown():
                await self.go_instead(partial(SlipScreen, outcome.state, self.facts.zone))
            case shown:
                self.visit.pass_text = ""
                await self.show_result(self.teller.result(shown))

    async def show_result(self, answer: Answer) -> None:
        """Show a result; a form that was under way can be gone back to."""
        if self.visit.form is not None:
            make = partial(ResultScreen, replace(answer, unfinished=True))
            await self.go(
                make, instead_of_this=isinstance(self.screen, ResultScreen | WhichSession)
            )
            return
        if answer.is_plain and Bar.fits(self.size):
            # Seen at once; the screen itself follows with the same picture, some 20 ms later.
            area = (self.size.width, self.size.height - Bar.HEIGHT)
            paint_at_once(self, card_rows(answer.card, self.visit.theme, area, self.console))
        await self.go_instead(partial(ResultScreen, answer))

    @on(m.SessionChosen)
    async def come_in(self, event: m.SessionChosen) -> None:
        """Check the pass in to the chosen session, or ask how somebody without one comes in."""
        if self.is_stale(event):
            return
        session_id = event.session.id
        if self.visit.pass_text:
            self.run_worker(self._check_in(self.visit.pass_text, session_id))
            return
        self.visit.session_id = session_id
        where = place_and_time(event.session, self.facts.zone, self.visit.texts.language)
        await self.go(partial(GuestScreen, session_id, self.visit.guest_draft(), where))

    @on(m.Arrived)
    async def show_arrival(self, event: m.Arrived) -> None:
        """Show what came of coming without a pass."""
        if not self.is_stale(event):
            await self.show_outcome(event.outcome, "")


FORM_STEPS: tuple[type[VisitorScreen], ...] = (
    CallNameScreen,
    CallPhoneScreen,
    CallWhenScreen,
    CallLanguageScreen,
    CallMessageScreen,
    CallReviewScreen,
)
"""The callback form, in order; the receipt follows when it is sent."""


def form_step(step: type[VisitorScreen], visit: Visit, facts: VisitorClinic) -> Maker:
    """Return what makes one step of the visit's callback form; KeyError for any other screen."""
    form = visit.call_form()
    makers: dict[type[VisitorScreen], Maker] = {
        CallNameScreen: partial(CallNameScreen, form),
        CallPhoneScreen: partial(CallPhoneScreen, form, facts.country),
        CallWhenScreen: partial(CallWhenScreen, form),
        CallLanguageScreen: partial(CallLanguageScreen, form),
        CallMessageScreen: partial(CallMessageScreen, form),
        CallReviewScreen: partial(CallReviewScreen, form, facts.country),
    }
    return makers[step]


def place(want: VisitorWant, visit: Visit, facts: VisitorClinic) -> Maker:
    """Return what shows the place; raises KeyError for a wish that is no place."""
    if want is VisitorWant.CALL:
        return form_step(CallNameScreen, visit, facts)
    places: dict[VisitorWant, Maker] = {
        VisitorWant.HELP: lambda: HelpNowScreen(facts.today(), facts.helplines),
        VisitorWant.LANGUAGE: LanguageScreen,
        VisitorWant.READ: ArticlesScreen,
        VisitorWant.TAKE_HOME: lambda: TakeHomeScreen(
            facts.take_home, facts.today(), facts.helplines
        ),
        VisitorWant.KEEP: lambda: ArticleScreen(page(visit.texts.language, "what-we-keep")),
        VisitorWant.WITHDRAW: TypedWithdrawalScreen,
        VisitorWant.STAFF: PinScreen,
    }
    return places[want]


class VisitorApp(Arrivals):
    """Hears what happened on a screen and says what comes next, by place."""

    @on(m.GoTo)
    async def follow(self, event: m.GoTo) -> None:
        """Go where the visitor wants to be."""
        if self.is_stale(event):
            return
        await self.lift_warning()
        match event.want:
            case VisitorWant.FINISH:
                if self.busy_visit:
                    await self.end_visit()
            case VisitorWant.BACK:
                await self.back()
            case VisitorWant.NEXT:
                # A scan may have been answered while the line above waited.
                if not self.is_stale(event):
                    await self._next_step()
            case VisitorWant.GROUPS:
                await self._show_groups()
            case VisitorWant.HELP | VisitorWant.LANGUAGE as want:
                make = place(want, self.visit, self.facts)
                # One of the two gives way to the other, so that "back" leads where it should.
                aside = isinstance(self.screen, HelpNowScreen | LanguageScreen)
                await self.go(make, instead_of_this=aside)
            case want:
                await self.go(place(want, self.visit, self.facts))

    async def _next_step(self) -> None:
        """Go on in the callback form, or from the guest's choice to the name."""
        if isinstance(self.screen, GuestScreen) and self.visit.session_id is not None:
            await self.go(partial(GuestNameScreen, self.visit.session_id, self.visit.join_draft()))
            return
        here = next(i for i, step in enumerate(FORM_STEPS) if type(self.screen) is step)
        await self.go(form_step(FORM_STEPS[here + 1], self.visit, self.facts))

    async def _show_groups(self) -> None:
        today = await self.door.ask(lambda side: side.desk.sessions_today())
        if isinstance(today, Trouble):
            await self.show_result(self.teller.trouble())
        else:
            await self.go(partial(CheckInScreen, today, self.facts.zone))

    @on(m.GuestPassMade)
    async def show_new_member(self, event: m.GuestPassMade) -> None:
        """Welcome somebody by the name just given."""
        await self.go_instead(partial(ResultScreen, self.teller.joined(event.joined)))

    @on(m.Sent)
    async def show_receipt(self, event: m.Sent) -> None:
        """Show the receipt; the form is forgotten."""
        self.visit.wipe()
        await self.go_instead(partial(CodeScreen, self.teller.receipt(event.receipt)))

    @on(m.SlipAnswered)
    async def show_slip(self, event: m.SlipAnswered) -> None:
        """Show where the request stands now."""
        await self.go_instead(partial(SlipScreen, event.state, self.facts.zone))

    @on(m.NoteKept)
    async def thank(self) -> None:
        """Give the one answer to a typed reference."""
        await self.show_result(self.teller.note_kept())

    @on(m.ArticleChosen)
    async def open_article(self, event: m.ArticleChosen) -> None:
        """Open an article."""
        if not self.is_stale(event):
            found = {a.slug: a for a in articles(self.visit.texts.language)}
            await self.go(partial(ArticleScreen, found[event.slug]))

    @on(m.CodeWanted)
    async def show_code(self, event: m.CodeWanted) -> None:
        """Show a code to photograph."""
        if not self.is_stale(event):
            await self.go(partial(CodeScreen, event.code))

    @on(m.CallInLanguage)
    async def call_in_language(self, event: m.CallInLanguage) -> None:
        """Begin a request with the language of the call already marked."""
        form = self.visit.call_form()
        form.draft = replace(form.draft, call_language=CallLanguage(event.code))
        await self.go_instead(place(VisitorWant.CALL, self.visit, self.facts))

    @on(m.Unlocked)
    async def show_maintenance(self) -> None:
        """Open the maintenance screen."""
        await self.go_instead(MaintenanceScreen)
