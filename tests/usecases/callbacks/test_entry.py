"""Requests that staff enter: sealed like a visitor's, once a form, and nobody's but a caller's."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kiosk.domain.callbacks.actions import Claim
from kiosk.domain.callbacks.entry import EnteredRequest, EntryProblem, PaperForm
from kiosk.domain.callbacks.request import (
    CallbackDraft,
    ConsentBy,
    ConsentHow,
    Origin,
    Receipt,
    Source,
    format_reference,
)
from kiosk.domain.callbacks.slips import RequestPhase
from kiosk.domain.callbacks.state import RequestStatus
from kiosk.domain.callbacks.worklist import WorklistFilter
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.staff import AccountProblem, Role
from kiosk.errors import AccessRefused
from kiosk.usecases.callbacks.entry import EntryDesk
from kiosk.usecases.staff_desk import SignedIn
from tests.support.calls import ask, caller, do, trail_of
from tests.support.desks import PASSPHRASE, Clinic

pytestmark = pytest.mark.central
BY_PHONE = Origin(Source.PHONE, None, ConsentBy.PERSON, ConsentHow.PHONE)
ON_PAPER = Origin(Source.PAPER, None, ConsentBy.OTHER, ConsentHow.PAPER)


def clinician(clinic: Clinic, login: str = "drho") -> EntryDesk:
    return clinic.access.entry_desk(clinic.add_staff(login, Role.CLINICIAN))


def filled(clinic: Clinic, desk: EntryDesk, origin: Origin = BY_PHONE) -> CallbackDraft:
    own = desk.new_draft()
    said = clinic.draft("Ravi")
    return replace(said, id=own.id, slip_secret=own.slip_secret, origin=origin)


def enter(clinic: Clinic, desk: EntryDesk) -> Receipt:
    receipt = desk.enter(filled(clinic, desk))
    assert isinstance(receipt, Receipt)
    return receipt


def test_what_was_entered_is_called_like_any_other(clinic: Clinic) -> None:
    desk = clinician(clinic)
    receipt = enter(clinic, desk)
    (row,) = clinic.callbacks.worklist().rows
    assert (row.request.preferred_name, row.request.reference) == ("Ravi", receipt.reference)
    assert row.request.created_at == receipt.created_at == clinic.clock.at
    origin = row.request.origin
    assert (origin.source, origin.consent_by, origin.consent_how) == ("phone", "person", "phone")
    assert row.entered_by == "drho"
    assert clinic.numbers() == ["+6581234567"]
    assert trail_of(clinic, row.request.id)[0] == "callback_entered"
    (exported,) = clinic.callbacks.export_rows(WorklistFilter())
    assert (exported.entered_by, exported.request.origin.source) == ("drho", "phone")


def test_the_slip_of_an_entered_request_takes_it_back(clinic: Clinic) -> None:
    receipt = enter(clinic, clinician(clinic))
    here = RequestPhase.KEPT_HERE if clinic.owner is None else RequestPhase.WITH_CLINIC
    assert clinic.visitor.slip_state(receipt.slip_digits).phase is here
    taken = clinic.visitor.withdraw_by_slip(receipt.slip_digits)
    assert taken.phase is RequestPhase.WITHDRAWN


def test_saved_twice_is_kept_once(clinic: Clinic) -> None:
    desk = clinician(clinic)
    draft = filled(clinic, desk)
    first = desk.enter(draft)
    clinic.clock.move(minutes=1)
    assert desk.enter(replace(draft, preferred_name="Another")) == first
    assert clinic.count("callback_request") == 1
    assert trail_of(clinic, draft.id) == ["callback_entered"]


def test_a_visitors_own_way_is_none_of_staffs(clinic: Clinic) -> None:
    desk = clinician(clinic)
    (form,) = desk.make_forms(1)
    paper = PaperForm(form.reference, clinic.clock.at)
    for origin, given in ((Origin(), None), (ON_PAPER, None), (BY_PHONE, paper)):
        with pytest.raises(ValueError, match="no way"):
            desk.enter(filled(clinic, desk, origin), given)
    assert clinic.count("callback_request") == 0


def test_who_enters_is_who_is_signed_in(clinic: Clinic) -> None:
    desk, other = clinician(clinic), clinic.add_staff("nurse", Role.CLINICIAN)
    forged = replace(BY_PHONE, entered_by=other.staff.id)
    desk.enter(filled(clinic, desk, forged))
    (row,) = clinic.callbacks.worklist().rows
    assert row.entered_by == "drho"


def test_a_clinician_sees_the_state_of_their_own_and_nothing_else(clinic: Clinic) -> None:
    desk, other = clinician(clinic), clinician(clinic, "nurse")
    ask(clinic, "A visitor")
    receipt = enter(clinic, desk)
    made = clinic.clock.at
    assert other.entered() == ()
    seen = EnteredRequest(receipt.reference, made, Source.PHONE, RequestStatus.NEW)
    assert desk.entered() == (seen,)
    ann = caller(clinic, "ann")
    rows = {row.request.reference: row for row in ann.worklist().rows}
    do(ann, rows[receipt.reference].request.id, Claim())
    assert desk.entered() == (replace(seen, status=RequestStatus.CLAIMED),)
    clinic.visitor.withdraw_by_slip(receipt.slip_digits)
    assert desk.entered() == (replace(seen, status=RequestStatus.WITHDRAWN),)


def test_a_clinician_holds_no_key_and_opens_no_other_desk(clinic: Clinic) -> None:
    signed_in = clinic.add_staff("drho", Role.CLINICIAN)
    assert signed_in.keys == {}
    access = clinic.access
    for open_desk in (
        access.callback_desk,
        access.roster_desk,
        access.pass_desk,
        access.groups_desk,
        access.accounts_desk,
        access.oversight_desk,
        access.anomalies_desk,
    ):
        with pytest.raises(AccessRefused):
            open_desk(signed_in)


def test_who_only_has_groups_enters_nothing(clinic: Clinic) -> None:
    with pytest.raises(AccessRefused, match="clinician"):
        clinic.access.entry_desk(clinic.add_staff("mei", Role.FACILITATOR))


def test_a_role_without_keys_is_not_taken_by_editing_the_database(clinic: Clinic) -> None:
    mei = clinic.add_staff("mei", Role.FACILITATOR)
    clinic.bend(
        "UPDATE staff_account SET roles = 'clinician,facilitator' WHERE id = :id", id=mei.staff.id
    )
    again = clinic.access.sign_in("mei", PASSPHRASE)
    assert isinstance(again, SignedIn)
    assert again.staff.roles == {Role.FACILITATOR}


def test_a_manager_gives_the_role_with_a_new_passphrase(clinic: Clinic) -> None:
    mei = clinic.add_staff("mei", Role.FACILITATOR)
    accounts = clinic.access.accounts_desk(clinic.fresh(clinic.manager))
    both = frozenset({Role.FACILITATOR, Role.CLINICIAN})
    assert accounts.set_roles(mei.staff.id, both) is AccountProblem.NEEDS_PASSPHRASE
    accounts.set_roles(mei.staff.id, both, "a lamp by the red door")
    changed = clinic.access.change_passphrase(
        "mei", "a lamp by the red door", "nine green apples on a shelf"
    )
    assert isinstance(changed, SignedIn)
    assert changed.staff.roles == both


@pytest.mark.parametrize("scanned", [False, True])
def test_a_paper_form_has_its_number_its_slip_and_its_clock(clinic: Clinic, scanned: bool) -> None:
    desk = clinician(clinic)
    first, form = desk.make_forms(2)
    assert first.reference != form.reference
    earlier = clinic.clock.at - timedelta(days=2)
    typed = form.slip_digits if scanned else f" {form.reference.lower().replace('-', ' ')} "
    receipt = desk.enter(filled(clinic, desk, ON_PAPER), PaperForm(typed, earlier))
    shown = form.slip_digits if scanned else ""
    assert receipt == Receipt(form.reference, shown, earlier, clinic.visitor.promise_days())
    (row,) = clinic.callbacks.worklist().rows
    assert (row.request.reference, row.request.created_at) == (form.reference, earlier)
    assert row.request.origin.consent_by == ConsentBy.OTHER
    taken = clinic.visitor.withdraw_by_slip(form.slip_digits)
    assert taken.phase is RequestPhase.WITHDRAWN


def test_a_paper_form_is_entered_once(clinic: Clinic) -> None:
    desk = clinician(clinic)
    (form,) = desk.make_forms(1)
    paper = PaperForm(form.reference, clinic.clock.at)
    draft = filled(clinic, desk, ON_PAPER)
    kept = desk.enter(draft, paper)
    assert isinstance(kept, Receipt)
    assert desk.enter(draft, paper) == kept
    other = filled(clinic, desk, ON_PAPER)
    for typed in (form.reference, form.slip_digits):
        assert desk.enter(other, replace(paper, code=typed)) is EntryProblem.FORM_USED
    assert clinic.count("callback_request") == 1


def test_what_is_no_form_of_this_clinic_writes_nothing(clinic: Clinic) -> None:
    desk = clinician(clinic)
    (form,) = desk.make_forms(1)
    now = clinic.clock.at
    audited = clinic.count("audit_event")
    tries = {
        PaperForm("not a number", now): EntryProblem.FORM_ODD,
        PaperForm(encode(CodeKind.PASS, bytes(16)), now): EntryProblem.FORM_ODD,
        PaperForm(encode(CodeKind.SLIP, bytes(16)), now): EntryProblem.FORM_UNKNOWN,
        PaperForm(enter(clinic, desk).reference, now): EntryProblem.FORM_UNKNOWN,
        PaperForm(form.reference, now + timedelta(minutes=1)): EntryProblem.FUTURE,
    }
    for paper, problem in tries.items():
        assert desk.enter(filled(clinic, desk, ON_PAPER), paper) is problem
    assert clinic.count("callback_request") == 1
    assert clinic.count("audit_event") == audited + 1


def test_no_request_gets_the_number_of_a_form(clinic: Clinic) -> None:
    clinician(clinic).make_forms(1)
    first = format_reference(clinic.site.symbols, 0)
    clinic.bend("UPDATE callback_form SET ref = :ref", ref=first)
    draft = clinic.draft()
    numbers = iter([bytes(8), *(number.to_bytes(8, "big") for number in range(1, 99))])
    visitor = replace(clinic, entropy=lambda _: next(numbers)).visitor
    assert visitor.request_callback(draft).reference == format_reference(clinic.site.symbols, 1)


def test_a_paper_form_that_lay_is_no_late_record(clinic: Clinic) -> None:
    desk = clinician(clinic)
    (form,) = desk.make_forms(1)
    paper = PaperForm(form.reference, clinic.clock.at - timedelta(days=19))
    kept = desk.enter(filled(clinic, desk, ON_PAPER), paper)
    assert isinstance(kept, Receipt)
    received_at: datetime = clinic.clock.at
    if clinic.owner is not None:
        clinic.bend("UPDATE callback_request SET received_at = :at", at=received_at)
    anomalies = clinic.access.anomalies_desk(clinic.fresh(clinic.manager)).anomalies(days=60)
    assert anomalies == ()
    (row,) = clinic.callbacks.export_rows(WorklistFilter())
    assert row.flags == ()
