"""Every screen can be reached and left, by keys and by taps, and help is one key away on each."""

import pytest

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.ui.visitor.screen import Chosen, GoTo, VisitorRoute
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.touch_keyboard import TouchKeys
from kiosk.ui.widgets.visitor_bar import Bar
from tests.support.desks import PIN, Clinic
from tests.support.screens import COUNTER, HOME, Visitor, at_kiosk
from tests.ui.visitor.layout_rules import faint
from tests.ui.visitor.stops import STOPS, Stop, start_over

HELP = "You can say: I need help now."
LANGUAGE = "Change the colours"
GOES_AWAY = {"still-there", "help", "language", "scan-again"}
"""The warning and a notice are answered by anything; help and language give way to each other."""


async def tap_language(visitor: Visitor) -> None:
    """Tap the way to all languages, in the middle of the foot."""
    foot = visitor.screen.query_one(Bar)
    region, beside = visitor.regions()[foot], foot.slots()[0].cells
    await visitor.tap_at(region.x + beside + 1, region.y + 1)
    visitor.expect(LANGUAGE)


async def step_aside(visitor: Visitor, stop: Stop) -> None:
    """Get help by keys, go on to the languages by taps, and back; then end the visit."""
    visitor.expect(stop.heading, "Esc", "Finish and clear")
    assert faint(visitor) == set(), visitor.picture()
    before = visitor.lines
    await visitor.keys("f1" if isinstance(visitor.screen.focused, Field) else "h")
    visitor.expect(HELP)
    await tap_language(visitor)
    await visitor.keys("b")
    visitor.expect_not(HELP, LANGUAGE)
    assert stop.name in GOES_AWAY or visitor.lines == before, visitor.picture()
    await visitor.keys("escape")
    visitor.expect(COUNTER if stop.name == "closed" else HOME)
    assert not visitor.app.navigation.is_busy


@pytest.mark.conforms("EN 301 549 5.1.6.2", "WCAG 1.4.3", "WCAG 3.2.4", "WCAG 3.2.6")
@pytest.mark.parametrize("part", range(4))
async def test_help_and_language_are_one_step_aside_from_every_screen(
    clinic: Clinic, part: int
) -> None:
    """In the look of strong contrast."""
    wrong: dict[str, str] = {}
    async with at_kiosk(clinic) as visitor:
        for stop in STOPS[part::4]:
            await start_over(visitor, clinic)
            await visitor.put_on("night")
            try:
                await stop.way(visitor, clinic)
                await step_aside(visitor, stop)
            except AssertionError as error:
                wrong[stop.name] = str(error)
    assert not wrong, "\n".join(f"{name}: {error}" for name, error in wrong.items())


async def test_help_and_language_give_way_to_each_other(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mei", "f1", "h", "l", "l", "h", "b")
        visitor.expect("What should we call you?", "Mei")


async def tap_through(visitor: Visitor, *steps: tuple[str, str]) -> None:
    """Tap the first words of each step, then read the second."""
    for words, there in steps:
        await visitor.tap(words)
        visitor.expect(there)


async def tap_keys(visitor: Visitor, text: str) -> None:
    """Tap `text` on the keyboard of the screen."""
    for sign in text:
        region = visitor.regions()[visitor.screen.query_one(TouchKeys)]
        rows = visitor.reads(visitor.screen.query_one(TouchKeys))
        row = next(y for y, line in enumerate(rows) if f" {sign} " in line)
        await visitor.tap_at(region.x + rows[row].index(f" {sign} ") + 1, region.y + row)


@pytest.mark.conforms("WCAG 2.4.4", "WCAG 2.4.6", "WCAG 2.5.1", "WCAG 2.5.7")
async def test_by_taps_alone_everything_can_be_read(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await tap_through(
            visitor,
            ("Read about peer support", "Each takes a minute or two."),
            ("What a first talk is like", "What a first talk is like"),
            ("B  Back", "Each takes a minute or two."),
            ("B  Back", HOME),
            ("Take something home", "Choose one."),
            ("The story of peer support", "The code opens this address on your phone."),
            ("B  Back", "Choose one."),
            ("B  Back", HOME),
            ("What we keep", "B  Back"),
            ("B  Back", HOME),
        )


@pytest.mark.conforms("WCAG 2.5.1", "WCAG 2.5.7", "WCAG 3.2.2")
async def test_by_taps_alone_a_call_is_asked_for(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await tap_through(visitor, ("Ask for a call", "What should we call you?"))
        await tap_keys(visitor, "Mei")
        await tap_through(visitor, ("Next", "Which number should we call?"))
        await tap_keys(visitor, "81234567")
        await tap_through(
            visitor,
            ("Next", "When may we call?"),
            ("Saturday mornings", "[✓] Saturday mornings"),
            ("From tomorrow", "(✓) From tomorrow"),
            ("N  Next", "Which language should we speak?"),
            ("( ) Tamil", "(✓) Tamil"),
            ("N  Next", "may we leave a message?"),
            ("Text me", "(✓) Text me"),
            ("Say who calls", "(✓) Say who calls"),
            ("N  Next", "Is this right?"),
            ("You may tell my care team", "[✓] You may tell my care team"),
            ("Yes, send", "Thank you. We have your request."),
            ("Finish", HOME),
        )
    (row,) = clinic.callbacks.worklist().rows
    assert (row.request.preferred_name, row.request.windows) == ("Mei", ("saturday_am",))
    assert clinic.numbers() == ["+6581234567"]
    assert (row.request.call_language, row.request.message_policy) == ("ta", "text_ok")
    assert (row.request.answered_by_other, row.request.share_with_team) == (
        "ok_to_say_clinic",
        True,
    )
    assert str(row.request.not_before) == "2026-03-03"


@pytest.mark.conforms("WCAG 2.5.1", "WCAG 2.5.7")
async def test_by_taps_alone_somebody_without_a_pass_comes_in(clinic: Clinic) -> None:
    clinic.add_session("Room 1")
    clinic.add_session("Room 2")
    async with at_kiosk(clinic) as visitor:
        await tap_through(
            visitor,
            ("Check in to a group", "No pass? Choose your group here."),
            ("Room 2, 12:00 pm", "How would you like to come in?"),
            ("Just count me", "You are counted in."),
            ("Finish", HOME),
            ("Check in to a group", "No pass? Choose your group here."),
            ("Room 1, 12:00 pm", "How would you like to come in?"),
            ("Give a first name", "What is your first name?"),
        )
        await tap_keys(visitor, "Ali")
        await tap_through(
            visitor,
            ("Check in", "Welcome, Ali"),
            ("Show me my pass", "Photograph this code."),
            ("B  Back", "Welcome, Ali"),
            ("Finish", HOME),
        )
    names = sorted(str(arrival.name) for arrival in clinic.arrivals())
    assert names == ["Ali", "None"]


@pytest.mark.conforms("WCAG 2.5.1", "WCAG 2.5.7")
async def test_by_taps_alone_a_reference_is_typed(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await tap_through(visitor, ("Withdraw a request", "Or type its code"))
        await visitor.tap("Caps")
        await tap_keys(visitor, "7kdc8hdf")
        await visitor.tap("Withdraw")
        visitor.expect("If the code fits a request, staff will withdraw it.")


async def test_by_taps_alone_staff_come_in_and_go(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await tap_language(visitor)
        await tap_through(visitor, ("With a PIN", "Type the kiosk's PIN."))
        await tap_keys(visitor, PIN)
        await tap_through(visitor, ("Open", "Records to send"), ("Out of order", COUNTER))
        await tap_language(visitor)
        await tap_through(visitor, ("With a PIN", "Type the kiosk's PIN."))
        await tap_keys(visitor, PIN)
        await tap_through(visitor, ("Open", "Open again"), ("Open again", HOME))


@pytest.mark.conforms("WCAG 2.4.4")
async def test_the_letters_of_home_lead_where_they_say(clinic: Clinic) -> None:
    places = {
        "r": "Each takes a minute or two.",
        "C": "What should we call you?",
        "g": "Nothing is open for check-in just now.",
        "T": "Choose one.",
        "k": "What we keep",
        "W": "Or type its code",
        "h": HELP,
        "L": LANGUAGE,
        "m": "Type the kiosk's PIN.",
    }
    async with at_kiosk(clinic) as visitor:
        for key, there in places.items():
            await visitor.keys(key)
            visitor.expect(there)
            await visitor.keys("escape")
            visitor.expect(HOME)


@pytest.mark.conforms("EN 301 549 5.9", "WCAG 2.1.1")
async def test_arrows_and_enter_alone_lead_everywhere(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("down", "right", "enter")
        visitor.expect("What should we call you?")
        await visitor.type("Mei", "down", "right", "enter")
        visitor.expect("Which number should we call?")
        await visitor.keys("down", "left", "enter")
        visitor.expect("What should we call you?", "Mei")
        await visitor.keys("down", "left", "enter")
        visitor.expect(HOME)
        await visitor.keys("down", "down", "down", "enter")
        visitor.expect("What we keep")


async def test_a_digit_is_never_a_shortcut(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys(*"0123456789")
        visitor.expect(HOME)
        assert not visitor.app.navigation.is_busy


async def test_a_press_that_comes_twice_goes_one_place(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.at_once("r", "r")
        await visitor.keys("b")
        visitor.expect(HOME)


async def test_every_route_leads_somewhere(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        assert set(visitor.app.routes) == set(VisitorRoute)


async def test_what_was_wanted_on_a_screen_that_has_gone_is_ignored(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("h")
        gone = visitor.screen
        await visitor.keys("escape")
        for intent in (GoTo(VisitorRoute.READ), Chosen(CallLanguage.TAMIL)):
            intent.origin = gone
            visitor.app.post_message(intent)
            await visitor.settle()
            visitor.expect(HOME)
        visitor.app.post_message(GoTo(VisitorRoute.READ))
        await visitor.settle()
        visitor.expect("Each takes a minute or two.")
