"""The clinic's retention policy as its screen words it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from kiosk.domain.oversight import RetentionPlan
from kiosk.domain.recordwords import TITLES, due, rule
from kiosk.ui.desk.words import clock, short_day


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a day with its year and a time, such as "Mon 2 Mar 2026, 14:05"."""
    day = at.astimezone(zone).date()
    return f"{short_day(day)} {day.year}, {clock(at, zone)}"


def last_run(plan: RetentionPlan, zone: ZoneInfo) -> str:
    """Say when what was due was last deleted."""
    if plan.last_run is None:
        return "Nothing has ever been deleted. Please do it about once a month."
    return f"Last deleted on {moment(plan.last_run, zone)}"


def policy(plan: RetentionPlan, zone: ZoneInfo) -> Table:
    """Return each kind of records: how long it is kept, and what would go now."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for place, count in enumerate(plan.counts):
        if place:
            table.add_row(Text(), Text())
        words = due(count, _day(count.oldest, zone))
        table.add_row(Text(TITLES[count.kind], "bold"), Text(rule(count)))
        table.add_row(Text(), Text(words, "bold" if count.count else ""))
    return table


def summary(plan: RetentionPlan, zone: ZoneInfo, *, is_looking: bool) -> str:
    """Say that this was a look only, and when."""
    if is_looking:
        return "Looking …"
    words = f"Looked at {clock(plan.at, zone)}; nothing has been deleted by looking."
    return f"{words}\nkiosk.toml sets how long each is kept."


def warning(plan: RetentionPlan) -> tuple[str, str, str]:
    """Return the question before a run, what somebody has to know, and the words of their yes."""
    if not plan.total:
        lead = "Nothing is old enough to be deleted now; the audit trail will say that it was run."
        return "Run it all the same?", lead, "Yes, run it"
    lead = (
        "It cannot be brought back: what is due goes from the database, from its log and from the"
        " exports folder. The audit trail stays."
    )
    return "Delete for good what is due?", lead, "Yes, delete it"


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return None if at is None else at.astimezone(zone).date()
