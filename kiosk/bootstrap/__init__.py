"""The one place where the parts meet; what start-up does not need is imported when it is."""

import gc
import logging
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.devices.clock import Clock
    from kiosk.domain.working_time import WorkingCalendar
    from kiosk.records.database.store import Records
    from kiosk.settings import Settings
    from kiosk.ui.visitor.visit import Demo, VisitorSide
    from kiosk.usecases.access import Access
    from kiosk.usecases.maintenance_desk import MaintenanceDesk
    from kiosk.usecases.site import SiteInfo


DATABASE = "kiosk.db"
LOG = "kiosk.log"
_LOCK = "visitor.lock"
_WARM = ("babel.dates", "phonenumbers", "regex", "rich.markdown", "qrcode")
"""What visitors need a little later; imported while the first screen is already there."""


def data_dir(*, demo: bool = False) -> Path:
    """Return the data folder: KIOSK_DATA_DIR, else the user's own folder for the kiosk."""
    named = os.environ.get("KIOSK_DATA_DIR")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("kiosk-demo" if demo else "kiosk", appauthor=False)


def make_folder(folder: Path) -> None:
    """Make the data folder (0700) with its settings; what is there already stays as it is."""
    from kiosk.content.assets import config_dir

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("kiosk.toml", "take-home.toml"):
            if not (folder / name).exists():
                # A cut half-way must not leave half a file that counts as the clinic's own.
                copy = folder / f".{name}.new"
                shutil.copyfile(config_dir() / name, copy)
                copy.replace(folder / name)
    except OSError as error:
        raise SetupError(
            f"The data folder {folder} cannot be written ({error.strerror}); mend its disk or its"
            " rights, or name another one by KIOSK_DATA_DIR."
        ) from None


@dataclass(frozen=True, slots=True)
class Kiosk:
    """One opened data folder."""

    folder: Path
    settings: "Settings"
    store: "Records"
    site: "SiteInfo"
    clock: "Clock"

    def visitor_side(self) -> "VisitorSide":
        """Return the desks and facts behind the visitor's screens."""
        from kiosk.content.articles import read_take_home
        from kiosk.devices.clock import entropy
        from kiosk.ui.visitor.visit import Timing, VisitorClinic, VisitorSide
        from kiosk.usecases.helplines import read_published
        from kiosk.usecases.site import load_sealing_keys
        from kiosk.usecases.visitor_desk import VisitorDesk

        sealing = load_sealing_keys(self.store, self.site)
        waits = self.settings.visit
        timing = Timing(
            idle=waits.idle_seconds,
            warning=waits.warning_seconds,
            result=waits.result_seconds,
            receipt=waits.receipt_seconds,
        )
        facts = VisitorClinic(
            today=self.today,
            zone=self.site.zone,
            country=self.site.country,
            timing=timing,
            take_home=read_take_home(self.folder / "take-home.toml"),
        )
        rules, calendar = self.settings.rules, self.calendar()
        desk = VisitorDesk(self.store, self.clock, entropy, self.site, rules, sealing, calendar)
        desk.promise_days()
        published = partial(read_published, self.store, self.site)
        return VisitorSide(desk, self.maintenance(), facts, published)

    def clean(self) -> None:
        """Delete what the centre confirmed long enough ago; without a centre that is nothing."""
        from kiosk.devices.clock import entropy
        from kiosk.usecases.admin.retention import clean_kiosk

        clean_kiosk(self.store, self.clock, entropy, self.site, self.settings.rules)

    def maintenance(self) -> "MaintenanceDesk":
        """Return the maintenance screen's desk."""
        from importlib.metadata import version

        from kiosk.bootstrap.syncing import has_central
        from kiosk.devices.clock import entropy
        from kiosk.usecases.maintenance_desk import MaintenanceDesk

        desk = partial(MaintenanceDesk, has_central=has_central(self.folder))
        return desk(self.store, self.clock, entropy, self.site, version("kiosk"))

    def access(self) -> "Access":
        """Return what signs staff in."""
        from kiosk.devices.clock import entropy
        from kiosk.usecases.access import Access
        from kiosk.usecases.site import load_sealing_keys
        from kiosk.usecases.staff_desk import Context

        sealing = load_sealing_keys(self.store, self.site)
        rules = self.settings.rules
        calendar, exports = self.calendar(), self.folder / "exports"
        return Access(
            Context(self.store, self.clock, entropy, self.site, sealing, rules, calendar, exports)
        )

    def calendar(self) -> "WorkingCalendar":
        """Return when the clinic works."""
        from kiosk.content.holidays import public_holidays
        from kiosk.domain.working_time import WorkingCalendar

        working = self.settings.working
        days_off = public_holidays(working.holidays or self.site.country, working.closed_on)
        return WorkingCalendar(self.site.zone, self.settings.week, days_off)

    def today(self) -> date:
        """Return the clinic's date now."""
        return self.clock.now().astimezone(self.site.zone).date()


def open_kiosk(folder: Path) -> Kiosk:
    """Open the data folder, for a desk machine the centre; raises KioskError with one sentence."""
    from kiosk.bootstrap.data_folder import find_link, open_central
    from kiosk.devices.clock import SystemClock
    from kiosk.records.database.store import Store
    from kiosk.settings import read_settings
    from kiosk.usecases.site import load_site

    # A kiosk's own file is enough for it to work, whatever has become of its link.
    link = None if (folder / DATABASE).exists() else find_link(folder)
    if link is not None and link.kind != "kiosk":
        settings, clock = read_settings(folder), SystemClock()
        return Kiosk(folder, settings, *open_central(link, clock), clock)
    if not (folder / DATABASE).exists():
        raise SetupError(
            f"There is no clinic in {folder} yet; make one with `kiosk init`, or try `kiosk demo`."
        )
    settings = read_settings(folder)
    store = Store.open(folder / DATABASE)
    with ExitStack() as undo:
        undo.callback(store.close)
        kiosk = Kiosk(folder, settings, store, load_site(store), SystemClock())
        undo.pop_all()
    return kiosk


def show_visitor_kiosk(
    folder: Path, demo: "Demo | None" = None, before: Callable[[], None] = lambda: None
) -> int:
    """Show the visitor's kiosk until it is ended; return the exit code.

    The home screen is painted first; behind it `before` is called and the database opened.
    """
    from kiosk.bootstrap.data_folder import refuse_on_desk
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
        from kiosk.ui.terminal.app import run_locked
        from kiosk.ui.visitor.app import VisitorApp

        with ExitStack() as opened:
            app = VisitorApp(partial(_boot, folder, before, opened), demo=demo)
            try:
                return run_locked(app)
            finally:
                app.door.close()


def _boot(folder: Path, before: Callable[[], None], opened: ExitStack) -> "VisitorSide":
    """Build the visitor's side; `opened` closes at the end what was opened for it."""
    from kiosk.bootstrap.syncing import start_sync

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


def log_to(path: Path) -> None:
    """Log to a file that only this user may read, and that cannot grow without end."""
    from logging.handlers import RotatingFileHandler

    try:
        path.touch(mode=0o600)
        handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"The log {path} cannot be written ({error.strerror}); mend its disk or its rights."
        ) from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("kiosk")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
