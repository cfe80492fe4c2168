"""The visitor's kiosk: which screen follows which."""

from dataclasses import replace
from functools import partial

from textual import on

from kiosk.content.articles import articles
from kiosk.domain.requests import CallLanguage
from kiosk.ui.base import Trouble
from kiosk.ui.visitor import messages as m
from kiosk.ui.visitor.arrivals import Arrivals
from kiosk.ui.visitor.messages import Want
from kiosk.ui.visitor.places import FORM_STEPS, form_step, place
from kiosk.ui.visitor.screens.article import Page
from kiosk.ui.visitor.screens.check_in import CheckIn
from kiosk.ui.visitor.screens.code import ShowCode
from kiosk.ui.visitor.screens.guest import Guest, GuestName
from kiosk.ui.visitor.screens.help_now import HelpNow
from kiosk.ui.visitor.screens.language import ChooseLanguage
from kiosk.ui.visitor.screens.maintenance import Maintenance
from kiosk.ui.visitor.screens.result import Result
from kiosk.ui.visitor.screens.slip import Slip


class VisitorApp(Arrivals):
    """Hears what happened on a screen and says what comes next, by place."""

    @on(m.Wants)
    async def follow(self, event: m.Wants) -> None:
        """Go where the visitor wants to be."""
        if self.is_stale(event):
            return
        await self.lift_warning()
        match event.want:
            case Want.FINISH:
                if self.busy_visit:
                    await self.end_visit()
            case Want.BACK:
                await self.back()
            case Want.NEXT:
                # A scan may have been answered while the line above waited.
                if not self.is_stale(event):
                    await self._next_step()
            case Want.GROUPS:
                await self._show_groups()
            case Want.HELP | Want.LANGUAGE as want:
                make = place(want, self.visit, self.facts)
                # One of the two gives way to the other, so that "back" leads where it should.
                aside = isinstance(self.screen, HelpNow | ChooseLanguage)
                await self.go(make, instead_of_this=aside)
            case want:
                await self.go(place(want, self.visit, self.facts))

    async def _next_step(self) -> None:
        """Go on in the callback form, or from the guest's choice to the name."""
        if isinstance(self.screen, Guest) and self.visit.session_id is not None:
            await self.go(partial(GuestName, self.visit.session_id, self.visit.join_draft()))
            return
        here = next(i for i, step in enumerate(FORM_STEPS) if type(self.screen) is step)
        await self.go(form_step(FORM_STEPS[here + 1], self.visit, self.facts))

    async def _show_groups(self) -> None:
        today = await self.door.ask(lambda side: side.desk.sessions_today())
        if isinstance(today, Trouble):
            await self.show_result(self.teller.trouble())
        else:
            await self.go(partial(CheckIn, today, self.facts.zone))

    @on(m.PassMade)
    async def show_new_member(self, event: m.PassMade) -> None:
        """Welcome somebody by the name just given."""
        await self.go_instead(partial(Result, self.teller.joined(event.joined)))

    @on(m.Sent)
    async def show_receipt(self, event: m.Sent) -> None:
        """Show the receipt; the form is forgotten."""
        self.visit.wipe()
        await self.go_instead(partial(ShowCode, self.teller.receipt(event.receipt)))

    @on(m.SlipAnswered)
    async def show_slip(self, event: m.SlipAnswered) -> None:
        """Show where the request stands now."""
        await self.go_instead(partial(Slip, event.state, self.facts.zone))

    @on(m.NoteKept)
    async def thank(self) -> None:
        """Give the one answer to a typed reference."""
        await self.show_result(self.teller.note_kept())

    @on(m.ArticleChosen)
    async def open_article(self, event: m.ArticleChosen) -> None:
        """Open an article."""
        if not self.is_stale(event):
            found = {a.slug: a for a in articles(self.visit.texts.language)}
            await self.go(partial(Page, found[event.slug]))

    @on(m.CodeWanted)
    async def show_code(self, event: m.CodeWanted) -> None:
        """Show a code to photograph."""
        if not self.is_stale(event):
            await self.go(partial(ShowCode, event.code))

    @on(m.CallInLanguage)
    async def call_in_language(self, event: m.CallInLanguage) -> None:
        """Begin a request with the language of the call already marked."""
        form = self.visit.call_form()
        form.draft = replace(form.draft, call_language=CallLanguage(event.code))
        await self.go_instead(place(Want.CALL, self.visit, self.facts))

    @on(m.Unlocked)
    async def show_maintenance(self) -> None:
        """Open the maintenance screen."""
        await self.go_instead(Maintenance)
