"""Checking in: what a visitor reads for each outcome, and that a form under way is kept."""

from datetime import timedelta

import pytest
from textual.strip import Strip

from kiosk.domain.attendance.check_in import FIRST_VISIT_WITHIN, GuestWelcomed, Joined
from kiosk.domain.passes import HEAD as DIGITS
from kiosk.domain.passes import CodeKind, encode
from kiosk.errors import StoreFull
from kiosk.ui.terminal.messages import Scanned, TakenBack
from kiosk.ui.terminal.scanner import KeyPlace, Measured
from kiosk.ui.visitor import app
from kiosk.ui.visitor.screens.callback_form import CallPhoneScreen
from kiosk.ui.widgets.buttons import Actions
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.visitor_bar import Bar
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.desks import PIN, Clinic
from tests.support.pictures import cells
from tests.support.screens import HOME, SIZES, TELLING, Visitor, at_kiosk
from tests.ui.visitor.stops import STRANGER, check_in, form

TEST_CARD = encode(CodeKind.TEST_CARD, bytes(16))
MISREAD = STRANGER[:-1] + str((int(STRANGER[-1]) + 1) % 10)


def mei(clinic: Clinic) -> str:
    """Give out a pass for Mei."""
    return clinic.passes.issue_pass("Mei", "en").digits


def colours(visitor: Visitor) -> set[str]:
    """Every colour on the screen."""
    styles = [segment.style for strip in visitor.strips() for segment in strip]
    return {str(one) for style in styles if style for one in (style.color, style.bgcolor)}


async def test_a_known_pass_is_greeted_by_name(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(mei(clinic))
        visitor.expect("✓ Welcome, Mei", "You are checked in.", "Room 2, 12:00 pm")
        visitor.expect("This screen clears by itself in 8 seconds.")


async def test_welcome_and_already_here_look_the_same(clinic: Clinic) -> None:
    clinic.add_session()
    digits = mei(clinic)
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        first, look = visitor.lines, colours(visitor)
        await visitor.wait(9)
        visitor.expect(HOME)
        clinic.clock.move(minutes=7)
        await visitor.scan(digits)
        visitor.expect("✓ Welcome, Mei", "You are with us since 12:00 pm.", "Room 2, 12:00 pm")
        assert colours(visitor) == look
        differing = [(a, b) for a, b in zip(first, visitor.lines, strict=True) if a != b]
        assert len(differing) == 1
        assert len({one.index("You are") for one in differing[0]}) == 1
    assert clinic.count("check_in") == 1


OTHERS = (
    (STRANGER, ("✓ Welcome", "You are counted in.", "Room 2, 12:00 pm")),
    (MISREAD, ("Please scan again", "Hold the code still, a hand away from the scanner.")),
    ("12345678", ("Please scan again", "Or ask any staff member")),
    ("https://example.org", ("This is not a group pass", "We did nothing with it")),
    ("S1234567D", ("This is not a group pass", "or ask any staff member")),
    ("shlink:/eyJ1cmwiOi", ("Health records are not read here", "show it to staff")),
    (TEST_CARD, ("✓ The scanner works", "All digits arrived.")),
)


async def test_other_codes(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        for code, words in OTHERS:
            await visitor.scan(code)
            visitor.expect(*words)
            await visitor.wait(9)
            visitor.expect(HOME)


async def test_a_test_card_shows_how_it_was_sent(clinic: Clinic) -> None:
    shown = {
        Measured(0.008, DIGITS, "enter"): (
            "8 ms from one character to the next.",
            "The keyboard layout fits.",
            "Behind the code comes Enter.",
        ),
        Measured(0.1, "à&é\"'(-è_ç", ""): (
            "100 ms from one character to the next. Please set it faster, to 5 to 20 ms.",
            "Its keyboard layout types à&é\"'(-è_ç for 0 to 9. We can read that.",
            "Nothing comes behind the code. Please set it to end with Enter.",
        ),
    }
    for size in SIZES:
        async with at_kiosk(clinic, size=size) as visitor:
            for measured, lines in shown.items():
                visitor.app.post_message(Scanned(TEST_CARD, measured))
                await visitor.settle()
                visitor.expect("✓ The scanner works", "All digits arrived.", *lines)
                await visitor.wait(9)


NO_CODES = ("https://a.example", "GATE J7 C", "12345678", "shlink:/eyJ1", MISREAD)


async def test_a_code_that_is_not_ours_moves_nothing(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await check_in("enter")(visitor, clinic)
        before = visitor.lines
        for code in NO_CODES:
            await visitor.scan(code)
            visitor.expect("This clears by itself, or when you press a key or touch the screen.")
            assert visitor.lines != before
            if code == MISREAD:
                await visitor.wait(9)
            elif code == NO_CODES[0]:
                await visitor.tap_at(3, 3)
                await visitor.touch(False)
            else:
                await visitor.keys("enter")
            assert visitor.lines == before
        await visitor.scan(NO_CODES[0])
        await visitor.scan(NO_CODES[1])
        await visitor.keys("escape")
        visitor.expect(HOME)
    assert clinic.count("check_in") == 0


async def test_a_name_under_way_goes_on_under_the_notice(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Me")
        field = visitor.screen.query_one(Field)
        await visitor.scan("https://a.example")
        visitor.expect("This is not a group pass")
        await visitor.type("ina")
        assert visitor.screen.query_one(Field) is field
        assert field.value == "Meina"
        await visitor.scan("https://a.example")
        await visitor.keys("enter")
        assert visitor.screen.query_one(Field) is field
        await visitor.keys("h")
        assert field.value == "Meinah"
        await visitor.scan("https://a.example")
        await visitor.keys("f1")
        visitor.expect("You can say: I need help now.")
        await visitor.keys("b")
        visitor.expect("What should we call you?")
        assert visitor.screen.query_one(Field).value == "Meinah"


async def test_what_a_machine_typed_is_taken_out_of_the_field(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Meihttp", "left", "left", "left", "left", "right", "right")
        visitor.app.post_message(TakenBack("ht"))
        await visitor.settle()
        field = visitor.screen.query_one(Field)
        assert (field.value, field.cursor_position) == ("Meitp", 3)
        visitor.app.post_message(TakenBack("somebody else's"))
        await visitor.settle()
        assert field.value == "Meitp"
        field.value = "M" + "x" * 119
        field.cursor_position = 120
        visitor.app.post_message(TakenBack("x" * 119 + "yz"))
        await visitor.settle()
        assert field.value == "M"
        assert visitor.app.context.visit.call_form().draft.preferred_name == "M"


async def test_a_code_on_the_pin_screen_asks_for_the_pin_by_hand(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        places = [visitor.app.place]
        for keys in (["c"], ["escape", "m"]):
            await visitor.keys(*keys)
            places.append(visitor.app.place)
        assert places == [KeyPlace.KEYS, KeyPlace.TEXT, KeyPlace.PIN]
        for code in ("1111", "m1111", "S1234567D"):
            await visitor.scan(code)
            visitor.expect("Please type the PIN by hand", "so it was not tried.")
            await visitor.keys("enter")
        for typed in ("m1111", "123", "1" * 13):
            await visitor.type(typed, "enter")
            visitor.expect("That is not the PIN.")
        await visitor.type(PIN, "enter")
        visitor.expect("Records to send")


async def test_the_same_pass_after_the_end_of_a_visit_is_welcomed_at_once(clinic: Clinic) -> None:
    clinic.add_session()
    digits = mei(clinic)
    async with at_kiosk(clinic) as visitor:
        for end in ("escape", "f1"):
            await visitor.scan(digits)
            visitor.expect("✓ Welcome, Mei")
            await visitor.keys(end)
            if end == "f1":
                visitor.expect("You can say: I need help now.")
                await visitor.keys("escape")
            visitor.expect(HOME)
        await visitor.scan(digits)
        visitor.expect("✓ Welcome, Mei", "You are with us since 12:00 pm.")
    assert clinic.count("check_in") == 1


async def test_nothing_open_says_what_comes_next_and_offers_to_read(clinic: Clinic) -> None:
    clinic.add_session("Room 7", starts=90)
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(mei(clinic))
        visitor.expect("✓ Welcome, Mei", "Nothing is open for check-in just now.")
        visitor.expect("Next today: Room 7, 1:30 pm")
        await visitor.keys("t")
        visitor.expect("Each takes a minute or two.")


async def test_nothing_at_all_today(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        visitor.expect("No groups are planned today.")
        await visitor.scan(mei(clinic))
        visitor.expect("Nothing is open for check-in just now.")
        visitor.expect_not("Next today")
        await visitor.keys("escape", "g")
        visitor.expect("Nothing is open for check-in just now.")
        await visitor.keys("t")
        visitor.expect("Each takes a minute or two.")


async def test_several_open_sessions_are_asked_about(clinic: Clinic) -> None:
    for room in ("Room 1", "Room 2"):
        clinic.add_session(room)
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(mei(clinic))
        visitor.expect("Welcome, Mei. Which group is it?", "Room 1, 12:00 pm", "Room 2, 12:00 pm")
        assert clinic.count("check_in") == 0
        await visitor.keys("right", "enter")
        visitor.expect("✓ Welcome, Mei", "You are checked in.", "Room 2, 12:00 pm")
        visitor.expect_not("Room 1")
    assert [arrival.session.label for arrival in clinic.arrivals()] == ["Room 2"]


async def test_a_session_chosen_after_it_has_closed(clinic: Clinic) -> None:
    clinic.add_session("Room 1", starts=-50)
    clinic.add_session("Room 2", starts=-50)
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(mei(clinic))
        clinic.clock.move(minutes=30)
        await visitor.keys("enter")
        visitor.expect("✓ Welcome, Mei", "Nothing is open for check-in just now.")


async def test_a_pass_scanned_while_another_one_is_asked_about(clinic: Clinic) -> None:
    for room in ("Room 1", "Room 2"):
        clinic.add_session(room)
    second = clinic.passes.issue_pass("Ali", "en").digits
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(mei(clinic))
        await visitor.scan(second)
        visitor.expect("Welcome, Ali. Which group is it?")
        await visitor.keys("enter")
        visitor.expect("✓ Welcome, Ali")
    assert [arrival.name for arrival in clinic.arrivals()] == ["Ali"]


async def test_a_welcome_is_painted_at_once_as_it_then_stands_and_fills_large_screens(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[list[Strip]] = []
    monkeypatch.setattr(app, "paint_at_once", lambda _app, rows: painted.append(rows))
    digits = mei(clinic)
    # Of a new pass it is asked whether it is their first time: the card is smaller then.
    clinic.clock.at += FIRST_VISIT_WITHIN + timedelta(days=1)
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        for width, height in TELLING:
            await visitor.keys("escape")
            await visitor.resize(width, height)
            visitor.seconds.at += 10  # the same code is read again after a while only
            await visitor.scan(digits)
            visitor.expect("✓ Welcome, Mei")
            rows = painted.pop()
            assert cells(rows) == cells(visitor.strips()[: height - Bar.HEIGHT])
            card = [row for row in rows if row.text.strip()]
            assert len(rows) == height - Bar.HEIGHT
            assert (width < 100 or height < 32) or len(card) >= (height - Bar.HEIGHT) * 3 // 4
        assert not painted


async def test_a_welcome_with_a_question_is_painted_at_once_as_it_then_stands(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.add_session()
    painted: list[list[Strip]] = []
    monkeypatch.setattr(app, "paint_at_once", lambda _app, rows: painted.append(rows))
    digits = mei(clinic)
    async with at_kiosk(clinic) as visitor:
        for width, height in TELLING:
            await visitor.keys("escape")
            await visitor.resize(width, height)
            visitor.seconds.at += 10
            await visitor.scan(digits)
            visitor.expect("✓ Welcome, Mei", "Please meet me here.")
            rows, actions = painted.pop(), visitor.screen.query_one(Actions)
            assert cells(rows) == cells(visitor.strips()[: len(rows)])
            assert actions.region.y == len(rows)


@pytest.mark.conforms("WCAG 3.3.7")
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_scan_amid_the_form_gives_the_form_back(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    clinic.add_session()
    async with at_kiosk(clinic, size=size) as visitor:
        await form(CallPhoneScreen)(visitor, clinic)
        visitor.screen.query_one(Field).value = "6789 01"
        await visitor.scan(mei(clinic))
        visitor.expect("✓ Welcome, Mei", "Back to my form")
        await visitor.keys("b")
        visitor.expect("Which number should we call?")
        assert visitor.screen.query_one(Field).value == "6789 01"
        await visitor.tap("Back")
        visitor.expect("What should we call you?", "Mei Ling")


async def test_a_form_that_nobody_comes_back_to_is_cleared_after_a_warning(
    clinic: Clinic,
) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await form()(visitor, clinic)
        await visitor.scan(mei(clinic))
        await visitor.wait(59)
        visitor.expect("Back to my form")
        await visitor.wait(2)
        visitor.expect("Are you still there?")
        await visitor.wait(31)
        visitor.expect(HOME)
        assert visitor.app.context.visit.form is None


async def test_several_sessions_amid_the_form(clinic: Clinic) -> None:
    for room in ("Room 1", "Room 2"):
        clinic.add_session(room)
    async with at_kiosk(clinic) as visitor:
        await form()(visitor, clinic)
        await visitor.scan(mei(clinic))
        await visitor.keys("enter")
        visitor.expect("✓ Welcome, Mei", "Back to my form")
        await visitor.keys("b")
        visitor.expect("When may we call?")


async def test_the_same_code_again_at_once_is_one_scan(clinic: Clinic) -> None:
    clinic.add_session()
    digits = mei(clinic)
    async with at_kiosk(clinic) as visitor:
        visitor.app.post_message(Scanned(digits))
        await visitor.scan(digits)
        visitor.expect("You are checked in.")
        visitor.expect_not("since")


async def test_a_scan_over_the_warning_ends_the_warning(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await form()(visitor, clinic)
        await visitor.wait(61)
        visitor.expect("Are you still there?")
        await visitor.scan(mei(clinic))
        visitor.expect("✓ Welcome, Mei", "Back to my form")


async def test_trouble_while_checking_in(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_anything: object) -> GuestWelcomed | Joined:
        raise StoreFull("The disk is full; make room.")

    digits = mei(clinic)
    async with at_kiosk(clinic) as visitor:
        with monkeypatch.context() as broken:
            for method in ("check_in", "count_me_in", "join"):
                broken.setattr(VisitorDesk, method, full)
            with monkeypatch.context() as more:
                more.setattr(VisitorDesk, "sessions_today", full)
                await visitor.keys("g")
                visitor.expect("Please ask at the counter", "Staff can check you in.")
            await visitor.scan(digits)
            visitor.expect("Please ask at the counter", "Staff can check you in.")
            await visitor.keys("escape")
            await check_in("enter", "j")(visitor, clinic)
            visitor.expect("Please ask at the counter.", "Just count me")
            await visitor.keys("g")
            await visitor.type("Ali", "enter")
            visitor.expect("This could not be kept just now. Please ask at the counter.", "Ali")
            visitor.expect_not("disk")
        await visitor.keys("enter")
        visitor.expect("✓ Welcome, Ali")
    assert clinic.count("check_in") == 1
