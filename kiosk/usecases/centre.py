"""What the owner of a centre does: found it, adopt a clinic, look after its machines."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.enrolment import VALID_FOR
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.text import clean
from kiosk.errors import SetupError, StoreDiffers
from kiosk.records.central import machines, sites
from kiosk.records.central.address import Address
from kiosk.records.central.founding import found
from kiosk.records.central.machines import Machine
from kiosk.records.central.owner import owner_transaction
from kiosk.records.central.sites import SiteAtCentre

_SIGN_ID = 8
"""Characters of an id that stand for a site of the same name as another."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A centre whose tables, roles and rights are up to date."""

    hardened: bool
    """False where only a superuser can also take locks and large objects away from machines."""
    sites: tuple[SiteAtCentre, ...]


@dataclass(frozen=True, slots=True)
class CentreStatus:
    """How the machines of a centre are, and what was put in order while looking."""

    now: datetime
    machines: tuple[Machine, ...]
    facts: Mapping[UUID, int]
    """How many facts of each machine are at the centre."""
    closed: tuple[Machine, ...]
    """Revoked machines that have wiped themselves; their roles may sign in no more."""
    removed: tuple[Machine, ...]
    """Enrolments that expired before anybody joined."""


def prepare_centre(owner: Address, clock: Clock) -> Prepared:
    """Make a database into a centre, or bring one up to date; harmless when repeated."""
    from alembic.util import CommandError

    try:
        with owner_transaction(owner) as transaction:
            hardened = found(transaction.connection(), clock.now())
            return Prepared(hardened, sites.known(transaction))
    except CommandError:
        raise StoreDiffers(
            "A newer kiosk has made this centre; install that version and run this again. Nothing"
            " was changed."
        ) from None


def choose_site(owner: Address, wanted: str | None) -> SiteAtCentre:
    """Find a site by its name or id; without either the only one that there is."""
    with owner_transaction(owner) as transaction:
        check_terms(sites.terms(transaction))
        known = sites.known(transaction)
    if not known:
        raise SetupError(
            "There is no clinic at this centre yet; run `kiosk central init` on the clinic's own"
            " machine."
        )
    found = [one for one in known if wanted is None or _is_called(one, wanted)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{clean(one.name)} ({one.site_id.hex[-_SIGN_ID:]})" for one in known)
    raise SetupError(f"Say by --site which clinic is meant: {names}.")


def check_terms(terms: sites.Terms) -> None:
    """Raise StoreDiffers where this program and the centre do not go together."""
    if terms.is_older:
        raise StoreDiffers(
            "The centre is older than this kiosk; run `kiosk central init` with this version."
        )
    if terms.is_newer:
        raise StoreDiffers(
            "This kiosk is too old for its centre; install the version that the centre has."
        )


def centre_status(owner: Address, clock: Clock) -> CentreStatus:
    """Look at all machines; close wiped machines' roles and remove expired enrolments."""
    now = clock.now()
    with owner_transaction(owner) as transaction:
        check_terms(sites.terms(transaction))
        every = machines.every(transaction)
        wiped = tuple(one for one in every if _is_done_with(one) and one.may_sign_in)
        expired = tuple(
            one for one in every if not one.has_joined and one.enrolled_at + VALID_FOR < now
        )
        for one in wiped:
            machines.close_role(transaction, one)
        if expired:
            machines.forget(transaction, expired)
        facts: Counter[UUID] = machines.facts_of_each(transaction)
        left = tuple(one for one in machines.every(transaction))
    return CentreStatus(now, left, facts, wiped, expired)


def revoke_machine(
    owner: Address, site: SiteAtCentre, symbols: str, clock: Clock, *, at_once: bool
) -> Machine:
    """Take a machine out of service; SetupError where the site has none of these symbols.

    A kiosk sends what it has at its next contact and wipes itself; `at_once` shuts it out now
    instead. A desk machine, which keeps nothing, is always shut out.
    """
    with owner_transaction(owner, site.site_id) as transaction:
        machine = _find(machines.every(transaction), site.site_id, symbols)
        if machine.revoked_at is None:
            machines.revoke(transaction, machine, clock.now())
        closed = machine.has_joined and (at_once or machine.kind == "desk")
        if not machine.has_joined:
            machines.forget(transaction, [machine])
        elif closed:
            machines.close_role(transaction, machine)
    if closed:
        # Once more: it may have come in again before the first was committed.
        with owner_transaction(owner) as transaction:
            machines.end_sessions(transaction, machine)
    return machine


def declare_restored(owner: Address, clock: Clock, entropy: Entropy) -> tuple[int, int]:
    """Let every machine pull and send all again, after the centre was restored from a backup.

    Gives how many sites there are, and how many joined machines have no role on this server.
    """
    with owner_transaction(owner) as transaction:
        check_terms(sites.terms(transaction))
        count = sites.renew_epochs(transaction, lambda: uuid7(clock.now(), entropy(ENTROPY_BYTES)))
        every = machines.every(transaction)
    lost = [one for one in every if one.has_joined and one.revoked_at is None]
    return count, sum(not one.may_sign_in for one in lost)


def _is_called(site: SiteAtCentre, wanted: str) -> bool:
    low = clean(wanted).casefold()
    return clean(site.name).casefold() == low or (
        len(low) >= _SIGN_ID and site.site_id.hex.endswith(low.replace("-", ""))
    )


def _is_done_with(machine: Machine) -> bool:
    return (
        machine.revoked_at is not None
        and machine.wiped_at is not None
        and machine.wiped_at >= machine.enrolled_at
    )


def _find(every: list[Machine], site_id: UUID, symbols: str) -> Machine:
    wanted = clean(symbols).upper()
    for one in every:
        if one.site_id == site_id and one.symbols == wanted:
            return one
    raise SetupError(f"This clinic has no machine {wanted}; see `kiosk central status`.")
