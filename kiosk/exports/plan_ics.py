"""Plans as iCalendar (RFC 5545): other programs' calendars in, the clinic's timetable out."""

import warnings
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.groups.groups import (
    CALLED_OFF,
    HORIZON,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_ROOM,
    GroupPlan,
    SessionPlan,
)
from kiosk.domain.groups.plan_import import EventLeft, GroupInFile, PlanKind, Plans, SessionInFile
from kiosk.domain.ids import NO_ID
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.exports.ics_text import (
    FAULTS,
    MOST_RULES,
    TIMES,
    CalendarText,
    Lines,
    NotASessionError,
    check_rules,
    content_lines,
    describe_last,
    drop_zone_of_utc,
    known_zone,
    load_zones,
    read_day,
    read_title,
    read_value,
    split_calendars,
)

Part = Any
"""A calendar, an event or a property: the library's types for them are a guess."""
MOST_EVENTS = 20_000
MOST_AHEAD = 2_000
"""Of the events."""
_MOST_OF_ONE = 4
"""Rules of one event."""
MOST_SESSIONS = 2_000

_FARTHEST = timedelta(days=3 * 366)
"""How far ahead a rule with an end is planned, and a single event is taken."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_ALL_DAY = timedelta(hours=23, minutes=59)
"""From midnight on, this long is a day that some program has written with times."""
_LEEWAY = timedelta(days=2)
"""Floating times belong to no zone yet when the library compares them."""
_LONGEST_UID = 120
_OURS = "@kiosk"
_GROUP = "X-KIOSK-GROUP"
_LABEL, _ROOM = "Group", "Please ask at the counter"
"""For calendars that name no place."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the events of one calendar share."""

    zone: str
    """The time zone that all of its times are in; empty where it names none."""
    is_off: bool
    """Whether it calls everything off."""
    unclear: frozenset[str]
    """The time zones that it defines twice."""


@dataclass(slots=True)
class _Event:
    """An event that can be a session, or a rule for several."""

    part: Part
    frame: _Frame
    title: str
    changes: list["_Event"] = field(default_factory=list)
    """Single sessions of it that are otherwise."""
    excluded: list[Part] = field(default_factory=list)
    """Which of its sessions were changed to what is none (values of RECURRENCE-ID)."""


def read_ics(data: bytes, now: datetime, zone: ZoneInfo) -> Plans:
    """Return the plans of any program's calendar; what is over at `now` is left out.

    Events of one title are one group. Times without a zone count in `zone`, the clinic's. A rule
    without an end is planned 180 days ahead. The title is never shown to visitors. Events that are
    no sessions of a group are in `left` of the plans, each with the reason; what had to be guessed
    is in `notes`. Raises SetupError with one sentence where the file as a whole cannot be taken.
    """
    calendars = split_calendars(content_lines(data))
    if not calendars:
        raise SetupError("The file is no calendar (.ics); export it again.")
    events = sum(len(calendar.events) for calendar in calendars)
    if not events:
        raise SetupError("The calendar holds no event; export it again.")
    if events > MOST_EVENTS:
        raise SetupError(f"The calendar has more than {MOST_EVENTS} events; export fewer.")
    from icalendar.timezone import tzp

    reader = _Reader(now, zone)
    with warnings.catch_warnings():
        # A zone by the name of another program's file; which one was meant is well known.
        warnings.simplefilter("ignore")
        try:
            for calendar in calendars:
                # The library keeps the zones of one calendar for the next, which may mean others.
                tzp.use_default()
                reader.take(calendar)
            return reader.plans()
        finally:
            tzp.use_default()


def write_ics(plans: Plans, name: str, zone: ZoneInfo) -> bytes:
    """Return the timetable for anybody's calendar: places and times, no titles of groups.

    `name` is what the calendar is called. A later file replaces an earlier one.
    """
    from icalendar import Calendar, Event

    made = plans.written_at or _EARLIEST
    groups = {group.key: group for group in plans.groups}
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//kiosk//timetable//EN")
    calendar.add("X-WR-CALNAME", name)
    for session in plans.sessions:
        group = groups[session.group]
        event = Event()
        event.add("UID", f"{session.key}{_OURS}")
        event.add("DTSTAMP", made)
        # Grows from file to file, so that the latest one wins.
        event.add("SEQUENCE", int(made.timestamp()) // 60)
        event.add("SUMMARY", group.plan.public_label)
        event.add("LOCATION", session.plan.room)
        event.add("DTSTART", session.plan.starts_at.astimezone(zone))
        event.add("DTEND", session.plan.ends_at.astimezone(zone))
        event.add("STATUS", "CONFIRMED" if session.cancelled is None else "CANCELLED")
        # The id, for the key is a word of the staff's.
        event.add(_GROUP, str(group.plan.id))
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


class _Reader:
    """Reads calendars, event by event, so that an odd one spoils no other."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self._now = now
        self._zone = zone
        self._events: dict[str, list[_Event]] = defaultdict(list)
        self._changes: list[tuple[str, _Event]] = []
        self._left: list[tuple[bool, EventLeft]] = []
        self._notes: dict[str, None] = {}
        self._days: list[date] = []
        self._groups: dict[str, GroupInFile] = {}
        self._sessions: dict[tuple[str, datetime, str], SessionInFile] = {}

    def take(self, calendar: CalendarText) -> None:
        """Read the events of one calendar."""
        is_off = [value.upper() for value in calendar.values("METHOD")] == ["CANCEL"]
        frame = _Frame(self._zone_of(calendar), is_off, load_zones(calendar))
        for lines in calendar.events:
            try:
                self._take_event(frame, lines)
            except NotASessionError as error:
                self._leave(lines, str(error))
            except FAULTS:
                self._leave(lines, "cannot be read")

    def plans(self) -> Plans:
        """Return the plans of all events."""
        self._join_changes()
        mains = [event.part for mains in self._events.values() for event in mains]
        odd = sum(_may_never_come(part) and not self._is_over(part) for part in mains)
        if odd > MOST_RULES:
            raise SetupError(f"The calendar has more than {MOST_RULES} rare rules; export fewer.")
        ahead = 0
        series = []
        for uid, mains in self._events.items():
            for event in mains:
                name = _series_name(uid, event, alone=len(mains) == 1 and bool(uid))
                series.append(name)
                ahead += self._plan(name, event)
        if ahead > MOST_AHEAD:
            raise SetupError(f"The calendar has more than {MOST_AHEAD} events ahead; export fewer.")
        self._left.sort(key=lambda one: not one[0])
        return Plans(
            PlanKind.ICS,
            tuple(self._groups.values()),
            tuple(self._sessions.values()),
            frozenset(series),
            left=tuple(left for _, left in self._left),
            notes=tuple(self._notes),
            covers=_months(self._days),
        )

    def _zone_of(self, calendar: CalendarText) -> str:
        """Return the name of a calendar's zone as X-WR-TIMEZONE has it; the clinic's else."""
        named = list(dict.fromkeys(calendar.values("X-WR-TIMEZONE")))
        if not named:
            return ""
        known = [zone for zone in map(known_zone, named) if zone]
        taken = known[0] if known else self._zone.key
        if len(known) == len(named) == 1:
            return taken
        shown = ", ".join(f"“{clean(name, 40)}”" for name in named)
        self._notes[f"The calendar's time zone reads {shown}; its times are taken as {taken}."] = (
            None
        )
        return taken

    def _take_event(self, frame: _Frame, lines: Lines) -> None:
        from icalendar import Event

        title = read_title(lines)
        is_change = bool(read_value(lines, "RECURRENCE-ID"))
        fixed = list(map(drop_zone_of_utc, lines))
        part = Event.from_ical("\r\n".join(fixed) + "\r\n")
        uid, event = _text(part, "UID").strip(), _Event(part, frame, title)
        try:
            self._check(part, title, frame.unclear, is_change=is_change)
            if check_rules(lines) > _MOST_OF_ONE:
                raise NotASessionError("repeats by too many rules")
        except (NotASessionError, *FAULTS):
            if is_change and _has_time(part, "RECURRENCE-ID"):
                # The day is not as the rule has it, so it is taken out of the rule.
                self._changes.append((uid, _Event(None, frame, title, [], [part])))
            raise
        if fixed != lines:
            where = describe_last(lines).removeprefix(" at ")
            self._notes[f"A time of {where} names a zone and UTC; it is taken as UTC."] = None
        if is_change:
            self._changes.append((uid, event))
        else:
            self._events[uid].append(event)

    def _leave(self, lines: Lines, why: str, day: date | None = None) -> None:
        """Count an event that is not taken in."""
        day = day or read_day(lines)
        today = self._now.astimezone(self._zone).date()
        is_ahead = day is None or day >= today or bool(read_value(lines, "RRULE"))
        if day is not None:
            self._days.append(day)
        self._left.append((is_ahead, EventLeft(read_title(lines), day, why)))

    def _check(self, part: Part, title: str, unclear: frozenset[str], *, is_change: bool) -> None:
        """Raise NotASessionError for an event that cannot be a session of a group."""
        is_odd = any(key in (*TIMES, "RRULE", "DURATION") for key, _ in part.errors)
        if is_odd or (is_change and not _has_time(part, "RECURRENCE-ID")):
            raise NotASessionError("has a time or a rule that cannot be read")
        if not title and not is_change:
            raise NotASessionError("has no title")
        _check_zones(part, unclear)
        start, end = part.get("DTSTART"), part.get("DTEND")
        if start is None or isinstance(start, list):
            raise NotASessionError("does not say when it starts")
        if not isinstance(start.dt, datetime):
            raise NotASessionError("lasts all day")
        if end is None and "DURATION" not in part:
            raise NotASessionError("does not say when it ends")
        last = start.dt + part["DURATION"].dt if end is None else end.dt
        if last <= start.dt:
            raise NotASessionError("does not end after it starts")
        self._check_length(part, start.dt, last)
        if start.dt.replace(tzinfo=UTC) < _EARLIEST:
            raise NotASessionError("begins before 1970")
        # Fails for a rule whose end is no day.
        self._is_over(part)
        if self._utc(start.dt) > self._now + _FARTHEST:
            raise NotASessionError("is more than three years ahead")

    def _check_length(self, part: Part, start: datetime, end: datetime) -> None:
        flag = _text(part, "X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
        midnight = time(0)
        for zone in (start.tzinfo, self._zone):
            first, last = self._in_zone(start, zone), self._in_zone(end, zone)
            whole = last.time() == midnight and last.date() > first.date()
            if first.time() == midnight and (whole or last - first >= _ALL_DAY):
                flag = True
        if flag or end - start == LONGEST_SESSION:
            raise NotASessionError("lasts all day")
        if end - start > LONGEST_SESSION:
            raise NotASessionError("lasts longer than 24 hours")

    def _in_zone(self, at: datetime, zone: Any) -> datetime:
        return at if at.tzinfo is None or zone is None else at.astimezone(zone)

    def _join_changes(self) -> None:
        """Give every changed session to the event that it changes."""
        for uid, mains in self._events.items():
            self._events[uid] = self._latest(mains)
        for uid, change in self._changes:
            named = change.excluded[0] if change.part is None else change.part
            at = self._utc(named["RECURRENCE-ID"].dt)
            mains = [
                one for one in self._events.get(uid, ())
                if self._utc(one.part["DTSTART"].dt) <= at + timedelta(days=1)
                and (uid or change.title in ("", one.title))
            ]  # fmt: skip
            main = max(mains, key=lambda one: self._utc(one.part["DTSTART"].dt), default=None)
            if main is not None:
                main.changes += [] if change.part is None else [change]
                main.excluded += change.excluded
            elif change.part is not None:
                # It changes an event that the file does not hold, and is one by itself.
                self._events[uid].append(change)

    def _latest(self, mains: list[_Event]) -> list[_Event]:
        """Return events of one UID without earlier versions; the same UID may be several's."""
        versions = {_sequence(one) for one in mains}
        if len(versions) == 1:
            return mains
        for one in mains:
            if _sequence(one) < max(versions):
                self._leave_event(one, "is an earlier version of another event")
        return [one for one in mains if _sequence(one) == max(versions)]

    def _leave_event(self, event: _Event, why: str, at: datetime | None = None) -> None:
        day = self._utc(at or event.part["DTSTART"].dt).astimezone(self._zone).date()
        lines = ["BEGIN:VEVENT"]
        if "RRULE" in event.part:
            lines.append("RRULE:FREQ=DAILY")
        self._leave(lines, why, day)
        is_ahead, left = self._left.pop()
        self._left.append((is_ahead, EventLeft(event.title, left.day, why)))

    def _plan(self, series: str, event: _Event) -> bool:
        """Keep the sessions of an event that lie ahead; return whether there are any."""
        group = _group(event)
        self._groups.setdefault(group.key, group)
        self._days.append(self._utc(event.part["DTSTART"].dt).astimezone(self._zone).date())
        repeats = any(key in event.part for key in ("RRULE", "RDATE", "RECURRENCE-ID"))
        if not event.changes and self._is_over(event.part):
            return False
        try:
            found = list(self._occurrences(event))
        except FAULTS:
            self._leave_event(event, "repeats by a rule that cannot be followed here")
            return False
        for one in found:
            self._keep(series, event, group.key, one, repeats=repeats)
        if _is_endless(event.part) and found:
            self._days.append((self._now + HORIZON).astimezone(self._zone).date())
        return bool(found)

    def _keep(self, series: str, event: _Event, group: str, one: Part, *, repeats: bool) -> None:
        """Keep one session; the same group, start and place is one session."""
        starts_at, ends_at = self._utc(one["DTSTART"].dt), self._utc(one["DTEND"].dt)
        original = self._utc(one["RECURRENCE-ID"].dt)
        self._days.append(starts_at.astimezone(self._zone).date())
        if not starts_at < ends_at <= starts_at + LONGEST_SESSION:
            self._leave_event(event, "does not end within 24 hours after it starts", starts_at)
            return
        is_off = event.frame.is_off or _text(one, "STATUS").upper() == "CANCELLED"
        room = clean(_text(one, "LOCATION"), LONGEST_ROOM)
        session = SessionInFile(
            group=group,
            series=series,
            key=f"{original:%Y%m%dT%H%M%SZ}" if repeats else "-",
            plan=SessionPlan(_own_id(series), NO_ID, starts_at, ends_at, room),
            cancelled=CALLED_OFF if is_off else None,
        )
        slot = (group, starts_at, room.casefold())
        known = self._sessions.get(slot)
        if known is None or (known.cancelled and not is_off):
            self._sessions[slot] = session
        elif not is_off:
            self._leave_event(event, "stands in the file twice", starts_at)
        if len(self._sessions) > MOST_SESSIONS:
            raise SetupError(f"The calendar has over {MOST_SESSIONS} sessions; export fewer.")

    def _occurrences(self, event: _Event) -> Iterator[Part]:
        """Yield what an event comes to from now on."""
        self._settle_days(event)
        until = self._now + (HORIZON if _is_endless(event.part) else _FARTHEST)
        changes = [change.part for change in self._latest_changes(event)]
        for one in _between(event, changes, self._now - _LEEWAY, until):
            if self._utc(one["DTEND"].dt) > self._now:
                yield one

    def _settle_days(self, event: _Event) -> None:
        """Let days that are named without a time mean the session of that day."""
        from icalendar import vDDDTypes

        main = event.part
        start = main["DTSTART"].dt
        for key in ("EXDATE", "RDATE"):
            _settle_list(main, key, start)
        for named in (*(change.part for change in event.changes), *event.excluded):
            at = self._meant_start(event, named["RECURRENCE-ID"].dt)
            named["RECURRENCE-ID"] = vDDDTypes(at)
        for named in event.excluded:
            main.add("EXDATE", named["RECURRENCE-ID"].dt)

    def _meant_start(self, event: _Event, at: date) -> datetime:
        """Return the start of the session that a change means: at that time, else on that day."""
        start = event.part["DTSTART"].dt
        if not isinstance(at, datetime):
            at = datetime.combine(at, start.timetz())
        elif at.tzinfo is None:
            at = at.replace(tzinfo=start.tzinfo)
        if start.tzinfo is None and at.tzinfo is not None:
            at = at.astimezone(self._zone).replace(tzinfo=None)
        elif at.tzinfo is not None:
            at = at.astimezone(start.tzinfo)
        since = at - timedelta(days=1)
        around = [one["DTSTART"].dt for one in _between(event, [], since, since + _LEEWAY)]
        if any(self._utc(one) == self._utc(at) for one in around):
            return at
        same_day = [one for one in around if one.date() == at.date()]
        return same_day[0] if len(same_day) == 1 else at

    def _latest_changes(self, event: _Event) -> list[_Event]:
        """Return the changes of an event, of each session the latest one."""
        latest: dict[datetime, _Event] = {}
        for change in event.changes:
            at = self._utc(change.part["RECURRENCE-ID"].dt)
            known = latest.get(at)
            if known is not None:
                older, change = sorted((known, change), key=_sequence)
                self._leave_event(older, "was changed once more")
            latest[at] = change
        return list(latest.values())

    def _is_over(self, part: Part) -> bool:
        """Return whether neither an event nor any repetition of it lies ahead."""
        start, end = part["DTSTART"].dt, part.get("DTEND")
        last = self._utc(start + part["DURATION"].dt if end is None else end.dt)
        lasts = [last, *(self._utc(at) for rule in _rules(part) for at in rule.get("UNTIL", ()))]
        is_open = "RDATE" in part or any("UNTIL" not in rule for rule in _rules(part))
        return not is_open and max(lasts) <= self._now - (_LEEWAY if _rules(part) else timedelta(0))

    def _utc(self, at: date) -> datetime:
        """Return a time in UTC; one that belongs to no zone is the clinic's."""
        if not isinstance(at, datetime):
            at = datetime.combine(at, datetime.min.time())
        return (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)


def _months(days: Sequence[date]) -> tuple[date, date] | None:
    """Return the first and the last day of the months that a calendar covers.

    Whole months, for its first or its last event may be the one that was taken out.
    """
    if not days:
        return None
    last = max(days)
    return min(days).replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])


def _between(
    event: _Event, changes: Sequence[Part], since: datetime, until: datetime
) -> Iterator[Part]:
    """Yield the occurrences of an event alone."""
    from icalendar import Calendar
    from recurring_ical_events import of

    alone = Calendar()
    if event.frame.zone:
        alone["X-WR-TIMEZONE"] = event.frame.zone
    for part in (event.part, *changes):
        # One by one in their UID, for the library takes the last of several.
        part["UID"] = "one"
        alone.add_component(part)
    yield from of(alone).between(since, until)


def _settle_list(main: Part, key: str, start: datetime) -> None:
    """Let days without a time in EXDATE or RDATE mean the time at which the event starts."""
    from icalendar import vDDDLists

    found = main.get(key, [])
    settled = []
    for dates in found if isinstance(found, list) else [found]:
        for at in (one.dt for one in dates.dts):
            is_day = isinstance(at, date) and not isinstance(at, datetime)
            is_midnight = isinstance(at, datetime) and at.time() == time(0) and key == "EXDATE"
            meant = is_day or is_midnight
            settled.append(datetime.combine(at, start.timetz()) if meant else at)
    if settled:
        main[key] = vDDDLists(settled)


def _check_zones(part: Part, unclear: frozenset[str]) -> None:
    """Raise NotASessionError where a time of an event is in a zone that nobody knows."""
    for key in TIMES:
        for times, zone in _times(part, key):
            if zone in unclear:
                raise NotASessionError("is in a time zone that the calendar defines twice")
            if zone and any(isinstance(at, datetime) and at.tzinfo is None for at in times):
                raise NotASessionError("names a time zone that nobody knows")


def _has_time(part: Part, key: str) -> bool:
    """Return whether a property holds one time that could be read."""
    try:
        return isinstance(part[key].dt, date)
    except (LookupError, AttributeError):
        return False


def _times(event: Part, key: str) -> Iterator[tuple[list[date], str]]:
    """Yield the times under a property, and the zone that is named for them."""
    found = event.get(key, [])
    for value in found if isinstance(found, list) else [found]:
        times = [one.dt for one in value.dts] if hasattr(value, "dts") else [value.dt]
        plain = [at[0] if isinstance(at, tuple) else at for at in times]
        yield plain, str(value.params.get("TZID") or "")


def _is_endless(event: Part) -> bool:
    return any("UNTIL" not in rule and "COUNT" not in rule for rule in _rules(event))


def _rules(event: Part) -> list[Part]:
    rules = event.get("RRULE", [])
    return rules if isinstance(rules, list) else [rules]


def _may_never_come(event: Part) -> bool:
    """Return whether a rule has parts that may exclude each other, such as 30 February.

    A library looks for the days of such a rule up to the year 9999.
    """
    for rule in _rules(event):
        parts = [key for key in rule if key.startswith("BY")]
        parts += ["INTERVAL"] if rule.get("INTERVAL", [1]) != [1] else []
        if rule.get("FREQ") != ["WEEKLY"] and len(parts) > 1:
            return True
    return False


def _sequence(event: _Event) -> int:
    """Return which version of itself an event is."""
    number = _text(event.part, "SEQUENCE").strip()
    return int(number) if number.isdecimal() else 0


def _group(event: _Event) -> GroupInFile:
    """Return the group of an event."""
    name = event.title or _LABEL
    place = clean(_text(event.part, "LOCATION"), LONGEST_ROOM)
    # A calendar's titles and places are as long as its program allows; the preview shows them.
    shown, label = clean(name, LONGEST_NAME), clean(place, LONGEST_LABEL)
    key = clean(_text(event.part, _GROUP)) or name.casefold()
    return GroupInFile(key, GroupPlan(NO_ID, shown, label or _LABEL, place or _ROOM))


def _series_name(uid: str, event: _Event, *, alone: bool) -> str:
    """Return what the sessions of an event are kept under: its UID, long or odd ones by their hash.

    Events that share a UID, or have none, are told apart by title and start.
    """
    if len(uid) > _LONGEST_UID or uid != clean(uid) or " " in uid:
        uid = sha256(uid.encode("utf-8", "surrogatepass")).hexdigest()
    if alone:
        return uid
    start = event.part["DTSTART"].dt
    title = sha256(event.title.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{uid[:64]}~{title}~{start:%Y%m%dT%H%M%S}"


def _text(component: Part, key: str) -> str:
    """Return the text of a property; the first one where there are several."""
    value = component.get(key, "")
    return str(value[0] if isinstance(value, list) and value else value)


def _own_id(uid: str) -> UUID:
    key = uid.removesuffix(_OURS)
    try:
        return UUID(key) if key != uid else NO_ID
    except ValueError:
        return NO_ID
