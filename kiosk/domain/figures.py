"""The manager's reports: figures of finished blocks of weeks, without anybody to be found in them.

A block is four whole weeks, counted from one fixed Monday, so that no two reports can lie askew
of each other. Each block is told by itself and never changes: what is written later counts no
more, and a block leaves the reports before retention may touch it. There is no sum over blocks.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

BLOCK_WEEKS = 4
SETTLED_AFTER = timedelta(days=2)
"""After the end of a block: until then corrections and facts of a kiosk without a line count."""
FIRST_MONDAY = date(1970, 1, 5)
ATTEMPTS_TOLD = 3
"""Reach rates are told for so many attempts."""

_BLOCK = timedelta(weeks=BLOCK_WEEKS)


@dataclass(frozen=True, slots=True)
class Block:
    """Four whole weeks in the clinic's time."""

    monday: date
    """Its first day."""
    starts_at: datetime
    ends_at: datetime
    """The first moment after it."""

    @property
    def settled_at(self) -> datetime:
        """When it is told; nothing that is written from then on counts."""
        return self.ends_at + SETTLED_AFTER

    @property
    def mondays(self) -> tuple[date, ...]:
        """The first day of each of its weeks."""
        return tuple(self.monday + timedelta(weeks=week) for week in range(BLOCK_WEEKS))

    def __contains__(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at

    def week(self, at: datetime, zone: ZoneInfo) -> int:
        """Say in which of its weeks (from 0) a moment of the block lies."""
        return (at.astimezone(zone).date() - self.monday).days // 7


@dataclass(frozen=True, slots=True)
class Waits:
    """Working hours that people waited; None where too few did."""

    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """Callback requests in one language of the call."""

    language: str
    """Code of `CallLanguage`."""
    requests: int | None
    """None is hidden."""
    first_attempt: Waits
    contact: Waits


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """Callback requests in one week."""

    monday: date
    requests: int | None
    """None is hidden."""
    first_attempt: Waits
    """Of the requests that were first tried in this week, from when they were made."""
    contact: Waits
    """Of the requests whose visitor was first spoken to in this week."""


@dataclass(frozen=True, slots=True)
class RequestsBlock:
    """What a block tells of callback requests."""

    block: Block
    total: int | None
    """Requests made; None is hidden."""
    weeks: tuple[WeekFigures, ...]
    languages: tuple[LanguageFigures, ...]
    """Every language there is, in one order."""
    first_attempt: Waits
    contact: Waits
    reach: tuple[int | None, ...]
    """How many of a hundred first, second, third calls reached the visitor; None is hidden."""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Who came to one group: a number for each week of a block."""

    group_id: UUID
    name: str
    """As staff call it."""
    weeks: tuple[int | None, ...]
    """None is hidden."""
    total: int | None
    """None where a week is hidden."""


@dataclass(frozen=True, slots=True)
class AttendanceBlock:
    """What a block tells of check-ins."""

    block: Block
    total: int | None
    """Everybody who came, guests too; None is hidden."""
    groups: tuple[GroupFigures, ...]
    """By name."""
    busy: tuple[tuple[int | None, ...], ...]
    """Arrivals by weekday (Monday first) and hour (24), clinic's time; None is hidden."""


@dataclass(frozen=True, slots=True)
class RequestsReport:
    """Finished blocks of callback requests, the oldest first."""

    at: datetime
    blocks: tuple[RequestsBlock, ...]
    next_at: datetime
    """When the next block can be told."""


@dataclass(frozen=True, slots=True)
class AttendanceReport:
    """Finished blocks of attendance, the oldest first."""

    at: datetime
    blocks: tuple[AttendanceBlock, ...]
    next_at: datetime
    """When the next block can be told."""


def blocks_to_tell(
    now: datetime, zone: ZoneInfo, kept: timedelta, most: int
) -> tuple[tuple[Block, ...], datetime]:
    """Give the last finished blocks, the oldest first, and when there will be another one.

    At most `most`, and none that began as long ago as the policy keeps records (`kept`): some of
    its facts may be gone.
    """
    coming = _block_of(now - SETTLED_AFTER, zone)
    found: list[Block] = []
    block = _block(coming.monday - _BLOCK, zone)
    while len(found) < most and block.starts_at > now - kept:
        found.append(block)
        block = _block(block.monday - _BLOCK, zone)
    return tuple(reversed(found)), coming.settled_at


def _block_of(at: datetime, zone: ZoneInfo) -> Block:
    day = at.astimezone(zone).date()
    return _block(day - (day - FIRST_MONDAY) % _BLOCK, zone)


def _block(monday: date, zone: ZoneInfo) -> Block:
    return Block(monday, _midnight(monday, zone), _midnight(monday + _BLOCK, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
