"""The commands of `kiosk` and what each takes."""

from typing import Annotated

import typer

from kiosk.cli import attendance, callbacks, founding, passes, screens
from kiosk.cli import doctor as health
from kiosk.cli.output import Format, FormatOption
from kiosk.cli.usage import print_help

app = typer.Typer(
    add_completion=False,
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
    """A kiosk for peer support in a clinic's waiting room.

    Start with `kiosk demo`. KIOSK_DATA_DIR names the data folder.
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


app.command()(founding.init)


@app.command()
def doctor(form: FormatOption = Format.TABLE) -> int:
    """Look whether this machine is fit to be a kiosk.

    Looks at the terminal, settings, database, keys, clock, disk, helplines and variables. Run it
    on the kiosk's own terminal. Exits with 1 where something fails.
    """
    return health.doctor(form)


app.add_typer(passes.app, name="passes")
app.add_typer(attendance.app, name="attendance")
app.add_typer(callbacks.app, name="callbacks")
