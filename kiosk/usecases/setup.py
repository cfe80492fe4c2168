"""Makes a clinic: the site, its first machine, its keys and its first manager."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.request import KIOSK_SYMBOLS, REFERENCE_ALPHABET
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.staff import Purpose, Staff, purposes_of_roles
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.presentation.staff import describe_pin_problem
from kiosk.records import site as site_rows
from kiosk.records.database.store import Records
from kiosk.records.database.writing import add_reference
from kiosk.records.schema.system_tables import AuditChain, KioskDevice, PublicKey, SyncState
from kiosk.records.schema.tables import Site
from kiosk.usecases.audit_trail import add_entry, seal_first_key
from kiosk.usecases.site import SiteInfo
from kiosk.usecases.staff.accounts import NewAccount, build_account
from kiosk.usecases.staff_desk import SignedIn
from kiosk.vault.audit_chain import KEY_BYTES as AUDIT_KEY_BYTES
from kiosk.vault.audit_chain import START_TAG, first_key
from kiosk.vault.keys import KeyPair, PrivateSealingKey, PublicSealingKey, new_keypair
from kiosk.vault.passphrases import DEFAULT_COST, Cost, hash_pin

RecoveryKeys = Mapping[Purpose, PrivateSealingKey]
KeepRecovery = Callable[[UUID, RecoveryKeys], object]
"""Takes the site's id and its recovery keys, and proves that they can be read back."""

_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class ClinicPlan:
    """What is needed to make a clinic."""

    name: str
    zone: ZoneInfo
    country: str
    """ISO 3166, two letters."""
    manager: NewAccount
    pin: str = field(repr=False)
    """4 to 12 digits, not among the first to be tried; opens the maintenance screen."""
    kiosk_name: str = "Kiosk 1"
    symbols: str = ""
    """Two symbols of the reference alphabet for this machine; empty: any two."""


@dataclass(frozen=True, slots=True)
class FoundedClinic:
    """A new clinic, with its first manager signed in."""

    site: SiteInfo
    manager: SignedIn


def found_clinic(
    store: Records,
    clock: Clock,
    entropy: Entropy,
    plan: ClinicPlan,
    keep_recovery: KeepRecovery,
    cost: Cost = DEFAULT_COST,
) -> FoundedClinic:
    """Make a clinic in an empty database, all of it or nothing.

    `keep_recovery` runs before the commit: where it raises there is no clinic yet. Raises
    SetupError where there is a clinic already or the plan will not do.
    """
    now = clock.now()
    site = _plan_site(plan, now, entropy)
    with store.read() as transaction:
        _refuse_second(transaction)
    clinic = {purpose: new_keypair() for purpose in Purpose}
    recovery = {purpose: new_keypair() for purpose in Purpose}
    private = {purpose: pair.private for purpose, pair in clinic.items()}
    account_id = uuid7(now, entropy(ENTROPY_BYTES))
    account = build_account(site, account_id, plan.manager, private, now, cost)
    pin_hash = hash_pin(plan.pin, cost=cost)
    with store.write() as transaction:
        _refuse_second(transaction)
        _add_site(transaction, site, now)
        _add_keys(transaction, site, now, entropy, clinic, "clinic")
        _add_keys(transaction, site, now, entropy, recovery, "recovery")
        readers = [pairs[Purpose.CALLBACKS].public for pairs in (clinic, recovery)]
        _add_machine(transaction, site, now, pin_hash, entropy, readers)
        add_reference(transaction, account)
        founded = AuditAction.CLINIC_FOUNDED
        add_entry(transaction, site, entropy, now, founded, by_staff=account_id)
        keep_recovery(site.site_id, {p: pair.private for p, pair in recovery.items()})
    held = purposes_of_roles(plan.manager.roles)
    ring = {p: {key.key_id: key} for p, key in private.items() if p in held}
    staff = Staff(account_id, account.login, plan.manager.roles)
    return FoundedClinic(site, SignedIn(staff, ring, now))


def _plan_site(plan: ClinicPlan, now: datetime, entropy: Entropy) -> SiteInfo:
    """Check a plan and give the new clinic its ids."""
    if not clean(plan.name):
        raise SetupError("The clinic needs a name.")
    if not plan.manager.is_sample and (problem := describe_pin_problem(plan.pin)):
        raise SetupError(problem)
    if not _COUNTRY.fullmatch(plan.country):
        raise SetupError("The country is two capital letters, for example SG.")
    symbols = plan.symbols or "".join(
        REFERENCE_ALPHABET[int.from_bytes(entropy(8)) % len(REFERENCE_ALPHABET)]
        for _ in range(KIOSK_SYMBOLS)
    )
    if len(symbols) != KIOSK_SYMBOLS or not set(symbols) <= set(REFERENCE_ALPHABET):
        raise SetupError(f"A kiosk has two symbols out of {REFERENCE_ALPHABET}.")
    return SiteInfo(
        site_id=uuid7(now, entropy(ENTROPY_BYTES)),
        kiosk_id=uuid7(now, entropy(ENTROPY_BYTES)),
        name=clean(plan.name),
        zone=plan.zone,
        country=plan.country,
        kiosk_name=clean(plan.kiosk_name),
        symbols=symbols,
    )


def _refuse_second(transaction: Transaction) -> None:
    if site_rows.this_machine(transaction) is not None:
        raise SetupError("There is a clinic in this data folder already; nothing was changed.")


def _add_site(transaction: Transaction, site: SiteInfo, now: datetime) -> None:
    add_reference(
        transaction,
        Site(
            id=site.site_id,
            site_id=site.site_id,
            name=site.name,
            zone=site.zone.key,
            country=site.country,
            founded_at=now,
        ),
    )


def _add_keys(
    transaction: Transaction,
    site: SiteInfo,
    now: datetime,
    entropy: Entropy,
    pairs: Mapping[Purpose, KeyPair],
    holder: str,
) -> None:
    for purpose, pair in pairs.items():
        add_reference(
            transaction,
            PublicKey(
                id=uuid7(now, entropy(ENTROPY_BYTES)),
                site_id=site.site_id,
                purpose=purpose.value,
                holder=holder,
                key_id=pair.public.key_id,
                raw=pair.public.raw,
                created_at=now,
            ),
        )


def _add_machine(
    transaction: Transaction,
    site: SiteInfo,
    now: datetime,
    pin_hash: str,
    entropy: Entropy,
    readers: Sequence[PublicSealingKey],
) -> None:
    """Write the machine itself and begin its audit chain, whose first key only staff can open."""
    first = first_key(entropy(AUDIT_KEY_BYTES))
    device = KioskDevice(
        id=site.kiosk_id,
        site_id=site.site_id,
        name=site.kiosk_name,
        symbols=site.symbols,
        pin_hash=pin_hash,
        sealed_audit_key=seal_first_key(first, site.kiosk_id, readers),
        enrolled_at=now,
    )
    add_reference(transaction, device)
    kiosk_id, site_id = site.kiosk_id, site.site_id
    transaction.add(SyncState(kiosk_id=kiosk_id, site_id=site_id, last_fact_at=now))
    transaction.add(
        AuditChain(kiosk_id=kiosk_id, site_id=site_id, next_key=first, last_tag=START_TAG)
    )
    transaction.flush()
