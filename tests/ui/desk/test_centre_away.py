"""A desk that cannot be opened yet, or no more, says so and opens by itself once it can be."""

from functools import partial
from unittest.mock import patch

import pytest

from kiosk.errors import (
    KioskError,
    SetupError,
    StoreAway,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreReplaced,
)
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.terminal.startup import EXIT_REPLACED
from kiosk.usecases.attendance.roster_desk import RosterDesk
from tests.support.desks import Clinic
from tests.support.deskscreens import Written, at_desk, desk_side

AWAY = "The centre cannot be reached just now."


class Centre:
    """Answers once it is there."""

    def __init__(self, clinic: Clinic, error: Exception) -> None:
        self.is_there = False
        self.tries = 0
        self._error = error
        self._open = partial(desk_side, clinic, Written())

    def boot(self) -> DeskSide:
        self.tries += 1
        if not self.is_there:
            raise self._error
        return self._open()


@pytest.mark.parametrize("kind", [StoreAway, SetupError, StoreBusy, StoreFull, StoreDamaged])
async def test_it_is_said_and_tried_again(clinic: Clinic, kind: type[KioskError]) -> None:
    centre = Centre(clinic, kind(AWAY))
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
    centre = Centre(clinic, StoreAway(AWAY))
    async with at_desk(clinic, boot=centre.boot) as colleague:
        await colleague.sign_in("manager")
        colleague.expect(AWAY)
        centre.is_there = True
        await colleague.type("manager", "enter")
        assert colleague.app.clinic.name == ""
        await colleague.keys("escape")
        await colleague.sign_in("manager")
        assert colleague.app.clinic.zone == clinic.site.zone


async def test_replaced_records_sign_out_and_it_starts_anew_once_that_was_read(
    clinic: Clinic,
) -> None:
    async with at_desk(clinic, "manager") as colleague:
        gone = StoreReplaced("The database file was replaced.")
        with patch.object(RosterDesk, "sessions", side_effect=gone):
            await colleague.keys("g")
        await colleague.wait(0)
        colleague.expect("Staff desk", "The database file was replaced.")
        assert colleague.app.who is None
        await colleague.wait(4)
        assert colleague.app.return_code is None
        await colleague.wait(2)
    assert colleague.app.return_code == EXIT_REPLACED
