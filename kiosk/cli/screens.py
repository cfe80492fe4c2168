"""`kiosk run` and `kiosk demo`: the visitor's kiosk on this terminal."""

from typing import Annotated

import typer

from kiosk import bootstrap
from kiosk.cli.demo import digits, prepare


def run() -> int:
    """Show the visitor's kiosk of this data folder (KIOSK_DATA_DIR)."""
    return bootstrap.show_visitor_kiosk(bootstrap.data_dir())


def demo(
    only_prepare: Annotated[
        bool, typer.Option("--prepare", help="Only make the sample data, show no kiosk.")
    ] = False,
) -> int:
    """Show the visitor's kiosk of a sample clinic; F9 scans a sample pass.

    Its data folder is KIOSK_DATA_DIR, else one of its own. Staff: manager, facilitator, caller,
    each with the passphrase "demo demo demo"; the maintenance PIN is 2580.
    """
    folder = bootstrap.data_dir(demo=True)
    if only_prepare:
        prepare(folder, lambda step: typer.echo(step, err=True))
        typer.echo(f"The sample clinic is in {folder}. Sample passes: `kiosk passes list`.")
        return 0
    from kiosk.cli.demo import make_folder
    from kiosk.ui.visitor.parts import Demo

    make_folder(folder)
    return bootstrap.show_visitor_kiosk(
        folder, Demo(lambda: digits(folder)), before=lambda: prepare(folder)
    )
