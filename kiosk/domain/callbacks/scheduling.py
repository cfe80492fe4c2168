"""What comes next for a request: when to try again, by when, and when one may give up."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from kiosk.domain.callbacks.request import OpenedRequest
from kiosk.domain.callbacks.state import (
    CONTACT_RESULTS,
    MISSED_RESULTS,
    AttemptResult,
    CallbackState,
    RequestStatus,
    fits_policy,
)
from kiosk.domain.callbacks.worklist import (
    DayPart,
    Schedule,
    day_part,
    is_wanted_now,
    is_worked_window,
    named_windows,
    waits_from,
    window_of,
    window_part,
    windows_at,
    worked_parts,
)
from kiosk.domain.clock_sync import FAR_OFF
from kiosk.domain.working_time import WorkingCalendar

ATTEMPTS = 3
LONGEST_WAIT = timedelta(days=90)
"""How far away a time to call again can be."""
SPACE_HOURS = 4.0
"""Working hours between two attempts that both count."""

_LOOKED_AT = 24
"""The latest misses: more than anybody makes, and few enough to try all their threes."""
DAYS_AFTER_TEXT = 5
"""Working days to wait for an answer to the one text."""
_FIRST_REVIEW = 1
"""Working days within which a new request is reviewed."""

_NOT_CALLS = frozenset({AttemptResult.CALL_LATER, AttemptResult.TEXT_SENT})


class Hint(StrEnum):
    """What to do next about a request: the part of the day to try, or another step."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    TEXT = "text"
    """Three attempts are made and a text is allowed: send it."""
    CLOSE = "close"
    """Only an outcome is missing: reached, stopped, or nothing more to try."""


class NextAttempt(NamedTuple):
    """When to try again, and how."""

    not_before: datetime | None
    """None where nothing is in the way; it may have passed."""
    hint: Hint | None
    give_up_from: datetime | None = None
    """From when on it may be closed as unreachable; None where more has to be tried first."""


_NO_CALL = frozenset({Hint.TEXT, Hint.CLOSE})


class Scheduler:
    """One minute at one clinic, for which any number of requests is scheduled."""

    def __init__(
        self,
        now: datetime,
        calendar: WorkingCalendar,
        first_attempt_days: int = 2,
        wish_days: int = 2,
    ) -> None:
        """Take the minute, and the working days within which a first attempt is due.

        For `wish_days` working days a visitor's wish for a caller orders the list.
        """
        self.now = now
        self.calendar = calendar
        self._days = first_attempt_days
        self._wish_days = wish_days
        self._latest = now + FAR_OFF
        self._windows = windows_at(now, calendar)
        self._hours_from = calendar.counting_to(now)
        self._wanted: dict[tuple[str, ...], bool] = {}

    def is_later(self, at: datetime) -> bool:
        """Return whether something that was done carries a time later than now.

        The clock that dated it was ahead, further than clocks are that nobody corrects.
        """
        return at > self._latest

    def wish_until(self, asked: OpenedRequest) -> datetime | None:
        """Return until when the visitor's wish for a caller is waited for; None once it is not.

        It ends by itself some working days after the first day that the visitor may be called on.
        One of a clock that was ahead would last until that clock's time: it is not waited for.
        """
        if self.is_later(asked.created_at):
            return None
        ends = self.calendar.add_days(self._waits_from(asked), self._wish_days)
        return ends if ends > self.now else None

    def schedule(self, state: CallbackState, asked: OpenedRequest, *, mine: bool) -> Schedule:
        """Return what comes next for one request; `mine` is whether the caller has claimed it.

        Due are: a first review within a working day, a first attempt within `first_attempt_days`,
        another attempt by the end of the working day after its pause, an outcome likewise, and a
        promised or held call by the end of its own day. What was asked or tried later than now,
        or waits longer than anybody may ask for, is of a clock that was wrong, and due now.
        """
        if state.touched_at is None and state.open:
            return self._of_new(asked)
        begins = self._waits_from(asked)
        coming = next_attempt(state, calendar=self.calendar, asked=asked)
        waits = None if self._is_ahead(state) else coming.not_before
        if coming.hint not in _NO_CALL and state.next_at is None and begins > asked.created_at:
            waits = begins if waits is None else max(waits, begins)
        due = self._due(state, asked, begins, waits) if state.open else None
        since = coming.give_up_from
        return Schedule(
            attempts=count_attempts(state),
            last_result=state.attempts[-1][1] if state.attempts else "",
            next_at=waits if state.open else None,
            hint=coming.hint or "",
            breach_at=due,
            call_now=(
                due is not None
                and coming.hint not in _NO_CALL
                and (waits is None or waits <= self.now)
                and (mine or state.holder_at(self.now) is None)
                and (self._is_wanted(asked.windows) or self._promised(state, due))
            ),
            working_age=self._age(asked),
            may_give_up=since is not None and since <= self.now,
        )

    def _of_new(self, asked: OpenedRequest) -> Schedule:
        """Return the same for a request that nobody has touched, in a third of the time."""
        begins = self._waits_from(asked)
        waits = begins if begins > asked.created_at else None
        due = self.calendar.add_days(begins, min(_FIRST_REVIEW, self._days))
        return Schedule(
            attempts=0,
            last_result="",
            next_at=waits,
            hint="",
            breach_at=begins if begins < asked.created_at else due,
            call_now=(waits is None or waits <= self.now) and self._is_wanted(asked.windows),
            working_age=self._age(asked),
            may_give_up=False,
        )

    def _age(self, asked: OpenedRequest) -> float:
        return max(0.0, self._hours_from(asked.created_at))

    def _waits_from(self, asked: OpenedRequest) -> datetime:
        if self.is_later(asked.created_at):
            return self.now
        return waits_from(asked.created_at, asked.not_before, self.calendar.zone)

    def _is_ahead(self, state: CallbackState) -> bool:
        """Return whether the clock was ahead by which the last attempt or a wait was written."""
        last = state.attempts[-1][0] if len(state.attempts) > state.earlier else self.now
        until = self.now if state.next_at is None else state.next_at
        return self.is_later(last) or until > self.now + LONGEST_WAIT

    def _due(
        self,
        state: CallbackState,
        asked: OpenedRequest,
        begins: datetime,
        waits: datetime | None,
    ) -> datetime:
        calendar = self.calendar
        if self._is_ahead(state):
            return max(self.now, waits or self.now)
        if waits is not None and waits == state.next_at:
            return calendar.end_of_day(waits)
        if len(state.attempts) > state.earlier:
            return calendar.add_days(waits or state.attempts[-1][0], 1)
        if self.is_later(asked.created_at):
            return self.now
        if state.reopened_at is not None:
            begins = max(begins, state.reopened_at)
        first_review = state.touched_at is None
        return calendar.add_days(
            begins, min(_FIRST_REVIEW, self._days) if first_review else self._days
        )

    def _is_wanted(self, windows: tuple[str, ...]) -> bool:
        # Thousands of requests ask for the same few sets of windows.
        found = self._wanted.get(windows)
        if found is None:
            found = self._wanted[windows] = is_wanted_now(windows, self._windows)
        return found

    def _promised(self, state: CallbackState, due: datetime) -> bool:
        """Return whether the visitor named this time themselves; then no window counts."""
        if state.next_at is None or not state.next_at <= self.now <= due:
            return False
        return state.attempts[-1:] != () and state.attempts[-1][1] == AttemptResult.CALL_LATER


def count_attempts(state: CallbackState) -> int:
    """Return the number of calls since the last reopening, without texts and CALL_LATER."""
    return len([at for at, result in state.attempts[state.earlier :] if result not in _NOT_CALLS])


def may_give_up(
    state: CallbackState, *, now: datetime, calendar: WorkingCalendar, asked: OpenedRequest
) -> bool:
    """Return whether a request may be closed as unreachable: the three-attempt rule.

    Three misses on two days or more, 4 working hours apart, one in a window that was asked for
    and one in another part of the day; then, where a text is allowed, one text and 5 working
    days.
    """
    since = next_attempt(state, calendar=calendar, asked=asked).give_up_from
    return since is not None and since <= now


def next_attempt(
    state: CallbackState, *, calendar: WorkingCalendar, asked: OpenedRequest
) -> NextAttempt:
    """Return when the next attempt may be made, and in which part of the day it is due."""
    if not state.open:
        return NextAttempt(None, None)
    if state.stopped or state.status is RequestStatus.REACHED:
        return NextAttempt(None, Hint.CLOSE)
    if len(state.attempts) == state.earlier:
        return NextAttempt(state.next_at, None)
    misses, texted_at = _since_contact(state)
    rule = AttemptRule(misses, asked.windows, calendar)
    done = rule.satisfied_at()
    if done is not None:
        return _after_the_last(state, asked, calendar, done, texted_at)
    if state.next_at is not None:
        return NextAttempt(state.next_at, None)
    part = rule.part_to_try()
    return NextAttempt(rule.next_at(state.attempts[-1][0]), Hint(part.value) if part else None)


def _after_the_last(
    state: CallbackState,
    asked: OpenedRequest,
    calendar: WorkingCalendar,
    done: datetime,
    texted_at: datetime | None,
) -> NextAttempt:
    """Return what follows once the three attempts are made: a text and a pause, or the end."""
    if not fits_policy(AttemptResult.TEXT_SENT, asked.message_policy):
        return NextAttempt(state.next_at, Hint.CLOSE, done)
    if texted_at is None:
        return NextAttempt(state.next_at, Hint.TEXT)
    answered = calendar.add_days(max(done, texted_at), DAYS_AFTER_TEXT)
    return NextAttempt(max(answered, state.next_at or answered), Hint.CLOSE, answered)


def _since_contact(state: CallbackState) -> tuple[list[datetime], datetime | None]:
    """Return the misses and the first text since it was reopened or the visitor spoken to."""
    misses: list[datetime] = []
    texted_at = None
    for at, result in state.attempts[state.earlier :]:
        if result in CONTACT_RESULTS:
            misses, texted_at = [], None
        elif result in MISSED_RESULTS:
            misses.append(at)
        elif result == AttemptResult.TEXT_SENT and texted_at is None:
            texted_at = at
    return misses, texted_at


class _Miss(NamedTuple):
    at: datetime
    worked: float
    """Working hours since the first one."""
    day: int
    part: DayPart
    wanted: bool
    """Whether it lies in a window that was asked for."""


class AttemptRule:
    """The three-attempt rule, for the misses of one request and the windows asked for."""

    def __init__(
        self, misses: Iterable[datetime], windows: Iterable[str], calendar: WorkingCalendar
    ) -> None:
        """Take when nobody was found, and the codes of the windows.

        Windows in which the clinic never works, like none at all, ask for nothing.
        """
        asked = [code for code in named_windows(tuple(windows)) if is_worked_window(code, calendar)]
        times = sorted(misses)
        self._calendar = calendar
        self._worked = worked_parts(calendar)
        self._wanted = frozenset(window_part(code) for code in asked) or frozenset(self._worked)
        self._misses: list[_Miss] = []
        for at in times[-_LOOKED_AT:]:
            local = at.astimezone(calendar.zone)
            wanted = not asked or window_of(local) in asked
            hours = calendar.hours_between(times[0], at) if len(times) >= ATTEMPTS else 0.0
            self._misses.append(_Miss(at, hours, local.toordinal(), day_part(local), wanted))

    def satisfied_at(self) -> datetime | None:
        """Return when the miss was made that satisfied the rule; None where it is not satisfied.

        Three misses, 4 working hours apart, on two days or more, in two parts of the day or more,
        one of them in a window that was asked for. A clinic that works in one part alone can try
        no other.
        """
        one_part = len(self._worked) == 1
        satisfying = (
            three[-1].at
            for three in combinations(self._misses, ATTEMPTS)
            if _is_spread(three) and (one_part or _changes_part(three))
        )
        return min(satisfying, default=None)

    def next_at(self, last: datetime) -> datetime:
        """Return from when an attempt after `last` counts: hours later, and not all on one day."""
        pause = self._calendar.add_hours(last, SPACE_HOURS)
        days = {miss.day for miss in self._misses}
        if len(self._misses) < ATTEMPTS - 1 or len(days) > 1:
            return pause
        tomorrow = date.fromordinal(days.pop() + 1)
        midnight = datetime.combine(tomorrow, time.min, self._calendar.zone)
        return max(pause, midnight.astimezone(UTC))

    def part_to_try(self) -> DayPart | None:
        """Return in which part of the day to try next; None where nothing has been missed yet.

        First a window that was asked for, then another part of the day, then what was asked for
        and tried least.
        """
        if not self._misses:
            return None
        tried = [miss.part for miss in self._misses]
        asked = [part for part in DayPart if part in self._wanted]
        others = [part for part in self._worked if part is not tried[0]]
        if (
            not others
            or tried.count(tried[0]) < len(tried)
            or not any(miss.wanted for miss in self._misses)
        ):
            return min(asked, key=tried.count)
        return next((part for part in others if part in asked), others[0])


def _is_spread(three: tuple[_Miss, ...]) -> bool:
    first, second, third = three
    return (
        _apart(first, second) >= SPACE_HOURS
        and _apart(second, third) >= SPACE_HOURS
        and first.day != third.day
        and (first.wanted or second.wanted or third.wanted)
    )


def _apart(one: _Miss, later: _Miss) -> float:
    # Rounded: four hours to the minute must not fall short of four by a hair.
    return round(later.worked - one.worked, 6)


def _changes_part(three: tuple[_Miss, ...]) -> bool:
    first, second, third = three
    return not first.part is second.part is third.part
