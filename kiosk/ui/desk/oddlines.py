"""Odd records as rows of a list, and each told in full below it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.oddities import Oddity
from kiosk.domain.oddwords import TITLES, sentence, to_do
from kiosk.ui.desk.traillines import moment
from kiosk.ui.desk.words import clock
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.listing import Line

COLUMNS = (
    Column("When", 15, 12),
    Column("What", 22, 16),
    Column("Where", 34, 18, grows=True),
    Column("How many", 8, rank=2, right=True),
    Column("Kiosk", 6, rank=1),
)


def key_of(odd: Oddity) -> tuple[object, ...]:
    """Return what tells odd records apart while their number grows."""
    session = None if odd.session is None else odd.session.id
    return odd.kind, session, odd.machines, odd.at


def line(odd: Oddity, now: datetime, zone: ZoneInfo) -> Line:
    """Return one row; what needs a person stands out."""
    cells = (
        moment(odd.corrected, now, zone),
        TITLES[odd.kind],
        where(odd, zone),
        f"{odd.count:,}",
        "+".join(odd.machines),
    )
    return Line(cells, "due" if odd.needs_a_person else "")


def where(odd: Oddity, zone: ZoneInfo) -> str:
    """Return the session or the reference that it is about, or nothing."""
    if odd.session is None:
        return odd.reference
    starts = odd.session.starts_at.astimezone(zone)
    return f"{starts.day} {starts:%b %H:%M} {odd.group_name or odd.session.label}"


def summary(found: Sequence[Oddity], days: int) -> str:
    """Say how much there is, and how much of it needs a person."""
    period = f"the last {days} days"
    if not found:
        return f"Nothing odd in {period}."
    needing = sum(odd.needs_a_person for odd in found)
    needs = "1 needs a person" if needing == 1 else f"{needing} need a person"
    return f"{period[0].upper()}{period[1:]}: {needs if needing else 'none needs a person'} · " + (
        f"{len(found) - needing} to know"
    )


def details(odd: Oddity, now: datetime, zone: ZoneInfo) -> str:
    """Say what is odd, what to do, and what the clocks said."""
    return f"{sentence(odd)}\n{to_do(odd.kind)}\n{_times(odd, now, zone)}"


def _times(odd: Oddity, now: datetime, zone: ZoneInfo) -> str:
    happened = moment(odd.corrected, now, zone)
    parts = [f"Happened {happened}"]
    if odd.at != odd.corrected:
        parts.append(f"by the kiosk's clock {_fully(odd.at, zone)}")
    if odd.received_at is not None:
        parts.append(f"came {moment(odd.received_at, now, zone)}")
    return " · ".join(parts)


def _fully(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y} {clock(at, zone)}"
