"""The worklist as the rows of a list, its views, and the figures above it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.requests import CallLanguage
from kiosk.domain.worklist import Filter, Measures, Show, Worklist, WorkRow
from kiosk.ui.desk.callwords import (
    CALL_LANGUAGES,
    SHOWS,
    call_language,
    due,
    result,
    state,
    windows,
)
from kiosk.ui.desk.words import short_day
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.listing import Line
from kiosk.ui.widgets.tabline import Tab

COLUMNS = (
    Column("Due", 10),
    Column("Name", 20, 10, grows=True),
    Column("Language", 9),
    Column("When", 12, rank=2),
    Column("Tries", 5, rank=3, right=True),
    Column("Last try", 23, 12, rank=4),
    Column("State", 16, 14, grows=True),
)
TWIN_COLUMNS = (
    Column("Asked", 11),
    Column("Name", 20, 10, grows=True),
    Column("Reference", 9),
    Column("Language", 9, 6, rank=1),
    Column("State", 18, 12, grows=True),
)
UNREADABLE = "not readable"
VIEWS = {
    Show.CALL_NOW: Tab("c", "Call now", "Now"),
    Show.OPEN: Tab("o", "Open", "Open"),
    Show.MINE: Tab("m", "Mine", "Mine"),
    Show.UNREACHABLE: Tab("u", "Not reached", "Not reached"),
    Show.ESCALATED: Tab("e", "With the clinician", "Clinician"),
    Show.NOTED: Tab("t", "Typed withdrawals", "Typed"),
    Show.CLOSED: Tab("d", "Done", "Done"),
    Show.ALL: Tab("a", "All", "All"),
}
_EMPTY = {
    Show.CALL_NOW: "Nobody wants to be called at this minute. O shows what is open.",
    Show.OPEN: "Nothing is open.",
    Show.MINE: "You have claimed nothing. Open a request and press C.",
    Show.UNREACHABLE: "Nobody who could not be reached.",
    Show.ESCALATED: "Nothing is with the clinician.",
    Show.NOTED: "Nobody typed a reference to take a request back.",
    Show.CLOSED: "Nothing is done yet.",
    Show.ALL: "Nobody has asked for a call yet.",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the rows are drawn now."""

    now: datetime
    zone: ZoneInfo

    def line(self, row: WorkRow) -> Line:
        """Return one request's row of the worklist."""
        schedule = row.schedule
        cells = (
            due(row, self.now, self.zone),
            name(row),
            _language(row),
            windows(row.request.windows, short=True),
            str(schedule.attempts) if schedule.attempts else "",
            result(schedule.last_result),
            f"{state(row, self.now, self.zone)}{' ✎' if row.withdrawal_noted else ''}",
        )
        is_late = schedule.breach_at is not None and schedule.breach_at <= self.now
        return Line(cells, "due" if is_late else "strong" if schedule.call_now else "")

    def twin(self, row: WorkRow) -> Line:
        """Return one request's row among those of the same number."""
        made = short_day(row.request.created_at.astimezone(self.zone).date())
        where = state(row, self.now, self.zone)
        return Line((made, name(row), row.request.reference, _language(row), where))


def name(row: WorkRow) -> str:
    """Return what somebody wants to be called."""
    return UNREADABLE if row.request.unreadable else row.request.preferred_name


def _language(row: WorkRow) -> str:
    code = row.request.call_language
    is_other = code == CallLanguage.OTHER
    return "other" if is_other else call_language(code)


def title(found: int, of: Worklist, wanted: Filter) -> str:
    """Return how many requests are shown, and which; never more than was asked for."""
    parts = [f"Callbacks: {found:,} of {len(of.rows):,}" if of.rows else "Callbacks"]
    if wanted.language:
        parts.append(call_language(wanted.language))
    if wanted.window:
        parts.append(windows((wanted.window,)))
    if wanted.text:
        parts.append(f"“{wanted.text}”")
    return " · ".join(parts)


def figures(found: Measures) -> str:
    """Return the figures above the list; those that are nothing are left out."""
    counts = (
        (found.open, "open"),
        (found.call_now, "to call now"),
        (found.due_today, "due today"),
        (found.overdue, "late"),
        (found.unreachable, "not reached"),
    )
    parts = [f"{count:,} {words}" for count, words in counts if count]
    hours = found.median_hours_to_first_attempt
    if hours is not None:
        parts.append(f"first call after {hours:.1f} h")
    return " · ".join(parts)


def about(wanted: Filter) -> str:
    """Return what was filtered, without what was searched for: that is often a name."""
    parts = [SHOWS[wanted.show]]
    if wanted.language:
        parts.append(call_language(wanted.language))
    if wanted.window:
        parts.append(windows((wanted.window,)))
    if wanted.text:
        parts.append("those that match a search")
    return ", ".join(parts)


def empty(wanted: Filter) -> str:
    """Return what an empty list says."""
    is_narrowed = wanted.language or wanted.window or wanted.text
    return "No request of this view matches." if is_narrowed else _EMPTY[wanted.show]


def languages_of(rows: tuple[WorkRow, ...]) -> tuple[str, ...]:
    """Return the languages that are asked for, in their usual order; unknown codes last."""
    found = {row.request.call_language for row in rows}
    known = [code.value for code in CALL_LANGUAGES if code.value in found]
    return (*known, *sorted(found - set(known)))
