"""The roles of machines at the centre: a name that says what it may touch, and its password."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

KIOSKS, DESKS = "kiosk_machine", "kiosk_desk"
"""The two groups; every machine's own role belongs to one of them and to nothing else."""
GROUPS = {"kiosk": KIOSKS, "desk": DESKS}
_LETTERS = {"kiosk": "k", "desk": "d"}
_SITE_DIGITS = 24
_LIMITS = (
    "CONNECTION LIMIT 8",
    "SET statement_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '60s'",
)
"""A machine can undo the last two for itself; they are for accidents, not against malice."""

OWN_ID = "substr(current_user::text, 3, 32) = replace(id::text, '-', '')"
OWN_SITE = "substr(current_user::text, 36, 24) = right(replace(site_id::text, '-', ''), 24)"
"""Policies ask the role's own name, which nobody can set, and no table: CockroachDB takes no
subquery there. PostgreSQL cuts a name after 63 bytes, so it holds the end of the site's id, in
which all that is random stands."""


def own(group: str) -> str:
    """Say in SQL that a row is of the machine that asks, and of its site.

    One comparison of the whole name: two, of its parts, cost a push another 4 % when measured.
    """
    letter = next(_LETTERS[kind] for kind, name in GROUPS.items() if name == group)
    return (
        f"current_user::text = '{letter}_' || replace(kiosk_id::text, '-', '')"
        " || '_' || right(replace(site_id::text, '-', ''), 24)"
    )


def role_name(kind: str, kiosk_id: UUID, site_id: UUID) -> str:
    """Name the role of a machine (`kind` kiosk or desk): its id, and the end of its site's."""
    return f"{_LETTERS[kind]}_{kiosk_id.hex}_{site_id.hex[-_SITE_DIGITS:]}"


def make_role(connection: Connection, name: str, kind: str, password: str) -> None:
    """Make a machine's role, which can sign in by `password`; only a verifier is sent."""
    _run(connection, f"CREATE ROLE {name} LOGIN PASSWORD '{_verifier(connection, name, password)}'")
    _run(connection, f"GRANT {GROUPS[kind]} TO {name}")
    for limit in _LIMITS:
        _run(connection, f"ALTER ROLE {name} {limit}")


def change_password(connection: Connection, name: str, password: str) -> None:
    """Replace a role's password; a role may do that for itself."""
    _run(connection, f"ALTER ROLE {name} PASSWORD '{_verifier(connection, name, password)}'")


def shut_out(connection: Connection, name: str) -> None:
    """Let a role sign in no more, and end what it has open now."""
    _run(connection, f"ALTER ROLE {name} NOLOGIN")
    # An owner who is no superuser may end the sessions of roles that it belongs to, only.
    asked = text("SELECT pg_has_role(current_user, CAST(:role AS name), 'USAGE')")
    joins = not connection.execute(asked, {"role": name}).scalar_one()
    if joins:
        _run(connection, f"GRANT {name} TO current_user")
    open_now = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :role")
    connection.execute(open_now, {"role": name})
    if joins:
        _run(connection, f"REVOKE {name} FROM current_user")


def may_sign_in(connection: Connection, name: str) -> bool:
    """Say whether a role is there and not shut out."""
    asked = text("SELECT rolcanlogin FROM pg_roles WHERE rolname = :role")
    return bool(connection.execute(asked, {"role": name}).scalar())


def exists(connection: Connection, name: str) -> bool:
    """Say whether there is a role of this name."""
    asked = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    return connection.execute(asked, {"role": name}).first() is not None


def _verifier(connection: Connection, name: str, password: str) -> str:
    """Turn a password into what the server keeps, so that it stands in no statement or log."""
    driver: Any = connection.connection.driver_connection
    verifier = driver.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return str(verifier.decode())


def _run(connection: Connection, statement: str) -> None:
    # Names are made of hex digits above and verifiers of base64, so nothing needs quoting.
    connection.exec_driver_sql(statement)
