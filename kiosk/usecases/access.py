"""The way in for staff: a passphrase opens an account's keys, and its roles open desks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.staff import Purpose, Role, plain_login
from kiosk.errors import AccessRefused, VaultError
from kiosk.records import staff
from kiosk.usecases.attempts import Attempts
from kiosk.usecases.auditing import add_entry
from kiosk.usecases.callbacks import CallbackDesk
from kiosk.usecases.roster import RosterDesk
from kiosk.usecases.staffdesk import House, SignedIn
from kiosk.vault.keys import (
    DEFAULT_COST,
    Cost,
    KeyRing,
    PrivateSealingKey,
    dummy_unwrap,
    unwrap_ring,
)


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """The name or the passphrase is wrong, nobody says which; or it is too soon to try."""

    wait_seconds: int
    """How long to wait before the next try."""


class Access:
    """Signs staff in and hands out their desks."""

    def __init__(self, house: House, cost: Cost = DEFAULT_COST) -> None:
        """Take `cost`: what a passphrase costs; an unknown name takes as long as a known one."""
        self._house = house
        self._store = house.store
        self._clock = house.clock
        self._entropy = house.entropy
        self._site = house.site
        self._cost = cost
        self._attempts = Attempts(house.site, "login")

    def sign_in(self, login: str, passphrase: str) -> SignedIn | SignInRefused:
        """Try a passphrase (some 0.1 s, in a thread).

        Unknown and disabled names get the same answer in the same time. A try is counted before
        it is made, so that tries side by side cannot outrun the wait.
        """
        name = plain_login(login)
        with self._store.write() as transaction:
            wait = self._attempts.begin(transaction, self._clock.now(), name)
            account = staff.find(transaction, self._site.site_id, name)
        if wait is not None:
            return SignInRefused(wait)
        keys = self._unwrap(account, passphrase)
        with self._store.write() as transaction:
            now = self._clock.now()
            if account is None or keys is None:
                self._audit(transaction, now, AuditAction.SIGN_IN_REFUSED, subject=account)
                return SignInRefused(self._attempts.wait(transaction, now, name))
            self._attempts.succeed(transaction, name)
            self._audit(transaction, now, AuditAction.SIGNED_IN, by=account)
        return SignedIn(account.staff, keys, now, account.must_change)

    def roster_desk(self, signed_in: SignedIn) -> RosterDesk:
        """Open the facilitator's desk; AccessRefused without the role."""
        return RosterDesk(self._house, signed_in, _keys(signed_in, RosterDesk.role, Purpose.ROSTER))

    def callback_desk(self, signed_in: SignedIn) -> CallbackDesk:
        """Open the caller's desk; AccessRefused without the role."""
        keys = _keys(signed_in, CallbackDesk.role, Purpose.CALLBACKS)
        return CallbackDesk(self._house, signed_in, keys)

    def _unwrap(self, account: staff.Account | None, passphrase: str) -> KeyRing | None:
        if account is None:
            dummy_unwrap(passphrase, self._cost)
            return None
        try:
            keys = unwrap_ring(account.wrapped_keys, passphrase, account=account.staff.id)
        except VaultError:
            return None
        return None if account.disabled else keys

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
