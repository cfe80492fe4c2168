"""Whatever happens in whatever order: every acknowledged fact is at the centre exactly once."""

import atexit
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from kiosk.records import outbox, pulled_rows
from kiosk.records.central.setup import PULLED
from kiosk.records.database.store import Store
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import Outbox
from kiosk.records.schema.tables import Passcard, SupportGroup
from kiosk.sync.syncer import Syncer
from tests.support.centres import Centre
from tests.support.desks import Clinic, SetClock, open_clinic
from tests.support.facts import check_in, person
from tests.support.worlds import BadLine, PostgresWorld, TwinWorld, World, program

_ROUNDS_TO_HEAL = 12
_ACCIDENTS = st.sampled_from(["well", "before", "after", "twice"])
_MEMORY = Path("/dev/shm")  # noqa: S108 - only a folder of our own in it is used
_FOLDERS = _MEMORY if _MEMORY.is_dir() else None
"""No history asks whether the disk keeps what it was given, so none waits for it."""
_POISON = ("nth", "kiosk_id", "json", "table")


@cache
def _founded() -> Clinic:
    """Found the clinic that all histories in memory begin with; its file lasts as long as this."""
    folder = tempfile.mkdtemp(dir=_FOLDERS)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open_clinic(Path(folder)) as clinic:
        return clinic


class Histories(RuleBasedStateMachine):
    """One kiosk and its centre; a subclass says which."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(dir=_FOLDERS)))
        self.clinic = self.open(folder)
        self.world = self.make_world()
        self.line = BadLine(self.world.remote())
        self.syncer = self.make_syncer()
        self.session = self.clinic.id()
        self.acknowledged = set(self.waiting_facts())
        self.bad: set[UUID] = set()
        self.passes: list[UUID] = []
        self.backups: list[Any] = [self.world.snapshot()]
        self.was_put_back = self.unseen_restore = False
        self.scans = 0

    def open(self, folder: Path) -> Clinic:
        """Return a new clinic; a copy of one that was founded before is much sooner there."""
        founded = _founded()
        shutil.copyfile(founded.file, folder / "kiosk.db")
        store = Store.open(folder / "kiosk.db")
        self.stack.callback(store.close)
        return replace(founded, store=store, folder=folder, clock=SetClock())

    def make_world(self) -> World:
        """Make the centre of this history."""
        return TwinWorld(self.clinic.site)

    def make_syncer(self) -> Syncer:
        """Start the sync as a program does."""
        clinic = self.clinic
        return Syncer(clinic.store, self.line, clinic.clock, clinic.site, program)

    def waiting_facts(self) -> list[UUID]:
        with self.clinic.store.read() as transaction:
            rows = outbox.waiting(transaction, 10_000)
        return [row.row_id for row in rows if row.kiosk_seq is not None]

    @rule(count=st.integers(1, 4))
    def somebody_arrives(self, count: int) -> None:
        for _ in range(count):
            self.scans += 1
            lookup = self.scans.to_bytes(16, "big")
            self.acknowledged.add(check_in(self.clinic, self.session, lookup))

    @rule()
    def a_pass_is_made_here(self) -> None:
        self.scans += 1
        person(self.clinic, self.scans.to_bytes(16, "big"))

    @rule(kind=st.sampled_from(_POISON))
    def a_row_is_spoilt(self, kind: str) -> None:
        self.somebody_arrives(1)
        rows = table(Outbox)
        with self.clinic.store.write() as transaction:
            connection = transaction.connection()
            query = select(rows.c.seq, rows.c.row_id, rows.c.payload)
            seq, row_id, payload = connection.execute(query.order_by(rows.c.seq.desc())).first()  # type: ignore[misc]  # just written
            spoilt = {
                "nth": {"payload": payload.replace('"nth":0', '"nth":"x"')},
                "kiosk_id": {
                    "payload": payload.replace(str(self.clinic.site.kiosk_id), str(uuid4()))
                },
                "json": {"payload": payload[:-1]},
                "table": {"table_name": "membership"},
            }[kind]
            connection.execute(rows.update().where(rows.c.seq == seq).values(spoilt))
        self.bad.add(row_id)

    @rule(plans=st.lists(_ACCIDENTS, max_size=4))
    def a_round(self, plans: list[str]) -> None:
        self.line.planned = plans
        done = self.syncer.round()
        if done.problem is None:
            self.unseen_restore = False

    @rule()
    def the_kiosk_starts_again(self) -> None:
        self.syncer = self.make_syncer()

    @precondition(lambda self: not self.unseen_restore)
    @rule(label=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8))
    def a_desk_adds_a_group(self, label: str) -> None:
        site_id = self.clinic.site.site_id
        self.world.write(
            SupportGroup(
                id=self.clinic.id(),
                site_id=site_id,
                name=label,
                public_label=label,
                language="en",
                room="1",
            )
        )

    @precondition(lambda self: not self.unseen_restore)
    @rule()
    def a_desk_hands_out_a_pass(self) -> None:
        clinic, id_ = self.clinic, self.clinic.id()
        card = Passcard(
            id=id_,
            site_id=clinic.site.site_id,
            lookup=id_.bytes,
            participant_id=clinic.id(),
            name_box=b"box",
            language="en",
            created_at=clinic.clock.now(),
        )
        self.world.write(card)
        self.passes.append(id_)

    @precondition(lambda self: self.passes and not self.unseen_restore)
    @rule(data=st.data())
    def retention_drops_a_pass(self, data: st.DataObject) -> None:
        row_id = data.draw(st.sampled_from(self.passes))
        if row_id in self.world.rows("passcard"):
            self.world.drop_pass(row_id)

    @rule(hours=st.integers(-30, 30))
    def the_clock_steps(self, hours: int) -> None:
        self.clinic.clock.move(hours=hours)

    @rule()
    def a_backup_is_made(self) -> None:
        self.backups.append(self.world.snapshot())

    @rule(data=st.data(), told=st.booleans(), during=st.booleans())
    def the_centre_is_put_back(self, data: st.DataObject, told: bool, during: bool) -> None:
        backup = data.draw(st.sampled_from(range(len(self.backups))))
        kept = self.backups[backup]
        self.was_put_back = self.unseen_restore = True
        # What is newer never was.
        del self.backups[backup + 1 :]
        if during:
            self.line.before_push = lambda: self.world.restore(kept, told=told)
        else:
            self.world.restore(kept, told=told)

    @rule()
    def the_machine_is_revoked(self) -> None:
        self.world.revoke(self.clinic.clock.now())

    @rule()
    def the_revocation_is_taken_back(self) -> None:
        self.world.revoke(None)

    @invariant()
    def nothing_acknowledged_is_in_no_place_once_all_is_well(self) -> None:
        """The centre never holds a fact that nobody wrote."""
        there = self.world.facts()
        assert len(there) == len(set(there))
        assert set(there) <= self.acknowledged

    def teardown(self) -> None:
        try:
            self.heal()
        finally:
            self.close()

    def close(self) -> None:
        self.stack.close()

    def heal(self) -> None:
        """Let everything go well until nothing is left to do, and look."""
        self.line.planned, self.line.before_push = [], None
        self.world.revoke(None)
        for _ in range(_ROUNDS_TO_HEAL):
            done = self.syncer.round()
            if done.problem is None and not done.pending and not done.pulled:
                break
        assert (done.problem, done.pending) == (None, 0)
        with self.clinic.store.read() as transaction:
            parked = {row.row_id for row in outbox.parked_rows(transaction)}
            state = pulled_rows.read_state(transaction, self.clinic.site.kiosk_id)
        assert parked == self.bad
        assert set(self.world.facts()) == self.acknowledged - self.bad
        assert state.out_of_order is None
        # Whatever went wrong, nobody is told of a copy where there is none.
        assert self.clinic.column("SELECT incarnation FROM sync_state") == [0]
        self.compare()

    def compare(self) -> None:
        """Look whether the kiosk knows what the centre knows."""
        for name in PULLED:
            there, rows = self.world.rows(name), Passcard.metadata.tables[name]
            with self.clinic.store.read() as transaction:
                found = transaction.connection().execute(select(rows)).mappings()
                here = {row["id"]: dict(row) for row in found}
            assert {id_: here.get(id_) for id_ in there} == there
            if name == "passcard" and not self.was_put_back:
                assert set(here) == set(there)


def _settings(share: int, steps: int) -> settings:
    """Run one history where another property has `share` examples."""
    return settings(
        max_examples=settings().max_examples // share,
        stateful_step_count=steps,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def test_histories_over_the_twin() -> None:
    run_state_machine_as_test(Histories, settings=_settings(5, 30))


@pytest.mark.usefixtures("centre")
def test_histories_over_postgresql(centre: Centre) -> None:
    class OverPostgres(Histories):
        def open(self, folder: Path) -> Clinic:
            seed = uuid4().int & 0xFFFFFFFF
            return self.stack.enter_context(open_clinic(folder, seed))

        def make_world(self) -> World:
            self.real = PostgresWorld(centre, self.clinic.site)
            return self.real

        def close(self) -> None:
            self.real.close()
            super().close()

    run_state_machine_as_test(OverPostgres, settings=_settings(25, 25))
