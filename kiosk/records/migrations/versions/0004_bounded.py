"""What a stolen kiosk cannot do: rows name their kiosk, one row a pass, times and lengths bounded.

What stands at a centre against these rules is parked there (`central_parked`), so that it starts.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import ident, long, on_sqlite, time, words
from kiosk.records.schema.columns import Id

revision = "0004"
down_revision = "0003"

_LONGEST = {
    "check_in": {"lookup": 64, "kind": 40, "reason": 1000},
    "callback_request": {
        "ref": 100, "slip_lookup": 64, "sealed": 16384, "call_language": 100, "windows": 1000,
        "ui_language": 100, "consent_version": 200,
    },
    "callback_event": {"kind": 40, "outcome": 100, "sealed_note": 16384},
    "callback_withdrawal": {"ref": 400},
    "audit_event": {"action": 100, "tag": 64},
    "participant": {"sealed_name": 16384, "language": 100},
    "passcard": {"lookup": 64, "name_box": 4096, "language": 100},
    "kiosk_heartbeat": {"version": 100, "helplines_review_by": 40},
    "kiosk_device": {"pin_hash": 1000, "sealed_audit_key": 16384},
}  # fmt: skip
"""Bytes: several times what any program has written, and little enough for a page of rows."""
_KEPT_WHOLE = 200_000_000
"""Bytes of a row that fit into one JSON text of PostgreSQL."""
_COUNTED = (
    "check_in", "head_count", "callback_request", "callback_event", "callback_withdrawal",
    "audit_event",
)  # fmt: skip
_IN_RANGE = f"kiosk_seq >= 0 AND kiosk_seq < {1 << 62}"
"""Two numbers of a machine can then be subtracted."""
_FIRST_DAY, _LAST_DAY = "0002-01-01", "9998-01-01"


def upgrade() -> None:
    for name in ("participant", "passcard"):
        op.add_column(name, ident("kiosk_id", null=True))
        op.add_column(name, time("received_at", null=True))
    op.add_column("passcard", long("sent_nth", null=True))
    op.create_index(
        "ix_passcard_sent",
        "passcard",
        ["site_id", "kiosk_id", "sent_nth"],
        sqlite_where=sa.text("sent_nth IS NOT NULL"),
        postgresql_where=sa.text("sent_nth IS NOT NULL"),
    )
    op.create_table(
        "central_parked",
        ident("id", key=True),
        sa.Column("table_name", sa.String(), primary_key=True),
        sa.Column("site_id", Id(), primary_key=True),
        ident("kiosk_id", null=True),
        words("payload"),
        words("reason"),
        time("parked_at"),
    )
    if not on_sqlite():
        for name in ("participant", "passcard"):
            # What came before this revision keeps no time: nobody knows when that was.
            op.alter_column(name, "received_at", server_default=sa.text("now()"))
        _park_what_does_not_fit()
        _bound()


def _park_what_does_not_fit() -> None:
    for name, columns in _LONGEST.items():
        too_long = " OR ".join(f"octet_length({c}) > {most}" for c, most in columns.items())
        _park(name, "length", too_long, columns)
        if name == "kiosk_device":
            # A machine stays known; what it wrote of itself opens nothing.
            cut = ", ".join(f"{c} = substr({c}, 1, {most // 4})" for c, most in columns.items())
            op.execute(f"UPDATE kiosk_device SET {cut} WHERE {too_long}")
        else:
            op.execute(f"DELETE FROM {name} WHERE {too_long}")
    for name in _COUNTED:
        _park(name, "number", f"NOT ({_IN_RANGE})", _LONGEST.get(name, {}))
        op.execute(f"DELETE FROM {name} WHERE NOT ({_IN_RANGE})")
    unreadable = f"NOT ({_readable('received_at')})"
    _park("kiosk_heartbeat", "time", unreadable, _LONGEST["kiosk_heartbeat"])
    op.execute(f"DELETE FROM kiosk_heartbeat WHERE {unreadable}")
    # The first one that came is the one that the change log names first.
    second = (
        "(id, site_id) IN (SELECT id, site_id FROM (SELECT p.id, p.site_id, row_number() OVER ("
        "PARTITION BY p.site_id, p.lookup ORDER BY noted.v NULLS LAST, p.created_at, p.id) AS place"
        " FROM passcard p LEFT JOIN (SELECT site_id, row_id, min(v) AS v FROM change_log"
        " WHERE table_name = 'passcard' GROUP BY site_id, row_id) noted"
        " ON noted.site_id = p.site_id AND noted.row_id = p.id) placed WHERE place > 1)"
    )
    _park("passcard", "lookup", second, _LONGEST["passcard"])
    op.execute(f"DELETE FROM passcard WHERE {second}")
    _tell_kiosks()


def _park(name: str, reason: str, which: str, columns: Iterable[str]) -> None:
    row_id = "kiosk_id" if name == "kiosk_heartbeat" else "id"
    kiosk = "id" if name == "kiosk_device" else "kiosk_id"
    size = " + ".join(["0", *(f"coalesce(octet_length({c}), 0)" for c in columns)])
    op.execute(
        "INSERT INTO central_parked (id, table_name, site_id, kiosk_id, payload, reason, parked_at)"
        f" SELECT {row_id}, '{name}', site_id, {kiosk}, CASE WHEN {size} <= {_KEPT_WHOLE}"
        f" THEN CAST(row_to_json({name}) AS text)"
        f" ELSE CAST(json_build_object('{row_id}', {row_id}, 'bytes', {size}) AS text) END,"
        f" '{reason}', now() FROM {name} WHERE {which} ON CONFLICT DO NOTHING"
    )


def _tell_kiosks() -> None:
    """Note what was parked as gone, so that a kiosk that has pulled it drops it."""
    parked = "central_parked WHERE table_name IN ('participant', 'passcard')"
    op.execute(
        "INSERT INTO change_log (site_id, v, table_name, row_id, gone)"
        " SELECT s.site_id, s.n + row_number() OVER (PARTITION BY s.site_id ORDER BY p.id),"
        f" p.table_name, p.id, true FROM sync_counter s JOIN (SELECT * FROM {parked}) p"
        " ON p.site_id = s.site_id"
    )
    op.execute(
        f"UPDATE sync_counter SET n = n + (SELECT count(*) FROM {parked}"
        " AND central_parked.site_id = sync_counter.site_id)"
    )


def _bound() -> None:
    for name, columns in _LONGEST.items():
        for column, most in columns.items():
            shorter = f"octet_length({column}) <= {most}"
            op.create_check_constraint(f"ck_{name}_{column}_length", name, shorter)
    for name in _COUNTED:
        op.create_check_constraint(f"ck_{name}_kiosk_seq", name, _IN_RANGE)
    readable = _readable("received_at")
    op.create_check_constraint("ck_kiosk_heartbeat_received_at", "kiosk_heartbeat", readable)
    op.create_unique_constraint("uq_passcard_lookup", "passcard", ["lookup", "site_id"])
    # A kiosk that inserts a step of a request and waits would else hold up whoever takes the next
    # one. Desks take turns by their site's counter, which no kiosk can hold.
    op.drop_constraint("uq_callback_event_revision", "callback_event", type_="unique")
    op.create_unique_constraint(
        "uq_callback_event_revision",
        "callback_event",
        ["request_id", "revision", "kiosk_id", "site_id"],
    )


def _readable(column: str) -> str:
    return f"{column} > '{_FIRST_DAY}' AND {column} < '{_LAST_DAY}'"
