"""`kiosk attendance`: who has arrived."""

from datetime import datetime
from typing import Annotated, cast

import typer

from kiosk.cli.output import Format, show
from kiosk.cli.signin import signed_in

app = typer.Typer(help="Who has arrived at the groups.", no_args_is_help=True)
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


@app.callback()
def attendance() -> None:
    """Who has arrived at the groups."""


@app.command("list")
def list_(
    user: Annotated[str, typer.Option(help="Your login; a facilitator's.")],
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Another day than today.")
    ] = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List who is present, with the names that the roster key opens.

    The column "pass" says known, unknown, revoked, or none for somebody who came without one.
    """
    with signed_in(user) as (kiosk, access, staff):
        desk = access.roster_desk(staff)
        arrivals = desk.attendance(None if day is None else cast(datetime, day).date())
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
    show(rows, form, columns=COLUMNS, empty="Nobody has arrived yet.")
