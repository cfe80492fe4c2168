"""`kiosk kiosks`: the clinic's machines, and the helplines that they show."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli.arguments import ManagerOption, absolute
from kiosk.cli.output import Format, FormatOption, show, show_one
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, Verb, print_help

app = typer.Typer(
    cls=Noun, help="The clinic's machines.", invoke_without_command=True, callback=print_help
)
helplines = typer.Typer(
    cls=Noun, help="Whom visitors can turn to.", invoke_without_command=True, callback=print_help
)
app.add_typer(helplines, name="helplines")
_COLUMNS = (
    "symbols", "name", "kind", "here", "enrolled_at", "joined", "revoked_at", "wiped_at",
    "contact_at", "pending", "waiting_since", "parked", "clock_offset_ms", "version",
    "helplines_review_by", "needs",
)  # fmt: skip
_IN_A_TABLE = ("symbols", "name", "contact_at", "pending", "parked", "version", "needs")
_LIST = ("shown", "published_at", "verified_on", "review_by", "overdue", "lines", "note")
_MOST_BYTES = 100_000
"""Of a file; a list of helplines is some hundred."""


@app.command("list")
def list_(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """List the machines, first those that need a person.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Pending rows wait to be sent to the
    centre, parked ones it refuses; both are empty where nothing has to be sent. A positive
    clock_offset_ms is a machine whose clock is behind.
    """
    with signed_in(user) as (kiosk, access, staff):
        found, zone = access.oversight_desk(staff).kiosks(), kiosk.site.zone
    rows = [
        {
            name: value.astimezone(zone) if isinstance(value, datetime) else value
            for name, value in asdict(one).items()
        }
        for one in found
    ]
    if form is Format.TABLE:
        rows = [{**row, "needs": " ".join(one.needs)} for row, one in zip(rows, found, strict=True)]
    show(rows, form, columns=_IN_A_TABLE if form is Format.TABLE else _COLUMNS, empty="")


@helplines.command("show")
def show_(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Show whom visitors are told to turn to.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE.
    """
    with signed_in(user) as (kiosk, access, staff):
        found, zone = access.oversight_desk(staff).helplines(), kiosk.site.zone
    at = found.published_at
    row = {
        "shown": "the list that came with the program" if at is None else "the clinic's own list",
        "published_at": None if at is None else at.astimezone(zone),
        "verified_on": found.lines.verified_on,
        "review_by": found.lines.review_by,
        "overdue": found.lines.overdue,
        "lines": [f"{one.name} {one.number}".strip() for one in found.lines.lines],
        "note": found.passed_over,
    }
    show_one(row, form, columns=_LIST)


@helplines.command(cls=Verb)
def publish(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A list, made from a copy of helplines.toml.")
    ],
    user: ManagerOption,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Lines that visitors see now may go.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Have every kiosk show a list of helplines.

    It is checked first. Ring every line before, and date the file by that day.
    """
    from kiosk.usecases.helplines import HelplinesMissing

    text = _read(absolute(file) or file)
    with signed_in(user) as (kiosk, access, staff):
        desk = access.oversight_desk(staff)
        done = desk.publish_helplines(text, may_leave_out=leave_out)
        zone = kiosk.site.zone
    if isinstance(done, HelplinesMissing):
        names = ", ".join(done.names)
        raise NotDone(f"Visitors would no longer find: {names}; --leave-out says that they may go.")
    row = {**asdict(done), "published_at": done.at.astimezone(zone)}
    show_one(row, form, columns=("published_at", "verified_on", "review_by", "lines"))


def _read(file: Path) -> str:
    try:
        with file.open("rb") as content:
            text = content.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise NotDone("The file is too large for a list of helplines.")
        return text.decode()
    except (OSError, ValueError):
        raise NotDone("The file cannot be read; check its name, and that it is UTF-8.") from None
