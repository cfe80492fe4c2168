"""Columns: every field of a row is in its list, under a name of its own."""

from dataclasses import fields as dataclass_fields

import pytest

from kiosk.domain.attendance.check_in import Session
from kiosk.domain.attendance.roster import AttendanceRow
from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.worklist import ExportRow, WorkRow
from kiosk.exports.columns import (
    ATTENDANCE,
    CALLBACKS,
    Table,
    csv_formatters,
    field_getter,
    row_formatter,
    sheet_formatters,
)
from tests.support.exports import ARRIVAL, REQUEST, ZONE


def _names(row: type) -> set[str]:
    return {field.name for field in dataclass_fields(row)}


def test_no_field_of_a_request_is_left_out() -> None:
    found = {column.field for column in CALLBACKS.columns}
    asked = {name.removeprefix("request.") for name in found if name.startswith("request.")}
    # The number itself stands there instead.
    assert asked == _names(OpenedRequest) - {"phone_masked"}
    assert found >= _names(ExportRow) - _names(WorkRow)


def test_no_field_of_an_arrival_is_left_out() -> None:
    found = {column.field for column in ATTENDANCE.columns}
    assert {name.split(".")[0] for name in found} == _names(AttendanceRow)
    deeper = {name.split(".")[1] for name in found if "." in name}
    assert deeper <= _names(Session)


@pytest.mark.parametrize("table", [CALLBACKS, ATTENDANCE])
def test_names_of_columns_are_their_own_and_titles_fit(table: Table) -> None:
    assert len({column.key for column in table.columns}) == len(table.columns)
    assert len({column.title for column in table.columns}) == len(table.columns)
    assert [c.title for c in table.columns if len(c.title) > c.width] == []


@pytest.mark.parametrize(("table", "row"), [(CALLBACKS, REQUEST), (ATTENDANCE, ARRIVAL)])
def test_every_cell_can_be_written(table: Table, row: object) -> None:
    for writers in (sheet_formatters(ZONE), csv_formatters(ZONE)):
        assert {column.cell for column in table.columns} <= writers.keys()
        assert all(write(None) in ("", "no") for write in writers.values())


@pytest.mark.parametrize(("table", "row"), [(CALLBACKS, REQUEST), (ATTENDANCE, ARRIVAL)])
def test_a_row_is_written_cell_by_cell(table: Table, row: object) -> None:
    columns = table.for_people
    for by_cell in (csv_formatters(ZONE), sheet_formatters(ZONE)):
        values = field_getter(columns)(row)
        written = [by_cell[c.cell](value) for c, value in zip(columns, values, strict=True)]
        assert row_formatter(columns, by_cell)(row) == written
