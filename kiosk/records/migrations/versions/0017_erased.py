"""What was erased for its person leaves a mark, so that nothing brings it back."""

from alembic import op

from kiosk.records.migrations.first.columns import ident, long, on_sqlite, row, time

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "erased",
        *row(),
        time("at"),
        ident("kiosk_id", null=True),
        long("kiosk_seq", null=True),
        time("came_at", null=True),
    )
    if on_sqlite():
        return
    # A database that is cut by site (Citus) asks for the site in every key.
    op.drop_constraint("erased_pkey", "erased", type_="primary")
    op.create_primary_key("erased_pkey", "erased", ["id", "site_id"])
