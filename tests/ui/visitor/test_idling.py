"""How screens end when nobody touches them, by a clock that the tests move."""

from typing import get_args

import pytest

from kiosk.ui.visitor.app import VisitorApp
from kiosk.ui.visitor.screens.callback_form import CallNameScreen
from kiosk.ui.visitor.screens.resting import StillThereScreen
from kiosk.ui.visitor.screens.result import NoticeScreen
from kiosk.ui.visitor.visit import IdleStep, Stay, Timing, due
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.visitor_bar import Bar
from tests.support.desks import PIN, Clinic
from tests.support.screens import COUNTER, HOME, SIZES, Visitor, at_kiosk
from tests.ui.visitor.stops import STOPS, STRANGER, form, start_over

TIMING = Timing(idle=60, warning=30, result=8, receipt=120)
WARNING = "Are you still there?"
CASES: dict[Stay, tuple[tuple[float, IdleStep], ...]] = {
    "rest": ((0, IdleStep.NOTHING), (59.9, IdleStep.NOTHING), (60, IdleStep.CLEAR)),
    "idle": ((0, IdleStep.NOTHING), (59.9, IdleStep.NOTHING), (60, IdleStep.WARN)),
    "receipt": ((60, IdleStep.NOTHING), (119.9, IdleStep.NOTHING), (120, IdleStep.WARN)),
    "result": ((0, IdleStep.NOTHING), (7.9, IdleStep.NOTHING), (8, IdleStep.CLEAR)),
    "staff": ((0, IdleStep.NOTHING), (59.9, IdleStep.NOTHING), (60, IdleStep.CLEAR)),
}


@pytest.mark.parametrize(
    ("stays", "quiet", "expected"),
    [(stays, *case) for stays, cases in CASES.items() for case in cases],
)
def test_what_is_due(stays: Stay, quiet: float, expected: IdleStep) -> None:
    assert due(stays, quiet, TIMING, busy=True) is expected


def test_every_kind_of_screen_ends() -> None:
    assert set(CASES) == set(get_args(Stay))
    ends = {due(stays, 1e6, TIMING, busy=True) for stays in CASES}
    assert IdleStep.NOTHING not in ends


def test_a_resting_screen_that_is_nobodys_rests_for_ever() -> None:
    assert due("rest", 1e9, TIMING, busy=False) is IdleStep.NOTHING


@pytest.mark.conforms("WCAG 2.2.1")
def test_the_usual_warning_gives_twenty_seconds_at_least() -> None:
    assert Timing().warning >= 20


ANSWERS = ("x", "enter", "space", "tab", "down", "0", "Z", "left", "right", "backspace", "tap")


@pytest.mark.conforms("WCAG 2.2.1", "508 407.5")
async def test_any_key_or_tap_gives_more_time_often(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei Ling")
        await visitor.keys("left", "left")
        before, field = visitor.lines, visitor.screen.query_one(Field)
        assert len(ANSWERS) > 10
        for answer in ANSWERS:
            await visitor.wait(59)
            assert visitor.lines == before
            await visitor.wait(2)
            visitor.expect(WARNING, "This screen clears in 30 seconds. Press any key to stay.")
            visitor.expect_not("Mei Ling")
            await visitor.wait(29)
            visitor.expect("This screen clears in 1 second. Press any key to stay.")
            if answer == "tap":
                await visitor.tap_at(3, 3)
            else:
                await visitor.keys(answer)
            await visitor.touch(False)
            assert visitor.lines == before
            assert visitor.screen.query_one(Field) is field
            assert (field.value, field.cursor_position, field.has_focus) == ("Mei Ling", 6, True)


async def test_the_warning_counts_down_and_clears(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallNameScreen)(visitor, clinic)
        await visitor.wait(61)
        for left in (20, 10, 2):
            await visitor.wait(10 if left > 2 else 8)
            visitor.expect(f"This screen clears in {left} seconds.")
        await visitor.wait(2.5)
        visitor.expect(HOME)
        assert visitor.app.context.visit.form is None


async def test_the_end_and_help_work_from_the_warning(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form()(visitor, clinic)
        await visitor.wait(61)
        await visitor.keys("h")
        visitor.expect("You can say: I need help now.")
        await visitor.keys("b")
        visitor.expect("When may we call?")
        await visitor.wait(61)
        await visitor.keys("escape")
        visitor.expect(HOME)


async def test_help_from_a_warning_over_help_goes_back_to_the_form(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form()(visitor, clinic)
        await visitor.keys("h")
        await visitor.wait(121)
        visitor.expect(WARNING)
        await visitor.keys("h", "b")
        visitor.expect("When may we call?")


ENDS: dict[str, tuple[float, str]] = {
    "welcome": (8, HOME),
    "counted-in": (8, HOME),
    "joined": (8, HOME),
    "scan-again": (8, HOME),
    "note": (8, HOME),
    "pin": (60, HOME),
    "maintenance": (60, HOME),
    "article": (60, WARNING),
    "slip": (60, WARNING),
    "check-in": (60, WARNING),
    "guest-name": (60, WARNING),
    "language": (60, WARNING),
    "help": (120, WARNING),
    "receipt": (120, WARNING),
    "new-pass": (120, WARNING),
    "take-home-item": (120, WARNING),
}


async def test_each_kind_of_screen_ends_in_its_time(clinic: Clinic) -> None:
    stops = {stop.name: stop for stop in STOPS}
    async with at_kiosk(clinic) as visitor:
        for name, (seconds, then) in ENDS.items():
            await start_over(visitor, clinic)
            await stops[name].way(visitor, clinic)
            await visitor.wait(seconds - 0.5)
            visitor.expect(stops[name].heading)
            await visitor.wait(1)
            visitor.expect(then)
            await visitor.wait(30.5)
            visitor.expect(HOME)
            assert not visitor.app.navigation.is_busy


@pytest.mark.conforms("WCAG 2.2.1")
@pytest.mark.parametrize("by", ["t", "tap"])
async def test_more_time_makes_every_wait_of_the_visit_ten_times_as_long(
    clinic: Clinic, by: str
) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei")
        await visitor.wait(61)
        if by == "tap":
            await visitor.tap("I need more time")
        else:
            await visitor.keys(by)
        visitor.expect("What should we call you?", "Mei", "More time is on.")
        await visitor.wait(599)
        visitor.expect("What should we call you?")
        await visitor.wait(2)
        visitor.expect(WARNING, "This screen clears in 300 seconds.")
        visitor.expect_not("I need more time")
        await visitor.wait(298)
        await visitor.keys("x")
        visitor.expect("What should we call you?")
        await visitor.keys("f1")
        await visitor.wait(1199)
        visitor.expect("You can say: I need help now.")
        await visitor.wait(2)
        visitor.expect(WARNING)
        await visitor.wait(301)
        visitor.expect(HOME)
        visitor.expect_not("More time")
        assert visitor.app.context.timing == Timing()


@pytest.mark.conforms("WCAG 2.2.1")
async def test_more_time_is_found_before_it_is_needed_and_ends_with_the_visit(
    clinic: Clinic,
) -> None:
    stops = {stop.name: stop for stop in STOPS}
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("l")
        await visitor.tap("I need more time")
        visitor.expect("More time is on", "Press to turn it off")
        await stops["welcome"].way(visitor, clinic)
        visitor.expect("More time is on.", "This screen clears by itself in 80 seconds.")
        await visitor.wait(79)
        visitor.expect(stops["welcome"].heading)
        await visitor.wait(2)
        visitor.expect(HOME)
        assert not visitor.app.navigation.is_busy
        await visitor.keys("l", "t", "t")
        visitor.expect("I need more time", "Ten times as long")
        await visitor.keys("t", "escape")
        assert visitor.app.context.timing == Timing()


async def test_a_result_over_a_form_does_not_say_that_it_clears_soon(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei")
        await visitor.scan(clinic.passes.issue_pass("Siti", "en").digits)
        visitor.expect("Back to my form")
        visitor.expect_not("This screen clears by itself")
        await visitor.wait(61)
        visitor.expect(WARNING)


async def test_staff_screens_wait_no_longer_for_a_visitor_who_needs_time(clinic: Clinic) -> None:
    stops = {stop.name: stop for stop in STOPS}
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("l", "t", "b")
        await stops["maintenance"].way(visitor, clinic)
        await visitor.wait(61)
        visitor.expect(HOME)


async def test_a_key_as_the_warning_comes_only_stays(clinic: Clinic) -> None:
    """Somebody types on as it comes, and has read nothing of it."""
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.wait(61)
        visitor.expect(WARNING)
        await visitor.hurries(0.1, "t")
        await visitor.settle()
        visitor.expect("What should we call you?")
        assert not visitor.app.context.visit.has_more_time


@pytest.mark.conforms("EN 301 549 5.1.3.10", "EN 301 549 5.1.5", "508 407.5")
async def test_the_warning_rings_once(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(VisitorApp, "ring", lambda _app: rung.append(1))
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.wait(59)
        assert not rung
        for _ in range(5):
            await visitor.wait(2)
            visitor.expect(WARNING)
        assert rung == [1]


TOLD = {"idle": "90 seconds", "receipt": "150 seconds", "result": "8 seconds"}


def untold(visitor: Visitor) -> list[str]:
    """What the foot should say of when the screen clears, and does not."""
    screen = visitor.screen
    foot = " ".join(visitor.reads(screen.query_one(Bar)))
    seconds = TOLD.get(screen.stays, "")
    tells = "Stays" in foot or "This screen clears" in foot
    return [] if tells is bool(seconds) and seconds in foot else [f"{screen!r}: {foot}"]


@pytest.mark.parametrize("name", ["call-name", "receipt", "welcome", "pin"])
async def test_the_foot_tells_when_a_screen_clears(clinic: Clinic, name: str) -> None:
    stop = next(stop for stop in STOPS if stop.name == name)
    async with at_kiosk(clinic) as visitor:
        assert untold(visitor) == []
        await stop.way(visitor, clinic)
        for size in SIZES:
            await visitor.resize(*size)
            assert untold(visitor) == []


@pytest.mark.full
async def test_every_screen_tells_when_it_clears(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        for stop in STOPS:
            await start_over(visitor, clinic)
            await stop.way(visitor, clinic)
            if not isinstance(visitor.screen, NoticeScreen | StillThereScreen):
                assert untold(visitor) == []


async def test_a_form_under_a_result_is_not_cleared_without_a_warning(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei")
        await visitor.scan(STRANGER)
        visitor.expect("Back to my form")
        await visitor.wait(59)
        visitor.expect("Back to my form")
        await visitor.wait(2)
        visitor.expect(WARNING)


async def test_a_result_stays_while_somebody_uses_it(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(STRANGER)
        for _ in range(3):
            await visitor.wait(7)
            await visitor.keys("x")
            visitor.expect("✓ Welcome")
        await visitor.wait(9)
        visitor.expect(HOME)


async def test_a_pin_half_typed_is_gone(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN[:4])
        await visitor.wait(61)
        visitor.expect(HOME)
        await visitor.keys("m")
        await visitor.type(PIN[4:], "enter")
        visitor.expect("That is not the PIN.")


async def test_a_changed_look_at_home_is_put_back(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("l")
        await visitor.tap("Change the colours")
        await visitor.keys("b")
        visitor.expect(HOME)
        await visitor.wait(59)
        assert visitor.app.theme == "night"
        await visitor.wait(2)
        visitor.expect(HOME)
        assert visitor.app.theme == "calm"


async def test_a_changed_language_at_home_is_put_back(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        visitor.app.context.visit.texts.language = "zh"
        await visitor.wait(61)
        assert visitor.app.context.visit.texts.language == "en"


async def test_home_that_nobody_used_is_not_made_anew(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        home = visitor.screen
        await visitor.wait(100_000)
        assert visitor.screen is home
        visitor.expect_not(WARNING, COUNTER)


async def test_a_tick_after_the_last_screen_does_nothing(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        pass
    assert not visitor.app.screen_stack
    await visitor.app.tick()


async def test_what_is_done_beside_visits_waits_until_nobody_has_been_there_for_a_while(
    clinic: Clinic,
) -> None:
    async with at_kiosk(clinic) as visitor:
        assert not visitor.app.is_unattended
        await visitor.wait(30)
        assert visitor.app.is_unattended
        await visitor.keys("r")
        await visitor.wait(31)
        assert not visitor.app.is_unattended
        await visitor.keys("escape")
        assert not visitor.app.is_unattended
        await visitor.wait(31)
        assert visitor.app.is_unattended
