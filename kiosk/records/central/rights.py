"""Who may do what at the centre: grants by column, and policies that pin machine and site."""

from collections.abc import Iterator
from typing import Final

from sqlmodel import SQLModel

from kiosk.records.central.roles import DESKS, KIOSKS, OWN_ID, OWN_SITE, own
from kiosk.records.columns import Fact
from kiosk.records.plumbing import AuditEvent
from kiosk.records.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackWithdrawal,
    CheckIn,
    HeadCount,
)

FACTS: Final[tuple[type[Fact], ...]] = (
    CheckIn, HeadCount, CallbackRequest, CallbackEvent, CallbackWithdrawal, AuditEvent,
)  # fmt: skip
"""What machines send; each names the machine that wrote it."""
MADE_ANYWHERE: Final = ("participant", "passcard")
"""Reference rows that a kiosk may make too, and never change."""
PULLED: Final = (
    "site", "public_key", "support_group", "group_session", "passcard", "helpline_list",
)  # fmt: skip
"""What a kiosk may read, in the order to write it on a kiosk; its own machine comes beside."""
_DESK_CHANGES: Final = (
    "support_group", "group_session", "participant", "membership", "passcard", "staff_account",
    "helpline_list",
)  # fmt: skip
_KEPT_FOR_A_TIME: Final = (
    "check_in", "head_count", "callback_request", "callback_event", "callback_withdrawal",
    "participant", "membership", "passcard",
)  # fmt: skip
_EVERY_TABLE: Final = (
    "site", "public_key", "kiosk_device", *_DESK_CHANGES, *(str(f.__tablename__) for f in FACTS),
    "kiosk_heartbeat", "sync_counter", "change_log", "sync_state", "audit_chain",
    "sign_in_attempt",
)  # fmt: skip
_NOT_JOINED: Final = "sealed_audit_key = ''::bytea"
_CALLER_SITE: Final = OWN_SITE.replace("current_user", "session_user")
_NOTE: Final = """
CREATE OR REPLACE FUNCTION kiosk_note_passes(made uuid[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $note$
WITH mine AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM passcard
    WHERE cardinality(made) <= 2000 AND id = ANY (made) AND OF_THE_CALLER
), raised AS (
    UPDATE sync_counter SET n = n + (SELECT count(*) FROM mine)
    WHERE EXISTS (SELECT 1 FROM mine) AND OF_THE_CALLER RETURNING site_id, n
), noted AS (
    INSERT INTO change_log (site_id, v, table_name, row_id)
    SELECT raised.site_id, raised.n - mine.place + 1, 'passcard', mine.id FROM mine, raised
    RETURNING v
)
SELECT count(*) FROM noted
$note$""".replace("OF_THE_CALLER", _CALLER_SITE)
"""The last thing in a push that brought passes. A kiosk may not touch the counter itself."""


def fact_columns(kind: type[Fact]) -> tuple[str, ...]:
    """Name the columns that a machine fills; `received_at` is the centre's alone."""
    return tuple(name for name in kind.model_fields if name != "received_at")


def statements() -> Iterator[str]:
    """Give all rights as SQL, which may be run again after every upgrade.

    What an older version granted goes first; its policies are dropped by `founding`. Who may
    write is told column by column wherever PostgreSQL knows that: a right to a whole table is
    also one to LOCK it against everybody.
    """
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {KIOSKS}, {DESKS}"
    yield _NOTE
    yield f"REVOKE ALL ON FUNCTION kiosk_note_passes(uuid[]) FROM PUBLIC, {KIOSKS}, {DESKS}"
    yield f"GRANT EXECUTE ON FUNCTION kiosk_note_passes(uuid[]) TO {KIOSKS}"
    for group in (KIOSKS, DESKS):
        yield f"GRANT USAGE ON SCHEMA public TO {group}"
        yield f"GRANT SELECT ON central TO {group}"
    for name in _EVERY_TABLE:
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield from _kiosks()
    yield from _desks()


def _kiosks() -> Iterator[str]:
    for fact in FACTS:
        name = str(fact.__tablename__)
        yield _grant("INSERT", name, KIOSKS, fact_columns(fact))
        yield _policy(name, KIOSKS, "INSERT", check=own(KIOSKS))
    for name in MADE_ANYWHERE:
        yield _grant("INSERT", name, KIOSKS)
        yield _policy(name, KIOSKS, "INSERT", check=OWN_SITE)
    for name in (*PULLED, "sync_counter", "change_log"):
        yield f"GRANT SELECT ON {name} TO {KIOSKS}"
        yield _policy(name, KIOSKS, "SELECT", using=OWN_SITE)
    yield from _itself(KIOSKS, f"{OWN_ID} AND {OWN_SITE}", own(KIOSKS))


def _desks() -> Iterator[str]:
    itself = own(DESKS)
    for fact in FACTS:
        name = str(fact.__tablename__)
        yield _grant("INSERT", name, DESKS, fact_columns(fact))
        yield _policy(name, DESKS, "INSERT", check=itself)
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield _policy(name, DESKS, "SELECT", using=OWN_SITE)
    for name in ("site", "public_key", *_DESK_CHANGES, "sync_counter", "change_log"):
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield _policy(name, DESKS, "SELECT", using=OWN_SITE)
    for name in _DESK_CHANGES:
        yield from (_grant(command, name, DESKS) for command in ("INSERT", "UPDATE"))
        yield _policy(name, DESKS, "INSERT", check=OWN_SITE)
        yield _policy(name, DESKS, "UPDATE", using=OWN_SITE, check=OWN_SITE)
    for name in _KEPT_FOR_A_TIME:
        yield f"GRANT DELETE ON {name} TO {DESKS}"
        yield _policy(name, DESKS, "DELETE", using=OWN_SITE)
    yield _grant("UPDATE", "sync_counter", DESKS, ("n",))
    yield _policy("sync_counter", DESKS, "UPDATE", using=OWN_SITE, check=OWN_SITE)
    yield _grant("INSERT", "change_log", DESKS)
    yield _policy("change_log", DESKS, "INSERT", check=OWN_SITE)
    for name in ("sync_state", "audit_chain"):
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield from (_grant(command, name, DESKS) for command in ("INSERT", "UPDATE"))
        yield _policy(name, DESKS, "ALL", using=itself, check=itself)
    yield f"GRANT SELECT, DELETE ON sign_in_attempt TO {DESKS}"
    yield from (_grant(command, "sign_in_attempt", DESKS) for command in ("INSERT", "UPDATE"))
    yield _policy("sign_in_attempt", DESKS, "ALL", using=OWN_SITE, check=OWN_SITE)
    yield from _itself(DESKS, OWN_SITE, OWN_SITE)


def _itself(group: str, machines: str, beats: str) -> Iterator[str]:
    """Let a machine see machines, fill in its own row once, and report how it is."""
    device = f"{OWN_ID} AND {OWN_SITE}"
    yield f"GRANT SELECT ON kiosk_device TO {group}"
    yield _grant("UPDATE", "kiosk_device", group, ("pin_hash", "sealed_audit_key"))
    yield _policy("kiosk_device", group, "SELECT", using=machines)
    yield _policy(
        "kiosk_device", group, "UPDATE", using=f"{device} AND {_NOT_JOINED}", check=device
    )
    yield f"GRANT SELECT ON kiosk_heartbeat TO {group}"
    told = tuple(n for n in _columns("kiosk_heartbeat") if n not in ("kiosk_id", "site_id"))
    yield _grant("INSERT", "kiosk_heartbeat", group)
    yield _grant("UPDATE", "kiosk_heartbeat", group, told)
    yield _policy("kiosk_heartbeat", group, "SELECT", using=beats)
    yield _policy("kiosk_heartbeat", group, "INSERT", check=own(group))
    yield _policy("kiosk_heartbeat", group, "UPDATE", using=own(group), check=own(group))


def _columns(table: str) -> tuple[str, ...]:
    return tuple(SQLModel.metadata.tables[table].columns.keys())


def _grant(command: str, table: str, group: str, columns: tuple[str, ...] = ()) -> str:
    return f"GRANT {command} ({', '.join(columns or _columns(table))}) ON {table} TO {group}"


def _policy(table: str, group: str, command: str, *, using: str = "", check: str = "") -> str:
    words = f"CREATE POLICY {group}_{command.lower()} ON {table} FOR {command} TO {group}"
    words += f" USING ({using})" if using else ""
    return words + (f" WITH CHECK ({check})" if check else "")
