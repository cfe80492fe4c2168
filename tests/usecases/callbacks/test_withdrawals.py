"""What a visitor took back is honoured at once, whatever a caller's screen still shows."""

import pytest

from kiosk.domain.callbacks.actions import Attempt, Claim, Hold, Refusal, Refused, Undo, Withdraw
from kiosk.domain.callbacks.request import CallbackDraft
from kiosk.domain.callbacks.state import AttemptResult, RequestStatus
from kiosk.domain.callbacks.worklist import PhoneContact, WorklistFilter, WorklistPart
from kiosk.domain.passes import CodeKind, encode
from tests.support.calls import ask, caller, do, trail_of
from tests.support.desks import Clinic

pytestmark = pytest.mark.central(full=True)


@pytest.fixture
def draft(clinic: Clinic) -> CallbackDraft:
    made = clinic.draft()
    clinic.visitor.request_callback(made)
    return made


def take_back(clinic: Clinic, draft: CallbackDraft) -> None:
    clinic.visitor.withdraw_by_slip(encode(CodeKind.SLIP, draft.slip_secret))


def test_a_number_taken_back_during_the_claim_is_shown_no_more(
    clinic: Clinic, draft: CallbackDraft
) -> None:
    ann = caller(clinic, "ann")
    row = do(ann, draft.id, Claim())
    assert isinstance(ann.reveal(draft.id), PhoneContact)
    take_back(clinic, draft)
    told = trail_of(clinic, draft.id)
    answer = ann.reveal(draft.id)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.row.state.status) == (Refusal.BY_VISITOR, RequestStatus.WITHDRAWN)
    assert trail_of(clinic, draft.id) == told
    done = ann.act(draft.id, row.state.revision, Attempt(AttemptResult.NO_ANSWER))
    assert isinstance(done, Refused)
    assert done.reason is Refusal.BY_VISITOR


def test_a_number_taken_back_by_word_is_shown_again_only_after_an_undo(clinic: Clinic) -> None:
    id_, ann = ask(clinic), caller(clinic, "ann")
    do(ann, id_, Withdraw())
    answer = ann.reveal(id_)
    assert isinstance(answer, Refused)
    assert answer.reason is Refusal.NOT_OPEN
    do(ann, id_, Undo("pressed in error"))
    assert isinstance(ann.reveal(id_), PhoneContact)


def test_what_was_taken_back_leaves_the_desk_without_its_number(
    clinic: Clinic, draft: CallbackDraft
) -> None:
    ask(clinic, "Ah Meng")
    ann = caller(clinic, "ann")
    do(ann, draft.id, Claim(), Hold(clinic.clock.at.replace(hour=9)))
    take_back(clinic, draft)
    shown = {row.request.preferred_name: row for row in ann.worklist().rows}
    assert shown["Mei"].state.status is RequestStatus.WITHDRAWN
    assert not (shown["Mei"].schedule.call_now or shown["Mei"].held_by_me)
    rows = {
        row.request.preferred_name: row for row in ann.export_rows(WorklistFilter(WorklistPart.ALL))
    }
    assert (rows["Mei"].state.status, rows["Mei"].state.reason) == (
        RequestStatus.WITHDRAWN,
        "withdrawn",
    )
    assert (rows["Mei"].phone_e164, rows["Mei"].phone_local) == ("", "")
    assert rows["Ah Meng"].phone_e164 == "+6581234567"
