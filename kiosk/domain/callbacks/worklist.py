"""The worklist: its rows, the windows in which to call, its order and its filter."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.request import CallLanguage, OpenedRequest, Window
from kiosk.domain.callbacks.state import (
    OPEN_STATUSES,
    CallbackState,
    Outcome,
    RequestStatus,
)
from kiosk.domain.working_time import WorkingCalendar

_NOON, _FOUR = time(12), time(16)
_SATURDAY = 5
_WEEKDAYS = range(_SATURDAY)
_HOURS = {
    Window.WEEKDAY_MORNING.value: (_WEEKDAYS, time(9), _NOON),
    Window.WEEKDAY_AFTERNOON.value: (_WEEKDAYS, _NOON, _FOUR),
    Window.WEEKDAY_EVENING.value: (_WEEKDAYS, _FOUR, time(18)),
    Window.SATURDAY_MORNING.value: (range(_SATURDAY, _SATURDAY + 1), time(9), _NOON),
}
"""Days of the week and hours of each window, clinic's time."""
_ANY = Window.ANY.value
_SETTLED = frozenset({RequestStatus.CLOSED, RequestStatus.WITHDRAWN, RequestStatus.DUPLICATE})
_RINGING_BACK = OPEN_STATUSES | {RequestStatus.ESCALATED, RequestStatus.UNREACHABLE}
_LANGUAGES = frozenset(language.value for language in CallLanguage)
_LONGEST_PAUSE = 60
"""Days; a visitor can choose 30, so a date further away did not come from one."""


class DayPart(StrEnum):
    """A part of the day, clinic's time: before noon, until four, and after."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


_PARTS = tuple(DayPart)


BY_SLIP, RETIMED = "withdrawn_by_slip", "retimed_by_slip"
"""The kinds of a history entry that the visitor's slip made."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that was done about a request."""

    event_id: UUID
    revision: int
    at: datetime
    kind: str
    """Code of `EventKind`, or of what the slip did: `BY_SLIP` or `RETIMED`."""
    outcome: str
    """Code of `AttemptResult` or `Outcome`, or empty."""
    by: str
    """Login of the member of staff; empty for the visitor."""
    next_at: datetime | None
    note: str
    """Opened and cleaned; empty where there is none or it cannot be opened."""
    undone: bool
    other_id: UUID | None = None
    whom: str = ""
    """Login of whom a talk is booked with, or to whom it was handed; empty for nobody."""


class Schedule(NamedTuple):
    """What comes next for a request, by the clinic's rules."""

    attempts: int
    """How many calls count; CALL_LATER and texts do not, nor those before a reopening."""
    last_result: str
    """Code of the latest `AttemptResult`, or empty."""
    next_at: datetime | None
    """Not before this: held, asked to call later, or the pause after a miss."""
    hint: str
    """What to do next, as a code of `scheduling.Hint`, or empty."""
    breach_at: datetime | None
    """By when the next step is due (first review or attempt, next attempt); None when closed."""
    call_now: bool
    """Whether its window contains this minute, nothing holds it, and nobody else has it.

    What was handed to a colleague is theirs until it is late.
    """
    working_age: float
    """Working hours since it was made."""
    may_give_up: bool
    """Whether the three-attempt rule allows to close it as unreachable."""

    def late_by(self, now: datetime) -> timedelta | None:
        """Return since how long the next step is overdue; None where it is not."""
        if self.breach_at is None or now <= self.breach_at:
            return None
        return now - self.breach_at


@dataclass(slots=True, unsafe_hash=True)
class WorkRow:
    """One callback request as a caller sees it: what was asked, its state, and what comes next.

    Never changed; not frozen, for ten thousand are made at once and freezing doubles that.
    """

    request: OpenedRequest
    state: CallbackState
    """Its `revision` goes back to the desk with an action."""
    schedule: Schedule
    holder: str = ""
    """Login of who has claimed it now, or empty."""
    held_by_me: bool = False
    claim_ends: datetime | None = None
    """When that claim ends; None where nobody holds it."""
    withdrawal_noted: bool = False
    """True where somebody typed this reference to withdraw it and staff have not settled it."""
    entered_by: str = ""
    """Login of who entered it; empty where the visitor sent it."""
    handed_to: str = ""
    """Login of the colleague it was handed to, or empty."""
    handed_to_me: bool = False
    booked_with: str = ""
    """Login of whom a talk is booked with (`CallbackState.booking`), or empty."""
    for_another_until: datetime | None = None
    """Until when it is rather a colleague's, who is whom the visitor wishes for; None where it is
    this caller's like any other.
    """

    @property
    def wants_other_time(self) -> bool:
        """Whether the visitor chose other times after a talk was booked; staff settle that."""
        chosen, since = self.request.retimed_at, self.state.since
        booked = self.state.reason == Outcome.SESSION_BOOKED
        return booked and chosen is not None and since is not None and chosen > since

    @property
    def arrived_at(self) -> datetime:
        """When it could first be seen here."""
        return self.request.received_at or self.request.created_at

    @property
    def booked_for(self) -> datetime | None:
        """When the talk is that it was closed with."""
        return self.state.booking.at if self.state.booking else None


@dataclass(frozen=True, slots=True)
class PhoneContact:
    """What a caller needs for the call itself; asked for on purpose, and audited."""

    phone: str
    """Grouped for reading and dialling, for example "8123 4567" or "+44 20 7946 0000"."""
    e164: str


class WorklistPart(StrEnum):
    """A part of the worklist."""

    CALL_NOW = "call_now"
    OPEN = "open"
    MINE = "mine"
    UNREACHABLE = "unreachable"
    """Unreachable and wrong numbers: a pile with an owner, not an archive."""
    ESCALATED = "escalated"
    NOTED = "noted"
    """With a typed withdrawal that waits for staff, or other times than those of a booked talk."""
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """What to show of the worklist."""

    show: WorklistPart = WorklistPart.OPEN
    language: str = ""
    """Code of `CallLanguage`; empty for all."""
    text: str = ""
    """Part of a name or reference, any case."""
    window: str = ""
    """Code of `Window`; empty for all."""
    for_me: bool = False
    """Only what the caller has, was handed, or could take in a language they speak.

    ALL shows everything all the same.
    """


@dataclass(frozen=True, slots=True)
class WorklistHabit:
    """What a desk machine remembers of one person's list: nothing of those who are on it."""

    looked_at: datetime | None = None
    """When they opened the list last; None where it is not known."""
    for_me: bool = False
    """As in `WorklistFilter`."""


@dataclass(frozen=True, slots=True)
class WorklistCounts:
    """The counts above the list."""

    open: int
    call_now: int
    due_today: int
    """Open and due before midnight at the clinic, the overdue ones among them."""
    overdue: int
    unreachable: int
    median_hours_to_first_attempt: float | None
    """Working hours, of the requests made in the last 28 days; None below 5 of them."""


@dataclass(frozen=True, slots=True)
class Worklist:
    """The whole worklist at one moment."""

    at: datetime
    rows: tuple[WorkRow, ...]
    """Every request in the order to call: call now first, then by what is due."""
    counts: WorklistCounts
    speaks: frozenset[str] = frozenset()
    """The languages that this caller is to call in: their own, and those that nobody speaks; empty
    for all.
    """


@dataclass(slots=True)
class ExportRow(WorkRow):
    """One row of the worklist as it leaves the desk in a file: with the number.

    Never changed, and not frozen, as `WorkRow`.
    """

    phone_e164: str = ""
    """For example +6581234567; empty where it was taken back or could not be opened."""
    phone_local: str = ""
    """As people here write it: 8123 4567; a foreign number with its country: +44 20 7946 0000."""
    flags: tuple[str, ...] = ()
    """Codes of `AnomalyKind`: what is odd about its times."""

    @property
    def first_attempt_at(self) -> datetime | None:
        """When the first attempt was made."""
        attempts = self.state.attempts
        return attempts[0][0] if attempts else None

    @property
    def last_attempt_at(self) -> datetime | None:
        """When the latest attempt was made."""
        attempts = self.state.attempts
        return attempts[-1][0] if attempts else None


def day_part(local: datetime) -> DayPart:
    """Return the part of the day of a local time."""
    at = local.time()
    if at < _NOON:
        return DayPart.MORNING
    return DayPart.AFTERNOON if at < _FOUR else DayPart.EVENING


def window_part(window: str) -> DayPart:
    """Return the part of the day of a named window; KeyError for ANY and unknown codes."""
    return day_part(datetime.combine(date.min, _HOURS[window][1]))


def named_windows(windows: Collection[str]) -> tuple[str, ...]:
    """Return the named windows among codes; empty where any time will do or none is known."""
    return () if _ANY in windows else tuple([code for code in windows if code in _HOURS])


def window_of(local: datetime) -> str:
    """Return the code of the named window that holds a local time, or an empty text."""
    weekday, at = local.weekday(), local.time()
    for code, (days, start, end) in _HOURS.items():
        if weekday in days and start <= at < end:
            return code
    return ""


def is_worked_window(window: str, calendar: WorkingCalendar) -> bool:
    """Return whether the clinic ever works in a named window."""
    days, start, end = _HOURS[window]
    for day in days:
        hours = calendar.week.get(day)
        if hours is not None and hours[0] < end and start < hours[1]:
            return True
    return False


def worked_parts(calendar: WorkingCalendar) -> tuple[DayPart, ...]:
    """Return the parts of the day in which the clinic ever works; all where it never does."""
    morning = afternoon = evening = False
    for opens, closes in calendar.week.values():
        morning = morning or opens < _NOON
        afternoon = afternoon or (opens < _FOUR and closes > _NOON)
        evening = evening or closes > _FOUR
        if morning and afternoon and evening:
            return _PARTS
    worked = zip(_PARTS, (morning, afternoon, evening), strict=True)
    return tuple(part for part, is_one in worked if is_one) or _PARTS


def windows_at(at: datetime, calendar: WorkingCalendar) -> frozenset[str]:
    """Return the codes of the windows that hold a time and in which the clinic would call.

    ANY is among them while the clinic works; a named window is on every day but a holiday.
    """
    local = at.astimezone(calendar.zone)
    code = window_of(local)
    found = {code} if code and not calendar.is_holiday(local.date()) else set()
    return frozenset(found | {_ANY} if calendar.is_open(at) else found)


def is_wanted_now(windows: Collection[str], now_open: Collection[str]) -> bool:
    """Return whether a request's windows are among those of this minute (see `windows_at`)."""
    wanted = named_windows(windows)
    return any(code in now_open for code in wanted) if wanted else _ANY in now_open


def waits_from(
    created_at: datetime,
    not_before: date | None,
    zone: ZoneInfo,
    chosen_at: datetime | None = None,
) -> datetime:
    """Return from when on a request waits for its call: `not_before` pauses the clocks.

    `chosen_at` is when that day was chosen, where the visitor did so once it was made.
    """
    chosen = chosen_at or created_at
    if not_before is None or not 0 <= (not_before - chosen.date()).days <= _LONGEST_PAUSE:
        return created_at
    return max(created_at, datetime.combine(not_before, time.min, zone).astimezone(UTC))


_NOW, _RATHER_ANOTHERS, _LATER, _OFF_THE_LIST = range(4)


def sort_rows(rows: Iterable[WorkRow], speaks: frozenset[str] = frozenset()) -> tuple[WorkRow, ...]:
    """Return rows in the order to call: call now, then by what is due, then the oldest first.

    What was handed to the caller comes before the rest. On top of each is what is due although its
    time has not come: how long it waits nobody knows.
    `speaks` are the languages of the caller (codes of `CallLanguage`), empty for all: a request
    in another language is not called now by them. Below what is to be called now is what is rather
    a colleague's, by the visitor's wish. What is off the list comes last.
    """

    def place(row: WorkRow) -> tuple[int, bool, bool, datetime, datetime, str]:
        asked, schedule = row.request, row.schedule
        due, made = schedule.breach_at, asked.created_at
        if due is None:
            return _OFF_THE_LIST, False, False, made, made, asked.reference
        later = not (schedule.call_now and _spoken(asked, speaks))
        rather_anothers = row.for_another_until is not None and not row.handed_to_me
        turn = _LATER if later else _RATHER_ANOTHERS if rather_anothers else _NOW
        return turn, not row.handed_to_me, due >= made, due, made, asked.reference

    return tuple(sorted(rows, key=place))


def next_calls(
    rows: Iterable[WorkRow],
    *,
    by: UUID,
    speaks: frozenset[str],
    let_go_since: datetime,
    but: UUID | None = None,
) -> list[WorkRow]:
    """Return what a caller could ring now, of rows in the order to call.

    Left out are the request `but`, and what the caller has already. What they let go of since
    `let_go_since` comes last, so that one who passes from call to call sees all of them.
    """

    def was_let_go(row: WorkRow) -> bool:
        state = row.state
        at = state.released_at
        return state.released_by == by and at is not None and at > let_go_since

    found = [
        row
        for row in rows
        if row.schedule.call_now
        and not row.held_by_me
        and row.request.id != but
        and _spoken(row.request, speaks)
    ]
    return sorted(found, key=was_let_go)


def may_ring_back(row: WorkRow, now: datetime) -> bool:
    """Return whether somebody who rings back may be looked up by their number.

    Something can still be done about the request: it is open, with the clinician, was not reached,
    or a talk is booked that has not been.
    """
    booking = row.state.booking
    return row.state.status in _RINGING_BACK or (booking is not None and booking.at > now)


def matches_filter(
    row: WorkRow, wanted: WorklistFilter, speaks: frozenset[str] = frozenset()
) -> bool:
    """Return whether a row belongs to a view; `speaks` as in `sort_rows`, for CALL_NOW alone."""
    asked = row.request
    if wanted.language and asked.call_language != wanted.language:
        return False
    if wanted.window and not _offers(asked, wanted.window):
        return False
    if wanted.text.strip() and not _mentions(asked, wanted.text.strip()):
        return False
    if wanted.for_me and not _is_for_caller(row, speaks) and wanted.show is not WorklistPart.ALL:
        return False
    return _shown(row, wanted.show, speaks)


def _is_for_caller(row: WorkRow, speaks: frozenset[str]) -> bool:
    if row.held_by_me or row.handed_to_me:
        return True
    return not row.handed_to and not row.holder and _spoken(row.request, speaks)


def _shown(row: WorkRow, show: WorklistPart, speaks: frozenset[str]) -> bool:
    match show:
        case WorklistPart.CALL_NOW:
            return row.schedule.call_now and _spoken(row.request, speaks)
        case WorklistPart.OPEN:
            return row.state.status in OPEN_STATUSES
        case WorklistPart.MINE:
            return row.held_by_me or row.handed_to_me
        case WorklistPart.UNREACHABLE:
            return row.state.status is RequestStatus.UNREACHABLE
        case WorklistPart.ESCALATED:
            return row.state.status is RequestStatus.ESCALATED
        case WorklistPart.NOTED:
            return row.withdrawal_noted or row.wants_other_time
        case WorklistPart.CLOSED:
            return row.state.status in _SETTLED
        case WorklistPart.ALL:
            return True


def _spoken(asked: OpenedRequest, speaks: frozenset[str]) -> bool:
    # Which language "other" is, or one that this version does not know, somebody has to find out.
    language = asked.call_language
    is_unclear = language == CallLanguage.OTHER or language not in _LANGUAGES
    return not speaks or language in speaks or is_unclear


def _offers(asked: OpenedRequest, window: str) -> bool:
    wanted = named_windows(asked.windows)
    return window in wanted if wanted else True


def _mentions(asked: OpenedRequest, text: str) -> bool:
    wanted = text.casefold()
    plain = asked.reference.replace("-", "").casefold()
    return wanted in asked.preferred_name.casefold() or wanted.replace("-", "") in plain
