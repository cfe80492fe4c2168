"""What the centre notes of desks: what they changed or deleted, and how it was before."""

from alembic import op

from kiosk.records.migrations.first.columns import ident, number, on_sqlite, row, time, words

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "desk_change",
        *row(),
        ident("kiosk_id"),
        time("at"),
        words("table_name"),
        ident("row_id", null=True),
        number("deleted"),
        words("before"),
    )
    if not on_sqlite():
        # A database that is cut by site (Citus) asks for the site in every key.
        op.drop_constraint("desk_change_pkey", "desk_change", type_="primary")
        op.create_primary_key("desk_change_pkey", "desk_change", ["id", "site_id"])
