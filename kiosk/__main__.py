"""The `kiosk` command: something on the screen at once, then the command line."""

import gc
import os
import sys

_WITHOUT_SCREEN = {"--help", "--prepare"}


def main() -> int:
    """Run the command line and return its exit code; a splash covers the start of a screen."""
    # What the kiosk writes is for this user alone, also what libraries write (a rotated log).
    os.umask(0o077)
    words = sys.argv[1:]
    if words[:1] in (["run"], ["demo"], ["desk"]) and not _WITHOUT_SCREEN & set(words):
        from kiosk.ui.terminal.startup import harden_process, splash

        harden_process()
        splash()
        # Nothing made while starting is garbage; bootstrap turns collection on again.
        gc.disable()
    from kiosk.cli.main import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
