"""The commands of `kiosk` and what each takes."""

from typing import Annotated

import typer

from kiosk.cli import (
    attendance_work,
    audit,
    callbacks_work,
    central,
    completion,
    founding,
    groups,
    guide,
    kiosks,
    passes_work,
    reports,
    retention,
    screens,
    sessions_off,
    staff,
    sync,
)
from kiosk.cli import doctor as health
from kiosk.cli.output import Format, FormatOption
from kiosk.cli.overview import Overview
from kiosk.cli.usage import Verb, print_help

app = typer.Typer(
    cls=Overview,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    invoke_without_command=True,
)


@app.callback()
def kiosk(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """A kiosk for a clinic's waiting room; `kiosk demo` is the way to try it.
    KIOSK_DATA_DIR names the data folder, --version shows the version.
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"kiosk {installed('kiosk')}")
        raise typer.Exit
    print_help(context)


@app.command()
def demo(
    *,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only make the sample clinic.")
    ] = False,
) -> int:
    """Try the visitor's kiosk with a sample clinic.

    F9 scans a sample pass. The data folder is KIOSK_DATA_DIR, else one of its own.

    Staff: manager, facilitator and caller, each with the passphrase "demo demo demo"; the PIN of
    the maintenance screen is 2580.
    """
    return screens.prepare_demo() if prepare else screens.demo()


@app.command()
def run() -> int:
    """Show the visitor's kiosk on this terminal.

    Its data folder is KIOSK_DATA_DIR, else your own one for the kiosk.
    """
    return screens.run()


@app.command()
def desk() -> int:
    """Show the staff's desk on this terminal.

    It has rosters, callbacks, groups and reports.
    Sign in with your own name and passphrase. Its data folder is KIOSK_DATA_DIR, else your own
    one for the kiosk.
    """
    return screens.desk()


app.command()(founding.init)


@app.command()
def doctor(form: FormatOption = Format.TABLE) -> int:
    """Look whether this machine is fit to be a kiosk.

    Looks at the terminal, settings, database, keys, clock, disk, helplines and variables. Run it
    on the kiosk's own terminal. Exits with 1 where something fails.
    """
    return health.doctor(form)


app.command(cls=Verb)(guide.guide)
app.command(cls=Verb)(completion.completion)
app.add_typer(passes_work.app, name="passes", short_help="Members and their passes.")
app.add_typer(attendance_work.app, name="attendance", short_help="Who has arrived.")
app.add_typer(callbacks_work.app, name="callbacks", short_help="Who asked to be called.")
app.add_typer(groups.app, name="groups", short_help="Groups and their plans.")
app.add_typer(sessions_off.app, name="sessions", short_help="When the groups meet.")
app.add_typer(staff.app, name="staff", short_help="Accounts of staff.")
app.add_typer(reports.app, name="reports", short_help="Figures of whole weeks.")
app.add_typer(retention.app, name="retention", short_help="How long records stay.")
app.add_typer(audit.app, name="audit", short_help="Who did what.")
app.add_typer(kiosks.app, name="kiosks", short_help="The clinic's machines.")
app.add_typer(central.app, name="central", short_help="One database for many.")
app.add_typer(sync.app, name="sync", short_help="Send to the centre.")
