"""Imports groups and sessions from a file's plans, and reads them back as plans for a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.groups.groups import (
    NO_LONGER_PLANNED,
    GroupPlan,
    PlannedSession,
    PlanProblem,
    SessionPlan,
    fill_from_group,
    tidy_group,
    tidy_session,
    tidy_sessions,
)
from kiosk.domain.groups.plan_import import (
    Comparison,
    GroupInFile,
    ImportReport,
    PlanKind,
    PlannedByFile,
    Plans,
    SessionInFile,
    compare_plans,
    format_source,
    planned_at,
)
from kiosk.errors import SetupError
from kiosk.presentation.records import PLAN_PROBLEMS
from kiosk.records import groups as records
from kiosk.records.database.store import Records
from kiosk.records.schema.tables import SupportGroup
from kiosk.usecases.site import SiteInfo


class PlanImport:
    """One import, inside one transaction."""

    def __init__(
        self,
        transaction: Transaction,
        site: SiteInfo,
        now: datetime,
        new_id: Callable[[], UUID],
    ) -> None:
        """Take `new_id`, which returns the ids of what is new."""
        self._transaction = transaction
        self._site = site
        self._now = now
        self._new_id = new_id

    def run(self, plans: Plans) -> ImportReport:
        """Do the import; SetupError, and nothing changes, for what cannot be kept."""
        kept = records.planned_for_import(self._transaction, self._site.site_id, self._now)
        known = _KeptPlans(
            records.all_groups(self._transaction, self._site.site_id, put_away=True), kept
        )
        away = {one.id for one in known.groups} - {
            one.id for one in records.all_groups(self._transaction, self._site.site_id)
        }
        report, groups = ImportReport(), dict[str, GroupPlan]()
        for named in plans.groups:
            report = self._keep_group(report, plans, named, known, away, groups)
        wanted = [self._wanted(plans.kind, one, groups) for one in plans.sessions]
        in_file = {one.plan.id: _is_in_file(one, plans, groups.values()) for one in kept}
        found = compare_plans(kept, wanted, in_file, self._now, self._site.zone)
        self._apply(found)
        return replace(
            report,
            added=len(found.add),
            changed=len(found.change),
            same=found.same,
            cancelled=len(found.cancel),
            left=found.left,
        )

    def _keep_group(
        self,
        report: ImportReport,
        plans: Plans,
        named: GroupInFile,
        known: "_KeptPlans",
        away: set[UUID],
        groups: dict[str, GroupPlan],
    ) -> ImportReport:
        """Find, add or change one group, and count it."""
        old = known.find(plans, named)
        source: str | None = format_source(plans.kind, named.key)
        if old is not None and _own_id(named.key) == old.id:
            source = old.source
        new = _group_plan(named, self._new_id() if old is None else old.id, source)
        if old is not None and plans.kind is PlanKind.ICS:
            new = replace(old, source=old.source or source)
        groups[named.key] = new
        if old is None:
            records.add_group(self._transaction, self._site.site_id, new)
            return replace(report, groups_added=report.groups_added + 1)
        if new == old and old.id not in away:
            return report
        records.change_group(self._transaction, new)
        return replace(report, groups_changed=report.groups_changed + 1)

    def _wanted(
        self, kind: PlanKind, named: SessionInFile, groups: dict[str, GroupPlan]
    ) -> PlannedByFile:
        group = groups.get(named.group)
        if group is None:
            raise SetupError("A session of the file belongs to no group of the file; mend it.")
        source = format_source(kind, named.series, named.key)
        new = replace(named.plan, id=self._new_id(), series_id=None, source=source)
        plan = tidy_session(fill_from_group(new, group))
        if isinstance(plan, PlanProblem):
            raise SetupError(f"A session of the file cannot be kept. {PLAN_PROBLEMS[plan]}")
        return PlannedByFile(plan, named.cancelled, named.plan.id)

    def _apply(self, found: Comparison) -> None:
        records.add_sessions(self._transaction, self._site.site_id, found.add)
        for session in found.change:
            records.change_session(self._transaction, session)
        for session_id in found.cancel:
            records.cancel_session(self._transaction, session_id, NO_LONGER_PLANNED)


def read_plans(transaction: Transaction, site_id: UUID, now: datetime) -> Plans:
    """Return all groups and the sessions that have not ended, as plans of a TOML file."""
    groups = records.all_groups(transaction, site_id)
    keys = {group.id: _key(group) for group in groups}
    kept = records.planned_for_import(transaction, site_id, now)
    upcoming = [one for one in kept if one.plan.ends_at > now and one.plan.group_id in keys]
    return Plans(
        PlanKind.TOML,
        tuple(GroupInFile(keys[group.id], group) for group in groups),
        tuple(_session_in_file(one, keys[one.plan.group_id]) for one in upcoming),
        frozenset(keys.values()),
        now,
    )


def add_group(store: Records, site: SiteInfo, plan: GroupPlan) -> None:
    """Keep a group; one of the same id stays as it is. SetupError where it cannot be kept."""
    tidied = tidy_group(plan)
    if isinstance(tidied, PlanProblem):
        raise SetupError(f"A group cannot be kept. {PLAN_PROBLEMS[tidied]}")
    with store.write() as transaction:
        if not records.row_exists(transaction, SupportGroup, plan.id):
            records.add_group(transaction, site.site_id, tidied)


def add_sessions(store: Records, site: SiteInfo, plans: tuple[SessionPlan, ...]) -> None:
    """Keep sessions, all or none; those whose id is known stay as they are.

    Raises SetupError for one that cannot be kept.
    """
    tidied = tidy_sessions(plans)
    if isinstance(tidied, PlanProblem):
        raise SetupError(f"A session cannot be kept. {PLAN_PROBLEMS[tidied]}")
    with store.write() as transaction:
        records.add_sessions(transaction, site.site_id, tidied)


@dataclass(frozen=True, slots=True)
class _KeptPlans:
    """The groups and sessions kept before an import."""

    groups: tuple[GroupPlan, ...]
    sessions: tuple[PlannedSession, ...]

    def find(self, plans: Plans, named: GroupInFile) -> GroupPlan | None:
        """Return the kept group that a group of a file names; None where it is new.

        Found by its id or by its key in an earlier file; for a calendar, which has no groups, also
        by its sessions and by its name.
        """
        own = _own_id(named.key)
        source = format_source(plans.kind, named.key)
        for group in self.groups:
            if group.id == own or group.source == source:
                return group
        if plans.kind is not PlanKind.ICS:
            return None
        series = {one.series for one in plans.sessions if one.group == named.key}
        starts = tuple(format_source(PlanKind.ICS, uid) for uid in series)
        ids = {one.plan.id for one in plans.sessions if one.group == named.key}
        met = {
            one.plan.group_id
            for one in self.sessions
            if one.plan.id in ids or (one.plan.source or "").startswith(starts)
        }
        name = named.plan.name.casefold()
        by_sessions = (group for group in self.groups if group.id in met)
        by_name = (group for group in self.groups if group.name.casefold() == name)
        return next(by_sessions, None) or next(by_name, None)


def _is_in_file(kept: PlannedSession, plans: Plans, groups: Iterable[GroupPlan]) -> bool:
    """Return whether a kept session came from this file, so that leaving it out cancels it."""
    source = kept.plan.source or ""
    if plans.kind is PlanKind.ICS:
        return source.startswith(tuple(format_source(PlanKind.ICS, uid) for uid in plans.series))
    if kept.plan.group_id not in {group.id for group in groups}:
        return False
    made, written = planned_at(kept.plan), plans.written_at
    was_written = made is not None and written is not None and made < written
    return was_written or source.startswith(f"{PlanKind.TOML} ")


def _group_plan(named: GroupInFile, group_id: UUID, source: str | None) -> GroupPlan:
    plan = tidy_group(replace(named.plan, id=group_id, source=source))
    if isinstance(plan, PlanProblem):
        raise SetupError(f"The group {named.key} of the file cannot be kept. {PLAN_PROBLEMS[plan]}")
    return plan


def _key(group: GroupPlan) -> str:
    """Return the key by which a TOML file knows a group, else its id."""
    kind, _, key = (group.source or "").strip().partition(" ")
    return key if kind == PlanKind.TOML and key else str(group.id)


def _own_id(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


def _session_in_file(kept: PlannedSession, group: str) -> SessionInFile:
    return SessionInFile(group, group, str(kept.plan.id), kept.plan, kept.cancelled)
