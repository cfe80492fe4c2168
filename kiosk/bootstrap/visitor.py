"""Shows the visitor's kiosk: the home screen first, and behind it what a visit needs."""

import gc
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap.data_folder import log_to, refuse_on_desk
from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.ui.visitor.visit import Demo, VisitorSide


LOG: Final = "kiosk.log"
_LOCK: Final = "visitor.lock"
_WARM: Final = ("babel.dates", "phonenumbers", "regex", "rich.markdown", "qrcode")
"""What visitors need a little later; imported while the first screen is already there."""


def show_visitor_kiosk(
    folder: Path, demo: "Demo | None" = None, before: Callable[[], None] = lambda: None
) -> int:
    """Show the visitor's kiosk until it is ended; return the exit code.

    The home screen is painted first; behind it `before` is called and the database opened.
    """
    from kiosk.records.database.lock import lock_folder

    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise SetupError("The kiosk needs a terminal; start it in one, for example foot or kitty.")
    if not folder.exists():
        raise SetupError(
            f"There is no data folder {folder} yet; make a clinic with `kiosk init`, or try"
            " `kiosk demo`."
        )
    refuse_on_desk(folder, "open it with `kiosk desk`, and let a kiosk stand where visitors are")
    with lock_folder(folder, _LOCK):
        log_to(folder / LOG)
        from kiosk.ui.door import Door
        from kiosk.ui.terminal.app import run_locked
        from kiosk.ui.visitor.app import VisitorApp

        with ExitStack() as opened:
            door = Door(partial(_boot, folder, before, opened))
            try:
                return run_locked(VisitorApp(door, demo=demo))
            finally:
                door.close()


def _boot(folder: Path, before: Callable[[], None], opened: ExitStack) -> "VisitorSide":
    """Build the visitor's side; `opened` closes at the end what was opened for it."""
    from kiosk.bootstrap.syncing import start_sync
    from kiosk.devices.memory import close_memory

    close_memory()
    try:
        before()
        kiosk = open_kiosk(folder)
        opened.callback(kiosk.store.close)
        side = kiosk.visitor_side()
        _warm()
        kiosk.clean()
        start_sync(kiosk, opened)
    finally:
        # What is there now stays for good, so no collection need look at it again.
        gc.collect()
        gc.freeze()
        gc.enable()
    return side


def _warm() -> None:
    """Import what the next screens need, so that no visitor waits for it."""
    from importlib import import_module

    for name in _WARM:
        import_module(name)
