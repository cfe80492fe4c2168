"""Exported lists are read back by other programs: hostile names are texts, numbers stay numbers."""

import csv
import gc
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import Buffer

from kiosk.devices.export_folder import OldFile, files_older_than
from kiosk.domain.callbacks.state import RequestStatus
from kiosk.domain.callbacks.worklist import ExportRow
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.exports import xlsx
from kiosk.exports.columns import ATTENDANCE, CALLBACKS, LONGEST_CELL, ExportContext
from kiosk.exports.csv_json import write_csv, write_json
from kiosk.exports.xlsx import write_xlsx
from tests.support.exports import CONTEXT, HOSTILE, REQUEST, arrival, request

Cells = list[dict[str, Any]]


def read_csv(content: bytes) -> Cells:
    """Read a file as a spreadsheet would."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> tuple[Any, Cells]:
    """Read a workbook; the sheet and its rows by their titles. No cell may be a formula."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    (sheet,) = book.worksheets
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "inlineStr", "n"}
    titles = [str(title) for title in lines[0]]
    rows = [
        {t: "" if c is None else c for t, c in zip(titles, line, strict=True)} for line in lines[1:]
    ]
    return sheet, rows


def as_csv(*rows: ExportRow) -> Cells:
    """Write requests as CSV and read them back."""
    out = io.BytesIO()
    assert write_csv(CALLBACKS, rows, out, CONTEXT) == len(rows)
    return read_csv(out.getvalue())


def as_xlsx(*rows: ExportRow) -> tuple[Any, Cells]:
    """Write requests as a workbook and read them back."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        assert write_xlsx(Path(folder), CALLBACKS, rows, out, CONTEXT) == len(rows)
    return read_xlsx(out.getvalue())


def test_a_request_as_csv() -> None:
    (row,) = as_csv(REQUEST)
    assert "id" not in row
    assert row["asked_at"] == "2026-11-20T14:00:00+08:00"
    assert row["phone"] == "8123 4567"
    assert row["windows"] == "weekday_am saturday_am"
    assert row["wishes"] == "about_work_study interpreter"
    assert (row["status"], row["reason"]) == ("waiting", "")
    assert (row["not_before"], row["attempts"], row["last_result"]) == (
        "2026-11-22",
        "2",
        "no_answer",
    )
    assert (row["share_with_team"], row["unreadable"], row["received_at"]) == ("yes", "no", "")


def test_a_request_as_a_workbook() -> None:
    sheet, (row,) = as_xlsx(REQUEST)
    assert row["Asked at"] == "2026-11-20 14:00+08:00"
    assert row["Phone"] == "8123 4567"
    assert row["When to call"] == "weekdays 9 to 12, Saturday 9 to 12"
    assert row["Wishes"] == "about work study, an interpreter"
    assert (row["Status"], row["Last result"]) == ("waiting", "no answer")
    (number,) = [cell for cell in sheet[2] if isinstance(cell.value, int | float)]
    assert (row["Attempts"], number.value, number.number_format) == (2, 2, "0")
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    widths = [sheet.column_dimensions[c].width for c in ("A", "F")]
    assert widths == pytest.approx([12, 24], abs=1)
    assert sheet.auto_filter.ref == "A1:AI2"
    assert sheet["F2"].number_format == "@"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_text_in_a_workbook(name: str) -> None:
    _, (row,) = as_xlsx(request(preferred_name=name))
    assert row["Name"].isprintable()
    assert "Mei" in row["Name"] or row["Name"] == name.strip()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_text_in_csv(name: str) -> None:
    (row,) = as_csv(request(preferred_name=name, holder=name, last_result=name))
    for cell in (row["name"], row["holder"], row["last_result"]):
        assert cell.isprintable()
        assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠"))


@given(st.text(), st.text(), st.lists(st.text(), max_size=3).map(tuple))
def test_no_text_breaks_a_row(name: str, local: str, windows: tuple[str, ...]) -> None:
    bad = request(preferred_name=name, phone_local=local, windows=windows, reason=name)
    for row in as_csv(bad, REQUEST):
        assert len(row) == len(CALLBACKS.for_people)
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in row.values())
    assert as_csv(bad, REQUEST)[1] == as_csv(REQUEST)[0]


@pytest.mark.parametrize("number", ["+44 20 7946 0000", "+60 12-345 6789"])
def test_a_foreign_number_can_be_read_wherever_it_goes(number: str) -> None:
    foreign = request(phone_local=number, phone_e164="+442079460000")
    country, _, rest = number.partition(" ")
    assert as_csv(foreign)[0]["phone"] == f"({country}) {rest}"
    assert as_xlsx(foreign)[1][0]["Phone"] == number


def test_times_stand_in_the_clinics_zone_on_both_sides_of_a_change() -> None:
    berlin = ExportContext(ZoneInfo("Europe/Berlin"), CONTEXT.at, "caller", "")
    rows = [
        request(1, created_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        request(2, created_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ]
    out = io.BytesIO()
    write_csv(CALLBACKS, rows, out, berlin)
    times = [row["asked_at"] for row in read_csv(out.getvalue())]
    assert times == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


def test_everybody_is_in_the_file_with_status_and_reason() -> None:
    rows = [request(i, status=status) for i, status in enumerate(RequestStatus)]
    unreadable = request(50, unreadable=True, preferred_name="", phone_local="", windows=())
    assert [row["status"] for row in as_csv(*rows, unreadable)] == [*RequestStatus, "waiting"]


def test_the_watermark_is_in_the_properties_and_names_nobody() -> None:
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        write_xlsx(Path(folder), CALLBACKS, [REQUEST], out, CONTEXT)
    properties = openpyxl.load_workbook(out).properties
    assert properties.creator == "caller"
    assert "2026-11-23T14:00:00+08:00" in properties.description
    assert "Delete by 2026-11-30" in properties.description
    assert properties.subject == "Requests: open"
    with zipfile.ZipFile(out) as parts:
        others = [n for n in parts.namelist() if not n.startswith("xl/worksheets/")]
        assert not any(b"Mei" in parts.read(name) for name in others)


def test_an_empty_list_is_a_file_with_a_header() -> None:
    assert as_csv() == []
    sheet, rows = as_xlsx()
    assert rows == []
    assert sheet["A1"].value == "Reference"


def test_json_says_first_who_made_it_and_keeps_what_programs_need() -> None:
    out = io.BytesIO()
    write_json(CALLBACKS, [REQUEST, request(preferred_name="王小明")], out, CONTEXT)
    document = json.loads(out.getvalue().decode("utf-8"))
    assert list(document)[:4] == ["kind", "site", "exported_at", "exported_by"]
    assert (document["exported_by"], document["count"]) == ("caller", 2)
    first, second = document["rows"]
    assert first["id"] == str(REQUEST.request.id)
    assert first["phone_e164"] == "+6581234567"
    assert first["windows"] == ["weekday_am", "saturday_am"]
    assert (first["attempts"], first["share_with_team"], first["closed_at"]) == (2, True, None)
    assert second["name"] == "王小明"
    assert "王小明".encode() in out.getvalue()


@given(st.text())
def test_no_text_breaks_json(name: str) -> None:
    out = io.BytesIO()
    write_json(CALLBACKS, [request(preferred_name=name, status=name)], out, CONTEXT)
    (row,) = json.loads(out.getvalue())["rows"]
    assert row["name"] == row["status"] == clean(name, LONGEST_CELL)


def test_attendance_in_every_form() -> None:
    rows = [arrival(1), arrival(2, name=None, present=False, reason="left_at_once")]
    out = io.BytesIO()
    write_csv(ATTENDANCE, rows, out, CONTEXT)
    first, second = read_csv(out.getvalue())
    assert (first["group"], first["room"], first["name"], first["present"]) == (
        "Wellness group",
        "Level 2",
        "Ravi",
        "yes",
    )
    assert first["arrived_at"] == "2026-11-23T11:55:00+08:00"
    assert (second["name"], second["present"], second["reason"]) == ("", "no", "left_at_once")
    out = io.BytesIO()
    write_json(ATTENDANCE, rows, out, CONTEXT)
    assert json.loads(out.getvalue())["rows"][0]["session_id"] == str(rows[0].session.id)


def test_the_progress_is_told_and_ends_at_the_end() -> None:
    rows = [request(number) for number in range(1200)]
    for write in (write_csv, write_json):
        told: list[tuple[int, int]] = []
        write(CALLBACKS, rows, io.BytesIO(), CONTEXT, lambda *a, t=told: t.append(a), len(rows))
        assert told == [(500, 1200), (1000, 1200), (1200, 1200)]


def test_a_workbook_is_put_together_in_private_and_nothing_is_left(tmp_path: Path) -> None:
    seen: list[int] = []

    def rows() -> Iterator[ExportRow]:
        yield request(1)
        (between,) = tmp_path.iterdir()
        seen.append(between.stat().st_mode & 0o777)
        yield request(2)

    assert write_xlsx(tmp_path, CALLBACKS, rows(), io.BytesIO(), CONTEXT) == 2
    assert seen == [0o700]
    assert list(tmp_path.iterdir()) == []


def test_rows_that_fail_leave_nothing_behind(tmp_path: Path) -> None:
    def rows() -> Iterator[ExportRow]:
        yield request(1)
        raise KeyError("gone")

    with pytest.raises(KeyError):
        write_xlsx(tmp_path, CALLBACKS, rows(), io.BytesIO(), CONTEXT)
    assert list(tmp_path.iterdir()) == []


class _FullDisk(io.BytesIO):
    """A file that takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, content: Buffer, /) -> int:
        self.room -= len(memoryview(content))
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return super().write(content)


@pytest.mark.parametrize("room", [0, 100, 2_000, 6_000])
def test_a_full_disk_is_said_as_such_and_nothing_else(tmp_path: Path, room: int) -> None:
    with pytest.raises(OSError, match="No space left"):
        write_xlsx(tmp_path, CALLBACKS, [REQUEST], _FullDisk(room), CONTEXT)
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_a_sheet_holds_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 2)
    with pytest.raises(SetupError, match="csv or json"):
        write_xlsx(tmp_path, CALLBACKS, [REQUEST] * 3, io.BytesIO(), CONTEXT)


def test_not_before_is_a_day() -> None:
    assert as_csv(request(not_before=date(2026, 12, 1)))[0]["not_before"] == "2026-12-01"


def test_what_a_power_cut_leaves_of_a_workbook_is_found_by_retention(tmp_path: Path) -> None:
    """The rows are on the disk while a workbook is put together."""
    found: list[OldFile] = []

    def rows() -> Iterator[ExportRow]:
        yield request(1)
        yield request(2)
        found.extend(files_older_than(tmp_path, datetime.max.replace(tzinfo=UTC)))

    write_xlsx(tmp_path, CALLBACKS, rows(), io.BytesIO(), CONTEXT)
    assert found != []
    assert {file.path.parent.parent for file in found} == {tmp_path}
