"""Step 4 of a callback request: what is safe to leave and to say."""

from collections.abc import Iterable
from dataclasses import replace

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.requests import AnsweredByOther, MessagePolicy
from kiosk.ui.visitor.messages import Want
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.visit import CallForm
from kiosk.ui.visitor.words import answered_by_other, message_policies
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.choice import Choices
from kiosk.ui.widgets.pressable import Pressable


class CallMessage(VisitorScreen):
    """Two questions with a careful answer already marked."""

    AUTO_FOCUS = "#next"

    def __init__(self, form: CallForm) -> None:
        super().__init__()
        self._form = form

    def heading(self) -> str:
        return self._("If you do not pick up, may we leave a message?")

    def lead(self) -> str:
        return self._("Step 4 of 6 · It is fine to say no.")

    def body(self) -> Iterable[Widget]:
        yield Choices(
            message_policies(self._), marked={self._form.draft.message_policy}, id="policy"
        )
        question = self._("And if someone else picks up?")
        yield Static(question, classes="question", markup=False)
        yield Choices(
            answered_by_other(self._), marked={self._form.draft.answered_by_other}, id="other"
        )

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Next"), letter="N", id="next", primary=True)

    @on(Choices.Changed, "#policy")
    def keep_policy(self, event: Choices.Changed) -> None:
        """Keep what may be left."""
        policy = MessagePolicy(event.choices.value)
        self._form.draft = replace(self._form.draft, message_policy=policy)

    @on(Choices.Changed, "#other")
    def keep_other(self, event: Choices.Changed) -> None:
        """Keep what may be said."""
        answer = AnsweredByOther(event.choices.value)
        self._form.draft = replace(self._form.draft, answered_by_other=answer)

    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Go on."""
        self.want(Want.NEXT)
