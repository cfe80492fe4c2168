"""Callback requests in plain words: what was asked, what came of it, and what is late."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.request import AnsweredByOther, MessagePolicy, Window
from kiosk.domain.callbacks.state import AttemptResult, Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import Schedule
from kiosk.domain.working_time import WorkingCalendar

WINDOWS = {
    Window.WEEKDAY_MORNING: "weekdays 9 to 12",
    Window.WEEKDAY_AFTERNOON: "weekdays 12 to 4",
    Window.WEEKDAY_EVENING: "weekdays 4 to 6",
    Window.SATURDAY_MORNING: "Saturday 9 to 12",
    Window.ANY: "any time",
}
SHORT_WINDOWS = {
    Window.WEEKDAY_MORNING: "9–12",
    Window.WEEKDAY_AFTERNOON: "12–4",
    Window.WEEKDAY_EVENING: "4–6",
    Window.SATURDAY_MORNING: "Sat",
    Window.ANY: "any",
}
RESULTS = {
    AttemptResult.REACHED_SELF: "spoke to them",
    AttemptResult.REACHED_OTHER: "somebody else picked up",
    AttemptResult.NO_ANSWER: "no answer",
    AttemptResult.BUSY: "busy",
    AttemptResult.VOICEMAIL_LEFT: "voicemail left",
    AttemptResult.VOICEMAIL_NOT_ALLOWED: "voicemail, none left",
    AttemptResult.TEXT_SENT: "text sent",
    AttemptResult.CALL_LATER: "asked to call later",
    AttemptResult.WRONG_PERSON: "wrong person",
    AttemptResult.NUMBER_INVALID: "number not in use",
    AttemptResult.DECLINED: "does not want it",
}


class OutcomeText(NamedTuple):
    """An outcome in words, and how it is chosen when a request is closed."""

    words: str
    letter: str = ""
    """Empty where it is not offered: duplicates are merged; what is taken back or handed over has a
    key of its own.
    """
    remark: str = ""
    """Shown beside the words; a condition only until it is met."""


OUTCOMES = {
    Outcome.SESSION_BOOKED: OutcomeText("a talk is booked", "b"),
    Outcome.GROUP_JOINED: OutcomeText("joins a group", "g"),
    Outcome.INFORMATION_GIVEN: OutcomeText("informed", "i"),
    Outcome.TOLD_CARE_TEAM: OutcomeText("care team told", "t"),
    Outcome.DECLINED: OutcomeText("does not want it", "d"),
    Outcome.NOT_SUITABLE_NOW: OutcomeText("not suitable now", "s"),
    Outcome.NO_CAPACITY: OutcomeText("no capacity", "c", "and you named another place"),
    Outcome.NO_LONGER_NEEDED: OutcomeText("no longer needed", "l"),
    Outcome.UNREACHABLE: OutcomeText("not reached", "u", "not yet: too few attempts"),
    Outcome.WRONG_NUMBER: OutcomeText("wrong number", "w", "needs such an attempt first"),
    Outcome.DUPLICATE: OutcomeText("asked twice"),
    Outcome.WITHDRAWN: OutcomeText("taken back"),
    Outcome.ESCALATED: OutcomeText("with clinician"),
}
"""In the order in which they are offered."""
STATES = {
    RequestStatus.NEW: "new",
    RequestStatus.CLAIMED: "claimed",
    RequestStatus.WAITING: "waiting",
    RequestStatus.REACHED: "spoken to",
    RequestStatus.UNREACHABLE: "not reached",
    RequestStatus.ESCALATED: "with clinician",
    RequestStatus.DUPLICATE: "asked twice",
    RequestStatus.WITHDRAWN: "taken back",
    RequestStatus.CLOSED: "done",
}
MESSAGES = {
    MessagePolicy.NONE: "no message",
    MessagePolicy.NAME_AND_NUMBER: "voicemail: name, number",
    MessagePolicy.TEXT: "one text: name, number",
}
ANSWERED_BY_OTHER = {
    AnsweredByOther.ASK_FOR_NAME: "only ask for them",
    AnsweredByOther.SAY_CLINIC: "say the clinic rang",
}


def format_status(code: str) -> str:
    """Return the state of a request; an unknown code as it is."""
    return STATES[RequestStatus(code)] if code in set(RequestStatus) else code


def format_window(code: str) -> str:
    """Return a part of the week; an unknown code as it is."""
    return WINDOWS[Window(code)] if code in set(Window) else code


def format_message_policy(code: str) -> str:
    """Return what may be left when nobody picks up; an unknown code as it is."""
    return MESSAGES[MessagePolicy(code)] if code in set(MessagePolicy) else code


def format_answered_by_other(code: str) -> str:
    """Return what may be said to somebody else; an unknown code as it is."""
    known = code in set(AnsweredByOther)
    return ANSWERED_BY_OTHER[AnsweredByOther(code)] if known else code


def format_windows(codes: Iterable[str], *, short: bool = False) -> str:
    """Return when a visitor may be called, of codes of `Window`."""
    words = SHORT_WINDOWS if short else WINDOWS
    asked_for = set(codes)
    named = [word for code, word in words.items() if code in asked_for]
    is_any = not named or Window.ANY in asked_for
    return words[Window.ANY] if is_any else (" " if short else ", ").join(named)


def format_result(code: str) -> str:
    """Return how an attempt ended; empty for none, an unknown code as it is."""
    return RESULTS[AttemptResult(code)] if code in set(AttemptResult) else code


def format_outcome(code: str) -> str:
    """Return why a request was closed, or how an attempt ended."""
    return OUTCOMES[Outcome(code)].words if code in set(Outcome) else format_result(code)


TALK_LENGTH = timedelta(hours=1)
"""How long a booked talk is taken to last in calendars that ask for its end."""


def format_calendar_event(at: datetime) -> str:
    """Return a booked talk for the calendar of a phone, short enough for a QR code on a screen.

    It is an event alone (RFC 5545), which phones read from a code, and says nothing of the clinic.
    """
    begins = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"BEGIN:VEVENT\nSUMMARY:Talk\nDTSTART:{begins}\nEND:VEVENT"


def format_talk(at: datetime, zone: ZoneInfo) -> str:
    """Return the day and time of a talk as one would write it: "Thursday 5 March 2026, 14:30"."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M}"


def format_rest_hours(now: datetime, calendar: WorkingCalendar) -> str:
    """Return why nobody is rung at a time, in a word or two; empty in working time."""
    if calendar.is_open(now) or not calendar.week:
        return ""
    local = now.astimezone(calendar.zone)
    if not calendar.is_working_day(local.date()):
        return "closed today"
    opens, _closes = calendar.week[local.weekday()]
    return "too early to ring" if local.time() < opens else "too late to ring"


def describe_rest_hours(now: datetime, calendar: WorkingCalendar) -> str:
    """Return why nobody is rung at a time, and when one rings again; empty in working time."""
    why = format_rest_hours(now, calendar)
    if not why:
        return ""
    today = now.astimezone(calendar.zone).date()
    again = today
    if why != "too early to ring":
        again = calendar.next_working_day(today + timedelta(days=1))
    at = calendar.start_of_work(again, time.min)
    when = f"{at:%H:%M}" if again == today else f"{at:%a} {at.day} {at:%b}, {at:%H:%M}"
    return f"It is {why}; the next calls are from {when}."


def format_due(schedule: Schedule, now: datetime, zone: ZoneInfo) -> str:
    """Return when the next step is due: "call now", "2 d late", "by 14:30", "by 3 Mar" or nothing.

    A request that is late says so although it may be called now.
    """
    late = schedule.late_by(now)
    if late is not None:
        return f"{_format_lateness(late)} late".lstrip()
    if schedule.breach_at is None:
        return ""
    if schedule.call_now:
        return "call now"
    at = schedule.breach_at.astimezone(zone)
    is_today = at.date() == now.astimezone(zone).date()
    return f"by {at:%H:%M}" if is_today else f"by {at.day} {at:%b}"


def _format_lateness(span: timedelta) -> str:
    """Return "3 d", "5 h" or "20 min"; empty under a minute."""
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((24 * 60, "d"), (60, "h"), (1, "min")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return ""
