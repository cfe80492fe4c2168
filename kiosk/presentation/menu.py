"""What waits at the places of the menu, and the steps of the first hour, in a few words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.attendance.roster import SessionStage
from kiosk.domain.callbacks.notice import NoticeState
from kiosk.domain.central.fleet import KioskView, describe_needing_machines
from kiosk.domain.health import FirstStep
from kiosk.domain.retention import RetentionStatus
from kiosk.presentation.notices import describe_late_notices
from kiosk.presentation.records import describe_retention, format_long_day

SOON = timedelta(days=30)
"""So long before the helplines are to be rung again the menu says so."""
_NOTHING = "Nothing waits"


@dataclass(frozen=True, slots=True)
class PlaceNews:
    """What the menu tells of one place."""

    line: str
    """Stands under the name of the place."""
    alone: str = ""
    """Says the same without its name beside it; empty where nothing needs a person."""


def tell_callbacks(waiting: int, call_now: int) -> PlaceNews:
    """Return how many requests are to be called now, of those that wait."""
    if call_now:
        words = f"{call_now:,} to call now"
        return PlaceNews(words, words)
    if waiting:
        return PlaceNews(f"None to call now; {waiting:,} wait{'s' if waiting == 1 else ''}")
    return PlaceNews(_NOTHING)


def tell_sessions(sessions: Iterable[tuple[SessionStage, datetime]], zone: ZoneInfo) -> PlaceNews:
    """Return which lists of the day are to be closed, what is on now, or what comes next."""
    planned = [one for one in sessions if one[0] is not SessionStage.CANCELLED]
    stages = [stage for stage, _ in planned]
    late = stages.count(SessionStage.ENDED)
    on = stages.count(SessionStage.OPEN) + stages.count(SessionStage.RUNNING)
    now = f"{on} on now" if on else ""
    if late:
        words = "1 list to close" if late == 1 else f"{late} lists to close"
        return PlaceNews(f"{words}, {now}" if now else words, words)
    if now:
        return PlaceNews(now)
    coming = [at for stage, at in planned if stage is SessionStage.SCHEDULED]
    if coming:
        return PlaceNews(f"The next begins at {min(coming).astimezone(zone):%H:%M}")
    return PlaceNews("All lists are closed" if planned else "No meeting today")


def tell_anomalies(count: int) -> PlaceNews:
    """Return how many odd records need a person."""
    if not count:
        return PlaceNews(_NOTHING)
    words = "1 odd record" if count == 1 else f"{count:,} odd records"
    return PlaceNews("1 to look at" if count == 1 else f"{count:,} to look at", words)


def tell_machines(
    needy: Sequence[KioskView], notices: Iterable[NoticeState] = ()
) -> PlaceNews | None:
    """Return which machine needs a person and why, or how many do; then which notices fail.

    None where nothing is amiss.
    """
    if not needy:
        late = describe_late_notices(notices).partition(":")[0]
        return PlaceNews(late, "Notices fail") if late else None
    counted = describe_needing_machines(needy)
    if len(needy) > 1:
        return PlaceNews(counted, counted)
    (view,) = needy
    why = view.needs[0].partition(". ")[0].partition(";")[0].rstrip(".")
    return PlaceNews(f"{view.name}: {why[:1].lower()}{why[1:]}", counted)


def tell_retention(status: RetentionStatus, zone: ZoneInfo) -> PlaceNews:
    """Return when retention ran, or what holds it up."""
    words = f"retention {describe_retention(status, zone)}"
    needs = status.hold is not None or status.is_overdue
    return PlaceNews(words[:1].upper() + words[1:], "Retention waits" if needs else "")


def tell_helplines(review_by: date, today: date) -> PlaceNews:
    """Return by when the helplines are to be rung again."""
    day = format_long_day(review_by)
    if today > review_by:
        return PlaceNews(f"Were to be rung by {day}", "Ring the helplines")
    if today >= review_by - SOON:
        return PlaceNews(f"To be rung by {day}", "Ring the helplines")
    return PlaceNews(f"To be rung again by {day}")


_STEPS = {
    FirstStep.GROUP: "add a group",
    FirstStep.SESSION: "plan a meeting",
    FirstStep.COLLEAGUE: "add a colleague",
    FirstStep.HELPLINES: "ring the helplines",
    FirstStep.BOOKLETS: "fill in the booklets",
    FirstStep.TEST_CARD: "scan the test card",
    FirstStep.TEST_CALL: "call a test request",
}


def describe_first_step(step: FirstStep) -> str:
    """Return a step of the first hour as what to do, such as "add a group"."""
    return _STEPS[step]
