"""The way of somebody new: met at the first visit, here again by a pass, erased on their wish."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

from kiosk.domain.attendance.roster import SessionCard
from kiosk.domain.passes import Code, decode, derive_lookup
from kiosk.domain.person.data import NotThere, PersonData
from kiosk.domain.staff import Role
from kiosk.exports.columns import ExportContext
from kiosk.exports.writing import InFolder, export_person
from kiosk.ui.desk.session import DeskSide
from tests.stories.machines import side_at, sync
from tests.support.central_clinics import KioskBeside
from tests.support.desks import Clinic
from tests.support.deskscreens import Written, at_desk, desk_side
from tests.support.pictures import codes
from tests.support.screens import at_kiosk
from tests.usecases.admin.test_person_desk import dumped, ways

NAME = "Quillabamba"


def with_files(clinic: Clinic) -> DeskSide:
    """Return a desk that writes one person's data into the exports folder."""
    folder = clinic.folder / "exports"
    folder.mkdir(mode=0o700)

    def export(data: PersonData | NotThere, login: str) -> tuple[str, ...]:
        assert isinstance(data, PersonData)
        zone, day = clinic.site.zone, clinic.clock.at
        context = ExportContext(zone, day, login, "One person's data", clinic.site.name)
        return tuple(map(str, export_person(data, InFolder(folder, clinic.id()), context)))

    side = desk_side(clinic, Written())
    side.tools = replace(side.tools, export_person=export)
    return side


async def test_somebody_new_is_met_comes_again_and_is_erased(
    clinic: Clinic, entrance: KioskBeside, upstairs: KioskBeside
) -> None:
    clinic.add_staff("fay", Role.FACILITATOR)
    clinic.add_session("Room 2", starts=10)
    sync(entrance, upstairs)
    async with at_kiosk(entrance.clinic, boot=partial(side_at, entrance)) as person:
        await person.keys("g", "enter")
        await person.tap("It is my first time. Please meet me here.")
        await person.keys("g")
        await person.type(NAME, "enter")
        person.expect(f"✓ Welcome, {NAME}", "The group's team looks out for you here.")
        await person.keys("p")
        (digits,) = codes(person.strips())
    sync(entrance, upstairs)
    clinic.clock.move(minutes=11)
    async with at_desk(clinic, "fay") as facilitator:
        await facilitator.keys("g", "enter")
        facilitator.expect("1 here", "1 first time, 1 to meet", "first time: please meet")
        facilitator.expect_not(NAME)
        await facilitator.keys("enter")
        facilitator.expect("1 first time, all met")
    clinic.clock.move(days=6, hours=23)
    clinic.add_session("Room 3", starts=10)
    sync(entrance, upstairs)
    async with at_kiosk(upstairs.clinic, boot=partial(side_at, upstairs)) as person:
        await person.scan(digits)
        person.expect(f"✓ Welcome, {NAME}", "You are checked in.")
    sync(entrance, upstairs)
    canaries = canaries_of(clinic, digits)
    counts = [(card.present, card.first_visits, card.to_meet) for card in cards(clinic)]
    assert counts == [(1, 1, 0), (1, 0, 0)]
    async with at_desk(clinic, "manager", size=(120, 40), boot=partial(with_files, clinic)) as desk:
        await desk.keys("y")
        await desk.type(digits, "enter")
        desk.expect(f"What is kept of {NAME}", "Room 2 (first time; asked to be met, and was)")
        desk.expect("Room 3")
        desk.expect_not(digits)
        await desk.keys("e")
        desk.expect("Written to the exports folder:", "Hand it over")
        (document,) = (clinic.folder / "exports").glob("*.json")
        assert '"first_visit": "met"' in document.read_text(encoding="utf-8")
        before = everything(clinic, entrance, upstairs)
        assert [one for one in canaries if one not in before] == []
        await desk.keys("x", "w")
        desk.expect("Erase for good?", "2 visits will be those of a guest", "This stays")
        (word,) = re.findall(r"To erase it, type ([0-9A-F]{6})", desk.picture())
        await desk.type(word, "enter")
        desk.expect("One person's data", "Erased for good: 1 pass")
        await desk.type(digits, "enter")
        desk.expect("Nothing is kept by this.")
    sync(entrance, upstairs)
    after = everything(clinic, entrance, upstairs)
    assert [one for one in canaries if one in after] == []
    clinic.clock.move(minutes=1)
    async with at_kiosk(upstairs.clinic, boot=partial(side_at, upstairs)) as person:
        await person.scan(digits)
        person.expect_not(NAME)
    assert [(card.present, card.first_visits, card.to_meet) for card in cards(clinic)] == counts


def cards(clinic: Clinic) -> list[SessionCard]:
    """Return what staff read of the sessions of both days."""
    days = (clinic.clock.at.date() - timedelta(days=7), clinic.clock.at.date())
    return [card for day in days for card in clinic.roster.sessions(day)]


def canaries_of(clinic: Clinic, digits: str) -> list[bytes]:
    """Return what is kept of somebody who has a pass, as it lies in columns, files and dumps."""
    code = decode(digits)
    assert isinstance(code, Code)
    sealed = [
        bytes(value)[-48:]
        for query in ("SELECT sealed_name FROM participant", "SELECT name_box FROM passcard")
        for value in clinic.column(query)
    ]
    return [NAME.encode(), *ways(derive_lookup(code.secret), *sealed)]


def everything(clinic: Clinic, *kiosks: KioskBeside) -> bytes:
    """Return all tables of the centre, and all files of the desk and of the kiosks."""
    for kiosk in kiosks:
        kiosk.clinic.store.checkpoint()
    return dumped(clinic)
