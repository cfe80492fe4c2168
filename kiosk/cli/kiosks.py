"""`kiosk kiosks`: the clinic's machines."""

from dataclasses import asdict
from datetime import datetime

import typer

from kiosk.cli.options import ManagerOption
from kiosk.cli.output import Format, FormatOption, show
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import Noun, print_help

app = typer.Typer(
    cls=Noun, help="The clinic's machines.", invoke_without_command=True, callback=print_help
)
_COLUMNS = (
    "symbols", "name", "here", "enrolled_at", "revoked_at", "contact_at", "pending", "parked",
    "version",
)  # fmt: skip
_IN_A_TABLE = ("symbols", "name", "here", "contact_at", "pending", "parked", "version")


@app.command("list")
def list_(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """List the machines, with their last contact and what waits.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Pending rows wait to be sent to the
    centre, parked ones it refuses; both are empty where nothing has to be sent.
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
    show(rows, form, columns=_IN_A_TABLE if form is Format.TABLE else _COLUMNS, empty="")
