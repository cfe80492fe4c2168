"""`kiosk reports`: figures of whole weeks, as charts and tables, JSON or CSV."""

import json
import shutil
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from kiosk.cli.arguments import ManagerOption
from kiosk.cli.output import Format, FormatOption, show, write
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import Noun, print_help
from kiosk.domain.statistics import AnyBlock
from kiosk.presentation.charts import LEGEND
from kiosk.presentation.languages import format_call_language
from kiosk.presentation.statistics import (
    REPORTS,
    ROW_COLUMNS,
    ReportPresentation,
    skip_empty_blocks,
)

app = typer.Typer(
    cls=Noun,
    help="Figures of whole weeks, nobody's own.",
    invoke_without_command=True,
    callback=print_help,
)
BlocksOption = Annotated[
    int, typer.Option("--blocks", metavar="N", min=1, max=26, help="So many times four weeks.")
]
_USUAL = 3
_NARROWEST, _WIDEST = 40, 100
"""Cells."""
_NOTHING = (
    "There is nothing to tell yet: figures are told of four whole weeks, two days after they have"
    " ended, where at least five people stand behind them; the next ones on {}."
)
_HELP = (
    "Asks for your passphrase, or reads KIOSK_PASSPHRASE. Told are four whole weeks at a time, two"
    " days after they end. Small numbers are hidden: null in JSON, an empty cell in CSV."
)


def _add_command(report: ReportPresentation[Any]) -> None:
    @app.command(report.command, help=f"{report.help}\n\n{_HELP}")
    def tell(
        user: ManagerOption, blocks: BlocksOption = _USUAL, form: FormatOption = Format.TABLE
    ) -> None:
        with signed_in(user) as (kiosk, access, staff):
            found = access.oversight_desk(staff).report(report.kind, blocks)
            zone = kiosk.site.zone
        if form is Format.TABLE:
            _draw(report, found.blocks, found.next_at.astimezone(zone))
        else:
            _print(report, found.blocks, form)


for _report in REPORTS:
    _add_command(_report)


def _draw(
    report: ReportPresentation[AnyBlock], blocks: Sequence[AnyBlock], next_at: datetime
) -> None:
    """Print blocks as charts and tables, as wide as the terminal is."""
    width = min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size().columns))
    lines: list[str] = []
    for block in skip_empty_blocks(blocks):
        head = f"{block.block.monday} to {block.block.last_day}"
        lines += [head, "=" * len(head), ""]
        for tab in report.tabs:
            for section in tab.draw(block, format_call_language):
                lines += [section.title, "", *section.draw(width), ""]
    if lines:
        lines += [LEGEND, f"The next four weeks are told on {next_at:%Y-%m-%d}."]
    else:
        lines = [_NOTHING.format(f"{next_at:%Y-%m-%d}")]
    write("\n".join(lines))


def _print(report: ReportPresentation[AnyBlock], blocks: Sequence[AnyBlock], form: Format) -> None:
    """Print blocks as JSON, each a document, or as CSV, each number on a line."""
    if form is Format.JSON:
        documents = [report.document(one) for one in blocks]
        write(json.dumps(documents, ensure_ascii=False, indent=2))
    else:
        lines = [line for one in blocks for line in report.rows(one)]
        show(lines, form, columns=ROW_COLUMNS, empty="")
