"""Notices to staff that requests wait: how each way stands, and what they have told of."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import flag, ident, long, number, on_sqlite, time, words

revision = "0018"
down_revision = "0017"

_LONGEST_WORD = 20
_TIMES = ("since", "next_at", "sent_at")


def upgrade() -> None:
    op.create_table(
        "notice",
        ident("site_id", key=True),
        sa.Column("way", sa.String(), primary_key=True),
        ident("kiosk_id"),
        ident("notice_id"),
        time("since", null=True),
        number("tries"),
        time("next_at", null=True),
        words("fault", null=True),
        number("code", null=True),
        flag("refused"),
        time("sent_at", null=True),
        long("version"),
    )
    op.create_table(
        "notice_request",
        ident("request_id", key=True),
        sa.Column("way", sa.String(), primary_key=True),
        ident("site_id", key=True),
        ident("kiosk_id"),
        ident("notice_id"),
    )
    op.create_index("ix_notice_request_notice", "notice_request", ["notice_id", "way"])
    if not on_sqlite():
        _bound()


def _bound() -> None:
    """Hold a stolen desk to what a program can read."""
    for name in ("notice", "notice_request"):
        op.create_check_constraint(f"ck_{name}_way", name, f"length(way) <= {_LONGEST_WORD}")
    op.create_check_constraint("ck_notice_fault", "notice", f"length(fault) <= {_LONGEST_WORD}")
    op.create_check_constraint("ck_notice_counts", "notice", "tries >= 0 AND version >= 0")
    for name in _TIMES:
        span = f"{name} BETWEEN '0002-01-01' AND '9998-01-01'"
        op.create_check_constraint(f"ck_notice_{name}", "notice", span)
