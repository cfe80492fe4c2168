"""`kiosk passes`: replacing and ending passes of members, and the lists of groups they are on."""

from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import naming
from kiosk.cli.options import FacilitatorOption
from kiosk.cli.output import Format, FormatOption, show_one
from kiosk.cli.passes import (
    MEMBER,
    PictureOption,
    checked_picture,
    hand_out,
    member_cells,
)
from kiosk.cli.passes import app as app
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import Verb

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from kiosk.domain.roster import IssuedPass
    from kiosk.usecases.passdesk import PassDesk

WhoArgument = Annotated[
    str, typer.Argument(metavar="WHO", help="Their first name, or their id in `members`.")
]
GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="Its name or id.")]


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
    file = checked_picture(output)

    def make(desk: "PassDesk") -> "IssuedPass":
        return desk.replace_pass(naming.member(desk, who).participant_id)

    hand_out(user, make, file, form)


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
    _change(user, who, lambda desk, id_: desk.enrol(id_, naming.group(desk, group).id), form)


@app.command(cls=Verb)
def leave(
    who: WhoArgument,
    group: GroupArgument,
    user: FacilitatorOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a member off the list of a group."""
    _change(user, who, lambda desk, id_: desk.leave(id_, naming.group(desk, group).id), form)


def _change(
    user: str, who: str, change: "Callable[[PassDesk, UUID], object]", form: Format
) -> None:
    """Change something about a member, and print how they are listed then."""
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.pass_desk(staff), kiosk.site.zone
        id_ = naming.member(desk, who).participant_id
        change(desk, id_)
        names = {one.id: one.name for one in desk.groups()}
        row = member_cells(naming.member(desk, str(id_)), names, zone)
    show_one(row, form, columns=MEMBER)
