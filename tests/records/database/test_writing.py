"""What is written at a desk may be changed, by one function."""

import json
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import select

from kiosk.errors import SetupError, StoreError
from kiosk.records import groups
from kiosk.records.database.writing import add_fact, change_reference
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import Outbox
from kiosk.records.schema.tables import CheckIn, HeadCount, SupportGroup
from tests.support.desks import NOON, Clinic


def test_only_the_named_columns_of_the_named_row_change(clinic: Clinic) -> None:
    first, second = clinic.add_session("Room 2"), clinic.add_session("Room 3")
    assert first.group_id is not None
    with clinic.store.write() as transaction:
        change_reference(transaction, SupportGroup, first.group_id, {"room": "The garden"})
    with clinic.store.read() as transaction:
        kept = {one.id: one for one in groups.all_groups(transaction, clinic.site.site_id)}
    assert kept[first.group_id].room == "The garden"
    assert kept[first.group_id].name == "Group of Room 2"
    assert {one.room for one in kept.values()} == {"The garden", "Room 3"}
    assert second.group_id in kept


def test_a_row_that_is_not_there_is_told_and_nothing_changes(clinic: Clinic) -> None:
    group = clinic.add_session().group_id
    assert group is not None
    with pytest.raises(SetupError, match="no longer there"), clinic.store.write() as transaction:
        change_reference(transaction, SupportGroup, group, {"room": "The garden"})
        change_reference(transaction, SupportGroup, UUID(int=0), {"room": "The garden"})
    with clinic.store.read() as transaction:
        (kept,) = groups.all_groups(transaction, clinic.site.site_id)
    assert kept.room == "Room 2"


EARLIER_ZONE = timezone(timedelta(hours=8))


def check_in(clinic: Clinic, number: int = 1, at: datetime = NOON) -> CheckIn:
    return CheckIn(
        id=UUID(int=number),
        site_id=clinic.site.site_id,
        kiosk_id=clinic.site.kiosk_id,
        session_id=UUID(int=50),
        lookup=bytes([number]) * 16,
        kind="arrived",
        occurred_at=at,
    )


def add(clinic: Clinic, fact: CheckIn | HeadCount) -> None:
    with clinic.store.write() as transaction:
        add_fact(transaction, fact, clinic.clock.now())


def rows(clinic: Clinic) -> list[tuple[int, bool, datetime]]:
    columns = table(CheckIn).c
    query = select(columns.kiosk_seq, columns.clock_doubtful, columns.occurred_at)
    with clinic.store.read() as transaction:
        found = transaction.connection().execute(query.order_by(columns.kiosk_seq))
        return [(row.kiosk_seq, row.clock_doubtful, row.occurred_at) for row in found]


def outbox(clinic: Clinic) -> list[tuple[str, UUID, int | None, str]]:
    columns = table(Outbox).c
    query = select(columns.table_name, columns.row_id, columns.kiosk_seq, columns.payload)
    with clinic.store.read() as transaction:
        found = transaction.connection().execute(query.order_by(columns.seq))
        return [(r.table_name, r.row_id, r.kiosk_seq, r.payload) for r in found]


def test_every_fact_has_its_outbox_row_as_json_for_postgresql(clinic: Clinic) -> None:
    local = NOON.astimezone(EARLIER_ZONE)
    add(clinic, check_in(clinic, 1, local))
    table_name, row_id, kiosk_seq, payload = outbox(clinic)[-1]
    assert (table_name, row_id) == ("check_in", UUID(int=1))
    sent = json.loads(payload)
    assert sent == {
        "id": str(UUID(int=1)),
        "site_id": str(clinic.site.site_id),
        "kiosk_id": str(clinic.site.kiosk_id),
        "kiosk_seq": kiosk_seq,
        "clock_offset_ms": None,
        "clock_doubtful": False,
        "session_id": str(UUID(int=50)),
        "lookup": "\\x" + "01" * 16,
        "kind": "arrived",
        "reason": None,
        "void_of": None,
        "about": None,
        "nth": 0,
        "occurred_at": "2026-03-02T12:00:00+08:00",
        "by_staff": None,
    }


def test_a_fact_and_its_outbox_row_come_together_or_not_at_all(clinic: Clinic) -> None:
    add(clinic, check_in(clinic))
    before = outbox(clinic)
    with pytest.raises(StoreError):
        add(clinic, check_in(clinic))
    assert outbox(clinic) == before
    assert len(rows(clinic)) == 1


def test_numbers_count_up_and_are_never_used_twice(clinic: Clinic) -> None:
    for number in (1, 2):
        add(clinic, check_in(clinic, number))
    first, second = (row[0] for row in rows(clinic))
    assert second == first + 1
    with clinic.store.write() as transaction:
        for name in ("check_in", "outbox"):
            transaction.connection().exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608 - fixed
    add(clinic, check_in(clinic, 3))
    assert rows(clinic)[0][0] == second + 1
    with clinic.store.read() as transaction:
        seq = transaction.connection().exec_driver_sql("SELECT seq FROM outbox").scalar_one()
    assert seq > second


def test_times_come_back_aware_and_in_utc(clinic: Clinic) -> None:
    add(clinic, check_in(clinic, 1, NOON.astimezone(EARLIER_ZONE)))
    ((_, _, at),) = rows(clinic)
    assert at == NOON
    assert at.utcoffset() == timedelta(0)


def test_naive_times_are_refused(clinic: Clinic) -> None:
    with pytest.raises(StoreError):
        add(clinic, check_in(clinic, 1, NOON.replace(tzinfo=None)))
    assert rows(clinic) == []


def test_a_clock_before_the_last_fact_marks_facts_until_it_is_right(clinic: Clinic) -> None:
    add(clinic, check_in(clinic, 1))
    clinic.clock.move(days=-400)
    for number in (2, 3):
        clinic.clock.move(minutes=1)
        add(clinic, check_in(clinic, number))
    clinic.clock.move(days=401)
    add(clinic, check_in(clinic, 4))
    assert [doubtful for _, doubtful, _ in rows(clinic)] == [False, True, True, False]


def test_the_offset_of_the_last_contact_is_kept_with_the_fact(clinic: Clinic) -> None:
    with clinic.store.write() as transaction:
        transaction.connection().exec_driver_sql("UPDATE sync_state SET clock_offset_ms=-1500")
    add(clinic, check_in(clinic, 1))
    assert json.loads(outbox(clinic)[-1][3])["clock_offset_ms"] == -1500


def test_a_machine_that_the_database_does_not_know_is_refused(clinic: Clinic) -> None:
    fact = check_in(clinic)
    fact.kiosk_id = UUID(int=99)
    with pytest.raises(SetupError, match="enrol"):
        add(clinic, fact)
