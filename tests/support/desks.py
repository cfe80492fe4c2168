"""A founded clinic in a temporary folder, with a clock that tests set and cheap passphrases."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from kiosk.content.assets import config_dir
from kiosk.devices.clock import Entropy
from kiosk.domain.attendance.check_in import Session
from kiosk.domain.attendance.roster import Arrival
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.domain.callbacks.worklist import PhoneContact
from kiosk.domain.groups.groups import GroupPlan, SessionPlan
from kiosk.domain.ids import uuid7
from kiosk.domain.policy import Rules
from kiosk.domain.staff import Purpose, Role
from kiosk.domain.working_time import WorkingCalendar
from kiosk.records.database.store import Records, Store
from kiosk.usecases.access import Access
from kiosk.usecases.attendance.roster_desk import RosterDesk
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.groups.plan_import import add_group, add_sessions
from kiosk.usecases.maintenance_desk import MaintenanceDesk
from kiosk.usecases.passes.desk import PassDesk
from kiosk.usecases.setup import ClinicPlan, RecoveryKeys, found_clinic
from kiosk.usecases.site import SealingKeys, SiteInfo, load_sealing_keys, load_site
from kiosk.usecases.staff.accounts import AccountMaker, NewAccount
from kiosk.usecases.staff_desk import Context, SignedIn
from kiosk.usecases.visitor_desk import VisitorDesk
from kiosk.vault.passphrases import Cost

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""A Monday, 12:00 in Singapore."""
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "correct horse battery"
PIN = "246810"


@dataclass
class SetClock:
    """A clock that stands until a test moves it."""

    at: datetime = NOON

    def now(self) -> datetime:
        """Return the set time."""
        return self.at

    def move(self, **span: float) -> None:
        """Move by a `timedelta(**span)`."""
        self.at += timedelta(**span)


@dataclass
class Clinic:
    """A founded clinic and everything a test needs of it."""

    store: Records
    folder: Path
    """Where this machine keeps its files."""
    clock: SetClock
    entropy: Entropy
    site: SiteInfo
    sealing: SealingKeys
    manager: SignedIn
    recovery: RecoveryKeys
    rules: Rules = field(default_factory=Rules)
    take_home: Path = config_dir() / "take-home.toml"
    """The list of booklets."""
    owner: Engine | None = None
    """Of the centre, where the records are there."""

    @property
    def file(self) -> Path:
        """The kiosk's own database; there is none at a centre."""
        assert isinstance(self.store, Store)
        return self.store.path

    @property
    def visitor(self) -> VisitorDesk:
        """A fresh visitor's desk."""
        return VisitorDesk(
            self.store, self.clock, self.entropy, self.site, self.rules, self.sealing
        )

    @property
    def access(self) -> Access:
        """The way in for staff."""
        return Access(self.context, cost=CHEAP)

    @property
    def context(self) -> Context:
        """What all desks share."""
        return Context(
            self.store,
            self.clock,
            self.entropy,
            self.site,
            self.sealing,
            self.rules,
            WorkingCalendar(self.site.zone),
            self.folder / "exports",
            self.take_home,
        )

    @property
    def roster(self) -> RosterDesk:
        """A facilitator's desk."""
        return self.access.roster_desk(self.fresh(self.manager))

    def arrivals(self, day: date | None = None) -> tuple[Arrival, ...]:
        """Return who is present at the sessions of a day (else today's), by arrival."""
        desk = self.roster
        shown = [desk.roster(card.session.id) for card in desk.sessions(day)]
        people = [person for roster in shown for person in roster.arrived]
        return tuple(sorted(people, key=lambda one: (one.at, one.check_in_id)))

    @property
    def passes(self) -> PassDesk:
        """A facilitator's desk for members and passes."""
        return self.access.pass_desk(self.fresh(self.manager))

    @property
    def callbacks(self) -> CallbackDesk:
        """A caller's desk."""
        return self.access.callback_desk(self.fresh(self.manager))

    def numbers(self) -> list[str]:
        """Return the numbers of all requests, the oldest first, as a caller would reveal them."""
        desk = self.callbacks
        rows = sorted(desk.worklist().rows, key=lambda row: row.request.created_at)
        found = (desk.reveal(row.request.id) for row in rows)
        return [contact.e164 for contact in found if isinstance(contact, PhoneContact)]

    def fresh(self, signed_in: SignedIn) -> SignedIn:
        """Sign somebody in again at the time that it is now."""
        return replace(signed_in, since=self.clock.at)

    @property
    def maintenance(self) -> MaintenanceDesk:
        """The maintenance screen's desk."""
        return MaintenanceDesk(self.store, self.clock, self.entropy, self.site, "0.0.0")

    def id(self) -> UUID:
        """A new id."""
        return uuid7(self.clock.at, self.entropy(10))

    def add_session(
        self, label: str = "Room 2", *, starts: float = 0, hours: float = 1, enrolled: bool = False
    ) -> Session:
        """Keep a group and one session of it, starting so many minutes from now."""
        group = GroupPlan(self.id(), f"Group of {label}", label, label, enrolled=enrolled)
        add_group(self.store, self.site, group)
        start = self.clock.at + timedelta(minutes=starts)
        plan = SessionPlan(self.id(), group.id, start, start + timedelta(hours=hours), label)
        add_sessions(self.store, self.site, (plan,))
        return Session(plan.id, label, label, plan.starts_at, plan.ends_at, enrolled, "", group.id)

    def add_staff(self, login: str, *roles: Role) -> SignedIn:
        """Add an account with the usual passphrase and sign it in."""
        maker = AccountMaker(
            self.store, self.clock, self.entropy, self.site, self.manager, cost=CHEAP
        )
        maker.add(NewAccount(login, PASSPHRASE, frozenset(roles)))
        signed_in = self.access.sign_in(login, PASSPHRASE)
        assert isinstance(signed_in, SignedIn)
        return signed_in

    def draft(self, name: str = "Mei", phone: str = "+6581234567") -> CallbackDraft:
        """Make a callback draft as the screens do."""
        id_, secret = self.visitor.new_draft_ids()
        return CallbackDraft(
            id=id_,
            slip_secret=secret,
            preferred_name=name,
            phone=phone,
            windows=frozenset({Window.WEEKDAY_MORNING, Window.SATURDAY_MORNING}),
            not_before=None,
            call_language=CallLanguage.TAMIL,
            message_policy=MessagePolicy.NONE,
            answered_by_other=AnsweredByOther.ASK_FOR_NAME,
            share_with_team=True,
            ui_language="en",
            consent_version="2026-01",
        )

    def bend(self, statement: str, **values: object) -> None:
        """Do to the database what no desk does; ids are given as UUID."""
        if self.owner is not None:
            with self.owner.begin() as connection:
                connection.execute(text(statement), values)
            return
        plain = {name: _of_a_file(value) for name, value in values.items()}
        with self.store.write() as transaction:
            transaction.connection().execute(text(statement), plain)

    def column(self, query: str, **values: object) -> list[Any]:
        """Read the first column of what a query finds, as the database keeps it."""
        at_centre = self.owner is not None
        asked = values if at_centre else {name: _of_a_file(one) for name, one in values.items()}
        with self.store.read() as transaction:
            return list(transaction.connection().execute(text(query), asked).scalars())

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        with self.store.read() as transaction:
            query = f"SELECT count(*) FROM {table}"  # noqa: S608 - a name from the test itself
            return int(transaction.connection().exec_driver_sql(query).scalar_one())


def _of_a_file(value: object) -> object:
    return value.bytes if isinstance(value, UUID) else value


@dataclass(frozen=True, slots=True)
class _Founded:
    """What founding a clinic leaves behind."""

    file: bytes
    """The whole database."""
    site: SiteInfo
    sealing: SealingKeys
    manager: SignedIn
    recovery: RecoveryKeys


@lru_cache(maxsize=8)
def _found(seed: int) -> _Founded:
    """Found a clinic once for all tests of this process; founding takes a tenth of a second.

    Tests side by side share a server, and the roles of machines belong to the whole server: each
    process has a site of its own, which the roles' names tell.
    """
    randomness = Random(f"{os.environ.get('PYTEST_XDIST_WORKER')} {seed}")
    kept: dict[Purpose, RecoveryKeys] = {}
    plan = ClinicPlan(
        "Sample clinic",
        ZoneInfo("Asia/Singapore"),
        "SG",
        NewAccount("manager", PASSPHRASE, frozenset(Role)),
        PIN,
        symbols="7K",
    )

    def keep(_site: UUID, keys: RecoveryKeys) -> None:
        kept[Purpose.ROSTER] = keys

    with TemporaryDirectory(prefix="kiosk-founded-") as folder:
        file = Path(folder) / "kiosk.db"
        store = Store.open(file, create=True)
        try:
            founded = found_clinic(store, SetClock(), randomness.randbytes, plan, keep, cost=CHEAP)
            site = load_site(store)
            sealing = load_sealing_keys(store, site)
        finally:
            store.close()
        whole = file.read_bytes()
    recovery = kept[Purpose.ROSTER]
    return _Founded(whole, site, sealing, founded.manager, recovery)


@contextmanager
def open_clinic(folder: Path, seed: int = 1) -> Iterator[Clinic]:
    """Copy a founded clinic into `folder`, with all randomness of later ids from `seed`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "kiosk.db"
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(_found(seed).file)
    store = Store.open(file)
    try:
        yield founded_clinic(store, folder, seed)
    finally:
        store.close()


def founded_clinic(store: Records, folder: Path, seed: int = 1) -> Clinic:
    """Return the founded clinic whose rows are in `store`."""
    made = _found(seed)
    # The same in every process, so that ids of one time have the same order in each.
    randomness = Random(seed)
    return Clinic(
        store,
        folder,
        SetClock(),
        randomness.randbytes,
        made.site,
        made.sealing,
        made.manager,
        made.recovery,
    )
