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
    from kiosk.bootstrap.printing import Printing
    from kiosk.devices.clock import Clock
    from kiosk.domain.callbacks.slips import CentralSlip
    from kiosk.domain.callbacks.wishes import OfferedWishes
    from kiosk.domain.health import FirstHour
    from kiosk.domain.retention import RetentionStatus
    from kiosk.domain.working_time import WorkingCalendar
    from kiosk.records.database.store import Records
    from kiosk.settings import Settings
    from kiosk.ui.visitor.visit import VisitorDesks
    from kiosk.usecases.access import Access
    from kiosk.usecases.maintenance_desk import MaintenanceDesk
    from kiosk.usecases.site import SealingKeys, SiteInfo
    from kiosk.usecases.staff_desk import Context


_ASK_SECONDS = 3.0
"""How long the centre has for its answer about a slip."""


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

    @property
    def is_for_desks(self) -> bool:
        """Whether staff work on its records: at the centre, or where there is none."""
        return self.sealing is not None or not has_central(self.folder)

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
            now=lambda: self.clock.now().astimezone(self.site.zone),
            zone=self.site.zone,
            country=self.site.country,
            timing=timing,
            repeat_guard=waits.repeat_guard_seconds,
            take_home=read_take_home(self.folder / "take-home.toml"),
            calling_number=self.settings.callbacks.calling_number,
            wishes=self.wishes(),
            prints_slips=bool(self.settings.print.slips),
            has_central=has_central(self.folder),
            public_number=self.settings.callbacks.public_number,
        )
        rules, calendar = self.settings.rules, self.calendar()
        desk = VisitorDesk(self.store, self.clock, entropy, self.site, rules, sealing, calendar)
        desk.promise_days()
        published = partial(read_published, self.store, self.site)
        print_slip = self.printing().slip if clinic.prints_slips else None
        ask_central = partial(ask_for_slip, self.folder)
        return VisitorDesks(desk, clinic, published, ask_central, print_slip)

    def clean(self) -> None:
        """Delete what the centre confirmed long enough ago, and tend the database file.

        Nothing at the centre itself: what is there is for retention.
        """
        from kiosk.devices.clock import entropy
        from kiosk.records.database.store import Store
        from kiosk.usecases.admin.retention import clean_kiosk

        if isinstance(self.store, Store):
            clean_kiosk(self.store, self.clock, entropy, self.site, self.settings.rules)
            self.store.optimize()

    def retention_status(self) -> "RetentionStatus":
        """Return whether retention runs by itself here, and when it did."""
        from kiosk.usecases.admin.retention import read_status

        with self.store.read() as transaction:
            return read_status(self.context(), transaction, self.clock.now())

    def first_hour(self) -> "FirstHour":
        """Return which first steps of the clinic are done."""
        from kiosk.records.site import first_steps_done
        from kiosk.usecases.menu_desk import first_hour

        with self.store.read() as transaction:
            done = first_steps_done(transaction, self.site.site_id)
        return first_hour(self.context(), done)

    def maintenance(self) -> "MaintenanceDesk":
        """Return the maintenance screen's desk."""
        return maintenance_desk(self.folder, self.store, self.clock, self.site)

    def access(self) -> "Access":
        """Return what signs staff in."""
        from kiosk.usecases.access import Access

        return Access(self.context())

    def context(self) -> "Context":
        """Return what all desks share."""
        from kiosk.devices.clock import entropy
        from kiosk.usecases.site import load_sealing_keys
        from kiosk.usecases.staff_desk import Context

        sealing = self.sealing or load_sealing_keys(self.store, self.site)
        return Context(
            self.store,
            self.clock,
            entropy,
            self.site,
            sealing,
            self.settings.rules,
            self.calendar(),
            exports=self.folder / "exports",
            # Where the records are the centre's, visitors are at other machines.
            take_home=None if self.sealing is not None else self.folder / "take-home.toml",
        )

    def printing(self) -> "Printing":
        """Return what prints on this machine's printers; what a crash left half printed goes."""
        from kiosk.bootstrap.printing import Printing
        from kiosk.devices.page_printers import clear_spool

        clear_spool(self.folder)
        return Printing(self.folder, self.settings.print)

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


def ask_for_slip(folder: Path, digits: str) -> "CentralSlip | None":
    """Ask the centre of a data folder for the request of a slip; None where it knows none.

    Raises KioskError where it cannot be asked; call it in a thread that nobody waits for.
    """
    from kiosk.records.central.news import ask_news
    from kiosk.usecases.callbacks.submission import news_ticket

    link, ticket = find_link(folder), news_ticket(digits)
    if link is None or ticket is None:
        return None
    return ask_news(link.address, ticket, _ASK_SECONDS)


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
