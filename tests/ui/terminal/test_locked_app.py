"""What nothing leads out of: keys, actions, links, crashes."""

import asyncio
from threading import Event

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Button

from kiosk.ui.terminal import app as locked_app
from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.terminal.lockdown import LockedScreen
from kiosk.ui.terminal.startup import EXIT_BROKEN
from tests.support.locked_sample import Sample, give


async def test_typing_and_leaving_work() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        await pilot.press("A", "@", "space", "b", "backspace", "escape")
        assert app.field == "A@ "
        assert app.page.ran == ["away"]


@pytest.mark.conforms("EN 301 549 5.9")
@pytest.mark.parametrize(
    "key",
    ["ctrl+q", "ctrl+c", "ctrl+p", "ctrl+z", "ctrl+\\", "ctrl+v", "alt+a", "super+c", "f1", "f9",
     "ctrl+at", "ctrl+home", "shift+f10"],
)  # fmt: skip
async def test_chords_and_function_keys_do_nothing(key: str) -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        before = app.last_activity
        app.now += 1
        await give(pilot, events.Key(key, None))
        assert app.is_running
        assert (app.page.ran, app.field, app.last_activity) == ([], "", before)
        assert len(app.screen_stack) == 1


async def test_extra_keys_are_let_through() -> None:
    class Demo(Sample):
        extra_keys = frozenset({"f9"})

    async with Demo().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        await pilot.press("f9", "f8")
        assert app.page.ran == ["f9"]


async def test_actions_outside_the_lists_are_refused() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        app.screen.query_one(Button).focus()
        await pilot.press("z", "y", "w", "escape")
        assert app.is_running
        assert app.page.ran == ["away"]
        assert app.ran == ["known"]


@pytest.mark.parametrize(
    "action",
    ["app.quit", "app.command_palette", "app.suspend_process", "app.screenshot",
     "app.show_help_panel",
     "app.simulate_key('z')", "app.toggle_dark", "app.change_theme", "app.push_screen('x')",
     "app.help_quit", "app.add_class('a','b')", "screen.maximize", "screen.copy_text",
     "screen.secret", "screen.dismiss", "screen.blur"],
)  # fmt: skip
async def test_no_way_out_by_an_action(action: str) -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        assert not await app.run_action(action)
        assert app.is_running
        assert app.page.ran == []


async def test_a_plain_screen_runs_no_action_at_all() -> None:
    async with Sample().run_test() as pilot:
        plain: Screen[None] = Screen()
        await pilot.app.push_screen(plain)
        assert not await pilot.app.run_action("screen.dismiss")
        assert pilot.app.screen is plain


async def test_markup_is_no_link() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        await pilot.click("#link", offset=(1, 0))
        assert app.ran == []


async def test_ways_out_by_code_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    async with Sample().run_test() as pilot:
        app = pilot.app
        app.open_url("https://x.example")
        app.copy_to_clipboard("secret")
        assert app.deliver_text("x") is app.deliver_binary("x") is app.deliver_screenshot() is None
        assert opened == []
        assert app.clipboard == ""


async def test_an_app_batches_only_within_a_batch() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        with app.batch_update():
            within = app.is_batching
        assert (within, app.is_batching) == (True, False)


async def test_a_crash_is_told_without_values() -> None:
    class Broken(Sample):
        def key_a(self) -> None:
            raise ValueError("Tan 81234567")

    app = Broken()
    with pytest.raises(ValueError, match="Tan"):
        async with app.run_test() as pilot:
            app.screen.query_one(Button).focus()
            await pilot.press("a")
    ((kind, place),) = app.crashes
    assert kind == "ValueError"
    assert place.startswith("terminal/test_locked_app.py:")
    assert app.return_code == EXIT_BROKEN
    assert app._exit_renderables == []


def test_no_attribute_is_a_key_handler_by_accident() -> None:
    """Textual calls attributes named key_x and _key_x when x is pressed."""
    app = LockedApp()
    for thing in (app, LockedScreen()):
        mine = set(vars(thing)) | {
            name
            for kind in type(thing).__mro__
            if kind.__module__.startswith("kiosk.")
            for name in vars(kind)
        }
        assert [name for name in mine if name.startswith(("key_", "_key_"))] == []


async def test_memory_is_overwritten_only_once_nobody_touches_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    overwritten = Event()
    monkeypatch.setattr(locked_app, "overwrite_freed", overwritten.set)
    monkeypatch.setattr(locked_app, "_QUIET", 0.01)
    async with Sample().run_test() as pilot, asyncio.timeout(10):
        app = pilot.app
        assert isinstance(app, Sample)
        await pilot.press("a")
        app.overwrite_soon()
        first = app._overwriting
        while app._overwriting is first:
            await pilot.pause()
        assert not overwritten.is_set()
        app.now += 1
        while not overwritten.is_set():
            await pilot.pause()
