"""Shows the visitor's kiosk: the home screen first, and behind it what a visit needs."""

import gc
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap.daily import VISITOR_LOCK, start_daily
from kiosk.bootstrap.data_folder import DATABASE, check_folder, log_to, refuse_on_desk
from kiosk.bootstrap.kiosk import Kiosk, check_clinic, maintenance_desk, open_records
from kiosk.errors import SetupError, StoreFull

if TYPE_CHECKING:
    from kiosk.devices.speech import Speaker
    from kiosk.records.database.lock import FolderLock
    from kiosk.records.database.store import Records
    from kiosk.ui.visitor.visit import Demo, VisitorDesks, VisitorSide
    from kiosk.usecases.maintenance_desk import MaintenanceDesk
    from kiosk.usecases.site import SiteInfo


LOG: Final = "kiosk.log"
_ELSEWHERE: Final = "open it with `kiosk desk`, and let a kiosk stand where visitors are"
_WARM: Final = ("babel.dates", "phonenumbers", "regex", "rich.markdown", "qrcode")
"""What visitors need a little later; imported while the first screen is already there."""


def show_visitor_kiosk(
    folder: Path, demo: "Demo | None" = None, before: Callable[[], None] = lambda: None
) -> int:
    """Show the visitor's kiosk until it is ended; return the exit code.

    The home screen is painted first; behind it `before` is called and the database opened. What
    cannot be opened then, the log and the lock too, closes the kiosk to visitors and is tried
    again: help now has to be there all the same.
    """
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise SetupError("The kiosk needs a terminal; start it in one, for example foot or kitty.")
    check_folder(folder)
    refuse_on_desk(folder, _ELSEWHERE, if_known=True)
    with ExitStack() as opened:
        parts = _Parts(folder, before, opened)
        with suppress(StoreFull):
            parts.take_lock()
        log_to(folder / LOG)
        from kiosk.ui.door import Door
        from kiosk.ui.terminal.app import run_locked
        from kiosk.ui.visitor.app import VisitorApp

        door = Door(parts.side)
        app = VisitorApp(door, demo=demo)
        parts.is_free = lambda: app.is_unattended
        try:
            return run_locked(app)
        finally:
            door.close()


def show_plain_kiosk(folder: Path) -> int:
    """Ask visitors on plain lines, until the input ends; return the exit code.

    It is a kiosk as the one with screens is: one of them serves a data folder.
    """
    check_folder(folder)
    refuse_on_desk(folder, _ELSEWHERE)
    with ExitStack() as opened:
        parts = _Parts(folder, lambda: None, opened)
        parts.take_lock()
        log_to(folder / LOG)
        from kiosk.ui.door import Door
        from kiosk.ui.plain.kiosk import PlainKiosk
        from kiosk.ui.plain.lines import PlainLines
        from kiosk.ui.terminal.startup import harden_process
        from kiosk.ui.visitor.visit import VisitorContext

        door = Door(parts.side)
        opened.callback(door.close)
        harden_process()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Ends as at the end of the input: what was typed is wiped.
            signal.signal(number, lambda *_: sys.exit(0))
        PlainKiosk(VisitorContext(door), PlainLines()).run()
    return 0


class _Parts:
    """The parts of a data folder, each opened when it is needed first, and once."""

    def __init__(self, folder: Path, before: Callable[[], None], opened: ExitStack) -> None:
        """`opened` closes at the end what was opened here."""
        self._folder = folder
        self._before = before
        self._opened = opened
        self._lock: FolderLock | None = None
        self._records: tuple[Records, SiteInfo] | None = None
        self._desks: VisitorDesks | None = None
        self._maintenance: MaintenanceDesk | None = None
        self._speaker: Speaker | None = None
        self._speech_lock = Lock()
        self.is_free: Callable[[], bool] = lambda: True
        """Returns whether nobody is at the kiosk."""

    def take_lock(self) -> None:
        """Be the one kiosk of the folder: StoreBusy where there is another one.

        StoreFull where no lock can be made. A folder that was mounted late needs another lock.
        """
        from kiosk.records.database.lock import lock_folder

        if self._lock is None or not self._lock.is_at(self._folder / VISITOR_LOCK):
            self._lock = self._opened.enter_context(lock_folder(self._folder, VISITOR_LOCK))

    def side(self) -> "VisitorSide":
        """Return what stands behind the screens; nothing is opened yet."""
        from kiosk.devices.memory import close_memory
        from kiosk.ui.visitor.visit import VisitorSide

        close_memory()
        return VisitorSide(self.desks, self.maintenance, self.speech)

    def desks(self) -> "VisitorDesks":
        """Return what a visit needs; raises KioskError while something of it cannot be opened."""
        if self._desks is None:
            try:
                self._desks = self._open_desks()
                # What is there now stays for good, so no collection need look at it again.
                gc.collect()
                gc.freeze()
            finally:
                gc.enable()
        return self._desks

    def _open_desks(self) -> "VisitorDesks":
        from kiosk.bootstrap.syncing import start_sync
        from kiosk.devices.clock import SystemClock
        from kiosk.settings import read_settings

        self._before()
        store, site = self._open_records()
        kiosk = Kiosk(self._folder, read_settings(self._folder), store, site, SystemClock())
        desks = kiosk.visitor_desks()
        _warm()
        kiosk.clean()
        start_daily(kiosk, self._opened, lambda: self.is_free(), kiosk.clock.now())
        start_sync(kiosk, self._opened)
        return desks

    def _open_records(self) -> "tuple[Records, SiteInfo]":
        """Open the database; its desk for staff takes the place of the one that only reads."""
        from kiosk.devices.clock import SystemClock

        if self._records is None:
            refuse_on_desk(self._folder, _ELSEWHERE)
            check_clinic(self._folder)
            log_to(self._folder / LOG)
            self.take_lock()
            store, site = self._records = open_records(self._folder)
            self._opened.callback(store.close)
            self._maintenance = maintenance_desk(self._folder, store, SystemClock(), site)
        return self._records

    def maintenance(self) -> "MaintenanceDesk":
        """Return the desk for staff; where the records cannot be opened it can only read them."""
        if self._maintenance is None:
            from kiosk.devices.clock import SystemClock
            from kiosk.records.database.store import StoreToRead
            from kiosk.usecases.site import load_site

            check_clinic(self._folder)
            store = StoreToRead(self._folder / DATABASE)
            site = load_site(store)
            self._maintenance = maintenance_desk(self._folder, store, SystemClock(), site)
        return self._maintenance

    def speech(self) -> "Speaker | None":
        """Return what speaks; None where the settings switch it off. It needs no database."""
        from kiosk.bootstrap.speech import open_speaker
        from kiosk.settings import read_settings

        settings = read_settings(self._folder).speech
        with self._speech_lock:
            if self._speaker is None and settings.enabled:
                self._speaker = open_speaker(self._folder, settings)
                self._opened.callback(self._speaker.close)
            return self._speaker


def _warm() -> None:
    """Import what the next screens need, so that no visitor waits for it."""
    from importlib import import_module

    for name in _WARM:
        import_module(name)
    from kiosk.content.shaping import drawing_problem

    problem = drawing_problem()  # which brings the library that draws
    if problem:
        logging.getLogger("kiosk").warning("Tamil cannot be drawn: %s", problem)
