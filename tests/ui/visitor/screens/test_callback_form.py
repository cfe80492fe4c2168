"""Asking for a call: nothing typed is lost on the way, and nothing is sent twice."""

import threading
from dataclasses import replace
from itertools import pairwise

import pytest

from kiosk.domain.callbacks.request import CallbackDraft, Receipt, Window
from kiosk.domain.phones import PhoneProblem
from kiosk.errors import StoreFull
from kiosk.ui.visitor.screen import VisitorRoute
from kiosk.ui.visitor.screens.callback_form import FORM_STEPS, CallPhoneScreen, CallReviewScreen
from kiosk.ui.visitor.screens.help_now import HelpNowScreen
from kiosk.ui.visitor.text import describe_phone_problem
from kiosk.ui.widgets.inputs import Field
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.desks import Clinic
from tests.support.screens import HOME, SIZES, Visitor, at_kiosk
from tests.ui.visitor.stops import form

NAME, PHONE = "What should we call you?", "Which number should we call?"
SENT = "Thank you. We have your request."


async def fill(visitor: Visitor, text: str) -> None:
    """Put `text` into the field as if it had been typed."""
    visitor.screen.query_one(Field).value = text
    await visitor.settle()


async def test_each_step_leads_to_the_next_and_what_is_no_step_nowhere(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        for step, following in pairwise(FORM_STEPS):
            await form(step)(visitor, clinic)
            visitor.screen.go_to(VisitorRoute.NEXT)
            await visitor.settle()
            assert type(visitor.screen) is following
            await visitor.keys("escape")
        await visitor.keys("h")
        visitor.screen.go_to(VisitorRoute.NEXT)
        await visitor.settle()
        assert type(visitor.screen) is HelpNowScreen


@pytest.mark.conforms("WCAG 3.3.7")
async def test_what_is_chosen_survives_back_and_forward(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei Ling", "enter")
        await visitor.type("+44 20 7946 0018")
        visitor.expect("We will call +44 20 7946 0018.")
        await visitor.keys("enter")
        await visitor.tap("Weekday mornings")
        await visitor.tap("Saturday mornings")
        await visitor.tap("next week")
        await visitor.keys("n")
        await visitor.tap("Hokkien")
        await visitor.keys("n")
        await visitor.tap("Name and number")
        await visitor.tap("Say who calls")
        await visitor.keys("n")
        await visitor.tap("You may tell my care team")
        visitor.expect("Mei Ling", "Weekday mornings, Saturday mornings.", "next week", "Hokkien")
        visitor.expect("Name and number", "Say who calls", "[✓] You may tell")
        await visitor.keys("b")
        visitor.expect("(✓) Name and number", "(✓) Say who calls")
        await visitor.keys("b")
        visitor.expect("(✓) 福建话 Hokkien", "( ) English")
        await visitor.keys("b")
        visitor.expect("[✓] Weekday mornings", "[✓] Saturday mornings", "[ ] Any time")
        visitor.expect("(✓) From next week")
        await visitor.tap("Back")
        visitor.expect(PHONE, "+44 20 7946 0018")
        await visitor.tap("Back")
        visitor.expect(NAME, "Mei Ling")
        await visitor.keys("f1", "b", "f2", "b", "enter", "enter", "n", "n", "n")
        visitor.expect("[✓] You may tell", "Hokkien", "next week")
        await visitor.keys("y")
        visitor.expect(SENT)
    (row,) = clinic.callbacks.worklist().rows
    assert (row.request.preferred_name, clinic.numbers()) == ("Mei Ling", ["+442079460018"])
    assert set(row.request.windows) == {"weekday_am", "saturday_am"}
    assert (row.request.call_language, str(row.request.not_before)) == ("nan", "2026-03-09")


@pytest.mark.conforms("WCAG 3.2.2")
async def test_any_time_and_parts_of_the_week_exclude_each_other(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form()(visitor, clinic)
        visitor.expect("[✓] Any time")
        await visitor.tap("Weekday mornings")
        visitor.expect("[ ] Any time", "[✓] Weekday mornings")
        await visitor.tap("Any time")
        visitor.expect("[✓] Any time", "[ ] Weekday mornings")
        await visitor.tap("Any time")
        visitor.expect("[✓] Any time")


NAMES = (
    ("", "Please type a name. A nickname is fine."),
    ("   ", "Please type a name. A nickname is fine."),
    ("x" * 100, "That is a bit long. Please type a first name."),
    ("S1234567D", "Please do not type an NRIC or FIN. We never need it."),
    ("my ic is s 1234567 d", "Please do not type an NRIC or FIN. We never need it."),
    ("12345", "Please type a name with letters in it."),
    ("91234567", "Please type a name with letters in it."),
    ("Tan 91234567", "Please type the name alone, without the number."),
)
NUMBERS = (
    ("", "Please type the number we should call."),
    ("8123", "Please add the missing digits. Singapore numbers have 8."),
    ("81234567812345", "Please take out some digits. Singapore numbers have 8."),
    ("8123 4567 / 9123 4567", "That is more than one. Please type one number."),
    ("6123 4567 x12", "We cannot dial extensions. Please type another number."),
    ("S1234567D", "Please do not type an NRIC or FIN. We never need it."),
    ("1900 112 2334", "We cannot call that kind of number. Please type another one."),
    ("hello", "Type 8 digits, or + first for another country."),
    ("51234567", "Please check it. For another country, start with +."),
    ("012-345 6789", "Please check it. For another country, start with +."),
)
"""What is typed, and the one kind sentence that answers it."""


@pytest.mark.conforms("WCAG 3.3.1", "WCAG 3.3.3")
async def test_names_that_cannot_be_taken(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        for typed, sentence in NAMES:
            await fill(visitor, typed)
            await visitor.keys("enter")
            visitor.expect(NAME, sentence)
            assert visitor.screen.query_one(Field).value == typed
            await visitor.keys("end", "x")
            visitor.expect_not(sentence)
            assert visitor.screen.query_one(Field).value == f"{typed}x"


def test_every_problem_with_a_number_has_its_sentence() -> None:
    told = [describe_phone_problem(problem, "SG", "en", str) for problem in PhoneProblem]
    assert len(set(told)) == len(told)


@pytest.mark.conforms("WCAG 3.3.1", "WCAG 3.3.3")
async def test_numbers_that_cannot_be_taken(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallPhoneScreen)(visitor, clinic)
        for typed, sentence in NUMBERS:
            await fill(visitor, typed)
            await visitor.tap("Next")
            visitor.expect(PHONE, sentence)
            assert visitor.screen.query_one(Field).value == typed
            assert isinstance(visitor.screen.focused, Field)


async def test_somebody_without_a_phone_reads_how_to_go_on_and_loses_nothing(
    clinic: Clinic,
) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei Ling", "enter")
        for typed in ("no phone", ""):
            await fill(visitor, typed)
            if typed:
                await visitor.keys("enter")
            else:
                await visitor.tap("No phone?")
            visitor.expect("You do not need a phone", "Ask at the counter")
            await visitor.keys("b")
            visitor.expect(PHONE)
            assert visitor.screen.query_one(Field).value == typed
        await visitor.type("8123 4567", "enter")
        visitor.expect("When may we call?")
        assert visitor.app.context.visit.call_form().draft.preferred_name == "Mei Ling"


ABROAD = (
    ("MY", "0123", "Please add the missing digits. Malaysia numbers have 9–11."),
    (
        "FR",
        "0123 45 67 89 01 23",
        "Please take out some digits. France numbers have 10.",
    ),
)
"""Where a clinic is, what is typed there, and the answer."""


@pytest.mark.parametrize(("country", "typed", "sentence"), ABROAD)
async def test_a_number_of_another_length_is_measured_by_the_clinics_country(
    clinic: Clinic, country: str, typed: str, sentence: str
) -> None:
    clinic.site = replace(clinic.site, country=country)
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        await form(CallPhoneScreen)(visitor, clinic)
        await fill(visitor, typed)
        await visitor.tap("Next")
        visitor.expect(PHONE, sentence)


async def test_a_changed_number_is_the_one_that_is_sent(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallPhoneScreen)(visitor, clinic)
        await fill(visitor, "6789 0123")
        await visitor.keys("enter", "n", "n", "n", "y")
        visitor.expect(SENT)
    assert clinic.numbers() == ["+6567890123"]


async def test_the_number_is_covered_until_it_is_asked_for(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        visitor.expect("Mei Ling", "[ ] Show my number")
        visitor.expect_not("8123 4567", "81234567", "8123")
        await visitor.tap("Show my number")
        visitor.expect("8123 4567")
        await visitor.tap("Show my number")
        visitor.expect_not("8123 4567", "81234567", "8123")
        visitor.expect("[ ] You may tell my care team")


async def test_the_receipt_says_what_was_promised(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen, "y")(visitor, clinic)
        (row,) = clinic.callbacks.worklist().rows
        visitor.expect(SENT, row.request.reference, "Most people get a call within 3 working days.")
        visitor.expect("Photograph the code to see news or withdraw.")
        visitor.expect_not("Mei Ling", "8123 4567", "Back")
        assert visitor.app.context.visit.form is None
        await visitor.keys("b")
        visitor.expect(SENT)


@pytest.mark.parametrize(
    ("number", "said"),
    [("6389 2000", "We call from 6389 2000."), ("private", "We call from a private number.")],
)
async def test_which_number_will_ring_is_said_before_and_after(
    clinic: Clinic, number: str, said: str
) -> None:
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        await visitor.keys("r")
        calls_from(visitor, number)
        await visitor.tap("What a first talk is like")
        await look_through(visitor, said)
        await visitor.keys("escape")
    async with at_kiosk(clinic) as visitor:
        calls_from(visitor, number)
        await form(CallReviewScreen)(visitor, clinic)
        visitor.expect(said)
        await visitor.keys("y")
        visitor.expect(SENT, said)


async def test_nothing_is_said_of_a_number_that_nobody_has_told(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        visitor.expect_not("We call from")
        await visitor.keys("y")
        visitor.expect(SENT)
        visitor.expect_not("We call from")


def calls_from(visitor: Visitor, number: str) -> None:
    """Let the clinic's settings tell which number rings."""
    context = visitor.app.context
    context.clinic = replace(context.clinic, calling_number=number)


async def look_through(visitor: Visitor, words: str) -> None:
    """Scroll a page until `words` are in view."""
    for _ in range(20):
        if any(words in text for text in visitor.paragraphs):
            return
        await visitor.keys("pagedown")
    visitor.expect(words)


async def test_sending_often_sends_once(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    keep, asked = VisitorDesk.request_callback, list[CallbackDraft]()

    def slow(desk: VisitorDesk, draft: CallbackDraft) -> Receipt:
        asked.append(draft)
        assert gate.wait(10)
        return keep(desk, draft)

    monkeypatch.setattr(VisitorDesk, "request_callback", slow)
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        visitor.screen.query_one("#send").focus()
        threading.Timer(0.3, gate.set).start()
        await visitor.at_once("y", "Y", "enter", "space", "y")
        visitor.expect(SENT)
    assert len(asked) == 1
    assert clinic.count("callback_request") == 1


async def test_a_full_disk_loses_nothing_and_the_next_try_works(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_desk: VisitorDesk, _draft: CallbackDraft) -> Receipt:
        raise StoreFull("The disk is full; make room.")

    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        with monkeypatch.context() as broken:
            broken.setattr(VisitorDesk, "request_callback", full)
            await visitor.keys("y")
        visitor.expect("Is this right?", "Mei Ling")
        visitor.expect("This could not be kept just now. Please ask at the counter.")
        visitor.expect_not("disk")
        await visitor.keys("y")
        visitor.expect(SENT)
    assert clinic.count("callback_request") == 1


@pytest.mark.conforms("WCAG 3.3.4")
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_long_answers_are_read_back_under_each_other(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    """What does not fit goes on below the words, never below their label."""
    async with at_kiosk(clinic, size=size) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        filled = visitor.app.context.visit.call_form()
        filled.draft = replace(filled.draft, windows=frozenset(Window) - {Window.ANY})
        filled.wait = "week"
        await visitor.keys("h", "b")
        rows = visitor.reads(visitor.screen.query_one("#read-back"))
        when = next(index for index, row in enumerate(rows) if "When" in row)
        column = rows[when].index("Weekday")
        language = next(index for index, row in enumerate(rows) if "Language" in row)
        for row in rows[when + 1 : language]:
            assert row[1:column].strip() == "", visitor.picture()


@pytest.mark.conforms("WCAG 2.4.6")
async def test_each_step_has_a_number_of_its_own(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        for place, step in enumerate(FORM_STEPS, start=1):
            await form(step)(visitor, clinic)
            visitor.expect(f"Step {place} of {len(FORM_STEPS)}")
            await visitor.keys("escape")


@pytest.mark.conforms("WCAG 3.3.4")
async def test_nothing_is_sent_before_its_consent_was_in_view(clinic: Clinic) -> None:
    """On the smallest screen, and wherever long answers push the consent below the fold."""
    consent, send = "By sending, you agree", "Yes, send"
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        visitor.expect_not(consent, send)
        await visitor.keys("y")
        visitor.expect("Is this right?")
        await visitor.tap("More")
        visitor.expect(consent, send)
        await visitor.resize(56, 24)
        visitor.expect(consent, send)
        visitor.expect_not("More")
        filled = visitor.app.context.visit.call_form()
        filled.draft = replace(filled.draft, windows=frozenset(Window) - {Window.ANY})
        await visitor.keys("h", "b")
        visitor.expect("More")
        visitor.expect_not(send)
        await visitor.keys("y")
        visitor.expect("Is this right?")
        assert clinic.count("callback_request") == 0
        await visitor.keys("end", "y")
        visitor.expect(SENT)


async def test_leaving_the_form_by_back_alone_leaves_nothing_for_the_next_visitor(
    clinic: Clinic,
) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei Ling", "down", "left", "enter")
        visitor.expect(HOME)
        await visitor.wait(120)
        await visitor.keys("c")
        visitor.expect(NAME)
        visitor.expect_not("Mei Ling")
