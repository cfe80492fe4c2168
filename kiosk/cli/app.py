"""The `kiosk` command and its one place for errors."""

import sys
import traceback

import typer

from kiosk.cli import attendance, callbacks, doctor, founding, passes, screens
from kiosk.errors import KioskError

app = typer.Typer(
    name="kiosk",
    help="A kiosk for peer support in a clinic's waiting room. Start with `kiosk demo`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(screens.demo)
app.command()(screens.run)
app.command()(founding.init)
app.command()(doctor.doctor)
app.add_typer(passes.app, name="passes")
app.add_typer(attendance.app, name="attendance")
app.add_typer(callbacks.app, name="callbacks")

FAILED, WRONG_USE = 1, 2


def run() -> int:
    """Run the command line; return 0, 1 for a failure or 2 for wrong use."""
    try:
        return int(app(standalone_mode=False) or 0)
    except KioskError as error:
        return _complain(str(error), FAILED)
    except typer.Abort:
        return _complain("Stopped.", FAILED)
    except Exception as error:
        usage = getattr(error, "format_message", None)
        if usage is not None:
            return _complain(f"{usage()} Try `kiosk --help`.", WRONG_USE)
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
        return _complain(f"{type(error).__name__} at {place}; please report it.", FAILED)


def _complain(sentence: str, code: int) -> int:
    """Print one sentence on standard error, on the screen that the command was typed on."""
    from kiosk.ui.terminal.splash import leave_splash

    leave_splash()
    sys.stderr.write(f"kiosk: {sentence}\n")
    return code
