"""A Tamil visit on a terminal without pictures: its letters drawn in cells beside the English."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.content import shaping
from kiosk.content.braille import INK, LARGE, LARGEST, SMALL, braille_lines
from kiosk.content.shaping import draw_line, drawing_problem, needs_shaping
from kiosk.ui.terminal.pictures import WordPictures
from kiosk.ui.visitor.screens.callback_form import CallReviewScreen, CallWhenScreen
from kiosk.ui.visitor.screens.home import HomeScreen
from kiosk.ui.widgets.buttons import Tile
from kiosk.ui.widgets.large_text import LargeText
from kiosk.ui.widgets.layout import Sheet
from tests.support.desks import Clinic
from tests.support.dots import dots_of, trimmed
from tests.support.emulator import Emulator
from tests.support.screens import HOME, STEPS, TELLING, USUAL, Visitor, at_kiosk
from tests.ui.visitor.layout_rules import faint, offences
from tests.ui.visitor.stops import STOPS, Stop, form, start_over

TAMIL = "தமிழ்"
SIZES = ((56, 16), USUAL, (106, 32), (120, 40), (160, 50))
LARGE_SCREEN = (160, 50)
TOLD = ("home", "help", "call-when", "call-review")
"""Where most is drawn."""


async def _begin(visitor: Visitor) -> None:
    """Choose Tamil, as a visitor would on the language screen, and stand before home again."""
    visitor.app.context.speak("ta")
    await visitor.app.navigation._rest()
    await visitor.settle()


async def _go(visitor: Visitor, clinic: Clinic, stop: Stop, size: tuple[int, int]) -> None:
    await start_over(visitor, clinic, size)
    await _begin(visitor)
    await stop.way(visitor, clinic)


def _stop(name: str) -> Stop:
    return next(stop for stop in STOPS if stop.name == name)


def _heading(visitor: Visitor) -> LargeText:
    return visitor.screen.query(LargeText).first()


def _wrong(visitor: Visitor, where: str) -> list[str]:
    found = [*offences(visitor), *faint(visitor)]
    found += [row for row in visitor.lines if needs_shaping(row)]
    return [where, *found, visitor.picture()] if found else []


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_nothing_is_cut_and_no_letter_is_broken(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    wrong = []
    async with at_kiosk(clinic, size=size) as visitor:
        for name in TOLD:
            await _go(visitor, clinic, _stop(name), size)
            wrong += _wrong(visitor, f"{name} at {size}")
    assert not wrong, "\n".join(wrong)


async def test_what_is_drawn_follows_from_texts_and_room_alone(clinic: Clinic) -> None:
    """Whatever was drawn before; so a layout that changes it is followed by one that does not."""
    async with at_kiosk(clinic) as visitor:
        for name in TOLD:
            await _go(visitor, clinic, _stop(name), LARGE_SCREEN)
            found = _draw_again(visitor)
            assert any(height for height, _ in found)
            for before in ((0, 1), (SMALL, 1), (LARGEST, 2)):
                assert _draw_again(visitor, before) == found


def _draw_again(visitor: Visitor, before: tuple[int, int] | None = None) -> list[tuple[int, int]]:
    """Arrange the page as if all on it had been drawn like `before`; return what is drawn now."""
    page = visitor.screen.query_one(Sheet)
    texts, tiles = list(page.query(LargeText)), list(page.query(Tile))
    if before is not None:
        for text in texts:
            text.height = before[0]
        for tile in tiles:
            tile.large_height, tile.large_lines = before
    page.arrange(page.scrollable_content_region.size)
    lines = [(tile.large_height, tile.large_lines) for tile in tiles]
    return [*((text.height, 1) for text in texts), *lines]


@pytest.mark.full
@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
async def test_every_screen_at_every_size(clinic: Clinic, stop: Stop) -> None:
    """Fresh, and when the terminal gets another size and this one again."""
    wrong = []
    async with at_kiosk(clinic) as visitor:
        for size in (*TELLING, *STEPS[::4]) if stop.name in TOLD else SIZES:
            await _go(visitor, clinic, stop, size)
            wrong += _wrong(visitor, f"{stop.name} at {size}")
            fresh = visitor.lines
            await visitor.resize(*(USUAL if size != USUAL else LARGE_SCREEN))
            await visitor.resize(*size)
            wrong += _wrong(visitor, f"{stop.name} at {size}, again")
            if stop.name not in ("still-there", "closed") and visitor.lines != fresh:
                wrong += [f"{stop.name} changed at {size}", *fresh, "to", visitor.picture()]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("size", [USUAL, LARGE_SCREEN], ids=str)
async def test_tamil_is_chosen_by_its_own_letters(clinic: Clinic, size: tuple[int, int]) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("l")
        tile = next(one for one in visitor.screen.query(Tile) if one.name == "show-ta")
        assert tile.large == TAMIL
        drawn = [row.strip() for row in braille_lines(TAMIL, size[0], tile.large_height)]
        assert drawn
        assert all(any(row in line for line in visitor.lines) for row in drawn)
        visitor.expect_not("A call in Tamil")
        tile.focus()
        await visitor.keys("enter")
        assert visitor.app.context.visit.texts.language == "ta"
        visitor.expect(HOME)


async def test_what_reaches_the_terminal_is_the_picture(clinic: Clinic) -> None:
    """By the driver's own output and a terminal emulator, decoded back into dots."""
    async with at_kiosk(clinic, size=LARGE_SCREEN) as visitor:
        await _go(visitor, clinic, _stop("call-when"), LARGE_SCREEN)
        heading = _heading(visitor)
        console, terminal = visitor.app.console, Emulator(*LARGE_SCREEN)
        for number, strip in enumerate(visitor.strips(), 1):
            output = f"\x1b[{number};1H{strip.render(console)}"
            terminal.feed(WordPictures().encode(output))
        place = heading.content_region
    rows = [line[place.x : place.right] for line in terminal.lines[place.y : place.bottom]]
    arrived = trimmed(dots_of(rows))
    words, height = heading.text.split(), heading.height
    pictures = [draw_line(word, height, bold=height >= LARGE) for word in words]
    ink = [sum(one >= INK for one in picture.tobytes()) for picture in pictures]
    assert sum(map(sum, arrived)) == sum(ink)
    assert sum(sum(row[: pictures[0].width]) for row in arrived) == ink[0]


async def test_a_usual_screen_shows_three_things_to_do_and_then_more(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await _begin(visitor)
        assert _whole_tiles(visitor) == ["read", "call", "groups"]
        await visitor.tap("More")
        assert _whole_tiles(visitor) == ["take-home", "keep", "withdraw"]
        await visitor.tap("More")
        assert _whole_tiles(visitor) == ["read", "call", "groups"]


def _whole_tiles(visitor: Visitor) -> list[str | None]:
    screen = visitor.screen
    assert isinstance(screen, HomeScreen)
    page = screen.query_one(Sheet)
    return [tile.id for tile in screen.query(Tile) if page.can_view_entire(tile)]


@pytest.mark.parametrize("size", [USUAL, LARGE_SCREEN], ids=str)
async def test_what_sending_means_is_in_view_when_it_can_be_sent(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await _begin(visitor)
        await form(CallReviewScreen)(visitor, clinic)
        await visitor.keys("end")
        page = visitor.screen.query_one(Sheet)
        assert page.can_view_entire(visitor.screen.query_one("#consent"))
        visitor.expect("By sending, you agree", "Yes, send")
        drawn = [one for one in visitor.screen.query(LargeText) if "நீங்கள்" in one.text]
        assert drawn
        if size == LARGE_SCREEN:
            assert any(one.height and page.can_view_entire(one) for one in drawn)


async def test_staff_get_tamil_and_the_screens_english(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await _begin(visitor)
        await form(CallReviewScreen, "end", "y")(visitor, clinic)
        visitor.expect("Thank you. We have your request.")
    with clinic.store.read() as reading:
        rows = reading.connection().exec_driver_sql("SELECT ui_language FROM callback_request")
        assert [row[0] for row in rows] == ["ta"]


async def test_a_name_in_letters_that_would_break_is_left_out(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(clinic.passes.issue_pass("கவிதா", "ta").digits)
        visitor.expect("✓  Welcome", "You are checked in.")
        visitor.expect_not("கவிதா", "Welcome,", "?")


async def test_what_is_typed_in_such_letters_shows_as_question_marks(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("கவி")
        assert re.search(r"\?{3,}", "\n".join(visitor.lines))
        visitor.app.hide_broken_letters(hide=False)
        await visitor.type("தா")
        assert needs_shaping("\n".join(visitor.lines))


@pytest.fixture
def no_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A kiosk whose font has gone."""
    kept = braille_lines, drawing_problem, shaping._font
    for one in kept:
        one.cache_clear()
    monkeypatch.setattr(shaping, "assets_dir", lambda: tmp_path)
    yield
    for one in kept:
        one.cache_clear()


@pytest.mark.usefixtures("no_font")
async def test_without_its_font_the_visit_goes_on_in_english(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await _begin(visitor)
        visitor.expect(HOME, "Read about peer support", "Withdraw a request")
        await form(CallWhenScreen)(visitor, clinic)
        visitor.expect("When may we call?")
        assert not any("\u2800" <= sign <= "\u28ff" for row in visitor.lines for sign in row)
        assert _wrong(visitor, "when") == []


@pytest.mark.usefixtures("no_font")
def test_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    from kiosk.bootstrap.visitor import _warm

    with caplog.at_level(logging.WARNING, logger="kiosk"):
        _warm()
    assert "Tamil cannot be drawn: A font file is missing" in caplog.text
