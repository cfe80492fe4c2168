"""`kiosk reports`: figures of whole weeks, as charts and tables, JSON or CSV."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, TypeVar

import typer

from kiosk.cli import figurefiles
from kiosk.cli.options import ManagerOption
from kiosk.cli.output import Format, FormatOption, show, write
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import Noun, print_help
from kiosk.domain import figurelines
from kiosk.domain.charts import LEGEND
from kiosk.domain.figurelines import Figure
from kiosk.domain.figures import AttendanceBlock, RequestsBlock

app = typer.Typer(
    cls=Noun,
    help="Figures of whole weeks, nobody's own.",
    invoke_without_command=True,
    callback=print_help,
)
BlocksOption = Annotated[
    int, typer.Option("--blocks", metavar="N", min=1, max=26, help="So many times four weeks.")
]
Block = TypeVar("Block", RequestsBlock, AttendanceBlock)
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
        _print(told.blocks, form, figurefiles.of_requests, figurefiles.lines_of_requests)


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
        _print(told.blocks, form, figurefiles.of_attendance, figurefiles.lines_of_attendance)


def _draw(
    blocks: Sequence[Block], next_at: datetime, figures: Callable[[Block], Iterator[Figure]]
) -> None:
    """Print blocks as charts and tables, as wide as the terminal is."""
    width = min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size().columns))
    lines: list[str] = []
    for block in figurelines.with_something(blocks):
        head = f"{block.block.monday} to {figurefiles.last_day(block.block)}"
        lines += [head, "=" * len(head), ""]
        lines += _lines(figures(block), width)
    if lines:
        lines += [LEGEND, f"The next four weeks are told on {next_at:%Y-%m-%d}."]
    else:
        lines = [_NOTHING.format(f"{next_at:%Y-%m-%d}")]
    write("\n".join(lines))


def _lines(figures: Iterable[Figure], width: int) -> list[str]:
    return [line for one in figures for line in (one.title, "", *one.draw(width), "")]


def _print(
    blocks: Sequence[Block],
    form: Format,
    document: Callable[[Block], Mapping[str, object]],
    rows: Callable[[Block], Iterator[Mapping[str, object]]],
) -> None:
    """Print blocks as JSON, each a document, or as CSV, each number on a line."""
    if form is Format.JSON:
        write(json.dumps([document(one) for one in blocks], ensure_ascii=False, indent=2))
    else:
        lines = [line for one in blocks for line in rows(one)]
        show(lines, form, columns=figurefiles.COLUMNS, empty="")


def _of_requests(block: RequestsBlock) -> Iterator[Figure]:
    yield from figurelines.requests(block, _language)
    yield figurelines.waits(block, _language)
    yield figurelines.reach(block)


def _of_attendance(block: AttendanceBlock) -> Iterator[Figure]:
    yield figurelines.attendance(block)
    yield figurelines.busy(block)


def _language(code: str) -> str:
    from kiosk.ui.desk.callwords import call_language

    return call_language(code)
