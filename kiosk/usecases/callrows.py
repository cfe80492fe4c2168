"""Builds the rows of the worklist and of its exports from what is kept and what the rules say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kiosk.domain.dialling import local
from kiosk.domain.events import EventKind, RequestEvent
from kiosk.domain.oddities import Stamp, of_times
from kiosk.domain.outlook import Lookout
from kiosk.domain.status import RequestStatus, Standing
from kiosk.domain.worklist import ExportRow, WorkRow
from kiosk.usecases.callbook import Entry


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the list."""

    id: UUID
    logins: Mapping[UUID, str]
    """Of everybody who has an account."""
    speaks: frozenset[str]
    """Codes of `CallLanguage`; empty for all."""


def is_noted(state: Standing, events: Iterable[RequestEvent], noted_at: Iterable[datetime]) -> bool:
    """Say whether a typed withdrawal waits for staff: none of them was settled since it was typed.

    A request that is withdrawn, closed or merged needs no settling.
    """
    latest = max(noted_at, default=None)
    if latest is None or not (state.open or state.escalated):
        return False
    if not state.note_dismissed:
        return True
    dismissed = (event.at for event in events if event.kind == EventKind.NOTE_DISMISSED)
    return latest > max(dismissed, default=latest)


def work_row(entry: Entry, state: Standing, place: Lookout, by: Viewer, *, noted: bool) -> WorkRow:
    """Build the row of one request as somebody sees it from their place."""
    holder, person = state.holder_at(place.now), entry.person
    ahead = place.outlook(state, entry, mine=holder == by.id)
    return WorkRow(
        id=entry.id,
        reference=entry.reference,
        created_at=entry.created_at,
        received_at=entry.received_at,
        status=state.status,
        reason=state.reason,
        revision=state.revision,
        preferred_name=person.name,
        phone_masked=person.phone_masked,
        windows=entry.windows,
        not_before=entry.not_before,
        call_language=entry.call_language,
        message_policy=entry.message_policy,
        answered_by_other=person.answered_by_other,
        share_with_team=person.share_with_team,
        ui_language=entry.ui_language,
        unreadable=person.unreadable,
        withdrawal_noted=noted,
        clock_doubtful=entry.clock_doubtful,
        holder="" if holder is None else by.logins.get(holder, ""),
        held_by_me=holder == by.id,
        claim_ends=None if holder is None else state.claim_ends,
        attempts=ahead.attempts,
        last_result=ahead.last_result,
        next_at=ahead.next_at,
        hint=ahead.hint,
        breach_at=ahead.breach_at,
        call_now=ahead.call_now,
        working_age=ahead.working_age,
        may_give_up=ahead.may_give_up,
        stopped=state.stopped,
        duplicate_of=state.merged_into,
    )


def export_row(row: WorkRow, entry: Entry, state: Standing, country: str) -> ExportRow:
    """Build the row of one request as it leaves the desk, its number in the form of `country`.

    What was taken back stays in the list, without the number that nobody may ring any more.
    """
    attempts = state.attempts
    number = "" if state.status is RequestStatus.WITHDRAWN else entry.person.number
    return ExportRow(
        id=row.id,
        reference=row.reference,
        created_at=row.created_at,
        received_at=row.received_at,
        status=row.status,
        reason=row.reason,
        preferred_name=row.preferred_name,
        phone_e164=number,
        phone_local=local(number, country),
        windows=row.windows,
        not_before=row.not_before,
        call_language=row.call_language,
        message_policy=row.message_policy,
        answered_by_other=row.answered_by_other,
        share_with_team=row.share_with_team,
        ui_language=row.ui_language,
        attempts=row.attempts,
        first_attempt_at=attempts[0][0] if attempts else None,
        last_attempt_at=attempts[-1][0] if attempts else None,
        last_result=row.last_result,
        next_at=row.next_at,
        holder=row.holder,
        closed_at=state.since,
        withdrawal_noted=row.withdrawal_noted,
        clock_doubtful=row.clock_doubtful,
        unreadable=row.unreadable,
        kiosk_at=entry.kiosk_at,
        flags=tuple(kind.value for kind in of_times(_stamp(entry))),
    )


def _stamp(entry: Entry) -> Stamp:
    return Stamp(entry.created_at, entry.kiosk_at, entry.received_at, entry.clock_doubtful)
