"""Staff signing in: a passphrase opens an account's keys, and its roles open desks."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.staff import (
    FORGOTTEN_AFTER,
    PassphraseProblem,
    Purpose,
    Role,
    Staff,
    check_passphrase,
    is_login,
    normalise_login,
    normalise_passphrase,
    purposes_of_roles,
    roles_in_force,
    sign_in_wait_left,
)
from kiosk.errors import AccessRefused, VaultError
from kiosk.records import staff
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.database.writing import change_reference
from kiosk.records.schema.system_tables import StaffAccount
from kiosk.usecases.admin.anomalies_desk import AnomaliesDesk
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.admin.person_desk import PersonDesk
from kiosk.usecases.attendance.roster_desk import RosterDesk
from kiosk.usecases.audit_trail import add_entry
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.callbacks.entry import EntryDesk
from kiosk.usecases.groups.desk import GroupsDesk
from kiosk.usecases.menu_desk import MenuDesk
from kiosk.usecases.passes.desk import PassDesk
from kiosk.usecases.site import SiteInfo
from kiosk.usecases.staff.accounts_desk import AccountsDesk
from kiosk.usecases.staff_desk import Context, SignedIn
from kiosk.vault.keys import (
    NO_KEYS,
    KeyRing,
    OpenedRing,
    PrivateSealingKey,
    Rights,
    dummy_unwrap,
    unwrap_ring,
    wrap_ring,
)
from kiosk.vault.passphrases import DEFAULT_COST, Cost


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """The name or the passphrase is wrong (which of them is not shown), or it is too soon."""

    wait_seconds: int
    """How long to wait before the next try."""


class Access:
    """Signs staff in and opens their desks."""

    def __init__(self, context: Context, cost: Cost = DEFAULT_COST) -> None:
        """Take the cost of a passphrase, so that an unknown name takes as long as a known one."""
        self._context = context
        self._store = context.store
        self._clock = context.clock
        self._entropy = context.entropy
        self._site = context.site
        self._cost = cost
        self._throttle = SignInThrottle(context.site, "login")

    def sign_in(self, login: str, passphrase: str) -> SignedIn | SignInRefused:
        """Try a passphrase (some 0.1 s, in a thread).

        Unknown and disabled names get the same answer in the same time. A try is counted before
        it is made, so that tries side by side cannot outrun the wait.
        """
        proven = self._prove(login, passphrase)
        if isinstance(proven, SignInRefused):
            return proven
        # A role that was taken away takes its keys along, for only now can they be wrapped anew.
        anew = None if proven.is_as_wrapped else self._wrap(proven, passphrase)
        with self._store.write() as transaction:
            now, account = self._clock.now(), proven.account
            self._throttle.succeed(transaction, account.staff.login)
            if anew is not None and self._is_current(transaction, account):
                change_reference(transaction, StaffAccount, account.staff.id, anew)
            self._audit(transaction, now, AuditAction.SIGNED_IN, by=account)
        return SignedIn(proven.staff, proven.keys, now, proven.rights.must_change)

    def change_passphrase(
        self, login: str, old: str, new: str
    ) -> SignedIn | SignInRefused | PassphraseProblem:
        """Replace a passphrase by one of the person's own choice, and sign them in with it.

        `old` is tried as in `sign_in`, with the same waits; `new` that will not do is told before
        that. Takes some 0.2 s, so call it in a thread.
        """
        if normalise_passphrase(new) == normalise_passphrase(old):
            return PassphraseProblem.SAME
        chosen = check_passphrase(new, login, self._site.name)
        if isinstance(chosen, PassphraseProblem):
            return chosen
        proven = self._prove(login, old)
        if isinstance(proven, SignInRefused):
            return proven
        proven = replace(proven, rights=Rights(proven.rights.roles))
        account, wrapped = proven.account, self._wrap(proven, chosen)
        with self._store.write() as transaction:
            now = self._clock.now()
            if not self._is_current(transaction, account):
                return SignInRefused(self._throttle.wait(transaction, now, account.staff.login))
            self._throttle.succeed(transaction, account.staff.login)
            values = {**wrapped, "must_change": False}
            change_reference(transaction, StaffAccount, account.staff.id, values)
            self._audit(transaction, now, AuditAction.PASSPHRASE_CHANGED, by=account)
        return SignedIn(proven.staff, proven.keys, now)

    def groups_desk(self, signed_in: SignedIn) -> GroupsDesk:
        """Open the manager's desk of groups and sessions; AccessRefused without the role."""
        _check_role(signed_in, GroupsDesk.role)
        return GroupsDesk(self._context, signed_in)

    def accounts_desk(self, signed_in: SignedIn) -> AccountsDesk:
        """Open the manager's desk of staff accounts; AccessRefused without the role."""
        _check_role(signed_in, AccountsDesk.role)
        return AccountsDesk(self._context, signed_in, self._cost)

    def roster_desk(self, signed_in: SignedIn) -> RosterDesk:
        """Open the facilitator's desk; AccessRefused without the role."""
        return RosterDesk(
            self._context, signed_in, _keys(signed_in, RosterDesk.role, Purpose.ROSTER)
        )

    def pass_desk(self, signed_in: SignedIn) -> PassDesk:
        """Open the facilitator's desk for members and passes; AccessRefused without the role."""
        keys = _keys(signed_in, PassDesk.role, Purpose.ROSTER)
        return PassDesk(self._context, signed_in, keys)

    def callback_desk(self, signed_in: SignedIn) -> CallbackDesk:
        """Open the caller's desk; AccessRefused without the role."""
        keys = _keys(signed_in, CallbackDesk.role, Purpose.CALLBACKS)
        return CallbackDesk(self._context, signed_in, keys)

    def entry_desk(self, signed_in: SignedIn) -> EntryDesk:
        """Open the desk for entering requests; AccessRefused without a role that may."""
        if Role.CALLER not in signed_in.staff.roles:
            _check_role(signed_in, Role.CLINICIAN)
        return EntryDesk(self._context, signed_in)

    def oversight_desk(self, signed_in: SignedIn) -> OversightDesk:
        """Open the manager's desk over the records; AccessRefused without the role."""
        keys = _keys(signed_in, OversightDesk.role, Purpose.CALLBACKS)
        return OversightDesk(self._context, signed_in, keys)

    def person_desk(self, signed_in: SignedIn) -> PersonDesk:
        """Open the manager's desk of one person's data; AccessRefused without the role."""
        keys = _keys(signed_in, PersonDesk.role, Purpose.CALLBACKS)
        roster = _keys(signed_in, PersonDesk.role, Purpose.ROSTER)
        return PersonDesk(self._context, signed_in, keys, roster)

    def anomalies_desk(self, signed_in: SignedIn) -> AnomaliesDesk:
        """Open the desk of anomalies; AccessRefused without the role of facilitator or manager."""
        if Role.FACILITATOR not in signed_in.staff.roles:
            _check_role(signed_in, Role.MANAGER)
        return AnomaliesDesk(self._context, signed_in)

    def menu_desk(self, signed_in: SignedIn) -> MenuDesk:
        """Open the desk behind the menu; AccessRefused before a passphrase of one's own."""
        _check_role(signed_in, min(signed_in.staff.roles))
        # It opens nothing, and may still be reading while the keys go.
        return MenuDesk(self._context, replace(signed_in, keys={}))

    def _prove(self, login: str, passphrase: str) -> "_ProvenAccount | SignInRefused":
        """Count a try, make it, and return what a right passphrase opens."""
        name = normalise_login(login)
        with self._store.write() as transaction:
            known = is_login(name)
            if known:
                ask_ahead(
                    transaction,
                    lambda: staff.find_by_login(transaction, self._site.site_id, name),
                )
            wait = self._throttle.begin(transaction, self._clock.now(), name)
            account = staff.find_by_login(transaction, self._site.site_id, name) if known else None
        if wait is not None:
            return SignInRefused(wait)
        opened = self._unwrap(account, passphrase)
        if account is not None and opened is not None:
            return _proven(account, opened)
        with self._store.write() as transaction:
            now = self._clock.now()
            self._audit(transaction, now, AuditAction.SIGN_IN_REFUSED, subject=account)
            return SignInRefused(self._throttle.wait(transaction, now, name))

    def _wrap(self, proven: "_ProvenAccount", passphrase: str) -> dict[str, object]:
        account_id = proven.account.staff.id
        text = wrap_ring(
            proven.keys, passphrase, account=account_id, rights=proven.rights, cost=self._cost
        )
        return {"wrapped_keys": text}

    def _is_current(self, transaction: Transaction, account: staff.Account) -> bool:
        """Return whether the account is as it was read."""
        return staff.find_by_id(transaction, self._site.site_id, account.staff.id) == account

    def _unwrap(self, account: staff.Account | None, passphrase: str) -> OpenedRing | None:
        if account is None or account.wrapped_keys == NO_KEYS:
            dummy_unwrap(passphrase, self._cost)
            return None
        try:
            opened = unwrap_ring(account.wrapped_keys, passphrase, account=account.staff.id)
        except VaultError:
            return None
        return None if account.disabled else opened

    def _audit(
        self,
        transaction: Transaction,
        now: datetime,
        action: AuditAction,
        *,
        by: staff.Account | None = None,
        subject: staff.Account | None = None,
    ) -> None:
        add_entry(
            transaction,
            self._site,
            self._entropy,
            now,
            action,
            by_staff=by.staff.id if by else None,
            subject=subject.staff.id if subject else None,
        )


@dataclass(frozen=True, slots=True)
class _ProvenAccount:
    """An account whose passphrase was right."""

    account: staff.Account
    """As it is stored, which whoever has the file can edit."""
    keys: KeyRing = field(repr=False)
    """Those that the roles in force open."""
    rights: Rights
    """The roles in force, and whether the passphrase is to be replaced."""
    is_as_wrapped: bool
    """Whether nothing has to be wrapped anew."""

    @property
    def staff(self) -> Staff:
        """The person, with the roles in force."""
        return replace(self.account.staff, roles=self.rights.roles)


def _proven(account: staff.Account, opened: OpenedRing) -> _ProvenAccount:
    """Return what an account's own passphrase opens of it: no more than its keys vouch for."""
    bound = opened.rights
    roles = roles_in_force(account.staff.roles, opened.keys, None if bound is None else bound.roles)
    wanted = purposes_of_roles(roles)
    keys = {purpose: held for purpose, held in opened.keys.items() if purpose in wanted}
    must_change = account.must_change or (bound is not None and bound.must_change)
    rights = Rights(roles, must_change)
    # Where no role is in force the row was edited, which must not cost anybody their keys.
    as_wrapped = not roles or (keys, rights) == (opened.keys, bound)
    return _ProvenAccount(account, keys, rights, as_wrapped)


class SignInThrottle:
    """The waits between wrong tries of one kind ("login" or "pin") on this machine."""

    def __init__(self, site: SiteInfo, kind: str) -> None:
        self._site = site
        self._kind = kind

    def begin(self, transaction: Transaction, now: datetime, name: str) -> int | None:
        """Count a try as failed until it succeeds; return the seconds to wait where it is too soon.

        Names are counted whether or not they exist: else the wait would show which exist.
        """
        staff.forget_failures_before(transaction, now - FORGOTTEN_AFTER)
        digest = self._digest(name)
        failures = staff.failures(transaction, digest)
        if failures is None:
            staff.add_failure(transaction, self._site.site_id, self._site.kiosk_id, digest, now)
            return None
        left = sign_in_wait_left(failures.count, failures.last_at, now)
        if left > timedelta(0):
            if failures.last_at > now:
                # The clock went back: the wait begins anew, so that it ends at all.
                staff.set_failures(transaction, digest, failures.count, now)
            return math.ceil(left.total_seconds())
        staff.set_failures(transaction, digest, failures.count + 1, now)
        return None

    def wait(self, transaction: Transaction, now: datetime, name: str) -> int:
        """Return the seconds to wait before the next try."""
        failures = staff.failures(transaction, self._digest(name))
        if failures is None:
            return 0
        return math.ceil(sign_in_wait_left(failures.count, failures.last_at, now).total_seconds())

    def succeed(self, transaction: Transaction, name: str) -> None:
        """Begin the count anew."""
        staff.forget_failures(transaction, self._digest(name))

    def _digest(self, name: str) -> bytes:
        """Return a keyed hash of the name: people also type a passphrase into the wrong field."""
        text = f"{self._kind}\0{name}".encode("utf-8", "surrogatepass")
        key = self._site.site_id.bytes + self._site.kiosk_id.bytes
        return blake2b(text, digest_size=16, key=key, person=b"kiosk.attempt").digest()


def _keys(signed_in: SignedIn, role: Role, purpose: Purpose) -> Mapping[bytes, PrivateSealingKey]:
    _check_role(signed_in, role)
    keys = signed_in.keys.get(purpose)
    if not keys:
        raise AccessRefused("This account holds no key for this; ask a manager to make it anew.")
    return keys


def _check_role(signed_in: SignedIn, role: Role) -> None:
    if role not in signed_in.staff.roles:
        raise AccessRefused(
            f"This needs the role {role.value}; a manager can add it to the account."
        )
    if signed_in.must_change:
        raise AccessRefused("Choose a passphrase of your own first; then sign in again.")
