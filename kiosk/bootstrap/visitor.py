"""Shows the visitor's kiosk: the home screen first, and behind it what a visit needs."""

import gc
import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap.data_folder import log_to, refuse_on_desk
from kiosk.bootstrap.kiosk import Kiosk, open_kiosk
from kiosk.errors import KioskError, SetupError

if TYPE_CHECKING:
    from kiosk.ui.visitor.visit import Demo, VisitorSide


_log = logging.getLogger("kiosk.daily")
LOG: Final = "kiosk.log"
_LOCK: Final = "visitor.lock"
_DAY_SECONDS: Final = 86_400.0
_END_SECONDS: Final = 1.0
"""How long the end of the program waits for a cleaning; the next start cleans again."""
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
        clean_daily(kiosk, opened)
        start_sync(kiosk, opened)
    finally:
        # What is there now stays for good, so no collection need look at it again.
        gc.collect()
        gc.freeze()
        gc.enable()
    return side


def clean_daily(kiosk: Kiosk, opened: ExitStack) -> None:
    """Clean once a day in a thread, for a kiosk is seldom ended; `opened` ends it."""
    stop = Event()

    def clean() -> None:
        while not stop.wait(_DAY_SECONDS):
            try:
                kiosk.clean()
            except KioskError as error:
                _log.error("the daily cleaning was not done: %s", type(error).__name__)

    thread = Thread(target=clean, name="daily", daemon=True)

    def end() -> None:
        stop.set()
        thread.join(_END_SECONDS)

    thread.start()
    opened.callback(end)


def _warm() -> None:
    """Import what the next screens need, so that no visitor waits for it."""
    from importlib import import_module

    for name in _WARM:
        import_module(name)
