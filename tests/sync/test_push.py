"""Sending what waits: oldest first, dropped only once it has surely arrived."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kiosk.domain.central.incarnations import PushMark
from kiosk.domain.ids import NO_ID
from kiosk.errors import StoreAway, StoreBusy, StoreFull, StoreRefused
from kiosk.records import outbox
from kiosk.records.outbox import ParkedRow, Waiting
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import Outbox
from kiosk.sync.push import Pusher, retry_parked
from kiosk.sync.remote import Remote
from tests.support.desks import Clinic
from tests.support.facts import check_in
from tests.support.pushing import push_waiting
from tests.support.worlds import BadLine, TwinWorld


class Recorder(BadLine):
    """Keeps how many rows each push brought."""

    def __init__(self, remote: Remote) -> None:
        super().__init__(remote)
        self.sizes: list[int] = []

    def push(self, rows: Sequence[Waiting], mark: UUID = NO_ID) -> PushMark:
        self.sizes.append(len(rows))
        return super().push(rows, mark)


class Refusing(BadLine):
    """Refuses everything with one code."""

    def __init__(self, remote: Remote, code: str) -> None:
        super().__init__(remote)
        self.code = code

    def push(self, rows: Sequence[Waiting], mark: UUID = NO_ID) -> PushMark:
        raise StoreRefused("No.", self.code)


@pytest.fixture
def recorder(world: TwinWorld) -> Recorder:
    return Recorder(world.remote())


def arrive(clinic: Clinic, count: int) -> list[UUID]:
    session = clinic.id()
    return [check_in(clinic, session, number.to_bytes(16, "big")) for number in range(count)]


def in_line(clinic: Clinic) -> list[UUID]:
    with clinic.store.read() as transaction:
        return [row.row_id for row in outbox.waiting(transaction, 10_000)]


def aside(clinic: Clinic) -> list[ParkedRow]:
    with clinic.store.read() as transaction:
        return outbox.parked_rows(transaction)


def spoil(clinic: Clinic, row_id: UUID, old: str, new: str) -> None:
    rows = table(Outbox)
    with clinic.store.write() as transaction:
        connection = transaction.connection()
        payload: str = connection.execute(
            select(rows.c.payload).where(rows.c.row_id == row_id)
        ).scalar_one()
        assert old in payload
        mended = rows.update().where(rows.c.row_id == row_id)
        connection.execute(mended.values(payload=payload.replace(old, new)))


@pytest.mark.parametrize("most", [1, 2, 3, 4, 1000])
def test_all_that_waits_is_sent_in_batches_of_at_most_so_many(
    clinic: Clinic, world: TwinWorld, recorder: Recorder, most: int
) -> None:
    arrive(clinic, 6)
    waited = in_line(clinic)
    pushed = push_waiting(clinic.store, recorder, clinic.clock, most)
    assert (pushed.sent, pushed.parked, pushed.fault) == (len(waited), 0, None)
    assert sorted(world.facts()) == sorted(waited)
    assert in_line(clinic) == []
    assert sum(recorder.sizes) == len(waited)
    assert max(recorder.sizes) <= most


def test_what_is_confirmed_says_since_when(clinic: Clinic, line: BadLine) -> None:
    last = arrive(clinic, 3)[-1]
    clinic.clock.move(minutes=5)
    push_waiting(clinic.store, line, clinic.clock, 2)
    with clinic.store.read() as transaction:
        upto = outbox.confirmed_upto(transaction)
        assert outbox.confirmed_at(transaction, last, upto) == clinic.clock.now()


@pytest.mark.parametrize("accident", ["before", "after"])
@pytest.mark.parametrize("most", [2, 1000])
def test_what_was_not_answered_stays_and_is_sent_again(
    clinic: Clinic, world: TwinWorld, line: BadLine, accident: str, most: int
) -> None:
    arrive(clinic, 5)
    waited = in_line(clinic)
    line.planned = ["well", accident]
    while (pushed := push_waiting(clinic.store, line, clinic.clock, most)).fault is not None:
        assert isinstance(pushed.fault, StoreAway)
        assert set(in_line(clinic)) | set(world.facts()) == set(waited)
    assert in_line(clinic) == []
    assert sorted(world.facts()) == sorted(waited)


def test_a_bad_row_is_set_aside_with_its_code_and_the_others_arrive(
    clinic: Clinic, world: TwinWorld, line: BadLine
) -> None:
    ids = arrive(clinic, 9)
    spoil(clinic, ids[2], '"nth":0', '"nth":"x"')
    spoil(clinic, ids[7], str(clinic.site.kiosk_id), str(uuid4()))
    pushed = push_waiting(clinic.store, line, clinic.clock)
    assert (pushed.parked, pushed.fault) == (2, None)
    assert [(row.row_id, row.error) for row in aside(clinic)] == [
        (ids[2], "22P02"),
        (ids[7], "42501"),
    ]
    assert set(ids) - set(world.facts()) == {ids[2], ids[7]}
    assert in_line(clinic) == []


def test_rows_that_were_set_aside_can_be_sent_again(
    clinic: Clinic, world: TwinWorld, line: BadLine
) -> None:
    ids = arrive(clinic, 3)
    for id_ in ids:
        spoil(clinic, id_, '"nth":0', '"nth":"0"')
    push_waiting(clinic.store, line, clinic.clock)
    seqs = [row.seq for row in aside(clinic)]
    assert retry_parked(clinic.store, seqs[:1]) == 1
    assert in_line(clinic) == ids[:1]
    assert retry_parked(clinic.store) == 2
    assert retry_parked(clinic.store) == 0
    for id_ in ids:
        spoil(clinic, id_, '"nth":"0"', '"nth":0')
    assert push_waiting(clinic.store, line, clinic.clock).parked == 0
    assert set(ids) <= set(world.facts())


@pytest.mark.parametrize("code", ["28P01", "28000", "tls", "site"])
def test_a_machine_that_is_shut_out_sets_nothing_aside(
    clinic: Clinic, world: TwinWorld, code: str
) -> None:
    waited = [*in_line(clinic), *arrive(clinic, 3)]
    pushed = push_waiting(clinic.store, Refusing(world.remote(), code), clinic.clock)
    assert isinstance(pushed.fault, StoreRefused)
    assert (pushed.sent, pushed.parked) == (0, 0)
    assert in_line(clinic) == waited


def test_a_right_that_was_taken_away_sets_few_rows_aside(clinic: Clinic, world: TwinWorld) -> None:
    arrive(clinic, 50)
    pushed = push_waiting(clinic.store, Refusing(world.remote(), "42501"), clinic.clock)
    assert isinstance(pushed.fault, StoreRefused)
    assert pushed.parked == 20
    assert len(in_line(clinic)) + len(aside(clinic)) == 51


@pytest.mark.parametrize("fault", [StoreBusy("b"), StoreFull("f")])
def test_other_faults_end_the_push_and_keep_the_rows(
    clinic: Clinic, line: BadLine, fault: Exception
) -> None:
    waited = in_line(clinic)

    def fail() -> None:
        raise fault

    line.before_push = fail
    assert push_waiting(clinic.store, line, clinic.clock).fault is fault
    assert in_line(clinic) == waited


def test_batches_become_smaller_while_the_line_is_bad_and_grow_again(
    clinic: Clinic, recorder: Recorder
) -> None:
    arrive(clinic, 300)
    pusher = Pusher(clinic.store, recorder, clinic.clock, 200)
    recorder.planned = ["before"] * 4
    for _ in range(4):
        assert pusher.push().fault is not None
    assert recorder.sizes == [200, 100, 50, 25]
    assert pusher.push().fault is None
    assert recorder.sizes[4:] == [25, 25, 50, 100, 101]


def test_long_rows_go_in_smaller_batches(clinic: Clinic, recorder: Recorder) -> None:
    ids = arrive(clinic, 4)
    for id_ in ids:
        spoil(clinic, id_, '"reason":null', f'"reason":"{"x" * 600_000}"')
    assert push_waiting(clinic.store, recorder, clinic.clock).fault is None
    assert max(recorder.sizes) == 2
    assert sum(recorder.sizes) == 5


def test_a_fault_of_this_machines_own_file_is_raised(clinic: Clinic, line: BadLine) -> None:
    arrive(clinic, 3)

    class Broken:
        def now(self) -> object:
            raise StoreFull("The disk is full.")

    with pytest.raises(StoreFull):
        push_waiting(clinic.store, line, Broken(), 1)  # type: ignore[arg-type]  # it only fails
    assert len(in_line(clinic)) >= 3


def test_a_push_far_in_the_future_is_confirmed_at_the_machines_own_time(
    clinic: Clinic, line: BadLine
) -> None:
    arrive(clinic, 1)
    clinic.clock.at += timedelta(days=400)
    assert push_waiting(clinic.store, line, clinic.clock).fault is None
    assert in_line(clinic) == []
