"""Times, choices and problems as words on the visitor's screens."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from kiosk.domain.attendance.check_in import Session
from kiosk.domain.callbacks.request import AnsweredByOther, CallLanguage, MessagePolicy, Window
from kiosk.domain.phones import PhoneProblem, digit_counts
from kiosk.domain.text import NameProblem

Translate = Callable[[str], str]
"""A screen's `_`: the message in the visit's language."""
_LOCALES = {"en": "en_SG", "zh": "zh_Hans_SG", "ms": "ms_SG", "ta": "ta_SG"}


def clock(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the time of day of `at` (aware) in the clinic's zone, for example 3:00 pm."""
    from babel.dates import format_time  # 35 ms, which the first screen does not wait for

    local = at.astimezone(zone)
    # Babel puts a no-break space of its own kind before "pm"; a terminal draws it ill.
    words = format_time(local, "short", locale=_LOCALES.get(language, "en_SG"))
    return words.replace("\u202f", " ")


def day_and_clock(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the day and the time of `at` (aware), for example "23 Nov, 3:00 pm"."""
    from babel.dates import format_skeleton

    local = at.astimezone(zone)
    day = format_skeleton("MMMd", local, locale=_LOCALES.get(language, "en_SG"))
    return f"{day}, {clock(at, zone, language)}"


def place_and_time(session: Session, zone: ZoneInfo, language: str) -> str:
    """Return a session as one neutral line, for example "Room 2, 3:00 pm"."""
    return f"{session.label}, {clock(session.starts_at, zone, language)}"


def windows(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return the parts of the week in which somebody may be called."""
    return (
        (Window.ANY, _("Any time")),
        (Window.WEEKDAY_MORNING, _("Weekday mornings")),
        (Window.WEEKDAY_AFTERNOON, _("Weekdays, 12 to 4")),
        (Window.WEEKDAY_EVENING, _("Weekdays, 4 to 6")),
        (Window.SATURDAY_MORNING, _("Saturday mornings")),
    )


def waits(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return from which day on somebody may be called."""
    return (
        ("now", _("From now on")),
        ("tomorrow", _("From tomorrow")),
        ("week", _("From next week")),
    )


def call_languages(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return the languages to speak on the phone."""
    return (
        (CallLanguage.ENGLISH, "English"),
        (CallLanguage.MANDARIN, "中文 Mandarin"),
        (CallLanguage.MALAY, "Melayu"),
        (CallLanguage.TAMIL, "Tamil"),
        (CallLanguage.HOKKIEN, "Hokkien"),
        (CallLanguage.CANTONESE, "Cantonese"),
        (CallLanguage.TEOCHEW, "Teochew"),
        (CallLanguage.OTHER, _("Another one")),
    )


def message_policies(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return what may be left when nobody picks up."""
    return (
        (MessagePolicy.NONE, _("No message")),
        (MessagePolicy.NAME_AND_NUMBER, _("Name and number")),
        (MessagePolicy.TEXT, _("Text me")),
    )


def answered_by_other(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return what may be said when somebody else picks up."""
    return (
        (AnsweredByOther.ASK_FOR_NAME, _("Only ask for me")),
        (AnsweredByOther.SAY_CLINIC, _("Say who calls")),
    )


def word_for(options: tuple[tuple[str, str], ...], value: str) -> str:
    """Return the words of one value."""
    return dict(options)[value]


def name_trouble(problem: NameProblem, _: Translate) -> str:
    """Return one kind sentence for a name that cannot be taken."""
    match problem:
        case NameProblem.EMPTY:
            return _("Please type a name. A nickname is fine.")
        case NameProblem.TOO_LONG:
            return _("That is a bit long. A first name is enough.")
        case NameProblem.LOOKS_LIKE_ID:
            return _("Please do not type an NRIC or FIN. We never need it.")
        case NameProblem.NO_LETTER | NameProblem.NOT_A_NAME:
            return _("Please type a name with letters in it.")
        case _other:
            assert_never(problem)


def phone_trouble(problem: PhoneProblem, country: str, language: str, _: Translate) -> str:
    """Return one kind sentence for a number that cannot be called from the clinic's `country`."""
    match problem:
        case PhoneProblem.EMPTY:
            return _("Please type the number we should call.")
        case PhoneProblem.TOO_SHORT:
            sentence = _("Some digits are missing. {country} numbers have {digits}.")
            return sentence.format(**_number_plan(country, language))
        case PhoneProblem.TOO_LONG:
            sentence = _("There are too many digits. {country} numbers have {digits}.")
            return sentence.format(**_number_plan(country, language))
        case PhoneProblem.LOOKS_LIKE_ID:
            return _("Please do not type an NRIC or FIN. We never need it.")
        case PhoneProblem.PREMIUM:
            return _("We cannot call that kind of number. Is there another one?")
        case PhoneProblem.NOT_A_NUMBER:
            return _("We cannot call this number. For another country, start with +.")
        case _other:
            assert_never(problem)


def _number_plan(country: str, language: str) -> dict[str, str]:
    """Return the country's name, and how many digits its numbers have, such as 8 or 9–11."""
    from babel import Locale

    names = Locale.parse(_LOCALES.get(language, "en_SG")).territories
    fewest, most = digit_counts(country)
    digits = str(fewest) if fewest == most else f"{fewest}–{most}"
    return {"country": names.get(country, country), "digits": digits}
