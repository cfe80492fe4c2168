"""Builds the rows of the worklist and of its exports from what is kept and what the rules say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kiosk.domain.dialling import local
from kiosk.domain.events import EventKind, RequestEvent
from kiosk.domain.oddities import Stamp, of_times
from kiosk.domain.outlook import Lookout
from kiosk.domain.requests import OpenedRequest
from kiosk.domain.status import RequestStatus, Standing
from kiosk.domain.worklist import ExportRow, WorkRow


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


def work_row(
    request: OpenedRequest, state: Standing, place: Lookout, by: Viewer, *, noted: bool
) -> WorkRow:
    """Build the row of one request as somebody sees it from their place."""
    holder = state.holder_at(place.now)
    mine = holder == by.id
    schedule = place.schedule(state, request, mine=mine)
    if holder is None:
        return WorkRow(request, state, schedule, withdrawal_noted=noted)
    login = by.logins.get(holder, "")
    return WorkRow(request, state, schedule, login, mine, state.claim_ends, noted)


def export_row(row: WorkRow, number: str, country: str) -> ExportRow:
    """Build the row of one request as it leaves the desk, its number in the form of `country`.

    What was taken back stays in the list, without the number that nobody may ring any more.
    """
    request = row.request
    if row.state.status is RequestStatus.WITHDRAWN:
        number = ""
    times = Stamp(request.created_at, request.kiosk_at, request.received_at, request.clock_doubtful)
    return ExportRow(
        request,
        row.state,
        row.schedule,
        row.holder,
        row.held_by_me,
        row.claim_ends,
        row.withdrawal_noted,
        phone_e164=number,
        phone_local=local(number, country),
        flags=tuple(kind.value for kind in of_times(times)),
    )
