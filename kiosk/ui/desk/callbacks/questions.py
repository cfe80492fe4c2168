"""Questions that the caller's screens ask, as data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.actions import booking_problem
from kiosk.domain.callbacks.state import AttemptResult, Outcome, fits_policy
from kiosk.domain.callbacks.worklist import WorkRow, day_part, windows_at
from kiosk.domain.phones import LEAST_SHOWN, has_digits_to_find
from kiosk.domain.staff import Staff, normalise_login
from kiosk.domain.working_time import WorkingCalendar
from kiosk.presentation.callbacks import OUTCOMES
from kiosk.ui.desk.callbacks.text import REFUSALS
from kiosk.ui.desk.dates import HOW, MORNING, read_moment
from kiosk.ui.desk.messages import Offer, Question, Then
from kiosk.ui.desk.questions import LETTERS
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


def ask_outcome(row: WorkRow, then: Then, lead: str = "") -> Question:
    """Ask for the outcome that closes a request; the one that the last call speaks for comes first.

    `lead` is what was just noted, where the question follows it.
    """
    met = {
        Outcome.UNREACHABLE: row.schedule.may_give_up,
        Outcome.WRONG_NUMBER: row.state.stopped,
    }
    options = tuple(
        Offer(text.letter, _capitalise(text.words), why.value, "" if met.get(why) else text.remark)
        for why, text in OUTCOMES.items()
        if text.letter
    )
    likely = _LIKELY.get(row.schedule.last_result)
    options = tuple(sorted(options, key=lambda option: option.value != likely))
    return Question("Close it: what came of it?", then, lead, options)


_LIKELY: Mapping[str, Outcome] = {
    AttemptResult.DECLINED: Outcome.DECLINED,
    AttemptResult.WRONG_PERSON: Outcome.WRONG_NUMBER,
    AttemptResult.NUMBER_INVALID: Outcome.WRONG_NUMBER,
}
"""What a call that ended so is most often closed with."""


def ask_talk_time(whom: str, now: datetime, calendar: WorkingCalendar, then: Then) -> Question:
    """Ask when a talk is; the answer is an ISO time, OTHER_TIME, OTHER_PERSON or NO_TIME.

    `whom` is the login of the person it is with.
    """
    zone = calendar.zone
    offers = [
        Offer(letter, format_day_and_clock(at, zone), at.isoformat(), _in_words(at, now, zone))
        for letter, at in zip(_TALK_LETTERS, _talk_times(now, calendar), strict=False)
    ]
    offers += (
        Offer("o", "Another day or time", OTHER_TIME, "to be typed"),
        Offer("p", "With another person", OTHER_PERSON),
        Offer("n", "No time is fixed yet", NO_TIME),
    )
    return Question("When is the talk?", then, f"With {whom}.", tuple(offers))


OTHER_PERSON, NO_TIME = "person", "no_time"
_TALK_LETTERS = "abcdefgh"
_TALK_HOURS = (time(10), time(14))
_TALKS_OFFERED = 6


def _talk_times(now: datetime, calendar: WorkingCalendar) -> list[datetime]:
    """Return the next times at which talks usually begin, in the clinic's hours, from tomorrow."""
    day, found = now.astimezone(calendar.zone).date(), list[datetime]()
    while len(found) < _TALKS_OFFERED:
        day = calendar.next_working_day(day + timedelta(days=1))
        times = {calendar.start_of_work(day, hour) for hour in _TALK_HOURS}
        found += sorted(times)
    return found[:_TALKS_OFFERED]


def _in_words(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    days = (at.date() - now.astimezone(zone).date()).days
    return "tomorrow" if days == 1 else f"in {days} days"


def ask_typed_talk_time(now: datetime, calendar: WorkingCalendar, then: Then) -> Question:
    """Ask for the time of a talk in words; the answer is what was typed, and can be booked."""

    def check(text: str) -> str:
        at = read_moment(text, now, calendar.zone)
        if at is None:
            return HOW
        problem = booking_problem(at, now=now, calendar=calendar)
        return "" if problem is None else REFUSALS[problem]

    lead = "Such as “tomorrow 14:30”, “Thu 9:00” or “5 Mar 16:00”."
    return Question("When is the talk?", then, lead, check=check)


def ask_person(title: str, people: Sequence[Staff], then: Then, lead: str = "") -> Question:
    """Ask for one of the staff; the answer is a login. Many are typed and not listed."""
    logins = [one.login for one in people]
    if len(logins) <= _MOST_LISTED:
        offers = tuple(
            Offer(letter, login, login) for letter, login in zip(LETTERS, logins, strict=False)
        )
        return Question(title, then, lead, offers)
    return Question(
        title,
        lambda typed: then(normalise_login(typed)),
        f"{lead} Please type their login.".strip(),
        check=lambda typed: "" if normalise_login(typed) in logins else _NOBODY,
    )


_MOST_LISTED = 20
_NOBODY = "Nobody in use has this login; a part of it is not enough."


def ask_colleague(people: Sequence[Staff], then: Then, *, is_handed: bool) -> Question:
    """Ask to whom a request is handed; the answer is a login, or EVERYBODY where it has one now."""
    question = ask_person("Who is to ring them?", people, then, _HANDED)
    if not is_handed:
        return question
    if question.options:
        everybody = Offer("z", "Everybody again", EVERYBODY)
        return replace(question, options=(everybody, *question.options))
    check = question.check
    return replace(
        question,
        lead=f"{question.lead} Nothing: everybody again.",
        check=lambda typed: check(typed) if typed else "",
    )


EVERYBODY = ""
_HANDED = "It is their next call, and everybody's once it is late."


def ask_handing_note(whom: str, then: Then, keep: Callable[[str, DeskSide], object]) -> Question:
    """Ask for a note to go with a request that is handed over; it may be left empty."""
    lead = "It may stay empty. The visitor can ask to read it."
    title = f"A note for {whom}" if whom else "A note for everybody"
    return Question(title, then, lead, most=MOST_OF_A_NOTE, enter="Hand it over", keep=keep)


def ask_displayed_number(then: Then) -> Question:
    """Ask for the number that a telephone shows; the answer is long enough to look it up."""

    def check(text: str) -> str:
        return "" if has_digits_to_find(text) else _TOO_FEW_DIGITS

    lead = "As it stands on the telephone's display, with or without the country."
    return Question("Somebody rings back: which number?", then, lead, check=check, most=40)


_TOO_FEW_DIGITS = f"Please type the number whole, or its last {LEAST_SHOWN} digits."


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
        enter="Keep it",
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
