"""Charts as text: titles in bold; bars and shades in the colour of the theme."""

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

from kiosk.presentation.statistics import ReportSection
from kiosk.ui.widgets.list import cell

_INKED = re.compile("([█▌▁▂▃▄▅▆▇░▒▓]+)")


class Chart(Widget):
    """Draws figures below each other, each for the width that there is."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"chart--title", "chart--ink"}
    DEFAULT_CSS = """
    Chart { height: auto; background: $surface; color: $foreground; }
    Chart > .chart--title { color: $primary; background: $surface; text-style: bold; }
    Chart > .chart--ink { color: $primary; background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._figures: tuple[ReportSection, ...] = ()
        self._drawn: tuple[int, list[tuple[str, bool]]] = (0, [])
        """For which width, and every line with whether it is a title."""

    def show(self, figures: Sequence[ReportSection]) -> None:
        """Show other figures; without any, the chart takes no room."""
        self._figures = tuple(figures)
        self._drawn = (0, [])
        self.display = bool(figures)
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[tuple[str, bool]]:
        if self._drawn[0] != width:
            lines: list[tuple[str, bool]] = []
            for figure in self._figures:
                lines += [("", False)] if lines else []
                lines.append((figure.title, True))
                lines += [(line, False) for line in figure.draw(width)]
            self._drawn = (width, lines)
        return self._drawn[1]

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        lines = self._lines(width)
        text, is_title = lines[y] if y < len(lines) else ("", False)
        if is_title:
            title = self.get_component_rich_style("chart--title")
            return Strip([Segment(cell(text, width), title)], width)
        return Strip(self._inked(text, width), width)

    def _inked(self, text: str, width: int) -> list[Segment]:
        ground, ink = self.rich_style, self.get_component_rich_style("chart--ink")
        parts = _INKED.split(cell(text, width))
        return [Segment(part, ink if place % 2 else ground) for place, part in enumerate(parts)]
