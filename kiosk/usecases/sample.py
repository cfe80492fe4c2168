"""The sample clinic of `kiosk demo`: invented people, and groups that never close."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.groups import GroupPlan, SessionPlan
from kiosk.domain.staff import Purpose, Role
from kiosk.errors import SetupError
from kiosk.records import devices
from kiosk.records.store import Store
from kiosk.usecases.access import Access, SignedIn
from kiosk.usecases.accounts import NewAccount, StaffMaker
from kiosk.usecases.founding import ClinicPlan, found_clinic
from kiosk.usecases.groups import add_group, add_sessions
from kiosk.usecases.site import SiteFacts, load_sealing_keys, load_site
from kiosk.vault.keys import PrivateSealingKey

PASSPHRASE = "demo demo demo"  # noqa: S105  the sample clinic's, printed by the command
PIN = "2580"
MANAGER = NewAccount("manager", PASSPHRASE, frozenset({Role.MANAGER}))
STAFF = (
    NewAccount("facilitator", PASSPHRASE, frozenset({Role.FACILITATOR})),
    NewAccount("caller", PASSPHRASE, frozenset({Role.CALLER})),
)
PEOPLE = (("Mei", "en"), ("Ravi", "en"), ("王小明", "zh"), ("Nur Aisyah", "ms"))
"""Invented first names, each with the language of the pass."""

_BLOCK = timedelta(hours=2)
"""One session starts every two hours and lasts an hour and a half; with half an hour before its
start, exactly one is open at any minute."""
_LEAD = timedelta(minutes=30)
_AHEAD = 24
"""How many sessions are planned ahead: two days."""
_EPOCH = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
_ZONES = ("Asia/Singapore", "Europe/London", "America/Los_Angeles", "Pacific/Auckland")
_DAYTIME = range(5, 19)
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


def found_sample(
    store: Store,
    clock: Clock,
    entropy: Entropy,
    keep_recovery: Callable[[UUID, Mapping[Purpose, PrivateSealingKey]], object],
) -> None:
    """Make the sample clinic in an empty database; one that is there stays as it is."""
    try:
        load_site(store)
    except SetupError:
        plan = ClinicPlan(
            name="Sample clinic",
            zone=_zone(clock.now()),
            country="SG",
            manager=MANAGER,
            pin=PIN,
            symbols="7K",
        )
        found_clinic(store, clock, entropy, plan, keep_recovery)


def fill_sample(store: Store, clock: Clock, entropy: Entropy) -> tuple[SamplePass, ...]:
    """Add groups, staff and passes to the sample clinic; return the new passes."""
    site = load_site(store)
    access = Access(store, clock, entropy, site, load_sealing_keys(store, site))
    for number, (name, label, room) in enumerate(_GROUPS):
        add_group(store, site, GroupPlan(_group_id(site, number), name, label, room))
    maker = StaffMaker(store, clock, entropy, site, _signed_in(access, MANAGER))
    for account in STAFF:
        if not isinstance(access.sign_in(account.login, PASSPHRASE), SignedIn):
            maker.add(account)
    desk = access.roster_desk(_signed_in(access, STAFF[0]))
    issued = [desk.issue_pass(name, language) for name, language in PEOPLE]
    return tuple(SamplePass(one.name, one.digits) for one in issued)


def plan_sample_sessions(store: Store, clock: Clock) -> None:
    """Plan the next two days, so that a session is open now and others are later today.

    Near the end of a day the clinic moves to a time zone where it is daytime.
    """
    now = clock.now()
    site = load_site(store)
    if now.astimezone(site.zone).hour not in _DAYTIME:
        with store.write() as transaction:
            devices.set_zone(transaction, site.site_id, _zone(now).key)
    first = (now - _EPOCH) // _BLOCK
    plans = tuple(_session(site, block) for block in range(first, first + _AHEAD))
    add_sessions(store, site, plans)


def _session(site: SiteFacts, block: int) -> SessionPlan:
    number = block % len(_GROUPS)
    starts_at = _EPOCH + block * _BLOCK + _LEAD
    return SessionPlan(
        id=uuid5(site.site_id, f"session {block}"),
        group_id=_group_id(site, number),
        starts_at=starts_at,
        ends_at=starts_at + _BLOCK - _LEAD,
        room=_GROUPS[number][2],
    )


def _group_id(site: SiteFacts, number: int) -> UUID:
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
