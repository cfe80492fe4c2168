"""What the widgets draw, one at a time."""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

import pytest
import zxingcpp
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from kiosk.domain.passes import CodeKind, encode
from kiosk.ui.theme import themes
from kiosk.ui.widgets.buttons import Action, Tile
from kiosk.ui.widgets.inputs import Choice, Choices, Field
from kiosk.ui.widgets.layout import Prose
from kiosk.ui.widgets.qr import QrCode
from kiosk.ui.widgets.visitor_bar import Bar, Labels
from tests.support.pictures import cells, codes

MARKUP = "[bold]x[/] [@click=app.quit]y[/] [/]"
LABELS: Labels = {
    "help": ("H  Help now", "Help"),
    "language": ("L  Language", "L"),
    "finish": ("Esc  Finish and clear", "Esc"),
}


Shown = TypeVar("Shown", bound=Widget)


class Frame(App[None], Generic[Shown]):
    """One widget on a screen, in the kiosk's look."""

    shown: Shown
    """The widget, once the app runs."""

    def __init__(self, make: Callable[[], Shown]) -> None:
        super().__init__()
        self._make = make
        for theme in themes():
            self.register_theme(theme)
        self.theme = "calm"
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        self.shown = self._make()
        yield self.shown

    def on_bar_tapped(self, event: Bar.Tapped) -> None:
        self.heard.append(event.code or event.part)

    def on_choices_changed(self, event: Choices.Changed) -> None:
        self.heard.append(",".join(sorted(event.choices.marked)))


def lines(screen: Screen[object], widget: Widget) -> list[str]:
    """What stands where the widget is."""
    region: Region = widget.region
    rows = screen._compositor.render_strips()[region.y : region.bottom]
    return [row.crop(region.x, region.right).text for row in rows]


@pytest.mark.parametrize(
    "make",
    [
        partial(Tile, MARKUP, MARKUP),
        partial(Action, MARKUP),
        partial(Choice, MARKUP, value="x"),
        partial(Field, MARKUP, most=99),
    ],
)
async def test_words_are_never_markup(make: Callable[[], Widget]) -> None:
    app = Frame(make)
    async with app.run_test(size=(80, 24)):
        assert MARKUP in " ".join(lines(app.screen, app.shown))


@pytest.mark.conforms("WCAG 1.4.1", "WCAG 2.4.7")
@pytest.mark.parametrize(
    ("make", "sign"),
    [
        (partial(Action, "Next", letter="N"), "╭────────────────────╮ │      N  Next       │"),
        (partial(Tile, "Read", "A text", letter="R"), "R  Read"),
    ],
)
async def test_the_focus_is_seen(make: Callable[[], Widget], sign: str) -> None:
    app = Frame(make)
    async with app.run_test(size=(80, 24)) as pilot:
        widget = app.shown
        app.screen.set_focus(None)
        await pilot.pause()
        before = cells(app.screen._compositor.render_strips())
        app.screen.set_focus(widget)
        await pilot.pause()
        assert sign in " ".join(lines(app.screen, widget))
        assert cells(app.screen._compositor.render_strips()) != before


async def test_the_focus_of_a_button_is_one_frame() -> None:
    """Lines through each of its rows would read as three things, or as something struck out."""
    app = Frame(partial(Action, "Next", letter="N", primary=True))
    async with app.run_test(size=(80, 24)) as pilot:
        button = app.shown
        size = button.outer_size
        button.focus()
        await pilot.pause()
        top, middle, bottom = lines(app.screen, button)
        assert (top, bottom) == ("╭" + "─" * 20 + "╮", "╰" + "─" * 20 + "╯")
        assert (middle[0], middle[-1]) == ("│", "│")
        styles = [s.style for strip in app.screen._compositor.render_strips() for s in strip]
        assert not any(style and (style.underline or style.strike) for style in styles)
        assert button.outer_size == size


async def test_a_tile_leaves_its_second_line_out_before_it_cuts_one() -> None:
    app = Frame(partial(Tile, "A title", "a sentence that is longer than this tile by far"))
    async with app.run_test(size=(20, 10)):
        tile = app.shown
        assert "A title" in lines(app.screen, tile)[1] + lines(app.screen, tile)[2]
        assert "sentence" not in " ".join(lines(app.screen, tile))


@pytest.mark.conforms("EN 301 549 5.6.2", "WCAG 1.4.1")
async def test_choices_of_one_and_of_several() -> None:
    make = partial(Choices, (("a", "A"), ("b", "B")), marked={"a"})
    app = Frame(make)
    async with app.run_test(size=(80, 24)) as pilot:
        one = app.shown
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
    app = Frame(partial(make, several=True))
    async with app.run_test(size=(80, 24)) as pilot:
        several = app.shown
        for choice in several.query(Choice):
            choice.press()
        await pilot.pause()
        assert several.marked == {"b"}
        assert "[✓] B" in " ".join(lines(app.screen, several))
        assert "[ ] A" in " ".join(lines(app.screen, several))


async def test_each_part_of_the_foot_takes_its_taps_everywhere() -> None:
    app = Frame(partial(Bar, LABELS, too_small="too small"))
    async with app.run_test() as pilot:
        bar = app.shown
        for width in (56, 80, 120):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            text = lines(app.screen, bar)[1]
            assert text.index("Help") < text.index("L ") < text.index("Esc")
            app.heard.clear()
            for x in (0, width // 2, width - 1):
                await pilot.click(bar, offset=(x, x % 3))
            assert app.heard == ["help", "language", "finish"]


NAMES = (("zh", "中文"), ("ms", "Melayu"), ("ta", "Tamil"))


@pytest.mark.parametrize(
    ("names", "width", "shown"),
    [
        (NAMES, 56, "L 中文 Melayu Tamil"),
        (NAMES, 80, "L 中文 Melayu Tamil"),
        (NAMES, 120, "L  Language 中文 Melayu Tamil"),
        # Of different widths, where one width for all has no room.
        ((("en", "English"), *NAMES[1:]), 56, "L English Melayu Tamil"),
        # Where they have no room together, the way to all of them stands alone.
        ((*NAMES, ("qaa", "Kioskisch")), 56, "L  Language"),
        ((*NAMES, ("qaa", "Kioskisch")), 106, "L  Language 中文 Melayu Tamil Kioskisch"),
    ],
)
async def test_names_of_languages_are_tapped_where_they_stand(
    names: tuple[tuple[str, str], ...], width: int, shown: str
) -> None:
    app = Frame(partial(Bar, LABELS, names, too_small="too small"))
    async with app.run_test(size=(width, 24)) as pilot:
        text = lines(app.screen, app.shown)[1]
        middle = text[text.index(" L ") : text.index("Esc")].split()
        assert middle == shown.split()
        for code, name in names if len(middle) > 2 else ():
            app.heard.clear()
            await pilot.click(app.shown, offset=(cell_len(text[: text.index(name)]), 0))
            assert app.heard == [code]


async def test_a_foot_that_stands_high_is_tapped_by_rows() -> None:
    app = Frame(partial(Bar, LABELS, too_small="too small"))
    async with app.run_test(size=(56, 16)) as pilot:
        bar = app.shown
        bar.styles.height, bar.styles.width = 9, 27
        await pilot.pause()
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
    app = Frame(partial(QrCode, data, numeric=numeric))
    async with app.run_test(size=(80, 24)):
        code = app.shown
        strips = app.screen._compositor.render_strips()
        assert codes(strips) == [data]
        region = code.region
        grid = [row[region.x : region.right] for row in cells(strips)[region.y : region.bottom]]
        assert {cell.text for row in (grid[0], grid[1]) for cell in row} == {(255, 255, 255)}
        assert {cell.ground for row in grid for cell in row[:4]} == {(255, 255, 255)}


@pytest.mark.parametrize(
    ("size", "columns"),
    [((56, 16), 29), ((80, 24), 33), ((120, 40), 66), ((160, 50), 66), ((200, 60), 99)],
)
async def test_a_code_is_as_large_as_its_screen_allows(size: tuple[int, int], columns: int) -> None:
    """A module is as many columns wide as half rows high, so that it stays square."""
    app = Frame(partial(QrCode, PASS, numeric=True))
    async with app.run_test(size=size):
        assert app.shown.size == (columns, (columns + 1) // 2)
        assert codes(app.screen._compositor.render_strips()) == [PASS]


async def test_another_code_in_the_same_place() -> None:
    app = Frame(partial(QrCode, "tel:1767"))
    async with app.run_test(size=(80, 24)) as pilot:
        code = app.shown
        code.show("x" * 62)
        await pilot.pause()
        assert codes(app.screen._compositor.render_strips()) == ["x" * 62]
        code.show(PASS, numeric=True)
        await pilot.pause()
        assert codes(app.screen._compositor.render_strips()) == [PASS]


async def test_a_text_is_drawn_at_once_and_holds_no_links() -> None:
    markdown = "## Heading\n\nSome **words**, [a link](https://example.org).\n\n- point"
    app = Frame(partial(Prose, markdown, {}))
    async with app.run_test(size=(80, 24)):
        prose = app.shown
        text = " ".join(lines(app.screen, prose))
        assert "Heading" in text
        assert "Some words, a link" in text
        styles = [s.style for strip in app.screen._compositor.render_strips() for s in strip]
        assert not any(style and style.link for style in styles)


def test_the_pictures_of_these_tests_can_fail() -> None:
    blank = memoryview(bytes(100 * 100)).cast("B", (100, 100))
    assert zxingcpp.read_barcodes(blank) == []
