"""One callback request inside one transaction: whether an action is allowed, and its event."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kiosk.domain.callbacks.actions import (
    Action,
    AddNote,
    Claim,
    HeldBy,
    OutOfDate,
    Refused,
    Undo,
    event_for,
    refusal,
)
from kiosk.domain.callbacks.news import next_call_due, slip_news
from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.callbacks.slips import SlipNews
from kiosk.domain.callbacks.state import CallbackState, EventKind, RequestEvent, callback_state
from kiosk.domain.callbacks.worklist import WorkRow
from kiosk.records.schema.tables import CallbackEvent
from kiosk.usecases.callbacks.worklist import Viewer, is_withdrawal_noted, work_row
from kiosk.usecases.site import SiteInfo


@dataclass(frozen=True, slots=True)
class Transition:
    """One request with all its events and withdrawals, as one caller sees it at one time."""

    request: OpenedRequest
    events: tuple[RequestEvent, ...]
    slip_withdrawals: tuple[datetime, ...]
    typed_withdrawals: tuple[datetime, ...]
    """When its reference, or that of a request merged into it, was typed or withdrawn by slip."""
    scheduler: Scheduler
    viewer: Viewer

    @property
    def state(self) -> CallbackState:
        """The state now."""
        return callback_state(self.events, self.slip_withdrawals, now=self.scheduler.now)

    def row(self) -> WorkRow:
        """Return the row that the caller sees."""
        state = self.state
        noted = is_withdrawal_noted(state, self.events, self.typed_withdrawals)
        return work_row(self.request, state, self.scheduler, self.viewer, noted=noted)

    def news(self) -> SlipNews:
        """Return what the slip of the request says."""
        row, now = self.row(), self.scheduler.now
        return slip_news(
            row.state,
            created_at=row.request.created_at,
            arrived_at=row.request.received_at or row.request.created_at,
            due=next_call_due(row.schedule, now),
            zone=self.scheduler.calendar.zone,
            retimed_at=row.request.retimed_at,
        )

    def after(self, event: CallbackEvent) -> "Transition":
        """Return the same with one more event."""
        done = RequestEvent(
            event.id,
            event.revision,
            event.kind,
            event.outcome,
            event.at,
            event.by_staff,
            event.next_at,
            event.other_id,
            event.with_staff,
        )
        return replace(self, events=(*self.events, done))

    def is_repeat(self, revision: int, action: Action) -> bool:
        """Return whether the caller has already done this action to this revision (a second press).

        A claim that has ended since is no repeat: the request is free for all callers again. Two
        notes are told apart by their text, which is sealed: see `own_notes_after`.
        """
        if isinstance(action, AddNote):
            return False
        done = next((e for e in self.events if e.revision == revision + 1), None)
        if done is None or done.by_staff != self.viewer.id:
            return False
        if isinstance(action, Claim) and self.state.holder_at(self.scheduler.now) != self.viewer.id:
            return False
        then = callback_state(
            [e for e in self.events if e.revision <= revision], self.slip_withdrawals, now=done.at
        )
        parts = event_for(action, then, claim_ends=done.next_at or done.at)
        return parts == (done.kind, done.outcome, done.next_at, done.other_id, done.with_staff)

    def own_notes_after(self, revision: int) -> frozenset[UUID]:
        """Return the ids of the notes that the caller has written since `revision`."""
        return frozenset(
            e.id
            for e in self.events
            if (e.kind, e.by_staff) == (EventKind.NOTED, self.viewer.id) and e.revision > revision
        )

    def objection(
        self, revision: int, action: Action, into: CallbackState | None
    ) -> HeldBy | OutOfDate | Refused | None:
        """Return why an action cannot be done now; None where it can."""
        state, now = self.state, self.scheduler.now
        if not isinstance(action, AddNote):
            holder = state.holder_at(now)
            if holder is not None and holder != self.viewer.id and state.claim_ends is not None:
                return HeldBy(self.viewer.logins.get(holder, ""), state.claim_ends, self.row())
            if self._has_changed(state.revision, revision, action):
                return OutOfDate(self.row())
        reason = refusal(
            state,
            action,
            by=self.viewer.id,
            now=now,
            calendar=self.scheduler.calendar,
            asked=self.request,
            into=into,
        )
        return None if reason is None else Refused(reason, self.row())

    def _has_changed(self, latest: int, revision: int, action: Action) -> bool:
        """Return whether the request is not as it was at `revision`; notes alone change nothing.

        An undo is the exception: what it takes back may be such a note.
        """
        if revision > latest or isinstance(action, Undo):
            return revision != latest
        return any(e.revision > revision and e.kind != EventKind.NOTED for e in self.events)

    def event(
        self, id_: UUID, site: SiteInfo, action: Action, claim_ends: datetime
    ) -> CallbackEvent:
        """Return an action as the next event; its note is still to be sealed."""
        state = self.state
        parts = event_for(action, state, claim_ends=claim_ends)
        return CallbackEvent(
            id=id_,
            site_id=site.site_id,
            kiosk_id=site.kiosk_id,
            request_id=self.request.id,
            revision=state.revision + 1,
            kind=parts.kind.value,
            outcome=parts.outcome,
            by_staff=self.viewer.id,
            at=self.scheduler.now,
            next_at=parts.next_at,
            other_id=parts.other_id,
            with_staff=parts.with_staff,
        )
