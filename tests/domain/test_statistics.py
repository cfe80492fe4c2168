"""What a finished block tells, and when it is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.attendance.attendance import FirstVisit
from kiosk.domain.callbacks.request import Source
from kiosk.domain.callbacks.state import AttemptResult
from kiosk.domain.statistics import (
    BLOCK_WEEKS,
    FIRST_MONDAY,
    SETTLED_AFTER,
    ArrivalHistory,
    Block,
    FirstVisitStatistics,
    RequestHistory,
    Waits,
    attendance_block,
    finished_blocks,
    requests_block,
)
from kiosk.domain.suppression import LEAST

SINGAPORE = ZoneInfo("Asia/Singapore")
BERLIN = ZoneInfo("Europe/Berlin")
LONG = timedelta(days=3650)
MISS, REACHED = AttemptResult.NO_ANSWER.value, AttemptResult.REACHED_SELF.value


def last_block(zone: ZoneInfo = SINGAPORE) -> Block:
    ((block,), _) = finished_blocks(datetime(2026, 6, 1, tzinfo=UTC), zone, LONG, 1)
    return block


BLOCK = last_block()


def hours(start: datetime, end: datetime) -> float:
    """Count hours on the wall, to keep the sums easy."""
    return (end - start).total_seconds() / 3600


def story(day: int, *attempts: tuple[float, str], language: str = "en") -> RequestHistory:
    """A request made on a day of the block, at noon, tried so many hours later."""
    made = BLOCK.starts_at + timedelta(days=day, hours=12)
    return RequestHistory(
        made, language, tuple((made + timedelta(hours=after), result) for after, result in attempts)
    )


@given(
    st.integers(0, 80 * 365 * 24 * 60),
    st.sampled_from([SINGAPORE, BERLIN, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Kathmandu")]),
    st.integers(1, 5),
)
def test_blocks_are_whole_weeks_that_fit_together(minute: int, zone: ZoneInfo, most: int) -> None:
    now = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    blocks, next_at = finished_blocks(now, zone, LONG, most)
    assert len(blocks) == most
    for block in blocks:
        assert block.monday.weekday() == 0
        assert (block.monday - FIRST_MONDAY).days % (7 * BLOCK_WEEKS) == 0
        assert block.starts_at.astimezone(zone).date() == block.monday
        assert block.settled_at <= now
    for before, after in pairwise(blocks):
        assert before.ends_at == after.starts_at
    assert now < next_at <= now + timedelta(weeks=BLOCK_WEEKS, hours=2)
    assert next_at == finished_blocks(next_at, zone, LONG, 1)[0][0].settled_at


def test_a_block_is_told_once_it_is_settled_and_until_retention_may_touch_it() -> None:
    settled, kept = BLOCK.settled_at, timedelta(days=60)
    moment = timedelta(microseconds=1)
    told = [
        BLOCK in finished_blocks(at, SINGAPORE, kept, 9)[0]
        for at in (
            settled - moment,
            settled,
            BLOCK.starts_at + kept - moment,
            BLOCK.starts_at + kept,
        )
    ]
    assert told == [False, True, True, False]
    assert BLOCK.settled_at - BLOCK.ends_at == SETTLED_AFTER


def test_a_week_is_the_clinics_own_across_a_change_of_clocks() -> None:
    block = next(
        block
        for block in finished_blocks(datetime(2026, 6, 1, tzinfo=UTC), BERLIN, LONG, 4)[0]
        if block.monday <= date(2026, 3, 29) < block.monday + timedelta(weeks=4)
    )
    assert block.ends_at - block.starts_at == timedelta(weeks=4) - timedelta(hours=1)
    late = datetime(2026, 3, 29, 23, 59, tzinfo=BERLIN)
    weeks = [block.week(at, BERLIN) for at in (late, late + timedelta(minutes=1))]
    assert weeks[1] == weeks[0] + 1


def test_requests_are_counted_by_week_and_by_language() -> None:
    made = [story(day) for day in (0, 1, 2, 3, 4, 5, 6) for _ in range(2)]
    made += [story(7 + day) for day in range(6)]
    made += [story(14, language="ta") for _ in range(9)]
    made += [story(21, language="zh") for _ in range(7)]
    told = requests_block(BLOCK, made, SINGAPORE, hours)
    assert told.total == 36
    assert [week.requests for week in told.weeks] == [14, 6, 9, 7]
    assert [week.monday for week in told.weeks] == list(BLOCK.mondays)
    counts = {one.language: one.requests for one in told.languages}
    assert counts.pop("en") == 20
    # The languages without a request are hidden like those with one, and 7 would betray them.
    assert counts.pop("ta") == 9
    assert set(counts.values()) == {None}


def test_requests_are_counted_by_how_they_came() -> None:
    made = [replace(story(day), source=Source.TEAM) for day in range(7)]
    made += [replace(story(day), source=Source.PHONE) for day in range(6)]
    made += [story(day) for day in range(9)]
    made += [replace(story(day), source="pigeon") for day in range(2)]
    told = requests_block(BLOCK, made, SINGAPORE, hours)
    assert {one.source: one.requests for one in told.sources} == {
        "visitor": 11, "team": 7, "counter": None, "phone": None, "paper": None,
    }  # fmt: skip
    assert told.total == 24


@given(st.lists(st.sampled_from(Source), max_size=60))
def test_how_requests_came_hides_nothing_else(sources: list[Source]) -> None:
    made = [replace(story(at % 28), source=source) for at, source in enumerate(sources)]
    told = requests_block(BLOCK, made, SINGAPORE, hours)
    by_visitors = [replace(one, source="visitor") for one in made]
    plain = requests_block(BLOCK, by_visitors, SINGAPORE, hours)
    assert replace(told, sources=()) == replace(plain, sources=())
    shown = [one.requests for one in told.sources if one.requests is not None]
    assert all(count >= 5 for count in shown)
    assert told.total is None or sum(shown) <= told.total
    if told.total is None:
        assert shown == []


def test_few_requests_tell_nothing() -> None:
    told = requests_block(BLOCK, [story(day, (1, REACHED)) for day in range(4)], SINGAPORE, hours)
    assert told.total is None
    assert {week.requests for week in told.weeks} == {None}
    assert {one.requests for one in told.languages} == {None}
    assert told.first_attempt == told.contact == Waits()
    assert told.reach == (None, None, None)


def test_waits_are_told_where_five_people_waited() -> None:
    some = [story(0, (after, MISS), (after + 10, REACHED)) for after in range(1, 11)]
    some += [story(8, (3, REACHED), language="ms") for _ in range(4)]
    told = requests_block(BLOCK, some, SINGAPORE, hours)
    assert told.weeks[0].first_attempt == Waits(5.5, 9)
    assert told.weeks[0].contact == Waits(15.5, 19)
    assert told.weeks[1].first_attempt == Waits()
    by_language = {one.language: one for one in told.languages}
    assert by_language["en"].first_attempt == Waits(5.5, 9)
    assert by_language["ms"].first_attempt == Waits()
    assert told.first_attempt == Waits(3.5, 9)


def test_the_slowest_of_few_is_not_told() -> None:
    some = [story(0, (after, MISS)) for after in (1, 2, 3, 4, 300)]
    assert requests_block(BLOCK, some, SINGAPORE, hours).first_attempt == Waits(3, None)


def test_a_wait_belongs_to_the_block_in_which_it_ended() -> None:
    before = [story(-3, (96, REACHED)) for _ in range(5)]
    after = [story(27, (24, REACHED)) for _ in range(5)]
    told = requests_block(BLOCK, before + after, SINGAPORE, hours)
    assert told.weeks[0].first_attempt == Waits(96, None)
    assert told.weeks[3].first_attempt == Waits()
    assert [week.requests for week in told.weeks] == [None] * 4


def test_reach_is_told_by_the_number_of_the_call() -> None:
    text = (0.5, AttemptResult.TEXT_SENT.value)
    some = [story(0, text, (1, REACHED), (30, MISS)) for _ in range(15)]
    some += [story(0, (1, MISS), (20, REACHED)) for _ in range(5)]
    some += [story(0, (1, MISS), (20, MISS), (40, REACHED)) for _ in range(5)]
    assert requests_block(BLOCK, some, SINGAPORE, hours).reach == (60, 50, None)


def test_a_language_of_a_later_version_is_some_other_one() -> None:
    told = requests_block(BLOCK, [story(0, language="xx") for _ in range(5)], SINGAPORE, hours)
    assert told.total == 5


IDS = [UUID(int=number) for number in range(3)]


def arrivals(*numbers: int) -> Iterator[ArrivalHistory]:
    """So many people come to the first group in each week, at 15:00 on its Monday."""
    for week, people in enumerate(numbers):
        at = BLOCK.starts_at + timedelta(weeks=week, hours=15)
        yield from (ArrivalHistory(at, IDS[0]) for _ in range(people))


def test_attendance_is_told_by_group_and_week() -> None:
    groups = {IDS[0]: "Walk", IDS[1]: "art"}
    told = attendance_block(BLOCK, arrivals(6, 7, 8, 9), groups, SINGAPORE)
    assert told.total == 30
    art, walk = told.groups
    assert (walk.name, walk.weeks, walk.total) == ("Walk", (None, 7, 8, 9), None)
    assert (art.name, art.weeks, art.total) == ("art", (None,) * 4, None)
    assert told.busy[0][15] is None


def test_a_group_with_all_its_weeks_has_a_total() -> None:
    told = attendance_block(BLOCK, arrivals(6, 7, 8, 9), {IDS[0]: "Walk"}, SINGAPORE)
    assert told.groups[0].total == told.total == 30


def test_busy_hours_are_told_in_the_clinics_time() -> None:
    at = count()
    some = [
        ArrivalHistory(BLOCK.starts_at + timedelta(days=1, hours=hour, seconds=next(at)), IDS[0])
        for hour in [10] * 6 + [11] * 3 + [14] * 8
    ]
    told = attendance_block(BLOCK, some, {IDS[0]: "Walk"}, SINGAPORE)
    assert told.busy[1][14] == 8
    assert [told.busy[1][hour] for hour in (10, 11, 12)] == [None] * 3


@pytest.mark.parametrize("people", [0, 4])
def test_few_arrivals_tell_nothing(people: int) -> None:
    told = attendance_block(BLOCK, arrivals(people), {IDS[0]: "Walk"}, SINGAPORE)
    assert told.total is None
    assert told.groups[0].weeks == (None,) * 4


def test_no_group_at_all() -> None:
    told = attendance_block(BLOCK, (), {}, SINGAPORE)
    assert (told.total, told.groups) == (None, ())


def visits(others: int, first: int, met: int, again: int) -> list[ArrivalHistory]:
    """So many arrivals of a block, some of them first visits."""
    at, group = BLOCK.starts_at + timedelta(hours=15), IDS[0]
    firsts = [
        ArrivalHistory(
            at, group, FirstVisit.MET if number < met else FirstVisit.TO_MEET, number < again
        )
        for number in range(first)
    ]
    return [*firsts, *(ArrivalHistory(at, group) for _ in range(others))]


def first_visits(*numbers: int) -> FirstVisitStatistics:
    return attendance_block(BLOCK, visits(*numbers), {IDS[0]: "Walk"}, SINGAPORE).first_visits


def test_first_visits_tell_how_many_were_met_and_came_again() -> None:
    assert first_visits(20, 15, 10, 6) == FirstVisitStatistics(15, 10, 6)


def test_small_numbers_of_first_visits_are_hidden_with_what_would_betray_them() -> None:
    assert first_visits(20, 4, 2, 2) == FirstVisitStatistics()
    # Who came often would be few.
    assert first_visits(4, 20, 10, 10) == FirstVisitStatistics()
    # Eleven met of fifteen: four were not.
    assert first_visits(20, 15, 11, 9) == FirstVisitStatistics(15, None, 9)
    assert first_visits(20, 15, 15, 0) == FirstVisitStatistics(15, None, None)


@given(*[st.integers(0, 30)] * 4)
def test_what_is_told_of_first_visits_betrays_no_small_number(
    others: int, first: int, met: int, again: int
) -> None:
    told = first_visits(others, first, min(met, first), min(again, first))
    if told.people is None:
        assert told == FirstVisitStatistics()
        return
    parts = [part for part in (told.met, told.came_again) if part is not None]
    for number in (told.people, others, *parts, *(told.people - part for part in parts)):
        assert number >= LEAST
