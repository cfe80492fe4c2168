"""What a visitor's slip says: the phase of a request, with days and halves of days and no more.

Nothing heavy is imported here, for the first screen waits for it; `news` has the rule itself.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

_NOON = time(12)
_NO_DAY, _MOVED = "-", "moved"


class RequestPhase(StrEnum):
    """The state of a request in the visitor's terms."""

    KEPT_HERE = "kept_here"
    WITH_CLINIC = "with_clinic"
    """Nobody has rung yet, or somebody else at the clinic goes on with it."""
    MISSED = "missed"
    """Rung without finding the visitor; `next` is by when it is tried again, if it is."""
    TEXTED = "texted"
    AGREED = "agreed"
    """The visitor named another time on the phone (`next`)."""
    RING_US = "ring_us"
    """The number does not lead to the visitor; it is not rung again."""
    SPOKEN = "spoken"
    BOOKED = "booked"
    """A talk is arranged, at `next` where that is known."""
    DONE = "done"
    NOT_REACHED = "not_reached"
    """Closed, for nobody could be reached."""
    WITHDRAWN = "withdrawn"
    NOT_KNOWN = "not_known"
    """The slip belongs to no request that is known here."""


MOVABLE_PHASES = frozenset(
    {
        RequestPhase.KEPT_HERE,
        RequestPhase.WITH_CLINIC,
        RequestPhase.MISSED,
        RequestPhase.TEXTED,
        RequestPhase.AGREED,
        RequestPhase.BOOKED,
    }
)
"""In these the visitor may still choose other times."""
OPEN_PHASES = (MOVABLE_PHASES | {RequestPhase.RING_US, RequestPhase.SPOKEN}) - {RequestPhase.BOOKED}
"""In these the visitor may take the request back."""


class HalfDay(NamedTuple):
    """The morning of a day, or its afternoon, clinic's time."""

    day: date
    afternoon: bool


def half_day(at: datetime, zone: ZoneInfo) -> HalfDay:
    """Return the half of the day in which a time lies."""
    local = at.astimezone(zone)
    return HalfDay(local.date(), local.time() >= _NOON)


@dataclass(frozen=True, slots=True)
class SlipNews:
    """All that a slip ever says of a request."""

    phase: RequestPhase
    since: HalfDay | None = None
    """When it came to that."""
    next: HalfDay | None = None
    """By when something follows, or when it was agreed."""
    moved: bool = False
    """Whether the visitor chose other times since."""


@dataclass(frozen=True, slots=True)
class SlipState:
    """The answer to a scanned slip; it names nobody."""

    news: SlipNews
    slip_digits: str
    """The slip itself, so that what follows needs no second scan."""
    language: str = field(default="", compare=False)
    """The language of the screens it was asked for on; empty where this machine cannot know."""

    @property
    def phase(self) -> RequestPhase:
        """The phase of the request."""
        return self.news.phase


class CentralSlip(NamedTuple):
    """What the centre knows of a slip's request."""

    request_id: UUID
    received_at: datetime | None
    withdrawn: bool
    """Whether it was taken back by the slip."""
    retimed: bool
    """Whether other times were chosen by the slip since staff did anything last."""
    box: bytes | None
    """What a desk has published, under the slip's own key; None where staff did nothing yet."""


def write_news(news: SlipNews) -> str:
    """Return news as one short line of codes, for `read_news`."""
    halves = [_write_half(one) for one in (news.since, news.next)]
    return " ".join((news.phase.value, *halves, _MOVED if news.moved else _NO_DAY))


def read_news(text: str) -> SlipNews | None:
    """Return the news in a line of `write_news`; None for anything else, or a phase of later."""
    try:
        phase, since, next_, moved = text.split(" ")
        halves = _read_half(since), _read_half(next_)
        return SlipNews(RequestPhase(phase), *halves, moved=moved == _MOVED)
    except ValueError:
        return None


def _write_half(half: HalfDay | None) -> str:
    return _NO_DAY if half is None else f"{half.day.isoformat()}{'pm' if half.afternoon else 'am'}"


def _read_half(text: str) -> HalfDay | None:
    if text == _NO_DAY:
        return None
    return HalfDay(date.fromisoformat(text[:-2]), {"am": False, "pm": True}.get(text[-2:], False))


def with_withdrawal(news: SlipNews, taken_at: datetime | None, zone: ZoneInfo) -> SlipNews:
    """Return news of a request that its slip has taken back, maybe since the news were written.

    An outcome that staff closed with stays, as in the fold. `taken_at` is when, if that is known.
    """
    if news.phase not in OPEN_PHASES:
        return news
    return SlipNews(RequestPhase.WITHDRAWN, None if taken_at is None else half_day(taken_at, zone))


def with_other_times(news: SlipNews) -> SlipNews:
    """Return news of a request for which other times were chosen since: what was to follow before
    does so no more, but for a booked talk, which stands until staff have moved it.
    """
    if news.phase not in MOVABLE_PHASES:
        return news
    follows = news.next if news.phase is RequestPhase.BOOKED else None
    return replace(news, next=follows, moved=True)


def without_past(news: SlipNews, today: date) -> SlipNews:
    """Return news without what was to follow by a day that has passed: nobody knows why not."""
    if news.next is None or news.next.day >= today:
        return news
    return replace(news, next=None)
