"""The start of the `kiosk` command, and its one place for errors."""

import os
import sys
import traceback
from collections.abc import Sequence

from kiosk.cli.echo import hidden_typing
from kiosk.cli.exit_codes import FAILED, WRONG_USE
from kiosk.errors import KioskError

_INTERRUPTED = 130
"""What Typer makes of Ctrl+C."""
_LONGEST = 500


def run() -> int:
    """Run the command line; return 0, 1 for a failure or 2 for wrong use.

    What goes wrong is one sentence on standard error.
    """
    words = sys.argv[1:]
    try:
        with hidden_typing(words):
            code = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads on, as in `kiosk doctor | head -1`.
        _discard_output()
        return FAILED
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception as error:
        return _report(error)
    return _complain("Stopped.", FAILED) if code == _INTERRUPTED else code


def _run(words: Sequence[str]) -> int:
    # The screens start without Typer: it would cost them some 25 ms, and nobody needs it.
    if words in (["run"], ["demo"], ["desk"]):
        from kiosk.cli import screens

        return {"run": screens.run, "demo": screens.demo, "desk": screens.desk}[words[0]]()
    from kiosk.cli.commands import app

    return int(app(prog_name="kiosk", standalone_mode=False) or 0)


def _report(error: Exception) -> int:
    """Print what went wrong, without the values that were in hand; return the exit code."""
    if isinstance(error, KioskError):
        return _complain(str(error), FAILED)
    import typer

    if isinstance(error, typer.Abort | EOFError):
        return _complain("Stopped.", FAILED)
    usage = getattr(error, "format_message", None)
    if usage is not None:
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "kiosk"
        sentence = usage() if usage().endswith((".", "?")) else f"{usage()}."
        return _complain(f"{sentence} Try `{command} --help`.", WRONG_USE)
    if isinstance(error, OSError) and error.filename is None:
        # An error of a stream, for one of a file names the file.
        _discard_output()
        return _complain(f"The output cannot be written ({error.strerror}).", FAILED)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
    return _complain(f"{type(error).__name__} at {place}; please report it.", FAILED)


def _complain(sentence: str, code: int) -> int:
    """Print one sentence on standard error, on the screen that the command was typed on."""
    from kiosk.domain.text import clean
    from kiosk.ui.terminal.startup import leave_splash

    leave_splash()
    sys.stderr.write(f"kiosk: {clean(sentence, _LONGEST)}\n")
    return code


def _discard_output() -> None:
    """Let what is still to be printed go nowhere, so that Python does not try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
