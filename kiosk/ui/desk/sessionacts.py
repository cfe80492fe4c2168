"""Calling off a planned session, or the rest of its series, and putting them back."""

from functools import partial

from kiosk.domain.groups import Cancelled, PlannedSession, Restored, SeriesFrom, Which
from kiosk.ui.desk import planasks as asks
from kiosk.ui.desk.forms import Managing
from kiosk.ui.desk.managewords import day_of, sessions, span_of
from kiosk.ui.widgets.listing import Listing


class SessionActs(Managing):
    """The base of the list of planned sessions."""

    @property
    def current(self) -> PlannedSession | None:
        """The session under the cursor."""
        current = self.query_one(Listing).current
        return current if isinstance(current, PlannedSession) else None

    def call_off(self) -> None:
        """Ask which sessions are meant and why, then call them off."""
        one = self.current
        if one is not None and one.plan.series_id is not None:
            self.put(asks.how_many("are cancelled", partial(self._ask_reason, one)))
        elif one is not None:
            self._ask_reason(one, asks.ONE)

    def put_back(self) -> None:
        """Ask which sessions are meant, and let them take place after all."""
        one = self.current
        if one is not None and one.plan.series_id is not None:
            self.put(asks.how_many("take place after all", partial(self._do_put_back, one)))
        elif one is not None:
            self._do_put_back(one, asks.ONE)

    def _ask_reason(self, one: PlannedSession, answer: str) -> None:
        day = day_of(one.plan, self.host.facts.zone)
        which = self._meant(one, answer)
        if isinstance(which, SeriesFrom):
            words = f"the series from {day} on"
        else:
            words = f"the session of {day}, {span_of(one.plan, self.host.facts.zone)},"
        self.put(asks.reason(words, partial(self._do_call_off, which)))

    def _do_call_off(self, which: Which, why: str) -> None:
        self.carry_out(partial(asks.call_off, which, why), self._tell_called_off)

    def _tell_called_off(self, answer: object) -> None:
        count = answer.sessions if isinstance(answer, Cancelled) else 0
        self.say(f"Cancelled: {sessions(count)}.")
        self.come_back()

    def _do_put_back(self, one: PlannedSession, answer: str) -> None:
        self.carry_out(partial(asks.put_back, self._meant(one, answer)), self._tell_put_back)

    def _tell_put_back(self, answer: object) -> None:
        count = answer.sessions if isinstance(answer, Restored) else 0
        self.say(f"Restored: {sessions(count)}.")
        self.come_back()

    def _meant(self, one: PlannedSession, answer: str) -> Which:
        """Give the session alone, or the rest of its series where the answer says so."""
        series_id = one.plan.series_id
        if answer == asks.REST and series_id is not None:
            day = one.plan.starts_at.astimezone(self.host.facts.zone).date()
            return SeriesFrom(series_id, day)
        return (one.plan.id,)
