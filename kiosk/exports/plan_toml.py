"""Plans as TOML: the whole of the groups and their sessions, to be read and edited by people.

    [[group]]
    id = "wellness"
    name = "Wellness group"
    public_label = "Room 2"
    room = "Level 2, left at the lift"

    [[group.session]]
    starts = 2026-11-23T15:00:00
    minutes = 60

    [[group.series]]
    id = "mondays"
    weekdays = ["monday"]
    time = 15:00:00
    minutes = 60
    first = 2026-11-30
    until = 2027-03-29
    except = [2026-12-28]

Times without an offset are the clinic's.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from kiosk.domain.groups.groups import (
    HORIZON,
    LARGEST_CAPACITY,
    LONGEST_ABOUT,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_REASON,
    LONGEST_ROOM,
    GroupPlan,
    PlanProblem,
    Series,
    SessionPlan,
    expand_series,
    session_times,
    weeks_between,
)
from kiosk.domain.groups.groups import (
    MOST_SESSIONS as MOST_IN_SERIES,
)
from kiosk.domain.groups.plan_import import GroupInFile, PlanKind, Plans, SessionInFile
from kiosk.domain.ids import NO_ID
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.text import clean
from kiosk.domain.working_time import WEEKDAYS
from kiosk.errors import SetupError
from kiosk.presentation.records import PLAN_PROBLEMS

MOST_BYTES = 1_000_000
MOST_SESSIONS = 2_000
_MINUTE = timedelta(minutes=1)
_YEARS = range(1970, 2200)
_RAREST_WEEKS = 104
_OURS = "plan"
"""The type of the errors whose message goes on after the name of a table."""
_Dated = TypeVar("_Dated", date, datetime)


def _problem(message: str) -> PydanticCustomError:
    return PydanticCustomError(_OURS, "{message}", {"message": message})


def _check_year(day: _Dated) -> _Dated:
    if day.year not in _YEARS:
        raise _problem(f"is not in the years {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _limits(low: int, high: int) -> AfterValidator:
    """Return the check of a number of a plan."""

    def check(number: int) -> int:
        if not low <= number <= high:
            raise _problem(f"is not {low} to {high}")
        return number

    return AfterValidator(check)


_Day = Annotated[date, AfterValidator(_check_year)]
_Moment = Annotated[datetime, AfterValidator(_check_year)]
_Minutes = Annotated[int, _limits(1, 24 * 60)]
_Capacity = Annotated[int, _limits(1, LARGEST_CAPACITY)]
_Key = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9][A-Za-z0-9_.:+-]{0,79}$")]
_Room = Annotated[str, StringConstraints(max_length=LONGEST_ROOM)]
_Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_KINDS: Mapping[str, str] = {
    "string_type": "a text",
    "string_pattern_mismatch": "1 to 80 letters, digits and . _ : + -",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "date_type": "a day such as 2026-11-23",
    "datetime_type": "a time such as 2026-11-23T15:00:00",
    "time_type": "a time of day such as 15:00:00",
}
_LISTS: Mapping[str, str] = {
    "weekdays": f"is not a list out of {', '.join(WEEKDAYS)}",
    "except": "is not a list of days such as 2026-11-23",
    "group": "is not written as [[group]]",
    "session": "is not written as [[group.session]]",
    "series": "is not written as [[group.series]]",
}
"""What is wrong with a key that holds a list, and with anything in it."""


class _Table(BaseModel):
    """A table of a plan: nothing in it is converted, and nothing overlooked."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class _SessionTable(_Table):
    """One meeting."""

    id: _Key | None = None
    starts: _Moment
    minutes: _Minutes | None = None
    ends: _Moment | None = None
    room: _Room = ""
    capacity: _Capacity | None = None
    cancelled: Annotated[str, StringConstraints(max_length=LONGEST_REASON)] = ""

    @model_validator(mode="after")
    def _check_length(self) -> Self:
        if (self.minutes is None) == (self.ends is None):
            raise _problem("either minutes or ends has to be said")
        return self

    @property
    def key(self) -> str:
        """What the plan calls it; else its start."""
        return self.id or self.starts.isoformat(timespec="minutes")


class _SeriesTable(_Table):
    """Meetings at the same time of the week."""

    id: _Key
    weekdays: Annotated[list[_Weekday], Field(min_length=1)]
    time: time
    minutes: _Minutes
    first: _Day
    until: _Day | None = None
    count: Annotated[int, _limits(1, MOST_IN_SERIES)] | None = None
    except_: Annotated[list[_Day], Field(alias="except")] = []
    every_weeks: Annotated[int, _limits(1, _RAREST_WEEKS)] = 1
    room: _Room = ""
    capacity: _Capacity | None = None

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if self.until is not None and self.until < self.first:
            raise _problem("until is before first")
        series = self.plan()
        first = expand_series(replace(series, count=1, except_on=frozenset()), ZoneInfo("UTC"))
        if first is PlanProblem.EMPTY_SERIES:
            raise _problem("no day of weekdays comes from first to until")
        for day in self.except_:
            if not self._meets_on(day):
                raise _problem(f"except has {day}, on which it would not meet")
        return self

    def _meets_on(self, day: date) -> bool:
        """Return whether a session would be on a day if that were no exception."""
        monday = self.first - timedelta(days=self.first.weekday())
        fits = day.weekday() in self.plan().weekdays and self.first <= day
        fits = fits and ((day - monday).days // 7) % self.every_weeks == 0
        if self.count is not None:
            times = expand_series(self.plan(), ZoneInfo("UTC"))
            fits = fits and not isinstance(times, PlanProblem) and day < times[-1][0].date()
        return fits and (self.until is None or day <= self.until)

    def plan(self) -> Series:
        """Return the series as it is planned."""
        return Series(
            id=NO_ID,
            weekdays=frozenset(map(WEEKDAYS.index, self.weekdays)),
            starts=self.time,
            minutes=self.minutes,
            first=self.first,
            until=self.until,
            count=self.count,
            except_on=frozenset(self.except_),
            every_weeks=self.every_weeks,
        )


class _GroupTable(_Table):
    """A group with its meetings."""

    id: _Key
    name: Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
    public_label: Annotated[str, StringConstraints(max_length=LONGEST_LABEL)]
    room: _Room
    language: str = "en"
    about: Annotated[str, StringConstraints(max_length=LONGEST_ABOUT)] = ""
    capacity: _Capacity | None = None
    enrolled: bool = False
    session: list[_SessionTable] = []
    series: list[_SeriesTable] = []


class _PlanTable(_Table):
    """A whole plan."""

    written_at: _Moment | None = None
    group: list[_GroupTable] = []


def read_toml(data: bytes, now: datetime, zone: ZoneInfo) -> Plans:
    """Return the plans of a file; SetupError with one sentence where anything in it is wrong.

    A series without an end is planned 180 days ahead of `now`.
    """
    if len(data) > MOST_BYTES:
        raise SetupError("The plan is larger than 1 MB; that is no plan of a clinic's groups.")
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SetupError("The plan is not written in UTF-8; save it so.") from None
    except (ValueError, RecursionError) as error:
        raise SetupError(f"The plan is no valid TOML ({clean(str(error))}); mend it.") from None
    try:
        plan = _PlanTable.model_validate(values)
    except ValidationError as error:
        raise _mend(error.errors(include_url=False)[0], values) from None
    if not plan.group and plan.written_at is None:
        raise SetupError("The plan holds no group; write one as [[group]].")
    _check_twice("group", (group.id for group in plan.group), "the plan")
    sessions = [one for group in plan.group for one in _sessions(group, now, zone)]
    if len(sessions) > MOST_SESSIONS:
        raise SetupError(f"The plan holds more than {MOST_SESSIONS} sessions; make it shorter.")
    return Plans(
        PlanKind.TOML,
        tuple(map(_group, plan.group)),
        tuple(sessions),
        frozenset(group.id for group in plan.group),
        None if plan.written_at is None else _utc(plan.written_at, zone),
    )


def write_toml(plans: Plans, zone: ZoneInfo) -> str:
    """Return plans as text that `read_toml` takes, times in `zone` with their offset."""
    return "\n".join(_plan_lines(plans, zone)) + "\n"


def _mend(error: ErrorDetails, values: Mapping[str, Any]) -> SetupError:
    """Return the sentence for the first thing that is wrong, with its table and its key."""
    table, rest = _find_table(error["loc"], values)
    key = next((str(part) for part in rest if isinstance(part, str)), "")
    kind, where = error["type"], f"In {table} "
    if kind == "extra_forbidden":
        return SetupError(f"{where}“{clean(key, 40)}” is unknown; mend its name.")
    if kind == "missing":
        return SetupError(f"{where}{key} is missing; add it.")
    if kind == _OURS:
        what = str(error["msg"])
    elif key in _LISTS:
        what = _LISTS[key]
    elif kind == "string_too_long":
        what = f"is longer than {error['ctx']['max_length']} letters"
    else:
        what = f"is not {_KINDS.get(kind, 'as it should be')}"
    return SetupError(f"{where}{key} {what}; mend it.".replace("  ", " "))


def _find_table(
    place: Sequence[int | str], values: Mapping[str, Any]
) -> tuple[str, Sequence[int | str]]:
    """Return what the table of an error is called, and where in that table the error is."""
    name, held = "the plan", values
    while (
        len(place) > 1 and isinstance(place[1], int) and place[0] in ("group", "session", "series")
    ):
        found = held[str(place[0])][place[1]]
        if not isinstance(found, Mapping):
            return name, place[:1]
        is_group = place[0] == "group"
        name = _name_table(str(place[0]), found, place[1], "" if is_group else f" of {name}")
        held, place = found, place[2:]
    return name, place


def _name_table(kind: str, table: Mapping[str, Any], place: int, of: str) -> str:
    """Return a table's name: by its id, a session's else by its start, or by its number."""
    id_, starts = table.get("id"), table.get("starts")
    if isinstance(id_, str) and id_:
        return f"the {kind} {clean(id_, 40)}{of}"
    if isinstance(starts, datetime):
        return f"the session on {_format_start(starts)}{of}"
    return f"{kind} {place + 1}{of or ' of the plan'}"


def _format_start(at: datetime) -> str:
    return f"{at.day} {at:%b %Y, %H:%M}"


def _check_twice(kind: str, keys: Iterator[str], where: str) -> None:
    """Raise SetupError where two have one key."""
    for key, times in Counter(keys).items():
        if times > 1:
            raise SetupError(f"In {where} the {kind} {key} is named twice; give each its own id.")


def _group(table: _GroupTable) -> GroupInFile:
    plan = GroupPlan(
        id=NO_ID,
        name=table.name,
        public_label=table.public_label,
        room=table.room,
        language=table.language,
        about=table.about,
        capacity=table.capacity,
        enrolled=table.enrolled,
    )
    return GroupInFile(table.id, plan)


def _sessions(group: _GroupTable, now: datetime, zone: ZoneInfo) -> list[SessionInFile]:
    """Return the sessions of a group; SetupError where two would be one."""
    where = f"the group {group.id}"
    _check_twice("series", (series.id for series in group.series), where)
    found = [_session(one, group.id, zone) for one in group.session]
    for series in group.series:
        found += _of_series(series, group.id, now, zone)
    meetings = Counter(
        (one.plan.starts_at, one.plan.room or group.room)
        for one in found
        if one.cancelled is None and one.plan.id == NO_ID
    )
    for (start, room), times in meetings.items():
        if times > 1:
            at = _format_start(start.astimezone(zone))
            raise SetupError(
                f"In {where} two sessions start on {at} in one room ({clean(room)}); mend it."
            )
    _check_twice("session", (one.key for one in found), where)
    return found


def _session(table: _SessionTable, group: str, zone: ZoneInfo) -> SessionInFile:
    start = _utc(table.starts, zone)
    end = start + (table.minutes or 0) * _MINUTE if table.ends is None else _utc(table.ends, zone)
    if not start < end <= start + LONGEST_SESSION:
        raise SetupError(
            f"In the session on {_format_start(table.starts)} of the group {group} ends is not "
            "within 24 hours after starts; mend it."
        )
    plan = SessionPlan(_own_id(table.key), NO_ID, start, end, table.room, table.capacity)
    return SessionInFile(group, group, table.key, plan, table.cancelled or None)


def _of_series(
    table: _SeriesTable, group: str, now: datetime, zone: ZoneInfo
) -> Iterator[SessionInFile]:
    times = expand_series(_upcoming(table.plan(), now, zone), zone)
    if times is PlanProblem.EMPTY_SERIES:
        return
    if isinstance(times, PlanProblem):
        raise SetupError(
            f"The series {table.id} of the group {group} cannot be kept. {PLAN_PROBLEMS[times]}"
        )
    for start, end in times:
        plan = SessionPlan(NO_ID, NO_ID, start, end, table.room, table.capacity)
        yield SessionInFile(group, group, f"{table.id}:{start.astimezone(zone).date()}", plan)


def _upcoming(series: Series, now: datetime, zone: ZoneInfo) -> Series:
    """Return a series without whole rounds that are over, and with an end."""
    if series.count is not None:
        return series
    today = now.astimezone(zone).date()
    every = weeks_between(series) * 7
    rounds = max((today - series.first).days // every - 1, 0)
    until = series.until or today + HORIZON
    return replace(series, first=series.first + timedelta(days=rounds * every), until=until)


def _utc(at: datetime, zone: ZoneInfo) -> datetime:
    """Return a time in UTC; one without an offset is the clinic's."""
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    return session_times(at.date(), at.time(), 0, zone)[0]


def _own_id(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        return NO_ID


def _plan_lines(plans: Plans, zone: ZoneInfo) -> Iterator[str]:
    yield "# Groups and sessions; change this file and import it again."
    if plans.written_at is not None:
        yield f"written_at = {plans.written_at.astimezone(UTC).isoformat()}"
    for group in plans.groups:
        plan = group.plan
        yield from ("", "[[group]]", *_assignments(id=group.key, name=plan.name))
        yield from _assignments(public_label=plan.public_label, room=plan.room)
        yield from _assignments(language=plan.language, about=plan.about or None)
        yield from _assignments(capacity=plan.capacity, enrolled=plan.enrolled)
        for session in plans.sessions:
            if session.group == group.key:
                yield from ("", "[[group.session]]", *_session_lines(session, zone))


def _session_lines(session: SessionInFile, zone: ZoneInfo) -> Iterator[str]:
    plan = session.plan
    length = plan.ends_at - plan.starts_at
    yield from _assignments(id=session.key, starts=plan.starts_at.astimezone(zone))
    if length % _MINUTE:
        yield from _assignments(ends=plan.ends_at.astimezone(zone))
    else:
        yield from _assignments(minutes=length // _MINUTE)
    yield from _assignments(room=plan.room or None, capacity=plan.capacity)
    yield from _assignments(cancelled=session.cancelled)


def _assignments(**values: str | float | datetime | None) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, datetime):
            yield f"{name} = {value.isoformat()}"
        elif value is not None:
            # A JSON string, number or truth value is one of TOML too.
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}"
