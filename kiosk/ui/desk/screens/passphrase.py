"""A passphrase of one's own: asked for where a manager gave one, and whenever somebody wants."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.passphrases import SHORTEST, PassphraseProblem, check_passphrase
from kiosk.ui.base import Trouble
from kiosk.ui.desk.messages import Entered, Finished
from kiosk.ui.desk.parts import Who
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.words import span
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.keyline import Key

_FIELDS = ("old", "new", "again")
_LABELS = ("The one you used until now", "The new one", "The new one again")


class NewPassphrase(DeskScreen):
    """Three covered fields."""

    CSS_PATH = "passphrase.tcss"
    place: ClassVar[Place | None] = Place.PASSPHRASE

    def __init__(self, *, given: bool = False) -> None:
        """Take whether the present one was given by a manager; then there is no way round."""
        super().__init__()
        self._given = given
        self.has_way_back = not given

    def heading(self) -> str:
        return "Choose a passphrase of your own"

    def lead(self) -> str:
        why = "Yours was given by somebody else, so it opens nothing yet. " if self._given else ""
        return f"{why}At least {SHORTEST} characters; several words are easy to remember."

    def body(self) -> Iterable[Widget]:
        for name, label in zip(_FIELDS, _LABELS, strict=True):
            yield Static(label, classes="label", markup=False)
            yield Field(most=256, covered=True, id=name)

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Keep it", self._go_on)

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Go to the next field, and from the last one keep what is typed."""
        place = _FIELDS.index(event.input.id or "again")
        if place + 1 < len(_FIELDS):
            self.query_one(f"#{_FIELDS[place + 1]}", Field).focus()
        else:
            self._go_on()

    def _go_on(self) -> None:
        self.once(self._change)

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Field).value

    async def _change(self) -> None:
        old, new = self._typed("old"), self._typed("new")
        problem = self._problem(old, new)
        if problem:
            self.say(problem)
            return
        self.say("One moment …")
        answer = await self.ask(lambda side: side.change_passphrase(old, new))
        for field in self.query(Field):
            field.value = ""
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif isinstance(answer, Who) and self._given:
            self.tell(Entered(answer))
        elif isinstance(answer, Who):
            self.tell(Finished("Your new passphrase is kept."))
        elif isinstance(answer, PassphraseProblem):
            self.say("The new one will not do; please choose another.")
        else:
            self.query_one("#old", Field).focus()
            wait = f" Please wait {span(answer.wait_seconds)}." if answer.wait_seconds else ""
            self.say(f"The old passphrase is not right.{wait}")

    def _problem(self, old: str, new: str) -> str:
        """Say what has to be mended before the desk is asked."""
        if not old:
            self.query_one("#old", Field).focus()
            return "Please type the passphrase that you used until now."
        checked = check_passphrase(new)
        if checked is PassphraseProblem.TOO_SHORT:
            self.query_one("#new", Field).focus()
            return f"The new one is too short: at least {SHORTEST} characters."
        if checked is PassphraseProblem.TOO_LONG:
            return "The new one is too long."
        if new == old:
            self.query_one("#new", Field).focus()
            return "The new one is the old one; please choose another."
        if new != self._typed("again"):
            self.query_one("#again", Field).value = ""
            self.query_one("#again", Field).focus()
            return "The two new ones differ; please type the new one again."
        return ""
