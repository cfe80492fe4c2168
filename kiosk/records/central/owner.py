"""The centre as its owner uses it: one transaction at a time, and plain words where that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session as Transaction

from kiosk.errors import KioskError, SetupError, StoreAway, StoreDiffers, StoreRefused
from kiosk.records.central.address import Address
from kiosk.records.central.engine import SURE_COMMIT, central_engine
from kiosk.records.central.faults import fault
from kiosk.records.central.watchdog import watched
from kiosk.records.changes import log_changes, take_turn

_PATIENCE_SECONDS = 900.0
"""An upgrade may rewrite large tables."""
_INSUFFICIENT = "42501"
_NOT_OWNER = (
    "This role may not do that at the centre; use the URL of the role that owns the database and"
    " may make roles (CREATEROLE)."
)
_NOT_FOUNDED = (
    "This database is no centre yet, or one of another version; run `kiosk central init` first."
)


@contextmanager
def owner_transaction(address: Address, site_id: UUID | None = None) -> Iterator[Transaction]:
    """Give a transaction by the owner's address; with `site_id` it takes that site's turn.

    What was noted of that site is logged last. Raises a KioskError that says what to do, without
    a password.
    """
    engine = central_engine(address)
    try:
        with (
            _connected(engine, address) as connection,
            watched(connection, _PATIENCE_SECONDS),
            connection.begin(),
        ):
            connection.execute(SURE_COMMIT)
            transaction = Transaction(bind=connection, autoflush=False, expire_on_commit=False)
            if site_id is not None:
                take_turn(transaction, site_id)
            yield transaction
            transaction.flush()
            if site_id is not None:
                log_changes(transaction, site_id)
    except DBAPIError as error:
        raise _plain(error, address) from None
    finally:
        engine.dispose()


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
        raise
    with connection:
        yield connection


def _plain(error: DBAPIError, address: Address) -> KioskError:
    found = fault(error)
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
