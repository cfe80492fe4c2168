"""Home says how long people waited for a call lately."""

from collections.abc import Callable

import pytest

from kiosk.domain.callbacks.actions import Attempt, Claim
from kiosk.domain.callbacks.state import AttemptResult
from tests.support.calls import ask, do
from tests.support.desks import Clinic
from tests.support.screens import HOME, TELLING, at_kiosk

KEPT = "In the last four weeks most people were rung within 1 working day."
MISSED = "In the last four weeks most people waited 4 working days. We aim for 2."


def ring(clinic: Clinic, people: int, *, days: int) -> None:
    """Let so many people ask, and ring them some days later."""
    made = [ask(clinic) for _ in range(people)]
    clinic.clock.move(days=days)
    for one in made:
        do(clinic.callbacks, one, Claim(), Attempt(AttemptResult.NO_ANSWER))


def few(clinic: Clinic) -> None:
    ring(clinic, 4, days=0)


def kept(clinic: Clinic) -> None:
    ring(clinic, 6, days=0)


def missed(clinic: Clinic) -> None:
    ring(clinic, 6, days=4)


@pytest.mark.parametrize(("happens", "told"), [(few, ""), (kept, KEPT), (missed, MISSED)])
async def test_home_says_what_was_measured(
    clinic: Clinic, happens: Callable[[Clinic], None], told: str
) -> None:
    happens(clinic)
    async with at_kiosk(clinic) as visitor:
        visitor.expect(HOME, "No groups are planned today.")
        if told:
            visitor.expect(told)
        else:
            visitor.expect_not("four weeks")


@pytest.mark.parametrize("size", TELLING)
async def test_home_stays_calm_at_every_size(clinic: Clinic, size: tuple[int, int]) -> None:
    missed(clinic)
    async with at_kiosk(clinic, size=size) as visitor:
        visitor.expect(HOME, "Withdraw a request", "No groups are planned today.")
        if size == (56, 16):
            visitor.expect_not("four weeks")
        else:
            assert any(MISSED in line for line in visitor.lines)
        visitor.expect_not("▆", "▃", "More")


async def test_no_tile_moves_when_it_comes(clinic: Clinic) -> None:
    for size in TELLING:
        async with at_kiosk(clinic, size=size) as visitor:
            before = visitor.place_of("Withdraw a request"), visitor.place_of("No groups")
            visitor.screen.say(MISSED, "#promise")
            await visitor.settle()
            assert before == (visitor.place_of("Withdraw a request"), visitor.place_of("No groups"))


async def test_it_is_measured_once_an_hour(clinic: Clinic) -> None:
    kept(clinic)
    desk = clinic.visitor
    before = desk.lately_waited()
    assert before is not None
    ring(clinic, 20, days=4)
    clinic.clock.move(days=-4, minutes=59)
    assert desk.lately_waited() == before
    clinic.clock.move(days=4)
    after = desk.lately_waited()
    assert after is not None
    assert (before.days, after.days) == (1, 4)
