"""The base of staff's desks: who is signed in, and the check that they may still work here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.audit import AuditAction
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.policy import Rules
from kiosk.domain.staff import Role, Staff
from kiosk.domain.working_time import WorkingCalendar
from kiosk.errors import SignedOut
from kiosk.records import staff
from kiosk.records.database.ahead import ask_ahead, end_ahead
from kiosk.records.database.store import Records
from kiosk.usecases.audit_trail import add_entry, ask_for_entry
from kiosk.usecases.site import SealingKeys, SiteInfo
from kiosk.vault.keys import KeyRing, PrivateSealingKey

LONGEST_STAY = timedelta(hours=8)
"""The longest time from one sign-in to the next."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member of staff with the keys of their roles; drop it to sign out."""

    staff: Staff
    keys: KeyRing = field(repr=False)
    since: datetime
    """When they signed in."""
    must_change: bool = False
    """True where a manager set the passphrase: no desk opens before it is replaced."""


@dataclass(frozen=True, slots=True)
class Context:
    """What all desks of one clinic share."""

    store: Records
    clock: Clock
    entropy: Entropy
    site: SiteInfo
    sealing: SealingKeys
    rules: Rules
    calendar: WorkingCalendar
    exports: Path | None = None
    """Where exported files are kept; None where there is no such folder."""


class StaffDesk:
    """The base of the desks that exist only after sign-in; `Access` makes them."""

    role: Role
    """The role that a member of staff needs."""

    def __init__(
        self,
        context: Context,
        signed_in: SignedIn,
        keys: Mapping[bytes, PrivateSealingKey] | None = None,
    ) -> None:
        """Take who opens the desk and their keys of its purpose; `Access` has checked the role."""
        self._context = context
        self._store = context.store
        self._clock = context.clock
        self._entropy = context.entropy
        self._site = context.site
        self._signed_in = signed_in
        self._staff = signed_in.staff
        self._keys = dict(keys or {})

    @contextmanager
    def _writing(
        self, *questions: Callable[[Transaction], object], audited: bool = False
    ) -> Iterator[tuple[Transaction, datetime]]:
        """Yield a transaction and its time; SignedOut where the account may no longer work here.

        The centre is asked the `questions` of the block along with the check; with `audited` also
        for what an entry of the trail needs, which the block must then make.
        """
        with self._store.write() as transaction:
            now = self._clock.now()
            ask_ahead(transaction, *(partial(question, transaction) for question in questions))
            if audited:
                ask_for_entry(transaction, self._site, now)
            self._check(transaction, now)
            yield transaction, now

    @contextmanager
    def _reading(
        self, *questions: Callable[[Transaction], object], whole: bool = False
    ) -> Iterator[tuple[Transaction, datetime]]:
        """Yield a read-only transaction and its time; questions and errors as in `_writing`.

        With `whole` these are all questions of the block, so that the centre is waited for once.
        """
        with self._store.read() as transaction:
            now = self._clock.now()
            ask_ahead(transaction, *(partial(question, transaction) for question in questions))
            if whole:
                ask_ahead(transaction, partial(self._find_own_account, transaction))
                end_ahead(transaction)
            self._check(transaction, now)
            yield transaction, now

    def _check(self, transaction: Transaction, now: datetime) -> None:
        account = self._find_own_account(transaction)
        if account is None or account.disabled or self.role not in account.staff.roles:
            raise SignedOut("This account may no longer do this; ask a manager.")
        if account.must_change:
            raise SignedOut("Your passphrase was replaced by a manager; sign in with the new one.")
        # A clock that was set back must not lengthen a session without end.
        if abs(now - self._signed_in.since) >= LONGEST_STAY:
            raise SignedOut("You have been signed in for a long time; please sign in again.")

    def _find_own_account(self, transaction: Transaction) -> staff.Account | None:
        return staff.find_by_id(transaction, self._site.site_id, self._staff.id)

    def _audit(
        self,
        transaction: Transaction,
        now: datetime,
        action: AuditAction,
        subject: UUID | None = None,
    ) -> None:
        add_entry(
            transaction,
            self._site,
            self._entropy,
            now,
            action,
            by_staff=self._staff.id,
            subject=subject,
        )

    def _new_id(self, now: datetime) -> UUID:
        return uuid7(now, self._entropy(ENTROPY_BYTES))
