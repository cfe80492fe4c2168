"""Random input: keys, pastes, taps, scans and broken escape sequences, the same for one seed."""

import random
from collections.abc import Callable, Iterator

from kiosk.domain.passes import CodeKind, encode

Chance = random.Random
KEYS = (
    "\r", "\t", "\x1b[Z", "\x1b", "\x7f", " ", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D",
    "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1b[3~", "\x1bOP", "\x1bOQ", "\x1b[24~",
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyzMHLRCGTKWNBSYOXP0123456789+-.@'/ "
CHORDS = "\x03\x04\x10\x11\x12\x13\x1a\x1c"
ODD = "\x00\x02\u202e\u200d\u0bbe王é🏳️\ud7ff\uffff\U0010ffff"
COMPLETE = (
    "\x1b[113;5u", "\x1b[99;5u", "\x1b[1114112u", "\x1b[97:::u", "\x1b[M !!", "\x1b[?2048;2$y",
    "\x1b[48;0;0;0;0t", "\x1b[48;99999;99999;0;0t", "\x1b]0;x\x07", "\x1bPq#\x1b\\", "\x1b[I",
    "\x1b[O", "\x1b[99999;99999R", "\x1b[<35;9;9M", "\x1b[200~", "\x1b[201~", "\x1b[1;",
)  # fmt: skip


def a_key(chance: Chance) -> bytes:
    return chance.choice(KEYS).encode()


def some_letters(chance: Chance) -> bytes:
    return "".join(chance.choices(LETTERS, k=chance.randint(1, 6))).encode()


def a_chord(chance: Chance) -> bytes:
    return chance.choice(CHORDS).encode()


def odd_text(chance: Chance) -> bytes:
    return "".join(chance.choices(ODD, k=3)).encode("utf-8", errors="surrogatepass")


def a_tap(chance: Chance) -> bytes:
    column, row = chance.randint(1, 82), chance.randint(1, 26)
    button = chance.choice((0, 0, 0, 0, 1, 2, 4, 64, 65))
    release = f"\x1b[<{button};{column};{row}m" if chance.random() < 0.9 else ""
    return f"\x1b[<{button};{column};{row}M{release}".encode()


def a_paste(chance: Chance) -> bytes:
    text = "".join(chance.choices(f"{LETTERS}{ODD}\r\n\t[]=", k=chance.randint(0, 300)))
    end = b"\x1b[201~" if chance.random() < 0.9 else b""
    return b"\x1b[200~" + text.encode("utf-8", errors="surrogatepass") + end


def a_scan(chance: Chance) -> bytes:
    digits = encode(chance.choice(list(CodeKind)), chance.randbytes(16))
    return digits[: chance.choice((53, 53, 20))].encode() + b"\r"


def a_sequence(chance: Chance) -> bytes:
    if chance.random() < 0.5:
        return chance.choice(COMPLETE).encode()
    size = chance.randint(0, 12)
    return b"\x1b[" + bytes(chance.choices(range(0x20, 0x7F), k=size))


def some_bytes(chance: Chance) -> bytes:
    return chance.randbytes(chance.randint(1, 8))


_KINDS: tuple[tuple[Callable[[Chance], bytes], int], ...] = (
    (a_key, 30), (some_letters, 20), (a_tap, 25), (a_chord, 4), (odd_text, 4), (a_paste, 4),
    (a_scan, 3), (a_sequence, 6), (some_bytes, 4),
)  # fmt: skip


def events(seed: int, count: int) -> Iterator[bytes]:
    """Give `count` events as bytes for a terminal."""
    chance = random.Random(seed)
    kinds, weights = zip(*_KINDS, strict=True)
    for _ in range(count):
        yield chance.choices(kinds, weights)[0](chance)
