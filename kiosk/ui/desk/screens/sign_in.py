"""The way in: a name and a passphrase; also the lock, which knows the name already."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.ui.base import Trouble
from kiosk.ui.desk.messages import Entered, SomebodyElse, Want
from kiosk.ui.desk.parts import Who
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.words import span
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.keyline import Key


class SignIn(DeskScreen):
    """Two fields; a wrong name and a wrong passphrase read alike."""

    CSS_PATH = "sign_in.tcss"
    has_way_back = False

    def __init__(self, locked_for: str = "", sentence: str = "") -> None:
        """Take who has locked the desk, or why somebody was signed out."""
        super().__init__()
        self._locked_for = locked_for
        self._sentence = sentence
        self._free_at = 0.0
        """When the next try may be made, in seconds of the app's clock; 0 once it may."""

    def heading(self) -> str:
        return "Locked" if self._locked_for else "Staff desk"

    def lead(self) -> str:
        if self._locked_for:
            return f"Nobody used the desk for a while. Sign in again, {self._locked_for}."
        return "Sign in with your own name and passphrase."

    def body(self) -> Iterable[Widget]:
        if not self._locked_for:
            yield Static("Name", classes="label", markup=False)
            yield Field(most=120, id="login")
        yield Static("Passphrase", classes="label", markup=False)
        yield Field(most=256, covered=True, id="passphrase")

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Sign in", self._enter)
        if self._locked_for:
            yield Key("escape", "Somebody else", self.escape)
        elif self.host.facts.may_end:
            yield Key("escape", "End the program", self.escape)

    def escape(self) -> None:
        if self._locked_for:
            self.tell(SomebodyElse())
        elif self.host.facts.may_end:
            self.want(Want.LEAVE)

    def on_mount(self) -> None:
        self.say(self._sentence)

    def tick(self) -> None:
        if self._free_at:
            self._count_down()

    def _count_down(self) -> None:
        left = self._free_at - self.host.monotonic()
        if left > 0:
            self.say(f"That did not open. Please wait {span(left)}, then try again.")
        else:
            self._free_at = 0.0
            self.say("You can try again now.")

    @on(Input.Submitted, "#login")
    def to_passphrase(self) -> None:
        """Go on from the name, once there is one."""
        if self.query_one("#login", Field).value.strip():
            self.say("")
            self.query_one("#passphrase", Field).focus()
        else:
            self.say("Please type the name that you sign in with.")

    @on(Input.Submitted, "#passphrase")
    def submit(self) -> None:
        """Try to sign in."""
        self._enter()

    def _enter(self) -> None:
        if not self._free_at:
            self.once(self._sign_in)

    async def _sign_in(self) -> None:
        login = self._locked_for or self.query_one("#login", Field).value
        field = self.query_one("#passphrase", Field)
        typed, field.value = field.value, ""
        if not login.strip() or not typed:
            self.say("Please type your name and your passphrase.")
            return
        self.say("One moment …")
        answer = await self.ask(lambda side: side.sign_in(login, typed))
        if isinstance(answer, Who):
            self.tell(Entered(answer))
        elif isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif answer.wait_seconds:
            self._free_at = self.host.monotonic() + answer.wait_seconds
            self._count_down()
        else:
            self.say("That did not open. Check the name and the passphrase.")
