"""What stands on a screen, as somebody before it reads it."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from rich.cells import cell_len
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from kiosk.ui.terminal.app import LockedApp
from kiosk.ui.terminal.lockdown import LockedScreen

AppT = TypeVar("AppT", bound=LockedApp)


_BARS = str.maketrans("▌█", "  ")
"""What stands beside a text: at its left always, and at both sides where the focus is."""


class Reader(Generic[AppT]):
    """Somebody who looks at the screen."""

    def __init__(self, app: AppT) -> None:
        self.app = app

    @property
    def screen(self) -> LockedScreen:
        """The screen on top."""
        screen = self.app.screen
        assert isinstance(screen, LockedScreen)
        return screen

    def strips(self) -> list[Strip]:
        """What is drawn, row by row."""
        return self.screen._compositor.render_strips()

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, row by row."""
        return [strip.text for strip in self.strips()]

    def regions(self) -> dict[Widget, Region]:
        """Where each widget can be seen."""
        shown = self.screen._compositor.visible_widgets
        return {widget: region.intersection(clip) for widget, (region, clip) in shown.items()}

    def reads(self, widget: Widget) -> list[str]:
        """What stands where `widget` can be seen, row by row."""
        return self.reads_all([widget])[widget]

    def reads_all(self, widgets: Iterable[Widget]) -> dict[Widget, list[str]]:
        """What stands where each of them can be seen, row by row; the screen is drawn once."""
        strips, regions = self.strips(), self.regions()
        return {one: self._cut(strips, regions.get(one, Region())) for one in widgets}

    @property
    def paragraphs(self) -> list[str]:
        """The rows of the screen, then every text on it as if it were not wrapped."""
        strips = self.strips()
        leaves = [region for widget, region in self.regions().items() if not widget.children]
        return [*(strip.text for strip in strips), *(self._unwrapped(strips, at) for at in leaves)]

    def _unwrapped(self, strips: list[Strip], region: Region) -> str:
        """Return the text in `region` as one line, without the bars beside it."""
        return " ".join(" ".join(self._cut(strips, region)).translate(_BARS).split())

    @staticmethod
    def _cut(strips: list[Strip], region: Region) -> list[str]:
        rows = strips[region.y : region.bottom]
        return [row.crop(region.x, region.right).text for row in rows]

    def sees(self, words: str) -> bool:
        """Say whether `words` stand somewhere on the screen, wrapped or not."""
        return any(words in paragraph for paragraph in self.paragraphs)

    def expect(self, *words: str) -> None:
        """Fail with the whole screen unless all of `words` stand on it."""
        paragraphs = self.paragraphs
        missing = [one for one in words if not any(one in text for text in paragraphs)]
        assert not missing, f"{missing} not in\n{self.picture()}"

    def expect_not(self, *words: str) -> None:
        """Fail with the whole screen if one of `words` stands on it."""
        paragraphs = self.paragraphs
        found = [one for one in words if any(one in text for text in paragraphs)]
        assert not found, f"{found} in\n{self.picture()}"

    def picture(self) -> str:
        """The screen as text, for messages."""
        return "\n".join(f"|{line}|" for line in self.lines)

    def place_of(self, words: str) -> tuple[int, int]:
        """Return a cell of `words` on the screen, the last ones where they stand twice."""
        for y, line in reversed(list(enumerate(self.lines))):
            if words in line:
                start = cell_len(line[: line.rindex(words)])
                return start + cell_len(words) // 2, y
        strips = self.strips()
        for widget, region in self.regions().items():
            if not widget.children and words in self._unwrapped(strips, region):
                return int(region.center[0]), int(region.center[1])
        raise AssertionError(f"nothing to tap at {words!r} in\n{self.picture()}")
