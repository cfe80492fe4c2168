"""Calling off a planned session, or the rest of its series."""

from functools import partial

from kiosk.domain.groups import Cancelled, PlannedSession, SeriesFrom, Which
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
        if one is None:
            return
        if one.cancelled is not None:
            self.say("It is cancelled already.")
        elif one.plan.series_id is None:
            self._ask_reason(one, asks.ONE)
        else:
            self.put(asks.how_many(partial(self._ask_reason, one)))

    def _ask_reason(self, one: PlannedSession, answer: str) -> None:
        zone, series_id = self.host.facts.zone, one.plan.series_id
        day = day_of(one.plan, zone)
        which: Which = (one.plan.id,)
        words = f"the session of {day}, {span_of(one.plan, zone)},"
        if answer == asks.REST and series_id is not None:
            which = SeriesFrom(series_id, one.plan.starts_at.astimezone(zone).date())
            words = f"the series from {day} on"
        self.put(asks.reason(words, partial(self._do_call_off, which)))

    def _do_call_off(self, which: Which, why: str) -> None:
        self.carry_out(partial(asks.call_off, which, why), self._tell_called_off)

    def _tell_called_off(self, answer: object) -> None:
        count = answer.sessions if isinstance(answer, Cancelled) else 0
        self.say(f"Cancelled: {sessions(count)}.")
        self.come_back()
