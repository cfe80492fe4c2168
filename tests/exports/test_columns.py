"""Columns: every field of a row is in its list, under a name of its own."""

from collections.abc import Iterable
from dataclasses import fields as dataclass_fields

import pytest

from kiosk.domain.attendance.anomalies import AnomalyKind
from kiosk.domain.attendance.attendance import FirstVisit
from kiosk.domain.attendance.check_in import Session
from kiosk.domain.attendance.roster import AttendanceRow, PassState, VoidReason
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallLanguage,
    ConsentBy,
    ConsentHow,
    MessagePolicy,
    OpenedRequest,
    Origin,
    Source,
    Window,
)
from kiosk.domain.callbacks.state import AttemptResult, Outcome, RequestStatus
from kiosk.domain.callbacks.wishes import Wish
from kiosk.domain.callbacks.worklist import ExportRow, WorkRow
from kiosk.exports.columns import (
    ATTENDANCE,
    CALLBACKS,
    Cell,
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
    asked = {name.split(".")[1] for name in found if name.startswith("request.")}
    # The number itself stands there instead.
    assert asked == _names(OpenedRequest) - {"phone_masked"}
    origin = {name.split(".")[2] for name in found if name.startswith("request.origin.")}
    # Who entered it stands there by the login.
    assert origin | {"entered_by"} == _names(Origin)
    assert found >= (_names(ExportRow) - _names(WorkRow)) | {"entered_by"}


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
    for formatter_of in (sheet_formatters(ZONE), csv_formatters(ZONE)):
        assert all(formatter_of(column)(None) in ("", "no") for column in table.columns)


@pytest.mark.parametrize(("table", "row"), [(CALLBACKS, REQUEST), (ATTENDANCE, ARRIVAL)])
def test_a_row_is_written_cell_by_cell(table: Table, row: object) -> None:
    columns = table.for_people
    for formatter_of in (csv_formatters(ZONE), sheet_formatters(ZONE)):
        values = field_getter(columns)(row)
        written = [formatter_of(c)(value) for c, value in zip(columns, values, strict=True)]
        assert row_formatter(columns, formatter_of)(row) == written


CODES: dict[str, Iterable[str]] = {
    "status": RequestStatus, "reason": Outcome, "windows": Window, "call_language": CallLanguage,
    "wishes": Wish, "message_policy": MessagePolicy, "answered_by_other": AnsweredByOther,
    "screen_language": ("en", "zh", "ms", "ta"), "last_result": AttemptResult,
    "flag": AnomalyKind, "pass": PassState, "first_visit": FirstVisit, "source": Source,
    "consent_by": ConsentBy, "consent_how": ConsentHow,
}  # fmt: skip
"""The codes of each column of codes; of ATTENDANCE the reason is another one."""


@pytest.mark.parametrize("table", [CALLBACKS, ATTENDANCE])
def test_people_read_words_for_every_code(table: Table) -> None:
    sheet, plain = sheet_formatters(ZONE), csv_formatters(ZONE)
    for column in (one for one in table.columns if one.cell is Cell.CODE):
        is_void_reason = (table, column.key) == (ATTENDANCE, "reason")
        codes = list(VoidReason if is_void_reason else CODES[column.key])
        words = [sheet(column)(code) for code in codes]
        assert all(len(word) <= column.width for word in words), column.key
        assert len(set(words)) == len(words), column.key
        assert not {"yue", "nan", "zh", "none", "weekday am"} & set(words)
        assert [plain(column)(code) for code in codes] == codes
        assert sheet(column)("a_new_one") == "a new one"
