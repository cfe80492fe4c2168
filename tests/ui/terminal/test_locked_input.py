"""Taps, scans and pastes in a locked app."""

import pytest
from textual import events
from textual.widgets import Button, Input

from kiosk.domain.passes import CodeKind, encode
from kiosk.ui.terminal.messages import Scanned
from tests.support.locked_sample import Sample, give, mouse

CODE = encode(CodeKind.PASS, bytes(16))
OTHER = encode(CodeKind.PASS, bytes(15) + b"\x01")


async def test_only_plain_taps_and_the_wheel_count() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        refused = [
            mouse(events.MouseDown, 1, 1, button=3),
            mouse(events.MouseDown, 1, 1, ctrl=True),
            mouse(events.MouseDown, 1, 1, meta=True),
            mouse(events.MouseDown, 1, 1, shift=True),
            mouse(events.MouseDown, 900, 1),
            mouse(events.MouseDown, 1, 900),
            mouse(events.MouseMove, 1, 1),
            mouse(events.MouseScrollLeft, 1, 1, button=0),
        ]
        await give(pilot, *refused)
        assert app.kinds == []
        await give(pilot, mouse(events.MouseScrollDown, 1, 1, button=0))
        assert app.kinds == ["touch"]


async def test_the_kind_of_input_and_its_time_are_told() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        assert (app.last_input, app.last_activity) == ("keys", 100.0)
        app.now = 101.0
        await give(pilot, mouse(events.MouseDown, 3, 3), mouse(events.MouseUp, 3, 3))
        assert (app.last_input, app.last_activity) == ("touch", 101.0)
        app.set_focus(app.screen.query_one(Input))
        app.now = 102.0
        await pilot.press("a", "b")
        assert (app.last_input, app.last_activity) == ("keys", 102.0)
        assert app.kinds == ["touch", "keys"]


async def test_a_lost_release_does_not_cost_the_next_tap() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        field = app.screen.query_one("#field").region
        await give(pilot, mouse(events.MouseDown, field.x + 2, field.y + 1))
        assert app.mouse_captured is not None
        x, y = app.screen.query_one(Button).region.center
        tap = [mouse(kind, int(x), int(y)) for kind in (events.MouseDown, events.MouseUp)]
        await give(pilot, *tap)
        assert app.page.ran == ["pressed"]


async def test_a_scan_goes_to_the_app_and_not_to_the_field() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        app.now = 103.0
        await give(pilot, Scanned(CODE))
        assert (app.scans, app.field, app.last_activity) == ([CODE], "", 103.0)


async def test_the_same_code_is_ignored_for_five_seconds() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        await give(pilot, Scanned(CODE), Scanned(CODE), events.Paste(CODE), Scanned(OTHER))
        app.now += 4.9
        await give(pilot, Scanned(CODE))
        assert app.scans == [CODE, OTHER]
        app.now += 0.2
        await give(pilot, Scanned(CODE))
        assert app.scans == [CODE, OTHER, CODE]


async def test_a_pasted_code_is_a_scan_and_other_text_is_cleaned_and_cut() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        await give(pilot, events.Paste(f"{CODE}\r"))
        assert (app.scans, app.field) == ([CODE], "")
        await give(pilot, events.Paste("Me\x1b[2Ji\u202e\x00 " + "x" * 500))
        assert app.field == ("Me[2Ji " + "x" * 500)[:200]


async def test_letters_that_are_younger_than_this_python_arrive() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        new = "\U00031350"
        await give(pilot, events.Key("a", "a"), events.Key(new, new), events.Key("b", "b"))
        assert app.field == f"a{new}b"


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\ufeff", "\ue000", "\x85", "\uffff"])
async def test_other_unprintable_characters_do_not(character: str) -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        await give(pilot, events.Key(character, character))
        assert app.field == ""
