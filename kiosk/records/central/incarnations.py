"""Reads the incarnations of kiosks at the centre."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session as Transaction

from kiosk.domain.central.incarnations import Incarnation, PushMark
from kiosk.records.schema.columns import AnyRow, table
from kiosk.records.schema.system_tables import KioskIncarnation

_folder = table(KioskIncarnation)
INCARNATION: Final = (
    _folder.c.number, _folder.c.mark, _folder.c.pushes, _folder.c.upto, _folder.c.pending,
    _folder.c.began_at, _folder.c.heard_at, _folder.c.unseen_after, _folder.c.unseen_upto,
)  # fmt: skip
"""As `read_incarnation` reads them."""


def read_incarnation(row: AnyRow) -> Incarnation:
    """Return the incarnation in a row with the columns of INCARNATION."""
    return Incarnation(
        row.number,
        PushMark(row.mark, row.pushes),
        row.upto,
        row.pending,
        row.began_at,
        row.heard_at,
        row.unseen_after,
        row.unseen_upto,
    )


def all_incarnations(
    transaction: Transaction, site_id: UUID | None = None
) -> Mapping[UUID, tuple[Incarnation, ...]]:
    """Return the incarnations of every kiosk of a site, or of all sites, by kiosk."""
    query = select(_folder.c.kiosk_id, *INCARNATION).order_by(_folder.c.kiosk_id, _folder.c.number)
    if site_id is not None:
        query = query.where(_folder.c.site_id == site_id)
    found: dict[UUID, tuple[Incarnation, ...]] = defaultdict(tuple)
    for row in transaction.connection().execute(query):
        found[row.kiosk_id] += (read_incarnation(row),)
    return found
