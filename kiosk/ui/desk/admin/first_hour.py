"""What the first hour needs and no other screen has: the booklets' addresses, the test card."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.text import clean
from kiosk.ui.desk.messages import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import pairs

if TYPE_CHECKING:
    from kiosk.content.articles import Booklets


_HOW_TO_SCAN = (
    ("1", "Print assets/pictures/test-card.svg, which came with the program."),
    ("2", "Open the visitors' kiosk, on its first screen: kiosk run"),
    ("3", "Hold the card under its scanner. The screen shows how the scanner is set."),
    (
        "4",
        "It should end each code with Enter, at 5 to 20 ms a character; its manual has codes for"
        " that. Scan the card again after each change.",
    ),
)


class _Told(DeskScreen):
    """A screen to read."""

    AUTO_FOCUS = ""


class BookletsScreen(_Told):
    """What visitors can take home, and where its addresses are written."""

    place: ClassVar[Place | None] = Place.BOOKLETS

    def heading(self) -> str:
        return "Booklets to take home"

    def lead(self) -> str:
        return "Visitors see those that have an address, as a code for their own phone."

    def body(self) -> Iterable[Widget]:
        yield Static("", id="known", markup=False)
        yield Static("", id="note", markup=False)

    def keys(self) -> Iterable[Key]:
        yield Key("r", "Read again", self._read_again)

    def on_mount(self) -> None:
        self.once(self._read)

    def _read_again(self) -> None:
        self.once(self._read)

    async def _read(self) -> None:
        answer = await self.ask(lambda side: side.menu.booklets())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self.query_one("#known", Static).update(pairs(_booklet_rows(answer)))
        where = f"Write the addresses into this file, then press R:\n{clean(str(answer.path))}"
        self.query_one("#note", Static).update(where)


def _booklet_rows(found: "Booklets") -> list[tuple[str, str]]:
    rows = [(clean(one.title), one.url or "no address yet") for one in found.items]
    if not rows:
        rows = [("", "None is listed, so nothing is missing.")]
    return rows


class TestCardScreen(_Told):
    """How to find out that the scanner reads."""

    place: ClassVar[Place | None] = Place.TEST_CARD

    def heading(self) -> str:
        return "Scan the test card"

    def lead(self) -> str:
        return "It is ticked by itself once a kiosk has read the card."

    def body(self) -> Iterable[Widget]:
        yield Static(pairs(_HOW_TO_SCAN), id="known", markup=False)
