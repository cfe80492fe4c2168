"""The incarnations of a kiosk: what shows that its folder was copied or put back, and what it lost.

A folder that is copied, or put back to an older copy, would go on under numbers that were given
out already. It begins a new incarnation instead, whose numbers nobody else has (the
word is from Das, Gupta and Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process
Group Membership Protocol", 2002, 4.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.ids import NO_ID

SPAN: Final = 1 << 40
"""How many numbers an incarnation has: its facts carry those from `incarnation * SPAN` on."""
ALIVE: Final = timedelta(days=1)
"""A machine that was heard so lately is still running."""
TOLD_FOR: Final = timedelta(days=7)
"""So long staff are told of a folder that was put back."""
LOSS_TOLD_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PushMark:
    """The last push of an incarnation: what is there at central, and what the kiosk remembers."""

    id: UUID = NO_ID
    """Random, chosen anew for each run of pushes; nil before the first."""
    count: int = 0
    """How many pushes there were."""


@dataclass(frozen=True, slots=True)
class OwnIncarnation:
    """The incarnation that a kiosk's own folder is in."""

    number: int = 0
    mark: PushMark = PushMark()
    """The last push that is known to be at central."""
    next_id: UUID = NO_ID
    """The mark of pushes that were begun; they may have arrived unanswered."""
    unseen_after: int = 0
    unseen_upto: int = 0
    """When it began, central had facts of the incarnation before with the numbers above
    `unseen_after` up to here, which this folder has never had."""


@dataclass(frozen=True, slots=True)
class Incarnation:
    """An incarnation as central knows it; times are central's."""

    number: int
    mark: PushMark
    upto: int
    """The highest number that it has sent."""
    pending: int
    """How many rows waited on it at its last contact."""
    began_at: datetime
    """When it was first heard."""
    heard_at: datetime
    unseen_after: int = 0
    unseen_upto: int = 0
    """As the kiosk reports it, see `OwnIncarnation`."""


def find_own(own: OwnIncarnation, known: Sequence[Incarnation]) -> Incarnation | None:
    """Return a kiosk's own incarnation among those that central knows of it."""
    return next((one for one in known if one.number == own.number), None)


def is_taken(own: OwnIncarnation, known: Sequence[Incarnation]) -> bool:
    """Return whether another folder has pushed as this incarnation, so that a new one has to begin.

    Then central has taken pushes that this folder does not know, and at least as many as it knows.
    """
    there = find_own(own, known)
    return (
        there is not None
        and there.mark.id not in (own.mark.id, own.next_id)
        and there.mark.count >= own.mark.count
    )


def is_behind(own: OwnIncarnation, known: Sequence[Incarnation]) -> bool:
    """Return whether central has lost pushes of this incarnation: it was put back meanwhile."""
    there = find_own(own, known)
    return (0 if there is None else there.mark.count) < own.mark.count


def next_number(own: OwnIncarnation, known: Sequence[Incarnation]) -> int:
    """Return the number of a new incarnation, above all that there were."""
    return max(own.number, *(one.number for one in known)) + 1


def has_twin(own: OwnIncarnation, known: Sequence[Incarnation], now: datetime) -> bool:
    """Return whether another folder of a kiosk runs beside its own; `now` is central's time."""
    there = find_own(own, known)
    began = now if there is None else there.began_at
    return any(_runs(one, began, now) for one in known if one != there)


def describe_incarnations(
    known: Sequence[Incarnation], now: datetime, zone: ZoneInfo
) -> tuple[str, ...]:
    """Return what staff must know of a kiosk's folders, the most urgent first; times in `zone`."""
    twins = _describe_twins(known, now, zone) or _describe_put_back(known, now, zone)
    return tuple(sentence for sentence in (_describe_lost(known, now), twins) if sentence)


def describe_own(incarnation_at: datetime | None, twin_at: datetime | None, now: datetime) -> str:
    """Return what staff in front of a kiosk must know of its folder; empty where all is usual.

    `incarnation_at` is when its incarnation began (None for the first), `twin_at` when it last
    heard that another folder runs; both by its own clock, as `now`.
    """
    if twin_at is not None and now - twin_at < ALIVE:
        return (
            "Another machine runs with a copy of this folder. Empty the copy by"
            " `kiosk central reset` there and enrol that machine; nothing is lost meanwhile."
        )
    if incarnation_at is not None and now - incarnation_at < TOLD_FOR:
        return (
            "This folder is an older copy, or was put back to one. It goes on under new numbers;"
            " what is here is not lost."
        )
    return ""


def _runs(one: Incarnation, since: datetime, now: datetime) -> bool:
    """Return whether an incarnation was heard after both it and another had begun, and lately."""
    return one.heard_at > max(one.began_at, since) and now - one.heard_at < ALIVE


def _describe_twins(known: Sequence[Incarnation], now: datetime, zone: ZoneInfo) -> str:
    began = [
        max(one.began_at, other.began_at)
        for one, other in combinations(known, 2)
        if _runs(one, other.began_at, now) and _runs(other, one.began_at, now)
    ]
    if not began:
        return ""
    return (
        f"Two machines run as this kiosk since {_format(min(began), zone)}: one has a copied"
        " folder. Empty that by `kiosk central reset` and enrol the machine by itself."
    )


def _describe_put_back(known: Sequence[Incarnation], now: datetime, zone: ZoneInfo) -> str:
    newest = max(known, key=lambda one: one.number, default=None)
    if newest is None or newest.number == 0 or now - newest.began_at >= TOLD_FOR:
        return ""
    said = f"Put back to an older copy by {_format(newest.began_at, zone)}."
    before = [one for one in known if one.number < newest.number]
    if not before:
        return said
    last = max(before, key=lambda one: one.heard_at)
    waited = f"; {last.pending:,} waited then" if last.pending else ""
    lost = f"What it took after {_format(last.heard_at, zone)} and had not sent is lost{waited}."
    return f"{said} {lost}"


def _describe_lost(known: Sequence[Incarnation], now: datetime) -> str:
    lost = sum(_lost(one, known) for one in known if now - one.began_at < LOSS_TOLD_FOR)
    if not lost:
        return ""
    records = "1 record" if lost == 1 else f"Up to {lost:,} records"
    return (
        f"{records} of it that the centre once had may be lost: both were put back to older"
        " copies. Look for a newer backup of either."
    )


def _lost(one: Incarnation, known: Sequence[Incarnation]) -> int:
    """Return how many facts of the incarnation before central had that nobody may have any more.

    Those that waited here when the folder was copied are among them, though they are here.
    """
    before = one.unseen_upto // SPAN
    upto = max((other.upto for other in known if other.number == before), default=0)
    return max(one.unseen_upto - max(one.unseen_after, upto), 0)


def _format(at: datetime, zone: ZoneInfo) -> str:
    there = at.astimezone(zone)
    return f"{there.day} {there:%b %H:%M}"
