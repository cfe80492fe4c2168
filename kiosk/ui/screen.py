"""What the screens of both sides share: their size, the way to the desks, and when a press counts.

Two presses in one place, as of a hand that shakes, must not do two things. So no press counts on a
screen that has just come, nor where what a press would do has just changed: a tap, Enter or a
blank on a button or a list, a letter. What is typed into a field always counts, and so do the ways
to help and out.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.geometry import Size
from textual.visual import VisualType
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.door import Door, Side, Trouble
from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.terminal.lockdown import LockedScreen

if TYPE_CHECKING:
    from textual.worker import Worker


_TOO_SMALL = ("-slim", "-flat")
"""Classes of sizes at which a sentence stands for the whole page."""


READ_SECONDS = 0.4
"""Nobody reads a screen, and decides, in less."""
_AGAIN_SECONDS = 5.0
"""How long desks that could not be opened are left alone before they are tried again."""


Answer = TypeVar("Answer")


class TimedApp(LockedApp):
    """An app whose screens know since when they can be read, and that tries again to open desks."""

    _again_at: float | None = None
    """When to try again; None unless the desks could not be opened."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` returns seconds of the clock that waits are counted by."""
        super().__init__(clock=monotonic)
        self.monotonic = monotonic

    def post_display_hook(self) -> None:
        """Tell the screen that it is painted."""
        screen = self.screen
        if not self.is_batching and isinstance(screen, AskingScreen):
            screen.note_painted()

    def try_later(self) -> None:
        """Begin the wait until the desks are tried again."""
        self._again_at = self.monotonic() + _AGAIN_SECONDS

    def is_time_again(self) -> bool:
        """Return whether a wait that was begun is over."""
        return self._again_at is not None and self.monotonic() >= self._again_at


class AskingScreen(LockedScreen, Generic[Side]):
    """A screen whose work ends with it: an answer that comes later is dropped.

    It marks itself with a class for its width and one for its height.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (56, "-narrow"), (80, "-normal"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-short"), (24, "-mid"), (32, "-tall")]
    _hidden: Widget | None = None
    """What had the focus before the terminal became too small."""
    _worker: "Worker[None] | None" = None
    _is_painted = False
    _changed_at = 0.0
    """Since when a press does here what it does now, in seconds of the app's clock."""

    def takes_presses(self, since: float = float("-inf")) -> bool:
        """Return whether what a press does here has been on view for long enough to be read.

        `since` is when the part that is pressed has changed or was pressed, in seconds of the app's
        clock.
        """
        app, now = self.app, self.monotonic()
        guard = app.repeat_guard.seconds if isinstance(app, LockedApp) else 0.0
        return now - self._changed_at >= READ_SECONDS and now - since >= max(READ_SECONDS, guard)

    def note_change(self) -> None:
        """Take note that a press does something else from now on."""
        self._changed_at = self.monotonic()

    def note_painted(self) -> None:
        """Take note of the first picture; called after every one."""
        if not self._is_painted and self.children:
            self._is_painted = True
            self.note_change()

    def on_screen_resume(self) -> None:
        self.note_change()

    def monotonic(self) -> float:
        """Return the seconds of the app's clock."""
        app = self.app
        return app.monotonic() if isinstance(app, TimedApp) else time.monotonic()

    def dress(self, size: Size) -> None:
        """Take the classes of a terminal of `size` before the first picture, so that nothing moves.

        Textual sets the same classes, but only once the screen has been drawn.
        """
        for room, points in (
            (size.width, self.HORIZONTAL_BREAKPOINTS),
            (size.height, self.VERTICAL_BREAKPOINTS),
        ):
            self.add_class([name for least, name in points if room >= least][-1])

    @property
    def is_too_small(self) -> bool:
        """Whether a sentence stands for the whole page."""
        return any(self.has_class(name) for name in _TOO_SMALL)

    def move_focus_from(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        """Remember what loses the focus because the page is hidden; no other field may get it."""
        if self.is_too_small and self.focused is widget and widget.is_attached:
            self._hidden = widget
            self.set_focus(None)
        else:
            super().move_focus_from(widget, avoiding)

    def focus_next(self, selector: "str | type[Widget]" = "*") -> Widget | None:
        """Move the focus on, and what has got it into view."""
        return self.show_focus(super().focus_next(selector))

    def focus_previous(self, selector: "str | type[Widget]" = "*") -> Widget | None:
        """Move the focus back, and what has got it into view."""
        return self.show_focus(super().focus_previous(selector))

    def show_focus(self, widget: Widget | None) -> Widget | None:
        """Scroll what gets the focus into view, and return it.

        Textual would put it in the middle, and then leaves a tile below the fold where it is.
        """
        if widget is not None:
            self.call_after_refresh(self.scroll_to_widget, widget, animate=False)
        return widget

    def on_resize(self) -> None:
        self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        """Put the focus back once the page is there again."""
        if self._hidden is not None and not self.is_too_small:
            if self.focused is None and self._hidden.is_attached:
                self.set_focus(self._hidden)
            self._hidden = None

    @property
    def door(self) -> Door[Side]:
        """The way to the desks."""
        raise NotImplementedError

    async def ask(self, question: Callable[[Side], Answer]) -> Answer | Trouble:
        """Ask a desk, off the event loop; the asking work ends here if its screen has gone."""
        answer = await self.door.ask(question)
        self.end_if_detached()
        return answer

    def end_if_detached(self) -> None:
        """End the work that calls this, if its screen has gone; for after an await."""
        if self.is_detached:
            # As Textual ends it, but before the widgets are taken away instead of after that.
            raise asyncio.CancelledError

    def once(self, work: Callable[[], Coroutine[None, None, None]]) -> bool:
        """Do `work` beside the screen, not twice at a time; return whether it was begun.

        So no key waits for it. It ends with the screen; what a desk has begun by then is done all
        the same.
        """
        if self.is_detached or (self._worker is not None and not self._worker.is_finished):
            return False
        self._worker = self.run_worker(work())
        return True

    def say(self, text: VisualType, line: str = "#say") -> None:
        """Show `text` in the line `line`; an empty text takes it away.

        Nothing happens where the screen has no such line yet, or no more.
        """
        for static in self.query(line).results(Static):
            if static.content != text:  # every change lays the whole page out again
                static.update(text)
