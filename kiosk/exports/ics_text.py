"""Calendar files (RFC 5545) as lines: unfolded, split, their rules and time zones checked."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import available_timezones

from kiosk.domain.groups.groups import LONGEST_NAME
from kiosk.domain.text import clean
from kiosk.errors import SetupError

Lines = list[str]

MOST_BYTES = 5_000_000
MOST_DEPTH = 8
MOST_RULES = 60
"""Of those ahead that may never come, and of each calendar's own time zones."""
TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What the libraries raise for calendars that follow no standard."""

_BREAKS = re.compile(b"\r\n|\r")
_FOLD = re.compile(b"\n[ \t]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
LINE = re.compile(r'([A-Za-z0-9-]+)((?:;(?:[^":]|"[^"]*")*)?):(.*)')
_ESCAPED = re.compile(r"\\([\\;,nN])")
_TZID = re.compile(r';TZID=("[^"]*"|[^;:]*)', re.IGNORECASE)
_DAY = re.compile(r"\d{8}", re.ASCII)
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


class NotASessionError(Exception):
    """An event cannot be a session of a group; its text says why, after the event's title."""


@dataclass(slots=True)
class CalendarText:
    """One calendar of a file: its lines by what they belong to."""

    head: Lines = field(default_factory=list)
    """The calendar's own."""
    zones: list[Lines] = field(default_factory=list)
    events: list[Lines] = field(default_factory=list)

    def add(self, kind: str, lines: Lines) -> None:
        """Keep a part that is whole; only events and time zones are read."""
        if kind == "VEVENT":
            self.events.append(lines)
        elif kind == "VTIMEZONE":
            self.zones.append(lines)

    def values(self, wanted: str) -> list[str]:
        """Return the values of a property of the calendar itself."""
        found = filter(None, map(LINE.fullmatch, self.head))
        return [one[3].strip() for one in found if one[1].upper() == wanted]


def content_lines(data: bytes) -> Lines:
    """Return a file's content lines, unfolded and without odd characters.

    A line may be folded inside a character, so bytes are unfolded first (RFC 5545, 3.1).
    """
    if len(data) > MOST_BYTES:
        raise SetupError("The calendar is larger than 5 MB; export only the groups.")
    data = _FOLD.sub(b"", _BREAKS.sub(b"\n", data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end < len(data):
            raise SetupError("The calendar is not written in UTF-8; export it again.") from None
        # Cut off inside a character, which is noticed by the parts that have no end.
        text = data[: error.start].decode("utf-8-sig")
    return [line for line in _CONTROLS.sub(" ", text).split("\n") if line.strip()]


def split_calendars(lines: Lines) -> list[CalendarText]:
    """Return the calendars of a file; SetupError where one was cut off or is damaged."""
    calendars: list[CalendarText] = []
    open_parts: list[str] = []
    block: Lines = []
    lines = [line.strip() for line in lines]
    last = lines[-1] if lines else ""
    for line in lines:
        name, _, value = (word.strip() for word in line.upper().partition(":"))
        if name == "BEGIN":
            if not open_parts and value == "VCALENDAR":
                calendars.append(CalendarText())
            block = block if len(open_parts) > 1 else []
            _open(open_parts, value, block)
        if len(open_parts) > 1:
            block.append(line)
        elif open_parts and name not in ("BEGIN", "END"):
            calendars[-1].head.append(line)
        if name == "END":
            if open_parts[-1:] != [value]:
                raise _not_closed(open_parts, value, block, is_last=line is last)
            open_parts.pop()
            if len(open_parts) == 1:
                calendars[-1].add(value, block)
    if open_parts:
        raise _cut_off(block)
    return calendars


def _open(open_parts: list[str], value: str, block: Lines) -> None:
    """Begin a part inside others, the first of which is a calendar."""
    if value == "VCALENDAR" and open_parts:
        raise _cut_off(block)
    if value != "VCALENDAR" and not open_parts:
        raise SetupError("The file is no calendar (.ics); export it again.")
    if len(open_parts) == MOST_DEPTH:
        raise SetupError("The calendar is nested too deep; export it again.")
    open_parts.append(value)


def _not_closed(
    open_parts: Sequence[str], value: str, block: Lines, *, is_last: bool
) -> SetupError:
    if is_last and open_parts and open_parts[-1].startswith(value):
        return _cut_off(block)
    return SetupError(f"The calendar is damaged{describe_last(block)}; export it again.")


def _cut_off(block: Lines) -> SetupError:
    return SetupError(f"The calendar was cut off{describe_last(block)}; export it again, whole.")


def describe_last(block: Lines) -> str:
    """Return the words for the event where something is wrong, or nothing."""
    title, day = read_title(block), read_day(block)
    when = f"{day.day} {day:%b %Y}" if day else ""
    if title:
        return f" at the event “{title}”, {when}" if when else f" at the event “{title}”"
    return f" at an event of {when}" if when else ""


def read_value(lines: Lines, wanted: str) -> str:
    """Return the value of a part's own line, raw; empty where it has none."""
    depth = 0
    for line in lines:
        name = re.split("[;:]", line, maxsplit=1)[0].strip().upper()
        depth += (name == "BEGIN") - (name == "END")
        found = LINE.fullmatch(line)
        if depth == 1 and name == wanted and found is not None:
            return found[3].strip()
    return ""


def read_title(lines: Lines) -> str:
    """Return the title of an event, cleaned; empty where it has none."""
    raw = read_value(lines, "SUMMARY")
    text = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], raw)
    return clean(text, LONGEST_NAME)


def read_day(lines: Lines) -> date | None:
    """Return the day on which an event starts, as its line has it."""
    found = _DAY.match(read_value(lines, "DTSTART"))
    try:
        return None if found is None else date.fromisoformat(found[0])
    except ValueError:
        return None


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
        raise NotASessionError("repeats more than once a day")
    permitted = _PARTS.get(often, frozenset()) | _ONCE_A_DAY
    interval, count = parts.get("INTERVAL", "1"), parts.get("COUNT", "1")
    is_odd = not (interval.isdigit() and int(interval) and count.isdigit() and int(count))
    if name == "EXRULE" or is_odd or not parts.keys() <= permitted:
        raise _odd_rule()
    if in_zone and often != "YEARLY":
        raise _odd_rule()


def _odd_rule() -> NotASessionError:
    return NotASessionError("repeats by a rule that cannot be followed here")


def check_rules(lines: Lines, *, in_zone: bool = False) -> int:
    """Check all rules of a part, and return how many there are.

    A rule "every second" makes any library work for hours, and the rules of a time zone are
    worked out while it is read.
    """
    rules = 0
    for line in lines:
        name, _, value = line.upper().partition(":")
        name = name.partition(";")[0].strip()
        if name in ("RRULE", "EXRULE"):
            _check_rule(name, value.strip(), in_zone=in_zone)
            rules += 1
    return rules


def load_zones(calendar: CalendarText) -> frozenset[str]:
    """Let the library know a calendar's own time zones; return those that are defined twice."""
    from icalendar import Calendar

    named = " ".join(line for lines in calendar.events for line in lines if "TZID=" in line.upper())
    definitions: dict[str, set[str]] = defaultdict(set)
    rules = 0
    for lines in calendar.zones:
        name = read_value(lines, "TZID")
        text = "\r\n".join(("BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""))
        if name not in named or text in definitions[name]:
            continue
        definitions[name].add(text)
        try:
            rules += check_rules(lines, in_zone=True)
            if rules <= MOST_RULES:
                Calendar.from_ical(text)
        except (NotASessionError, *FAULTS):
            continue
    return frozenset(
        name for name, texts in definitions.items() if len(texts) > 1 and not known_zone(name)
    )


def known_zone(name: str) -> str:
    """Return the zone that is meant by a name, other programs' names included; empty if none."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    wanted = clean(name).strip('"/').casefold()
    for known in WINDOWS_TO_OLSON:
        if known.casefold() == wanted:
            return WINDOWS_TO_OLSON[known]
    return next((zone for zone in available_timezones() if zone.casefold() == wanted), "")


def drop_zone_of_utc(line: str) -> str:
    """Return a line without its zone where its times are in UTC (RFC 5545, 3.2.19)."""
    found = LINE.fullmatch(line)
    if found is None or found[1].upper() not in TIMES:
        return line
    times = re.split("[,/]", found[3].strip().upper())
    if _TZID.search(found[2]) and all(at.endswith("Z") for at in times):
        return f"{found[1]}{_TZID.sub('', found[2])}:{found[3]}"
    return line
