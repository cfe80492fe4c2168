"""Step 1 of a callback request: what to call the person."""

from collections.abc import Iterable
from dataclasses import replace

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.names import NameProblem, check_name
from kiosk.ui.visitor.messages import Want
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.visit import CallForm
from kiosk.ui.visitor.words import name_trouble
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.touchkeys import LETTERS, TouchKeys, key_words


class CallName(VisitorScreen):
    """One field for a first name or a nickname."""

    def __init__(self, form: CallForm) -> None:
        super().__init__()
        self._form = form

    def heading(self) -> str:
        return self._("What should we call you?")

    def lead(self) -> str:
        return self._("Step 1 of 6 · A first name or a nickname is enough.")

    def body(self) -> Iterable[Widget]:
        yield Field(self._form.draft.preferred_name, most=120)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Next"), id="next", primary=True)

    def below(self) -> Iterable[Widget]:
        yield from super().below()
        capital = not self._form.draft.preferred_name
        yield TouchKeys(LETTERS, words=key_words(self._), capital=capital)

    @on(Input.Changed)
    def keep(self, event: Input.Changed) -> None:
        """Keep what is typed, so that no step loses it."""
        self._keep(event.value)
        self.say("")

    @on(Input.Submitted)
    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Check the name and go on."""
        name = check_name(self._form.draft.preferred_name)
        if isinstance(name, NameProblem):
            self.say(name_trouble(name, self._))
            self.query_one(Field).focus()
            return
        self._keep(name.text)
        self.want(Want.NEXT)

    def _keep(self, name: str) -> None:
        self._form.draft = replace(self._form.draft, preferred_name=name)
