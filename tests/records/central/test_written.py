"""What a kiosk writes at the centre names it, comes first or not at all, and can be set aside."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from kiosk.errors import StoreRefused
from kiosk.records.central.machines import CentralMachine
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import payload
from kiosk.sync.postgres import PostgresRemote
from kiosk.usecases.central.owner import central_status, review_machine
from tests.support.centres import FOUNDED, Centre
from tests.support.desks import SetClock
from tests.support.rights_rows import Clinic, credentials, fresh, sample, settle

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def clinic(centre: Centre) -> Clinic:
    made = Clinic()
    settle(centre, made)
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE site SET id = site_id"))
        connection.execute(text("DELETE FROM central_parked"))
        connection.execute(text("UPDATE kiosk_device SET sealed_audit_key = 'k'"))
    return made


@pytest.fixture
def kiosk(centre: Centre, clinic: Clinic) -> Iterator[PostgresRemote]:
    address = credentials(centre, "kiosk", clinic.site, clinic.kiosk)
    remote = PostgresRemote(address, clinic.site, clinic.kiosk)
    yield remote
    remote.close()


@pytest.fixture
def other(centre: Centre, clinic: Clinic) -> Iterator[PostgresRemote]:
    address = credentials(centre, "kiosk", clinic.site, clinic.other_kiosk)
    remote = PostgresRemote(address, clinic.site, clinic.other_kiosk)
    yield remote
    remote.close()


def waiting(name: str, clinic: Clinic, **values: object) -> Waiting:
    row: dict[str, Any] = {**sample(name, clinic.site, clinic.kiosk), **values}
    return Waiting(1, row.get("kiosk_seq"), clinic.site, name, row["id"], payload(row))


def rows(centre: Centre, statement: str) -> list[Any]:
    with centre.engine.begin() as connection:
        return list(connection.execute(text(statement)).all())


def test_what_is_made_on_a_kiosk_names_it_whatever_it_says(
    centre: Centre, clinic: Clinic, kiosk: PostgresRemote
) -> None:
    made = [
        waiting(name, clinic, kiosk_id=clinic.other_kiosk, revoked_at=FOUNDED, deleted_at=FOUNDED)
        for name in ("passcard", "participant")
    ]
    kiosk.push(made)
    for row in made:
        (found,) = rows(
            centre,
            f"SELECT kiosk_id, deleted_at, received_at FROM {row.table_name}"  # noqa: S608 - our own
            f" WHERE id = '{row.row_id}'",
        )
        assert (found.kiosk_id, found.deleted_at) == (clinic.kiosk, None)
        assert abs(found.received_at - datetime.now(UTC)) < timedelta(minutes=5)
    (card,) = rows(centre, "SELECT * FROM passcard ORDER BY received_at DESC LIMIT 1")
    assert card.id == made[0].row_id
    assert (card.revoked_at, card.sent_nth) == (None, 1)


def test_a_pass_that_is_there_already_stays_as_it_is(
    centre: Centre, clinic: Clinic, kiosk: PostgresRemote
) -> None:
    (there,) = rows(centre, "SELECT id, lookup FROM passcard")
    kiosk.push([waiting("passcard", clinic, lookup=bytes(there.lookup), revoked_at=FOUNDED)])
    assert [row.id for row in rows(centre, "SELECT id FROM passcard")] == [there.id]


def test_passes_of_one_kiosk_reach_the_others_in_turn_and_touch_no_counter(
    centre: Centre, clinic: Clinic, kiosk: PostgresRemote, other: PostgresRemote
) -> None:
    before = rows(centre, "SELECT n FROM sync_counter")
    known: dict[UUID, int] = {clinic.other_kiosk: 1}
    for pushed in ([waiting("passcard", clinic) for _ in range(3)], [waiting("passcard", clinic)]):
        kiosk.push(pushed)
        kiosk.push(pushed)
        found = other.sent_passes(known, 10)
        assert {row["id"] for row in found} == {row.row_id for row in pushed}
        known[clinic.kiosk] = max(int(str(row["sent_nth"])) for row in found)
    assert other.sent_passes(known, 10) == []
    assert rows(centre, "SELECT n FROM sync_counter") == before
    assert len(other.sent_passes({}, 2)) == 2


def test_a_row_that_is_too_long_is_refused_alone(clinic: Clinic, kiosk: PostgresRemote) -> None:
    with pytest.raises(StoreRefused) as refused:
        kiosk.push([waiting("passcard", clinic, name_box=bytes(60_000))])
    assert refused.value.code.startswith("23"), "so that the kiosk parks it, and tells staff"


def machine(centre: Centre, clinic: Clinic) -> CentralMachine:
    status = central_status(centre.address, SetClock(FOUNDED))
    return next(one for one in status.machines if one.id == clinic.kiosk)


def test_what_a_machine_wrote_is_listed_and_can_be_set_aside(
    centre: Centre, clinic: Clinic, kiosk: PostgresRemote
) -> None:
    names = ("check_in", "callback_request", "callback_event", "audit_event", "passcard")
    sent = [waiting(name, clinic) for name in names]
    kiosk.push(sent)
    stolen, now = machine(centre, clinic), datetime.now(UTC)
    found = review_machine(centre.address, stolen, LONG_AGO, park=False)
    assert {one.table_name: one.count for one in found.rows} == dict.fromkeys(names, 1)
    assert found.parked == 0
    assert all(abs(one.first - now) < timedelta(minutes=5) for one in found.rows)
    tomorrow = review_machine(centre.address, stolen, now + timedelta(days=1), park=True)
    assert (tomorrow.rows, tomorrow.parked) == ((), 0)
    count = rows(centre, "SELECT n FROM sync_counter")[0].n
    assert review_machine(centre.address, stolen, LONG_AGO, park=True).parked == 4
    for row in sent:
        kept = rows(centre, f"SELECT id FROM {row.table_name} WHERE id = '{row.row_id}'")  # noqa: S608 - our own
        assert len(kept) == (row.table_name == "audit_event"), row.table_name
        # The other kiosk's rows are left alone.
        assert rows(centre, f"SELECT 1 FROM {row.table_name}")  # noqa: S608 - our own
    parked = rows(centre, "SELECT table_name, id, kiosk_id, payload FROM central_parked")
    assert {(row.table_name, row.id) for row in parked} == {
        (row.table_name, row.row_id) for row in sent if row.table_name != "audit_event"
    }
    for row in parked:
        assert row.kiosk_id == clinic.kiosk
        assert json.loads(row.payload)["site_id"] == str(clinic.site)
    gone = rows(centre, "SELECT v, row_id FROM change_log WHERE gone")
    assert [(row.v, row.row_id) for row in gone] == [(count + 1, sent[-1].row_id)]
    assert review_machine(centre.address, stolen, LONG_AGO, park=True).parked == 0


def test_an_id_that_was_parked_before_is_parked_no_worse(
    centre: Centre, clinic: Clinic, kiosk: PostgresRemote
) -> None:
    """A revoked machine's rows can come again, from its file of unsent records."""
    again = waiting("check_in", clinic, id=fresh())
    stolen = machine(centre, clinic)
    for _ in range(2):
        kiosk.push([again])
        assert review_machine(centre.address, stolen, LONG_AGO, park=True).parked == 1
    assert centre.count("central_parked") == 1
