"""Members as the rows of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.roster import GroupName, Member
from kiosk.ui.desk.hiding import HIDDEN
from kiosk.ui.desk.words import LANGUAGES, short_day
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.listing import Line

COLUMNS = (
    Column("", 1),
    Column("Name", 24, 14, grows=True),
    Column("Language", 10, 8, rank=2),
    Column("Groups", 24, 12, grows=True),
    Column("Passes", 6, right=True),
    Column("Last pass", 10, rank=1),
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the rows are drawn now."""

    zone: ZoneInfo
    groups: Sequence[GroupName]
    marked: frozenset[UUID]
    names: bool

    def line(self, member: Member) -> Line:
        """Return one member's row."""
        marked = member.participant_id in self.marked
        last = member.last_pass_at
        name = HIDDEN if not self.names else member.name or "name not readable"
        cells = (
            "✓" if marked else "",
            name,
            LANGUAGES.get(member.language, member.language),
            ", ".join(group.name for group in self.groups if group.id in member.groups),
            str(member.passes),
            "" if last is None else short_day(last.astimezone(self.zone).date()),
        )
        return Line(cells, "strong" if marked else "")
