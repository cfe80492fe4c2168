"""What comes next for a request: all that a row of the worklist derives from the rules."""

from datetime import datetime

from kiosk.domain.attempts import Hint, counted, next_attempt
from kiosk.domain.calling import starts_at, wanted_now, windows_at
from kiosk.domain.requests import OpenedRequest
from kiosk.domain.results import AttemptResult
from kiosk.domain.status import Standing
from kiosk.domain.working import WorkingCalendar
from kiosk.domain.worklist import Schedule


class Lookout:
    """One minute at one clinic, from which any number of requests is looked at."""

    def __init__(
        self, now: datetime, calendar: WorkingCalendar, first_attempt_days: int = 2
    ) -> None:
        """Take the minute, and the working days within which a first attempt is due."""
        self.now = now
        self.calendar = calendar
        self._days = first_attempt_days
        self._windows = windows_at(now, calendar)
        self._hours_from = calendar.counting_to(now)
        self._wanted: dict[tuple[str, ...], bool] = {}

    def schedule(self, state: Standing, asked: OpenedRequest, *, mine: bool) -> Schedule:
        """Say what comes next for one request; `mine` is whether the caller has claimed it.

        Due are: a first look within a working day, a first attempt within `first_attempt_days`,
        another attempt by the end of the working day after its pause, an outcome likewise, and a
        promised or held call by the end of its own day.
        """
        if state.touched_at is None and state.open:
            return self._of_new(asked)
        begins = starts_at(asked.created_at, asked.not_before, self.calendar.zone)
        coming = next_attempt(state, calendar=self.calendar, asked=asked)
        waits = coming.not_before
        if coming.hint not in _NO_CALL and state.next_at is None and begins > asked.created_at:
            waits = begins if waits is None else max(waits, begins)
        due = self._due(state, begins, waits) if state.open else None
        since = coming.give_up_from
        return Schedule(
            attempts=counted(state),
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
        """Say the same, in a third of the time, of what nobody has touched: most of a list."""
        begins = starts_at(asked.created_at, asked.not_before, self.calendar.zone)
        waits = begins if begins > asked.created_at else None
        return Schedule(
            attempts=0,
            last_result="",
            next_at=waits,
            hint="",
            breach_at=self.calendar.add_days(begins, min(_FIRST_LOOK, self._days)),
            call_now=(waits is None or waits <= self.now) and self._is_wanted(asked.windows),
            working_age=self._age(asked),
            may_give_up=False,
        )

    def _age(self, asked: OpenedRequest) -> float:
        return max(0.0, self._hours_from(asked.created_at))

    def _due(self, state: Standing, begins: datetime, waits: datetime | None) -> datetime:
        calendar = self.calendar
        if waits is not None and waits == state.next_at:
            return calendar.end_of_day(waits)
        if len(state.attempts) > state.earlier:
            return calendar.add_days(waits or state.attempts[-1][0], 1)
        if state.reopened_at is not None:
            begins = max(begins, state.reopened_at)
        first_look = state.touched_at is None
        return calendar.add_days(begins, min(_FIRST_LOOK, self._days) if first_look else self._days)

    def _is_wanted(self, windows: tuple[str, ...]) -> bool:
        # Thousands of requests ask for the same few sets of windows.
        found = self._wanted.get(windows)
        if found is None:
            found = self._wanted[windows] = wanted_now(windows, self._windows)
        return found

    def _promised(self, state: Standing, due: datetime) -> bool:
        """Say whether the visitor named this day and time themselves; no window is asked then."""
        if state.next_at is None or not state.next_at <= self.now <= due:
            return False
        return state.attempts[-1:] != () and state.attempts[-1][1] == AttemptResult.CALL_LATER


_FIRST_LOOK = 1
"""Working days within which somebody has looked at a new request."""

_NO_CALL = frozenset({Hint.TEXT, Hint.CLOSE})
