"""Row 6: requests opened and written to a file, beside opening them and writing the bare cells."""

import csv
import gc
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from kiosk.domain.callbacks.worklist import WorklistFilter, WorklistPart
from kiosk.exports.columns import (
    CALLBACKS,
    ExportContext,
    csv_formatters,
    row_formatter,
    sheet_formatters,
)
from kiosk.exports.writing import ExportFormat, InFolder, export_callbacks
from tests.bench.caller import Caller, Sealed, caller, open_each
from tests.bench.figures import Figure, timed

Cells = Sequence[tuple[str, ...]]
"""The texts of a file, row by row, with its header."""

_EVERYTHING = WorklistFilter(WorklistPart.ALL)


def exporting(folder: Path, scratch: Path, rounds: int, *, requests: int) -> list[Figure]:
    """Sign a caller in on a prepared data folder and measure as `measure` does."""
    with caller(folder) as one:
        return measure(one, scratch, rounds, requests=requests)


def measure(one: Caller, scratch: Path, rounds: int, *, requests: int) -> list[Figure]:
    """Export by a new desk, and open in a bare loop and write the same cells, in turn."""
    found = []
    for form, bare in ((ExportFormat.XLSX, _bare_workbook), (ExportFormat.CSV, bare_csv)):
        texts_of_all, sealed = cells(one, form), one.sealed()
        taken, floors, writers = [], [], []
        # What stays for all rounds is no garbage, and neither side is to look at it.
        gc.collect()
        gc.freeze()
        for number in range(rounds + 1):
            took = _export(one, scratch, form, number)
            opening = _open(one, sealed)
            writing = _write(bare, scratch / f"bare.{form}", texts_of_all)
            # The first ones import libraries and fill caches.
            if number:
                taken.append(took)
                floors.append(opening + writing)
                writers.append(writing)
        gc.unfreeze()
        notes = f"the floor opens and writes; its writer alone takes {_median_ms(writers)} ms"
        what = f"export of {requests:,} as {form}"
        found.append(timed(6, what, taken, floors, 1.5, notes=notes))
    return found


def _median_ms(times: Sequence[float]) -> int:
    return round(1000 * sorted(times)[len(times) // 2])


def context(one: Caller) -> ExportContext:
    """Give the watermark of an export."""
    return ExportContext(one.kiosk.site.zone, one.kiosk.clock.now(), "bench", "All requests")


def _export(one: Caller, scratch: Path, form: ExportFormat, number: int) -> float:
    """Do what the desk does: open the list, take its rows, write them."""
    began = time.perf_counter()
    rows = one.desk().export_rows(_EVERYTHING)
    written = export_callbacks(rows, InFolder(scratch, UUID(int=number)), form, context(one))
    took = time.perf_counter() - began
    written.path.unlink()
    return took


def _open(one: Caller, sealed: Sealed) -> float:
    began = time.perf_counter()
    open_each(sealed, one.keys)
    return time.perf_counter() - began


def _write(bare: Callable[[Path, Cells], None], path: Path, written: Cells) -> float:
    began = time.perf_counter()
    bare(path, written)
    took = time.perf_counter() - began
    path.unlink()
    return took


def cells(one: Caller, form: ExportFormat) -> Cells:
    """Give the texts that the export writes."""
    columns = CALLBACKS.for_people
    zone = one.kiosk.site.zone
    texts_of = row_formatter(
        columns, sheet_formatters(zone) if form is ExportFormat.XLSX else csv_formatters(zone)
    )
    head = tuple(column.title if form is ExportFormat.XLSX else column.key for column in columns)
    return (head, *(tuple(texts_of(row)) for row in one.desk().export_rows(_EVERYTHING)))


def _bare_workbook(path: Path, written: Cells) -> None:
    from xlsxwriter import Workbook

    with Workbook(path, {"constant_memory": True, "tmpdir": path.parent}) as book:
        sheet = book.add_worksheet()
        as_text = book.add_format({"num_format": "@"})
        for number, row in enumerate(written):
            for place, text in enumerate(row):
                if text:
                    sheet.write_string(number, place, text, as_text)


def bare_csv(path: Path, written: Cells) -> None:
    """Write a CSV file and nothing else."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(written)
