"""Plans in files: their groups and sessions, and what differs from what is kept."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.groups.groups import FILE_REASONS, GroupPlan, PlannedSession, SessionPlan
from kiosk.domain.ids import NO_ID, made_at


class PlanKind(StrEnum):
    """What kind of file plans come from."""

    TOML = "toml"
    """Holds everything about its groups."""
    ICS = "ics"
    """Holds only when and where; a group that is known keeps its name and label."""


@dataclass(frozen=True, slots=True)
class GroupInFile:
    """A group as a file names it."""

    key: str
    """What the file calls it; the same again means the same group."""
    plan: GroupPlan
    """Its id is NO_ID, but in plans that come from a desk."""


@dataclass(frozen=True, slots=True)
class SessionInFile:
    """A session as a file names it."""

    group: str
    """Key of its group."""
    series: str
    """What it belongs to: the UID in a calendar, the group's key in TOML."""
    key: str
    """Which one of them it is; the same again means the same session."""
    plan: SessionPlan
    """What is left empty is the group's; its id is NO_ID, but in a file that a kiosk has written.

    `group` holds its group: `group_id` is NO_ID, but in plans that come from a desk.
    """
    cancelled: str | None = None
    """Why it is called off; None where it takes place."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The groups and sessions of a file."""

    kind: PlanKind
    groups: tuple[GroupInFile, ...]
    sessions: tuple[SessionInFile, ...]
    series: frozenset[str] = frozenset()
    """Every UID of a calendar, those without a session left too."""
    written_at: datetime | None = None
    """When a kiosk wrote the file; what was made before and is missing was taken out of it."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; counts."""

    groups_added: int = 0
    groups_changed: int = 0
    added: int = 0
    """Sessions, as all that follow."""
    changed: int = 0
    same: int = 0
    cancelled: int = 0
    left: int = 0
    """Had begun or were called off at a desk, and stay although the file has them otherwise."""

    @property
    def changes_nothing(self) -> bool:
        """Whether everything was as the file has it."""
        counts = (self.groups_added, self.groups_changed, self.added, self.changed)
        return not any(counts) and not self.cancelled


@dataclass(frozen=True, slots=True)
class PlannedByFile:
    """A session that a file asks for, with the source and the group that it gets here."""

    plan: SessionPlan
    """Its id counts only where the session is known by it, or new."""
    cancelled: str | None
    known_id: UUID = NO_ID
    """The kiosk's own id of it, where the file holds one."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What has to be done so that what is kept is what is wanted."""

    add: tuple[SessionPlan, ...]
    change: tuple[PlannedSession, ...]
    """As they are to be."""
    cancel: tuple[UUID, ...]
    same: int
    left: int


def format_source(kind: PlanKind, series: str, key: str = "") -> str:
    """Return a session's name in a file, or, without a key, what those of a series begin with."""
    return f"{kind.value} {series} {key}"


def planned_at(session: SessionPlan) -> datetime | None:
    """Return when a session was planned, where its ids show it (UUIDv7)."""
    for id_ in (session.series_id, session.id):
        at = None if id_ is None else made_at(id_)
        if at is not None:
            return at
    return None


def compare_plans(
    kept: Sequence[PlannedSession],
    wanted: Iterable[PlannedByFile],
    in_file: Mapping[UUID, bool],
    now: datetime,
    zone: ZoneInfo,
) -> Comparison:
    """Return the differences between what is kept and what a file asks for.

    `in_file` holds by session id whether the file would still name a kept session if it were
    planned. What has ended is neither added nor changed; what has begun is not changed. A session
    under a new name on the day of one that is gone is that one, moved.
    """
    matched, fresh = _match(kept, wanted, now)
    met = {found.plan.id for found, _ in matched}
    gone = [one for one in kept if one.plan.id not in met and _is_gone(one, in_file, now)]
    moved = dict(_pairs(gone, fresh, zone))
    targets = [(found, _target(found, one)) for found, one in matched]
    differing = [(found, target) for found, target in targets if found != target]
    change = [target for found, target in differing if not _is_fixed(found, now)]
    taken = {old.plan.id for old, _ in moved.values()}
    return Comparison(
        add=tuple(one.plan for one in fresh if one.plan.id not in moved),
        change=(*change, *(_target(old, new) for old, new in moved.values())),
        cancel=tuple(one.plan.id for one in gone if one.plan.id not in taken),
        same=len(targets) - len(differing),
        left=len(differing) - len(change),
    )


def _match(
    kept: Sequence[PlannedSession], wanted: Iterable[PlannedByFile], now: datetime
) -> tuple[list[tuple[PlannedSession, PlannedByFile]], list[PlannedByFile]]:
    """Return each wanted session with the kept one that it is, and those that are not kept."""
    by_source = {one.plan.source: one for one in kept if one.plan.source is not None}
    by_id = {one.plan.id: one for one in kept}
    matched: dict[UUID, tuple[PlannedSession, PlannedByFile]] = {}
    fresh: list[PlannedByFile] = []
    once = {one.plan.source: one for one in reversed(list(wanted))}
    for one in reversed(once.values()):
        found = by_id.get(one.known_id) or by_source.get(one.plan.source or "")
        has_ended = one.plan.ends_at <= now
        if found is None:
            if not has_ended and one.cancelled is None:
                fresh.append(one)
        elif not has_ended or found.plan.starts_at <= now:
            matched.setdefault(found.plan.id, (found, one))
    return list(matched.values()), fresh


def _target(kept: PlannedSession, wanted: PlannedByFile) -> PlannedSession:
    """Return how a kept session is to be; what was called off at a desk stays called off."""
    cancelled = kept.cancelled
    if cancelled is None or (wanted.cancelled is None and cancelled in FILE_REASONS):
        cancelled = wanted.cancelled
    source = kept.plan.source if wanted.known_id == kept.plan.id else wanted.plan.source
    plan = replace(wanted.plan, id=kept.plan.id, series_id=kept.plan.series_id, source=source)
    return replace(kept, plan=plan, cancelled=cancelled)


def _is_fixed(kept: PlannedSession, now: datetime) -> bool:
    called_off = kept.cancelled is not None and kept.cancelled not in FILE_REASONS
    return called_off or kept.plan.starts_at <= now


def _is_gone(kept: PlannedSession, in_file: Mapping[UUID, bool], now: datetime) -> bool:
    upcoming = kept.cancelled is None and kept.plan.starts_at > now
    return upcoming and in_file.get(kept.plan.id, False)


def _pairs(
    gone: Iterable[PlannedSession], fresh: Iterable[PlannedByFile], zone: ZoneInfo
) -> Iterator[tuple[UUID, tuple[PlannedSession, PlannedByFile]]]:
    """Yield pairs of an old and a new one, each alone on its group's day, by the new one's id."""
    old: dict[tuple[UUID, date], list[PlannedSession]] = defaultdict(list)
    new: dict[tuple[UUID, date], list[PlannedByFile]] = defaultdict(list)
    for session in gone:
        old[_day(session.plan, zone)].append(session)
    for one in fresh:
        new[_day(one.plan, zone)].append(one)
    for day, found in new.items():
        if len(found) == 1 == len(old.get(day, ())):
            yield found[0].plan.id, (old[day][0], found[0])


def _day(plan: SessionPlan, zone: ZoneInfo) -> tuple[UUID, date]:
    return plan.group_id, plan.starts_at.astimezone(zone).date()
