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
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.groups.groups import (
    HORIZON,
    GroupPlan,
    PlanProblem,
    Series,
    SessionPlan,
    expand_series,
    session_times,
    weeks_between,
)
from kiosk.domain.groups.plan_import import GroupInFile, PlanKind, Plans, SessionInFile
from kiosk.domain.ids import NO_ID
from kiosk.domain.working_time import WEEKDAYS
from kiosk.errors import SetupError
from kiosk.presentation.records import PLAN_PROBLEMS

TomlValue = TypeVar("TomlValue", str, int, bool, date, datetime, time)

MOST_BYTES = 1_000_000
MOST_SESSIONS = 2_000
_MINUTE = timedelta(minutes=1)
_KINDS: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    date: "a day such as 2026-11-23",
    datetime: "a time such as 2026-11-23T15:00:00",
    time: "a time of day such as 15:00:00",
}
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,79}", re.ASCII)


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
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SetupError(f"The plan is no valid TOML ({error}); mend it.") from None
    root = TomlTable(values, "the plan")
    written_at = root.take("written_at", datetime)
    tables = root.tables("group")
    root.done()
    groups: list[GroupInFile] = []
    sessions: list[SessionInFile] = []
    for table in tables:
        group = _group(table)
        if group.key in {one.key for one in groups}:
            raise SetupError(f"The plan names the group {group.key} twice; mend it.")
        groups.append(group)
        sessions += (_session(session, group.key, zone) for session in table.tables("session"))
        for series in table.tables("series"):
            sessions += _series(series, group.key, now, zone)
        table.done()
    if len(sessions) > MOST_SESSIONS:
        raise SetupError(f"The plan holds more than {MOST_SESSIONS} sessions; make it shorter.")
    return Plans(
        PlanKind.TOML,
        tuple(groups),
        tuple(sessions),
        frozenset(group.key for group in groups),
        None if written_at is None else _utc(written_at, zone),
    )


def write_toml(plans: Plans, zone: ZoneInfo) -> str:
    """Return plans as text that `read_toml` takes, times in `zone` with their offset."""
    return "\n".join(_plan_lines(plans, zone)) + "\n"


class TomlTable:
    """A TOML table whose values are taken one by one, so that none is overlooked."""

    def __init__(self, values: Mapping[str, object], name: str, taken: set[str] | None = None):
        """Keep what the table is called in sentences as `name`."""
        self.name = name
        self._values = values
        self._taken = set() if taken is None else taken

    def named(self, name: str) -> "TomlTable":
        """Return the same table under a better name."""
        return TomlTable(self._values, name, self._taken)

    def take(self, key: str, kind: type[TomlValue]) -> TomlValue | None:
        """Return a value, None where it is missing; SetupError for one of another kind."""
        self._taken.add(key)
        value = self._values.get(key)
        if value is None:
            return None
        # Not isinstance: True is an int and a datetime is a date to Python.
        if type(value) is kind:
            return value
        raise SetupError(f"In {self.name} {key} is not {_KINDS[kind]}; mend it.")

    def need(self, key: str, kind: type[TomlValue]) -> TomlValue:
        """Return a value; SetupError where it is missing too."""
        value = self.take(key, kind)
        if value is None:
            raise SetupError(f"In {self.name} {key} is missing; it is {_KINDS[kind]}.")
        return value

    def key(self, key: str, otherwise: str | None = None) -> str:
        """Return an id: letters, digits and `_.:+-`, at most 80."""
        value = self.take(key, str) or otherwise or self.need(key, str)
        if not _KEY.fullmatch(value):
            raise SetupError(f"In {self.name} {key} may hold letters, digits and _.:+- only.")
        return value

    def tables(self, key: str) -> Sequence["TomlTable"]:
        """Return the tables of an array of tables; none where it is missing."""
        self._taken.add(key)
        found = self._values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise SetupError(f"In {self.name} {key} is written as [[{key}]]; mend it.")
        return [TomlTable(one, f"{key} {n} of the plan") for n, one in enumerate(found, start=1)]

    def choices(self, key: str, among: Sequence[str]) -> list[int]:
        """Return the places in `among` of the words of a list that may not be empty."""
        self._taken.add(key)
        found = self._values.get(key)
        if not isinstance(found, list) or not found or not all(one in among for one in found):
            raise SetupError(f"In {self.name} {key} is a list out of {', '.join(among)}.")
        return [among.index(one) for one in found]

    def days(self, key: str) -> list[date]:
        """Return a list of days; empty where it is missing."""
        self._taken.add(key)
        found = self._values.get(key, [])
        if not isinstance(found, list) or not all(type(one) is date for one in found):
            raise SetupError(f"In {self.name} {key} is a list of days such as 2026-11-23.")
        return list(found)

    def done(self) -> None:
        """Raise SetupError where the table holds anything that was not taken."""
        unknown = sorted(set(self._values) - self._taken)
        if unknown:
            raise SetupError(f"In {self.name} {unknown[0]!r} is unknown; mend its name.")


def _group(table: TomlTable) -> GroupInFile:
    key = table.key("id")
    named = table.named(f"the group {key}")
    plan = GroupPlan(
        id=NO_ID,
        name=named.need("name", str),
        public_label=named.need("public_label", str),
        room=named.need("room", str),
        language=named.take("language", str) or "en",
        about=named.take("about", str) or "",
        capacity=named.take("capacity", int),
        enrolled=named.take("enrolled", bool) or False,
    )
    return GroupInFile(key, plan)


def _session(table: TomlTable, group: str, zone: ZoneInfo) -> SessionInFile:
    table = table.named(f"a session of the group {group}")
    starts = table.need("starts", datetime)
    key = table.key("id", starts.isoformat(timespec="minutes"))
    minutes, ends = table.take("minutes", int), table.take("ends", datetime)
    if (minutes is None) == (ends is None):
        raise SetupError(f"In {table.name} either minutes or ends has to be said; mend it.")
    starts_at = _utc(starts, zone)
    plan = SessionPlan(
        id=_own_id(key),
        group_id=NO_ID,
        starts_at=starts_at,
        ends_at=starts_at + _length(table, minutes) if ends is None else _utc(ends, zone),
        room=table.take("room", str) or "",
        capacity=table.take("capacity", int),
    )
    session = SessionInFile(group, group, key, plan, table.take("cancelled", str) or None)
    table.done()
    return session


def _series(table: TomlTable, group: str, now: datetime, zone: ZoneInfo) -> Iterator[SessionInFile]:
    table = table.named(f"a series of the group {group}")
    key, starts = table.key("id"), table.need("time", time)
    room, capacity = table.take("room", str) or "", table.take("capacity", int)
    series = Series(
        id=NO_ID,
        weekdays=frozenset(table.choices("weekdays", WEEKDAYS)),
        starts=starts,
        minutes=table.need("minutes", int),
        first=table.need("first", date),
        until=table.take("until", date),
        count=table.take("count", int),
        except_on=frozenset(table.days("except")),
        every_weeks=table.take("every_weeks", int) or 1,
    )
    table.done()
    times = expand_series(_upcoming(series, now, zone), zone)
    if times is PlanProblem.EMPTY_SERIES:
        return
    if isinstance(times, PlanProblem):
        raise SetupError(f"A series of the group {group} cannot be kept. {PLAN_PROBLEMS[times]}")
    for start, end in times:
        plan = SessionPlan(NO_ID, NO_ID, start, end, room, capacity)
        yield SessionInFile(group, group, f"{key}:{start.astimezone(zone).date()}", plan)


def _upcoming(series: Series, now: datetime, zone: ZoneInfo) -> Series:
    """Return a series without whole rounds that are over, and with an end."""
    if series.count is not None:
        return series
    today = now.astimezone(zone).date()
    every = weeks_between(series) * 7
    rounds = max((today - series.first).days // every - 1, 0)
    until = series.until or today + HORIZON
    return replace(series, first=series.first + timedelta(days=rounds * every), until=until)


def _length(table: TomlTable, minutes: int | None) -> timedelta:
    if minutes is None or not 0 < minutes <= 24 * 60:
        raise SetupError(f"In {table.name} minutes is not 1 to 1440; mend it.")
    return minutes * _MINUTE


def _utc(at: datetime, zone: ZoneInfo) -> datetime:
    """Return a time in UTC; one without an offset is the clinic's."""
    try:
        if at.tzinfo is not None:
            return at.astimezone(UTC)
        return session_times(at.date(), at.time(), 0, zone)[0]
    except OverflowError:
        raise SetupError("The plan names a time that no clock shows; mend it.") from None


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
