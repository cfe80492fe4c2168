"""Lists as CSV for spreadsheets, and as JSON for programs."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from kiosk.domain.text import clean
from kiosk.exports.columns import (
    LONGEST_CELL,
    ExportContext,
    Progress,
    Table,
    csv_formatters,
    field_getter,
    report_progress,
    row_formatter,
)


def write_csv(
    table: Table,
    rows: Iterable[object],
    file: BinaryIO,
    context: ExportContext,
    progress: Progress | None = None,
    total: int = 0,
) -> int:
    """Write `rows` in UTF-8 with a byte order mark and return how many there were.

    RFC 4180 (CSV) with every cell quoted. There is no place in it for who made it when: the name
    of the file and the audit trail show it.
    """
    columns = table.for_people
    texts_of = row_formatter(columns, csv_formatters(context.zone))
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    count = 0
    try:
        out = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        out.writerow([column.key for column in columns])
        for count, row in enumerate(rows, 1):
            out.writerow(texts_of(row))
            report_progress(progress, count, total)
        text.flush()
    finally:
        # The file belongs to whoever lent it.
        text.detach()
    report_progress(progress, count, total or count, last=True)
    return count


def write_json(
    table: Table,
    rows: Iterable[object],
    file: BinaryIO,
    context: ExportContext,
    progress: Progress | None = None,
    total: int = 0,
) -> int:
    """Write one JSON object in UTF-8, its list under "rows", and return how many there were.

    The first keys hold who made it, when and of what. Values are codes, true and false, and times
    of ISO 8601 with their offset.
    """
    head = {
        "kind": table.kind,
        "site": clean(context.site),
        "exported_at": context.stamp,
        "exported_by": clean(context.login),
        "selection": clean(context.selection),
        "delete_by": None if context.delete_by is None else context.delete_by.isoformat(),
        "zone": context.zone.key,
    }
    write, encode = file.write, json.JSONEncoder(ensure_ascii=False).encode
    write(f"{encode(head)[:-1]}, ".encode() + b'"rows": [')
    keys = [column.key for column in table.columns]
    take, zone, count = field_getter(table.columns), context.zone, 0
    for count, row in enumerate(rows, 1):
        values = (_json_value(value, zone) for value in take(row))
        line = encode(dict(zip(keys, values, strict=True)))
        write((",\n" if count > 1 else "\n").encode() + line.encode())
        report_progress(progress, count, total)
    write(b'\n], "count": %d}\n' % count)
    report_progress(progress, count, total or count, last=True)
    return count


def _json_value(value: object, zone: ZoneInfo) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_json_value(part, zone) for part in value]
    return clean(str(value), LONGEST_CELL)
