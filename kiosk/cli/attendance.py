"""`kiosk attendance`: sessions, who has arrived, and lists of it."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import (
    DAY_FORMAT,
    DayOption,
    FacilitatorOption,
    LanguageOption,
    absolute,
    checked_day,
    checked_language,
    checked_name,
    has_id,
    only,
    short,
)
from kiosk.cli.echo import shown_typing
from kiosk.cli.output import (
    Format,
    FormatOption,
    FormOption,
    OutputOption,
    chosen_format,
    print_exported,
    progress,
    show,
    show_one,
)
from kiosk.cli.passes import find_member
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.domain.attendance.roster import (
    LARGEST_HEAD_COUNT,
    Added,
    VoidReason,
    is_far_count,
)
from kiosk.domain.text import clean
from kiosk.exports.writing import ExportFormat
from kiosk.presentation.attendance import describe_far_count

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.domain.attendance.anomalies import Anomaly
    from kiosk.domain.attendance.roster import Arrival, Roster, SessionCard, Voided
    from kiosk.usecases.access import Access
    from kiosk.usecases.attendance.roster_desk import RosterDesk
    from kiosk.usecases.staff_desk import SignedIn


app = typer.Typer(
    cls=Noun,
    help="Who has arrived at the groups.",
    invoke_without_command=True,
    callback=print_help,
)
_SESSION_HELP = "Its id or start in the list of sessions, or the group's name."
SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help=_SESSION_HELP)]
PeopleArgument = Annotated[
    int, typer.Argument(metavar="PEOPLE", min=0, max=LARGEST_HEAD_COUNT, help="How many.")
]
WhoArgument = Annotated[
    str, typer.Argument(metavar="WHO", help="Their first name, or their id in the list.")
]
_SESSION_COLUMNS = (
    "session", "starts_at", "ends_at", "group", "label", "room", "stage", "present", "guests",
    "first_visits", "to_meet", "capacity", "head_count", "cancelled_reason", "session_id",
)  # fmt: skip
_SESSION_IN_A_TABLE = (
    "session", "starts_at", "group", "room", "stage", "present", "to_meet", "capacity",
    "head_count",
)  # fmt: skip
_PERSON_COLUMNS = (
    "id", "state", "name", "arrived_at", "pass", "first_visit", "by_staff", "reason",
    "clock_doubtful",
    "kiosk_clock", "starts_at", "group", "label", "room", "session_id", "participant_id",
)  # fmt: skip
_PERSON_IN_A_TABLE = (
    "id", "state", "name", "arrived_at", "pass", "first_visit", "group", "starts_at",
)  # fmt: skip
_ANOMALY_COLUMNS = (
    "kind", "needs_a_person", "what", "to_do", "count", "machines", "happened_at", "kiosk_clock",
    "received_at", "group", "starts_at", "session_id", "reference",
)  # fmt: skip
_ANOMALY_IN_A_TABLE = (
    "happened_at",
    "machines",
    "group",
    "starts_at",
    "reference",
    "what",
    "to_do",
)
_FIRST, _LAST = "--since", "--until"
_P = TypeVar("_P", "Arrival", "Voided")


@app.command()
def sessions(
    user: FacilitatorOption, day: DayOption = None, form: FormatOption = Format.TABLE
) -> None:
    """List a day's sessions, without anybody's name.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE.
    """
    checked_day(day)
    with signed_in(user) as (kiosk, access, staff):
        cards = access.roster_desk(staff).sessions(None if day is None else day.date())
        rows = [_session_cells(card, kiosk.site.zone) for card in cards]
    columns = _SESSION_IN_A_TABLE if form is Format.TABLE else _SESSION_COLUMNS
    show(rows, form, columns=columns, empty="There is no session on that day.")


@app.command("list")
def list_(
    user: FacilitatorOption,
    session: Annotated[str, typer.Option("--session", metavar="SESSION", help=_SESSION_HELP)] = "",
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List who is here, expected, or was taken off, by name.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. The column "pass" says known, unknown,
    revoked, or none for somebody who came without one.
    """
    checked_day(day)
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.roster_desk(staff), kiosk.site.zone
        if session:
            cards: tuple[SessionCard, ...] = (_find_session(desk, session, day, zone),)
        else:
            cards = desk.sessions(None if day is None else day.date())
        rows = [row for card in cards for row in _person_rows(desk.roster(card.session.id), zone)]
    empty = "Nobody has arrived yet." if day is None else "Nobody is listed for that day."
    show(
        rows,
        form,
        columns=_PERSON_IN_A_TABLE if form is Format.TABLE else _PERSON_COLUMNS,
        empty=empty,
    )


@app.command()
def export(
    user: FacilitatorOption,
    since: Annotated[
        datetime | None,
        typer.Option(formats=[DAY_FORMAT], metavar="DAY", help="The first day; else today."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=[DAY_FORMAT], metavar="DAY", help="The last day; else today."),
    ] = None,
    form: FormOption = None,
    output: OutputOption = None,
) -> None:
    """Write who came, by name, to a file; this is noted.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Prints the file's path.
    """
    checked_day(since, _FIRST)
    checked_day(until, _LAST)
    days = since and since.date(), until and until.date()
    _export(user, days, chosen_format(form, output), absolute(output))


@app.command()
def odd(
    user: Annotated[
        str,
        typer.Option("--user", metavar="LOGIN", help="Your login, of a facilitator or manager."),
    ],
    days: Annotated[int, typer.Option(min=1, max=90, help="How far to look back.")] = 14,
    form: FormatOption = Format.TABLE,
) -> None:
    """List records that do not quite fit; no names.

    Such as check-ins that came late, twice, or by a wrong clock. Asks for your passphrase, or
    reads KIOSK_PASSPHRASE.
    """
    with signed_in(user) as (kiosk, access, staff):
        found, zone = access.anomalies_desk(staff).anomalies(days), kiosk.site.zone
    rows = [_anomaly_cells(one, zone) for one in found]
    columns = _ANOMALY_IN_A_TABLE if form is Format.TABLE else _ANOMALY_COLUMNS
    show(rows, form, columns=columns, empty=f"Nothing odd in the last {days} days.")


@app.command(cls=Verb)
def add(
    session: SessionArgument,
    user: FacilitatorOption,
    name: Annotated[str, typer.Argument(metavar="NAME", help="First name of somebody new.")] = "",
    member: Annotated[
        str, typer.Option(metavar="WHO", help="A member instead: a first name, or an id.")
    ] = "",
    language: LanguageOption = "en",
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put somebody on the list."""
    if bool(name) is bool(member):
        raise wrong("NAME", "give a name, or a member with --member")
    first_name = checked_name(name, "NAME") if name else ""
    checked_language(language)
    with _at_session(user, session, day, form) as work:
        if not member:
            draft = work.desk.new_pass()
            work.desk.add_person(work.session, first_name, language, draft)
            return
        found = find_member(work.access.pass_desk(work.staff), member)
        answer = work.desk.add_member(work.session, found.participant_id)
        if not isinstance(answer, Added):
            since = answer.since.astimezone(work.kiosk.site.zone)
            raise NotDone(f"They are on this list already, since {since:%H:%M}.")


@app.command(cls=Verb)
def guests(
    session: SessionArgument,
    user: FacilitatorOption,
    people: Annotated[
        int, typer.Argument(metavar="PEOPLE", min=1, max=LARGEST_HEAD_COUNT, help="How many.")
    ] = 1,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Count guests, one where no number is given."""
    with _at_session(user, session, day, form) as work:
        work.desk.add_guests(work.session, work.desk.new_guests(people))


@app.command(cls=Verb)
def void(
    session: SessionArgument,
    who: WhoArgument,
    reason: Annotated[
        VoidReason, typer.Option(metavar="REASON", help=f"One of {', '.join(VoidReason)}.")
    ],
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take somebody off the list."""
    with _at_session(user, session, day, form) as work:
        here = work.desk.roster(work.session).arrived
        found = _find_person(here, who, "person here")
        work.desk.void(found.fact_ids, reason)


@app.command(cls=Verb)
def restore(
    session: SessionArgument,
    who: WhoArgument,
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put somebody back who was taken off."""
    with _at_session(user, session, day, form) as work:
        off = work.desk.roster(work.session).voided
        found = _find_person(off, who, "person who was taken off")
        work.desk.undo_void(found.void_ids)


@app.command(cls=Verb)
def meet(
    session: SessionArgument,
    who: WhoArgument,
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Note that somebody who came for the first time was met."""
    with _at_session(user, session, day, form) as work:
        here = work.desk.roster(work.session).arrived
        found = _find_person(here, who, "person here")
        if not work.desk.meet(work.session, found.fact_ids):
            raise NotDone("They did not ask to be met, or were met already.")


@app.command(cls=Verb)
def count(
    session: SessionArgument,
    people: PeopleArgument,
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Keep how many people are in the room."""
    with _at_session(user, session, day, form) as work:
        _check_count(work, people)
        work.desk.count_heads(work.session, people)


@app.command(cls=Verb)
def reconcile(
    session: SessionArgument,
    people: PeopleArgument,
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Close the list with the number of people who came."""
    with _at_session(user, session, day, form) as work:
        _check_count(work, people)
        work.desk.reconcile(work.session, people)


def _check_count(work: "_OpenList", people: int) -> None:
    """Ask once about a count that is far from the list, where somebody is there to answer."""
    card = work.card
    if people == card.head_count or not is_far_count(card.present, people):
        return
    if sys.stdin is None or not sys.stdin.isatty():
        return
    with shown_typing():
        agreed = typer.confirm(describe_far_count(card.present, people), err=True)
    if not agreed:
        raise NotDone("Nothing was counted; count again with the right number.")


class _OpenList(NamedTuple):
    """A facilitator at one session's list."""

    kiosk: "Kiosk"
    access: "Access"
    staff: "SignedIn"
    desk: "RosterDesk"
    card: "SessionCard"

    @property
    def session(self) -> UUID:
        """The session's id."""
        return self.card.session.id


@contextmanager
def _at_session(user: str, session: str, day: datetime | None, form: Format) -> Iterator[_OpenList]:
    """Lend one session's list; what became of the session is printed afterwards."""
    checked_day(day)
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.roster_desk(staff), kiosk.site.zone
        card = _find_session(desk, session, day, zone)
        yield _OpenList(kiosk, access, staff, desk, card)
        row = _session_cells(_find_session(desk, str(card.session.id), day, zone), zone)
    show_one(row, form, columns=_SESSION_COLUMNS)


def _export(
    user: str, days: tuple[date | None, date | None], form: ExportFormat, output: Path | None
) -> None:
    from kiosk.bootstrap.files import export_context, export_target
    from kiosk.exports.writing import export_attendance

    with signed_in(user) as (kiosk, access, staff):
        first, last = (day or kiosk.today() for day in days)
        if last < first:
            raise wrong(_LAST, f"the last day is before the first, {first}")
        desk = access.roster_desk(staff)
        words = f"Attendance from {first} to {last}"
        context = export_context(kiosk, staff.staff.login, words, output)
        target = export_target(kiosk, output)
        rows = desk.export_rows(first, last)
        with progress("Writing") as writing:
            written = export_attendance(rows, target, form, context, writing)
    print_exported(written, ("person", "people"), context)


def _find_session(
    desk: "RosterDesk", typed: str, day: datetime | None, zone: ZoneInfo
) -> "SessionCard":
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


def _find_person(people: Iterable[_P], typed: str, noun: str) -> _P:
    """Find one of the people on a session's list by first name, or by id as the list shows it."""
    wanted = clean(typed).casefold()
    return only(
        people,
        (
            lambda one: (one.name or "").casefold() == wanted != "",
            lambda one: has_id(one.check_in_id, wanted),
        ),
        noun,
        "`kiosk attendance list`",
    )


def _session_cells(card: "SessionCard", zone: ZoneInfo) -> dict[str, object]:
    """Return the cells of one session, times in the clinic's zone."""
    held = card.session
    return {
        "session": short(held.id),
        "starts_at": held.starts_at.astimezone(zone),
        "ends_at": held.ends_at.astimezone(zone),
        "group": card.group_name,
        "label": held.label,
        "room": held.room,
        "stage": card.stage,
        "present": card.present,
        "guests": card.guests,
        "first_visits": card.first_visits,
        "to_meet": card.to_meet,
        "capacity": held.capacity,
        "head_count": card.head_count,
        "cancelled_reason": card.cancelled_reason,
        "session_id": held.id,
    }


def _person_rows(roster: "Roster", zone: ZoneInfo) -> Iterator[dict[str, object]]:
    """Yield everybody on one list: who is here, who is expected, who was taken off."""
    held = _session_cells(roster.card, zone)
    for here in roster.arrived:
        yield {
            **held,
            "id": short(here.check_in_id),
            "state": "here",
            "name": here.name,
            "arrived_at": here.at.astimezone(zone),
            "pass": here.pass_state,
            "first_visit": here.first_visit,
            "by_staff": here.by_staff,
            "clock_doubtful": here.clock_doubtful,
            "kiosk_clock": None if here.kiosk_at is None else here.kiosk_at.astimezone(zone),
            "participant_id": here.participant_id,
        }
    for missing in roster.expected:
        yield {
            **held,
            "id": short(missing.participant_id),
            "state": "expected",
            "name": missing.name,
            "participant_id": missing.participant_id,
        }
    for off in roster.voided:
        yield {
            **held,
            "id": short(off.check_in_id),
            "state": "taken_off",
            "name": off.name,
            "arrived_at": off.at.astimezone(zone),
            "reason": off.reason,
        }


def _anomaly_cells(one: "Anomaly", zone: ZoneInfo) -> dict[str, object]:
    """Return the cells of one anomaly, times in the clinic's zone."""
    from kiosk.presentation.records import describe_anomaly, describe_next_step

    held, came = one.session, one.received_at
    return {
        "kind": one.kind,
        "needs_a_person": one.needs_a_person,
        "what": describe_anomaly(one),
        "to_do": describe_next_step(one.kind),
        "count": one.count,
        "machines": one.machines,
        "happened_at": one.corrected.astimezone(zone),
        "kiosk_clock": one.at.astimezone(zone),
        "received_at": None if came is None else came.astimezone(zone),
        "group": one.group_name,
        "starts_at": None if held is None else held.starts_at.astimezone(zone),
        "session_id": None if held is None else held.id,
        "reference": one.reference,
    }
