"""What is odd about records, in plain words, for the desk and the command line."""

from datetime import timedelta

from kiosk.domain.oddities import Oddity, Oddness

TITLES = {
    Oddness.STILL_HERE: "taken off, still here",
    Oddness.CANCELLED: "cancelled, yet people",
    Oddness.REVOKED: "pass had been ended",
    Oddness.OUTSIDE: "outside its hours",
    Oddness.NO_SESSION: "session not known",
    Oddness.GAP: "records missing",
    Oddness.CALLED: "rung after taking back",
    Oddness.SAME_REFERENCE: "one reference, two",
    Oddness.CLOCK_DOUBTFUL: "clock wrong",
    Oddness.CLOCK_OFF: "clock set right",
    Oddness.TWO_MACHINES: "seen twice",
    Oddness.LATE: "came late",
}
"""Each in a few words."""
_SENTENCES = {
    Oddness.STILL_HERE: "{people} taken off, but another machine had seen them too.",
    Oddness.CANCELLED: "{people} checked in although the session was cancelled.",
    Oddness.REVOKED: "{people} checked in with a pass that had been ended.",
    Oddness.OUTSIDE: "{people} checked in while the doors were not open.",
    Oddness.NO_SESSION: "{records} of a session that is not kept here.",
    Oddness.GAP: "{records} of this machine did not come, although later ones did.",
    Oddness.CALLED: "{visitors} rung after taking the request back.",
    Oddness.SAME_REFERENCE: "{records} with the same reference.",
    Oddness.CLOCK_DOUBTFUL: "{records} by a clock that was wrong; the times are not sure.",
    Oddness.CLOCK_OFF: "{records} by a clock that was {off}; the times are corrected.",
    Oddness.TWO_MACHINES: "{people} seen by two machines; each counts once.",
    Oddness.LATE: "{records} came late, up to {late} after.",
}
_TO_DO = {
    Oddness.STILL_HERE: "Open the list: take them off again, or leave them if they did come.",
    Oddness.CANCELLED: "Open the list: they may belong to another session, or it took place.",
    Oddness.REVOKED: "Open the list and ask who showed it; give the person a new pass.",
    Oddness.OUTSIDE: "Open the list: take off who was not there, or set the session's hours right.",
    Oddness.NO_SESSION: "The centre may have lost it; import the groups and sessions again.",
    Oddness.GAP: "See what is set aside on that machine: kiosk sync parked list.",
    Oddness.CALLED: "Please do not ring again; whoever rang could say sorry in a text if allowed.",
    Oddness.SAME_REFERENCE: "Ask for the name as well when somebody gives this reference.",
    Oddness.CLOCK_DOUBTFUL: "Set the machine's clock; the times shown here may be wrong.",
    Oddness.CLOCK_OFF: "Nothing to mend here; set the machine's clock when you can.",
    Oddness.TWO_MACHINES: "Nothing to do: they count once, from when they were first seen.",
    Oddness.LATE: "Nothing is missing now; a head count made before may be too low.",
}
_UNITS = (
    (timedelta(days=365), "year"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
    (timedelta(seconds=1), "second"),
)


def sentence(odd: Oddity) -> str:
    """Say what is odd in one sentence."""
    ahead = odd.at - odd.corrected
    return _SENTENCES[odd.kind].format(
        people=_counted(odd.count, "person", "people"),
        records=_counted(odd.count, "record", "records"),
        visitors=_counted(odd.count, "visitor", "visitors"),
        off=f"{span(ahead)} {'fast' if ahead > timedelta() else 'slow'}",
        late=span((odd.received_at or odd.corrected) - odd.corrected),
    )


def to_do(kind: Oddness) -> str:
    """Say what to do about it."""
    return _TO_DO[kind]


def span(length: timedelta) -> str:
    """Return a time in its largest whole unit: "2 days", "1 year", "90 seconds" as "1 minute"."""
    length = abs(length)
    for unit, name in _UNITS:
        if length >= unit:
            number = length // unit
            return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"
    return "a moment"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
