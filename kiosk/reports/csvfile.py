"""Lists as CSV for spreadsheets: no cell can be taken for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from kiosk.reports.tables import ExportContext, Progress, Table, csv_writers, tell, texts


def write_csv(
    table: Table,
    rows: Iterable[object],
    file: BinaryIO,
    context: ExportContext,
    progress: Progress | None = None,
    total: int = 0,
) -> int:
    """Write `rows` in UTF-8 with a byte order mark and return how many there were.

    RFC 4180 with every cell quoted. There is no place in it for who made it when: the name of the
    file and the audit trail say it.
    """
    columns = table.for_people
    texts_of = texts(columns, csv_writers(context.zone))
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    count = 0
    try:
        out = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        out.writerow([column.key for column in columns])
        for count, row in enumerate(rows, 1):
            out.writerow(texts_of(row))
            tell(progress, count, total)
        text.flush()
    finally:
        # The file belongs to whoever lent it.
        text.detach()
    tell(progress, count, total or count, last=True)
    return count
