"""Charts draw their lines for the width that there is."""

from textual.app import App, ComposeResult
from textual.theme import Theme

from kiosk.presentation.statistics import ReportSection
from kiosk.ui import theme
from kiosk.ui.widgets.chart import Chart


class ChartApp(App[None]):
    """Shows one chart with a margin inside."""

    CSS = "Chart { padding: 0 2; }"

    def on_mount(self) -> None:
        for look in theme.themes():
            assert isinstance(look, Theme)
            self.register_theme(look)
        self.theme = "calm"

    def compose(self) -> ComposeResult:
        yield Chart()


def ruler(width: int) -> list[str]:
    """Draw how wide it is."""
    return [f"{width} ██▌ 7", "[b]x"]


async def test_figures_stand_below_each_other() -> None:
    app = ChartApp()
    async with app.run_test(size=(40, 10)) as pilot:
        chart = app.query_one(Chart)
        chart.show((ReportSection("One", ruler), ReportSection("Two", ruler)))
        await pilot.pause()
        lines = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
        assert lines[:7] == ["  One", "  36 ██▌ 7", "  [b]x", "", "  Two", "  36 ██▌ 7", "  [b]x"]
        assert chart.size.height == 7
        bars = [segment for segment in chart.render_line(1) if "█" in segment.text]
        assert [segment.text for segment in bars] == ["██▌"]
        assert bars[0].style is not None
        assert bars[0].style.color is not None
        assert bars[0].style.color.get_truecolor().hex == theme.CALM["primary"]
        await pilot.resize_terminal(30, 10)
        await pilot.pause()
        assert chart.render_line(1).text.startswith("26 ██▌ 7")


async def test_without_figures_it_takes_no_room() -> None:
    app = ChartApp()
    async with app.run_test(size=(40, 10)) as pilot:
        chart = app.query_one(Chart)
        chart.show((ReportSection("One", ruler),))
        chart.show(())
        await pilot.pause()
        assert not chart.display
