"""Lets a test type as a device does."""

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def ahead_of_programs() -> Iterator[None]:
    """Type like a device, which does not wait for a busy processor, where that is allowed."""
    usual = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, *usual)
