"""System tables of the first revision."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import (
    blob,
    fact,
    ident,
    long,
    number,
    on_sqlite,
    time,
    words,
)


def create() -> None:
    """Create what moves the facts; what never leaves a kiosk only on a kiosk."""
    if on_sqlite():
        _queues()
        _states()
    op.create_table(
        "kiosk_heartbeat",
        *fact(),
        time("at"),
        number("pending"),
        number("parked"),
        words("version"),
        words("helplines_review_by", null=True),
    )
    op.create_table("sync_counter", ident("site_id", key=True), long("n"), ident("epoch"))
    op.create_table(
        "change_log",
        ident("site_id", key=True),
        sa.Column("v", sa.BigInteger(), primary_key=True, autoincrement=False),
        words("table_name"),
        ident("row_id"),
    )


def _queues() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), primary_key=True),
        long("kiosk_seq", null=True),
        ident("site_id"),
        words("table_name"),
        ident("row_id"),
        words("payload"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_row_id", "outbox", ["row_id"])
    op.create_table(
        "parked",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        long("kiosk_seq", null=True),
        ident("site_id"),
        words("table_name"),
        ident("row_id"),
        words("payload"),
        words("error"),
        time("parked_at"),
    )
    op.create_index("ix_parked_row_id", "parked", ["row_id"])
    op.create_table(
        "confirmation",
        sa.Column("upto_seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        ident("site_id"),
        time("at"),
    )


def _states() -> None:
    op.create_table(
        "sync_state",
        ident("kiosk_id", key=True),
        ident("site_id"),
        ident("epoch", null=True),
        number("cursor"),
        number("clock_offset_ms", null=True),
        time("contact_at", null=True),
        number("last_seq"),
        time("last_fact_at"),
        words("out_of_order", null=True),
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
        ident("site_id"),
        number("failures"),
        time("failed_at"),
    )
