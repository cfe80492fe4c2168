"""What the command line and the desk call to put lists and passes into files."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from kiosk.domain.roster import AttendanceRow, IssuedPass
from kiosk.domain.worklist import ExportRow, Filter
from kiosk.reports.files import filling, new_export, new_private_file
from kiosk.reports.tables import ATTENDANCE, CALLBACKS, ExportContext, Progress, Table


class Form(StrEnum):
    """What a list is written as."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    FHIR = "fhir"

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return ".fhir.json" if self is Form.FHIR else f".{self}"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written, whole."""

    path: Path
    rows: int
    """Requests, people or passes in it."""


@dataclass(frozen=True, slots=True)
class InFolder:
    """Put it into a folder (see `files.exports_folder`) under a name of day and id."""

    folder: Path
    id: UUID
    """A new one."""


Target = InFolder | Path
"""Where a file goes: into a folder, or to a path where nothing is yet."""


_Write = Callable[
    [Table, Iterable[object], BinaryIO, ExportContext, Progress | None, int],
    int,
]


def export_callbacks(
    rows: Collection[ExportRow],
    target: Target,
    form: Form,
    context: ExportContext,
    progress: Progress | None = None,
) -> Exported:
    """Write callback requests; `progress` is told how many are done, and of how many.

    A file that fails goes again. Raises SetupError where it cannot be made or written.
    """
    if form is not Form.FHIR:
        return _export(CALLBACKS, rows, target, form, context, progress)
    from kiosk.reports.fhir import write_bundle
    from kiosk.reports.fhir_callbacks import callback_resources

    records = (callback_resources(row, context) for row in rows)
    with _opened(CALLBACKS.kind, target, form.suffix, context) as (path, file):
        return Exported(path, write_bundle(records, file, context, progress, len(rows)))


def export_attendance(
    rows: Collection[AttendanceRow],
    target: Target,
    form: Form,
    context: ExportContext,
    progress: Progress | None = None,
) -> Exported:
    """Write attendance as `export_callbacks` does; in FHIR the progress counts sessions."""
    if form is not Form.FHIR:
        return _export(ATTENDANCE, rows, target, form, context, progress)
    from kiosk.reports.fhir import write_bundle
    from kiosk.reports.fhir_attendance import by_session, session_resources

    sessions = by_session(rows)
    records = (session_resources(session, context) for session in sessions)
    with _opened(ATTENDANCE.kind, target, form.suffix, context) as (path, file):
        write_bundle(records, file, context, progress, len(sessions))
        return Exported(path, len(rows))


def export_pass_sheet(
    passes: Sequence[IssuedPass], target: Target, context: ExportContext
) -> Exported:
    """Write passes as a PDF to print and cut, numbered in the order given.

    Raises SetupError where the file cannot be made or written, ValueError without a pass.
    """
    from kiosk.reports.pass_sheet import pass_sheet

    sheet = pass_sheet(passes)
    with _opened("passes", target, ".pdf", context) as (path, file):
        file.write(sheet)
    return Exported(path, len(passes))


def selection_words(chosen: Filter) -> str:
    """Say in words which requests were asked for, without what was searched for: often a name."""
    parts = [f"Requests: {chosen.show}".replace("_", " ")]
    if chosen.language:
        parts.append(f"language {chosen.language}")
    if chosen.window:
        parts.append(f"window {chosen.window.replace('_', ' ')}")
    if chosen.text:
        parts.append("those that match a search")
    return ", ".join(parts)


def _export(
    table: Table,
    rows: Collection[object],
    target: Target,
    form: Form,
    context: ExportContext,
    progress: Progress | None,
) -> Exported:
    with _opened(table.kind, target, form.suffix, context) as (path, file):
        write = _writer(form, path.parent)
        return Exported(path, write(table, rows, file, context, progress, len(rows)))


def _writer(form: Form, folder: Path) -> _Write:
    """Return what writes a table; `folder` is where a workbook is put together."""
    if form is Form.XLSX:
        from kiosk.reports.xlsx import write_xlsx

        return partial(write_xlsx, folder)
    if form is Form.CSV:
        from kiosk.reports.csvfile import write_csv

        return write_csv
    from kiosk.reports.jsonfile import write_json

    return write_json


@contextmanager
def _opened(
    stem: str, target: Target, suffix: str, context: ExportContext
) -> Iterator[tuple[Path, BinaryIO]]:
    """Lend the new file of an export with its path; it goes again where the block fails."""
    if isinstance(target, Path):
        with new_private_file(target) as file:
            yield target, file
        return
    day = context.at.astimezone(context.zone).date()
    path, handle = new_export(target.folder, stem, suffix, day, target.id)
    with filling(path, handle) as file:
        yield path, file
