"""What a caller does about a request: one transaction, one holder, one event a revision."""

from datetime import timedelta
from typing import Any

import pytest

from kiosk.domain.callbacks.actions import (
    Action,
    ActionResult,
    AddNote,
    Attempt,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
    HeldBy,
    Hold,
    OutOfDate,
    Refusal,
    Refused,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.callbacks.slips import RequestPhase, SlipNews, half_day
from kiosk.domain.callbacks.state import AttemptResult, Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import WorkRow
from kiosk.errors import RevisionTaken, SignedOut
from kiosk.records.callbacks import facts
from tests.support.calls import ask, caller, do, trail_of
from tests.support.desks import Clinic

pytestmark = pytest.mark.central


def test_a_request_is_claimed_called_reached_and_closed(clinic: Clinic) -> None:
    id_, ann = ask(clinic), caller(clinic, "ann")
    ann.worklist()
    row = do(ann, id_, Claim())
    assert (row.state.status, row.holder, row.held_by_me) == (RequestStatus.CLAIMED, "ann", True)
    assert row.claim_ends == clinic.clock.at + clinic.rules.claim
    row = do(ann, id_, Attempt(AttemptResult.REACHED_SELF))
    assert (row.state.status, row.schedule.attempts, row.schedule.last_result) == (
        "reached",
        1,
        "reached_self",
    )
    row = do(ann, id_, Close(Outcome.GROUP_JOINED))
    assert (row.state.status, row.state.reason, row.holder) == (
        RequestStatus.CLOSED,
        "group_joined",
        "",
    )
    assert (row,) == ann.worklist().rows
    assert trail_of(clinic, id_) == [
        "callback_claimed",
        "callback_attempt",
        "callback_closed",
    ]


def test_somebody_elses_request_is_left_alone_until_the_claim_ends(clinic: Clinic) -> None:
    id_, ann, ben = ask(clinic), caller(clinic, "ann"), caller(clinic, "ben")
    ends = do(ann, id_, Claim()).claim_ends
    events = clinic.count("callback_event")
    for revision in (0, 1):
        for action in (Claim(), Withdraw(), Close(Outcome.DECLINED)):
            held = ben.act(id_, revision, action)
            assert isinstance(held, HeldBy)
            assert (held.login, held.until, held.row.held_by_me) == ("ann", ends, False)
    assert clinic.count("callback_event") == events
    clinic.clock.move(minutes=30)
    assert do(ben, id_, Claim()).holder == "ben"
    assert isinstance(ann.act(id_, 1, Attempt(AttemptResult.BUSY)), HeldBy)


def test_a_claim_that_is_somebody_elses_by_now_is_not_ones_own_a_second_time(
    clinic: Clinic,
) -> None:
    id_, ann, ben = ask(clinic), caller(clinic, "ann"), caller(clinic, "ben")
    do(ann, id_, Claim())
    clinic.clock.move(minutes=31)
    do(ben, id_, Claim())
    answer = ann.act(id_, 0, Claim())
    assert isinstance(answer, HeldBy)
    assert answer.login == "ben"


def test_a_claim_made_by_a_clock_that_was_far_ahead_holds_nobody_up(clinic: Clinic) -> None:
    id_, ann, ben = ask(clinic), caller(clinic, "ann"), caller(clinic, "ben")
    clinic.clock.move(minutes=5)
    do(ann, id_, Claim())
    clinic.clock.move(minutes=-5)
    assert isinstance(ben.act(id_, 1, Claim()), HeldBy)
    clinic.clock.move(days=365)
    do(clinic.callbacks, id_, Claim())
    clinic.clock.move(days=-365)
    assert do(ben, id_, Claim()).held_by_me


def test_what_changed_since_the_list_was_read_is_shown_and_not_overwritten(clinic: Clinic) -> None:
    id_, ann, ben = ask(clinic), caller(clinic, "ann"), caller(clinic, "ben")
    do(ann, id_, Claim(), Release())
    late = ben.act(id_, 0, Claim())
    assert isinstance(late, OutOfDate)
    assert late.row.state.revision == 2
    assert isinstance(ben.act(id_, late.row.state.revision, Claim()), Done)


@pytest.mark.parametrize(
    "action",
    [
        Claim(),
        Escalate("Says they are not safe."),
        Withdraw(),
    ],
)
def test_pressed_twice_is_done_once(clinic: Clinic, action: Action) -> None:
    id_, ann = ask(clinic), caller(clinic, "ann")
    first = ann.act(id_, 0, action)
    trail = clinic.count("audit_event")
    clinic.clock.move(seconds=1)
    again = ann.act(id_, 0, action)
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert again.row.state.revision == first.row.state.revision == 1
    assert (clinic.count("callback_event"), clinic.count("audit_event")) == (1, trail)


def test_the_same_thing_done_by_a_colleague_is_no_repeat(clinic: Clinic) -> None:
    id_, ann, ben = ask(clinic), caller(clinic, "ann"), caller(clinic, "ben")
    do(ann, id_, Escalate("Says they are not safe."))
    late = ben.act(id_, 0, Escalate("Has nowhere to sleep tonight."))
    assert isinstance(late, OutOfDate)
    assert late.row.state.status is RequestStatus.ESCALATED
    assert clinic.count("callback_event") == 1


def test_another_thing_on_an_old_revision_is_no_repeat(clinic: Clinic) -> None:
    id_, ann = ask(clinic), caller(clinic, "ann")
    do(ann, id_, Claim(), Attempt(AttemptResult.BUSY))
    assert isinstance(ann.act(id_, 1, Attempt(AttemptResult.BUSY)), Done)
    assert isinstance(ann.act(id_, 1, Attempt(AttemptResult.NO_ANSWER)), OutOfDate)
    assert clinic.count("callback_event") == 2


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Attempt(AttemptResult.NO_ANSWER), Refusal.NOT_CLAIMED),
        (Close(Outcome.INFORMATION_GIVEN), Refusal.NOT_CLAIMED),
        (Reopen(), Refusal.NOT_CLOSED),
        (Undo("A slip of the finger"), Refusal.NOTHING_TO_UNDO),
    ],
)
def test_what_the_rules_refuse_writes_nothing(
    clinic: Clinic, action: Action, reason: Refusal
) -> None:
    id_, desk = ask(clinic), clinic.callbacks
    desk.worklist()
    trail = clinic.count("audit_event")
    refused = desk.act(id_, 0, action)
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert (clinic.count("callback_event"), clinic.count("audit_event")) == (0, trail)


def test_a_request_on_hold_waits(clinic: Clinic) -> None:
    id_, desk = ask(clinic), clinic.callbacks
    until = clinic.clock.at + timedelta(days=2)
    row = do(desk, id_, Claim(), Hold(until))
    assert (row.state.status, row.schedule.next_at, row.schedule.call_now) == (
        RequestStatus.WAITING,
        until,
        False,
    )


def test_a_closed_request_is_put_back_and_an_undo_takes_back(clinic: Clinic) -> None:
    id_, desk = ask(clinic), clinic.callbacks
    do(desk, id_, Claim(), Close(Outcome.NO_LONGER_NEEDED))
    assert do(desk, id_, Undo("The wrong one")).state.status is not RequestStatus.CLOSED
    assert do(desk, id_, Claim(), Close(Outcome.DECLINED)).state.status is RequestStatus.CLOSED
    assert do(desk, id_, Reopen("They rang again")).state.status is RequestStatus.NEW


@pytest.mark.own_file
def test_the_slip_shows_what_staff_have_begun(clinic: Clinic) -> None:
    draft = clinic.draft()
    digits = clinic.visitor.request_callback(draft).slip_digits
    clinic.clock.move(hours=1)
    begun = clinic.clock.at
    do(clinic.callbacks, draft.id, Claim())
    state = clinic.visitor.slip_state(digits)
    assert state.news == SlipNews(RequestPhase.WITH_CLINIC, half_day(begun, clinic.site.zone))
    clinic.clock.move(hours=1)
    assert clinic.visitor.withdraw_by_slip(digits).phase is RequestPhase.WITHDRAWN
    row = clinic.callbacks.row(draft.id)
    assert isinstance(row, WorkRow)
    assert (row.state.status, row.holder, row.schedule.call_now) == (
        RequestStatus.WITHDRAWN,
        "",
        False,
    )


def test_a_typed_withdrawal_is_confirmed_or_dismissed(clinic: Clinic) -> None:
    first, second = clinic.draft("Mei"), clinic.draft("Ah Meng")
    references = [clinic.visitor.request_callback(one).reference for one in (first, second)]
    for reference in references:
        clinic.visitor.note_withdrawal(reference)
    desk = clinic.callbacks
    assert all(row.withdrawal_noted for row in desk.worklist().rows)
    clinic.clock.move(minutes=1)
    row = do(desk, first.id, Withdraw())
    assert (row.state.status, row.withdrawal_noted) == (RequestStatus.WITHDRAWN, False)
    row = do(desk, second.id, DismissNote())
    assert (row.state.status, row.withdrawal_noted) == (RequestStatus.NEW, False)
    assert not any(row.withdrawal_noted for row in desk.worklist().rows)
    # Typed once more after that, it waits for staff once more; before, it was kept once.
    clinic.clock.move(minutes=1)
    for _ in range(2):
        clinic.visitor.note_withdrawal(references[1])
    assert clinic.count("callback_withdrawal") == 3
    assert {row.request.id for row in desk.worklist().rows if row.withdrawal_noted} == {second.id}


def test_who_lost_the_race_for_a_revision_is_told_so(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a centre two transactions may read the same revision; the constraint lets one win."""
    id_, ann, ben = ask(clinic), caller(clinic, "ann"), caller(clinic, "ben")
    trail: list[int] = []

    def lost(*_: object) -> None:
        raise RevisionTaken("Somebody changed this request at the same time.")

    with monkeypatch.context() as race:
        race.setattr(facts, "add_event", lost)
        answer: ActionResult = ben.act(id_, 0, Claim())
    trail.append(clinic.count("callback_event"))
    assert isinstance(answer, OutOfDate)
    assert trail == [0]
    do(ann, id_, Claim())


def test_a_note_is_kept_whatever_was_done_meanwhile_and_holds_nobody_up(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, ann, ben = ask(clinic), caller(clinic, "ann"), caller(clinic, "ben")
    held = do(ann, id_, Claim())
    # As ben saw it: nobody had it. The second press and a lost race write it once.
    taken, add_event = [RevisionTaken("taken")], facts.add_event

    def lose_once(*words: Any) -> None:
        if taken:
            raise taken.pop()
        add_event(*words)

    monkeypatch.setattr(facts, "add_event", lose_once)
    for text in ("rang us back", "rang us back", "at home from three on"):
        assert isinstance(ben.act(id_, 0, AddNote(text)), Done)
    assert [entry.note for entry in ben.history(id_) if entry.note] == [
        "rang us back",
        "at home from three on",
    ]
    # For ann nothing has changed but what an undo would take back.
    assert isinstance(ann.act(id_, held.state.revision, Undo("mine")), OutOfDate)
    missed = ann.act(id_, held.state.revision, Attempt(AttemptResult.NO_ANSWER))
    assert isinstance(missed, Done)
    assert not missed.row.held_by_me
    do(ann, id_, Claim(), Close(Outcome.DECLINED), AddNote("rang again"), Undo("not theirs"))
    assert do(ann, id_).state.status is RequestStatus.CLOSED
    assert ann.history(id_)[-2].undone
    assert trail_of(clinic, id_).count("callback_noted") == 3


def test_a_caller_without_the_role_any_more_does_nothing(clinic: Clinic) -> None:
    id_, ann = ask(clinic), caller(clinic, "ann")
    clinic.bend("UPDATE staff_account SET roles='facilitator' WHERE login='ann'")
    for question in (lambda: ann.act(id_, 0, Claim()), lambda: ann.reveal(id_)):
        with pytest.raises(SignedOut):
            question()
    assert clinic.count("callback_event") == 0
