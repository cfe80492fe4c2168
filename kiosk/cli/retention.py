"""`kiosk retention`: how long records are kept, and deleting what has been kept for long enough."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.bootstrap.data_folder import data_dir
from kiosk.cli.arguments import ManagerOption
from kiosk.cli.echo import shown_typing
from kiosk.cli.output import Format, FormatOption, progress, show, show_one, write
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, Verb, print_help
from kiosk.presentation import records

if TYPE_CHECKING:
    from kiosk.domain.retention import RetentionCount, RetentionPlan


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
        when = "never" if last is None else f"{last:%Y-%m-%d %H:%M}"
        write(f"\nLast run: {when}. By itself: {records.describe_retention(plan.status, zone)}.")
        if plan.status.hold is not None:
            write(records.describe_hold_and_command(plan.status.hold))


@app.command("run")
def run_retention(
    user: ManagerOption,
    *,
    agree: Annotated[
        bool, typer.Option("--agree", help="Agree without being asked, for scripts.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Delete for good what is due, and agree to it.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Where nobody has agreed yet it shows what
    would go and asks. From then on the same is done every day by itself. A run that was cut off is
    completed by the next one.
    """
    with signed_in(user) as (kiosk, access, staff):
        desk = access.oversight_desk(staff)
        if not agree:
            _ask_first(desk.retention_preview(), kiosk.site.zone)
        with progress("Deleting") as deleting:
            done = desk.run_retention(deleting)
        row = {**asdict(done), "at": done.at.astimezone(kiosk.site.zone)}
    if form is Format.TABLE:
        write(records.describe_deleted(done))
    else:
        show_one(row, form, columns=tuple(row))


@app.command("daily", cls=Verb)
def run_daily() -> None:
    """Do what is due once a day; for a timer.

    Needs no passphrase: it deletes nothing before a manager has agreed. `kiosk run`, `kiosk desk`
    and `kiosk sync` do the same by themselves. Exits with 1 where a person is needed.
    """
    from kiosk.bootstrap.daily import run_retention as run_due
    from kiosk.bootstrap.kiosk import open_kiosk

    kiosk = open_kiosk(data_dir())
    try:
        kiosk.clean()
        gone = run_due(kiosk, lambda _done, _of: None)
        status = kiosk.retention_status()
        zone, is_for_desks = kiosk.site.zone, kiosk.is_for_desks
    finally:
        kiosk.store.close()
    if status.hold is not None and is_for_desks:
        raise NotDone(records.describe_hold_and_command(status.hold))
    if gone is not None:
        write("1 record has gone." if gone == 1 else f"{gone:,} records have gone.")
    elif not is_for_desks:
        write("This kiosk is clean; the desks see to what is at the centre.")
    else:
        write(f"Nothing to do: retention {records.describe_retention(status, zone)}.")


def _ask_first(plan: "RetentionPlan", zone: ZoneInfo) -> None:
    """Show what would go and ask, where it does not go by itself yet; NotDone without a yes."""
    hold = plan.status.hold
    if hold is None:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise NotDone(f"{records.describe_hold(hold)} Run it at a terminal, or with --agree.")
    for count in plan.counts:
        oldest = None if count.oldest is None else count.oldest.astimezone(zone).date()
        due, rule = records.describe_due(count, oldest), records.describe_retention_rule(count)
        sys.stderr.write(f"{records.RETENTION_TITLES[count.kind]}: {rule} {due}\n")
    day = plan.at.astimezone(zone)
    sys.stderr.write(f"By this clock it is {day:%A}, {records.format_long_day(day)}.\n")
    with shown_typing():
        agreed = typer.confirm("Delete for good what is due, now and then every day", err=True)
    if not agreed:
        raise NotDone("Nothing was deleted.")


def _cells(count: "RetentionCount", zone: ZoneInfo) -> dict[str, object]:
    return {
        "kind": count.kind,
        "kept_days": count.kept.days,
        "records": records.RETENTION_TITLES[count.kind],
        "kept": records.format_retention_period(count.kept),
        "due": count.count,
        "oldest": None if count.oldest is None else count.oldest.astimezone(zone),
    }
