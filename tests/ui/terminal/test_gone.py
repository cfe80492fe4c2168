"""What goes on in a screen that has gone may break, and the program goes on."""

import asyncio
from functools import partial

import pytest
from textual.css.query import NoMatches
from textual.message import Message
from textual.widgets import Static
from textual.worker import WorkerFailed

from kiosk.ui.terminal.app import LockedScreen
from tests.support.locked_sample import Sample


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
    assert "terminal/test_gone.py" in place


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
        assert not below.is_gone
        assert not screen.is_gone
        await app.pop_screen()
        assert not below.is_gone
        assert screen.is_gone
