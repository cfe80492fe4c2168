"""What commands print: lists as a table, JSON or CSV of the same rows, and how far a task is."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.domain.text import clean, format_csv_text
from kiosk.exports.writing import ExportFormat

if TYPE_CHECKING:
    from kiosk.exports.columns import ExportContext
    from kiosk.exports.writing import Exported

_BLACK_ON_WHITE, _PLAIN = "\x1b[30;107m", "\x1b[0m"


class Format(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="How to print it.")]
FormOption = Annotated[
    ExportFormat | None,
    typer.Option("--format", help="What to write; else as FILE ends, else a workbook."),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="A new file; else one in the exports folder."
    ),
]
Row = Mapping[str, object]
_LONGEST_CELL = 400


def show(rows: Sequence[Row], form: Format, *, columns: Sequence[str], empty: str) -> None:
    """Print `rows` on standard output; `empty` is the sentence of a table without rows."""
    match form:
        case Format.JSON:
            text = json.dumps([_plain(row, columns) for row in rows], ensure_ascii=False, indent=2)
        case Format.CSV:
            text = format_csv(rows, columns)
        case Format.TABLE:
            text = format_table(rows, columns, _terminal_width()) if rows else empty
    write(text)


def show_one(row: Row, form: Format, *, columns: Sequence[str]) -> None:
    """Print a single answer: a list of one row, as a table one cell below the other."""
    if form is Format.TABLE:
        write(format_card(row, columns))
    else:
        show([row], form, columns=columns, empty="")


def write(text: str) -> None:
    """Print text on standard output, whatever characters that knows."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text.rstrip("\n") + "\n")


def format_table(rows: Sequence[Row], columns: Sequence[str], room: int | None = None) -> str:
    """Return `rows` in aligned columns, or one below the other where `room` cells are too few."""
    from rich.cells import cell_len

    from kiosk.ui.terminal.widths import count_vowel_signs

    count_vowel_signs()
    titles = _titles(columns)
    lines = [[_format_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(titles, *lines, strict=True)]
    if room is not None and sum(widths) + 2 * (len(widths) - 1) > room:
        return _format_cards(titles, lines)
    numbers = [_are_numbers(row.get(column) for row in rows) for column in columns]
    return "\n".join(
        "  ".join(map(_aligned, line, widths, numbers)).rstrip() for line in (titles, *lines)
    )


def format_card(row: Row, columns: Sequence[str]) -> str:
    """Return one row with its cells one below the other."""
    return _format_cards(_titles(columns), [[_format_cell(row.get(column)) for column in columns]])


def format_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return `rows` as CSV in which no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        plain = _plain(row, columns)
        writer.writerow([_harmless(plain[column]) for column in columns])
    return out.getvalue()


def _format_cards(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return each line as a block of its own, a title and a cell in each row."""
    width = max(map(len, titles))
    blocks = (
        "\n".join(f"{t:<{width}}  {c}".rstrip() for t, c in zip(titles, line, strict=True))
        for line in lines
    )
    return "\n\n".join(blocks)


def _titles(columns: Sequence[str]) -> list[str]:
    return [column.replace("_", " ") for column in columns]


def _are_numbers(values: Iterable[object]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in known
    )


def _aligned(text: str, width: int, is_number: bool) -> str:
    """Return `text` in `width` cells, a number at the right."""
    from rich.cells import cell_len

    blanks = " " * (width - cell_len(text))
    return blanks + text if is_number else text + blanks


def _terminal_width() -> int | None:
    """Return how many cells wide the terminal is; None where the output goes elsewhere."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):
        return None


def _plain(row: Row, columns: Sequence[str]) -> dict[str, object]:
    """Return the row with times as ISO text and every text cleaned for a terminal."""
    return {column: _value(row.get(column)) for column in columns}


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_value(part) for part in value]
    text = str(value)
    # Only a path means something else once its spaces have been put in order.
    return text if isinstance(value, Path) and text.isprintable() else clean(text, _LONGEST_CELL)


def _harmless(value: object) -> str:
    return format_csv_text(
        " ".join(map(str, value)) if isinstance(value, list) else _format_plain(value)
    )


def _format_cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    plain = _value(value)
    return ", ".join(map(str, plain)) if isinstance(plain, list) else _format_plain(plain)


def _format_plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def chosen_format(form: ExportFormat | None, output: Path | None) -> ExportFormat:
    """Return the format that was asked for, or that the file's name ends in."""
    if form is not None or output is None:
        return form or ExportFormat.XLSX
    name = output.name.lower()
    # The longest ending first: .fhir.json is no plain .json.
    known = sorted(ExportFormat, key=lambda one: -len(one.suffix))
    return next((one for one in known if name.endswith(one.suffix)), ExportFormat.XLSX)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Lend a function of how many of how many are done: a bar, where a terminal can show it."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def print_exported(written: "Exported", nouns: tuple[str, str], context: "ExportContext") -> None:
    """Print the file's path for a program, and for people what is in it (one, several)."""
    write(str(written.path))
    kept = f"; it is deleted after {context.delete_by}" if context.delete_by else ""
    noun = nouns[written.rows != 1]
    sys.stderr.write(f"{written.rows} {noun} written{kept}.\n")


def draw_code(text: str) -> None:
    """Draw `text` as a QR code, on a terminal that can."""
    if not sys.stdout.isatty() or not _can_draw_blocks() or "NO_COLOR" in os.environ:
        return
    from kiosk.content.qr import qr_lines, qr_matrix

    for line in qr_lines(qr_matrix(text)):
        sys.stdout.write(f"{_BLACK_ON_WHITE}{line}{_PLAIN}\n")


def _can_draw_blocks() -> bool:
    try:
        "▀▄█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
