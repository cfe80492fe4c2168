"""How the screens look: quiet, larger, without colour; and the key that hides them."""

import inspect
import re
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from textual.strip import Strip

from kiosk.ui.visitor import navigation
from kiosk.ui.visitor.app import VisitorApp
from kiosk.ui.visitor.screens.callback_form import CallNameScreen, CallPhoneScreen, CallReviewScreen
from kiosk.ui.visitor.screens.resting import PosterScreen
from kiosk.ui.widgets.buttons import Action, Tile
from kiosk.ui.widgets.inputs import Choice, Field
from tests.support.desks import Clinic
from tests.support.listening import listening
from tests.support.screens import COUNTER, HOME, SIZES, TELLING, Visitor, at_kiosk
from tests.ui.visitor.layout_rules import faint, offences
from tests.ui.visitor.stops import (
    STOPS,
    Stop,
    choose_language,
    form,
    language_of,
    start_over,
)

NAMES = ("Mei", "Xanthippe", "8123", "4567")
"""What stops type or show of a person; a masked number keeps its first and last digits."""
SHOWS_WHAT_IS_TYPED = {"without-a-phone"}
"""Its way presses the button that, in this look, shows the number that is typed by then."""
_TELLING = ("peer support", "Ask for a call", "been there", "someone rings")
"""What tells a room why somebody is there."""


async def _quiet(visitor: Visitor) -> None:
    """Choose the quiet look by keys, as a visitor does."""
    await visitor.keys("l")
    for _ in range(2):
        visitor.screen.query_one("#colours", Tile).focus()
        await visitor.keys("enter")
    assert visitor.app.theme == "quiet"
    await visitor.keys("b")


async def _larger(visitor: Visitor) -> None:
    await visitor.keys("l")
    visitor.screen.query_one("#size", Tile).focus()
    await visitor.keys("enter", "b")


# The quiet look


async def test_the_quiet_look_tells_the_room_nothing_on_home(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        visitor.expect(HOME)
        await _quiet(visitor)
        visitor.expect("Welcome", "R  Read", "C  A call", "G  Check in", "T  Take home")
        text = " ".join(visitor.lines).lower()
        assert not [one for one in _TELLING if one in text]
        await visitor.keys("c")
        visitor.expect("What should we call you?", "Step 1 of 6")


async def test_names_and_numbers_are_covered_until_asked_for(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await _quiet(visitor)
        await visitor.keys("c")
        visitor.expect_not("Show it")
        await visitor.type("Xanthippe")
        visitor.expect("•" * 9, "Show it")
        visitor.expect_not("Xan")
        await visitor.keys("enter")
        visitor.expect("No phone?")
        await visitor.type("81234567")
        visitor.expect("•" * 8, "We will call +65 8••• ••67.")
        visitor.expect_not("8123", "No phone?")
        await visitor.tap("Show it")
        visitor.expect("81234567", "We will call +65 8123 4567.", "Cover it")
        await visitor.tap("Cover it")
        visitor.expect_not("8123")
        await visitor.tap("Next")
        await visitor.keys("n", "n", "n")
        visitor.expect("Is this right?", "•••", "+65 8••• ••67")
        visitor.expect_not("Xanthippe", "8123")
        await visitor.tap("Show name and number")
        visitor.expect("Xanthippe", "+65 8123 4567")
        await visitor.keys("y", "escape")
        assert visitor.app.theme == "calm"
        visitor.expect(HOME)
    assert clinic.numbers() == ["+6581234567"]


async def test_by_keys_what_is_typed_can_be_shown_and_is_covered_in_another_language(
    clinic: Clinic,
) -> None:
    async with at_kiosk(clinic) as visitor:
        await _quiet(visitor)
        await visitor.keys("c")
        await visitor.type("Mei", "tab", "tab", "tab", "enter")
        visitor.expect("Mei", "Cover it")
        await choose_language(visitor, "ms")
        assert (language_of(visitor), visitor.app.theme) == ("ms", "quiet")
        visitor.expect("•••")
        visitor.expect_not("Mei")


async def test_the_quiet_look_greets_nobody_by_name(clinic: Clinic) -> None:
    named = [stop for stop in STOPS if stop.name in ("welcome", "choose-session", "joined")]
    async with at_kiosk(clinic) as visitor:
        for stop in named:
            await start_over(visitor, clinic)
            await visitor.put_on("quiet")
            await stop.way(visitor, clinic)
            visitor.expect("Welcome")
            visitor.expect_not("Mei")
    assert len(named) == 3


@pytest.mark.full
@pytest.mark.parametrize("look", ["quiet", "large"])
async def test_every_screen_is_well_laid_out_in_each_look(clinic: Clinic, look: str) -> None:
    wrong = []
    async with at_kiosk(clinic) as visitor:
        for stop in STOPS:
            await _come_to(visitor, clinic, stop, look)
            wrong += [f"{stop.name}: {sign}" for sign in faint(visitor)]
            for size in TELLING:
                await visitor.resize(*size)
                found = offences(visitor)
                if look == "large":  # its air is what it is for
                    found = [one for one in found if not one.startswith("scrolls_for_nothing")]
                if found:
                    wrong += [f"{stop.name} at {size}", *found, visitor.picture()]
            if look == "quiet" and stop.name not in SHOWS_WHAT_IS_TYPED:
                wrong += [f"{stop.name} shows {one}" for one in NAMES if visitor.sees(one)]
    assert not wrong, "\n".join(wrong)


async def _come_to(visitor: Visitor, clinic: Clinic, stop: Stop, look: str) -> None:
    await start_over(visitor, clinic)
    visitor.app.context.visit.is_large = look == "large"
    if look == "quiet":
        await visitor.put_on("quiet")
    await visitor.app.navigation.draw_again()
    await stop.way(visitor, clinic)


# The larger layout


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_larger_tiles_are_all_there_by_touch_and_by_keys(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        tiles = [tile.label for tile in visitor.screen.query(Tile)]
        usual = min(tile.size.height for tile in visitor.screen.query(Tile))
        await _larger(visitor)
        assert [tile.label for tile in visitor.screen.query(Tile)] == tiles
        assert min(tile.size.height for tile in visitor.screen.query(Tile)) >= max(4, usual)
        seen = set()
        for _ in range(len(tiles)):
            seen |= {label for label in tiles if visitor.sees(label)}
            if visitor.sees("More"):
                await visitor.tap("More")
        assert seen == set(tiles)
        reached = set()
        for _ in range(len(tiles) + 1):
            await visitor.keys("tab")
            focused = visitor.screen.focused
            if isinstance(focused, Tile):
                await visitor.until(focused.label, 2)
                reached.add(focused.label)
        assert reached == set(tiles)


async def test_the_larger_layout_stays_and_ends_with_the_visit(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await _larger(visitor)
        await choose_language(visitor, "zh")
        assert visitor.screen.has_class("-large")
        await visitor.keys("l")
        assert visitor.screen.query_one("#size", Tile).title == "放大已开"
        await visitor.keys("escape")
        assert not visitor.screen.has_class("-large")
        assert not visitor.app.context.visit.is_large


async def test_sending_still_waits_for_the_consent_in_the_larger_layout(clinic: Clinic) -> None:
    """At the smallest size the sentences lie below."""
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        visitor.app.context.visit.is_large = True
        await form(CallReviewScreen)(visitor, clinic)
        visitor.expect_not("Yes, send")
        await visitor.keys("end")
        visitor.expect("Yes, send", "By sending, you agree")


async def test_help_now_has_all_lines_in_view_in_the_larger_layout(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        visitor.app.context.visit.is_large = True
        await visitor.keys("h")
        assert offences(visitor) == []


# Without colour, and without movement


@pytest.mark.conforms("WCAG 1.4.1", "WCAG 2.4.7")
@pytest.mark.parametrize("name", ["home", "call-name", "call-when", "call-review", "check-in"])
async def test_the_focus_is_found_without_colour(clinic: Clinic, name: str) -> None:
    """By signs alone, for every widget that can have it."""
    stop = next(one for one in STOPS if one.name == name)
    async with at_kiosk(clinic, size=(120, 40)) as visitor:
        await start_over(visitor, clinic, (120, 40))
        await stop.way(visitor, clinic)
        kinds = set()
        for widget in [*visitor.screen.focus_chain]:
            visitor.screen.set_focus(None)
            await visitor.settle()
            without = visitor.reads(widget)
            widget.focus()
            await visitor.settle()
            focused = visitor.reads(widget)
            assert focused != without, visitor.picture()
            assert any("█" in row or "╭" in row for row in focused)
            kinds.add(type(widget))
    assert kinds <= {Tile, Action, Choice, Field}
    assert kinds


@pytest.mark.conforms("WCAG 1.4.1")
async def test_what_is_marked_is_seen_without_colour(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form()(visitor, clinic)
        visitor.expect("[✓] Any time", "[ ] Saturday mornings")


@pytest.mark.conforms("WCAG 2.2.2")
async def test_nothing_moves(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        assert visitor.app.animation_level == "none"
        for way in (form(CallNameScreen), form(CallPhoneScreen)):
            await way(visitor, clinic)
            assert not any(field.cursor_blink for field in visitor.screen.query(Field))
            await visitor.keys("escape")
    sheet = Path(inspect.getfile(VisitorApp)).with_name("visitor.tcss").read_text(encoding="utf-8")
    assert "HomeScreen" in sheet
    assert not re.search("transition|text-style:[^;]*blink", sheet)


# The key that hides the screen


async def test_the_key_shows_a_poster_at_once_and_ends_the_visit(clinic: Clinic) -> None:
    """The poster is on the terminal before anything of the visit is taken apart."""
    painted: list[tuple[str, bool]] = []

    def paint(_app: object, rows: Sequence[Strip]) -> None:
        text = "\n".join(row.text for row in rows)
        painted.append((text, visitor.app.context.visit.form is not None))

    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Xanthippe")
        form_typed = visitor.app.context.visit.form
        with patch.object(navigation, "paint_at_once", paint):
            await visitor.keys("f11")
        ((text, was_open),) = painted
        assert was_open
        assert "Welcome" in text and COUNTER in text and "Xanthippe" not in text
        assert len(text.splitlines()) == 24
        assert "\n".join(visitor.lines) == text
        assert form_typed is not None and not form_typed.draft.preferred_name
        await visitor.keys("x")
        visitor.expect(HOME)
        assert not visitor.app.navigation.is_busy


@pytest.mark.parametrize("size", TELLING, ids=str)
async def test_the_poster_shows_the_time_and_nothing_of_a_kiosk(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("f11")
        visitor.expect("Welcome", COUNTER)
        visitor.expect_not("Help now", "Finish", "Language")
        assert sum("█" in line for line in visitor.lines) in (5, 10, 15)
        assert faint(visitor) == set()


@pytest.mark.parametrize(
    "stops", [STOPS[::7], pytest.param(STOPS, marks=pytest.mark.full)], ids=["some", "all"]
)
async def test_it_hides_every_screen_and_a_key_tap_or_minute_shows_the_first_one(
    clinic: Clinic, stops: tuple[Stop, ...]
) -> None:
    async with at_kiosk(clinic) as visitor:
        for number, stop in enumerate(stops):
            await start_over(visitor, clinic)
            await stop.way(visitor, clinic)
            await visitor.keys("f11", "f11")
            assert isinstance(visitor.screen, PosterScreen), stop.name
            if number % 3 == 0:
                await visitor.keys("enter")
            elif number % 3 == 1:
                await visitor.tap_at(40, 20)
            else:
                await visitor.wait(61)
            visitor.expect(COUNTER if stop.name == "closed" else HOME)


async def test_help_and_a_pass_are_answered_at_the_poster_too(clinic: Clinic) -> None:
    stranger = next(stop for stop in STOPS if stop.name == "welcome")
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("f11", "h")
        visitor.expect("You can say: I need help now.")
        await visitor.keys("f11")
        await stranger.way(visitor, clinic)
        visitor.expect("Welcome, Mei")


async def test_people_can_find_it(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        visitor.expect("F11 Hide")
        await visitor.keys("l")
        await visitor.tap("Hide this screen")
        assert isinstance(visitor.screen, PosterScreen)


async def test_speech_falls_silent_with_it(clinic: Clinic) -> None:
    async with listening(clinic) as ear:
        await ear._visitor.keys("f3")
        assert ear.speech.is_speaking
        await ear._visitor.keys("f11")
        assert not ear.speech.is_speaking
        assert not ear._visitor.app.narrator.is_on
