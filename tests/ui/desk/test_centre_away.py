"""A desk that is opened while its centre is away says so and opens by itself once it is back."""

from functools import partial

from kiosk.errors import StoreAway
from kiosk.ui.desk.session import DeskSide
from tests.support.desks import Clinic
from tests.support.deskscreens import Written, at_desk, desk_side

AWAY = "The centre cannot be reached just now."


class Centre:
    """Answers once it is there."""

    def __init__(self, clinic: Clinic) -> None:
        self.is_there = False
        self.tries = 0
        self._open = partial(desk_side, clinic, Written())

    def boot(self) -> DeskSide:
        self.tries += 1
        if not self.is_there:
            raise StoreAway(AWAY)
        return self._open()


async def test_it_is_said_and_tried_again(clinic: Clinic) -> None:
    centre = Centre(clinic)
    async with at_desk(clinic, boot=centre.boot) as colleague:
        colleague.expect("Staff desk", AWAY)
        await colleague.wait(4)
        assert centre.tries == 1
        await colleague.wait(2)
        assert centre.tries == 2
        colleague.expect(AWAY)
        centre.is_there = True
        await colleague.wait(6)
        assert AWAY not in "\n".join(colleague.lines)
        await colleague.sign_in("manager")
        colleague.expect("Audit trail")


async def test_who_signs_in_first_finds_the_clinics_own_time(clinic: Clinic) -> None:
    centre = Centre(clinic)
    async with at_desk(clinic, boot=centre.boot) as colleague:
        await colleague.sign_in("manager")
        colleague.expect(AWAY)
        centre.is_there = True
        await colleague.type("manager", "enter")
        assert colleague.app.clinic.name == ""
        await colleague.keys("escape")
        await colleague.sign_in("manager")
        assert colleague.app.clinic.zone == clinic.site.zone
