"""Asking for a call, and taking it back."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from kiosk.domain.callbacks.actions import Attempt, Book, Claim, Merge
from kiosk.domain.callbacks.request import (
    SERIALS,
    Window,
    format_reference,
    parse_reference,
)
from kiosk.domain.callbacks.slips import HalfDay, RequestPhase, SlipNews, SlipState
from kiosk.domain.callbacks.state import AttemptResult
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.staff import Purpose
from kiosk.usecases.visitor_desk import VisitorDesk
from kiosk.vault.sealing import open_sealed
from tests.support.calls import ask, caller, do
from tests.support.desks import NOON, Clinic

TODAY_PM = HalfDay(date(2026, 3, 2), afternoon=True)
UNKNOWN_SLIP = encode(CodeKind.SLIP, b"nobody's request")


def test_the_receipt_names_the_request_and_nothing_else(clinic: Clinic) -> None:
    draft = clinic.draft()
    receipt = clinic.visitor.request_callback(draft)
    assert parse_reference(receipt.reference) == receipt.reference
    assert receipt.reference.startswith("7K")
    assert receipt.slip_digits == encode(CodeKind.SLIP, draft.slip_secret)
    assert receipt.created_at == NOON


def test_send_pressed_twice_is_one_request_and_one_receipt(clinic: Clinic) -> None:
    draft = clinic.draft()
    first = clinic.visitor.request_callback(draft)
    clinic.clock.move(minutes=1)
    assert clinic.visitor.request_callback(replace(draft, phone="+6590000000")) == first
    assert clinic.count("callback_request") == 1
    assert clinic.numbers() == [draft.phone]


def test_the_recovery_key_opens_it_too(clinic: Clinic) -> None:
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    key = clinic.recovery[Purpose.CALLBACKS]
    with clinic.store.read() as transaction:
        sealed = transaction.connection().execute(text("SELECT sealed FROM callback_request"))
        opened = open_sealed(
            sealed.scalar_one(),
            purpose="callbacks",
            table="callback_request",
            record_id=draft.id,
            keys={key.key_id: key},
        )
    assert opened["name"] == "Mei"
    assert opened["phone"] == "+6581234567"


def test_references_are_unique_on_a_kiosk_whatever_chance_says(clinic: Clinic) -> None:
    serials, ids = iter([5, 5, 5, 6]), count()

    def entropy(size: int) -> bytes:
        number = next(serials) + SERIALS if size == 8 else next(ids)
        return number.to_bytes(size)

    desk = VisitorDesk(
        clinic.store, clinic.clock, entropy, clinic.site, clinic.rules, clinic.sealing
    )
    given = [desk.request_callback(clinic.draft()).reference for _ in range(2)]
    assert given == [format_reference("7K", 5), format_reference("7K", 6)]


def test_a_slip_shows_its_state_and_takes_back_once(clinic: Clinic) -> None:
    digits = clinic.visitor.request_callback(clinic.draft()).slip_digits
    kept = SlipState(SlipNews(RequestPhase.KEPT_HERE, TODAY_PM), digits)
    assert clinic.visitor.slip_state(digits) == kept
    clinic.clock.move(hours=1)
    expected = SlipState(SlipNews(RequestPhase.WITHDRAWN, TODAY_PM), digits)
    assert clinic.visitor.withdraw_by_slip(digits) == expected
    clinic.clock.move(hours=1)
    assert clinic.visitor.withdraw_by_slip(f" {digits}\n") == expected
    assert clinic.visitor.slip_state(digits) == expected
    assert clinic.count("callback_withdrawal") == 1
    (row,) = clinic.callbacks.worklist().rows
    assert (row.state.status, row.state.reason) == ("withdrawn", "withdrawn")


def test_a_closed_request_stays_closed(clinic: Clinic) -> None:
    draft = clinic.draft()
    digits = clinic.visitor.request_callback(draft).slip_digits
    with clinic.store.write() as transaction:
        transaction.connection().execute(
            text(
                "INSERT INTO callback_event (id, site_id, kiosk_id, kiosk_seq, clock_doubtful,"
                " request_id, revision, kind, outcome, by_staff, at) VALUES (:id, :site, :id, 0,"
                " 0, :request, 1, 'closed', 'group_joined', :id, '2026-03-02 05:00:00.000000')"
            ),
            {
                "id": bytes(16),
                "site": clinic.site.site_id.bytes,
                "request": draft.id.bytes,
            },
        )
    closed = SlipState(SlipNews(RequestPhase.DONE, TODAY_PM), digits)
    assert clinic.visitor.slip_state(digits) == closed
    assert clinic.visitor.withdraw_by_slip(digits) == closed
    (row,) = clinic.callbacks.worklist().rows
    assert (row.state.status, row.state.reason) == ("closed", "group_joined")


def test_the_same_times_again_are_a_new_wish_once_staff_have_moved_the_talk(
    clinic: Clinic,
) -> None:
    draft, desk = clinic.draft(), caller(clinic, "ann")
    digits = clinic.visitor.request_callback(draft).slip_digits
    do(desk, draft.id, Claim(), Book(NOON + timedelta(days=1)))
    for moved in range(1, 3):
        clinic.clock.move(hours=1)
        for _ in range(2):
            told = clinic.visitor.retime_by_slip(digits, {Window.WEEKDAY_MORNING}, None)
        assert told.news.moved
        assert clinic.count("callback_retiming") == moved
        assert do(desk, draft.id).wants_other_time
        clinic.clock.move(hours=1)
        do(desk, draft.id, Book(NOON + timedelta(days=2 + moved)))
        assert not clinic.visitor.slip_state(digits).news.moved


def test_a_slip_tells_what_was_done_about_the_request_it_was_merged_into(clinic: Clinic) -> None:
    draft, desk = clinic.draft(), caller(clinic, "ann")
    digits = clinic.visitor.request_callback(draft).slip_digits
    into = ask(clinic)
    do(desk, draft.id, Claim(), Merge(into))
    assert clinic.visitor.slip_state(digits).phase is RequestPhase.WITH_CLINIC
    do(desk, into, Claim(), Attempt(AttemptResult.NO_ANSWER))
    assert clinic.visitor.slip_state(digits).phase is RequestPhase.MISSED


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        (UNKNOWN_SLIP, UNKNOWN_SLIP),
        ("no slip at all", ""),
        (encode(CodeKind.PASS, bytes(16)), ""),
    ],
)
def test_a_slip_of_no_request_is_not_known_and_writes_nothing(
    clinic: Clinic, digits: str, shown: str
) -> None:
    state = SlipState(SlipNews(RequestPhase.NOT_KNOWN), shown)
    assert clinic.visitor.slip_state(digits) == state
    assert clinic.visitor.withdraw_by_slip(digits) == state
    assert clinic.count("callback_withdrawal") == 0


def test_a_typed_reference_is_noted_whatever_exists(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    nobody = format_reference("7K", 1)
    outbox = clinic.count("outbox")
    for typed in (receipt.reference, f" {receipt.reference.lower()} ", nobody, nobody):
        assert clinic.visitor.note_withdrawal(typed) is True
    assert clinic.count("callback_withdrawal") == 2
    assert clinic.count("outbox") == outbox + 2
    (row,) = clinic.callbacks.worklist().rows
    assert (row.state.status, row.withdrawal_noted) == ("new", True)
    assert clinic.visitor.slip_state(receipt.slip_digits).phase is RequestPhase.KEPT_HERE


@pytest.mark.parametrize("typed", ["", "7K4Q", "7K4Q-FMRW", "x" * 1000])
def test_a_mistyped_reference_is_not(clinic: Clinic, typed: str) -> None:
    assert clinic.visitor.note_withdrawal(typed) is False
    assert clinic.count("callback_withdrawal") == 0
