"""What follows a scan or a check-in without a pass."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from textual import on

from kiosk.domain.checkin import CheckInOutcome, ChooseSession, SlipShown
from kiosk.ui.base import Trouble
from kiosk.ui.terminal.app import Scanned
from kiosk.ui.terminal.picture import paint_at_once
from kiosk.ui.visitor import messages as m
from kiosk.ui.visitor.answers import Teller
from kiosk.ui.visitor.lifecycle import VisitorLife
from kiosk.ui.visitor.screens.check_in import ChooseSession as WhichSession
from kiosk.ui.visitor.screens.guest import Guest
from kiosk.ui.visitor.screens.result import Answer, Result
from kiosk.ui.visitor.screens.slip import Slip
from kiosk.ui.visitor.words import place_and_time
from kiosk.ui.widgets.bar import Bar
from kiosk.ui.widgets.card import card_rows


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
                await self.go_instead(partial(Slip, outcome.state, self.facts.zone))
            case shown:
                self.visit.pass_text = ""
                await self.show_result(self.teller.result(shown))

    async def show_result(self, answer: Answer) -> None:
        """Show a result; a form that was under way can be gone back to."""
        if self.visit.form is not None:
            make = partial(Result, replace(answer, unfinished=True))
            await self.go(make, instead_of_this=isinstance(self.screen, Result | WhichSession))
            return
        if answer.is_plain and Bar.fits(self.size):
            # Seen at once; the screen itself follows with the same picture, some 20 ms later.
            area = (self.size.width, self.size.height - Bar.HEIGHT)
            paint_at_once(self, card_rows(answer.card, self.visit.theme, area, self.console))
        await self.go_instead(partial(Result, answer))

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
        await self.go(partial(Guest, session_id, self.visit.guest_draft(), where))

    @on(m.Arrived)
    async def show_arrival(self, event: m.Arrived) -> None:
        """Show what came of coming without a pass."""
        if not self.is_stale(event):
            await self.show_outcome(event.outcome, "")
