"""Callback requests in plain words: what was asked, what came of it, and what is late."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.entry import EntryProblem, Slip
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    ConsentBy,
    ConsentHow,
    MessagePolicy,
    Origin,
    Receipt,
    Source,
    Window,
)
from kiosk.domain.callbacks.state import AttemptResult, Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import Schedule
from kiosk.domain.phones import PhoneProblem
from kiosk.domain.policy import PRIVATE_NUMBER
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

SOURCES = {
    Source.VISITOR: "kiosk",
    Source.TEAM: "team",
    Source.COUNTER: "counter",
    Source.PHONE: "phone",
    Source.PAPER: "paper",
}
_HOW = {
    ConsentHow.SCREEN: "on the kiosk",
    ConsentHow.SPOKEN: "face to face",
    ConsentHow.PHONE: "on the phone",
    ConsentHow.PAPER: "on paper",
}
_WHO = {ConsentBy.PERSON: "they", ConsentBy.OTHER: "somebody for them"}
_BY = {ConsentBy.PERSON: "the person", ConsentBy.OTHER: "somebody for them"}
PHONE_PROBLEMS = {
    PhoneProblem.EMPTY: "Please type the number to call.",
    PhoneProblem.TOO_SHORT: "That number is too short. Read it back to them.",
    PhoneProblem.TOO_LONG: "That number is too long. Read it back to them.",
    PhoneProblem.NOT_A_NUMBER: "Please type the number alone, in digits.",
    PhoneProblem.NOT_IN_PLAN: "No number begins so. A foreign one needs + and its country.",
    PhoneProblem.PREMIUM: "A call to this number costs extra. Ask for another one.",
    PhoneProblem.LOOKS_LIKE_ID: "That looks like an identity number, which we never keep.",
    PhoneProblem.NO_PHONE: "Without a number nobody can call. Offer them a talk here.",
    PhoneProblem.EXTENSION: "A caller cannot dial an extension. Ask for a direct number.",
    PhoneProblem.SEVERAL: "Please type one number alone.",
}
"""Sentences for staff; visitors read their own."""
ENTRY_PROBLEMS = {
    EntryProblem.FORM_ODD: (
        "That is no form's number: it looks like 7K4Q-FMRF. Type it as it is printed, or scan the"
        " code."
    ),
    EntryProblem.FORM_UNKNOWN: (
        "No form of this clinic has this number. Check it once more, or enter the request as one"
        " from the counter: they get a new slip."
    ),
    EntryProblem.FORM_USED: (
        "A request was entered from this form already. If it is another person's, enter it as one"
        " from the counter: they get a new slip."
    ),
    EntryProblem.FUTURE: "That time has not come yet. Type when the form was filled in.",
}
"""Sentences for the command line and the desk."""


def format_source(code: str) -> str:
    """Return how a request came; an unknown code as it is."""
    return SOURCES[Source(code)] if code in set(Source) else code


def format_consent_by(code: str) -> str:
    """Return who said yes to the call; an unknown code as it is."""
    return _BY[ConsentBy(code)] if code in set(ConsentBy) else code


def format_consent_how(code: str) -> str:
    """Return how the yes was given; an unknown code as it is."""
    return _HOW[ConsentHow(code)] if code in set(ConsentHow) else code


def format_consent(origin: Origin) -> str:
    """Return who said yes to the call, and how, such as "they said yes on the phone"."""
    who = _WHO[ConsentBy(origin.consent_by)] if origin.consent_by in set(ConsentBy) else "somebody"
    return f"{who} said yes {format_consent_how(origin.consent_how)}"


def format_origin(origin: Origin, entered_by: str) -> str:
    """Return how a request came, such as "by phone, entered by mei"; `entered_by` is a login."""
    words = format_source(origin.source)
    return f"{words}, entered by {entered_by or 'somebody'}" if origin.entered_by else words


def describe_calling_number(number: str) -> str:
    """Return which number will ring, of the setting `calling_number`; empty where it is not set."""
    if not number:
        return ""
    return f"We call from {'a private number' if number == PRIVATE_NUMBER else number}."


SLIP_USE = "Show the code at a kiosk here to see news or withdraw."
"""What a slip is for, as staff hand it out: on a screen, and on the strip of a paper form."""


def make_slip(receipt: Receipt, clinic: str, calling_number: str) -> Slip:
    """Return the slip of a request, for the person to take away; `calling_number` is the setting's.

    It names nobody, and says nothing of why they are called.
    """
    days = receipt.promise_days
    unit = "working day" if days == 1 else "working days"
    lines = (
        f"Most people get a call within {days} {unit}.",
        describe_calling_number(calling_number),
        SLIP_USE,
    )
    return Slip(
        clinic, receipt.reference, receipt.slip_digits, tuple(line for line in lines if line)
    )


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
