"""How requests, sessions and people are named on the command line."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.cli.usage import NotDone, wrong
from kiosk.domain.text import clean

if TYPE_CHECKING:
    from kiosk.domain.roster import Arrival, GroupName, Member, SessionCard, Voided
    from kiosk.domain.worklist import WorkRow
    from kiosk.usecases.callbacks import CallbackDesk
    from kiosk.usecases.passdesk import PassDesk
    from kiosk.usecases.roster import RosterDesk

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
    from kiosk.domain.actions import NotFound
    from kiosk.domain.references import parse

    reference = parse(typed)
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
