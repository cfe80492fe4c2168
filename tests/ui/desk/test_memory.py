"""Screens that come and go, locks and sign-ins leave nothing behind, however often.

KIOSK_TEST_ROUNDS sets how often (300 for the long run).
"""

import gc
from collections import Counter
from collections.abc import Awaitable, Callable

from textual.message_pump import MessagePump

from kiosk.domain.staff import Role
from kiosk.usecases.staff_desk import StaffDesk
from tests.support.amounts import amount
from tests.support.calls import ask
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.deskscreens import Colleague, at_desk

ROUNDS = amount(1, 4, "KIOSK_TEST_ROUNDS")
MORE_OBJECTS = 5000
"""Of every kind, for what libraries keep to be faster; one screen alone is made of thousands."""
VISITS = ("g", "p", "c", "s", "f", "r", "d", "a", "k", "o")
"""Every place of the menu."""


async def living(colleague: Colleague) -> Counter[str]:
    """How many objects there are of each class that a screen or a desk is made of."""
    await colleague.door.let_go()
    gc.collect()
    kinds = (MessagePump, StaffDesk)
    return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, kinds))


async def lock_and_unlock(colleague: Colleague) -> None:
    await colleague.wait(121)
    await colleague.type(PASSPHRASE, "enter")
    colleague.expect("What would you like to do?")


async def visit_all(colleague: Colleague) -> None:
    for letter in VISITS:
        await colleague.keys(letter, "escape")
    colleague.expect("What would you like to do?")


async def open_and_ask(colleague: Colleague) -> None:
    await colleague.keys("g", "enter", "h", "escape", "escape", "escape")
    await colleague.keys("c", "enter", "t", "escape", "escape", "escape")
    colleague.expect("What would you like to do?")


ROUND: tuple[Callable[[Colleague], Awaitable[None]], ...] = (
    lock_and_unlock,
    visit_all,
    open_and_ask,
)


async def test_nothing_grows(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    clinic.add_session(starts=-20)
    ask(clinic)
    async with at_desk(clinic, "manager") as colleague:
        for once in ROUND * 2:
            await once(colleague)
        before, objects = await living(colleague), len(gc.get_objects())
        for once in ROUND * ROUNDS:
            await once(colleague)
        # What a wait that was cancelled keeps for a while may be gone by now.
        assert await living(colleague) - before == Counter()
        more = len(gc.get_objects()) - objects
        print(f"{ROUNDS} rounds: {more} objects more of {objects}")  # noqa: T201  figures
        assert more < MORE_OBJECTS
