"""What a visitor may do about callback requests: send one, and by its slip ask after it, choose
other times, and withdraw it.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.callbacks.news import next_call_due, slip_news
from kiosk.domain.callbacks.request import (
    SERIALS,
    CallbackDraft,
    OpenedRequest,
    Receipt,
    Retiming,
    Source,
    Window,
    format_reference,
    retimed,
)
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.callbacks.slips import (
    MOVABLE_PHASES,
    OPEN_PHASES,
    CentralSlip,
    RequestPhase,
    SlipNews,
    SlipState,
    half_day,
    read_news,
    with_other_times,
    with_withdrawal,
    without_past,
)
from kiosk.domain.callbacks.state import CallbackState, callback_state
from kiosk.domain.callbacks.waiting_times import (
    LEAST_CLOSED_REQUESTS,
    MEASURED_OVER,
    MeasuredWait,
    measure_waits,
    promised_days,
)
from kiosk.domain.callbacks.wishes import join_wishes
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import (
    Code,
    CodeKind,
    decode,
    derive_lookup,
    derive_news_key,
    derive_news_ticket,
    encode,
    hash_ticket,
)
from kiosk.domain.staff import Purpose
from kiosk.domain.suppression import LEAST
from kiosk.domain.text import clean
from kiosk.domain.working_time import WorkingCalendar
from kiosk.records import outbox
from kiosk.records.callbacks import facts
from kiosk.records.callbacks.facts import KeptRequest, KeptSlip
from kiosk.records.central.news import published_wait
from kiosk.records.database.store import Records
from kiosk.records.database.writing import add_fact
from kiosk.records.retention.cutoff import owes_rows
from kiosk.records.schema.tables import CallbackRequest, CallbackRetiming, CallbackWithdrawal
from kiosk.usecases.site import SealingKeys, SiteInfo
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.sealing import seal, unlock_news

CALLBACK_REQUEST = "callback_request"
"""The table that a sealed request is bound to."""
_SERIAL_BYTES = 8
_FRESH = timedelta(hours=1)
_LOOK_BACK = timedelta(days=180)
_SAME_PRESS = timedelta(minutes=1)
"""Other times chosen twice within this are one press."""
_MOST_REQUESTS = 500
"""The latest ones; older months describe today badly."""


class FormFacts(NamedTuple):
    """What a paper form says of its request."""

    reference: str
    slip: KeptSlip
    filled_in_at: datetime


def keep_slip(secret: bytes) -> KeptSlip:
    """Return what is kept of a slip: nothing that opens what it tells."""
    return KeptSlip(
        derive_lookup(secret),
        hash_ticket(derive_news_ticket(secret)),
        PrivateSealingKey(derive_news_key(secret)).public.raw,
    )


class RequestKeeper:
    """Seals new requests and keeps them, in the transaction of a desk."""

    def __init__(self, entropy: Entropy, site: SiteInfo, sealing: SealingKeys) -> None:
        self._entropy = entropy
        self._site = site
        self._sealing = sealing

    def keep(
        self,
        transaction: Transaction,
        now: datetime,
        draft: CallbackDraft,
        form: FormFacts | None = None,
    ) -> tuple[str, datetime]:
        """Seal and keep a request; return its reference and when it was made.

        The same draft again is kept once. Of a paper form it has number, code and time.
        """
        kept = facts.find(transaction, draft.id)
        if kept is not None:
            return kept.ref, kept.created_at
        if form is None:
            reference = self.free_reference(transaction)
            form = FormFacts(reference, keep_slip(draft.slip_secret), now)
        add_fact(transaction, self._row(draft, form), now)
        return form.reference, form.filled_in_at

    def free_reference(self, transaction: Transaction) -> str:
        """Return a new reference of this machine, which no request or paper form has."""
        while True:
            reference = self._reference()
            if not facts.ref_is_taken(transaction, reference):
                return reference

    def free_references(self, transaction: Transaction, count: int) -> list[str]:
        """Return so many of them, all different."""
        found: set[str] = set()
        while missing := count - len(found):
            some = {self._reference() for _ in range(missing)}
            found |= some - facts.references_taken(transaction, some)
        return sorted(found)

    def _reference(self) -> str:
        serial = int.from_bytes(self._entropy(_SERIAL_BYTES)) % SERIALS
        return format_reference(self._site.symbols, serial)

    def _row(self, draft: CallbackDraft, form: FormFacts) -> CallbackRequest:
        origin = draft.origin
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
                "reference": form.reference,
                "created_at": form.filled_in_at.isoformat(),
                "source": origin.source,
                "entered_by": str(origin.entered_by or ""),
                "consent_by": origin.consent_by,
                "consent_how": origin.consent_how,
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
            ref=form.reference,
            slip_lookup=form.slip.lookup,
            ticket_hash=form.slip.ticket_hash,
            news_key=form.slip.news_key,
            sealed=sealed,
            call_language=draft.call_language.value,
            windows=",".join(sorted(window.value for window in draft.windows)),
            not_before=draft.not_before,
            ui_language=draft.ui_language,
            consent_version=draft.consent_version,
            created_at=form.filled_in_at,
            source=origin.source,
            entered_by=origin.entered_by,
            consent_by=origin.consent_by,
            consent_how=origin.consent_how,
        )


class VisitorRequests:
    """The callback requests of the visitor's desk, inside the desk's transactions."""

    def __init__(
        self, entropy: Entropy, site: SiteInfo, sealing: SealingKeys, calendar: WorkingCalendar
    ) -> None:
        self._entropy = entropy
        self._site = site
        self._calendar = calendar
        self._keeper = RequestKeeper(entropy, site, sealing)

    def send(
        self, transaction: Transaction, now: datetime, draft: CallbackDraft, promise_days: int
    ) -> Receipt:
        """Seal and keep a request; the same draft again returns the same receipt."""
        digits = encode(CodeKind.SLIP, draft.slip_secret)
        reference, made_at = self._keeper.keep(transaction, now, draft)
        return Receipt(reference, digits, made_at, promise_days)

    def state(
        self,
        transaction: Transaction,
        now: datetime,
        digits: str,
        central: CentralSlip | None = None,
    ) -> SlipState:
        """Return what is known of the request of a slip, by its digits; it names nobody.

        `central` is what the centre knows of it, where it was asked and knows it.
        """
        slip = _read_slip(digits)
        if slip is None:
            return SlipState(SlipNews(RequestPhase.NOT_KNOWN), "")
        kept = facts.find_by_slip(transaction, slip.lookup)
        if central is not None:
            news = self._told_there(transaction, slip, central)
        elif kept is not None:
            news = self._told_here(transaction, now, kept)
        else:
            news = SlipNews(RequestPhase.NOT_KNOWN)
        today = now.astimezone(self._site.zone).date()
        is_own = kept is not None and kept.source == Source.VISITOR
        language = kept.ui_language if kept is not None and is_own else ""
        return SlipState(without_past(news, today), slip.digits, language)

    def withdraw(
        self,
        transaction: Transaction,
        now: datetime,
        digits: str,
        central: CentralSlip | None = None,
    ) -> SlipState:
        """Withdraw the request of a slip, once; a closed or unknown one stays as it is."""
        before = self.state(transaction, now, digits, central)
        if before.phase not in OPEN_PHASES:
            return before
        for request_id in self._requests_of(transaction, digits, central):
            self._add_withdrawal(transaction, now, request_id=request_id)
        return self.state(transaction, now, digits, central)

    def retime(
        self,
        transaction: Transaction,
        now: datetime,
        digits: str,
        times: tuple[Collection[Window], date | None],
        central: CentralSlip | None = None,
    ) -> SlipState:
        """Keep other times for the request of a slip; a closed or unknown one keeps its own.

        The same press again is kept once. The same times later are a new wish: staff, or another
        kiosk, may have done something since.

        `times` are the windows, and the day before which no call is wanted.
        """
        before = self.state(transaction, now, digits, central)
        if before.phase not in MOVABLE_PHASES:
            return before
        *_, request_id = self._requests_of(transaction, digits, central)
        windows, not_before = ",".join(sorted(one.value for one in times[0])), times[1]
        last = max(facts.retimings_of(transaction, request_id), default=None, key=_by_time)
        is_repeat = (
            last is not None
            and (",".join(last.windows), last.not_before) == (windows, not_before)
            and abs(now - last.at) < _SAME_PRESS
        )
        if not is_repeat:
            retiming = CallbackRetiming(
                id=uuid7(now, self._entropy(ENTROPY_BYTES)),
                site_id=self._site.site_id,
                kiosk_id=self._site.kiosk_id,
                request_id=request_id,
                windows=windows,
                not_before=not_before,
                at=now,
            )
            add_fact(transaction, retiming, now)
        after = self.state(transaction, now, digits, central)
        # Where the centre has answered before, it does not know of this yet.
        return replace(after, news=with_other_times(after.news))

    def _requests_of(
        self, transaction: Transaction, digits: str, central: CentralSlip | None
    ) -> list[UUID]:
        """Return the request of a slip that is known, and those it was merged into, in order."""
        slip = _read_slip(digits)
        kept = facts.find_by_slip(transaction, slip.lookup) if slip else None
        if kept is not None:
            return [id_ for id_, _ in self._merged(transaction, kept.id)]
        return [] if central is None else [central.request_id]

    def _told_here(self, transaction: Transaction, now: datetime, kept: KeptRequest) -> SlipNews:
        """Return the news of a request by this machine's own facts."""
        confirmed = outbox.confirmed_at(transaction, kept.id, kept.kiosk_seq)
        states = [state for _, state in self._merged(transaction, kept.id)]
        # Once staff have rung or settled the request that it was merged into, that one counts.
        into = states[-1]
        shown = into if into.since is not None or into.attempts else states[0]
        due, asked = None, _plain_request(kept)
        for id_, _ in self._merged(transaction, kept.id):
            asked = retimed(asked, facts.retimings_of(transaction, id_))
        if shown.open and shown.attempts:
            schedule = Scheduler(now, self._calendar).schedule(shown, asked, mine=False)
            due = next_call_due(schedule, now)
        return slip_news(
            shown,
            created_at=kept.created_at,
            arrived_at=confirmed,
            due=due,
            zone=self._site.zone,
            retimed_at=asked.retimed_at,
        )

    def _told_there(
        self, transaction: Transaction, slip: "_Slip", central: CentralSlip
    ) -> SlipNews:
        """Return the news that the centre has, and what was done here and has not arrived there."""
        told = None
        if central.box is not None:
            key = PrivateSealingKey(derive_news_key(slip.secret))
            line = unlock_news(central.box, key, central.request_id)
            told = None if line is None else read_news(line)
        if told is None:
            came = central.received_at
            told = SlipNews(
                RequestPhase.WITH_CLINIC, None if came is None else half_day(came, self._site.zone)
            )
        if central.retimed:
            told = with_other_times(told)
        taken = min(facts.withdrawal_times(transaction, central.request_id), default=None)
        if taken is None and not central.withdrawn:
            return told
        return with_withdrawal(told, taken, self._site.zone)

    def _merged(
        self, transaction: Transaction, request_id: UUID
    ) -> list[tuple[UUID, CallbackState]]:
        """Return a request and those it was merged into, in order, with their states."""
        found: dict[UUID, CallbackState] = {}
        wanted: UUID | None = request_id
        while wanted is not None and wanted not in found:
            events = facts.events_of(transaction, wanted)
            found[wanted] = callback_state(events, facts.withdrawal_times(transaction, wanted))
            wanted = found[wanted].merged_into
        return list(found.items())

    def note(self, transaction: Transaction, now: datetime, reference: str) -> None:
        """Keep a well-formed reference for staff, once, whether or not there is such a request.

        One that staff have dismissed since is kept again.
        """
        noted = facts.typed_withdrawal_times(transaction, reference)
        dismissed = max(facts.dismissal_times(transaction, reference), default=None)
        if not noted or (dismissed is not None and dismissed >= max(noted)):
            self._add_withdrawal(transaction, now, ref=reference)

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
            found = facts.first_calls(
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


class LatelyWaited:
    """How long people waited for a first call lately, as home says it; None where nobody knows.

    On a machine that is all there is it is measured from its own facts, once an hour. One with a
    centre has no events of staff: it says what a desk has published.
    """

    def __init__(
        self, store: Records, clock: Clock, site: SiteInfo, calendar: WorkingCalendar, aim: int
    ) -> None:
        """Take the working days within which the clinic means to ring as `aim`."""
        self._store = store
        self._clock = clock
        self._site = site
        self._calendar = calendar
        self._aim = aim
        self._measured: tuple[datetime, MeasuredWait | None] | None = None

    def read(self) -> MeasuredWait | None:
        """Return it, where it is fresh and no small number."""
        now = self._clock.now()
        with self._store.read() as transaction:
            if owes_rows(transaction, self._site.kiosk_id):
                wait = published_wait(transaction, self._site.site_id)
                return wait if wait is not None and wait.is_fresh(now) else None
            if self._measured is None or not self._measured[0] <= now < self._measured[0] + _FRESH:
                self._measured = now, self._measure(transaction, now)
        return self._measured[1]

    def _measure(self, transaction: Transaction, now: datetime) -> MeasuredWait | None:
        since = now - MEASURED_OVER
        kept = facts.requests_since(transaction, self._site.site_id, since, _MOST_REQUESTS)
        if len(kept) < LEAST:
            return None
        return measure_waits(
            [self._asked_and_done(transaction, one) for one in kept],
            now=now,
            calendar=self._calendar,
            aim=self._aim,
        )

    def _asked_and_done(
        self, transaction: Transaction, kept: KeptRequest
    ) -> tuple[OpenedRequest, CallbackState]:
        asked = retimed(_plain_request(kept), facts.retimings_of(transaction, kept.id))
        taken = facts.withdrawal_times(transaction, kept.id)
        return asked, callback_state(facts.events_of(transaction, kept.id), taken)


def _plain_request(kept: KeptRequest) -> OpenedRequest:
    """Return a request as a machine that cannot open it knows it: its times alone."""
    return OpenedRequest(
        id=kept.id,
        reference=kept.ref,
        created_at=kept.created_at,
        preferred_name="",
        phone_masked="",
        windows=tuple(code for code in kept.windows.split(",") if code),
        not_before=kept.not_before,
        call_language="",
        message_policy="",
        answered_by_other="",
        share_with_team=False,
        ui_language="",
        unreadable=True,
    )


def _by_time(one: Retiming) -> tuple[datetime, UUID]:
    return one.at, one.id


class _Slip(NamedTuple):
    digits: str
    lookup: bytes
    secret: bytes


def _read_slip(digits: str) -> _Slip | None:
    code = decode(digits)
    if not isinstance(code, Code) or code.kind is not CodeKind.SLIP:
        return None
    return _Slip(
        encode(CodeKind.SLIP, code.secret),
        derive_lookup(code.secret),
        code.secret,
    )


def news_ticket(digits: str) -> bytes | None:
    """Return the ticket by which a slip's news are asked for; None where it is no slip."""
    slip = _read_slip(digits)
    return None if slip is None else derive_news_ticket(slip.secret)
