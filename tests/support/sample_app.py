"""A small locked app with two fields and a button; it breaks in many ways when told to."""

import threading
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Button, Input, Static

from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.terminal.lockdown import LockedScreen
from kiosk.ui.terminal.messages import InputKindChanged, Scanned

SECRET = "Tan-SECRET-81234567"


class BrokenError(Exception):
    """Broken on purpose, with something in its message that must not be shown."""


class BrokenScreen(LockedScreen):
    def compose(self) -> ComposeResult:
        raise BrokenError(SECRET)


class BrokenStatic(Static):
    def render(self) -> str:
        raise BrokenError(SECRET)


class Bang(Message):
    """Makes the app's own handler raise."""


class SampleScreen(LockedScreen):
    BINDINGS: ClassVar = [("x", "count")]
    allowed_actions = frozenset({"count"})

    def __init__(self) -> None:
        super().__init__()
        self.sent = self.scan = ""
        self.kind = "keys"
        self.pressed = self.scans = self.counted = 0

    def compose(self) -> ComposeResult:
        yield Input(id="one", select_on_focus=False, max_length=40)
        yield Input(id="two", select_on_focus=False, max_length=40)
        yield Button("Press me", id="press")
        yield Static("", id="status", markup=False)
        yield Static("ready", id="ready", markup=False)
        yield Static("", id="data", markup=False)

    def on_mount(self) -> None:
        self.show()

    def show(self) -> None:
        one, two = (self.query_one(name, Input).value for name in ("#one", "#two"))
        self.query_one("#status", Static).update(
            f"one={one} two={two}.\nsent={self.sent} pressed={self.pressed} x={self.counted}"
            f" kind={self.kind} scans={self.scans}.\nscan={self.scan}."
        )

    def action_count(self) -> None:
        self.counted += 1
        self.show()

    @on(Input.Changed)
    def follow(self) -> None:
        self.show()

    @on(Input.Submitted, "#one")
    def next_field(self) -> None:
        self.query_one("#two").focus()

    @on(Input.Submitted, "#two")
    def send(self, event: Input.Submitted) -> None:
        self.sent = f"{self.query_one('#one', Input).value}+{event.value}"
        self.show()

    @on(Button.Pressed)
    def press(self) -> None:
        self.pressed += 1
        self.show()


class SampleApp(LockedApp):
    extra_keys = frozenset({f"f{number}" for number in range(1, 12)})
    AUTO_FOCUS = "#one"

    def get_default_screen(self) -> SampleScreen:
        return SampleScreen()

    @property
    def sample(self) -> SampleScreen:
        screen = self.screen_stack[0]
        assert isinstance(screen, SampleScreen)
        return screen

    @on(Scanned)
    def scanned(self, event: Scanned) -> None:
        self.sample.scans += 1
        self.sample.scan = event.text
        self.sample.show()

    @on(InputKindChanged)
    def changed(self, event: InputKindChanged) -> None:
        self.sample.kind = event.kind
        self.sample.show()

    @on(Bang)
    def bang(self) -> None:
        """Breaks with a value in its hands."""
        phone = SECRET
        if phone:
            raise BrokenError(phone)

    def key_f1(self) -> None:
        name = SECRET
        raise BrokenError(name)

    def key_f2(self) -> None:
        self.post_message(Bang())

    def key_f3(self) -> None:
        self.run_worker(self._work())

    async def _work(self) -> None:
        self.bang()

    def key_f4(self) -> None:
        self.push_screen(BrokenScreen())

    async def key_f5(self) -> None:
        await self.sample.mount(BrokenStatic(SECRET))

    def key_f6(self) -> None:
        self.set_timer(0.01, self.bang)

    def key_f7(self) -> None:
        self.run_worker(self.bang, thread=True)

    def key_f8(self) -> None:
        threading.Thread(target=self.bang).start()

    def key_f9(self) -> None:
        self.sample.query_one("#data", Static).update("a\x1b[31mRED\x9b2J\x00\u202eb\x08c")

    def key_f10(self) -> None:
        while True:
            pass

    def key_f11(self) -> None:
        self.exit(return_code=0)


class NoBreaking(SampleApp):
    """Without the keys that break it."""

    extra_keys = frozenset()


class BadStyles(SampleApp):
    CSS = "Static { colour: of-the-sea; }"


def broken_feed(_intake: object, _data: bytes, _at: float) -> list[Message]:
    """Stands in for the intake's `feed` and breaks the input thread."""
    raise BrokenError(SECRET)


TAMIL = "உதவி இப்போது"


class TamilScreen(LockedScreen):
    def compose(self) -> ComposeResult:
        yield Static(f"[1]  {TAMIL}  ready", markup=False)
        yield Input(id="one", select_on_focus=False)
        yield Static("", id="status", markup=False)

    @on(Input.Changed)
    def follow(self, event: Input.Changed) -> None:
        self.query_one("#status", Static).update(f"typed={event.value}.")


class TamilApp(LockedApp):
    """Shows a sentence in Tamil, and asks whether it can be a picture."""

    def on_mount(self) -> None:
        self.push_screen(TamilScreen())
        self.call_after_refresh(self.ask_for_pictures)

    def pictures_come(self) -> None:
        for widget in self.screen.query("*"):
            widget.refresh()
