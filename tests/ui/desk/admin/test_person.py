"""One person's data on the screen: found by what they carry, corrected, and erased by a word."""

from uuid import UUID

from kiosk.domain.passes import CodeKind, encode
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.deskscreens import Colleague, at_desk, scan


def ask(clinic: Clinic) -> tuple[UUID, str]:
    draft = clinic.draft("Mei")
    clinic.visitor.request_callback(draft)
    (ref,) = map(str, clinic.column("SELECT ref FROM callback_request"))
    return draft.id, ref


async def look_for(colleague: Colleague, words: str) -> None:
    await colleague.enter("manager")
    await colleague.keys("y")
    colleague.expect("One person's data", "Scan their slip or their pass")
    await colleague.type(words, "enter")


async def test_a_reference_shows_what_is_kept_and_it_is_handed_over(clinic: Clinic) -> None:
    _, ref = ask(clinic)
    async with at_desk(clinic) as colleague:
        await look_for(colleague, ref.lower())
        colleague.expect("What is kept of Mei", f"Request {ref}", "8123 4567", "Tamil")
        await colleague.keys("e")
        colleague.expect("Written to the exports folder:", "person-manager.html", "Hand it over")
        assert [one.name for one in colleague.written.people] == ["Mei"]


async def test_a_scanned_slip_finds_it_and_what_finds_nothing_says_so(clinic: Clinic) -> None:
    draft = clinic.draft("Mei")
    clinic.visitor.request_callback(draft)
    async with at_desk(clinic) as colleague:
        await look_for(colleague, "Mei")
        colleague.expect("That is neither a slip, nor a pass, nor a reference.")
        await colleague.keys("enter")
        colleague.expect("Please scan or type something first.")
        await scan(colleague, encode(CodeKind.PASS, b"nobody's pass 12"))
        colleague.expect("Nothing is kept by this.")
        await scan(colleague, encode(CodeKind.SLIP, draft.slip_secret))
        colleague.expect("What is kept of Mei")


async def test_a_name_and_a_number_are_corrected(clinic: Clinic) -> None:
    _, ref = ask(clinic)
    async with at_desk(clinic) as colleague:
        await look_for(colleague, ref)
        await colleague.keys("c")
        colleague.expect("Correct it", "Nothing is overwritten")
        await colleague.type("2", "enter")
        await colleague.type("1", "enter")
        await colleague.keys("k")
        colleague.expect("That number is too long.")
        await colleague.keys("backspace", "enter", "k")
        colleague.expect("Corrected. Its reference is now")
        colleague.expect("merged into another", "Mei2")
    assert clinic.count("callback_request") == 2


async def test_it_is_erased_only_by_the_word_of_the_review(clinic: Clinic) -> None:
    _, ref = ask(clinic)
    async with at_desk(clinic) as colleague:
        await look_for(colleague, ref)
        await colleague.keys("x")
        colleague.expect("Why is it erased?")
        await colleague.keys("w")
        colleague.expect("Erase for good?", "This goes", "nobody will ring any more", "This stays")
        await colleague.type("yes", "enter")
        colleague.expect("Nothing was erased.")
        assert clinic.count("callback_request") == 1
        await colleague.type(ref.lower(), "enter")
        colleague.expect("One person's data", "Erased for good: 1 request.")
        await colleague.type(ref, "enter")
        colleague.expect("Nothing is kept by this.")
    assert clinic.count("callback_request") == 0


async def test_the_lock_remembers_nobody(clinic: Clinic) -> None:
    _, ref = ask(clinic)
    async with at_desk(clinic, idle=10) as colleague:
        await look_for(colleague, ref)
        await colleague.wait(11)
        colleague.expect_not("Mei")
        await colleague.type(PASSPHRASE, "enter")
        colleague.expect("One person's data")
        colleague.expect_not("Mei", ref)
