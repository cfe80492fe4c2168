"""The caller's desk: the worklist of callback requests, and every action on a request."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.actions import (
    Action,
    ActionResult,
    AddNote,
    Claim,
    Done,
    Merge,
    NotFound,
    OutOfDate,
    Refusal,
    Refused,
    Release,
    Undo,
)
from kiosk.domain.callbacks.request import CallLanguage, Retiming, retimed
from kiosk.domain.callbacks.slips import write_news
from kiosk.domain.callbacks.state import CallbackState, EventKind, RequestStatus
from kiosk.domain.callbacks.waiting_times import MeasuredWait, measure_waits
from kiosk.domain.callbacks.wishes import Skills, asked_to_speak
from kiosk.domain.callbacks.worklist import (
    BY_SLIP,
    RETIMED,
    ExportRow,
    HistoryEntry,
    PhoneContact,
    Worklist,
    WorklistFilter,
    WorkRow,
    matches_filter,
    may_ring_back,
    next_calls,
)
from kiosk.domain.phones import find_displayed, format_local
from kiosk.domain.staff import Purpose, Role, Staff
from kiosk.domain.text import clean
from kiosk.errors import RevisionTaken, VaultError
from kiosk.records import staff
from kiosk.records.callbacks import facts
from kiosk.records.callbacks.facts import NotedEvent, SlipWithdrawal
from kiosk.records.callbacks.maybe_open import slips_before_correction
from kiosk.records.central.news import keep_news, publish_wait, published_wait
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.schema.columns import is_central
from kiosk.usecases.callbacks.request_cache import (
    LONGEST_NOTE,
    RequestCache,
    RequestOpener,
    gc_paused,
    seal_note,
)
from kiosk.usecases.callbacks.transition import Transition
from kiosk.usecases.callbacks.worklist import Viewer, WorklistBuilder, export_row
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey, PublicSealingKey
from kiosk.vault.sealing import lock_news

Progress = Callable[[int, int], None]
"""Called with how many rows are done and how many there are."""
_ByVisitor = tuple[list[SlipWithdrawal], list[Retiming]]
_HISTORY = (
    facts.noted_events_of,
    facts.slip_withdrawals_of,
    facts.retimings_of,
)
_STEP = 500
"""Rows between two calls of `progress`."""
_TRIES = 3
"""How often a note is written, or a next call taken, where a colleague comes in between."""
_AUDITED = {kind: AuditAction(f"callback_{kind.value}") for kind in EventKind}


class CallbackDesk(StaffDesk):
    """The caller's desk; made by `Access.callback_desk` after sign-in.

    It keeps what it has opened until it is dropped. Call it from one thread at a time.
    """

    role = Role.CALLER

    def __init__(
        self,
        context: Context,
        signed_in: SignedIn,
        keys: Mapping[bytes, PrivateSealingKey] | None = None,
    ) -> None:
        """Take who opens the desk and the callbacks keys that they hold."""
        super().__init__(context, signed_in, keys)
        self._opener = RequestOpener(self._keys)
        self._cache = RequestCache(context.site.site_id, self._opener)
        self._builder = WorklistBuilder(self._cache, context.calendar, context.rules)
        self._notes: dict[UUID, str] = {}
        """Opened notes by their event."""
        self._measured_on: date | None = None
        """The clinic's day on which this desk measured last how long people waited."""

    def worklist(self) -> Worklist:
        """Return every request in the order to call; what cannot be opened is marked and stays.

        The same object comes back while nothing has changed and the minute is the same, so it is
        cheap to poll. What is new is opened, which leaves one entry in the audit trail; the first
        time 10,000 requests take about a second, so call it in a thread.
        """
        with gc_paused():
            questions = (*self._cache.questions(), self._viewer, self._published_wait)
            with self._reading(*questions) as (transaction, now):
                self._builder.mark_changed(self._cache.catch_up(transaction))
                viewer = self._viewer(transaction)
                to_measure = self._is_to_measure(transaction, now)
            if self._cache.has_unopened:
                with self._writing(audited=True) as (transaction, now):
                    self._audit(transaction, now, AuditAction.WORKLIST_OPENED)
                # Opening takes its time; the kiosk may write again meanwhile.
                self._cache.open_all()
            shown = self._builder.build(now, viewer)
        if to_measure:
            self._publish_wait(shown)
        return shown

    def named(self, reference: str) -> WorkRow | NotFound:
        """Return the request with a reference, in the form people see; opens no other one."""
        with self._reading() as (transaction, _now):
            ids = facts.ids_by_reference(transaction, self._site.site_id, reference)
        return self.row(ids[0]) if len(ids) == 1 else NotFound()

    def row(self, request_id: UUID) -> WorkRow | NotFound:
        """Return one request as it is now."""
        with self._writing() as (transaction, now):
            transition = self._transition(transaction, now, request_id)
            return NotFound() if transition is None else transition.row()

    def act(self, request_id: UUID, revision: int, action: Action) -> ActionResult:
        """Do an action on a request as it was seen at `revision`, or return why it is not done.

        Harmless when repeated: the same action on the same revision is done once. A note is kept
        whatever was done to the request meanwhile.
        """
        for _ in range(_TRIES if isinstance(action, AddNote) else 1):
            with suppress(RevisionTaken), self._writing() as (transaction, now):
                ask_ahead(transaction, partial(self._news_keys, transaction, request_id))
                transition = self._transition(transaction, now, request_id)
                if transition is None:
                    return NotFound()
                return self._act(transaction, transition, revision, action)
        row = self.row(request_id)
        return row if isinstance(row, NotFound) else OutOfDate(row)

    def next_call(self, present: UUID | None = None) -> WorkRow | None:
        """Let go of the request `present`, take the next one to ring, and return it.

        Both happen at once or not at all. What the caller has claimed already comes first, so that
        a second press takes no second request; what a colleague has taken meanwhile is passed over.
        None where there is nothing else to ring now; then nothing is written.
        """
        for _ in range(_TRIES):
            shown = self.worklist()
            with suppress(RevisionTaken), self._writing() as (transaction, now):
                return self._take_next(transaction, now, shown, present)
        return None

    def look_up(self, displayed: str) -> tuple[WorkRow, ...]:
        """Return the requests of the number that a telephone's display shows, in any form of it.

        Only those that something can still be done about; the open ones, where there are any. Every
        call leaves one entry in the audit trail.
        """
        shown, numbers = self.worklist(), self._cache.numbers
        asked = [row for row in shown.rows if may_ring_back(row, shown.at)]
        known = find_displayed(
            displayed, (numbers[row.request.id] for row in asked), self._site.country
        )
        found = [row for row in asked if numbers[row.request.id] in known]
        found = [row for row in found if row.state.open] or found
        with self._writing(audited=True) as (transaction, now):
            one = found[0].request.id if len(found) == 1 else None
            self._audit(transaction, now, AuditAction.CALLBACK_LOOKED_UP, one)
        return tuple(found)

    def colleagues(self) -> tuple[Staff, ...]:
        """Return who else may ring, by login: those whom a request can be handed to."""
        return tuple(
            one for one in self.people() if Role.CALLER in one.roles and one.id != self._staff.id
        )

    def people(self) -> tuple[Staff, ...]:
        """Return everybody whose account is in use, by login: those who can hold a talk."""
        with self._reading() as (transaction, _now):
            accounts = staff.accounts(transaction, self._site.site_id)
        return tuple(one.staff for one in accounts if not one.disabled)

    def reveal(self, request_id: UUID) -> PhoneContact | Refused | NotFound:
        """Return the number to call; every call leaves one entry in the audit trail.

        Refused once the request was withdrawn: the visitor's word counts from that moment on.
        """
        with self._writing() as (transaction, now):
            transition = self._transition(transaction, now, request_id)
            if transition is None:
                return NotFound()
            if transition.state.status is RequestStatus.WITHDRAWN:
                by_visitor = transition.state.by_slip
                return Refused(
                    Refusal.BY_VISITOR if by_visitor else Refusal.NOT_OPEN, transition.row()
                )
            self._audit(transaction, now, AuditAction.CALLBACK_REVEALED, request_id)
            number = self._cache.numbers[request_id]
        return PhoneContact(format_local(number, self._site.country), number)

    def history(self, request_id: UUID) -> tuple[HistoryEntry, ...]:
        """Return what was done about a request, the earliest first, with the notes opened.

        Notes that this desk had not opened yet leave one entry in the audit trail.
        """
        return self.histories([request_id]).get(request_id, ())

    def histories(self, request_ids: Sequence[UUID]) -> dict[UUID, tuple[HistoryEntry, ...]]:
        """Return the history of each request that is here, as `history` does."""
        found: dict[UUID, tuple[list[NotedEvent], _ByVisitor]] = {}
        with self._writing() as (transaction, now):
            ask_ahead(
                transaction,
                *(
                    partial(query, transaction, request_id)
                    for request_id in request_ids
                    for query in _HISTORY
                ),
                *(partial(self._is_here, transaction, request_id) for request_id in request_ids),
                lambda: self._viewer(transaction),
            )
            logins = self._viewer(transaction).logins
            for request_id in request_ids:
                if not self._is_here(transaction, request_id):
                    continue
                events = facts.noted_events_of(transaction, request_id)
                slips = facts.slip_withdrawals_of(transaction, request_id)
                chosen = facts.retimings_of(transaction, request_id)
                found[request_id] = events, (slips, chosen)
                if any(e.sealed_note and e.event.id not in self._notes for e in events):
                    self._audit(transaction, now, AuditAction.CALLBACK_NOTES_OPENED, request_id)
        for events, _ in found.values():
            for noted in events:
                if noted.sealed_note is not None and noted.event.id not in self._notes:
                    opened = self._opener.note(noted.event.id, noted.sealed_note)
                    self._notes[noted.event.id] = opened
        return {
            request_id: request_history(events, by_visitor, self._notes, logins)
            for request_id, (events, by_visitor) in found.items()
        }

    def _is_here(self, transaction: Transaction, request_id: UUID) -> bool:
        return facts.find_listed(transaction, self._site.site_id, request_id) is not None

    def duplicates(self, request_id: UUID) -> tuple[WorkRow, ...]:
        """Return the other requests of the same number, in the order of the list."""
        shown, numbers = self.worklist(), self._cache.numbers
        number = numbers.get(request_id)
        if not number:
            return ()
        return tuple(
            row
            for row in shown.rows
            if numbers[row.request.id] == number and row.request.id != request_id
        )

    def export_rows(
        self, wanted: WorklistFilter, progress: Progress = lambda _done, _of: None
    ) -> tuple[ExportRow, ...]:
        """Return the whole filtered list with its numbers, to leave the desk in a file.

        Every call leaves one entry in the audit trail. `progress` is called every 500 rows.
        """
        shown = self.worklist()
        with self._writing(audited=True) as (transaction, now):
            self._audit(transaction, now, AuditAction.EXPORTED_CALLBACKS)
        rows = [row for row in shown.rows if matches_filter(row, wanted, shown.speaks)]
        numbers, country = self._cache.numbers, self._site.country
        found = []
        for row in rows:
            found.append(export_row(row, numbers[row.request.id], country))
            if len(found) % _STEP == 0 or len(found) == len(rows):
                progress(len(found), len(rows))
        return tuple(found)

    def _act(
        self, transaction: Transaction, transition: Transition, revision: int, action: Action
    ) -> ActionResult:
        is_repeat = transition.is_repeat(revision, action)
        if is_repeat or self._has_noted(transaction, transition, revision, action):
            return Done(transition.row())
        objection = transition.objection(
            revision, action, self._target(transaction, transition, action)
        )
        if objection is None and not transition.viewer.knows(action):
            objection = Refused(Refusal.NO_COLLEAGUE, transition.row())
        return objection or self._write(transaction, transition, action)

    def _write(self, transaction: Transaction, transition: Transition, action: Action) -> Done:
        """Write an action that is allowed."""
        now = transition.scheduler.now
        claim_ends = now + self._context.rules.claim
        event = transition.event(self._new_id(now), self._site, action, claim_ends)
        note = action.reason if isinstance(action, Undo) else getattr(action, "note", "")
        readers = self._context.sealing[Purpose.CALLBACKS]
        event.sealed_note = seal_note(event.id, note, readers)
        facts.add_event(transaction, event, now)
        self._audit(transaction, now, _AUDITED[EventKind(event.kind)], transition.request.id)
        after = transition.after(event)
        self._publish(transaction, after)
        return Done(after.row())

    def _publish(self, transaction: Transaction, transition: Transition) -> None:
        """Let the slips of a request, and of those merged into it, say what was just done.

        At the centre alone: on one machine the slip is answered from the facts themselves.
        """
        if not is_central(transaction):
            return
        told = write_news(transition.news())
        for request_id, raw in self._news_keys(transaction, transition.request.id).items():
            # A row is what somebody with a kiosk's password wrote: its key may be none.
            with suppress(VaultError):
                key = PublicSealingKey.from_raw(raw)
                box = lock_news(told, key, request_id)
                keep_news(transaction, request_id, box, transition.scheduler.now)

    def _news_keys(self, transaction: Transaction, request_id: UUID) -> dict[UUID, bytes]:
        """Return the keys of the slips of a request and of those merged into it; none on a file."""
        if not is_central(transaction):
            return {}
        return facts.news_keys(transaction, (request_id, *self._builder.duplicates(request_id)))

    def _published_wait(self, transaction: Transaction) -> MeasuredWait | None:
        return published_wait(transaction, self._site.site_id) if is_central(transaction) else None

    def _is_to_measure(self, transaction: Transaction, now: datetime) -> bool:
        """Return whether no desk of the centre has published today how long people waited."""
        published = self._published_wait(transaction)
        if not is_central(transaction) or self._day(now) == self._measured_on:
            return False
        return published is None or self._day(published.at) != self._day(now)

    def _publish_wait(self, shown: Worklist) -> None:
        """Publish how long people waited lately, unless that would tell of a few."""
        self._measured_on = self._day(shown.at)
        wait = measure_waits(
            ((row.request, row.state) for row in shown.rows),
            now=shown.at,
            calendar=self._context.calendar,
            aim=self._context.rules.first_attempt_days,
        )
        if wait is not None:
            with self._writing() as (transaction, _now):
                publish_wait(transaction, self._site.site_id, wait)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._site.zone).date()

    def _take_next(
        self, transaction: Transaction, now: datetime, shown: Worklist, present: UUID | None
    ) -> WorkRow | None:
        mine = [row for row in shown.rows if row.held_by_me and row.request.id != present]
        let_go_since = now - self._context.rules.claim
        free = next_calls(
            shown.rows,
            by=self._staff.id,
            speaks=shown.speaks,
            let_go_since=let_go_since,
            but=present,
        )
        for row in (*mine, *free):
            one = self._transition(transaction, now, row.request.id)
            if one is None:
                continue
            has_it = one.row().held_by_me
            if has_it or (
                one.row().schedule.call_now
                and one.objection(one.state.revision, Claim(), None) is None
            ):
                self._let_go(transaction, now, present)
                return one.row() if has_it else self._write(transaction, one, Claim()).row
        return None

    def _let_go(self, transaction: Transaction, now: datetime, request_id: UUID | None) -> None:
        """Give a request back, where the caller has it."""
        one = None if request_id is None else self._transition(transaction, now, request_id)
        if one is not None and one.row().held_by_me and one.state.open:
            self._write(transaction, one, Release())

    def _has_noted(
        self, transaction: Transaction, transition: Transition, revision: int, action: Action
    ) -> bool:
        """Return whether the caller has written this note since `revision` (a second press)."""
        own = transition.own_notes_after(revision)
        if not own or not isinstance(action, AddNote):
            return False
        wanted = clean(action.note, LONGEST_NOTE)
        kept = facts.noted_events_of(transaction, transition.request.id)
        return any(
            self._opener.note(one.event.id, one.sealed_note) == wanted
            for one in kept
            if one.event.id in own
        )

    def _target(
        self, transaction: Transaction, transition: Transition, action: Action
    ) -> CallbackState | None:
        """Return the state of the request to merge into; None for any other action."""
        if not isinstance(action, Merge) or action.into == transition.request.id:
            return None
        target = self._transition(transaction, transition.scheduler.now, action.into)
        return None if target is None else target.state

    def _transition(
        self, transaction: Transaction, now: datetime, request_id: UUID
    ) -> Transition | None:
        """Read one request; opening one that this desk has not opened yet is audited."""
        site_id = self._site.site_id
        ask_ahead(
            transaction,
            lambda: facts.events_of(transaction, request_id),
            lambda: facts.withdrawal_times(transaction, request_id),
            lambda: facts.retimings_of(transaction, request_id),
            lambda: slips_before_correction(transaction, site_id),
            lambda: self._viewer(transaction),
        )
        kept = facts.find_listed(transaction, site_id, request_id)
        if kept is None:
            return None
        if request_id not in self._cache.entries:
            self._audit(transaction, now, AuditAction.WORKLIST_OPENED, request_id)
        noted_at = facts.typed_withdrawal_times(transaction, kept.ref)
        chosen = facts.retimings_of(transaction, request_id)
        return Transition(
            retimed(self._cache.opened(kept), (*chosen, *self._builder.retimings(request_id))),
            tuple(facts.events_of(transaction, request_id)),
            (
                *facts.withdrawal_times(transaction, request_id),
                *slips_before_correction(transaction, site_id).get(request_id, ()),
            ),
            (*noted_at, *self._builder.withdrawals_of_duplicates(request_id)),
            self._builder.scheduler(now),
            self._viewer(transaction),
        )

    def _viewer(self, transaction: Transaction) -> Viewer:
        accounts = staff.accounts(transaction, self._site.site_id)
        mine = next(one for one in accounts if one.staff.id == self._staff.id)
        logins = {one.staff.id: one.staff.login for one in accounts}
        in_use = [one for one in accounts if not one.disabled]
        callers = [one for one in in_use if Role.CALLER in one.staff.roles]
        team = frozenset(
            Skills(one.languages, one.offers) for one in callers if not one.must_change
        )
        return Viewer(
            self._staff.id,
            logins,
            asked_to_speak(mine.languages, team, CallLanguage),
            Skills(mine.languages, mine.offers),
            team,
            frozenset(one.staff.id for one in in_use),
            frozenset(one.staff.id for one in callers),
        )


def request_history(
    events: Sequence[NotedEvent],
    by_slip: tuple[Sequence[SlipWithdrawal], Sequence[Retiming]],
    notes: Mapping[UUID, str],
    logins: Mapping[UUID, str],
) -> tuple[HistoryEntry, ...]:
    """Return the entries in order; `notes` are the opened ones and `logins` of staff, by id.

    `by_slip` are the withdrawals and the other times that the slip was used for.
    """
    slips, chosen = by_slip
    undone = {e.event.other_id for e in events if e.event.kind == EventKind.UNDONE}
    entries = [
        HistoryEntry(
            event_id=event.id,
            revision=event.revision,
            at=event.at,
            kind=clean(event.kind),
            outcome=clean(event.outcome or ""),
            by=logins.get(event.by_staff, "") if event.by_staff else "",
            next_at=event.next_at,
            note=notes.get(event.id, ""),
            undone=event.id in undone,
            other_id=event.other_id,
            whom=logins.get(event.with_staff, "") if event.with_staff else "",
        )
        for event in (noted.event for noted in events)
    ]
    # A slip changes no revision: it is sorted after what staff had done by then.
    entries += [
        HistoryEntry(slip.id, 0, slip.at, BY_SLIP, "", "", None, "", undone=False) for slip in slips
    ]
    entries += [
        HistoryEntry(one.id, 0, one.at, RETIMED, ",".join(one.windows), "", None, "", undone=False)
        for one in chosen
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.at, entry.revision, entry.event_id)))
