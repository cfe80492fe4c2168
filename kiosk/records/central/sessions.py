"""Who keeps a transaction open at the centre, in words for staff, and how such a one is ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session as Transaction

from kiosk.errors import StoreBusy
from kiosk.records.central.connection import BUSY, LOCK_NOT_AVAILABLE
from kiosk.records.database.ahead import UNAWAITED
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import KioskDevice

FUNCTIONS = {
    "kiosk_end_open_transactions()": """
CREATE OR REPLACE FUNCTION kiosk_end_open_transactions() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $end$
SELECT count(pg_terminate_backend(pid)) FROM (
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND left(CAST(usename AS text), 2) = 'k_'
    AND right(CAST(usename AS text), 24) = right(CAST(session_user AS text), 24)
    AND pg_has_role(current_user, usename, 'USAGE')
    AND xact_start < clock_timestamp() - interval '60 seconds'
    OFFSET 0
) AS open_for_long
$end$""",
    "kiosk_longest_open()": """
CREATE OR REPLACE FUNCTION kiosk_longest_open() RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $open$
SELECT CAST(usename AS text) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL
AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 1
$open$""",
}
"""Run as the owner, for a desk neither sees nor ends what others have open. No kiosk needs a
transaction for a minute: its own watch ends the connection after ten seconds."""
_device = table(KioskDevice).c
_END_OPEN = text("SELECT kiosk_end_open_transactions()")
_LONGEST_OPEN = text("SELECT kiosk_longest_open()")
_END_ALL_OPEN = text(
    "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND CAST(usename AS text) ~ '^[kd]_[0-9a-f]{32}_[0-9a-f]{24}$'"
    " AND pg_has_role(current_user, usename, 'USAGE')"
    " AND xact_start IS NOT NULL AND (state <> 'active' OR xact_start < clock_timestamp()"
    " - interval '60 seconds') OFFSET 0) AS open_now"
)
_ROLE_PARTS = 3


def end_open_transactions(transaction: Transaction) -> None:
    """End transactions that kiosks of the asking desk's site have kept open for a minute."""
    transaction.connection().execute(_END_OPEN, execution_options={UNAWAITED: True})


def end_idle_transactions(connection: Connection) -> None:
    """End, as the owner, every transaction of a machine that does nothing, or too much, just now.

    Whatever it holds would stand in the way of an upgrade; what it wrote is sent again.
    """
    connection.execute(_END_ALL_OPEN)


@contextmanager
def naming_holder(engine: Engine) -> Iterator[None]:
    """Let StoreBusy out of the block, with the name of who is in the way, where a wait was long."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        # As psycopg raises it where it comes with the commit.
        cause = error.orig if isinstance(error, DBAPIError) else error
        if getattr(cause, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        raise StoreBusy(_describe_holder(engine)) from None


def _describe_holder(engine: Engine) -> str:
    try:
        with engine.begin() as connection:
            role = connection.execute(_LONGEST_OPEN).scalar()
            machine = _machine_of(connection, role)
    except SQLAlchemyError:
        return BUSY
    if role is None:
        return BUSY
    if machine is None:
        return (
            f"The role {role} keeps others at the centre waiting; end what it does there, and try"
            " again."
        )
    kind, symbols, name = machine
    return (
        f"{'Desk' if kind == 'desk' else 'Kiosk'} {symbols} ({name}) keeps others at the centre"
        " waiting; end its program, or shut it out by `kiosk central revoke"
        f" {symbols} --now` if it is not in your hands, and try again."
    )


def _machine_of(connection: Connection, role: str | None) -> tuple[str, str, str] | None:
    parts = (role or "").split("_")
    if len(parts) != _ROLE_PARTS:
        return None
    try:
        kiosk_id = UUID(parts[1])
    except ValueError:
        return None
    query = select(_device.kind, _device.symbols, _device.name).where(_device.id == kiosk_id)
    row = connection.execute(query).first()
    return None if row is None else (row.kind, row.symbols, row.name)
