"""What the widgets draw, one at a time."""

import pytest
import zxingcpp
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from kiosk.domain.passes import CodeKind, encode
from kiosk.ui.theme import themes
from kiosk.ui.widgets.action import Action
from kiosk.ui.widgets.bar import Bar, Part
from kiosk.ui.widgets.choice import Choice, Choices
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.prose import Prose
from kiosk.ui.widgets.qr import QrCode
from kiosk.ui.widgets.tile import Tile
from tests.support.pictures import cells, codes

MARKUP = "[bold]x[/] [@click=app.quit]y[/] [/]"
LABELS: dict[Part, tuple[str, str]] = {
    "help": ("H  Help now", "Help"),
    "language": ("L  Language", "L"),
    "finish": ("Esc  Finish and clear", "Esc"),
}


class Frame(App[None]):
    """One widget on a screen, in the kiosk's look."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._shown = widget
        for theme in themes():
            self.register_theme(theme)
        self.theme = "calm"
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield self._shown

    def on_bar_tapped(self, event: Bar.Tapped) -> None:
        self.heard.append(event.part)

    def on_choices_changed(self, event: Choices.Changed) -> None:
        self.heard.append(",".join(sorted(event.choices.marked)))


def lines(screen: Screen[object], widget: Widget) -> list[str]:
    """What stands where the widget is."""
    region: Region = widget.region
    rows = screen._compositor.render_strips()[region.y : region.bottom]
    return [row.crop(region.x, region.right).text for row in rows]


@pytest.mark.parametrize(
    "widget",
    [Tile(MARKUP, MARKUP), Action(MARKUP), Choice(MARKUP, value="x"), Field(MARKUP, most=99)],
)
async def test_words_are_never_markup(widget: Widget) -> None:
    app = Frame(widget)
    async with app.run_test(size=(80, 24)):
        assert MARKUP in " ".join(lines(app.screen, widget))


@pytest.mark.parametrize(
    ("widget", "sign"),
    [
        (Action("Next", letter="N"), "› N  Next ‹"),
        (Tile("Read", "A text", letter="R"), "R  Read"),
    ],
)
async def test_the_focus_is_seen_without_colour(widget: Widget, sign: str) -> None:
    app = Frame(widget)
    async with app.run_test(size=(80, 24)):
        widget.blur()
        app.screen.set_focus(None)
        before = cells(app.screen._compositor.render_strips())
        app.screen.set_focus(widget)
        await app.animator.wait_for_idle()
        assert sign in " ".join(lines(app.screen, widget))
        assert cells(app.screen._compositor.render_strips()) != before


async def test_a_tile_leaves_its_second_line_out_before_it_cuts_one() -> None:
    tile = Tile("A title", "a sentence that is longer than this tile is wide by far")
    app = Frame(tile)
    async with app.run_test(size=(20, 10)):
        assert "A title" in lines(app.screen, tile)[1] + lines(app.screen, tile)[2]
        assert "sentence" not in " ".join(lines(app.screen, tile))


async def test_choices_of_one_and_of_several() -> None:
    one = Choices((("a", "A"), ("b", "B")), marked={"a"})
    app = Frame(one)
    async with app.run_test(size=(80, 24)) as pilot:
        first, second = one.query(Choice)
        second.press()
        await pilot.pause()
        assert (one.value, one.marked) == ("b", {"b"})
        second.press()
        await pilot.pause()
        assert one.marked == {"b"}
        first.press()
        await pilot.pause()
    assert app.heard == ["b", "b", "a"]
    several = Choices((("a", "A"), ("b", "B")), marked={"a"}, several=True)
    app = Frame(several)
    async with app.run_test(size=(80, 24)) as pilot:
        for choice in several.query(Choice):
            choice.press()
        await pilot.pause()
        assert several.marked == {"b"}
        assert "[✓] B" in " ".join(lines(app.screen, several))
        assert "[ ] A" in " ".join(lines(app.screen, several))


@pytest.mark.parametrize("width", [56, 80, 120])
async def test_each_part_of_the_foot_takes_its_taps_everywhere(width: int) -> None:
    bar = Bar(LABELS, too_small="too small")
    app = Frame(bar)
    async with app.run_test(size=(width, 24)) as pilot:
        text = lines(app.screen, bar)[1]
        assert text.index("Help") < text.index("Language") < text.index("Finish")
        for x in (0, width // 2, width - 1):
            await pilot.click(bar, offset=(x, x % 3))
    assert app.heard == ["help", "language", "finish"]


async def test_a_foot_that_stands_high_is_tapped_by_rows() -> None:
    bar = Bar(LABELS, too_small="too small")
    bar.styles.height, bar.styles.width = 9, 27
    app = Frame(bar)
    async with app.run_test(size=(56, 16)) as pilot:
        rows = lines(app.screen, bar)
        assert [y for y, row in enumerate(rows) if row.strip()] == [1, 4, 7]
        for y in (0, 4, 8):
            await pilot.click(bar, offset=(13, y))
    assert app.heard == ["help", "language", "finish"]


PASS = encode(CodeKind.PASS, bytes(range(16)))


@pytest.mark.parametrize(
    ("data", "numeric"), [(PASS, True), ("tel:1767", False), ("x" * 62, False)]
)
async def test_a_code_is_read_from_its_cells_with_its_quiet_zone(data: str, numeric: bool) -> None:
    code = QrCode(data, numeric=numeric)
    app = Frame(code)
    async with app.run_test(size=(80, 24)):
        strips = app.screen._compositor.render_strips()
        assert codes(strips) == [data]
        region = code.region
        grid = [row[region.x : region.right] for row in cells(strips)[region.y : region.bottom]]
        assert {cell.text for row in (grid[0], grid[1]) for cell in row} == {(255, 255, 255)}
        assert {cell.ground for row in grid for cell in row[:4]} == {(255, 255, 255)}


async def test_another_code_in_the_same_place() -> None:
    code = QrCode("tel:1767")
    app = Frame(code)
    async with app.run_test(size=(80, 24)) as pilot:
        code.show("x" * 62)
        await pilot.pause()
        assert codes(app.screen._compositor.render_strips()) == ["x" * 62]
        code.show(PASS, numeric=True)
        await pilot.pause()
        assert codes(app.screen._compositor.render_strips()) == [PASS]


async def test_a_text_is_drawn_at_once_and_holds_no_links() -> None:
    prose = Prose("## Heading\n\nSome **words**, [a link](https://example.org).\n\n- point", {})
    app = Frame(prose)
    async with app.run_test(size=(80, 24)):
        text = " ".join(lines(app.screen, prose))
        assert "Heading" in text
        assert "Some words, a link" in text
        styles = [s.style for strip in app.screen._compositor.render_strips() for s in strip]
        assert not any(style and style.link for style in styles)


def test_the_pictures_of_these_tests_can_fail() -> None:
    blank = memoryview(bytes(100 * 100)).cast("B", (100, 100))
    assert zxingcpp.read_barcodes(blank) == []
