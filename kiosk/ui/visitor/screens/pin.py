"""The door to the maintenance screen: a PIN, never shown, not even its length."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.ui.base import Trouble
from kiosk.ui.visitor.idling import Stay
from kiosk.ui.visitor.messages import Unlocked
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.touchkeys import PIN, TouchKeys, key_words


class Pin(VisitorScreen):
    """One covered field."""

    CSS_PATH = "pin.tcss"
    stays: Stay = "staff"

    def heading(self) -> str:
        return self._("Staff")

    def lead(self) -> str:
        return self._("Type the kiosk's PIN. What you type stays covered.")

    def body(self) -> Iterable[Widget]:
        yield Field(most=32, covered=True)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Open"), id="next", primary=True)

    def below(self) -> Iterable[Widget]:
        yield from super().below()
        yield TouchKeys(PIN, words=key_words(self._))

    @on(Input.Submitted)
    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Try the PIN; the wait after wrong ones survives a restart."""
        self.once(self._go_on)

    async def _go_on(self) -> None:
        field = self.query_one(Field)
        typed, field.value = field.value, ""
        if not typed:
            return
        answer = await self.ask(lambda side: side.maintenance.unlock(typed))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif answer.accepted:
            self.tell(Unlocked())
        elif answer.wait_seconds:
            words = self._("That did not open. Please wait {seconds} seconds.")
            self.say(words.format(seconds=answer.wait_seconds))
        else:
            self.say(self._("That is not the PIN."))
