"""One request on the screen: claim, safety, number, result; and every answer of the desk."""

import gc
import threading
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest

from kiosk.domain.callbacks.actions import AddNote, Attempt, Claim, Close, Release
from kiosk.domain.callbacks.state import AttemptResult, Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import HistoryEntry, PhoneContact, Worklist, WorkRow
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.staff import Role
from kiosk.errors import RevisionTaken, StoreBusy
from kiosk.records.callbacks import facts
from kiosk.ui.desk.callbacks.duplicates import DuplicatesScreen
from kiosk.ui.desk.callbacks.request import RequestScreen
from kiosk.ui.desk.callbacks.worklist import WorklistScreen
from kiosk.usecases.callbacks.desk import CallbackDesk
from tests.support.calls import ask, caller, do, trail_of
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.screens import SIZES

NUMBER = "8123 4567"


def row_of(clinic: Clinic, request_id: UUID) -> WorkRow:
    """The request as a colleague sees it."""
    row = clinic.callbacks.row(request_id)
    assert isinstance(row, WorkRow)
    return row


def notes_of(clinic: Clinic, request_id: UUID) -> list[str]:
    """The notes of a request as a colleague reads them."""
    return [entry.note for entry in clinic.callbacks.history(request_id) if entry.note]


def forget(clinic: Clinic, request_id: UUID) -> None:
    """Delete a request with its events, as retention does."""
    with clinic.store.write() as transaction:
        run = transaction.connection().exec_driver_sql
        run("DELETE FROM callback_event WHERE request_id=?", (request_id.bytes,))
        run("DELETE FROM callback_request WHERE id=?", (request_id.bytes,))


async def next_look(colleague: Colleague) -> None:
    """Let the seconds pass until the screen looks for news."""
    for _second in range(5):
        await colleague.see_next_second()
        await colleague.settle()


async def test_a_call_from_the_claim_to_the_outcome(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    one = ask(clinic, "Mei")
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter")
        colleague.expect("Mei · 7K", "Ask for “Mei” only", "No voicemail and no text.")
        colleague.expect("+65 •••• 4567", "Nothing yet")
        colleague.expect_not(NUMBER, "Number", "Result")
        await colleague.keys("c")
        colleague.expect("It is yours until 12:30.", "R shows it", "anna claimed it")
        await colleague.keys("r")
        colleague.expect(f"Ring {NUMBER}")
        await colleague.keys("enter")
        colleague.expect("How did the call go?", "I spoke to them")
        await colleague.keys("s")
        # What came of it is asked at once; who cannot say it yet says so later.
        colleague.expect("Close it: what came of it?", "Noted: spoke to them.")
        await colleague.keys("escape")
        colleague.expect("anna tried: spoke to them", "Yours until", "spoken to")
        colleague.expect_not(NUMBER)
        await colleague.keys("x", "g")
        colleague.expect("Closed: joins a group.", "Joins a group", "Reopen")
        await colleague.keys("escape")
        colleague.expect("Nothing is open.")
    assert row_of(clinic, one).state.status is RequestStatus.CLOSED
    assert [entry for entry in trail_of(clinic, one) if entry.startswith("callback_")] == [
        "callback_claimed",
        "callback_revealed",
        "callback_attempt",
        "callback_closed",
    ]


async def test_the_number_is_hidden_again_on_leaving_and_with_the_claim(clinic: Clinic) -> None:
    ask(clinic)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "c", "r")
        colleague.expect(NUMBER)
        await colleague.keys("escape", "enter")
        colleague.expect("+65 •••• 4567")
        colleague.expect_not(NUMBER)
        await trouble_is_told_and_the_screen_stays(colleague)
        await colleague.keys("c")
        colleague.expect("Back on the list for everybody.")
        colleague.expect_not(NUMBER)
        await colleague.keys("c", "r")
        colleague.expect(NUMBER)
        clinic.clock.move(minutes=31)
        await next_look(colleague)
        colleague.expect_not(NUMBER, "Yours")
        colleague.expect("Claim")
        await lock(colleague)
        await colleague.type("correct horse battery", "enter")
        assert isinstance(colleague.screen, WorklistScreen)


async def trouble_is_told_and_the_screen_stays(colleague: Colleague) -> None:
    busy = StoreBusy("The database is busy; please try again.")
    for method, keys in (("act", "ht"), ("reveal", "r")):
        with patch.object(CallbackDesk, method, side_effect=busy):
            await colleague.keys(*keys)
        colleague.expect("The database is busy; please try again.", "Yours until")
        colleague.expect_not(NUMBER)
    await colleague.keys("r")
    colleague.expect(NUMBER)


async def test_who_comes_second_is_told_who_has_it(clinic: Clinic) -> None:
    one = ask(clinic)
    clinic.add_staff("anna", Role.CALLER)
    ben = caller(clinic, "ben")
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter")
        do(ben, one, Claim())
        await colleague.keys("c")
        colleague.expect("ben has it until 12:30; please take another one meanwhile.")
        colleague.expect("With ben until 12:30", "ben claimed it")
        colleague.expect_not("Claim ", "Escalate", "Withdraw")
        assert row_of(clinic, one).holder == "ben"


async def test_what_changed_meanwhile_is_shown_and_nothing_is_done(clinic: Clinic) -> None:
    one = ask(clinic)
    clinic.add_staff("anna", Role.CALLER)
    ben = caller(clinic, "ben")
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter")
        # A lost race reads like any other change.
        with patch.object(facts, "add_event", side_effect=RevisionTaken("taken")):
            await colleague.keys("c")
        colleague.expect("Somebody changed it just now")
        colleague.expect_not("Yours")
        await colleague.keys("escape", "enter")
        do(ben, one, Claim(), Release())
        await colleague.keys("c")
        colleague.expect("Somebody changed it just now; this is how it stands.")
        colleague.expect("ben gave it back")
        assert row_of(clinic, one).holder == ""
        await colleague.keys("c")
        colleague.expect("It is yours")


async def test_the_rules_of_the_clinic_are_told(clinic: Clinic) -> None:
    one = ask(clinic)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "c", "x")
        colleague.expect("not yet: too few attempts", "needs such an attempt first")
        await colleague.keys("u")
        colleague.expect("Not yet: three attempts on two days")
        await colleague.keys("x", "w")
        colleague.expect("Note an attempt that reached a wrong person or dead number first.")
        assert row_of(clinic, one).state.status is RequestStatus.CLAIMED
        await colleague.keys("h", "o")
        await colleague.type("2026-12-24", "enter")
        colleague.expect("That time has passed, or is more than 90 days away.")
        assert row_of(clinic, one).schedule.next_at is None
        await colleague.keys("h", "m")
        colleague.expect("On hold until Mon 9 Mar, 09:00.", "After 9 Mar")
        assert row_of(clinic, one).state.status is RequestStatus.WAITING


async def test_what_is_no_longer_kept_is_told(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    one = ask(clinic, "Mei")
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter")
        forget(clinic, one)
        await colleague.keys("c")
        colleague.expect("This request is no longer kept here.")
        colleague.expect_not("Mei", "Claim", "4567")
        await colleague.keys("escape")
        colleague.expect("Nothing is open.")
        # What goes while it is looked at goes from the screen.
        two = ask(clinic, "Siti")
        await next_look(colleague)
        await colleague.keys("enter")
        colleague.expect("Siti")
        forget(clinic, two)
        await next_look(colleague)
        colleague.expect("This request is no longer kept here.")
        colleague.expect_not("Siti")
        await colleague.keys("escape")
        three = ask(clinic)
        await next_look(colleague)
        await colleague.keys("enter", "c")
        colleague.expect("It is yours")
        forget(clinic, three)
        await colleague.keys("r")
        colleague.expect("This request is no longer kept here.")


async def test_a_later_call_is_agreed_on(clinic: Clinic) -> None:
    one = ask(clinic)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "c", "enter", "l")
        colleague.expect("When shall they be called?", "Tomorrow morning")
        await colleague.keys("o")
        await colleague.type("soon", "enter")
        colleague.expect("Please write it like")
        await colleague.keys(*["backspace"] * 4)
        await colleague.type("thu 14:30", "enter")
        colleague.expect("Noted: asked to call later. Not before Thu 5 Mar, 14:30.")
    kept = row_of(clinic, one)
    assert (kept.schedule.last_result, kept.schedule.attempts) == ("asked_to_call_later", 0)
    assert kept.schedule.next_at is not None
    assert (
        kept.schedule.next_at.astimezone(clinic.site.zone).isoformat()
        == "2026-03-05T14:30:00+08:00"
    )


async def test_a_note_is_kept_when_it_is_written_and_an_entry_is_undone(clinic: Clinic) -> None:
    one = ask(clinic)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "c", "t")
        colleague.expect("The visitor can ask to read it.")
        await colleague.type("speaks slowly", "enter")
        colleague.expect("The note is kept.", "anna wrote a note: “speaks slowly”", "Yours until")
        assert notes_of(clinic, one) == ["speaks slowly"]
        await colleague.keys("enter", "n")
        colleague.expect("anna tried: no answer", "Claim")
        await colleague.keys("c", "enter")
        # A message that was not allowed is not offered.
        colleague.expect_not("I left a voicemail", "I sent the text")
        await colleague.keys("v", "t")
        colleague.expect("How did the call go?")
        await colleague.keys("w")
        colleague.expect("Close it: what came of it?", "› W")
        await colleague.keys("escape")
        colleague.expect("Do not ring this number again", "wrong person")
        colleague.expect_not("Result")
        await colleague.keys("u", "enter")
        colleague.expect("Please say why in a few words.")
        colleague.expect("Undo: anna tried: wrong person (2 Mar 12:00)", "Mei · 7K")
        await colleague.type("wrong key", "enter")
        colleague.expect("Undone; the history keeps both.", "anna undid an entry: “wrong key”")
        colleague.expect("(undone)", "Result")
        assert not row_of(clinic, one).state.stopped
        await colleague.keys("u")
        colleague.expect("Undo: anna tried: no answer (2 Mar 12:00)")


async def test_the_claim_made_last_is_let_go_by_undo_and_nothing_else_is_undone_instead(
    clinic: Clinic,
) -> None:
    one = ask(clinic)
    do(clinic.callbacks, one, AddNote("x" * 100))
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "c", "u")
        colleague.expect("Undo: you claimed it?", "Mei · 7K")
        await colleague.keys("y")
        colleague.expect("Back on the list for everybody.", "Claim")
        await colleague.keys("c", "c", "u")
        colleague.expect("Undo: you let it go?")
        await colleague.keys("y", "c", "u")
        colleague.expect("Undo: you let it go?")
        # A claim that has ended by itself is none to undo.
        await colleague.keys("y", "c", "c")
        clinic.clock.move(minutes=31)
        await next_look(colleague)
        await colleague.keys("u")
        colleague.expect("Undo: manager wrote a note: “xxx", "…” (2 Mar 12:00)")
        # What a colleague does meanwhile is not undone in its place.
        do(clinic.callbacks, one, AddNote("later"))
        await colleague.type("not theirs", "enter")
        colleague.expect("Somebody changed it just now")
    assert [entry.note[:5] for entry in clinic.callbacks.history(one) if entry.note] == [
        "xxxxx",
        "later",
    ]


async def test_a_note_that_is_left_is_asked_for_and_kept_on_closed_requests(
    clinic: Clinic,
) -> None:
    one = ask(clinic, "Mei")
    do(clinic.callbacks, one, Claim(), Close(Outcome.DECLINED))
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("d", "enter", "t", "enter")
        colleague.expect("Please write a few words, or press Esc.")
        await colleague.type("deaf in one ear", "escape")
        colleague.expect("Keep this note?", "Mei · 7K", "“deaf in one ear”", "Throw it away")
        await colleague.keys("escape")
        await colleague.type("s", "f10")
        colleague.expect("Keep this note?", "“deaf in one ears”")
        await colleague.keys("escape", "backspace", "escape", "k")
        colleague.expect("The note is kept.", "anna wrote a note: “deaf in one ear”", "Reopen")
        await colleague.keys("t")
        await colleague.type("of somebody else", "escape", "t")
        colleague.expect("Reopen", "What was done")
        await colleague.keys("t")
        colleague.expect_not("of somebody else")
        # Nothing is asked where nothing was typed.
        await colleague.keys("escape", "escape")
        assert isinstance(colleague.screen, WorklistScreen)
    assert notes_of(clinic, one) == ["deaf in one ear"]
    assert row_of(clinic, one).state.status is RequestStatus.CLOSED


async def test_a_note_is_not_lost_to_trouble_a_colleague_or_the_lock(clinic: Clinic) -> None:
    one = ask(clinic, "Mei")
    clinic.add_staff("anna", Role.CALLER)
    ben = caller(clinic, "ben")
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter")
        do(ben, one, Claim())
        await next_look(colleague)
        colleague.expect("With ben")
        busy = StoreBusy("The database is busy; please try again.")
        await colleague.keys("t")
        with patch.object(CallbackDesk, "act", side_effect=busy):
            await colleague.type("rang us back", "enter")
        colleague.expect("The database is busy; please try again.", "Note ✎")
        await colleague.keys("escape")
        colleague.expect("Keep this note?", "“rang us back”")
        await colleague.keys("k")
        colleague.expect("The note is kept.", "With ben", "anna wrote a note: “rang us back”")
        colleague.expect_not("Note ✎")
        await colleague.keys("t")
        await colleague.type("a thought that the lock", "escape")
        await lock(colleague)
        colleague.expect_not("thought")
        assert notes_of(clinic, one) == ["rang us back", "a thought that the lock"]


async def test_handing_over_and_taking_back_ask_first(clinic: Clinic) -> None:
    one = ask(clinic)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "w")
        colleague.expect("They take the request back?")
        await colleague.keys("n")
        assert row_of(clinic, one).state.revision == 0
        await colleague.keys("e")
        colleague.expect("Tell them yourself now as well")
        await colleague.keys("y")
        colleague.expect("Handed to the duty clinician.", "With clinician", "Number")
        await colleague.keys("o")
        colleague.expect("Back on the list.")
        await colleague.keys("w", "y")
        colleague.expect("Taken back. Nobody will ring them.")
        colleague.expect_not("Number")
        assert row_of(clinic, one).state.status is RequestStatus.WITHDRAWN


async def test_a_typed_withdrawal_is_set_aside_and_one_by_slip_stays(clinic: Clinic) -> None:
    one = ask(clinic)
    clinic.visitor.note_withdrawal(row_of(clinic, one).request.reference)
    receipt = clinic.visitor.request_callback(clinic.draft("Siti"))
    clinic.visitor.withdraw_by_slip(receipt.slip_digits)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("t", "enter")
        colleague.expect("somebody typed this reference to take it back: please ask", "Not theirs")
        await colleague.keys("i", "y")
        colleague.expect("The typed withdrawal no longer counts.")
        colleague.expect_not("Not theirs", "please ask")
        assert not row_of(clinic, one).withdrawal_noted
        await colleague.keys("escape", "d", "enter")
        colleague.expect("Taken back", "the visitor took it back with their slip")
        await colleague.keys("o")
        colleague.expect("They took it back with their slip; only they can ask again.")


async def test_duplicates_are_merged_without_loss_by_who_has_claimed_one(clinic: Clinic) -> None:
    first = ask(clinic, "Mei")
    clinic.clock.move(minutes=5)
    second = ask(clinic, "Mei Ling")
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("end", "enter")
        colleague.expect("One other request of the same number: new (P).")
        await colleague.keys("p", "g", "y")
        colleague.expect("Please claim it first (C)")
        await colleague.keys("enter")
        assert isinstance(colleague.screen, RequestScreen)
        await colleague.keys("escape")
        assert isinstance(colleague.screen, RequestScreen)
        await colleague.keys("escape")
        assert isinstance(colleague.screen, WorklistScreen)
        await colleague.keys("end", "enter", "c", "p")
        assert isinstance(colleague.screen, DuplicatesScreen)
        other = row_of(clinic, first).request.reference
        colleague.expect("Same number as Mei Ling", other)
        await colleague.keys("g")
        colleague.expect(f"Merge it into {other}?", "both histories are kept")
        await colleague.keys("y")
        colleague.expect("Merged; the call goes on under the other request.")
        colleague.expect_not("Merge into it")
        await colleague.keys("escape")
        colleague.expect("Asked twice", "anna merged it into another request")
    assert row_of(clinic, second).state.merged_into == first
    assert row_of(clinic, first).state.status is RequestStatus.NEW


async def test_two_presses_are_one_claim(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second press before the answer does nothing; one after it would give the request back."""
    may_answer, act = threading.Event(), CallbackDesk.act

    def waiting(*words: Any) -> Any:
        assert may_answer.wait(10)
        return act(*words)

    monkeypatch.setattr(CallbackDesk, "act", waiting)
    one = ask(clinic)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter")
        # The note's question comes once both presses have been taken.
        await colleague.sends("c", "c", "t")
        await colleague.until("The visitor can ask to read it.", seconds=5)
        may_answer.set()
        await colleague.keys("escape")
        colleague.expect("Yours until")
    assert trail_of(clinic, one).count("callback_claimed") == 1


async def test_every_key_can_be_clicked_and_all_can_be_read(clinic: Clinic) -> None:
    one = ask(clinic, "Mei")
    ask(clinic, "Mei Ling")
    tries = [Attempt(AttemptResult.NO_ANSWER, note=f"try {n}") for n in range(6)]
    do(clinic.callbacks, one, *(step for one in tries for step in (Claim(), one)))
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            await colleague.keys("end", "enter")
            await colleague.tap("Claim")
            colleague.expect("It is yours")
            await colleague.tap("Number")
            for _page in range(4):
                if colleague.sees("manager claimed it"):
                    break
                await colleague.keys("pagedown")
            colleague.expect("Sign out", "manager claimed it")
            await colleague.keys("home")
            colleague.expect("only, until you know it is them")
            await colleague.keys("c", "escape")


async def lock(colleague: Colleague) -> None:
    await colleague.wait(121)


async def sign_out(colleague: Colleague) -> None:
    await colleague.keys("q")


async def test_nothing_of_a_request_is_left(clinic: Clinic) -> None:
    ask(clinic, "Xanthippe")
    clinic.add_staff("anna", Role.CALLER)
    kinds = (WorkRow, Worklist, PhoneContact, HistoryEntry, CallbackDesk)
    others = {id(one): one for one in gc.get_objects() if isinstance(one, kinds)}
    async with at_desk(clinic, "anna") as colleague:
        for keys, end in (("cr", sign_out), ("r", lock)):
            await colleague.keys("enter", *keys)
            colleague.expect("Xanthippe", NUMBER)
            await end(colleague)
            colleague.expect_not("Xanthippe", NUMBER)
            gc.collect()
            left = [one for one in gc.get_objects() if isinstance(one, kinds)]
            assert [one for one in left if id(one) not in others] == [], end.__name__
            del left
            if end is sign_out:
                await colleague.enter("anna")


async def test_a_number_taken_back_a_moment_ago_is_not_shown(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("enter", "c")
        clinic.visitor.withdraw_by_slip(encode(CodeKind.SLIP, draft.slip_secret))
        colleague.expect("R shows it")
        await colleague.keys("r")
        colleague.expect("It was taken back. Please do not ring them.", "Taken back")
        colleague.expect_not(NUMBER, "R shows it")
