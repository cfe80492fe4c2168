"""What a centre needs: one row per machine, helplines, agreements, keys that name the site."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import (
    blob,
    ident,
    long,
    number,
    on_sqlite,
    reference,
    time,
    words,
)
from kiosk.records.schema.columns import Id

revision = "0003"
down_revision = "0002"

_NO = sa.false()
_KIOSK = sa.text("'kiosk'")
_ROWS = (
    "site", "kiosk_device", "public_key", "support_group", "group_session", "participant",
    "membership", "passcard", "staff_account", "check_in", "head_count", "callback_request",
    "callback_event", "callback_withdrawal", "audit_event", "helpline_list",
)  # fmt: skip
_TIMES = {
    "check_in": "occurred_at",
    "head_count": "at",
    "callback_request": "created_at, not_before",
    "callback_event": "at, next_at",
    "callback_withdrawal": "at",
    "audit_event": "at",
    "participant": "created_at, deleted_at",
    "passcard": "created_at, revoked_at, deleted_at",
    "kiosk_heartbeat": "at, waiting_since, wiped_at",
}
"""What machines may write: PostgreSQL knows days, such as infinity, that Python does not."""
_FIRST_DAY, _LAST_DAY = "0002-01-01", "9998-01-01"
_UNIQUE = {
    "check_in": ("uq_check_in_scan", "session_id, lookup, kiosk_id, nth"),
    "callback_event": ("uq_callback_event_revision", "request_id, revision"),
}


def upgrade() -> None:
    op.add_column(
        "kiosk_device", sa.Column("kind", sa.String(), nullable=False, server_default=_KIOSK)
    )
    op.add_column("change_log", sa.Column("gone", sa.Boolean(), nullable=False, server_default=_NO))
    op.drop_table("kiosk_heartbeat")
    _heartbeats()
    op.create_table("helpline_list", *reference(), words("text"), time("published_at"))
    op.create_table(
        "central",
        sa.Column("id", sa.SmallInteger(), primary_key=True, autoincrement=False),
        number("contract"),
        number("oldest_contract"),
        time("founded_at"),
    )
    if on_sqlite():
        _widen_states()
    else:
        _states()
        _name_the_site_in_keys()
        _keep_times_readable()


def _heartbeats() -> None:
    op.create_table(
        "kiosk_heartbeat",
        ident("kiosk_id", key=True),
        ident("site_id"),
        time("at"),
        time("received_at"),
        long("clock_offset_ms", null=True),
        number("pending"),
        number("parked"),
        time("waiting_since", null=True),
        long("sent_upto"),
        words("version"),
        words("helplines_review_by", null=True),
        time("wiped_at", null=True),
    )


def _widen_states() -> None:
    with op.batch_alter_table("sync_state") as states:
        for name in ("cursor", "clock_offset_ms", "last_seq"):
            states.alter_column(name, type_=sa.BigInteger(), existing_type=sa.Integer())
        states.add_column(words("problem", null=True))


def _states() -> None:
    """Make what a desk machine, which has no file of its own, keeps at the centre."""
    op.create_table(
        "sync_state",
        ident("kiosk_id", key=True),
        ident("site_id"),
        ident("epoch", null=True),
        long("cursor"),
        long("clock_offset_ms", null=True),
        time("contact_at", null=True),
        long("last_seq"),
        time("last_fact_at"),
        words("out_of_order", null=True),
        words("problem", null=True),
    )
    op.create_table(
        "audit_chain",
        ident("kiosk_id", key=True),
        ident("site_id"),
        number("length"),
        blob("next_key"),
        blob("last_tag"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("site_id", Id(), primary_key=True),
        number("failures"),
        time("failed_at"),
    )


def _name_the_site_in_keys() -> None:
    """Add the site to every key: a database that is cut by site (Citus) asks for it."""
    for name in _ROWS:
        op.drop_constraint(f"{name}_pkey", name, type_="primary")
        op.create_primary_key(f"{name}_pkey", name, ["id", "site_id"])
    for name in ("sync_state", "audit_chain", "kiosk_heartbeat"):
        op.drop_constraint(f"{name}_pkey", name, type_="primary")
        op.create_primary_key(f"{name}_pkey", name, ["kiosk_id", "site_id"])
    for name, (constraint, columns) in _UNIQUE.items():
        op.drop_constraint(constraint, name, type_="unique")
        op.create_unique_constraint(constraint, name, [*columns.split(", "), "site_id"])


def _keep_times_readable() -> None:
    for name, columns in _TIMES.items():
        for column in columns.split(", "):
            readable = f"{column} > '{_FIRST_DAY}' AND {column} < '{_LAST_DAY}'"
            op.create_check_constraint(f"ck_{name}_{column}", name, readable)
