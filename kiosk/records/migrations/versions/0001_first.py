"""The first tables: reference data, facts, system tables."""

from kiosk.records.migrations.first import facts, reference, system_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    reference.create()
    facts.create()
    system_tables.create()
