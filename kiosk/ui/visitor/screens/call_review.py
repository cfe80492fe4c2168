"""Step 5 of a callback request: read it all back, consent, send."""

from collections.abc import Iterable
from dataclasses import replace

from rich.table import Table
from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.phones import masked, shown
from kiosk.domain.text import clean
from kiosk.ui.base import Trouble
from kiosk.ui.visitor.messages import Sent
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.visit import CallForm
from kiosk.ui.visitor.words import (
    answered_by_other,
    call_languages,
    message_policies,
    waits,
    windows,
    word_for,
)
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.choice import Choices
from kiosk.ui.widgets.pairs import pairs
from kiosk.ui.widgets.pressable import Pressable


class CallReview(VisitorScreen):
    """Everything that will be sent, the number covered until it is asked for."""

    CSS_PATH = "call_review.tcss"
    AUTO_FOCUS = ""

    def __init__(self, form: CallForm, country: str) -> None:
        super().__init__()
        self._form = form
        self._country = country
        self._covered = True

    def heading(self) -> str:
        return self._("Is this right?")

    def lead(self) -> str:
        return self._("Step 5 of 6 · Go back to change anything.")

    def body(self) -> Iterable[Widget]:
        yield Static(self._read_back(), id="read-back", markup=False)
        yield Choices(
            (
                ("show", self._("Show my number")),
                ("share", self.visit.texts.pgettext("consent", "You may tell my care team")),
            ),
            marked={"share"} if self._form.draft.share_with_team else (),
            several=True,
            id="extras",
        )
        yield Static(
            self.visit.texts.pgettext(
                "consent",
                "By sending, you agree that a peer support specialist may call you."
                " You can withdraw at any time.",
            ),
            id="consent",
            markup=False,
        )
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Yes, send"), letter="Y", id="send", primary=True)

    def _read_back(self) -> Table:
        draft = self._form.draft
        number = masked(draft.phone) if self._covered else shown(draft.phone, self._country)
        times = [words for value, words in windows(self._) if value in draft.windows]
        rows = (
            (self._("Name"), clean(draft.preferred_name)),
            (self._("Number"), number),
            (self._("When"), f"{', '.join(times)}. {word_for(waits(self._), self._form.wait)}"),
            (self._("Language"), word_for(call_languages(self._), draft.call_language)),
            (self._("Message"), word_for(message_policies(self._), draft.message_policy)),
            (
                self._("If someone else picks up"),
                word_for(answered_by_other(self._), draft.answered_by_other),
            ),
        )
        return pairs(rows)

    @on(Choices.Changed)
    def keep_extras(self, event: Choices.Changed) -> None:
        """Keep the separate, free choice; show or cover the number."""
        may_share = "share" in event.choices.marked
        self._form.draft = replace(self._form.draft, share_with_team=may_share)
        self._covered = "show" not in event.choices.marked
        self.query_one("#read-back", Static).update(self._read_back())

    @on(Pressable.Pressed, "#send")
    def send(self) -> None:
        """Send; a second press while the first is under way does nothing."""
        self.once(self._send)

    async def _send(self) -> None:
        draft = self._form.confirmed(self.visit.texts.language, self.host.facts.today())
        answer = await self.ask(lambda side: side.desk.request_callback(draft))
        if isinstance(answer, Trouble):
            self.say(self._("This could not be kept just now. Please ask at the counter."))
        else:
            self.tell(Sent(answer))
