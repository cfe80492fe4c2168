"""What a real terminal reports of a mouse, in each of the three ways it can be limited to."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from textual import events

from kiosk.ui.terminal.driver import Intake
from kiosk.ui.terminal.modes import LISTEN

NEEDED = ("Xvfb", "xterm", "xdotool")
_MISSING = [name for name in NEEDED if shutil.which(name) is None]

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}"),
]

WITHIN = 20.0
_RECORD = """
import os, sys, tty
tty.setraw(0)
os.write(1, sys.argv[1].encode())
with open(sys.argv[2], "ab", buffering=0) as file:
    file.write(b"ready;")
    while data := os.read(0, 4096):
        file.write(data)
"""
"""Writes what the terminal sends into a file, after it has been asked for the mouse."""
SGR, URXVT = "\x1b[?1006h", "\x1b[?1015h"
UNKNOWN = {"SGR": (), "urxvt": (SGR,), "X10": (SGR, URXVT)}
"""Requests that are taken out, as a terminal would pass over what it does not know."""
FIRST = {"SGR": b"\x1b[<0;1;1M", "urxvt": b"\x1b[32;1;1M", "X10": b"\x1b[M !!"}
WHEEL = {"SGR": b"\x1b[<64;11;6M", "urxvt": b"\x1b[96;11;6M", "X10": b"\x1b[M`+&"}
"""What is sent first and last."""


def wait_until(true: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < ends, what
        time.sleep(0.02)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A virtual screen, by the name that programs find it under."""
    read, write = os.pipe()
    with ExitStack() as open_:
        argv = ["Xvfb", "-displayfd", str(write), "-screen", "0", "900x600x24"]
        server = open_.enter_context(
            subprocess.Popen(argv, pass_fds=(write,), stderr=subprocess.DEVNULL)
        )
        open_.callback(server.kill)
        os.close(write)
        with os.fdopen(read) as pipe:
            yield f":{pipe.readline().strip()}"


class Pointer:
    """Moves and presses the mouse over the cells of a terminal of 80 by 24."""

    def __init__(self, display: str, window: str) -> None:
        self._display = display
        self._window = window
        shape = dict(line.split("=") for line in self.do("getwindowgeometry", "--shell", window))
        self._cell = (int(shape["WIDTH"]) / 80, int(shape["HEIGHT"]) / 24)

    def do(self, *words: str) -> list[str]:
        environ = {**os.environ, "DISPLAY": self._display}
        done = subprocess.run(
            ["xdotool", *words], env=environ, capture_output=True, text=True, check=True
        )
        return done.stdout.split()

    def move(self, column: int, row: int) -> None:
        x, y = ((place + 0.5) * size for place, size in zip((column, row), self._cell, strict=True))
        self.do("mousemove", "--window", self._window, str(round(x)), str(round(y)))


@pytest.mark.parametrize("way", UNKNOWN)
def test_presses_slides_wheel_and_right_button(display: str, tmp_path: Path, way: str) -> None:
    sent, asked = tmp_path / "sent", LISTEN
    for request in UNKNOWN[way]:
        assert request in asked
        asked = asked.replace(request, "")
    recorder = [sys.executable, "-c", _RECORD, asked, str(sent)]
    argv = ["xterm", "-geometry", "80x24+0+0", "-b", "0", "-e", *recorder]
    environ = {**os.environ, "DISPLAY": display}
    with subprocess.Popen(argv, env=environ, stderr=subprocess.DEVNULL) as xterm:
        try:
            wait_until(lambda: sent.exists() and b"ready;" in sent.read_bytes(), "no terminal")
            find = ["xdotool", "search", "--sync", "--class", "xterm"]
            window = subprocess.check_output(find, env=environ, text=True).split()[-1]
            pointer = Pointer(display, window)
            for column, row in ((0, 0), (40, 12), (79, 23)):
                pointer.move(column, row)
                pointer.do("click", "1")
            pointer.do("mousedown", "1")
            pointer.move(10, 5)
            pointer.do("mouseup", "1", "click", "3", "click", "4")
            wait_until(lambda: sent.read_bytes().endswith(WHEEL[way]), "no wheel")
        finally:
            xterm.kill()
    data = sent.read_bytes().partition(b"ready;")[2]
    data = data[data.index(FIRST[way]) :]
    messages = Intake().feed(data, 0.0)
    seen = [
        (type(one), one.button, one.x, one.y)
        for one in messages
        if isinstance(one, events.MouseDown | events.MouseUp) and one.button == 1
    ]
    down, up = events.MouseDown, events.MouseUp
    places = [(column, row) for column, row in ((0, 0), (40, 12), (79, 23))]
    taps = [(kind, 1, x, y) for x, y in places for kind in (down, up)]
    slide = [(down, 1, 79, 23), (up, 1, 10, 5)]
    # The older ways do not say that it was the right button that was let go.
    alone = [] if way == "SGR" else [(up, 1, 10, 5)]
    assert seen == [*taps, *slide, *alone]
    assert isinstance(messages[-1], events.MouseScrollUp)
    assert not any(isinstance(one, events.Key) for one in messages)
