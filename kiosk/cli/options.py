"""Options that several commands take, and what is read from them."""

import os
import sys
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.usage import wrong

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk

_YEARS = range(2000, 2200)
_NO_YEAR = 1900
"""What `strptime` takes where none was typed."""
_CLOCK, _MINUTE = "%H:%M", "%Y-%m-%d %H:%M"
DAY_FORMAT = "%Y-%m-%d"
MOMENT_FORMATS = [_MINUTE, "%Y-%m-%dT%H:%M", DAY_FORMAT, _CLOCK]
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
    return sys.stdin.readline(_LONGEST_LINE).strip() if text == "-" else text


def absolute(path: Path | None) -> Path | None:
    """Return where a file is to be, whatever folder the command was typed in."""
    if path is None:
        return None
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111  that of Path raises for "~x"
