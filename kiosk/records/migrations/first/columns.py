"""Short forms for the columns of the first revision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import TextClause

from kiosk.records.schema.columns import Id


def on_sqlite() -> bool:
    """Return whether this is a kiosk's file and not the centre."""
    return op.get_context().dialect.name == "sqlite"


def ident(name: str, *, null: bool = False, key: bool = False) -> "sa.Column[object]":
    """Build a column for a UUID."""
    return sa.Column(name, Id(), nullable=null, primary_key=key)


def words(name: str, *, null: bool = False) -> "sa.Column[object]":
    """Build a column for text."""
    return sa.Column(name, sa.String(), nullable=null)


def number(name: str, *, null: bool = False) -> "sa.Column[object]":
    """Build a column for a small whole number."""
    return sa.Column(name, sa.Integer(), nullable=null)


def long(name: str, *, null: bool = False) -> "sa.Column[object]":
    """Build a column for a large whole number."""
    return sa.Column(name, sa.BigInteger(), nullable=null)


def flag(name: str) -> "sa.Column[object]":
    """Build a column for yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def blob(name: str, *, null: bool = False) -> "sa.Column[object]":
    """Build a column for bytes."""
    return sa.Column(name, sa.LargeBinary(), nullable=null)


def time(name: str, *, null: bool = False) -> "sa.Column[object]":
    """Build a column for an aware time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def row() -> "tuple[sa.Column[object], ...]":
    """Build what every row has."""
    return ident("id", key=True), ident("site_id")


def reference() -> "tuple[sa.Column[object], ...]":
    """Build what every reference row has."""
    return *row(), time("deleted_at", null=True)


def fact() -> "tuple[sa.Column[object], ...]":
    """Build what every fact has; the centre alone stamps when it received one."""
    stamp: TextClause | None = None if on_sqlite() else sa.text("now()")
    return (
        *row(),
        ident("kiosk_id"),
        long("kiosk_seq"),
        long("clock_offset_ms", null=True),
        flag("clock_doubtful"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True, server_default=stamp),
    )
