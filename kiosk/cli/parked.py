"""Records that a machine wrote, and those that were set aside, in words."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kiosk.cli.output import Format, show, write
from kiosk.cli.usage import wrong

if TYPE_CHECKING:
    from kiosk.records.central.machines import ParkedRows
    from kiosk.usecases.central.owner import Written

KINDS = {
    "check_in": "check-in",
    "head_count": "head count",
    "callback_request": "callback request",
    "callback_event": "callback step",
    "callback_withdrawal": "withdrawal",
    "audit_event": "audit entry",
    "participant": "member",
    "passcard": "pass",
}
_OWN_ROWS = {"kiosk_heartbeat": "report", "kiosk_device": "own row"}
_WHY_PARKED = {
    "length": "longer than any record",
    "number": "a number that no machine reaches",
    "lookup": "the pass was there already",
    "time": "a time that nobody can read",
}
"""Of what an upgrade sets aside."""


def read_time(since: str) -> datetime | None:
    """Return a time of the clinic's, without its zone; None where none is given."""
    if not since:
        return None
    try:
        began = datetime.fromisoformat(since)
    except ValueError:
        began = None
    if began is None or began.tzinfo is not None:
        raise wrong("--since", "write it like 2026-11-28 or 2026-11-28T09:30")
    return began


def show_written(found: "Written", zone: ZoneInfo) -> None:
    """Print what the centre has received of a machine, and what became of it."""
    rows: list[dict[str, object]] = [
        {
            "kind": KINDS.get(one.table_name, one.table_name),
            "count": one.count,
            "first": one.first.astimezone(zone),
            "last": one.last.astimezone(zone),
        }
        for one in found.rows
    ]
    show(
        rows,
        Format.TABLE,
        columns=("kind", "count", "first", "last"),
        empty="The centre has received nothing of it since then.",
    )
    if found.parked:
        records = f"{found.parked} {'record is' if found.parked == 1 else 'records are'}"
        write(f"{records} set aside; they stay at the centre, and no desk shows them.")
    elif rows:
        write("Next: look at these; --park sets them aside.")


def describe_parked(rows: "ParkedRows") -> str:
    """Return what an upgrade has set aside of one machine, and why."""
    kind = KINDS.get(rows.table_name, _OWN_ROWS.get(rows.table_name, rows.table_name))
    of = f" of {rows.symbols}" if rows.symbols else ""
    return f"Set aside: {kind}{of}, {rows.count} in all ({_WHY_PARKED[rows.reason]})."
