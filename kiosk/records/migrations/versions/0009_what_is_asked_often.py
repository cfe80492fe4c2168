"""Indexes for what desks ask often: how far machines go, what closed lately, the latest entries."""

from alembic import op

revision = "0009"
down_revision = "0006"

_INDEXES = {
    "ix_callback_request_made": ("callback_request", ["site_id", "created_at"]),
    "ix_callback_event_seq": ("callback_event", ["site_id", "kiosk_id", "kiosk_seq"]),
    "ix_callback_event_kind": ("callback_event", ["site_id", "kind", "at"]),
    "ix_callback_withdrawal_seq": ("callback_withdrawal", ["site_id", "kiosk_id", "kiosk_seq"]),
    "ix_audit_event_action": ("audit_event", ["site_id", "action", "at"]),
    "ix_audit_event_at": ("audit_event", ["site_id", "at", "kiosk_id", "position"]),
}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)
