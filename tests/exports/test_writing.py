"""The one way to export: the right file, in the right place, private, whole or not there."""

import csv
import json
import zipfile
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.domain.attendance.roster import IssuedPass
from kiosk.domain.callbacks.worklist import WorklistFilter, WorklistPart
from kiosk.domain.passes import CodeKind, encode
from kiosk.errors import SetupError
from kiosk.exports.writing import (
    Exported,
    ExportFormat,
    InFolder,
    describe_selection,
    export_attendance,
    export_callbacks,
    export_pass_sheet,
)
from tests.support.exports import CONTEXT, arrival, request

ID = UUID("01936a3e-0000-7000-8000-0123456d7f3a")
ROWS = [request(1), request(2, preferred_name="Canary")]


def _is(form: ExportFormat, path: Path) -> bool:
    """Return whether a file is what its form says, and holds both rows."""
    match form:
        case ExportFormat.XLSX:
            with zipfile.ZipFile(path) as parts:
                return parts.read("xl/worksheets/sheet1.xml").count(b"<row ") == 3
        case ExportFormat.CSV:
            return len(list(csv.reader(path.read_text("utf-8-sig").splitlines()))) == 3
        case ExportFormat.JSON:
            return len(json.loads(path.read_bytes())["rows"]) == 2
        case ExportFormat.FHIR:
            return bool(json.loads(path.read_bytes())["resourceType"] == "Bundle")


@pytest.mark.parametrize("form", ExportFormat)
def test_an_export_goes_into_the_folder_under_a_name_of_day_and_id(
    tmp_path: Path, form: ExportFormat
) -> None:
    done = export_callbacks(ROWS, InFolder(tmp_path, ID), form, CONTEXT)
    assert done == Exported(tmp_path / f"callbacks-2026-11-23-7f3a{form.suffix}", 2)
    assert _is(form, done.path)
    assert done.path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [done.path]


@pytest.mark.parametrize("form", ExportFormat)
def test_an_export_goes_where_staff_say(tmp_path: Path, form: ExportFormat) -> None:
    path = tmp_path / "for the meeting.dat"
    rows = [arrival(1), arrival(2)]
    assert export_attendance(rows, path, form, CONTEXT) == Exported(path, 2)
    assert _is(form, path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("form", ExportFormat)
def test_nothing_is_overwritten(tmp_path: Path, form: ExportFormat) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"kept")
    with pytest.raises(SetupError, match="File exists"):
        export_callbacks(ROWS, path, form, CONTEXT)
    assert path.read_bytes() == b"kept"


@pytest.mark.parametrize("form", ExportFormat)
def test_an_export_that_is_broken_off_leaves_no_file(tmp_path: Path, form: ExportFormat) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_callbacks(ROWS, InFolder(tmp_path, ID), form, CONTEXT, stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ExportFormat)
def test_the_progress_ends_with_everything(tmp_path: Path, form: ExportFormat) -> None:
    told: list[tuple[int, int]] = []

    def note(done: int, total: int) -> None:
        told.append((done, total))

    export_callbacks(ROWS, tmp_path / "a", form, CONTEXT, note)
    assert told == [(2, 2)]


def test_passes_are_exported_as_a_sheet(tmp_path: Path) -> None:
    passes = [IssuedPass(encode(CodeKind.PASS, bytes(16)), "Canary")]
    done = export_pass_sheet(passes, InFolder(tmp_path, ID), CONTEXT)
    assert done == Exported(tmp_path / "passes-2026-11-23-7f3a.pdf", 1)
    assert done.path.read_bytes().startswith(b"%PDF-")


def test_a_sheet_without_a_pass_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a pass"):
        export_pass_sheet([], InFolder(tmp_path, ID), CONTEXT)
    assert list(tmp_path.iterdir()) == []


def test_the_selection_is_said_without_what_was_searched_for() -> None:
    chosen = WorklistFilter(
        WorklistPart.CALL_NOW, language="ta", text="Canary", window="weekday_am"
    )
    words = describe_selection(chosen)
    assert words == (
        "Requests: call now, language ta, window weekday am, those that match a search"
    )
