"""Anomalies, problems of plans and retention, in plain words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.domain.attendance.anomalies import Anomaly, AnomalyKind
from kiosk.domain.groups.groups import (
    LARGEST_CAPACITY,
    LONGEST_ABOUT,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_ROOM,
    MOST_SESSIONS,
    PlannedSession,
    PlanProblem,
)
from kiosk.domain.groups.plan_import import EventLeft, ImportPreview
from kiosk.domain.retention import (
    LONGEST_PAUSE,
    RetentionCount,
    RetentionDone,
    RetentionHold,
    RetentionKind,
    RetentionStatus,
)

ANOMALY_TITLES = {
    AnomalyKind.STILL_HERE: "taken off, still here",
    AnomalyKind.CANCELLED: "cancelled, yet people",
    AnomalyKind.REVOKED: "pass had been ended",
    AnomalyKind.OUTSIDE: "outside its hours",
    AnomalyKind.NO_SESSION: "session not known",
    AnomalyKind.UNPLACED: "to be placed",
    AnomalyKind.GAP: "records missing",
    AnomalyKind.CALLED: "rung after taking back",
    AnomalyKind.SAME_REFERENCE: "one reference, two",
    AnomalyKind.LOST: "records lost",
    AnomalyKind.REFUSED: "visitors refused",
    AnomalyKind.CLOCK_DOUBTFUL: "clock wrong",
    AnomalyKind.CLOCK_OFF: "clock set right",
    AnomalyKind.TWO_MACHINES: "seen twice",
    AnomalyKind.LATE: "came late",
}
"""Each in a few words."""
_SENTENCES = {
    AnomalyKind.STILL_HERE: "{people} taken off, but another machine had seen them too.",
    AnomalyKind.CANCELLED: "{people} checked in although the session was cancelled.",
    AnomalyKind.REVOKED: "{people} checked in with a pass that had been ended.",
    AnomalyKind.OUTSIDE: "{people} checked in while the doors were not open.",
    AnomalyKind.NO_SESSION: "{records} of a session that is not kept here.",
    AnomalyKind.UNPLACED: "{people} came while the kiosk's clock was wrong, to a group unknown.",
    AnomalyKind.GAP: "{records} of this machine did not come, although later ones did.",
    AnomalyKind.CALLED: "{visitors} rung after taking the request back.",
    AnomalyKind.SAME_REFERENCE: "{records} with the same reference.",
    AnomalyKind.LOST: "{records} that this machine had kept were gone when it started.",
    AnomalyKind.REFUSED: "The kiosk could keep nothing {times}, and sent a visitor to the counter.",
    AnomalyKind.CLOCK_DOUBTFUL: "{records} by a clock that was wrong; the times are not sure.",
    AnomalyKind.CLOCK_OFF: "{records} by a clock that was {off}; the times are corrected.",
    AnomalyKind.TWO_MACHINES: "{people} seen by two machines; each counts once.",
    AnomalyKind.LATE: "{records} came late, up to {late} after.",
}
_TO_DO = {
    AnomalyKind.STILL_HERE: "Open the list: take them off again, or leave them if they did come.",
    AnomalyKind.CANCELLED: "Open the list: they may belong to another session, or it took place.",
    AnomalyKind.REVOKED: "Open the list and ask who showed it; give the person a new pass.",
    AnomalyKind.OUTSIDE: (
        "Open the list: take off who was not there, or set the session's hours right."
    ),
    AnomalyKind.NO_SESSION: "The centre may have lost it; import the groups and sessions again.",
    AnomalyKind.UNPLACED: (
        "Set the machine's clock; then open their group's list and press W to put them on it."
    ),
    AnomalyKind.GAP: "See what is set aside on that machine: kiosk sync parked list.",
    AnomalyKind.LOST: (
        "Its file was replaced, or lost its log. Ask in the groups whether all are on the list;"
        " a request for a call may be gone too."
    ),
    AnomalyKind.CALLED: (
        "Please do not ring again; whoever rang could say sorry in a text if allowed."
    ),
    AnomalyKind.SAME_REFERENCE: "Ask for the name as well when somebody gives this reference.",
    AnomalyKind.REFUSED: "Ask in the group whether all are on the list; run kiosk doctor there.",
    AnomalyKind.CLOCK_DOUBTFUL: "Set the machine's clock; the times shown here may be wrong.",
    AnomalyKind.CLOCK_OFF: "Nothing to mend here; set the machine's clock when you can.",
    AnomalyKind.TWO_MACHINES: "Nothing to do: they count once, from when they were first seen.",
    AnomalyKind.LATE: "Nothing is missing now; a head count made before may be too low.",
}
RECORD_KINDS = {
    "check_in": "check-in",
    "head_count": "head count",
    "callback_request": "callback request",
    "callback_event": "callback step",
    "callback_withdrawal": "withdrawal",
    "callback_retiming": "change of times",
    "audit_event": "audit entry",
    "participant": "member",
    "passcard": "pass",
    "kiosk_heartbeat": "report",
    "kiosk_device": "own row",
}
"""What one row of a table is called that a machine writes; by the table's name."""
_TIME_UNITS = (
    (timedelta(days=365), "year"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
    (timedelta(seconds=1), "second"),
)


def describe_event_left(event: EventLeft) -> str:
    """Return an event that is not taken in, by title and day, and why."""
    title = f"“{event.title}”" if event.title else "an event without a title"
    day = f", {_format_day(event.day)}," if event.day else ""
    return f"{title}{day} {event.why}"


def describe_planned(session: PlannedSession, zone: ZoneInfo) -> str:
    """Return a session by group and start."""
    start = session.plan.starts_at.astimezone(zone)
    return f"{session.group_name}, {_format_day(start)}, {start:%H:%M}"


def format_import_lists(
    left: Iterable[EventLeft],
    preview: ImportPreview,
    zone: ZoneInfo,
    cancel: Collection[UUID] | None,
) -> Mapping[str, tuple[str, ...]]:
    """Return what an import cancels, lets stay and leaves out, by the title of each list.

    `cancel` holds the ids of those that were agreed to; None before anything is.
    """
    refused = [one for one in preview.cancels if cancel is not None and one.plan.id not in cancel]
    sessions = {
        "To be cancelled" if cancel is None else "Cancelled sessions": [
            one for one in preview.cancels if one not in refused
        ],
        "Kept, with check-ins": preview.kept,
        "Kept, though not in the file": refused,
        "Kept, for the file does not cover them": preview.outside,
    }
    lists = {
        title: tuple(describe_planned(one, zone) for one in planned)
        for title, planned in sessions.items()
    }
    return {**lists, "Events left out": tuple(map(describe_event_left, left))}


def shorten(lines: Sequence[str], most: int) -> tuple[str, ...]:
    """Return the first of many lines, and how many more there are."""
    more = len(lines) - most
    return (*lines[:most], *([f"… and {more} more"] if more > 0 else []))


def format_long_day(day: date) -> str:
    """Return a day such as "2 Mar 2026"."""
    return f"{day.day} {day:%b %Y}"


def _format_day(day: date) -> str:
    return f"{day:%a} {format_long_day(day)}"


def format_anomaly_kind(code: str) -> str:
    """Return what is odd in a few words; an unknown code as it is."""
    return ANOMALY_TITLES[AnomalyKind(code)] if code in set(AnomalyKind) else code


def describe_anomaly(found: Anomaly) -> str:
    """Return an anomaly in one sentence."""
    ahead = found.at - found.corrected
    return _SENTENCES[found.kind].format(
        people=_format_count(found.count, "person", "people"),
        records=_format_count(found.count, "record", "records"),
        visitors=_format_count(found.count, "visitor", "visitors"),
        times=_format_count(found.count, "time", "times"),
        off=f"{format_rough_span(ahead)} {'fast' if ahead > timedelta() else 'slow'}",
        late=format_rough_span((found.received_at or found.corrected) - found.corrected),
    )


def describe_next_step(kind: AnomalyKind) -> str:
    """Return what to do about an anomaly, in one sentence."""
    return _TO_DO[kind]


def format_rough_span(length: timedelta) -> str:
    """Return a time in its largest whole unit: "2 days", "1 year", "90 seconds" as "1 minute"."""
    length = abs(length)
    for unit, name in _TIME_UNITS:
        if length >= unit:
            number = length // unit
            return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"
    return "a moment"


def _format_count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


PLAN_PROBLEMS: Mapping[PlanProblem, str] = {
    PlanProblem.NO_NAME: "It has no name.",
    PlanProblem.NO_LABEL: 'It has no public label, such as "Room 2".',
    PlanProblem.NO_ROOM: "It has no room.",
    PlanProblem.LONG_NAME: f"Its name has more than {LONGEST_NAME} characters; shorten it.",
    PlanProblem.LONG_LABEL: (
        f"Its public label has more than {LONGEST_LABEL} characters; shorten it."
    ),
    PlanProblem.LONG_ROOM: f"Its room has more than {LONGEST_ROOM} characters; shorten it.",
    PlanProblem.LONG_ABOUT: (
        f"The sentence about it has more than {LONGEST_ABOUT} characters; shorten it."
    ),
    PlanProblem.ODD_LANGUAGE: 'Its language is not a code such as "en".',
    PlanProblem.ODD_CAPACITY: f"Its capacity is not a number from 1 to {LARGEST_CAPACITY}.",
    PlanProblem.ODD_TIMES: "It does not end within 24 hours after its start.",
    PlanProblem.PAST: "Its new start has passed already.",
    PlanProblem.HAS_BEGUN: "It has begun, and people have come to the time it had.",
    PlanProblem.HAS_ENDED: "It has taken place already.",
    PlanProblem.IS_CANCELLED: "It is cancelled.",
    PlanProblem.NO_GROUP: "Its group was put away.",
    PlanProblem.NO_REASON: "It needs a reason, for those who come all the same.",
    PlanProblem.UNKNOWN: "It is no longer there; look again.",
    PlanProblem.EMPTY_SERIES: "No day is left on which it could meet.",
    PlanProblem.ENDLESS_SERIES: "It has neither a last day nor a count.",
    PlanProblem.TOO_MANY: f"It has more than {MOST_SESSIONS} sessions; plan a shorter time.",
}
"""One sentence each."""


RETENTION_TITLES = {
    RetentionKind.REQUESTS: "Callback requests",
    RetentionKind.ATTENDANCE: "Attendance",
    RetentionKind.PASSES: "Names and passes",
    RetentionKind.EXPORTS: "Exported files",
}
_RULES = {
    RetentionKind.REQUESTS: "Go {span} after they are closed or withdrawn.",
    RetentionKind.ATTENDANCE: "Check-ins and head counts go after {span}.",
    RetentionKind.PASSES: "Go {span} after their last use.",
    RetentionKind.EXPORTS: "Go {span} after they were written.",
}
_RECORD_UNITS = {
    RetentionKind.REQUESTS: ("request", "requests"),
    RetentionKind.ATTENDANCE: ("check-in or head count", "check-ins and head counts"),
    RetentionKind.PASSES: ("person with their passes", "people with their passes"),
    RetentionKind.EXPORTS: ("file", "files"),
}
_YEAR = 365


def describe_retention_rule(count: RetentionCount) -> str:
    """Return the policy for one kind of records, such as "Go 180 days after …"."""
    return _RULES[count.kind].format(span=format_retention_period(count.kept))


def format_retention_period(kept: timedelta) -> str:
    """Return how long something is kept: "7 days", "2 years"."""
    days = kept.days
    if days and not days % _YEAR:
        return _format_records(days // _YEAR, ("year", "years"))
    return _format_records(days, ("day", "days"))


def describe_due(count: RetentionCount, oldest: date | None) -> str:
    """Return what of one kind would go now; `oldest` is the day of the oldest of it."""
    if not count.count:
        return "Nothing would go now."
    words = f"{_format_records(count.count, _RECORD_UNITS[count.kind])} would go now"
    if oldest is not None:
        words += f", the oldest of {format_long_day(oldest)}"
    return f"{words}."


def describe_deleted(gone: RetentionDone) -> str:
    """Return what a run has deleted."""
    amounts = {
        RetentionKind.REQUESTS: gone.requests,
        RetentionKind.ATTENDANCE: gone.attendance,
        RetentionKind.PASSES: gone.passes,
        RetentionKind.EXPORTS: gone.exports,
    }
    parts = [
        _format_records(count, _RECORD_UNITS[kind]) for kind, count in amounts.items() if count
    ]
    if not parts:
        return "Nothing was old enough to be deleted."
    return f"Deleted for good: {', '.join(parts)}."


def _format_records(count: int, unit: tuple[str, str]) -> str:
    return f"1 {unit[0]}" if count == 1 else f"{count:,} {unit[1]}"


_HOLDS = {
    RetentionHold.NOT_AGREED: (
        "Nothing is deleted by itself until a manager has looked at what would go, and agreed."
    ),
    RetentionHold.SHORTER: (
        "kiosk.toml keeps something for less long than was agreed, so nothing is deleted until a"
        " manager has looked again, and agreed."
    ),
    RetentionHold.CLOCK_BEHIND: (
        "The clock stands before the last record, so nothing is deleted. Set it, or say on the"
        " maintenance screen that it is right."
    ),
    RetentionHold.CLOCK_AHEAD: (
        f"Nothing was deleted for more than {LONGEST_PAUSE.days} days by this clock, so it may be"
        " ahead. A manager looks whether the date is right, and agrees again."
    ),
}
_WEEK = timedelta(days=6)


def describe_hold(hold: RetentionHold) -> str:
    """Return why nothing is deleted by itself, and what to do."""
    return _HOLDS[hold]


def describe_hold_and_command(hold: RetentionHold) -> str:
    """Return the same with the command that asks for a manager's yes, where that is needed."""
    words = describe_hold(hold)
    if hold is RetentionHold.CLOCK_BEHIND:
        return words
    return f"{words} `kiosk retention run` shows it and asks, as D does at the desk."


def describe_retention(status: RetentionStatus, zone: ZoneInfo) -> str:
    """Return in a few words when retention ran, or what holds it up."""
    done = status.past.done_at
    match status.hold:
        case RetentionHold.NOT_AGREED:
            return "waits for your yes"
        case RetentionHold.SHORTER:
            return "shorter now: waits for your yes"
        case RetentionHold.CLOCK_BEHIND | RetentionHold.CLOCK_AHEAD:
            return "held up: is the clock right?"
        case None if status.is_overdue:
            since = done or status.past.agreed_at or status.at
            return f"not run since {_name_day(since, status.at, zone)}"
        case None if done is None:
            return "runs within the day"
        case None:
            return f"ran {_format_run(done, status.at, zone)}"


def _format_run(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a day with "on", such as "today" or "on Tuesday"."""
    day = _name_day(at, now, zone)
    return day if day in ("today", "yesterday") else f"on {day}"


def _name_day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a day as people call it: "today", "Tuesday", "3 Nov 2026"."""
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    if day == today:
        return "today"
    if day == today - timedelta(days=1):
        return "yesterday"
    return f"{day:%A}" if timedelta() < today - day <= _WEEK else format_long_day(day)
