"""The helplines: whom visitors can turn to, by when to ring them again, and that it was done."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget
from textual.widgets import Static

from kiosk.presentation.records import format_long_day
from kiosk.ui.desk.messages import Place
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import pairs

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kiosk.usecases.helplines import HelplinesInForce, HelplinesPublished


def describe_rung(found: "HelplinesInForce", zone: "ZoneInfo") -> str:
    """Return who rang the lines and when, and by when they are to be rung again."""
    if found.published_at is None:
        return "Nobody here has rung these numbers yet. Ring each of them, then press R."
    day = format_long_day(found.published_at.astimezone(zone).date())
    by = f" by {found.published_by}" if found.published_by else ""
    again = format_long_day(found.lines.review_by)
    return f"Rung{by} on {day}. To be rung again by {again}."


class HelplinesScreen(DeskScreen):
    """The lines as visitors see them; who has rung them all says so here."""

    AUTO_FOCUS = ""
    place: ClassVar[Place | None] = Place.HELPLINES

    def __init__(self) -> None:
        super().__init__()
        self._found: HelplinesInForce | None = None

    def heading(self) -> str:
        return "Helplines"

    def lead(self) -> str:
        return describe_rung(self._found, self.clinic.zone) if self._found else ""

    def body(self) -> Iterable[Widget]:
        yield Static("", id="known", markup=False)
        yield Static("", id="note", markup=False)

    def keys(self) -> Iterable[Key]:
        if self._found is not None:
            yield Key("r", "I have rung them all", self._ask_rung)

    def on_mount(self) -> None:
        self.once(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        answer = await self.ask(lambda side: side.oversight.helplines())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._found = answer
        rows = [(one.number or "here", f"{one.name}. {one.note}") for one in answer.lines.lines]
        self.query_one("#known", Static).update(pairs(rows))
        own = "Other numbers: kiosk kiosks helplines publish FILE"
        self.query_one("#note", Static).update(" ".join(filter(None, (answer.passed_over, own))))
        self.rehead()
        self.rekey()

    def _ask_rung(self) -> None:
        if self._found is None:
            return
        count = sum(1 for one in self._found.lines.lines if one.number)
        lead = (
            f"Each of the {count} numbers was answered by whom it is meant to reach. Your name and"
            " today are kept, and every kiosk is told."
        )
        self.pose(ask_sure("Have you rung them all?", lead, "Yes, all of them", self._confirm))

    def _confirm(self) -> None:
        seen = self._found
        if seen is None:
            return

        def confirm(side: DeskSide) -> "HelplinesPublished":
            return side.oversight.confirm_helplines(seen)

        self.act(confirm, "Kept. Thank you.")
