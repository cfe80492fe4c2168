"""The way of a referral: from the clinician who enters it to the talk that stands."""

from functools import partial

from kiosk.domain.callbacks.state import Outcome
from kiosk.domain.staff import Role
from tests.stories.machines import side_at, sync
from tests.support.central_clinics import KioskBeside
from tests.support.desks import Clinic
from tests.support.deskscreens import at_desk
from tests.support.pictures import codes
from tests.support.screens import at_kiosk


async def test_a_referral_is_missed_called_again_booked_and_moved_by_its_person(
    clinic: Clinic, entrance: KioskBeside, upstairs: KioskBeside
) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "drho") as clinician:
        await clinician.keys("n")
        await clinician.type("Mei", "enter")
        await clinician.type("8123 4567", "enter", "enter", "enter", "enter")
        clinician.expect("They wish", "[ ] woman")
        await clinician.keys("space", *["enter"] * 6, "space", "k")
        clinician.expect("Kept: ", "Most people get a call within 3 working days.")
        (slip,) = codes(clinician.strips())
        reference = clinician.screen.heading().removeprefix("Kept: ")
    sync(entrance, upstairs)
    clinic.clock.move(minutes=1)
    async with at_desk(clinic, "anna") as caller:
        caller.expect("1 to call now", "Mei", "rather a woman")
        await caller.keys("n")
        caller.expect(reference, "to speak with a woman", "entered by drho", "face to face")
        await caller.keys("r", "a")
        caller.expect("Noted: no answer.")
    async with at_desk(clinic, "drho") as clinician:
        clinician.expect(reference, "waiting")
        clinician.expect_not("Mei", "4567")
    async with at_kiosk(entrance.clinic, boot=partial(side_at, entrance)) as person:
        await person.scan(slip)
        person.expect("We rang on Monday afternoon and could not reach you.", "We try again by")
    clinic.clock.move(days=1)
    async with at_desk(clinic, "anna") as caller:
        await caller.keys("n", "r")
        caller.expect("Mei", "Ring 8123 4567", "1; the latest: no answer")
        await caller.keys("s", "b", "a")
        caller.expect("Booked: Wed 4 Mar, 10:00 with anna.")
    clinic.clock.move(hours=1)
    async with at_kiosk(upstairs.clinic, boot=partial(side_at, upstairs)) as person:
        await person.scan(slip)
        person.expect("A talk is booked for Wednesday morning.", "A Another time")
        await person.keys("a")
        await person.tap("Weekdays, 4 to 6")
        await person.keys("k")
        person.expect("We ring you about another time. Until then the talk stays.")
    sync(upstairs, entrance)
    clinic.clock.move(minutes=1)
    async with at_kiosk(entrance.clinic, boot=partial(side_at, entrance)) as person:
        await person.scan(slip)
        person.expect("A talk is booked for Wednesday morning.", "Until then the talk stays.")
        person.expect_not("Mei", "4567", "anna")
    async with at_desk(clinic, "anna") as caller:
        await caller.keys("t")
        caller.expect("Mei", "talk 4 Mar")
        await caller.keys("enter")
        caller.expect("other times suit them better than the booked one: please ring")
        caller.expect("weekdays 4 to 6 (chosen later, by slip)", "Wed 4 Mar, 10:00, with anna")
    async with at_desk(clinic, "drho") as clinician:
        clinician.expect(reference)
        clinician.expect_not("Mei", "4567")
    (row,) = clinic.callbacks.worklist().rows
    assert row.state.reason == Outcome.SESSION_BOOKED
    assert row.wants_other_time
