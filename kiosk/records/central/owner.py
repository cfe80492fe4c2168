"""The centre as its owner uses it: transactions with plain errors, its agreement and its sites."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session as Transaction

from kiosk.errors import KioskError, SetupError, StoreAway, StoreDiffers, StoreRefused
from kiosk.records.central.connection import (
    PATIENT_COMMIT,
    Address,
    central_engine,
    store_error,
    watched,
)
from kiosk.records.central.sessions import naming_holder
from kiosk.records.central.setup import CONTRACT
from kiosk.records.database.writing import lock_counter, log_changes
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import Central, SyncCounter
from kiosk.records.schema.tables import Site

_PATIENCE_SECONDS = 900.0
"""An upgrade may rewrite large tables."""
_CONNECT_SECONDS = 30
"""A person waits at a command, and a slow line is no reason to send them away."""
_INSUFFICIENT = "42501"
_NOT_OWNER = (
    "This role may not do that at the centre; use the URL of the role that owns the database and"
    " may make roles (CREATEROLE)."
)
_NOT_FOUNDED = (
    "This database is no centre yet, or one of another version; run `kiosk central init` first."
)
_NO_PASSWORD = ("no password supplied", "empty password")
"""What libpq says where the server asks for one."""
_NONE_GIVEN = (
    "The server asks for the password of {}, and none was given; set KIOSK_CENTRAL_URL to the URL"
    " with it (postgresql://OWNER:PASSWORD@HOST/DATABASE), or set PGPASSWORD."
)
_counter = table(SyncCounter)
_central = table(Central).c
_site = table(Site).c
_sites = (
    select(_counter.c.site_id, _site.name, _counter.c.epoch)
    .join(table(Site), _site.id == _counter.c.site_id)
    .order_by(_site.name, _counter.c.site_id)
)


@dataclass(frozen=True, slots=True)
class CentralSite:
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


@contextmanager
def owner_transaction(address: Address, site_id: UUID | None = None) -> Iterator[Transaction]:
    """Open a transaction by the owner's address; with `site_id` it locks that site's counter.

    What was marked as changed is logged last. Raises a KioskError that says what to do, without
    a password.
    """
    engine = central_engine(address, patience=_CONNECT_SECONDS)
    try:
        with (
            naming_holder(engine),
            _connected(engine, address) as connection,
            watched(connection, _PATIENCE_SECONDS),
            connection.begin(),
        ):
            connection.execute(PATIENT_COMMIT)
            transaction = Transaction(bind=connection, autoflush=False, expire_on_commit=False)
            if site_id is not None:
                lock_counter(transaction, site_id)
            yield transaction
            transaction.flush()
            if site_id is not None:
                log_changes(transaction, site_id)
    except DBAPIError as error:
        raise _plain(error, address) from None
    finally:
        engine.dispose()


def read_terms(transaction: Transaction) -> Terms:
    """Read the agreement of the centre; an error of the database where there is none."""
    query = select(_central.contract, _central.oldest_contract)
    return Terms(*transaction.connection().execute(query).one())


def read_clock_and_terms(connection: Connection) -> tuple[datetime, Terms] | None:
    """Read the centre's clock and its agreement; None where the centre is only half made."""
    query = select(func.clock_timestamp().label("now"), _central.contract, _central.oldest_contract)
    row = connection.execute(query).first()
    return None if row is None else (row.now, Terms(row.contract, row.oldest_contract))


def all_sites(transaction: Transaction) -> tuple[CentralSite, ...]:
    """Return all sites by name."""
    return tuple(CentralSite(*row) for row in transaction.connection().execute(_sites))


def site_epoch(transaction: Transaction, site_id: UUID) -> UUID | None:
    """Return the epoch of a site; None where the centre does not know it."""
    query = select(_counter.c.epoch).where(_counter.c.site_id == site_id)
    found: UUID | None = transaction.connection().execute(query).scalar()
    return found


def add_site(transaction: Transaction, site_id: UUID, first_epoch: UUID) -> None:
    """Add the counter of a new site."""
    row = {"site_id": site_id, "epoch": first_epoch, "n": 0}
    transaction.connection().execute(insert(_counter), row)


def renew_epochs(transaction: Transaction, new_epoch: Callable[[], UUID]) -> int:
    """Change the epoch of every site; return how many sites there are."""
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


@contextmanager
def _connected(engine: Engine, address: Address) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except DBAPIError as error:
        # The server's words are looked at and not passed on: they name roles and addresses.
        words = str(error.orig).lower()
        if "database" in words and "does not exist" in words:
            raise SetupError(
                f"The server has no database {address.database}; make it first, owned by the role"
                " of the URL (`createdb`)."
            ) from None
        if "role" in words and "does not exist" in words:
            raise _unknown_owner() from None
        if any(said in words for said in _NO_PASSWORD):
            raise SetupError(_NONE_GIVEN.format(address.role)) from None
        raise
    with connection:
        yield connection


def _plain(error: DBAPIError, address: Address) -> KioskError:
    found = store_error(error)
    match found:
        case StoreAway():
            return StoreAway(
                f"The server {address.host or 'on this machine'} (port {address.port}) does not"
                " answer; check the address, the network, and that PostgreSQL listens there."
            )
        case StoreRefused(code="tls"):
            return SetupError(
                f"The server {address.host} has to prove who it is by TLS: it needs a certificate"
                " for that name, of an authority known here or named by ?sslrootcert=FILE at the"
                " end of the URL."
            )
        case StoreRefused(code=code) if code.startswith("28"):
            return _unknown_owner()
        case StoreRefused(code=code) if code == _INSUFFICIENT:
            return SetupError(_NOT_OWNER)
        case StoreDiffers():
            return StoreDiffers(_NOT_FOUNDED)
    return found


def _unknown_owner() -> SetupError:
    return SetupError(
        "The server does not let this owner in; check the name and the password in the URL"
        " (or PGPASSWORD)."
    )
