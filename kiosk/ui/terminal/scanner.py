"""Recognises a scanner among typed keys: pure, driven by a clock.

A code of ours begins with a head: the ten characters that this scanner types for 0 to 9.
Only heads that some keyboard layout really types count. Ten distinct characters would not be
enough: `=HYPERLINK`, typed fast, has them too and begins with the Shift+0 of many layouts.
"""

import re
from enum import Enum, auto
from hashlib import blake2b
from typing import Final, NamedTuple

from kiosk.domain.passes import LENGTH
from kiosk.ui.terminal.keyboards import NUMBER_ROWS

HEAD_LENGTH: Final = 10
FIRST_CHARACTERS: Final = frozenset(row[0] for row in NUMBER_ROWS) | {"]"}
"""The only characters that are ever held: the 0 of every layout, and the start of an AIM prefix."""
_HEADS: Final = frozenset(
    row[:length] for row in NUMBER_ROWS for length in range(1, HEAD_LENGTH + 1)
)
_AIM: Final = re.compile(r"\]Q[0-6]")
"""What a scanner may put before a QR code (ISO/IEC 15424)."""
_AIM_STARTS: Final = frozenset({"]", "]Q", *(f"]Q{number}" for number in range(7))})

_START_GAPS: Final = (0.030, 0.060, 0.120)
"""Longest silence in seconds after the 1st, 2nd and 3rd character of a head."""
_HEAD_GAP: Final = 0.250
"""The same from the 4th on: by then it is a machine, and machines stall."""
_CODE_GAP: Final = 1.0
"""The same once the head has been seen."""
_RESUMED: Final = 3
"""Characters of a head that may have been let go before the rest of it comes in a burst."""
_RESUME_WITHIN: Final = 0.250
"""Longest silence in seconds after them. Where the host stalls just after the first character, one
character leaks, but not the rest of the code and its Enter."""
_TAIL_GAP: Final = 0.030
_LONGEST: Final = 200
"""Characters of one scan that are kept."""
_OVERLONG_GAP: Final = 0.060
"""The same once a scan is too long: a person who types on is heard soon."""
_LATE_END: Final = 1.0
"""How long after an unended code its Enter may come and is not meant for a button."""
_SECOND_END: Final = 0.150
"""The same for the second half of CR LF."""

_PREAMBLE: Final = "ctrl+b"
_ENDS: Final = frozenset({"enter", "tab", "ctrl+j", "ctrl+m", "ctrl+i", "ctrl+c", "\n", "newline"})
"""Enter, Tab and LF however a terminal names them, and ETX, the pair of the preamble STX."""
_MODIFIERS: Final = frozenset(
    f"{side}_{name}"
    for side in ("left", "right")
    for name in ("shift", "control", "alt", "super", "hyper", "meta")
) | {"iso_level3_shift", "iso_level5_shift", "caps_lock", "num_lock", "scroll_lock"}


class Press(NamedTuple):
    """One key: its name, and the character it types if it types one."""

    key: str
    character: str | None = None


class Scan(NamedTuple):
    """One scanned text, as typed; none of its keys was delivered."""

    text: str


class _State(Enum):
    OPEN = auto()
    """Nothing is held."""
    HEAD = auto()
    """What is held is the beginning of a head; it is replayed if no more follows."""
    CODE = auto()
    """A head or a preamble was seen: all that follows belongs to the scan."""
    TAIL = auto()
    """A whole code was read; what follows without a pause belongs to it and is dropped."""


class ScanRecogniser:
    """Sorts keys into typed keys, in their order, and scans.

    `at` is in seconds of one monotonic clock and never goes back. Holds at most 13 keys and
    200 characters. Letters pass at once unless a head is in progress.
    """

    def __init__(self) -> None:
        self._state = _State.OPEN
        self._held: list[Press] = []
        self._text = ""
        """The head or the scan so far; while nothing is open, what may be resumed."""
        self._let_go = 0
        """How many of its characters have been let go already."""
        self._overlong = False
        self._last = 0.0
        self._ends_left = 0
        self._ends_until = 0.0

    def feed(self, press: Press, at: float) -> list[Press | Scan]:
        """Take a key that arrived at `at`; return what is decided by it."""
        due = self.deadline()
        decided = self._expire() if due is not None and at > due else []
        if press.key in _MODIFIERS:
            return decided
        if press.key == _PREAMBLE:
            decided += self.flush()
            self._state, self._last = _State.CODE, at
        elif press.key in _ENDS:
            decided += self._end(press, at)
        elif press.character and press.character.isprintable():
            decided += self._character(press, press.character, at)
        elif self._state is not _State.CODE:
            decided += [*self.flush(), press]
        return decided

    def tick(self, at: float) -> list[Press | Scan]:
        """Return what is decided at `at` because nothing followed."""
        due = self.deadline()
        return self._expire() if due is not None and at >= due else []

    def deadline(self) -> float | None:
        """When `tick` has to be called if nothing arrives; None while nothing is open."""
        if self._state is _State.OPEN:
            return None
        return self._last + self._gap()

    def flush(self) -> list[Press | Scan]:
        """Decide at once about all that is open, as a long silence would."""
        decided = [] if self._state is _State.OPEN else self._expire()
        self._text, self._let_go = "", 0
        return decided

    def _gap(self) -> float:
        if self._state is _State.HEAD:
            count = len(self._held)
            return _START_GAPS[count - 1] if count <= len(_START_GAPS) else _HEAD_GAP
        if self._state is _State.TAIL:
            return _TAIL_GAP
        return _OVERLONG_GAP if self._overlong else _CODE_GAP

    def _expire(self) -> list[Press | Scan]:
        if self._state is _State.HEAD:
            replayed: list[Press | Scan] = [*self._held]
            self._held.clear()
            self._state = _State.OPEN
            if len(self._text) > _RESUMED:
                self._text = ""
            self._let_go = len(self._text)
            return replayed
        if self._state is _State.CODE:
            return self._finish(ends_left=2, ends_until=self._last + 2 * _LATE_END)
        self._state = _State.OPEN
        return []

    def _end(self, press: Press, at: float) -> list[Press | Scan]:
        if self._state is _State.CODE:
            return self._finish(ends_left=1, ends_until=at + _SECOND_END)
        decided = self.flush()
        if self._ends_left and at <= self._ends_until:
            self._ends_left -= 1
            self._ends_until = min(self._ends_until, at + _SECOND_END)
            return decided
        return [*decided, press]

    def _character(self, press: Press, character: str, at: float) -> list[Press | Scan]:
        since, self._last = at - self._last, at
        if self._state is _State.TAIL:
            return []
        if self._state is _State.OPEN and since > _RESUME_WITHIN:
            self._text, self._let_go = "", 0
        if self._state is not _State.CODE:
            return self._maybe_head(press, character)
        if len(self._text) < _LONGEST:
            self._text += character
        else:
            self._overlong = True
        if len(self._text) - len(_aim_prefix(self._text)) == LENGTH and _has_head(self._text):
            decided = self._finish(ends_left=2, ends_until=at + _LATE_END)
            self._state = _State.TAIL
            return decided
        return []

    def _maybe_head(self, press: Press, character: str) -> list[Press | Scan]:
        """Hold the key while it continues a head; replay from the front what no longer does."""
        self._ends_left = 0
        self._held.append(press)
        self._text += character
        decided: list[Press | Scan] = []
        while self._text and not _begins_head(self._text):
            if not self._let_go:
                decided.append(self._held.pop(0))
            self._text = self._text[self._let_go or 1 :]
            self._let_go = 0
        self._state = _State.HEAD if self._held else _State.OPEN
        if _has_head(self._text):
            self._held.clear()
            self._let_go = 0
            self._state = _State.CODE
        return decided

    def _finish(self, *, ends_left: int, ends_until: float) -> list[Press | Scan]:
        scan: list[Press | Scan] = [Scan(self._text)] if self._text else []
        self._text = ""
        self._overlong = False
        self._state = _State.OPEN
        self._ends_left, self._ends_until = ends_left, ends_until
        return scan


def scan_in(pasted: str) -> str | None:
    """Return the scan in a pasted text, without what surrounds it, or None when it is none.

    The same rule as for keys: it begins with a head.
    """
    text = pasted.strip().removeprefix("\x02").rstrip("\x03\r\n\t ")
    return text[:_LONGEST] if _has_head(text) else None


def _aim_prefix(text: str) -> str:
    found = _AIM.match(text)
    return found[0] if found else ""


def _begins_head(text: str) -> bool:
    return text in _AIM_STARTS or text.removeprefix(_aim_prefix(text)) in _HEADS


def _has_head(text: str) -> bool:
    start = text.removeprefix(_aim_prefix(text))
    return len(start) >= HEAD_LENGTH and start[:HEAD_LENGTH] in NUMBER_ROWS


SAME_CODE_SECONDS: Final = 5.0
_REMEMBERED: Final = 32


class RecentScans:
    """Remembers which texts were scanned in the last seconds: at most 32 keyed digests."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is random and lives as long as the process."""
        self._secret = secret
        self._seen: dict[bytes, float] = {}

    def is_new(self, text: str, at: float) -> bool:
        """Return whether `text` was not scanned in the 5 s before `at` (monotonic); remember it."""
        code = blake2b(text.encode(), key=self._secret, digest_size=16).digest()
        recent = [item for item in self._seen.items() if at - item[1] < SAME_CODE_SECONDS]
        self._seen = dict(recent[-_REMEMBERED:])
        if code in self._seen:
            return False
        self._seen[code] = at
        return True
