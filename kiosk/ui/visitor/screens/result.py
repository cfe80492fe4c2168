"""Results: the answer to a scan or a check-in, a notice, and a code to photograph."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.translations import Texts
from kiosk.ui.door import Trouble
from kiosk.ui.terminal.lockdown import types_text
from kiosk.ui.visitor.codes import CodeToShow, describe_printing, format_pass_code
from kiosk.ui.visitor.screen import (
    BesideCodeScreen,
    CodeWanted,
    Covered,
    Received,
    VisitorRoute,
    VisitorScreen,
)
from kiosk.ui.visitor.text import ResultText, first_visit_wish
from kiosk.ui.visitor.visit import Stay
from kiosk.ui.widgets.buttons import Action, Actions, Pressable
from kiosk.ui.widgets.card import Card, CardText
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.qr import QrCode
from kiosk.ui.widgets.visitor_bar import Bar

if TYPE_CHECKING:  # few kiosks print
    from kiosk.domain.printing import PrintJob


def card_area(text: ResultText, size: Size) -> tuple[int, int]:
    """Return the columns and rows of a result's card on a terminal of `size`."""
    under = 0 if text.is_plain else next(rows for least, rows in _UNDER if size.height >= least)
    return size.width, size.height - Bar.HEIGHT - under


_UNDER = ((32, 5), (24, 4), (0, 3))
"""Rows of the actions with the margin under them, from this height on; as in visitor.tcss."""


class ResultScreen(VisitorScreen):
    """One card in the middle; it clears by itself."""

    AUTO_FOCUS = ""
    stays: Stay = "result"
    may_be_larger = False

    def __init__(self, text: ResultText) -> None:
        super().__init__()
        self._text = text
        if text.unfinished:
            # What was typed in the form is not cleared without a warning.
            self.stays = "idle"

    def compose(self) -> ComposeResult:
        yield Card(self._text.card, self.visit.theme)
        if not self._text.is_plain:
            yield Actions(*self.steps())
        yield from self.foot()

    def steps(self) -> Iterable[Action]:
        if self._text.unfinished:
            yield Action(self._("Back to my form"), letter="B", id="back", primary=True)
        if self._text.new_pass:
            yield Action(self._("Show me my pass"), letter="P", id="pass", primary=True)
        if self._text.more:
            yield Action(self._("Tell me more"), letter="T", id="about", primary=True)
        if self._text.may_ask is not None:
            yield Action(first_visit_wish(self._), letter="F", id="first-visit")

    def below(self) -> Iterable[Widget]:
        return ()

    def covered(self, _said: Texts) -> dict[str, Covered]:
        title, public = self._text.card.title, self._text.public_title
        return {title: Covered(title, public)} if public else {}

    @property
    def is_result(self) -> bool:
        return True

    @on(Pressable.Pressed, "#pass")
    def show_pass(self) -> None:
        """Ask for the code."""
        if self._text.new_pass:
            self.post_intent(CodeWanted(partial(format_pass_code, self._text.new_pass)))

    @on(Pressable.Pressed, "#about")
    def read(self) -> None:
        """Ask for something to read."""
        self.go_to(VisitorRoute.READ)

    @on(Pressable.Pressed, "#first-visit")
    def ask_to_be_met(self) -> None:
        """Ask to be met, once."""
        self.once(self._ask_to_be_met)

    async def _ask_to_be_met(self) -> None:
        came = self._text.may_ask
        if came is None or came.may_ask_for is None:
            return
        arrival = came.may_ask_for
        answer = await self.ask(lambda side: side.desk.ask_to_be_met(arrival))
        if isinstance(answer, Trouble):
            self.post_intent(Received(answer))
        else:
            self.post_intent(Received(replace(came, may_ask_for=None, is_first=True)))


class NoticeScreen(VisitorScreen):
    """One card over a screen that stays as it is; any key or tap shows that one again."""

    AUTO_FOCUS = ""
    stays: Stay = "result"

    def __init__(self, card: CardText) -> None:
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        yield Card(self._card, self.visit.theme)
        yield from self.foot()

    @property
    def is_result(self) -> bool:
        return True

    def limit(self) -> tuple[str, ...]:
        return ()

    def on_key(self, event: events.Key) -> None:
        if self._route_of(event, typing=self._types(event)) is not None:
            super().on_key(event)
            return
        event.stop()
        event.prevent_default()
        field = self._field
        if field is not None and self._types(event):
            field.insert_text_at_cursor(event.character or "")
        self.go_to(VisitorRoute.STAY)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.go_to(VisitorRoute.STAY)

    @property
    def _field(self) -> Field | None:
        """The field that the person was typing in."""
        covered = self.app.screen_stack[-2].focused
        return covered if isinstance(covered, Field) else None

    def _types(self, event: events.Key) -> bool:
        return self._field is not None and types_text(event)


def _needs_no_other(job: "PrintJob | None") -> bool:
    """Return whether a slip is being printed, or came out."""
    return job is not None and (job.result is None or job.result.is_taken)


_BOTH_COLUMNS = 140
"""Columns from which on there is room for drawn words and a large code."""
_PRINT_ROWS = 22
"""Rows from which on there is room for a button beside a code."""


class CodeScreen(BesideCodeScreen):
    """One code to photograph."""

    AUTO_FOCUS = ""
    may_be_larger = False

    def __init__(self, shown: CodeToShow) -> None:
        super().__init__()
        self._shown = shown

    def heading(self) -> str:
        return self._shown.title

    @property
    def is_result(self) -> bool:
        return self._shown.last

    def covered(self, said: Texts) -> dict[str, Covered]:
        reference = self._shown.spoken
        if not reference or not self._shown.last:
            return {}
        told = said.pgettext("speech", "Your reference is: {reference}")
        public = said.pgettext("speech", "Your reference is on the screen.")
        return {reference: Covered(told.format(reference=reference), public)}

    def body(self) -> Iterable[Widget]:
        if self._shown.spoken:
            yield Static(self._shown.spoken, id="spoken", markup=False)
        lines = [line for line in self._shown.lines if line]
        for number, line in enumerate(lines, 1):
            id_ = "to-do" if number == len(lines) else None
            yield Static(line, id=id_, classes="words", markup=False)

    def below(self) -> ComposeResult:
        if not self._shown.last:
            yield from super().below()
        elif self._shown.slip is not None:
            yield Actions(Action(self._("Print my slip"), letter="P", id="print", primary=True))

    @on(Pressable.Pressed, "#print")
    def print_slip(self) -> None:
        """Print the slip once; another time only where it could not be printed."""
        self.once(self._print_slip)

    async def _print_slip(self) -> None:
        slip, job = self._shown.slip, self.visit.slip_job
        if slip is None or _needs_no_other(job) or not self.has_class("-prints"):
            return
        answer = await self.ask(lambda side: side.print_slip(slip))
        if answer is None or isinstance(answer, Trouble):
            self.say(self._("No slip came out. Please photograph the code."), "#to-do")
        else:
            self.visit.slip_job = answer
            self.tick()

    def tick(self) -> None:
        """Show what becomes of the slip, in the place of what to do with the code."""
        job = self.visit.slip_job
        if job is not None and self._shown.slip is not None:
            self.say(describe_printing(job.result, self._), "#to-do")
            self.add_class("-printing")
            self.set_class(_needs_no_other(job), "-printed")

    def on_mount(self) -> None:
        self.tick()

    def on_resize(self) -> None:
        is_beside_code = self.query_one(QrCode).has_room(self.size)
        has_room = self.size.height >= _PRINT_ROWS or not is_beside_code
        self.set_class(self._shown.slip is not None and has_room, "-prints")

    def code(self) -> QrCode:
        # Drawn words need the room that a larger code would take.
        most = 1 if self.draws_letters and self.app.size.width < _BOTH_COLUMNS else None
        return QrCode(self._shown.data, numeric=self._shown.numeric, most=most)
