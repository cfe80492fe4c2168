"""`kiosk audit`: who did what, and whether the trail of it is whole."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.bootstrap.syncing import has_central
from kiosk.cli.arguments import ManagerOption
from kiosk.cli.output import Format, FormatOption, progress, show, show_one, write
from kiosk.cli.session import signed_in
from kiosk.cli.usage import NotDone, Noun, print_help, wrong
from kiosk.domain.audit import AuditAction, AuditLine
from kiosk.presentation import audit, records

if TYPE_CHECKING:
    from kiosk.domain.retention import RetentionCount


audit_app = typer.Typer(
    cls=Noun,
    help="Who did what, and where.",
    invoke_without_command=True,
    callback=print_help,
)
_MOST = 1000
_AUDIT_IN_A_TABLE = ("entry", "at", "by", "what", "subject")
_OF_ALL_IN_A_TABLE = ("entry", "at", "machine", "by", "what", "subject")
_AUDIT_COLUMNS = ("entry", "at", "machine", "by", "action", "what", "subject")


@audit_app.command("list")
def list_(
    user: ManagerOption,
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=_MOST, help="So many entries.")
    ] = 50,
    before: Annotated[
        int | None, typer.Option(metavar="ENTRY", min=1, help="Only those before this number.")
    ] = None,
    machine: Annotated[
        str, typer.Option(metavar="SYMBOLS", help="Only of this machine, at a centre.")
    ] = "",
    by: Annotated[str, typer.Option(metavar="LOGIN", help="Only of this person.")] = "",
    action: Annotated[
        str, typer.Option(metavar="CODE", help="Only of this kind, such as signed_in.")
    ] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """List entries, the latest first; this is noted.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. The JSON has the code of every kind. An
    entry holds ids and codes, never what somebody read or wrote.
    """
    if action and action not in set(AuditAction):
        raise wrong("--action", "it is no kind of entry; see `action` in `--format json`")
    cursor = None if before is None else before - 1
    with signed_in(user) as (kiosk, access, staff):
        of_all = has_central(kiosk.folder)
        if of_all and cursor is not None and not machine:
            raise wrong("--before", "each machine counts its own entries: name one by --machine")
        desk, zone = access.oversight_desk(staff), kiosk.site.zone
        lines = desk.audit_trail(limit, cursor, by or None, action or None, machine or None)
    rows = [_audit_cells(line, zone) for line in lines]
    in_a_table = _OF_ALL_IN_A_TABLE if of_all else _AUDIT_IN_A_TABLE
    columns = in_a_table if form is Format.TABLE else _AUDIT_COLUMNS
    show(rows, form, columns=columns, empty="There is no such entry.")


def _audit_cells(line: AuditLine, zone: ZoneInfo) -> dict[str, object]:
    return {
        "entry": audit.entry_number(line.position),
        "at": line.at.astimezone(zone),
        "machine": line.machine,
        "by": line.login,
        "action": line.action,
        "what": audit.describe_action(line.action),
        "subject": line.subject,
    }


@audit_app.command()
def verify(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Check that no entry was changed or taken away.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Exits with 1 where the trail is broken.
    """
    with signed_in(user) as (kiosk, access, staff):
        found = access.oversight_desk(staff).verify_audit()
        zone = kiosk.site.zone
    sentence = audit.describe_verdict(found)
    if form is not Format.TABLE:
        broken_at = found.broken_at
        row = {
            "ok": found.ok,
            "entries": found.entries,
            "broken_at": None if broken_at is None else audit.entry_number(broken_at),
            "machine": found.broken[0].machine if found.broken else "",
            "machines": len(found.trails),
            "checked_at": found.checked_at.astimezone(zone),
        }
        show_one(row, form, columns=tuple(row))
    if not found.ok:
        raise NotDone(sentence)
    if form is Format.TABLE:
        write(sentence)


retention_app = typer.Typer(
    cls=Noun, help="How long records are kept.", invoke_without_command=True, callback=print_help
)
_RETENTION_IN_A_TABLE = ("records", "kept", "due", "oldest")
_RETENTION_COLUMNS = ("kind", "kept_days", "due", "oldest", "last_run")


@retention_app.command("show")
def show_due(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Show what a run would delete now.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. The settings in kiosk.toml say how long
    everything is kept.
    """
    with signed_in(user) as (kiosk, access, staff):
        plan = access.oversight_desk(staff).retention_preview()
        zone = kiosk.site.zone
    last = None if plan.last_run is None else plan.last_run.astimezone(zone)
    rows = [{**_retention_cells(count, zone), "last_run": last} for count in plan.counts]
    show(
        rows,
        form,
        columns=_RETENTION_IN_A_TABLE if form is Format.TABLE else _RETENTION_COLUMNS,
        empty="",
    )
    if form is Format.TABLE:
        when = (
            "never; start one with `kiosk retention run`"
            if last is None
            else f"{last:%Y-%m-%d %H:%M}"
        )
        write(f"\nLast run: {when}.")


@retention_app.command("run")
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


def _retention_cells(count: "RetentionCount", zone: "ZoneInfo") -> dict[str, object]:
    return {
        "kind": count.kind,
        "kept_days": count.kept.days,
        "records": records.RETENTION_TITLES[count.kind],
        "kept": records.format_retention_period(count.kept),
        "due": count.count,
        "oldest": None if count.oldest is None else count.oldest.astimezone(zone),
    }
