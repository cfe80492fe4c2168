"""Bringing reference data: nothing is missed, and a short answer takes nothing away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kiosk.records import pulled_rows
from kiosk.records import site as site_rows
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import KioskDevice
from kiosk.records.schema.tables import Passcard, SupportGroup
from kiosk.sync.pull import AT_A_TIME, Pulled, pull_all, pull_changes
from kiosk.sync.remote import CentralAnswer, Change, Remote, Values
from tests.support.desks import Clinic
from tests.support.facts import person
from tests.support.worlds import BadLine, TwinWorld


def contact(world: TwinWorld, clinic: Clinic) -> CentralAnswer:
    from kiosk.sync.remote import Heartbeat

    return world.remote().contact(Heartbeat(clinic.clock.now(), None, 0, 0, "1"))


def pull(clinic: Clinic, world: TwinWorld, remote: Remote | None = None) -> Pulled:
    site = clinic.site
    return pull_changes(
        clinic.store,
        remote or world.remote(),
        site.site_id,
        site.kiosk_id,
        contact(world, clinic),
    )


def cursor(clinic: Clinic) -> int:
    with clinic.store.read() as transaction:
        return pulled_rows.read_state(transaction, clinic.site.kiosk_id).cursor


def set_cursor(clinic: Clinic, at: int) -> None:
    with clinic.store.write() as transaction:
        pulled_rows.set_cursor(transaction, clinic.site.kiosk_id, at)


def group(clinic: Clinic, **values: Any) -> SupportGroup:
    id_, site = clinic.id(), clinic.site.site_id
    whole = {"name": "G", "public_label": "Room 2", "language": "en", "room": "2", **values}
    return SupportGroup(id=id_, site_id=site, **whole)


def card(clinic: Clinic) -> Passcard:
    id_ = clinic.id()
    return Passcard(
        id=id_,
        site_id=clinic.site.site_id,
        lookup=id_.bytes,
        participant_id=clinic.id(),
        name_box=b"",
        language="en",
        created_at=clinic.clock.now(),
    )


def here(clinic: Clinic, name: str) -> dict[UUID, dict[str, object]]:
    rows = Passcard.metadata.tables[name]
    with clinic.store.read() as transaction:
        found = transaction.connection().execute(select(rows)).mappings()
        return {row["id"]: dict(row) for row in found}


def test_changes_come_in_batches_until_the_count_is_reached(
    clinic: Clinic, world: TwinWorld
) -> None:
    for _ in range(AT_A_TIME + 7):
        world.write(group(clinic))
    pulled = pull(clinic, world)
    assert (pulled.rows, pulled.unfit) == (AT_A_TIME + 7, 0)
    assert cursor(clinic) == AT_A_TIME + 7
    assert here(clinic, "support_group") == world.rows("support_group")
    assert pull(clinic, world) == Pulled()


def test_a_row_that_changed_twice_comes_as_it_is_now(clinic: Clinic, world: TwinWorld) -> None:
    row = group(clinic)
    world.write(row)
    pull(clinic, world)
    for name in ("second", "third"):
        row.name = name
        world.write(row)
    pull(clinic, world)
    assert here(clinic, "support_group")[row.id]["name"] == "third"


def test_pulling_everything_reads_page_after_page(clinic: Clinic, world: TwinWorld) -> None:
    for _ in range(2 * AT_A_TIME):
        world.write(card(clinic))
    pulled = pull_all(clinic.store, world.remote(), clinic.site.site_id)
    assert pulled.rows == 2 * AT_A_TIME
    assert here(clinic, "passcard") == world.rows("passcard")


@pytest.mark.parametrize("at", [pulled_rows.PULL_ALL, 40])
def test_a_cursor_that_fits_no_more_pulls_everything(
    clinic: Clinic, world: TwinWorld, at: int
) -> None:
    for _ in range(3):
        world.write(group(clinic))
    set_cursor(clinic, at)
    assert pull(clinic, world).rows == 3
    assert cursor(clinic) == 3


@pytest.mark.parametrize("cut", [slice(0, 1), slice(2, 3), slice(4, 5), slice(0, 5)])
def test_a_log_with_a_gap_makes_everything_be_read(
    clinic: Clinic, world: TwinWorld, cut: slice
) -> None:
    for _ in range(5):
        world.write(group(clinic))
    del world.centre.log[cut]
    pull(clinic, world)
    assert here(clinic, "support_group") == world.rows("support_group")
    assert cursor(clinic) == 5


class Forgetful(BadLine):
    """Answers with nothing."""

    def rows(self, table_name: str, ids: Sequence[UUID]) -> Sequence[Values]:
        return []

    def page(self, table_name: str, after: UUID | None, most: int) -> Sequence[Values]:
        return []


def test_an_empty_answer_empties_nothing(clinic: Clinic, world: TwinWorld) -> None:
    for _ in range(4):
        world.write(card(clinic))
        world.write(group(clinic))
    pull(clinic, world)
    kept = here(clinic, "passcard"), here(clinic, "support_group"), here(clinic, "public_key")
    for row_id in kept[0]:
        world.centre.note("passcard", row_id)
    pull(clinic, world, Forgetful(world.remote()))
    world.centre.reference.clear()
    set_cursor(clinic, pulled_rows.PULL_ALL)
    pull(clinic, world)
    after = here(clinic, "passcard"), here(clinic, "support_group"), here(clinic, "public_key")
    assert after == kept
    assert all(kept)


def test_only_a_pass_that_is_named_as_gone_goes(clinic: Clinic, world: TwinWorld) -> None:
    cards = [card(clinic) for _ in range(3)]
    for one in cards:
        world.write(one)
    owner = person(clinic, b"made here")
    pull(clinic, world)
    made_here = next(
        id_ for id_, row in here(clinic, "passcard").items() if row["participant_id"] == owner
    )
    world.drop_pass(cards[1].id)
    world.centre.note("passcard", made_here, gone=True)
    pull(clinic, world)
    assert set(here(clinic, "passcard")) == {cards[0].id, cards[2].id}
    assert here(clinic, "participant") == {}


def test_somebody_with_another_pass_stays(clinic: Clinic, world: TwinWorld) -> None:
    owner, second = person(clinic, b"first"), card(clinic)
    first = next(iter(here(clinic, "passcard")))
    second.participant_id = owner
    world.write(second)
    world.centre.note("passcard", first, gone=True)
    pull(clinic, world)
    assert set(here(clinic, "passcard")) == {second.id}
    assert set(here(clinic, "participant")) == {owner}
    world.centre.note("participant", owner, gone=True)
    pull(clinic, world)
    assert here(clinic, "participant") == {}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "no id"),
        ("id", None),
        ("site_id", uuid4()),
        ("name", 7),
        ("name", None),
        ("name", "x" * 300_000),
        ("name", "a\0b"),
        ("name", "\ud800"),
        ("capacity", 2**70),
        ("capacity", True),
        ("capacity", "12"),
        ("enrolled", 1),
        ("deleted_at", "2026-01-01"),
        ("deleted_at", datetime(2026, 1, 1)),  # noqa: DTZ001 - the hostile value itself
    ],
)
def test_a_row_that_cannot_be_is_left_out_and_counted(
    clinic: Clinic, world: TwinWorld, column: str, value: object
) -> None:
    good, bad = group(clinic), group(clinic)
    world.write(bad)
    world.write(good)
    rows = world.centre.reference["support_group"]
    rows[bad.id] = {**rows[bad.id], column: value}
    assert pull(clinic, world) == Pulled(1, 1)
    assert set(here(clinic, "support_group")) == {good.id}
    set_cursor(clinic, pulled_rows.PULL_ALL)
    again = pull(clinic, world)
    assert again.rows == 1
    assert again.unfit
    assert set(here(clinic, "support_group")) == {good.id}


def test_a_newer_centres_columns_and_tables_are_passed_over(
    clinic: Clinic, world: TwinWorld
) -> None:
    row = group(clinic)
    world.write(row)
    rows = world.centre.reference["support_group"]
    rows[row.id] = {**rows[row.id], "colour": "green"}
    world.centre.note("a_table_of_tomorrow", uuid4())
    world.centre.note("staff_account", uuid4(), gone=True)
    pull(clinic, world)
    assert set(here(clinic, "support_group")) == {row.id}
    assert cursor(clinic) == 3


def test_a_row_without_a_column_that_it_needs_is_left_out(clinic: Clinic, world: TwinWorld) -> None:
    row = group(clinic)
    world.write(row)
    values = dict(world.centre.reference["support_group"][row.id])
    del values["name"]
    world.centre.reference["support_group"][row.id] = values
    assert pull(clinic, world) == Pulled(0, 1)


def test_this_machines_pin_and_audit_key_survive_a_centre_that_has_none(
    clinic: Clinic, world: TwinWorld
) -> None:
    mine = here(clinic, "kiosk_device")[clinic.site.kiosk_id]
    bare = {**mine, "pin_hash": "", "sealed_audit_key": b"", "name": "Door"}
    world.write(KioskDevice.model_validate(bare))
    pull(clinic, world)
    assert here(clinic, "kiosk_device")[clinic.site.kiosk_id] == {**mine, "name": "Door"}
    with clinic.store.read() as transaction:
        assert site_rows.pin_hash(transaction, clinic.site.kiosk_id) == mine["pin_hash"]


def test_a_cut_on_the_way_goes_on_from_what_was_kept(clinic: Clinic, world: TwinWorld) -> None:
    for _ in range(2 * AT_A_TIME):
        world.write(group(clinic))

    class Cut(BadLine):
        calls = 0

        def changes(self, after: int, upto: int, most: int) -> Sequence[Change]:
            self.calls += 1
            if self.calls > 1:
                raise ConnectionError
            return super().changes(after, upto, most)

    with pytest.raises(ConnectionError):
        pull(clinic, world, Cut(world.remote()))
    assert cursor(clinic) == AT_A_TIME == len(here(clinic, "support_group"))
    assert pull(clinic, world).rows == AT_A_TIME


def test_a_page_that_does_not_go_on_ends_the_reading(clinic: Clinic, world: TwinWorld) -> None:
    world.write(group(clinic))

    class Stuck(BadLine):
        def page(self, table_name: str, after: UUID | None, most: int) -> Sequence[Values]:
            return super().page(table_name, None, most)

    assert pull_all(clinic.store, Stuck(world.remote()), clinic.site.site_id).rows == 2


def test_what_was_changed_after_the_question_comes_next_time(
    clinic: Clinic, world: TwinWorld
) -> None:
    world.write(group(clinic))
    asked = contact(world, clinic)
    world.write(group(clinic))
    site = clinic.site
    pull_changes(clinic.store, world.remote(), site.site_id, site.kiosk_id, asked)
    assert cursor(clinic) == 1
    set_cursor(clinic, pulled_rows.PULL_ALL)
    pull_changes(clinic.store, world.remote(), site.site_id, site.kiosk_id, replace(asked, count=1))
    assert cursor(clinic) == 1
    assert pull(clinic, world).rows == 1


def test_times_come_back_as_they_were(clinic: Clinic, world: TwinWorld) -> None:
    row = group(clinic, deleted_at=datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    world.write(row)
    pull(clinic, world)
    assert here(clinic, "support_group")[row.id] == row.model_dump()
    assert table(SupportGroup).name == "support_group"
