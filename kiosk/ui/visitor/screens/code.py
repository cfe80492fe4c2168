"""A QR code for the visitor's phone, with a few words beside it."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.visitor.beside import BesideCode
from kiosk.ui.visitor.messages import Code
from kiosk.ui.widgets.qr import QrCode


class ShowCode(BesideCode):
    """One code to photograph."""

    CSS_PATH = "code.tcss"
    AUTO_FOCUS = ""

    def __init__(self, shown: Code) -> None:
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
