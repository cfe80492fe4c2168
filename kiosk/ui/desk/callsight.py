"""One callback request as its screen words it: where it stands, and what a caller needs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from kiosk.domain.requests import CallLanguage
from kiosk.domain.status import OPEN, RequestStatus
from kiosk.domain.worklist import Contact, WorkRow
from kiosk.ui.desk.callanswers import next_step
from kiosk.ui.desk.calllines import name
from kiosk.ui.desk.callwords import asked, call_language, due, result, state, windows
from kiosk.ui.desk.words import clock, short_day
from kiosk.ui.widgets.columns import cell

_LONGEST_NAME = 40
"""Cells of a name in a title; the lines about safety give all of it."""
_MAY_SEE = frozenset({RequestStatus.ESCALATED, RequestStatus.UNREACHABLE})
"""Where a number may have to be passed on or looked at, although nobody rings it now."""


def may_reveal(row: WorkRow) -> bool:
    """Say whether the number is of use now: one's own calls, and what is handed on."""
    return row.held_by_me or row.state.status in _MAY_SEE


def is_open(row: WorkRow) -> bool:
    """Say whether something is still to be done."""
    return row.state.status in OPEN


def title(row: WorkRow) -> str:
    """Return whose request it is."""
    who = name(row)
    who = cell(who, _LONGEST_NAME) if cell_len(who) > _LONGEST_NAME else who
    return f"{who} · {row.request.reference}"


def standing(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return where it stands, in a line."""
    words = state(row, now, zone)
    parts = [words[:1].upper() + words[1:]]
    if row.claim_ends is not None and row.holder:
        parts[0] += f" until {clock(row.claim_ends, zone)}"
    if row.state.status is RequestStatus.REACHED and row.holder:
        parts.append("spoken to")
    by_when = due(row, now, zone)
    if by_when:
        parts.append(_due(by_when))
    if row.withdrawal_noted:
        parts.append("somebody typed this reference to take it back: please ask")
    return " · ".join(parts)


def _due(by_when: str) -> str:
    if by_when == "now":
        return "call now"
    return by_when if by_when.endswith("late") else f"due {by_when}"


def number(row: WorkRow, contact: Contact | None) -> str:
    """Return the number where it was asked for, else as much of it as anybody may see."""
    if contact is not None:
        return f"Ring {contact.phone}"
    masked = row.request.phone_masked or "no number"
    return f"{masked}   R shows it" if may_reveal(row) else masked


def facts(row: WorkRow, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return labels and words for what is known of the call."""
    found = [
        ("Language", _language(row)),
        ("When", _when(row)),
        ("Tries", _tries(row)),
    ]
    if is_open(row) and (step := next_step(row, now, zone)):
        found.append(("Next", step))
    found.append(("Asked", asked(row, zone)))
    return found


def _language(row: WorkRow) -> str:
    code = row.request.call_language
    words = call_language(code)
    if code == CallLanguage.OTHER:
        words = "another language; ask which"
    return words


def _when(row: WorkRow) -> str:
    request = row.request
    words = windows(request.windows)
    return words if request.not_before is None else f"{words}, from {short_day(request.not_before)}"


def _tries(row: WorkRow) -> str:
    schedule = row.schedule
    if not schedule.last_result:
        return "none yet"
    counted = f"{schedule.attempts}; " if schedule.attempts else ""
    return f"{counted}the latest: {result(schedule.last_result)}"


def twins(rows: tuple[WorkRow, ...], now: datetime, zone: ZoneInfo) -> str:
    """Return how many other requests have the same number; empty for none."""
    if not rows:
        return ""
    if len(rows) > 1:
        return f"{len(rows)} other requests of the same number (P)."
    return f"One other request of the same number: {state(rows[0], now, zone)} (P)."
