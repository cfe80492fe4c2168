"""What the clinic's policy lets go is gone to the last byte, and nothing else is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.domain.callbacks.request import format_reference
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.policy import Rules
from kiosk.domain.retention import RetentionDone, RetentionKind
from kiosk.errors import SetupError
from kiosk.records import outbox
from kiosk.records.retention import cutoff
from kiosk.usecases.admin.desk import OversightDesk
from tests.support import facts
from tests.support.desks import Clinic
from tests.support.trail import id_of

pytestmark = pytest.mark.central

RULES = Rules(
    closed_requests_kept=timedelta(days=90),
    attendance_kept=timedelta(days=200),
    passes_kept=timedelta(days=300),
    exports_kept=timedelta(days=7),
)


@pytest.fixture
def desk(clinic: Clinic) -> OversightDesk:
    return open_desk(clinic)


def open_desk(clinic: Clinic) -> OversightDesk:
    clinic.rules = RULES
    return clinic.access.oversight_desk(clinic.fresh(clinic.manager))


def ask(clinic: Clinic) -> UUID:
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    return draft.id


def on_disk(clinic: Clinic) -> bytes:
    return b"".join(file.read_bytes() for file in clinic.folder.iterdir() if file.is_file())


def ids(clinic: Clinic, table: str) -> list[UUID]:
    return [id_of(found) for found in clinic.column(f"SELECT id FROM {table}")]  # noqa: S608


def marks(clinic: Clinic, query: str) -> list[bytes]:
    """Give bytes of rows, as they stand in a column and as they stand in the outbox."""
    values = [value for value in clinic.column(query) if isinstance(value, bytes)]
    assert values
    tails = [value[-64:] for value in values]
    return tails + [tail.hex().encode() for tail in tails]


def move(clinic: Clinic, **span: float) -> OversightDesk:
    """Let time pass; everybody has to sign in again."""
    clinic.clock.move(**span)
    return open_desk(clinic)


def counts(desk: OversightDesk) -> tuple[int, ...]:
    return tuple(one.count for one in desk.retention_preview().counts)


@pytest.mark.own_file
def test_a_closed_request_goes_with_all_that_was_noted_about_it(clinic: Clinic) -> None:
    request = ask(clinic)
    (receipt,) = map(str, clinic.column("SELECT ref FROM callback_request"))
    clinic.visitor.note_withdrawal(receipt)
    facts.event(clinic, request, 1, EventKind.ATTEMPT, "reached_self", note=b"n" * 200)
    facts.event(clinic, request, 2, EventKind.CLOSED, "information_given")
    secret = [*marks(clinic, "SELECT sealed FROM callback_request"), b"n" * 64, b"6e" * 64]
    assert all(mark in on_disk(clinic) for mark in secret)
    desk = move(clinic, days=89)
    assert counts(desk) == (0, 0, 0, 0)
    desk = move(clinic, days=1)
    plan = desk.retention_preview()
    assert [one.count for one in plan.counts] == [1, 0, 0, 0]
    assert plan.counts[0].kind is RetentionKind.REQUESTS
    assert plan.counts[0].oldest == clinic.clock.at - timedelta(days=90)
    assert clinic.count("callback_request") == 1
    assert desk.run_retention() == RetentionDone(clinic.clock.at, 1, 0, 0, 0)
    assert not any(mark in on_disk(clinic) for mark in secret)
    for table in ("callback_request", "callback_event", "callback_withdrawal"):
        assert clinic.count(table) == 0
        assert table not in clinic.column("SELECT table_name FROM outbox")
    assert desk.run_retention().total == 0


def test_what_is_open_or_was_reopened_stays(clinic: Clinic) -> None:
    ask(clinic)
    again = ask(clinic)
    facts.event(clinic, again, 1, EventKind.CLOSED, "declined")
    clinic.clock.move(days=80)
    facts.event(clinic, again, 2, EventKind.REOPENED)
    desk = move(clinic, days=1000)
    assert counts(desk) == (0, 0, 0, 0)
    assert desk.run_retention().total == 0
    assert clinic.count("callback_request") == 2


@pytest.mark.parametrize(
    "kind", [EventKind.CLOSED, EventKind.WITHDRAWN, EventKind.ESCALATED, EventKind.MERGED]
)
def test_the_time_counts_from_the_last_thing_done(clinic: Clinic, kind: EventKind) -> None:
    request = ask(clinic)
    clinic.clock.move(days=1000)
    facts.event(clinic, request, 1, kind, "declined", other=clinic.id())
    assert counts(move(clinic, days=89)) == (0, 0, 0, 0)
    assert counts(move(clinic, days=1)) == (1, 0, 0, 0)


def test_a_withdrawal_by_slip_needs_no_staff(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    clinic.clock.move(days=10)
    clinic.visitor.withdraw_by_slip(receipt.slip_digits)
    assert counts(move(clinic, days=89)) == (0, 0, 0, 0)
    assert move(clinic, days=1).run_retention().requests == 1
    assert clinic.count("callback_withdrawal") == 0


def test_a_request_that_is_reopened_during_the_run_stays(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutoff, "IDS_AT_A_TIME", 1)
    requests = sorted(ask(clinic) for _ in range(3))
    for request in requests:
        facts.event(clinic, request, 1, EventKind.CLOSED, "declined")
    desk = move(clinic, days=90)
    told: list[tuple[int, int]] = []

    def reopen(done: int, total: int) -> None:
        if not told:
            facts.event(clinic, requests[2], 2, EventKind.REOPENED)
        told.append((done, total))

    assert desk.run_retention(reopen).requests == 2
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert ids(clinic, "callback_request") == [requests[2]]
    assert clinic.count("callback_event") == 2


def test_what_belongs_to_no_request_goes_as_well(clinic: Clinic) -> None:
    assert clinic.visitor.note_withdrawal(format_reference("7K", 5))
    facts.event(clinic, clinic.id(), 1, EventKind.CLOSED, "declined")
    move(clinic, days=89).run_retention()
    assert clinic.count("callback_event") == 1
    move(clinic, days=1).run_retention()
    assert clinic.count("callback_event") == clinic.count("callback_withdrawal") == 0


def test_attendance_goes_after_its_time_voids_not_before_what_they_void(clinic: Clinic) -> None:
    clinic.clock.move(days=40)
    session = clinic.add_session()
    arrival = facts.check_in(clinic, session.id, b"p" * 16)
    early = clinic.clock.at - timedelta(days=30)
    facts.check_in(clinic, session.id, void_of=arrival, at=early)
    count = facts.head_count(clinic, session.id, 7)
    facts.check_in(clinic, session.id, void_of=count, at=early)
    desk = move(clinic, days=170)
    assert desk.run_retention().attendance == 0
    desk = move(clinic, days=30)
    assert counts(desk) == (0, 4, 0, 0)
    assert desk.run_retention().attendance == 4
    assert clinic.count("check_in") == clinic.count("head_count") == 0
    assert b"p" * 16 not in on_disk(clinic)


def test_people_go_when_nothing_of_theirs_was_used(clinic: Clinic) -> None:
    session = clinic.add_session()
    came, new_pass, member = (
        facts.person(clinic, bytes([number]) * 16, b"kept" * 20) for number in range(3)
    )
    gone = facts.person(clinic, b"g" * 16, b"away" * 20, group=session.group_id)
    clinic.clock.move(days=1)
    facts.check_in(clinic, session.id, bytes([0]) * 16)
    clinic.bend(
        "UPDATE passcard SET revoked_at='2026-03-03 04:00:00.000000' WHERE lookup=:l",
        l=bytes([1]) * 16,
    )
    facts.member(clinic, member, session.group_id or clinic.id())
    clinic.rules = replace(RULES, attendance_kept=timedelta(days=1000))
    clinic.clock.move(days=299)
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    assert counts(desk) == (0, 0, 1, 0)
    assert desk.run_retention().passes == 1
    left = set(ids(clinic, "participant"))
    assert left == {came, new_pass, member}
    assert gone.bytes not in on_disk(clinic)
    assert b"away" * 16 not in on_disk(clinic)
    assert (b"away" * 16).hex().encode() not in on_disk(clinic)
    assert clinic.count("passcard") == 3
    assert clinic.count("membership") == 1


def met_centre(clinic: Clinic) -> None:
    clinic.bend("UPDATE sync_state SET contact_at='2026-03-02 04:00:00.000000'")


def confirm(clinic: Clinic, *, but: UUID) -> None:
    """Let the centre confirm everything but one row."""
    with clinic.store.write() as transaction:
        rows = [row for row in outbox.waiting(transaction, 10_000) if row.row_id != but]
        outbox.confirm(transaction, rows, clinic.clock.now())


@pytest.mark.parametrize("queue", ["outbox", "parked"])
@pytest.mark.own_file
def test_what_a_centre_has_not_confirmed_stays_with_all_that_belongs_to_it(
    clinic: Clinic, queue: str
) -> None:
    sent, owed = ask(clinic), ask(clinic)
    for request in (sent, owed):
        last = facts.event(clinic, request, 1, EventKind.CLOSED, "declined")
    confirm(clinic, but=last)
    if queue == "parked":
        with clinic.store.write() as transaction:
            outbox.park(transaction, outbox.waiting(transaction, 1)[0], "23514", clinic.clock.now())
    desk = move(clinic, days=90)
    assert counts(desk) == (1, 0, 0, 0)
    assert desk.run_retention().requests == 1
    assert ids(clinic, "callback_request") == [owed]
    assert ids(clinic, "callback_event") == [last]
    assert clinic.count(queue) >= 1


@pytest.mark.own_file
def test_a_machine_that_met_a_centre_owes_it_everything(clinic: Clinic) -> None:
    met_centre(clinic)
    session = clinic.add_session()
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    facts.check_in(clinic, session.id)
    facts.person(clinic, b"p" * 16)
    waiting = clinic.count("outbox")
    desk = move(clinic, days=1000)
    assert counts(desk) == (0, 0, 0, 0)
    assert desk.run_retention().total == 0
    assert clinic.count("outbox") == waiting + 3


@pytest.mark.own_file
def test_a_centre_that_is_met_during_the_run_is_owed_the_rest(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutoff, "IDS_AT_A_TIME", 1)
    for _ in range(3):
        facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    desk = move(clinic, days=90)
    assert desk.run_retention(lambda done, _: met_centre(clinic)).requests == 1
    assert clinic.count("callback_request") == 2


@contextmanager
def exports(clinic: Clinic) -> Iterator[Path]:
    folder = clinic.folder / "exports"
    folder.mkdir(mode=0o700)
    yield folder


def exported(folder: Path, name: str, clinic: Clinic, age: timedelta) -> Path:
    file = folder / name
    file.write_bytes(b"Mei 8123 4567")
    written = (clinic.clock.at - age).timestamp()
    os.utime(file, (written, written))
    return file


def test_old_exports_go_and_nothing_else_in_the_folder(clinic: Clinic) -> None:
    with exports(clinic) as folder:
        old = exported(folder, "callbacks-2026-02-23-7f3a.xlsx", clinic, timedelta(days=7))
        young = exported(folder, "callbacks-2026-02-24-7f3a.csv", clinic, timedelta(days=6.9))
        outside = exported(folder.parent, "own.txt", clinic, timedelta(days=99))
        second = exported(folder, "second.csv", clinic, timedelta(days=8))
        (folder.parent / "name.csv").hardlink_to(second)
        (folder / "link").symlink_to(outside)
        (folder / "inner").mkdir()
        desk = open_desk(clinic)
        assert counts(desk) == (0, 0, 0, 2)
        assert desk.run_retention().exports == 2
        assert not old.exists()
        assert {path.name for path in folder.iterdir()} == {young.name, "link", "inner"}
        assert outside.read_bytes() == (folder.parent / "name.csv").read_bytes() == b"Mei 8123 4567"


def test_a_deleted_export_was_overwritten(clinic: Clinic) -> None:
    with exports(clinic) as folder:
        old = exported(folder, "a.csv", clinic, timedelta(days=8))
        with old.open("rb") as still_open:
            open_desk(clinic).run_retention()
            assert still_open.read() == bytes(13)


def test_a_folder_that_will_not_be_cleaned_is_told_and_is_no_finished_run(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    desk = move(clinic, days=90)
    with exports(clinic) as folder:
        exported(folder, "a.csv", clinic, timedelta(days=8))

        def refuse(path: Path) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "unlink", refuse)
        with pytest.raises(SetupError, match="Permission denied") as refused:
            desk.run_retention()
        assert "a.csv" not in str(refused.value)
    assert clinic.count("callback_request") == 0
    assert desk.retention_preview().last_run is None


def test_the_last_run_is_shown_even_if_there_was_nothing_to_do(desk: OversightDesk) -> None:
    assert desk.retention_preview().last_run is None
    done = desk.run_retention()
    assert done.total == 0
    assert desk.retention_preview().last_run == done.at


def test_a_look_at_what_would_go_changes_nothing(clinic: Clinic) -> None:
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    desk = move(clinic, days=90)
    tables = ["callback_request", "callback_event", "audit_event"]
    tables += ["outbox"] if clinic.owner is None else ["change_log"]
    before = [clinic.count(table) for table in tables]
    assert desk.retention_preview().total == 1
    assert [clinic.count(table) for table in tables] == before
