"""The visitor's desk; no method reads a request or lists people."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date
from uuid import UUID

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.attendance.check_in import (
    CheckInOutcome,
    GuestWelcomed,
    JoinDraft,
    Joined,
    NothingOpen,
    ScanAgain,
    ScannerWorks,
    ScanProblem,
    SessionsToday,
    SlipShown,
)
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.request import CallbackDraft, Receipt, Window, parse_reference
from kiosk.domain.callbacks.slips import CentralSlip, SlipState
from kiosk.domain.callbacks.waiting_times import MeasuredWait
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import SECRET_BYTES, CodeKind, decode
from kiosk.domain.policy import Rules
from kiosk.domain.working_time import WorkingCalendar
from kiosk.errors import StoreBusy, StoreFull
from kiosk.records.database.store import Records
from kiosk.usecases.attendance.check_in import VisitorCheckIns
from kiosk.usecases.audit_trail import add_entry
from kiosk.usecases.callbacks.submission import CallbackPromise, LatelyWaited, VisitorRequests
from kiosk.usecases.passes.issuing import new_draft
from kiosk.usecases.site import SealingKeys, SiteInfo


class VisitorDesk:
    """What a visitor may do: one method, one transaction, one answer, harmless when repeated.

    Call it off the event loop: every method may wait for the disk.
    """

    def __init__(
        self,
        store: Records,
        clock: Clock,
        entropy: Entropy,
        site: SiteInfo,
        rules: Rules,
        sealing: SealingKeys,
        calendar: WorkingCalendar | None = None,
    ) -> None:
        """Take the clinic's working time as `calendar`; without it Monday to Friday."""
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._site = site
        self._is_tested = False
        """Whether the test card was read since the start."""
        self._check_ins = VisitorCheckIns(entropy, site, rules, sealing)
        working = calendar or WorkingCalendar(site.zone)
        self._requests = VisitorRequests(entropy, site, sealing, working)
        self._promise = CallbackPromise(store, clock, site, working)
        self._lately = LatelyWaited(store, clock, site, working, rules.first_attempt_days)

    def sessions_today(self) -> SessionsToday:
        """Return the sessions open now and those later today."""
        with self._store.read() as transaction:
            return self._check_ins.sessions_today(transaction, self._clock.now())

    def check_in(self, text: str, session_id: UUID | None = None) -> CheckInOutcome:
        """Check in by the `text` of a scanned pass; any other code has an outcome of its own.

        Where several sessions are open the outcome may be `ChooseSession`: then call again with
        the `session_id` that was chosen.
        """
        code = decode(text)
        if isinstance(code, ScanProblem):
            return ScanAgain(code)
        if code.kind is CodeKind.SLIP:
            return SlipShown(self.slip_state(text))
        if code.kind is CodeKind.TEST_CARD:
            self._note_test()
            return ScannerWorks()
        with self._store.write() as transaction:
            now = self._clock.now()
            return self._check_ins.with_pass(transaction, now, code.secret, session_id)

    def _note_test(self) -> None:
        """Keep that the scanner was tested, for the first hour's list; once while it runs.

        The card's answer holds without it.
        """
        if self._is_tested:
            return
        with suppress(StoreBusy, StoreFull), self._store.write() as transaction:
            action = AuditAction.SCANNER_TESTED
            add_entry(transaction, self._site, self._entropy, self._clock.now(), action)
            self._is_tested = True

    def ask_to_be_met(self, arrival_id: UUID) -> None:
        """Keep that somebody who has just come is here for the first time and asks to be met.

        Asking again changes nothing. SetupError where this kiosk has no such arrival.
        """
        with self._store.write() as transaction:
            self._check_ins.ask_to_be_met(transaction, self._clock.now(), arrival_id)

    def count_me_in(
        self, draft_id: UUID, session_id: UUID, *, first_visit: bool = False
    ) -> GuestWelcomed | NothingOpen:
        """Check in a guest without a pass, who may ask to be met; the same draft counts once."""
        with self._store.write() as transaction:
            now = self._clock.now()
            return self._check_ins.as_guest(
                transaction, now, draft_id, session_id, first_visit=first_visit
            )

    def new_join(self) -> JoinDraft:
        """Return new ids for `join`, and with its `id` for `count_me_in`; nothing is written."""
        return new_draft(self._entropy, self._clock.now())

    def join(
        self,
        draft: JoinDraft,
        session_id: UUID,
        first_name: str,
        language: str,
        *,
        first_visit: bool = False,
    ) -> Joined | NothingOpen:
        """Check in by first name and make a pass; the same draft does so once."""
        with self._store.write() as transaction:
            now = self._clock.now()
            name = first_name, language
            return self._check_ins.with_name(
                transaction, now, draft, session_id, name, first_visit=first_visit
            )

    def new_draft_ids(self) -> tuple[UUID, bytes]:
        """Return the id and the slip's secret of a new callback draft; nothing is written."""
        id_ = uuid7(self._clock.now(), self._entropy(ENTROPY_BYTES))
        return id_, self._entropy(SECRET_BYTES)

    def request_callback(self, draft: CallbackDraft) -> Receipt:
        """Seal and keep a request; the same draft again returns the same receipt."""
        days = self.promise_days()
        with self._store.write() as transaction:
            return self._requests.send(transaction, self._clock.now(), draft, days)

    def promise_days(self) -> int:
        """Return within how many working days most people get a call; measured once an hour."""
        return self._promise.days()

    def lately_waited(self) -> MeasuredWait | None:
        """Return how long people waited for a first call lately; None where nobody knows."""
        return self._lately.read()

    def slip_state(self, digits: str, central: CentralSlip | None = None) -> SlipState:
        """Return the state of the request of a slip.

        `central` is what the centre knows of it; without that only this machine's facts count.
        """
        with self._store.read() as transaction:
            return self._requests.state(transaction, self._clock.now(), digits, central)

    def withdraw_by_slip(self, digits: str, central: CentralSlip | None = None) -> SlipState:
        """Withdraw the request of a slip; return its state after that."""
        with self._store.write() as transaction:
            return self._requests.withdraw(transaction, self._clock.now(), digits, central)

    def retime_by_slip(
        self,
        digits: str,
        windows: Collection[Window],
        not_before: date | None,
        central: CentralSlip | None = None,
    ) -> SlipState:
        """Keep other times for the request of a slip; return its state after that.

        The same times again are kept once.
        """
        times = windows, not_before
        with self._store.write() as transaction:
            return self._requests.retime(transaction, self._clock.now(), digits, times, central)

    def note_withdrawal(self, reference: str) -> bool:
        """Keep a note for staff that `reference` was typed to withdraw it.

        Return True where the reference is well formed, whether or not it exists, so that trying
        finds nothing out; False where it was mistyped.
        """
        plain = parse_reference(reference)
        if plain is None:
            return False
        with self._store.write() as transaction:
            self._requests.note(transaction, self._clock.now(), plain)
        return True
