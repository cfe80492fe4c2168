"""The manager's look at the audit trail and at the machines."""

from datetime import timedelta

import pytest

from kiosk.domain.audit import AuditAction, AuditLine
from kiosk.domain.staff import Purpose, Role
from kiosk.errors import AccessRefused, SignedOut, StoreError
from kiosk.records.database.store import Store
from kiosk.records.database.writing import add_reference
from kiosk.records.schema.system_tables import KioskDevice, KioskHeartbeat
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.audit_trail import check_trail
from tests.support.desks import PASSPHRASE, PIN, Clinic

pytestmark = pytest.mark.central


@pytest.fixture
def desk(clinic: Clinic) -> OversightDesk:
    return clinic.access.oversight_desk(clinic.fresh(clinic.manager))


def actions(desk: OversightDesk) -> list[str]:
    return [line.action for line in desk.audit_trail()]


@pytest.mark.parametrize("role", [Role.CALLER, Role.FACILITATOR])
def test_only_a_manager_has_this_desk(clinic: Clinic, role: Role) -> None:
    other = clinic.add_staff("other", role)
    with pytest.raises(AccessRefused, match="manager"):
        clinic.access.oversight_desk(other)
    with pytest.raises(SignedOut):
        OversightDesk(clinic.context, other, {}).run_retention()


def test_the_trail_says_who_did_what_the_latest_first(clinic: Clinic) -> None:
    caller = clinic.add_staff("caller", Role.CALLER)
    draft = clinic.draft()
    receipt = clinic.visitor.request_callback(draft)
    clinic.access.callback_desk(caller).reveal(draft.id)
    clinic.access.sign_in("caller", "wrong wrong wrong")
    clinic.maintenance.unlock(PIN)
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    lines = desk.audit_trail()
    assert [(line.action, line.login, line.subject) for line in lines[:4]] == [
        (AuditAction.AUDIT_OPENED, "manager", ""),
        (AuditAction.MAINTENANCE_UNLOCKED, "", ""),
        (AuditAction.SIGN_IN_REFUSED, "", "caller"),
        (AuditAction.CALLBACK_REVEALED, "caller", receipt.reference),
    ]
    assert [line.position for line in lines] == list(range(len(lines)))[::-1]
    assert {line.at for line in lines} == {clinic.clock.at}


def test_a_desk_leaves_one_entry_however_often_it_looks(clinic: Clinic) -> None:
    manager = clinic.fresh(clinic.manager)
    desk = clinic.access.oversight_desk(manager)
    assert actions(desk).count(AuditAction.AUDIT_OPENED) == 1
    assert actions(desk).count(AuditAction.AUDIT_OPENED) == 1
    assert actions(clinic.access.oversight_desk(manager)).count(AuditAction.AUDIT_OPENED) == 2


def test_the_trail_is_read_part_by_part(clinic: Clinic, desk: OversightDesk) -> None:
    for _ in range(7):
        clinic.maintenance.unlock(PIN)
    whole = desk.audit_trail()
    read: list[AuditLine] = []
    before: AuditLine | None = None
    while part := desk.audit_trail(3, before):
        assert len(part) <= 3
        read += part
        before = part[-1]
    assert tuple(read) == whole
    assert len(desk.audit_trail(-5)) == 1


def test_the_trail_is_filtered_by_who_and_what(clinic: Clinic, desk: OversightDesk) -> None:
    clinic.add_staff("caller", Role.CALLER)
    clinic.access.sign_in("manager", PASSPHRASE)
    mine = desk.audit_trail(staff=" Caller")
    assert [line.action for line in mine] == [AuditAction.SIGNED_IN]
    signed = desk.audit_trail(action=AuditAction.SIGNED_IN)
    assert [line.login for line in signed] == ["manager", "caller"]
    assert desk.audit_trail(staff="manager", action=AuditAction.SIGNED_IN) == signed[:1]
    assert desk.audit_trail(staff="nobody") == ()


def test_a_whole_trail_is_found_whole(clinic: Clinic, desk: OversightDesk) -> None:
    before = clinic.count("audit_event")
    verdict = desk.verify_audit()
    assert (verdict.ok, verdict.broken_at, verdict.entries) == (True, None, before)
    assert verdict.checked_at == clinic.clock.at
    assert actions(desk)[1] == AuditAction.AUDIT_VERIFIED
    assert desk.verify_audit().ok


def test_entries_cut_off_with_their_count_are_missed(clinic: Clinic, desk: OversightDesk) -> None:
    for _ in range(3):
        clinic.maintenance.unlock(PIN)
    whole = clinic.count("audit_event")
    clinic.bend("DELETE FROM audit_event WHERE position=(SELECT max(position) FROM audit_event)")
    clinic.bend(
        "UPDATE audit_chain SET length=length-1,"
        " last_tag=(SELECT tag FROM audit_event ORDER BY position DESC LIMIT 1)",
    )
    verdict = desk.verify_audit()
    assert (verdict.ok, verdict.broken_at) == (False, whole - 1)


def still_holds(clinic: Clinic, content: bytes, place: int) -> bool:
    """Say whether nothing is noticed in a copy of the database with one byte turned over."""
    copy = clinic.file.with_name("copy.db")
    copy.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
    try:
        store = Store.open(copy)
        try:
            return (
                check_trail(store, clinic.site, clinic.manager.keys[Purpose.CALLBACKS]).broken_at
                is None
            )
        finally:
            store.close()
    except StoreError:
        return False


@pytest.mark.own_file
def test_one_flipped_byte_of_an_entry_is_found(clinic: Clinic) -> None:
    clinic.access.sign_in("manager", PASSPHRASE)
    clinic.maintenance.unlock(PIN)
    clinic.store.checkpoint()
    content = clinic.file.read_bytes()
    with clinic.store.read() as transaction:
        query = "SELECT tag FROM audit_event WHERE action='signed_in'"
        tag: bytes = transaction.connection().exec_driver_sql(query).scalar_one()
    ends = content.index(tag) + len(tag)
    begins = content.rindex(b"signed_in", 0, ends) - 120
    missed = [place for place in range(begins, ends) if still_holds(clinic, content, place)]
    assert missed == []


@pytest.mark.own_file
def test_an_entry_that_cannot_be_read_does_not_stop_the_look(
    clinic: Clinic, desk: OversightDesk
) -> None:
    clinic.maintenance.unlock(PIN)
    clinic.bend("UPDATE audit_event SET at='soon', action=x'ff' WHERE position=0")
    assert actions(desk) == [AuditAction.AUDIT_OPENED, AuditAction.MAINTENANCE_UNLOCKED]
    assert desk.verify_audit().broken_at == 0


@pytest.mark.own_file
def test_machines_are_shown_with_what_is_known_of_them(clinic: Clinic, desk: OversightDesk) -> None:
    (here,) = desk.kiosks()
    assert (here.here, here.symbols, here.name) == (True, "7K", clinic.site.kiosk_name)
    assert (here.contact_at, here.pending, here.parked) == (None, None, None)
    clinic.bend("UPDATE sync_state SET contact_at='2026-03-02 03:00:00.000000'")
    (here,) = desk.kiosks()
    assert here.contact_at is not None
    assert (here.pending, here.parked) == (clinic.count("outbox"), 0)


@pytest.mark.own_file
def test_the_other_machines_are_known_by_their_last_word(
    clinic: Clinic, desk: OversightDesk
) -> None:
    other, at = clinic.id(), clinic.clock.at
    device = KioskDevice(
        id=other,
        site_id=clinic.site.site_id,
        name="A door",
        symbols="8K",
        pin_hash="",
        sealed_audit_key=b"",
        enrolled_at=at,
    )
    with clinic.store.write() as transaction:
        add_reference(transaction, device)
        beat = KioskHeartbeat(
            kiosk_id=other,
            site_id=clinic.site.site_id,
            at=at - timedelta(days=1),
            received_at=at - timedelta(days=1),
            pending=3,
            parked=1,
            version="0.1.0",
        )
        transaction.add(beat)
    there, here = desk.kiosks()
    assert (there.name, there.here, there.pending, there.parked) == ("A door", False, 3, 1)
    assert (there.version, there.contact_at) == ("0.1.0", at - timedelta(days=1))
    assert here.here
