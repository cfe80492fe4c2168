"""What tells copied and restored kiosks apart: their incarnations, and the last push of each."""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import ident, long, number, on_sqlite, time
from kiosk.records.schema.columns import Id

revision = "0006"
down_revision = "0005"

_NONE = sa.text("0")
_LAST_SENT = (
    "UPDATE sync_state SET sent_upto = (SELECT coalesce(max(upto_seq), 0) FROM confirmation)"
)
_MOST = 1000
_LONGEST = 1 << 50


def upgrade() -> None:
    op.create_table(
        "kiosk_incarnation",
        ident("kiosk_id", key=True),
        *([] if on_sqlite() else [sa.Column("site_id", Id(), primary_key=True)]),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        *([ident("site_id")] if on_sqlite() else []),
        ident("mark"),
        long("pushes"),
        long("upto"),
        number("pending"),
        time("began_at"),
        time("heard_at"),
        long("unseen_after"),
        long("unseen_upto"),
    )
    for name in ("incarnation", "pushes", "sent_upto", "unseen_after", "unseen_upto"):
        count = sa.Column(name, sa.BigInteger(), nullable=False, server_default=_NONE)
        op.add_column("sync_state", count)
    for column in (
        ident("mark", null=True),
        ident("next_mark", null=True),
        time("incarnation_at", null=True),
        time("twin_at", null=True),
    ):
        op.add_column("sync_state", column)
    if on_sqlite():
        op.execute(_LAST_SENT)
    else:
        _keep_every_scan()
        _bound()


def _keep_every_scan() -> None:
    """Let two folders of one kiosk bring the same scan: each has told its visitor, none is lost.

    A repeat is noticed where it happens, on the kiosk's own file and under the site's lock at a
    desk; here a row that comes twice is known by its id.
    """
    op.drop_constraint("uq_check_in_scan", "check_in", type_="unique")
    op.create_index("ix_check_in_scan", "check_in", ["session_id", "lookup"])


def _bound() -> None:
    checks = {
        "number": f"number >= 0 AND number < {_MOST}",
        "counts": "pushes >= 0 AND pending >= 0",
        "numbers": " AND ".join(
            f"{name} >= 0 AND {name} < {_LONGEST}"
            for name in ("upto", "unseen_after", "unseen_upto")
        ),
        # As of every time that a kiosk writes: one that no program can read would hide the row.
        **{
            name: f"{name} BETWEEN '0002-01-01' AND '9998-01-01'"
            for name in ("began_at", "heard_at")
        },
    }
    for name, condition in checks.items():
        op.create_check_constraint(f"ck_kiosk_incarnation_{name}", "kiosk_incarnation", condition)
