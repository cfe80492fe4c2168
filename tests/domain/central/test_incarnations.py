"""What shows that a kiosk's folder was copied or put back, and what staff are told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kiosk.domain.central.incarnations import (
    SPAN,
    Incarnation,
    OwnIncarnation,
    PushMark,
    describe_incarnations,
    describe_own,
    has_twin,
    is_behind,
    is_taken,
    next_number,
)

NOW = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Singapore")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
FRESH = OwnIncarnation()
OWN = OwnIncarnation(0, PushMark(A, 5), B)
THERE = Incarnation(0, PushMark(A, 5), 40, 0, NOW - 90 * DAY, NOW - MINUTE)


@pytest.mark.parametrize(
    ("own", "mark", "taken", "behind"),
    [
        (FRESH, None, False, False),
        (FRESH, PushMark(), False, False),
        (FRESH, PushMark(C, 1), True, False),
        (OWN, None, False, True),
        (OWN, PushMark(), False, True),
        (OWN, PushMark(A, 5), False, False),
        (OWN, PushMark(A, 4), False, True),
        (OWN, PushMark(B, 6), False, False),
        (OWN, PushMark(B, 8), False, False),
        (OWN, PushMark(C, 4), False, True),
        (OWN, PushMark(C, 5), True, False),
        (OWN, PushMark(C, 6), True, False),
    ],
)
def test_marks_tell_a_centre_put_back_from_a_folder_that_is_not_alone(
    own: OwnIncarnation, mark: PushMark | None, taken: bool, behind: bool
) -> None:
    another = replace(THERE, number=7, mark=PushMark(C, 9))
    known = (another,) if mark is None else (another, replace(THERE, mark=mark))
    assert (is_taken(own, known), is_behind(own, known)) == (taken, behind)


def test_a_new_number_is_above_all_that_there_were() -> None:
    assert next_number(OWN, (THERE, replace(THERE, number=4))) == 5
    assert next_number(replace(OWN, number=6), (THERE,)) == 7


NEWER = replace(THERE, number=1, began_at=NOW - HOUR, heard_at=NOW - MINUTE)


def said(*known: Incarnation, now: datetime = NOW) -> tuple[str, ...]:
    return describe_incarnations(known, now, ZONE)


def test_one_folder_is_nothing_to_tell() -> None:
    assert said() == said(THERE) == ()


def test_two_folders_that_are_heard_are_told_until_one_falls_silent() -> None:
    (sentence,) = said(THERE, NEWER)
    assert sentence.startswith("Two machines run as this kiosk since 4 Mar 10:00:")
    later = NOW + DAY + MINUTE
    assert not any(s.startswith("Two") for s in said(THERE, NEWER, now=later))
    still = replace(NEWER, heard_at=later)
    assert not any(s.startswith("Two") for s in said(THERE, still, now=later))


def test_a_folder_that_was_put_back_is_told_with_what_may_be_lost() -> None:
    before = replace(THERE, heard_at=NOW - 2 * HOUR, pending=3)
    assert said(before, NEWER) == (
        "Put back to an older copy by 4 Mar 10:00. What it took after 4 Mar 09:00 and had not sent"
        " is lost; 3 waited then.",
    )
    (sentence,) = said(replace(before, pending=0), NEWER)
    assert sentence.endswith("had not sent is lost.")
    assert said(NEWER) == ("Put back to an older copy by 4 Mar 10:00.",)
    assert said(before, NEWER, now=NOW + 7 * DAY) == ()


@pytest.mark.parametrize(
    ("upto", "after", "unseen", "lost"),
    [(40, 30, 40, 0), (35, 30, 40, 5), (20, 30, 40, 10), (0, 39, 40, 1), (0, 0, 0, 0)],
)
def test_what_centre_and_folder_have_both_lost_is_counted(
    upto: int, after: int, unseen: int, lost: int
) -> None:
    before = replace(THERE, upto=upto, heard_at=NOW - 2 * HOUR)
    (first, *_) = said(before, replace(NEWER, unseen_after=after, unseen_upto=unseen))
    words = "1 record of it" if lost == 1 else f"Up to {lost} records of it"
    assert first.startswith(words) == (lost > 0)


def test_numbers_of_a_later_incarnation_are_counted_from_it() -> None:
    newest = replace(NEWER, number=2, unseen_after=SPAN + 10, unseen_upto=SPAN + 12)
    before = replace(NEWER, upto=SPAN + 11, heard_at=NOW - HOUR)
    (first, *_) = said(THERE, before, newest)
    assert first.startswith("1 record of it that the centre once had")


def test_a_kiosk_hears_of_another_folder_while_that_one_runs() -> None:
    assert not has_twin(OWN, (THERE,), NOW)
    assert has_twin(OWN, (THERE, NEWER), NOW)
    other = replace(OWN, number=1)
    assert has_twin(other, (THERE, NEWER), NOW)
    silent = replace(THERE, heard_at=NOW - 2 * HOUR)
    assert not has_twin(other, (silent, NEWER), NOW)
    assert not has_twin(OWN, (THERE, NEWER), NOW + DAY)


def test_staff_in_front_of_a_kiosk_read_what_to_do() -> None:
    assert describe_own(None, None, NOW) == ""
    assert describe_own(NOW - HOUR, NOW - HOUR, NOW).startswith("Another machine runs with a copy")
    assert describe_own(NOW - HOUR, NOW - DAY, NOW).startswith("This folder is an older copy")
    assert describe_own(NOW - 7 * DAY, None, NOW) == ""
