"""What is drawn cannot steer the terminal."""

import asyncio
import unicodedata
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import Color
from textual.css.query import NoMatches
from textual.message import Message
from textual.widgets import Static
from textual.worker import WorkerFailed

from kiosk.ui.terminal.lockdown import ControlFilter, LockedScreen
from tests.support.locked_sample import Sample

BLACK = Color(0, 0, 0)


def drawn(*segments: Segment) -> list[Segment]:
    return ControlFilter().apply(list(segments), BLACK)


def test_clean_segments_stay_the_same_objects() -> None:
    segment = Segment("王小明 அனிதா — ▀█", Style(bold=True))
    assert drawn(segment)[0] is segment


def test_steering_characters_go() -> None:
    hostile = "a\x1b[2J\x00\x07\x08\x9b1m\u202e\u2066\u2028\ud800\x7f\tb\nc"
    assert drawn(Segment(hostile))[0].text == "a[2J1mbc"


def test_links_go_and_the_rest_of_a_style_stays() -> None:
    style = Style(bold=True, link="https://x.example/\x1b[2J")
    kept = drawn(Segment("a", style))[0].style
    assert kept is not None
    assert kept.link is None
    assert kept.bold


def test_control_segments_go() -> None:
    assert drawn(Segment("\x1b[2J", None, [(ControlType.CLEAR,)]), Segment("a")) == [Segment("a")]


@given(st.text(st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Cf", "L", "N"])))
def test_no_control_is_left(text: str) -> None:
    left = drawn(Segment(text))[0].text
    assert {unicodedata.category(character) for character in left}.isdisjoint(
        {"Cc", "Cs", "Zl", "Zp"}
    )
    assert not any(
        unicodedata.bidirectional(character)
        in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        for character in left
    )


class Bang(Message):
    """Makes a screen's handler raise."""


class Leaving(LockedScreen):
    """A screen whose work, messages and callbacks break."""

    def __init__(self) -> None:
        super().__init__()
        self.late = asyncio.Event()

    def on_bang(self) -> None:
        self.bang()

    def bang(self) -> None:
        self.query_one("#nobody", Static)

    async def work(self) -> None:
        await self.late.wait()
        self.bang()

    async def _message_loop_exit(self) -> None:
        self.late.set()
        await asyncio.sleep(0.02)
        await super()._message_loop_exit()


@pytest.mark.parametrize("way", ["work", "message"])
async def test_what_breaks_in_a_screen_that_goes_is_noted_and_ends_nothing(way: str) -> None:
    app, screen = Sample(), Leaving()
    async with app.run_test() as pilot:
        await app.push_screen(screen)
        if way == "work":
            screen.run_worker(screen.work())
        leaving = app.pop_screen()
        await asyncio.sleep(0)
        if way == "message":
            screen.post_message(Bang())
        await leaving
        await pilot.press("a")
        assert app.is_running
        assert not app.crashed
        assert app.field == "a"
    ((kind, place),) = app.crashes
    assert kind == "NoMatches"
    assert "terminal/test_lockdown.py" in place


async def test_what_waits_for_the_next_picture_goes_with_its_screen() -> None:
    app, screen = Sample(), Leaving()
    async with app.run_test() as pilot:
        await app.push_screen(screen)
        await app.pop_screen()
        app.screen._invoke_later(screen.bang, screen)
        app.screen._invoke_later(partial(app.page.ran.append, "seen"), app.page)
        await pilot.pause()
        assert app.page.ran == ["seen"]
    assert app.crashes == []


@pytest.mark.parametrize("way", ["work", "message"])
async def test_what_breaks_in_a_screen_that_stays_ends_the_program(way: str) -> None:
    app, screen = Sample(), Leaving()
    with pytest.raises((WorkerFailed, NoMatches), match="nobody"):
        async with app.run_test() as pilot:
            await app.push_screen(screen)
            screen.late.set()
            if way == "work":
                screen.run_worker(screen.work())
            else:
                screen.post_message(Bang())
            await pilot.pause()
    assert app.crashed


async def test_a_covered_screen_is_not_gone() -> None:
    app, screen = Sample(), Leaving()
    async with app.run_test():
        below = app.page
        await app.push_screen(screen)
        assert not below.is_detached
        assert not screen.is_detached
        await app.pop_screen()
        assert not below.is_detached
        assert screen.is_detached
