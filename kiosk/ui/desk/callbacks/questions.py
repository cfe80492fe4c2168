"""Questions that the caller's screens ask, as data."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.state import AttemptResult, Outcome, fits_policy
from kiosk.domain.callbacks.worklist import WorkRow, day_part, windows_at
from kiosk.domain.working_time import WorkingCalendar
from kiosk.presentation.callbacks import OUTCOMES
from kiosk.ui.desk.dates import HOW, MORNING, read_moment
from kiosk.ui.desk.messages import Offer, Question, Then
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import format_day_and_clock

OTHER_TIME = "other"
MOST_OF_A_NOTE = 120
"""Characters."""
FORMS = (
    Offer("x", "Excel", "xlsx", "to look at and to sort"),
    Offer("c", "CSV", "csv", "for other programs"),
    Offer("j", "JSON", "json", "for other programs"),
    Offer("f", "FHIR", "fhir", "R4B bundle, for a clinical system"),
)
_RESULTS = (
    Offer("s", "I spoke to them", AttemptResult.REACHED_SELF),
    Offer("n", "No answer", AttemptResult.NO_ANSWER),
    Offer("b", "Busy", AttemptResult.BUSY),
    Offer("o", "Somebody else picked up", AttemptResult.REACHED_OTHER),
    Offer("v", "I left a voicemail", AttemptResult.VOICEMAIL_LEFT),
    Offer("m", "Voicemail, I left none", AttemptResult.VOICEMAIL_NOT_ALLOWED),
    Offer("t", "I sent the text", AttemptResult.TEXT_SENT),
    Offer("l", "They asked to be called later", AttemptResult.CALL_LATER, "then say when"),
    Offer("d", "They do not want it", AttemptResult.DECLINED),
    Offer("w", "Wrong person", AttemptResult.WRONG_PERSON, "no more calls"),
    Offer("i", "Number not in use", AttemptResult.NUMBER_INVALID, "no more calls"),
)


def ask_result(row: WorkRow, then: Then) -> Question:
    """Ask how a call ended; what the visitor did not allow is not offered."""
    policy = row.request.message_policy
    options = tuple(
        option for option in _RESULTS if fits_policy(AttemptResult(option.value), policy)
    )
    return Question("How did the call go?", then, options=options)


def ask_outcome(row: WorkRow, then: Then) -> Question:
    """Ask for the outcome that closes a request."""
    met = {
        Outcome.UNREACHABLE: row.schedule.may_give_up,
        Outcome.WRONG_NUMBER: row.state.stopped,
    }
    options = tuple(
        Offer(text.letter, _capitalise(text.words), why.value, "" if met.get(why) else text.remark)
        for why, text in OUTCOMES.items()
        if text.letter
    )
    return Question("Close it: what came of it?", then, options=options)


def ask_time(title: str, now: datetime, calendar: WorkingCalendar, then: Then) -> Question:
    """Ask for a time; the answer is an ISO time, or OTHER_TIME for one that is to be typed.

    What is proposed lies in the clinic's working time: never on a closed day.
    """
    zone = calendar.zone
    today = now.astimezone(zone).date()
    soon = (now + timedelta(hours=2)).astimezone(zone)
    days = {"t": 1, "m": 7 - today.weekday(), "w": 7, "f": 28}
    worked = {
        letter: calendar.next_working_day(today + timedelta(days=ahead))
        for letter, ahead in days.items()
    }
    named: dict[datetime, Offer] = {}
    if windows_at(soon, calendar) or not calendar.week:
        named[soon] = Offer("h", "In two hours", soon.isoformat(), format_day_and_clock(soon, zone))
    # Where tomorrow is closed and Monday is next, M stays Monday's key.
    tomorrow_first = worked["t"] == today + timedelta(days=1)
    for letter in ("t", "m", "w", "f") if tomorrow_first else ("m", "t", "w", "f"):
        at = calendar.start_of_work(worked[letter], MORNING)
        words = _LATER.get(letter) or _name_day(at, today)
        named.setdefault(at, Offer(letter, words, at.isoformat(), format_day_and_clock(at, zone)))
    options = [named[at] for at in sorted(named)]
    options.append(Offer("o", "Another day or time", OTHER_TIME, "to be typed"))
    return Question(title, then, options=tuple(options))


_LATER = {"w": "In a week", "f": "In four weeks"}


def _name_day(at: datetime, today: date) -> str:
    """Return "Tomorrow morning" or "Monday morning" of a local time."""
    is_tomorrow = at.date() == today + timedelta(days=1)
    return f"{'Tomorrow' if is_tomorrow else f'{at:%A}'} {day_part(at)}"


def ask_typed_time(title: str, now: datetime, zone: ZoneInfo, then: Then) -> Question:
    """Ask for a time in words; the answer is what was typed, and can be read."""

    def check(text: str) -> str:
        return "" if read_moment(text, now, zone) is not None else HOW

    return Question(
        title, then, "Such as “tomorrow 14:30”, “Thu 9:00” or “5 Mar 16:00”.", check=check
    )


def ask_note(before: str, then: Then, keep: Callable[[str, DeskSide], object]) -> Question:
    """Ask for a note; a desk can `keep` it where nobody answers any more."""
    lead = "Enter keeps it in the history. The visitor can ask to read it."
    return Question(
        "A short note",
        then,
        lead,
        check=partial(_describe_missing, why="Please write a few words, or press Esc."),
        value=before,
        most=MOST_OF_A_NOTE,
        keep=keep,
    )


def ask_undo_reason(entry: str, then: Then) -> Question:
    """Ask why the entry that is described is taken back."""
    lead = "Why? A few words. The history keeps both; the visitor can ask to read it."
    return Question(f"Undo: {entry}", then, lead, check=_describe_missing, most=MOST_OF_A_NOTE)


def ask_export_format(found: int, then: Then) -> Question:
    """Ask what a list is written as."""
    lead = "The file holds names and numbers. It goes into the exports folder; delete it after use."
    requests = "1 request" if found == 1 else f"{found:,} requests"
    return Question(f"Write {requests} to a file", then, lead, FORMS)


def _describe_missing(text: str, why: str = "Please say why in a few words.") -> str:
    return "" if text.strip() else why


def _capitalise(words: str) -> str:
    return words[0].upper() + words[1:]
