"""The way to a real PostgreSQL, by a kiosk's own role."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from kiosk.domain.passes import CodeKind, encode
from kiosk.errors import StoreAway, StoreDiffers, StoreRefused
from kiosk.records import outbox
from kiosk.records.central.owner import owner_transaction
from kiosk.records.database.writing import mark_changed
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import KioskIncarnation
from kiosk.sync.postgres import MOST_BYTES, PostgresRemote, sent_passes
from kiosk.sync.pull import pull_changes
from kiosk.sync.remote import Heartbeat, Remote, Values
from kiosk.sync.syncer import Round, Syncer
from tests.support.centres import Centre
from tests.support.desks import NOON, Clinic
from tests.support.facts import check_in, person
from tests.support.proxy import Proxy
from tests.support.pushing import push_waiting
from tests.support.worlds import PostgresWorld, program

REPORT = Heartbeat(NOON, 12, 3, 1, "1.2.3", "2026-12-31")


@pytest.fixture
def remote(real: PostgresWorld) -> Remote:
    return real.remote()


def in_line(clinic: Clinic) -> list[Waiting]:
    with clinic.store.read() as transaction:
        return outbox.waiting(transaction, 10_000)


def sent_upto(centre: Centre) -> int:
    with centre.engine.begin() as connection:
        return int(connection.execute(select(table(KioskIncarnation).c.upto)).scalar_one())


def beat(centre: Centre) -> dict[str, object]:
    with centre.engine.begin() as connection:
        row = connection.execute(text("SELECT * FROM kiosk_heartbeat")).mappings().one()
        return dict(row)


def test_a_round_brings_facts_there_and_reference_data_here(
    clinic: Clinic, centre: Centre, remote: Remote
) -> None:
    clinic.visitor.request_callback(clinic.draft())
    person(clinic, b"made here")
    check_in(clinic, clinic.id(), b"1" * 16)
    waited = {row.table_name for row in in_line(clinic)}
    syncer = Syncer(clinic.store, remote, clinic.clock, clinic.site, program)
    done = syncer.round()
    # Its own row, and the pass twice: with all the others, and by its place among those sent.
    assert done == Round(5, 0, 3, 0, None)
    for name in waited:
        assert centre.count(name) == 1
    assert centre.count("change_log") == 0, "a kiosk does not touch what staff write"
    assert sent_upto(centre) == 3


def test_rows_arrive_as_they_were_written(clinic: Clinic, centre: Centre, remote: Remote) -> None:
    clinic.visitor.request_callback(clinic.draft())
    row = in_line(clinic)[-1]
    remote.push([row])
    with centre.engine.begin() as connection:
        there = dict(connection.execute(text("SELECT * FROM callback_request")).mappings().one())
    received = there.pop("received_at")
    assert abs((datetime.now(UTC) - received).total_seconds()) < 600
    for name, value in json.loads(row.payload).items():
        found = there[name]
        if isinstance(found, bytes):
            assert value == f"\\x{found.hex()}"
        elif isinstance(found, datetime):
            assert datetime.fromisoformat(value) == found
        else:
            assert str(value) == str(found)


def test_pushing_the_same_again_changes_nothing(
    clinic: Clinic, centre: Centre, remote: Remote
) -> None:
    check_in(clinic, clinic.id(), b"1" * 16)
    rows = in_line(clinic)
    for _ in range(3):
        remote.push(rows)
    assert centre.count("check_in") == 1
    assert sent_upto(centre) == rows[-1].kiosk_seq


def test_a_row_of_an_older_program_gets_the_defaults_of_what_it_lacks(
    clinic: Clinic, centre: Centre, remote: Remote
) -> None:
    check_in(clinic, clinic.id(), b"1" * 16)
    row = in_line(clinic)[-1]
    values = json.loads(row.payload)
    del values["nth"], values["clock_doubtful"], values["reason"]
    remote.push([row._replace(payload=json.dumps({**values, "of_tomorrow": 1}))])
    with centre.engine.begin() as connection:
        there = connection.execute(text("SELECT nth, clock_doubtful, reason FROM check_in")).one()
    assert tuple(there) == (0, False, None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kiosk_id": str(uuid4())}, "42501"),
        ({"site_id": str(uuid4())}, "42501"),
        ({"nth": "x"}, "22P02"),
        ({"session_id": None}, "23502"),
        ({"reason": "a\0b"}, "22P05"),
        ({"occurred_at": "yesterday noon"}, "22007"),
    ],
)
def test_bad_rows_are_refused_by_their_code(
    clinic: Clinic, centre: Centre, remote: Remote, change: dict[str, object], code: str
) -> None:
    session = clinic.id()
    for number in range(5):
        check_in(clinic, session, number.to_bytes(16, "big"))
    *_, bad, last = rows = in_line(clinic)
    spoilt = bad._replace(payload=json.dumps({**json.loads(bad.payload), **change}))
    with pytest.raises(StoreRefused) as refusal:
        remote.push([*rows[:-2], spoilt, last])
    assert refusal.value.code == code
    assert centre.count("check_in") == 0
    remote.push([last])
    assert centre.count("check_in") == 1


def test_tables_that_a_kiosk_does_not_send_or_read_are_refused(
    clinic: Clinic, remote: Remote
) -> None:
    row = in_line(clinic)[0]
    with pytest.raises(StoreRefused):
        remote.push([row._replace(table_name="membership")])
    for name in ("participant", "staff_account", "callback_request", "pg_authid"):
        with pytest.raises(StoreDiffers):
            remote.page(name, None, 1)
        with pytest.raises(StoreDiffers):
            remote.rows(name, [uuid4()])


def test_a_contact_reports_and_hears(clinic: Clinic, centre: Centre, remote: Remote) -> None:
    contact = remote.contact(REPORT)
    assert abs((datetime.now(UTC) - contact.now).total_seconds()) < 600
    assert (contact.count, contact.incarnations, contact.revoked_at) == (0, (), None)
    found = beat(centre)
    assert (found["at"], found["clock_offset_ms"]) == (NOON, 12)
    assert (found["pending"], found["parked"], found["version"]) == (3, 1, "1.2.3")
    assert found["helplines_review_by"] == "2026-12-31"
    remote.push(in_line(clinic))
    assert remote.contact(REPORT).incarnations[0].upto == 1
    assert sent_upto(centre) == 1


def test_the_first_report_of_a_wipe_stands(clinic: Clinic, centre: Centre, remote: Remote) -> None:
    remote.contact(REPORT)
    later = datetime(2026, 3, 3, tzinfo=UTC)
    for at in (NOON, None, later):
        remote.contact(Heartbeat(NOON, None, 0, 0, "1", wiped_at=at))
        assert beat(centre)["wiped_at"] == NOON


def test_a_push_to_a_centre_that_holds_less_than_before_is_not_made(
    clinic: Clinic, real: PostgresWorld, remote: Remote
) -> None:
    remote.contact(REPORT)
    backup = real.snapshot()
    check_in(clinic, clinic.id(), b"1" * 16)
    rows = in_line(clinic)
    remote.push(rows)
    real.restore(backup, told=False)
    with pytest.raises(StoreAway):
        remote.push(rows[-1:])
    assert real.facts() == []
    assert remote.contact(REPORT).incarnations[0].upto == 0
    remote.push(rows)
    assert len(real.facts()) == 2


def test_a_clinic_that_the_centre_does_not_know_is_told_so(clinic: Clinic, centre: Centre) -> None:
    site, kiosk = uuid4(), uuid4()
    stranger = PostgresRemote(centre.add_machine(site, kiosk), site, kiosk)
    with pytest.raises(StoreRefused) as refusal:
        stranger.contact(REPORT)
    assert refusal.value.code == "site"
    stranger.close()


def test_a_wrong_password_is_no_fault_of_a_row(clinic: Clinic, centre: Centre) -> None:
    site, kiosk = clinic.site.site_id, clinic.site.kiosk_id
    centre.add_site(site)
    centre.add_machine(site, kiosk)
    with centre.engine.begin() as connection:
        role = connection.execute(
            text("SELECT rolname FROM pg_roles WHERE rolname LIKE :k"), {"k": f"k_{kiosk.hex}%"}
        ).scalar_one()
        connection.exec_driver_sql(f"ALTER ROLE {role} NOLOGIN")
    stranger = PostgresRemote(replace(centre.address, role=role), site, kiosk)
    pushed = push_waiting(clinic.store, stranger, clinic.clock)
    assert isinstance(pushed.fault, StoreRefused)
    assert (pushed.sent, pushed.parked, len(in_line(clinic))) == (0, 0, 1)
    stranger.close()


@pytest.fixture
def slow(clinic: Clinic, centre: Centre) -> Iterator[tuple[Proxy, PostgresRemote]]:
    """A line that can freeze, and a way to the centre over it."""
    site, kiosk = clinic.site.site_id, clinic.site.kiosk_id
    centre.add_site(site)
    address = centre.add_machine(site, kiosk)
    with Proxy(address.port) as proxy:
        remote = PostgresRemote(replace(address, port=proxy.port), site, kiosk, patience=0.5)
        yield proxy, remote
        remote.close()


def test_a_centre_that_falls_silent_ends_the_push_in_time(
    clinic: Clinic, centre: Centre, slow: tuple[Proxy, PostgresRemote]
) -> None:
    proxy, remote = slow
    remote.contact(REPORT)
    proxy.freeze(b"INSERT")
    assert isinstance(push_waiting(clinic.store, remote, clinic.clock).fault, StoreAway)
    assert len(in_line(clinic)) == 1
    proxy.pass_on()
    assert push_waiting(clinic.store, remote, clinic.clock).fault is None
    assert centre.count("audit_event") == 1


def test_a_lost_answer_to_a_commit_is_sent_again_and_absorbed(
    clinic: Clinic, centre: Centre, slow: tuple[Proxy, PostgresRemote]
) -> None:
    proxy, remote = slow
    remote.contact(REPORT)
    proxy.drop_answers(b"COMMIT")
    assert isinstance(push_waiting(clinic.store, remote, clinic.clock).fault, StoreAway)
    assert len(in_line(clinic)) == 1
    proxy.pass_on()
    assert push_waiting(clinic.store, remote, clinic.clock).sent == 1
    assert centre.count("audit_event") == 1


def test_pages_and_rows_hold_what_the_machine_may_read(
    clinic: Clinic, centre: Centre, remote: Remote
) -> None:
    me = clinic.site.kiosk_id
    assert [row["id"] for row in remote.page("kiosk_device", None, 10)] == [me]
    assert remote.page("kiosk_device", me, 10) == []
    assert [row["id"] for row in remote.rows("kiosk_device", [me, uuid4()])] == [me]
    assert remote.page("passcard", None, 10) == []
    person(clinic, b"one")
    person(clinic, b"two")
    remote.push(in_line(clinic))
    cards = remote.page("passcard", None, 10)
    ids = [id_ for row in cards if isinstance(id_ := row["id"], UUID)]
    assert ids == sorted(ids)
    assert remote.page("passcard", ids[0], 10) == cards[1:]
    assert remote.page("passcard", None, 1) == cards[:1]
    assert list(remote.rows("passcard", ids[1:])) == cards[1:]
    assert [row["sent_nth"] for row in cards] == [1, 2]
    assert remote.sent_passes({}, 10) == cards
    assert remote.sent_passes({me: 1}, 10) == cards[1:]
    assert remote.sent_passes({me: 2, uuid4(): 9}, 10) == []
    with owner_transaction(centre.address, clinic.site.site_id) as transaction:
        for id_ in ids:
            mark_changed(transaction, "passcard", id_)
    changes = remote.changes(0, 99, 10)
    assert [(one.v, one.table_name, one.row_id, one.gone) for one in changes] == [
        (1, "passcard", ids[0], False),
        (2, "passcard", ids[1], False),
    ]
    assert remote.changes(1, 99, 10) == changes[1:]
    assert remote.changes(0, 1, 10) == changes[:1] == remote.changes(0, 99, 1)


def test_long_rows_fill_no_kiosks_memory(clinic: Clinic, centre: Centre, remote: Remote) -> None:
    """Where the centre's own limits fail: it sends little at a time, and absurd values never."""
    site, sane, absurd = clinic.site.site_id, 200_000, 3_000_000
    with centre.engine.begin() as connection:
        connection.execute(text("ALTER TABLE passcard DROP CONSTRAINT ck_passcard_name_box_length"))
        for length, count in ((absurd, 3), (sane, 30)):
            connection.execute(
                text(
                    "INSERT INTO passcard (id, site_id, kiosk_id, sent_nth, lookup, participant_id,"
                    " name_box, language, created_at) SELECT gen_random_uuid(), :site, :kiosk, n,"
                    " uuid_send(gen_random_uuid()), gen_random_uuid(),"
                    " convert_to(repeat('x', :length), 'UTF8'), 'en', now()"
                    " FROM generate_series(1, :count) n"
                ),
                {
                    "site": site,
                    "kiosk": uuid4(),
                    "length": length,
                    "count": count,
                },
            )
    asked: tuple[Callable[[], Sequence[Values]], ...] = (
        lambda: remote.page("passcard", None, 500),
        lambda: remote.sent_passes({}, 500),
        lambda: remote.rows("passcard", [UUID(int=n) for n in range(3)] + ids),
    )
    ids: list[UUID] = []
    while rows := remote.page("passcard", ids[-1] if ids else None, 500):
        ids += [id_ for row in rows if isinstance(id_ := row["id"], UUID)]
    assert len(ids) == 33
    for ask in asked:
        found = ask()
        boxes = [box for row in found if isinstance(box := row["name_box"], bytes)]
        assert 0 < sum(map(len, boxes)) <= MOST_BYTES + sane
        assert len(boxes) < 30
    me = clinic.site.kiosk_id
    contact = remote.contact(Heartbeat(clinic.clock.now(), 0, 0, 0, "1"))
    pulled = pull_changes(clinic.store, remote, site, me, contact)
    assert (pulled.rows, pulled.unfit) == (30, 3)
    assert pull_changes(clinic.store, remote, site, me, contact).rows == 0


def test_an_arrival_without_a_session_comes_to_the_centre_too(
    clinic: Clinic, centre: Centre, remote: Remote
) -> None:
    clinic.clock.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    clinic.visitor.check_in(encode(CodeKind.PASS, b"never seen here."))
    assert Syncer(clinic.store, remote, clinic.clock, clinic.site, program).round().problem is None
    assert (centre.count("check_in"), clinic.count("outbox"), clinic.count("parked")) == (1, 0, 0)


def test_only_passes_that_are_not_known_are_read(
    clinic: Clinic, centre: Centre, remote: Remote
) -> None:
    """Kiosks ask each round; what all of them have ever sent is not read for it."""
    site, makers, each = clinic.site.site_id, sorted(uuid4() for _ in range(5)), 400
    with centre.engine.begin() as connection:
        for maker in makers:
            connection.execute(
                text(
                    "INSERT INTO passcard (id, site_id, kiosk_id, sent_nth, lookup, participant_id,"
                    " name_box, language, created_at) SELECT gen_random_uuid(), :site, :kiosk, n,"
                    " uuid_send(gen_random_uuid()), gen_random_uuid(), '\\x01', 'en', now()"
                    " FROM generate_series(1, :each) n"
                ),
                {"site": site, "kiosk": maker, "each": each},
            )
        connection.execute(text("ANALYZE passcard"))
    known = dict.fromkeys(makers, each)
    assert remote.sent_passes(known, 500) == []
    fresh = {**known, makers[1]: each - 1, makers[3]: each - 2}
    found = [(row["kiosk_id"], row["sent_nth"]) for row in remote.sent_passes(fresh, 500)]
    assert found == [(makers[1], each), (makers[3], each - 1), (makers[3], each)]
    unknown = dict.fromkeys(makers[1:], each)
    assert [row["sent_nth"] for row in remote.sent_passes(unknown, 3)] == [1, 2, 3]
    asked = {"site": site, "most": 500}
    asked["known"] = json.dumps([{"kiosk_id": str(one), "upto": n} for one, n in fresh.items()])
    assert isinstance(remote, PostgresRemote)
    with remote._transaction() as connection:
        compiled = sent_passes().compile(dialect=connection.dialect)
        explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}"
        values = compiled.construct_params(asked)
        ((plan,),) = connection.exec_driver_sql(explained, values).all()
    reads = [one for one in _steps(plan[0]["Plan"]) if one.get("Relation Name") == "passcard"]
    assert len(reads) == 3
    assert "Seq Scan" not in {one["Node Type"] for one in reads}
    looked_at = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    assert sum(one.get(name, 0) * one["Actual Loops"] for one in reads for name in looked_at) < 20


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _steps(below)
