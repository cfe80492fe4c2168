"""One session: its day, its times, its room."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from uuid import UUID

from kiosk.domain.groups import LONGEST_ROOM, MOST_PEOPLE, SessionPlan
from kiosk.domain.series import at_local
from kiosk.ui.desk.forms import Row, TextRow
from kiosk.ui.desk.pages import SessionPage
from kiosk.ui.desk.planasks import Keeper
from kiosk.ui.desk.timed import Timed
from kiosk.ui.desk.typed import HOW_DAY, write_day
from kiosk.ui.desk.words import clock

_NO_ID = UUID(int=0)
_TIMES = ("day", "starts", "ends")


class SessionForm(Timed):
    """A form."""

    def __init__(self, page: SessionPage) -> None:
        """Take the session that is changed, or the group that a new one is planned for."""
        super().__init__()
        self._page = page
        self._keeper = Keeper()

    def heading(self) -> str:
        name = self._page.group.name
        return f"Change a session of {name}" if self._page.session else f"A session of {name}"

    def rows(self) -> Iterable[Row]:
        zone, session, group = self.host.facts.zone, self._page.session, self._page.group
        day, starts, ends = write_day(self._page.day), "", ""
        room, capacity = group.room, group.capacity
        if session is not None:
            plan = session.plan
            day = write_day(plan.starts_at.astimezone(zone).date())
            starts, ends = clock(plan.starts_at, zone), clock(plan.ends_at, zone)
            room, capacity = plan.room, plan.capacity
        yield TextRow("day", "Day", HOW_DAY, day, 20)
        yield from self.time_rows(starts, ends)
        yield TextRow("room", "Room", "Where it meets.", room, LONGEST_ROOM)
        places = f"1 to {MOST_PEOPLE} people; empty: no limit."
        yield TextRow("places", "Places", places, "" if capacity is None else str(capacity), 3)

    def keep(self) -> None:
        plan = self._timed()
        place = None if plan is None else self.read_place()
        if plan is not None and place is not None:
            plan = replace(plan, room=place[0], capacity=place[1])
            self.send(partial(self._keeper.session, plan), "The session is kept.")

    def _timed(self) -> SessionPlan | None:
        """Return the session with the times that were typed, or say what cannot be read."""
        session, facts = self._page.session, self.host.facts
        if session is not None and not self.has_changed(*_TIMES):
            return session.plan  # a change of clocks may lie between its start and its end
        day = self.read_day("day")
        times = None if day is None else self.read_times()
        if day is None or times is None:
            return None
        start, end = at_local(day, *times, facts.zone)
        if session is not None:
            return replace(session.plan, starts_at=start, ends_at=end)
        if start <= facts.now():
            self.miss("day", "That has passed already.")
            return None
        return SessionPlan(_NO_ID, self._page.group.id, start, end, "")
