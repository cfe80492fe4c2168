"""When to try to reach somebody again, and when to give up."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kiosk.domain.requests import OpenedRequest
from kiosk.domain.results import CONTACT, MISSES, AttemptResult, fits_policy
from kiosk.domain.spread import Spread
from kiosk.domain.status import RequestStatus, Standing
from kiosk.domain.working import WorkingCalendar

DAYS_AFTER_TEXT = 5
"""Working days to wait for an answer to the one text."""

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


def counted(state: Standing) -> int:
    """Count the calls made since it was last reopened; texts and CALL_LATER do not count."""
    return len([at for at, result in state.attempts[state.earlier :] if result not in _NOT_CALLS])


def may_give_up(
    state: Standing, *, now: datetime, calendar: WorkingCalendar, asked: OpenedRequest
) -> bool:
    """Say whether a request may be closed as unreachable: the three-attempt rule.

    Three misses on two days or more, 4 working hours apart, one in a window that was asked for
    and one in another part of the day; then, where a text is allowed, one text and 5 working
    days. Source: reference/callbacks-and-attendance.md.
    """
    since = next_attempt(state, calendar=calendar, asked=asked).give_up_from
    return since is not None and since <= now


def next_attempt(
    state: Standing, *, calendar: WorkingCalendar, asked: OpenedRequest
) -> NextAttempt:
    """Say when the next attempt may be made, and in which part of the day it is due."""
    if not state.open:
        return NextAttempt(None, None)
    if state.stopped or state.status is RequestStatus.REACHED:
        return NextAttempt(None, Hint.CLOSE)
    if len(state.attempts) == state.earlier:
        return NextAttempt(state.next_at, None)
    misses, texted_at = _since_contact(state)
    spread = Spread(misses, asked.windows, calendar)
    done = spread.satisfied_at()
    if done is not None:
        return _after_the_last(state, asked, calendar, done, texted_at)
    if state.next_at is not None:
        return NextAttempt(state.next_at, None)
    part = spread.part_to_try()
    return NextAttempt(spread.next_at(state.attempts[-1][0]), Hint(part.value) if part else None)


def _after_the_last(
    state: Standing,
    asked: OpenedRequest,
    calendar: WorkingCalendar,
    done: datetime,
    texted_at: datetime | None,
) -> NextAttempt:
    """Say what follows once the three attempts are made: a text and a pause, or the end."""
    if not fits_policy(AttemptResult.TEXT_SENT, asked.message_policy):
        return NextAttempt(state.next_at, Hint.CLOSE, done)
    if texted_at is None:
        return NextAttempt(state.next_at, Hint.TEXT)
    answered = calendar.add_days(max(done, texted_at), DAYS_AFTER_TEXT)
    return NextAttempt(max(answered, state.next_at or answered), Hint.CLOSE, answered)


def _since_contact(state: Standing) -> tuple[list[datetime], datetime | None]:
    """Give the misses, and the first text, since it was reopened or the visitor spoken to."""
    misses: list[datetime] = []
    texted_at = None
    for at, result in state.attempts[state.earlier :]:
        if result in CONTACT:
            misses, texted_at = [], None
        elif result in MISSES:
            misses.append(at)
        elif result == AttemptResult.TEXT_SENT and texted_at is None:
            texted_at = at
    return misses, texted_at
