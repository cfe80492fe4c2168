"""Step 2 of a callback request: the number to call."""

from collections.abc import Iterable
from dataclasses import replace

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.phones import PhoneProblem, check_phone
from kiosk.ui.visitor.messages import Want
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.visit import CallForm
from kiosk.ui.visitor.words import phone_trouble
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.touchkeys import PHONE, TouchKeys, key_words

_ENOUGH = 8
"""Characters before the number is worth checking while it is typed."""


class CallPhone(VisitorScreen):
    """One field for a number; it is shown back in groups as soon as it is one."""

    def __init__(self, form: CallForm, country: str) -> None:
        super().__init__()
        self._form = form
        self._country = country

    def heading(self) -> str:
        return self._("Which number should we call?")

    def lead(self) -> str:
        return self._("Step 2 of 6 · We only use it to call you back.")

    def body(self) -> Iterable[Widget]:
        yield Field(self._form.phone, most=40)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Next"), id="next", primary=True)

    def below(self) -> Iterable[Widget]:
        yield from super().below()
        yield TouchKeys(PHONE, words=key_words(self._))

    @on(Input.Changed)
    def keep(self, event: Input.Changed) -> None:
        """Keep what is typed and show the number back once it can be called."""
        self._form.phone = event.value
        phone = check_phone(event.value, self._country) if len(event.value) >= _ENOUGH else None
        if phone is None or isinstance(phone, PhoneProblem):
            self.say("")
        else:
            self.say(self._("We will call {number}.").format(number=phone.shown))

    @on(Input.Submitted)
    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Check the number and go on."""
        phone = check_phone(self._form.phone, self._country)
        if isinstance(phone, PhoneProblem):
            language = self.visit.texts.language
            self.say(phone_trouble(phone, self._country, language, self._))
            self.query_one(Field).focus()
            return
        self._form.draft = replace(self._form.draft, phone=phone.e164)
        self.want(Want.NEXT)
