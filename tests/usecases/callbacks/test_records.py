"""What a desk tells of a request: its history, its number, its duplicates, its export."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kiosk.domain.callbacks.actions import (
    Attempt,
    Claim,
    Close,
    Escalate,
    Merge,
    NotFound,
    Refusal,
    Refused,
    Release,
    Undo,
)
from kiosk.domain.callbacks.slips import RequestPhase
from kiosk.domain.callbacks.state import AttemptResult, Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import PhoneContact, WorklistFilter, WorklistPart, WorkRow
from kiosk.errors import RevisionTaken
from kiosk.records.callbacks.facts import add_event
from kiosk.records.schema.tables import CallbackEvent
from tests.support.calls import ask, caller, do, trail_of
from tests.support.desks import NOON, Clinic

pytestmark = pytest.mark.central(full=True)


def test_the_history_tells_the_story(clinic: Clinic) -> None:
    draft = clinic.draft()
    digits = clinic.visitor.request_callback(draft).slip_digits
    desk = caller(clinic, "ann")
    steps = (
        Claim(),
        Attempt(AttemptResult.BUSY, note="Engaged \x1b[31mtwice"),
        Undo("That was another number"),
        Release(),
    )
    for step in steps:
        clinic.clock.move(minutes=1)
        do(desk, draft.id, step)
    clinic.clock.move(minutes=1)
    clinic.visitor.withdraw_by_slip(digits)
    told = desk.history(draft.id)
    assert [(e.kind, e.outcome, e.by, e.undone) for e in told] == [
        ("claimed", "", "ann", False),
        ("attempt", "busy", "ann", True),
        ("undone", "", "ann", False),
        ("released", "", "ann", False),
        ("withdrawn_by_slip", "", "", False),
    ]
    assert [e.note for e in told] == [
        "",
        "Engaged [31mtwice",
        "That was another number",
        "",
        "",
    ]
    assert [e.revision for e in told] == [1, 2, 3, 4, 0]
    assert told[2].other_id == told[1].event_id
    assert (told[0].at, told[0].next_at) == (
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=1) + clinic.rules.claim,
    )


def test_notes_are_sealed_and_opening_them_is_audited_once(clinic: Clinic) -> None:
    id_, desk = ask(clinic), clinic.callbacks
    do(desk, id_, Escalate("Xanthippe asked for it"))
    (sealed,) = clinic.column("SELECT sealed_note FROM callback_event")
    assert b"Xanthippe" not in sealed
    if clinic.owner is None:
        payloads = clinic.column("SELECT payload FROM outbox")
        assert not any("Xanthippe" in payload for payload in payloads)
    for reader in (desk, desk, clinic.callbacks):
        assert [e.note for e in reader.history(id_)] == ["Xanthippe asked for it"]
    assert trail_of(clinic, id_).count("callback_notes_opened") == 2


def test_a_note_of_another_event_does_not_open(clinic: Clinic) -> None:
    one, two, desk = ask(clinic), ask(clinic), clinic.callbacks
    do(desk, one, Escalate("Said to one"))
    do(desk, two, Escalate("Said to two"))
    clinic.bend(
        "UPDATE callback_event SET sealed_note=(SELECT sealed_note FROM callback_event"
        " WHERE request_id=:one)",
        one=one,
    )
    assert [e.note for e in desk.history(one)] == ["Said to one"]
    assert [e.note for e in desk.history(two)] == [""]


def test_a_number_is_revealed_on_purpose_and_audited_every_time(clinic: Clinic) -> None:
    id_, desk = ask(clinic), clinic.callbacks
    (row,) = desk.worklist().rows
    assert "8123" not in repr(row) + repr(desk.worklist())
    for _ in range(2):
        assert desk.reveal(id_) == PhoneContact("8123 4567", "+6581234567")
    assert trail_of(clinic, id_) == ["callback_revealed"] * 2
    assert desk.reveal(clinic.id()) == NotFound()
    assert desk.history(clinic.id()) == ()


def test_requests_of_one_number_are_suggested_as_duplicates(clinic: Clinic) -> None:
    old, closed, first, second, other = (clinic.draft(name) for name in "abcde")
    for draft in (old, closed):
        clinic.visitor.request_callback(draft)
        do(clinic.callbacks, draft.id, Claim(), Close(Outcome.DECLINED))
        clinic.clock.move(days=20)
    desk = clinic.callbacks
    for draft in (first, second, replace(other, phone="+6591234567")):
        clinic.visitor.request_callback(draft)
    assert {row.request.id for row in desk.duplicates(first.id)} == {old.id, closed.id, second.id}
    assert desk.duplicates(other.id) == desk.duplicates(clinic.id()) == ()


def test_a_merged_request_is_a_duplicate_and_loses_nothing(clinic: Clinic) -> None:
    one, two, desk = clinic.draft(), clinic.draft(), clinic.callbacks
    for draft in (one, two):
        clinic.visitor.request_callback(draft)
    do(desk, two.id, Claim(), Attempt(AttemptResult.BUSY))
    row = do(desk, two.id, Claim(), Merge(one.id))
    assert (row.state.status, row.state.merged_into) == (RequestStatus.DUPLICATE, one.id)
    assert [e.kind for e in desk.history(two.id)] == ["claimed", "attempt", "claimed", "merged"]
    shown = {row.request.id: row.state.status for row in desk.worklist().rows}
    assert shown == {one.id: RequestStatus.NEW, two.id: RequestStatus.DUPLICATE}


def test_nothing_is_merged_into_what_is_not_open(clinic: Clinic) -> None:
    one, two, desk = ask(clinic), ask(clinic), clinic.callbacks
    do(desk, one, Claim(), Close(Outcome.DECLINED))
    do(desk, two, Claim())
    for into in (one, two, clinic.id()):
        refused = desk.act(two, 1, Merge(into))
        assert isinstance(refused, Refused)
        assert refused.reason is Refusal.SAME_REQUEST


def test_the_slip_of_a_duplicate_stands_for_both(clinic: Clinic) -> None:
    one, two, desk = clinic.draft(), clinic.draft(), clinic.callbacks
    receipts = [clinic.visitor.request_callback(draft) for draft in (one, two)]
    do(desk, two.id, Claim(), Merge(one.id))
    for receipt in receipts[1:]:
        assert clinic.visitor.slip_state(receipt.slip_digits).phase is RequestPhase.WITH_CLINIC
    clinic.visitor.note_withdrawal(receipts[1].reference)
    assert [row.request.id for row in desk.worklist().rows if row.withdrawal_noted] == [one.id]
    clinic.clock.move(hours=1)
    withdrawn = clinic.visitor.withdraw_by_slip(receipts[1].slip_digits)
    assert withdrawn.phase is RequestPhase.WITHDRAWN
    assert clinic.visitor.slip_state(receipts[0].slip_digits).phase is RequestPhase.WITHDRAWN
    assert clinic.visitor.withdraw_by_slip(receipts[1].slip_digits) == withdrawn
    assert clinic.count("callback_withdrawal") == 3
    assert {row.state.status for row in desk.worklist().rows} == {RequestStatus.WITHDRAWN}


def test_the_export_is_the_whole_list_that_was_asked_for(clinic: Clinic) -> None:
    desk, told = clinic.callbacks, list[tuple[int, int]]()
    home, abroad = clinic.draft("Mei"), clinic.draft("Ann", "+442079460018")
    for draft in (home, abroad):
        clinic.visitor.request_callback(draft)
    do(desk, home.id, Claim(), Attempt(AttemptResult.REACHED_SELF), Close(Outcome.GROUP_JOINED))
    before = clinic.count("audit_event")
    rows = {
        row.request.id: row
        for row in desk.export_rows(WorklistFilter(WorklistPart.ALL), lambda *n: told.append(n))
    }
    assert told == [(2, 2)]
    assert (rows[home.id].phone_local, rows[home.id].phone_e164) == ("8123 4567", "+6581234567")
    assert rows[abroad.id].phone_local == "+44 20 7946 0018"
    closed = rows[home.id]
    assert (closed.state.status, closed.state.reason, closed.state.since) == (
        "closed",
        "group_joined",
        NOON,
    )
    assert closed.first_attempt_at == closed.last_attempt_at == NOON
    assert (closed.schedule.attempts, closed.schedule.last_result) == (1, "reached_self")
    assert rows[abroad.id].first_attempt_at is rows[abroad.id].state.since is None
    only = desk.export_rows(WorklistFilter(WorklistPart.CLOSED))
    assert [row.request.reference for row in only] == [closed.request.reference]
    assert clinic.count("audit_event") == before + 2 + 1


def test_one_revision_is_used_once(clinic: Clinic) -> None:
    def event(id_: UUID) -> CallbackEvent:
        return CallbackEvent(
            id=clinic.id(),
            site_id=clinic.site.site_id,
            kiosk_id=clinic.site.kiosk_id,
            request_id=id_,
            revision=1,
            kind="claimed",
            by_staff=clinic.manager.staff.id,
            at=datetime(2026, 3, 2, tzinfo=UTC),
        )

    id_ = ask(clinic)
    with clinic.store.write() as transaction:
        add_event(transaction, event(id_), NOON)
    numbered = clinic.column("SELECT last_seq FROM sync_state")
    with pytest.raises(RevisionTaken), clinic.store.write() as transaction:
        add_event(transaction, event(id_), NOON)
    assert clinic.count("callback_event") == 1
    assert clinic.column("SELECT last_seq FROM sync_state") == numbered


def test_a_request_is_found_by_its_reference_and_no_other_is_opened(clinic: Clinic) -> None:
    mine, other = ask(clinic), ask(clinic, "Ravi")
    desk = caller(clinic, "ann")
    reference = clinic.callbacks.row(mine)
    assert isinstance(reference, WorkRow)
    assert desk.named(reference.request.reference) == desk.row(mine)
    assert trail_of(clinic, other) == []
    assert desk.named("222-22222") == NotFound()
