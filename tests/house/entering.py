"""Which files and functions of kiosk/ a scan and three presses enter, on the real apps."""

import inspect
import sys
import tempfile
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

from kiosk.domain.staff import Role
from tests.support.desks import Clinic, open_clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.extract import CHECKOUT
from tests.support.screens import Visitor, at_kiosk

_PACKAGE = str(CHECKOUT / "kiosk") + "/"


class Function(NamedTuple):
    """A function with a name, by its place: code objects of two files may compare equal."""

    path: str
    name: str
    line: int


def function_of(code: CodeType) -> Function:
    """Return the function that `code` is the body of."""
    return Function(code.co_filename, code.co_qualname, code.co_firstlineno)


class Watch:
    """Records which functions of kiosk/ are entered; made by `watching`."""

    def __init__(self) -> None:
        self._entered: set[Function] = set()

    def profile(self, frame: FrameType, event: str, _argument: object) -> None:
        """Record a call, as the interpreter's profile function.

        Bodies of modules and classes, lambdas and comprehensions do not count. A coroutine that is
        resumed counts.
        """
        code = frame.f_code
        is_named = code.co_flags & inspect.CO_OPTIMIZED and not code.co_name.startswith("<")
        if event == "call" and is_named and code.co_filename.startswith(_PACKAGE):
            self._entered.add(function_of(code))

    async def during(
        self, somebody: Visitor | Colleague, act: Awaitable[None], words: str
    ) -> frozenset[Function]:
        """Return what is entered from `act` until the screen has come to rest and shows `words`.

        One tick of the app's second and one drawing of the whole screen are always included, so
        that a tick that comes by chance changes nothing. This thread is watched for so long only:
        it takes five times as long as otherwise.
        """
        self._entered.clear()
        sys.setprofile(self.profile)
        try:
            await act
            await somebody.wait(0)
            somebody.expect(words)
        finally:
            sys.setprofile(None)
        return frozenset(self._entered)


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch every thread that starts within the block."""
    watch = Watch()
    threading.setprofile(watch.profile)
    try:
        yield watch
    finally:
        threading.setprofile(None)


async def entered() -> dict[str, frozenset[Function]]:
    """Return what each of the four enters, in a clinic that is founded for it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_clinic(Path(folder)) as clinic,
        watching() as watch,
    ):
        return {**await _at_the_kiosk(clinic, watch), **await _at_the_desk(clinic, watch)}


async def _at_the_kiosk(clinic: Clinic, watch: Watch) -> dict[str, frozenset[Function]]:
    clinic.add_session()
    digits = clinic.passes.issue_pass("Mei", "en").digits
    async with at_kiosk(clinic) as visitor:
        scan = await watch.during(visitor, visitor.scan(digits), "Welcome, Mei")
        await visitor.keys("escape", "c")
        await visitor.type("Mei", "enter")
        await visitor.type("81234567", "enter")
        await visitor.keys("n", "n", "n", "n")
        visitor.expect("Yes, send")
        send = await watch.during(visitor, visitor.keys("y"), "We have your request.")
    return {"a scan": scan, "“Yes, send”": send}


async def _at_the_desk(clinic: Clinic, watch: Watch) -> dict[str, frozenset[Function]]:
    """Work on the request that the visitor has sent."""
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter")
        claim = await watch.during(colleague, colleague.keys("c"), "It is yours until")
        await colleague.keys("r", "enter")
        result = await watch.during(colleague, colleague.keys("s"), "Noted: spoke to them.")
    return {"claim": claim, "a result": result}
