"""The caller's worklist: what it opens, and when it looks again."""

from dataclasses import replace
from datetime import date

import pytest

from kiosk.domain.callbacks.actions import Claim, Done, NotFound
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.domain.callbacks.state import RequestStatus
from kiosk.domain.callbacks.worklist import PhoneContact
from kiosk.domain.staff import Purpose, Role
from kiosk.errors import SignedOut
from kiosk.vault.sealing import seal
from tests.support.desks import NOON, Clinic

pytestmark = pytest.mark.central(full=True)

NAMES = [
    "[/]",
    "[@click=app.quit]Mei[/]",
    '=HYPERLINK("x")',
    "王小明",
    "அனிதா s/o குமார்",
    "O'Brien-Lim @ Ah Meng",
    "\U00031350",
]


def test_the_list_shows_exactly_what_was_entered(clinic: Clinic) -> None:
    draft = CallbackDraft(
        *clinic.visitor.new_draft_ids(),
        preferred_name="Mei",
        phone="+6581234567",
        windows=frozenset({Window.SATURDAY_MORNING, Window.WEEKDAY_EVENING}),
        not_before=date(2026, 3, 9),
        call_language=CallLanguage.HOKKIEN,
        message_policy=MessagePolicy.TEXT,
        answered_by_other=AnsweredByOther.SAY_CLINIC,
        share_with_team=True,
        ui_language="zh",
        consent_version="2026-01",
    )
    receipt = clinic.visitor.request_callback(draft)
    (row,) = clinic.callbacks.worklist().rows
    asked, state = row.request, row.state
    assert (asked.id, asked.reference, asked.created_at) == (draft.id, receipt.reference, NOON)
    assert (asked.preferred_name, asked.phone_masked) == (draft.preferred_name, "+65 •••• 4567")
    assert asked.windows == ("saturday_am", "weekday_late")
    assert (asked.not_before, asked.call_language) == (date(2026, 3, 9), "nan")
    assert (asked.message_policy, asked.answered_by_other) == ("text_ok", "ok_to_say_clinic")
    assert (asked.share_with_team, asked.ui_language) == (True, "zh")
    assert (state.status, state.reason, asked.unreadable) == ("new", "", False)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_back_as_it_was(clinic: Clinic, name: str) -> None:
    clinic.visitor.request_callback(clinic.draft(name))
    assert [row.request.preferred_name for row in clinic.callbacks.worklist().rows] == [name]


def test_the_longest_names_and_rules_fit_the_seal(clinic: Clinic) -> None:
    name = "𱍐" * 60
    draft = replace(clinic.draft(name), windows=frozenset(Window), phone="+" + "9" * 15)
    clinic.visitor.request_callback(draft)
    (row,) = clinic.callbacks.worklist().rows
    assert row.request.preferred_name == name


def test_what_cannot_be_opened_is_marked_and_stays(clinic: Clinic) -> None:
    for name in ("Mei", "Ah Meng"):
        clinic.visitor.request_callback(clinic.draft(name))
        clinic.clock.move(minutes=1)
    # Moved to another row: a sealed record opens in its own place alone.
    clinic.bend(
        "UPDATE callback_request SET sealed=(SELECT sealed FROM callback_request"
        " ORDER BY created_at LIMIT 1)"
    )
    first, second = clinic.callbacks.worklist().rows
    assert (first.request.preferred_name, first.request.unreadable) == ("Mei", False)
    assert (
        second.request.preferred_name,
        second.request.phone_masked,
        second.request.unreadable,
    ) == ("", "", True)
    assert clinic.callbacks.reveal(second.request.id) == PhoneContact("", "")


def test_a_forged_record_is_cleaned(clinic: Clinic) -> None:
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    forged = seal(
        {
            "name": "\x1b]0;owned\x07\u202eMei\x9b2J",
            "phone": ["not", "a", "text"],
            "message_policy": "\x1b[31mtext_ok",
            "share_with_team": "yes",
        },
        purpose="callbacks",
        table="callback_request",
        record_id=draft.id,
        recipients=clinic.sealing[Purpose.CALLBACKS],
    )
    clinic.bend(
        "UPDATE callback_request SET sealed=:forged, ui_language=:hostile",
        forged=forged,
        hostile="e\x1bn",
    )
    (row,) = clinic.callbacks.worklist().rows
    assert row.request.preferred_name == "]0;ownedMei2J"
    assert (row.request.phone_masked, row.request.message_policy, row.request.ui_language) == (
        "",
        "[31mtext_ok",
        "en",
    )
    assert row.request.share_with_team is False


def test_only_a_look_that_opens_something_is_audited(clinic: Clinic) -> None:
    desk = clinic.callbacks
    assert desk.worklist().rows == ()
    before = clinic.count("audit_event")
    clinic.visitor.request_callback(clinic.draft())
    assert len(desk.worklist().rows) == 1
    clinic.clock.move(minutes=5)
    assert len(desk.worklist().rows) == 1
    assert clinic.count("audit_event") == before + 1
    assert len(clinic.callbacks.worklist().rows) == 1
    assert clinic.count("audit_event") == before + 2


def test_a_look_at_an_unchanged_list_is_the_same_list(clinic: Clinic) -> None:
    desk = clinic.callbacks
    clinic.visitor.request_callback(clinic.draft())
    first = desk.worklist()
    clinic.clock.move(seconds=30)
    assert desk.worklist() is first
    clinic.clock.move(seconds=30)
    later = desk.worklist()
    assert later is not first
    assert later.rows[0].schedule.working_age > first.rows[0].schedule.working_age
    clinic.visitor.request_callback(clinic.draft())
    assert len(desk.worklist().rows) == 2


def test_what_others_do_is_seen_at_the_next_look(clinic: Clinic) -> None:
    mine = clinic.callbacks
    receipt = clinic.visitor.request_callback(clinic.draft())
    (row,) = mine.worklist().rows
    other = clinic.access.callback_desk(clinic.add_staff("ann", Role.CALLER))
    assert isinstance(other.act(row.request.id, row.state.revision, Claim()), Done)
    (row,) = mine.worklist().rows
    assert (row.holder, row.held_by_me, row.state.revision) == ("ann", False, 1)
    clinic.visitor.withdraw_by_slip(receipt.slip_digits)
    assert [row.state.status for row in mine.worklist().rows] == [RequestStatus.WITHDRAWN]


def test_what_retention_deletes_leaves_the_list_and_the_desk(clinic: Clinic) -> None:
    desk = clinic.callbacks
    gone, stays = clinic.draft("Xanthippe"), clinic.draft("Mei")
    for draft in (gone, stays):
        clinic.visitor.request_callback(draft)
    assert len(desk.worklist().rows) == 2
    before = clinic.count("audit_event")
    clinic.bend("DELETE FROM callback_request WHERE id=:id", id=gone.id)
    assert [row.request.id for row in desk.worklist().rows] == [stays.id]
    assert clinic.count("audit_event") == before
    assert desk.row(gone.id) == desk.reveal(gone.id) == NotFound()
    assert desk.act(gone.id, 0, Claim()) == NotFound()
    assert "Xanthippe" not in str(desk.__dict__) + str(vars(desk._builder)) + str(vars(desk._cache))


def test_a_fact_that_comes_late_is_not_missed(clinic: Clinic) -> None:
    desk = clinic.callbacks
    late, early = clinic.draft("Late"), clinic.draft("Early")
    for draft in (late, early):
        clinic.visitor.request_callback(draft)
    clinic.bend("CREATE TABLE kept AS SELECT * FROM callback_request")
    clinic.bend("DELETE FROM callback_request WHERE id=:id", id=late.id)
    assert [row.request.preferred_name for row in desk.worklist().rows] == ["Early"]
    # Its number is lower than one that was seen already.
    clinic.bend("INSERT INTO callback_request SELECT * FROM kept WHERE id=:id", id=late.id)
    assert {row.request.preferred_name for row in desk.worklist().rows} == {"Early", "Late"}


def test_a_row_is_the_one_of_the_list(clinic: Clinic) -> None:
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    desk = clinic.callbacks
    before = clinic.count("audit_event")
    row = desk.row(draft.id)
    assert clinic.count("audit_event") == before + 1
    assert (row,) == desk.worklist().rows
    assert clinic.count("audit_event") == before + 1


def test_the_list_knows_what_its_caller_speaks(clinic: Clinic) -> None:
    signed_in = clinic.add_staff("ann", Role.CALLER)
    desk = clinic.access.callback_desk(signed_in)
    assert desk.worklist().speaks == frozenset()
    clinic.bend("UPDATE staff_account SET languages='ta,zh' WHERE login='ann'")
    assert desk.worklist().speaks == {"ta", "zh"}


def test_a_disabled_account_is_out_at_once(clinic: Clinic) -> None:
    desk = clinic.access.callback_desk(clinic.add_staff("ann", Role.CALLER))
    desk.worklist()
    clinic.bend("UPDATE staff_account SET disabled_at='2026-03-02' WHERE login='ann'")
    with pytest.raises(SignedOut):
        desk.worklist()
