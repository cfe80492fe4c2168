"""`kiosk reports`: figures of whole weeks, as charts and tables, JSON or CSV."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

import typer

from kiosk.cli.arguments import ManagerOption
from kiosk.cli.output import Format, FormatOption, show, write
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import Noun, print_help
from kiosk.domain.statistics import BLOCK_WEEKS, AttendanceBlock, Block, RequestsBlock, Waits
from kiosk.domain.text import clean
from kiosk.domain.working_time import WEEKDAYS
from kiosk.presentation import statistics
from kiosk.presentation.charts import LEGEND
from kiosk.presentation.statistics import ReportSection

app = typer.Typer(
    cls=Noun,
    help="Figures of whole weeks, nobody's own.",
    invoke_without_command=True,
    callback=print_help,
)
_Document = Mapping[str, object]
_COLUMNS = ("first_day", "last_day", "figure", "of", "at", "value")
"""`of` is a language, a group or a weekday, `at` a week, an hour or a call; empty for all."""
BlocksOption = Annotated[
    int, typer.Option("--blocks", metavar="N", min=1, max=26, help="So many times four weeks.")
]
_Block = TypeVar("_Block", RequestsBlock, AttendanceBlock)
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
        report = access.oversight_desk(staff).requests_report(blocks)
        zone = kiosk.site.zone
    if form is Format.TABLE:
        _draw(report.blocks, report.next_at.astimezone(zone), _requests_figures)
    else:
        _print(report.blocks, form, _requests_document, _requests_rows)


@app.command()
def attendance(
    user: ManagerOption, blocks: BlocksOption = _USUAL, form: FormatOption = Format.TABLE
) -> None:
    """Tell how many came to the groups, and at which hours.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Told are four whole weeks at a time, two
    days after they end. Small numbers are hidden: null in JSON, an empty cell in CSV.
    """
    with signed_in(user) as (kiosk, access, staff):
        report = access.oversight_desk(staff).attendance_report(blocks)
        zone = kiosk.site.zone
    if form is Format.TABLE:
        _draw(report.blocks, report.next_at.astimezone(zone), _attendance_figures)
    else:
        _print(report.blocks, form, _attendance_document, _attendance_rows)


def _draw(
    blocks: Sequence[_Block],
    next_at: datetime,
    figures: Callable[[_Block], Iterator[ReportSection]],
) -> None:
    """Print blocks as charts and tables, as wide as the terminal is."""
    width = min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size().columns))
    lines: list[str] = []
    for block in statistics.skip_empty_blocks(blocks):
        head = f"{block.block.monday} to {_last_day(block.block)}"
        lines += [head, "=" * len(head), ""]
        lines += _figure_lines(figures(block), width)
    if lines:
        lines += [LEGEND, f"The next four weeks are told on {next_at:%Y-%m-%d}."]
    else:
        lines = [_NOTHING.format(f"{next_at:%Y-%m-%d}")]
    write("\n".join(lines))


def _figure_lines(figures: Iterable[ReportSection], width: int) -> list[str]:
    return [line for one in figures for line in (one.title, "", *one.draw(width), "")]


def _requests_figures(block: RequestsBlock) -> Iterator[ReportSection]:
    yield from statistics.draw_requests(block, _language)
    yield statistics.draw_waits(block, _language)
    yield statistics.draw_reach(block)


def _attendance_figures(block: AttendanceBlock) -> Iterator[ReportSection]:
    yield statistics.draw_attendance(block)
    yield statistics.draw_busy_hours(block)


def _language(code: str) -> str:
    from kiosk.presentation.languages import format_call_language

    return format_call_language(code)


def _print(
    blocks: Sequence[_Block],
    form: Format,
    document: Callable[[_Block], Mapping[str, object]],
    rows: Callable[[_Block], Iterator[Mapping[str, object]]],
) -> None:
    """Print blocks as JSON, each a document, or as CSV, each number on a line."""
    if form is Format.JSON:
        write(json.dumps([document(one) for one in blocks], ensure_ascii=False, indent=2))
    else:
        lines = [line for one in blocks for line in rows(one)]
        show(lines, form, columns=_COLUMNS, empty="")


def _requests_document(block: RequestsBlock) -> _Document:
    """Return a block of requests for JSON; what is hidden is None, waits are working hours."""
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


def _attendance_document(block: AttendanceBlock) -> _Document:
    """Return a block of attendance for JSON; what is hidden is None."""
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


def _requests_rows(block: RequestsBlock) -> Iterator[_Document]:
    """Yield every number of `_requests_document` with what it is."""
    yield from _values(block, "", "", block.total, block.first_attempt, block.contact)
    for week in block.weeks:
        monday = week.monday.isoformat()
        yield from _values(block, "", monday, week.requests, week.first_attempt, week.contact)
    for one in block.languages:
        yield from _values(block, one.language, "", one.requests, one.first_attempt, one.contact)
    for call, percent in enumerate(block.reach, 1):
        yield _row(block.block, "reached_percent", "", call, percent)


def _attendance_rows(block: AttendanceBlock) -> Iterator[_Document]:
    """Yield every number of `_attendance_document` with what it is."""
    yield _row(block.block, "people", "", "", block.total)
    for one in block.groups:
        yield _row(block.block, "people", one.name, "", one.total)
        for monday, people in zip(block.block.mondays, one.weeks, strict=True):
            yield _row(block.block, "people", one.name, monday, people)
    for weekday, hours in zip(WEEKDAYS, block.busy, strict=True):
        for hour, arrivals in enumerate(hours):
            yield _row(block.block, "arrivals", weekday, hour, arrivals)


def _values(
    block: RequestsBlock, of: str, at: str, requests: int | None, first: Waits, contact: Waits
) -> Iterator[_Document]:
    figures = {"requests": requests, **_waits(first, contact)}
    return (_row(block.block, name, of, at, value) for name, value in figures.items())


def _row(block: Block, figure: str, of: str, at: object, value: float | None) -> _Document:
    return {**_span(block), "figure": figure, "of": of, "at": at, "value": value}


def _span(block: Block) -> dict[str, str]:
    return {"first_day": block.monday.isoformat(), "last_day": _last_day(block).isoformat()}


def _waits(first: Waits, contact: Waits) -> dict[str, float | None]:
    return {
        "first_attempt_median": first.median,
        "first_attempt_p90": first.p90,
        "contact_median": contact.median,
        "contact_p90": contact.p90,
    }


def _last_day(block: Block) -> date:
    """Return the last day of a block."""
    return block.monday + timedelta(weeks=BLOCK_WEEKS, days=-1)
