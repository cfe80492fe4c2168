"""Random input and each known attack at the real kiosk: it stays itself.

KIOSK_TEST_FUZZ sets how many random events there are (20000 for the long run).
"""

import os
import signal
import time
from itertools import count
from pathlib import Path

import pytest

from kiosk.domain.passes import CodeKind, encode
from tests.journeys.clinic import HOME, Clinic
from tests.journeys.fuzz import events
from tests.support.amounts import amount
from tests.support.terminal import Terminal
from tests.ui.terminal.test_attacks_for_real import ATTACKS

pytestmark = pytest.mark.terminal

EVENTS = amount(300, 2000, "KIOSK_TEST_FUZZ")
SEED = int(os.environ.get("KIOSK_TEST_SEED", "1"))
MORE_MEMORY = 96 * 1024
"""KiB that all of it may cost: screens, articles and Python's own reserve among them."""
BATCH = 40
LONGEST = amount(20_000, 1_000_000)
"""Bytes of an attack; the app of tests/ui/terminal stands each flood in full every day."""
STAFF_ONLY = (b"Records to send", b"Records set aside")
OUTSIDE = (b"\x1b]", b"Traceback", b"\x1b[?1049l")


def shortened(attack: bytes) -> bytes:
    """Return an attack without the middle of what is too long."""
    half = LONGEST // 2
    return attack if len(attack) <= LONGEST else attack[:half] + attack[-half:]


def scan_is_answered(terminal: Terminal, number: int) -> None:
    """Scan unknown passes until one is heard, then go home; an open paste swallows the first."""
    tries = count(number * 1000)
    due = time.monotonic()

    def answered() -> bool:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + 1.0
            digits = encode(CodeKind.PASS, b"attack" + next(tries).to_bytes(10, "big"))
            terminal.send(f"\x1b\r{digits}\r")
        return terminal.find("✓  Welcome") is not None

    terminal.wait_until(answered, "a result", within=60)
    go_home(terminal)


def go_home(terminal: Terminal) -> None:
    """Press Esc until home is there; a late try's own Esc may have led there already."""
    due = time.monotonic()

    def at_home() -> bool:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + 1.0
            terminal.send("\x1b")
        return terminal.find(HOME) is not None

    terminal.wait_until(at_home, "home", within=60)


def assert_inside(terminal: Terminal) -> None:
    assert terminal.alive
    assert [words for words in (*STAFF_ONLY, *OUTSIDE) if words in terminal.raw] == []
    children = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text()
    assert children == ""


def assert_orderly(clinic: Clinic, terminal: Terminal) -> None:
    """End it, and look for what it may have left around."""
    terminal.signal(signal.SIGTERM)
    assert terminal.wait_exit() == 0
    assert terminal.echoes
    log = (clinic.folder / "kiosk.log").read_text(encoding="utf-8")
    assert "crash" not in log
    assert "trouble" not in log
    assert sorted(path.name for path in clinic.folder.parent.iterdir()) == ["clinic", "home"]
    assert list((clinic.folder.parent / "home").iterdir()) == []


def test_random_input_leads_nowhere(clinic: Clinic) -> None:
    terminal = clinic.start()
    scan_is_answered(terminal, 0)
    before, threads = terminal.rss, terminal.threads
    for sent, event in enumerate(events(SEED, EVENTS), start=1):
        terminal.send(event)
        if sent % BATCH == 0:
            while terminal.pump(0.01):
                pass
            assert_inside(terminal)
            terminal.raw.clear()
    scan_is_answered(terminal, 1)
    assert_inside(terminal)
    terminal.wait_until(lambda: terminal.threads <= threads, "no more threads than before")
    print(f"{EVENTS} events: {before} KiB before, {terminal.rss} KiB after")  # noqa: T201  figures
    assert terminal.rss - before < MORE_MEMORY
    assert_orderly(clinic, terminal)


def test_each_attack_leads_nowhere(clinic: Clinic) -> None:
    terminal = clinic.start()
    scan_is_answered(terminal, 0)
    before = terminal.rss
    for number, (name, attack) in enumerate(ATTACKS.items(), start=1):
        terminal.raw.clear()
        terminal.send(shortened(attack))
        scan_is_answered(terminal, number)
        assert_inside(terminal)
        assert terminal.rss - before < MORE_MEMORY, name
    assert_orderly(clinic, terminal)
