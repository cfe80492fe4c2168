"""When a desk locks or somebody signs out, keys, desks and opened names are gone."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable

from textual.dom import DOMNode

from kiosk.domain.attendance.roster import Arrival, IssuedPass, Member
from kiosk.domain.staff import Role
from kiosk.ui.desk.sign_in import SignInScreen
from kiosk.ui.widgets.inputs import Field
from kiosk.usecases.staff_desk import SignedIn, StaffDesk
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.deskscreens import Colleague, at_desk

NAME = "Xanthippe"


async def by_idling(colleague: Colleague) -> None:
    await colleague.wait(121)


async def by_signing_out(colleague: Colleague) -> None:
    await colleague.keys("q")


async def by_click(colleague: Colleague) -> None:
    await colleague.tap("Sign out")


ENDS: tuple[Callable[[Colleague], Awaitable[None]], ...] = (by_idling, by_signing_out, by_click)


async def living(colleague: Colleague, *kinds: type) -> list[object]:
    """Every object of some classes that can still be reached."""
    await colleague.door.let_go()
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, kinds)]


def start_and_cancel_a_timer() -> None:
    """Do what many a wait does; the loop keeps what it was done on until it would be due."""
    asyncio.get_running_loop().call_later(3600, bool).cancel()


async def at_names(colleague: Colleague) -> list[weakref.ref[DOMNode]]:
    """Show somebody's name on the roster, with screens below it; return what is on them."""
    await colleague.keys("g", "enter", "n")
    colleague.expect(NAME)
    colleague.screen.call_later(start_and_cancel_a_timer)
    await colleague.settle()
    return [
        weakref.ref(node)
        for screen in colleague.app.screen_stack[1:]
        for node in screen.walk_children(with_self=True)
    ]


async def test_nothing_of_a_roster_is_left(clinic: Clinic) -> None:
    clinic.add_staff("fay", Role.FACILITATOR)
    session = clinic.add_session("Room 2", starts=-20)
    clinic.visitor.check_in(clinic.passes.issue_pass(NAME, "en").digits, session.id)
    async with at_desk(clinic) as colleague:
        for end in ENDS:
            await colleague.enter("fay")
            seen = await at_names(colleague)
            assert await living(colleague, Arrival)
            await end(colleague)
            assert isinstance(colleague.screen, SignInScreen)
            colleague.expect_not(NAME)
            below = colleague.app.screen_stack[1:]
            assert [one for one in below if one is not colleague.screen] == []
            assert await living(colleague, Arrival, StaffDesk) == []
            assert [one for one in await living(colleague, SignedIn) if "fay" in repr(one)] == []
            assert [ref() for ref in seen if ref() is not None] == []
            if end is by_idling:
                await the_lock_remembers_the_login_and_the_place_only(colleague)


async def the_lock_remembers_the_login_and_the_place_only(colleague: Colleague) -> None:
    colleague.expect("Locked", "fay")
    assert NAME not in repr(vars(colleague.app))
    await colleague.type(PASSPHRASE, "enter")
    colleague.expect("•••", "1 here")
    colleague.expect_not(NAME)
    await colleague.keys("q")


async def test_nothing_of_a_pass_is_left(clinic: Clinic) -> None:
    clinic.passes.issue_pass(NAME, "en")
    clinic.add_staff("fay", Role.FACILITATOR)
    async with at_desk(clinic) as colleague:
        for end in ENDS:
            await colleague.enter("fay")
            await colleague.keys("p", "enter", "p", "y")
            colleague.expect(f"The pass of {NAME}")
            assert await living(colleague, IssuedPass)
            await end(colleague)
            colleague.expect_not(NAME)
            assert await living(colleague, IssuedPass, Member, StaffDesk) == []
            if end is by_idling:
                await colleague.keys("escape")


async def test_a_passphrase_does_not_outlive_its_try(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        await colleague.sign_in("manager", "wrong wrong wrong")
        fields = [one.value for one in colleague.screen.query(Field)]
        assert fields == ["manager", ""]
        await colleague.type(PASSPHRASE, "enter")
        assert not any(
            one.value for one in await living(colleague, Field) if isinstance(one, Field)
        )
