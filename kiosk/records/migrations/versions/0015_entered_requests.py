"""Requests that staff enter: how each came, who entered it, who said yes; and paper forms."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import (
    blob,
    ident,
    on_sqlite,
    reference,
    time,
    words,
)

revision = "0015"
down_revision = "0014"

_CODES = {
    "source": ("visitor", "team", "counter", "phone", "paper"),
    "consent_by": ("person", "other"),
    "consent_how": ("screen", "spoken", "phone", "paper"),
}
"""The first code stands for the rows there are: visitors have sent all of them."""
_ENTERED_ONLY = sa.text("entered_by IS NOT NULL")
_LONGEST = {
    "callback_request": {"source": 40, "consent_by": 40, "consent_how": 40},
    "callback_form": {"ref": 100, "slip_lookup": 64, "ticket_hash": 64, "news_key": 64},
}
"""Bytes, as of what else stands in a request."""
_FIRST_DAY, _LAST_DAY = "0002-01-01", "9998-01-01"


def upgrade() -> None:
    for name, codes in _CODES.items():
        usual = sa.text(f"'{codes[0]}'")
        column = sa.Column(name, sa.String(), nullable=False, server_default=usual)
        op.add_column("callback_request", column)
    op.add_column("callback_request", ident("entered_by", null=True))
    op.create_index(
        "ix_callback_request_entered",
        "callback_request",
        ["entered_by", "created_at"],
        sqlite_where=_ENTERED_ONLY,
        postgresql_where=_ENTERED_ONLY,
    )
    op.create_table(
        "callback_form",
        *reference(),
        words("ref"),
        blob("slip_lookup"),
        blob("ticket_hash"),
        blob("news_key"),
        time("made_at"),
    )
    op.create_index("ix_callback_form_ref", "callback_form", ["ref"])
    op.create_index("ix_callback_form_slip", "callback_form", ["slip_lookup"])
    if not on_sqlite():
        _bound()


def _bound() -> None:
    # A database that is cut by site (Citus) asks for the site in every key.
    op.drop_constraint("callback_form_pkey", "callback_form", type_="primary")
    op.create_primary_key("callback_form_pkey", "callback_form", ["id", "site_id"])
    for name, codes in _CODES.items():
        known = f"{name} IN ({', '.join(repr(code) for code in codes)})"
        op.create_check_constraint(f"ck_callback_request_{name}", "callback_request", known)
    either = "(source = 'visitor') = (entered_by IS NULL)"
    op.create_check_constraint("ck_callback_request_entered_by", "callback_request", either)
    for table, columns in _LONGEST.items():
        for name, most in columns.items():
            shorter = f"octet_length({name}) <= {most}"
            op.create_check_constraint(f"ck_{table}_{name}_length", table, shorter)
    for name in ("ref", "slip_lookup"):
        # Two forms of one number or code would be one person's and another's.
        op.create_unique_constraint(f"uq_callback_form_{name}", "callback_form", [name, "site_id"])
    for name in ("made_at", "deleted_at"):
        readable = f"{name} > '{_FIRST_DAY}' AND {name} < '{_LAST_DAY}'"
        op.create_check_constraint(f"ck_callback_form_{name}", "callback_form", readable)
