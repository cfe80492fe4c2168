"""While the disk is slow, help, language and the end are still one key away."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kiosk.ui.visitor.screens.callback_form import CallReviewScreen
from kiosk.usecases.maintenance_desk import MaintenanceDesk
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.desks import PIN, Clinic
from tests.support.screens import HOME, Visitor, at_kiosk
from tests.ui.visitor.stops import STRANGER, Way, check_in, form

HELP = "You can say: I need help now."


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that a visitor waits for."""

    desk: type
    method: str
    way: Way
    keys: tuple[str, ...]
    """Pressed on the screen that waits."""
    answer: str
    """What they read when it is done."""


async def _slip(visitor: Visitor, clinic: Clinic) -> None:
    await visitor.scan(clinic.visitor.request_callback(clinic.draft()).slip_digits)


async def _reference(visitor: Visitor, _clinic: Clinic) -> None:
    await visitor.keys("w")
    await visitor.type("7KDC8HDF")


async def _name(visitor: Visitor, clinic: Clinic) -> None:
    await check_in("enter", "g")(visitor, clinic)
    await visitor.type("Mei")


async def _pin(visitor: Visitor, _clinic: Clinic) -> None:
    await visitor.keys("m")
    await visitor.type(PIN)


WAITS = {
    "send": Wait(
        VisitorDesk, "request_callback", form(CallReviewScreen), ("y",), "We have your request."
    ),
    "count": Wait(VisitorDesk, "count_me_in", check_in("enter"), ("j",), "You are counted in."),
    "join": Wait(VisitorDesk, "join", _name, ("enter",), "Welcome, Mei"),
    "slip": Wait(VisitorDesk, "withdraw_by_slip", _slip, ("w",), "It is withdrawn."),
    "reference": Wait(VisitorDesk, "note_withdrawal", _reference, ("enter",), "Thank you"),
    "pin": Wait(MaintenanceDesk, "unlock", _pin, ("enter",), "Records to send"),
}


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Open when the disk may answer."""
    gate = threading.Event()
    yield gate
    gate.set()


def slow(gate: threading.Event, method: Callable[..., Any]) -> Callable[..., Any]:
    """Return `method` as it is on a disk that answers once the gate is open."""

    def waiting(*words: Any, **options: Any) -> Any:
        assert gate.wait(10)
        return method(*words, **options)

    return waiting


@pytest.mark.parametrize("name", WAITS)
@pytest.mark.parametrize("key", ["f1", "escape"])
async def test_no_key_waits_for_a_slow_disk(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, gate: threading.Event, name: str, key: str
) -> None:
    wait, there = WAITS[name], {"f1": HELP, "escape": HOME}[key]
    async with at_kiosk(clinic) as visitor:
        await wait.way(visitor, clinic)
        monkeypatch.setattr(wait.desk, wait.method, slow(gate, getattr(wait.desk, wait.method)))
        await visitor.sends(*wait.keys, key)
        try:
            await visitor.until(there, seconds=2)
        finally:
            gate.set()
        await visitor.settle()
        visitor.expect(there)
        visitor.expect_not(wait.answer)
        if key == "f1":
            await visitor.keys("b")
            if not visitor.sees(wait.answer):
                # The answer came while nobody looked; asking again is harmless.
                await (visitor.type(PIN, *wait.keys) if name == "pin" else visitor.keys(*wait.keys))
            visitor.expect(wait.answer)
    tables = {"send": "callback_request", "count": "check_in", "join": "check_in"}
    if name in tables:
        # Who leaves before the answer has been told nothing; then it may be kept or not.
        assert clinic.count(tables[name]) in ((1,) if key == "f1" else (0, 1))


async def test_help_opens_while_a_scan_is_answered(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, gate: threading.Event
) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        monkeypatch.setattr(VisitorDesk, "check_in", slow(gate, VisitorDesk.check_in))
        await visitor.sends_scan(STRANGER)
        await visitor.sends("h")
        try:
            await visitor.until(HELP, seconds=2)
        finally:
            gate.set()
        await visitor.settle()
        visitor.expect("You are counted in.")
