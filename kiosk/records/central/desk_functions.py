"""What a desk adds, changes or deletes at the centre: functions that check it there, and note it.

Beside them stands the one function of kiosks, which tells the holder of a slip what became of it.

A desk's role adds facts, and has no INSERT, UPDATE or DELETE of its own on all else that the clinic
keeps, so that a stolen password changes nothing that no note tells, deletes nothing that retention
could not delete, and locks no table. A function works for the clinic in the name of the role that
has signed in, and for no other.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from sqlalchemy import DefaultClause
from sqlmodel import SQLModel

from kiosk.domain.callbacks.state import ENDING_KINDS, EventKind
from kiosk.domain.policy import (
    CHANGES_KEPT,
    LEAST_ATTENDANCE_KEPT,
    LEAST_PASSES_KEPT,
    LEAST_REQUESTS_KEPT,
)
from kiosk.domain.staff import Role
from kiosk.records.central.erase_functions import drop_erased, erase
from kiosk.records.database.writing import ADDED_BY_DESKS, CHANGED_BY_DESKS

_ALLOWED: Final = {
    # What has ended stays ended, and when.
    "membership": "before.deleted_at IS NULL AND wanted.deleted_at IS NOT NULL",
    "passcard": "before.revoked_at IS NULL AND wanted.revoked_at IS NOT NULL",
    # Of the managers one stays.
    "staff_account": """NOT @is_manager(before)
        OR (
            (changes::jsonb -> 'disabled_at' IS NULL OR wanted.disabled_at IS NULL)
            AND (changes::jsonb -> 'roles' IS NULL OR @has_role(wanted))
        )
        OR EXISTS (
            SELECT 1 FROM staff_account other WHERE other.site_id = before.site_id
            AND other.id <> before.id AND @is_manager(other)
        )""",
}
"""What else has to hold for a change of a row."""


_ADD: Final = """
WITH made_rows AS (
    SELECT * FROM json_populate_record(NULL::TABLE_NAME, made) one
    WHERE @of_site(one) AND @is_new(one TABLE_NAME)
), added AS (
    INSERT INTO TABLE_NAME (@columns(TABLE_NAME)) SELECT @made_values(TABLE_NAME) FROM made_rows
    RETURNING id, site_id
), noted AS (
    INSERT INTO desk_change (id, site_id, kiosk_id, at, table_name, row_id, deleted, before)
    SELECT gen_random_uuid(), added.site_id, @caller(), now(), 'TABLE_NAME', added.id, 0, ''
    FROM added
    RETURNING id
)
SELECT count(*) FROM added
"""
"""Adds one row, by a JSON object of its columns."""
_ENDED_BY: Final = {"passcard": "revoked_at", "staff_account": "disabled_at"}
"""The columns that say, beside `deleted_at`, that a row has ended; a new one has not."""
_CHANGE: Final = """
WITH before AS (
    SELECT * FROM TABLE_NAME one WHERE one.id = changed AND @of_site(one) FOR UPDATE
), wanted AS (
    SELECT * FROM json_populate_record(NULL::TABLE_NAME, changes)
), done AS (
    UPDATE TABLE_NAME one SET @new_values(TABLE_NAME) FROM before, wanted
    WHERE one.id = before.id AND one.site_id = before.site_id AND (@is_allowed(TABLE_NAME))
    RETURNING one.id
), noted AS (
    INSERT INTO desk_change (id, site_id, kiosk_id, at, table_name, row_id, deleted, before)
    SELECT gen_random_uuid(), before.site_id, @caller(), now(), 'TABLE_NAME', before.id, 0,
        row_to_json(before)::text
    FROM before JOIN done ON done.id = before.id
    RETURNING id
)
SELECT count(*) FROM done
"""
"""Changes one row by a JSON object of its columns, and keeps what was."""
_NOTE_DELETED: Final = """noted AS (
    INSERT INTO desk_change (id, site_id, kiosk_id, at, table_name, row_id, deleted, before)
    SELECT gen_random_uuid(), site_id, @caller(), now(), 'TABLE_NAME', NULL, count(*), ''
    FROM COUNTED GROUP BY site_id
    RETURNING id
)"""
_TURN: Final = """
SELECT one.n FROM sync_counter one WHERE one.site_id = site AND @of_site(one) FOR UPDATE
"""
_LOG: Final = """
WITH given AS (
    SELECT given.* FROM unnest(table_names, row_ids, gone)
    WITH ORDINALITY AS given (table_name, row_id, gone, place)
), raised AS (
    UPDATE sync_counter one SET n = one.n + (SELECT count(*) FROM given)
    WHERE one.site_id = site AND @of_site(one)
    RETURNING one.site_id, one.n
), logged AS (
    INSERT INTO change_log (site_id, v, table_name, row_id, gone)
    SELECT raised.site_id, raised.n - (SELECT count(*) FROM given) + given.place,
        given.table_name, given.row_id, given.gone AND NOT EXISTS (
            SELECT 1 FROM passcard there
            WHERE there.id = given.row_id AND there.site_id = raised.site_id
        ) AND NOT EXISTS (
            SELECT 1 FROM participant there
            WHERE there.id = given.row_id AND there.site_id = raised.site_id
        )
    FROM given, raised
    RETURNING v
)
SELECT count(*) FROM logged
"""
_FORGET: Final = """
DELETE FROM sign_in_attempt one
WHERE (one.digest = asked OR one.failed_at < since) AND one.kiosk_id = @caller()
AND @of_site(one)
"""


_REQUESTS: Final = """
WITH going AS (
    SELECT one.id, one.site_id, one.ref FROM callback_request one
    WHERE one.id = ANY (gone) AND @of_site(one)
    AND NOT @came_since(one created_at requests)
    AND NOT EXISTS (
        SELECT 1 FROM callback_event made
        WHERE made.request_id = one.id AND made.site_id = one.site_id
        AND @came_since(made at requests)
    )
    AND NOT EXISTS (
        SELECT 1 FROM callback_withdrawal made
        WHERE made.request_id = one.id AND made.site_id = one.site_id
        AND @came_since(made at requests)
    )
    AND NOT EXISTS (
        SELECT 1 FROM callback_withdrawal made
        WHERE made.ref = one.ref AND made.site_id = one.site_id
        AND @came_since(made at requests)
    )
    AND NOT EXISTS (
        SELECT 1 FROM callback_retiming made
        WHERE made.request_id = one.id AND made.site_id = one.site_id
        AND @came_since(made at requests)
    )
    AND (EXISTS (
        SELECT 1 FROM callback_withdrawal slip
        WHERE slip.request_id = one.id AND slip.site_id = one.site_id
    ) OR (
        SELECT last.kind FROM callback_event last
        WHERE last.request_id = one.id AND last.site_id = one.site_id AND last.kind IN @ends()
        AND NOT EXISTS (
            SELECT 1 FROM callback_event undo
            WHERE undo.request_id = one.id AND undo.site_id = one.site_id
            AND undo.kind = @undone() AND undo.other_id = last.id
        )
        ORDER BY last.revision DESC, last.at DESC, last.id DESC LIMIT 1
    ) <> @reopened())
), events AS (
    DELETE FROM callback_event made USING going
    WHERE made.request_id = going.id AND made.site_id = going.site_id
    RETURNING made.id
), slips AS (
    DELETE FROM callback_withdrawal made USING going
    WHERE made.request_id = going.id AND made.site_id = going.site_id
    RETURNING made.id
), typed AS (
    DELETE FROM callback_withdrawal made USING going
    WHERE made.ref = going.ref AND made.request_id IS NULL AND made.site_id = going.site_id
    RETURNING made.id
), retimings AS (
    DELETE FROM callback_retiming made USING going
    WHERE made.request_id = going.id AND made.site_id = going.site_id
    RETURNING made.id
), boxes AS (
    DELETE FROM slip_box made USING going
    WHERE made.request_id = going.id AND made.site_id = going.site_id
    RETURNING made.request_id
), notices AS (
    DELETE FROM notice_request made USING going
    WHERE made.request_id = going.id AND made.site_id = going.site_id
    RETURNING made.request_id
), requests AS (
    DELETE FROM callback_request made USING going
    WHERE made.id = going.id AND made.site_id = going.site_id
    RETURNING made.id, made.site_id
), @note_deleted(callback_request requests)
SELECT 'callback_request', requests.id FROM requests
"""
_IS_LOOSE: Final = """made.id = ANY (gone) AND @of_site(made)
    AND NOT @came_since(made at requests)
    AND NOT EXISTS (
        SELECT 1 FROM callback_request one
        WHERE one.id = made.request_id AND one.site_id = made.site_id
    )"""
"""The condition of a fact that is old enough, and whose request is not kept."""
_LOOSE: Final = """
WITH events AS (
    DELETE FROM callback_event made
    WHERE IS_LOOSE
    RETURNING made.id, made.site_id
), withdrawals AS (
    DELETE FROM callback_withdrawal made
    WHERE IS_LOOSE
    AND NOT EXISTS (
        SELECT 1 FROM callback_request one
        WHERE one.ref = made.ref AND one.site_id = made.site_id
    )
    RETURNING made.id, made.site_id
), retimings AS (
    DELETE FROM callback_retiming made
    WHERE IS_LOOSE
    RETURNING made.id, made.site_id
), every_kind AS (
    SELECT 'callback_event' AS table_name, events.id, events.site_id FROM events
    UNION ALL SELECT 'callback_withdrawal', withdrawals.id, withdrawals.site_id FROM withdrawals
    UNION ALL SELECT 'callback_retiming', retimings.id, retimings.site_id FROM retimings
), @note_deleted(callback_event every_kind)
SELECT every_kind.table_name, every_kind.id FROM every_kind
"""
_ATTENDANCE: Final = """
WITH RECURSIVE asked AS (
    SELECT one.id, one.site_id, one.void_of,
        @came_since(one occurred_at attendance) AS young
    FROM check_in one WHERE one.id = ANY (gone) AND @of_site(one)
), counts AS (
    SELECT one.id, one.site_id, @came_since(one at attendance) AS young
    FROM head_count one WHERE one.id = ANY (gone) AND @of_site(one)
), staying AS (
    SELECT asked.id FROM asked WHERE asked.young
    OR EXISTS (
        SELECT 1 FROM check_in aim WHERE aim.id = asked.void_of AND aim.site_id = asked.site_id
        AND NOT EXISTS (SELECT 1 FROM asked other WHERE other.id = aim.id)
    )
    OR EXISTS (
        SELECT 1 FROM head_count aim WHERE aim.id = asked.void_of AND aim.site_id = asked.site_id
        AND NOT EXISTS (SELECT 1 FROM counts WHERE counts.id = aim.id AND NOT counts.young)
    )
    UNION
    SELECT asked.id FROM asked JOIN staying ON asked.void_of = staying.id
), check_ins AS (
    DELETE FROM check_in made USING asked
    WHERE made.id = asked.id AND made.site_id = asked.site_id
    AND NOT EXISTS (SELECT 1 FROM staying WHERE staying.id = asked.id)
    RETURNING made.id, made.site_id
), heads AS (
    DELETE FROM head_count made USING counts
    WHERE made.id = counts.id AND made.site_id = counts.site_id AND NOT counts.young
    RETURNING made.id, made.site_id
), both_kinds AS (
    SELECT 'check_in' AS table_name, check_ins.id, check_ins.site_id FROM check_ins
    UNION ALL SELECT 'head_count', heads.id, heads.site_id FROM heads
), @note_deleted(check_in both_kinds)
SELECT both_kinds.table_name, both_kinds.id FROM both_kinds
"""
_PEOPLE: Final = """
WITH going AS (
    SELECT asked.id FROM unnest(gone) AS asked (id)
    WHERE NOT EXISTS (
        SELECT 1 FROM participant one WHERE one.id = asked.id AND @of_site(one)
        AND @came_since(one created_at passes)
    )
    AND NOT EXISTS (
        SELECT 1 FROM passcard card WHERE card.participant_id = asked.id
        AND @of_site(card)
        AND (@came_since(card created_at passes) OR card.revoked_at > @ago(passes))
    )
    AND NOT EXISTS (
        SELECT 1 FROM membership one WHERE one.participant_id = asked.id
        AND @of_site(one) AND one.id > @first_id_since(passes)
    )
    AND NOT EXISTS (
        SELECT 1 FROM passcard card JOIN check_in made
        ON made.lookup = card.lookup AND made.site_id = card.site_id
        WHERE card.participant_id = asked.id AND @of_site(card)
        AND @came_since(made occurred_at passes)
    )
), cards AS (
    DELETE FROM passcard made USING going
    WHERE made.participant_id = going.id AND @of_site(made)
    RETURNING made.id, made.site_id
), members AS (
    DELETE FROM membership made USING going
    WHERE made.participant_id = going.id AND @of_site(made)
    RETURNING made.id, made.site_id
), people AS (
    DELETE FROM participant made USING going
    WHERE made.id = going.id AND @of_site(made)
    RETURNING made.id, made.site_id
), every_kind AS (
    SELECT 'passcard' AS table_name, cards.id, cards.site_id FROM cards
    UNION ALL SELECT 'membership', members.id, members.site_id FROM members
    UNION ALL SELECT 'participant', people.id, people.site_id FROM people
), notes AS (
    DELETE FROM desk_change note USING every_kind
    WHERE note.row_id = every_kind.id AND note.site_id = every_kind.site_id
    RETURNING note.id
), @note_deleted(participant every_kind)
SELECT every_kind.table_name, every_kind.id FROM every_kind
"""
_FORGET_CHANGES: Final = """
DELETE FROM desk_change note
WHERE note.at <= @ago(changes) AND @of_site(note)
"""
_PUBLISH_WAIT: Final = """
INSERT INTO waiting_time (id, site_id, days, aim, measured_at)
SELECT one.id, one.site_id, days, aim, measured FROM site one WHERE @of_site(one)
ON CONFLICT (id, site_id) DO UPDATE SET days = excluded.days, aim = excluded.aim,
    measured_at = excluded.measured_at, deleted_at = NULL
"""
"""Keeps how long people waited lately, for the home screens; it is no record of anybody."""
_LOCK_NEWS: Final = """
INSERT INTO slip_box (request_id, site_id, box, kept_at)
SELECT one.id, one.site_id, news, kept FROM callback_request one
WHERE one.id = request AND @of_site(one)
ON CONFLICT (request_id, site_id) DO UPDATE SET box = excluded.box, kept_at = excluded.kept_at
"""
"""Keeps what the slip of a request says from now on."""
_NEWS: Final = """
SELECT one.id, one.received_at, EXISTS (
    SELECT 1 FROM callback_withdrawal made
    WHERE made.request_id = one.id AND made.site_id = one.site_id
), EXISTS (
    SELECT 1 FROM callback_retiming made
    WHERE made.request_id = one.id AND made.site_id = one.site_id
    AND (kept.kept_at IS NULL OR coalesce(made.received_at, made.at) > kept.kept_at)
), kept.box
FROM callback_request one
LEFT JOIN slip_box kept ON kept.request_id = one.id AND kept.site_id = one.site_id
WHERE one.ticket_hash = sha256(ticket) AND @of_site(one)
LIMIT 1
"""
"""Returns the request of a slip by its ticket, which stands nowhere: only its hash does."""
_CHANGES: Final = "site uuid, table_names text[], row_ids uuid[], gone boolean[]"
_ROWS: Final = "TABLE (table_name text, row_id uuid)"
_FUNCTIONS: Final = (
    # name, arguments, what it returns, body
    ("kiosk_take_turn", "site uuid", "bigint", _TURN),
    ("kiosk_log_changes", _CHANGES, "bigint", _LOG),
    ("kiosk_forget_attempts", "asked bytea, since timestamptz", "void", _FORGET),
    ("kiosk_delete_requests", "gone uuid[]", _ROWS, _REQUESTS),
    ("kiosk_delete_loose_facts", "gone uuid[]", _ROWS, _LOOSE.replace("IS_LOOSE", _IS_LOOSE)),
    ("kiosk_delete_attendance", "gone uuid[]", _ROWS, _ATTENDANCE),
    ("kiosk_delete_people", "gone uuid[]", _ROWS, _PEOPLE),
    ("kiosk_forget_desk_changes", "", "void", _FORGET_CHANGES),
    (
        "kiosk_publish_wait",
        "days integer, aim integer, measured timestamptz",
        "void",
        _PUBLISH_WAIT,
    ),
    ("kiosk_lock_news", "request uuid, news bytea, kept timestamptz", "void", _LOCK_NEWS),
    ("kiosk_erase", "whose uuid, gone uuid[], lookups bytea[]", "bigint", erase()),
    ("kiosk_drop_erased", "kept uuid[]", _ROWS, drop_erased()),
    *(
        (
            f"kiosk_change_{table}",
            "changed uuid, changes json",
            "bigint",
            _CHANGE.replace("TABLE_NAME", table),
        )
        for table in CHANGED_BY_DESKS
    ),
    *(
        (f"kiosk_add_{table}", "made json", "bigint", _ADD.replace("TABLE_NAME", table))
        for table in ADDED_BY_DESKS
    ),
)
_OF_KIOSKS: Final = (
    (
        "kiosk_slip_news",
        "ticket bytea",
        "TABLE (request_id uuid, received_at timestamptz, withdrawn boolean, retimed boolean,"
        " box bytea)",
        _NEWS,
    ),
)
_KEPT: Final = {
    "requests": LEAST_REQUESTS_KEPT,
    "attendance": LEAST_ATTENDANCE_KEPT,
    "passes": LEAST_PASSES_KEPT,
    "changes": CHANGES_KEPT,
}
_SHORT_FORMS: Final[dict[str, Callable[..., str]]] = {}
_SHORT_FORM: Final = re.compile(r"@(\w+)\(([\w ]*)\)")


def desk_functions() -> Iterator[tuple[str, str]]:
    """Return each function of desks as its signature and the SQL that makes it."""
    return _written(_FUNCTIONS)


def kiosk_functions() -> Iterator[tuple[str, str]]:
    """Return the function of kiosks in the same way."""
    return _written(_OF_KIOSKS)


def _written(functions: Iterable[tuple[str, str, str, str]]) -> Iterator[tuple[str, str]]:
    for name, arguments, returns, body in functions:
        kinds = ", ".join(one.split()[1] for one in arguments.split(", ") if one)
        yield (
            f"{name}({kinds})",
            (
                f"CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {returns}"
                " LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp"
                f" AS $body${_write_out(body)}$body$"
            ),
        )


def _write_out(body: str) -> str:
    """Write out the short forms of a body, such as `@of_site(one)`."""
    return _SHORT_FORM.sub(lambda found: _SHORT_FORMS[found[1]](*found[2].split()), body)


def _short_form(write: Callable[..., str]) -> Callable[..., str]:
    _SHORT_FORMS[write.__name__.removeprefix("_")] = write
    return write


@_short_form
def _of_site(row: str) -> str:
    """Return the condition of a row of the clinic in the name of the role that signed in."""
    return f"substr(session_user::text, 36, 24) = right(replace({row}.site_id::text, '-', ''), 24)"


@_short_form
def _caller() -> str:
    """Return the id of the machine in the name of the role that signed in."""
    return "substr(session_user::text, 3, 32)::uuid"


@_short_form
def _ago(kept: str) -> str:
    return f"now() - interval '{_KEPT[kept].days} days'"


@_short_form
def _first_id_since(kept: str) -> str:
    """Return the least id that could be made since then: a UUIDv7 begins with its time."""
    milliseconds = f"(extract(epoch FROM {_ago(kept)}) * 1000)::bigint"
    return f"rpad(lpad(to_hex({milliseconds}), 12, '0'), 32, '0')::uuid"


@_short_form
def _came_since(row: str, made: str, kept: str) -> str:
    """Return the condition that the centre has had a fact for less than it is to be kept.

    Only the centre writes when a fact came. Where that is not known the fact's own time counts.
    """
    return f"coalesce({row}.received_at, {row}.{made}) > {_ago(kept)}"


@_short_form
def _has_role(row: str) -> str:
    return f"'{Role.MANAGER}' = ANY (string_to_array({row}.roles, ','))"


@_short_form
def _is_manager(row: str) -> str:
    return f"({_has_role(row)} AND {row}.disabled_at IS NULL AND {row}.deleted_at IS NULL)"


@_short_form
def _ends() -> str:
    """Return the kinds of event that decide whether a request is on the list."""
    kinds = [f"'{kind}'" for kind in (*ENDING_KINDS, EventKind.REOPENED)]
    return f"({', '.join(kinds)})"


@_short_form
def _reopened() -> str:
    return f"'{EventKind.REOPENED}'"


@_short_form
def _undone() -> str:
    return f"'{EventKind.UNDONE}'"


@_short_form
def _note_deleted(table: str, counted: str) -> str:
    """Return the common table expression that notes how many rows were deleted."""
    return _write_out(_NOTE_DELETED.replace("TABLE_NAME", table).replace("COUNTED", counted))


@_short_form
def _new_values(table: str) -> str:
    return ", ".join(
        f"{name} = CASE WHEN changes::jsonb -> '{name}' IS NULL THEN one.{name}"
        f" ELSE wanted.{name} END"
        for name in CHANGED_BY_DESKS[table]
    )


@_short_form
def _is_allowed(table: str) -> str:
    return _write_out(_ALLOWED.get(table, "true"))


@_short_form
def _is_new(row: str, table: str) -> str:
    ended = {"deleted_at", _ENDED_BY.get(table, "deleted_at")}
    open_ = [f"{row}.{column} IS NULL" for column in sorted(ended)]
    if table == "helpline_list":
        # The latest counts, so one of the far future would stand for good.
        open_.append(f"{row}.published_at < now() + interval '10 years'")
    return " AND ".join(open_)


@_short_form
def _columns(table: str) -> str:
    return ", ".join(_filled_by_desks(table))


@_short_form
def _made_values(table: str) -> str:
    return ", ".join(_made_value(table, column) for column in _filled_by_desks(table))


def _made_value(table: str, column: str) -> str:
    if column == "kiosk_id":
        return _caller()
    # A desk of before a column was there leaves it out.
    default = SQLModel.metadata.tables[table].columns[column].server_default
    if isinstance(default, DefaultClause):
        return f"coalesce(made_rows.{column}, {default.arg})"
    return f"made_rows.{column}"


def _filled_by_desks(table: str) -> list[str]:
    """Name the columns of a new row; the centre alone says when it came, a kiosk in which place."""
    columns = SQLModel.metadata.tables[table].columns.keys()
    return [column for column in columns if column not in ("received_at", "sent_nth")]
