"""Who may do what at the centre: grants by column, and policies that pin machine and site."""

from collections.abc import Iterator
from typing import Final

from kiosk.records.central.roles import DESKS, KIOSKS, OWN_ID, OWN_MACHINE, OWN_SITE
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
_OWN: Final = f"{OWN_MACHINE} AND {OWN_SITE}"
_NOT_JOINED: Final = "sealed_audit_key = ''::bytea"
_CALLER_SITE: Final = OWN_SITE.replace("current_user", "session_user")
_NOTE: Final = """
CREATE OR REPLACE FUNCTION kiosk_note_passes(made uuid[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $note$
WITH mine AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM passcard
    WHERE id = ANY (made) AND OF_THE_CALLER
), raised AS (
    UPDATE sync_counter SET n = n + (SELECT count(*) FROM mine)
    WHERE OF_THE_CALLER RETURNING site_id, n
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
    """Give all rights as SQL, which may be run again after every upgrade."""
    yield _NOTE
    yield "REVOKE ALL ON FUNCTION kiosk_note_passes(uuid[]) FROM PUBLIC"
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
        name, columns = str(fact.__tablename__), ", ".join(fact_columns(fact))
        yield f"GRANT INSERT ({columns}) ON {name} TO {KIOSKS}"
        yield from _policy(name, KIOSKS, "INSERT", check=_OWN)
    for name in MADE_ANYWHERE:
        yield f"GRANT INSERT ON {name} TO {KIOSKS}"
        yield from _policy(name, KIOSKS, "INSERT", check=OWN_SITE)
    for name in (*PULLED, "sync_counter", "change_log"):
        yield f"GRANT SELECT ON {name} TO {KIOSKS}"
        yield from _policy(name, KIOSKS, "SELECT", using=OWN_SITE)
    yield from _itself(KIOSKS, OWN_ID)


def _desks() -> Iterator[str]:
    for fact in FACTS:
        name, columns = str(fact.__tablename__), ", ".join(fact_columns(fact))
        yield f"GRANT INSERT ({columns}) ON {name} TO {DESKS}"
        yield from _policy(name, DESKS, "INSERT", check=_OWN)
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield from _policy(name, DESKS, "SELECT", using=OWN_SITE)
    for name in ("site", "public_key", *_DESK_CHANGES, "sync_counter", "change_log"):
        yield f"GRANT SELECT ON {name} TO {DESKS}"
        yield from _policy(name, DESKS, "SELECT", using=OWN_SITE)
    for name in _DESK_CHANGES:
        yield f"GRANT INSERT, UPDATE ON {name} TO {DESKS}"
        yield from _policy(name, DESKS, "INSERT", check=OWN_SITE)
        yield from _policy(name, DESKS, "UPDATE", using=OWN_SITE, check=OWN_SITE)
    for name in _KEPT_FOR_A_TIME:
        yield f"GRANT DELETE ON {name} TO {DESKS}"
        yield from _policy(name, DESKS, "DELETE", using=OWN_SITE)
    yield f"GRANT UPDATE (n) ON sync_counter TO {DESKS}"
    yield from _policy("sync_counter", DESKS, "UPDATE", using=OWN_SITE, check=OWN_SITE)
    yield f"GRANT INSERT ON change_log TO {DESKS}"
    yield from _policy("change_log", DESKS, "INSERT", check=OWN_SITE)
    for name in ("sync_state", "audit_chain"):
        yield f"GRANT SELECT, INSERT, UPDATE ON {name} TO {DESKS}"
        yield from _policy(name, DESKS, "ALL", using=_OWN, check=_OWN)
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_attempt TO {DESKS}"
    yield from _policy("sign_in_attempt", DESKS, "ALL", using=OWN_SITE, check=OWN_SITE)
    yield from _itself(DESKS, OWN_SITE)


def _itself(group: str, seen: str) -> Iterator[str]:
    """Let a machine see machines, fill in its own row once, and report how it is."""
    own = f"{OWN_ID} AND {OWN_SITE}"
    yield f"GRANT SELECT, UPDATE (pin_hash, sealed_audit_key) ON kiosk_device TO {group}"
    yield from _policy("kiosk_device", group, "SELECT", using=f"{seen} AND {OWN_SITE}")
    yield from _policy("kiosk_device", group, "UPDATE", using=f"{own} AND {_NOT_JOINED}", check=own)
    yield f"GRANT SELECT, INSERT, UPDATE ON kiosk_heartbeat TO {group}"
    beats = _OWN if group == KIOSKS else OWN_SITE
    yield from _policy("kiosk_heartbeat", group, "SELECT", using=beats)
    yield from _policy("kiosk_heartbeat", group, "INSERT", check=_OWN)
    yield from _policy("kiosk_heartbeat", group, "UPDATE", using=_OWN, check=_OWN)


def _policy(
    table: str, group: str, command: str, *, using: str = "", check: str = ""
) -> Iterator[str]:
    name = f"{group}_{command.lower()}"
    yield f"DROP POLICY IF EXISTS {name} ON {table}"
    words = f"CREATE POLICY {name} ON {table} FOR {command} TO {group}"
    words += f" USING ({using})" if using else ""
    yield words + (f" WITH CHECK ({check})" if check else "")
