"""What a caller offers to visitors who wish for it; the wishes themselves are sealed."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import on_sqlite

revision = "0011"
down_revision = "0010"

_NONE = sa.text("''")
_LONGEST = 1000
"""Bytes, as of the languages beside it."""


def upgrade() -> None:
    op.add_column(
        "staff_account", sa.Column("offers", sa.String(), nullable=False, server_default=_NONE)
    )
    if not on_sqlite():
        shorter = f"octet_length(offers) <= {_LONGEST}"
        op.create_check_constraint("ck_staff_account_offers_length", "staff_account", shorter)
        codes = "offers ~ '^[a-z0-9_,]*$'"
        op.create_check_constraint("ck_staff_account_offers_codes", "staff_account", codes)
