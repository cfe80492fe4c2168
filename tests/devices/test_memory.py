"""What is freed is overwritten, and nobody may read what is in use."""

import ctypes
import platform
import subprocess
import sys

import pytest

from kiosk.devices.memory import overwrite_cached, overwrite_freed

NAME = b"Zenobia"
CLOSED = """
import ctypes, sys
from kiosk.devices.memory import close_memory, overwrite_cached
close_memory()
# What this loads stays, and would else stand in what is freed below.
overwrite_cached()
texts = [b"Zenobia".rjust(size - sys.getsizeof(b""), b".") for size in (528, 800, 1024, 9000)]
blocks = [bytes(bytearray(text)) for text in texts for _ in range(200)]
places = [(id(block), sys.getsizeof(block)) for block in blocks[::2]]
del blocks[::2]
overwrite_cached()
left = [ctypes.string_at(*place) for place in places]
print(ctypes.CDLL(None).prctl(3), sum(b"Zenobia" in block for block in left))
"""
"""Prints whether a core may be written (PR_GET_DUMPABLE), and how many freed blocks hold a name."""


@pytest.mark.parametrize("size", [48, 64, 128, 256, 512])
def test_blocks_that_python_has_freed_are_overwritten(size: int) -> None:
    text = NAME.ljust(size - sys.getsizeof(b""), b".")
    blocks = [bytes(bytearray(text)) for _ in range(400)]
    places = [id(block) for block in blocks[::2]]
    # The others stay, so that the pages do.
    del blocks[::2]
    assert sum(NAME in ctypes.string_at(place, size) for place in places) > 100
    overwrite_freed()
    assert sum(NAME in ctypes.string_at(place, size) for place in places) == 0
    assert len(blocks) == 200


@pytest.mark.parametrize("size", [24, 100, 400, 1000])
def test_blocks_that_a_c_library_has_freed_are_overwritten(size: int) -> None:
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.free.argtypes = [ctypes.c_void_p]
    # What is freed last is handed out first, and the rest of the block is then the C library's.
    place = library.malloc(size)
    ctypes.memmove(place + size - len(NAME), NAME, len(NAME))
    library.free(place)
    overwrite_cached()
    assert NAME not in ctypes.string_at(place, size)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library fills nothing")
def test_a_closed_memory_is_not_dumped_and_what_the_c_library_frees_is_overwritten() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLOSED], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "0"]
