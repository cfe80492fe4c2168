"""What facilitators and managers may look through: records that do not quite fit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.anomalies import (
    Anomaly,
    AnomalyKind,
    FactAnomaly,
    SessionFacts,
    merge_anomalies,
    session_anomalies,
    time_anomalies,
)
from kiosk.domain.staff import Role
from kiosk.domain.text import clean
from kiosk.records import anomalies as records
from kiosk.records import passes, rosters
from kiosk.usecases.attendance.roster_view import bearers
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk

DAYS = 14
"""How far back it is worth looking: lists of earlier sessions are closed and forgotten."""
MOST_DAYS = 90


class AnomaliesDesk(StaffDesk):
    """Finds odd records; it opens nobody's name, so looking leaves no entry in the audit trail."""

    def __init__(self, context: Context, signed_in: SignedIn) -> None:
        """Take who opens the desk: a facilitator or a manager; `Access` has checked that."""
        super().__init__(context, signed_in)
        facilitates = Role.FACILITATOR in signed_in.staff.roles
        self.role = Role.FACILITATOR if facilitates else Role.MANAGER

    def anomalies(self, days: int = DAYS) -> tuple[Anomaly, ...]:
        """Give what is odd about the sessions and requests of the last `days` (1 to 90).

        What needs a person comes first, then the latest; nothing is stored, so what has been
        mended is simply not there the next time.
        """
        with self._reading() as (transaction, now):
            look = _AnomalySearch(
                transaction,
                self._site.site_id,
                now - timedelta(days=max(1, min(days, MOST_DAYS))),
                self._context.rules.opens_before,
            )
            symbols = records.symbols(transaction, self._site.site_id)
            return merge_anomalies(look.all(), {id_: clean(two) for id_, two in symbols.items()})


@dataclass(frozen=True, slots=True)
class _AnomalySearch:
    """One look at the records, in one transaction."""

    transaction: Transaction
    site_id: UUID
    since: datetime
    opens_before: timedelta

    def all(self) -> Iterator[FactAnomaly]:
        """Find everything."""
        yield from self._at_sessions()
        yield from self._at_no_session()
        yield from self._about_requests()
        for gap in records.gaps(self.transaction, self.site_id, self.since):
            machine = frozenset({gap.kiosk_id})
            yield FactAnomaly(AnomalyKind.GAP, gap.after, machine, count=gap.missing)

    def _at_sessions(self) -> Iterator[FactAnomaly]:
        facts = records.of_sessions(self.transaction, self.site_id, self.since)
        planned = rosters.with_facts(self.transaction, self.site_id, self.since)
        lookups = {one.lookup for some in facts.values() for one in some if one.lookup is not None}
        holders = bearers(passes.holders(self.transaction, lookups))
        for session_id, some in facts.items():
            plan = planned[session_id]
            held = SessionFacts(plan.session, plan.cancelled, some, holders)
            yield from session_anomalies(held, self.opens_before, plan.group_name)

    def _at_no_session(self) -> Iterator[FactAnomaly]:
        for fact in records.of_no_session(self.transaction, self.site_id, self.since):
            machine = frozenset(() if fact.kiosk_id is None else (fact.kiosk_id,))
            yield FactAnomaly(AnomalyKind.NO_SESSION, fact, machine)

    def _about_requests(self) -> Iterator[FactAnomaly]:
        given = self.transaction, self.site_id, self.since
        for asked in records.requests(*given):
            for kind in time_anomalies(asked.stamp):
                yield _found_about(kind, asked)
        for asked in records.called_after_withdrawal(*given):
            yield _found_about(AnomalyKind.CALLED, asked)
        for asked in records.shared_references(*given):
            yield _found_about(AnomalyKind.SAME_REFERENCE, asked)


def _found_about(kind: AnomalyKind, asked: records.RequestTimes) -> FactAnomaly:
    return FactAnomaly(
        kind, asked.stamp, frozenset({asked.kiosk_id}), reference=clean(asked.reference)
    )
