"""Disabled accounts lose their keys, so that editing the file enables nothing."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("UPDATE staff_account SET wrapped_keys = '' WHERE disabled_at IS NOT NULL")
