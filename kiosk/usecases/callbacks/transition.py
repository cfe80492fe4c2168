"""One callback request as it is inside one transaction, and what an action makes of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kiosk.domain.callbacks.actions import (
    Action,
    Claim,
    HeldBy,
    OutOfDate,
    Refused,
    event_for,
    refusal,
)
from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.callbacks.state import CallbackState, RequestEvent, callback_state
from kiosk.domain.callbacks.worklist import WorkRow
from kiosk.records.schema.tables import CallbackEvent
from kiosk.usecases.callbacks.worklist import Viewer, is_withdrawal_noted, work_row
from kiosk.usecases.site import SiteInfo


@dataclass(frozen=True, slots=True)
class Transition:
    """One request with all that was done about it, looked at by one caller at one time."""

    request: OpenedRequest
    events: tuple[RequestEvent, ...]
    slips: tuple[datetime, ...]
    noted_at: tuple[datetime, ...]
    place: Scheduler
    viewer: Viewer

    @property
    def state(self) -> CallbackState:
        """Where it stands now."""
        return callback_state(self.events, self.slips, now=self.place.now)

    def row(self) -> WorkRow:
        """Give it as the caller sees it."""
        state = self.state
        noted = is_withdrawal_noted(state, self.events, self.noted_at)
        return work_row(self.request, state, self.place, self.viewer, noted=noted)

    def after(self, event: CallbackEvent) -> "Transition":
        """Give it as it is with one more event."""
        done = RequestEvent(
            event.id,
            event.revision,
            event.kind,
            event.outcome,
            event.at,
            event.by_staff,
            event.next_at,
            event.other_id,
        )
        return replace(self, events=(*self.events, done))

    def is_repeat(self, revision: int, action: Action) -> bool:
        """Say whether the caller has done just this to this revision already: a second press.

        A claim that has ended since is none: nobody may take it for theirs.
        """
        done = next((e for e in self.events if e.revision == revision + 1), None)
        if done is None or done.by_staff != self.viewer.id:
            return False
        if isinstance(action, Claim) and self.state.holder_at(self.place.now) != self.viewer.id:
            return False
        then = callback_state(
            [e for e in self.events if e.revision <= revision], self.slips, now=done.at
        )
        parts = event_for(action, then, claim_ends=done.next_at or done.at)
        return (parts.kind, parts.outcome, parts.next_at, parts.other_id) == (
            done.kind,
            done.outcome,
            done.next_at,
            done.other_id,
        )

    def objection(
        self, revision: int, action: Action, into: CallbackState | None
    ) -> HeldBy | OutOfDate | Refused | None:
        """Say why an action cannot be done now; None where it can."""
        state, now = self.state, self.place.now
        holder = state.holder_at(now)
        if holder is not None and holder != self.viewer.id and state.claim_ends is not None:
            return HeldBy(self.viewer.logins.get(holder, ""), state.claim_ends, self.row())
        if revision != state.revision:
            return OutOfDate(self.row())
        reason = refusal(
            state,
            action,
            by=self.viewer.id,
            now=now,
            calendar=self.place.calendar,
            asked=self.request,
            into=into,
        )
        return None if reason is None else Refused(reason, self.row())

    def event(
        self, id_: UUID, site: SiteInfo, action: Action, claim_ends: datetime
    ) -> CallbackEvent:
        """Write an action as the next event; its note is still to be sealed."""
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
            at=self.place.now,
            next_at=parts.next_at,
            other_id=parts.other_id,
        )
