"""One opened data folder, and the desks that are made of it."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.bootstrap.data_folder import (
    DATABASE,
    find_link,
    has_central,
    has_database,
    open_central,
)
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.devices.clock import Clock
    from kiosk.domain.callbacks.wishes import OfferedWishes
    from kiosk.domain.working_time import WorkingCalendar
    from kiosk.records.database.store import Records
    from kiosk.settings import Settings
    from kiosk.ui.visitor.visit import VisitorDesks
    from kiosk.usecases.access import Access
    from kiosk.usecases.maintenance_desk import MaintenanceDesk
    from kiosk.usecases.site import SealingKeys, SiteInfo


@dataclass(frozen=True, slots=True)
class Kiosk:
    """One opened data folder."""

    folder: Path
    settings: "Settings"
    store: "Records"
    site: "SiteInfo"
    clock: "Clock"
    sealing: "SealingKeys | None" = None
    """Where they were read already."""

    def visitor_desks(self) -> "VisitorDesks":
        """Return what a visit needs."""
        from kiosk.content.articles import read_take_home
        from kiosk.devices.clock import entropy
        from kiosk.ui.visitor.visit import Timing, VisitorClinic, VisitorDesks
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
        clinic = VisitorClinic(
            today=self.today,
            zone=self.site.zone,
            country=self.site.country,
            timing=timing,
            take_home=read_take_home(self.folder / "take-home.toml"),
            wishes=self.wishes(),
        )
        rules, calendar = self.settings.rules, self.calendar()
        desk = VisitorDesk(self.store, self.clock, entropy, self.site, rules, sealing, calendar)
        desk.promise_days()
        published = partial(read_published, self.store, self.site)
        return VisitorDesks(desk, clinic, published)

    def clean(self) -> None:
        """Delete what the centre confirmed long enough ago, and tend the database file."""
        from kiosk.devices.clock import entropy
        from kiosk.records.database.store import Store
        from kiosk.usecases.admin.retention import clean_kiosk

        clean_kiosk(self.store, self.clock, entropy, self.site, self.settings.rules)
        if isinstance(self.store, Store):
            self.store.optimize()

    def maintenance(self) -> "MaintenanceDesk":
        """Return the maintenance screen's desk."""
        return maintenance_desk(self.folder, self.store, self.clock, self.site)

    def access(self) -> "Access":
        """Return what signs staff in."""
        from kiosk.devices.clock import entropy
        from kiosk.usecases.access import Access
        from kiosk.usecases.site import load_sealing_keys
        from kiosk.usecases.staff_desk import Context

        sealing = self.sealing or load_sealing_keys(self.store, self.site)
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

    def wishes(self) -> "OfferedWishes":
        """Return what a visitor may wish for."""
        from kiosk.content.wishes import read_wishes
        from kiosk.settings import WISHES_NAME

        return read_wishes(self.folder / WISHES_NAME)

    def today(self) -> date:
        """Return the clinic's date now."""
        return self.clock.now().astimezone(self.site.zone).date()


def maintenance_desk(
    folder: Path, store: "Records", clock: "Clock", site: "SiteInfo"
) -> "MaintenanceDesk":
    """Return the maintenance screen's desk of a data folder, which needs no settings."""
    from importlib.metadata import version

    from kiosk.devices.clock import entropy
    from kiosk.usecases.maintenance_desk import MaintenanceDesk

    desk = partial(MaintenanceDesk, has_central=has_central(folder))
    return desk(store, clock, entropy, site, version("kiosk"))


def check_clinic(folder: Path) -> None:
    """Raise SetupError where a data folder holds no database file, or cannot be looked into."""
    try:
        (folder / DATABASE).stat()
    except (FileNotFoundError, NotADirectoryError):
        raise SetupError(
            f"There is no clinic in {folder} yet; make one with `kiosk init`, or try `kiosk demo`."
        ) from None
    except OSError as error:
        raise SetupError(
            f"The data folder {folder} cannot be read ({error.strerror}); mend its disk or its"
            " rights."
        ) from None


def open_records(folder: Path) -> "tuple[Records, SiteInfo]":
    """Open the database file of a data folder, which is there; raises KioskError."""
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.records.database.store import Store
    from kiosk.usecases.audit_trail import note_missing_records
    from kiosk.usecases.site import load_site

    store = Store.open(folder / DATABASE)
    store.hold_spare_room()
    try:
        site = load_site(store)
        if store.has_lost_facts:
            note_missing_records(store, SystemClock(), entropy, site)
        return store, site
    except BaseException:
        store.close()
        raise


def open_kiosk(folder: Path) -> Kiosk:
    """Open the data folder, for a desk machine the centre; raises KioskError with one sentence."""
    from kiosk.devices.clock import SystemClock
    from kiosk.settings import read_settings

    # A kiosk's own file is enough for it to work, whatever has become of its link.
    link = None if has_database(folder) else find_link(folder)
    clock = SystemClock()
    if link is not None and link.kind != "kiosk":
        store, site, sealing = open_central(link, clock)
        return Kiosk(folder, read_settings(folder), store, site, clock, sealing)
    check_clinic(folder)
    settings = read_settings(folder)
    return Kiosk(folder, settings, *open_records(folder), clock)
