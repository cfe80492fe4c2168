"""The answer to a scan or a check-in: who, what, where, and when the screen clears."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.visitor.idling import Stay
from kiosk.ui.visitor.messages import Code, CodeWanted, Want
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.pressable import Pressable


@dataclass(frozen=True, slots=True)
class Answer:
    """What a result says."""

    title: str
    lines: tuple[str, ...]
    code: Code | None = None
    """A pass or slip that can be shown to photograph."""
    welcome: bool = True
    """Whether it is good news; the others look calmer."""
    more: bool = False
    """Whether reading about groups is offered."""


class Result(VisitorScreen):
    """One card in the middle; it clears by itself."""

    CSS_PATH = "result.tcss"
    AUTO_FOCUS = ""
    stays: Stay = "result"

    def __init__(self, answer: Answer, seconds: float, *, unfinished: bool = False) -> None:
        super().__init__()
        self._answer = answer
        self._seconds = seconds
        self._unfinished = unfinished

    def body(self) -> Iterable[Widget]:
        clears = self._("This screen clears by itself in {seconds} seconds.").format(
            seconds=round(self._seconds)
        )
        text = "\n".join(self._answer.lines)
        colour = "$success" if self._answer.welcome else "$primary"
        title = Content.styled(self._answer.title, f"bold {colour}")
        card = Content("\n\n").join([title, Content(text), Content(clears)])
        yield Static(card, id="card", classes="" if self._answer.welcome else "-calm", markup=False)

    def below(self) -> Iterable[Widget]:
        if self._unfinished:
            yield Action(self._("Back to my form"), letter="B", id="back", primary=True)
        if self._answer.code is not None:
            yield Action(self._("Show me my pass"), letter="P", id="pass", primary=True)
        if self._answer.more:
            yield Action(self._("Tell me more"), letter="T", id="about", primary=True)

    def compose(self) -> ComposeResult:
        with Vertical(id="middle"):
            yield from self.body()
            yield from self.below()
        yield from self.foot()

    @on(Pressable.Pressed, "#pass")
    def show_pass(self) -> None:
        """Ask for the code."""
        if self._answer.code is not None:
            self.tell(CodeWanted(self._answer.code))

    @on(Pressable.Pressed, "#about")
    def read(self) -> None:
        """Ask for something to read."""
        self.want(Want.READ)
