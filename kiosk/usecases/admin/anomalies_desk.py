"""The desk of anomalies: records that do not fit together, for facilitators and managers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.attendance.anomalies import (
    Anomaly,
    AnomalyKind,
    FactAnomaly,
    SessionFacts,
    merge_anomalies,
    session_anomalies,
    time_anomalies,
)
from kiosk.domain.clock_sync import FAR_OFF
from kiosk.domain.staff import Role
from kiosk.domain.text import clean
from kiosk.records import anomalies as records
from kiosk.records import check_ins, passes, rosters
from kiosk.records.database.ahead import ask_ahead
from kiosk.usecases.attendance.roster_view import bearers
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk

DAYS = 14
"""How far back the desk looks: lists of earlier sessions are closed."""
MOST_DAYS = 90


class AnomaliesDesk(StaffDesk):
    """Finds anomalies; it opens no name, so a search leaves no entry in the audit trail."""

    def __init__(self, context: Context, signed_in: SignedIn) -> None:
        """Take who opens the desk: a facilitator or a manager; `Access` has checked that."""
        super().__init__(context, signed_in)
        facilitates = Role.FACILITATOR in signed_in.staff.roles
        self.role = Role.FACILITATOR if facilitates else Role.MANAGER

    def anomalies(self, days: int = DAYS) -> tuple[Anomaly, ...]:
        """Return the anomalies of the sessions and requests of the last `days` (1 to 90).

        Those that need a person come first, then the latest. Nothing is stored: what has been
        mended is missing from the next answer.
        """
        with self._reading() as (transaction, now):
            return find_anomalies(self._context, transaction, now, days)


def find_anomalies(
    context: Context, transaction: Transaction, now: datetime, days: int = DAYS
) -> tuple[Anomaly, ...]:
    """Return the same as `AnomaliesDesk.anomalies`, in a transaction."""
    search = _anomaly_search(context, transaction, now, days)
    ask_ahead(transaction, *search.questions())
    symbols = records.machine_symbols(transaction, search.site_id)
    return merge_anomalies(search.all(), {id_: clean(two) for id_, two in symbols.items()})


def anomaly_questions(
    context: Context, transaction: Transaction, now: datetime
) -> list[Callable[[], object]]:
    """Return what `find_anomalies` asks first, to be asked ahead."""
    return _anomaly_search(context, transaction, now, DAYS).questions()


def _anomaly_search(
    context: Context, transaction: Transaction, now: datetime, days: int
) -> "_AnomalySearch":
    since = now - timedelta(days=max(1, min(days, MOST_DAYS)))
    return _AnomalySearch(transaction, context.site.site_id, now, since, context.rules.opens_before)


@dataclass(frozen=True, slots=True)
class _AnomalySearch:
    """One search of the records, in one transaction."""

    transaction: Transaction
    site_id: UUID
    now: datetime
    since: datetime
    opens_before: timedelta

    def questions(self) -> list[Callable[[], object]]:
        """Return what the checks ask first."""
        where = self.transaction, self.site_id, self.since
        return [
            lambda: records.machine_symbols(self.transaction, self.site_id),
            lambda: records.check_ins_by_session(*where),
            lambda: rosters.with_check_ins(*where),
            lambda: list(records.check_ins_without_session(*where)),
            lambda: check_ins.unplaced(self.transaction, self.site_id),
            lambda: list(records.request_times(*where)),
            lambda: list(records.called_after_withdrawal(*where)),
            lambda: list(records.shared_references(*where)),
            lambda: list(records.refusals(*where)),
            lambda: list(records.losses(*where)),
            lambda: list(records.gaps(*where)),
        ]

    def all(self) -> Iterator[FactAnomaly]:
        """Yield what each check finds."""
        where = self.transaction, self.site_id, self.since
        yield from self._at_sessions()
        yield from self._at_no_session()
        yield from self._about_requests()
        for kind, look in (
            (AnomalyKind.REFUSED, records.refusals),
            (AnomalyKind.LOST, records.losses),
            (AnomalyKind.GAP, records.gaps),
        ):
            for gap in look(*where):
                machine = frozenset({gap.kiosk_id})
                yield FactAnomaly(kind, gap.after, machine, count=gap.missing)

    def _at_sessions(self) -> Iterator[FactAnomaly]:
        facts = records.check_ins_by_session(self.transaction, self.site_id, self.since)
        planned = rosters.with_check_ins(self.transaction, self.site_id, self.since)
        lookups = {one.lookup for some in facts.values() for one in some if one.lookup is not None}
        holders = bearers(passes.holders(self.transaction, lookups))
        for session_id, some in facts.items():
            plan = planned.get(session_id)
            if plan is None:  # its group has not come yet, so nobody could say where it was
                continue
            held = SessionFacts(plan.session, plan.cancelled, some, holders)
            yield from session_anomalies(held, self.opens_before, plan.group_name)

    def _at_no_session(self) -> Iterator[FactAnomaly]:
        for fact in records.check_ins_without_session(self.transaction, self.site_id, self.since):
            machine = frozenset(() if fact.kiosk_id is None else (fact.kiosk_id,))
            yield FactAnomaly(AnomalyKind.NO_SESSION, fact, machine)
        for fact in check_ins.unplaced(self.transaction, self.site_id):
            machine = frozenset(() if fact.kiosk_id is None else (fact.kiosk_id,))
            yield FactAnomaly(AnomalyKind.UNPLACED, fact, machine)

    def _about_requests(self) -> Iterator[FactAnomaly]:
        where = self.transaction, self.site_id, self.since
        for asked in records.request_times(*where):
            ahead = asked.stamp.at > self.now + FAR_OFF
            stamp = replace(asked.stamp, clock_doubtful=True) if ahead else asked.stamp
            for kind in time_anomalies(stamp):
                yield _found_about(kind, asked)
        for asked in records.called_after_withdrawal(*where):
            yield _found_about(AnomalyKind.CALLED, asked)
        for asked in records.shared_references(*where):
            yield _found_about(AnomalyKind.SAME_REFERENCE, asked)


def _found_about(kind: AnomalyKind, asked: records.RequestTimes) -> FactAnomaly:
    return FactAnomaly(
        kind, asked.stamp, frozenset({asked.kiosk_id}), reference=clean(asked.reference)
    )
