"""The tables of the sample clinic's past: what happens in every week, and what waits today.

A column that is added here is done something with in `sample_past`.
"""

from datetime import time
from enum import StrEnum, auto
from typing import Final, NamedTuple

from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallLanguage,
    MessagePolicy,
    Source,
    Window,
)
from kiosk.domain.callbacks.state import AttemptResult, Outcome
from kiosk.domain.callbacks.wishes import Wish

_ANY = frozenset({Window.ANY})
_MORNINGS = frozenset({Window.WEEKDAY_MORNING, Window.SATURDAY_MORNING})
_AFTERNOONS = frozenset({Window.WEEKDAY_AFTERNOON, Window.WEEKDAY_EVENING})
_REACHED, _MISSED = AttemptResult.REACHED_SELF, AttemptResult.NO_ANSWER


class Oddity(StrEnum):
    """What does not fit at a meeting."""

    REVOKED = auto()
    """Somebody shows a pass that was ended."""
    CANCELLED = auto()
    """It is called off once people have come."""


class CourseEnd(StrEnum):
    """How a request ends that is not closed."""

    SLIP = auto()
    """The visitor takes it back."""
    MERGED = auto()
    """It is of the same number as the course before, and merged into that."""
    ESCALATED = auto()


class Meeting(NamedTuple):
    """A meeting of every week."""

    weekday: int
    at: time
    hours: float
    group: int
    """Its place among the sample groups."""
    regulars: int
    """How many of those with a pass come."""
    guests: int
    newcomers: int = 0
    """How many come for the first time, and ask to be met."""
    odd: Oddity | None = None
    """What does not fit in every second week."""


MEETINGS: Final = (
    Meeting(0, time(10), 1.5, 0, 6, 2, newcomers=3),
    Meeting(2, time(14), 2, 1, 5, 1, newcomers=3, odd=Oddity.REVOKED),
    Meeting(3, time(16, 30), 1.5, 2, 6, 2),
    Meeting(5, time(10, 30), 1.5, 0, 5, 1, odd=Oddity.CANCELLED),
)
REGULARS: Final = (
    ("Adi", "ms"), ("Bee Leng", "zh"), ("Chandra", "ta"), ("Devi", "en"), ("Esther", "en"),
    ("Hana", "ms"), ("Jia Hui", "zh"), ("Kumar", "ta"), ("Lina", "en"), ("Owen", "en"),
)  # fmt: skip
"""Members with a pass: first name and language."""
FORMER: Final = ("Wei Jie", "zh")
"""A member whose pass was ended, and who shows it all the same."""
UNMET_EVERY: Final = 4
"""Of so many newcomers one is not met."""
COMES_AGAIN_EVERY: Final = 2
"""Of so many newcomers one comes again a week later."""


class Course(NamedTuple):
    """A request of every week, and how it goes."""

    weekday: int
    at: time
    language: CallLanguage
    calls: tuple[AttemptResult, ...] = ()
    """How each call ends, each on another working day."""
    outcome: Outcome | None = None
    """How it is closed after the last call; None where it stays open or ends by itself."""
    windows: frozenset[Window] = _ANY
    messages: MessagePolicy = MessagePolicy.NONE
    others: AnsweredByOther = AnsweredByOther.ASK_FOR_NAME
    wishes: frozenset[str] = frozenset()
    end: CourseEnd | None = None
    """Another end."""
    often: float = 1
    """In how many of the weeks it is asked: 1 for all of them."""
    source: Source = Source.VISITOR
    """How it comes; all others than a visitor's the clinician enters."""
    clock_wrong: bool = False
    """Whether the kiosk's clock stood hours behind in every second week."""


_EN, _ZH, _MS, _TA = (
    CallLanguage.ENGLISH,
    CallLanguage.MANDARIN,
    CallLanguage.MALAY,
    CallLanguage.TAMIL,
)
COURSES: Final = (
    Course(0, time(9, 40), _EN, (_REACHED,), Outcome.SESSION_BOOKED, often=0.8),
    Course(0, time(11, 5), _ZH, (_REACHED,), Outcome.GROUP_JOINED, _MORNINGS, often=0.7),
    Course(
        1, time(9, 15), _MS, (AttemptResult.VOICEMAIL_LEFT, _MISSED, _REACHED),
        Outcome.INFORMATION_GIVEN, messages=MessagePolicy.NAME_AND_NUMBER,
    ),
    Course(1, time(10, 50), _TA, (_REACHED,), Outcome.INFORMATION_GIVEN,
           wishes=frozenset({Wish.WOMAN}), source=Source.TEAM),
    Course(1, time(16, 10), _EN, (_MISSED,) * 3, Outcome.UNREACHABLE, source=Source.COUNTER),
    Course(2, time(9, 30), _ZH, (_MISSED, _REACHED), Outcome.TOLD_CARE_TEAM, clock_wrong=True),
    Course(2, time(13, 45), CallLanguage.HOKKIEN, (AttemptResult.BUSY, _MISSED, _REACHED),
           Outcome.SESSION_BOOKED, _AFTERNOONS, source=Source.PHONE),
    Course(3, time(10, 25), _EN, (AttemptResult.DECLINED,), Outcome.DECLINED, often=0.7,
           source=Source.PAPER),
    Course(3, time(14, 35), _MS, (_MISSED, AttemptResult.REACHED_OTHER, _MISSED),
           Outcome.UNREACHABLE, source=Source.TEAM),
    Course(3, time(15, 55), _EN, (AttemptResult.WRONG_PERSON,), Outcome.WRONG_NUMBER, often=0.3),
    Course(4, time(9, 50), _TA, (_MISSED, _REACHED), Outcome.NO_CAPACITY,
           others=AnsweredByOther.SAY_CLINIC, source=Source.PAPER),
    Course(4, time(11, 50), _TA, end=CourseEnd.MERGED, source=Source.PHONE),
    Course(4, time(14, 15), CallLanguage.CANTONESE, end=CourseEnd.SLIP, source=Source.COUNTER),
    Course(4, time(15, 30), _ZH, (_REACHED,), end=CourseEnd.ESCALATED),
)  # fmt: skip
CALL_TIMES: Final = (time(10, 15), time(14, 40), time(16, 20))
"""When the first, second and third call are made, each a working day after the one before."""
NAMES: Final = (
    "Aini", "Boon Keng", "Cheryl", "Dinesh", "Faridah", "Gopal", "Hui Min", "Irfan", "Joanna",
    "Kavitha", "Liang", "Mei Fong", "Nadia", "Oscar", "Pei Shan", "Rosnah", "Suresh", "Tessa",
    "Umar", "Vimala", "Weng Kee", "Xin Yi", "Yusof", "Zainab",
)  # fmt: skip


class Standing(StrEnum):
    """Where a request of today stands."""

    NEW = auto()
    LATE = auto()
    """Asked for more than a week ago, and nobody has called."""
    PROMISED = auto()
    """They asked to be called at a time that has just come, whatever the day and the hour."""
    TOMORROW = auto()
    """They asked to be called tomorrow."""
    MISSED = auto()
    """Called once, and not reached."""
    REACHED = auto()
    """Spoken to; what came of it is missing."""
    ESCALATED = auto()
    WITHDRAWN = auto()
    """Taken back with the slip."""
    NOTED = auto()
    """Its reference was typed to take it back; staff have to confirm that."""


class TodaysRequest(NamedTuple):
    """A request that is always among those of today."""

    name: str
    phone: str
    language: CallLanguage
    windows: frozenset[Window]
    standing: Standing
    messages: MessagePolicy = MessagePolicy.NONE
    others: AnsweredByOther = AnsweredByOther.ASK_FOR_NAME
    wishes: frozenset[str] = frozenset()


TODAY: Final = (
    TodaysRequest(
        "Mei", "+6581230001", _ZH, _MORNINGS, Standing.PROMISED, MessagePolicy.TEXT,
        wishes=frozenset({Wish.WOMAN, Wish.TEXT, "about_work_study"}),
    ),
    TodaysRequest("Ravi", "+6581230002", _TA, _AFTERNOONS, Standing.NEW),
    TodaysRequest(
        "Uncle Lim", "+6562230003", CallLanguage.HOKKIEN, _ANY, Standing.LATE,
        wishes=frozenset({Wish.INTERPRETER}),
    ),
    TodaysRequest(
        "Aisyah", "+6591230004", _MS, _AFTERNOONS, Standing.PROMISED,
        MessagePolicy.NAME_AND_NUMBER, AnsweredByOther.SAY_CLINIC,
        frozenset({Wish.CARER, "about_groups"}),
    ),
    TodaysRequest("王小明", "+6581230005", _ZH, _ANY, Standing.TOMORROW),
    TodaysRequest("Sam", "+447700900123", _EN, _ANY, Standing.PROMISED),
    TodaysRequest("Mei Mei", "+6581230001", _ZH, _MORNINGS, Standing.NEW),
    TodaysRequest("Priya", "+6581230006", _EN, _ANY, Standing.WITHDRAWN),
    TodaysRequest("Daniel", "+6581230007", _EN, _ANY, Standing.NOTED),
    TodaysRequest("Farah", "+6581230008", _MS, _ANY, Standing.ESCALATED),
    TodaysRequest("Ah Hock", "+6581230009", _ZH, _ANY, Standing.MISSED),
    TodaysRequest("Siew Ling", "+6581230010", _ZH, _ANY, Standing.REACHED),
)  # fmt: skip
"""The seventh has the number of the first, as a duplicate request has."""
