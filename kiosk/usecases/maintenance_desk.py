"""The desk of the maintenance screen: it opens by a PIN and shows no person."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.audit import AuditAction
from kiosk.domain.central.incarnations import describe_own
from kiosk.domain.clock_sync import SyncProblem, describe_sync_problem, is_doubtful
from kiosk.domain.staff import sign_in_wait_left
from kiosk.domain.text import clean
from kiosk.errors import StoreBusy, StoreFull
from kiosk.records import outbox
from kiosk.records import site as site_rows
from kiosk.records.database.store import Records
from kiosk.usecases.access import SignInThrottle
from kiosk.usecases.audit_trail import add_entry, add_late_entries
from kiosk.usecases.site import SiteInfo
from kiosk.vault.passphrases import verify_pin


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """Whether a PIN was right, and how long to wait before the next try."""

    accepted: bool
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class MaintenanceStatus:
    """The state of this kiosk: its clock, its contact with central, and what waits to be sent."""

    site_name: str
    kiosk_name: str
    symbols: str
    version: str
    zone: ZoneInfo
    now: datetime
    """By the kiosk's clock."""
    clock_ok: bool
    """False where the clock is earlier than the kiosk's last fact; facts are then marked."""
    last_fact_at: datetime
    contact_at: datetime | None
    """The last contact with the centre; None without one."""
    clock_offset_ms: int | None
    """The centre's clock minus this one at the last contact."""
    has_central: bool
    """False where all records stay on this machine."""
    problem: str | None
    """Why the last contact failed, as a sentence for staff; None where it went well."""
    pending: int
    """Rows that wait to be sent."""
    parked: int
    """Rows that the centre refuses; they need a person."""
    out_of_order: str | None
    folder: str = ""
    """What staff must know of copies of its folder, as a sentence; empty where there are none."""


class MaintenanceDesk:
    """What the maintenance screen may do; one method, one transaction, one answer."""

    def __init__(
        self,
        store: Records,
        clock: Clock,
        entropy: Entropy,
        site: SiteInfo,
        version: str,
        *,
        has_central: bool = False,
    ) -> None:
        self._store = store
        self._has_central = has_central
        self._clock = clock
        self._entropy = entropy
        self._site = site
        self._version = version
        self._throttle = SignInThrottle(site, "pin")
        self._unwritten_tries = (0, clock.now())
        """How many wrong PINs were typed while nothing could be written, and when the last."""

    def unlock(self, pin: str) -> PinAnswer:
        """Try the PIN (some 0.1 s, in a thread); a try is counted before it is made.

        Where nothing can be written tries are counted in memory, and none is in the audit trail:
        staff have to get in most of all when a disk is full or worn.
        """
        try:
            return self._unlock(pin)
        except (StoreBusy, StoreFull):
            return self._unlock_unwritten(pin)

    def _unlock(self, pin: str) -> PinAnswer:
        with self._store.write() as transaction:
            wait = self._throttle.begin(transaction, self._clock.now(), "")
            stored = site_rows.pin_hash(transaction, self._site.kiosk_id)
        if wait is not None:
            return PinAnswer(accepted=False, wait_seconds=wait)
        accepted = verify_pin(stored, pin)
        with self._store.write() as transaction:
            now = self._clock.now()
            if not accepted:
                self._audit(transaction, now, AuditAction.MAINTENANCE_REFUSED)
                left = self._throttle.wait(transaction, now, "")
                return PinAnswer(accepted=False, wait_seconds=left)
            self._throttle.succeed(transaction, "")
            self._audit(transaction, now, AuditAction.MAINTENANCE_UNLOCKED)
        return PinAnswer(accepted=True)

    def _unlock_unwritten(self, pin: str) -> PinAnswer:
        with self._store.read() as transaction:
            now = self._clock.now()
            kept = self._throttle.wait(transaction, now, "")
            stored = site_rows.pin_hash(transaction, self._site.kiosk_id)
        tries, last = self._unwritten_tries
        wait = max(kept, math.ceil(sign_in_wait_left(tries, last, now).total_seconds()))
        if wait:
            return PinAnswer(accepted=False, wait_seconds=wait)
        if verify_pin(stored, pin):
            self._unwritten_tries = (0, now)
            return PinAnswer(accepted=True)
        self._unwritten_tries = (tries + 1, now)
        left = sign_in_wait_left(tries + 1, now, now)
        return PinAnswer(accepted=False, wait_seconds=math.ceil(left.total_seconds()))

    def note_refusals(self, times: Sequence[datetime]) -> None:
        """Keep when something could not be kept for a visitor, an entry of the audit trail each."""
        with self._store.write() as transaction:
            action = AuditAction.VISITOR_REFUSED
            add_late_entries(
                transaction, self._site, self._entropy, self._clock.now(), action, times
            )

    def status(self) -> MaintenanceStatus:
        """Return the state of this kiosk."""
        with self._store.read() as transaction:
            itself = site_rows.machine_state(transaction, self._site.kiosk_id)
            pending, parked = outbox.count_pending(transaction), outbox.count_parked(transaction)
            now = self._clock.now()
        return MaintenanceStatus(
            site_name=self._site.name,
            kiosk_name=self._site.kiosk_name,
            symbols=self._site.symbols,
            version=self._version,
            zone=self._site.zone,
            now=now,
            clock_ok=not is_doubtful(now, itself.last_fact_at),
            last_fact_at=itself.last_fact_at,
            contact_at=itself.contact_at,
            clock_offset_ms=itself.clock_offset_ms,
            has_central=self._has_central,
            problem=_describe_problem(itself.problem),
            pending=pending,
            parked=parked,
            out_of_order=itself.out_of_order,
            folder=describe_own(itself.incarnation_at, itself.twin_at, now),
        )

    def out_of_order(self) -> str | None:
        """Return why the kiosk is closed to visitors, or None while it is open."""
        with self._store.read() as transaction:
            return site_rows.machine_state(transaction, self._site.kiosk_id).out_of_order

    def set_out_of_order(self, reason: str | None) -> None:
        """Close the kiosk to visitors for a reason, or open it by None; survives a restart."""
        with self._store.write() as transaction:
            plain = None if reason is None else clean(reason)
            before = site_rows.machine_state(transaction, self._site.kiosk_id).out_of_order
            if plain == before:
                return
            site_rows.set_out_of_order(transaction, self._site.kiosk_id, plain)
            closed = plain is not None
            action = AuditAction.CLOSED_TO_VISITORS if closed else AuditAction.OPENED_TO_VISITORS
            self._audit(transaction, self._clock.now(), action)

    def trust_clock(self) -> None:
        """Confirm that the clock is right: facts of a time when it was ahead no longer count."""
        with self._store.write() as transaction:
            now = self._clock.now()
            last = site_rows.machine_state(transaction, self._site.kiosk_id).last_fact_at
            if not is_doubtful(now, last):
                return
            site_rows.set_last_fact_at(transaction, self._site.kiosk_id, now)
            self._audit(transaction, now, AuditAction.CLOCK_TRUSTED)

    def _audit(self, transaction: Transaction, now: datetime, action: AuditAction) -> None:
        add_entry(transaction, self._site, self._entropy, now, action)


def _describe_problem(code: str | None) -> str | None:
    """Return a problem's code as a sentence for staff; a code of another version as it is."""
    if code is None or code not in {problem.value for problem in SyncProblem}:
        return code
    return describe_sync_problem(SyncProblem(code))
