"""`kiosk sync`: sending to the centre by hand, and the rows that it has refused."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from kiosk.bootstrap import syncing
from kiosk.bootstrap.daily import has_visitors, start_daily
from kiosk.bootstrap.data_folder import DATABASE, data_dir, has_central
from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.cli.arguments import absolute
from kiosk.cli.output import Format, FormatOption, progress, show, write
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.errors import KioskError
from kiosk.presentation.records import RECORD_KINDS

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.records.central.link import CentralLink
    from kiosk.records.outbox import ParkedRow
    from kiosk.sync.syncer import Round


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
_REASONS = {
    "22": "a value that the centre cannot store",
    "23": "against a rule of the centre's tables",
    "42": "not allowed for this machine",
}
"""By the first two signs of a refusal's code (SQLSTATE)."""
_POLL_SECONDS: Final = 0.25
_BACKLOG: Final = 500
"""Records that are worth a bar."""
_STALLED_POLLS: Final = 20
"""Polls after which a number that does not get smaller is taken for stalled."""
_DONE: Final = "Everything is sent and pulled."


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

    with _opened() as kiosk:
        link = syncing.kiosk_link(kiosk.folder)
        if once:
            _sync_once(kiosk, link)
        else:
            _sync_until_ended(kiosk, link)


@_parked.command("list")
def list_parked(form: FormatOption = Format.TABLE) -> None:
    """List what is set aside; never what is in it."""
    from kiosk.records import outbox

    with _opened() as kiosk:
        with kiosk.store.read() as transaction:
            found = outbox.parked_rows(transaction)
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
            there = {one.seq for one in outbox.parked_rows(transaction)}
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
    from kiosk.records.outbox import set_exported_upto, write_unsent

    target = absolute(file) or file
    if not target.parent.is_dir():
        raise wrong("FILE", f"there is no folder {target.parent}; make it or plug it in")
    if target.exists() or target.is_symlink():
        raise wrong("FILE", f"{target} exists already; name a new file")
    with _opened() as kiosk, progress("Writing") as show_progress:
        with kiosk.store.read() as transaction:
            done = write_unsent(transaction.connection(), target, show_progress)
        set_exported_upto(kiosk.folder, done.upto_seq)
    words = "1 record" if done.count == 1 else f"{done.count:,} records"
    write(f"{words} written to {target}. Store them at the centre: `kiosk central import`.")


def _sync_once(kiosk: "Kiosk", link: "CentralLink") -> None:
    """Make one round; NotDone with one sentence where anything is left to send or to pull."""
    from kiosk.domain.clock_sync import describe_sync_problem

    with _progress_bar(kiosk):
        done = syncing.sync_once(kiosk, link)
    pending, parked = _count_left(kiosk)
    if done.problem is not None:
        raise NotDone(describe_sync_problem(done.problem, pending))
    if pending or parked:
        raise NotDone(_describe_left(pending, parked))
    write(f"{_DONE} Sent: {done.sent:,}, pulled: {done.pulled:,}.")


def _sync_until_ended(kiosk: "Kiosk", link: "CentralLink") -> None:
    """Make rounds until Ctrl+C or the end of the service; one line for each change.

    It may be ended at any point: what the centre has not confirmed is sent again.
    """
    write("Sending and pulling; Ctrl+C ends it.")
    sys.stdout.flush()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt), ExitStack() as opened, _progress_bar(kiosk):
            start_daily(kiosk, opened, lambda: not has_visitors(kiosk.folder))
            syncing.keep_syncing(kiosk, link, Event(), _StateLines(kiosk).report)
    finally:
        signal.signal(signal.SIGTERM, before)


class _StateLines:
    """Prints each change of state in one line."""

    def __init__(self, kiosk: "Kiosk") -> None:
        self._kiosk = kiosk
        self._last = ""

    def report(self, done: "Round") -> None:
        """Print how a round went, where it differs from the one before."""
        from kiosk.domain.clock_sync import describe_sync_problem

        pending, parked = _count_left(self._kiosk)
        if done.problem is not None:
            state, words = str(done.problem), describe_sync_problem(done.problem, pending)
        elif pending or parked:
            state, words = f"{bool(pending)} {parked}", _describe_left(pending, parked)
        else:
            state = words = _DONE
        if state != self._last:
            self._last = state
            at = self._kiosk.clock.now().astimezone(self._kiosk.site.zone)
            write(f"{at:%H:%M:%S}  {words}")
            sys.stdout.flush()


@contextmanager
def _opened() -> "Iterator[Kiosk]":
    """Lend the data folder of a machine that has a centre; SetupError for any other."""
    folder = data_dir()
    if (folder / DATABASE).exists() and not has_central(folder):
        raise syncing.no_central_error()
    if has_central(folder) and not (folder / DATABASE).exists():
        # A desk machine, or one whose link cannot be read: either has its own sentence.
        syncing.kiosk_link(folder)
    kiosk = open_kiosk(folder)
    try:
        yield kiosk
    finally:
        kiosk.store.close()


def _count_left(kiosk: "Kiosk") -> tuple[int, int]:
    """Return how many rows wait and how many are parked."""
    from kiosk.records import outbox

    with kiosk.store.read() as transaction:
        return outbox.count_pending(transaction), outbox.count_parked(transaction)


def _describe_left(pending: int, parked: int) -> str:
    """Return a sentence of what is left though nothing went wrong on the way."""
    waits = "1 record waits" if pending == 1 else f"{pending:,} records wait"
    aside = "1 is set aside" if parked == 1 else f"{parked:,} are set aside"
    if not parked:
        return f"{waits} here still; try again in a minute."
    words = f"{waits} here and {aside}" if pending else f"Of all records {aside}"
    return f"{words}; see `kiosk sync parked list`."


def _cells(one: "ParkedRow", kiosk: "Kiosk") -> dict[str, object]:
    return {
        "number": one.seq,
        "set_aside_at": one.parked_at.astimezone(kiosk.site.zone),
        "kind": RECORD_KINDS.get(one.table_name, one.table_name),
        "code": one.error,
        "reason": _REASONS.get(one.error[:2], "ask whoever looks after the centre"),
        "row_id": one.row_id,
    }


@contextmanager
def _progress_bar(kiosk: "Kiosk") -> Iterator[None]:
    """Show a bar on a terminal whenever many records wait and are getting fewer."""
    ended = Event()
    looking = Thread(target=_watch_backlog, args=(kiosk, ended), daemon=True)
    if sys.stderr.isatty():
        looking.start()
    try:
        yield
    finally:
        ended.set()
        if looking.ident is not None:
            looking.join()


def _watch_backlog(kiosk: "Kiosk", ended: Event) -> None:
    with suppress(KioskError):
        before, _ = _count_left(kiosk)
        while not ended.wait(_POLL_SECONDS):
            left, _ = _count_left(kiosk)
            if _BACKLOG < left < before:
                with progress("Sending") as show_progress:
                    left = _show_backlog(kiosk, ended, before, show_progress)
            before = left


def _show_backlog(
    kiosk: "Kiosk", ended: Event, most: int, show_progress: Callable[[int, int], None]
) -> int:
    """Show how much of `most` is sent while it gets less; return what is left."""
    before, stood = most, 0
    while not ended.wait(_POLL_SECONDS) and before and stood < _STALLED_POLLS:
        left, _ = _count_left(kiosk)
        stood = 0 if left < before else stood + 1
        before = left
        show_progress(max(0, most - left), most)
    return before
