"""The way in: the sign-in, and the form for a passphrase of one's own."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.staff import SHORTEST_PASSPHRASE, PassphraseProblem, check_passphrase
from kiosk.presentation.staff import PASSPHRASE_PROBLEMS
from kiosk.ui.desk.messages import Entered, Exit, Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import CurrentUser
from kiosk.ui.desk.text import format_wait
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.inputs import Field

_FIELDS = ("old", "new", "again")
_LABELS = ("The one you used until now", "The new one", "The new one again")


class NewPassphraseScreen(DeskScreen):
    """Three covered fields."""

    place: ClassVar[Place | None] = Place.PASSPHRASE

    def __init__(self, *, is_reset: bool = False) -> None:
        """Take whether a manager has set the present one; then there is no way round."""
        super().__init__()
        self._is_reset = is_reset
        self.has_way_back = not is_reset

    def heading(self) -> str:
        return "Choose a passphrase of your own"

    def lead(self) -> str:
        why = (
            "Yours was given by somebody else, so it opens nothing yet. " if self._is_reset else ""
        )
        return (
            f"{why}At least {SHORTEST_PASSPHRASE} characters; several words are easy to remember."
        )

    def body(self) -> Iterable[Widget]:
        for name, label in zip(_FIELDS, _LABELS, strict=True):
            yield Static(label, classes="label", markup=False)
            yield Field(most=256, covered=True, id=name)

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Keep it", self._go_on)

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Go to the next field, and from the last one keep what is typed."""
        number = _FIELDS.index(event.input.id or "again")
        if number + 1 < len(_FIELDS):
            self.query_one(f"#{_FIELDS[number + 1]}", Field).focus()
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
        elif isinstance(answer, CurrentUser) and self._is_reset:
            self.post(Entered(answer))
        elif isinstance(answer, CurrentUser):
            self.finish("Your new passphrase is kept.")
        elif isinstance(answer, PassphraseProblem):
            self.query_one("#new", Field).focus()
            self.say(PASSPHRASE_PROBLEMS[answer])
        else:
            self.query_one("#old", Field).focus()
            wait = (
                f" Please wait {format_wait(answer.wait_seconds)}." if answer.wait_seconds else ""
            )
            self.say(f"The old passphrase is not right.{wait}")

    def _problem(self, old: str, new: str) -> str:
        """Return what has to be mended before the desk is asked, or nothing."""
        if not old:
            self.query_one("#old", Field).focus()
            return "Please type the passphrase that you used until now."
        checked = check_passphrase(new)
        if isinstance(checked, PassphraseProblem):
            self.query_one("#new", Field).focus()
            return PASSPHRASE_PROBLEMS[checked]
        if new == old:
            self.query_one("#new", Field).focus()
            return "The new one is the old one; please choose another."
        if new != self._typed("again"):
            self.query_one("#again", Field).value = ""
            self.query_one("#again", Field).focus()
            return "The two new ones differ; please type the new one again."
        return ""


class SignInScreen(DeskScreen):
    """Two fields; a wrong name and a wrong passphrase read alike."""

    has_way_back = False

    def __init__(self, locked_for: str = "", sentence: str = "") -> None:
        """Take the login of who is locked out, or why a person was signed out."""
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
        elif self.clinic.may_end:
            yield Key("escape", "End the program", self.escape)

    def escape(self) -> None:
        if self._locked_for:
            self.leave(Exit.SIGN_OUT)
        elif self.clinic.may_end:
            self.leave(Exit.END)

    def on_mount(self) -> None:
        self.say(self._sentence)

    def tick(self) -> None:
        if self._free_at:
            self._count_down()

    def _count_down(self) -> None:
        left = self._free_at - self.desk.monotonic()
        if left > 0:
            self.say(f"That did not open. Please wait {format_wait(left)}, then try again.")
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
        if isinstance(answer, CurrentUser):
            self.post(Entered(answer))
        elif isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif answer.wait_seconds:
            self._free_at = self.desk.monotonic() + answer.wait_seconds
            self._count_down()
        else:
            self.say("That did not open. Check the name and the passphrase.")
