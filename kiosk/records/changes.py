"""Notes at the centre which reference rows a transaction has changed, for kiosks to pull."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session as Transaction

from kiosk.records.columns import table
from kiosk.records.exchange import ChangeLog, SyncCounter

_CHANGED: Final = "kiosk.changed"
_counter = table(SyncCounter)
_lock = select(_counter.c.n).where(_counter.c.site_id == bindparam("site")).with_for_update()
_raise = (
    update(_counter)
    .where(_counter.c.site_id == bindparam("site"))
    .values(n=_counter.c.n + bindparam("more"))
    .returning(_counter.c.n)
)


def note(transaction: Transaction, table_name: str, row_id: UUID, *, gone: bool = False) -> None:
    """Remember that a reference row was written, or deleted by retention.

    Written by `log_changes`; on a kiosk's own file, where nobody pulls, this does nothing.
    """
    changed: dict[tuple[str, UUID], bool] = transaction.info.setdefault(_CHANGED, {})
    changed[table_name, row_id] = gone


def take_turn(transaction: Transaction, site_id: UUID) -> bool:
    """Hold the site's counter until the transaction ends; False where there is no such site.

    Writers of one site take turns, as they do on a kiosk's file, and whoever pulls meets their
    changes in the order of the counter.
    """
    row = transaction.connection().execute(_lock, {"site": site_id}).first()
    return row is not None


def log_changes(transaction: Transaction, site_id: UUID) -> None:
    """Write what was noted, as the last thing before the commit."""
    changed: dict[tuple[str, UUID], bool] = transaction.info.pop(_CHANGED, {})
    if not changed:
        return
    connection = transaction.connection()
    raised = {"site": site_id, "more": len(changed)}
    last = int(connection.execute(_raise, raised).scalar_one())
    rows: list[dict[str, Any]] = [
        {
            "site_id": site_id,
            "v": last - len(changed) + count,
            "table_name": table_name,
            "row_id": row_id,
            "gone": gone,
        }
        for count, ((table_name, row_id), gone) in enumerate(changed.items(), 1)
    ]
    connection.execute(insert(table(ChangeLog)), rows)
