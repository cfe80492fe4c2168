"""Looks at a calendar before a library does: its size, its depth and its rules.

A rule "every second" makes any library work for hours, and the rules of a time zone are worked
out while the file is read.
"""

import re
from collections.abc import Mapping

from kiosk.errors import SetupError

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
"""What a rule may say. Days of the month in a daily rule can be such as never come, and then a
library looks for them up to the year 9999."""


def guarded(data: bytes) -> str:
    """Give a calendar's text, unfolded and without odd characters, for a library to read.

    Raises SetupError with one sentence for what is no calendar, or one that no clinic would have.
    """
    if len(data) > MOST_BYTES:
        raise SetupError("The calendar is larger than 1 MB; export only the groups.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SetupError("The calendar is not written in UTF-8; export it again.") from None
    text = _CONTROLS.sub(" ", _FOLD.sub("", _BREAKS.sub("\n", text)))
    _check(text.upper().split("\n"))
    return text


def _check(lines: list[str]) -> None:
    """Go over the lines (upper case) once."""
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
