"""Makes staff accounts: the keys of their roles, wrapped under their passphrase."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.staff import (
    LONGEST_LOGIN,
    PassphraseProblem,
    Purpose,
    Role,
    Staff,
    check_passphrase,
    is_login,
    normalise_login,
    purposes_of_roles,
)
from kiosk.errors import AccessRefused, SetupError
from kiosk.presentation.staff import PASSPHRASE_PROBLEMS
from kiosk.records import staff
from kiosk.records.database.store import Records
from kiosk.records.database.writing import add_reference
from kiosk.records.schema.system_tables import StaffAccount
from kiosk.usecases.audit_trail import add_entry
from kiosk.usecases.site import SiteInfo
from kiosk.usecases.staff_desk import SignedIn
from kiosk.vault.keys import PrivateSealingKey, Rights, wrap_ring
from kiosk.vault.passphrases import DEFAULT_COST, Cost

_BAD_LOGIN = f"A login has 1 to {LONGEST_LOGIN} plain characters; choose another."
_NO_ROLE = "An account needs at least one role: facilitator, caller or manager."


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A staff account that is to be made."""

    login: str
    passphrase: str = field(repr=False)
    roles: frozenset[Role]
    languages: frozenset[CallLanguage] = frozenset()
    """What they speak on the phone; empty stands for all."""
    offers: frozenset[CallerWish] = frozenset()
    """Which of `wishes.CallerWish` they are; empty where nothing is told."""
    is_sample: bool = False
    """Whether it is the sample clinic's, whose passphrase everybody knows anyway."""


def build_account(
    site: SiteInfo,
    account_id: UUID,
    new: NewAccount,
    keys: Mapping[Purpose, PrivateSealingKey | Mapping[bytes, PrivateSealingKey]],
    now: datetime,
    cost: Cost = DEFAULT_COST,
    *,
    must_change: bool = False,
) -> StaffAccount:
    """Build the row of an account with those of `keys` that its roles open (some 0.1 s).

    With `must_change` the passphrase has to be replaced at the first sign-in.
    Raises SetupError where the login, the passphrase or the roles will not do.
    """
    login = normalise_login(new.login)
    if not is_login(login):
        raise SetupError(_BAD_LOGIN)
    if not new.roles:
        raise SetupError(_NO_ROLE)
    passphrase = (
        new.passphrase if new.is_sample else check_passphrase(new.passphrase, login, site.name)
    )
    if isinstance(passphrase, PassphraseProblem):
        raise SetupError(PASSPHRASE_PROBLEMS[passphrase])
    held = {purpose: keys[purpose] for purpose in purposes_of_roles(new.roles)}
    return StaffAccount(
        id=account_id,
        site_id=site.site_id,
        login=login,
        roles=format_codes(new.roles),
        wrapped_keys=wrap_ring(
            held, passphrase, account=account_id, rights=Rights(new.roles, must_change), cost=cost
        ),
        created_at=now,
        must_change=must_change,
        languages=format_codes(new.languages),
        offers=format_codes(new.offers),
    )


class AccountMaker:
    """Adds staff accounts on behalf of a manager, with a passphrase that is theirs already."""

    def __init__(
        self,
        store: Records,
        clock: Clock,
        entropy: Entropy,
        site: SiteInfo,
        manager: SignedIn,
        cost: Cost = DEFAULT_COST,
    ) -> None:
        """Take the signed-in manager whose keys are passed on; AccessRefused without that role."""
        if Role.MANAGER not in manager.staff.roles:
            raise AccessRefused("Only a manager can add staff; ask one to sign in.")
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._site = site
        self._manager = manager
        self._cost = cost

    def add(self, new: NewAccount) -> Staff:
        """Add an account (some 0.1 s); SetupError where the login is taken, and nothing changes."""
        made_at = self._clock.now()
        id_ = uuid7(made_at, self._entropy(ENTROPY_BYTES))
        row = build_account(self._site, id_, new, self._manager.keys, made_at, self._cost)
        with self._store.write() as transaction:
            if staff.find_by_login(transaction, self._site.site_id, row.login) is not None:
                raise SetupError("There is an account of this login already; choose another.")
            add_reference(transaction, row)
            add_entry(
                transaction,
                self._site,
                self._entropy,
                self._clock.now(),
                AuditAction.STAFF_ADDED,
                by_staff=self._manager.staff.id,
                subject=id_,
            )
        return Staff(id_, row.login, new.roles)


def format_codes(values: Iterable[Role | CallLanguage | CallerWish]) -> str:
    """Return roles, languages or offers as their column takes them: sorted codes with commas."""
    return ",".join(sorted(value.value for value in values))
