"""Every attack on a terminal that is known to kill or freeze Textual, in a pseudo-terminal."""

import random
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.hostile import hostile
from tests.support.terminal import Start, Terminal

pytestmark = pytest.mark.terminal

MORE_MEMORY = 16 * 1024
"""KiB that an attack may cost."""

ATTACKS = {
    "invalid UTF-8": b"\xff",
    "half a character": b"\xf0\x9f",
    "a surrogate": b"\xed\xa0\x80",
    "all bytes": bytes(byte for byte in range(256) if byte != 0x1B) * 4,
    "NULs": b"\x00" * 1000,
    "X10 mouse": b"\x1b[M !!",
    "X10 mouse, invalid": b"\x1b[M\xff\xff\xff",
    "X10 mouse, cut": b"\x1b[M",
    "urxvt mouse": b"\x1b[32;5;5M",
    "SGR mouse outside": b"\x1b[<0;9999;9999M\x1b[<0;0;0M\x1b[<0;-1;-5M\x1b[<999;1;1M",
    "mouse without releases": b"\x1b[<2;2;2M\x1b[<0;70;20M" * 2000,
    "mouse moves": b"\x1b[<35;10;10M" * 3000,
    "key beyond Unicode": b"\x1b[1114112u",
    "key with a space": b"\x1b[1114112 u",
    "key with colons": b"\x1b[97:::u",
    "key with alternates": b"\x1b[99:67;2;67u",
    "key of a surrogate": b"\x1b[55296u",
    "text beyond Unicode": b"\x1b[97;;1114112u",
    "size of nothing": b"\x1b[48;0;0;0;0t\x1b[<0;5;15M",
    "size of thousands": b"\x1b[48;5000;5000;50000;50000t",
    "size of ten thousands": b"\x1b[48;99999;99999;99999;99999t",
    "in-band resize offered": b"\x1b[?2048;2$y",
    "in-band resize on": b"\x1b[?2048;1$y",
    "other modes": b"\x1b[?2026;2$y\x1b[?9999;9$y",
    "cursor report": b"\x1b[99999;99999R\x1b[1;1R",
    "device reports": b"\x1b[?62;22c\x1b[>1;10;0c\x1b[0n",
    "focus out": b"\x1b[O",
    "paste without end": b"\x1b[200~",
    "pastes in pastes": b"\x1b[200~" * 200,
    "end without paste": b"\x1b[201~" * 50,
    "huge paste": b"\x1b[200~" + b"p" * 200_000 + b"\x1b[201~",
    "200 kB typed": b"a" * 200_000,
    "200 kB of Enter and Tab": b"\r\t" * 100_000,
    "200 kB of digits": b"0123456789" * 20_000,
    "200 kB of zeros": b"0" * 200_000,
    "scan without end": b"\x02" + b"7" * 100_000,
    "many scans": b"".join(b"0123456789%043d\r" % number for number in range(2000)),
    "OSC without end": b"\x1b]0;title",
    "long OSC": b"\x1b]52;c;" + b"A" * 100_000 + b"\x07",
    "DCS without end": b"\x1bPq" + b"#" * 10_000,
    "APC without end": b"\x1b_Gf=32;",
    "SOS and PM": b"\x1bXabc\x1b^def",
    "CSI without end": b"\x1b[" + b"1;" * 10_000,
    "8-bit CSI": b"\xc2\x9b200~\x9b200~",
    "escapes": b"\x1b" * 5000,
    "alt keys": b"".join(b"\x1b%c" % byte for byte in range(32, 127) if byte not in b"[]PNOX^_"),
    "control keys": bytes(byte for byte in range(1, 32) if byte != 0x1B),
    "chords of kitty": b"\x1b[113;5u\x1b[112;5u\x1b[99;5u\x1b[122;5u\x1b[92;5u\x1b[113;9u",
    "bidi and zero width": "\u202e\u2066\u200b\ufeff\u2028".encode() * 100,
}


def _presses(terminal: Terminal) -> int:
    found = re.search(r"pressed=(\d+)", terminal.text)
    return int(found[1]) if found else 0


def tap_until_heard(terminal: Terminal) -> None:
    """Tap the button as often as a visitor would, until one tap is heard."""
    before = _presses(terminal)
    due = 0.0

    def heard() -> bool:
        nonlocal due
        if time.monotonic() >= due and terminal.find("Press me"):
            due = time.monotonic() + 0.1
            terminal.tap("Press me")
        return _presses(terminal) > before

    terminal.wait_until(heard, "a tap to be heard", within=40)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_survives_random_input(start: Start, seed: int, log: Path) -> None:
    sample = start("unbreakable")
    sample.wait_for("ready")
    threads = sample.threads
    sizes = random.Random(seed)
    for number, piece in enumerate(hostile(seed, 1500)):
        sample.send(piece)
        sample.pump(0)
        if number % 100 == 0:
            sample.resize(sizes.randint(30, 130), sizes.randint(16, 45))
            sample.signal(sizes.choice([signal.SIGCONT, signal.SIGINT, signal.SIGTSTP]))
    sample.resize(80, 24)
    tap_until_heard(sample)
    assert sample.alive, log.read_text(encoding="utf-8")
    assert sample.threads == threads
    assert sample.rss < 96 * 1024
    sample.signal(signal.SIGTERM)
    assert sample.wait_exit() == 0


@pytest.mark.full
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_each_attack_leaves_it_alive_responsive_and_small(sample: Terminal, attack: bytes) -> None:
    assert_withstands(sample, attack, "yes")


def test_it_stays_alive_responsive_and_small(sample: Terminal) -> None:
    """One attack after the other on the same program, which is used now and then in between."""
    for number, (name, attack) in enumerate(ATTACKS.items()):
        try:
            with withstanding(sample):
                sample.send(attack)
                tap_until_heard(sample)
            if number % 6 == 5 or b"\t" in attack:
                use_like_a_person(sample, attack, f"y{number:02}")
        except AssertionError as error:
            error.add_note(f"after {name}")
            raise
    use_like_a_person(sample, attack, "all")


@contextmanager
def withstanding(sample: Terminal) -> Iterator[None]:
    """An attack that costs little and leaves no title behind."""
    before, threads = sample.rss, sample.threads
    sample.raw.clear()
    yield
    assert sample.alive
    assert sample.threads == threads
    assert sample.rss - before < MORE_MEMORY
    assert b"\x1b]" not in sample.raw


def assert_withstands(sample: Terminal, attack: bytes, word: str) -> None:
    """Attack, then use it like a person who types `word`."""
    with withstanding(sample):
        sample.send(attack)
        tap_until_heard(sample)
        use_like_a_person(sample, attack, word)


def use_like_a_person(sample: Terminal, attack: bytes, word: str) -> None:
    """Press the button and type `word`, on a terminal whose size has changed."""
    # Keys of the attack may still wait their turn, and Tabs among them move the focus.
    sample.settle(0.3 if b"\t" in attack else 0.1)
    sample.resize(70, 22)
    sample.tap("Press me")
    sample.settle()
    # At the pace of a person: shift+tab to the second field, its end, room, a word.
    sample.send("\x1b[Z\x1b[F\x7f\x7f\x7f\x7f\x7f")
    sample.send(word, pace=0.07)
    sample.wait_for(f"{word}.")
    sample.resize(80, 24)
    sample.settle()
