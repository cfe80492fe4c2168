"""At the desk too, two presses in one place never do two things."""

from kiosk.domain.staff import Role
from kiosk.ui.desk.callbacks.request import RequestScreen
from kiosk.ui.desk.questions import ChoiceScreen, LineScreen
from kiosk.ui.screen import READ_SECONDS
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk

EARLY = 0.9 * READ_SECONDS


async def at_request(clinic: Clinic, colleague: Colleague) -> None:
    """Open the one request, claimed."""
    clinic.visitor.request_callback(clinic.draft())
    clinic.add_staff("anna", Role.CALLER)
    await colleague.sign_in("anna")
    await colleague.keys("enter", "c")
    colleague.expect("Yours until")


async def test_a_claim_is_not_given_back_by_the_second_press(clinic: Clinic) -> None:
    """The key that lets a request go is the one that has just claimed it."""
    async with at_desk(clinic) as colleague:
        await at_request(clinic, colleague)
        for gap in (0.0, EARLY):
            await colleague.hurries(gap, "c")
            await colleague.settle()
            colleague.expect("Yours until", "Let go")
        await colleague.keys("c")
        colleague.expect("C Claim")


async def test_a_question_is_answered_once_it_can_be_read(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        await at_request(clinic, colleague)
        for keys in (("w", "y"), ("w", "down", "enter"), ("w", "enter"), ("x", "x")):
            await colleague.at_once(*keys)
            assert type(colleague.screen) is ChoiceScreen
            await colleague.keys("escape")
        colleague.expect("Yours until")


async def test_what_is_typed_ahead_into_a_question_is_kept(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        await at_request(clinic, colleague)
        await colleague.at_once("t", *"after four", "enter")
        assert type(colleague.screen) is RequestScreen
        colleague.expect("The note is kept.", "“after four”")


async def test_a_count_that_is_offered_is_not_kept_unread(clinic: Clinic) -> None:
    session = clinic.add_session(starts=-20)
    clinic.visitor.check_in(clinic.passes.issue_pass("Mei", "en").digits, session.id)
    clinic.add_staff("fay", Role.FACILITATOR)
    async with at_desk(clinic, "fay") as colleague:
        await colleague.keys("g", "enter")
        await colleague.at_once("h", "enter")
        assert type(colleague.screen) is LineScreen
        await colleague.keys("escape")
        await colleague.at_once("h", "7", "enter")
        colleague.expect("counted: 7 people")


async def test_a_second_click_in_one_place_does_nothing(clinic: Clinic) -> None:
    """What the keys stand for, and where, is other than a moment ago."""
    async with at_desk(clinic) as colleague:
        await at_request(clinic, colleague)
        await colleague.tap_twice("Let go", EARLY)
        colleague.expect("C Claim")
        await colleague.tap_twice("Withdraw", EARLY)
        assert type(colleague.screen) is ChoiceScreen
        await colleague.tap_twice("Sign out", EARLY)
        assert colleague.app._exit is False
        colleague.expect("Enter  Sign in")


async def test_enter_that_finds_people_checks_nobody_in(clinic: Clinic) -> None:
    session = clinic.add_session(starts=-20)
    clinic.passes.issue_pass("Mei", "en")
    clinic.add_staff("fay", Role.FACILITATOR)
    async with at_desk(clinic, "fay") as colleague:
        await colleague.keys("g", "enter", "m")
        await colleague.at_once(*"Mei", "enter", "enter", "enter")
        colleague.expect("Is here")
    assert session
    assert clinic.count("check_in") == 0


async def test_looking_elsewhere_waits_for_nothing(clinic: Clinic) -> None:
    clinic.visitor.request_callback(clinic.draft())
    clinic.add_staff("anna", Role.CALLER, Role.FACILITATOR)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.at_once("r", "a", "escape")
        colleague.expect("What would you like to do?")
