"""The caller's desk."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from kiosk.domain.requests import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.domain.staff import Purpose
from kiosk.vault.sealing import seal
from tests.support.desks import NOON, Clinic

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
    (row,) = clinic.callbacks.worklist()
    assert (row.id, row.reference, row.created_at) == (draft.id, receipt.reference, NOON)
    assert (row.preferred_name, row.phone) == (draft.preferred_name, draft.phone)
    assert row.windows == ("saturday_am", "weekday_late")
    assert (row.not_before, row.call_language) == (date(2026, 3, 9), "nan")
    assert (row.message_policy, row.answered_by_other) == ("text_ok", "ok_to_say_clinic")
    assert (row.share_with_team, row.ui_language) == (True, "zh")
    assert (row.status, row.reason, row.unreadable) == ("new", "", False)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_back_as_it_was(clinic: Clinic, name: str) -> None:
    clinic.visitor.request_callback(clinic.draft(name))
    assert [row.preferred_name for row in clinic.callbacks.worklist()] == [name]


def test_the_longest_names_and_rules_fit_the_seal(clinic: Clinic) -> None:
    name = "𱍐" * 60
    draft = replace(clinic.draft(name), windows=frozenset(Window), phone="+" + "9" * 15)
    clinic.visitor.request_callback(draft)
    (row,) = clinic.callbacks.worklist()
    assert row.preferred_name == name


def test_what_cannot_be_opened_is_marked_and_stays(clinic: Clinic) -> None:
    for name in ("Mei", "Ah Meng"):
        clinic.visitor.request_callback(clinic.draft(name))
        clinic.clock.move(minutes=1)
    with clinic.store.write() as transaction:
        # Moved to another row: a sealed record opens in its own place alone.
        transaction.connection().execute(
            text(
                "UPDATE callback_request SET sealed=(SELECT sealed FROM callback_request"
                " ORDER BY created_at LIMIT 1)"
            )
        )
    first, second = clinic.callbacks.worklist()
    assert (first.preferred_name, first.unreadable) == ("Mei", False)
    assert (second.preferred_name, second.phone, second.unreadable) == ("", "", True)


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
    with clinic.store.write() as transaction:
        transaction.connection().execute(
            text("UPDATE callback_request SET sealed=:forged, ui_language=:hostile"),
            {"forged": forged, "hostile": "e\x1bn"},
        )
    (row,) = clinic.callbacks.worklist()
    assert row.preferred_name == "]0;ownedMei2J"
    assert (row.phone, row.message_policy, row.ui_language) == ("", "[31mtext_ok", "en")
    assert row.share_with_team is False


def test_every_look_is_audited_once(clinic: Clinic) -> None:
    desk = clinic.callbacks
    before = clinic.count("audit_event")
    assert desk.worklist() == desk.worklist() == ()
    assert clinic.count("audit_event") == before + 2
