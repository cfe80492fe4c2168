"""An answer that comes while its screen is taken away, or not whole yet, breaks nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from kiosk.ui.visitor.screens.callback_form import CallNameScreen, CallReviewScreen
from kiosk.ui.visitor.screens.home import HomeScreen
from kiosk.ui.visitor.screens.result import ResultScreen
from kiosk.ui.widgets.layout import Sheet
from kiosk.usecases.maintenance_desk import MaintenanceDesk
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.desks import PIN, Clinic
from tests.support.late import Gate
from tests.support.screens import HOME, Visitor, at_kiosk
from tests.ui.visitor.stops import STRANGER, Way, check_in, form

pytestmark = pytest.mark.usefixtures("clinic_log")


@dataclass(frozen=True, slots=True)
class Late:
    """A question whose answer the screen would show itself."""

    desk: type
    method: str
    way: Way
    ask: Callable[[Visitor], Any]
    """What asks; the screen is left at once."""
    fails: bool = False
    """Whether the desk has trouble, which is what the screen would tell."""


def _pressing(*keys: str) -> Callable[[Visitor], Any]:
    return lambda visitor: visitor.sends(*keys)


def _typing(key: str, text: str) -> Way:
    async def way(visitor: Visitor, _clinic: Clinic) -> None:
        await visitor.keys(key)
        await visitor.type(text)

    return way


async def _result(visitor: Visitor, clinic: Clinic) -> None:
    clinic.add_session()
    await visitor.scan(STRANGER)


async def _slip(visitor: Visitor, clinic: Clinic) -> None:
    await visitor.scan(clinic.visitor.request_callback(clinic.draft()).slip_digits)


async def _name(visitor: Visitor, clinic: Clinic) -> None:
    await check_in("enter", "g")(visitor, clinic)
    await visitor.type("Mei")


async def _welcome(visitor: Visitor, clinic: Clinic) -> None:
    clinic.add_session()
    await visitor.scan(clinic.passes.issue_pass("Mei", "en").digits)


async def _reread(visitor: Visitor) -> None:
    home = visitor.app.screen_stack[1]
    assert isinstance(home, HomeScreen)
    home.read_schedule()


LATE = {
    "schedule": Late(VisitorDesk, "sessions_today", _result, _reread),
    "reference": Late(VisitorDesk, "note_withdrawal", _typing("w", "not one"), _pressing("enter")),
    "pin": Late(MaintenanceDesk, "unlock", _typing("m", "0000"), _pressing("enter")),
    "status": Late(MaintenanceDesk, "status", _typing("m", PIN), _pressing("enter")),
    "count": Late(VisitorDesk, "count_me_in", check_in("enter"), _pressing("j"), fails=True),
    "join": Late(VisitorDesk, "join", _name, _pressing("enter"), fails=True),
    "first-visit": Late(VisitorDesk, "ask_to_be_met", _welcome, _pressing("f"), fails=True),
    "slip": Late(VisitorDesk, "withdraw_by_slip", _slip, _pressing("w"), fails=True),
    "send": Late(VisitorDesk, "request_callback", form(CallReviewScreen), _pressing("y"), True),
}


@pytest.fixture
def clinic_log(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing may be logged as broken, not even where the kiosk goes on."""
    yield
    logged = [record.getMessage() for record in caplog.get_records("call")]
    assert [line for line in logged if "crash" in line] == []


@pytest.mark.parametrize("name", LATE)
async def test_an_answer_may_come_while_its_screen_is_taken_away(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    late = LATE[name]
    async with at_kiosk(clinic) as visitor:
        await late.way(visitor, clinic)
        gate = Gate(late.desk, late.method, monkeypatch, fails=late.fails)
        try:
            await late.ask(visitor)
            async with asyncio.timeout(5):
                await gate.asked.wait()
                while visitor.app.navigation._moving.locked():
                    await asyncio.sleep(0.01)
                gate.left = visitor.app.screen_stack
                await visitor.sends("escape")
                while not gate.opened.is_set():
                    await asyncio.sleep(0.01)
        finally:
            gate.opened.set()
        await visitor.until(HOME, seconds=5)
        await visitor.settle()
        await visitor.keys("k")
        visitor.expect("What we keep")


async def test_the_schedule_may_come_before_home_is_whole(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = Sheet._compose

    async def slowly(sheet: Sheet) -> None:
        if isinstance(sheet.screen, HomeScreen):
            sheet.screen.read_schedule()
            await asyncio.sleep(0.1)
        await compose(sheet)

    async with at_kiosk(clinic) as visitor:
        await _result(visitor, clinic)
        monkeypatch.setattr(Sheet, "_compose", slowly)
        await visitor.keys("escape")
        visitor.expect(HOME, "Today", "Room 2, 12:00 pm")


async def test_what_waits_for_a_picture_goes_with_its_screen(clinic: Clinic) -> None:
    ran: list[object] = []
    async with at_kiosk(clinic) as visitor:

        async def work() -> None:
            ran.append("work")

        await visitor.keys("h")
        gone = visitor.screen
        await visitor.keys("escape")
        for screen in (gone, visitor.screen):
            visitor.screen._invoke_later(partial(ran.append, screen), screen)
        gone.once(work)
        await visitor.settle()
        assert ran == [visitor.screen]


async def test_next_is_not_for_the_result_of_a_scan_that_came_between(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        clinic.add_session()
        await form(CallNameScreen)(visitor, clinic)
        async with visitor.app.navigation._moving:
            await visitor.sends_scan(STRANGER)
            while not visitor.app.navigation._moving._waiters:
                await asyncio.sleep(0.01)
            await visitor.sends("enter")
            await asyncio.sleep(0.1)
        await visitor.settle()
        visitor.expect("You are counted in.", "Back to my form")


async def test_no_timer_clears_a_screen_that_is_just_coming(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await _result(visitor, clinic)
        visitor.seconds.at += 9
        async with visitor.app.navigation._moving:
            await asyncio.wait_for(visitor.app.tick(), 1)
        assert isinstance(visitor.screen, ResultScreen)
        await visitor.wait(0)
        visitor.expect(HOME)
