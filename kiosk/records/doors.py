"""One query for what a scan needs to know; a visitor waits for the answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select
from sqlmodel import Session as Transaction

from kiosk.domain.attendance import PassStory, story
from kiosk.domain.clocks import corrected
from kiosk.domain.rules import LONGEST_SESSION
from kiosk.domain.sessions import Session
from kiosk.records import check_ins
from kiosk.records.columns import AnyRow, table
from kiosk.records.offsets import OWN, own
from kiosk.records.passcards import PASS, KnownPass, pass_of
from kiosk.records.sessions import SESSION, session_of
from kiosk.records.tables import CheckIn, GroupSession, Passcard, SupportGroup

_session = table(GroupSession)
_group = table(SupportGroup)
_pass = table(Passcard)
_fact = table(CheckIn)
_void = table(CheckIn).alias("void")
_open_doors: "Select[*tuple[Any, ...]]" = (
    select(
        *SESSION,
        *PASS,
        _fact.c.occurred_at,
        _fact.c.clock_offset_ms,
        _void.c.id.label("void_id"),
        OWN.scalar_subquery().label("own_offset_ms"),
    )
    .join_from(_session, _group, _group.c.id == _session.c.group_id)
    .outerjoin(_pass, and_(_pass.c.lookup == bindparam("lookup"), _pass.c.deleted_at.is_(None)))
    .outerjoin(
        _fact,
        and_(_fact.c.session_id == _session.c.id, _fact.c.lookup == bindparam("lookup")),
    )
    .outerjoin(_void, _void.c.void_of == _fact.c.id)
    .where(
        _session.c.site_id == bindparam("site"),
        _session.c.starts_at > bindparam("longest_ago"),
        _session.c.starts_at <= bindparam("soon"),
        _session.c.ends_at > bindparam("now"),
        _session.c.status == "scheduled",
        _session.c.deleted_at.is_(None),
    )
    .order_by(_session.c.starts_at, _group.c.public_label, _session.c.id)
)


class Doors(NamedTuple):
    """The sessions that are open to a pass, and what is known of it."""

    card: KnownPass | None
    """The pass; also None where no session is open, then look it up by itself."""
    stories: dict[Session, PassStory]
    """The open sessions by start, each with what the pass did there before."""
    offset_ms: int | None
    """How far this machine's clock is off, as measured last."""


def open_doors(
    transaction: Transaction,
    site_id: UUID,
    kiosk_id: UUID,
    lookup: bytes,
    now: datetime,
    opens_before: timedelta,
) -> Doors:
    """Find the sessions open at `now`, the pass of `lookup`, and its earlier arrivals there.

    `now` is the corrected time of the machine `kiosk_id`.
    """
    asked = {
        "site": site_id,
        "machine": kiosk_id,
        "lookup": lookup,
        "longest_ago": now - LONGEST_SESSION,
        "soon": now + opens_before,
        "now": now,
    }
    rows = transaction.connection().execute(_open_doors, asked).all()
    passes = [pass_of(row) for row in rows if row.participant_id is not None]
    return Doors(
        passes[-1] if passes else None,
        _stories(transaction, rows, lookup),
        rows[0].own_offset_ms if rows else own(transaction, kiosk_id),
    )


def _stories(
    transaction: Transaction, rows: Iterable[AnyRow], lookup: bytes
) -> dict[Session, PassStory]:
    arrivals: dict[Session, list[datetime]] = {}
    voided: set[Session] = set()
    for row in rows:
        session = session_of(row)
        at_session = arrivals.setdefault(session, [])
        if row.occurred_at is not None:
            at_session.append(corrected(row.occurred_at, row.clock_offset_ms))
        if row.void_id is not None:
            voided.add(session)
    return {
        session: _story(transaction, session, lookup)
        if session in voided
        else PassStory(min(times, default=None), 0)
        for session, times in arrivals.items()
    }


def _story(transaction: Transaction, session: Session, lookup: bytes) -> PassStory:
    """Fold the whole session: a void may have been taken back. Rare, so a query of its own."""
    return story(check_ins.of_session(transaction, session.id), lookup)
