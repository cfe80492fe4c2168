"""`kiosk passes`: make passes for somebody new, one by one or on a sheet, and list members."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from kiosk.bootstrap.data_folder import data_dir
from kiosk.cli.arguments import (
    FacilitatorOption,
    LanguageOption,
    absolute,
    checked_language,
    checked_name,
    has_id,
    only,
    short,
)
from kiosk.cli.output import Format, FormatOption, OutputOption, show, show_one
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import Noun, Verb, print_help, wrong
from kiosk.domain.attendance.roster import GroupName, IssuedPass, Member
from kiosk.domain.text import clean
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.usecases.passes.desk import PassDesk


app = typer.Typer(
    cls=Noun, help="Members and their passes.", invoke_without_command=True, callback=print_help
)
PictureOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Save the code in a new file, .png or .svg."
    ),
]
GroupOption = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="GROUP", help="Put them on the list of this group too."),
]
WhoArgument = Annotated[
    str, typer.Argument(metavar="WHO", help="Their first name, or their id in `members`.")
]
GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="Its name or id.")]
_COLUMNS = ("member", "name", "language", "groups", "passes", "last_pass_at", "participant_id")
_MOST_NAMES = 500
_PICTURES = (".png", ".svg")


@app.command()
def issue(
    name: Annotated[str, typer.Option(metavar="NAME", help="The first name to greet with.")],
    user: FacilitatorOption,
    language: LanguageOption = "en",
    group: GroupOption = None,
    output: PictureOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make a pass; its digits are shown once and kept nowhere.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE.
    """
    first_name, code = checked_name(name), checked_language(language)
    file = _checked_picture(output)

    def make(desk: "PassDesk") -> IssuedPass:
        return desk.issue_pass(first_name, code, groups=_find_groups(desk, group))

    _hand_out(user, make, file, form)


@app.command(cls=Verb)
def sheet(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAMES", help="First names; - takes them from the input, one a line."
        ),
    ],
    user: FacilitatorOption,
    language: LanguageOption = "en",
    group: GroupOption = None,
    output: OutputOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make passes for several people on a PDF to print and cut.

    No name stands on it: the list printed here says whose is which number.
    """
    people = [checked_name(name, "NAME") for name in _lines(names)]
    if not 0 < len(people) <= _MOST_NAMES:
        raise wrong("NAME", f"name 1 to {_MOST_NAMES} people")
    file = _write_sheet(user, people, checked_language(language), group, absolute(output))
    rows = [{"number": i, "name": name, "file": file} for i, name in enumerate(people, 1)]
    show(rows, form, columns=("number", "name", "file"), empty="")


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List the sample passes of a demo; a clinic's cannot be listed."""
    from kiosk.cli.demo import listed_passes

    rows = [one._asdict() for one in listed_passes(data_dir(demo=True))]
    if not rows:
        raise SetupError("Only a demo has passes to list; make one with `kiosk demo --prepare`.")
    show(rows, form, columns=("name", "digits", "picture"), empty="")


@app.command(cls=Verb)
def members(
    user: FacilitatorOption,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Part of a first name.")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """List the people who have a record, with their groups.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE; it opens the names.
    """
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.pass_desk(staff), kiosk.site.zone
        names = {one.id: one.name for one in desk.groups()}
        rows = [_member_cells(one, names, zone) for one in desk.members(text)]
    columns = _COLUMNS[:-1] if form is Format.TABLE else _COLUMNS
    empty = "Nobody is called that." if text else "Nobody has a record yet."
    show(rows, form, columns=columns, empty=empty)


@app.command(cls=Verb)
def replace(
    who: WhoArgument,
    user: FacilitatorOption,
    output: PictureOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Give a member a new pass; their old ones end.

    Its digits are shown once and kept nowhere.
    """
    file = _checked_picture(output)

    def make(desk: "PassDesk") -> IssuedPass:
        return desk.replace_pass(find_member(desk, who).participant_id)

    _hand_out(user, make, file, form)


@app.command(cls=Verb)
def revoke(who: WhoArgument, user: FacilitatorOption, form: FormatOption = Format.TABLE) -> None:
    """End every pass of a member."""
    _change(user, who, lambda desk, id_: desk.revoke_passes(id_), form)


@app.command(cls=Verb)
def enrol(
    who: WhoArgument,
    group: GroupArgument,
    user: FacilitatorOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put a member on the list of a group."""
    _change(user, who, lambda desk, id_: desk.enrol(id_, _find_group(desk, group).id), form)


@app.command(cls=Verb)
def leave(
    who: WhoArgument,
    group: GroupArgument,
    user: FacilitatorOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a member off the list of a group."""
    _change(user, who, lambda desk, id_: desk.leave(id_, _find_group(desk, group).id), form)


def _hand_out(
    user: str, make: Callable[["PassDesk"], IssuedPass], output: Path | None, form: Format
) -> None:
    """Sign in, make a pass, save its code where a file is named, and print its digits."""
    from kiosk.exports.writing import new_private_file

    # The file is made first: a pass whose code cannot be saved is not issued.
    with nullcontext() if output is None else new_private_file(output) as file:
        with signed_in(user) as (_kiosk, access, staff):
            made = make(access.pass_desk(staff))
        if file is not None and output is not None:
            file.write(_draw_code(made.digits, output.suffix))
    row = {"name": made.name, "digits": made.digits, "file": output}
    columns = ("name", "digits") if output is None and form is Format.TABLE else tuple(row)
    show([row], form, columns=columns, empty="")


def _write_sheet(
    user: str,
    people: Sequence[str],
    language: str,
    group: Sequence[str] | None,
    output: Path | None,
) -> Path:
    """Write the sheet, then issue its passes: one that cannot be printed is not issued."""
    from kiosk.bootstrap.files import export_context, export_target
    from kiosk.domain.passes import CodeKind, encode
    from kiosk.exports.writing import export_pass_sheet

    with signed_in(user) as (kiosk, access, staff):
        desk = access.pass_desk(staff)
        groups = _find_groups(desk, group)
        drafts = {desk.new_pass(): person for person in people}
        passes = [
            IssuedPass(encode(CodeKind.PASS, draft.secret), person)
            for draft, person in drafts.items()
        ]
        context = export_context(kiosk, staff.staff.login, "Passes", output)
        written = export_pass_sheet(passes, export_target(kiosk, output), context)
        try:
            for draft, person in drafts.items():
                desk.issue_pass(person, language, draft, groups)
        except BaseException:
            written.path.unlink(missing_ok=True)
            raise
    return written.path


def _change(
    user: str, who: str, change: "Callable[[PassDesk, UUID], object]", form: Format
) -> None:
    """Change something about a member, and print how they are listed then."""
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.pass_desk(staff), kiosk.site.zone
        id_ = find_member(desk, who).participant_id
        change(desk, id_)
        names = {one.id: one.name for one in desk.groups()}
        row = _member_cells(find_member(desk, str(id_)), names, zone)
    show_one(row, form, columns=_COLUMNS)


def find_member(desk: "PassDesk", typed: str) -> Member:
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


def _find_group(desk: "PassDesk", typed: str) -> GroupName:
    """Find a group by name or id."""
    wanted = clean(typed).casefold()
    return only(
        desk.groups(),
        (lambda one: one.name.casefold() == wanted, lambda one: has_id(one.id, wanted)),
        "group",
        "`kiosk groups list`",
    )


def _find_groups(desk: "PassDesk", typed: Iterable[str] | None) -> list[UUID]:
    return [_find_group(desk, one).id for one in typed or ()]


def _lines(names: Sequence[str]) -> list[str]:
    """Return the names that were typed, or those on the lines of the standard input."""
    if list(names) != ["-"]:
        return list(names)
    lines = islice(sys.stdin, _MOST_NAMES + 1)
    return [line.strip() for line in lines if line.strip()]


def _checked_picture(output: Path | None) -> Path | None:
    """Return where a code is to be saved; refuses a file that is no picture."""
    if output is not None and output.suffix not in _PICTURES:
        raise wrong("--output", f"it must end in {' or '.join(_PICTURES)}")
    return absolute(output)


def _draw_code(digits: str, suffix: str) -> bytes:
    """Draw a code for print: PNG or SVG."""
    from kiosk.content.qr import encode_png, encode_svg, qr_matrix

    modules = qr_matrix(digits, level="Q", numeric=True)
    return encode_png(modules) if suffix == ".png" else encode_svg(modules).encode()


def _member_cells(member: Member, groups: Mapping[UUID, str], zone: ZoneInfo) -> dict[str, object]:
    """Return the cells of one member; `groups` holds the names of the groups that are kept."""
    last = member.last_pass_at
    return {
        "member": short(member.participant_id),
        "name": member.name,
        "language": member.language,
        "groups": sorted(groups[id_] for id_ in member.groups if id_ in groups),
        "passes": member.passes,
        "last_pass_at": None if last is None else last.astimezone(zone),
        "participant_id": member.participant_id,
    }
