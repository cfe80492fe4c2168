"""Counts what is to be called without opening any request."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.request import MessagePolicy, OpenedRequest, Retiming, retimed
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.callbacks.state import AttemptResult, RequestEvent, callback_state
from kiosk.domain.callbacks.worklist import Schedule
from kiosk.domain.clock_sync import corrected
from kiosk.domain.staff import Role
from kiosk.records import staff
from kiosk.records.callbacks import facts
from kiosk.records.callbacks.maybe_open import (
    UnopenedRequest,
    events_of_maybe_open,
    maybe_open_requests,
    retimings_of_maybe_open,
    slips_before_correction,
)
from kiosk.records.database.ahead import ask_ahead
from kiosk.usecases.callbacks.worklist import unless_handed_on


@dataclass(frozen=True, slots=True)
class WaitingCounts:
    """How many requests wait for staff; the same numbers as above the worklist."""

    open: int
    call_now: int
    """Which can be called this minute, and that no colleague has claimed."""


def count_waiting(
    transaction: Transaction, site_id: UUID, scheduler: Scheduler, viewer: UUID
) -> WaitingCounts:
    """Return how many requests wait at the scheduler's minute, as a member of staff sees them."""
    schedules = [one for _, one in open_schedules(transaction, site_id, scheduler, viewer)]
    return WaitingCounts(len(schedules), sum(one.call_now for one in schedules))


def open_schedules(
    transaction: Transaction, site_id: UUID, scheduler: Scheduler, viewer: UUID
) -> Iterator[tuple[datetime, Schedule]]:
    """Yield of each request that waits when it was made, and what comes next for it."""
    ask_ahead(transaction, *waiting_questions(transaction, site_id))
    requests = list(maybe_open_requests(transaction, site_id))
    events: dict[UUID, list[RequestEvent]] = defaultdict(list)
    for request_id, event in events_of_maybe_open(transaction, site_id):
        events[request_id].append(event)
    chosen = _chosen_times(transaction, site_id, {one.id for one in requests})
    accounts = staff.accounts(transaction, site_id)
    in_use = (one.staff for one in accounts if not one.disabled)
    callers = {one.id for one in in_use if Role.CALLER in one.roles}
    taken_back = slips_before_correction(transaction, site_id)
    for kept in requests:
        done = events.get(kept.id, [])
        state = callback_state(done, (), now=scheduler.now)
        if state.open and kept.id not in taken_back:
            asked = retimed(_asked(kept, done), chosen.get(kept.id, ()))
            mine = state.holder_at(scheduler.now) == viewer
            schedule = scheduler.schedule(state, asked, mine=mine)
            if state.handed_to in callers and not mine:
                schedule = unless_handed_on(schedule, state.handed_to, viewer, scheduler.now)
            yield asked.created_at, schedule


def waiting_questions(transaction: Transaction, site_id: UUID) -> list[Callable[[], object]]:
    """Return what `count_waiting` asks, to be asked ahead."""
    return [
        lambda: list(maybe_open_requests(transaction, site_id)),
        lambda: list(events_of_maybe_open(transaction, site_id)),
        lambda: list(retimings_of_maybe_open(transaction, site_id)),
        lambda: staff.accounts(transaction, site_id),
        lambda: slips_before_correction(transaction, site_id),
    ]


def _chosen_times(
    transaction: Transaction, site_id: UUID, known: set[UUID]
) -> dict[UUID, list[Retiming]]:
    """Return the other times chosen for `known` requests, or for those merged into them."""
    found: dict[UUID, list[Retiming]] = defaultdict(list)
    for request_id, retiming in retimings_of_maybe_open(transaction, site_id):
        found[request_id].append(retiming)
    seen, merged = set[UUID](), found.keys() - known
    while merged:
        seen |= merged
        events: dict[UUID, list[RequestEvent]] = {id_: [] for id_ in merged}
        for id_, event in facts.events_of_some(transaction, sorted(merged)):
            events[id_].append(event)
        merged = set()
        for id_, done in events.items():
            into = callback_state(done, ()).merged_into
            if into is not None and into not in seen:
                found[into] += found.pop(id_)
                merged |= {into} - known
    return found


def _asked(kept: UnopenedRequest, events: Iterable[RequestEvent]) -> OpenedRequest:
    """Return a request as far as a schedule depends on it.

    Whether a text may be sent is sealed; where one was sent, it may.
    """
    texted = any(event.outcome == AttemptResult.TEXT_SENT for event in events)
    return OpenedRequest(
        id=kept.id,
        reference="",
        created_at=corrected(kept.created_at, kept.clock_offset_ms),
        preferred_name="",
        phone_masked="",
        windows=tuple(code for code in kept.windows.split(",") if code),
        not_before=kept.not_before,
        call_language="",
        message_policy=MessagePolicy.TEXT if texted else "",
        answered_by_other="",
        share_with_team=False,
        ui_language="",
    )
