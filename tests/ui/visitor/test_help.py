"""Help now: the people in the room stand first, on every size of screen."""

import pytest

from tests.support.desks import Clinic
from tests.support.screens import at_kiosk


@pytest.mark.parametrize("size", [(80, 24), (56, 16), (120, 40)], ids=str)
async def test_help_begins_with_the_people_in_the_room(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("h")
        visitor.expect("Staff here now.", "995  Ambulance")
