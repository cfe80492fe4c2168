"""Lets a desk's idle time pass at once, and looks for words in the memory of its process."""

from typing import Final

IDLE: Final = 700
"""Seconds that pass at once; more than a desk waits anywhere."""
_SITE: Final = """
import gc
import os
import threading
import time

_real, _folder = time.monotonic, {folder!r}


def _later() -> float:
    return _real() + ({idle} if os.path.exists(_folder + "/left") else 0)


def _strings():
    seen, found, waiting = set(), [], gc.get_objects()
    seen.update(map(id, waiting))
    while waiting:
        fresh = []
        for one in gc.get_referents(*waiting):
            if id(one) not in seen:
                seen.add(id(one))
                found.append(one) if isinstance(one, (str, bytes, bytearray)) else fresh.append(one)
        waiting = fresh
    return found


def _answer() -> None:
    while not os.path.exists(_folder + "/asked"):
        time.sleep(0.05)
    with open(_folder + "/asked") as file:
        words = [word[::-1] for word in file.read().split("|")]
    gc.collect()
    found = set()
    for one in _strings():
        text = one if isinstance(one, str) else one.decode("latin-1")
        found.update(word[::-1] for word in words if word in text and len(text) > len(word) - 1)
    with open(_folder + "/answer.part", "w") as file:
        file.write("|".join(sorted(found)))
    os.rename(_folder + "/answer.part", _folder + "/answer")


time.monotonic = _later
threading.Thread(target=_answer, daemon=True).start()
"""
