"""Members and passes on the desk."""

from kiosk.domain.attendance.check_in import CheckedIn, GuestWelcomed
from kiosk.domain.passes import Code, CodeKind, decode
from kiosk.domain.printing import PrintResult, PrintState
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.pictures import codes


def members_of(clinic: Clinic, *names: str) -> None:
    for name in names:
        clinic.passes.issue_pass(name, "en")


def shown_code(colleague: Colleague) -> str:
    """The one QR code on the screen."""
    (found,) = codes(colleague.strips())
    return found


async def test_members_are_hidden_until_somebody_looks_for_a_name(clinic: Clinic) -> None:
    members_of(clinic, "Mei", "Arjun")
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("p")
        colleague.expect("Members and passes", "•••")
        colleague.expect_not("Mei", "Arjun")
        await colleague.type("arj", "enter")
        colleague.expect("Arjun", "English")
        colleague.expect_not("Mei")
        await colleague.wait(31)
        colleague.expect_not("Arjun")
        await colleague.keys("f", *["backspace"] * 3)
        await colleague.type("nobody", "enter")
        colleague.expect("Nobody of that name.")


async def test_a_new_person_gets_a_pass_that_the_kiosk_takes(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20, enrolled=True)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("p", "enter", "a")
        colleague.expect("A new pass", "Groups they join", "Group of Room 2")
        await colleague.tap("Group of Room 2")
        colleague.screen.query_one("Field").focus()
        await colleague.settle()
        await colleague.type("Zoe", "enter")
        colleague.expect("The pass of Zoe", "shown only this once")
        digits = shown_code(colleague)
        answer = clinic.visitor.check_in(digits, session.id)
        assert isinstance(answer, CheckedIn)
        assert answer.name == "Zoe"
        await colleague.keys("p")
        await colleague.see_next_second()
        colleague.expect("Printed: the passes.")
        (sheet,) = colleague.written.printer.sheets
        assert [one.digits for one in sheet] == [digits]
        await colleague.keys("escape")
        colleague.expect("Members and passes")
        await colleague.keys("n")
        colleague.expect("Zoe", "Group of Room 2")


async def test_a_new_pass_ends_the_old_one_after_a_question(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2", starts=-20)
    old = clinic.passes.issue_pass("Mei", "en")
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("p", "enter", "p")
        colleague.expect("Hand out a new pass?", "ends at once")
        await colleague.keys("enter")
        colleague.expect("Members and passes")
        await colleague.keys("n", "p", "y")
        colleague.expect("The pass of Mei")
        digits = shown_code(colleague)
    assert digits != old.digits
    assert isinstance(clinic.visitor.check_in(old.digits, session.id), GuestWelcomed)
    assert isinstance(clinic.visitor.check_in(digits, session.id), CheckedIn)


async def test_passes_are_revoked_after_a_question(clinic: Clinic) -> None:
    members_of(clinic, "Mei")
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("p", "enter")
        await nothing_is_done_to_somebody_whose_name_is_hidden(colleague)
        await colleague.keys("r", "n")
        assert clinic.access.pass_desk(clinic.manager).members()[0].passes == 1
        await colleague.keys("n", "r", "y")
        colleague.expect("Revoked.")
        assert clinic.access.pass_desk(clinic.manager).members()[0].passes == 0
        await colleague.keys("n", "r")
        colleague.expect("They have no pass.")
        await colleague.keys("p")
        colleague.expect("The pass of Mei")


async def nothing_is_done_to_somebody_whose_name_is_hidden(colleague: Colleague) -> None:
    await colleague.keys("n")
    colleague.expect("•••", "Names")
    colleague.expect_not("Revoke", "New pass", "Mark")
    await colleague.keys("p", "r", "g", "space")
    colleague.expect("Members and passes")
    colleague.expect_not("Sheet (", "?")
    await colleague.keys("n")
    colleague.expect("Mei", "Revoke", "New pass", "Groups", "Mark")


async def test_members_join_and_leave_groups(clinic: Clinic) -> None:
    clinic.add_session("Room 2", enrolled=True)
    members_of(clinic, "Mei")
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("p", "enter", "g")
        colleague.expect("Join or leave which group?", "Group of Room 2")
        await colleague.keys("a")
        colleague.expect("On the group's list.", "Group of Room 2")
        await colleague.keys("n", "g")
        colleague.expect("takes them off")
        await colleague.keys("a")
        colleague.expect("Off the group's list.")


async def test_several_passes_go_to_one_sheet(clinic: Clinic) -> None:
    members_of(clinic, "Arjun", "Mei", "Siti")
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("p", "enter", "space", "down", "down", "space")
        colleague.expect("Sheet (2)", "✓")
        await colleague.keys("s")
        colleague.expect("A sheet with 2 new passes?")
        await colleague.keys("y")
        await colleague.see_next_second()
        colleague.expect("Printed: the passes.")
        colleague.expect_not("Sheet (")
    (sheet,) = colleague.written.printer.sheets
    assert {one.name for one in sheet} == {"Arjun", "Siti"}
    for one in sheet:
        code = decode(one.digits)
        assert isinstance(code, Code)
        assert code.kind is CodeKind.PASS


async def test_what_becomes_of_a_pass_is_read_on_a_low_screen_too(clinic: Clinic) -> None:
    sentence = (
        "The print command did not end within 60 seconds and was stopped; see whether the printer"
        " is on and has paper. The file is in the exports folder: passes-2026-03-02-1a2b.pdf."
        " Print it, then delete it."
    )
    async with at_desk(clinic, "manager", size=(56, 16)) as colleague:
        await colleague.keys("p", "enter", "a")
        await colleague.type("Zoe", "enter")
        colleague.written.printer.result = PrintResult(PrintState.FAILED, sentence)
        await colleague.keys("p")
        await colleague.see_next_second()
        said = " ".join(line[:26].strip() for line in colleague.lines)
        assert "Not printed: the passes." in said
        assert "then delete it." in said
