"""Step 3 of a callback request: when to call, then in which language."""

from collections.abc import Iterable
from dataclasses import replace

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.requests import CallLanguage, Window
from kiosk.ui.visitor.messages import Want
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.visit import CallForm
from kiosk.ui.visitor.words import call_languages, waits, windows
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.choice import Choices
from kiosk.ui.widgets.pressable import Pressable


class CallWhen(VisitorScreen):
    """Parts of the week, and from which day on."""

    AUTO_FOCUS = "#next"

    def __init__(self, form: CallForm) -> None:
        super().__init__()
        self._form = form

    def heading(self) -> str:
        return self._("When may we call?")

    def lead(self) -> str:
        return self._("Step 3 of 6 · Choose all that suit you.")

    def body(self) -> Iterable[Widget]:
        yield Choices(windows(self._), marked=self._form.draft.windows, several=True, id="windows")
        yield Static(self._("And from which day?"), classes="question", markup=False)
        yield Choices(waits(self._), marked={self._form.wait}, id="waits")

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Next"), letter="N", id="next", primary=True)

    @on(Choices.Changed, "#windows")
    def keep_windows(self, event: Choices.Changed) -> None:
        """Keep the parts of the week; "any time" excludes the others, and none means any."""
        chosen = {Window(value) for value in event.choices.marked}
        form = self._form
        if Window.ANY in chosen and Window.ANY not in form.draft.windows:
            chosen = {Window.ANY}
        wanted = frozenset((chosen - {Window.ANY}) or {Window.ANY})
        form.draft = replace(form.draft, windows=wanted)
        event.choices.show(wanted)

    @on(Choices.Changed, "#waits")
    def keep_wait(self, event: Choices.Changed) -> None:
        """Keep the first day."""
        self._form.wait = event.choices.value

    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Go on; every choice is a good one."""
        self.want(Want.NEXT)


class CallInWords(VisitorScreen):
    """The language to speak on the phone; it may differ from the screen's."""

    AUTO_FOCUS = "#next"

    def __init__(self, form: CallForm) -> None:
        super().__init__()
        self._form = form

    def heading(self) -> str:
        return self._("Which language should we speak?")

    def lead(self) -> str:
        return self._("Step 3 of 6 · On the phone, that is.")

    def body(self) -> Iterable[Widget]:
        yield Choices(
            call_languages(self._), marked={self._form.draft.call_language}, id="languages"
        )

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Next"), letter="N", id="next", primary=True)

    @on(Choices.Changed)
    def keep(self, event: Choices.Changed) -> None:
        """Keep the language."""
        language = CallLanguage(event.choices.value)
        self._form.draft = replace(self._form.draft, call_language=language)

    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Go on."""
        self.want(Want.NEXT)
