"""What is asked every few seconds reads an index, and not every sealed record."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from kiosk.records import rosters
from kiosk.records.callbacks import changes
from tests.support.desks import Clinic


def test_looking_for_news_reads_no_sealed_record(clinic: Clinic) -> None:
    desk, session = clinic.callbacks, clinic.add_session(enrolled=True)
    desk.worklist()
    asked: list[tuple[str, Any]] = []

    def listen(*told: Any) -> None:
        asked.append((str(told[2]), told[3]))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        with clinic.store.read() as transaction:
            changes.marks(transaction, clinic.site.site_id, changes.FactKind.REQUESTS)
            assert rosters.find(transaction, clinic.site.site_id, session.id)
            for count in rosters.change_counts(session.id):
                count(transaction)
            list(changes.requests(transaction, clinic.site.site_id, clinic.site.kiosk_id, 0))
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    assert len(asked) >= 6
    with clinic.store.read() as transaction:
        run = transaction.connection().exec_driver_sql
        for query, values in asked:
            if not query.startswith("SELECT"):
                continue
            steps = [str(row[3]) for row in run(f"EXPLAIN QUERY PLAN {query}", values)]
            assert all("INDEX" in step for step in steps if step.startswith(("SCAN", "SEARCH")))
