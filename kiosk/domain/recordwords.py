"""What the clinic keeps for how long, in plain words, for the desk and the command line."""

from datetime import date, timedelta

from kiosk.domain.oversight import Kept, RetentionCount, RetentionDone

TITLES = {
    Kept.REQUESTS: "Callback requests",
    Kept.ATTENDANCE: "Attendance",
    Kept.PASSES: "Names and passes",
    Kept.EXPORTS: "Exported files",
}
_RULES = {
    Kept.REQUESTS: "Go {span} after they are closed or withdrawn.",
    Kept.ATTENDANCE: "Check-ins and head counts go after {span}.",
    Kept.PASSES: "Go {span} after their last use.",
    Kept.EXPORTS: "Go {span} after they were written.",
}
_UNITS = {
    Kept.REQUESTS: ("request", "requests"),
    Kept.ATTENDANCE: ("check-in or head count", "check-ins and head counts"),
    Kept.PASSES: ("person with their passes", "people with their passes"),
    Kept.EXPORTS: ("file", "files"),
}
_YEAR = 365


def rule(count: RetentionCount) -> str:
    """Return what the policy says of one kind, such as "Go 180 days after …"."""
    return _RULES[count.kind].format(span=span(count.kept))


def span(kept: timedelta) -> str:
    """Return a time as a policy says it: "7 days", "2 years"."""
    days = kept.days
    if days and not days % _YEAR:
        return _counted(days // _YEAR, ("year", "years"))
    return _counted(days, ("day", "days"))


def due(count: RetentionCount, oldest: date | None) -> str:
    """Return what of one kind would go now; `oldest` is the day of the oldest of it."""
    if not count.count:
        return "Nothing would go now."
    words = f"{_counted(count.count, _UNITS[count.kind])} would go now"
    if oldest is not None:
        words += f", the oldest of {oldest.day} {oldest:%b %Y}"
    return f"{words}."


def done(gone: RetentionDone) -> str:
    """Return what a run has deleted."""
    amounts = {
        Kept.REQUESTS: gone.requests,
        Kept.ATTENDANCE: gone.attendance,
        Kept.PASSES: gone.passes,
        Kept.EXPORTS: gone.exports,
    }
    parts = [_counted(count, _UNITS[kind]) for kind, count in amounts.items() if count]
    if not parts:
        return "Nothing was old enough to be deleted."
    return f"Deleted for good: {', '.join(parts)}."


def _counted(count: int, unit: tuple[str, str]) -> str:
    return f"1 {unit[0]}" if count == 1 else f"{count:,} {unit[1]}"
