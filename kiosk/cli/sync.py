"""`kiosk sync`: sending to the centre by hand, and what it does not take."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from kiosk import bootstrap
from kiosk.bootstrap import syncing
from kiosk.cli.exports import progress
from kiosk.cli.options import absolute
from kiosk.cli.output import Format, FormatOption, show, write
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from kiosk.records.outbox import SetAside


class _Syncing(TyperGroup):
    """Sends when no verb is given, so its options stand with the verbs."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the option of its own, then the verbs."""
        records = [one.get_help_record(ctx) for one in self.get_params(ctx)]
        rows = [record for record in records if record is not None and "--help" not in record[0]]
        with formatter.section("Options"):
            formatter.write_dl(rows)
        self.format_commands(ctx, formatter)


app = typer.Typer(cls=_Syncing, invoke_without_command=True)
_parked = typer.Typer(
    cls=Noun,
    help="What the centre refused for good.",
    invoke_without_command=True,
    callback=print_help,
)
app.add_typer(_parked, name="parked")
_COLUMNS = ("number", "set_aside_at", "kind", "code", "reason", "row_id")
_IN_A_TABLE = ("number", "set_aside_at", "kind", "code", "reason")
_KINDS = {
    "check_in": "check-in",
    "head_count": "head count",
    "callback_request": "callback request",
    "callback_event": "callback step",
    "callback_withdrawal": "withdrawal",
    "audit_event": "audit entry",
    "participant": "member",
    "passcard": "pass",
}
_REASONS = {
    "22": "a value that the centre cannot store",
    "23": "against a rule of the centre's tables",
    "42": "not allowed for this machine",
}
"""By the first two signs of a refusal's code (SQLSTATE)."""


@app.callback()
def sync(
    context: typer.Context,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Send and pull all once, then end; 1 if any is left.")
    ] = False,
) -> None:
    """Send records to the centre and pull what it has, until ended.

    `kiosk run` does so by itself.
    """
    if context.invoked_subcommand is not None:
        if once:
            raise wrong("--once", f"it does not go with {context.invoked_subcommand}")
        return
    from kiosk.cli import rounds

    with _opened() as kiosk:
        link = syncing.kiosk_link(kiosk.folder)
        if once:
            rounds.once(kiosk, link)
        else:
            rounds.until_ended(kiosk, link)


@_parked.command("list")
def list_parked(form: FormatOption = Format.TABLE) -> None:
    """List what is set aside; never what is in it."""
    from kiosk.records import outbox

    with _opened() as kiosk:
        with kiosk.store.read() as transaction:
            found = outbox.set_aside(transaction)
        rows = [_cells(one, kiosk) for one in found]
    columns = _IN_A_TABLE if form is Format.TABLE else _COLUMNS
    show(rows, form, columns=columns, empty="Nothing is set aside.")
    if rows and form is Format.TABLE:
        write("\nOnce the reason is mended: `kiosk sync parked retry`.")


@_parked.command("retry", cls=Verb)
def retry_parked(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="NUMBER", help="Of the list; else all.")
    ] = None,
) -> None:
    """Put what is set aside in line again."""
    from kiosk.records import outbox
    from kiosk.sync.push import retry_parked

    with _opened() as kiosk:
        with kiosk.store.read() as transaction:
            there = {one.seq for one in outbox.set_aside(transaction)}
        if unknown := sorted(set(numbers or ()) - there):
            raise NotDone(
                f"Number {unknown[0]} is not set aside; see `kiosk sync parked list`. Nothing was"
                " changed."
            )
        done = retry_parked(syncing.own_file(kiosk), numbers or None)
    words = "1 record waits" if done == 1 else f"{done:,} records wait"
    write(f"{words} to be sent again." if done else "Nothing is set aside.")


@app.command(cls=Verb)
def export(file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")]) -> None:
    """Write into a file what the centre does not have.

    For a machine that will not reach its centre again; `kiosk central import` stores the file
    there. Names and numbers in it stay sealed. Everything also stays here.
    """
    from kiosk.records.unsent import note_exported, write_unsent

    target = absolute(file) or file
    if not target.parent.is_dir():
        raise wrong("FILE", f"there is no folder {target.parent}; make it or plug it in")
    if target.exists() or target.is_symlink():
        raise wrong("FILE", f"{target} exists already; name a new file")
    with _opened() as kiosk, progress("Writing") as tell:
        with kiosk.store.read() as transaction:
            done = write_unsent(transaction.connection(), target, tell)
        note_exported(kiosk.folder, done.upto_seq)
    words = "1 record" if done.count == 1 else f"{done.count:,} records"
    write(f"{words} written to {target}. Store them at the centre: `kiosk central import`.")


@contextmanager
def _opened() -> "Iterator[Kiosk]":
    """Lend the data folder of a machine that has a centre; SetupError for any other."""
    folder = bootstrap.data_dir()
    if (folder / bootstrap.DATABASE).exists() and not syncing.has_centre(folder):
        raise syncing.no_centre()
    if syncing.has_centre(folder) and not (folder / bootstrap.DATABASE).exists():
        # A desk machine, or one whose link cannot be read: either has its own sentence.
        syncing.kiosk_link(folder)
    kiosk = bootstrap.open_kiosk(folder)
    try:
        yield kiosk
    finally:
        kiosk.store.close()


def _cells(one: "SetAside", kiosk: "Kiosk") -> dict[str, object]:
    return {
        "number": one.seq,
        "set_aside_at": one.parked_at.astimezone(kiosk.site.zone),
        "kind": _KINDS.get(one.table_name, one.table_name),
        "code": one.error,
        "reason": _REASONS.get(one.error[:2], "ask whoever looks after the centre"),
        "row_id": one.row_id,
    }
