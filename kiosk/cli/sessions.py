"""`kiosk sessions`: when the groups meet."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import (
    DAY_FORMAT,
    MOMENT_FORMATS,
    ManagerOption,
    checked_day,
    has_id,
    moment,
    only,
    short,
)
from kiosk.cli.groups import GroupArgument, capacity_of, find_group, kept
from kiosk.cli.output import Format, FormatOption, show, show_one
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.domain.groups.groups import (
    LARGEST_CAPACITY,
    MOST_SESSIONS,
    PlannedSession,
    Series,
    SeriesFrom,
    SessionPlan,
    SessionSelection,
)
from kiosk.domain.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.usecases.groups.desk import GroupsDesk


app = typer.Typer(
    cls=Noun, help="When the groups meet.", invoke_without_command=True, callback=print_help
)
_COLUMNS = (
    "session", "starts_at", "ends_at", "group", "room", "capacity", "state", "cancelled_reason",
    "has_check_ins", "series", "session_id", "group_id", "series_id",
)  # fmt: skip
_IN_A_TABLE = _COLUMNS[:8]
_ALL_DAYS = date(2000, 1, 1), date(2200, 1, 1)
_SHOWN = timedelta(weeks=4)
_DAY, _FULL_DAY = timedelta(days=1), 24 * 60
_START_FORMATS = [form for form in MOMENT_FORMATS if form != DAY_FORMAT]
_START = 'Such as "2026-03-31 14:30"; clinic\'s time.'
_SESSION_HELP = 'Its id in the list, or its start, or "GROUP START".'
MinutesOption = Annotated[
    int, typer.Option("--minutes", metavar="N", min=1, max=_FULL_DAY, help="How long it lasts.")
]
RoomOption = Annotated[
    str | None, typer.Option("--room", metavar="TEXT", help="Where; else where the group meets.")
]
CapacityOption = Annotated[
    int | None,
    typer.Option(
        "--capacity", metavar="N", min=0, max=LARGEST_CAPACITY, help="For how many; 0 is no limit."
    ),
]


class Weekday(StrEnum):
    """The days of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WeekdaysOption = Annotated[
    list[Weekday], typer.Option("--weekday", metavar="DAY", help="Such as monday; may be repeated.")
]
TimeOption = Annotated[
    datetime, typer.Option("--time", formats=["%H:%M"], metavar="TIME", help="Such as 15:00.")
]


def _day_option(name: str, words: str) -> object:
    return typer.Option(name, formats=[DAY_FORMAT], metavar="DAY", help=words)


@app.command("list")
def list_(
    user: ManagerOption,
    since: Annotated[datetime | None, _day_option("--since", "First day; else today.")] = None,
    until: Annotated[
        datetime | None, _day_option("--until", "Last day; else four weeks later.")
    ] = None,
    group: Annotated[str, typer.Option(metavar="GROUP", help="Only of this one.")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """List sessions by start, cancelled ones too.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE.
    """
    with signed_in(user) as (kiosk, access, staff):
        desk = access.groups_desk(staff)
        first = _day(since, "--since") or kiosk.today()
        last = _day(until, "--until") or first + _SHOWN
        if last < first:
            raise wrong("--until", f"the last day is before the first, {first}")
        group_id = find_group(desk, group).plan.id if group else None
        found = desk.sessions(first, last + _DAY, group_id)
        now, zone = kiosk.clock.now(), kiosk.site.zone
    rows = [_cells(one, now, zone) for one in found]
    empty = f"There is no session from {first} to {last}."
    show(rows, form, columns=_IN_A_TABLE if form is Format.TABLE else _COLUMNS, empty=empty)


@app.command(cls=Verb)
def add(
    group: GroupArgument,
    start: Annotated[datetime, typer.Option(formats=_START_FORMATS, metavar="TIME", help=_START)],
    user: ManagerOption,
    minutes: MinutesOption = 60,
    room: RoomOption = None,
    capacity: CapacityOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Plan one session."""
    with signed_in(user) as (kiosk, access, staff):
        desk = access.groups_desk(staff)
        of = find_group(desk, group).plan
        begin = _utc(start, kiosk)
        plan = SessionPlan(
            id=desk.new_id(),
            group_id=of.id,
            starts_at=begin,
            ends_at=begin + timedelta(minutes=minutes),
            room=of.room if room is None else room,
            capacity=capacity_of(capacity, of.capacity),
        )
        made = kept(desk.add_session(plan))
        _show_sessions(desk, [made.id], kiosk, form)


@app.command(cls=Verb)
def series(
    group: GroupArgument,
    weekday: WeekdaysOption,
    at: TimeOption,
    user: ManagerOption,
    first: Annotated[datetime | None, _day_option("--first", "First day; else today.")] = None,
    until: Annotated[datetime | None, _day_option("--until", "Last day; or give --count.")] = None,
    count: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=MOST_SESSIONS, help="How many.")
    ] = None,
    every: Annotated[
        int, typer.Option(metavar="N", min=1, max=52, help="Every so many weeks.")
    ] = 1,
    not_on: Annotated[
        list[datetime] | None, _day_option("--except", "Not then; may be repeated.")
    ] = None,
    minutes: MinutesOption = 60,
    room: RoomOption = None,
    capacity: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=LARGEST_CAPACITY, help="Else the group's.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Plan a session for every week, at the clinic's time."""
    with signed_in(user) as (kiosk, access, staff):
        desk = access.groups_desk(staff)
        of = find_group(desk, group).plan
        wanted = Series(
            id=desk.new_id(),
            weekdays=frozenset(list(Weekday).index(day) for day in weekday),
            starts=at.time(),
            minutes=minutes,
            first=_day(first, "--first") or kiosk.today(),
            until=_day(until, "--until"),
            count=count,
            except_on=frozenset(day.date() for day in not_on or ()),
            every_weeks=every,
        )
        made = kept(desk.add_series(of.id, wanted, room or "", capacity))
        _show_sessions(desk, [plan.id for plan in made], kiosk, form)


@app.command(cls=Verb)
def change(
    session: Annotated[str, typer.Argument(metavar="SESSION", help=_SESSION_HELP)],
    user: ManagerOption,
    start: Annotated[
        datetime | None, typer.Option(formats=_START_FORMATS, metavar="TIME", help=_START)
    ] = None,
    minutes: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=_FULL_DAY, help="How long; else as it was."),
    ] = None,
    room: Annotated[str | None, typer.Option(metavar="TEXT", help="Where.")] = None,
    capacity: CapacityOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Move a session, or change its room or capacity."""
    if (start, minutes, room, capacity) == (None, None, None, None):
        raise typer.BadParameter("Say what is to be changed.")
    with signed_in(user) as (kiosk, access, staff):
        desk = access.groups_desk(staff)
        old = _find_session(desk, session, kiosk.site.zone).plan
        begin = _utc(start, kiosk) if start else old.starts_at
        length = timedelta(minutes=minutes) if minutes else old.ends_at - old.starts_at
        new = replace(
            old,
            starts_at=begin,
            ends_at=begin + length,
            room=old.room if room is None else room,
            capacity=capacity_of(capacity, old.capacity),
        )
        kept(desk.change_session(new))
        _show_sessions(desk, [old.id], kiosk, form)


@app.command(cls=Verb)
def cancel(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSIONS", help=_SESSION_HELP)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the staff.")],
    user: ManagerOption,
    rest: Annotated[
        bool, typer.Option("--rest", help="With all that follow in its series.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Cancel sessions; no kiosk shows them any more."""
    if rest and len(sessions) > 1:
        raise wrong("--rest", "name one session, the first of those to cancel")
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.groups_desk(staff), kiosk.site.zone
        gone = kept(desk.cancel_sessions(_which(desk, sessions, zone, rest=rest), reason))
    row = {"cancelled": gone.sessions, "reason": reason}
    show_one(row, form, columns=tuple(row))


@app.command(cls=Verb)
def restore(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSIONS", help=_SESSION_HELP)],
    user: ManagerOption,
    rest: Annotated[
        bool,
        typer.Option("--rest", help="With what follows in its series and was cancelled alike."),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Let cancelled sessions take place after all."""
    if rest and len(sessions) > 1:
        raise wrong("--rest", "name one session, the first of those to restore")
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.groups_desk(staff), kiosk.site.zone
        back = kept(desk.restore_sessions(_which(desk, sessions, zone, rest=rest)))
    row = {"restored": back.sessions}
    show_one(row, form, columns=tuple(row))


def _day(typed: datetime | None, option: str) -> date | None:
    day = checked_day(typed, option)
    return None if day is None else day.date()


def _utc(typed: datetime, kiosk: "Kiosk") -> datetime:
    return moment(typed, kiosk, "--start").astimezone(UTC)


def _which(desk: "GroupsDesk", typed: list[str], zone: ZoneInfo, *, rest: bool) -> SessionSelection:
    """Find the sessions that were meant; with `rest` the first of them and what follows it."""
    meant = [_find_session(desk, one, zone).plan for one in typed]
    return _rest_of(meant[0], zone) if rest else [plan.id for plan in meant]


def _rest_of(plan: SessionPlan, zone: ZoneInfo) -> SeriesFrom:
    if plan.series_id is None:
        raise NotDone("It belongs to no series that was planned here; leave out --rest.")
    return SeriesFrom(plan.series_id, plan.starts_at.astimezone(zone).date())


def _show_sessions(
    desk: "GroupsDesk", ids: "Collection[UUID]", kiosk: "Kiosk", form: Format
) -> None:
    """Print sessions as they are now: one as a card, several as a list."""
    zone, now, wanted = kiosk.site.zone, kiosk.clock.now(), set(ids)
    found = [one for one in _all_sessions(desk) if one.plan.id in wanted]
    rows = [_cells(one, now, zone) for one in found]
    if len(rows) == 1:
        show_one(rows[0], form, columns=_COLUMNS)
    else:
        columns = _IN_A_TABLE if form is Format.TABLE else _COLUMNS
        show(rows, form, columns=columns, empty="")


def _find_session(desk: "GroupsDesk", typed: str, zone: ZoneInfo) -> PlannedSession:
    """Find a session by id, by start, or by group and start, as the list prints them."""
    wanted = clean(typed).casefold()

    def is_named(one: PlannedSession) -> bool:
        local = one.plan.starts_at.astimezone(zone)
        starts = (f"{local:%Y-%m-%d %H:%M}", local.isoformat(timespec="seconds"))
        name = one.group_name.casefold()
        return any(wanted in (start, f"{name} {start}") for start in map(str.casefold, starts))

    return only(
        _all_sessions(desk),
        (
            lambda one: one.cancelled is None and is_named(one),
            is_named,
            lambda one: has_id(one.plan.id, wanted),
        ),
        "session",
        "`kiosk sessions list`",
    )


def _all_sessions(desk: "GroupsDesk") -> tuple[PlannedSession, ...]:
    """Return every session there is, by start."""
    return desk.sessions(*_ALL_DAYS)


def _cells(one: PlannedSession, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """Return the cells of one session, times in the clinic's zone."""
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


def _state(one: PlannedSession, now: datetime) -> str:
    if one.cancelled is not None:
        return "cancelled"
    if one.plan.ends_at <= now:
        return "over"
    return "running" if one.plan.starts_at <= now else "planned"
