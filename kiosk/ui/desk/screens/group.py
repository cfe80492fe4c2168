"""One group: what staff call it, what visitors read, and who may come."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from kiosk.domain.groups import (
    LONGEST_ABOUT,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_ROOM,
    MOST_PEOPLE,
    GroupPlan,
)
from kiosk.ui.desk.forms import Form, MarkRow, Row, TextRow
from kiosk.ui.desk.managewords import language_options
from kiosk.ui.desk.planasks import Keeper
from kiosk.ui.desk.typed import read_capacity

_NEW = GroupPlan(UUID(int=0), "", "", "")
_WHO = (("open", "Anyone"), ("list", "Members on its list"))


class GroupForm(Form):
    """A form."""

    def __init__(self, plan: GroupPlan | None) -> None:
        """Take the group that is changed, or None for a new one."""
        super().__init__()
        self._plan = plan or _NEW
        self._keeper = Keeper()

    def heading(self) -> str:
        return f"Change {self._plan.name}" if self._plan.name else "A new group"

    def rows(self) -> Iterable[Row]:
        plan = self._plan
        capacity = "" if plan.capacity is None else str(plan.capacity)
        yield TextRow("title", "Name", "As staff call it.", plan.name, LONGEST_NAME)
        label = "What visitors read: neutral, such as “Room 2”."
        yield TextRow("label", "Shown as", label, plan.public_label, LONGEST_LABEL)
        room = "Where it meets; sessions ahead move along."
        yield TextRow("room", "Room", room, plan.room, LONGEST_ROOM)
        about = "One neutral sentence for visitors; may be empty."
        yield TextRow("about", "About", about, plan.about, LONGEST_ABOUT)
        languages, spoken = language_options(plan.language), frozenset({plan.language})
        yield MarkRow("language", "Language", languages, "What is spoken there.", spoken)
        who = frozenset({"list" if plan.enrolled else "open"})
        yield MarkRow("who", "May come", _WHO, "Whether it keeps a list of members.", who)
        places = f"1 to {MOST_PEOPLE} people; empty: no limit."
        yield TextRow("places", "Places", places, capacity, 3)

    def keep(self) -> None:
        capacity = read_capacity(self.typed("places"))
        if isinstance(capacity, str):
            self.miss("places", capacity)
            return
        plan = GroupPlan(
            id=self._plan.id,
            name=self.typed("title"),
            public_label=self.typed("label"),
            room=self.typed("room"),
            about=self.typed("about"),
            language="".join(self.marked("language")),
            capacity=capacity,
            enrolled="list" in self.marked("who"),
            source=self._plan.source,
        )
        for name, words in (("title", "a name"), ("label", "words to show"), ("room", "a room")):
            if not self.typed(name):
                self.miss(name, f"It needs {words}.")
                return
        self.send(partial(self._keeper.group, plan), "The group is kept.")
