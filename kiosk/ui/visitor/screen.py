"""The base of the visitor's screens: a heading, a body, actions, and the same foot everywhere."""

from collections.abc import Iterable

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.visitor.asking import AskingScreen
from kiosk.ui.visitor.idling import Stay
from kiosk.ui.visitor.messages import Want
from kiosk.ui.widgets.action import Action, Actions
from kiosk.ui.widgets.bar import Bar, Part
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.movement import neighbour
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.sheet import SCROLL_KEYS, Sheet
from kiosk.ui.widgets.touchkeys import DELETE, TouchKeys

SIMULATED_SCAN = "f9"
"""Scans a sample pass on a demo kiosk, and does nothing elsewhere."""


class VisitorScreen(AskingScreen):
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
        wants: dict[Part, Want] = {
            "help": Want.HELP,
            "language": Want.LANGUAGE,
            "finish": Want.FINISH,
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
        self.want(Want.BACK)

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

    def _wish(self, event: events.Key, *, typing: bool) -> Want | None:
        """Return the wish of a key that means the same on every screen."""
        letter = "" if typing else (event.character or "").upper()
        if event.key == "escape":
            return Want.FINISH
        if event.key == "f1" or letter == "H":
            return Want.HELP
        if event.key == "f2" or letter == "L":
            return Want.LANGUAGE
        return None

    def _press_letter(self, event: events.Key) -> None:
        letter = (event.character or "").upper()
        for pressable in self.query(Pressable):
            if pressable.letter and pressable.letter == letter:
                event.stop()
                pressable.press()
                return
