"""What a caller may do: see who asked to be called, call them, and say how it went."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.actions import (
    Action,
    ActionResult,
    Done,
    Merge,
    NotFound,
    OutOfDate,
    Refusal,
    Refused,
    Undo,
)
from kiosk.domain.callbacks.state import CallbackState, EventKind, RequestStatus
from kiosk.domain.callbacks.worklist import (
    ExportRow,
    HistoryEntry,
    PhoneContact,
    Worklist,
    WorklistFilter,
    WorkRow,
    matches_filter,
)
from kiosk.domain.phones import format_local
from kiosk.domain.staff import Purpose, Role
from kiosk.domain.text import clean
from kiosk.errors import RevisionTaken
from kiosk.records import callbacks, staff
from kiosk.records.callbacks import NotedEvent, SlipWithdrawal
from kiosk.usecases.callbacks.request_cache import RequestCache, RequestOpener, gc_paused, seal_note
from kiosk.usecases.callbacks.transition import Transition
from kiosk.usecases.callbacks.worklist import Viewer, WorklistBuilder, export_row
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey

BY_SLIP = "withdrawn_by_slip"
"""The kind of an entry that the visitor's slip made."""


def request_history(
    events: Sequence[NotedEvent],
    slips: Sequence[SlipWithdrawal],
    notes: Mapping[UUID, str],
    logins: Mapping[UUID, str],
) -> tuple[HistoryEntry, ...]:
    """Give the entries in order; `notes` are the opened ones by event."""
    undone = {e.event.other_id for e in events if e.event.kind == EventKind.UNDONE}
    told = [
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
        )
        for event in (noted.event for noted in events)
    ]
    # A slip changes no revision: it stands after whatever staff had done by then.
    told += [
        HistoryEntry(slip.id, 0, slip.at, BY_SLIP, "", "", None, "", undone=False) for slip in slips
    ]
    return tuple(sorted(told, key=lambda entry: (entry.at, entry.revision, entry.event_id)))


Progress = Callable[[int, int], None]
"""Told how many of how many are done."""

_RECENT = timedelta(days=30)
"""How far back a request of the same number counts as a possible duplicate."""
_STEP = 500
"""Rows between two words about progress."""
_AUDITED = {kind: AuditAction(f"callback_{kind.value}") for kind in EventKind}


class CallbackDesk(StaffDesk):
    """The caller's desk; made by `Access.callback_desk` after sign-in.

    It keeps what it has opened until it is dropped. One thread at a time.
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
        self._people = RequestOpener(self._keys)
        self._book = RequestCache(context.site.site_id, self._people)
        self._board = WorklistBuilder(self._book, context.calendar, context.rules)
        self._notes: dict[UUID, str] = {}
        """Opened notes by their event."""

    def worklist(self) -> Worklist:
        """Give every request in the order to call; what cannot be opened is marked and stays.

        The same object comes back while nothing has changed and the minute is the same, so ask
        as often as you like. What is new is opened, which leaves one entry in the audit trail;
        the first time 10,000 requests take about a second, so call it in a thread.
        """
        with gc_paused():
            with self._reading() as (transaction, now):
                self._board.mark(self._book.catch_up(transaction))
                viewer = self._viewer(transaction)
            if self._book.has_unopened:
                with self._writing() as (transaction, now):
                    self._audit(transaction, now, AuditAction.WORKLIST_OPENED)
                # Opening takes its time; the kiosk may write again meanwhile.
                self._book.open_all()
            return self._board.look(now, viewer)

    def named(self, reference: str) -> WorkRow | NotFound:
        """Give the request with a reference, in the form people see; opens no other one."""
        with self._reading() as (transaction, _now):
            ids = callbacks.ids_of(transaction, self._site.site_id, reference)
        return self.row(ids[0]) if len(ids) == 1 else NotFound()

    def row(self, request_id: UUID) -> WorkRow | NotFound:
        """Give one request as it is now."""
        with self._writing() as (transaction, now):
            case = self._case(transaction, now, request_id)
            return NotFound() if case is None else case.row()

    def act(self, request_id: UUID, revision: int, action: Action) -> ActionResult:
        """Do something about a request as it was seen at `revision`, or say why it is not done.

        Harmless when repeated: the same action on the same revision is done once.
        """
        try:
            with self._writing() as (transaction, now):
                case = self._case(transaction, now, request_id)
                if case is None:
                    return NotFound()
                return self._act(transaction, case, revision, action)
        except RevisionTaken:
            row = self.row(request_id)
            return row if isinstance(row, NotFound) else OutOfDate(row)

    def reveal(self, request_id: UUID) -> PhoneContact | Refused | NotFound:
        """Give the number to call; every time is one entry in the audit trail.

        Refused once the request was taken back: the visitor's word counts from that moment on.
        """
        with self._writing() as (transaction, now):
            case = self._case(transaction, now, request_id)
            if case is None:
                return NotFound()
            if case.state.status is RequestStatus.WITHDRAWN:
                by_visitor = case.state.by_slip
                return Refused(Refusal.BY_VISITOR if by_visitor else Refusal.NOT_OPEN, case.row())
            self._audit(transaction, now, AuditAction.CALLBACK_REVEALED, request_id)
            number = self._book.numbers[request_id]
        return PhoneContact(format_local(number, self._site.country), number)

    def history(self, request_id: UUID) -> tuple[HistoryEntry, ...]:
        """Tell what was done about a request, the first thing first, with the notes opened.

        Notes that this desk had not opened yet leave one entry in the audit trail.
        """
        with self._writing() as (transaction, now):
            if callbacks.listed(transaction, self._site.site_id, request_id) is None:
                return ()
            events = callbacks.noted_events_of(transaction, request_id)
            slips = callbacks.slip_withdrawals_of(transaction, request_id)
            logins = self._viewer(transaction).logins
            sealed = {e.event.id: e.sealed_note for e in events if e.sealed_note is not None}
            if sealed.keys() - self._notes.keys():
                self._audit(transaction, now, AuditAction.CALLBACK_NOTES_OPENED, request_id)
        for event_id in sealed.keys() - self._notes.keys():
            self._notes[event_id] = self._people.note(event_id, sealed[event_id])
        return request_history(events, slips, self._notes, logins)

    def duplicates(self, request_id: UUID) -> tuple[WorkRow, ...]:
        """Give the other requests of the same number that are open or of the last 30 days."""
        shown, numbers = self.worklist(), self._book.numbers
        number = numbers.get(request_id)
        if not number:
            return ()
        return tuple(
            row
            for row in shown.rows
            if numbers[row.request.id] == number
            and row.request.id != request_id
            and (row.state.open or shown.at - row.request.created_at <= _RECENT)
        )

    def export_rows(
        self, wanted: WorklistFilter, progress: Progress = lambda _done, _of: None
    ) -> tuple[ExportRow, ...]:
        """Give the whole filtered list with its numbers, to leave the desk in a file.

        Every call leaves one entry in the audit trail. `progress` is told from time to time.
        """
        shown = self.worklist()
        with self._writing() as (transaction, now):
            self._audit(transaction, now, AuditAction.EXPORTED_CALLBACKS)
        rows = [row for row in shown.rows if matches_filter(row, wanted, shown.speaks)]
        numbers, country = self._book.numbers, self._site.country
        found = []
        for row in rows:
            found.append(export_row(row, numbers[row.request.id], country))
            if len(found) % _STEP == 0 or len(found) == len(rows):
                progress(len(found), len(rows))
        return tuple(found)

    def _act(
        self, transaction: Transaction, case: Transition, revision: int, action: Action
    ) -> ActionResult:
        if case.is_repeat(revision, action):
            return Done(case.row())
        now = case.place.now
        objection = case.objection(revision, action, self._target(transaction, case, action))
        if objection is not None:
            return objection
        claim_ends = now + self._context.rules.claim
        event = case.event(self._new_id(now), self._site, action, claim_ends)
        note = action.reason if isinstance(action, Undo) else getattr(action, "note", "")
        readers = self._context.sealing[Purpose.CALLBACKS]
        event.sealed_note = seal_note(event.id, note, readers)
        callbacks.add_event(transaction, event, now)
        self._audit(transaction, now, _AUDITED[EventKind(event.kind)], case.request.id)
        return Done(case.after(event).row())

    def _target(
        self, transaction: Transaction, case: Transition, action: Action
    ) -> CallbackState | None:
        """Say where the request to merge into stands."""
        if not isinstance(action, Merge) or action.into == case.request.id:
            return None
        target = self._case(transaction, case.place.now, action.into)
        return None if target is None else target.state

    def _case(self, transaction: Transaction, now: datetime, request_id: UUID) -> Transition | None:
        """Read one request; opening one that this desk has not opened yet is audited."""
        kept = callbacks.listed(transaction, self._site.site_id, request_id)
        if kept is None:
            return None
        if request_id not in self._book.entries:
            self._audit(transaction, now, AuditAction.WORKLIST_OPENED, request_id)
        noted_at = callbacks.noted_at(transaction, kept.ref)
        return Transition(
            self._book.opened(kept),
            tuple(callbacks.events_of(transaction, request_id)),
            tuple(callbacks.withdrawals_of(transaction, request_id)),
            (*noted_at, *self._board.notes_of_duplicates(request_id)),
            self._board.lookout(now),
            self._viewer(transaction),
        )

    def _viewer(self, transaction: Transaction) -> Viewer:
        accounts = staff.accounts(transaction, self._site.site_id)
        mine = next(one for one in accounts if one.staff.id == self._staff.id)
        logins = {one.staff.id: one.staff.login for one in accounts}
        return Viewer(self._staff.id, logins, mine.languages)
