"""Players and engines for tests: what they play goes into a file, and nothing sounds."""

import math
import os
import struct
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.devices.headphones import Headphones
from kiosk.devices.players import PlayerProgram, Samples, SoundFormat
from kiosk.errors import SoundTrouble

WAIT_SECONDS = 10.0
"""Longer than anything here takes; nothing waits for all of it unless it fails."""
FORM = SoundFormat(8000, 1)
TONE = 1000
"""What every sample of a fake engine is."""


def until(is_so: Callable[[], bool], seconds: float = WAIT_SECONDS) -> bool:
    """Wait until something is so; return whether it came to be."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def file_player(path: Path) -> PlayerProgram:
    """Return a player that adds what it reads to a file."""
    return PlayerProgram("file", ("/bin/sh", "-c", 'exec cat >> "$0"', str(path)))


def shell_player(script: str, name: str = "broken") -> PlayerProgram:
    """Return a player that does what a script says."""
    return PlayerProgram(name, ("/bin/sh", "-c", script))


def rms(samples: bytes) -> float:
    """Return the root mean square of samples of 16 bits."""
    numbers = array("h", samples)
    return math.sqrt(sum(one * one for one in numbers) / len(numbers)) if numbers else 0.0


@dataclass
class ToneEngine:
    """Makes the same tone for so many seconds of every text, and remembers what it was given."""

    seconds: float = 0.05
    name: str = "tone"
    voices: frozenset[str] = frozenset({"en", "cmn"})
    trouble: str = ""
    given: list[tuple[str, str, int]] = field(default_factory=list)
    """Text, voice and rate."""
    closed: int = 0
    stopped: int = 0

    def can_say(self, voice: str) -> bool:
        return voice in self.voices

    def speak(self, text: str, voice: str, rate: int) -> Samples:
        self.given.append((text, voice, rate))
        if self.trouble:
            raise SoundTrouble(self.trouble)
        left = round(self.seconds * FORM.rate)
        try:
            while left:
                count = min(left, 400)
                yield FORM, struct.pack(f"<{count}h", *[TONE] * count)
                left -= count
        finally:
            self.stopped += bool(left)

    def warm(self) -> None:
        """It is always warm."""

    def close(self) -> None:
        self.closed += 1


class FakeHeadphones(Headphones):
    """Headphones that a test plugs in and out."""

    def __init__(self, tell: Callable[[bool], None]) -> None:
        self._told = tell
        self.are_in: bool | None = False

    def plug(self, *, is_in: bool) -> None:
        self.are_in = is_in
        self._told(is_in)

    def close(self) -> None:
        """Nothing runs."""


def engine_script(code: str) -> tuple[str, ...]:
    """Return a program that speaks the frames of a library engine, by a script.

    `frame(letter, content)` writes one, and `lines` are those of the input.
    """
    head = (
        "import json, os, struct, sys, time\n"
        "def frame(letter, content=b''):\n"
        "    os.write(1, letter + struct.pack('<I', len(content)) + content)\n"
        "def greet():\n"
        "    frame(b'V', json.dumps({'rate': 8000, 'voices': ['en-gb', 'cmn']}).encode())\n"
        "lines = sys.stdin.buffer\n"
    )
    return (sys.executable, "-I", "-S", "-c", head + code)


def runs(process_id: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rsplit(")", 1)[1]
    except OSError:
        return False
    return state.split()[0] not in ("Z", "X")


def children_of(process_id: int) -> list[int]:
    """Return the processes that a process has started and not waited for."""
    found: list[int] = []
    for task in Path(f"/proc/{process_id}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
    return found


def own_children() -> set[int]:
    """Return the children of this process, those of other tests too."""
    return set(children_of(os.getpid()))
