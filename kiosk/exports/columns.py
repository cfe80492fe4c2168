"""The columns of exported lists, as data, and how their cells are written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from kiosk.content.languages import format_language
from kiosk.domain.text import clean, format_csv_text, format_phone_cell
from kiosk.presentation.attendance import (
    format_first_visit,
    format_pass_state,
    format_void_reason,
)
from kiosk.presentation.callbacks import (
    format_answered_by_other,
    format_consent_by,
    format_consent_how,
    format_message_policy,
    format_outcome,
    format_result,
    format_source,
    format_status,
    format_window,
)
from kiosk.presentation.languages import format_call_language
from kiosk.presentation.records import format_anomaly_kind
from kiosk.presentation.wishes import format_wish

Progress = Callable[[int, int], None]
"""Called with how many rows are done, and of how many (0 where nobody knows)."""
LONGEST_CELL = 400
"""Characters of one cell; the desks cut texts shorter than that."""
_STEP = 500
"""Rows between two calls of the progress."""
_MOST_CODES = 1024

CellFormatter = Callable[[object], str]
"""Takes a field and returns the text of its cell."""


class Cell(Enum):
    """The kind of a column's values, and so how they are written."""

    TEXT = auto()
    """Typed by somebody."""
    CODE = auto()
    """One code of an enum of ours, or several."""
    PHONE = auto()
    TIME = auto()
    """Aware; written in the clinic's zone with its offset."""
    DAY = auto()
    TRUTH = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column."""

    key: str
    """Its name for programs (CSV, JSON)."""
    title: str
    """Its name for people (XLSX)."""
    width: int
    """In characters."""
    field: str
    """The attribute of a row, dotted where it lies deeper."""
    cell: Cell = Cell.TEXT
    words: Callable[[str], str] = str
    """What people call a code of it."""
    for_people: bool = True
    """False for what only programs can use: it stands in JSON alone."""


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of list."""

    kind: str
    """Begins the names of its files."""
    title: str
    columns: tuple[ExportColumn, ...]

    @property
    def for_people(self) -> tuple[ExportColumn, ...]:
        """The columns of a spreadsheet."""
        return tuple(column for column in self.columns if column.for_people)


@dataclass(frozen=True, slots=True)
class ExportContext:
    """Whose file it is, and where and when it is made: its watermark."""

    zone: ZoneInfo
    at: datetime
    """Aware."""
    login: str
    """Of the member of staff who asked for it."""
    selection: str
    """What was asked for, in words without anybody's name."""
    site: str = ""
    """Name of the clinic."""
    delete_by: date | None = None
    """When the exports folder drops it; None for a file elsewhere."""

    @property
    def stamp(self) -> str:
        """When it was made, in the clinic's zone."""
        return self.at.astimezone(self.zone).isoformat(timespec="seconds")


CALLBACKS = Table(
    "callbacks",
    "Callback requests",
    (
        ExportColumn("id", "Id", 38, "request.id", for_people=False),
        ExportColumn("reference", "Reference", 12, "request.reference"),
        ExportColumn("status", "Status", 14, "state.status", Cell.CODE, format_status),
        ExportColumn("reason", "Reason", 19, "state.reason", Cell.CODE, format_outcome),
        ExportColumn("asked_at", "Asked at", 23, "request.created_at", Cell.TIME),
        ExportColumn("received_at", "Received at", 23, "request.received_at", Cell.TIME),
        ExportColumn("name", "Name", 24, "request.preferred_name"),
        ExportColumn("phone", "Phone", 20, "phone_local", Cell.PHONE),
        ExportColumn("phone_e164", "Phone, international", 20, "phone_e164", for_people=False),
        ExportColumn("windows", "When to call", 28, "request.windows", Cell.CODE, format_window),
        ExportColumn("not_before", "Not before", 12, "request.not_before", Cell.DAY),
        ExportColumn("retimed_at", "Times changed at", 23, "request.retimed_at", Cell.TIME),
        ExportColumn(
            "call_language",
            "Language",
            16,
            "request.call_language",
            Cell.CODE,
            format_call_language,
        ),
        ExportColumn("wishes", "Wishes", 28, "request.wishes", Cell.CODE, format_wish),
        ExportColumn(
            "message_policy",
            "Message",
            23,
            "request.message_policy",
            Cell.CODE,
            format_message_policy,
        ),
        ExportColumn(
            "answered_by_other",
            "If another answers",
            19,
            "request.answered_by_other",
            Cell.CODE,
            format_answered_by_other,
        ),
        ExportColumn(
            "share_with_team", "Share with team", 15, "request.share_with_team", Cell.TRUTH
        ),
        ExportColumn(
            "screen_language",
            "Screen language",
            15,
            "request.ui_language",
            Cell.CODE,
            format_language,
        ),
        ExportColumn("source", "Came by", 11, "request.origin.source", Cell.CODE, format_source),
        ExportColumn("entered_by", "Entered by", 14, "entered_by"),
        ExportColumn(
            "consent_by",
            "Yes by",
            19,
            "request.origin.consent_by",
            Cell.CODE,
            format_consent_by,
        ),
        ExportColumn(
            "consent_how",
            "Yes given",
            14,
            "request.origin.consent_how",
            Cell.CODE,
            format_consent_how,
        ),
        ExportColumn("attempts", "Attempts", 9, "schedule.attempts", Cell.NUMBER),
        ExportColumn("first_attempt_at", "First attempt", 23, "first_attempt_at", Cell.TIME),
        ExportColumn("last_attempt_at", "Last attempt", 23, "last_attempt_at", Cell.TIME),
        ExportColumn(
            "last_result", "Last result", 23, "schedule.last_result", Cell.CODE, format_result
        ),
        ExportColumn("next_at", "Next try", 23, "schedule.next_at", Cell.TIME),
        ExportColumn("holder", "Claimed by", 14, "holder"),
        ExportColumn("handed_to", "Handed to", 14, "handed_to"),
        ExportColumn("closed_at", "Closed at", 23, "state.since", Cell.TIME),
        ExportColumn("booked_for", "Talk at", 23, "booked_for", Cell.TIME),
        ExportColumn("booked_with", "Talk with", 14, "booked_with"),
        ExportColumn("withdrawal_noted", "Withdrawal noted", 17, "withdrawal_noted", Cell.TRUTH),
        ExportColumn("clock_doubtful", "Clock doubtful", 15, "request.clock_doubtful", Cell.TRUTH),
        ExportColumn("kiosk_clock", "Kiosk's clock", 23, "request.kiosk_at", Cell.TIME),
        ExportColumn("flag", "Flag", 22, "flags", Cell.CODE, format_anomaly_kind),
        ExportColumn("unreadable", "Unreadable", 11, "request.unreadable", Cell.TRUTH),
    ),
)
"""Of `worklist.ExportRow`."""

ATTENDANCE = Table(
    "attendance",
    "Attendance",
    (
        ExportColumn("check_in_id", "Check-in", 38, "check_in_id", for_people=False),
        ExportColumn("group", "Group", 26, "group_name"),
        ExportColumn("label", "Public label", 20, "session.label"),
        ExportColumn("room", "Room", 18, "session.room"),
        ExportColumn("starts_at", "Starts", 23, "session.starts_at", Cell.TIME),
        ExportColumn("ends_at", "Ends", 23, "session.ends_at", Cell.TIME),
        ExportColumn("cancelled", "Cancelled", 10, "cancelled", Cell.TRUTH),
        ExportColumn("head_count", "Head count", 11, "head_count", Cell.NUMBER),
        ExportColumn("arrived_at", "Arrived", 23, "arrived_at", Cell.TIME),
        ExportColumn("pass", "Pass", 12, "pass_state", Cell.CODE, format_pass_state),
        ExportColumn("name", "Name", 24, "name"),
        ExportColumn("present", "Present", 9, "present", Cell.TRUTH),
        ExportColumn(
            "first_visit", "First visit", 12, "first_visit", Cell.CODE, format_first_visit
        ),
        ExportColumn("reason", "Taken off because", 22, "reason", Cell.CODE, format_void_reason),
        ExportColumn("by_staff", "Added by staff", 15, "by_staff", Cell.TRUTH),
        ExportColumn("kiosk", "Kiosk", 18, "kiosk"),
        ExportColumn("clock_doubtful", "Clock doubtful", 15, "clock_doubtful", Cell.TRUTH),
        ExportColumn("kiosk_clock", "Kiosk's clock", 23, "kiosk_at", Cell.TIME),
        ExportColumn("flag", "Flag", 22, "flags", Cell.CODE, format_anomaly_kind),
        ExportColumn("session_id", "Session", 38, "session.id"),
    ),
)
"""Of `roster.AttendanceRow`."""


def field_getter(columns: tuple[ExportColumn, ...]) -> Callable[[object], tuple[object, ...]]:
    """Return a function that takes the fields of `columns` (two or more) out of a row."""
    getter: Callable[[object], tuple[object, ...]] = attrgetter(*(c.field for c in columns))
    return getter


def row_formatter(
    columns: tuple[ExportColumn, ...], formatter_of: Callable[[ExportColumn], CellFormatter]
) -> Callable[[object], list[str]]:
    """Return a function of a row that returns its cells as text, by `columns` (two or more).

    Most cells of a list are empty, so what a column writes for nothing is asked for once.
    """
    take = field_getter(columns)
    formatters = [(text_of, text_of(None)) for text_of in map(formatter_of, columns)]

    def write(row: object) -> list[str]:
        cells = zip(formatters, take(row), strict=True)
        return [blank if value is None else text_of(value) for (text_of, blank), value in cells]

    return write


def report_progress(
    progress: Progress | None, done: int, total: int, *, last: bool = False
) -> None:
    """Call `progress`, if there is one, every 500 rows and at the end."""
    if progress is not None and (last or not done % _STEP):
        progress(done, total)


def sheet_formatters(zone: ZoneInfo) -> Callable[[ExportColumn], CellFormatter]:
    """Return which formatter a column has where no cell can be a formula: for people to read."""
    plain = _plain_formatters(zone, " ", "minutes")

    def formatter_of(column: ExportColumn) -> CellFormatter:
        if column.cell is not Cell.CODE:
            return plain[column.cell]
        return _codes_formatter(", ", column.words, lambda text: text.replace("_", " "))

    return formatter_of


def csv_formatters(zone: ZoneInfo) -> Callable[[ExportColumn], CellFormatter]:
    """Return which formatter a column has where a spreadsheet looks for formulas."""
    by_cell = _plain_formatters(zone, "T", "seconds") | {
        Cell.TEXT: lambda value: format_csv_text(_format_text(value)) if value else "",
        Cell.CODE: _codes_formatter(" ", then=format_csv_text),
        Cell.PHONE: lambda value: format_phone_cell(_format_text(value)),
    }
    return lambda column: by_cell[column.cell]


def _plain_formatters(zone: ZoneInfo, between: str, smallest: str) -> dict[Cell, CellFormatter]:
    def time(value: object) -> str:
        if not isinstance(value, datetime):
            return ""
        return value.astimezone(zone).isoformat(between, smallest)

    return {
        Cell.TEXT: _format_text,
        Cell.CODE: _codes_formatter(" "),
        Cell.PHONE: _format_text,
        Cell.TIME: time,
        Cell.DAY: lambda value: value.isoformat() if isinstance(value, date) else "",
        Cell.TRUTH: lambda value: "yes" if value else "no",
        Cell.NUMBER: lambda value: "" if value is None else str(value),
    }


def _format_text(value: object) -> str:
    return "" if value is None else clean(str(value), LONGEST_CELL)


def _codes_formatter(
    between: str, words: Callable[[str], str] = str, then: Callable[[str], str] = str
) -> CellFormatter:
    """Return a formatter of codes: there are few, so each combination is put together once."""

    def write(value: object) -> str:
        parts = value if isinstance(value, tuple) else (value,)
        return then(
            _format_text(between.join(words(str(part)) for part in parts if part is not None))
        )

    return lru_cache(maxsize=_MOST_CODES)(write)
