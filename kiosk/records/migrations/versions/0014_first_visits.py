"""What a first visit and a meeting are about: the check-in by which somebody came."""

from alembic import op

from kiosk.records.migrations.first.columns import ident

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("check_in", ident("about", null=True))
