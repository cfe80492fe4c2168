"""`kiosk reports`: figures of whole weeks, as charts and tables, JSON or CSV."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

import typer

from kiosk.cli.arguments import ManagerOption
from kiosk.cli.output import Format, FormatOption, show, write
from kiosk.cli.session import signed_in
from kiosk.cli.usage import Noun, print_help
from kiosk.domain.statistics import BLOCK_WEEKS, AttendanceBlock, Block, RequestsBlock, Waits
from kiosk.domain.text import clean
from kiosk.domain.working_time import WEEKDAYS
from kiosk.presentation import statistics
from kiosk.presentation.charts import LEGEND
from kiosk.presentation.statistics import ReportSection

Document = Mapping[str, object]
COLUMNS = ("first_day", "last_day", "figure", "of", "at", "value")
"""`of` is a language, a group or a weekday, `at` a week, an hour or a call; empty for all."""


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
            weekday: list(hours) for weekday, hours in zip(WEEKDAYS, block.busy, strict=True)
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
    for weekday, hours in zip(WEEKDAYS, block.busy, strict=True):
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


app = typer.Typer(
    cls=Noun,
    help="Figures of whole weeks, nobody's own.",
    invoke_without_command=True,
    callback=print_help,
)
BlocksOption = Annotated[
    int, typer.Option("--blocks", metavar="N", min=1, max=26, help="So many times four weeks.")
]
_BlockOption = TypeVar("_BlockOption", RequestsBlock, AttendanceBlock)
_USUAL = 3
_NARROWEST, _WIDEST = 40, 100
"""Cells."""
_NOTHING = (
    "There is nothing to tell yet: figures are told of four whole weeks, two days after they have"
    " ended, where at least five people stand behind them; the next ones on {}."
)


@app.command()
def requests(
    user: ManagerOption, blocks: BlocksOption = _USUAL, form: FormatOption = Format.TABLE
) -> None:
    """Tell how many asked for a call, and how long they waited.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Told are four whole weeks at a time, two
    days after they end. Small numbers are hidden: null in JSON, an empty cell in CSV.
    """
    with signed_in(user) as (kiosk, access, staff):
        told = access.oversight_desk(staff).requests_report(blocks)
        zone = kiosk.site.zone
    if form is Format.TABLE:
        _draw(told.blocks, told.next_at.astimezone(zone), _of_requests)
    else:
        _print(told.blocks, form, of_requests, lines_of_requests)


@app.command()
def attendance(
    user: ManagerOption, blocks: BlocksOption = _USUAL, form: FormatOption = Format.TABLE
) -> None:
    """Tell how many came to the groups, and at which hours.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Told are four whole weeks at a time, two
    days after they end. Small numbers are hidden: null in JSON, an empty cell in CSV.
    """
    with signed_in(user) as (kiosk, access, staff):
        told = access.oversight_desk(staff).attendance_report(blocks)
        zone = kiosk.site.zone
    if form is Format.TABLE:
        _draw(told.blocks, told.next_at.astimezone(zone), _of_attendance)
    else:
        _print(told.blocks, form, of_attendance, lines_of_attendance)


def _draw(
    blocks: Sequence[_BlockOption],
    next_at: datetime,
    figures: Callable[[_BlockOption], Iterator[ReportSection]],
) -> None:
    """Print blocks as charts and tables, as wide as the terminal is."""
    width = min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size().columns))
    lines: list[str] = []
    for block in statistics.skip_empty_blocks(blocks):
        head = f"{block.block.monday} to {last_day(block.block)}"
        lines += [head, "=" * len(head), ""]
        lines += _lines(figures(block), width)
    if lines:
        lines += [LEGEND, f"The next four weeks are told on {next_at:%Y-%m-%d}."]
    else:
        lines = [_NOTHING.format(f"{next_at:%Y-%m-%d}")]
    write("\n".join(lines))


def _lines(figures: Iterable[ReportSection], width: int) -> list[str]:
    return [line for one in figures for line in (one.title, "", *one.draw(width), "")]


def _print(
    blocks: Sequence[_BlockOption],
    form: Format,
    document: Callable[[_BlockOption], Mapping[str, object]],
    rows: Callable[[_BlockOption], Iterator[Mapping[str, object]]],
) -> None:
    """Print blocks as JSON, each a document, or as CSV, each number on a line."""
    if form is Format.JSON:
        write(json.dumps([document(one) for one in blocks], ensure_ascii=False, indent=2))
    else:
        lines = [line for one in blocks for line in rows(one)]
        show(lines, form, columns=COLUMNS, empty="")


def _of_requests(block: RequestsBlock) -> Iterator[ReportSection]:
    yield from statistics.draw_requests(block, _language)
    yield statistics.draw_waits(block, _language)
    yield statistics.draw_reach(block)


def _of_attendance(block: AttendanceBlock) -> Iterator[ReportSection]:
    yield statistics.draw_attendance(block)
    yield statistics.draw_busy_hours(block)


def _language(code: str) -> str:
    from kiosk.presentation.languages import format_call_language

    return format_call_language(code)
