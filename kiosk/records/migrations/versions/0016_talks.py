"""With whom a talk is booked, and to whom a request is handed over."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.schema.columns import Id

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("callback_event", sa.Column("with_staff", Id(), nullable=True))
