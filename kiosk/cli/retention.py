"""`kiosk retention`: how long records are kept, and deleting what has been kept for long enough."""

from dataclasses import asdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import ManagerOption
from kiosk.cli.output import Format, FormatOption, progress, show, show_one, write
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import Noun, print_help
from kiosk.presentation import records

if TYPE_CHECKING:
    from kiosk.domain.retention import RetentionCount


app = typer.Typer(
    cls=Noun, help="How long records are kept.", invoke_without_command=True, callback=print_help
)
_IN_A_TABLE = ("records", "kept", "due", "oldest")
_COLUMNS = ("kind", "kept_days", "due", "oldest", "last_run")


@app.command("show")
def show_due(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Show what a run would delete now.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. The settings in kiosk.toml say how long
    everything is kept.
    """
    with signed_in(user) as (kiosk, access, staff):
        plan = access.oversight_desk(staff).retention_preview()
        zone = kiosk.site.zone
    last = None if plan.last_run is None else plan.last_run.astimezone(zone)
    rows = [{**_cells(count, zone), "last_run": last} for count in plan.counts]
    show(
        rows,
        form,
        columns=_IN_A_TABLE if form is Format.TABLE else _COLUMNS,
        empty="",
    )
    if form is Format.TABLE:
        when = (
            "never; start one with `kiosk retention run`"
            if last is None
            else f"{last:%Y-%m-%d %H:%M}"
        )
        write(f"\nLast run: {when}.")


@app.command("run")
def run_retention(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Delete for good what has been kept for long enough.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. A run that was cut off is completed by
    the next one.
    """
    with signed_in(user) as (kiosk, access, staff):
        with progress("Deleting") as deleting:
            done = access.oversight_desk(staff).run_retention(deleting)
        row = {**asdict(done), "at": done.at.astimezone(kiosk.site.zone)}
    if form is Format.TABLE:
        write(records.describe_deleted(done))
    else:
        show_one(row, form, columns=tuple(row))


def _cells(count: "RetentionCount", zone: ZoneInfo) -> dict[str, object]:
    return {
        "kind": count.kind,
        "kept_days": count.kept.days,
        "records": records.RETENTION_TITLES[count.kind],
        "kept": records.format_retention_period(count.kept),
        "due": count.count,
        "oldest": None if count.oldest is None else count.oldest.astimezone(zone),
    }
