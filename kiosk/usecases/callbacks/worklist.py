"""Builds the worklist of one desk; only rows that a fact or the minute changes are built anew."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from kiosk.domain.attendance.anomalies import FactTimes, time_anomalies
from kiosk.domain.callbacks.actions import Action, Book, HandOver
from kiosk.domain.callbacks.request import OpenedRequest, Retiming, retimed
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.callbacks.state import (
    CallbackState,
    EventKind,
    RequestEvent,
    RequestStatus,
    callback_state,
)
from kiosk.domain.callbacks.waiting_times import count_worklist
from kiosk.domain.callbacks.wishes import Skills, is_for_another
from kiosk.domain.callbacks.worklist import ExportRow, Schedule, Worklist, WorkRow, sort_rows
from kiosk.domain.phones import format_local
from kiosk.domain.policy import Rules
from kiosk.domain.working_time import WorkingCalendar
from kiosk.usecases.callbacks.request_cache import RequestCache


@dataclass(frozen=True, slots=True)
class Viewer:
    """The member of staff who sees the list."""

    id: UUID
    logins: Mapping[UUID, str]
    """Of every account, by staff id."""
    speaks: frozenset[str]
    """The languages that they are to call in, codes of `CallLanguage`; empty for all."""
    skills: Skills = field(default_factory=Skills)
    """What they can do themselves."""
    team: frozenset[Skills] = frozenset()
    """What each of the clinic's callers can do."""
    staff: frozenset[UUID] = frozenset()
    """Whose accounts are in use."""
    callers: frozenset[UUID] = frozenset()
    """Those of them who may ring."""

    def knows(self, action: Action) -> bool:
        """Return whether the colleague that an action names is there and can do it."""
        match action:
            case HandOver(to):
                return to is None or to in self.callers
            case Book(_, with_staff):
                return with_staff is None or with_staff in self.staff
            case _:
                return True


_UNTOUCHED = callback_state((), ())
"""The state of most requests: no event and no withdrawal yet."""


class WorklistBuilder:
    """Keeps the states and rows of a cache's requests from one worklist to the next."""

    def __init__(self, cache: RequestCache, calendar: WorkingCalendar, rules: Rules) -> None:
        self._cache = cache
        self._calendar = calendar
        self._rules = rules
        self._states: dict[UUID, CallbackState] = {}
        self._rows: dict[UUID, WorkRow] = {}
        self._duplicates: dict[UUID, UUID] = {}
        self._corrected: set[UUID] = set()
        """Those of them whose slips speak for the request they were merged into."""
        """From a duplicate to the request that it was merged into."""
        self._changed: set[UUID] = set()
        self._viewer: Viewer | None = None
        self._shown: Worklist | None = None

    def scheduler(self, now: datetime) -> Scheduler:
        """Return what schedules every request at `now`."""
        rules = self._rules
        return Scheduler(now, self._calendar, rules.first_attempt_days, rules.wish_days)

    def mark_changed(self, changed: Iterable[UUID] | None) -> None:
        """Mark the requests whose facts changed; None stands for all."""
        if changed is not None:
            self._changed.update(changed)
            return
        self._states, self._rows, self._duplicates, self._shown = {}, {}, {}, None
        self._corrected = set()

    def build(self, now: datetime, viewer: Viewer) -> Worklist:
        """Return the list as it is at `now`; the same object where nothing has changed."""
        shown = self._shown
        if shown is not None and viewer == self._viewer and _minute(shown.at) == _minute(now):
            if not self._changed:
                return shown
            wanted = self._fold(now, self._changed)
        else:
            wanted = self._fold_all(now)
        self._build_rows(self.scheduler(now), viewer, wanted)
        self._changed, self._viewer = set(), viewer
        rows = sort_rows(self._rows.values(), viewer.speaks)
        waiting_times = count_worklist(rows, now=now, calendar=self._calendar)
        self._shown = Worklist(now, rows, waiting_times, viewer.speaks)
        return self._shown

    def withdrawals_of_duplicates(self, request_id: UUID) -> list[datetime]:
        """Return when a request merged into this one was withdrawn, by slip or typed reference."""
        return self._inherited_withdrawals().get(request_id, [])

    def _fold_all(self, now: datetime) -> Collection[UUID]:
        """Fold what changed and what time changes; return whose rows to build at another minute."""
        states, is_first = self._states, not self._states
        if is_first:
            # Most requests are untouched, and those need no folding.
            states.update(dict.fromkeys(self._cache.entries, _UNTOUCHED))
            wanted = self._cache.touched()
        else:
            wanted = self._changed | {
                id_ for id_, state in states.items() if not _is_timeless(state)
            }
        folded = self._fold(now, wanted)
        if is_first:
            return states
        # In their order: ten thousand rows are built faster as they lie in memory.
        return [id_ for id_, state in states.items() if state.open or id_ in folded]

    def _fold(self, now: datetime, wanted: Iterable[UUID]) -> Collection[UUID]:
        """Fold those of `wanted` that are here; return them and the requests that this concerns."""
        cache, concerned = self._cache, set[UUID]()
        for id_ in wanted:
            if id_ not in cache.entries:
                continue
            state = self._fold_one(id_, now)
            if state.corrected or id_ in self._corrected:
                (self._corrected.add if state.corrected else self._corrected.discard)(id_)
            if state.merged_into is not None or id_ in self._duplicates:
                concerned |= self._follow(id_, state.merged_into)
            concerned.add(id_)
        for id_ in {self._root(one) for one in self._corrected} & concerned:
            self._fold_one(id_, now)
        return concerned

    def _fold_one(self, id_: UUID, now: datetime) -> CallbackState:
        events = self._cache.events(id_)
        slips = [*self._cache.slip_withdrawals(id_), *self._slips_before_correction(id_)]
        state = callback_state(events, slips, now=now) if events or slips else _UNTOUCHED
        self._states[id_] = state
        return state

    def _slips_before_correction(self, request_id: UUID) -> list[datetime]:
        """Return when the slip of a request that was corrected into this one took it back."""
        return [
            at
            for one in self._corrected
            if one != request_id and self._root(one) == request_id
            for at in self._cache.slip_withdrawals(one)
        ]

    def _follow(self, id_: UUID, into: UUID | None) -> set[UUID]:
        """Keep what a request was merged into; return the other requests that this concerns."""
        concerned = {self._duplicates.pop(id_, None), into} - {None}
        if into is not None:
            self._duplicates[id_] = into
        roots = {self._root(other) for other in concerned if other is not None}
        return {root for root in roots if root in self._cache.entries}

    def _root(self, id_: UUID) -> UUID:
        """Return the request at the end of a chain of merges."""
        seen: set[UUID] = set()
        while id_ in self._duplicates and id_ not in seen:
            seen.add(id_)
            id_ = self._duplicates[id_]
        return id_

    def _inherited_withdrawals(self) -> dict[UUID, list[datetime]]:
        """Return the withdrawals of merged requests by the request that stands for them."""
        cache = self._cache
        found: dict[UUID, list[datetime]] = defaultdict(list)
        for duplicate in self._duplicates:
            reference = cache.entries[duplicate].reference
            found[self._root(duplicate)] += cache.typed_withdrawals.get(
                reference, []
            ) + cache.slip_withdrawals(duplicate)
        return found

    def retimings(self, request_id: UUID) -> list[Retiming]:
        """Return the other times chosen by the slip of a request, or of one merged into it."""
        return self._retimings().get(request_id, [])

    def duplicates(self, request_id: UUID) -> list[UUID]:
        """Return the requests that were merged into one, as far as the list was read."""
        return [one for one in self._duplicates if self._root(one) == request_id]

    def _retimings(self) -> dict[UUID, list[Retiming]]:
        found: dict[UUID, list[Retiming]] = defaultdict(list)
        for id_, chosen in self._cache.retimings.items():
            found[self._root(id_)] += chosen
        return found

    def _build_rows(self, scheduler: Scheduler, viewer: Viewer, wanted: Iterable[UUID]) -> None:
        cache, inherited = self._cache, self._inherited_withdrawals()
        entries, states, rows = cache.entries, self._states, self._rows
        typed_withdrawals, chosen = cache.typed_withdrawals, self._retimings()
        for id_ in wanted:
            entry, state, noted = entries[id_], states.get(id_, _UNTOUCHED), False
            if id_ in chosen:
                entry = retimed(entry, chosen[id_])
            if entry.reference in typed_withdrawals or inherited:
                typed = typed_withdrawals.get(entry.reference, []) + inherited.get(id_, [])
                noted = bool(typed) and is_withdrawal_noted(state, cache.events(id_), typed)
            rows[id_] = work_row(entry, state, scheduler, viewer, noted=noted)


def work_row(
    request: OpenedRequest, state: CallbackState, scheduler: Scheduler, by: Viewer, *, noted: bool
) -> WorkRow:
    """Return the row of one request as a viewer sees it at the scheduler's time.

    What was asked later than that came from a clock that was wrong, and is marked.
    """
    if scheduler.is_later(request.created_at):
        request = replace(request, clock_doubtful=True)
    holder = state.holder_at(scheduler.now)
    mine = holder == by.id
    schedule = scheduler.schedule(state, request, mine=mine)
    # Who may no longer ring is handed nothing.
    handed_to = state.handed_to if state.handed_to in by.callers else None
    # Most wish for nothing, and so for nobody.
    for_nobody = not request.wishes or holder is not None or handed_to is not None
    until = None if for_nobody else _for_another_until(request, state, scheduler, by)
    if holder is None and handed_to is None and state.booking is None:
        return WorkRow(
            request,
            state,
            schedule,
            withdrawal_noted=noted,
            entered_by=_login(by, request.origin.entered_by),
            for_another_until=until,
        )
    if not mine:
        schedule = unless_handed_on(schedule, handed_to, by.id, scheduler.now)
    return WorkRow(
        request,
        state,
        schedule,
        holder=_login(by, holder),
        held_by_me=mine,
        claim_ends=None if holder is None else state.claim_ends,
        withdrawal_noted=noted,
        entered_by=_login(by, request.origin.entered_by),
        handed_to=_login(by, handed_to),
        handed_to_me=handed_to == by.id,
        booked_with=_login(by, state.booking.with_staff if state.booking else None),
        for_another_until=until,
    )


def unless_handed_on(
    schedule: Schedule, handed_to: UUID | None, viewer: UUID, now: datetime
) -> Schedule:
    """Return what comes next for a viewer: a colleague's to call, until it is late for all."""
    if handed_to in (None, viewer) or schedule.late_by(now) is not None:
        return schedule
    return schedule._replace(call_now=False)


def _login(viewer: Viewer, staff_id: UUID | None) -> str:
    return "" if staff_id is None else viewer.logins.get(staff_id, "")


def _for_another_until(
    request: OpenedRequest, state: CallbackState, scheduler: Scheduler, by: Viewer
) -> datetime | None:
    if not state.open or not is_for_another(
        request.wishes, request.call_language, by.skills, by.team
    ):
        return None
    return scheduler.wish_until(request)


def export_row(row: WorkRow, number: str, country: str) -> ExportRow:
    """Return the row of one request as it leaves the desk; `number` is E.164, `country` ISO 3166.

    A withdrawn request stays in the list without its number, which must not be called any more.
    """
    request = row.request
    if row.state.status is RequestStatus.WITHDRAWN:
        number = ""
    # A paper form lies before it is entered, and what is corrected too: no machine is late by it.
    received_at = request.received_at if request.origin.entered_by is None else None
    times = FactTimes(request.created_at, request.kiosk_at, received_at, request.clock_doubtful)
    return ExportRow(
        request,
        row.state,
        row.schedule,
        row.holder,
        row.held_by_me,
        row.claim_ends,
        row.withdrawal_noted,
        row.entered_by,
        row.handed_to,
        row.handed_to_me,
        row.booked_with,
        row.for_another_until,
        phone_e164=number,
        phone_local=format_local(number, country),
        flags=tuple(kind.value for kind in time_anomalies(times)),
    )


def is_withdrawal_noted(
    state: CallbackState, events: Iterable[RequestEvent], typed_withdrawals: Iterable[datetime]
) -> bool:
    """Return whether a typed withdrawal waits for staff: none was dismissed since it was typed.

    A request that is withdrawn, closed or merged needs no decision.
    """
    latest = max(typed_withdrawals, default=None)
    if latest is None or not (state.open or state.escalated):
        return False
    if not state.note_dismissed:
        return True
    dismissed = (event.at for event in events if event.kind == EventKind.NOTE_DISMISSED)
    return latest > max(dismissed, default=latest)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _is_timeless(state: CallbackState) -> bool:
    """Return whether the passing of time leaves a state as it is."""
    return state is _UNTOUCHED or (state.claim_ends is None and state.next_at is None)
