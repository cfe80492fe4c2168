"""The base of the visitor's screens: a heading, a body, actions, and the same foot everywhere."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Literal, Protocol, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.door import Door
from kiosk.ui.screen import AskingScreen
from kiosk.ui.visitor.messages import GoTo, VisitorIntent, VisitorWant
from kiosk.ui.visitor.visit import Demo, Timing, Visit, VisitorClinic, VisitorSide
from kiosk.ui.widgets.buttons import Action, Actions, Pressable
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.layout import SCROLL_KEYS, Sheet, neighbour
from kiosk.ui.widgets.qr import QrCode
from kiosk.ui.widgets.touch_keyboard import DELETE, TouchKeys
from kiosk.ui.widgets.visitor_bar import Bar, Part


class VisitorAskingScreen(AskingScreen[VisitorSide]):
    """The base of `VisitorScreen`."""

    @property
    def host(self) -> "VisitorHost":
        """The app, as far as a screen may know it."""
        return cast("VisitorHost", self.app)

    @property
    def door(self) -> Door[VisitorSide]:
        return self.host.door

    @property
    def visit(self) -> "Visit":
        """The visit under way."""
        return self.host.visit

    def _(self, message: str) -> str:
        """Return `message` in the visit's language."""
        return self.visit.texts.gettext(message)

    def tell(self, intent: VisitorIntent) -> None:
        """Tell the app what happened here."""
        intent.origin = self
        self.post_message(intent)

    def want(self, want: VisitorWant) -> None:
        """Tell the app where the visitor wants to be."""
        self.tell(GoTo(want))


class VisitorHost(Protocol):
    """The app, as its screens know it."""

    door: Door[VisitorSide]
    """The way to the desks."""
    demo: Demo | None
    facts: VisitorClinic
    """What is known of the clinic."""
    visit: Visit
    """The visit under way."""

    @property
    def is_ready(self) -> bool:
        """Whether the desks are there; a question before would delay the first screen."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether visitors can use the kiosk now."""
        ...

    def simulate_scan(self) -> None:
        """Scan the next sample pass (demo only)."""
        ...


Stay = Literal["rest", "idle", "receipt", "result", "staff"]
"""How a screen ends by itself.

rest: it stays, but a changed language or look is put back; idle and receipt: after a warning;
result: after its own short time; staff: without a warning, since nobody should read it.
"""


class IdleStep(Enum):
    """What is due on a screen."""

    NOTHING = auto()
    WARN = auto()
    CLEAR = auto()


def due(stays: Stay, quiet: float, timing: Timing, *, busy: bool) -> IdleStep:
    """Return what is due after `quiet` seconds without a key, tap or scan.

    `busy` says whether a resting screen still shows somebody's language or look.
    """
    match stays:
        case "rest":
            return IdleStep.CLEAR if busy and quiet >= timing.idle else IdleStep.NOTHING
        case "result":
            return IdleStep.CLEAR if quiet >= timing.result else IdleStep.NOTHING
        case "staff":
            return IdleStep.CLEAR if quiet >= timing.idle else IdleStep.NOTHING
        case "receipt":
            return IdleStep.WARN if quiet >= timing.receipt else IdleStep.NOTHING
        case "idle":
            return IdleStep.WARN if quiet >= timing.idle else IdleStep.NOTHING


SIMULATED_SCAN = "f9"
"""Scans a sample pass on a demo kiosk, and does nothing elsewhere."""


class VisitorScreen(VisitorAskingScreen):
    """One question or one answer; it tells the app what happened and never what comes next."""

    AUTO_FOCUS = "Field, Pressable"
    stays: Stay = "idle"

    def dress(self, size: Size, *, touch: bool = False) -> None:
        """Take the look of a terminal of `size`, and of whether it is touched."""
        self.set_class(touch, "-touch")
        super().dress(size)

    def heading(self) -> str:
        """The screen's title."""
        return ""

    def lead(self) -> str:
        """One sentence under the title, or empty."""
        return ""

    def body(self) -> Iterable[Widget]:
        """What the screen is about."""
        return ()

    def steps(self) -> Iterable[Action]:
        """The actions beside "Back", the most important one primary."""
        return ()

    def below(self) -> Iterable[Widget]:
        """Actions and the on-screen keyboard, between the body and the foot."""
        yield Actions(
            Action(self._("Back"), letter="B", id="back"),
            *self.steps(),
            Action(self._("More"), id="more"),
        )

    def compose(self) -> ComposeResult:
        yield from self.page()
        yield from self.below()
        yield from self.foot()

    def page(self) -> ComposeResult:
        """The heading and the body, which scroll where they do not fit."""
        with Sheet(id="page"):
            if self.heading():
                yield Static(self.heading(), id="heading", markup=False)
            if self.lead():
                yield Static(self.lead(), id="lead", markup=False)
            yield from self.body()

    def foot(self) -> Iterable[Widget]:
        """The same three things on every screen."""
        yield Bar(self._bar_labels(typing=False), too_small=self._("Please ask at the counter."))

    def _bar_labels(self, *, typing: bool) -> dict[Part, tuple[str, str]]:
        help_key, language_key = ("F1", "F2") if typing else ("H", "L")
        help_now = f"{help_key}  {self._('Help now')}"
        mark = "" if self.host.demo is None else f"{self._('demo')} · "
        language = f"{mark}{language_key}  {self._('Language')}"
        return {
            "help": (help_now, help_now),
            "language": (f"{language} · 中文 · Melayu", language),
            "finish": (f"Esc  {self._('Finish and clear')}", f"Esc  {self._('Finish')}"),
        }

    @on(Bar.Tapped)
    def tap_bar(self, event: Bar.Tapped) -> None:
        """Turn a tap on the foot into a wish."""
        wants: dict[Part, VisitorWant] = {
            "help": VisitorWant.HELP,
            "language": VisitorWant.LANGUAGE,
            "finish": VisitorWant.FINISH,
        }
        self.want(wants[event.part])

    @on(TouchKeys.Typed)
    def type_by_touch(self, event: TouchKeys.Typed) -> None:
        """Put a tapped key into the field, wherever the focus is."""
        field = self.query_one(Field)
        field.focus()
        if event.key == DELETE:
            field.action_delete_left()
        else:
            field.insert_text_at_cursor(event.key)

    @on(Pressable.Pressed, "#back")
    def go_back(self) -> None:
        """One place back."""
        self.want(VisitorWant.BACK)

    @on(Pressable.Pressed, "#more")
    def read_on(self) -> None:
        """Show more of a long text."""
        for sheet in self.query(Sheet):
            sheet.read_on()

    def on_mount(self) -> None:
        self.set_class(bool(self.query(TouchKeys)), "-keys")
        for sheet in self.query(Sheet):
            self.watch(sheet, "virtual_size", self._offer_more_soon)

    def on_resize(self) -> None:
        self._offer_more_soon()

    def _offer_more_soon(self) -> None:
        """Look again once the new layout is there."""
        self.call_after_refresh(self._offer_more)

    def _offer_more(self) -> None:
        """Show "More" only where the page is longer than the screen."""
        for action in self.query("#more"):
            action.display = any(sheet.overflows for sheet in self.query(Sheet))

    def on_descendant_focus(self) -> None:
        for bar in self.query(Bar):
            bar.relabel(self._bar_labels(typing=isinstance(self.focused, Field)))

    on_descendant_blur = on_descendant_focus

    def on_key(self, event: events.Key) -> None:
        typing = isinstance(self.focused, Field)
        wish = self._wish(event, typing=typing)
        if wish is not None:
            event.stop()
            self.want(wish)
        elif event.key == SIMULATED_SCAN:
            self.host.simulate_scan()
        elif event.key in ("up", "down") or (event.key in ("left", "right") and not typing):
            event.stop()
            self._move(event.key)
        elif not typing and event.key in SCROLL_KEYS:
            event.stop()
            for sheet in self.query(Sheet):
                sheet.scroll_by_key(event.key)
        elif not typing and event.character:
            self._press_letter(event)

    def _move(self, direction: str) -> None:
        """Move the focus that way, or the text where there is nothing to focus."""
        if any(sheet.scroll_by_arrow(direction) for sheet in self.query(Sheet)):
            return
        target = neighbour(self, direction)
        if target is not None:
            target.focus()

    def _wish(self, event: events.Key, *, typing: bool) -> VisitorWant | None:
        """Return the wish of a key that means the same on every screen."""
        letter = "" if typing else (event.character or "").upper()
        if event.key == "escape":
            return VisitorWant.FINISH
        if event.key == "f1" or letter == "H":
            return VisitorWant.HELP
        if event.key == "f2" or letter == "L":
            return VisitorWant.LANGUAGE
        return None

    def _press_letter(self, event: events.Key) -> None:
        letter = (event.character or "").upper()
        for pressable in self.query(Pressable):
            if pressable.letter and pressable.letter == letter:
                event.stop()
                pressable.press()
                return


class BesideCodeScreen(VisitorScreen):
    """The base of every screen that shows a code; its look is in visitor.tcss."""

    stays: Stay = "receipt"

    def code(self) -> QrCode:
        """The code on the right."""
        raise NotImplementedError

    def caption(self) -> str:
        """One sentence under the code, or empty."""
        return ""

    def compose(self) -> ComposeResult:
        with Horizontal(id="split"):
            with Vertical(id="left"):
                yield from self.page()
                yield from self.below()
            with Vertical(id="right"):
                yield self.code()
                if self.caption():
                    yield Static(self.caption(), id="caption", markup=False)
        yield from self.foot()

    def on_resize(self) -> None:
        # What is too low for the code shows the same content in plain characters.
        for code in self.query(QrCode):
            self.set_class(not code.has_room(self.size.height), "-no-code")

    def below(self) -> ComposeResult:
        yield Actions(
            Action(self._("Back"), letter="B", id="back"), Action(self._("More"), id="more")
        )
