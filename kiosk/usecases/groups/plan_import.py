"""Imports groups and sessions from a file's plans, and reads them back as plans for a file."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session as Transaction

from kiosk.domain.groups.groups import (
    LONGEST_LABEL,
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
    EventLeft,
    GroupInFile,
    ImportPreview,
    ImportReport,
    PlanKind,
    PlannedByFile,
    Plans,
    SessionInFile,
    compare_plans,
    format_place,
    format_source,
    planned_at,
    read_place,
)
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.presentation.records import PLAN_PROBLEMS, describe_event_left
from kiosk.records import groups as records
from kiosk.records.database.ahead import ask_ahead, run_together
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

    def preview(self, plans: Plans, places: Mapping[str, str]) -> ImportPreview:
        """Return what the import would do; SetupError for what cannot be kept.

        `places` holds what visitors read for a place of a calendar.
        """
        return self._compare(plans, places).preview

    def run(
        self, plans: Plans, places: Mapping[str, str], cancel: Collection[UUID]
    ) -> ImportReport:
        """Do the import and cancel those of `cancel` that it would; return what it did.

        Raises SetupError, and nothing changes, for what cannot be kept.
        """
        site_id, found = self._site.site_id, self._compare(plans, places)
        preview, compared = found.preview, found.comparison
        if preview.places:
            raise SetupError(f"“{preview.places[0]}” is no room known here; name it first.")
        refused = {one.plan.id for one in preview.cancels} - set(cancel)
        rows = self._transaction
        run_together(
            rows,
            *(partial(records.add_group, rows, site_id, one) for one in found.new_groups),
            *(partial(records.change_group, rows, one) for one in found.changed_groups),
        )
        records.add_sessions(rows, site_id, compared.add)
        run_together(
            rows,
            *(
                partial(records.change_session, rows, one)
                for one in (*compared.change, *compared.renamed)
                if one.plan.id not in refused
            ),
            *(
                partial(records.cancel_session, rows, id_, NO_LONGER_PLANNED)
                for id_ in compared.cancel
                if id_ not in refused
            ),
        )
        report, stays = preview.report, len(refused)
        return replace(report, cancelled=report.cancelled - stays, kept=report.kept + stays)

    def _compare(self, plans: Plans, places: Mapping[str, str]) -> "_Found":
        site_id = self._site.site_id
        ask_ahead(
            self._transaction,
            partial(records.all_groups, self._transaction, site_id, put_away=True),
            partial(records.all_groups, self._transaction, site_id),
        )
        kept = records.planned_for_import(self._transaction, site_id, self._now)
        known = _KeptPlans(records.all_groups(self._transaction, site_id, put_away=True), kept)
        shown = records.all_groups(self._transaction, site_id)
        words = _Places(plans.kind, shown, kept, places)
        found = known.find_all(plans)
        calendars = known.calendars(found.values(), self._now)
        groups = self._groups(plans, found, calendars, words)
        wanted = [
            self._wanted(plans.kind, one, groups, words)
            for one in plans.sessions
            if one.cancelled is None or one.group in groups
        ]
        scope = _Scope(plans, groups.values(), known.groups, calendars, self._site.zone)
        in_file = {one.plan.id: scope.names(one) for one in kept}
        compared = compare_plans(kept, wanted, in_file, self._now, self._site.zone)
        old = {one.id: one for one in known.groups}
        meets = {one.plan.group_id for one in wanted} | (
            {one.id for one in groups.values()} if plans.kind is PlanKind.TOML else set()
        )
        away = meets & (old.keys() - {one.id for one in shown})
        new = [one for one in groups.values() if one.id not in old]
        changed = [
            one
            for one in groups.values()
            if one.id in old and (one != old[one.id] or one.id in away)
        ]
        preview = _preview(compared, kept, scope, self._now)
        if plans.kind is PlanKind.ICS and not plans.sessions and not preview.cancels:
            raise SetupError(_describe_nothing(plans.left))
        seen = [
            one
            for one in changed
            if one.id in away or replace(one, source=None) != replace(old[one.id], source=None)
        ]
        report = replace(preview.report, groups_added=len(new), groups_changed=len(seen))
        preview = replace(preview, report=report, places=words.unknown)
        return _Found(tuple(new), tuple(changed), compared, preview)

    def _groups(
        self,
        plans: Plans,
        olds: Mapping[str, GroupPlan | None],
        calendars: Collection[str],
        words: "_Places",
    ) -> dict[str, GroupPlan]:
        """Return the groups of a file as they are to be; of a calendar those known or ahead."""
        calendar = min(calendars, default="") or self._new_id().hex[-8:]
        ahead = {one.group for one in plans.sessions if one.cancelled is None}
        groups: dict[str, GroupPlan] = {}
        for named in plans.groups:
            old = olds[named.key]
            if plans.kind is PlanKind.TOML:
                groups[named.key] = self._toml_group(named, old)
            elif old is not None:
                source = format_source(plans.kind, named.key, calendar)
                groups[named.key] = replace(old, source=source) if _lacks_calendar(old) else old
            elif named.key in ahead:
                source = format_source(plans.kind, named.key, calendar)
                plan = words.in_words(named.plan)
                groups[named.key] = _group_plan(named.key, plan, self._new_id(), source)
        return groups

    def _toml_group(self, named: GroupInFile, old: GroupPlan | None) -> GroupPlan:
        source: str | None = format_source(PlanKind.TOML, named.key)
        if old is not None and _own_id(named.key) == old.id:
            source = old.source
        id_ = self._new_id() if old is None else old.id
        return _group_plan(named.key, named.plan, id_, source)

    def _wanted(
        self,
        kind: PlanKind,
        named: SessionInFile,
        groups: dict[str, GroupPlan],
        words: "_Places",
    ) -> PlannedByFile:
        group = groups.get(named.group)
        if group is None:
            raise SetupError("A session of the file belongs to no group of the file; mend it.")
        place, room = named.plan.room, words.room(named.plan.room)
        source = format_source(kind, named.series, named.key, "" if room == place else place)
        new = replace(named.plan, id=self._new_id(), series_id=None, source=source, room=room)
        plan = tidy_session(fill_from_group(new, group))
        if isinstance(plan, PlanProblem):
            raise SetupError(f"A session of the file cannot be kept. {PLAN_PROBLEMS[plan]}")
        return PlannedByFile(plan, named.cancelled, named.plan.id)


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
class _Found:
    """What an import comes to."""

    new_groups: tuple[GroupPlan, ...]
    changed_groups: tuple[GroupPlan, ...]
    comparison: Comparison
    preview: ImportPreview


class _Places:
    """What visitors read for the places that a calendar names.

    A room of a group or of a session is known, for visitors read it already. What was said for
    another place holds for the next file too: a session's source has a short name of the place.
    """

    def __init__(
        self,
        kind: PlanKind,
        groups: Iterable[GroupPlan],
        kept: Iterable[PlannedSession],
        said: Mapping[str, str],
    ) -> None:
        self._is_asked = kind is PlanKind.ICS
        self._said = {_fold(place): clean(words, LONGEST_LABEL) for place, words in said.items()}
        self._rooms: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._unknown: dict[str, None] = {}
        for session in kept:
            self._rooms[_fold(session.plan.room)] = session.plan.room
            self._names[read_place(session.plan.source)] = session.plan.room
        for group in groups:
            for room in (group.public_label, group.room):
                self._rooms[_fold(room)] = room
            self._labels[_fold(group.room)] = group.public_label

    @property
    def unknown(self) -> tuple[str, ...]:
        """The places for which there are no words yet, of those that were asked for."""
        return tuple(self._unknown)

    def room(self, place: str) -> str:
        """Return the room of a session at a place."""
        if not place or not self._is_asked:
            return place
        folded = _fold(place)
        found = self._said.get(folded) or self._names.get(format_place(place))
        found = found or self._rooms.get(folded)
        if not found:
            self._unknown[place] = None
        return found or place

    def in_words(self, plan: GroupPlan) -> GroupPlan:
        """Return a new group, whose label and room are the place or stand for none."""
        if plan.public_label != plan.room:
            return plan
        room = self.room(plan.room)
        return replace(plan, public_label=self._labels.get(_fold(room), room), room=room)


class _Scope:
    """The sessions for which a file is the truth: those of its groups, in the time it covers.

    Groups that came with a calendar before belong to it, also when it no longer names them.
    `calendars` are those of which the file is a new version.
    """

    def __init__(
        self,
        plans: Plans,
        groups: Collection[GroupPlan],
        known: Iterable[GroupPlan],
        calendars: Collection[str],
        zone: ZoneInfo,
    ) -> None:
        self._plans = plans
        self._zone = zone
        named = {group.id for group in groups}
        self._groups = named | {group.id for group in known if _calendar(group) in calendars}
        seen = {_calendar(group) for group in groups} - {""}
        self._near = self._groups | {group.id for group in known if _calendar(group) in seen}
        self._series = tuple(format_source(plans.kind, uid) for uid in plans.series)

    def names(self, kept: PlannedSession) -> bool:
        """Return whether a kept session should be in the file, so that leaving it out cancels."""
        source, plans = kept.plan.source, self._plans
        if plans.kind is PlanKind.ICS:
            of_series = source is not None and source.startswith(self._series)
            return of_series or (self.holds(kept) and self._covers(kept))
        made, written = planned_at(kept.plan), plans.written_at
        was_written = made is not None and written is not None and made < written
        return self.holds(kept) or (kept.plan.group_id in self._groups and was_written)

    def holds(self, kept: PlannedSession) -> bool:
        """Return whether a file planned the session, for a group of this file."""
        return kept.plan.source is not None and kept.plan.group_id in self._groups

    def leaves(self, kept: PlannedSession) -> bool:
        """Return whether a session came with these groups, and stays without being named."""
        is_near = kept.plan.source is not None and kept.plan.group_id in self._near
        return is_near and not self.names(kept)

    def _covers(self, kept: PlannedSession) -> bool:
        if self._plans.covers is None:
            return True
        first, last = self._plans.covers
        return first <= kept.plan.starts_at.astimezone(self._zone).date() <= last


def _preview(
    found: Comparison, kept: Iterable[PlannedSession], scope: _Scope, now: datetime
) -> ImportPreview:
    by_id = {one.plan.id: one for one in kept}
    ahead = [one for one in by_id.values() if one.cancelled is None and one.plan.starts_at > now]
    changed = {one.plan.id: one for one in found.change}
    off = [one for one in ahead if one.plan.id in changed and changed[one.plan.id].cancelled]
    return ImportPreview(
        report=ImportReport(
            added=len(found.add),
            changed=len(found.change) - len(off),
            same=found.same,
            cancelled=len(found.cancel) + len(off),
            left=found.left,
            kept=len(found.kept),
        ),
        missing=tuple(map(by_id.__getitem__, found.cancel)),
        called_off=tuple(off),
        known=sum(map(scope.names, ahead)),
        kept=tuple(map(by_id.__getitem__, found.kept)),
        outside=tuple(one for one in ahead if scope.leaves(one)),
        places=(),
    )


def _describe_nothing(left: Sequence[EventLeft]) -> str:
    """Return the sentence for a calendar of which nothing can be taken in."""
    sentence = "The calendar holds no group session that lies ahead."
    if not left:
        return sentence
    first = describe_event_left(left[0])
    more = f", and {len(left) - 1} more" if len(left) > 1 else ""
    return f"{sentence} Left out: {first}{more}."


def _calendar(group: GroupPlan) -> str:
    """Return which calendar a group came with; empty where it came with none that is known."""
    source = group.source or ""
    return source.rpartition(" ")[2] if source.startswith(f"{PlanKind.ICS} ") else ""


def _lacks_calendar(group: GroupPlan) -> bool:
    """Return whether a group may be given to the calendar that names it."""
    source = group.source
    return source is None or (source.startswith(f"{PlanKind.ICS} ") and not _calendar(group))


def _fold(place: str) -> str:
    return clean(place).casefold()


@dataclass(frozen=True, slots=True)
class _KeptPlans:
    """The groups and sessions kept before an import."""

    groups: tuple[GroupPlan, ...]
    sessions: tuple[PlannedSession, ...]

    def find_all(self, plans: Plans) -> dict[str, GroupPlan | None]:
        """Return the kept group for each group of a file by its key; None for those that are new.

        Found by its id or by its key in an earlier file; for a calendar, which has no groups, also
        by its name and then by its sessions.
        """
        found = {named.key: self._find(plans.kind, named) for named in plans.groups}
        if plans.kind is PlanKind.ICS:
            for named in plans.groups:
                if found[named.key] is None:
                    taken = {group.id for group in found.values() if group is not None}
                    found[named.key] = self._find_by_sessions(plans, named.key, taken)
        return found

    def calendars(self, named: Iterable[GroupPlan | None], now: datetime) -> frozenset[str]:
        """Return of which calendars a file is a new version: it names half of their groups."""
        ids = {group.id for group in named if group is not None}
        ahead = {
            one.plan.group_id
            for one in self.sessions
            if one.cancelled is None and one.plan.ends_at > now
        }
        members: dict[str, list[bool]] = defaultdict(list)
        for group in self.groups:
            if _calendar(group) and group.id in ahead:
                members[_calendar(group)].append(group.id in ids)
        return frozenset(key for key, known in members.items() if 2 * sum(known) >= len(known))

    def _find(self, kind: PlanKind, named: GroupInFile) -> GroupPlan | None:
        own, source = _own_id(named.key), format_source(kind, named.key)
        for group in self.groups:
            if group.id == own or (group.source or "").removesuffix(_calendar(group)) == source:
                return group
        name = named.plan.name.casefold() if kind is PlanKind.ICS else None
        return next((group for group in self.groups if group.name.casefold() == name), None)

    def _find_by_sessions(self, plans: Plans, key: str, taken: set[UUID]) -> GroupPlan | None:
        sessions = [one for one in plans.sessions if one.group == key]
        starts = tuple(format_source(PlanKind.ICS, one.series) for one in sessions)
        ids = {one.plan.id for one in sessions}
        met = {
            one.plan.group_id
            for one in self.sessions
            if one.plan.id in ids or (one.plan.source or "").startswith(starts)
        } - taken
        return next((group for group in self.groups if group.id in met), None)


def _group_plan(key: str, named: GroupPlan, group_id: UUID, source: str | None) -> GroupPlan:
    plan = tidy_group(replace(named, id=group_id, source=source))
    if isinstance(plan, PlanProblem):
        raise SetupError(f"The group {key} of the file cannot be kept. {PLAN_PROBLEMS[plan]}")
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
