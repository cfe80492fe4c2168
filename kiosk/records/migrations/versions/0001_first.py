"""The first tables: reference data, facts, plumbing."""

from kiosk.records.migrations.first import facts, plumbing, reference

revision = "0001"
down_revision = None


def upgrade() -> None:
    reference.create()
    facts.create()
    plumbing.create()
