"""What a slip tells at any kiosk, other times that visitors choose by it, and the measured wait."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import (
    blob,
    fact,
    ident,
    number,
    on_sqlite,
    reference,
    time,
    words,
)
from kiosk.records.schema.columns import Id

revision = "0013"
down_revision = "0011"

_TIMES = {
    "callback_retiming": ("at", "not_before"),
    "waiting_time": ("measured_at", "deleted_at"),
    "slip_box": ("kept_at",),
}
_CHECKS = {
    "callback_request": {
        f"{name}_length": f"octet_length({name}) <= 64" for name in ("ticket_hash", "news_key")
    },
    "callback_retiming": {
        "windows_length": "octet_length(windows) <= 1000",
        "kiosk_seq": f"kiosk_seq >= 0 AND kiosk_seq < {1 << 62}",
    },
    "waiting_time": {"days": "days >= 0 AND days <= 1000 AND aim >= 0 AND aim <= 1000"},
    "slip_box": {"box_length": "octet_length(box) <= 512"},
}
"""What a stolen machine cannot write: numbers that none follows, and what is too long to read."""


def upgrade() -> None:
    for name in ("ticket_hash", "news_key"):
        op.add_column("callback_request", blob(name, null=True))
    op.create_index("ix_callback_request_ticket", "callback_request", ["ticket_hash"])
    op.create_table(
        "callback_retiming",
        *fact(),
        ident("request_id"),
        words("windows"),
        sa.Column("not_before", sa.Date(), nullable=True),
        time("at"),
    )
    op.create_index("ix_callback_retiming_request", "callback_retiming", ["request_id"])
    op.create_index(
        "ix_callback_retiming_seq", "callback_retiming", ["site_id", "kiosk_id", "kiosk_seq"]
    )
    op.create_table(
        "waiting_time", *reference(), number("days"), number("aim"), time("measured_at")
    )
    op.create_table(
        "slip_box",
        ident("request_id", key=True),
        sa.Column("site_id", Id(), primary_key=not on_sqlite(), nullable=False),
        blob("box"),
        time("kept_at"),
    )
    if on_sqlite():
        return
    # A database that is cut by site (Citus) asks for the site in every key.
    for name in ("callback_retiming", "waiting_time"):
        op.drop_constraint(f"{name}_pkey", name, type_="primary")
        op.create_primary_key(f"{name}_pkey", name, ["id", "site_id"])
    for name, checks in _CHECKS.items():
        for what, condition in checks.items():
            op.create_check_constraint(f"ck_{name}_{what}", name, condition)
    for name, columns in _TIMES.items():
        for column in columns:
            readable = f"{column} > '0002-01-01' AND {column} < '9998-01-01'"
            op.create_check_constraint(f"ck_{name}_{column}", name, readable)
