"""The clinic's machines on the screen."""

from datetime import timedelta

from sqlalchemy import text

from kiosk.records.exchange import KioskHeartbeat
from kiosk.records.facts import add_reference
from kiosk.records.plumbing import KioskDevice
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk


def add_machine(
    clinic: Clinic, name: str, *, days: float, parked: int = 0, revoked: bool = False
) -> None:
    """Enrol another machine that last spoke so many days ago, with 12 facts waiting."""
    id_, now = clinic.id(), clinic.clock.at
    device = KioskDevice(
        id=id_,
        site_id=clinic.site.site_id,
        name=name,
        symbols="8K",
        pin_hash="",
        sealed_audit_key=b"",
        enrolled_at=now,
        revoked_at=now if revoked else None,
    )
    beat = KioskHeartbeat(
        kiosk_id=id_,
        site_id=clinic.site.site_id,
        at=now - timedelta(days=days),
        received_at=now - timedelta(days=days),
        pending=12,
        parked=parked,
        version="0.1.0",
    )
    with clinic.store.write() as transaction:
        add_reference(transaction, device)
        transaction.add(beat)


def row(colleague: Colleague, name: str) -> list[str]:
    line = next(line for line in colleague.lines if name in line)
    return line.split(name)[1].split()


async def test_without_a_centre_there_is_this_machine_only(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("k")
        colleague.expect("Kiosks", "This machine only: there is no centre")
        machine = row(colleague, clinic.site.kiosk_name)
        assert machine == ["7K", "never", "–", "–", "this", "one"]


async def test_other_machines_with_what_waits_on_them(clinic: Clinic) -> None:
    with clinic.store.write() as transaction:
        contact = "UPDATE sync_state SET contact_at='2026-03-02 03:00:00.000000'"
        transaction.connection().execute(text(contact))
    add_machine(clinic, "Door", days=0.25)
    add_machine(clinic, "Lift", days=3, parked=2)
    add_machine(clinic, "Past", days=90, revoked=True)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("k")
        waiting = clinic.count("outbox") + 24
        colleague.expect(f"{waiting} facts wait to be sent; 2 parked: see `kiosk doctor`.")
        assert row(colleague, "Door")[:8] == ["8K", "2", "Mar", "06:00", "12", "0", "in", "use"]
        assert row(colleague, "Lift")[3:6] == ["12:00", "12", "2"]
        assert row(colleague, "Past")[1:7] == ["2", "Dec", "25", "12:00", "12", "0"]
        assert "revoked" in row(colleague, "Past")


async def test_news_appear_by_themselves(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("k")
        add_machine(clinic, "Door", days=0)
        for _ in range(10):
            await colleague.wait(1)
        colleague.expect("Door", "12 facts wait to be sent.")
