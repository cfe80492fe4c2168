"""Lists on the command line: a table, JSON or CSV of the same rows."""

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from kiosk.domain.text import clean

Row = Mapping[str, object]
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP ASVS 1.2.10)."""


class Format(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show(rows: Sequence[Row], form: Format, *, columns: Sequence[str], empty: str) -> None:
    """Print `rows` on standard output; `empty` is the sentence of a table without rows."""
    match form:
        case Format.JSON:
            text = json.dumps([_plain(row, columns) for row in rows], ensure_ascii=False, indent=2)
        case Format.CSV:
            text = as_csv(rows, columns)
        case Format.TABLE:
            text = _as_table(rows, columns) if rows else empty
    sys.stdout.write(text.rstrip("\n") + "\n")


def as_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return `rows` as CSV in which no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        plain = _plain(row, columns)
        writer.writerow([_harmless(plain[column]) for column in columns])
    return out.getvalue()


def _plain(row: Row, columns: Sequence[str]) -> dict[str, object]:
    """Return the row with times as ISO text and every text cleaned for a terminal."""
    return {column: _value(row.get(column)) for column in columns}


def _value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_value(part) for part in value]
    return clean(str(value), 400)


def _harmless(value: object) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else _words(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _as_table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    from rich.cells import cell_len, set_cell_size

    lines = [[column.replace("_", " ") for column in columns]]
    for row in rows:
        plain = _plain(row, columns)
        lines.append([_cell(plain[column]) for column in columns])
    widths = [max(cell_len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join(
        "  ".join(set_cell_size(c, w) for c, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else _words(value)
