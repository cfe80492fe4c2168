"""`kiosk groups`: the clinic's groups, and plans of them in files."""

import sys
from collections.abc import Collection
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import ManagerOption, absolute, has_id, only, short
from kiosk.cli.echo import shown_typing
from kiosk.cli.output import Format, FormatOption, OutputOption, show, show_one, write
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.domain.groups.groups import LARGEST_CAPACITY, GroupCard, GroupPlan, PlanProblem
from kiosk.domain.text import clean
from kiosk.presentation.records import PLAN_PROBLEMS, describe_planned, format_import_lists, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.domain.groups.plan_import import ImportPreview, ImportReport, Plans
    from kiosk.usecases.groups.desk import GroupsDesk


app = typer.Typer(
    cls=Noun, help="Groups, and plans in files.", invoke_without_command=True, callback=print_help
)
_T = TypeVar("_T")
GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="Its name or id in the list.")]
_COLUMNS = (
    "group", "name", "label", "room", "language", "about", "capacity", "enrolled", "members",
    "upcoming", "next_at", "group_id",
)  # fmt: skip
_OF_ITS_STATE = {
    PlanProblem.HAS_BEGUN: "Its room and its capacity can still be changed.",
    PlanProblem.HAS_ENDED: "See `kiosk sessions list`.",
    PlanProblem.IS_CANCELLED: "`kiosk sessions restore` undoes that.",
    PlanProblem.NO_GROUP: "It comes back with the file that planned it: `kiosk groups import`.",
    PlanProblem.UNKNOWN: "See `kiosk groups list` and `kiosk sessions list`.",
}
"""What to do where the words were right, but not for this one."""
_IN_A_TABLE = ("group", "name", "label", "room", "capacity", "members", "upcoming", "next_at")
_LISTS = (
    "cancelled_sessions", "with_check_ins", "not_in_file", "not_covered", "events_left_out",
    "notes",
)  # fmt: skip
"""What the lists of an import are called for programs."""
_FEW, _MANY = 3, 20
"""Sessions or events that a sentence names, and that a list shows."""
_LABEL, _ROOM = "What public screens call it, such as Room 2.", "Where it meets."
_LANGUAGE, _ABOUT = "Code of its language, such as en.", "One neutral sentence about it."
_CAPACITY, _ENROLLED = "For how many; 0 is no limit.", "For members on a list, or for anyone."


class PlanForm(StrEnum):
    """What a plan is written as."""

    TOML = "toml"
    ICS = "ics"


@app.command("list")
def list_(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """List the groups, with what is to come.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE.
    """
    with signed_in(user) as (kiosk, access, staff):
        cards = access.groups_desk(staff).groups()
        rows = [_cells(card, kiosk.site.zone) for card in cards]
    empty = "There is no group yet; add one with `kiosk groups add` or `kiosk groups import`."
    show(rows, form, columns=_IN_A_TABLE if form is Format.TABLE else _COLUMNS, empty=empty)


@app.command(cls=Verb)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What staff call it.")],
    label: Annotated[str, typer.Option(metavar="TEXT", help=_LABEL)],
    room: Annotated[str, typer.Option(metavar="TEXT", help=_ROOM)],
    user: ManagerOption,
    language: Annotated[str, typer.Option(metavar="CODE", help=_LANGUAGE)] = "en",
    about: Annotated[str, typer.Option(metavar="TEXT", help=_ABOUT)] = "",
    capacity: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LARGEST_CAPACITY, help=_CAPACITY)
    ] = None,
    enrolled: Annotated[bool, typer.Option("--enrolled/--open", help=_ENROLLED)] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Add a group."""
    with signed_in(user) as (kiosk, access, staff):
        desk = access.groups_desk(staff)
        most = capacity_of(capacity, None)
        plan = GroupPlan(desk.new_id(), name, label, room, language, about, most, enrolled)
        made = kept(desk.add_group(plan))
        row = _cells(find_group(desk, str(made.id)), kiosk.site.zone)
    show_one(row, form, columns=_COLUMNS)


@app.command(cls=Verb)
def change(
    typed: GroupArgument,
    user: ManagerOption,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="What staff call it.")] = None,
    label: Annotated[str | None, typer.Option(metavar="TEXT", help=_LABEL)] = None,
    room: Annotated[str | None, typer.Option(metavar="TEXT", help=_ROOM)] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help=_LANGUAGE)] = None,
    about: Annotated[str | None, typer.Option(metavar="TEXT", help=_ABOUT)] = None,
    capacity: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=LARGEST_CAPACITY, help=_CAPACITY)
    ] = None,
    enrolled: Annotated[bool | None, typer.Option("--enrolled/--open", help=_ENROLLED)] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Change a group; sessions to come go along."""
    if {name, label, room, language, about, capacity, enrolled} == {None}:
        raise typer.BadParameter("Say what is to be changed.")
    with signed_in(user) as (kiosk, access, staff):
        desk = access.groups_desk(staff)
        old = find_group(desk, typed).plan
        new = replace(
            old,
            name=_or(name, old.name),
            public_label=_or(label, old.public_label),
            room=_or(room, old.room),
            language=_or(language, old.language),
            about=_or(about, old.about),
            capacity=capacity_of(capacity, old.capacity),
            enrolled=_or(enrolled, old.enrolled),
        )
        kept(desk.change_group(new))
        row = _cells(find_group(desk, str(old.id)), kiosk.site.zone)
    show_one(row, form, columns=_COLUMNS)


@app.command("put-away", cls=Verb)
def put_away(typed: GroupArgument, user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Take a group out of the lists, and cancel what is to come."""
    with signed_in(user) as (_kiosk, access, staff):
        desk = access.groups_desk(staff)
        plan = find_group(desk, typed).plan
        gone = kept(desk.put_away_group(plan.id))
    row = {"name": plan.name, "cancelled": gone.sessions, "group_id": plan.id}
    show_one(row, form, columns=tuple(row))


@app.command("import", cls=Verb)
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A plan (.toml), a calendar (.ics).")
    ],
    user: ManagerOption,
    place: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE=WORDS",
            help="What visitors read for a place that is no room here; may be repeated.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Cancel what the file cancels, without a question.")
    ] = False,
    cancel_missing: Annotated[
        bool | None,
        typer.Option(
            "--cancel-missing/--keep-missing",
            help="What the file no longer names, even if it is much.",
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make groups and sessions to come what a file says.

    The same file again changes nothing. What it no longer names is cancelled after a question,
    where a file had planned it and nobody has checked in. What is no group session is left out.
    """
    from kiosk.bootstrap.files import read_plans

    if file.suffix.lower().removeprefix(".") not in set(PlanForm):
        raise wrong("FILE", "it must end in .toml or .ics")
    places = dict(map(_place, place or ()))
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.groups_desk(staff), kiosk.site.zone
        plans = read_plans(kiosk, str(absolute(file)))
        preview = desk.preview_import(plans, places)
        if preview.places:
            places |= _ask_words(preview.places)
            preview = desk.preview_import(plans, places)
        cancel = _agreed(preview, zone, yes=yes, cancel_missing=cancel_missing)
        report = desk.import_plans(plans, places, cancel)
    _show_import(report, plans, format_import_lists(plans.left, preview, zone, cancel), form)


@app.command()
def export(
    user: ManagerOption,
    form: Annotated[
        PlanForm | None,
        typer.Option("--format", help="A plan, or a calendar; else as FILE ends, else a plan."),
    ] = None,
    output: OutputOption = None,
) -> None:
    """Write groups and sessions to come to a file.

    A plan (toml) holds everything, to be changed and imported again; a calendar (ics) times and
    places for anybody. Prints the file's path.
    """
    is_calendar = output is not None and output.suffix.lower() == ".ics"
    kind, path = form or (PlanForm.ICS if is_calendar else PlanForm.TOML), absolute(output)
    with signed_in(user) as (kiosk, access, staff):
        plans = access.groups_desk(staff).export_plans()
        written = _write(kiosk, plans, kind, path)
    write(str(written))


def _place(typed: str) -> tuple[str, str]:
    """Return a place of a calendar and what visitors read for it."""
    name, _, words = typed.rpartition("=")
    if not clean(name) or not clean(words):
        raise wrong("--place", "it reads PLACE=WORDS, such as 'Hall B, Main Street 1=Room 2'")
    return name, words


def _ask_words(places: tuple[str, ...]) -> dict[str, str]:
    """Ask what visitors read for places; NotDone where there is no terminal to ask on."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise NotDone(
            f"No room known here: {_shorten([f'“{place}”' for place in places])}. Say for each "
            f"what visitors may read: --place '{places[0]}=WORDS'."
        )
    sys.stderr.write("Public screens show where a group meets; these are no rooms known here.\n")
    with shown_typing():
        return {
            place: clean(str(typer.prompt(f"“{place}” for visitors, such as Room 2", err=True)))
            for place in places
        }


def _agreed(
    preview: "ImportPreview", zone: ZoneInfo, *, yes: bool, cancel_missing: bool | None
) -> Collection[UUID]:
    """Return the ids of the sessions to cancel, after a question; NotDone without a yes."""
    meant = preview.called_off if cancel_missing is False else preview.cancels
    lines = [describe_planned(one, zone) for one in meant]
    if preview.misses_many and cancel_missing is None:
        raise NotDone(
            f"The file no longer names {len(preview.missing)} of {preview.known} sessions: "
            f"{_shorten(lines)}. Is it another file? Say --cancel-missing or --keep-missing."
        )
    if meant and not (yes or cancel_missing):
        if sys.stdin is None or not sys.stdin.isatty():
            raise NotDone(
                f"It cancels {len(lines)} planned here: {_shorten(lines)}. Say --yes to cancel "
                "what the file cancels, or --keep-missing to keep what it no longer names."
            )
        sys.stderr.write("To be cancelled:\n" + "".join(f"  {line}\n" for line in lines))
        with shown_typing():
            agreed = typer.confirm("Cancel them", err=True)
        if not agreed:
            raise NotDone("Nothing was changed.")
    return [one.plan.id for one in meant]


def _shorten(lines: list[str]) -> str:
    """Return the first lines as one, and how many more there are."""
    more = len(lines) - _FEW
    return "; ".join(lines[:_FEW]) + (f"; and {more} more" if more > 0 else "")


def _listed(lines: tuple[str, ...], form: Format) -> object:
    return list(lines) if form is Format.JSON else "; ".join(lines)


def _show_import(
    report: "ImportReport", plans: "Plans", lists: "Mapping[str, tuple[str, ...]]", form: Format
) -> None:
    """Print what an import did: its counts, then the lists of what a person should know."""
    counts = asdict(report)
    if form is not Format.TABLE:
        named = zip(_LISTS, (*lists.values(), plans.notes), strict=True)
        row = {**counts, **{name: _listed(lines, form) for name, lines in named}}
        show_one(row, form, columns=tuple(row))
        return
    show_one(counts, form, columns=tuple(counts))
    for title, lines in lists.items():
        if lines:
            write(f"\n{title}: {len(lines)}")
            write("\n".join(f"  {line}" for line in shorten(lines, _MANY)))
    for note in plans.notes:
        write(f"\n{note}")


def kept(answer: _T | PlanProblem) -> _T:
    """Return what the desk kept; NotDone or BadParameter, with its sentence, where it refused."""
    if not isinstance(answer, PlanProblem):
        return answer
    if answer in _OF_ITS_STATE:
        raise NotDone(f"{PLAN_PROBLEMS[answer]} {_OF_ITS_STATE[answer]}")
    raise typer.BadParameter(PLAN_PROBLEMS[answer])


def find_group(desk: "GroupsDesk", typed: str) -> GroupCard:
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


def _cells(card: GroupCard, zone: ZoneInfo) -> dict[str, object]:
    """Return the cells of one group, times in the clinic's zone."""
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


def capacity_of(typed: int | None, otherwise: int | None) -> int | None:
    """Return a capacity as it was typed, where 0 is no limit; `otherwise` where it was not."""
    return otherwise if typed is None else typed or None


def _or(typed: _T | None, otherwise: _T) -> _T:
    return otherwise if typed is None else typed


def _write(kiosk: "Kiosk", plans: "Plans", kind: PlanForm, output: Path | None) -> Path:
    """Write a new file to `output`, else into the exports folder; return its path."""
    from kiosk.bootstrap.files import plan_bytes, write_plans
    from kiosk.exports.writing import new_private_file

    if output is None:
        return write_plans(kiosk, plans, kind)
    content = plan_bytes(kiosk, plans, kind)
    with new_private_file(output) as file:
        file.write(content)
    return output
