"""A booked talk, for the visitor's phone: as a code for its calendar, and as words to send."""

from collections.abc import Iterable
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from kiosk.domain.callbacks.worklist import WorkRow
from kiosk.presentation.callbacks import format_calendar_event, format_talk
from kiosk.ui.desk.callbacks.text import format_request_title
from kiosk.ui.desk.screen import TOO_SMALL, DeskScreen
from kiosk.ui.widgets.desk_bars import Key, KeyLine, TopLine
from kiosk.ui.widgets.qr import QrCode


class BookingScreen(DeskScreen):
    """Words on the left, the code on the right; neither says who or what the talk is about."""

    AUTO_FOCUS = ""

    def __init__(self, row: WorkRow, at: datetime) -> None:
        """Take a request and when its talk is."""
        super().__init__()
        self._row = row
        self._at = at

    def heading(self) -> str:
        return "The talk, for their phone"

    def lead(self) -> str:
        whom = f", with {self._row.booked_with}" if self._row.booked_with else ""
        return f"{format_request_title(self._row)}{whom}"

    def keys(self) -> Iterable[Key]:
        return ()

    def compose(self) -> ComposeResult:
        at = self._at
        yield TopLine(self._head())
        with Horizontal(id="split"):
            with Vertical(id="page"):
                yield Static(self.heading(), id="heading", markup=False)
                yield Static(self.lead(), id="lead", markup=False)
                yield Static("To read out, or to send where they allowed a text:", markup=False)
                yield Static(
                    f"{format_talk(at, self.clinic.zone)}. If that does not suit you, ring us.",
                    id="words",
                    markup=False,
                )
                yield Static(
                    "The code puts it into their phone's calendar, as “Talk” and nothing else.",
                    id="code",
                    markup=False,
                )
                yield Static("", id="say", markup=False)
            with Vertical(id="right"):
                yield QrCode(format_calendar_event(at))
        yield Static(TOO_SMALL, id="small", markup=False)
        yield KeyLine(self._all_keys())
