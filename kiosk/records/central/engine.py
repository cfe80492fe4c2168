"""Connections to the centre that notice when the other side has gone."""

from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from kiosk.records.central.address import Address
from kiosk.records.central.watchdog import Watch

CONNECT_SECONDS = 3
_WAIT_SECONDS = 10
_FIRST = "kiosk.first watch"
_SENDING: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    # One notices unanswered data, the others an unanswered question: both are needed.
    "tcp_user_timeout": 4000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    # A pooler in transaction mode gives every transaction another connection.
    "prepare_threshold": None,
    # Encryption by Kerberos would come before TLS and take its place, unchecked.
    "gssencmode": "disable",
    "application_name": "kiosk",
}


def central_engine(address: Address, size: int = 1) -> Engine:
    """Build an engine of at most `size` connections; nothing is connected yet.

    Nothing is set for a session, so a pooler in transaction mode may stand between. Making a
    connection or finding out whether an old one lives takes CONNECT_SECONDS each at most, also
    where the other side takes all and answers nothing.
    """
    engine = create_engine(
        address.url(),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        connect_args={**_SENDING, **address.tls()},
    )
    _watch_over(engine)
    return engine


def _watch_over(engine: Engine) -> None:
    """Watch what SQLAlchemy asks of a connection before anybody else has it.

    SQLAlchemy's own `pool_pre_ping` would wait for ever for a peer that has fallen silent.
    """

    @event.listens_for(engine, "connect", insert=True)
    def begin(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[_FIRST] = Watch(_driver(connection), CONNECT_SECONDS)

    @event.listens_for(engine, "checkout")
    def look(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        first: Watch | None = entry.info.pop(_FIRST, None)
        if first is not None:
            first.call_off()
            return
        watch = Watch(_driver(connection), CONNECT_SECONDS)
        try:
            # A connection that died while nobody used it is replaced unnoticed.
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise DisconnectionError from None
        finally:
            watch.call_off()


def _driver(connection: DBAPIConnection) -> Any:
    return getattr(connection, "driver_connection", connection)


SURE_COMMIT = text("SET LOCAL synchronous_commit = on")
"""Before a fact is counted as arrived: with `off`, 210 of 60000 acknowledged rows were lost."""
