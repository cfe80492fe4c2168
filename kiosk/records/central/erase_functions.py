"""What erases one person's data at the centre: the bodies of two functions of a desk.

The short forms in them, such as `@of_site(one)`, are those of `desk_functions`.
"""

from typing import Final

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.audit import ERASING
from kiosk.domain.policy import MOST_ERASED, MOST_ERASED_A_DAY
from kiosk.records.schema.holdings import Holding, holdings

_ERASE: Final = """
WITH told AS (
    SELECT entry.site_id FROM audit_event entry
    JOIN staff_account manager
    ON manager.id = entry.by_staff AND manager.site_id = entry.site_id AND @is_manager(manager)
    WHERE entry.kiosk_id = @caller() AND @of_site(entry) AND entry.action IN (ERASING)
    AND entry.subject_id = whose AND coalesce(entry.received_at, now()) = now()
    AND cardinality(gone) + cardinality(lookups) <= MOST_MARKS
    AND (
        SELECT count(*) FROM desk_change note
        WHERE note.site_id = entry.site_id AND note.table_name = 'erased'
        AND note.at > now() - interval '1 day'
    ) < MOST_PEOPLE
    LIMIT 1
), wanted AS (
    SELECT one.id FROM unnest(gone) AS one (id)
    UNION SELECT md5(one.lookup)::uuid FROM unnest(lookups) AS one (lookup)
), made AS (
    INSERT INTO erased (id, site_id, at)
    SELECT wanted.id, told.site_id, now() FROM wanted CROSS JOIN told
    ON CONFLICT DO NOTHING
    RETURNING id, site_id
), @note_deleted(erased made)
SELECT count(*) FROM told
"""
"""Marks one person's rows, where an entry of the same transaction tells it of a manager."""
_DROP_ERASED: Final = """
WITH marks AS (
    SELECT mark.id FROM erased mark WHERE @of_site(mark)
), guests AS (
    UPDATE check_in made SET lookup = NULL,
    kind = CASE WHEN made.kind = ARRIVED THEN GUEST ELSE made.kind END
    WHERE @of_site(made) AND made.lookup IS NOT NULL
    AND md5(made.lookup)::uuid IN (SELECT marks.id FROM marks)
    AND made.id NOT IN (SELECT marks.id FROM marks)
    AND (made.kind <> ARRIVED OR made.id = ANY (kept))
    RETURNING made.id
), arrivals AS (
    DELETE FROM check_in made WHERE @of_site(made)
    AND (made.id IN (SELECT marks.id FROM marks) OR (
        made.lookup IS NOT NULL AND made.kind = ARRIVED
        AND md5(made.lookup)::uuid IN (SELECT marks.id FROM marks) AND NOT made.id = ANY (kept)
    ))
    RETURNING made.id, made.site_id, made.kiosk_id, made.kiosk_seq, made.received_at
), voids AS (
    DELETE FROM check_in made USING arrivals
    WHERE made.void_of = arrivals.id AND made.site_id = arrivals.site_id
    AND made.id NOT IN (SELECT marks.id FROM marks)
    RETURNING made.id, made.site_id, made.kiosk_id, made.kiosk_seq, made.received_at
), DROP_HOLDINGS, parked AS (
    DELETE FROM central_parked made WHERE @of_site(made) AND (
        made.id IN (SELECT marks.id FROM marks)
        OR md5(decode(substring(made.payload from '[\\\\]x([0-9a-f]{32})"'), 'hex'))::uuid
            IN (SELECT marks.id FROM marks)
        OR EXISTS (SELECT 1 FROM marks WHERE position(marks.id::text in made.payload) > 0)
    )
    RETURNING made.id
), notes AS (
    DELETE FROM desk_change note
    WHERE @of_site(note) AND note.row_id IN (SELECT marks.id FROM marks)
    RETURNING note.id
), gone AS (
    SELECT 'check_in' AS table_name, arrivals.* FROM arrivals
    UNION ALL SELECT 'check_in', voids.* FROM voids
    GONE_HOLDINGS
), marked AS (
    INSERT INTO erased (id, site_id, at, kiosk_id, kiosk_seq, came_at)
    SELECT gone.id, gone.site_id, now(), gone.kiosk_id, gone.kiosk_seq, gone.received_at
    FROM gone WHERE gone.kiosk_seq IS NOT NULL
    ON CONFLICT (id, site_id) DO UPDATE SET
    kiosk_id = excluded.kiosk_id, kiosk_seq = excluded.kiosk_seq, came_at = excluded.came_at
    RETURNING id
), @note_deleted(erased_rows gone)
SELECT gone.table_name, gone.id FROM gone
"""
"""Deletes whatever carries a mark; check-ins that are `kept` stay as those of guests."""
_IS_MARKED: Final = "{} IN (SELECT marks.id FROM marks)"
_DROP_FROM: Final = """of_TABLE_NAME AS (
    DELETE FROM TABLE_NAME made WHERE @of_site(made) AND (MARKED)
    RETURNING made.KEY AS id, made.site_id, NUMBERS
)"""
_GONE_FROM: Final = "UNION ALL SELECT 'TABLE_NAME', of_TABLE_NAME.* FROM of_TABLE_NAME"
_NUMBER: Final = "made.kiosk_id, made.kiosk_seq, made.received_at"
_NO_NUMBER: Final = "NULL::uuid, NULL::bigint, NULL::timestamptz"


def erase() -> str:
    """Return the body that marks what is one person's."""
    return _filled(
        _ERASE,
        ERASING=", ".join(f"'{action}'" for action in ERASING),
        MOST_MARKS=str(MOST_ERASED),
        MOST_PEOPLE=str(MOST_ERASED_A_DAY),
    )


def drop_erased() -> str:
    """Return the body that drops whatever carries a mark, from every table that holds people's."""
    here = [one for one in holdings() if one.table.info.get("only") != "kiosk"]
    return _filled(
        _DROP_ERASED,
        DROP_HOLDINGS=", ".join(map(_drop_from, here)),
        GONE_HOLDINGS=" ".join(_filled(_GONE_FROM, TABLE_NAME=one.table.name) for one in here),
        ARRIVED=f"'{CheckInKind.ARRIVED}'",
        GUEST=f"'{CheckInKind.GUEST}'",
    )


def _drop_from(one: Holding) -> str:
    marked = [_IS_MARKED.format(f"made.{name}") for name in one.ids]
    marked += [_IS_MARKED.format(f"md5(made.{name})::uuid") for name in one.lookups]
    return _filled(
        _DROP_FROM,
        TABLE_NAME=one.table.name,
        KEY=one.key,
        MARKED=" OR ".join(marked),
        NUMBERS=_NUMBER if one.is_fact else _NO_NUMBER,
    )


def _filled(body: str, **parts: str) -> str:
    for name, words in parts.items():
        body = body.replace(name, words)
    return body
