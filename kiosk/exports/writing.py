"""Exports: lists and passes written into new files, readable by their owner alone."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from kiosk.domain.attendance.roster import AttendanceRow, IssuedPass
from kiosk.domain.callbacks.entry import BlankForm
from kiosk.domain.callbacks.worklist import ExportRow, WorklistFilter
from kiosk.domain.person.data import PersonData
from kiosk.errors import SetupError
from kiosk.exports.columns import ATTENDANCE, CALLBACKS, ExportContext, Progress, Table

FOLDER = "exports"
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_ENDINGS = (4, 8, 12)
"""Hexadecimal digits of the id at the end of a name: more where a name is taken."""


class ExportFormat(StrEnum):
    """The format of an exported list."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    FHIR = "fhir"

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return ".fhir.json" if self is ExportFormat.FHIR else f".{self}"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written, whole."""

    path: Path
    rows: int
    """Requests, people or passes in it."""


@dataclass(frozen=True, slots=True)
class InFolder:
    """A new file in a folder (see `exports_folder`), named by day and id."""

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
    form: ExportFormat,
    context: ExportContext,
    progress: Progress | None = None,
) -> Exported:
    """Write callback requests; `progress` is called with how many are done, and of how many.

    A file that fails is deleted. Raises SetupError where it cannot be made or written.
    """
    if form is not ExportFormat.FHIR:
        return _export(CALLBACKS, rows, target, form, context, progress)
    from kiosk.exports.fhir import callback_resources, write_bundle

    records = (callback_resources(row, context) for row in rows)
    with _opened(CALLBACKS.kind, target, form.suffix, context) as (path, file):
        return Exported(path, write_bundle(records, file, context, progress, len(rows)))


def export_attendance(
    rows: Collection[AttendanceRow],
    target: Target,
    form: ExportFormat,
    context: ExportContext,
    progress: Progress | None = None,
) -> Exported:
    """Write attendance as `export_callbacks` does; in FHIR the progress counts sessions."""
    if form is not ExportFormat.FHIR:
        return _export(ATTENDANCE, rows, target, form, context, progress)
    from kiosk.exports.fhir import by_session, session_resources, write_bundle

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
    from kiosk.exports.paper.pass_sheet import pass_sheet

    path = write_pdf("passes", pass_sheet(passes), target, context)
    return Exported(path, len(passes))


def write_pdf(stem: str, pdf: bytes, target: Target, context: ExportContext) -> Path:
    """Write a PDF that is drawn already, and return where it is.

    `stem` begins its name in a folder. Raises SetupError where it cannot be made or written.
    """
    with _opened(stem, target, ".pdf", context) as (path, file):
        file.write(pdf)
    return path


def export_blank_forms(
    forms: Sequence[BlankForm], target: Target, context: ExportContext, calling_number: str = ""
) -> Exported:
    """Write paper forms for callback requests as a PDF, a page each.

    `calling_number` is the setting's. Raises as `export_pass_sheet` does.
    """
    from kiosk.exports.paper.blank_form import blank_forms

    pages = blank_forms(forms, context.site, calling_number)
    return Exported(write_pdf("callback-forms", pages, target, context), len(forms))


def export_person(data: PersonData, target: Target, context: ExportContext) -> tuple[Path, Path]:
    """Write one person's data as JSON and as a page to hand over; no name stands in their names.

    Raises SetupError where a file cannot be made or written.
    """
    from kiosk.exports.person import write_document, write_page

    with _opened("person", target, ".json", context) as (document, file):
        write_document(data, file, context)
    beside = target.with_suffix(".html") if isinstance(target, Path) else target
    with _opened("person", beside, ".html", context) as (page, file):
        write_page(data, file, context)
    return document, page


def describe_selection(chosen: WorklistFilter) -> str:
    """Return which requests were chosen, without the text of a search: it is often a name."""
    parts = [f"Requests: {chosen.show}".replace("_", " ")]
    if chosen.language:
        parts.append(f"language {chosen.language}")
    if chosen.window:
        parts.append(f"window {chosen.window.replace('_', ' ')}")
    if chosen.for_me:
        parts.append("for one caller")
    if chosen.text:
        parts.append("those that match a search")
    return ", ".join(parts)


def exports_folder(data: Path) -> Path:
    """Return the exports folder (0700) of a data folder, made where it is missing."""
    folder = data / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink():
            raise SetupError(f"{folder} is a link; put a folder in its place.")
        folder.chmod(0o700)
    except OSError as error:
        raise SetupError(f"{folder} cannot be made ({error.strerror}).") from None
    return folder


def new_export(folder: Path, stem: str, suffix: str, day: date, id_: UUID) -> tuple[Path, int]:
    """Return the path and handle of a new file (0600) such as callbacks-2026-11-23-7f3a.xlsx.

    `suffix` has its dot; `day` is the clinic's, `id_` a new one. Raises SetupError where no file
    can be made in `folder`.
    """
    for length in _ENDINGS:
        path = folder / f"{stem}-{day.isoformat()}-{id_.hex[-length:]}{suffix}"
        try:
            return path, os.open(path, _FLAGS, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise SetupError(f"{path} cannot be made ({error.strerror}).") from None
    raise SetupError(f"{folder} holds too many files of today; take some away.")


@contextmanager
def new_private_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file (0600) to fill; it is deleted where the block fails.

    Raises SetupError where there is one of this name, or it cannot be made or written.
    """
    try:
        handle = os.open(path, _FLAGS, 0o600)
    except OSError as error:
        raise SetupError(
            f"{path} cannot be made ({error.strerror}); name a new file in a folder of yours."
        ) from None
    with fill_file(path, handle) as file:
        yield file


@contextmanager
def fill_file(path: Path, handle: int) -> Iterator[BinaryIO]:
    """Yield a file that was just made; it is deleted where the block fails.

    Raises SetupError where it cannot be written.
    """
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SetupError(f"{path} cannot be written ({error.strerror}).") from None
        raise


def _export(
    table: Table,
    rows: Collection[object],
    target: Target,
    form: ExportFormat,
    context: ExportContext,
    progress: Progress | None,
) -> Exported:
    with _opened(table.kind, target, form.suffix, context) as (path, file):
        write = _writer(form, path.parent)
        return Exported(path, write(table, rows, file, context, progress, len(rows)))


def _writer(form: ExportFormat, folder: Path) -> _Write:
    """Return what writes a table; `folder` is where a workbook is put together."""
    if form is ExportFormat.XLSX:
        from kiosk.exports.xlsx import write_xlsx

        return partial(write_xlsx, folder)
    if form is ExportFormat.CSV:
        from kiosk.exports.csv_json import write_csv

        return write_csv
    from kiosk.exports.csv_json import write_json

    return write_json


@contextmanager
def _opened(
    stem: str, target: Target, suffix: str, context: ExportContext
) -> Iterator[tuple[Path, BinaryIO]]:
    """Yield the new file of an export with its path; it is deleted where the block fails."""
    if isinstance(target, Path):
        with new_private_file(target) as file:
            yield target, file
        return
    day = context.at.astimezone(context.zone).date()
    path, handle = new_export(target.folder, stem, suffix, day, target.id)
    with fill_file(path, handle) as file:
        yield path, file
