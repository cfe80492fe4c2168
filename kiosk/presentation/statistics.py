"""The manager's reports: which there are, as charts and tables of text, as numbers for programs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from textwrap import wrap
from typing import Any, Generic

from kiosk.domain import working_time
from kiosk.domain.statistics import AnyBlock, AttendanceBlock, Block, RequestsBlock, Waits
from kiosk.domain.text import clean
from kiosk.presentation.callbacks import format_source
from kiosk.presentation.charts import (
    HIDDEN,
    Point,
    count_cells,
    draw_bars,
    draw_columns,
    draw_heat_table,
    format_number,
    format_to_cells,
)

Lines = list[str]
LanguageName = Callable[[str], str]
"""Takes a code of `CallLanguage` and returns the language's name."""
Document = Mapping[str, object]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ROW_COLUMNS = ("first_day", "last_day", "figure", "of", "at", "value")
"""`of` is a language, a code of `Source`, a group or a weekday; `at` is a week, an hour or a call.
Both are empty for all."""
_ORDINALS = ("First call", "Second call", "Third call")
_LONGEST_NAME, _WIDEST_CELL, _TOTAL = 28, 12, 7
"""Cells."""
_WEEK = 8
"""Cells of a week such as "11 May" in a heat table."""
_WAITS_REMARK = (
    "Working hours from the request on, of those first called, or first spoken to, in this time."
    " Nine in ten is told of ten people or more."
)

_AGAIN_REMARK = (
    "Of those who ticked that it was their first time. Came again: with their pass, until two days"
    " after these weeks; who came late in them had little time to."
)


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A titled chart or table of a report."""

    title: str
    draw: Callable[[int], Lines]
    """Takes a width in cells (30 or more) and returns the lines under the title."""


@dataclass(frozen=True, slots=True)
class ReportTab(Generic[AnyBlock]):
    """The charts of a report that are seen together on the desk."""

    letter: str
    """The key that shows it; lower case, another one for every tab of all reports."""
    title: str
    short: str
    """The title where there is little room."""
    draw: Callable[[AnyBlock, LanguageName], tuple[ReportSection, ...]]
    """Returns the charts of one block."""
    draw_trend: Callable[[Sequence[AnyBlock]], tuple[ReportSection, ...]] = lambda _: ()
    """Returns charts of several blocks."""
    is_trend_below: bool = False
    """Whether the trend is drawn below, across the whole page, and not on its right."""
    beside: int = 100
    """Cells of the page from which the right stands beside the left, and not under it."""


@dataclass(frozen=True, slots=True)
class ReportPresentation(Generic[AnyBlock]):
    """A report as the desk and the command line show it."""

    kind: type[AnyBlock]
    """What it tells of a block."""
    command: str
    help: str
    """What the command does, in one sentence."""
    tabs: tuple[ReportTab[AnyBlock], ...]
    document: Callable[[AnyBlock], Document]
    """Returns a block for JSON; what is hidden is None."""
    rows: Callable[[AnyBlock], Iterator[Document]]
    """Yields every number of a document with what it is, in `ROW_COLUMNS`."""


def skip_empty_blocks(blocks: Sequence[AnyBlock]) -> tuple[AnyBlock, ...]:
    """Return the blocks from the first on that shows any number; the oldest come first."""
    first = next((place for place, one in enumerate(blocks) if one.has_numbers), len(blocks))
    return tuple(blocks[first:])


def draw_requests(
    block: RequestsBlock, language: LanguageName
) -> tuple[ReportSection, ReportSection]:
    """Return charts of the requests in a block, by week and by language."""
    weeks = [Point(format_day(week.monday), week.requests) for week in block.weeks]
    languages = [Point(language(one.language), one.requests) for one in block.languages]
    total = f"All four weeks: {format_number(block.total)}"
    return (
        ReportSection("Requests, week from", lambda width: [*draw_bars(weeks, width), "", total]),
        ReportSection("Requests by language", partial(draw_bars, languages)),
    )


def draw_sources(block: RequestsBlock) -> ReportSection:
    """Return a chart of how the requests in a block came."""
    points = [Point(format_source(one.source), one.requests) for one in block.sources]
    return ReportSection("Requests, how they came", partial(draw_bars, points))


def draw_requests_trend(blocks: Sequence[RequestsBlock]) -> ReportSection:
    """Return a chart of the requests in each week of several blocks."""
    weeks = [Point(format_day(week.monday), week.requests) for one in blocks for week in one.weeks]
    return ReportSection("Requests, week by week", partial(draw_columns, weeks))


def draw_waits(block: RequestsBlock, language: LanguageName) -> ReportSection:
    """Return a table of the waits in a block: all of them, by week, and by language."""
    parts = (
        [("All four weeks", block.first_attempt, block.contact)],
        [(f"From {format_day(one.monday)}", one.first_attempt, one.contact) for one in block.weeks],
        [(language(one.language), one.first_attempt, one.contact) for one in block.languages],
    )
    return ReportSection("Working hours of waiting", partial(_draw_waits_table, parts))


def draw_waits_trends(blocks: Sequence[RequestsBlock]) -> tuple[ReportSection, ReportSection]:
    """Return charts of the median waits in each week of several blocks."""
    weeks = [(format_day(week.monday), week) for one in blocks for week in one.weeks]
    first = [Point(label, week.first_attempt.median) for label, week in weeks]
    contact = [Point(label, week.contact.median) for label, week in weeks]
    return (
        ReportSection(
            "Median hours to the first call", lambda width: draw_columns(first, width, 5)
        ),
        ReportSection(
            "Median hours until spoken to", lambda width: draw_columns(contact, width, 5)
        ),
    )


def draw_reach(block: RequestsBlock) -> ReportSection:
    """Return a chart of how many calls reached the visitor, by which call it was."""
    points = [
        Point(ordinal, percent) for ordinal, percent in zip(_ORDINALS, block.reach, strict=False)
    ]
    return ReportSection("Reached, of 100 calls", partial(draw_bars, points))


def draw_reach_trend(blocks: Sequence[RequestsBlock]) -> ReportSection:
    """Return a chart of how many first calls reached the visitor in each of several blocks."""
    points = [Point(f"From {format_day(one.block.monday)}", one.reach[0]) for one in blocks]
    return ReportSection("First calls: reached, of 100", partial(draw_bars, points))


def draw_attendance(block: AttendanceBlock) -> ReportSection:
    """Return a table of how many came to each group in each week of a block."""
    return ReportSection("People who came, by group and week", partial(_draw_groups_table, block))


def draw_first_visits(block: AttendanceBlock) -> ReportSection:
    """Return a chart of who came for the first time and asked to be met."""
    first = block.first_visits
    points = [
        Point("Asked", first.people),
        Point("Met", first.met),
        Point("Came again", first.came_again),
    ]
    return ReportSection(
        "First visits, asked to be met",
        lambda width: [*draw_bars(points, width), "", *wrap(_AGAIN_REMARK, width)],
    )


def draw_first_visits_trend(blocks: Sequence[AttendanceBlock]) -> ReportSection:
    """Return a chart of who came for the first time in each of several blocks."""
    points = [
        Point(f"From {format_day(one.block.monday)}", one.first_visits.people) for one in blocks
    ]
    return ReportSection("First visits, every four weeks", partial(draw_bars, points))


def draw_attendance_trend(blocks: Sequence[AttendanceBlock]) -> ReportSection:
    """Return a chart of how many came in each of several blocks."""
    points = [Point(f"From {format_day(one.block.monday)}", one.total) for one in blocks]
    return ReportSection("Everybody who came, every four weeks", partial(draw_bars, points))


def draw_busy_hours(block: AttendanceBlock) -> ReportSection:
    """Return a table of the hours and weekdays at which people came."""
    return ReportSection("People who came, by day and hour", partial(_draw_busy_table, block))


def format_day(at: date) -> str:
    """Return a day such as "2 Mar"."""
    return f"{at.day} {at:%b}"


def _draw_waits_table(parts: Sequence[Sequence[tuple[str, Waits, Waits]]], width: int) -> Lines:
    left = max(count_cells(label) for part in parts for label, *_ in part)
    each = min(_WIDEST_CELL, (width - left) // 4)
    lines = [
        " " * left + "to first call".rjust(2 * each) + "until spoken to".rjust(2 * each),
        " " * left + "".join(title.rjust(each) for title in ("median", "9 in 10") * 2),
    ]
    for part in parts:
        for label, *both in part:
            values = [value for one in both for value in (one.median, one.p90)]
            lines.append(
                format_to_cells(label, left)
                + "".join(_format_hours(value).rjust(each) for value in values)
            )
        lines.append("")
    return [*lines, *wrap(_WAITS_REMARK, width)]


def _format_hours(value: float | None) -> str:
    return HIDDEN if value is None else f"{value:.1f} h"


def _draw_groups_table(block: AttendanceBlock, width: int) -> Lines:
    if not block.groups:
        return ["No group met in these weeks."]
    titles = [format_day(monday) for monday in block.block.mondays]
    most = min(_LONGEST_NAME, width - len(titles) * _WEEK - _TOTAL)
    names = [format_to_cells(one.name, most).rstrip() for one in block.groups]
    weeks = [one.weeks for one in block.groups]
    table = draw_heat_table(names, titles, weeks, width - _TOTAL)
    across = max(map(count_cells, table))
    totals = ["total", *(format_number(one.total) for one in block.groups)]
    lines = [
        format_to_cells(line, across) + text.rjust(_TOTAL)
        for line, text in zip(table, totals, strict=True)
    ]
    return [*lines, "", f"Everybody who came: {format_number(block.total)}"]


def _draw_busy_table(block: AttendanceBlock, width: int) -> Lines:
    shown = [hour for row in block.busy for hour, value in enumerate(row) if value is not None]
    if not shown:
        return ["Nothing can be told of the hours of these weeks."]
    hours = range(min(shown), max(shown) + 1)
    titles = [f"{hour} h" for hour in hours]
    return draw_heat_table(
        WEEKDAYS, titles, [[row[hour] for hour in hours] for row in block.busy], width
    )


def _requests_document(block: RequestsBlock) -> Document:
    """Return a block of requests for JSON; what is hidden is None, waits are working hours."""
    return {
        **_span(block.block),
        "requests": block.total,
        **_wait_numbers(block.first_attempt, block.contact),
        "weeks": [
            {
                "monday": week.monday.isoformat(),
                "requests": week.requests,
                **_wait_numbers(week.first_attempt, week.contact),
            }
            for week in block.weeks
        ],
        "languages": [
            {
                "language": one.language,
                "requests": one.requests,
                **_wait_numbers(one.first_attempt, one.contact),
            }
            for one in block.languages
        ],
        "sources": [{"source": one.source, "requests": one.requests} for one in block.sources],
        "reached_percent": list(block.reach),
    }


def _attendance_document(block: AttendanceBlock) -> Document:
    """Return a block of attendance for JSON; what is hidden is None."""
    mondays = [monday.isoformat() for monday in block.block.mondays]
    return {
        **_span(block.block),
        "people": block.total,
        "first_visits": {
            "people": block.first_visits.people,
            "met": block.first_visits.met,
            "came_again": block.first_visits.came_again,
        },
        "groups": [
            {
                "group_id": str(one.group_id),
                "name": clean(one.name),
                "people": one.total,
                "weeks": [
                    {"monday": monday, "people": people}
                    for monday, people in zip(mondays, one.weeks, strict=True)
                ],
            }
            for one in block.groups
        ],
        "arrivals_by_hour": {
            weekday: list(hours)
            for weekday, hours in zip(working_time.WEEKDAYS, block.busy, strict=True)
        },
    }


def _requests_rows(block: RequestsBlock) -> Iterator[Document]:
    """Yield every number of `_requests_document` with what it is."""
    yield from _values(block, "", "", block.total, block.first_attempt, block.contact)
    for week in block.weeks:
        monday = week.monday.isoformat()
        yield from _values(block, "", monday, week.requests, week.first_attempt, week.contact)
    for one in block.languages:
        yield from _values(block, one.language, "", one.requests, one.first_attempt, one.contact)
    for way in block.sources:
        yield _row(block.block, "requests_by_source", way.source, "", way.requests)
    for call, percent in enumerate(block.reach, 1):
        yield _row(block.block, "reached_percent", "", call, percent)


def _attendance_rows(block: AttendanceBlock) -> Iterator[Document]:
    """Yield every number of `_attendance_document` with what it is."""
    yield _row(block.block, "people", "", "", block.total)
    first = block.first_visits
    yield _row(block.block, "first_visits", "", "", first.people)
    yield _row(block.block, "first_visits_met", "", "", first.met)
    yield _row(block.block, "first_visits_came_again", "", "", first.came_again)
    for one in block.groups:
        yield _row(block.block, "people", one.name, "", one.total)
        for monday, people in zip(block.block.mondays, one.weeks, strict=True):
            yield _row(block.block, "people", one.name, monday, people)
    for weekday, hours in zip(working_time.WEEKDAYS, block.busy, strict=True):
        for hour, arrivals in enumerate(hours):
            yield _row(block.block, "arrivals", weekday, hour, arrivals)


def _values(
    block: RequestsBlock, of: str, at: str, requests: int | None, first: Waits, contact: Waits
) -> Iterator[Document]:
    figures = {"requests": requests, **_wait_numbers(first, contact)}
    return (_row(block.block, name, of, at, value) for name, value in figures.items())


def _row(block: Block, figure: str, of: str, at: object, value: float | None) -> Document:
    return {**_span(block), "figure": figure, "of": of, "at": at, "value": value}


def _span(block: Block) -> dict[str, str]:
    return {"first_day": block.monday.isoformat(), "last_day": block.last_day.isoformat()}


def _wait_numbers(first: Waits, contact: Waits) -> dict[str, float | None]:
    return {
        "first_attempt_median": first.median,
        "first_attempt_p90": first.p90,
        "contact_median": contact.median,
        "contact_p90": contact.p90,
    }


REPORTS: tuple[ReportPresentation[Any], ...] = (
    ReportPresentation(
        RequestsBlock,
        "requests",
        "Tell how many asked for a call, and how long they waited.",
        (
            ReportTab(
                "r",
                "Requests",
                "Requests",
                draw_requests,
                lambda blocks: (draw_requests_trend(blocks),) if len(blocks) > 1 else (),
                is_trend_below=True,
                beside=72,
            ),
            ReportTab("h", "How they came", "Came", lambda block, _: (draw_sources(block),)),
            ReportTab(
                "w",
                "Waiting times",
                "Waits",
                lambda block, language: (draw_waits(block, language),),
                draw_waits_trends,
            ),
            ReportTab(
                "c",
                "Calls that reach",
                "Calls",
                lambda block, _: (draw_reach(block),),
                lambda blocks: (draw_reach_trend(blocks),),
                beside=72,
            ),
        ),
        _requests_document,
        _requests_rows,
    ),
    ReportPresentation(
        AttendanceBlock,
        "attendance",
        "Tell how many came to the groups, and at which hours.",
        (
            ReportTab(
                "a",
                "Attendance",
                "People",
                lambda block, _: (draw_attendance(block), draw_first_visits(block)),
                lambda blocks: (draw_attendance_trend(blocks), draw_first_visits_trend(blocks)),
                is_trend_below=True,
            ),
            ReportTab("b", "Busy hours", "Hours", lambda block, _: (draw_busy_hours(block),)),
        ),
        _attendance_document,
        _attendance_rows,
    ),
)
"""Every report, in the order of the desk's tabs and of the commands."""
