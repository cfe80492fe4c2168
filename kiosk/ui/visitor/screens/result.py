"""The answer to a scan or a check-in: who, what, where, and when the screen clears."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.visitor.messages import CodeToShow, CodeWanted, VisitorWant
from kiosk.ui.visitor.screen import BesideCodeScreen, Stay, VisitorScreen
from kiosk.ui.widgets.buttons import Action, Actions, Pressable
from kiosk.ui.widgets.card import Card, CardText
from kiosk.ui.widgets.qr import QrCode


@dataclass(frozen=True, slots=True)
class Answer:
    """What a result says, and what can be done with it."""

    card: CardText
    code: CodeToShow | None = None
    """A pass that can be shown to photograph."""
    more: bool = False
    """Whether reading about groups is offered."""
    unfinished: bool = False
    """Whether there is a form to go back to."""

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to do but to read it."""
        return self.code is None and not self.more and not self.unfinished


class ResultScreen(VisitorScreen):
    """One card in the middle; it clears by itself."""

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
        self.want(VisitorWant.READ)


class CodeScreen(BesideCodeScreen):
    """One code to photograph."""

    AUTO_FOCUS = ""

    def __init__(self, shown: CodeToShow) -> None:
        super().__init__()
        self._shown = shown

    def heading(self) -> str:
        return self._shown.title

    def body(self) -> Iterable[Widget]:
        if self._shown.spoken:
            yield Static(self._shown.spoken, id="spoken", markup=False)
        for line in self._shown.lines:
            if line:
                yield Static(line, classes="words", markup=False)

    def below(self) -> ComposeResult:
        if not self._shown.last:
            yield from super().below()

    def code(self) -> QrCode:
        return QrCode(self._shown.data, numeric=self._shown.numeric)
