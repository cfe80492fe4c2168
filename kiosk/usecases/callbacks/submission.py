"""What a visitor may do about callback requests: send one, and withdraw it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.callbacks.request import (
    SERIALS,
    CallbackDraft,
    Receipt,
    RequestPhase,
    SlipState,
    format_reference,
)
from kiosk.domain.callbacks.state import CallbackState, callback_state, request_phase
from kiosk.domain.callbacks.waiting_times import LEAST_CLOSED_REQUESTS, promised_days
from kiosk.domain.callbacks.wishes import join_wishes
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import Code, CodeKind, decode, derive_lookup, encode
from kiosk.domain.staff import Purpose
from kiosk.domain.text import clean
from kiosk.domain.working_time import WorkingCalendar
from kiosk.records import callbacks, outbox
from kiosk.records.database.store import Records
from kiosk.records.database.writing import add_fact
from kiosk.records.schema.tables import CallbackRequest, CallbackWithdrawal
from kiosk.usecases.site import SealingKeys, SiteInfo
from kiosk.vault.sealing import seal

CALLBACK_REQUEST = "callback_request"
"""The table that a sealed request is bound to."""
_SERIAL_BYTES = 8
_FRESH = timedelta(hours=1)
_LOOK_BACK = timedelta(days=180)
_MOST_REQUESTS = 500
"""The latest ones; older months describe today badly."""


class VisitorRequests:
    """The callback requests of the visitor's desk, inside the desk's transactions."""

    def __init__(self, entropy: Entropy, site: SiteInfo, sealing: SealingKeys) -> None:
        self._entropy = entropy
        self._site = site
        self._sealing = sealing

    def send(
        self, transaction: Transaction, now: datetime, draft: CallbackDraft, promise_days: int
    ) -> Receipt:
        """Seal and keep a request; the same draft again returns the same receipt."""
        digits = encode(CodeKind.SLIP, draft.slip_secret)
        kept = callbacks.find(transaction, draft.id)
        if kept is not None:
            return Receipt(kept.ref, digits, kept.created_at, promise_days)
        reference = self._free_reference(transaction)
        add_fact(transaction, self._row(now, draft, reference), now)
        return Receipt(reference, digits, now, promise_days)

    def state(self, transaction: Transaction, digits: str) -> SlipState:
        """Return the state of the request of a slip, by its digits; it names nobody."""
        slip = _read_slip(digits)
        if slip is None:
            return SlipState(RequestPhase.NOT_KNOWN, None, "")
        kept = callbacks.find_by_slip(transaction, slip.lookup)
        if kept is None:
            return SlipState(RequestPhase.NOT_KNOWN, None, slip.digits)
        confirmed = outbox.confirmed_at(transaction, kept.id, kept.kiosk_seq)
        states = [state for _, state in self._merged(transaction, kept.id)]
        # Once the request that it was merged into is settled, that one's state counts.
        shown = states[-1] if states[-1].since is not None else states[0]
        where, since = request_phase(shown, kept.created_at, confirmed)
        return SlipState(where, since, slip.digits)

    def withdraw(self, transaction: Transaction, now: datetime, digits: str) -> SlipState:
        """Withdraw the request of a slip, once; a closed or unknown one stays as it is."""
        before = self.state(transaction, digits)
        if before.phase not in (RequestPhase.KEPT_HERE, RequestPhase.WITH_CLINIC):
            return before
        slip = _read_slip(digits)
        kept = callbacks.find_by_slip(transaction, slip.lookup) if slip else None
        if kept is not None:
            for request_id, _ in self._merged(transaction, kept.id):
                self._add_withdrawal(transaction, now, request_id=request_id)
        return SlipState(RequestPhase.WITHDRAWN, now, before.slip_digits)

    def _merged(
        self, transaction: Transaction, request_id: UUID
    ) -> list[tuple[UUID, CallbackState]]:
        """Return a request and those it was merged into, in order, with their states."""
        found: dict[UUID, CallbackState] = {}
        wanted: UUID | None = request_id
        while wanted is not None and wanted not in found:
            events = callbacks.events_of(transaction, wanted)
            found[wanted] = callback_state(events, callbacks.withdrawal_times(transaction, wanted))
            wanted = found[wanted].merged_into
        return list(found.items())

    def note(self, transaction: Transaction, now: datetime, reference: str) -> None:
        """Keep a well-formed reference for staff, once, whether or not there is such a request.

        One that staff have dismissed since is kept again.
        """
        noted = callbacks.typed_withdrawal_times(transaction, reference)
        dismissed = max(callbacks.dismissal_times(transaction, reference), default=None)
        if not noted or (dismissed is not None and dismissed >= max(noted)):
            self._add_withdrawal(transaction, now, ref=reference)

    def _free_reference(self, transaction: Transaction) -> str:
        while True:
            serial = int.from_bytes(self._entropy(_SERIAL_BYTES)) % SERIALS
            reference = format_reference(self._site.symbols, serial)
            if not callbacks.ref_is_taken(transaction, reference):
                return reference

    def _row(self, now: datetime, draft: CallbackDraft, reference: str) -> CallbackRequest:
        sealed = seal(
            {
                "name": clean(draft.preferred_name),
                "phone": draft.phone,
                "message_policy": draft.message_policy.value,
                "answered_by_other": draft.answered_by_other.value,
                "share_with_team": draft.share_with_team,
                # Sealed too: the list is made of opened requests, and what somebody wants to talk
                # about, or for whom, tells more of them than when they may be called.
                "wishes": join_wishes(draft.wishes),
                # The columns beside the sealed text could be edited; these copies could not.
                "reference": reference,
                "created_at": now.isoformat(),
            },
            purpose=Purpose.CALLBACKS.value,
            table=CALLBACK_REQUEST,
            record_id=draft.id,
            recipients=self._sealing[Purpose.CALLBACKS],
        )
        return CallbackRequest(
            id=draft.id,
            site_id=self._site.site_id,
            kiosk_id=self._site.kiosk_id,
            ref=reference,
            slip_lookup=derive_lookup(draft.slip_secret),
            sealed=sealed,
            call_language=draft.call_language.value,
            windows=",".join(sorted(window.value for window in draft.windows)),
            not_before=draft.not_before,
            ui_language=draft.ui_language,
            consent_version=draft.consent_version,
            created_at=now,
        )

    def _add_withdrawal(
        self,
        transaction: Transaction,
        now: datetime,
        *,
        request_id: UUID | None = None,
        ref: str | None = None,
    ) -> None:
        withdrawal = CallbackWithdrawal(
            id=uuid7(now, self._entropy(ENTROPY_BYTES)),
            site_id=self._site.site_id,
            kiosk_id=self._site.kiosk_id,
            request_id=request_id,
            ref=ref,
            at=now,
        )
        add_fact(transaction, withdrawal, now)


class CallbackPromise:
    """Within how many working days most people get a call; measured at most once an hour."""

    def __init__(
        self, store: Records, clock: Clock, site: SiteInfo, calendar: WorkingCalendar
    ) -> None:
        self._store = store
        self._clock = clock
        self._site = site
        self._calendar = calendar
        self._measured: tuple[datetime, int] | None = None

    def days(self) -> int:
        """Return the number of working days."""
        now = self._clock.now()
        if self._measured is not None:
            at, days = self._measured
            if at <= now < at + _FRESH:
                return days
        with self._store.read() as transaction:
            found = callbacks.first_calls(
                transaction, self._site.site_id, now - _LOOK_BACK, _MOST_REQUESTS
            )
        days = promised_days(self._waits(found))
        self._measured = now, days
        return days

    def _waits(self, found: Collection[tuple[datetime, datetime]]) -> list[float]:
        # The calendar is used only where needed: its public holidays take long to load at a start.
        if len(found) < LEAST_CLOSED_REQUESTS:
            return []
        return [self._calendar.days_between(made, rung) for made, rung in found]


class _Slip(NamedTuple):
    digits: str
    lookup: bytes


def _read_slip(digits: str) -> _Slip | None:
    code = decode(digits)
    if not isinstance(code, Code) or code.kind is not CodeKind.SLIP:
        return None
    return _Slip(encode(CodeKind.SLIP, code.secret), derive_lookup(code.secret))
