"""Makes a PostgreSQL database into a centre, or brings one up to date: tables, roles, rights."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from kiosk.errors import SetupError
from kiosk.records.central.rights import statements
from kiosk.records.central.roles import DESKS, KIOSKS, exists
from kiosk.records.columns import table
from kiosk.records.exchange import Central

CONTRACT = 1
"""What this program understands of the agreement between machines and centre."""
OLDEST_CONTRACT = 1
"""The oldest agreement whose machines a centre of this version serves."""

_LOCKS_AND_OBJECTS = text(
    "SELECT CAST(CAST(p.oid AS regprocedure) AS text) FROM pg_proc p"
    " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'pg_catalog'"
    " AND (p.proname LIKE 'pg\\_%advisory%' OR p.proname LIKE 'lo\\_%'"
    " OR p.proname IN ('loread', 'lowrite'))"
)
"""Locks and large objects are the only things a machine could else leave or hold at the centre."""
_INSUFFICIENT = "42501"
_COULD_MAKE = text(
    "SELECT has_schema_privilege(CAST(:role AS name), 'public', 'CREATE')"
    " OR has_database_privilege(CAST(:role AS name), current_database(), 'CREATE')"
    " OR has_database_privilege(CAST(:role AS name), current_database(), 'TEMP')"
)
_OPEN = (
    "Machines could make tables of their own in this database; let its owner found the centre,"
    " and let the owner own the schema public too (ALTER SCHEMA public OWNER TO ...)."
)


def found(connection: Connection, now: datetime) -> bool:
    """Make or upgrade tables, roles and rights, in the caller's transaction.

    `connection` is the owner's; the owner needs CREATEROLE. Gives False where only a superuser
    could also take locks and large objects away from machines. Raises SetupError where machines
    could make things in the database all the same.
    """
    # Imported here: Alembic is needed once per release.
    from kiosk.records.upgrading import upgrade

    upgrade(connection)
    for group in (KIOSKS, DESKS):
        _make_group(connection, group)
    _close_to_others(connection)
    _drop_policies(connection)
    for statement in statements():
        connection.exec_driver_sql(statement)
    _sign_contract(connection, now)
    closed = _take_functions_away(connection)
    _check(connection)
    return closed


def _make_group(connection: Connection, group: str) -> None:
    if exists(connection, group):
        return
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"CREATE ROLE {group} NOLOGIN")
    except DBAPIError:
        # Somebody makes another centre on the same server at this moment.
        if not exists(connection, group):
            raise


def _sign_contract(connection: Connection, now: datetime) -> None:
    central = table(Central)
    terms = {"contract": CONTRACT, "oldest_contract": OLDEST_CONTRACT}
    if connection.execute(select(central.c.id)).first() is None:
        connection.execute(insert(central).values(id=1, founded_at=now, **terms))
    else:
        connection.execute(update(central).values(**terms))


def _close_to_others(connection: Connection) -> None:
    """Let only the groups connect, and nobody but the owner make anything, temporary or not."""
    name = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    connection.exec_driver_sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.exec_driver_sql(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {name} TO {KIOSKS}, {DESKS}")


def _drop_policies(connection: Connection) -> None:
    """Drop every policy, so that none of an older version lets somebody through."""
    asked = text("SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public'")
    for policy, name in connection.execute(asked).all():
        connection.exec_driver_sql(f"DROP POLICY {policy} ON {name}")


def _check(connection: Connection) -> None:
    """See that nobody else's grants undo what was taken away: PostgreSQL only warns of those."""
    for group in (KIOSKS, DESKS):
        if connection.execute(_COULD_MAKE, {"role": group}).scalar_one():
            raise SetupError(_OPEN)


def _take_functions_away(connection: Connection) -> bool:
    names = connection.execute(_LOCKS_AND_OBJECTS).scalars().all()
    try:
        with connection.begin_nested():
            for name in names:
                connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _INSUFFICIENT:
            raise
        return False
    return True
