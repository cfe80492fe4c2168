"""Options that several commands share, and how what was typed is read and found."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from kiosk.cli.echo import shown_typing
from kiosk.cli.usage import NotDone, wrong

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk


_T = TypeVar("_T")
_SHOWN, _LEAST = 8, 4
"""Hexadecimal digits of an id: as a list shows it, and as it may be cut."""
_YEARS = range(2000, 2200)
_NO_YEAR = 1900
"""What `strptime` takes where none was typed."""
_CLOCK, _MINUTE = "%H:%M", "%Y-%m-%d %H:%M"
DAY_FORMAT = "%Y-%m-%d"
DATED_FORMATS = [_MINUTE, "%Y-%m-%dT%H:%M", DAY_FORMAT]
MOMENT_FORMATS = [*DATED_FORMATS, _CLOCK]
_LONGEST_LINE = 2000
FacilitatorOption = Annotated[
    str,
    typer.Option("--user", metavar="LOGIN", help="Your login; it needs the role facilitator."),
]
CallerOption = Annotated[
    str, typer.Option("--user", metavar="LOGIN", help="Your login; it needs the role caller.")
]
ManagerOption = Annotated[
    str, typer.Option("--user", metavar="LOGIN", help="Your login, of a manager.")
]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--day",
        formats=[DAY_FORMAT],
        metavar="DAY",
        help="Another day than today, such as 2026-03-31.",
    ),
]
NoteOption = Annotated[
    str,
    typer.Option(
        "--note",
        metavar="TEXT",
        help="A short note they may ask to read; - takes it from the input.",
    ),
]
LanguageOption = Annotated[
    str,
    typer.Option("--language", metavar="CODE", help="Language of the visits, such as en or zh."),
]


def checked_day(day: datetime | None, option: str = "--day") -> datetime | None:
    """Return a day as it was typed; refuses one that is beyond every calendar."""
    if day is not None and day.year not in _YEARS:
        raise wrong(option, f"the years are {_YEARS[0]} to {_YEARS[-1]}")
    return day


def moment(typed: datetime, kiosk: "Kiosk", option: str) -> datetime:
    """Return a typed time in the clinic's zone: a time alone is today's, a day alone its start."""
    if typed.year == _NO_YEAR:
        typed = datetime.combine(kiosk.today(), time(typed.hour, typed.minute))
    checked_day(typed, option)
    return typed.replace(tzinfo=kiosk.site.zone)


def from_input(text: str) -> str:
    """Return a note; "-" stands for a line of the standard input, which no history keeps."""
    if text != "-":
        return text
    with shown_typing():
        return sys.stdin.readline(_LONGEST_LINE).strip()


def absolute(path: Path | None) -> Path | None:
    """Return where a file is to be, whatever folder the command was typed in."""
    if path is None:
        return None
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111  that of Path raises for "~x"


def checked_name(typed: str, option: str = "--name") -> str:
    """Return the cleaned first name; refuses one that a kiosk cannot greet with."""
    from kiosk.domain.text import Name, check_name

    checked = check_name(typed)
    if not isinstance(checked, Name):
        raise wrong(option, "a kiosk cannot greet with it; a nickname is fine")
    return checked.text


def checked_phone(typed: str, country: str) -> str:
    """Return a telephone number in its international form; NotDone where nobody can ring it."""
    from kiosk.domain.phones import PhoneProblem, check_phone
    from kiosk.presentation.callbacks import PHONE_PROBLEMS

    checked = check_phone(typed, country)
    if isinstance(checked, PhoneProblem):
        raise NotDone(PHONE_PROBLEMS[checked])
    return checked.e164


def checked_language(code: str) -> str:
    """Return the language of the visits; refuses what is no code."""
    from kiosk.content.assets import is_language_code

    if not is_language_code(code):
        raise wrong("--language", "it must be a code such as en or zh")
    return code


def short(id_: UUID) -> str:
    """Return an id as lists show it: its end, for the beginning is the time it was made."""
    return id_.hex[-_SHOWN:]


def has_id(id_: UUID, typed: str) -> bool:
    """Return whether an id was typed: whole, as a list shows it, or one end of it."""
    digits = typed.replace("-", "").lower()
    return len(digits) >= _LEAST and (id_.hex.endswith(digits) or id_.hex.startswith(digits))


def only(
    things: Iterable[_T], tests: Iterable[Callable[[_T], bool]], noun: str, listing: str
) -> _T:
    """Return the one thing that was meant, by the first of `tests` that finds any.

    Raises NotDone, without anybody's name, where there is none or several.
    """
    kept = list(things)
    for is_meant in tests:
        found = [one for one in kept if is_meant(one)]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotDone(f"More than one {noun} is called that; name it by its id: {listing}.")
    raise NotDone(f"No {noun} is called that; see {listing}.")
