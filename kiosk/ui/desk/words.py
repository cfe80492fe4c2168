"""Times, codes and refusals in the words of the clinic's staff; English only."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kiosk.domain.names import NameProblem
from kiosk.domain.roster import PassStanding, SessionStage, VoidReason

LANGUAGES = {"en": "English", "zh": "Mandarin", "ms": "Malay", "ta": "Tamil"}
"""The languages of passes and screens."""
STAGES = {
    SessionStage.SCHEDULED: "later",
    SessionStage.OPEN: "doors open",
    SessionStage.RUNNING: "running",
    SessionStage.ENDED: "list open",
    SessionStage.RECONCILED: "list closed",
    SessionStage.UNRECONCILED: "never closed",
    SessionStage.CANCELLED: "cancelled",
}
VOID_REASONS = {
    VoidReason.MISTAKE: "a mistake",
    VoidReason.WRONG_SESSION: "wrong session",
    VoidReason.LEFT: "left at once",
    VoidReason.ASKED: "as they asked",
    VoidReason.DUPLICATE: "counted twice",
}
NAME_PROBLEMS = {
    NameProblem.EMPTY: "Please type a name.",
    NameProblem.TOO_LONG: "That is a bit long. A first name is enough.",
    NameProblem.NO_LETTER: "That has no letter in it. A first name is enough.",
    NameProblem.LOOKS_LIKE_ID: "That looks like an identity number, which we never keep.",
    NameProblem.NOT_A_NAME: "That looks like a number. A first name is enough.",
}
STANDINGS = {
    PassStanding.KNOWN: "pass",
    PassStanding.UNKNOWN: "unknown pass",
    PassStanding.REVOKED: "revoked pass",
    PassStanding.NONE: "guest",
}


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Return a local time of day such as "14:05"."""
    return f"{at.astimezone(zone):%H:%M}"


def short_day(day: date) -> str:
    """Return a day such as "Mon 2 Mar"."""
    return f"{day:%a} {day.day} {day:%b}"


def day_and_clock(at: datetime, zone: ZoneInfo) -> str:
    """Return a local day and time such as "Mon 2 Mar, 14:05"."""
    local = at.astimezone(zone)
    return f"{short_day(local.date())}, {local:%H:%M}"


def clock_line(at: datetime, zone: ZoneInfo) -> str:
    """Return the time as the head of a screen shows it."""
    local = at.astimezone(zone)
    return f"{short_day(local.date())} {local:%H:%M}"


def to_five_minutes(at: datetime, zone: ZoneInfo) -> str:
    """Return an arrival's time, no finer than five minutes, such as "14:05"."""
    local = at.astimezone(zone)
    return f"{local.replace(minute=local.minute - local.minute % 5):%H:%M}"


def people(count: int) -> str:
    """Return "1 person" or "3 people"."""
    return "1 person" if count == 1 else f"{count} people"


def span(seconds: float) -> str:
    """Return a wait such as "45 seconds" or "3 minutes", never too short."""
    whole = max(1, -(-int(seconds * 10) // 10))
    if whole < 100:
        return "1 second" if whole == 1 else f"{whole} seconds"
    return f"{-(-whole // 60)} minutes"
