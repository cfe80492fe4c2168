"""Callback requests in the words of those who call: what is due, what may be said, what to try."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.attempts import Hint
from kiosk.domain.requests import AnsweredByOther, CallLanguage, MessagePolicy, Window
from kiosk.domain.results import AttemptResult, Outcome
from kiosk.domain.status import RequestStatus
from kiosk.domain.worklist import Show, WorkRow
from kiosk.ui.desk.words import clock, day_and_clock, short_day

CALL_LANGUAGES = {
    CallLanguage.ENGLISH: "English",
    CallLanguage.MANDARIN: "Mandarin",
    CallLanguage.MALAY: "Malay",
    CallLanguage.TAMIL: "Tamil",
    CallLanguage.HOKKIEN: "Hokkien",
    CallLanguage.CANTONESE: "Cantonese",
    CallLanguage.TEOCHEW: "Teochew",
    CallLanguage.OTHER: "another language",
}
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
OUTCOMES = {
    Outcome.SESSION_BOOKED: "a talk is booked",
    Outcome.GROUP_JOINED: "joins a group",
    Outcome.INFORMATION_GIVEN: "informed",
    Outcome.TOLD_CARE_TEAM: "care team told",
    Outcome.DECLINED: "does not want it",
    Outcome.NOT_SUITABLE_NOW: "not suitable now",
    Outcome.NO_CAPACITY: "no capacity",
    Outcome.NO_LONGER_NEEDED: "no longer needed",
    Outcome.UNREACHABLE: "not reached",
    Outcome.WRONG_NUMBER: "wrong number",
    Outcome.DUPLICATE: "asked twice",
    Outcome.WITHDRAWN: "taken back",
    Outcome.ESCALATED: "with clinician",
}
HINTS = {
    Hint.MORNING: "try a morning",
    Hint.AFTERNOON: "try an afternoon",
    Hint.EVENING: "try after 4 pm",
    Hint.TEXT: "send the one text",
    Hint.CLOSE: "close it with what came of it (X)",
}
SHOWS = {
    Show.CALL_NOW: "Call now",
    Show.OPEN: "Open",
    Show.MINE: "Claimed by me",
    Show.UNREACHABLE: "Not reached",
    Show.ESCALATED: "With the clinician",
    Show.NOTED: "Typed withdrawals",
    Show.CLOSED: "Done",
    Show.ALL: "All",
}
_STATES = {
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
_TOLD_BY_REASON = frozenset({RequestStatus.UNREACHABLE, RequestStatus.CLOSED})
_MESSAGES = {
    MessagePolicy.NAME_AND_NUMBER: "Voicemail: first name and number only. No text.",
    MessagePolicy.TEXT: "One text: first name and number only. No voicemail.",
}
"""What may be left; anything else allows nothing."""
_STOPPED = "Do not ring this number again: it is a stranger's, or out of use."


def call_language(code: str) -> str:
    """Return a language by name; an unknown code stands for itself."""
    return CALL_LANGUAGES.get(CallLanguage(code), code) if code in set(CallLanguage) else code


def windows(codes: Iterable[str], *, short: bool = False) -> str:
    """Return when somebody may be called."""
    words = SHORT_WINDOWS if short else WINDOWS
    asked_for = set(codes)
    named = [word for code, word in words.items() if code in asked_for]
    is_any = not named or Window.ANY in asked_for
    return words[Window.ANY] if is_any else (" " if short else ", ").join(named)


def result(code: str) -> str:
    """Return how an attempt ended; empty for none, an unknown code as it is."""
    return RESULTS[AttemptResult(code)] if code in set(AttemptResult) else code


def outcome(code: str) -> str:
    """Return why a request was closed, or how an attempt ended."""
    return OUTCOMES[Outcome(code)] if code in set(Outcome) else result(code)


def hint(code: str) -> str:
    """Return what to try next; empty for nothing in particular."""
    return HINTS[Hint(code)] if code in set(Hint) else ""


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a time as people say it: "14:30" today, else "Tue 3 Mar, 14:30"."""
    same_day = at.astimezone(zone).date() == now.astimezone(zone).date()
    return clock(at, zone) if same_day else day_and_clock(at, zone)


def due(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return when the next step is due: "now", "2 d late", "by 14:30", "Tue 3 Mar" or nothing.

    A request that is late says so although it may be called now.
    """
    breach_at = row.schedule.breach_at
    if breach_at is None:
        return ""
    if breach_at <= now:
        return f"{_length(now - breach_at)} late".lstrip()
    if row.schedule.call_now:
        return "now"
    local = breach_at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"by {clock(breach_at, zone)}"
    return short_day(local.date())


def _length(span: timedelta) -> str:
    """Return "3 d" or "5 h"; empty under an hour."""
    hours = int(span.total_seconds() // 3600)
    return f"{hours // 24} d" if hours >= 24 else f"{hours} h" if hours else ""


def state(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return where a request stands, in two or three words."""
    status, next_at = row.state.status, row.schedule.next_at
    if row.held_by_me:
        return "yours"
    if row.holder:
        return f"with {row.holder}"
    if status in _TOLD_BY_REASON:
        return outcome(row.state.reason) or _STATES[status]
    if status is RequestStatus.WAITING and next_at is not None and next_at > now:
        at = next_at.astimezone(zone)
        today = at.date() == now.astimezone(zone).date()
        return f"after {at:%H:%M}" if today else f"after {at.day} {at:%b}"
    return _STATES[status]


def safety(row: WorkRow) -> tuple[str, ...]:
    """Return what is safe to say and to leave, before any number is shown."""
    request = row.request
    if request.unreadable:
        return ("This record cannot be opened. Please ask a manager about the keys.",)
    if row.state.stopped:
        return (_STOPPED,)
    lines = [f"Ask for “{request.preferred_name}” only, until you know it is them."]
    if request.answered_by_other == AnsweredByOther.SAY_CLINIC:
        lines.append("To others you may say that the clinic rang.")
    else:
        lines.append("To others, do not say where you ring from.")
    known = request.message_policy in set(MessagePolicy)
    policy = MessagePolicy(request.message_policy) if known else MessagePolicy.NONE
    lines.append(_MESSAGES.get(policy, "No voicemail and no text."))
    lines.append(
        "Their care team may be told."
        if request.share_with_team
        else "Do not tell their care team without asking."
    )
    return tuple(lines)


def asked(row: WorkRow, zone: ZoneInfo) -> str:
    """Return when somebody asked, and when that arrived here if it was late."""
    request = row.request
    words = day_and_clock(request.created_at, zone)
    received_at = request.received_at
    if received_at is not None and received_at - request.created_at > timedelta(hours=1):
        words += f"; arrived here {day_and_clock(received_at, zone)}"
    if request.clock_doubtful:
        words += " (the kiosk's clock was in doubt)"
    return words
