"""The answer to a scan or a check-in: who, what, where, and when the screen clears."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from kiosk.ui.visitor.idling import Stay
from kiosk.ui.visitor.messages import Code, CodeWanted, Want
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.action import Action, Actions
from kiosk.ui.widgets.card import Card, CardText
from kiosk.ui.widgets.pressable import Pressable


@dataclass(frozen=True, slots=True)
class Answer:
    """What a result says, and what can be done with it."""

    card: CardText
    code: Code | None = None
    """A pass that can be shown to photograph."""
    more: bool = False
    """Whether reading about groups is offered."""
    unfinished: bool = False
    """Whether there is a form to go back to."""

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to do but to read it."""
        return self.code is None and not self.more and not self.unfinished


class Result(VisitorScreen):
    """One card in the middle; it clears by itself."""

    CSS_PATH = "result.tcss"
    AUTO_FOCUS = ""
    stays: Stay = "result"

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def compose(self) -> ComposeResult:
        yield Card(self._answer.card, self.visit.theme)
        if not self._answer.is_plain:
            yield Actions(*self.steps())
        yield from self.foot()

    def steps(self) -> Iterable[Action]:
        if self._answer.unfinished:
            yield Action(self._("Back to my form"), letter="B", id="back", primary=True)
        if self._answer.code is not None:
            yield Action(self._("Show me my pass"), letter="P", id="pass", primary=True)
        if self._answer.more:
            yield Action(self._("Tell me more"), letter="T", id="about", primary=True)

    def below(self) -> Iterable[Widget]:
        return ()

    @on(Pressable.Pressed, "#pass")
    def show_pass(self) -> None:
        """Ask for the code."""
        if self._answer.code is not None:
            self.tell(CodeWanted(self._answer.code))

    @on(Pressable.Pressed, "#about")
    def read(self) -> None:
        """Ask for something to read."""
        self.want(Want.READ)
