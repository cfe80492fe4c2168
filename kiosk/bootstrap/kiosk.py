"""One opened data folder, and the desks that are made of it."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.bootstrap.data_folder import DATABASE, find_link, has_central, open_central
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.devices.clock import Clock
    from kiosk.domain.working_time import WorkingCalendar
    from kiosk.records.database.store import Records
    from kiosk.settings import Settings
    from kiosk.ui.visitor.visit import VisitorSide
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

    def visitor_side(self) -> "VisitorSide":
        """Return the desks and the clinic behind the visitor's screens."""
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
        clinic = VisitorClinic(
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
        return VisitorSide(desk, self.maintenance(), clinic, published)

    def clean(self) -> None:
        """Delete what the centre confirmed long enough ago; without a centre that is nothing."""
        from kiosk.devices.clock import entropy
        from kiosk.usecases.admin.retention import clean_kiosk

        clean_kiosk(self.store, self.clock, entropy, self.site, self.settings.rules)

    def maintenance(self) -> "MaintenanceDesk":
        """Return the maintenance screen's desk."""
        from importlib.metadata import version

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

    def today(self) -> date:
        """Return the clinic's date now."""
        return self.clock.now().astimezone(self.site.zone).date()


def open_kiosk(folder: Path) -> Kiosk:
    """Open the data folder, for a desk machine the centre; raises KioskError with one sentence."""
    from kiosk.devices.clock import SystemClock
    from kiosk.records.database.store import Store
    from kiosk.settings import read_settings
    from kiosk.usecases.site import load_site

    # A kiosk's own file is enough for it to work, whatever has become of its link.
    link = None if (folder / DATABASE).exists() else find_link(folder)
    if link is not None and link.kind != "kiosk":
        settings, clock = read_settings(folder), SystemClock()
        store, site, sealing = open_central(link, clock)
        return Kiosk(folder, settings, store, site, clock, sealing)
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
