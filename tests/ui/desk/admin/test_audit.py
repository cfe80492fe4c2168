"""The audit trail on the screen: who did what, for one person or one kind, and its verdict."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.domain.audit import AuditAction
from kiosk.domain.staff import Purpose, Role
from kiosk.ui.desk.admin import audit
from kiosk.usecases.audit_trail import check_trail
from tests.support.central_clinics import kiosk_beside, open_clinic_at_centre
from tests.support.centres import Centre
from tests.support.desks import PIN, Clinic
from tests.support.deskscreens import Colleague, Written, at_desk, desk_side


@pytest.fixture
def busy(clinic: Clinic) -> Clinic:
    """A clinic in which some people did something."""
    caller = clinic.add_staff("caller", Role.CALLER)
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    clinic.access.callback_desk(caller).reveal(draft.id)
    clinic.access.sign_in("caller", "wrong wrong wrong")
    clinic.maintenance.unlock(PIN)
    return clinic


async def at_trail(colleague: Colleague) -> None:
    await colleague.enter("manager")
    await colleague.keys("a")
    colleague.expect("Audit trail", "The latest first")


def rows(colleague: Colleague) -> list[str]:
    """The entries that are seen."""
    _head, *below = colleague.lines
    return [line for line in below if " 2 Mar " in line]


async def test_entries_say_who_did_what_to_what(busy: Clinic) -> None:
    reference = busy.callbacks.worklist().rows[0].request.reference
    async with at_desk(busy) as colleague:
        await at_trail(colleague)
        latest, *_, first = rows(colleague)
        assert "manager" in latest
        assert "opened the audit trail" in latest
        assert "founded the clinic" in first
        reveal = next(line for line in rows(colleague) if "looked at a phone number" in line)
        assert reveal.split()[1:5] == ["2", "Mar", "12:00", "caller"]
        assert reveal.rstrip().endswith(reference)
        refused = next(line for line in rows(colleague) if "sign-in was refused" in line)
        assert "–" in refused
        assert refused.rstrip().endswith("caller")
        # Looking again leaves one entry.
        await colleague.keys("escape", "a")
        assert sum("opened the audit trail" in line for line in rows(colleague)) == 1


async def test_entries_of_one_person_and_of_one_kind(busy: Clinic) -> None:
    async with at_desk(busy) as colleague:
        await at_trail(colleague)
        everything = len(rows(colleague))
        await colleague.keys("p")
        colleague.expect("Whose entries?", "Everybody's", "caller", "manager")
        await colleague.keys("b")
        colleague.expect("only by caller")
        assert {line.split("12:00")[1].split()[0] for line in rows(colleague)} == {"caller"}
        await colleague.keys("r")
        assert len(rows(colleague)) == everything
        await colleague.keys("p", "escape")
        assert len(rows(colleague)) == everything
        await colleague.keys("k")
        colleague.expect("Entries about what?", "Everything", "Signing in", "Members and passes")
        await colleague.keys("b")
        colleague.expect("Signing in: which entries?", "A sign-in was refused")
        await colleague.keys("b")
        colleague.expect("one entry · only “a sign-in was refused”")
        assert len(rows(colleague)) == 1
        await colleague.keys("p", "b")
        colleague.expect("only by caller · only", "Nothing of this kind was done.")
        await colleague.keys("k", "a", "p", "a")
        colleague.expect("founded the clinic")
        colleague.expect_not("only", "Reset")


async def test_many_people_are_found_by_typing(busy: Clinic) -> None:
    for number in range(25):
        busy.add_staff(f"staff{number}", Role.CALLER)
    async with at_desk(busy) as colleague:
        await at_trail(colleague)
        await colleague.keys("p")
        await colleague.type("nobody", "enter")
        colleague.expect("Nobody signs in by that name.")
        await colleague.keys(*["backspace"] * 6)
        await colleague.type("Staff7", "enter")
        assert [line.split("12:00")[1].split()[:3] for line in rows(colleague)] == [
            ["staff7", "signed", "in"]
        ]


async def test_older_pages_follow(busy: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 5)
    for _ in range(5):
        busy.maintenance.unlock(PIN)
    async with at_desk(busy) as colleague:
        await at_trail(colleague)
        colleague.expect("5 entries so far", "Older")
        await colleague.keys("o")
        colleague.expect("10 entries so far")
        assert "opened the audit trail" in next(line for line in rows(colleague) if "›" in line)
        await colleague.keys("end")
        colleague.expect("founded the clinic")
        colleague.expect_not("so far", "Older")
        entries = busy.count("audit_event")
        colleague.expect(f"The latest first, {entries} entries")
        await colleague.keys("end", "up", "end")
        colleague.expect(f"The latest first, {entries} entries")


async def test_a_page_with_an_entry_that_cannot_be_read_is_not_the_end(
    busy: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 3)
    spoil(busy, busy.count("audit_event") - 1)
    async with at_desk(busy) as colleague:
        await at_trail(colleague)
        colleague.expect("so far", "Older")
        await colleague.keys(*["o"] * 3)
        colleague.expect("founded the clinic")


def spoil(clinic: Clinic, position: int) -> None:
    with clinic.store.write() as transaction:
        query = text("UPDATE audit_event SET action=x'ff' WHERE position=:at")
        transaction.connection().execute(query, {"at": position})


async def test_the_verdict_is_told_in_plain_words(busy: Clinic) -> None:
    async with at_desk(busy) as colleague:
        await at_trail(colleague)
        entries = busy.count("audit_event")
        head = check_trail(busy.store, busy.site, busy.manager.keys[Purpose.CALLBACKS]).head
        await colleague.keys("v")
        colleague.expect(f"The trail is whole: its {entries} entries are as they were written.")
        colleague.expect("Note its head away from the machine", f"  {head}")
        assert head is not None
        assert busy.access.oversight_desk(busy.fresh(busy.manager)).verify_audit([head]).ok
        colleague.expect("checked the audit trail")
        with busy.store.write() as transaction:
            change = "UPDATE audit_event SET action='signed_in' WHERE action='callback_revealed'"
            transaction.connection().execute(text(change))
            find = "SELECT position FROM audit_event WHERE by_staff IS NOT NULL AND action=:it"
            place = transaction.connection().execute(text(find), {"it": AuditAction.SIGNED_IN})
            position = list(place.scalars())[1]
        await colleague.keys("v")
        colleague.expect(f"The trail is NOT whole: entry {position + 1} was changed")
        colleague.expect("tell whoever looks after this machine")
        assert "Note its head" not in "".join(colleague.lines)
        row = next(
            line for line in rows(colleague) if line.lstrip(" ›").startswith(f"{position + 1} ")
        )
        assert "signed in" in row


@pytest.fixture
def at_centre(centre: Centre, tmp_path: Path) -> Iterator[Clinic]:
    """The same at a centre, with a kiosk beside."""
    with (
        open_clinic_at_centre(centre, tmp_path) as clinic,
        kiosk_beside(clinic, centre, "8C") as kiosk,
    ):
        kiosk.clinic.maintenance.unlock(PIN)
        kiosk.send()
        yield clinic


async def test_at_a_centre_each_entry_says_where_and_one_machine_is_chosen(
    at_centre: Clinic,
) -> None:
    boot = partial(desk_side, at_centre, Written(), at_centre=True)
    async with at_desk(at_centre, boot=boot) as colleague:
        await at_trail(colleague)
        colleague.expect("Machine")
        assert {True, False} == {"Machine 8C" in line for line in rows(colleague)}
        await colleague.keys("m")
        colleague.expect("Entries of which machine?", "7K (Kiosk 1)", "8C (Machine 8C)")
        await colleague.type("9z", "enter")
        colleague.expect("No machine has these symbols.")
        await colleague.keys("backspace", "backspace")
        await colleague.type("8c", "enter")
        colleague.expect("only of machine 8C")
        (line,) = rows(colleague)
        assert "Machine 8C" in line
        await colleague.keys("v")
        colleague.expect("The trails of all 2 machines are whole", "Note its head", "Machine 8C")
