"""The facilitator's sessions and rosters, live beside a kiosk."""

from datetime import UTC, datetime
from uuid import UUID

from kiosk.domain.attendance.check_in import Session
from kiosk.domain.attendance.roster import IssuedPass
from kiosk.domain.passes import CodeKind, encode
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk

HOSTILE = "[b]Siti[/] [/]"
"""A name that is text all the same."""


def has_pass(clinic: Clinic, name: str, session: Session | None = None) -> IssuedPass:
    """Hand out a pass; for a session, to a member of its group."""
    groups = [session.group_id] if session and session.group_id else []
    return clinic.passes.issue_pass(name, "en", groups=groups)


def comes(clinic: Clinic, name: str, session: Session) -> None:
    """Let somebody scan a new pass at the kiosk."""
    clinic.visitor.check_in(has_pass(clinic, name).digits, session.id)


async def at_roster(colleague: Colleague) -> None:
    """Open the roster of the session under the cursor."""
    await colleague.keys("g", "enter")


async def test_the_days_sessions_name_nobody(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20)
    clinic.add_session("Garden", starts=180)
    clinic.add_session("Terrace", starts=-180)
    clinic.add_session("Room 3", starts=24 * 60)
    comes(clinic, "Mei", session)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("g")
        colleague.expect("Groups today, Mon 2 Mar", "3 sessions · 1 person checked in")
        colleague.expect("11:40–12:40", "running", "15:00–16:00", "later")
        colleague.expect_not("Mei")
        # The cursor begins at what is on now.
        assert "Room 2" in next(line for line in colleague.lines if "›" in line)
        trail = clinic.count("audit_event")
        await colleague.wait(2)
        assert clinic.count("audit_event") == trail
        await colleague.keys("right")
        colleague.expect("Groups on Tue 3 Mar", "Group of Room 3", "1 session")
        colleague.expect_not("Group of Room 2")
        await colleague.keys("enter")
        colleague.expect("Group of Room 3 · Tue 3 Mar 2026 · 12:00–13:00 · Room 3")
        await colleague.keys("escape", "left", "enter")
        colleague.expect("Group of Room 2 · 11:40–12:40 · Room 2")
        await colleague.keys("escape")
        colleague.expect("Groups today", "Group of Room 2")
        await colleague.keys("left")
        colleague.expect("Groups on Sun 1 Mar", "No sessions on this day.", "0 sessions")
        await colleague.keys("t")
        colleague.expect("Groups today, Mon 2 Mar")


async def test_names_are_hidden_until_asked_for_and_again_after_half_a_minute(
    clinic: Clinic,
) -> None:
    session = clinic.add_session("Room 2", starts=-20)
    comes(clinic, "Xanthippe", session)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        colleague.expect("•••", "1 here", "12:00")
        colleague.expect_not("Xanthippe")
        await colleague.keys("n")
        colleague.expect("Xanthippe")
        await colleague.wait(29)
        colleague.expect("Xanthippe")
        await colleague.wait(2)
        colleague.expect_not("Xanthippe")
        await colleague.keys("n", "n")
        colleague.expect_not("Xanthippe")
        await colleague.keys("n", "h", "escape")
        colleague.expect_not("Xanthippe")


async def test_a_check_in_appears_with_the_next_second(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20)
    comes(clinic, "Mei", session)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        await colleague.keys("n")
        clinic.clock.move(minutes=7)
        comes(clinic, "Arjun", session)
        comes(clinic, HOSTILE, session)
        clinic.visitor.count_me_in(clinic.id(), session.id)
        await colleague.wait(1)
        colleague.expect("4 here · 1 guest", "Arjun", HOSTILE, "12:05", "Guest")
        assert "Mei" in next(line for line in colleague.lines if "›" in line)
        trail = clinic.count("audit_event")
        await colleague.wait(1)
        assert clinic.count("audit_event") == trail


async def test_taking_off_asks_why_and_can_be_undone(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20)
    comes(clinic, "Mei", session)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        await colleague.keys("v")
        colleague.expect("Why take this person off the list?", "They left at once")
        await colleague.keys("escape")
        colleague.expect("1 here")
        await colleague.keys("v", "l")
        colleague.expect("0 here", "taken off: left at once", "Taken off.")
        await colleague.keys("enter")
        colleague.expect("1 here", "Put back.")
        await colleague.keys("v", "m", "u")
        colleague.expect("1 here", "Put back.")
        colleague.expect_not("taken off")


async def test_a_first_visit_stands_beside_the_count_and_enter_says_it_is_met(
    clinic: Clinic,
) -> None:
    session = clinic.add_session("Room 2", starts=-20)
    for first in (False, True, True):
        clinic.clock.move(minutes=1)
        clinic.visitor.count_me_in(clinic.id(), session.id, first_visit=first)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        colleague.expect("3 here · 3 guests · 2 first time, 2 to meet", "first time: please meet")
        colleague.expect("Enter  Met")
        await colleague.keys("enter")
        colleague.expect("2 first time, 1 to meet", "here; first time, met", "Undo met")
        colleague.expect_not("Enter  Met")
        await colleague.keys("enter", "u")
        colleague.expect("2 first time, 2 to meet", "They are still to meet.")
        await colleague.keys("enter", "down", "enter")
        colleague.expect("2 first time, all met")
        await colleague.keys("down", "enter")
        colleague.expect("2 first time, all met")
    assert clinic.count("check_in") == 9


async def test_guests_and_heads_are_counted_and_the_list_closed(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-20)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        colleague.expect("Nobody has come yet.")
        await colleague.keys("g", "g", "g")
        colleague.expect("3 here · 3 guests", "One guest more.", "by staff")
        await colleague.keys("h")
        colleague.expect("How many people are in the room?", "The list says 3 people.")
        await colleague.keys("backspace", "enter")
        colleague.expect("Please type a number from 0 to 999.")
        await colleague.type("1", "enter")
        await colleague.keys("h")
        await colleague.type("31", "enter")  # takes the place of the proposal
        colleague.expect("3 on the list, 31 counted: is that right?")
        await colleague.keys("n")
        colleague.expect("counted: 1 person")
        await colleague.keys("h")
        await colleague.type("12", "enter")
        colleague.expect("counted: 12 people", "running")
        await colleague.keys("c")
        colleague.expect("Close the list: how many people came?")
        await colleague.keys("enter")
        colleague.expect("counted: 12 people · list closed")
        colleague.expect_not("Close")


async def test_undo_names_what_was_done_here_last_and_takes_that_back(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20)
    comes(clinic, "Mei", session)
    clinic.clock.move(minutes=10)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        colleague.expect_not("Undo")
        await colleague.keys("v", "l", "g", "h")
        await colleague.type("7", "enter")
        await colleague.keys("a")
        await colleague.type("Siti", "enter")
        colleague.expect("2 here · 1 guest", "Undo add (12:10)")
        await colleague.keys("n")
        colleague.expect("Undo add (Siti)")
        await colleague.keys("c")
        await colleague.type("3", "enter")
        # It is known still when the roster is opened again.
        await colleague.keys("escape", "enter")
        colleague.expect("counted: 3 people · list closed", "Undo close (3)")
        await colleague.keys("u")
        colleague.expect("counted: 7 people · running", "The list is open again.")
        await colleague.keys("n", "u")
        colleague.expect("They are off the list again.", "1 here", "Undo count (7)")
        await colleague.keys("u")
        colleague.expect("That count no longer counts.", "Undo guest")
        colleague.expect_not("counted:")
        await colleague.keys("u")
        colleague.expect("One guest less.", "0 here", "Undo take off (Mei)")
        await colleague.keys("u")
        colleague.expect("Put back.", "1 here")
        colleague.expect_not("Undo")


async def test_a_list_cannot_be_closed_before_the_start(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=20)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        colleague.expect("doors open")
        await colleague.keys("c")
        colleague.expect("doors open")


async def test_somebody_is_added_by_name_or_found_among_the_members(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-20)
    for name in ("Mei", "Meiling", "Arjun"):
        has_pass(clinic, name)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        await colleague.keys("a", "enter")
        colleague.expect("Please type a name.")
        await colleague.type("S1234567D", "enter")
        colleague.expect("identity number, which we never keep")
        await colleague.at_once(*["backspace"] * 9)
        await colleague.type("Zoe")
        await colleague.tap("Tamil")
        await colleague.keys("tab", "shift+tab")
        colleague.screen.query_one("Field").focus()
        await colleague.settle()
        await colleague.keys("enter")
        colleague.expect("1 here", "Added to the list.")
        await colleague.keys("n")
        colleague.expect("Zoe", "by staff")
        members = clinic.access.pass_desk(clinic.fresh(clinic.manager)).members()
        assert [one.language for one in members if one.name == "Zoe"] == ["ta"]
        await colleague.keys("m")
        await colleague.type("meil", "enter")
        colleague.expect("Put a member on the list", "Meiling")
        colleague.expect_not("Arjun", "Revoke")
        await colleague.keys("enter")
        colleague.expect("2 here", "Checked in.")
        await colleague.keys("m")
        await colleague.type("meil", "enter", "enter")
        colleague.expect("2 here", "They are on the list already.")


async def test_the_expected_are_listed_and_checked_in(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20, enrolled=True)
    for name in ("Mei", "Arjun"):
        has_pass(clinic, name, session)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        await colleague.keys("n")
        colleague.expect("0 here", "Arjun", "Mei", "expected")
        await colleague.keys("enter")
        colleague.expect("1 here", "Checked in.", "by staff")


async def test_doubtful_arrivals_say_so(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20)
    issued = has_pass(clinic, "Mei")
    desk = clinic.access.pass_desk(clinic.fresh(clinic.manager))
    desk.revoke_passes(desk.members()[0].participant_id)
    clinic.visitor.check_in(issued.digits, session.id)
    async with at_desk(clinic, "manager", size=(120, 40)) as colleague:
        await at_roster(colleague)
        colleague.expect("1 here")


async def test_who_came_while_the_clock_was_wrong_is_put_on_the_list(clinic: Clinic) -> None:
    session, right = clinic.add_session("Room 2", starts=-20), clinic.clock.at
    digits = has_pass(clinic, "Xanthippe").digits
    clinic.clock.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    clinic.visitor.check_in(encode(CodeKind.PASS, b"never seen here."))
    clinic.visitor.check_in(digits)
    clinic.clock.at = right
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        colleague.expect("Waiting (2)")
        await colleague.keys("w")
        colleague.expect("Did this person come to this group?", "1 of 2: Somebody, with an unknown")
        await colleague.keys("o")
        colleague.expect("2 of 2: Somebody, with a pass")
        colleague.expect_not("Xanthippe")
        await colleague.keys("p")
        colleague.expect("On the list.", "1 here", "Waiting (1)")
    assert [one.session.id for one in clinic.arrivals()] == [session.id]


async def test_a_list_is_printed_as_it_is_on_view(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20, enrolled=True)
    comes(clinic, "Mei", session)
    has_pass(clinic, HOSTILE, session)
    clinic.visitor.count_me_in(UUID(int=7), session.id)
    async with at_desk(clinic, "manager") as colleague:
        await at_roster(colleague)
        printer = colleague.written.printer
        await colleague.keys("p")
        colleague.expect("Mei", "Press P again to print it.")
        assert printer.texts == []
        await colleague.keys("p")
        colleague.expect("Printing the roster …")
        await colleague.see_next_second()
        colleague.expect("Printed: the roster.")
    (pages,) = printer.texts
    assert pages.title == "Group of Room 2 · 11:40–12:40 · Room 2"
    here, expected, remark = pages.blocks
    assert remark.lines == ("It holds names: please shred it after use.",)
    assert (here.title, expected.title) == ("Here (2)", "Expected (1)")
    assert sorted(line.split() for line in here.lines) == [
        ["[x]", "12:00", "Guest", "guest", "here"],
        ["[x]", "12:00", "Mei", "pass", "here"],
    ]
    assert expected.lines[0].startswith(f"[ ]        {HOSTILE} ")
    assert clinic.count("audit_event WHERE action = 'roster_printed'") == 1
