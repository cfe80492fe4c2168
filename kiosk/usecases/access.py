"""The way in for staff: a passphrase opens an account's keys, and its roles open desks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.audit import AuditAction
from kiosk.domain.staff import Purpose, Role, Staff, plain_login
from kiosk.errors import AccessRefused, VaultError
from kiosk.records import staff
from kiosk.records.store import Store
from kiosk.usecases.attempts import Attempts
from kiosk.usecases.auditing import add_entry
from kiosk.usecases.callbacks import CallbackDesk
from kiosk.usecases.roster import RosterDesk
from kiosk.usecases.site import SealingKeys, SiteFacts
from kiosk.vault.keys import (
    DEFAULT_COST,
    Cost,
    KeyRing,
    PrivateSealingKey,
    dummy_unwrap,
    unwrap_ring,
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff with the keys of their roles; drop it to sign out."""

    staff: Staff
    keys: KeyRing = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """The name or the passphrase is wrong, nobody says which; or it is too soon to try."""

    wait_seconds: int
    """How long to wait before the next try."""


class Access:
    """Signs staff in and hands out their desks."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        entropy: Entropy,
        site: SiteFacts,
        sealing: SealingKeys,
        cost: Cost = DEFAULT_COST,
    ) -> None:
        """Take `cost`: what a try with an unknown name costs, so that it takes as long."""
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._site = site
        self._sealing = sealing
        self._cost = cost
        self._attempts = Attempts(site, "login")

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
        return SignedIn(account.staff, keys)

    def roster_desk(self, signed_in: SignedIn) -> RosterDesk:
        """Open the facilitator's desk; AccessRefused without the role."""
        keys = _keys(signed_in, Role.FACILITATOR, Purpose.ROSTER)
        return RosterDesk(
            self._store,
            self._clock,
            self._entropy,
            self._site,
            self._sealing,
            (signed_in.staff, keys),
        )

    def callback_desk(self, signed_in: SignedIn) -> CallbackDesk:
        """Open the caller's desk; AccessRefused without the role."""
        keys = _keys(signed_in, Role.CALLER, Purpose.CALLBACKS)
        return CallbackDesk(
            self._store, self._clock, self._entropy, self._site, (signed_in.staff, keys)
        )

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
    keys = signed_in.keys.get(purpose)
    if role not in signed_in.staff.roles or not keys:
        raise AccessRefused(
            f"This needs the role {role.value}; a manager can add it to the account."
        )
    return keys
