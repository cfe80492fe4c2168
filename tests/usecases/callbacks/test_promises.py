"""The promise on the receipt follows what is measured."""

import pytest

from kiosk.domain.callbacks.actions import Action, Attempt, Claim, Close, Undo
from kiosk.domain.callbacks.state import AttemptResult, Outcome
from kiosk.domain.working_time import WorkingCalendar
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.calls import ask, do
from tests.support.desks import Clinic

ENOUGH = 20
CALLED: tuple[Action, ...] = (
    Claim(),
    Attempt(AttemptResult.REACHED_SELF),
    Close(Outcome.INFORMATION_GIVEN),
)


def called_after(clinic: Clinic, days: int, requests: int, steps: tuple[Action, ...]) -> None:
    """Ask for so many calls and do these steps about each, so many days later."""
    ids = [ask(clinic) for _ in range(requests)]
    clinic.clock.move(days=days)
    desk = clinic.callbacks
    for id_ in ids:
        do(desk, id_, *steps)


def promised(clinic: Clinic, desk: VisitorDesk | None = None) -> int:
    return (desk or clinic.visitor).request_callback(clinic.draft()).promise_days


def test_it_is_three_days_until_enough_is_measured(clinic: Clinic) -> None:
    assert promised(clinic) == 3
    called_after(clinic, 1, ENOUGH - 1, CALLED)
    assert promised(clinic) == 3
    called_after(clinic, 1, 1, CALLED)
    assert promised(clinic) == 1


def test_it_is_what_nine_of_ten_waited_in_working_days(clinic: Clinic) -> None:
    called_after(clinic, 1, 17, CALLED)
    # From Tuesday to the Tuesday after are seven days, five of them worked.
    called_after(clinic, 7, 3, CALLED)
    assert promised(clinic) == 5


@pytest.mark.parametrize(
    "steps",
    [
        (Claim(), Attempt(AttemptResult.REACHED_SELF)),
        (Claim(), Close(Outcome.INFORMATION_GIVEN)),
        (*CALLED, Undo("Not closed")),
    ],
    ids=["not closed", "never called", "undone"],
)
def test_what_is_not_closed_or_was_never_called_does_not_count(
    clinic: Clinic, steps: tuple[Action, ...]
) -> None:
    called_after(clinic, 1, ENOUGH, steps)
    assert promised(clinic) == 3


def test_it_is_measured_once_an_hour(clinic: Clinic) -> None:
    desk = clinic.visitor
    assert promised(clinic, desk) == 3
    called_after(clinic, 0, ENOUGH, CALLED)
    assert promised(clinic, desk) == 3
    clinic.clock.move(minutes=60)
    assert promised(clinic, desk) == 1


def test_the_same_draft_gets_the_same_promise(clinic: Clinic) -> None:
    draft, desk = clinic.draft(), clinic.visitor
    assert desk.request_callback(draft) == desk.request_callback(draft)


def test_no_holiday_is_looked_up_in_vain(clinic: Clinic) -> None:
    def never(_day: object) -> bool:
        raise AssertionError

    calendar = WorkingCalendar(clinic.site.zone, is_holiday=never)
    desk = VisitorDesk(
        clinic.store,
        clinic.clock,
        clinic.entropy,
        clinic.site,
        clinic.rules,
        clinic.sealing,
        calendar,
    )
    assert desk.promise_days() == 3
