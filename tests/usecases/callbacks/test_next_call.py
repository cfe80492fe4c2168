"""The next call, the one who rings back, handing over, and talks that are booked."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.actions import (
    AddNote,
    Attempt,
    Book,
    Claim,
    Close,
    HandOver,
    Hold,
    Refusal,
    Refused,
    Reopen,
)
from kiosk.domain.callbacks.request import Window
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.callbacks.state import (
    AttemptResult,
    Booking,
    EventKind,
    Outcome,
    RequestEvent,
    RequestStatus,
    callback_state,
)
from kiosk.domain.callbacks.worklist import WorklistFilter, WorklistPart, WorkRow
from kiosk.domain.staff import Role
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.callbacks.worklist import Viewer, work_row
from tests.support.calls import caller, do, trail_of
from tests.support.desks import NOON, Clinic
from tests.support.trials import ALI, ASKED, MADE_AT, MEI, OFFICE

pytestmark = pytest.mark.central

TUESDAY = NOON + timedelta(days=1)


def wants_a_call(clinic: Clinic, name: str, phone: str = "+6581234567") -> UUID:
    """Ask for a call at any time, a minute after the one before."""
    clinic.clock.move(minutes=1)
    draft = replace(clinic.draft(name, phone), windows=frozenset({Window.ANY}))
    clinic.visitor.request_callback(draft)
    return draft.id


def next_of(desk: CallbackDesk, present: UUID | None = None) -> UUID:
    row = desk.next_call(present)
    assert row is not None
    assert row.held_by_me
    return row.request.id


def held(desk: CallbackDesk) -> list[UUID]:
    return [row.request.id for row in desk.worklist().rows if row.held_by_me]


def test_the_next_call_lets_go_of_the_present_one_and_comes_round_to_all(clinic: Clinic) -> None:
    ids = [wants_a_call(clinic, name) for name in ("Mei", "Siti", "Kumar")]
    desk = caller(clinic, "ann")
    first = next_of(desk)
    assert first == ids[0]
    # A second press, or an answer that was lost, takes no second request.
    assert next_of(desk) == first
    second = next_of(desk, first)
    assert next_of(desk, first) == second == ids[1]
    assert held(desk) == [second]
    clinic.clock.move(minutes=1)
    assert next_of(desk, second) == ids[2]
    clinic.clock.move(minutes=1)
    # What was passed over comes last, so none is left out.
    assert next_of(desk, ids[2]) in ids[:2]
    assert [entry.kind for entry in desk.history(first)][:2] == ["claimed", "released"]
    assert trail_of(clinic, second).count("callback_claimed") == 1


def test_where_there_is_nothing_else_nothing_is_written(clinic: Clinic) -> None:
    one, desk = wants_a_call(clinic, "Mei"), caller(clinic, "ann")
    assert next_of(desk) == one
    before = clinic.count("callback_event")
    assert desk.next_call(one) is None
    assert clinic.count("callback_event") == before
    assert held(desk) == [one]
    # Nor out of hours.
    do(desk, one, Attempt(AttemptResult.NO_ANSWER))
    wants_a_call(clinic, "Siti")
    clinic.clock.move(hours=9)
    assert caller(clinic, "ben").next_call() is None


def test_what_a_colleague_took_in_between_is_passed_over(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [wants_a_call(clinic, name) for name in ("Mei", "Siti")]
    ann, ben = caller(clinic, "ann"), caller(clinic, "ben")
    seen = ann.worklist()
    do(ben, ids[0], Claim())
    # As ann's desk had read the list a moment before.
    monkeypatch.setattr(ann, "worklist", lambda: seen)
    assert next_of(ann) == ids[1]


def test_a_request_handed_over_is_that_colleagues_next_call(clinic: Clinic) -> None:
    first, second = wants_a_call(clinic, "Mei"), wants_a_call(clinic, "Siti")
    ann, ben = caller(clinic, "ann"), caller(clinic, "ben")
    (to_ben,) = (one.id for one in ann.people() if one.login == "ben")
    do(ann, second, Claim())
    handed = do(ann, second, HandOver(to_ben, "knows her"))
    assert (handed.holder, handed.handed_to, handed.handed_to_me) == ("", "ben", False)
    assert not handed.schedule.call_now
    assert next_of(ann) == first
    assert ann.next_call(first) is None
    assert next_of(ben) == second
    assert ben.history(second)[-2].note == "knows her"
    assert ben.history(second)[-2].whom == "ben"
    # Late, it is everybody's; so nobody is left without a call while a colleague is away.
    do(ben, second, HandOver(to_ben))
    clinic.clock.move(days=2)
    later = caller(clinic, "cat")
    assert next_of(later) in (first, second)


def test_only_a_colleague_who_rings_is_handed_a_request(clinic: Clinic) -> None:
    one, ann = wants_a_call(clinic, "Mei"), caller(clinic, "ann")
    fay = clinic.add_staff("fay", Role.FACILITATOR).staff
    assert [other.login for other in ann.colleagues()] == ["manager"]
    for nobody in (fay.id, clinic.id()):
        refused = ann.act(one, 0, HandOver(nobody))
        assert isinstance(refused, Refused)
        assert refused.reason is Refusal.NO_COLLEAGUE
    # A facilitator may well be who talks with them.
    booked = do(ann, one, Claim(), Book(TUESDAY, fay.id))
    assert booked.booked_with == "fay"


def test_a_talk_is_booked_moved_and_exported(clinic: Clinic) -> None:
    one, desk = wants_a_call(clinic, "Mei"), caller(clinic, "ann")
    (me,) = (person.id for person in desk.people() if person.login == "ann")
    booked = do(desk, one, Claim(), Attempt(AttemptResult.REACHED_SELF), Book(TUESDAY, me))
    assert booked.state.status is RequestStatus.CLOSED
    assert booked.state.booking == Booking(TUESDAY, me)
    moved = do(caller(clinic, "ben"), one, Book(TUESDAY + timedelta(hours=2), me, "rang back"))
    assert moved.booked_for == TUESDAY + timedelta(hours=2)
    (row,) = desk.export_rows(WorklistFilter(WorklistPart.ALL))
    assert (row.booked_for, row.booked_with) == (TUESDAY + timedelta(hours=2), "ann")
    for at, reason in ((NOON, Refusal.PAST), (NOON + timedelta(days=6), Refusal.CLOSED_DAY)):
        refused = desk.act(one, moved.state.revision, Book(at, me))
        assert isinstance(refused, Refused)
        assert refused.reason is reason
    assert do(desk, one, Reopen()).booked_for is None


def test_a_second_press_books_once(clinic: Clinic) -> None:
    one, desk = wants_a_call(clinic, "Mei"), caller(clinic, "ann")
    revision = do(desk, one, Claim()).state.revision
    for _ in range(2):
        desk.act(one, revision, Book(TUESDAY))
    assert [entry.kind for entry in desk.history(one)] == ["claimed", "closed"]


def names(rows: tuple[WorkRow, ...]) -> list[str]:
    return [row.request.preferred_name for row in rows]


def test_who_rings_back_is_found_by_any_form_of_the_number(clinic: Clinic) -> None:
    mei = wants_a_call(clinic, "Mei")
    wants_a_call(clinic, "Siti", "+442079460018")
    desk = caller(clinic, "ann")
    for typed in ("8123 4567", "006581234567", "+65 8123-4567", "1234567"):
        assert names(desk.look_up(typed)) == ["Mei"]
    assert names(desk.look_up("020 7946 0018")) == ["Siti"]
    assert desk.look_up("8123 4568") == desk.look_up("234567") == ()
    assert trail_of(clinic, mei).count("callback_looked_up") == 4
    assert len(clinic.column("SELECT id FROM audit_event WHERE action='callback_looked_up'")) == 7


def test_who_rings_back_is_found_while_something_can_be_done_open_ones_first(
    clinic: Clinic,
) -> None:
    desk = caller(clinic, "ann")
    done, booked, stopped = (wants_a_call(clinic, name) for name in ("Done", "Booked", "Stopped"))
    do(desk, done, Claim(), Close(Outcome.DECLINED))
    assert names(desk.look_up("81234567")) == ["Booked", "Stopped"]
    do(desk, stopped, Claim(), Attempt(AttemptResult.NUMBER_INVALID), Close(Outcome.WRONG_NUMBER))
    do(desk, booked, Claim(), Book(TUESDAY))
    assert set(names(desk.look_up("81234567"))) == {"Booked", "Stopped"}
    wants_a_call(clinic, "Again")
    assert names(desk.look_up("81234567")) == ["Again"]


def test_all_that_was_done_about_a_number_is_in_one_place(clinic: Clinic) -> None:
    desk = caller(clinic, "ann")
    one, two = wants_a_call(clinic, "Mei"), wants_a_call(clinic, "Mei")
    do(desk, one, Claim(), Attempt(AttemptResult.BUSY), AddNote("shift work"))
    do(desk, two, Claim(), Hold(NOON + timedelta(hours=3)))
    found = caller(clinic, "ben").histories([one, two, clinic.id()])
    assert {id_: [entry.kind for entry in entries] for id_, entries in found.items()} == {
        one: ["claimed", "attempt", "noted"],
        two: ["claimed", "held"],
    }
    assert found[one][-1].note == "shift work"


EVERYBODY = frozenset({MEI, ALI})


@given(
    st.sampled_from([None, MEI, ALI, UUID(int=903)]),
    st.integers(0, 24 * 40),
    st.sampled_from([MEI, ALI]),
)
def test_no_handing_over_leaves_somebody_unrung(to: UUID | None, hours: int, viewer: UUID) -> None:
    """What is late and could be rung is rung by whoever looks, whomever it was handed to."""
    handed = RequestEvent(UUID(int=1), 1, EventKind.HANDED_OVER, None, MADE_AT, MEI, with_staff=to)
    now: datetime = MADE_AT + timedelta(hours=hours)
    by = Viewer(viewer, {}, frozenset(), staff=EVERYBODY, callers=EVERYBODY)
    asked, scheduler = replace(ASKED, windows=()), Scheduler(now, OFFICE)
    row = work_row(asked, callback_state((handed,), (), now=now), scheduler, by, noted=False)
    free = work_row(asked, callback_state((), (), now=now), scheduler, by, noted=False)
    if row.schedule.late_by(now) is not None or to not in EVERYBODY or to == viewer:
        assert row.schedule.call_now is free.schedule.call_now
    else:
        assert not row.schedule.call_now
