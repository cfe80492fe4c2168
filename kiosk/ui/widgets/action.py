"""An action: a button of at least three rows and twenty columns at the end of a screen."""

from typing import ClassVar

from textual.containers import Horizontal
from textual.content import Content

from kiosk.ui.widgets.pressable import Pressable


class Action(Pressable):
    """One step: back, next, send. The one that matters most is `primary`."""

    DEFAULT_CSS = """
    Action {
        height: 3; width: auto; min-width: 22; padding: 0 2; margin: 0 2 0 0;
        background: $panel; color: $foreground; content-align: center middle;
        text-style: bold;
    }
    Action.-primary { background: $primary; color: $surface; }
    Action:focus { background: $foreground; color: $surface; text-style: bold underline; }
    Action:disabled { background: $panel; color: $foreground; text-style: none; }
    """

    def __init__(
        self, title: str, *, letter: str = "", id: str | None = None, primary: bool = False
    ) -> None:
        super().__init__(title, letter=letter, id=id, classes="-primary" if primary else None)

    def render(self) -> Content:
        return Content(f"› {self.label} ‹" if self.has_focus else self.label)


class Actions(Horizontal):
    """The row of actions above the foot."""

    DEFAULT_CSS: ClassVar[str] = """
    Actions { height: 3; width: 100%; max-width: 112; padding: 0 3; align-horizontal: left; }
    """
