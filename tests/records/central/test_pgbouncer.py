"""A pooler in transaction mode may stand between a machine and its centre."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import text

from kiosk.records.central.connection import Address, central_engine
from kiosk.records.central.store import CentralStore
from kiosk.records.database.writing import add_fact, add_reference
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import payload
from kiosk.records.schema.system_tables import SyncState
from kiosk.records.schema.tables import HeadCount, SupportGroup
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.remote import Heartbeat
from tests.support.centres import FOUNDED, Centre
from tests.support.pgbouncer import pooled
from tests.support.rights_rows import A, credentials, sample

AT_ONCE, EACH = 6, 20


@pytest.fixture(scope="module")
def pool(clinics: Centre) -> Iterator[dict[str, Address]]:
    """A kiosk's and a desk's way through the pooler, which keeps two connections for each."""
    machines = {
        kind: credentials(clinics, kind, A.site, machine)
        for kind, machine in (("kiosk", A.kiosk), ("desk", A.desk))
    }
    with pooled(list(machines.values()), 2) as port:
        yield {kind: replace(one, host="127.0.0.1", port=port) for kind, one in machines.items()}


def test_a_kiosk_sends_and_pulls(clinics: Centre, pool: dict[str, Address]) -> None:
    before = clinics.count("head_count")

    def send(_: int) -> None:
        remote = PostgresRemote(pool["kiosk"], A.site, A.kiosk)
        for number in range(EACH):
            contact = remote.contact(Heartbeat(FOUNDED, None, 1, 0, "1"))
            rows = [sample(name, A.site, A.kiosk) for name in ("head_count", "passcard")]
            names = ("head_count", "passcard")
            remote.push(
                [
                    Waiting(number, None, A.site, name, row["id"], payload(row))
                    for name, row in zip(names, rows, strict=True)
                ]
            )
            assert remote.changes(0, contact.count + 1, 10)
            assert remote.rows("passcard", [rows[1]["id"]])
        remote.close()

    with ThreadPoolExecutor(AT_ONCE) as workers:
        list(workers.map(send, range(AT_ONCE)))
    assert clinics.count("head_count") == before + AT_ONCE * EACH


def test_desks_write_and_read(clinics: Centre, pool: dict[str, Address]) -> None:
    stores = [CentralStore(pool["desk"], A.site) for _ in range(AT_ONCE)]
    with stores[0].write() as transaction:
        own = {**sample("sync_state", A.site, A.desk), "last_fact_at": FOUNDED, "last_seq": 0}
        transaction.add(SyncState(**own))
    before = clinics.count("change_log")

    def work(store: CentralStore) -> None:
        for _ in range(EACH):
            with store.write() as transaction:
                add_reference(transaction, SupportGroup(**sample("support_group", A.site, A.desk)))
                fact = HeadCount(**sample("head_count", A.site, A.desk))
                add_fact(transaction, fact, FOUNDED)
            assert store.examine()
        store.close()

    with ThreadPoolExecutor(AT_ONCE) as workers:
        list(workers.map(work, stores))
    assert clinics.count("change_log") == before + AT_ONCE * EACH
    with clinics.engine.begin() as owner:
        asked = text("SELECT last_seq FROM sync_state WHERE kiosk_id = :desk")
        assert owner.execute(asked, {"desk": A.desk}).scalar_one() == AT_ONCE * EACH


def test_the_pooler_does_not_mix_machines_up(pool: dict[str, Address]) -> None:
    """Rights hang on the role's name, so each role must keep sessions of its own."""

    def name(kind: str, _: int) -> bool:
        engine = central_engine(pool[kind])
        with engine.begin() as connection:
            said = connection.execute(text("SELECT session_user, current_user")).one()
        engine.dispose()
        return set(said) == {pool[kind].role}

    with ThreadPoolExecutor(AT_ONCE) as workers:
        for kind in pool:
            assert all(workers.map(partial(name, kind), range(AT_ONCE * 2)))
