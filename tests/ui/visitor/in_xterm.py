"""Pictures of the visitor's screens from a real xterm, on a display that nobody sees.

`python -m tests.ui.visitor.in_xterm FOLDER LANGUAGE COLUMNSxROWS STOP...` writes a PNG for each
stop (by its name in stops.py).
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image, ImageGrab, features
from textual.pilot import Pilot

from kiosk.ui.visitor.app import VisitorApp
from tests.support.desks import Clinic, open_clinic
from tests.support.hands import Seconds, WatchedDoor
from tests.support.screens import Visitor, side_of
from tests.ui.visitor.stops import STOPS, choose_language, start_over

_LOOK: Final = (
    "-fa", "DejaVu Sans Mono", "-fd", "Noto Sans Mono CJK SC", "-fs", "9", "-b", "0", "-bw", "0",
)  # fmt: skip
"""A font for usual signs, one for those that are two cells wide, and no edge."""
_PATIENCE: Final = 60.0
"""Seconds within which a screen must have been drawn."""


def what_is_missing() -> str:
    """Return why no picture can be taken here, or empty."""
    missing = [name for name in ("Xvfb", "xterm") if shutil.which(name) is None]
    missing += [] if features.check_feature("xcb") else ["Pillow with XCB"]
    return f"missing: {', '.join(missing)}" if missing else ""


@contextmanager
def _display() -> Iterator[str]:
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1700x1200x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def take(
    language: str, size: tuple[int, int], stops: Sequence[str]
) -> Iterator[tuple[str, Image.Image]]:
    """Yield each stop with a picture of it, as wide and high as the terminal."""
    columns, rows = size
    with TemporaryDirectory() as folder, _display() as display:
        here = Path(folder)
        # xterm takes the variable from what it runs.
        inside = ["env", "COLORTERM=truecolor", sys.executable, "-m", __spec__.name]
        inside += ["--inside", folder, language, *stops]
        terminal = subprocess.Popen(
            ["xterm", *_LOOK, "-geometry", f"{columns}x{rows}+0+0", "-e", *inside],
            env={**os.environ, "DISPLAY": display, "LC_ALL": "C.UTF-8"},
        )
        try:
            for stop in stops:
                _wait(here / stop, terminal)
                yield stop, _drawn(display)
                (here / stop).unlink()
        finally:
            terminal.terminate()
            terminal.wait()


def _wait(sign: Path, terminal: "subprocess.Popen[bytes]") -> None:
    last = time.monotonic() + _PATIENCE
    while not sign.exists():
        assert terminal.poll() is None and time.monotonic() < last, f"no {sign.name} in xterm"
        time.sleep(0.05)


def _drawn(display: str) -> Image.Image:
    """Return the terminal once two pictures of it are alike."""
    last = time.monotonic() + _PATIENCE
    before = ImageGrab.grab(xdisplay=display)
    while time.monotonic() < last:
        time.sleep(0.3)
        now = ImageGrab.grab(xdisplay=display)
        if now.tobytes() == before.tobytes():
            return now.crop(now.getbbox())
        before = now
    raise AssertionError("the picture does not come to rest")


async def _walk(visitor: Visitor, clinic: Clinic, folder: Path, language: str) -> None:
    size = visitor.app.size
    for name in sys.argv[4:]:
        stop = next(stop for stop in STOPS if stop.name == name)
        await start_over(visitor, clinic, (size.width, size.height), language)
        await stop.way(visitor, clinic)
        await choose_language(visitor, language)
        sign = folder / name
        sign.touch()
        while sign.exists():
            await asyncio.sleep(0.05)
    visitor.app.exit()


def _run_inside(folder: Path, language: str) -> None:
    seconds = Seconds()
    with TemporaryDirectory() as place, open_clinic(Path(place) / "clinic") as clinic:
        door = WatchedDoor(lambda: side_of(clinic))
        app = VisitorApp(door, monotonic=seconds)

        async def drive(pilot: Pilot[object]) -> None:
            assert pilot.app is app
            visitor = Visitor(app, seconds, door)
            await visitor.settle()
            await _walk(visitor, clinic, folder, language)

        app.run(auto_pilot=drive)
        door.close()


if __name__ == "__main__":
    if sys.argv[1] == "--inside":
        _run_inside(Path(sys.argv[2]), sys.argv[3])
    else:
        width, height = (int(part) for part in sys.argv[3].split("x"))
        Path(sys.argv[1]).mkdir(exist_ok=True)
        for shown, picture in take(sys.argv[2], (width, height), sys.argv[4:]):
            picture.save(Path(sys.argv[1]) / f"{sys.argv[2]}-{width}x{height}-{shown}.png")
