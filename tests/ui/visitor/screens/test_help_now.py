"""Help now: the people in the room stand first, on every size of screen."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kiosk.errors import StoreDamaged
from kiosk.records import site
from kiosk.ui.visitor.visit import VisitorSide
from tests.support.desks import Clinic
from tests.support.helplines import helplines_text
from tests.support.screens import at_kiosk, side_of


@pytest.mark.parametrize("size", [(80, 24), (56, 16), (120, 40)], ids=str)
async def test_help_begins_with_the_people_in_the_room(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("h")
        visitor.expect("Staff here now.", "995  Ambulance")


LATER = datetime(2027, 1, 10, 4, 0, tzinfo=UTC)


def publish(clinic: Clinic, text: str) -> None:
    """Let a list come from the centre."""
    with clinic.store.write() as transaction:
        made = site.PublishedHelplines(text, clinic.clock.at)
        site.add_helplines(transaction, clinic.id(), clinic.site.site_id, made)


async def test_a_published_list_takes_the_place_of_the_shipped_one(clinic: Clinic) -> None:
    clinic.clock.at = LATER
    publish(clinic, helplines_text(mindline="1772"))
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("h")
        visitor.expect("Staff here now.", "1772  National mindline")
        await visitor.keys("escape", "t")
        visitor.expect("National mindline  1772")


async def test_a_list_that_comes_later_is_shown_within_a_minute(clinic: Clinic) -> None:
    clinic.clock.at = LATER
    async with at_kiosk(clinic) as visitor:
        publish(clinic, helplines_text(mindline="1772"))
        for _ in range(60):
            await visitor.wait(1)
        await visitor.keys("h")
        visitor.expect("1772  National mindline")


async def test_a_broken_list_from_the_centre_never_shows(clinic: Clinic) -> None:
    publish(clinic, "[[line]]")
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("h")
        visitor.expect("Staff here now.", "1771  National mindline")


async def test_help_stays_when_the_lists_cannot_be_read(clinic: Clinic) -> None:
    def gone() -> str:
        raise StoreDamaged("The file is damaged.")

    def boot() -> VisitorSide:
        side = side_of(clinic)
        desks = replace(side.open_desks(), helplines=gone)
        return replace(side, open_desks=lambda: desks)

    async with at_kiosk(clinic, boot=boot) as visitor:
        await visitor.keys("h")
        visitor.expect("Staff here now.", "1771  National mindline")
