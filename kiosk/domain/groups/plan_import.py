"""Plans in files: their groups and sessions, and what differs from what is kept."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
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
class EventLeft:
    """An event of a calendar that is not taken in."""

    title: str
    """Empty where it has none."""
    day: date | None
    """None where it does not say."""
    why: str
    """Goes on after its title, such as "lasts all day"."""


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
    left: tuple[EventLeft, ...] = ()
    """Those ahead first."""
    notes: tuple[str, ...] = ()
    """Sentences about what had to be guessed."""
    covers: tuple[date, date] | None = None
    """From which to which day a calendar holds all; None where a file holds all to come."""


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
    kept: int = 0
    """The file no longer has them, and they stay: people have come, or nobody agreed."""

    @property
    def changes_nothing(self) -> bool:
        """Whether everything was as the file has it."""
        counts = (self.groups_added, self.groups_changed, self.added, self.changed)
        return not any(counts) and not self.cancelled


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do."""

    report: ImportReport
    """As if everything is agreed to."""
    missing: tuple[PlannedSession, ...]
    """Would be cancelled, for the file no longer names them."""
    called_off: tuple[PlannedSession, ...]
    """Would be cancelled, for the file says so."""
    known: int
    """How many sessions are planned of those that the file should name."""
    kept: tuple[PlannedSession, ...]
    """Have check-ins, and stay although the file would cancel them."""
    outside: tuple[PlannedSession, ...]
    """Of the file's groups or their calendar, and not covered by the file; they stay."""
    places: tuple[str, ...]
    """Where sessions are to be, and no room of the clinic's; visitors need other words for them."""

    @property
    def cancels(self) -> tuple[PlannedSession, ...]:
        """Return all that would be cancelled, by start."""
        return tuple(sorted((*self.missing, *self.called_off), key=lambda one: one.plan.starts_at))

    @property
    def misses_many(self) -> bool:
        """Return whether more than a third of what was known is missing: perhaps another file."""
        return 3 * len(self.missing) > self.known


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

    add: tuple[SessionPlan, ...] = ()
    change: tuple[PlannedSession, ...] = ()
    """As they are to be."""
    cancel: tuple[UUID, ...] = ()
    same: int = 0
    left: int = 0
    kept: tuple[UUID, ...] = ()
    """Have check-ins, and are not cancelled although the file would."""
    renamed: tuple[PlannedSession, ...] = ()
    """Of `same`, those that the file calls otherwise; as they are to be."""


def format_source(kind: PlanKind, series: str, key: str = "", place: str = "") -> str:
    """Return a session's name in a file, or, without a key, what those of a series begin with.

    `place` is where the file has it, if visitors read other words for that.
    """
    name = f"{kind.value} {series} {key}"
    return f"{name} {format_place(place)}" if place else name


def format_place(place: str) -> str:
    """Return a short name of a place that does not show it."""
    return sha256(place.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read_place(source: str | None) -> str:
    """Return the short name of the place in a session's source; empty where it has none."""
    return " ".join((source or "").split(" ")[3:])


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
    under a new name on the day of one that is gone is that one, moved. Nothing with check-ins is
    cancelled.
    """
    matched, fresh = _match(kept, wanted, now)
    met = {found.plan.id for found, _ in matched}
    gone = [one for one in kept if one.plan.id not in met and _is_gone(one, in_file, now)]
    moved = dict(_pairs((one for one in gone if not one.has_check_ins), fresh, zone))
    taken = {old.plan.id for old, _ in moved.values()}
    missing = [one for one in gone if one.plan.id not in taken]
    targets = [(found, _target(found, one)) for found, one in matched]
    differing = [(found, new) for found, new in targets if not _is_alike(found, new)]
    stays = [found for found, new in differing if found.has_check_ins and _calls_off(found, new)]
    change = [new for found, new in differing if not _is_fixed(found, now) and found not in stays]
    left = sum(_is_fixed(found, now) and found not in stays for found, _ in differing)
    return Comparison(
        add=tuple(one.plan for one in fresh if one.plan.id not in moved),
        change=(*change, *(_target(old, new) for old, new in moved.values())),
        cancel=tuple(one.plan.id for one in missing if not one.has_check_ins),
        same=len(targets) - len(differing),
        left=left,
        kept=tuple(one.plan.id for one in (*stays, *missing) if one.has_check_ins),
        renamed=tuple(
            new
            for found, new in targets
            if found != new and _is_alike(found, new) and not _is_fixed(found, now)
        ),
    )


def _match(
    kept: Sequence[PlannedSession], wanted: Iterable[PlannedByFile], now: datetime
) -> tuple[list[tuple[PlannedSession, PlannedByFile]], list[PlannedByFile]]:
    """Return each wanted session with the kept one that it is, and those that are not kept.

    The same is what has the kiosk's own id; then what is of the same group at the same start in
    the same room, whatever the file calls it; then what the file calls the same.
    """
    once = {one.plan.source: one for one in reversed(list(wanted))}
    waiting = list(reversed(once.values()))
    matched: list[tuple[PlannedSession, PlannedByFile]] = []
    unmet = {one.plan.id: one for one in kept}
    for key in (_own_id, _meeting_and_name, _meeting, _name):
        found, waiting = _pair_off(list(unmet.values()), waiting, key, now)
        matched += found
        for one, _ in found:
            del unmet[one.plan.id]
    fresh = [one for one in waiting if one.plan.ends_at > now and one.cancelled is None]
    return matched, fresh


_Key = Callable[[PlannedSession | PlannedByFile], object]


def _pair_off(
    kept: Iterable[PlannedSession], wanted: Iterable[PlannedByFile], key: _Key, now: datetime
) -> tuple[list[tuple[PlannedSession, PlannedByFile]], list[PlannedByFile]]:
    """Return pairs of a kept and a wanted session of one key, and those wanted without one."""
    by_key: dict[object, list[PlannedSession]] = defaultdict(list)
    # What takes place comes before what is called off.
    for one in sorted(kept, key=lambda one: one.cancelled is not None):
        by_key[key(one)].append(one)
    pairs, others = [], []
    for plan in wanted:
        wants = key(plan)
        found = by_key[wants] if wants is not None else []
        if found and (plan.plan.ends_at > now or found[0].plan.starts_at <= now):
            pairs.append((found.pop(0), plan))
        else:
            others.append(plan)
    return pairs, others


def _own_id(one: PlannedSession | PlannedByFile) -> object:
    id_ = one.known_id if isinstance(one, PlannedByFile) else one.plan.id
    return None if id_ == NO_ID else id_


def _meeting(one: PlannedSession | PlannedByFile) -> object:
    return one.plan.group_id, one.plan.starts_at, one.plan.room.casefold()


def _meeting_and_name(one: PlannedSession | PlannedByFile) -> object:
    return _meeting(one), _name(one)


def _name(one: PlannedSession | PlannedByFile) -> object:
    return None if one.plan.source is None else tuple(one.plan.source.split(" ")[:3])


def _target(kept: PlannedSession, wanted: PlannedByFile) -> PlannedSession:
    """Return how a kept session is to be; what was called off at a desk stays called off."""
    cancelled = kept.cancelled
    if cancelled is None or (wanted.cancelled is None and cancelled in FILE_REASONS):
        cancelled = wanted.cancelled
    source = kept.plan.source if wanted.known_id == kept.plan.id else wanted.plan.source
    plan = replace(wanted.plan, id=kept.plan.id, series_id=kept.plan.series_id, source=source)
    return replace(kept, plan=plan, cancelled=cancelled)


def _is_alike(kept: PlannedSession, target: PlannedSession) -> bool:
    """Return whether only the file's name of a session differs, which nobody sees."""
    return replace(target, plan=replace(target.plan, source=kept.plan.source)) == kept


def _calls_off(kept: PlannedSession, target: PlannedSession) -> bool:
    return kept.cancelled is None and target.cancelled is not None


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
