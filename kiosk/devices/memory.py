"""The memory of this process: closed to others, and overwritten once it is freed.

Python and the C library keep what stands in freed memory until they hand it out again.
"""

import sys
from itertools import repeat
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_M_PERTURB: Final = -6
_FILLING: Final = 0xA5

_SMALL: Final = range(48, 513, 16)
"""Sizes in bytes of the blocks that Python hands out itself (obmalloc.c) and that hold texts."""
_OF_EACH: Final = 3 << 19
"""Bytes; twice what was free of any size but the commonest after long visits."""
_COMMONEST: Final = 64
_OF_COMMONEST: Final = 16 << 20
"""Bytes; a third more than was free of this size (5 MB) and of none (7 MB)."""
_STEP: Final = 1 << 18
_CACHED: Final = range(24, 1033, 16)
"""Sizes in bytes of the blocks that the C library keeps for each thread, unfilled."""
_CACHED_OF_EACH: Final = 8
"""One more than it keeps."""


def close_memory() -> None:
    """Let no core be written and nobody trace, and the C library fill what is freed.

    The limit of core files does not count where a program takes them (core(5)). prctl(2) and
    mallopt(3) are left out on a system that has none.
    """
    import ctypes

    library = ctypes.CDLL(None)
    for name, words in (("prctl", (_PR_SET_DUMPABLE, 0)), ("mallopt", (_M_PERTURB, _FILLING))):
        if hasattr(library, name):
            getattr(library, name)(*words)


def overwrite_freed() -> None:
    """Take the blocks that Python has freed, fill them with zeros, and free them again.

    It takes some 50 ms, in which other threads wait for 5 ms at most.
    """
    for size in _SMALL:
        _fill(size, _OF_EACH)
    _fill(_COMMONEST, _OF_COMMONEST)
    overwrite_cached()


def overwrite_cached() -> None:
    """Do the same with the blocks that the C library keeps for the thread that calls."""
    import ctypes

    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.free.argtypes = [ctypes.c_void_p]
    taken = [(library.malloc(size), size) for size in _CACHED for _ in range(_CACHED_OF_EACH)]
    for block, size in taken:
        ctypes.memset(block, 0, size)
    for block, _ in taken:
        library.free(block)


def _fill(size: int, total: int) -> None:
    """Hold `total` bytes in zeroed blocks of `size`."""
    length = size - sys.getsizeof(b"")
    # In steps, for no other thread runs within one.
    _ = [list(map(bytes, repeat(length, _STEP // size))) for _ in range(total // _STEP)]
