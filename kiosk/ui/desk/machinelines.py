"""The clinic's machines in words: a row of the list, and all that is known of one."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.fleet import KioskView, MachineKind, off, who_needs
from kiosk.ui.desk.traillines import moment
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.listing import Line

KIOSKS = (
    Column("Kiosk", 24, 9),
    Column("Code", 4, rank=2),
    Column("Last contact", 15, 13),
    Column("Waiting", 7, rank=1, right=True),
    Column("Parked", 6, rank=1, right=True),
    Column("What it needs", 60, 26, grows=True),
)
_KINDS = {MachineKind.KIOSK: "kiosk", MachineKind.DESK: "desk machine"}


def machine(view: KioskView, now: datetime, zone: ZoneInfo) -> Line:
    """Return one machine as a row."""
    cells = (
        view.name,
        view.symbols,
        _at(view.contact_at, now, zone, "never"),
        _counted(view.pending),
        _counted(view.parked),
        view.needs[0] if view.needs else _state(view),
    )
    return Line(cells, "due" if view.needs else "done" if view.revoked_at else "")


def machines(views: Sequence[KioskView]) -> str:
    """Say how the machines stand as a whole."""
    needy = who_needs(views)
    if needy:
        return f"{needy}; the others are in order." if len(views) > 1 else f"{needy}."
    if all(view.contact_at is None for view in views):
        if len(views) == 1:
            return "This machine only: there is no centre, so nothing waits to be sent."
        return "No machine has spoken with a centre yet."
    waiting = sum(view.pending or 0 for view in views if view.revoked_at is None)
    if waiting:
        return f"All is in order; {waiting:,} records are on their way."
    return "All is in order, and everything has been sent."


def details(view: KioskView, now: datetime, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """Return (label, words) of all that is known of a machine."""
    rows = [("Needs", sentence) for sentence in view.needs[:1]]
    rows += [("", sentence) for sentence in view.needs[1:]]
    here = ", this one" if view.here else ""
    rows += [
        ("State", f"{_KINDS[view.kind]}{here}, {_standing(view, now, zone)}"),
        ("Last contact", _at(view.contact_at, now, zone, "never")),
    ]
    if view.kind is MachineKind.KIOSK:
        rows.append(("Records", _records(view, now, zone)))
    rows.append(("Clock", _clock(view)))
    rows.append(("Version", view.version or "not known"))
    if view.helplines_review_by is not None:
        day = view.helplines_review_by
        rows.append(("Helplines", f"to be checked again by {day.day} {day:%b %Y}"))
    return tuple(rows)


def _state(view: KioskView) -> str:
    if view.revoked_at:
        return "revoked, empty" if view.wiped_at else "revoked"
    return "this one" if view.here else "in use"


def _standing(view: KioskView, now: datetime, zone: ZoneInfo) -> str:
    if view.revoked_at is not None:
        words = f"revoked {moment(view.revoked_at, now, zone)}"
        emptied = view.wiped_at
        return words if emptied is None else f"{words}, emptied {moment(emptied, now, zone)}"
    words = f"enrolled {moment(view.enrolled_at, now, zone)}"
    return words if view.joined else f"{words}, has not joined"


def _records(view: KioskView, now: datetime, zone: ZoneInfo) -> str:
    if view.pending is None or view.parked is None:
        return "nothing has to be sent"
    since = view.waiting_since if view.pending else None
    waits = f"{view.pending:,} to be sent" if view.pending else "all sent"
    waits += f", the oldest of {moment(since, now, zone)}" if since else ""
    return f"{waits}; {view.parked:,} set aside"


def _clock(view: KioskView) -> str:
    return "never compared" if view.clock_offset_ms is None else off(view.clock_offset_ms)


def _at(at: datetime | None, now: datetime, zone: ZoneInfo, otherwise: str) -> str:
    return otherwise if at is None else moment(at, now, zone)


def _counted(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"
