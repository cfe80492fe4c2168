"""Which machines need a person, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.request import REFERENCE_ALPHABET
from kiosk.domain.central.fleet import (
    CODE_SYMBOLS,
    KioskView,
    MachineKind,
    describe_needing_machines,
    describe_needs,
    format_clock_offset,
    format_code,
    format_duration,
    free_symbols,
    latest_version,
    new_code,
    parse_code,
    sort_kiosks,
)
from kiosk.domain.working_time import WorkingCalendar

NOW = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
"""A Wednesday, 11:00 in Singapore."""
CALENDAR = WorkingCalendar(ZoneInfo("Asia/Singapore"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FINE = KioskView(
    "Door", "7K", MachineKind.KIOSK, here=False, enrolled_at=NOW - 90 * DAY, joined=True,
    contact_at=NOW - MINUTE, pending=0, parked=0, clock_offset_ms=400, version="0.10.0",
    helplines_review_by=date(2026, 3, 4),
)  # fmt: skip


def said(now: datetime = NOW, newest_version: str = "0.10.0", **changed: Any) -> tuple[str, ...]:
    """What a machine needs that is fine but for some fields."""
    return describe_needs(replace(FINE, **changed), now, newest_version, CALENDAR)


def test_a_machine_in_order_needs_nobody() -> None:
    assert said() == ()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"contact_at": NOW - 16 * MINUTE}, "No contact for 16 minutes."),
        ({"contact_at": NOW - 16 * MINUTE, "pending": 1}, "16 minutes; 1 record waited then."),
        ({"contact_at": NOW - 5 * DAY, "pending": 1200}, "5 days; 1,200 records waited then."),
        ({"contact_at": None}, "No contact yet."),
        ({"parked": 1}, "1 record is set aside."),
        ({"parked": 2}, "2 records are set aside."),
        ({"pending": 3, "waiting_since": NOW - HOUR}, "3 records have waited for 60 minutes."),
        ({"clock_offset_ms": 120_001}, "Its clock is 2 minutes behind."),
        ({"clock_offset_ms": -31_536_000_000}, "Its clock is 365 days ahead."),
        ({"helplines_review_by": date(2026, 3, 3)}, "to be checked by 2026-03-03."),
        ({"version": "0.9.7"}, "It runs version 0.9.7, others 0.10.0."),
        ({"joined": False, "enrolled_at": NOW - 3 * DAY}, "Enrolled 3 days ago, but never joined."),
        ({"revoked_at": NOW - DAY}, "Revoked, but not yet emptied."),
    ],
)
def test_each_reason_is_one_sentence_with_a_next_step(
    changed: dict[str, Any], sentence: str
) -> None:
    (found,) = said(**changed)
    assert sentence.removesuffix(".") in found
    assert found.endswith(".")
    assert len(found) <= 100


@pytest.mark.parametrize(
    "changed",
    [
        {"contact_at": NOW - 15 * MINUTE},
        {"contact_at": NOW + HOUR},
        {"pending": 40_000},
        {"pending": 3, "waiting_since": NOW - 30 * MINUTE},
        {"pending": 0, "waiting_since": NOW - 9 * DAY},
        # By a clock that is behind, which is known, they have not waited so long.
        {"pending": 3, "waiting_since": NOW - 31 * MINUTE, "clock_offset_ms": 119_000},
        {"clock_offset_ms": -120_000},
        {"clock_offset_ms": None, "pending": None, "parked": None, "helplines_review_by": None},
        {"version": "0.10.1"},
        {"version": ""},
        {"contact_at": None, "here": True},
        {"revoked_at": NOW - DAY, "wiped_at": NOW, "parked": 3, "contact_at": NOW - 9 * DAY},
        {"revoked_at": NOW - 31 * DAY},
        {"revoked_at": NOW - DAY, "joined": False},
        {"revoked_at": NOW - DAY, "kind": MachineKind.DESK},
        {"kind": MachineKind.DESK, "contact_at": NOW - 60 * DAY},
    ],
)
def test_what_somebody_need_not_look_at(changed: dict[str, Any]) -> None:
    assert said(**changed) == ()


def test_the_wait_is_measured_by_the_centres_clock() -> None:
    """A kiosk whose clock is a day behind has not kept its records for a day."""
    behind: dict[str, Any] = {
        "pending": 3,
        "waiting_since": NOW - DAY,
        "clock_offset_ms": 86_400_000,
    }
    assert said(**behind) == ("Its clock is 24 hours behind. Set it.",)


def test_a_kiosk_that_is_switched_off_for_the_night_is_missed_in_the_morning() -> None:
    evening = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    opens = datetime(2026, 3, 5, 0, 30, tzinfo=UTC)
    for now in (evening + HOUR, opens, opens + 15 * MINUTE):
        assert said(now, contact_at=evening, helplines_review_by=None) == ()
    (found,) = said(opens + 16 * MINUTE, contact_at=evening, helplines_review_by=None)
    assert found.startswith("No contact for 14 hours.")


def test_a_kiosk_that_is_silent_for_a_day_is_missed_whatever_the_day() -> None:
    friday = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)
    assert said(friday + DAY, contact_at=friday, helplines_review_by=None) == ()
    assert said(friday + DAY + MINUTE, contact_at=friday, helplines_review_by=None) != ()


def test_the_most_urgent_reason_comes_first() -> None:
    found = said(
        contact_at=NOW - DAY, parked=1, clock_offset_ms=-300_000, version="0.1.0",
        helplines_review_by=date(2025, 1, 1), pending=5, waiting_since=NOW - DAY,
    )  # fmt: skip
    words = (
        "No contact",
        "1 record is",
        "Its clock is 5 minutes ahead",
        "Its helplines",
        "It runs",
    )
    assert all(map(str.startswith, found, words))
    assert len(found) == len(words)


def test_the_newest_version_is_the_highest_of_those_in_use() -> None:
    views = [replace(FINE, version=version) for version in ("0.9.12", "", "0.10.0rc1", "odd")]
    gone = replace(FINE, version="9.0.0", revoked_at=NOW)
    assert latest_version([*views, gone]) == "0.10.0rc1"
    assert latest_version([]) == ""


def test_machines_that_need_a_person_come_first_and_those_that_have_gone_last() -> None:
    needy = replace(FINE, name="Z", needs=("Look.",))
    gone, fine = replace(FINE, name="A", revoked_at=NOW), replace(FINE, name="B")
    assert sort_kiosks([gone, fine, needy]) == (needy, fine, gone)


def test_how_many_need_a_person() -> None:
    needy = replace(FINE, needs=("Look.",))
    desk = replace(needy, kind=MachineKind.DESK)
    assert describe_needing_machines([FINE]) == ""
    assert describe_needing_machines([FINE, needy]) == "1 kiosk needs a person"
    assert describe_needing_machines([needy, needy]) == "2 kiosks need a person"
    assert describe_needing_machines([needy, desk]) == "2 machines need a person"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "1 second"), (timedelta(seconds=119), "119 seconds"),
        (2 * MINUTE, "2 minutes"), (2 * HOUR - MINUTE, "119 minutes"), (2 * HOUR, "2 hours"),
        (47 * HOUR, "47 hours"), (2 * DAY, "2 days"), (1000 * DAY, "1,000 days"),
    ],
)  # fmt: skip
def test_spans_in_words(length: timedelta, words: str) -> None:
    assert format_duration(length) == words


def test_a_clock_in_words() -> None:
    assert [format_clock_offset(off) for off in (300_000, -300_000, 499, 0)] == [
        "5 minutes behind", "5 minutes ahead", "right", "right",
    ]  # fmt: skip


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_version_can_be_compared(one: str, other: str) -> None:
    for sentence in said(
        newest_version=latest_version([replace(FINE, version=one)]), version=other
    ):
        assert sentence.endswith(".")


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.integers(-(2**63), 2**63 - 1),
    st.datetimes(timezones=st.just(UTC)),
)
def test_no_clock_breaks_the_list(contact: datetime, offset: int, since: datetime) -> None:
    changed: dict[str, Any] = {
        "contact_at": contact,
        "clock_offset_ms": offset,
        "waiting_since": since,
    }
    for sentence in said(pending=2, **changed):
        assert sentence.endswith(".")


codes = st.text(REFERENCE_ALPHABET, min_size=CODE_SYMBOLS, max_size=CODE_SYMBOLS)
EVERY_PAIR = [first + second for first in REFERENCE_ALPHABET for second in REFERENCE_ALPHABET]


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_made_of_symbols_that_nobody_mixes_up(entropy: bytes) -> None:
    code = new_code(entropy)
    assert len(code) == CODE_SYMBOLS
    assert set(code) <= set(REFERENCE_ALPHABET)
    assert parse_code(format_code(code)) == code


def test_a_code_follows_from_all_of_its_entropy() -> None:
    low = {new_code(bytes([byte, *bytes(31)])) for byte in range(256)}
    high = {new_code(bytes([*bytes(31), byte])) for byte in range(256)}
    assert len(low | high) == 511
    with pytest.raises(ValueError, match="32 bytes"):
        new_code(bytes(31))


def test_a_code_is_shown_in_groups() -> None:
    assert format_code("2346789CDFGHJKMPQRTV") == "2346-789C-DFGH-JKMP-QRTV-X"


@given(codes, st.sampled_from(["-", " ", "", " - ", "\u2013", "\n"]), st.booleans())
def test_a_code_is_read_however_it_is_typed(code: str, between: str, lower: bool) -> None:
    typed = between.join(format_code(code).split("-"))
    assert parse_code(typed.lower() if lower else typed) == code


@given(codes, st.data())
def test_one_wrong_symbol_and_two_swapped_ones_are_noticed(code: str, data: st.DataObject) -> None:
    whole = format_code(code).replace("-", "")
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from(REFERENCE_ALPHABET))
    wrong = whole[:place] + other + whole[place + 1 :]
    assert (parse_code(wrong) == code) == (other == whole[place])
    if place and whole[place - 1] != whole[place]:
        swapped = whole[: place - 1] + whole[place] + whole[place - 1] + whole[place + 1 :]
        assert parse_code(swapped) is None


@given(st.text(max_size=100))
def test_any_text_may_be_typed(text: str) -> None:
    found = parse_code(text)
    assert found is None or len(found) == CODE_SYMBOLS


@given(st.sets(st.sampled_from(EVERY_PAIR)), st.binary(min_size=8, max_size=8))
def test_symbols_are_never_given_twice(used: set[str], entropy: bytes) -> None:
    found = free_symbols(used, entropy)
    assert (found is None) == (len(used) == len(EVERY_PAIR))
    assert found not in used


def test_symbols_run_out() -> None:
    assert free_symbols(EVERY_PAIR[1:], bytes(8)) == EVERY_PAIR[0]
    assert free_symbols(EVERY_PAIR, bytes(8)) is None
