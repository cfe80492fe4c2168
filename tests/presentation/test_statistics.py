"""The reports as text: nothing wider than there is room, nothing of what is hidden."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.request import Source
from kiosk.domain.statistics import (
    AttendanceBlock,
    Block,
    GroupStatistics,
    LanguageStatistics,
    RequestsBlock,
    SourceStatistics,
    Waits,
    WeekStatistics,
)
from kiosk.presentation import statistics as lines
from kiosk.presentation.charts import HIDDEN, count_cells

ZONE = ZoneInfo("Asia/Singapore")
LANGUAGES = ("en", "zh", "ms", "ta", "nan", "yue", "nan-teochew", "other")
LEAST, USUAL = 30, 74
"""Cells of the narrowest chart, and of one on a usual screen."""

counts = st.none() | st.integers(5, 99_999)
waits = st.builds(Waits, st.none() | st.floats(0, 999), st.none() | st.floats(0, 999))


def block(weeks_later: int = 0) -> Block:
    monday = date(2026, 3, 16) + timedelta(weeks=weeks_later)
    start = datetime.combine(monday, datetime.min.time(), ZONE)
    return Block(monday, start, start + timedelta(weeks=4))


@st.composite
def request_blocks(draw: st.DrawFn) -> RequestsBlock:
    one = block(draw(st.sampled_from([0, 4, 8])))
    return RequestsBlock(
        one,
        draw(counts),
        tuple(WeekStatistics(day, draw(counts), draw(waits), draw(waits)) for day in one.mondays),
        tuple(
            LanguageStatistics(code, draw(counts), draw(waits), draw(waits)) for code in LANGUAGES
        ),
        draw(waits),
        draw(waits),
        draw(st.tuples(*[st.none() | st.integers(0, 100)] * 3)),
        tuple(SourceStatistics(code, draw(counts)) for code in Source),
    )


@st.composite
def attendance_blocks(draw: st.DrawFn) -> AttendanceBlock:
    names = draw(st.lists(st.text("Ag 茶é", min_size=1, max_size=60), max_size=5))
    groups = tuple(
        GroupStatistics(UUID(int=number), name, draw(st.tuples(*[counts] * 4)), draw(counts))
        for number, name in enumerate(names)
    )
    busy = tuple(draw(st.tuples(*[st.none() | st.integers(5, 999)] * 24)) for _ in range(7))
    return AttendanceBlock(block(), draw(counts), groups, busy)


@given(request_blocks(), st.integers(52, 118))
def test_requests_fit_their_width(one: RequestsBlock, width: int) -> None:
    figures = (
        *lines.draw_requests(one, str),
        lines.draw_waits(one, str),
        lines.draw_reach(one),
        lines.draw_sources(one),
    )
    trends = (
        lines.draw_requests_trend([one]),
        *lines.draw_waits_trends([one]),
        lines.draw_reach_trend([one]),
    )
    for figure in (*figures, *trends):
        drawn = figure.draw(width)
        assert drawn
        assert max(map(count_cells, drawn)) <= width


@given(attendance_blocks(), st.integers(52, 118))
def test_attendance_fits_its_width(one: AttendanceBlock, width: int) -> None:
    for figure in (
        lines.draw_attendance(one),
        lines.draw_busy_hours(one),
        lines.draw_attendance_trend([one]),
    ):
        drawn = figure.draw(width)
        assert drawn
        assert max(map(count_cells, drawn)) <= width


def quiet() -> RequestsBlock:
    one = block()
    return RequestsBlock(
        one,
        None,
        tuple(WeekStatistics(day, None, Waits(), Waits()) for day in one.mondays),
        tuple(LanguageStatistics(code, None, Waits(), Waits()) for code in LANGUAGES),
        Waits(),
        Waits(),
        (None, None, None),
        tuple(SourceStatistics(code, None) for code in Source),
    )


def test_what_is_hidden_has_neither_number_nor_bar() -> None:
    one = quiet()
    weeks, languages = (figure.draw(USUAL) for figure in lines.draw_requests(one, str))
    sources = lines.draw_sources(one).draw(USUAL)
    assert weeks[-1] == f"All four weeks: {HIDDEN}"
    for line in [*weeks[:4], *languages, *sources, *lines.draw_reach(one).draw(LEAST)]:
        assert line.endswith(HIDDEN)
        assert "█" not in line
    for line in lines.draw_waits(one, str).draw(USUAL)[2:]:
        assert not line.endswith(" h")


def test_a_total_is_not_drawn_where_a_week_is_hidden() -> None:
    group = GroupStatistics(UUID(int=1), "Tea", (6, None, 7, 8), None)
    one = AttendanceBlock(block(), 30, (group,), ((None,) * 24,) * 7)
    head, row, *_ = lines.draw_attendance(one).draw(USUAL)
    assert head.split() == ["16", "Mar", "23", "Mar", "30", "Mar", "6", "Apr", "total"]
    assert row.split()[0] == "Tea"
    assert row.endswith(HIDDEN)


def test_only_the_hours_from_the_first_to_the_last_shown_are_drawn() -> None:
    hours: list[int | None] = [None] * 24
    hours[10], hours[13] = 6, 9
    one = AttendanceBlock(block(), 15, (), (tuple(hours), *((None,) * 24,) * 6))
    head, monday, *_ = lines.draw_busy_hours(one).draw(USUAL)
    assert head.split() == ["10", "h", "11", "h", "12", "h", "13", "h"]
    assert monday.split()[2:4] == [HIDDEN, HIDDEN]


@pytest.mark.parametrize("told", [0, 1, 2])
def test_the_oldest_blocks_that_tell_nothing_are_left_out(told: int) -> None:
    empty = AttendanceBlock(block(), None, (), ())
    full = AttendanceBlock(block(4), 30, (), ())
    blocks = [empty, *[full] * told, *[empty] * (told > 0)]
    assert len(lines.skip_empty_blocks(blocks)) == (told + 1 if told else 0)


def test_waits_alone_are_something() -> None:
    one = quiet()
    assert lines.skip_empty_blocks([one]) == ()
    weeks = replace(one, first_attempt=Waits(2.0))
    assert lines.skip_empty_blocks([one, weeks]) == (weeks,)


def test_without_groups_that_is_said() -> None:
    one = AttendanceBlock(block(), None, (), ((None,) * 24,) * 7)
    assert lines.draw_attendance(one).draw(USUAL) == ["No group met in these weeks."]
    assert lines.draw_busy_hours(one).draw(USUAL) == [
        "Nothing can be told of the hours of these weeks."
    ]


def test_every_report_has_keys_and_words_of_its_own() -> None:
    tabs = [tab for report in lines.REPORTS for tab in report.tabs]
    for names in (
        [report.command for report in lines.REPORTS],
        [report.help for report in lines.REPORTS],
        [tab.letter for tab in tabs],
        [tab.title for tab in tabs],
        [tab.short for tab in tabs],
    ):
        assert len(set(names)) == len(names)
