"""What the centre tells kiosks of requests: a slip's holder its news, and all the measured wait."""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.slips import CentralSlip
from kiosk.domain.callbacks.waiting_times import MeasuredWait
from kiosk.records.database.ahead import UNAWAITED
from kiosk.records.database.writing import mark_changed
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import WaitingTime

if TYPE_CHECKING:
    from kiosk.records.central.connection import Address

_wait = table(WaitingTime).c
_published = select(_wait.days, _wait.aim, _wait.measured_at).where(
    _wait.site_id == bindparam("site"), _wait.deleted_at.is_(None)
)
_PUBLISH: Final = text("SELECT kiosk_publish_wait(:days, :aim, :measured)")
_LOCK: Final = text("SELECT kiosk_lock_news(:request, :news, :kept)")
_news = func.kiosk_slip_news(bindparam("ticket")).table_valued(
    "request_id", "received_at", "withdrawn", "retimed", "box"
)


def keep_news(transaction: Transaction, request_id: UUID, box: bytes, now: datetime) -> None:
    """Keep at the centre what the slip of a request says from now on, by the role of a desk."""
    given = {"request": request_id, "news": box, "kept": now}
    transaction.connection().execute(_LOCK, given, execution_options={UNAWAITED: True})


def ask_news(address: "Address", ticket: bytes, seconds: float) -> CentralSlip | None:
    """Ask the centre by a kiosk's role for the request of a slip; None where it knows none.

    Raises StoreError where it does not answer in time, or is of another version.
    """
    # A kiosk that is not asked for news needs nothing of the centre's.
    from kiosk.records.central.connection import central_engine, translated, watched

    engine = central_engine(address)
    try:
        with translated(), engine.connect() as connection, watched(connection, seconds):
            row = connection.execute(select(*_news.c), {"ticket": ticket}).first()
    finally:
        engine.dispose()
    return None if row is None else CentralSlip(*row)


def publish_wait(transaction: Transaction, site_id: UUID, wait: MeasuredWait) -> None:
    """Publish a measured wait for all kiosks of a site, by the role of a desk."""
    given = {"days": wait.days, "aim": wait.aim, "measured": wait.at}
    transaction.connection().execute(_PUBLISH, given, execution_options={UNAWAITED: True})
    mark_changed(transaction, str(WaitingTime.__tablename__), site_id)


def published_wait(transaction: Transaction, site_id: UUID) -> MeasuredWait | None:
    """Return the wait that was published last; None where there never was one."""
    row = transaction.connection().execute(_published, {"site": site_id}).first()
    return None if row is None else MeasuredWait(*row)
