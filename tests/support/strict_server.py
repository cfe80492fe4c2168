"""A PostgreSQL that asks for passwords, and a centre's owner who is no superuser."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tests.support.postgres import Server, own_server

OWNER, OWNER_PASSWORD = "clinic_owner", "a password of the owner"
_RULES = """\
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""
_MACHINES = "SELECT rolname FROM pg_roles WHERE rolname ~ '^[kd]_[0-9a-f]{32}_'"


@contextmanager
def strict_server() -> Iterator[Server]:
    """Run a fresh server on which only its superuser needs no password."""
    with own_server() as server:
        (server.data / "pg_hba.conf").write_text(_RULES)
        with psycopg.connect(server.url(), autocommit=True) as superuser:
            superuser.execute("SELECT pg_reload_conf()")
            superuser.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(
                    sql.Identifier(OWNER), sql.Literal(OWNER_PASSWORD)
                )
            )
        yield server


@contextmanager
def owned_database(server: Server, name: str) -> Iterator[str]:
    """Make an empty database of that owner and drop it afterwards; gives the owner's URL."""
    place = sql.Identifier(name)
    with psycopg.connect(server.url(), autocommit=True) as superuser:
        superuser.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(place, sql.Identifier(OWNER))
        )
        try:
            password = OWNER_PASSWORD.replace(" ", "%20")
            yield f"postgresql://{OWNER}:{password}@127.0.0.1:{server.port}/{name}"
        finally:
            superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(place))
            # Roles belong to the whole server, and clinics of tests have the same ids.
            for (role,) in superuser.execute(_MACHINES).fetchall():
                superuser.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
