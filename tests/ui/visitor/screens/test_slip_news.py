"""A slip under the scanner: what became of the request, and other times for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from threading import Event

import pytest

from kiosk.content.translations import Texts
from kiosk.domain.callbacks.actions import Attempt, Claim, Close
from kiosk.domain.callbacks.slips import CentralSlip, HalfDay, RequestPhase, SlipNews, write_news
from kiosk.domain.callbacks.state import AttemptResult, Outcome
from kiosk.domain.passes import CodeKind, derive_news_key, encode
from kiosk.errors import StoreAway, StoreFull
from kiosk.ui.visitor.screens import slip as slip_screens
from kiosk.ui.visitor.text import describe_news
from kiosk.ui.visitor.visit import VisitorContext
from kiosk.usecases.visitor_desk import VisitorDesk
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.sealing import lock_news
from tests.support.calls import do
from tests.support.desks import NOON, Clinic
from tests.support.screens import HOME, SIZES, at_kiosk, side_of

RANG = "We rang on Monday afternoon and could not reach you."
STAYS = "We ring you about another time. Until then the talk stays."
AGAIN = "We try again by Tuesday."
OTHER_TIME = "Does another time suit you better? Choose it here."
LOOKING = "Looking for news"
NO_NEWS = "We cannot see news just now. Any staff member can tell you."
UNKNOWN = "We do not know this slip here. Any staff member can look for you."


def asked(clinic: Clinic) -> tuple[str, Callable[[SlipNews | None], CentralSlip]]:
    """Ask for a call; return its slip, and what makes the centre's answer to it."""
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    key = PrivateSealingKey(derive_news_key(draft.slip_secret)).public

    def answer(news: SlipNews | None) -> CentralSlip:
        box = None if news is None else lock_news(write_news(news), key, draft.id)
        return CentralSlip(draft.id, NOON, withdrawn=False, retimed=False, box=box)

    return encode(CodeKind.SLIP, draft.slip_secret), answer


@pytest.mark.parametrize("size", SIZES)
async def test_on_one_machine_the_slip_says_what_staff_did(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    draft = clinic.draft()
    digits = clinic.visitor.request_callback(draft).slip_digits
    do(clinic.callbacks, draft.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.scan(digits)
        visitor.expect("Your request", RANG, AGAIN, OTHER_TIME, "A Another time", "W Withdraw it")
        visitor.expect_not("Mei", "8123", LOOKING)
        await visitor.keys("escape")
        do(clinic.callbacks, draft.id, Claim(), Close(Outcome.INFORMATION_GIVEN))
        await visitor.scan(digits)
        visitor.expect("It is done. You can always ask for another call.")
        visitor.expect_not("Another time", "Withdraw it")


@pytest.mark.parametrize("size", SIZES)
async def test_other_times_are_chosen_by_the_slip(clinic: Clinic, size: tuple[int, int]) -> None:
    digits, _ = asked(clinic)
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.scan(digits)
        await visitor.keys("a")
        visitor.expect("Which times suit you better?", "Weekday mornings", "K Keep these")
        await visitor.tap("Weekdays, 4 to 6")
        if not visitor.sees("From tomorrow"):
            await visitor.tap("More")
        await visitor.tap("From tomorrow")
        await visitor.at_once("k", "k", "k")
        visitor.expect("Thank you", "We ring you at the times that suit you.")
        await visitor.wait(9)
        visitor.expect(HOME)
        assert visitor.app.context.visit.slip is None
    assert clinic.count("callback_retiming") == 1
    (row,) = clinic.callbacks.worklist().rows
    assert row.request.windows == ("weekday_late",)
    assert row.request.not_before == date(2026, 3, 3)


async def test_other_times_can_be_left_and_kept_twice(clinic: Clinic) -> None:
    digits, _ = asked(clinic)
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        await visitor.keys("a", "b")
        visitor.expect("It has been kept safely on this kiosk")
        visitor.expect_not("that you chose")
        for _times in range(2):
            await visitor.keys("a", "k")
            visitor.expect("We ring you at the times that suit you.")
            await visitor.keys("escape")
            clinic.clock.move(minutes=1)
            await visitor.scan(digits)
            visitor.expect("We ring you at the times that you chose.")
        await visitor.keys("w")
        visitor.expect("It is withdrawn. Nobody will call you about it.")
        visitor.expect_not("Another time")
    assert clinic.count("callback_retiming") == 2


@pytest.mark.parametrize("size", SIZES)
async def test_other_times_than_those_of_a_talk_leave_it_as_it_is(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    digits, answer = asked(clinic)
    booked = answer(SlipNews(RequestPhase.BOOKED, MONDAY_AM, FRIDAY_PM))
    side = partial(side_of, clinic, ask_central=lambda _: booked)
    async with at_kiosk(clinic, size=size, boot=side) as visitor:
        await visitor.scan(digits)
        visitor.expect("A talk is booked for Friday afternoon.")
        await visitor.keys("a", "k")
        visitor.expect("Thank you", STAYS)
        visitor.expect_not("at the times")


async def test_times_that_cannot_be_kept(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreFull("The disk is full; make room.")

    digits, _ = asked(clinic)
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        await visitor.keys("a")
        monkeypatch.setattr(VisitorDesk, "retime_by_slip", full)
        await visitor.keys("k")
        visitor.expect("This could not be kept just now. Please ask at the counter.")
        visitor.expect("Which times suit you better?")


async def test_times_of_a_request_that_was_closed_meanwhile(clinic: Clinic) -> None:
    digits, _ = asked(clinic)
    (row,) = clinic.callbacks.worklist().rows
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        await visitor.keys("a")
        do(clinic.callbacks, row.request.id, Claim(), Close(Outcome.DECLINED))
        await visitor.keys("k")
        visitor.expect("It can no longer be changed here. Any staff member can help you.")
    assert clinic.count("callback_retiming") == 0


async def test_the_centres_news_are_filled_in_when_they_come(clinic: Clinic) -> None:
    digits, answer = asked(clinic)
    go_on = Event()

    def ask(shown: str) -> CentralSlip:
        assert shown == digits
        assert go_on.wait(10)
        since, by = HalfDay(date(2026, 3, 1), afternoon=False), HalfDay(date(2026, 3, 6), True)
        return answer(SlipNews(RequestPhase.MISSED, since, by))

    async with at_kiosk(clinic, boot=partial(side_of, clinic, ask_central=ask)) as visitor:
        await visitor.sends_scan(digits)
        await visitor.until("It has been kept safely on this kiosk since Monday afternoon.", 5)
        assert visitor.sees(LOOKING)
        go_on.set()
        await visitor.settle()
        visitor.expect("We rang on Sunday morning and could not reach you.")
        visitor.expect("We try again by Friday.", "A Another time", "W Withdraw it")
        visitor.expect_not(LOOKING, "kept safely")
        await visitor.keys("w")
        visitor.expect("It is withdrawn. Nobody will call you about it.")
    assert clinic.count("callback_withdrawal") == 1


async def test_nothing_waits_for_a_centre_that_does_not_answer(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits, answer = asked(clinic)
    monkeypatch.setattr(slip_screens, "CENTRAL_SECONDS", 0.01)
    go_on = Event()

    def ask(_: str) -> CentralSlip:
        go_on.wait(10)
        return answer(None)

    async with at_kiosk(clinic, boot=partial(side_of, clinic, ask_central=ask)) as visitor:
        await visitor.scan(digits)
        visitor.expect("It has been kept safely on this kiosk", NO_NEWS, "W Withdraw it")
        await visitor.keys("h")
        visitor.expect("Help now")
        go_on.set()


async def test_a_centre_that_is_away(clinic: Clinic) -> None:
    digits = encode(CodeKind.SLIP, b"another kiosk's.")

    def away(_: str) -> None:
        raise StoreAway("The centre is away.")

    async with at_kiosk(clinic, boot=partial(side_of, clinic, ask_central=away)) as visitor:
        await visitor.scan(digits)
        visitor.expect(NO_NEWS)
        visitor.expect_not("Withdraw it", "Another time", "We do not know")


async def test_a_slip_that_nobody_knows(clinic: Clinic) -> None:
    outbox = clinic.count("outbox")
    digits = encode(CodeKind.SLIP, b"another clinic's")
    async with at_kiosk(
        clinic, boot=partial(side_of, clinic, ask_central=lambda _: None)
    ) as visitor:
        await visitor.scan(digits)
        visitor.expect(UNKNOWN)
        visitor.expect_not("Withdraw it", "Another time", LOOKING)
        await visitor.keys("w", "a")
        visitor.expect(UNKNOWN)
    assert clinic.count("outbox") == outbox


async def test_a_withdrawal_is_newer_than_the_answer_under_way(clinic: Clinic) -> None:
    digits, answer = asked(clinic)
    go_on = Event()

    def ask(_: str) -> CentralSlip:
        assert go_on.wait(10)
        return answer(SlipNews(RequestPhase.SPOKEN, HalfDay(date(2026, 3, 2), False)))

    async with at_kiosk(clinic, boot=partial(side_of, clinic, ask_central=ask)) as visitor:
        await visitor.sends_scan(digits)
        await visitor.until("W Withdraw it", 5)
        await visitor.sends("w")
        await visitor.until("It is withdrawn.", 5)
        go_on.set()
        await visitor.settle()
        visitor.expect("It is withdrawn.")


def context(clinic: Clinic, number: str = "", language: str = "en") -> VisitorContext:
    found = VisitorContext(None)  # type: ignore[arg-type]
    found.clinic = side_of(clinic, public_number=number).clinic
    found.visit.texts = Texts(language)
    return found


MONDAY_AM = HalfDay(date(2026, 3, 2), afternoon=False)
FRIDAY_PM = HalfDay(date(2026, 3, 6), afternoon=True)
TOLD = {
    RequestPhase.KEPT_HERE: "It has been kept safely on this kiosk since Monday morning.",
    RequestPhase.WITH_CLINIC: "It has been with the clinic since Monday morning.",
    RequestPhase.MISSED: (
        "We rang on Monday morning and could not reach you. We try again by Friday."
    ),
    RequestPhase.TEXTED: (
        "We sent you a text message on Monday morning."
        " Please ring us on 6389 2000, or ask any staff member."
    ),
    RequestPhase.AGREED: "We ring you on Friday afternoon, as you asked.",
    RequestPhase.RING_US: (
        "The number we have does not reach you."
        " Please ring us on 6389 2000, or ask any staff member."
    ),
    RequestPhase.SPOKEN: "We spoke with you on Monday morning.",
    RequestPhase.BOOKED: "A talk is booked for Friday afternoon.",
    RequestPhase.DONE: "It is done. You can always ask for another call.",
    RequestPhase.NOT_REACHED: (
        "We could not reach you. Please ring us on 6389 2000, or ask any staff member."
    ),
    RequestPhase.WITHDRAWN: "It is withdrawn. Nobody will call you about it.",
    RequestPhase.NOT_KNOWN: UNKNOWN,
}


@pytest.mark.parametrize("phase", RequestPhase)
def test_every_phase_has_plain_words(clinic: Clinic, phase: RequestPhase) -> None:
    whole = SlipNews(phase, MONDAY_AM, FRIDAY_PM)
    assert " ".join(describe_news(whole, context(clinic, "6389 2000"))) == TOLD[phase]
    bare = replace(whole, next=None)
    moved = replace(whole, next=None, moved=True)
    for told in (*describe_news(bare, context(clinic)), *describe_news(moved, context(clinic))):
        assert "{" not in told and "None" not in told


def test_other_times_take_the_place_of_what_was_to_follow(clinic: Clinic) -> None:
    then = "We ring you at the times that you chose."
    moved = SlipNews(RequestPhase.MISSED, MONDAY_AM, moved=True)
    rang = "We rang on Monday morning and could not reach you."
    assert describe_news(moved, context(clinic)) == (rang, then)
    moved = replace(moved, phase=RequestPhase.AGREED)
    assert describe_news(moved, context(clinic)) == (then,)
    moved = replace(moved, phase=RequestPhase.BOOKED, next=FRIDAY_PM)
    booked = "A talk is booked for Friday afternoon."
    assert describe_news(moved, context(clinic)) == (booked, STAYS)


def test_without_a_number_the_staff_here_help(clinic: Clinic) -> None:
    rang = SlipNews(RequestPhase.MISSED, MONDAY_AM)
    told = describe_news(rang, context(clinic))
    assert told == (
        "We rang on Monday morning and could not reach you.",
        "Please ask any staff member. They can arrange a call.",
    )


def test_a_day_of_another_week_has_its_date(clinic: Clinic) -> None:
    far = SlipNews(RequestPhase.MISSED, HalfDay(date(2026, 2, 20), True), FRIDAY_PM)
    (rang, _again) = describe_news(far, context(clinic))
    assert rang == "We rang on 20 February in the afternoon and could not reach you."


@pytest.mark.parametrize("size", [(80, 24), (106, 32), (120, 40)], ids=str)
async def test_what_stands_apart_ends_where_the_page_ends(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    digits, _ = asked(clinic)
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.scan(digits)
        apart, page = visitor.screen.query_one("#withdraw"), visitor.screen.query_one("#told")
        assert apart.region.right == page.region.right
        assert visitor.screen.query_one("#back").region.x == page.region.x
