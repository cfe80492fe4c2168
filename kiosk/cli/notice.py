"""`kiosk notice`: telling staff elsewhere that requests wait, by mail, a webhook or a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from kiosk.bootstrap.data_folder import data_dir, refuse_staff_work
from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.cli.output import Format, FormatOption, show, write
from kiosk.cli.usage import NotDone, Noun, Verb, print_help

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.usecases.callbacks.notices import NoticeTry

app = typer.Typer(
    cls=Noun, help="Telling that requests wait.", invoke_without_command=True, callback=print_help
)
_IN_A_TABLE = ("way", "state", "trouble")
_COLUMNS = ("way", "state", "since", "tries", "next_at", "fault", "code", "sent_at")


@app.command("list")
def list_states(form: FormatOption = Format.TABLE) -> None:
    """List how each way of telling stands; never what is in a request."""
    from kiosk.presentation.notices import describe_notice_state, describe_notice_trouble
    from kiosk.usecases.callbacks.notices import read_notice_states

    with _opened() as kiosk:
        found, zone = read_notice_states(kiosk.store, kiosk.site), kiosk.site.zone

    rows = []
    for one in found:
        times = {"since": one.since, "next_at": one.next_at, "sent_at": one.sent_at}
        rows.append(
            {
                "way": one.way,
                "state": describe_notice_state(one, zone),
                "trouble": describe_notice_trouble(one, zone),
                "tries": one.tries,
                "fault": one.last.fault,
                "code": one.last.code,
                **{name: at and at.astimezone(zone) for name, at in times.items()},
            }
        )
    empty = "No notice was ever sent; `kiosk notice test` tries what is set up."
    show(rows, form, columns=_IN_A_TABLE if form is Format.TABLE else _COLUMNS, empty=empty)


@app.command("send", cls=Verb)
def send_due() -> None:
    """Send what is due; for a timer.

    Needs no passphrase, and sends counts alone. `kiosk desk` does the same by itself while it is
    open. Nothing is sent outside the clinic's hours. Exits with 1 where something did not arrive.
    """
    from kiosk.bootstrap.notices import open_sender

    with _opened() as kiosk:
        done = open_sender(kiosk).look()
    if not done:
        write("Nothing to send.")
    _report(done)


@app.command("test", cls=Verb)
def send_test() -> None:
    """Send a test by each way at once, and say what came back.

    Exits with 1 where one did not arrive.
    """
    from kiosk.bootstrap.notices import open_sender

    with _opened() as kiosk:
        done = open_sender(kiosk).test()
    _report(done)


@app.command("retry", cls=Verb)
def retry() -> None:
    """Put what was refused in line again, once the reason is mended."""
    from kiosk.usecases.callbacks.notices import retry_refused

    with _opened() as kiosk:
        retried = retry_refused(kiosk.store, kiosk.clock, kiosk.site)
    if not retried:
        write("Nothing was refused.")
        return
    again = "1 notice is" if retried == 1 else f"{retried} notices are"
    write(f"{again} in line again; `kiosk notice send` or an open desk sends it.")


def _report(done: "tuple[NoticeTry, ...]") -> None:
    """Print what became of each try; NotDone where one did not arrive."""
    from kiosk.presentation.notices import describe_delivery

    said = [f"{one.way}: {describe_delivery(one.way, one.delivery)}" for one in done]
    for words in said:
        write(words)
    missing = sum(one.delivery.fault is not None for one in done)
    if missing:
        which = "It did" if missing == len(done) == 1 else f"{missing} of {len(done)} did"
        raise NotDone(f"{which} not arrive as it should.")


@contextmanager
def _opened() -> "Iterator[Kiosk]":
    """Lend the folder of a machine that staff work on; SetupError on a kiosk with a centre."""
    folder = data_dir()
    refuse_staff_work(folder)
    kiosk = open_kiosk(folder)
    try:
        yield kiosk
    finally:
        kiosk.store.close()
