"""Random input as a broken scanner, a hostile QR code or a bored visitor would make it."""

import random
from collections.abc import Callable, Iterator

_PARAMETERS = "0123456789;:<=>?"
_FINALS = "ABCDEFHPQRSZu~tRcnMmy@hlpqrsx"


def _noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randint(1, 24))


def _csi(rng: random.Random) -> bytes:
    body = "".join(rng.choices(_PARAMETERS, k=rng.randint(0, 14)))
    return f"\x1b[{body}{rng.choice(_FINALS)}".encode()


def _mouse(rng: random.Random) -> bytes:
    button, end = rng.choice([0, 0, 0, 1, 2, 35, 64, 65, 4, 16, 255]), rng.choice("Mm")
    return f"\x1b[<{button};{rng.randint(0, 120)};{rng.randint(0, 40)}{end}".encode()


def _x10(rng: random.Random) -> bytes:
    return b"\x1b[M" + rng.randbytes(rng.randint(0, 3))


def _paste(rng: random.Random) -> bytes:
    end = b"" if rng.random() < 0.1 else b"\x1b[201~"
    return b"\x1b[200~" + rng.randbytes(rng.randint(0, 300)) + end


def _string(rng: random.Random) -> bytes:
    opening = rng.choice([b"\x1b]", b"\x1bP", b"\x1b_", b"\x1b^", b"\x1bX"])
    return opening + rng.randbytes(rng.randint(0, 40)) + rng.choice([b"", b"\x07", b"\x1b\\"])


def _keys(rng: random.Random) -> bytes:
    usual = [b"\r", b"\t", b"\x7f", b"\x1b", b"\x1b[A", b"\x1b[B", b"\x1b[Z", b" ", b"a", b"0"]
    return b"".join(rng.choices(usual, k=rng.randint(1, 12)))


def _chord(rng: random.Random) -> bytes:
    return f"\x1b[{rng.randint(1, 0x110010)};{rng.randint(0, 260)}u".encode()


def _code(rng: random.Random) -> bytes:
    digits = "".join(rng.choices("0123456789", k=rng.choice([10, 42, 43, 44, 300])))
    start = rng.choice(["", "\x02", "]Q1"])
    end = rng.choice(["", "\r", "\r\n", "\t"])
    return f"{start}0123456789{digits}{end}".encode()


_KINDS: tuple[Callable[[random.Random], bytes], ...] = (
    _noise, _csi, _csi, _mouse, _mouse, _x10, _paste, _string, _keys, _keys, _chord, _code,
)  # fmt: skip


def hostile(seed: int, count: int) -> Iterator[bytes]:
    """Yield `count` pieces of input, the same for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        yield rng.choice(_KINDS)(rng)
