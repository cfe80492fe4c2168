"""What the owner of central does: prepare it, and enrol, list and revoke its machines."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.central.fleet import (
    CODE_ENTROPY_BYTES,
    VALID_FOR,
    format_code,
    free_symbols,
    new_code,
)
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.text import clean
from kiosk.errors import SetupError, StoreBusy, StoreDiffers
from kiosk.records.central import machines
from kiosk.records.central import owner as owner_access
from kiosk.records.central.connection import Address
from kiosk.records.central.machines import CentralMachine, ParkedRows, WrittenRows
from kiosk.records.central.owner import CentralSite, owner_transaction
from kiosk.records.central.sessions import end_idle_transactions
from kiosk.records.central.setup import let_owner_end_all, role_name, set_up
from kiosk.records.schema.system_tables import KioskDevice
from kiosk.usecases.central.adoption import read_certificates
from kiosk.vault.enrolment_bundle import Bundle, SignedBundle, first_password, sign_bundle

_SHORT_ID = 8
"""Characters of an id that tell sites of the same name apart."""
LONGEST_NAME = 60
_TRIES = 3
"""Where a machine writes at the same moment, or changes its own role."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class PreparedCentral:
    """A central whose tables, roles and rights are up to date."""

    hardened: bool
    """False where only a superuser can also take locks and large objects away from machines."""
    sites: tuple[CentralSite, ...]
    parked: tuple[ParkedRows, ...]
    """What an upgrade has just set aside."""


def prepare_central(owner: Address, clock: Clock) -> PreparedCentral:
    """Make a database into central, or bring it up to date; harmless when repeated.

    StoreDiffers where a newer version has made it.
    """
    from alembic.util import CommandError

    try:
        return _try_again(lambda: _prepare(owner, clock))
    except CommandError:
        raise StoreDiffers(
            "A newer kiosk has made this centre; install that version and run this again. Nothing"
            " was changed."
        ) from None


def _prepare(owner: Address, clock: Clock) -> PreparedCentral:
    """Do it once, in a moment in which no machine has something open there."""
    with owner_transaction(owner) as transaction:
        let_owner_end_all(transaction.connection())
        end_idle_transactions(transaction.connection())
    with owner_transaction(owner) as transaction:
        hardened = set_up(transaction.connection(), clock.now())
        sites = owner_access.all_sites(transaction)
        return PreparedCentral(hardened, sites, machines.parked_just_now(transaction))


def choose_site(owner: Address, wanted: str | None) -> CentralSite:
    """Return a site by its name or id; without either the only one. SetupError for no such site."""
    with owner_transaction(owner) as transaction:
        check_terms(owner_access.read_terms(transaction))
        known = owner_access.all_sites(transaction)
    if not known:
        raise SetupError(
            "There is no clinic at this centre yet; run `kiosk central init` on the clinic's own"
            " machine."
        )
    found = [one for one in known if wanted is None or _is_named(one, wanted)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{clean(one.name)} ({one.site_id.hex[-_SHORT_ID:]})" for one in known)
    raise SetupError(f"Say by --site which clinic is meant: {names}.")


def check_terms(terms: owner_access.Terms) -> None:
    """Raise StoreDiffers where the versions of this program and central differ."""
    if terms.is_older:
        raise StoreDiffers(
            "The centre is older than this kiosk; upgrade it by `kiosk central init` of this"
            " version."
        )
    if terms.is_newer:
        raise StoreDiffers(
            "This kiosk is too old for its centre; install the version that the centre has."
        )


@dataclass(frozen=True, slots=True)
class CentralStatus:
    """The machines of central, and what `central_status` put in order."""

    now: datetime
    """The centre's time."""
    machines: tuple[CentralMachine, ...]
    facts: Mapping[UUID, int]
    """How many facts of each machine central has."""
    closed: tuple[CentralMachine, ...]
    """Revoked machines that have wiped themselves; their roles may sign in no more."""
    removed: tuple[CentralMachine, ...]
    """Enrolments that expired before the machine joined."""
    bent: tuple[CentralMachine, ...]
    """Machines whose role had other settings than it was made with; they are put back."""


def central_status(owner: Address, clock: Clock) -> CentralStatus:
    """Return all machines, and put in order what `CentralStatus` names."""
    now = clock.now()
    with owner_transaction(owner) as transaction:
        check_terms(owner_access.read_terms(transaction))
        there = machines.central_now(transaction)
        every = machines.all_machines(transaction)
        bent = tuple(one for one in every if machines.restore_settings(transaction, one))
        facts: Counter[UUID] = machines.count_facts(transaction)
    wiped = tuple(one for one in every if _is_wiped(one) and one.may_sign_in)
    expired = tuple(
        one for one in every if not one.has_joined and one.enrolled_at + VALID_FOR < now
    )
    for one in (*wiped, *expired):
        _shut_out(owner, one)
    if wiped or expired:
        with owner_transaction(owner) as transaction:
            machines.delete_machines(transaction, expired)
            every = machines.all_machines(transaction)
    return CentralStatus(there, tuple(every), facts, wiped, expired, bent)


@dataclass(frozen=True, slots=True)
class NewMachine:
    """A machine that is to be enrolled."""

    name: str
    kind: str
    """kiosk or desk."""
    reached_by: Address
    """Host and port by which it reaches central."""


@dataclass(frozen=True, slots=True)
class EnrolledMachine:
    """A machine that may join."""

    name: str
    symbols: str
    kind: str
    code: str = field(repr=False)
    """In the form people see; it is kept nowhere."""
    fingerprint: str
    expires: datetime


def enrol_machine(
    owner: Address,
    site: CentralSite,
    machine: NewMachine,
    clock: Clock,
    entropy: Entropy,
    keep: Callable[[SignedBundle], object],
) -> EnrolledMachine:
    """Make a machine's row and role, and its bundle for `keep`; all of it or nothing.

    `keep` writes the bundle; where it raises, nothing was enrolled. SetupError where the name will
    not do or the site has no symbols left.
    """
    called, kind, to = clean(machine.name), machine.kind, machine.reached_by
    if not 0 < len(called) <= LONGEST_NAME:
        raise SetupError(f"A machine needs a name of at most {LONGEST_NAME} characters.")
    now, code = clock.now(), new_code(entropy(CODE_ENTROPY_BYTES))
    kiosk_id = uuid7(now, entropy(ENTROPY_BYTES))
    with owner_transaction(owner, site.site_id) as transaction:
        used = machines.symbols_in_use(transaction, site.site_id)
        symbols = free_symbols(used, entropy(8))
        if symbols is None:
            raise SetupError("This clinic has had so many machines that no symbols are left.")
        device = KioskDevice(
            id=kiosk_id,
            site_id=site.site_id,
            name=called,
            symbols=symbols,
            pin_hash="",
            sealed_audit_key=b"",
            enrolled_at=now,
            kind=kind,
        )
        machines.enrol(transaction, device, first_password(code, kiosk_id))
        bundle = _bundle(device, to, read_certificates(owner))
        signed = sign_bundle(bundle, code)
        keep(signed)
    return EnrolledMachine(
        called, symbols, kind, format_code(code), signed.fingerprint, bundle.expires
    )


def revoke_machine(
    owner: Address, site: CentralSite, symbols: str, clock: Clock, *, at_once: bool
) -> CentralMachine:
    """Take a machine out of service; SetupError where the site has none of these symbols.

    A kiosk sends what it has at its next contact and wipes itself; `at_once` shuts it out now
    instead. A desk machine, which keeps nothing, is always shut out.
    """
    with owner_transaction(owner) as transaction:
        machine = _find(machines.all_machines(transaction), site.site_id, symbols)
    closed = at_once or machine.kind == "desk" or not machine.has_joined
    if closed:
        # First and by itself, so that the machine holds nothing when the rest is written.
        _shut_out(owner, machine)
    try:
        with owner_transaction(owner, site.site_id) as transaction:
            if machine.revoked_at is None:
                machines.mark_revoked(transaction, machine, clock.now())
            if not machine.has_joined:
                machines.delete_machines(transaction, [machine])
    except StoreBusy as busy:
        if not closed:
            raise
        raise StoreBusy(
            f"{machine.symbols} is shut out, but that is not written down yet. {busy}"
        ) from None
    return machine


@dataclass(frozen=True, slots=True)
class Written:
    """What central has received of one machine since a time."""

    rows: tuple[WrittenRows, ...]
    parked: int
    """How many of them were set aside."""


def review_machine(
    owner: Address, machine: CentralMachine, since: datetime, *, park: bool
) -> Written:
    """Return what central has received of a machine from `since` on; `park` sets it aside."""
    with owner_transaction(owner, machine.site_id) as transaction:
        rows = machines.written_since(transaction, machine, since)
        return Written(rows, machines.park_written(transaction, machine, since) if park else 0)


def _shut_out(owner: Address, machine: CentralMachine) -> None:
    """Let a machine in no more and end what it has open, in transactions that wait for nothing."""

    def close() -> None:
        with owner_transaction(owner) as transaction:
            machines.close_role(transaction, machine)

    _try_again(close)
    # Once more: it may have come in again before the first was committed.
    close()


def _try_again(work: Callable[[], _Answer]) -> _Answer:
    """Do `work`, and again where somebody was in the way; StoreBusy after the last try."""
    for _ in range(_TRIES - 1):
        with suppress(StoreBusy):
            return work()
    return work()


def declare_restored(owner: Address, clock: Clock, entropy: Entropy) -> tuple[int, int]:
    """Let every machine pull and send all again, after central was restored from a backup.

    Return how many sites there are, and how many joined machines have no role on this server.
    """
    with owner_transaction(owner) as transaction:
        check_terms(owner_access.read_terms(transaction))
        count = owner_access.renew_epochs(
            transaction, lambda: uuid7(clock.now(), entropy(ENTROPY_BYTES))
        )
        every = machines.all_machines(transaction)
    lost = [one for one in every if one.has_joined and one.revoked_at is None]
    return count, sum(not one.may_sign_in for one in lost)


def _bundle(device: KioskDevice, to: Address, ca: str) -> Bundle:
    return Bundle(
        host=to.host,
        port=to.port,
        database=to.database,
        role=role_name(device.kind, device.id, device.site_id),
        ca=ca,
        site_id=device.site_id,
        kiosk_id=device.id,
        symbols=device.symbols,
        name=device.name,
        kind=device.kind,
        expires=device.enrolled_at + VALID_FOR,
    )


def _is_named(site: CentralSite, wanted: str) -> bool:
    low = clean(wanted).casefold()
    return clean(site.name).casefold() == low or (
        len(low) >= _SHORT_ID and site.site_id.hex.endswith(low.replace("-", ""))
    )


def _is_wiped(machine: CentralMachine) -> bool:
    return (
        machine.revoked_at is not None
        and machine.wiped_at is not None
        and machine.wiped_at >= machine.enrolled_at
    )


def _find(every: list[CentralMachine], site_id: UUID, symbols: str) -> CentralMachine:
    wanted = clean(symbols).upper()
    for one in every:
        if one.site_id == site_id and one.symbols == wanted:
            return one
    raise SetupError(f"This clinic has no machine {wanted}; see `kiosk central status`.")
