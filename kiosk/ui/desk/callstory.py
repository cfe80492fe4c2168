"""What was done about a callback request, in words; the latest first."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.events import EventKind
from kiosk.domain.worklist import HistoryEntry
from kiosk.ui.desk.callwords import moment, outcome, result

BY_SLIP = "withdrawn_by_slip"
_KINDS = {
    EventKind.CLAIMED: "claimed it",
    EventKind.RELEASED: "gave it back",
    EventKind.MERGED: "merged it into another request",
    EventKind.ESCALATED: "handed it to the clinician",
    EventKind.WITHDRAWN: "noted that they took it back",
    EventKind.NOTE_DISMISSED: "set the typed withdrawal aside",
    EventKind.REOPENED: "put it back on the list",
    EventKind.UNDONE: "undid an entry",
}


def story(
    entries: Iterable[HistoryEntry], now: datetime, zone: ZoneInfo
) -> tuple[tuple[str, str], ...]:
    """Return when and what, the latest first."""
    told = [(_when(entry.at.astimezone(zone)), _words(entry, now, zone)) for entry in entries]
    return tuple(reversed(told))


def _when(local: datetime) -> str:
    return f"{local.day} {local:%b %H:%M}"


def _words(entry: HistoryEntry, now: datetime, zone: ZoneInfo) -> str:
    if entry.kind == BY_SLIP:
        return "the visitor took it back with their slip"
    words = f"{entry.by or 'somebody'} {_deed(entry, now, zone)}"
    if entry.note:
        words += f": “{entry.note}”"
    return f"{words} (undone)" if entry.undone else words


def _deed(entry: HistoryEntry, now: datetime, zone: ZoneInfo) -> str:
    until = f" {moment(entry.next_at, now, zone)}" if entry.next_at else ""
    match entry.kind:
        case EventKind.ATTEMPT:
            return f"tried: {result(entry.outcome)}{until}"
        case EventKind.HELD:
            return f"put it on hold{' until' if until else ''}{until}"
        case EventKind.CLOSED:
            return f"closed it: {outcome(entry.outcome)}"
        case _:
            known = entry.kind in set(EventKind)
            return _KINDS.get(EventKind(entry.kind), entry.kind) if known else entry.kind
