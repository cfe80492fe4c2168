"""Help now: whom to turn to at once; it keeps no record and needs no database."""

from collections.abc import Iterable
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.helplines import Helpline, helplines
from kiosk.content.shaping import needs_shaping
from kiosk.ui.visitor.codes import format_helpline_code
from kiosk.ui.visitor.screen import BesideCodeScreen, CodeWanted
from kiosk.ui.visitor.times import join_sentences
from kiosk.ui.widgets.buttons import Pressable, Tile
from kiosk.ui.widgets.large_text import LargeText
from kiosk.ui.widgets.layout import Sheet, Tiles
from kiosk.ui.widgets.qr import QrCode

_EMERGENCY = "tel:995"
_CAPTION_ROWS = 3
"""A blank row, and the sentence under the code."""


class HelpNowScreen(BesideCodeScreen):
    """The lines on the left; the code of the one with the focus on the right."""

    may_be_larger = False

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, Helpline] = {}

    def heading(self) -> str:
        return self.visit.texts.pgettext("crisis", "Help now")

    def caption(self) -> str:
        return self.visit.texts.pgettext("crisis", "The code calls the line from your phone.")

    def body(self) -> Iterable[Widget]:
        lines, drawn = self._shown(), self._drawn()
        self._lines = {line.id: line for line in lines}
        for line in lines:
            if not line.tel:
                yield LargeText(drawn.get(line.id, "").replace("\n", ". "), classes="staff")
                words = join_sentences(line.name, line.note, self._)
                yield Static(words, classes="staff", markup=False)
        with Tiles(brief=self.draws_letters, id="list"):
            for line in lines:
                if line.tel:
                    title, large = f"{line.number}  {line.name}", drawn.get(line.id, "")
                    yield Tile(title, line.note, large=large, name=line.id)

    def code(self) -> QrCode:
        tel = next((line.tel for line in self._shown() if line.tel), _EMERGENCY)
        # The words beside it matter more than a large code where they have to be drawn.
        most = 1 if self.draws_letters else None
        return QrCode(tel, below=_CAPTION_ROWS, most=most)

    def _shown(self) -> tuple[Helpline, ...]:
        clinic = self.context.clinic
        language = self.visit.texts.written
        return helplines(language, clinic.today(), published=clinic.helplines).lines

    def _drawn(self) -> dict[str, str]:
        """Return name and remark of each line in a language that is not written here, by its id."""
        clinic, texts = self.context.clinic, self.visit.texts
        if not texts.draws_cells:
            return {}
        found = helplines(texts.language, clinic.today(), published=clinic.helplines).lines
        return {line.id: f"{line.name}\n{line.note}" for line in found if needs_shaping(line.name)}

    def on_mount(self) -> None:
        # The focus of the first line must not scroll the people in the room away.
        self.call_after_refresh(self.query_one(Sheet).scroll_home, animate=False)

    @on(Sheet.Measured)
    def save_air(self) -> None:
        """Show all lines without scrolling, if it takes the air above them."""
        self.query_one(Sheet).save_air()

    def on_resize(self) -> None:
        self.query_one(Sheet).remove_class("-tight")

    def on_descendant_focus(self) -> None:
        line = self._lines.get(self.focused.name or "") if self.focused else None
        if line is not None and line.tel:
            self.query_one(QrCode).show(line.tel)

    @on(Pressable.Pressed, "Tile")
    def choose(self, event: Pressable.Pressed) -> None:
        """Show the code of a tapped line, on a screen of its own where there is no room here."""
        event.pressable.focus()
        line = self._lines[event.pressable.name or ""]
        if not any(code.is_on_screen for code in self.query(QrCode)):
            self.post_intent(CodeWanted(partial(format_helpline_code, line)))
