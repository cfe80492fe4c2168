"""Facts of the first revision."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import blob, fact, ident, number, time, words


def create() -> None:
    """Create the tables that only ever grow."""
    _attendance()
    _callbacks()
    _audit()


def _attendance() -> None:
    voids_only = sa.text("void_of IS NOT NULL")
    op.create_table(
        "check_in",
        *fact(),
        ident("session_id"),
        blob("lookup", null=True),
        words("kind"),
        words("reason", null=True),
        ident("void_of", null=True),
        number("nth"),
        time("occurred_at"),
        ident("by_staff", null=True),
        sa.UniqueConstraint("session_id", "lookup", "kiosk_id", "nth", name="uq_check_in_scan"),
    )
    op.create_index(
        "ix_check_in_void_of",
        "check_in",
        ["void_of"],
        sqlite_where=voids_only,
        postgresql_where=voids_only,
    )
    op.create_table(
        "head_count",
        *fact(),
        ident("session_id"),
        number("people"),
        time("at"),
        ident("by_staff"),
    )
    op.create_index("ix_head_count_session", "head_count", ["session_id"])


def _callbacks() -> None:
    op.create_table(
        "callback_request",
        *fact(),
        words("ref"),
        blob("slip_lookup"),
        blob("sealed"),
        words("call_language"),
        words("windows"),
        sa.Column("not_before", sa.Date(), nullable=True),
        words("ui_language"),
        words("consent_version"),
        time("created_at"),
    )
    op.create_index("ix_callback_request_ref", "callback_request", ["ref"])
    op.create_index("ix_callback_request_slip", "callback_request", ["slip_lookup"])
    op.create_table(
        "callback_event",
        *fact(),
        ident("request_id"),
        number("revision"),
        words("kind"),
        words("outcome", null=True),
        ident("by_staff"),
        time("at"),
        time("next_at", null=True),
        blob("sealed_note", null=True),
        sa.UniqueConstraint("request_id", "revision", name="uq_callback_event_revision"),
    )
    op.create_table(
        "callback_withdrawal",
        *fact(),
        ident("request_id", null=True),
        words("ref", null=True),
        time("at"),
    )
    op.create_index("ix_callback_withdrawal_request", "callback_withdrawal", ["request_id"])
    op.create_index("ix_callback_withdrawal_ref", "callback_withdrawal", ["ref"])


def _audit() -> None:
    op.create_table(
        "audit_event",
        *fact(),
        number("position"),
        words("action"),
        ident("subject_id", null=True),
        ident("by_staff", null=True),
        time("at"),
        blob("tag"),
    )
    op.create_index("ix_audit_event_position", "audit_event", ["kiosk_id", "position"])
