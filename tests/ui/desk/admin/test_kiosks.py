"""The clinic's machines on the screen."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from kiosk.domain.callbacks.notice import Delivery, NoticeFault, NoticeState, NoticeWay
from kiosk.records.callbacks.notices import add_state
from kiosk.records.database.writing import add_reference
from kiosk.records.schema.system_tables import KioskDevice, KioskHeartbeat
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.first_hour import past_the_first_hour
from tests.support.screens import SIZES


def add_machine(
    clinic: Clinic, name: str, *, days: float = 0, revoked: bool = False, **beat: Any
) -> None:
    """Enrol another machine that last spoke so many days ago."""
    id_, now = clinic.id(), clinic.clock.at
    device = KioskDevice(
        id=id_,
        site_id=clinic.site.site_id,
        name=name,
        symbols="8K",
        pin_hash="",
        sealed_audit_key=b"",
        enrolled_at=now - timedelta(days=100),
        revoked_at=now if revoked else None,
    )
    at = now - timedelta(days=days)
    told = {"pending": 0, "parked": 0, "version": "0.1.0", **beat}
    heart = KioskHeartbeat(kiosk_id=id_, site_id=clinic.site.site_id, at=at, received_at=at, **told)
    with clinic.store.write() as transaction:
        add_reference(transaction, device)
        transaction.add(heart)


def furnish(clinic: Clinic) -> None:
    """Let there be machines of every kind."""
    add_machine(clinic, "Door", pending=12)
    add_machine(
        clinic, "Lift", days=3, parked=2, pending=40, clock_offset_ms=-400_000, version="0.0.9",
        helplines_review_by="2026-02-01",
    )  # fmt: skip
    add_machine(clinic, "Past", days=90, revoked=True, wiped_at=clinic.clock.at)


def row(colleague: Colleague, name: str) -> list[str]:
    line = next(line for line in colleague.lines if name in line)
    return line.split(name)[1].split()


async def test_machines_that_need_a_person_come_first(clinic: Clinic) -> None:
    with clinic.store.write() as transaction:
        contact = "UPDATE sync_state SET contact_at='2026-03-02 03:59:00.000000'"
        transaction.connection().execute(text(contact))
    furnish(clinic)
    async with at_desk(clinic, "manager") as colleague:
        colleague.expect("1 kiosk needs a person")
        await colleague.keys("k")
        colleague.expect("1 kiosk needs a person; the others are in order.")
        assert row(colleague, "Lift")[:6] == ["27", "Feb", "12:00", "40", "2", "No"]
        assert row(colleague, "Door") == ["2", "Mar", "12:00", "12", "0", "in", "use"]
        assert row(colleague, "Past")[-2:] == ["revoked,", "empty"]
        rows = [line.split()[0] for line in colleague.lines if line.split()]
        shown = [word for word in rows if word in ("›", "Door", "Kiosk", "Past")]
        assert shown == ["Kiosk", "›", "Door", "Kiosk", "Past"]


async def test_all_about_a_machine_is_shown_on_every_screen(clinic: Clinic) -> None:
    furnish(clinic)
    past_the_first_hour(clinic)
    async with at_desk(clinic, "manager") as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            short = size == SIZES[-1]
            colleague.expect("1 kiosk needs" if short else "! Lift: no contact for 3 days")
            await colleague.keys("k")
            # The chosen machine is told under the list where there is room.
            if size in SIZES[:2]:
                colleague.expect("Its clock is 6 minutes ahead. Set it.")
                await colleague.keys("down")
                colleague.expect("12 to be sent; 0 set aside")
                colleague.expect_not("Its clock is 6 minutes ahead")
                await colleague.keys("up")
            await colleague.keys("enter")
            colleague.expect("Lift  (8K)", "No contact for 3 days; 40 records waited then.")
            await colleague.at_once(*["down"] * 12)
            colleague.expect("Helplines", "1 Feb 2026", "6 minutes ahead")
            await colleague.keys("escape", "down", "enter")
            colleague.expect("Door  (8K)", "never compared", "12 to be sent; 0 set aside")
            await colleague.keys("escape", "escape")


async def test_without_a_centre_there_is_this_machine_only_and_news_appear_by_themselves(
    clinic: Clinic,
) -> None:
    past_the_first_hour(clinic)
    async with at_desk(clinic, "manager") as colleague:
        colleague.expect("Kiosks", "Last contact, and what waits")
        await colleague.keys("k")
        colleague.expect("Kiosks", "This machine only: there is no centre")
        machine = row(colleague, clinic.site.kiosk_name)
        assert machine == ["never", "–", "–", "this", "one"]
        add_machine(clinic, "Door", pending=12)
        for _ in range(10):
            await colleague.wait(1)
        colleague.expect("Door", "12 records are on their way.")
        await colleague.keys("escape")
        # The menu says it within a minute.
        colleague.expect("Last contact, and what waits")
        add_machine(clinic, "Lift", parked=1)
        for _ in range(60):
            await colleague.wait(1)
        colleague.expect("! Lift: 1 record is set aside")


async def test_a_notice_that_did_not_arrive_is_told_at_every_size(clinic: Clinic) -> None:
    refused = NoticeState(
        NoticeWay.MAIL,
        clinic.id(),
        since=clinic.clock.at,
        last=Delivery(NoticeFault.REFUSED, 550),
        refused=True,
    )
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("k")
        colleague.expect_not("notice")
        with clinic.store.write() as transaction:
            add_state(transaction, clinic.site.site_id, clinic.site.kiosk_id, refused)
        for _ in range(10):
            await colleague.wait(1)
        for size in SIZES:
            await colleague.resize(*size)
            colleague.expect("`kiosk notice")
            if size[1] >= 30:
                colleague.expect("! A notice of Mon 12:00 was refused.", "`kiosk notice retry`")
            else:
                colleague.expect("! Notices by mail fail: see `kiosk notice list`.")
