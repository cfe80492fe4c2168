"""What the desk needs: given passphrases, languages, imports, series, reconciling, merging."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.schema.columns import Id

revision = "0002"
down_revision = "0001"

_NO = sa.false()
_NONE = sa.text("''")


def upgrade() -> None:
    op.add_column(
        "staff_account", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=_NO)
    )
    op.add_column(
        "staff_account", sa.Column("languages", sa.String(), nullable=False, server_default=_NONE)
    )
    op.add_column("support_group", sa.Column("source", sa.String(), nullable=True))
    op.create_index("ix_support_group_source", "support_group", ["source"])
    op.add_column("group_session", sa.Column("source", sa.String(), nullable=True))
    op.create_index("ix_group_session_source", "group_session", ["source"])
    op.add_column("group_session", sa.Column("series_id", Id(), nullable=True))
    op.add_column(
        "head_count", sa.Column("reconciled", sa.Boolean(), nullable=False, server_default=_NO)
    )
    op.add_column("callback_event", sa.Column("other_id", Id(), nullable=True))
    op.create_index("ix_passcard_participant", "passcard", ["participant_id"])
    op.create_index("ix_membership_group", "membership", ["group_id"])
    op.create_index(
        "ix_callback_request_seq", "callback_request", ["site_id", "kiosk_id", "kiosk_seq"]
    )
