"""The base of the kiosk's app: which input counts, in which order, and how the program ends."""

import gc
import logging
import time
from collections.abc import Callable
from itertools import groupby
from secrets import token_bytes
from threading import Thread

from textual import events
from textual.app import App
from textual.timer import Timer
from textual.widgets import Input

from kiosk.content.shaping import drawing_problem
from kiosk.devices.memory import overwrite_cached, overwrite_freed
from kiosk.domain.text import clean
from kiosk.ui.terminal.breaks import break_between_han
from kiosk.ui.terminal.driver import KioskDriver
from kiosk.ui.terminal.fatal import (
    SENTENCE,
    CrashLog,
    Guard,
    LastResort,
    keep_errors_off_the_screen,
    log_crash,
)
from kiosk.ui.terminal.key_gate import Gated, KeyGate, KeyProbe, RepeatGuard
from kiosk.ui.terminal.lockdown import (
    ALLOWED_KEYS,
    ControlFilter,
    LetterFilter,
    Lockdown,
    LockedScreen,
    new_text,
    types_text,
)
from kiosk.ui.terminal.messages import (
    InputClosed,
    InputKind,
    InputKindChanged,
    PicturesTried,
    Scanned,
    TakenBack,
)
from kiosk.ui.terminal.modes import MODES
from kiosk.ui.terminal.scanner import KeyPlace, RecentScans, scan_in
from kiosk.ui.terminal.startup import EXIT_BROKEN
from kiosk.ui.terminal.widths import count_vowel_signs
from kiosk.ui.theme import DEFAULT_THEME, themes

__all__ = [
    "InputClosed", "InputKindChanged", "LockedApp", "LockedScreen", "Scanned", "run_locked",
]  # fmt: skip

_log = logging.getLogger("kiosk")
_ANSWERED_WITHIN = 5.0
"""Seconds after which the log says that there are no pictures; a later answer still counts."""
_QUIET = 0.5
"""Seconds without input after which nobody notices that some 15 ms are taken."""


class LockedApp(Lockdown):
    """Passes on what a visitor may do, one key at a time, and scans as `Scanned`."""

    def __init__(
        self, *, crash_log: CrashLog = log_crash, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take a clock in monotonic seconds, and what logs type and place of an error."""
        super().__init__(driver_class=KioskDriver)
        self.animation_level = "none"
        self._put_on_usual_theme()
        count_vowel_signs()
        break_between_han()
        self.crash_log = crash_log
        self.last_input: InputKind = "keys"
        self.last_activity = clock()
        """When the last accepted key, tap or scan came, in seconds of `clock`."""
        self.repeat_guard = RepeatGuard()
        self._clock = clock
        self._is_pressed = False
        """Whether a press of the mouse or of a finger has not been released yet."""
        self._overwriting: Timer | None = None
        self._gate = KeyGate(self, super().on_event)
        self._recent_scans = RecentScans(token_bytes(16))
        self._filters.append(ControlFilter())
        self._letter_filter = LetterFilter(enabled=False)
        self._filters.append(self._letter_filter)

    @property
    def place(self) -> KeyPlace:
        """What keys are for now; asked by the thread that reads."""
        return KeyPlace.DESK

    @property
    def is_batching(self) -> bool:
        """Whether nothing is drawn for now, as within `batch_update`."""
        return self._batch_count > 0

    def _put_on_usual_theme(self) -> None:
        """Start in the usual theme: one that is changed to has every sheet read a second time."""
        for theme in themes():
            self.register_theme(theme)
        self.set_reactive(App.theme, DEFAULT_THEME)
        self.stylesheet.set_variables(self.get_css_variables())
        self._refresh_truecolor_filter(self.ansi_theme)
        dark = self.current_theme.dark
        self.update_classes({"-dark-mode": dark, "-light-mode": not dark}, update=False)

    async def on_event(self, event: events.Event) -> None:
        if event.is_forwarded:
            self._gate.bubbled(event)
        elif isinstance(event, events.Key | events.Paste | Scanned | TakenBack):
            accepted = self._accepted(event)
            if accepted is not None:
                await self._gate.put(accepted)
            return
        elif isinstance(event, events.MouseEvent) and not self._accept_tap(event):
            return
        await super().on_event(event)

    def forget_input(self) -> None:
        """Let go of what was last typed, cut and touched, so that nothing outlives a visit."""
        self._gate.forget()
        self.repeat_guard.forget()
        self._clipboard = ""
        self.forget_taps()
        self.forget_scans()

    def forget_scans(self) -> None:
        """Answer a code again that was scanned just now: its answer is no longer shown."""
        self._recent_scans.forget()

    def overwrite_soon(self) -> None:
        """Overwrite what was typed, drawn and opened, once nobody waits for an answer."""
        if self._overwriting is not None:
            self._overwriting.stop()
        self._overwriting = self.set_timer(_QUIET, self._overwrite_when_quiet)

    def _overwrite_when_quiet(self) -> None:
        if self._clock() - self.last_activity < _QUIET:
            self.overwrite_soon()
            return
        gc.collect()  # screens and desks go round in circles
        overwrite_cached()
        if isinstance(self._driver, KioskDriver):
            self._driver.overwrite_cached()
        # Beside the loop, which goes on meanwhile.
        Thread(target=overwrite_freed, name="overwriting", daemon=True).start()

    def hide_broken_letters(self, *, hide: bool) -> None:
        """Show letters that no terminal joins as question marks from now on, or as they are."""
        self._letter_filter.enabled = hide

    def ask_for_pictures(self) -> None:
        """Ask the terminal whether it can show words as pictures; nothing waits for the answer."""
        if isinstance(self._driver, KioskDriver):
            self._driver.ask_terminal()
            self.set_timer(_ANSWERED_WITHIN, self._log_why_no_pictures)

    def on_pictures_possible(self) -> None:
        """Load what draws, which takes some time, beside the loop."""
        Thread(target=self._try_drawing, name="drawing", daemon=True).start()

    def _try_drawing(self) -> None:
        self.post_message(PicturesTried(drawing_problem()))

    def on_pictures_tried(self, event: PicturesTried) -> None:
        """Show words as pictures from now on, where they can be drawn."""
        if event.problem:
            _log.warning("no pictures of words: %s", event.problem)
        elif isinstance(self._driver, KioskDriver):
            self._driver.show_pictures()
            self.pictures_come()

    def pictures_come(self) -> None:
        """Called once words can be shown as pictures."""

    def _log_why_no_pictures(self) -> None:
        reason = self._driver.why_no_pictures if isinstance(self._driver, KioskDriver) else ""
        if reason:
            _log.info("no pictures of words on this terminal: %s", reason)

    def on_taken_back(self, event: TakenBack) -> None:
        """Take what a machine typed out of the field that has the focus."""
        field = self.focused
        if not isinstance(field, Input):
            return
        value, end, typed = field.value, field.cursor_position, event.text
        if self.repeat_guard.seconds:
            # It let one of several of the same in a row through.
            typed = "".join(letter for letter, _ in groupby(typed))
        if field.max_length is not None and len(value) >= field.max_length:
            # What had no room any more was not taken.
            while typed and not value[:end].endswith(typed):
                typed = typed[:-1]
        if typed and value[:end].endswith(typed):
            start = end - len(typed)
            field.value = value[:start] + value[end:]
            field.cursor_position = start

    async def on_key_probe(self, probe: KeyProbe) -> None:
        probe.stop()
        await self._gate.returned(probe.turn)

    def _accepted(self, event: Gated) -> Gated | None:
        """Return the event that takes its turn, or None where nothing is to happen."""
        if isinstance(event, events.Key):
            return self._accepted_key(event)
        if isinstance(event, TakenBack):
            return event
        if isinstance(event, events.Paste):
            scanned = scan_in(event.text, self.place)
            if scanned is None:
                text = clean(event.text)
                self._used("keys")
                return events.Paste(text) if text else None
            event = Scanned(scanned)
        now = self._clock()
        if not self._recent_scans.is_new(event.text, now):
            return None
        self.last_activity = now
        return event

    def _accepted_key(self, key: events.Key) -> Gated | None:
        accepted: Gated | None = None
        if key.key in ALLOWED_KEYS or key.key in self.extra_keys or types_text(key):
            accepted = key
        elif text := new_text(key):
            accepted = events.Paste(text)
        if accepted is not None:
            self._used("keys")
            if not self.takes_again(key.key):
                return None
        return accepted

    def takes_again(self, key: str) -> bool:
        """Return whether a stroke of `key` now is meant, and not of a hand that shakes."""
        return self.repeat_guard.takes(key, self._clock())

    def _accept_tap(self, event: events.MouseEvent) -> bool:
        """Take taps of the left button and the wheel, on the screen and without modifiers."""
        pressed = isinstance(event, events.MouseDown | events.MouseUp) and event.button == 1
        turned = isinstance(event, events.MouseScrollUp | events.MouseScrollDown)
        modified = event.ctrl or event.meta or event.shift
        columns, rows = self.size
        if modified or not (pressed or turned) or event.x >= columns or event.y >= rows:
            return False
        if isinstance(event, events.MouseUp) and not self._is_pressed:
            # Textual would take it for another click on what was pressed last.
            return False
        if isinstance(event, events.MouseDown) and self.mouse_captured is not None:
            # The release of the last press was lost.
            self.capture_mouse(None)
        if pressed:
            self._is_pressed = isinstance(event, events.MouseDown)
        self._used("touch")
        return True

    def _used(self, kind: InputKind) -> None:
        self.last_activity = self._clock()
        if kind != self.last_input:
            self.last_input = kind
            self.post_message(InputKindChanged(kind))


def run_locked(app: LockedApp) -> int:
    """Run `app` until it ends and return the exit code of the process (fatal.EXIT_...).

    From here on nothing but the app writes to the terminal. After a crash the screen shows only
    "Please ask at the counter.".
    """
    keep_errors_off_the_screen(app.crash_log)
    app.last_resort = LastResort()
    with Guard(app.outer_crash):
        app.run()
    if app.crashed:
        # What else hangs at the end, such as a desk's thread, must not hold up the restart.
        app.last_resort.arm(EXIT_BROKEN)
        MODES.farewell(SENTENCE)
        return EXIT_BROKEN
    app.last_resort.disarm()
    MODES.restore()
    return app.return_code or 0
