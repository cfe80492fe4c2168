"""The manager's reports for other programs: a document for each block, or a line a number."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from kiosk.domain.figures import BLOCK_WEEKS, AttendanceBlock, Block, RequestsBlock, Waits
from kiosk.domain.text import clean

Document = Mapping[str, object]
COLUMNS = ("first_day", "last_day", "figure", "of", "at", "value")
"""`of` is a language, a group or a weekday, `at` a week, an hour or a call; empty for all."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def last_day(block: Block) -> date:
    """Return the last day of a block."""
    return block.monday + timedelta(weeks=BLOCK_WEEKS, days=-1)


def of_requests(block: RequestsBlock) -> Document:
    """Return what a block tells of requests; what is hidden is None, waits are working hours."""
    return {
        **_span(block.block),
        "requests": block.total,
        **_waits(block.first_attempt, block.contact),
        "weeks": [
            {
                "monday": week.monday.isoformat(),
                "requests": week.requests,
                **_waits(week.first_attempt, week.contact),
            }
            for week in block.weeks
        ],
        "languages": [
            {
                "language": one.language,
                "requests": one.requests,
                **_waits(one.first_attempt, one.contact),
            }
            for one in block.languages
        ],
        "reached_percent": list(block.reach),
    }


def of_attendance(block: AttendanceBlock) -> Document:
    """Return what a block tells of attendance; what is hidden is None."""
    mondays = [monday.isoformat() for monday in block.block.mondays]
    return {
        **_span(block.block),
        "people": block.total,
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
            weekday: list(hours) for weekday, hours in zip(_WEEKDAYS, block.busy, strict=True)
        },
    }


def lines_of_requests(block: RequestsBlock) -> Iterator[Document]:
    """Yield every number of `of_requests` with what it is."""
    yield from _told(block, "", "", block.total, block.first_attempt, block.contact)
    for week in block.weeks:
        monday = week.monday.isoformat()
        yield from _told(block, "", monday, week.requests, week.first_attempt, week.contact)
    for one in block.languages:
        yield from _told(block, one.language, "", one.requests, one.first_attempt, one.contact)
    for call, percent in enumerate(block.reach, 1):
        yield _line(block.block, "reached_percent", "", call, percent)


def lines_of_attendance(block: AttendanceBlock) -> Iterator[Document]:
    """Yield every number of `of_attendance` with what it is."""
    yield _line(block.block, "people", "", "", block.total)
    for one in block.groups:
        yield _line(block.block, "people", one.name, "", one.total)
        for monday, people in zip(block.block.mondays, one.weeks, strict=True):
            yield _line(block.block, "people", one.name, monday, people)
    for weekday, hours in zip(_WEEKDAYS, block.busy, strict=True):
        for hour, arrivals in enumerate(hours):
            yield _line(block.block, "arrivals", weekday, hour, arrivals)


def _told(
    block: RequestsBlock, of: str, at: str, requests: int | None, first: Waits, contact: Waits
) -> Iterator[Document]:
    figures = {"requests": requests, **_waits(first, contact)}
    return (_line(block.block, name, of, at, value) for name, value in figures.items())


def _line(block: Block, figure: str, of: str, at: object, value: float | None) -> Document:
    return {**_span(block), "figure": figure, "of": of, "at": at, "value": value}


def _span(block: Block) -> dict[str, str]:
    return {"first_day": block.monday.isoformat(), "last_day": last_day(block).isoformat()}


def _waits(first: Waits, contact: Waits) -> dict[str, float | None]:
    return {
        "first_attempt_median": first.median,
        "first_attempt_p90": first.p90,
        "contact_median": contact.median,
        "contact_p90": contact.p90,
    }
