"""A Textual app that nothing leads out of, and that breaks without a word about why."""

import re
import time
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from rich.cells import cached_cell_len, cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._context import active_message_pump, visible_screen_stack
from textual._styles_cache import StylesCache
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerFailed, active_worker
from typing_extensions import override

from kiosk.domain.text import STEERING, clean
from kiosk.ui.terminal.fatal import CrashLog, LastResort, kind_of, place_of
from kiosk.ui.terminal.messages import InputClosed
from kiosk.ui.terminal.startup import EXIT_BROKEN, EXIT_TERMINAL_GONE

# The last net in front of the terminal: no text that is drawn can steer it.
#
# Textual writes the text of segments as it is, so a control in a name would act on the terminal.
# It sets no window title (8.2.8), so segments are the only way there.


class ControlFilter(LineFilter):
    """Takes steering characters, control segments and links out of every drawn line.

    All of them have no width, so what stays keeps its place.
    """

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_harmless(segment) for segment in segments if not segment.control]


_BROKEN: Final = re.compile("[\u0b80-\u0bff]+")
"""Letters that no terminal joins as they are read."""


class LetterFilter(LineFilter):
    """Puts question marks in the place of letters that no terminal joins, in as many cells."""

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_without_broken(segment) for segment in segments]


def _without_broken(segment: Segment) -> Segment:
    text, style, control = segment
    if not _BROKEN.search(text):
        return segment
    return Segment(_BROKEN.sub(lambda found: "?" * cell_len(found[0]), text), style, control)


def _harmless(segment: Segment) -> Segment:
    text, style, _ = segment
    steers = STEERING.search(text)
    if steers is None and (style is None or not style.link):
        return segment
    return Segment(STEERING.sub("", text) if steers else text, _unlinked(style))


def _unlinked(style: Style | None) -> Style | None:
    # A terminal would open the address on a click.
    return style.update_link(None) if style is not None and style.link else style


# What belongs to a widget that is being taken away, and so can break nothing any more.
#
# Textual takes the children of a screen away first and ends its workers only after that, so what
# goes on after an await meanwhile finds a screen without its widgets.


def is_detached(node: object) -> bool:
    """Return whether `node` is a widget that was taken away, or is being taken away now."""
    return isinstance(node, Widget) and (node._pruning or node._closing or not node.is_attached)


def came_late(error: Exception) -> bool:
    """Return whether `error`, being handled now, came out of a widget that is detached."""
    if not isinstance(error, WorkerFailed):
        return is_detached(active_message_pump.get(None))
    worker = active_worker.get(None)
    return worker is not None and is_detached(worker.node)


ALLOWED_KEYS = frozenset(
    {
        "tab", "shift+tab", "enter", "escape", "space", "up", "down", "left", "right",
        "pageup", "pagedown", "home", "end", "backspace", "delete",
    }
)  # fmt: skip
"""The keys without a character that do anything; chords and function keys are not among them."""
_JOINERS = frozenset("\u200c\u200d")
"""ZWNJ and ZWJ, which names in several scripts need between letters."""


def types_text(key: events.Key) -> bool:
    """Return whether a key types one character and is no chord."""
    modifiers = key.key.rpartition("+")[0]
    return key.is_printable and len(key.character or "") == 1 and modifiers in {"", "shift"}


def new_text(key: events.Key) -> str:
    """Return the character of a key that is text although this Python calls it unprintable.

    Those are joiners and letters younger than its Unicode tables; fields take them as a paste.
    Empty for all other keys.
    """
    character = key.character or ""
    if len(character) != 1 or key.key != character:
        return ""
    if character in _JOINERS:
        return character
    return clean(character) if unicodedata.category(character) == "Cn" else ""


class LockedScreen(Screen[None], inherit_bindings=False):
    """A screen whose actions are a list: bindings and markup reach no others."""

    BINDINGS: ClassVar = [
        ("tab", "app.focus_next"),
        ("shift+tab", "app.focus_previous"),
    ]
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    allowed_actions: ClassVar[frozenset[str]] = frozenset()
    """The names of this screen's own actions."""

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action in self.allowed_actions

    @property
    def is_detached(self) -> bool:
        """Whether nobody will see this screen again, though some work of it may still go on."""
        return is_detached(self) or self not in self.app.screen_stack

    def move_focus_from(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        """Give the focus of a widget that is hidden or taken away to one that is not `avoiding`."""
        super()._reset_focus(widget, avoiding)

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        self.move_focus_from(widget, avoiding)

    async def _invoke_and_clear_callbacks(self) -> None:
        """Drop what a widget wanted done after the next picture and then was taken away."""
        self._callbacks[:] = [late for late in self._callbacks if not is_detached(late[1])]
        await super()._invoke_and_clear_callbacks()


class Lockdown(App[int], inherit_bindings=False):
    """Closes Textual's own ways out, and its ways of showing an error."""

    ENABLE_COMMAND_PALETTE = False
    COMMANDS: ClassVar[set[Any]] = set()
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    # Every tap is one tap: two or three would select text in a field.
    CLICK_CHAIN_TIME_THRESHOLD = 0.0
    extra_keys: ClassVar[frozenset[str]] = frozenset()
    """Keys beyond `ALLOWED_KEYS` that this app uses."""
    allowed_actions: ClassVar[frozenset[str]] = frozenset({"focus_next", "focus_previous"})
    """The names of the app's own actions that bindings may run."""

    crash_log: CrashLog
    last_resort: LastResort | None = None
    """Set by `run_locked`; ends the process when leaving hangs."""
    crashed = False

    def get_default_screen(self) -> Screen[Any]:
        return LockedScreen(id="_default")

    @override
    def exit(self, result: int | None = None, return_code: int = 0, message: Any = None) -> None:
        """End with `return_code`; what Textual would print after the end is not printed."""
        if self.last_resort is not None:
            self.last_resort.arm(return_code)
        super().exit(result, return_code)

    def leave(self, code: int) -> None:
        """End with `code`, from any thread or signal handler; only the first call counts."""
        if self._exit or self.crashed:
            return
        if self.last_resort is not None:
            # At once, for the loop may be stuck.
            self.last_resort.arm(code)
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        loop.call_soon_threadsafe(self._leave_once, code)

    def _leave_once(self, code: int) -> None:
        if not self._exit:
            self.exit(return_code=code)

    def on_input_closed(self, _event: InputClosed) -> None:
        """The terminal went away, so the supervisor has to start anew."""
        self.leave(EXIT_TERMINAL_GONE)

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action in self.allowed_actions

    async def _dispatch_action(self, namespace: Any, action_name: str, params: Any) -> bool:
        """Refuse what a screen without a list of its own would run."""
        if isinstance(namespace, Screen) and not isinstance(namespace, LockedScreen):
            return False
        return await super()._dispatch_action(namespace, action_name, params)

    @override
    async def _broker_event(
        self, event_name: str, event: events.Event, default_namespace: Any
    ) -> bool:
        """No text is a link or a button, whatever markup it holds."""
        return False

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """A kiosk opens nothing."""

    def copy_to_clipboard(self, text: str) -> None:
        """A kiosk keeps nothing for the next visitor."""

    def deliver_text(self, *_args: Any, **_options: Any) -> str | None:
        """A kiosk saves nothing."""
        return None

    def deliver_binary(self, *_args: Any, **_options: Any) -> str | None:
        """A kiosk saves nothing."""
        return None

    def deliver_screenshot(self, *_args: Any, **_options: Any) -> str | None:
        """A kiosk saves nothing."""
        return None

    def bell(self) -> None:
        """A waiting room is quiet: no widget rings."""

    def ring(self) -> None:
        """Ring the terminal's bell once, for somebody who does not look at the screen."""
        if self._driver is not None and not self.is_headless:
            self._driver.write("\x07")

    def _set_pointer_shape(self, shape: str) -> None:
        """Nobody sees a pointer here."""

    def forget_taps(self) -> None:
        """Let go of the widgets that were touched last; they would keep their screen alive."""
        self.capture_mouse(None)
        self._mouse_down_widget = None
        self.mouse_over = None
        self.hover_over = None
        # A tap leaves the screens that lay under the one it was on here, and tasks inherit it.
        visible_screen_stack.set([])

    def forget_drawn(self) -> None:
        """Let go of what was drawn; Rich and Textual keep thousands of texts to draw them faster.

        Once the screens have gone, no text of theirs can be reached by these ways any more.
        """
        cached_cell_len.cache_clear()
        Segment._split_cells.cache_clear()
        StylesCache.get_inner_outer.cache_clear()  # its keys are widgets' pictures

    def crash(self, error: Exception) -> None:
        """End by the fatal path because of `error`."""
        self._handle_exception(error)

    def outer_crash(self, error: Exception) -> None:
        """Take note of an error that came out of the app while it started or ended."""
        self.note(error)
        self.crashed = True

    def note(self, error: BaseException) -> None:
        """Log an error that ends nothing."""
        self.crash_log(kind_of(error), place_of(error))

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.note(cause)
        if came_late(error) and not self._exit:
            # Nobody sees it any more; the kiosk itself is whole.
            return
        self.crashed = True
        if self.last_resort is not None:
            self.last_resort.arm(EXIT_BROKEN)
        super()._handle_exception(error)
        self._return_code = EXIT_BROKEN

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def panic(self, *_renderables: Any) -> None:
        """End without showing what Textual wants to show."""
        self.crashed = True
        self._return_code = EXIT_BROKEN
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()


_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
"""A synchronised update, so that the terminal shows all rows at once."""
_GROUND = Color(0, 0, 0)


_HAND_OVER = 0.0003
"""Seconds that a thread which waits for the interpreter needs to wake up."""


def paint_at_once(app: App[int], rows: Sequence[Strip]) -> None:
    """Write `rows` from the top of the terminal on, at once.

    Textual's own picture must follow, whole, as it does after every change of screens: the
    compositor knows nothing of what is written here. A headless app has no terminal to write to.
    """
    driver = app._driver
    if driver is None or app.is_headless:
        return
    filters = app.get_line_filters()
    out = [_BEGIN]
    for number, row in enumerate(rows, start=1):
        segments = list(row)
        for one in filters:
            segments = one.apply(segments, _GROUND)
        out.append(f"\x1b[{number};1H{Strip(segments).render(app.console)}")
    out.append(_END)
    driver.write("".join(out))
    driver.flush()
    # The thread that writes gets the interpreter now, and not after the screen has been made.
    time.sleep(_HAND_OVER)
