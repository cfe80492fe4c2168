"""A caller's hour at the desk: next calls, who rings back, talks, colleagues, and habits."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from kiosk.domain.callbacks.actions import Attempt, Claim, Close, HandOver
from kiosk.domain.callbacks.request import CallLanguage, Window
from kiosk.domain.callbacks.state import AttemptResult, Booking, Outcome
from kiosk.domain.callbacks.worklist import WorklistHabit, WorkRow
from kiosk.domain.staff import Role
from kiosk.ui.desk.callbacks.request import RequestScreen
from kiosk.ui.desk.callbacks.worklist import WorklistScreen
from tests.support.calls import ask, caller, do, trail_of
from tests.support.desks import NOON, Clinic
from tests.support.deskscreens import at_desk
from tests.support.pictures import codes
from tests.ui.desk.callbacks.test_request import NUMBER, next_look, row_of


def wants_a_call(clinic: Clinic, name: str, phone: str = "+6581234567") -> UUID:
    """Ask for a call at any time, a minute after the one before."""
    clinic.clock.move(minutes=1)
    draft = replace(clinic.draft(name, phone), windows=frozenset({Window.ANY}))
    clinic.visitor.request_callback(draft)
    return draft.id


async def test_from_call_to_call_without_the_list(clinic: Clinic) -> None:
    mei, siti = wants_a_call(clinic, "Mei"), wants_a_call(clinic, "Siti", "+6591234567")
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("n")
        colleague.expect("Mei · 7K", "It is yours until 12:32.", "Ask for “Mei” only")
        colleague.expect_not(NUMBER, "No answer")
        await colleague.keys("r")
        colleague.expect(f"Ring {NUMBER}")
        # A number that was looked at has been rung: how that went is asked for first.
        await colleague.keys("n")
        colleague.expect("First say how this call went", "Mei · 7K")
        await colleague.keys("a")
        colleague.expect("Noted: no answer.", "anna tried: no answer", "Claim")
        colleague.expect_not(NUMBER, "Yours")
        await colleague.keys("n")
        colleague.expect("Siti · 7K", "Yours until")
        await colleague.keys("r", "s", "escape", "n")
        colleague.expect("First say what came of it (X), or let it go (C).", "Siti · 7K")
        await colleague.keys("x", "i", "n")
        colleague.expect("There is no other call to make just now.")
        await colleague.keys("escape")
        assert isinstance(colleague.screen, WorklistScreen)
        await colleague.keys("n")
        colleague.expect("There is no call to make just now.")
    assert row_of(clinic, mei).schedule.attempts == 1
    assert row_of(clinic, siti).state.reason == Outcome.INFORMATION_GIVEN


async def test_out_of_hours_the_list_says_too_late_and_not_all_done(clinic: Clinic) -> None:
    wants_a_call(clinic, "Mei")
    clinic.clock.move(hours=6)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        colleague.expect("1 open · too late to ring", "Mei")
        await colleague.keys("c")
        colleague.expect("It is too late to ring; the next calls are from Tue 3 Mar, 08:30.")
        await colleague.keys("n")
        colleague.expect("It is too late to ring")


async def test_a_talk_is_booked_shown_for_a_phone_and_moved(clinic: Clinic) -> None:
    one = wants_a_call(clinic, "Mei")
    clinic.add_staff("anna", Role.CALLER)
    clinic.add_staff("fay", Role.FACILITATOR)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("n", "r", "s", "b")
        colleague.expect("When is the talk?", "With anna.", "Tue 3 Mar, 10:00", "tomorrow")
        await colleague.keys("p")
        colleague.expect("Who will talk with them?", "fay", "manager")
        await colleague.keys("b", "o")
        for typed, problem in (
            ("soon", "Please write it like"),
            ("sat 10:00", "The clinic is closed on that day. Please choose another one."),
            ("2026-03-01 10:00", "That time has passed, or is more than 90 days away."),
        ):
            await colleague.type(typed, "enter")
            colleague.expect(problem, typed)  # what was typed is there still
            await colleague.at_once(*["backspace"] * len(typed))
        await colleague.type("thu 14:30", "enter")
        colleague.expect("Booked: Thu 5 Mar, 14:30 with fay.", "Thu 5 Mar, 14:30, with fay")
        await colleague.keys("b")
        colleague.expect("Thursday 5 March 2026, 14:30. If that does not", "“Talk”")
        (event,) = codes(colleague.strips())
        assert event == "BEGIN:VEVENT\nSUMMARY:Talk\nDTSTART:20260305T063000Z\nEND:VEVENT"
        await colleague.keys("escape", "m")
        colleague.expect("When is the talk?", "With fay.")
        await colleague.keys("f")
        colleague.expect("Booked: Thu 5 Mar, 14:00 with fay.", "Move the talk")
        await colleague.keys("escape", "d")
        colleague.expect("talk 5 Mar")
    (fay,) = (person.id for person in clinic.callbacks.people() if person.login == "fay")
    assert row_of(clinic, one).state.booking == Booking(NOON + timedelta(days=3, hours=2), fay)


async def test_a_request_is_handed_to_a_colleague_with_a_note_and_back_to_all(
    clinic: Clinic,
) -> None:
    one = ask(clinic, "Mei")
    clinic.add_staff("anna", Role.CALLER)
    ben = caller(clinic, "ben")
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "c", "g")
        colleague.expect("Who is to ring them?", "ben", "everybody's once it is late")
        await colleague.keys("a")
        colleague.expect("A note for ben", "Hand it over")
        await colleague.type("knows her", "enter")
        colleague.expect("Handed to ben", "anna handed it to ben: “knows her”", "For ben")
        await colleague.keys("g")
        colleague.expect("Everybody again")
        await colleague.keys("z", "enter")
        colleague.expect("Back on the list for everybody.", "anna handed it to everybody")
        # What is typed and left is asked for.
        await colleague.keys("g", "a")
        await colleague.type("shift work", "escape")
        colleague.expect("Keep this note?", "“shift work”")
        await colleague.keys("k")
        colleague.expect("Handed to ben")
    (row,) = ben.worklist().rows
    assert row.handed_to_me
    assert trail_of(clinic, one).count("callback_handed_over") == 3


async def test_who_hands_over_alone_is_told_that_nobody_is_there(clinic: Clinic) -> None:
    ask(clinic, "Mei")
    clinic.add_staff("anna", Role.CALLER)
    manager = clinic.access.accounts_desk(clinic.fresh(clinic.manager))
    (me,) = (one.id for one in manager.accounts() if one.login == "manager")
    manager.set_roles(me, frozenset({Role.MANAGER}), "")
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "g")
        colleague.expect("Nobody else makes calls; C lets it go for everybody.")


async def test_who_rings_back_is_opened_by_the_number_on_the_display(clinic: Clinic) -> None:
    ask(clinic, "Mei")
    draft = clinic.draft("Siti", "+6591234567")
    clinic.visitor.request_callback(draft)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.resize(56, 16)
        colleague.expect("B Who rang")
        await colleague.keys("b")
        colleague.expect("Somebody rings back: which number?")
        await colleague.type("123456", "enter")
        colleague.expect("Please type the number whole, or its last 7 digits.")
        await colleague.at_once(*["backspace"] * 6)
        await colleague.type("0065 9123 4567", "enter")
        colleague.expect("Siti · 7K", "Ask for “Siti” only")
        colleague.expect_not("9123 4567")
        await colleague.keys("escape", "b")
        await colleague.type("+44 20 7946 0018", "enter")
        colleague.expect("No open request has this number.")
        colleague.expect_not("7946")
        await colleague.keys("b")
        await colleague.type("1234567", "enter")
        colleague.expect("2 requests have this number", "Mei", "Siti")
        await colleague.keys("enter")
        assert isinstance(colleague.screen, RequestScreen)
    assert trail_of(clinic, draft.id).count("callback_looked_up") == 1


async def test_what_was_done_about_a_number_is_in_one_place(clinic: Clinic) -> None:
    old = ask(clinic, "Mei")
    do(
        clinic.callbacks,
        old,
        Claim(),
        Attempt(AttemptResult.BUSY),
        Claim(),
        Close(Outcome.DECLINED),
    )
    clinic.clock.move(days=40)
    ask(clinic, "Mei")
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "p")
        colleague.expect("Same number as Mei", "does not want it", "about all of them")
        colleague.expect("manager tried: busy", "manager closed it: does not want it")


async def test_a_search_tells_what_the_other_views_hold(clinic: Clinic) -> None:
    ask(clinic, "Mei")
    do(clinic.callbacks, ask(clinic, "Mei Ling"), Claim(), Close(Outcome.DECLINED))
    do(clinic.callbacks, ask(clinic, "Siti"), Claim(), Close(Outcome.DECLINED))
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("/")
        await colleague.type("mei")
        colleague.expect("1 of 3 · “mei” · 1 more in All (A)")
        await colleague.keys("enter", "a")
        colleague.expect("2 of 3 · “mei”", "Mei Ling")
        colleague.expect_not("more in All")
        await colleague.keys("o", "/", *["backspace"] * 3)
        await colleague.type("siti")
        colleague.expect("Nothing in this view. 1 in All (A).")
        await colleague.at_once(*["backspace"] * 4)
        await colleague.type("81234567")
        colleague.expect("B finds who rings back by their number.")


async def test_what_is_new_and_for_me_is_remembered_on_this_machine(clinic: Clinic) -> None:
    ask(clinic, "Mei")
    mandarin = replace(clinic.draft("Wei"), call_language=CallLanguage.MANDARIN)
    clinic.visitor.request_callback(mandarin)
    anna = clinic.add_staff("anna", Role.CALLER).staff.id
    manager = clinic.access.accounts_desk(clinic.fresh(clinic.manager))
    manager.set_languages(anna, frozenset({CallLanguage.MANDARIN}))
    async with at_desk(clinic, "anna") as colleague:
        colleague.expect("2 open", "Mei", "Wei")
        colleague.expect_not("new since you looked")
        await colleague.keys("y")
        colleague.expect("1 of 2 · for me", "Wei", "For all")
        colleague.expect_not("Mei")
        await colleague.keys("q")
        clinic.clock.move(minutes=5)
        id_, secret = clinic.visitor.new_draft_ids()
        clinic.visitor.request_callback(replace(mandarin, id=id_, slip_secret=secret))
        await colleague.enter("anna")
        colleague.expect("2 of 3 · for me", "3 open · 1 new since you looked")
        colleague.expect_not("Mei")
        await colleague.keys("a")
        colleague.expect("3 of 3", "Mei")
        await colleague.keys("o", "y")
        colleague.expect("3 of 3")
        kept = colleague.written.habits.kept
    assert kept == {anna: WorklistHabit(clinic.clock.at, for_me=False)}


async def test_what_a_colleague_handed_over_stands_on_top(clinic: Clinic) -> None:
    wants_a_call(clinic, "Mei")
    siti = wants_a_call(clinic, "Siti")
    anna = clinic.add_staff("anna", Role.CALLER).staff.id
    do(clinic.callbacks, siti, HandOver(anna))
    async with at_desk(clinic, "anna") as colleague:
        row = colleague.screen.current_row(WorkRow)
        assert row is not None
        assert row.request.preferred_name == "Siti"
        colleague.expect("for you")
        await colleague.keys("m")
        colleague.expect("1 of 2", "Siti")
        await next_look(colleague)
        await colleague.keys("n")
        colleague.expect("Siti · 7K")
