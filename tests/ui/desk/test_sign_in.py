"""The way in, the lock and the way out."""

from kiosk.domain.staff import Role
from kiosk.errors import StoreDamaged
from kiosk.ui.desk.messages import Exit
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.widgets.inputs import Field
from kiosk.usecases.staff.accounts import NewAccount
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.deskscreens import Colleague, at_desk

NEW = "another long passphrase"


async def test_signing_in_shows_what_the_roles_allow(clinic: Clinic) -> None:
    clinic.add_staff("fay", Role.FACILITATOR)
    async with at_desk(clinic) as colleague:
        colleague.expect("Staff desk", "Sample clinic", "Mon 2 Mar 12:00")
        colleague.expect_not("Sign out")
        await colleague.sign_in("fay")
        colleague.expect("fay (facilitator)", "Groups today", "Members and passes", "Sign out")
        colleague.expect_not("Callbacks", "Staff")


async def test_a_wrong_name_and_a_wrong_passphrase_read_alike(clinic: Clinic) -> None:
    said = []
    async with at_desk(clinic) as colleague:
        for name, passphrase in (("manager", "wrong wrong wrong"), ("nobody", PASSPHRASE)):
            await colleague.sign_in(name, passphrase)
            colleague.expect("That did not open. Check the name and the passphrase.")
            said.append(colleague.picture().replace(name.ljust(8), " " * 8))
            await colleague.keys("up")
            await colleague.at_once(*["backspace"] * len(name))
    assert said[0] == said[1]


async def test_the_wait_counts_down_and_nothing_is_tried_meanwhile(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        await colleague.type("manager", "enter")
        for _ in range(3):
            await colleague.type("wrong wrong wrong", "enter")
        colleague.expect("Please wait 5 seconds, then try again.")
        await colleague.wait(2)
        colleague.expect("Please wait 3 seconds, then try again.")
        await colleague.type(PASSPHRASE, "enter")
        colleague.expect("Please wait 3 seconds")
        clinic.clock.move(seconds=6)
        await colleague.wait(4)
        colleague.expect("You can try again now.")
        await colleague.keys("enter")
        colleague.expect("What would you like to do?")


async def test_empty_fields_are_no_try(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        await colleague.keys("enter")
        colleague.expect("Please type the name that you sign in with.")
        await colleague.type("manager", "enter")
        colleague.expect_not("Please type")
        for _ in range(4):
            await colleague.keys("enter")
        colleague.expect("Please type your name and your passphrase.")


async def test_a_given_passphrase_opens_nothing_before_it_is_replaced(clinic: Clinic) -> None:
    desk = clinic.access.accounts_desk(clinic.manager)
    desk.add(NewAccount("fay", PASSPHRASE, frozenset({Role.FACILITATOR})))
    async with at_desk(clinic, "fay") as colleague:
        colleague.expect("Choose a passphrase of your own", "opens nothing yet")
        await colleague.keys("escape")
        colleague.expect("Choose a passphrase of your own")
        for typed, sentence in (
            ((PASSPHRASE, "short", "short"), "at least 12 characters"),
            ((PASSPHRASE, PASSPHRASE, PASSPHRASE), "please choose another"),
            ((PASSPHRASE, NEW, NEW + "r"), "differ"),
            (("not the old one at all", NEW, NEW), "The old passphrase is not right."),
        ):
            await fill(colleague, *typed)
            colleague.expect(sentence, "Choose a passphrase of your own")
        await fill(colleague, PASSPHRASE, NEW, NEW)
        colleague.expect("What would you like to do?", "Groups today")
        await colleague.keys("q")
        await colleague.sign_in("fay", NEW)
        colleague.expect("Groups today")


async def fill(colleague: Colleague, *texts: str) -> None:
    """Type into the three fields, from the first on."""
    for field, text in zip(("#old", "#new", "#again"), texts, strict=True):
        widget = colleague.screen.query_one(field, Field)
        widget.focus()
        await colleague.settle()
        await colleague.at_once("end", *["backspace"] * len(widget.value), *text)
    await colleague.keys("enter")


async def test_changing_ones_own_passphrase(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("o")
        await fill(colleague, PASSPHRASE, NEW, NEW)
        colleague.expect("What would you like to do?", "Your new passphrase is kept.")
        await colleague.keys("g")
        colleague.expect("Groups today")
        await colleague.keys("q")
        await colleague.sign_in("manager", NEW)
        colleague.expect("What would you like to do?")


async def test_an_idle_desk_locks_and_leads_back(clinic: Clinic) -> None:
    session = clinic.add_session("Room 2")
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("g", "enter")
        colleague.expect(session.label)
        for _ in range(3):
            await colleague.wait(119)
            colleague.expect(session.label)
            await colleague.keys("tab")  # a key keeps it open
        await colleague.wait(121)
        colleague.expect("Locked", "Sign in again, manager.")
        colleague.expect_not(session.label, "Sign out")
        await colleague.type("wrong wrong wrong", "enter")
        colleague.expect("That did not open.", "Locked")
        await colleague.type(PASSPHRASE, "enter")
        colleague.expect(session.label, "Nobody has come yet.")
        await colleague.keys("escape")
        colleague.expect("What would you like to do?")


async def test_somebody_else_can_open_a_locked_desk(clinic: Clinic) -> None:
    clinic.add_staff("fay", Role.FACILITATOR)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("g")
        await colleague.wait(121)
        await colleague.keys("escape")
        colleague.expect("Staff desk")
        colleague.expect_not("manager")
        await colleague.sign_in("fay")
        colleague.expect("What would you like to do?", "fay (facilitator)")


async def test_a_disabled_account_is_out_at_its_next_question(clinic: Clinic) -> None:
    fay = clinic.add_staff("fay", Role.FACILITATOR)
    async with at_desk(clinic, "fay") as colleague:
        await colleague.keys("g")
        colleague.expect("Groups today")
        clinic.access.accounts_desk(clinic.manager).disable(fay.staff.id)
        await colleague.wait(1)
        await colleague.wait(1)
        colleague.expect("Staff desk", "This account may no longer do this; ask a manager.")
        colleague.expect_not("fay")


async def test_signing_out_is_one_step_everywhere(clinic: Clinic) -> None:
    clinic.add_session("Room 2")
    keyed = ((), ("g",), ("g", "enter"), ("g", "enter", "h"), ("g", "enter", "a"), ("p",), ("o",))
    clicked = (("g", "enter"), ("o",))
    async with at_desk(clinic) as colleague:
        for keys in keyed:
            await colleague.enter("manager")
            await colleague.keys(*keys)
            await colleague.keys("f10" if colleague.screen.typing else "q")
            colleague.expect("Staff desk")
        for keys in clicked:
            await colleague.enter("manager")
            await colleague.keys(*keys)
            await colleague.tap("Sign out")
            colleague.expect("Staff desk")


async def test_signing_out_counts_though_another_screen_has_come_in_front(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        await colleague.enter("manager")
        menu = colleague.screen
        await colleague.keys("g")
        menu.leave(Exit.BACK)
        await colleague.settle()
        colleague.expect("Groups today")
        menu.leave(Exit.SIGN_OUT)
        menu.leave(Exit.SIGN_OUT)
        await colleague.settle()
        colleague.expect("Staff desk")


async def test_the_clock_at_the_top_goes_on_and_eight_hours_end_the_stay(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        clinic.clock.move(minutes=1)
        await colleague.wait(1)
        colleague.expect("Mon 2 Mar 12:01")
        clinic.clock.move(hours=7, minutes=58)
        await colleague.wait(1)
        colleague.expect("Mon 2 Mar 19:59")
        clinic.clock.move(minutes=1)
        await colleague.wait(1)
        colleague.expect("Staff desk", "signed in for a long time")


async def test_only_an_office_desk_ends_without_signing_in(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        await colleague.keys("escape")
        assert not colleague.app._exit
        await colleague.sign_in("manager")
        await colleague.keys("x")
        colleague.expect("End the program?", "Yes, end it")
        await colleague.keys("escape")
        colleague.expect("What would you like to do?")
        await colleague.keys("x", "y")
        assert colleague.app._exit


async def test_trouble_at_the_start_is_said(clinic: Clinic) -> None:
    def boot() -> DeskSide:
        raise StoreDamaged("The database is damaged.")

    async with at_desk(clinic, boot=boot) as colleague:
        colleague.expect("The database is damaged.")
        await colleague.sign_in("manager")
        colleague.expect("The database is damaged.")
    # A tick after the last screen does nothing.
    assert not colleague.app.screen_stack
    await colleague.app.tick()
