"""A new pass as a QR code: to photograph, or to print."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from kiosk.domain.roster import IssuedPass
from kiosk.ui.desk.screen import TOO_SMALL, DeskScreen
from kiosk.ui.widgets.keyline import Key, KeyLine
from kiosk.ui.widgets.qr import QrCode
from kiosk.ui.widgets.topline import TopLine


class PassCard(DeskScreen):
    """Words on the left, the code on the right; its secret is kept nowhere else."""

    CSS_PATH = "card.tcss"
    AUTO_FOCUS = ""

    def __init__(self, issued: IssuedPass) -> None:
        super().__init__()
        self._issued = issued

    def heading(self) -> str:
        return f"The pass of {self._issued.name}"

    def lead(self) -> str:
        return "They photograph it now, or you print it. It is shown only this once."

    def keys(self) -> Iterable[Key]:
        yield Key("p", "PDF to print", self._print)

    def compose(self) -> ComposeResult:
        yield TopLine(self._head())
        with Horizontal(id="split"):
            with Vertical(id="page"):
                yield Static(self.heading(), id="heading", markup=False)
                yield Static(self.lead(), id="lead", markup=False)
                yield Static("", id="say", markup=False)
            with Vertical(id="right"):
                yield QrCode(self._issued.digits, numeric=True)
        yield Static(TOO_SMALL, id="small", markup=False)
        yield KeyLine(self._all_keys())

    def _print(self) -> None:
        issued = self._issued
        self.act(lambda side: side.tools.pass_sheet((issued,), side.login), then=self._tell_path)

    def _tell_path(self, path: str) -> None:
        self.say(
            f"Written to the exports folder:\n{path.rpartition('/')[2]}\nPrint it, then delete it."
        )
