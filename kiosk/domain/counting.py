"""Works out what a finished block tells: counts that are protected, waits, reach."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.figures import (
    ATTEMPTS_TOLD,
    BLOCK_WEEKS,
    AttendanceBlock,
    Block,
    GroupFigures,
    LanguageFigures,
    RequestsBlock,
    Waits,
    WeekFigures,
)
from kiosk.domain.requests import CallLanguage
from kiosk.domain.results import AttemptResult
from kiosk.domain.suppression import LEAST, Protected, protect

SPOKEN_TO = frozenset(
    {AttemptResult.REACHED_SELF, AttemptResult.DECLINED, AttemptResult.CALL_LATER}
)
"""The results of attempts in which the visitor was on the phone."""

_TENTH = 10
_HOURS, _DAYS = 24, 7
_LANGUAGES = tuple(CallLanguage)

Hours = Callable[[datetime, datetime], float]
"""Counts the working hours from one time to another."""


@dataclass(frozen=True, slots=True)
class Story:
    """One callback request, as far as figures need it."""

    made_at: datetime
    language: str
    """Code of `CallLanguage`."""
    attempts: tuple[tuple[datetime, str], ...]
    """When each was made and its result (code of `AttemptResult`), in order."""


@dataclass(frozen=True, slots=True)
class _Wait:
    """How long somebody waited for something that happened in the block."""

    week: int
    language: CallLanguage
    hours: float


def requests_block(
    block: Block, stories: Iterable[Story], zone: ZoneInfo, hours: Hours
) -> RequestsBlock:
    """Tell of callback requests in a block.

    `stories` are at least those of the requests that were made or tried in it. A wait belongs to
    the week in which it ended.
    """
    some = tuple(stories)
    shown = _requests([story for story in some if story.made_at in block], block, zone)
    first = tuple(_waits_for(_first_attempt, block, some, zone, hours))
    contact = tuple(_waits_for(_first_contact, block, some, zone, hours))
    return RequestsBlock(
        block=block,
        total=shown.total,
        weeks=tuple(
            WeekFigures(
                monday,
                shown.partitions[0][week],
                _waits(wait.hours for wait in first if wait.week == week),
                _waits(wait.hours for wait in contact if wait.week == week),
            )
            for week, monday in enumerate(block.mondays)
        ),
        languages=tuple(
            LanguageFigures(
                language.value,
                count,
                _waits(wait.hours for wait in first if wait.language is language),
                _waits(wait.hours for wait in contact if wait.language is language),
            )
            for language, count in zip(_LANGUAGES, shown.partitions[1], strict=True)
        ),
        first_attempt=_waits(wait.hours for wait in first),
        contact=_waits(wait.hours for wait in contact),
        reach=_reach(block, some),
    )


def _requests(made: Sequence[Story], block: Block, zone: ZoneInfo) -> Protected:
    """Count requests by week and by language."""
    weeks = Counter(block.week(story.made_at, zone) for story in made)
    languages = Counter(_language(story) for story in made)
    by_week = [weeks[week] for week in range(BLOCK_WEEKS)]
    return protect(len(made), (by_week, [languages[one] for one in _LANGUAGES]))


def attendance_block(
    block: Block,
    arrivals: Iterable[tuple[datetime, UUID]],
    groups: Mapping[UUID, str],
    zone: ZoneInfo,
) -> AttendanceBlock:
    """Tell of arrivals in a block, each with the group that met.

    `groups` names all that there were, those that nobody came to as well: which groups are told
    must not depend on who came.
    """
    inside = [(at, group) for at, group in arrivals if at in block]
    order = sorted(groups, key=lambda group: (groups[group].casefold(), group))
    weekly = Counter((group, block.week(at, zone)) for at, group in inside)
    busy = Counter((local.weekday(), local.hour) for local in (_local(one, zone) for one in inside))
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
            GroupFigures(group, groups[group], row, _sum(row))
            for group, row in zip(order, _rows(weeks, BLOCK_WEEKS), strict=True)
        ),
        tuple(_rows(hours, _HOURS)),
    )


def _local(arrival: tuple[datetime, UUID], zone: ZoneInfo) -> datetime:
    return arrival[0].astimezone(zone)


def _rows(cells: tuple[int | None, ...], width: int) -> Iterator[tuple[int | None, ...]]:
    return (cells[start : start + width] for start in range(0, len(cells), width))


def _sum(row: Sequence[int | None]) -> int | None:
    known = [n for n in row if n is not None]
    return sum(known) if len(known) == len(row) else None


def _language(story: Story) -> CallLanguage:
    # A language of a later version is some other one to this version.
    known = story.language in CallLanguage._value2member_map_
    return CallLanguage(story.language) if known else CallLanguage.OTHER


def _waits_for(
    when: "Callable[[Story], datetime | None]",
    block: Block,
    stories: Iterable[Story],
    zone: ZoneInfo,
    hours: Hours,
) -> Iterator[_Wait]:
    for story in stories:
        at = when(story)
        if at is not None and at in block:
            waited = max(0.0, hours(story.made_at, at))
            yield _Wait(block.week(at, zone), _language(story), waited)


def _first_attempt(story: Story) -> datetime | None:
    return next((at for at, _ in story.attempts), None)


def _first_contact(story: Story) -> datetime | None:
    return next((at for at, result in story.attempts if result in SPOKEN_TO), None)


def _waits(samples: Iterable[float]) -> Waits:
    """Give the middle of some waits, and what nine of ten did not wait longer than.

    Nine of ten only from twice LEAST on: below, it is the longest wait of one person.
    """
    hours = sorted(samples)
    if len(hours) < LEAST:
        return Waits()
    ninth = hours[-(len(hours) // _TENTH) - 1] if len(hours) >= 2 * LEAST else None
    return Waits(round(median(hours), 1), None if ninth is None else round(ninth, 1))


def _reach(block: Block, stories: Iterable[Story]) -> tuple[int | None, ...]:
    """Say how many of a hundred first, second, third calls in the block reached the visitor.

    Calls after the first that did are no longer tries to reach somebody, and a text is no call.
    """
    tried: dict[int, Counter[bool]] = defaultdict(Counter)
    for story in stories:
        calls = [one for one in story.attempts if one[1] != AttemptResult.TEXT_SENT]
        for number, (at, result) in enumerate(calls):
            reached = result in SPOKEN_TO
            if at in block:
                tried[number][reached] += 1
            if reached:
                break
    return tuple(_percent(tried[number]) for number in range(ATTEMPTS_TOLD))


def _percent(answers: Counter[bool]) -> int | None:
    # How many were tried is not told, so neither part can be reckoned from the other.
    reached, missed = answers[True], answers[False]
    if min(reached, missed) < LEAST:
        return None
    return round(100 * reached / (reached + missed))
