"""The base of forms with days and times of day."""

from datetime import date, time

from kiosk.ui.desk.forms import Form, TextRow
from kiosk.ui.desk.typed import (
    HOW_CLOCK,
    HOW_DAY,
    minutes_between,
    read_capacity,
    read_clock,
    read_day,
    read_number,
)


class Timed(Form):
    """Reads its lines one by one; what cannot be read is said, and None comes back."""

    @staticmethod
    def time_rows(starts: str = "", ends: str = "") -> tuple[TextRow, TextRow]:
        """Return the lines that `read_times` reads."""
        return (
            TextRow("starts", "Starts", HOW_CLOCK, starts, 8),
            TextRow("ends", "Ends", HOW_CLOCK, ends, 8),
        )

    def read_times(self) -> tuple[time, int] | None:
        """Return the start and how many minutes it lasts."""
        starts = self._read_clock("starts")
        ends = None if starts is None else self._read_clock("ends")
        if starts is None or ends is None:
            return None
        minutes = minutes_between(starts, ends)
        if not minutes:
            self.miss("ends", "It would end as it starts.")
            return None
        return starts, minutes

    def read_day(self, name: str) -> date | None:
        """Return a day."""
        facts = self.host.facts
        day = read_day(self.typed(name), facts.now(), facts.zone)
        if day is None:
            self.miss(name, f"That is no day. {HOW_DAY}")
        return day

    def read_number(self, name: str, most: int) -> int | None:
        """Return a number from 1 to `most`."""
        number = read_number(self.typed(name), most)
        if number is None:
            self.miss(name, f"Please type a number from 1 to {most}.")
        return number

    def read_place(self) -> tuple[str, int | None] | None:
        """Return room and capacity, of the lines "room" and "places"."""
        room, capacity = self.typed("room"), read_capacity(self.typed("places"))
        if not room:
            self.miss("room", "It needs a room.")
            return None
        if isinstance(capacity, str):
            self.miss("places", capacity)
            return None
        return room, capacity

    def _read_clock(self, name: str) -> time | None:
        at = read_clock(self.typed(name))
        if at is None:
            self.miss(name, f"That is no time of day. {HOW_CLOCK}")
        return at
