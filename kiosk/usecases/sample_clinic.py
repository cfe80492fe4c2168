"""The sample clinic of `kiosk demo`: invented people, and a session that is always open."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.groups.groups import GroupPlan, SessionPlan
from kiosk.domain.passes import SECRET_BYTES, Code, CodeKind, decode, derive_lookup, encode
from kiosk.domain.policy import Rules
from kiosk.domain.staff import Role
from kiosk.domain.working_time import WorkingCalendar
from kiosk.errors import SetupError
from kiosk.records import passes as pass_rows
from kiosk.records import site as site_rows
from kiosk.records import staff
from kiosk.records.database.store import Records
from kiosk.records.database.writing import add_reference
from kiosk.records.schema.system_tables import KioskDevice, KioskHeartbeat
from kiosk.usecases.access import Access
from kiosk.usecases.groups.plan_import import add_group, add_sessions
from kiosk.usecases.sample_past import (
    FIRST_YEAR,
    OneTransaction,
    PastClock,
    SamplePast,
    Team,
    has_begun,
    missing_weeks,
    past_begins,
    sample_secret,
)
from kiosk.usecases.sample_weeks import FORMER, REGULARS
from kiosk.usecases.setup import ClinicPlan, KeepRecovery, found_clinic
from kiosk.usecases.site import SiteInfo, load_sealing_keys, load_site
from kiosk.usecases.staff.accounts import AccountMaker, NewAccount
from kiosk.usecases.staff_desk import Context, SignedIn
from kiosk.vault.passphrases import DEFAULT_COST, Cost

PASSPHRASE = "demo demo demo"  # noqa: S105  the sample clinic's, printed by the command
PIN = "2580"
MANAGER = NewAccount("manager", PASSPHRASE, frozenset({Role.MANAGER}), is_sample=True)
_SILENT: Final = timedelta(hours=27)
"""For so long nobody has heard of the second kiosk: too long, whatever day it is."""
_BEHIND_MS: Final = 240_000
FACILITATOR = NewAccount("facilitator", PASSPHRASE, frozenset({Role.FACILITATOR}), is_sample=True)
CALLER = NewAccount(
    "caller",
    PASSPHRASE,
    frozenset({Role.CALLER}),
    offers=frozenset({CallerWish.WOMAN}),
    is_sample=True,
)
CLINICIAN = NewAccount("clinician", PASSPHRASE, frozenset({Role.CLINICIAN}), is_sample=True)
STAFF = (FACILITATOR, CALLER, CLINICIAN)
PEOPLE = {"Mei": "en", "Ravi": "en", "王小明": "zh", "Nur Aisyah": "ms"}
"""Invented first names, each with the language of the pass."""
_BLOCK = timedelta(hours=2)
"""One session starts every two hours and lasts an hour and a half; with half an hour before its
start, exactly one is open at any minute."""
_LEAD = timedelta(minutes=30)
_AHEAD = 24
"""How many sessions are planned ahead: two days."""
_EPOCH = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
_ZONES = ("Asia/Singapore", "Europe/London", "America/Los_Angeles")
"""At any time of the year it is daytime in one of them."""
_DAYTIME = range(5, 19)
"""Hours in which a day has more than one session left."""
_QUIET = timedelta(hours=2)
"""A clinic in which something has happened since needs no past."""
_GROUPS = (
    ("Wellness group", "Room 2", "Level 2, left at the lift"),
    ("Recovery workshop", "Room 5", "Level 1, behind the café"),
    ("Carers' circle", "Room 3", "Level 2, right at the lift"),
)


@dataclass(frozen=True, slots=True)
class SamplePass:
    """One sample pass."""

    name: str
    digits: str


class SampleClinic:
    """Makes the sample clinic in a database, and completes one whose making was cut off."""

    def __init__(
        self, store: Records, clock: Clock, entropy: Entropy, cost: Cost = DEFAULT_COST
    ) -> None:
        """Take the cost of the passphrases."""
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._cost = cost

    def is_complete(self, passes: Iterable[SamplePass]) -> bool:
        """Return whether all is made; the passes are made last."""
        with self._store.read() as transaction:
            if site_rows.this_machine(transaction) is None:
                return False
            kept = (pass_rows.find(transaction, derive_lookup(_secret(one))) for one in passes)
            return all(card is not None for card in kept)

    def complete(self, passes: Iterable[SamplePass], keep_recovery: KeepRecovery) -> None:
        """Make what is missing: clinic, groups, staff, passes (about a second).

        It is made in the past, so that `catch_up` can go on from there. `keep_recovery` is called
        where the clinic itself is made. Raises SetupError where the database holds another clinic.
        """
        with self._store.read() as transaction:
            is_new = site_rows.this_machine(transaction) is None
        now = self._clock.now()
        clock = PastClock(past_begins(now, _zone(now)) if is_new else self._last_fact_at())
        if is_new:
            plan = self._plan()
            found_clinic(self._store, clock, self._entropy, plan, keep_recovery, self._cost)
        site = load_site(self._store)
        access = Access(self._context(self._store, clock, site), self._cost)
        self._add_staff(site, access, clock)
        facilitator = _signed_in(access, FACILITATOR)
        desk = access.pass_desk(facilitator)
        for number, (name, label, room) in enumerate(_GROUPS):
            add_group(self._store, site, GroupPlan(_group_id(site, number), name, label, room))
        for name, language in (*REGULARS, FORMER):
            draft = JoinDraft(desk.new_pass().id, sample_secret(site.site_id, name))
            desk.issue_pass(name, language, draft)
        for member in desk.members(FORMER[0]):
            desk.revoke_passes(member.participant_id)
        for place, one in enumerate(passes, 1):
            if place == len(PEOPLE):  # the last one is new, and may be asked to be met
                clock.at = now
                desk = access.pass_desk(replace(facilitator, since=now))
            draft = JoinDraft(desk.new_pass().id, _secret(one))
            desk.issue_pass(one.name, PEOPLE.get(one.name, "en"), draft)

    def make_past(
        self,
        pause: Callable[[], object] = lambda: None,
        begun: Callable[[], object] = lambda: None,
    ) -> None:
        """Make what waits on today's lists, and the weeks before, so that reports are full.

        Harmless when repeated; nothing is done where all was made a short while ago. `begun` is
        called where something is done, `pause` after each part: each is whole or not there.
        """
        now, since, site = self._clock.now(), self._last_fact_at(), load_site(self._store)
        is_fresh = has_begun(self._store, site, now) and now - since < _QUIET
        if now.year < FIRST_YEAR or (is_fresh and not missing_weeks(self._store, site, now)):
            return
        begun()
        access = Access(self._context(self._store, PastClock(since), site), self._cost)
        accounts = FACILITATOR, CALLER, CLINICIAN, MANAGER
        team = Team(*(_signed_in(access, one) for one in accounts))
        if not is_fresh:
            with self._past(site, team) as past:
                past.do_today(now)
        with self._past(site, team) as past:
            mondays = past.weeks_to_do(since, now)
        for monday in mondays:
            pause()
            with self._past(site, team) as past:
                past.do_week(monday, now)
        with self._store.write() as transaction:
            _report_second_kiosk(transaction, site, now)

    @contextmanager
    def _past(self, site: SiteInfo, team: Team) -> Iterator[SamplePast]:
        """Yield what does things in one transaction, whole or not at all."""
        clock = PastClock(self._clock.now())
        with self._store.write() as transaction:
            context = self._context(OneTransaction(transaction), clock, site)
            yield SamplePast(context, clock, team, partial(_group_id, site))

    def _last_fact_at(self) -> datetime:
        with self._store.read() as transaction:
            machine = site_rows.this_machine(transaction)
            if machine is None:
                return self._clock.now()
            return site_rows.machine_state(transaction, machine.kiosk_id).last_fact_at

    def _context(self, store: Records, clock: Clock, site: SiteInfo) -> Context:
        sealing = load_sealing_keys(self._store, site)
        calendar = WorkingCalendar(site.zone)
        return Context(store, clock, self._entropy, site, sealing, Rules(), calendar)

    def plan_sessions(self) -> None:
        """Plan the next two days, so that a session is open now and others are later today.

        Near the end of a day the clinic moves to a time zone where it is daytime.
        """
        now = self._clock.now()
        site = load_site(self._store)
        if now.astimezone(site.zone).hour not in _DAYTIME:
            with self._store.write() as transaction:
                site_rows.set_zone(transaction, site.site_id, _zone(now).key)
        first = (now - _EPOCH) // _BLOCK
        plans = tuple(_session(site, block) for block in range(first, first + _AHEAD))
        add_sessions(self._store, site, plans)

    def _plan(self) -> ClinicPlan:
        return ClinicPlan(
            name="Sample clinic",
            zone=_zone(self._clock.now()),
            country="SG",
            manager=MANAGER,
            pin=PIN,
            symbols="7K",
        )

    def _add_staff(self, site: SiteInfo, access: Access, clock: Clock) -> None:
        with self._store.read() as transaction:
            known = {account.staff.login for account in staff.accounts(transaction, site.site_id)}
        missing = [account for account in STAFF if account.login not in known]
        if missing:
            manager = _signed_in(access, MANAGER)
            maker = AccountMaker(self._store, clock, self._entropy, site, manager, self._cost)
            for account in missing:
                maker.add(account)


def new_sample_passes(entropy: Entropy) -> tuple[SamplePass, ...]:
    """Return a new pass for each of `PEOPLE`; nothing is written."""
    return tuple(SamplePass(name, encode(CodeKind.PASS, entropy(SECRET_BYTES))) for name in PEOPLE)


def _secret(one: SamplePass) -> bytes:
    code = decode(one.digits)
    if not isinstance(code, Code):
        raise SetupError("A sample pass is damaged; remove the demo's folder and make it anew.")
    return code.secret


def _session(site: SiteInfo, block: int) -> SessionPlan:
    number = block % len(_GROUPS)
    starts_at = _EPOCH + block * _BLOCK + _LEAD
    return SessionPlan(
        id=uuid5(site.site_id, f"session {block}"),
        group_id=_group_id(site, number),
        starts_at=starts_at,
        ends_at=starts_at + _BLOCK - _LEAD,
        room=_GROUPS[number][2],
    )


def _group_id(site: SiteInfo, number: int) -> UUID:
    return uuid5(site.site_id, f"group {number}")


def _zone(now: datetime) -> ZoneInfo:
    """Return the first zone in which it is daytime."""
    zones = [ZoneInfo(name) for name in _ZONES]
    return next((z for z in zones if now.astimezone(z).hour in _DAYTIME), zones[0])


def _signed_in(access: Access, account: NewAccount) -> SignedIn:
    answer = access.sign_in(account.login, PASSPHRASE)
    if not isinstance(answer, SignedIn):
        raise SetupError(
            "The demo's data folder holds another clinic; name another folder by KIOSK_DATA_DIR."
        )
    return answer


def _report_second_kiosk(transaction: Transaction, site: SiteInfo, now: datetime) -> None:
    """Keep how a second kiosk was when it was heard of last, as a centre would have it."""
    kiosk_id = uuid5(site.site_id, "second kiosk")
    if transaction.get(KioskDevice, kiosk_id) is None:
        add_reference(
            transaction,
            KioskDevice(
                id=kiosk_id,
                site_id=site.site_id,
                name="Kiosk 2",
                symbols="9P",
                pin_hash="",
                sealed_audit_key=b"",
                enrolled_at=past_begins(now, site.zone),
            ),
        )
    heard = now - _SILENT
    transaction.merge(
        KioskHeartbeat(
            kiosk_id=kiosk_id,
            site_id=site.site_id,
            at=heard,
            received_at=heard,
            clock_offset_ms=_BEHIND_MS,
            pending=14,
            parked=0,
            waiting_since=heard - timedelta(minutes=20),
            version="",
        )
    )
