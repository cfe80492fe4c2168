"""The floor of typing: a bare Textual app with one field; Escape empties it."""

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Input


class Bare(App[None]):
    """Nothing but the field."""

    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield Input(placeholder="the field")

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            self.query_one(Input).value = ""


Bare().run()
