"""Plans as iCalendar (RFC 5545): other programs' calendars in, the clinic's timetable out."""

import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
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
from kiosk.domain.groups.plan_import import GroupInFile, PlanKind, Plans, SessionInFile
from kiosk.domain.ids import NO_ID
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.text import clean
from kiosk.errors import SetupError

Part = Any
"""A calendar, an event or a property: the library's types for them are a guess."""

MOST_BYTES = 1_000_000
MOST_EVENTS = 2_000
MOST_RULES = 60
"""Of events, and as many again of time zones."""
MOST_DEPTH = 8

_BREAKS = re.compile("\r\n|\r")
_FOLD = re.compile("\n[ \t]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
_PART = re.compile(r"([A-Z]+)=([A-Z0-9+,:-]+)", re.ASCII)
_ONE_NUMBER = re.compile(r"\d{1,2}", re.ASCII)
_COMMON = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"})
_ONCE_A_DAY = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_PARTS: Mapping[str, frozenset[str]] = {
    "DAILY": _COMMON,
    "WEEKLY": _COMMON,
    "MONTHLY": _COMMON | {"BYMONTHDAY", "BYSETPOS"},
    "YEARLY": _COMMON | {"BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"},
}
"""The parts that a rule may have (RFC 5545, 3.3.10), by its frequency.

Days of the month in a daily rule can be such as never come, and then a library looks for them up
to the year 9999.
"""
MOST_SESSIONS = 2_000
_FARTHEST = timedelta(days=3 * 366)
"""How far ahead a rule with an end is planned, and a single event is taken."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LEEWAY = timedelta(days=2)
"""Floating times belong to no zone yet when the library compares them."""
_LONGEST_UID = 120
_OURS = "@kiosk"
_GROUP = "X-KIOSK-GROUP"
_LABEL, _ROOM = "Group", "Please ask at the counter"
"""For calendars that name no place."""
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What the libraries raise for calendars that follow no standard."""


def read_ics(data: bytes, now: datetime, zone: ZoneInfo) -> Plans:
    """Return the plans of any program's calendar; what is over at `now` is left out.

    Events of one title are one group. Times without a zone count in `zone`, the clinic's. A rule
    without an end is planned 180 days ahead. The title is never shown to visitors: the public
    label is the place. Raises SetupError with one sentence where anything in it is wrong.
    """
    text = calendar_text(data)
    try:
        return _Reader(now, zone).read(_parsed(text))
    except _FAULTS:
        raise SetupError("The calendar is damaged; export it again.") from None


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


def calendar_text(data: bytes) -> str:
    """Return a calendar's text, unfolded and without odd characters, for a library to read.

    Its size, depth and rules are checked first: a rule "every second" makes any library work for
    hours, and the rules of a time zone are worked out while the file is read.

    Raises SetupError with one sentence for what is no calendar, or one that no clinic would have.
    """
    if len(data) > MOST_BYTES:
        raise SetupError("The calendar is larger than 1 MB; export only the groups.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SetupError("The calendar is not written in UTF-8; export it again.") from None
    text = _CONTROLS.sub(" ", _FOLD.sub("", _BREAKS.sub("\n", text)))
    _check_size_and_depth(text.upper().split("\n"))
    return text


def _check_size_and_depth(lines: list[str]) -> None:
    """Raise SetupError where lines, in upper case, are too many, too deep or hold an odd rule."""
    open_parts: list[str] = []
    counts = {"VCALENDAR": 0, "VEVENT": 0, "rules": 0, "zones": 0}
    for line in lines:
        name, _, value = line.strip().partition(":")
        if name == "BEGIN":
            open_parts.append(value.strip())
            if value.strip() in counts:
                counts[value.strip()] += 1
        elif name == "END" and open_parts:
            open_parts.pop()
        elif name.partition(";")[0].strip() in ("RRULE", "EXRULE"):
            in_zone = "VTIMEZONE" in open_parts
            counts["zones" if in_zone else "rules"] += 1
            _check_rule(name, value.strip(), in_zone=in_zone)
        if len(open_parts) > MOST_DEPTH:
            raise SetupError("The calendar is nested too deep; export it again.")
    if not counts["VCALENDAR"]:
        raise SetupError("The file is no calendar (.ics); export it again.")
    if counts["VEVENT"] > MOST_EVENTS:
        raise SetupError(f"The calendar has more than {MOST_EVENTS} events; export fewer.")
    if max(counts["rules"], counts["zones"]) > MOST_RULES:
        raise SetupError(f"The calendar has more than {MOST_RULES} rules; export fewer groups.")


def _check_rule(name: str, value: str, *, in_zone: bool) -> None:
    parts: dict[str, str] = {}
    for part in value.rstrip(";").split(";"):
        found = _PART.fullmatch(part.strip())
        if found is None or found[1] in parts:
            raise _odd_rule()
        parts[found[1]] = found[2]
    often = parts.get("FREQ", "")
    if often in ("SECONDLY", "MINUTELY", "HOURLY") or any(
        not _ONE_NUMBER.fullmatch(parts[key]) for key in _ONCE_A_DAY & parts.keys()
    ):
        raise SetupError("The calendar repeats something more than once a day; mend its rule.")
    permitted = _PARTS.get(often, frozenset()) | _ONCE_A_DAY
    odd_interval = not parts.get("INTERVAL", "1").isdigit() or not int(parts.get("INTERVAL", "1"))
    if name.startswith("EXRULE") or odd_interval or not parts.keys() <= permitted:
        raise _odd_rule()
    if in_zone and often != "YEARLY":
        raise _odd_rule()


def _odd_rule() -> SetupError:
    return SetupError("The calendar holds a rule that no clinic's calendar has; mend it.")


def _parsed(text: str) -> list[Part]:
    """Return its calendars, with time zones that it defines itself or that all know."""
    from icalendar import Calendar
    from icalendar.timezone import tzp

    with warnings.catch_warnings():
        # A zone by the name of another program's file; which one was meant is well known.
        warnings.simplefilter("ignore")
        # The library keeps the zones of one file for the next, which may mean others by them.
        tzp.use_default()
        try:
            return [c for c in Calendar.from_ical(text, multiple=True) if c.name == "VCALENDAR"]
        finally:
            tzp.use_default()


class _Reader:
    """Reads parsed calendars."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self._now = now
        self._zone = zone
        self._groups: dict[str, GroupInFile] = {}
        self._sessions: list[SessionInFile] = []

    def read(self, calendars: list[Part]) -> Plans:
        """Return the plans of all calendars."""
        by_uid: dict[str, tuple[Part, list[Part]]] = {}
        for calendar in calendars:
            found: dict[str, list[Part]] = defaultdict(list)
            for number, event in enumerate(calendar.walk("VEVENT"), start=1):
                _check(event, f"Event {number} of the calendar")
                found[_uid(event)].append(event)
            for uid, events in found.items():
                by_uid.setdefault(uid, (calendar, events))
        for uid, (calendar, events) in by_uid.items():
            self._read_one(uid, calendar, events)
            if len(self._sessions) > MOST_SESSIONS:
                raise SetupError(f"The calendar has over {MOST_SESSIONS} sessions; export fewer.")
        return Plans(
            PlanKind.ICS,
            tuple(self._groups.values()),
            tuple(self._sessions),
            frozenset(by_uid),
        )

    def _read_one(self, uid: str, calendar: Part, events: list[Part]) -> None:
        """Keep the sessions of all events of one UID: what repeats, and single changes of it."""
        main = next((event for event in events if "RECURRENCE-ID" not in event), events[0])
        repeats = any(key in main for key in ("RRULE", "RDATE", "RECURRENCE-ID"))
        is_off = _text(calendar, "METHOD").upper() == "CANCEL"
        group = _group(main)
        for one in self._occurrences(calendar, events, main):
            starts_at, ends_at = self._utc(one["DTSTART"].dt), self._utc(one["DTEND"].dt)
            if ends_at <= self._now:
                continue
            original = self._utc(one["RECURRENCE-ID"].dt)
            cancelled = is_off or _text(one, "STATUS").upper() == "CANCELLED"
            self._groups.setdefault(group.key, group)
            room = clean(_text(one, "LOCATION"), LONGEST_ROOM)
            self._sessions.append(
                SessionInFile(
                    group=group.key,
                    series=uid,
                    key=f"{original:%Y%m%dT%H%M%SZ}" if repeats else "-",
                    plan=SessionPlan(_own_id(uid), NO_ID, starts_at, ends_at, room),
                    cancelled=CALLED_OFF if cancelled else None,
                )
            )

    def _occurrences(self, calendar: Part, events: list[Part], main: Part) -> Iterator[Part]:
        from icalendar import Calendar
        from recurring_ical_events import of

        alone = Calendar()
        if "X-WR-TIMEZONE" in calendar:
            alone["X-WR-TIMEZONE"] = calendar["X-WR-TIMEZONE"]
        for event in events:
            alone.add_component(event)
        until = self._now + (HORIZON if _is_endless(main) else _FARTHEST)
        yield from of(alone).between(self._now - _LEEWAY, until)

    def _utc(self, at: date) -> datetime:
        """Return a time in UTC; one that belongs to no zone is the clinic's."""
        if not isinstance(at, datetime):
            at = datetime.combine(at, datetime.min.time())
        return (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)


def _check(event: Part, name: str) -> None:
    """Raise SetupError for an event that cannot be a session of a group."""
    if any(key in (*_TIMES, "RRULE", "DURATION") for key, _ in event.errors):
        raise SetupError(f"{name} has a time or a rule that cannot be read; mend it.")
    is_titled = clean(_text(event, "SUMMARY")) or "RECURRENCE-ID" in event
    if "UID" not in event or not is_titled:
        raise SetupError(f"{name} has no UID or no title; mend it.")
    for key in _TIMES:
        for times, is_named in _times(event, key):
            if is_named and any(isinstance(at, datetime) and at.tzinfo is None for at in times):
                raise SetupError(f"{name} names a time zone that nobody knows; mend it.")
    start, end = event.get("DTSTART"), event.get("DTEND")
    if start is None or isinstance(start, list) or (end is None and "DURATION" not in event):
        raise SetupError(f"{name} does not say when it starts and ends; mend it.")
    if not isinstance(start.dt, datetime):
        raise SetupError(f"{name} lasts all day; give it a time, or take it out.")
    length = event["DURATION"].dt if end is None else end.dt - start.dt
    if not timedelta(0) < length <= LONGEST_SESSION:
        raise SetupError(f"{name} does not end within 24 hours after its start; mend it.")
    if start.dt.replace(tzinfo=UTC) < _EARLIEST:
        raise SetupError(f"{name} begins before 1970; mend it.")


def _times(event: Part, key: str) -> Iterator[tuple[list[date], bool]]:
    """Yield the times under a property, and whether a zone is named for them."""
    found = event.get(key, [])
    for value in found if isinstance(found, list) else [found]:
        times = [one.dt for one in value.dts] if hasattr(value, "dts") else [value.dt]
        plain = [time[0] if isinstance(time, tuple) else time for time in times]
        yield plain, bool(value.params.get("TZID"))


def _is_endless(event: Part) -> bool:
    rules = event.get("RRULE", [])
    rules = rules if isinstance(rules, list) else [rules]
    return any("UNTIL" not in rule and "COUNT" not in rule for rule in rules)


def _group(event: Part) -> GroupInFile:
    """Return the group of an event."""
    name = clean(_text(event, "SUMMARY"), LONGEST_NAME) or _LABEL
    place = _text(event, "LOCATION")
    label, room = clean(place, LONGEST_LABEL) or _LABEL, clean(place, LONGEST_ROOM) or _ROOM
    key = clean(_text(event, _GROUP)) or name.casefold()
    return GroupInFile(key, GroupPlan(NO_ID, name, label, room))


def _uid(event: Part) -> str:
    """Return an event's UID as it is kept: long or odd ones by their hash."""
    uid = _text(event, "UID")
    if len(uid) <= _LONGEST_UID and uid == clean(uid) and " " not in uid:
        return uid
    return sha256(uid.encode("utf-8", "surrogatepass")).hexdigest()


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
