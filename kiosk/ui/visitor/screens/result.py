"""Results: the answer to a scan or a check-in, and a code to photograph."""

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.visitor.screen import BesideCodeScreen, Chosen, Stay, VisitorRoute, VisitorScreen
from kiosk.ui.visitor.text import CodeToShow, ResultText
from kiosk.ui.widgets.buttons import Action, Actions, Pressable
from kiosk.ui.widgets.card import Card
from kiosk.ui.widgets.qr import QrCode


class ResultScreen(VisitorScreen):
    """One card in the middle; it clears by itself."""

    AUTO_FOCUS = ""
    stays: Stay = "result"

    def __init__(self, text: ResultText) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield Card(self._text.card, self.visit.theme)
        if not self._text.is_plain:
            yield Actions(*self.steps())
        yield from self.foot()

    def steps(self) -> Iterable[Action]:
        if self._text.unfinished:
            yield Action(self._("Back to my form"), letter="B", id="back", primary=True)
        if self._text.code is not None:
            yield Action(self._("Show me my pass"), letter="P", id="pass", primary=True)
        if self._text.more:
            yield Action(self._("Tell me more"), letter="T", id="about", primary=True)

    def below(self) -> Iterable[Widget]:
        return ()

    @on(Pressable.Pressed, "#pass")
    def show_pass(self) -> None:
        """Ask for the code."""
        if self._text.code is not None:
            self.post_intent(Chosen(self._text.code))

    @on(Pressable.Pressed, "#about")
    def read(self) -> None:
        """Ask for something to read."""
        self.go_to(VisitorRoute.READ)


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
