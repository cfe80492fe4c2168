"""What the centre notes of desks, and bounds for all that a desk writes there.

What stands at a centre against these bounds is noted whole (`desk_change`) and then mended, so that
every desk can read it again.
"""

import sqlalchemy as sa
from alembic import op

from kiosk.records.migrations.first.columns import ident, number, on_sqlite, row, time, words
from kiosk.records.schema.columns import Id

revision = "0005"
down_revision = "0004"

_TIMES = {
    "support_group": (),
    "group_session": ("starts_at", "ends_at"),
    "membership": (),
    "staff_account": ("created_at", "disabled_at"),
    "helpline_list": ("published_at",),
}
"""Beside `deleted_at`. PostgreSQL knows days, such as infinity, that Python does not."""
_OWN_TIMES = {
    "sync_state": ("contact_at", "last_fact_at"),
    "sign_in_attempt": ("failed_at",),
}
"""What a desk writes of itself, and nobody reads but desks."""
_LONGEST = {
    "support_group": {
        "name": 1000, "public_label": 1000, "about": 4000, "language": 100, "room": 1000,
        "source": 16384,
    },
    "group_session": {
        "room": 1000, "status": 100, "cancelled_reason": 1000, "source": 16384,
    },
    "staff_account": {"login": 1000, "roles": 1000, "wrapped_keys": 262144, "languages": 1000},
    "helpline_list": {"text": 262144},
}  # fmt: skip
"""Bytes: several times what any program has written, and no burden to whoever reads it."""
_OWN_LONGEST = {
    "sync_state": {"out_of_order": 1000, "problem": 1000},
    "audit_chain": {"next_key": 64, "last_tag": 64},
    "sign_in_attempt": {"digest": 64},
    "change_log": {"table_name": 64},
}
_PUT_AWAY = ("group_session", "helpline_list")
"""What visitors would else be shown mended."""
_FIRST_DAY, _LAST_DAY = "0002-01-01", "9998-01-01"
_NOBODY = "00000000-0000-0000-0000-000000000000"


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
    _count_tries_by_machine()
    if on_sqlite():
        return
    # A database that is cut by site (Citus) asks for the site in every key.
    op.drop_constraint("desk_change_pkey", "desk_change", type_="primary")
    op.create_primary_key("desk_change_pkey", "desk_change", ["id", "site_id"])
    references = {name: (*times, "deleted_at") for name, times in _TIMES.items()}
    for name, times in references.items():
        _note(name, _wrong(name, times, _LONGEST))
        _mend(name, times, _LONGEST)
    _keep_one_account_a_login()
    for name in ("sync_state", "audit_chain", "change_log"):
        _mend(name, _OWN_TIMES.get(name, ()), _OWN_LONGEST)
    _bound({**references, **_OWN_TIMES}, {**_LONGEST, **_OWN_LONGEST})


def _keep_one_account_a_login() -> None:
    """Put away accounts that came second with their login, and let no other come.

    The first is the one that the change log names first. Whoever is in the way of a person's own
    account would keep them from signing in.
    """
    second = (
        "(id, site_id) IN (SELECT id, site_id FROM (SELECT a.id, a.site_id, row_number() OVER ("
        "PARTITION BY a.site_id, a.login ORDER BY logged.v NULLS LAST, a.created_at, a.id) AS place"
        " FROM staff_account a LEFT JOIN (SELECT site_id, row_id, min(v) AS v FROM change_log"
        " WHERE table_name = 'staff_account' GROUP BY site_id, row_id) logged"
        " ON logged.site_id = a.site_id AND logged.row_id = a.id"
        " WHERE a.deleted_at IS NULL) placed WHERE place > 1)"
    )
    _note("staff_account", second)
    op.execute(f"UPDATE staff_account SET deleted_at = now() WHERE {second}")
    op.create_index(
        "uq_staff_account_login",
        "staff_account",
        ["site_id", "login"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def _count_tries_by_machine() -> None:
    """Make the table of wrong passphrases anew; only the waits that run just now end early."""
    op.drop_table("sign_in_attempt")
    op.create_table(
        "sign_in_attempt",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("site_id", Id(), primary_key=not on_sqlite(), nullable=False),
        ident("kiosk_id"),
        number("failures"),
        time("failed_at"),
    )


def _note(name: str, which: str) -> None:
    op.execute(
        "INSERT INTO desk_change (id, site_id, kiosk_id, at, table_name, row_id, deleted, before)"
        f" SELECT gen_random_uuid(), site_id, '{_NOBODY}', now(), '{name}', id, 0,"
        f" CAST(row_to_json({name}) AS text) FROM {name} WHERE {which}"
    )


def _mend(name: str, times: tuple[str, ...], longest: dict[str, dict[str, int]]) -> None:
    """Make the rows that no bound allows readable; where they should end, they have ended."""
    keeps = {one: f"{one} IS NULL OR {_readable(one)}" for one in times}
    if name in _PUT_AWAY:
        keeps["deleted_at"] = _readable("deleted_at")
    mended = [f"{one} = CASE WHEN {keep} THEN {one} ELSE now() END" for one, keep in keeps.items()]
    # A character takes four bytes at most.
    mended += [
        f"{one} = CASE WHEN octet_length({one}) > {most} THEN substr({one}, 1, {most // 4})"
        f" ELSE {one} END"
        for one, most in longest.get(name, {}).items()
    ]
    which = _wrong(name, times, longest)
    op.execute(f"UPDATE {name} SET {', '.join(mended)} WHERE {which}")


def _wrong(name: str, times: tuple[str, ...], longest: dict[str, dict[str, int]]) -> str:
    wrong = [f"NOT ({_readable(one)})" for one in times]
    wrong += [f"octet_length({one}) > {most}" for one, most in longest.get(name, {}).items()]
    if name == "helpline_list":
        # The latest counts, so one of the far future would stand for good.
        wrong.append("published_at > now() + interval '10 years'")
    return " OR ".join(wrong)


def _bound(times: dict[str, tuple[str, ...]], longest: dict[str, dict[str, int]]) -> None:
    for name, columns in times.items():
        for column in columns:
            op.create_check_constraint(f"ck_{name}_{column}", name, _readable(column))
    for name, lengths in longest.items():
        for column, most in lengths.items():
            shorter = f"octet_length({column}) <= {most}"
            op.create_check_constraint(f"ck_{name}_{column}_length", name, shorter)


def _readable(column: str) -> str:
    return f"{column} > '{_FIRST_DAY}' AND {column} < '{_LAST_DAY}'"
