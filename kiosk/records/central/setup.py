"""Sets up the centre: tables, roles, grants by column, and policies by machine and site."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from kiosk.errors import SetupError
from kiosk.records.central.desk_functions import desk_functions, kiosk_functions
from kiosk.records.central.sessions import FUNCTIONS
from kiosk.records.database.writing import ADDED_BY_DESKS
from kiosk.records.schema.columns import Fact, table
from kiosk.records.schema.system_tables import FACTS, Central

CONTRACT = 3
"""What this program understands of the agreement between machines and centre."""
OLDEST_CONTRACT = 2
"""The oldest agreement whose machines a centre of this version serves. Those of 1 held the site's
counter from kiosks, and wrote what only the centre may."""
KIOSKS, DESKS = "kiosk_machine", "kiosk_desk"
"""The two groups; every machine's own role belongs to one of them and to nothing else."""
GROUPS = {"kiosk": KIOSKS, "desk": DESKS}
_LETTERS = {"kiosk": "k", "desk": "d"}
_SITE_DIGITS = 24
_CONNECTIONS = 8
_SETTINGS = {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}
"""A machine can undo them for itself, or set others for its role: `restore_settings` looks."""
OWN_ID = "substr(current_user::text, 3, 32) = replace(id::text, '-', '')"
OWN_SITE = "substr(current_user::text, 36, 24) = right(replace(site_id::text, '-', ''), 24)"
"""Policies ask the role's own name, which nobody can set, and no table: CockroachDB takes no
subquery there. PostgreSQL cuts a name after 63 bytes, so it holds the end of the site's id, in
which all that is random stands."""
MADE_ANYWHERE: Final = ("participant", "passcard")
"""Reference rows that a kiosk may make too, and never change."""
PULLED: Final = (
    "erased", "site", "public_key", "support_group", "group_session", "passcard", "helpline_list",
    "waiting_time",
)  # fmt: skip
"""What a kiosk may read, in the order to write it on a kiosk; its own machine comes beside."""
NOTICES: Final = ("notice", "notice_request")
"""What desk machines share of the notices that they send; it holds ids and counts."""
_EVERY_TABLE: Final = (
    "site", "public_key", "kiosk_device", *ADDED_BY_DESKS, *(str(f.__tablename__) for f in FACTS),
    "kiosk_heartbeat", "kiosk_incarnation", "central_parked", "sync_counter", "change_log",
    "sync_state", "audit_chain", "sign_in_attempt", "desk_change", "waiting_time", "slip_box",
    "erased", *NOTICES,
)  # fmt: skip
_NOTED: Final = ("id", "site_id", "kiosk_id", "at", "table_name", "row_id", "deleted")
"""How a row was before it was changed is for the owner: keys under an old passphrase, say."""
_NOT_JOINED: Final = "sealed_audit_key = ''::bytea"
_RECEIVED_NOW: Final = "received_at = now()"
"""The centre's own time of a contact: a machine can write no other."""
_KIOSKS_ONLY: Final = {
    # So that whoever takes the next step of a request finds a number for it.
    "callback_event": " AND revision < 1000000000",
    # A stolen kiosk enters nothing in the name of staff.
    "callback_request": " AND source = 'visitor' AND entered_by IS NULL",
}
_DESKS_ONLY: Final = {"callback_request": " AND source <> 'visitor' AND entered_by IS NOT NULL"}
"""What a fact's row must fulfil beside being the machine's own, by table."""
_NEVER_A_KIOSKS: Final = ("revoked_at", "deleted_at", "received_at")
"""Columns of what a kiosk may make too: it ends nothing, and does not say when something came."""
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


def set_up(connection: Connection, now: datetime) -> bool:
    """Make or upgrade tables, roles and rights, in the caller's transaction.

    `connection` is the owner's; the owner needs CREATEROLE. Returns False where only a superuser
    could also take locks and large objects away from machines. Raises SetupError where machines
    could make things in the database all the same.
    """
    # Imported here: Alembic is needed once per release.
    from kiosk.records.database.upgrading import upgrade

    upgrade(connection)
    for group in (KIOSKS, DESKS):
        _make_group(connection, group)
    _close_to_others(connection)
    _drop_policies(connection)
    for statement in rights_statements():
        connection.exec_driver_sql(statement)
    _sign_contract(connection, now)
    closed = _take_functions_away(connection)
    _check_closed(connection)
    return closed


def _make_group(connection: Connection, group: str) -> None:
    if role_exists(connection, group):
        return
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"CREATE ROLE {group} NOLOGIN")
    except DBAPIError:
        # Somebody makes another centre on the same server at this moment.
        if not role_exists(connection, group):
            raise


def _sign_contract(connection: Connection, now: datetime) -> None:
    central = table(Central)
    terms = {"contract": CONTRACT, "oldest_contract": OLDEST_CONTRACT}
    if connection.execute(select(central.c.id)).first() is None:
        connection.execute(insert(central).values(id=1, founded_at=now, **terms))
    else:
        connection.execute(update(central).values(**terms))


def _close_to_others(connection: Connection) -> None:
    """Let only the groups connect, and only the owner make anything, temporary or not."""
    name = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    connection.exec_driver_sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.exec_driver_sql(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {name} TO {KIOSKS}, {DESKS}")


def _drop_policies(connection: Connection) -> None:
    """Drop every policy, so that none of an older version grants anything."""
    asked = text("SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public'")
    for policy, name in connection.execute(asked).all():
        connection.exec_driver_sql(f"DROP POLICY {policy} ON {name}")


def _check_closed(connection: Connection) -> None:
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


def role_name(kind: str, kiosk_id: UUID, site_id: UUID) -> str:
    """Name the role of a machine (`kind` kiosk or desk): its id, and the end of its site's."""
    return f"{_LETTERS[kind]}_{kiosk_id.hex}_{site_id.hex[-_SITE_DIGITS:]}"


def make_role(connection: Connection, name: str, kind: str, password: str) -> None:
    """Make a machine's role, which can sign in by `password`; only a verifier is sent."""
    _run(connection, f"CREATE ROLE {name} LOGIN PASSWORD '{_verifier(connection, name, password)}'")
    _run(connection, f"GRANT {GROUPS[kind]} TO {name}")
    _run(connection, f"ALTER ROLE {name} CONNECTION LIMIT {_CONNECTIONS}")
    _set(connection, name)
    let_owner_end(connection, name)


def restore_settings(connection: Connection, name: str) -> bool:
    """Give a role the settings that it was made with; return whether it had others.

    PostgreSQL lets every role change its own. With some of them its machine cannot work.
    """
    asked = text(
        "SELECT quote_ident(d.datname) AS of_database, s.setconfig FROM pg_db_role_setting s"
        " JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase"
        " WHERE r.rolname = :role"
    )
    found = connection.execute(asked, {"role": name}).all()
    made = {f"{setting}={value}" for setting, value in _SETTINGS.items()}
    if [(row.of_database, {*row.setconfig}) for row in found] == [(None, made)]:
        return False
    for row in found:
        where = f" IN DATABASE {row.of_database}" if row.of_database else ""
        _run(connection, f"ALTER ROLE {name}{where} RESET ALL")
    _set(connection, name)
    return True


def _set(connection: Connection, name: str) -> None:
    for setting, value in _SETTINGS.items():
        _run(connection, f"ALTER ROLE {name} SET {setting} = '{value}'")


def change_password(connection: Connection, name: str, password: str) -> None:
    """Replace a role's password; a role may do that for itself."""
    _run(connection, f"ALTER ROLE {name} PASSWORD '{_verifier(connection, name, password)}'")


def lock_role(connection: Connection, name: str) -> None:
    """Let a role sign in no more, and end what it has open now.

    Its sessions end first: one that has begun to change its own password would hold its role.
    """
    let_owner_end(connection, name)
    open_now = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :role")
    connection.execute(open_now, {"role": name})
    _run(connection, f"ALTER ROLE {name} NOLOGIN")
    connection.execute(open_now, {"role": name})


def let_owner_end(connection: Connection, name: str) -> None:
    """Let the owner see and end what a machine's role has open.

    A superuser may anyway; another owner has to belong to the role, which may nothing more.
    """
    asked = text("SELECT pg_has_role(current_user, CAST(:role AS name), 'USAGE')")
    if not connection.execute(asked, {"role": name}).scalar_one():
        _run(connection, f"GRANT {name} TO current_user")


def let_owner_end_all(connection: Connection) -> None:
    """Do so for every machine of this centre; nothing where there is none yet."""
    there = text("SELECT to_regclass('public.kiosk_device') IS NOT NULL")
    if not connection.execute(there).scalar_one():
        return
    machines = connection.execute(text("SELECT kind, id, site_id FROM kiosk_device")).all()
    for machine in machines:
        name = role_name(machine.kind, machine.id, machine.site_id)
        if role_exists(connection, name):
            let_owner_end(connection, name)


def may_sign_in(connection: Connection, name: str) -> bool:
    """Return whether a role is there and not shut out."""
    asked = text("SELECT rolcanlogin FROM pg_roles WHERE rolname = :role")
    return bool(connection.execute(asked, {"role": name}).scalar())


def role_exists(connection: Connection, name: str) -> bool:
    """Return whether there is a role of this name."""
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


def rights_statements() -> Iterator[str]:
    """Return all rights as SQL, which may be run again after every upgrade.

    What an older version granted goes first; its policies are dropped by `set_up`. Who may
    write is granted column by column wherever PostgreSQL knows that: a right to a whole table is
    also one to LOCK it against everybody.
    """
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {KIOSKS}, {DESKS}"
    # A kiosk of the first agreement called it, and could hold the site's counter by it.
    yield "DROP FUNCTION IF EXISTS kiosk_note_passes(uuid[])"
    for group in (KIOSKS, DESKS):
        yield f"GRANT USAGE ON SCHEMA public TO {group}"
        yield f"GRANT SELECT ON central TO {group}"
    for name in _EVERY_TABLE:
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield from _kiosk_rights()
    yield from _desk_rights()


def _kiosk_rights() -> Iterator[str]:
    for fact in FACTS:
        name = str(fact.__tablename__)
        yield _grant("INSERT", name, KIOSKS, fact_columns(fact))
        fits = f"{own_row_condition(KIOSKS)}{_KIOSKS_ONLY.get(name, '')}"
        yield _policy(name, KIOSKS, "INSERT", check=fits)
    for name in MADE_ANYWHERE:
        made = tuple(column for column in _columns(name) if column not in _NEVER_A_KIOSKS)
        yield _grant("INSERT", name, KIOSKS, made)
        yield _policy(name, KIOSKS, "INSERT", check=own_row_condition(KIOSKS))
    for name in (*PULLED, "sync_counter", "change_log"):
        yield f"GRANT SELECT ON {name} TO {KIOSKS}"
        yield _policy(name, KIOSKS, "SELECT", using=OWN_SITE)
    yield from _own_machine_rights(KIOSKS, f"{OWN_ID} AND {OWN_SITE}", own_row_condition(KIOSKS))
    yield from _incarnation_rights()
    yield from _function_rights(kiosk_functions(), KIOSKS)


def _incarnation_rights() -> Iterator[str]:
    """Let a kiosk count its pushes; the times are the centre's, whatever it would write."""
    name, itself = "kiosk_incarnation", own_row_condition(KIOSKS)
    yield f"GRANT SELECT ON {name} TO {KIOSKS}, {DESKS}"
    yield _grant("INSERT", name, KIOSKS)
    yield _grant("UPDATE", name, KIOSKS, ("mark", "pushes", "upto", "pending", "heard_at"))
    yield _policy(name, KIOSKS, "SELECT", using=itself)
    heard = f"{itself} AND heard_at = now()"
    yield _policy(name, KIOSKS, "INSERT", check=f"{heard} AND began_at = now()")
    yield _policy(name, KIOSKS, "UPDATE", using=itself, check=heard)
    yield _policy(name, DESKS, "SELECT", using=OWN_SITE)


def _desk_rights() -> Iterator[str]:
    itself = own_row_condition(DESKS)
    for fact in FACTS:
        name = str(fact.__tablename__)
        yield _grant("INSERT", name, DESKS, fact_columns(fact))
        yield _policy(name, DESKS, "INSERT", check=f"{itself}{_DESKS_ONLY.get(name, '')}")
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield _policy(name, DESKS, "SELECT", using=OWN_SITE)
    shared = ("site", "public_key", "waiting_time", "sync_counter", "change_log", "erased")
    for name in (*shared, *ADDED_BY_DESKS):
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield _policy(name, DESKS, "SELECT", using=OWN_SITE)
    yield _grant("SELECT", "desk_change", DESKS, _NOTED)
    yield _policy("desk_change", DESKS, "SELECT", using=OWN_SITE)
    yield from _function_rights((*FUNCTIONS.items(), *desk_functions()), DESKS)
    for name in ("sync_state", "audit_chain"):
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield from (_grant(command, name, DESKS) for command in ("INSERT", "UPDATE"))
        yield _policy(name, DESKS, "ALL", using=itself, check=itself)
    yield f"GRANT SELECT ON sign_in_attempt TO {DESKS}"
    yield from (_grant(command, "sign_in_attempt", DESKS) for command in ("INSERT", "UPDATE"))
    yield _policy("sign_in_attempt", DESKS, "ALL", using=itself, check=itself)
    yield from _own_machine_rights(DESKS, OWN_SITE, OWN_SITE)
    yield from _notice_rights(itself)


def _notice_rights(itself: str) -> Iterator[str]:
    """Let a desk take a notice that another one has begun, in its own name; a kiosk sends none."""
    for name in NOTICES:
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield _grant("INSERT", name, DESKS)
        yield _policy(name, DESKS, "SELECT", using=OWN_SITE)
        yield _policy(name, DESKS, "INSERT", check=itself)
    changing = tuple(name for name in _columns("notice") if name not in ("site_id", "way"))
    yield _grant("UPDATE", "notice", DESKS, changing)
    yield _policy("notice", DESKS, "UPDATE", using=OWN_SITE, check=itself)


def _function_rights(functions: Iterable[tuple[str, str]], group: str) -> Iterator[str]:
    """Make functions, by signature and SQL, that one group may call."""
    for signature, made in functions:
        yield made
        yield f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC, {KIOSKS}, {DESKS}"
        yield f"GRANT EXECUTE ON FUNCTION {signature} TO {group}"


def _own_machine_rights(group: str, machines: str, beats: str) -> Iterator[str]:
    """Let a machine see machines, fill in its own row once, and report how it is."""
    device = f"{OWN_ID} AND {OWN_SITE}"
    yield f"GRANT SELECT ON kiosk_device TO {group}"
    yield _grant("UPDATE", "kiosk_device", group, ("pin_hash", "sealed_audit_key"))
    yield _policy("kiosk_device", group, "SELECT", using=machines)
    yield _policy(
        "kiosk_device", group, "UPDATE", using=f"{device} AND {_NOT_JOINED}", check=device
    )
    yield f"GRANT SELECT ON kiosk_heartbeat TO {group}"
    changing = tuple(n for n in _columns("kiosk_heartbeat") if n not in ("kiosk_id", "site_id"))
    yield _grant("INSERT", "kiosk_heartbeat", group)
    yield _grant("UPDATE", "kiosk_heartbeat", group, changing)
    yield _policy("kiosk_heartbeat", group, "SELECT", using=beats)
    own = own_row_condition(group)
    stamped = f"{own} AND {_RECEIVED_NOW}"
    yield _policy("kiosk_heartbeat", group, "INSERT", check=stamped)
    yield _policy("kiosk_heartbeat", group, "UPDATE", using=own, check=stamped)


def fact_columns(kind: type[Fact]) -> tuple[str, ...]:
    """Name the columns that a machine fills; `received_at` is the centre's alone."""
    return tuple(name for name in kind.model_fields if name != "received_at")


def own_row_condition(group: str) -> str:
    """Return the SQL condition of a row of the machine that asks, and of its site.

    One comparison of the whole name: two, of its parts, cost a push another 4 % when measured.
    """
    letter = next(_LETTERS[kind] for kind, name in GROUPS.items() if name == group)
    return (
        f"current_user::text = '{letter}_' || replace(kiosk_id::text, '-', '')"
        " || '_' || right(replace(site_id::text, '-', ''), 24)"
    )


def _columns(table: str) -> tuple[str, ...]:
    return tuple(SQLModel.metadata.tables[table].columns.keys())


def _grant(command: str, table: str, group: str, columns: tuple[str, ...] = ()) -> str:
    return f"GRANT {command} ({', '.join(columns or _columns(table))}) ON {table} TO {group}"


def _policy(table: str, group: str, command: str, *, using: str = "", check: str = "") -> str:
    words = f"CREATE POLICY {group}_{command.lower()} ON {table} FOR {command} TO {group}"
    words += f" USING ({using})" if using else ""
    return words + (f" WITH CHECK ({check})" if check else "")
