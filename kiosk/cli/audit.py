"""`kiosk audit`: who did what, and whether the trail of it is whole."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.bootstrap.data_folder import has_central
from kiosk.cli.arguments import ManagerOption
from kiosk.cli.output import Format, FormatOption, show, show_one, write
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, print_help, wrong
from kiosk.domain.audit import AuditAction, AuditHead, AuditLine
from kiosk.presentation import audit as audit_text

app = typer.Typer(
    cls=Noun,
    help="Who did what, and where.",
    invoke_without_command=True,
    callback=print_help,
)
_MOST = 1000
_IN_A_TABLE = ("entry", "at", "by", "what", "subject")
_OF_ALL_IN_A_TABLE = ("entry", "at", "machine", "by", "what", "subject")
_COLUMNS = ("entry", "at", "machine", "by", "action", "what", "subject")


@app.command("list")
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
    rows = [_cells(line, zone) for line in lines]
    in_a_table = _OF_ALL_IN_A_TABLE if of_all else _IN_A_TABLE
    columns = in_a_table if form is Format.TABLE else _COLUMNS
    show(rows, form, columns=columns, empty="There is no such entry.")


@app.command()
def verify(
    user: ManagerOption,
    head: Annotated[
        list[str] | None,
        typer.Option(metavar="HEAD", help="A head that you noted earlier. May be repeated."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Check that no entry was changed or taken away.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. Exits with 1 where the trail is broken, or
    where the centre has noted a change that no trail tells. Prints its head; noted on paper it
    shows later, by --head, whether an older copy was put back.
    """
    noted = [_noted(one) for one in head or ()]
    with signed_in(user) as (kiosk, access, staff):
        found = access.oversight_desk(staff).verify_audit(noted)
        zone = kiosk.site.zone
    sentence = audit_text.describe_verdict(found)
    if form is not Format.TABLE:
        broken_at = found.broken_at
        row = {
            "ok": found.ok,
            "entries": found.entries,
            "broken_at": None if broken_at is None else audit_text.entry_number(broken_at),
            "machine": found.broken[0].machine if found.broken else "",
            "machines": len(found.trails),
            "untold": sum(one.changed + one.deleted for one in found.untold),
            "checked_at": found.checked_at.astimezone(zone),
            "heads": [str(trail.head) for trail in found.trails if trail.head is not None],
            "lost_heads": [str(one) for one in found.lost],
        }
        show_one(row, form, columns=tuple(row))
    if not found.ok:
        raise NotDone(sentence)
    if form is Format.TABLE:
        write(sentence)
        write(audit_text.NOTE_HEADS)
        for line in audit_text.describe_heads(found):
            write(f"  {line}")


def _noted(typed: str) -> AuditHead:
    found = AuditHead.read(typed)
    if found is None:
        raise wrong("--head", "write it as it was printed, like 123-9f3a-1c20-b7d4-5e6f")
    return found


def _cells(line: AuditLine, zone: ZoneInfo) -> dict[str, object]:
    return {
        "entry": audit_text.entry_number(line.position),
        "at": line.at.astimezone(zone),
        "machine": line.machine,
        "by": line.login,
        "action": line.action,
        "what": audit_text.describe_action(line.action),
        "subject": line.subject,
    }
