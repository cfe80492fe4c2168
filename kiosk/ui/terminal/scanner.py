"""Recognises a scanner among typed keys: pure, driven by a clock.

A code of ours begins with a head: the ten characters that this scanner types for 0 to 9. Only
heads that some keyboard layout really types count. Ten distinct characters would not be enough:
`=HYPERLINK`, typed fast, has them too and begins with the Shift+0 of many layouts.

Where the line between a person and a machine is drawn
------------------------------------------------------
A waiting room is full of codes that are not ours, and a stalled terminal delivers what a person
typed late and all at once. So a row of keys is a machine's by its characters, its pace and its
ending together, never by pace alone (`_is_machines`):

- Pace: no key comes later than 40 ms after the one before it, or 60 ms where keys act at once.
  Scanners need 1 to 30 ms; of two keys of a quick person 40 ms can be true, of five never.
- Characters: in a field 8 digits, 5 of any mixture with digits or signs, or 11 letters; on a screen
  without a field 5 of any kind; in the field of a PIN 4. A stall of a terminal has to be a second
  long to bring eleven letters of a quick person together.
- Ending: Enter, Tab or any other key ends the row. One that was too short for a machine is typed,
  its Enter too, so that `abc`, Enter, `def`, Enter ends in the right fields however it arrives. The
  Enter behind a machine's row is the machine's.

Only the known head makes a slower row a scan: up to 130 ms a character. Twenty digits without a
pause are no telephone number (ITU-T E.164 has 15) and count to the same pace.
"""

import re
from collections.abc import Callable
from enum import Enum, auto
from hashlib import blake2b
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple

from kiosk.domain.passes import LENGTH, is_test_card
from kiosk.ui.terminal.keyboards import NUMBER_ROWS

HEAD_LENGTH: Final = 10
FIRST_CHARACTERS: Final = frozenset(row[0] for row in NUMBER_ROWS) | {"]"}
"""What is held on every screen: the 0 of every layout, and the start of an AIM prefix."""
_HEADS: Final = frozenset(
    row[:length] for row in NUMBER_ROWS for length in range(1, HEAD_LENGTH + 1)
)
_AIM: Final = re.compile(r"\]Q[0-6]")
"""What a scanner may put before a QR code (ISO/IEC 15424)."""
_AIM_STARTS: Final = frozenset({"]", "]Q", *(f"]Q{number}" for number in range(7))})
_ESCAPE: Final = "\x1b"

_FAST: Final = 0.040
"""Longest time in seconds between two characters of a machine."""
_FAST_KEYS: Final = 0.060
"""The same where keys act at once and nobody types text."""
_SLOW: Final = 0.130
"""Longest time between the first characters of a head: scanners can be set to 100 ms."""
_HEAD_GAP: Final = 0.250
"""The same from the 4th on: by then it is probably a machine, and machines stall."""
_STALL: Final = 1.0
"""How long a machine may stall within a head that was fast until then."""
_STALLS: Final = 2
"""How many stalls a head may have; somebody who types digits in order pauses after each."""
_CODE_GAP: Final = 2.0
"""Longest silence in seconds within a code once its head has been seen."""
_OVERLONG_GAP: Final = 0.060
"""The same once a scan is too long: a person who types on is heard soon."""
_TAIL_GAP: Final = 0.030
_CARD_GAP: Final = 0.300
"""How long the end of a test card is waited for, which is one of the things it tests."""
_FOREIGN_GAP: Final = 0.150
"""Longest silence within a code that has no head; in a long number `_HEAD_GAP`."""
_DRAIN_GAP: Final = 0.060
"""How soon the next line of a code with several has to come."""
_LONGEST: Final = 256
"""Characters of one scan that are kept."""
_LONGEST_RUN: Final = 32
_LATE_END: Final = 1.0
"""How long after an unended code its Enter may come and is not meant for a button."""
_SECOND_END: Final = 0.150
"""The same for the second half of CR LF."""
_LATE_REST: Final = 3.0
"""How long after a code that was cut its rest may come, of which two characters are enough."""

_MIXED, _DIGITS, _LETTERS, _KEYS, _PIN = 5, 8, 11, 5, 4
_STALLED_PART: Final = 6
"""Fast characters before a stall that are a machine's too, as what follows is."""
_JITTER: Final = 0.005
"""Seconds by which the gaps of one machine differ at least."""
_RHYTHM: Final = 0.3
"""Seconds within which a person's next key comes, so that it is hardly the first of a code."""
_MANY_DIGITS: Final = 20
_INSTANT: Final = 0.020
"""A key that is held repeats more slowly than this."""
_PHONE_SIGNS: Final = frozenset(" +-().,/")
_NAME_SIGNS: Final = frozenset(" '’-.,()@/")

_PREAMBLE: Final = "ctrl+b"
_ENDS: Final = frozenset({"enter", "tab", "ctrl+j", "ctrl+m", "ctrl+i", "ctrl+c", "\n", "newline"})
"""Enter, Tab and LF however a terminal names them, and ETX, the pair of the preamble STX."""
_MODIFIERS: Final = frozenset(
    f"{side}_{name}"
    for side in ("left", "right")
    for name in ("shift", "control", "alt", "super", "hyper", "meta")
) | {"iso_level3_shift", "iso_level5_shift", "caps_lock", "num_lock", "scroll_lock"}


class KeyPlace(Enum):
    """What keys are for where they arrive, which decides how much may be taken for a machine."""

    DESK = auto()
    """Staff at their own desk: only codes with our head are scans."""
    KEYS = auto()
    """A screen without a field: each key acts at once, so all are held until the row is over."""
    TEXT = auto()
    """A field: letters are let through at once, and taken back where they were a machine's."""
    PIN = auto()
    """A covered field: keys at a scanner's pace are no PIN."""


class Press(NamedTuple):
    """One key: its name, and the character it types if it types one."""

    key: str
    character: str | None = None


class Measured(NamedTuple):
    """How a scanner sent a test card."""

    gap: float
    """Seconds from one character to the next, on average."""
    row: str
    """What it types for 0 to 9."""
    ending: str
    """The name of the key behind the code; empty for none."""


class Scan(NamedTuple):
    """One text that a machine typed; none of its keys stays delivered."""

    text: str
    measured: Measured | None = None
    """Only of a test card."""


class TakeBack(NamedTuple):
    """Characters that were let through and turned out to be a machine's."""

    text: str


Decided = list[Press | Scan | TakeBack]


class _State(Enum):
    OPEN = auto()
    """Nothing is known of the keys that come; those that may belong to a scan are held."""
    CODE = auto()
    """A head or a preamble was seen: all that follows belongs to the scan."""
    TAIL = auto()
    """A whole code was read; what follows without a pause belongs to it and is dropped."""
    FOREIGN = auto()
    """A machine types what has no head; all that follows without a pause belongs to it."""
    DRAIN = auto()
    """A line of that is over; further lines are dropped."""


_GAPS: Final = {
    _State.CODE: _CODE_GAP,
    _State.TAIL: _TAIL_GAP,
    _State.FOREIGN: _FOREIGN_GAP,
    _State.DRAIN: _DRAIN_GAP,
}


class _Key(NamedTuple):
    press: Press
    character: str
    at: float


class ScanRecogniser:
    """Sorts keys into typed keys, in their order, and scans.

    `at` is in seconds of one monotonic clock and never goes back. Holds at most 32 keys and 256
    characters, and at rest none. In a field letters pass at once unless a head is in progress.
    """

    def __init__(self, place: Callable[[], KeyPlace] = lambda: KeyPlace.DESK) -> None:
        """`place` returns what keys are for now; it is asked while nothing is held."""
        self._ask_place = place
        self._place = KeyPlace.DESK
        self._state = _State.OPEN
        self._run: list[_Key] = []
        """The row of characters that is under way, as long as it may be a machine's."""
        self._held = 0
        """How many of its last keys are held; the others have been let go."""
        self._heads: list[int] = []
        """Where in the row a head may have begun that goes on to its end."""
        self._stalls = 0
        """How often the head stalled."""
        self._text = ""
        """The scan so far."""
        self._is_rest = False
        """Whether the scan is the rest of a code that was cut, which has been answered."""
        self._began = self._last = 0.0
        self._ends_left = 0
        self._ends_until = self._rest_until = -inf

    def feed(self, press: Press, at: float) -> Decided:
        """Take a key that arrived at `at`; return what is decided by it."""
        decided: Decided = []
        while (due := self.deadline()) is not None and at > due:
            decided += self._expire()
        if press.key in _MODIFIERS:
            return decided
        if press.key == _PREAMBLE:
            decided += self.flush()
            self._state, self._last = _State.CODE, at
        elif press.key in _ENDS:
            decided += self._end(press, at)
        elif character := self._character_of(press):
            decided += self._character(press, character, at)
        elif self._state not in (_State.CODE, _State.FOREIGN, _State.DRAIN):
            decided += [*self.flush(), press]
        return decided

    def tick(self, at: float) -> Decided:
        """Return what is decided at `at` because nothing followed."""
        decided: Decided = []
        while (due := self.deadline()) is not None and at >= due:
            decided += self._expire()
        return decided

    def deadline(self) -> float | None:
        """When `tick` has to be called if nothing arrives; None while nothing is open."""
        if self._state is _State.OPEN:
            if not self._run:
                return None
            return self._last + (self._hold() if self._held else _STALL)
        gap = _GAPS[self._state]
        if self._state is _State.CODE:
            if len(self._text) >= _LONGEST:
                gap = _OVERLONG_GAP
            elif self._is_whole():
                gap = _CARD_GAP
        elif self._state is _State.FOREIGN and self._text.isdigit():
            gap = _HEAD_GAP
        return self._last + gap

    def flush(self) -> Decided:
        """Decide at once about all that is open, as a long silence would."""
        decided: Decided = []
        while self.deadline() is not None:
            decided += self._expire()
        return decided

    def _character_of(self, press: Press) -> str:
        """Return the character of a key, also of Escape, which some scanners send before a code."""
        if self._state is _State.OPEN and not self._held:
            self._place = self._ask_place()
        if press.key == "escape":
            begins = self._state is _State.OPEN and self._place is not KeyPlace.DESK
            return _ESCAPE if begins else ""
        character = press.character or ""
        return character if character.isprintable() else ""

    def _expire(self) -> Decided:
        match self._state:
            case _State.OPEN:
                return self._let_go()
            case _State.CODE:
                whole = self._is_whole()
                self._rest_until = -inf if whole else self._last + _CODE_GAP + _LATE_REST
                return self._finish("", ends_left=2, until=self._last + _CODE_GAP + _LATE_END)
            case _State.FOREIGN:
                self._rest_until = self._last + _LATE_END
                return self._finish("", ends_left=2, until=self._last + _LATE_END)
            case _State.TAIL | _State.DRAIN:
                self._state = _State.OPEN
                return []

    def _let_go(self) -> Decided:
        """Let go what is held, unless it is a machine's; forget what nothing followed."""
        if not self._held:
            self._forget()
            return []
        start = self._machine_start()
        if start is not None:
            return self._begin_foreign(start)
        released: Decided = [key.press for key in self._run[-self._held :]]
        self._held = self._ends_left = 0
        self._stalls += 1
        if self._stalls > _STALLS:
            self._heads.clear()
        acted = self._place is KeyPlace.KEYS and not self._run[-1].character.isdigit()
        if acted or self._run[-1].character == _ESCAPE:
            self._forget()
        return released

    def _forget(self) -> None:
        self._run.clear()
        self._heads.clear()
        self._held = self._stalls = 0

    def _end(self, press: Press, at: float) -> Decided:
        if self._state is _State.CODE:
            return self._finish(press.key, ends_left=1, until=at + _SECOND_END)
        begun: Decided = []
        if self._state is _State.OPEN and self._held:
            start = self._machine_start()
            begun = [] if start is None else self._begin_foreign(start)
        if self._state in (_State.FOREIGN, _State.DRAIN):
            begun += self._finish(press.key, ends_left=1, until=at + _SECOND_END)
            self._state, self._last = _State.DRAIN, at
            return begun
        ends_left = self._ends_left
        decided = self.flush()
        if ends_left and at <= self._ends_until:
            self._ends_left = ends_left - 1
            self._ends_until = min(self._ends_until, at + _SECOND_END)
            return decided
        return [*decided, press]

    def _character(self, press: Press, character: str, at: float) -> Decided:
        self._last = at
        if self._state is _State.OPEN:
            return self._open(_Key(press, character, at))
        if self._state in (_State.CODE, _State.FOREIGN) and len(self._text) < _LONGEST:
            if not self._text:
                self._began = at
            self._text += character
        if self._state is _State.CODE and self._is_whole() and not self._is_test_card():
            decided = self._finish("", ends_left=2, until=at + _LATE_END)
            self._state = _State.TAIL
            return decided
        return []

    def _open(self, key: _Key) -> Decided:
        """Take one more key of a row, and decide how much of the row may be delivered now."""
        if key.at > self._rest_until:
            self._ends_left = 0
        if self._held == _LONGEST_RUN:
            # Nobody presses so many without a pause, and none may cost more than the one before.
            decided = self._begin_foreign(0)
            return decided + self._character(key.press, key.character, key.at)
        if len(self._run) == _LONGEST_RUN:
            del self._run[0]
            self._heads = [start - 1 for start in self._heads if start]
        self._run.append(key)
        self._held += 1
        head = self._follow_heads()
        if head is not None and _has_head(self._texts(head)):
            return self._begin_code(head)
        start = self._machine_start()
        if start is not None and (head is None or start < head):
            return self._begin_foreign(start)
        wanted = 0 if head is None else len(self._run) - head
        if self._holds_all() and not self._repeats():
            wanted = len(self._run)
        return self._release(wanted)

    def _holds_all(self) -> bool:
        at_rest = self._run[-1].at <= self._rest_until
        return self._place in (KeyPlace.KEYS, KeyPlace.PIN) or (
            at_rest and self._place is not KeyPlace.DESK
        )

    def _repeats(self) -> bool:
        """Return whether a key is held down, which repeats as fast as some scanners type."""
        kinds = {key.character for key in self._run}
        pace = (self._run[-1].at - self._run[0].at) / max(1, len(self._run) - 1)
        held_down = pace >= _INSTANT or not self._run[-1].character.isdigit()
        return (
            self._place in (KeyPlace.KEYS, KeyPlace.PIN)
            and len(self._run) >= 3
            and len(kinds) == 1
            and held_down
        )

    def _release(self, wanted: int) -> Decided:
        """Let go the oldest keys that are held, until `wanted` or fewer are."""
        more = max(0, self._held - wanted)
        end = len(self._run) - self._held
        released: Decided = [key.press for key in self._run[end : end + more]]
        self._held -= more
        if self._place is KeyPlace.DESK and not self._held:
            self._forget()
        return released

    def _hold(self) -> float:
        """Return how long after the last key nothing may follow before the held ones go."""
        pace = self._pace_limit() if self._holds_all() else 0.0
        start = self._head_start()
        if start is None:
            return pace
        keys = self._run[start:]
        if len(keys) >= 4:
            fast = all(later.at - key.at <= _FAST for key, later in pairwise(keys))
            return _STALL if fast else _HEAD_GAP
        # Of the digits only 0 begins a head slowly: a telephone number begins with the others.
        return max(pace, _FAST if keys[0].character in "123456789" else _SLOW)

    def _pace_limit(self) -> float:
        return _FAST_KEYS if self._place in (KeyPlace.KEYS, KeyPlace.PIN) else _FAST

    def _texts(self, start: int) -> str:
        return "".join(key.character for key in self._run[start:])

    def _follow_heads(self) -> int | None:
        """Keep the heads that the last key continues or begins; return where the first began."""
        before = self._heads[:1]
        starts = (*self._heads, len(self._run) - 1)
        self._heads = [start for start in starts if _begins_head(self._texts(start))]
        if self._heads[:1] != before:
            self._stalls = 0
        return self._head_start()

    def _head_start(self) -> int | None:
        """Return where in the row a head begins that goes on to its end."""
        return self._heads[0] if self._heads else None

    def _machine_start(self) -> int | None:
        """Return where in the row a machine began to type, or None where it may be a person."""
        if self._place is KeyPlace.DESK or not self._run:
            return None
        start = self._own_start(self._fast_start(len(self._run) - 1))
        keys = self._run[start:]
        pace = (keys[-1].at - keys[0].at) / max(1, len(keys) - 1)
        if self._is_at_rest(start) or _is_machines(
            self._texts(start).lstrip(_ESCAPE), self._place, pace
        ):
            # One stall: what came fast just before it belongs to the same code.
            before = self._fast_start(start - 1) if start else start
            return before if start - before >= _STALLED_PART else start
        return 0 if self._is_long_number() else None

    def _own_start(self, start: int) -> int:
        """Return where a machine begins behind a key that a person pressed just before."""
        gaps = [later.at - key.at for key, later in pairwise(self._run[start:])]
        if len(gaps) < 3:
            return start
        for place in range(len(gaps) - 3, -1, -1):
            if gaps[place] > _JITTER + 3 * max(gaps[place + 1 :]):
                return start + place + 1
        was_typing = start > 0 and self._run[start].at - self._run[start - 1].at < _RHYTHM
        return start + 1 if was_typing and gaps[0] > sorted(gaps[1:])[len(gaps) // 2] else start

    def _is_at_rest(self, start: int) -> bool:
        return self._run[start].at <= self._rest_until and len(self._run) - start >= 2

    def _fast_start(self, last: int) -> int:
        """Return where the part of the row begins that is fast up to its key `last`."""
        start = last
        limit = self._pace_limit()
        while start and self._run[start].at - self._run[start - 1].at <= limit:
            start -= 1
        return start

    def _is_long_number(self) -> bool:
        """Return whether the whole row is digits, more than any telephone number has."""
        text = self._texts(0)
        if len(text) < _MANY_DIGITS or not text.isdigit() or len(set(text)) < 3:
            return False
        return (self._run[-1].at - self._run[0].at) / (len(text) - 1) <= _SLOW

    def _begin_code(self, start: int) -> Decided:
        return self._begin(_State.CODE, start)

    def _begin_foreign(self, start: int) -> Decided:
        self._is_rest = self._is_at_rest(start)
        return self._begin(_State.FOREIGN, start)

    def _begin(self, state: _State, start: int) -> Decided:
        """Take the row from `start` on for a scan; take back what was let go of it."""
        decided = self._release(max(0, len(self._run) - start))
        gone = self._run[start : len(self._run) - self._held]
        typed = "".join(key.character for key in gone if key.press.key == key.character)
        if typed:
            decided.append(TakeBack(typed))
        if self._run:
            self._began = self._run[start].at
        self._text = self._texts(start).lstrip(_ESCAPE)
        self._state = state
        self._forget()
        return decided

    def _is_whole(self) -> bool:
        """Return whether the scan has as many characters as a code of ours, and a head."""
        return len(self._text) - len(_aim_prefix(self._text)) >= LENGTH and _has_head(self._text)

    def _finish(self, ending: str, *, ends_left: int, until: float) -> Decided:
        scan: Decided = []
        if self._text and not self._is_rest:
            measured = self._measured(ending) if self._is_test_card() else None
            scan.append(Scan(self._text, measured))
        self._text = ""
        self._is_rest = False
        self._state = _State.OPEN
        self._ends_left, self._ends_until = ends_left, until
        return scan

    def _is_test_card(self) -> bool:
        return self._is_whole() and is_test_card(self._text.removeprefix(_aim_prefix(self._text)))

    def _measured(self, ending: str) -> Measured:
        plain = self._text.removeprefix(_aim_prefix(self._text))
        gap = (self._last - self._began) / (len(self._text) - 1)
        return Measured(gap, plain[:HEAD_LENGTH], ending)


def scan_in(pasted: str, place: KeyPlace = KeyPlace.DESK) -> str | None:
    """Return the scan in a pasted text, without what surrounds it, or None when it is none.

    The same rule as for keys: it begins with a head, or is more than a person types at once.
    """
    text = pasted.strip().removeprefix("\x02").rstrip("\x03\r\n\t ")
    if _has_head(text) or (place is not KeyPlace.DESK and _is_machines(text, place, pace=0.0)):
        return text[:_LONGEST]
    return None


def _is_machines(text: str, place: KeyPlace, pace: float) -> bool:
    """Return whether no person types `text` at a scanner's pace (seconds a character)."""
    if place is KeyPlace.PIN:
        return len(text) >= _PIN
    kinds = len(set(text))
    if kinds < 2 and not (text.isdigit() and pace < _INSTANT):
        return False  # a key that is held down
    if sum(character.isdigit() for character in text) >= _DIGITS:
        return True
    lettered = all(not _is_digit_or_sign(character) for character in text)
    if place is KeyPlace.KEYS:
        return len(text) >= _KEYS and (kinds > 2 or not lettered)
    if all(character.isdigit() or character in _PHONE_SIGNS for character in text):
        return False
    return len(text) >= (_LETTERS if lettered else _MIXED)


def _is_digit_or_sign(character: str) -> bool:
    """Return whether a character stands in no name."""
    return character.isdigit() or (
        character.isascii() and not character.isalpha() and character not in _NAME_SIGNS
    )


def _aim_prefix(text: str) -> str:
    found = _AIM.match(text)
    return found[0] if found else ""


def _begins_head(text: str) -> bool:
    plain = text.removeprefix(_ESCAPE)
    return not plain or plain in _AIM_STARTS or plain.removeprefix(_aim_prefix(plain)) in _HEADS


def _has_head(text: str) -> bool:
    plain = text.removeprefix(_ESCAPE)
    start = plain.removeprefix(_aim_prefix(plain))
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

    def forget(self) -> None:
        """Take the next text for a new one, whatever it is."""
        self._seen.clear()
