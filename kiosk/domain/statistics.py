"""The manager's reports: statistics of finished blocks of weeks, in which nobody can be found.

A block is four whole weeks, counted from one fixed Monday, so that no two reports can overlap in
part. Each block is reported by itself and never changes: what is written later counts no more, and
a block leaves the reports before retention may touch it. There is no sum over blocks.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.attendance.attendance import FirstVisit
from kiosk.domain.callbacks.request import CallLanguage, Source
from kiosk.domain.callbacks.state import AttemptResult
from kiosk.domain.suppression import LEAST, Protected, protect

BLOCK_WEEKS = 4
SETTLED_AFTER = timedelta(days=2)
"""After the end of a block: until then corrections and facts of a kiosk without a line count."""
FIRST_MONDAY = date(1970, 1, 5)
REPORTED_ATTEMPTS = 3
"""Reach rates are reported for so many attempts."""
SPOKEN_TO_RESULTS = frozenset(
    {AttemptResult.REACHED_SELF, AttemptResult.DECLINED, AttemptResult.CALL_LATER}
)
"""The results of attempts in which the visitor was on the phone."""

_BLOCK = timedelta(weeks=BLOCK_WEEKS)
_TENTH = 10
_HOURS, _DAYS = 24, 7
_LANGUAGES = tuple(CallLanguage)
_SOURCES = tuple(Source)

HoursBetween = Callable[[datetime, datetime], float]
"""Takes two times and returns the working hours between them."""


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
        """When it is reported; nothing that is written from then on counts."""
        return self.ends_at + SETTLED_AFTER

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.monday + timedelta(weeks=BLOCK_WEEKS, days=-1)

    @property
    def mondays(self) -> tuple[date, ...]:
        """The first day of each of its weeks."""
        return tuple(self.monday + timedelta(weeks=week) for week in range(BLOCK_WEEKS))

    def __contains__(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at

    def week(self, at: datetime, zone: ZoneInfo) -> int:
        """Return the number of the week, from 0, in which a moment of the block lies."""
        return (at.astimezone(zone).date() - self.monday).days // 7


class ReportBlock(Protocol):
    """What a report tells of one block."""

    @property
    def block(self) -> Block:
        """Its four weeks."""
        ...

    @property
    def has_numbers(self) -> bool:
        """Whether any of its numbers is not hidden."""
        ...


AnyBlock = TypeVar("AnyBlock", bound=ReportBlock)


@dataclass(frozen=True, slots=True)
class Report(Generic[AnyBlock]):
    """Finished blocks, the oldest first."""

    at: datetime
    blocks: tuple[AnyBlock, ...]
    next_at: datetime
    """When the next block can be reported."""


@dataclass(frozen=True, slots=True)
class RequestHistory:
    """One callback request, as far as statistics need it."""

    made_at: datetime
    language: str
    """Code of `CallLanguage`."""
    attempts: tuple[tuple[datetime, str], ...]
    """When each was made and its result (code of `AttemptResult`), in order."""
    source: str = Source.VISITOR
    """Code of `Source`."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Working hours that people waited; None where too few did."""

    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class LanguageStatistics:
    """Callback requests in one language of the call."""

    language: str
    """Code of `CallLanguage`."""
    requests: int | None
    """None is hidden."""
    first_attempt: Waits
    contact: Waits


@dataclass(frozen=True, slots=True)
class SourceStatistics:
    """Callback requests that came in one way."""

    source: str
    """Code of `Source`."""
    requests: int | None
    """None is hidden."""


@dataclass(frozen=True, slots=True)
class WeekStatistics:
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
    """The statistics of callback requests in one block."""

    block: Block
    total: int | None
    """Requests made; None is hidden."""
    weeks: tuple[WeekStatistics, ...]
    languages: tuple[LanguageStatistics, ...]
    """Every language there is, in one order."""
    first_attempt: Waits
    contact: Waits
    reach: tuple[int | None, ...]
    """How many of a hundred first, second, third calls reached the visitor; None is hidden."""
    sources: tuple[SourceStatistics, ...]
    """Every way there is, in one order."""

    @property
    def has_numbers(self) -> bool:
        """Whether any of its numbers is not hidden; waits may be known where no request is."""
        numbers = (self.total, self.first_attempt.median, self.contact.median, *self.reach)
        return any(number is not None for number in numbers)


class ArrivalHistory(NamedTuple):
    """One arrival, as far as statistics need it."""

    at: datetime
    group_id: UUID
    """The group that met."""
    first_visit: FirstVisit | None = None
    """None where they did not ask to be met."""
    came_again: bool = False
    """Whether their pass came to another session later."""


@dataclass(frozen=True, slots=True)
class FirstVisitStatistics:
    """People who came for the first time and asked to be met; None is hidden."""

    people: int | None = None
    met: int | None = None
    came_again: int | None = None
    """By a pass, before the block was settled."""


@dataclass(frozen=True, slots=True)
class GroupStatistics:
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
    """The statistics of check-ins in one block."""

    block: Block
    total: int | None
    """Everybody who came, guests too; None is hidden."""
    groups: tuple[GroupStatistics, ...]
    """By name."""
    busy: tuple[tuple[int | None, ...], ...]
    """Arrivals by weekday (Monday first) and hour (24), clinic's time; None is hidden."""
    first_visits: FirstVisitStatistics = FirstVisitStatistics()

    @property
    def has_numbers(self) -> bool:
        """Whether any of its numbers is not hidden."""
        return self.total is not None


def finished_blocks(
    now: datetime, zone: ZoneInfo, kept: timedelta, most: int
) -> tuple[tuple[Block, ...], datetime]:
    """Return the last finished blocks, the oldest first, and when there will be another one.

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


@dataclass(frozen=True, slots=True)
class _Wait:
    """How long somebody waited for something that happened in the block."""

    week: int
    language: CallLanguage
    hours: float


def requests_block(
    block: Block, histories: Iterable[RequestHistory], zone: ZoneInfo, hours: HoursBetween
) -> RequestsBlock:
    """Return the statistics of callback requests in a block.

    `histories` are at least those of the requests that were made or tried in it. A wait belongs to
    the week in which it ended.
    """
    some = tuple(histories)
    made = [history for history in some if history.made_at in block]
    shown = _count_requests(made, block, zone)
    first = tuple(_waits_for(_first_attempt, block, some, zone, hours))
    contact = tuple(_waits_for(_first_contact, block, some, zone, hours))
    return RequestsBlock(
        block=block,
        total=shown.total,
        weeks=tuple(
            WeekStatistics(
                monday,
                shown.partitions[0][week],
                _waits(wait.hours for wait in first if wait.week == week),
                _waits(wait.hours for wait in contact if wait.week == week),
            )
            for week, monday in enumerate(block.mondays)
        ),
        languages=tuple(
            LanguageStatistics(
                language.value,
                count,
                _waits(wait.hours for wait in first if wait.language is language),
                _waits(wait.hours for wait in contact if wait.language is language),
            )
            for language, count in zip(_LANGUAGES, shown.partitions[1], strict=True)
        ),
        first_attempt=_waits(wait.hours for wait in first),
        contact=_waits(wait.hours for wait in contact),
        reach=_reach_percents(block, some),
        sources=_count_sources(made, shown.total),
    )


def attendance_block(
    block: Block,
    arrivals: Iterable[ArrivalHistory],
    groups: Mapping[UUID, str],
    zone: ZoneInfo,
) -> AttendanceBlock:
    """Return the statistics of arrivals in a block.

    `groups` names all that there were, those that nobody came to as well: which groups are reported
    must not depend on who came.
    """
    inside = [one for one in arrivals if one.at in block]
    order = sorted(groups, key=lambda group: (groups[group].casefold(), group))
    weekly = Counter((one.group_id, block.week(one.at, zone)) for one in inside)
    times = (one.at.astimezone(zone) for one in inside)
    busy = Counter((local.weekday(), local.hour) for local in times)
    shown = protect(
        len(inside),
        (
            [weekly[group, week] for group in order for week in range(BLOCK_WEEKS)],
            [busy[day, hour] for day in range(_DAYS) for hour in range(_HOURS)],
        ),
    )
    weeks, hours = shown.partitions
    return AttendanceBlock(
        block,
        shown.total,
        tuple(
            GroupStatistics(group, groups[group], row, _sum(row))
            for group, row in zip(order, _rows(weeks, BLOCK_WEEKS), strict=True)
        ),
        tuple(_rows(hours, _HOURS)),
        FirstVisitStatistics() if shown.total is None else _count_first_visits(inside),
    )


def _count_first_visits(inside: Sequence[ArrivalHistory]) -> FirstVisitStatistics:
    """Return the first visits among arrivals whose number is shown.

    How many were not first visits can be reckoned from it, and so can how many were not met.
    """
    first = [one for one in inside if one.first_visit is not None]
    people, _ = protect(len(inside), [_parts(len(first), inside)]).partitions[0]
    if people is None:
        return FirstVisitStatistics()
    met = sum(one.first_visit is FirstVisit.MET for one in first)
    again = sum(one.came_again for one in first)
    shown = protect(people, [_parts(met, first), _parts(again, first)])
    return FirstVisitStatistics(people, shown.partitions[0][0], shown.partitions[1][0])


def _parts(some: int, of: Sequence[ArrivalHistory]) -> tuple[int, int]:
    return some, len(of) - some


def _count_requests(made: Sequence[RequestHistory], block: Block, zone: ZoneInfo) -> Protected:
    """Return the number of requests by week and by language, small ones hidden."""
    weeks = Counter(block.week(history.made_at, zone) for history in made)
    languages = Counter(_language(history) for history in made)
    by_week = [weeks[week] for week in range(BLOCK_WEEKS)]
    return protect(len(made), (by_week, [languages[one] for one in _LANGUAGES]))


def _count_sources(
    made: Sequence[RequestHistory], total: int | None
) -> tuple[SourceStatistics, ...]:
    """Return the number of requests by how they came, small ones hidden.

    Protected by itself: where most came in one way, all of it is hidden, and the rest is shown.
    """
    known = Counter(history.source for history in made if history.source in set(Source))
    # A way of a later version is hidden with the visitors' own.
    known[Source.VISITOR] += len(made) - known.total()
    counts = [known[source] for source in _SOURCES]
    shown: Sequence[int | None] = [None] * len(counts)
    if total is not None:
        (shown,) = protect(total, (counts,)).partitions
    return tuple(
        SourceStatistics(source.value, count) for source, count in zip(_SOURCES, shown, strict=True)
    )


def _rows(cells: tuple[int | None, ...], width: int) -> Iterator[tuple[int | None, ...]]:
    return (cells[start : start + width] for start in range(0, len(cells), width))


def _sum(row: Sequence[int | None]) -> int | None:
    known = [n for n in row if n is not None]
    return sum(known) if len(known) == len(row) else None


def _language(history: RequestHistory) -> CallLanguage:
    # A language of a later version is some other one to this version.
    known = history.language in CallLanguage._value2member_map_
    return CallLanguage(history.language) if known else CallLanguage.OTHER


def _waits_for(
    when: "Callable[[RequestHistory], datetime | None]",
    block: Block,
    histories: Iterable[RequestHistory],
    zone: ZoneInfo,
    hours: HoursBetween,
) -> Iterator[_Wait]:
    for history in histories:
        at = when(history)
        if at is not None and at in block:
            waited = max(0.0, hours(history.made_at, at))
            yield _Wait(block.week(at, zone), _language(history), waited)


def _first_attempt(history: RequestHistory) -> datetime | None:
    return next((at for at, _ in history.attempts), None)


def _first_contact(history: RequestHistory) -> datetime | None:
    return next((at for at, result in history.attempts if result in SPOKEN_TO_RESULTS), None)


def _waits(samples: Iterable[float]) -> Waits:
    """Return the median of some waits, and how long nine of ten waited at most, in hours.

    Nine of ten only from twice LEAST on: below, it is the longest wait of one person.
    """
    hours = sorted(samples)
    if len(hours) < LEAST:
        return Waits()
    ninth = hours[-(len(hours) // _TENTH) - 1] if len(hours) >= 2 * LEAST else None
    return Waits(round(median(hours), 1), None if ninth is None else round(ninth, 1))


def _reach_percents(block: Block, histories: Iterable[RequestHistory]) -> tuple[int | None, ...]:
    """Return how many of a hundred first, second, third calls in the block reached the visitor.

    Calls after the first that did are no longer tries to reach somebody, and a text is no call.
    """
    tried: dict[int, Counter[bool]] = defaultdict(Counter)
    for history in histories:
        calls = [one for one in history.attempts if one[1] != AttemptResult.TEXT_SENT]
        for number, (at, result) in enumerate(calls):
            reached = result in SPOKEN_TO_RESULTS
            if at in block:
                tried[number][reached] += 1
            if reached:
                break
    return tuple(_percent(tried[number]) for number in range(REPORTED_ATTEMPTS))


def _percent(answers: Counter[bool]) -> int | None:
    # How many were tried is not reported, so neither part can be reckoned from the other.
    reached, missed = answers[True], answers[False]
    if min(reached, missed) < LEAST:
        return None
    return round(100 * reached / (reached + missed))
