"""Runs inside a program's process, as its `sitecustomize`: lets time leap and looks for words.

SIGUSR1 lets the monotonic clock leap, SIGUSR2 makes it look into its memory, and opens that to its
parent. The words to look for stand beside the copy of this file, written backwards so that looking
does not find itself.
"""

import ctypes
import gc
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Final

LEAP: Final = "TESTS_LEAP"
"""Names the variable that holds the seconds of a leap."""
WORDS, FOUND = "words", "found"
"""The files with the words that are looked for and with those of them that can be reached."""
_HERE: Final = Path(__file__).parent
_real = time.monotonic
_PR_SET_DUMPABLE: Final = 4
_seconds = float(os.environ.get(LEAP, "0"))
_leaps = 0


def _monotonic() -> float:
    return _real() + _leaps * _seconds


def _leap(_number: int, _frame: FrameType | None) -> None:
    global _leaps
    _leaps += 1


def _look(_number: int, frame: FrameType | None) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1)
    backwards = (_HERE / WORDS).read_text(encoding="utf-8").split("\n")
    shortest, found = min(map(len, backwards)), set[str]()
    for text in _texts(frame):
        if len(text) >= shortest:
            turned = text[::-1]
            found.update(word for word in backwards if word in turned)
    part = _HERE / f"{FOUND}.part"
    part.write_text("\n".join(word[::-1] for word in found), encoding="utf-8")
    part.rename(_HERE / FOUND)


def _texts(frame: FrameType | None) -> list[str]:
    """Return every text that an object, a module or a frame of the program leads to."""
    gc.collect()
    own = threading.get_ident()
    frames = [other for thread, other in sys._current_frames().items() if thread != own]
    waiting: list[object] = [sys.modules, frame, *frames, *gc.get_objects()]
    seen, texts = set(map(id, waiting)), list[str]()
    while waiting:
        fresh = []
        for one in gc.get_referents(*waiting):
            if id(one) in seen:
                continue
            seen.add(id(one))
            if isinstance(one, str):
                texts.append(one)
            elif isinstance(one, bytes | bytearray):
                texts.append(one.decode("utf-8", errors="replace"))
            else:
                fresh.append(one)
        waiting = fresh
    return texts


if __name__ == "sitecustomize":
    time.monotonic = _monotonic
    signal.signal(signal.SIGUSR1, _leap)
    signal.signal(signal.SIGUSR2, _look)
