"""Turns the bytes of a terminal into whole tokens, and lets nothing else through.

Textual 8.2.8 dies, hangs or freezes from single malformed sequences, and types the characters of
those it does not know. So only sequences that are known to be harmless pass, each as a whole; all
others are swallowed as a whole.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable
from enum import Enum, auto
from typing import Final, NamedTuple


class TokenKind(Enum):
    """What a token stands for."""

    KEY = auto()
    """One typed character, or one escape sequence of a key."""
    MOUSE = auto()
    """One mouse report, as SGR has it whichever way the terminal speaks."""
    SYNCHRONISED = auto()
    """The terminal can hold a frame back until it is whole (mode 2026)."""
    PASTE = auto()
    """The text of one bracketed paste, cut at its cap."""
    ANSWER = auto()
    """What the terminal says of itself: its device attributes, pixels, or Kitty pictures."""


class Token(NamedTuple):
    """One thing that came from the terminal."""

    kind: TokenKind
    text: str


class _Mode(Enum):
    GROUND = auto()
    ESCAPE = auto()
    CSI = auto()
    SS3 = auto()
    STRING = auto()
    X10 = auto()
    """Three bytes of a mouse report of the oldest kind: button, column, row."""
    SWALLOW = auto()
    """One byte that belongs to a sequence without meaning here (Linux F keys)."""
    PASTE = auto()


_ESC: Final = 0x1B
_CANCELS: Final = frozenset({0x18, 0x1A})
_LONGEST_SEQUENCE: Final = 64
_ALONE: Final = 0.05
"""Seconds of silence after which an unfinished sequence will not be finished."""
_CUT: Final = 0.5
"""Seconds in which an answer of the terminal, which nobody types, may come in pieces."""
_PASTE_SILENCE: Final = 0.5
_PASTE_LONGEST: Final = 2.0
"""Seconds after which a paste without an end is over, so that typing is never swallowed long."""
_PASTE_CAP: Final = 4096
_PASTE_END: Final = b"\x1b[201~"
_GREATEST: Final = 0x10FFFF

_KEY: Final = re.compile(
    rb"\x1b\[(?:(\d{0,7})(?:;(\d{0,3})(?:;(\d{1,7}(?::\d{1,7}){0,7}))?)?)?([ABCDEFHPQRSZu~])"
)
_MOUSE: Final = re.compile(rb"\x1b\[<(\d{1,3});(\d{1,4});(\d{1,4})[Mm]")
_URXVT_MOUSE: Final = re.compile(rb"\x1b\[(\d{1,3});(\d{1,4});(\d{1,4})M")
_OFFSET: Final = 32
"""What X10 adds to each number so that it is no control character, and urxvt to the button."""
_RELEASED: Final = 3
"""The button of these two kinds of report that means that some button was let go."""
_KIND: Final = 0b11100011
"""The bits of a button that are no modifier key: which one it is, a move, the wheel."""
_SYNCHRONISED: Final = re.compile(rb"\x1b\[\?2026;[1-4]\$y")
_ANSWER: Final = re.compile(
    rb"\x1b\[\?\d{1,3}(?:;\d{0,3}){0,40}c"  # primary device attributes
    rb"|\x1b\[\?8452;[0-4]\$y"  # whether it knows the mode of the cursor beside a picture
    rb"|\x1b\[[46];\d{1,5};\d{1,5}t"  # pixels of the text area, and of a cell
    rb"|\x1b_Gi=\d{1,10};OK"  # pictures by the Kitty protocol
)
_SS3_FINALS: Final = frozenset(b"ABCDEFHMPQRSjklmnopqrstuvwxyX ")


class Sanitiser:
    """A byte-wise state machine with a clock; pure, and of bounded size whatever it is fed.

    `at` is in seconds of one monotonic clock. The same bytes at the same time return the same
    tokens however they are split.
    """

    def __init__(self) -> None:
        self._mode = _Mode.GROUND
        self._sequence = bytearray()
        self._said = bytearray()
        """A command to applications as far as it has come, which may be an answer."""
        self._paste_overflowed = False
        self._now = self._last = self._began = self._paste_began = 0.0
        self._decoder = getincrementaldecoder("utf-8")(errors="replace")
        self._tokens: list[Token] = []
        self._steps: dict[_Mode, Callable[[int], None]] = {
            _Mode.GROUND: self._ground,
            _Mode.ESCAPE: self._escape,
            _Mode.CSI: self._csi,
            _Mode.SS3: self._ss3,
            _Mode.STRING: self._string,
            _Mode.X10: self._x10,
            _Mode.SWALLOW: self._swallow,
            _Mode.PASTE: self._paste,
        }

    def feed(self, data: bytes | memoryview, at: float) -> list[Token]:
        """Take bytes that arrived at `at` and return the tokens they complete."""
        due = self.deadline()
        if due is not None and at > due:
            self._expire()
        self._now = at
        for byte in data:
            self._steps[self._mode](byte)
        if data:
            self._last = at
        return self._taken()

    def tick(self, at: float) -> list[Token]:
        """Return what is over at `at` because nothing followed it."""
        due = self.deadline()
        if due is not None and at >= due:
            self._expire()
        return self._taken()

    def deadline(self) -> float | None:
        """When `tick` has to be called if nothing arrives; None while nothing is open."""
        if self._mode is _Mode.GROUND:
            return None
        if self._mode is not _Mode.PASTE:
            alone = self._last + _ALONE
            return max(alone, self._began + _CUT) if self._is_answer() else alone
        silent = self._last + _PASTE_SILENCE
        return silent if self._paste_overflowed else min(silent, self._paste_began + _PASTE_LONGEST)

    def _is_answer(self) -> bool:
        """Whether what has begun can only be an answer of the terminal."""
        if self._mode is _Mode.STRING:
            return self._said.startswith(b"\x1b_G")
        return self._mode is _Mode.CSI and self._sequence.startswith(
            (b"\x1b[?", b"\x1b[6;", b"\x1b[4;")
        )

    def _taken(self) -> list[Token]:
        tokens, self._tokens = self._tokens, []
        return tokens

    def _expire(self) -> None:
        if self._mode is _Mode.PASTE:
            self._end_paste()
        elif self._mode is _Mode.ESCAPE:
            self._tokens.append(Token(TokenKind.KEY, "\x1b"))
        self._begin(_Mode.GROUND)

    def _begin(self, mode: _Mode, sequence: bytes = b"") -> None:
        self._mode = mode
        self._sequence[:] = sequence

    def _ground(self, byte: int) -> None:
        if byte == _ESC:
            self._decoder.reset()
            self._begin(_Mode.ESCAPE, b"\x1b")
            return
        for character in self._decoder.decode(bytes((byte,))):
            if character != "\ufffd" and not "\x80" <= character <= "\x9f":
                self._tokens.append(Token(TokenKind.KEY, character))

    def _escape(self, byte: int) -> None:
        if byte == _ESC:
            self._tokens.append(Token(TokenKind.KEY, "\x1b"))
        elif byte == ord("["):
            self._began = self._now
            self._begin(_Mode.CSI, b"\x1b[")
        elif byte in b"ON":
            self._begin(_Mode.SS3, bytes((_ESC, byte)))
        elif byte in b"]P_^X":
            self._began = self._now
            self._said[:] = bytes((_ESC, byte)) if byte == ord("_") else b""
            self._begin(_Mode.STRING)
        else:
            # Alt with a key, which nothing here uses; but some scanners send Escape before a code,
            # or each character as the digits of its number with Alt held.
            if 0x20 < byte < 0x7F and not chr(byte).isalpha():
                self._tokens.append(Token(TokenKind.KEY, f"\x1b{chr(byte)}"))
            self._begin(_Mode.GROUND)

    def _csi(self, byte: int) -> None:
        sequence = self._sequence
        if byte == _ESC:
            self._begin(_Mode.ESCAPE, b"\x1b")
        elif byte < 0x20 or byte > 0x7E:
            self._begin(_Mode.GROUND)
        elif byte < 0x40:
            # An over-long sequence is still read to its end, so that its rest is not typed.
            if len(sequence) <= _LONGEST_SEQUENCE:
                sequence.append(byte)
        elif len(sequence) == 2 and byte in b"M[":
            self._begin(_Mode.X10 if byte == ord("M") else _Mode.SWALLOW)
        else:
            sequence.append(byte)
            self._end_csi(bytes(sequence))

    def _end_csi(self, sequence: bytes) -> None:
        self._begin(_Mode.GROUND)
        if sequence == b"\x1b[200~":
            self._begin(_Mode.PASTE)
            self._paste_began = self._now
            self._paste_overflowed = False
        elif _is_mouse(sequence):
            self._tokens.append(Token(TokenKind.MOUSE, sequence.decode("ascii")))
        elif found := _URXVT_MOUSE.fullmatch(sequence):
            button, column, row = map(int, found.groups())
            self._add_mouse(button - _OFFSET, column, row)
        elif _is_key(sequence):
            self._tokens.append(Token(TokenKind.KEY, sequence.decode("ascii")))
        elif _SYNCHRONISED.fullmatch(sequence):
            self._tokens.append(Token(TokenKind.SYNCHRONISED, ""))
        else:
            self._take_answer(sequence)

    def _take_answer(self, sequence: bytes) -> None:
        if len(sequence) <= _LONGEST_SEQUENCE and _ANSWER.fullmatch(sequence):
            self._tokens.append(Token(TokenKind.ANSWER, sequence.decode("ascii")))

    def _ss3(self, byte: int) -> None:
        prefix = bytes(self._sequence)
        self._begin(_Mode.GROUND)
        if byte == _ESC:
            self._begin(_Mode.ESCAPE, b"\x1b")
        elif prefix == b"\x1bO" and byte in _SS3_FINALS:
            self._tokens.append(Token(TokenKind.KEY, f"\x1bO{chr(byte)}"))

    def _string(self, byte: int) -> None:
        after_escape = bytes(self._sequence) == b"\x1b"
        if byte == 0x07 or byte in _CANCELS or (after_escape and byte == ord("\\")):
            if byte not in _CANCELS:
                self._take_answer(bytes(self._said))
            self._begin(_Mode.GROUND)
        elif after_escape and byte != _ESC:
            # The string was left without an end and something else begins.
            self._begin(_Mode.ESCAPE, b"\x1b")
            self._escape(byte)
        else:
            self._sequence[:] = bytes((byte,))
            if byte != _ESC and 0 < len(self._said) <= _LONGEST_SEQUENCE:
                self._said.append(byte)

    def _x10(self, byte: int) -> None:
        if byte == _ESC:
            self._begin(_Mode.ESCAPE, b"\x1b")
            return
        self._sequence.append(byte)
        if len(self._sequence) == 3:
            button, column, row = (number - _OFFSET for number in self._sequence)
            self._begin(_Mode.GROUND)
            self._add_mouse(button, column, row)

    def _add_mouse(self, button: int, column: int, row: int) -> None:
        """Add an older kind of report as SGR would have it; which button was let go is not told."""
        is_release = button & _KIND == _RELEASED
        report = f"\x1b[<{button - is_release * _RELEASED};{column};{row}{'Mm'[is_release]}"
        if _is_mouse(report.encode("ascii")):
            self._tokens.append(Token(TokenKind.MOUSE, report))

    def _swallow(self, byte: int) -> None:
        self._begin(_Mode.ESCAPE if byte == _ESC else _Mode.GROUND, b"\x1b"[: byte == _ESC])

    def _paste(self, byte: int) -> None:
        # Only the last bytes matter once the cap is reached: they may be the end.
        self._sequence.append(byte)
        if self._sequence.endswith(_PASTE_END):
            del self._sequence[-len(_PASTE_END) :]
            self._end_paste()
            self._begin(_Mode.GROUND)
        elif len(self._sequence) > _PASTE_CAP + len(_PASTE_END):
            self._paste_overflowed = True
            del self._sequence[_PASTE_CAP]

    def _end_paste(self) -> None:
        text = self._sequence[:_PASTE_CAP].decode("utf-8", errors="ignore")
        self._tokens.append(Token(TokenKind.PASTE, text))


def _is_key(sequence: bytes) -> bool:
    """Return whether a CSI sequence is a key, with numbers that Textual can read."""
    found = _KEY.fullmatch(sequence)
    if found is None:
        return False
    first, _modifiers, text, final = found.groups()
    if final == b"u" and not first:
        return False
    if final == b"R" and sequence != b"\x1b[R":
        # A cursor position report, which nobody asked for.
        return False
    if final == b"~" and first in {b"200", b"201"}:
        return False
    numbers = [int(number) for number in (first or b"1", *(text or b"1").split(b":"))]
    return all(number <= _GREATEST and not 0xD800 <= number <= 0xDFFF for number in numbers)


def _is_mouse(sequence: bytes) -> bool:
    """Return whether a CSI sequence is an SGR mouse report inside a screen of sane size."""
    found = _MOUSE.fullmatch(sequence)
    button, column, row = map(int, found.groups()) if found else (0, 0, 0)
    return button < 256 and 0 < column <= 2000 and 0 < row <= 2000
