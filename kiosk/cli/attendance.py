"""`kiosk attendance`: who has arrived."""

from datetime import datetime
from typing import Annotated

import typer

from kiosk.cli.output import Format, FormatOption, show
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import print_help, wrong

app = typer.Typer(
    help="Who has arrived at the groups.", invoke_without_command=True, callback=print_help
)
COLUMNS = (
    "session_id",
    "group",
    "room",
    "starts_at",
    "arrived_at",
    "pass",
    "name",
    "by_staff",
    "clock_doubtful",
)
_YEARS = range(2000, 2200)
_USER = "Your login; it needs the role facilitator."
_DAY = "Another day than today, such as 2026-03-31."


@app.command("list")
def list_(
    user: Annotated[str, typer.Option(metavar="LOGIN", help=_USER)],
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help=_DAY)
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List who is present, by name where the roster key opens it.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. The column "pass" says known, unknown,
    revoked, or none for somebody who came without one.
    """
    if day is not None and day.year not in _YEARS:
        raise wrong("--day", f"the years are {_YEARS[0]} to {_YEARS[-1]}")
    with signed_in(user) as (kiosk, access, staff):
        arrivals = access.roster_desk(staff).attendance(None if day is None else day.date())
        zone = kiosk.site.zone
    rows = [
        {
            "session_id": arrival.session.id,
            "group": arrival.session.label,
            "room": arrival.session.room,
            "starts_at": arrival.session.starts_at.astimezone(zone),
            "arrived_at": arrival.at.astimezone(zone),
            "pass": arrival.standing,
            "name": arrival.name,
            "by_staff": arrival.by_staff,
            "clock_doubtful": arrival.clock_doubtful,
        }
        for arrival in arrivals
    ]
    empty = "Nobody has arrived yet." if day is None else "Nobody is listed for that day."
    columns = COLUMNS[1:] if form is Format.TABLE else COLUMNS
    show(rows, form, columns=columns, empty=empty)
