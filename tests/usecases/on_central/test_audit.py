"""The audit trail of all machines at the centre: shown together, and every one vouched for."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain.audit import AuditAction, AuditLine
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.staff import Role
from kiosk.presentation.audit import describe_verdict
from kiosk.records.database.store import Store
from kiosk.records.database.writing import add_reference, change_reference
from kiosk.records.schema.system_tables import HelplineList, StaffAccount
from kiosk.sync.syncer import Syncer
from kiosk.usecases.admin.desk import OversightDesk
from tests.support import facts
from tests.support.calls import ask
from tests.support.central_clinics import KioskBeside, desk_beside
from tests.support.centres import Centre
from tests.support.desks import PASSPHRASE, PIN, Clinic
from tests.support.worlds import program

KIOSK, DESK = "Machine 8C", "Kiosk 1"


@pytest.fixture
def desk(clinic: Clinic, kiosk: KioskBeside) -> OversightDesk:
    for _ in range(4):
        clinic.clock.move(minutes=1)
        kiosk.clinic.maintenance.unlock(PIN)
        clinic.clock.move(minutes=1)
        clinic.access.sign_in("manager", PASSPHRASE)
    kiosk.send()
    clinic.clock.move(minutes=1)
    return clinic.access.oversight_desk(clinic.fresh(clinic.manager))


def test_entries_of_all_machines_stand_in_the_order_of_time(desk: OversightDesk) -> None:
    lines = desk.audit_trail()
    assert [line.machine for line in lines] == [DESK, DESK, *[KIOSK, DESK] * 3, KIOSK, DESK]
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    assert lines[-1].action == AuditAction.CLINIC_FOUNDED


def test_one_machine_is_shown_by_its_symbols(desk: OversightDesk) -> None:
    (last, *_, first) = desk.audit_trail(machine="8c")
    assert (last.position, first.position) == (3, 0)
    assert {line.machine for line in desk.audit_trail(machine="8C")} == {KIOSK}
    assert len(desk.audit_trail(before=2, machine="8C")) == 2
    assert desk.audit_trail(machine="9Z") == ()


def test_a_position_alone_is_no_place_among_all(desk: OversightDesk) -> None:
    with pytest.raises(ValueError, match="one machine"):
        desk.audit_trail(before=3)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_trail_of_all_is_read_part_by_part(desk: OversightDesk, size: int) -> None:
    whole = desk.audit_trail()
    read: list[AuditLine] = []
    while part := desk.audit_trail(size, read[-1] if read else None):
        read += part
    assert tuple(read) == whole


def test_all_trails_are_found_whole(clinic: Clinic, desk: OversightDesk) -> None:
    found = desk.verify_audit()
    assert [(trail.machine, trail.broken_at) for trail in found.trails] == [
        (DESK, None),
        (KIOSK, None),
    ]
    assert found.entries == clinic.count("audit_event") - 1
    assert describe_verdict(found).startswith(
        "The trails of all 2 machines are whole: their 9 entries"
    )


@pytest.fixture
def branches(desk: OversightDesk, kiosk: KioskBeside, tmp_path: Path) -> Iterator[None]:
    """Two folders of the kiosk, which have both gone on with its trail from position 4."""
    mine = kiosk.clinic
    mine.store.checkpoint()
    file = shutil.copyfile(mine.file, tmp_path / "copy.db")
    store = Store.open(file)
    for folder in (mine, replace(mine, store=store)):
        for _ in range(3):
            folder.maintenance.unlock(PIN)
        syncer = Syncer(folder.store, kiosk.remote, folder.clock, folder.site, program)
        assert [syncer.round().problem for _ in range(2)] == [None, None]
    yield
    store.close()


@pytest.mark.usefixtures("branches")
def test_both_branches_of_a_copied_folder_are_vouched_for(desk: OversightDesk) -> None:
    found = desk.verify_audit()
    assert [(trail.machine, trail.broken_at) for trail in found.broken] == []
    assert found.trails[1].entries == 10


@pytest.mark.usefixtures("branches")
@pytest.mark.parametrize(
    ("change", "position"),
    [
        ("UPDATE audit_event SET action='signed_in' WHERE position=5 AND kiosk_seq > 1000", 5),
        ("UPDATE audit_event SET position=3 WHERE position=4 AND kiosk_seq > 1000", 3),
        ("UPDATE audit_event SET tag=sha256(tag) WHERE position=3", 3),
        ("UPDATE audit_event SET kiosk_seq=kiosk_seq+1 WHERE position=4 AND kiosk_seq > 1000", 5),
        ("DELETE FROM audit_event WHERE position=4 AND kiosk_seq > 1000", 5),
        ("DELETE FROM audit_event WHERE position IN (4, 5) AND kiosk_seq < 1000", 4),
    ],
)
def test_a_change_to_either_branch_is_found(
    clinic: Clinic, kiosk: KioskBeside, desk: OversightDesk, change: str, position: int
) -> None:
    clinic.bend(f"{change} AND kiosk_id=:kiosk", kiosk=kiosk.clinic.site.kiosk_id)
    found = desk.verify_audit()
    assert [(trail.machine, trail.broken_at) for trail in found.broken] == [(KIOSK, position)]


@pytest.mark.parametrize(
    ("change", "position"),
    [
        ("action='signed_in' WHERE position=2", 2),
        ("at=at + interval '1 microsecond' WHERE position=1", 1),
        ("at='infinity' WHERE position=1", 1),
        ("by_staff=id WHERE position=3", 3),
        ("subject_id=id WHERE position=0", 0),
        ("tag=sha256(tag) WHERE position=2", 2),
        ("id=kiosk_id WHERE position=2", 2),
        ("position=7 WHERE position=1", 1),
        ("kiosk_seq=(5::bigint << 40) WHERE position=2", 2),
        ("site_id=kiosk_id WHERE position=2", 2),
    ],
)
def test_a_change_to_an_entry_of_another_machine_is_found(
    clinic: Clinic, kiosk: KioskBeside, desk: OversightDesk, change: str, position: int
) -> None:
    # Whoever may do this may also drop what stands in the way.
    clinic.bend("ALTER TABLE audit_event DROP CONSTRAINT IF EXISTS ck_audit_event_at")
    clinic.bend(
        f"UPDATE audit_event SET {change} AND kiosk_id=:kiosk",  # noqa: S608
        kiosk=kiosk.clinic.site.kiosk_id,
    )
    desk.audit_trail()
    found = desk.verify_audit()
    assert [(trail.machine, trail.broken_at) for trail in found.broken] == [(KIOSK, position)]
    assert f"NOT whole: on {KIOSK} entry {position + 1} was changed" in describe_verdict(found)


def test_one_flipped_byte_of_a_tag_is_found_wherever_it_is(
    clinic: Clinic, kiosk: KioskBeside, desk: OversightDesk
) -> None:
    flip = (
        "UPDATE audit_event SET tag=set_byte(tag, :place, 255 - get_byte(tag, :place))"
        " WHERE position=1 AND kiosk_id=:kiosk"
    )
    for place in (0, 15, 31):
        clinic.bend(flip, place=place, kiosk=kiosk.clinic.site.kiosk_id)
        assert desk.verify_audit().broken_at == 1
        clinic.bend(flip, place=place, kiosk=kiosk.clinic.site.kiosk_id)
        assert desk.verify_audit().ok


def test_an_entry_moved_to_another_machine_breaks_both(
    clinic: Clinic, kiosk: KioskBeside, desk: OversightDesk
) -> None:
    clinic.bend(
        "UPDATE audit_event SET kiosk_id=:to, position=99 WHERE kiosk_id=:kiosk AND position=1",
        to=clinic.site.kiosk_id,
        kiosk=kiosk.clinic.site.kiosk_id,
    )
    assert {trail.machine for trail in desk.verify_audit().broken} == {DESK, KIOSK}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kiosk_device SET sealed_audit_key=sha256(sealed_audit_key) WHERE id=:kiosk",
        "UPDATE kiosk_device SET sealed_audit_key='' WHERE id=:kiosk",
    ],
)
def test_a_machine_whose_first_key_is_gone_is_not_passed_over(
    clinic: Clinic, kiosk: KioskBeside, desk: OversightDesk, statement: str
) -> None:
    clinic.bend(statement, kiosk=kiosk.clinic.site.kiosk_id)
    (broken,) = desk.verify_audit().broken
    assert (broken.entries, broken.broken_at) == (4, 0)


def test_entries_of_a_machine_that_nobody_knows_are_not_passed_over(
    clinic: Clinic, kiosk: KioskBeside, desk: OversightDesk
) -> None:
    clinic.bend("CREATE TABLE kept AS SELECT * FROM kiosk_device")
    clinic.bend("DELETE FROM kiosk_device WHERE id=:kiosk", kiosk=kiosk.clinic.site.kiosk_id)
    found = desk.verify_audit()
    clinic.bend("INSERT INTO kiosk_device SELECT * FROM kept WHERE symbols='8C'")
    assert [(trail.machine, trail.broken_at) for trail in found.broken] == [("", 0)]
    assert "on an unknown machine entry 1 was changed" in describe_verdict(found)
    assert desk.verify_audit().ok


def test_this_desk_misses_what_was_cut_off_its_own_end(clinic: Clinic, desk: OversightDesk) -> None:
    clinic.bend(
        "DELETE FROM audit_event WHERE kiosk_id=:desk AND position=4", desk=clinic.site.kiosk_id
    )
    found = desk.verify_audit()
    assert [(trail.machine, trail.broken_at) for trail in found.broken] == [(DESK, 4)]


def test_a_second_desk_checks_the_first_and_is_checked(
    clinic: Clinic, centre: Centre, desk: OversightDesk
) -> None:
    with desk_beside(clinic, centre, "9D") as other:
        other.access.sign_in("manager", PASSPHRASE)
        found = other.access.oversight_desk(other.fresh(other.manager)).verify_audit()
        assert [trail.machine for trail in found.trails] == ["Machine 9D", DESK, KIOSK]
        assert found.ok
    assert desk.verify_audit().ok


def test_what_a_password_alone_changed_is_told(clinic: Clinic) -> None:
    clinic.bend("ALTER TABLE audit_event ALTER received_at SET DEFAULT now()")
    ann = clinic.add_staff("ann", Role.CALLER).staff.id
    manager = clinic.fresh(clinic.manager)
    assert clinic.access.accounts_desk(manager).disable(ann)
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    clinic.bend("UPDATE site SET founded_at='2019-01-01+00'")
    clinic.bend("UPDATE callback_request SET created_at='2020-01-01+00'")
    clinic.bend("UPDATE callback_event SET at='2020-01-01+00'")
    desk = clinic.access.oversight_desk(manager)
    assert desk.run_retention().requests == 1
    assert desk.verify_audit().ok, "whoever signs in leaves an entry"
    with clinic.store.write() as thief:
        change_reference(thief, StaffAccount, ann, {"wrapped_keys": "", "disabled_at": None})
        forged = HelplineList(
            id=clinic.id(),
            site_id=clinic.site.site_id,
            text="forged numbers",
            published_at=clinic.clock.at,
        )
        add_reference(thief, forged)
    clinic.bend("UPDATE desk_change SET at=at - interval '2 days' WHERE deleted > 0")
    found = desk.verify_audit()
    assert [(one.machine, one.changed, one.deleted) for one in found.untold] == [(DESK, 2, 1)]
    assert "2 changes and 1 deletion by Kiosk 1 stand in no trail" in describe_verdict(found)
    assert not found.ok
