"""Staff enter a request: asked as a visitor is, kept once, with the person's slip."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.domain.callbacks.entry import PaperForm
from kiosk.domain.callbacks.request import ConsentBy, MessagePolicy, Origin, Source
from kiosk.domain.callbacks.slips import RequestPhase
from kiosk.domain.callbacks.wishes import NO_WISHES
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.printing import PrintResult, PrintState
from kiosk.domain.staff import Role
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.widgets.inputs import Field
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, Written, at_desk, desk_side, scan
from tests.support.pictures import codes

_TO_CONSENT = 9
"""Rows from when to call to who said yes, where nothing else is changed; a paper form has one less.
"""
_TO_WISHES = 3
"""Rows from when to call to what they wish for."""
_TO_CONSENT_FROM_WISHES = _TO_CONSENT - _TO_WISHES


async def fill_in(colleague: Colleague, phone: str = "8123 4567", rows: int = _TO_CONSENT) -> None:
    """Type a name and a number, and go to the question who said yes."""
    await colleague.type("Ravi", "enter")
    await colleague.type(phone, "enter")
    await colleague.keys(*["enter"] * rows)


async def test_a_clinician_begins_at_their_own_requests(clinic: Clinic) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)
    async with at_desk(clinic, "drho") as colleague:
        colleague.expect("Requests that you entered", "You have entered no request yet.")
        await colleague.keys("escape")
        colleague.expect("Enter a request", "My own passphrase")
        colleague.expect_not("Callbacks", "Members")


async def test_a_request_is_entered_once_its_person_said_yes(clinic: Clinic) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)
    async with at_desk(clinic, "drho") as colleague:
        await colleague.keys("n")
        colleague.expect("A request for somebody", "a first name is enough")
        await fill_in(colleague)
        colleague.expect("Ask: may a peer support specialist ring you?")
        await colleague.keys("k")
        colleague.expect("Without a yes nobody is rung.")
        assert clinic.count("callback_request") == 0
        await colleague.keys("space", "k")
        (row,) = clinic.callbacks.worklist().rows
        colleague.expect(f"Kept: {row.request.reference}", "They photograph the code")
        colleague.expect("Most people get a call within 3 working days.")
        (code,) = codes(colleague.strips())
        await colleague.keys("p")
        await colleague.see_next_second()
        colleague.expect("Printed: the slip.")
        (slip,) = colleague.written.printer.slips
        assert (slip.digits, slip.reference) == (code, row.request.reference)
        assert clinic.visitor.withdraw_by_slip(code).phase is RequestPhase.WITHDRAWN
        await colleague.keys("escape")
        colleague.expect(row.request.reference, "team", "taken back")
        colleague.expect_not("Ravi", "4567")
    assert row.request.origin.consent_how == "spoken"
    assert row.request.origin.source == "team"
    assert clinic.numbers() == []


async def test_what_is_wrong_is_said_where_it_stands(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("escape", "n", "n")
        await fill_in(colleague, phone="S1234567D")
        await colleague.keys("k")
        colleague.expect("identity number, which we never keep")
        assert isinstance(colleague.screen.focused, Field)
        assert colleague.screen.focused.id == "phone"


async def test_typed_text_is_not_lost_by_a_slip_of_the_finger(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("escape", "n", "n")
        await colleague.type("Ravi")
        await colleague.keys("escape")
        colleague.expect("Leave this request?")
        await colleague.keys("n")
        colleague.expect("A request for somebody", "Ravi")
        await colleague.keys("escape", "y")
        colleague.expect("Requests that you entered")


async def test_any_time_and_a_part_of_the_week_exclude_each_other(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("escape", "n", "n")
        await colleague.type("Ravi", "enter")
        await colleague.type("81234567", "enter")
        await colleague.tap("Mo–Fr 9–12")
        colleague.expect("[✓] Mo–Fr 9–12", "[ ] any time")
        await colleague.tap("any time")
        colleague.expect("[ ] Mo–Fr 9–12", "[✓] any time")


@pytest.mark.parametrize("size", [(56, 16), (80, 24)])
async def test_what_somebody_wishes_for_is_asked_and_kept(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)
    async with at_desk(clinic, "drho", size=size) as colleague:
        await colleague.keys("n")
        await fill_in(colleague, rows=_TO_WISHES)
        await colleague.until("[ ] woman", 10)
        colleague.expect("They wish")
        await colleague.keys("space")
        await colleague.tap("] man")
        colleague.expect("[ ] woman", "[✓] man")
        await colleague.keys("enter", "space")
        await colleague.until("[✓] Talks, one to one", 10)
        await colleague.keys(*["enter"] * (_TO_CONSENT_FROM_WISHES - 1), "space", "k")
        colleague.expect("Kept:")
    (row,) = clinic.callbacks.worklist().rows
    assert row.request.wishes == ("about_one_to_one", "man")
    assert row.request.message_policy == MessagePolicy.NONE


async def test_who_would_rather_get_a_text_allows_one(clinic: Clinic) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)
    async with at_desk(clinic, "drho") as colleague:
        await colleague.keys("n")
        await fill_in(colleague, rows=_TO_WISHES)
        await colleague.tap("] text")
        colleague.expect("[✓] text", "(✓) one text")
        await colleague.tap("a voicemail")
        colleague.expect("[ ] text", "(✓) a voicemail")
        await colleague.tap("] text")
        await colleague.keys(*["enter"] * _TO_CONSENT_FROM_WISHES, "space", "k")
    (row,) = clinic.callbacks.worklist().rows
    assert (row.request.wishes, row.request.message_policy) == (("text",), MessagePolicy.TEXT)


async def test_a_caller_enters_a_request_from_the_list_and_is_back_there(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("f")
        await fill_in(colleague, rows=0)
        await colleague.keys("k", "space", "k")
        colleague.expect("Kept: ")
        await colleague.keys("escape")
        colleague.expect("1 to call now", "Ravi")


async def test_where_nothing_can_be_wished_for_nobody_is_asked(clinic: Clinic) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)

    def boot() -> DeskSide:
        side = desk_side(clinic, Written())
        side.clinic = replace(side.clinic, wishes=NO_WISHES)
        return side

    async with at_desk(clinic, "drho", boot=boot) as colleague:
        await colleague.keys("n")
        await fill_in(colleague, rows=_TO_CONSENT - 2)
        colleague.expect_not("They wish", "About")
        await colleague.keys("space", "k")
        colleague.expect("Kept:")


async def test_a_paper_form_is_scanned_and_its_wait_counts_from_its_day(clinic: Clinic) -> None:
    desk = clinic.access.entry_desk(clinic.add_staff("drho", Role.CLINICIAN))
    (form,) = desk.make_forms(1)
    async with at_desk(clinic, "drho") as colleague:
        await colleague.keys("p")
        await scan(colleague, encode(CodeKind.PASS, bytes(16)))
        colleague.expect("That is no code of a paper form.")
        await scan(colleague, form.slip_digits)
        colleague.expect("(scanned)")
        colleague.expect_not(form.slip_digits[10:20])
        await colleague.type("1 Jan 2026", "enter")
        await fill_in(colleague, rows=_TO_CONSENT - 1)
        await colleague.keys("space", "k")
        colleague.expect("Was it filled in so long ago?", "2026")
        await colleague.keys("y")
        colleague.expect(f"Kept: {form.reference}")
    (row,) = clinic.callbacks.worklist().rows
    assert row.request.created_at.astimezone(clinic.site.zone).date().isoformat() == "2026-01-01"
    assert row.request.origin.source == Source.PAPER


async def test_a_typed_number_of_no_form_is_told(clinic: Clinic) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)
    async with at_desk(clinic, "drho") as colleague:
        await colleague.keys("p")
        await colleague.type("7K4Q-FMRX", "enter")
        await colleague.type("today 9:00", "enter")
        await fill_in(colleague, rows=_TO_CONSENT - 1)
        await colleague.keys("space", "k")
        colleague.expect("That is no form's number")
        assert clinic.count("callback_request") == 0


async def test_blank_forms_are_printed(clinic: Clinic) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)
    async with at_desk(clinic, "drho") as colleague:
        await colleague.keys("f")
        colleague.expect("How many blank forms?")
        await colleague.type("0", "enter")
        colleague.expect("Please type a number from 1 to 200.")
        await colleague.keys("backspace")
        await colleague.type("3", "enter")
        await colleague.see_next_second()
        colleague.expect("Printed: the forms.")
        (forms,) = colleague.written.printer.blanks
        assert len({form.reference for form in forms}) == 3


async def test_callers_read_how_it_came_and_who_said_yes(clinic: Clinic) -> None:
    drho = clinic.access.entry_desk(clinic.add_staff("drho", Role.CLINICIAN))
    (form,) = drho.make_forms(1)
    draft = drho.new_draft()
    said = clinic.draft("Ravi")
    on_paper = Origin(Source.PAPER, None, ConsentBy.OTHER, "paper")
    whole = replace(said, id=draft.id, slip_secret=draft.slip_secret, origin=on_paper)
    drho.enter(whole, PaperForm(form.reference, clinic.clock.at - timedelta(hours=1)))
    clinic.visitor.request_callback(clinic.draft("Mei"))
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna", size=(120, 40)) as colleague:
        colleague.expect("Came by", "paper", "kiosk")
        await colleague.keys("enter")
        colleague.expect("paper, entered by drho", "somebody for them said yes on paper")
        await colleague.keys("escape", "down", "enter")
        colleague.expect_not("entered by")


async def test_what_becomes_of_a_slip_is_read_on_a_low_screen_too(clinic: Clinic) -> None:
    clinic.add_staff("drho", Role.CLINICIAN)
    async with at_desk(clinic, "drho", size=(56, 16)) as colleague:
        await colleague.keys("n")
        await fill_in(colleague)
        await colleague.keys("space", "k")
        sentence = "The slip printer is out of paper; put a new roll in."
        colleague.written.printer.result = PrintResult(PrintState.FAILED, sentence)
        await colleague.keys("p")
        await colleague.see_next_second()
        for words in ("Not printed: the slip.", "put a new roll in."):
            assert words in " ".join(line[:26].strip() for line in colleague.lines)
