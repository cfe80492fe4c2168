"""How requests, sessions and people are named on the command line."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.usage import NotDone, wrong
from kiosk.domain.text import clean

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from kiosk.domain.attendance.roster import Arrival, GroupName, Member, SessionCard, Voided
    from kiosk.domain.callbacks.worklist import WorkRow
    from kiosk.usecases.attendance.roster_desk import RosterDesk
    from kiosk.usecases.callbacks.desk import CallbackDesk
    from kiosk.usecases.passes.desk import PassDesk


T = TypeVar("T")
P = TypeVar("P", "Arrival", "Voided")
_SHOWN, _LEAST = 8, 4
"""Hexadecimal digits of an id: as a list shows it, and as it may be cut."""


def short(id_: UUID) -> str:
    """Return an id as lists show it: its end, for the beginning is the time it was made."""
    return id_.hex[-_SHOWN:]


def has_id(id_: UUID, typed: str) -> bool:
    """Say whether an id was typed: whole, as a list shows it, or one end of it."""
    digits = typed.replace("-", "").lower()
    return len(digits) >= _LEAST and (id_.hex.endswith(digits) or id_.hex.startswith(digits))


def request(desk: "CallbackDesk", typed: str) -> "WorkRow":
    """Find a callback request by its reference, however it was typed, or by its whole id."""
    from kiosk.domain.callbacks.actions import NotFound
    from kiosk.domain.callbacks.request import parse_reference

    reference = parse_reference(typed)
    if reference is not None:
        row = desk.named(reference)
    else:
        try:
            row = desk.row(UUID(typed))
        except ValueError:
            raise wrong("REFERENCE", "it is not one; they look like 7K4Q-FMRX") from None
    if isinstance(row, NotFound):
        raise NotDone("No request has this reference; see `kiosk callbacks list --show all`.")
    return row


def session(desk: "RosterDesk", typed: str, day: datetime | None, zone: ZoneInfo) -> "SessionCard":
    """Find one of a day's sessions: by id, start, label, group, room, or label and start."""
    wanted = clean(typed).casefold()

    def is_meant(card: "SessionCard") -> bool:
        held = card.session
        start = f"{held.starts_at.astimezone(zone):%H:%M}"
        names = {name.casefold() for name in (held.label, card.group_name, held.room) if name}
        return wanted == start or wanted in names | {f"{name} {start}" for name in names}

    cards = desk.sessions(None if day is None else day.date())
    return only(
        cards,
        (is_meant, lambda card: has_id(card.session.id, wanted)),
        "session of that day",
        "`kiosk attendance sessions`",
    )


def member(desk: "PassDesk", typed: str) -> "Member":
    """Find somebody by first name, or by id as the list of members shows it."""
    wanted = clean(typed).casefold()
    return only(
        desk.members(),
        (
            lambda one: (one.name or "").casefold() == wanted != "",
            lambda one: has_id(one.participant_id, wanted),
        ),
        "member",
        "`kiosk passes members`",
    )


def person(people: Iterable[P], typed: str, noun: str, listing: str) -> P:
    """Find one of the people on a session's list by first name, or by id as the list shows it."""
    wanted = clean(typed).casefold()
    return only(
        people,
        (
            lambda one: (one.name or "").casefold() == wanted != "",
            lambda one: has_id(one.check_in_id, wanted),
        ),
        noun,
        listing,
    )


def group(desk: "PassDesk", typed: str) -> "GroupName":
    """Find a group by name or id."""
    wanted = clean(typed).casefold()
    return only(
        desk.groups(),
        (lambda one: one.name.casefold() == wanted, lambda one: has_id(one.id, wanted)),
        "group",
        "`kiosk groups list`",
    )


def only(things: Iterable[T], ways: Iterable[Callable[[T], bool]], noun: str, listing: str) -> T:
    """Return the one thing that was meant, by the first of `ways` that finds any.

    Raises NotDone where there is none or several; nobody's name is said.
    """
    kept = list(things)
    for is_meant in ways:
        found = [one for one in kept if is_meant(one)]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotDone(f"More than one {noun} is called that; name it by its id: {listing}.")
    raise NotDone(f"No {noun} is called that; see {listing}.")


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


def checked_name(typed: str, option: str = "--name") -> str:
    """Return the cleaned first name; refuses one that a kiosk cannot greet with."""
    from kiosk.domain.text import Name, check_name

    checked = check_name(typed)
    if not isinstance(checked, Name):
        raise wrong(option, "a kiosk cannot greet with it; a nickname is fine")
    return checked.text


def checked_language(code: str) -> str:
    """Return the language of the visits; refuses what is no code."""
    from kiosk.content.assets import is_language_code

    if not is_language_code(code):
        raise wrong("--language", "it must be a code such as en or zh")
    return code
