"""Times, counts, and words put together, in the visitor's language."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, reduce
from zoneinfo import ZoneInfo

from kiosk.content.languages import find_language
from kiosk.content.translations import Texts
from kiosk.domain.attendance.check_in import Session

_ENGLISH_LOCALE = "en_SG"


@cache
def locale_of(language: str) -> str:
    """Return the locale by which dates are written; English where Babel does not know it."""
    from babel import Locale, UnknownLocaleError

    name = find_language(language).locale
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError):
        return _ENGLISH_LOCALE
    return name


def format_time(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the time of day of `at` (aware) in the clinic's zone, for example 3:00 pm."""
    from babel import dates  # 35 ms, which the first screen does not wait for

    local = at.astimezone(zone)
    form = find_language(language).time
    text = dates.format_time(local, form, locale=locale_of(language))
    # Babel puts a no-break space of its own kind before "pm"; a terminal draws it ill.
    return text.replace("\u202f", " ")


def format_day_and_time(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the day and the time of `at` (aware), for example "23 Nov, 3:00 pm"."""
    from babel.dates import format_skeleton, get_datetime_format

    local, locale = at.astimezone(zone), locale_of(language)
    day = format_skeleton("MMMd", local, locale=locale)
    form = get_datetime_format("short", locale=locale)
    return str(form).replace("{1}", day).replace("{0}", format_time(at, zone, language))


def join_words(words: Iterable[str], _: Callable[[str], str]) -> str:
    """Return some words as one list, for example "Mornings, Saturdays"."""
    # Translators: two of a list of words; write them as your language writes a list.
    form = _("{first}, {then}")
    return reduce(lambda first, then: form.format(first=first, then=then), words)


def join_sentences(first: str, then: str, _: Callable[[str], str]) -> str:
    """Return some words, which have no full stop, with a sentence behind them."""
    # Translators: some words and a sentence; write the sign that your language puts between.
    return _("{first}. {then}").format(first=first, then=then)


def format_session(session: Session, zone: ZoneInfo, texts: Texts) -> str:
    """Return a session as one neutral line, for example "Room 2, 3:00 pm"."""
    time = format_time(session.starts_at, zone, texts.written)
    return join_words((session.label, time), texts.gettext)


def count_digits(number: str, texts: Texts) -> str:
    """Return how many digits a number has, for where others hear it."""
    digits = sum(sign.isdigit() for sign in number)
    told = texts.ngettext("{count} digit entered.", "{count} digits entered.", digits)
    return told.format(count=digits)
