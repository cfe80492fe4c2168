"""What a locked app lets through, without a terminal."""

from typing import Any, ClassVar

import pytest
from textual import events, on
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from kiosk.domain.passes import CodeKind, encode
from kiosk.ui.terminal.app import InputKindChanged, LockedApp, LockedScreen, Scanned
from kiosk.ui.terminal.fatal import EXIT_BROKEN

CODE = encode(CodeKind.PASS, bytes(16))
OTHER = encode(CodeKind.PASS, bytes(15) + b"\x01")


class Page(LockedScreen):
    BINDINGS: ClassVar = [
        ("escape", "away"),
        ("z", "secret"),
        ("y", "app.quit"),
        ("w", "app.known"),
    ]
    allowed_actions = frozenset({"away"})

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("[@click=app.known]link[/]", id="link")
        yield Input(id="field", select_on_focus=False)
        yield Button("Press")

    def action_away(self) -> None:
        self.ran.append("away")

    def action_secret(self) -> None:
        self.ran.append("secret")

    def key_f9(self) -> None:
        self.ran.append("f9")

    def on_button_pressed(self) -> None:
        self.ran.append("pressed")


class Sample(LockedApp):
    allowed_actions = LockedApp.allowed_actions | {"known"}

    def __init__(self) -> None:
        self.now = 100.0
        self.crashes: list[tuple[str, str]] = []
        super().__init__(crash_log=self._crashed, clock=lambda: self.now)
        self.scans: list[str] = []
        self.kinds: list[str] = []
        self.ran: list[str] = []

    def _crashed(self, kind: str, place: str) -> None:
        self.crashes.append((kind, place))

    def get_default_screen(self) -> Page:
        return Page()

    @property
    def page(self) -> Page:
        assert isinstance(self.screen, Page)
        return self.screen

    @property
    def field(self) -> str:
        return self.screen.query_one("#field", Input).value

    def action_known(self) -> None:
        self.ran.append("known")

    @on(Scanned)
    def scanned(self, event: Scanned) -> None:
        self.scans.append(event.text)

    @on(InputKindChanged)
    def changed(self, event: InputKindChanged) -> None:
        self.kinds.append(event.kind)


async def give(pilot: Pilot[Any], *posted: events.Event) -> None:
    for event in posted:
        pilot.app.post_message(event)
    await pilot.pause()
    await pilot.pause()


def mouse(kind: type[events.MouseEvent], x: int, y: int, **parts: Any) -> events.MouseEvent:
    usual = {"delta_x": 0, "delta_y": 0, "button": 1, "shift": False, "meta": False, "ctrl": False}
    return kind(None, x, y, **{**usual, **parts})


async def test_typing_and_leaving_work() -> None:
    async with Sample().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Sample)
        await pilot.press("A", "@", "space", "b", "backspace", "escape")
        assert app.field == "A@ "
        assert app.page.ran == ["away"]


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
