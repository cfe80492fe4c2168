"""How groups and planned sessions are named, shown and refused on the command line."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import has_id, only, short
from kiosk.cli.output import Format, show, show_one
from kiosk.cli.usage import NotDone
from kiosk.domain.groups.groups import GroupCard, PlannedSession, PlanProblem
from kiosk.domain.text import clean
from kiosk.presentation.records import PLAN_PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from kiosk.bootstrap import Kiosk
    from kiosk.usecases.groups.desk import GroupsDesk


T = TypeVar("T")
GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="Its name or id in the list.")]
GROUP = (
    "group", "name", "label", "room", "language", "about", "capacity", "enrolled", "members",
    "upcoming", "next_at", "group_id",
)  # fmt: skip
SESSION = (
    "session", "starts_at", "ends_at", "group", "room", "capacity", "state", "cancelled_reason",
    "has_check_ins", "series", "session_id", "group_id", "series_id",
)  # fmt: skip
SESSION_IN_A_TABLE = SESSION[:8]
_ALL_DAYS = date(2000, 1, 1), date(2200, 1, 1)
_OF_ITS_STATE = {
    PlanProblem.HAS_BEGUN: "Its room and its capacity can still be changed.",
    PlanProblem.HAS_ENDED: "See `kiosk sessions list`.",
    PlanProblem.IS_CANCELLED: "`kiosk sessions restore` undoes that.",
    PlanProblem.NO_GROUP: "It comes back with the file that planned it: `kiosk groups import`.",
    PlanProblem.UNKNOWN: "See `kiosk groups list` and `kiosk sessions list`.",
}
"""What to do where the words were right, but not for this one."""


def kept(answer: T | PlanProblem) -> T:
    """Return what was kept; an error with the desk's sentence where it would not keep it."""
    if not isinstance(answer, PlanProblem):
        return answer
    if answer in _OF_ITS_STATE:
        raise NotDone(f"{PLAN_PROBLEMS[answer]} {_OF_ITS_STATE[answer]}")
    raise typer.BadParameter(PLAN_PROBLEMS[answer])


def group(desk: "GroupsDesk", typed: str) -> GroupCard:
    """Find a group by name or id."""
    wanted = clean(typed).casefold()
    return only(
        desk.groups(),
        (
            lambda card: card.plan.name.casefold() == wanted,
            lambda card: has_id(card.plan.id, wanted),
        ),
        "group",
        "`kiosk groups list`",
    )


def session(desk: "GroupsDesk", typed: str, zone: ZoneInfo) -> PlannedSession:
    """Find a session by id, by start, or by group and start, as the list prints them."""
    wanted = clean(typed).casefold()

    def is_named(one: PlannedSession) -> bool:
        local = one.plan.starts_at.astimezone(zone)
        starts = (f"{local:%Y-%m-%d %H:%M}", local.isoformat(timespec="seconds"))
        name = one.group_name.casefold()
        return any(wanted in (start, f"{name} {start}") for start in map(str.casefold, starts))

    return only(
        all_sessions(desk),
        (
            lambda one: one.cancelled is None and is_named(one),
            is_named,
            lambda one: has_id(one.plan.id, wanted),
        ),
        "session",
        "`kiosk sessions list`",
    )


def all_sessions(desk: "GroupsDesk") -> tuple[PlannedSession, ...]:
    """Give every session there is, by start."""
    return desk.sessions(*_ALL_DAYS)


def group_cells(card: GroupCard, zone: ZoneInfo) -> dict[str, object]:
    """Return what a list says of one group, times in the clinic's zone."""
    plan = card.plan
    return {
        "group": short(plan.id),
        "name": plan.name,
        "label": plan.public_label,
        "room": plan.room,
        "language": plan.language,
        "about": plan.about,
        "capacity": plan.capacity,
        "enrolled": plan.enrolled,
        "members": card.members,
        "upcoming": card.upcoming,
        "next_at": None if card.next_at is None else card.next_at.astimezone(zone),
        "group_id": plan.id,
    }


def session_cells(one: PlannedSession, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """Return what a list says of one session, times in the clinic's zone."""
    plan = one.plan
    return {
        "session": short(plan.id),
        "starts_at": plan.starts_at.astimezone(zone),
        "ends_at": plan.ends_at.astimezone(zone),
        "group": one.group_name,
        "room": plan.room,
        "capacity": plan.capacity,
        "state": _state(one, now),
        "cancelled_reason": one.cancelled,
        "has_check_ins": one.has_check_ins,
        "series": None if plan.series_id is None else short(plan.series_id),
        "session_id": plan.id,
        "group_id": plan.group_id,
        "series_id": plan.series_id,
    }


def show_sessions(
    desk: "GroupsDesk", ids: "Collection[UUID]", kiosk: "Kiosk", form: Format
) -> None:
    """Print sessions as they are now: one as a card, several as a list."""
    zone, now, wanted = kiosk.site.zone, kiosk.clock.now(), set(ids)
    found = [one for one in all_sessions(desk) if one.plan.id in wanted]
    rows = [session_cells(one, now, zone) for one in found]
    if len(rows) == 1:
        show_one(rows[0], form, columns=SESSION)
    else:
        columns = SESSION_IN_A_TABLE if form is Format.TABLE else SESSION
        show(rows, form, columns=columns, empty="")


def capacity_of(typed: int | None, otherwise: int | None) -> int | None:
    """Return a capacity as it was typed, where 0 is no limit; `otherwise` where it was not."""
    return otherwise if typed is None else typed or None


def _state(one: PlannedSession, now: datetime) -> str:
    if one.cancelled is not None:
        return "cancelled"
    if one.plan.ends_at <= now:
        return "over"
    return "running" if one.plan.starts_at <= now else "planned"
