"""`kiosk run`, `kiosk demo` and `kiosk desk`: full screens on this terminal."""

import sys

from kiosk.bootstrap.data_folder import data_dir
from kiosk.bootstrap.visitor import show_visitor_kiosk


def run() -> int:
    """Show the visitor's kiosk of the data folder; return its exit code."""
    return show_visitor_kiosk(data_dir())


def run_plainly() -> int:
    """Ask visitors on plain lines of this terminal; return the exit code."""
    from kiosk.bootstrap.visitor import show_plain_kiosk

    return show_plain_kiosk(data_dir())


def desk() -> int:
    """Show the staff's desk of the data folder; return its exit code."""
    from kiosk.bootstrap.desk import show_desk

    return show_desk(data_dir())


def demo() -> int:
    """Show the visitor's kiosk of the sample clinic, made or refreshed behind the first screen."""
    from kiosk.cli import demo as demo_module
    from kiosk.ui.visitor.visit import Demo

    folder = data_dir(demo=True)
    demo_module.begin(folder)
    return show_visitor_kiosk(
        folder,
        Demo(lambda: demo_module.digits(folder)),
        before=lambda: demo_module.prepare_behind(folder),
    )


def prepare_demo() -> int:
    """Make or refresh the sample clinic and print where it is."""
    from kiosk.cli import demo as demo_module

    folder = data_dir(demo=True)
    demo_module.prepare(folder, lambda step: sys.stderr.write(f"{step}\n"))
    sys.stdout.write(f"The sample clinic is in {folder}. Sample passes: `kiosk passes list`.\n")
    return 0
