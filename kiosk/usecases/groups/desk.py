"""The manager's desk of groups and sessions: plan, change, cancel, import and export."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.groups.groups import (
    GROUP_ENDED,
    LONGEST_REASON,
    Cancelled,
    GroupCard,
    GroupPlan,
    PlannedSession,
    PlanProblem,
    Restored,
    Series,
    SeriesFrom,
    SessionPlan,
    SessionSelection,
    called_off,
    change_problem,
    fill_from_group,
    plan_series,
    tidy_group,
    tidy_session,
    tidy_sessions,
)
from kiosk.domain.groups.plan_import import ImportPreview, ImportReport, Plans
from kiosk.domain.staff import Role
from kiosk.domain.text import clean
from kiosk.records import groups as records
from kiosk.records.database.ahead import ask_ahead, run_together
from kiosk.records.schema.tables import SupportGroup
from kiosk.usecases.groups.plan_import import PlanImport, read_plans
from kiosk.usecases.staff_desk import StaffDesk

_NO_PLACES: Mapping[str, str] = {}


class GroupsDesk(StaffDesk):
    """The manager's desk of groups and sessions; made by `Access.groups_desk` after sign-in.

    Where a plan cannot be kept, a method returns a PlanProblem and nothing has changed.
    """

    role = Role.MANAGER

    def new_id(self) -> UUID:
        """Return a new id for a plan; nothing is written."""
        return self._new_id(self._clock.now())

    def groups(self) -> tuple[GroupCard, ...]:
        """Return the groups that were not put away, by name."""
        with self._reading() as (transaction, now):
            return records.group_cards(transaction, self._site.site_id, now)

    def sessions(
        self, since: date, until: date, group_id: UUID | None = None
    ) -> tuple[PlannedSession, ...]:
        """Return the sessions that start from `since` to before `until` (clinic's days), by start.

        Cancelled sessions are among them.
        """
        begin, end = self._midnight(since), self._midnight(until)
        with self._reading() as (transaction, _now):
            return records.planned_between(transaction, self._site.site_id, begin, end, group_id)

    def add_group(self, plan: GroupPlan) -> GroupPlan | PlanProblem:
        """Keep a new group; one whose id is known stays as it is."""
        tidied = tidy_group(plan)
        if isinstance(tidied, PlanProblem):
            return tidied
        with self._writing() as (transaction, now):
            if not records.row_exists(transaction, SupportGroup, plan.id):
                records.add_group(transaction, self._site.site_id, tidied)
                self._audit(transaction, now, AuditAction.GROUP_ADDED, plan.id)
        return tidied

    def change_group(self, plan: GroupPlan) -> GroupPlan | PlanProblem:
        """Change a group; coming sessions in its old room, or with its old capacity, change too."""
        tidied = tidy_group(plan)
        if isinstance(tidied, PlanProblem):
            return tidied
        with self._writing() as (transaction, now):
            old = records.find_group(transaction, self._site.site_id, plan.id)
            if old is None:
                return PlanProblem.UNKNOWN
            tidied = replace(tidied, source=old.source)
            if tidied == old:
                return old
            records.change_group(transaction, tidied)
            self._move_along(transaction, now, old, tidied)
            self._audit(transaction, now, AuditAction.GROUP_CHANGED, plan.id)
        return tidied

    def put_away_group(self, group_id: UUID) -> Cancelled | PlanProblem:
        """Take a group out of the lists and cancel its coming sessions; past ones stay."""
        with self._writing() as (transaction, now):
            if not records.row_exists(transaction, SupportGroup, group_id):
                return PlanProblem.UNKNOWN
            if records.find_group(transaction, self._site.site_id, group_id) is None:
                return Cancelled(0)
            records.put_group_away(transaction, group_id, now)
            self._audit(transaction, now, AuditAction.GROUP_PUT_AWAY, group_id)
            coming = records.planned_to_come(transaction, self._site.site_id, now, group_id)
            return self._call_off(transaction, now, coming, GROUP_ENDED)

    def add_session(self, plan: SessionPlan) -> SessionPlan | PlanProblem:
        """Plan one session; one whose id is known stays as it is."""
        added = self._add((plan,), plan.group_id, plan.id)
        return added if isinstance(added, PlanProblem) else added[0]

    def add_series(
        self, group_id: UUID, series: Series, room: str = "", capacity: int | None = None
    ) -> tuple[SessionPlan, ...] | PlanProblem:
        """Plan a series, all of it or nothing; without `room` in the group's own.

        The same `series.id` plans the same sessions once.
        """
        with self._reading() as (transaction, _now):
            group = records.find_group(transaction, self._site.site_id, group_id)
        if group is None:
            return PlanProblem.UNKNOWN
        planned = plan_series(series, group_id, room, capacity, self._site.zone)
        if isinstance(planned, PlanProblem):
            return planned
        filled = [fill_from_group(plan, group) for plan in planned]
        return self._add(filled, group_id, series.id)

    def change_session(self, plan: SessionPlan) -> SessionPlan | PlanProblem:
        """Change times, room and capacity; the times of a session that has begun stay.

        It stays with its group, its series and its place in the file that planned it.
        """
        tidied = tidy_session(plan)
        if isinstance(tidied, PlanProblem):
            return tidied
        with self._writing() as (transaction, now):
            found = records.planned_by_ids(transaction, self._site.site_id, [plan.id])
            if not found:
                return PlanProblem.UNKNOWN
            (old,) = found
            group_id, series_id, source = old.plan.group_id, old.plan.series_id, old.plan.source
            new = replace(tidied, group_id=group_id, series_id=series_id, source=source)
            if new == old.plan:
                return new
            problem = change_problem(old, new, now)
            if problem is not None:
                return problem
            records.change_session(transaction, replace(old, plan=new))
            self._audit(transaction, now, AuditAction.SESSION_CHANGED, plan.id)
        return new

    def cancel_sessions(self, which: SessionSelection, reason: str) -> Cancelled | PlanProblem:
        """Cancel sessions, so that no kiosk shows them; their check-ins stay.

        A session that has ended stays as it was; HAS_ENDED where `which` names no other.
        """
        said = clean(reason, LONGEST_REASON)
        if not said:
            return PlanProblem.NO_REASON
        with self._writing() as (transaction, now):
            meant = self._meant(transaction, which)
            if not meant:
                return PlanProblem.UNKNOWN
            upcoming = [one for one in meant if one.plan.ends_at > now]
            if not upcoming:
                return PlanProblem.HAS_ENDED
            return self._call_off(transaction, now, upcoming, said)

    def restore_sessions(self, which: SessionSelection) -> Restored | PlanProblem:
        """Restore cancelled sessions; of a series, all that were cancelled for one reason."""
        with self._writing() as (transaction, now):
            meant = self._meant(transaction, which)
            off = called_off(meant, which)
            groups = {one.plan.group_id for one in off}
            finds = [
                partial(records.find_group, transaction, self._site.site_id, id_) for id_ in groups
            ]
            ask_ahead(transaction, *finds)
            if any(find() is None for find in finds):
                return PlanProblem.NO_GROUP
            restore = partial(records.restore_session, transaction)
            run_together(transaction, *(partial(restore, one.plan.id) for one in off))
            for one in off:
                self._audit(transaction, now, AuditAction.SESSION_RESTORED, one.plan.id)
        return Restored(len(off)) if meant else PlanProblem.UNKNOWN

    def preview_import(self, plans: Plans, places: Mapping[str, str] = _NO_PLACES) -> ImportPreview:
        """Return what `import_plans` would do with a file's plans, and what has to be asked first.

        `places` holds what visitors read for a place that is no room of the clinic's. SetupError
        for plans of which nothing can be kept.
        """
        with self._reading() as (transaction, now):
            importing = PlanImport(transaction, self._site, now, self.new_id)
            return importing.preview(plans, places)

    def import_plans(
        self,
        plans: Plans,
        places: Mapping[str, str] = _NO_PLACES,
        cancel: Collection[UUID] = (),
    ) -> ImportReport:
        """Make groups and upcoming sessions those of a file, all of it or nothing.

        The same file again changes nothing. Of what the file cancels or no longer names, only the
        sessions of `cancel` are cancelled. SetupError for what cannot be kept, and for a place that
        is no room of the clinic's and is not in `places`.
        """
        with self._writing() as (transaction, now):
            importing = PlanImport(transaction, self._site, now, self.new_id)
            report = importing.run(plans, places, cancel)
            if not report.changes_nothing:
                self._audit(transaction, now, AuditAction.PLANS_IMPORTED)
        return report

    def export_plans(self) -> Plans:
        """Return all groups and the sessions that have not ended, as `import_plans` takes them."""
        with self._reading() as (transaction, now):
            return read_plans(transaction, self._site.site_id, now)

    def _add(
        self, plans: Iterable[SessionPlan], group_id: UUID, subject: UUID
    ) -> tuple[SessionPlan, ...] | PlanProblem:
        tidied = tidy_sessions(plans)
        if isinstance(tidied, PlanProblem):
            return tidied
        with self._writing() as (transaction, now):
            if records.find_group(transaction, self._site.site_id, group_id) is None:
                return PlanProblem.UNKNOWN
            if records.add_sessions(transaction, self._site.site_id, tidied):
                self._audit(transaction, now, AuditAction.SESSION_ADDED, subject)
        return tidied

    def _meant(
        self, transaction: Transaction, which: SessionSelection
    ) -> tuple[PlannedSession, ...]:
        site_id = self._site.site_id
        if isinstance(which, SeriesFrom):
            since = self._midnight(which.since)
            return records.planned_of_series(transaction, site_id, which.series_id, since)
        return records.planned_by_ids(transaction, site_id, which)

    def _call_off(
        self,
        transaction: Transaction,
        now: datetime,
        meant: Iterable[PlannedSession],
        reason: str,
    ) -> Cancelled:
        """Cancel those that are not yet, with an entry in the trail for each."""
        planned = [one.plan.id for one in meant if one.cancelled is None]
        cancel = partial(records.cancel_session, transaction, reason=reason)
        run_together(transaction, *(partial(cancel, session_id) for session_id in planned))
        for session_id in planned:
            self._audit(transaction, now, AuditAction.SESSION_CANCELLED, session_id)
        return Cancelled(len(planned))

    def _move_along(
        self, transaction: Transaction, now: datetime, old: GroupPlan, new: GroupPlan
    ) -> None:
        """Set the group's new room and capacity in coming sessions that had the old ones."""
        moved = []
        for one in records.planned_to_come(transaction, self._site.site_id, now, new.id):
            plan = one.plan
            room = new.room if plan.room == old.room else plan.room
            capacity = new.capacity if plan.capacity == old.capacity else plan.capacity
            if (room, capacity) != (plan.room, plan.capacity):
                moved.append(replace(one, plan=replace(plan, room=room, capacity=capacity)))
        change = partial(records.change_session, transaction)
        run_together(transaction, *(partial(change, one) for one in moved))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), self._site.zone)
