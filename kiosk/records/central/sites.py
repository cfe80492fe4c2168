"""Queries of the centre's owner for its sites: which there are, and their epochs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlmodel import Session as Transaction

from kiosk.records.central.founding import CONTRACT
from kiosk.records.columns import table
from kiosk.records.exchange import Central, SyncCounter
from kiosk.records.tables import Site

_counter = table(SyncCounter)
_central = table(Central).c
_site = table(Site).c
_sites = (
    select(_counter.c.site_id, _site.name, _counter.c.epoch)
    .join(table(Site), _site.id == _counter.c.site_id)
    .order_by(_site.name, _counter.c.site_id)
)


@dataclass(frozen=True, slots=True)
class SiteAtCentre:
    """One clinic at the centre."""

    site_id: UUID
    name: str
    epoch: UUID


@dataclass(frozen=True, slots=True)
class Terms:
    """Which agreement a centre keeps."""

    contract: int
    oldest_contract: int

    @property
    def is_older(self) -> bool:
        """Whether the centre has to be upgraded for this program."""
        return self.contract < CONTRACT

    @property
    def is_newer(self) -> bool:
        """Whether this program is too old for the centre."""
        return self.oldest_contract > CONTRACT


def terms(transaction: Transaction) -> Terms:
    """Read the agreement of the centre; an error of the database where there is none."""
    query = select(_central.contract, _central.oldest_contract)
    return Terms(*transaction.connection().execute(query).one())


def clock_and_terms(connection: Connection) -> tuple[datetime, Terms] | None:
    """Read the centre's clock and its agreement; None where the centre is only half made."""
    query = select(func.clock_timestamp().label("now"), _central.contract, _central.oldest_contract)
    row = connection.execute(query).first()
    return None if row is None else (row.now, Terms(row.contract, row.oldest_contract))


def known(transaction: Transaction) -> tuple[SiteAtCentre, ...]:
    """Give all sites by name."""
    return tuple(SiteAtCentre(*row) for row in transaction.connection().execute(_sites))


def epoch(transaction: Transaction, site_id: UUID) -> UUID | None:
    """Give the epoch of a site; None where the centre does not know it."""
    query = select(_counter.c.epoch).where(_counter.c.site_id == site_id)
    found: UUID | None = transaction.connection().execute(query).scalar()
    return found


def add(transaction: Transaction, site_id: UUID, first_epoch: UUID) -> None:
    """Give a new site its counter."""
    row = {"site_id": site_id, "epoch": first_epoch, "n": 0}
    transaction.connection().execute(insert(_counter), row)


def renew_epochs(transaction: Transaction, new_epoch: Callable[[], UUID]) -> int:
    """Give every site another epoch, and tell how many there are."""
    connection = transaction.connection()
    ids = connection.execute(select(_counter.c.site_id)).scalars().all()
    if ids:
        connection.execute(
            update(_counter)
            .where(_counter.c.site_id == bindparam("site"))
            .values(epoch=bindparam("another")),
            [{"site": one, "another": new_epoch()} for one in ids],
        )
    return len(ids)
