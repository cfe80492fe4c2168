"""A tile: one large thing to do, with a bar of colour; inverted whole when it has the focus."""

from typing import ClassVar

from rich.cells import cell_len
from textual.content import Content

from kiosk.ui.widgets.pressable import Pressable


class Tile(Pressable):
    """A title and, where there is room, one line more."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tile--title", "tile--more"}
    DEFAULT_CSS = """
    Tile {
        background: $surface; border-left: outer $primary; padding: 0 2; height: 4;
        content-align: left middle;
    }
    Tile > .tile--title { text-style: bold; color: $primary; background: $surface; }
    Tile > .tile--more { color: $foreground; background: $surface; }
    Tile:focus { background: $primary; border-left: outer $foreground; }
    Tile:focus > .tile--title { text-style: bold; color: $surface; background: $primary; }
    Tile:focus > .tile--more { color: $surface; background: $primary; }
    """

    def __init__(
        self,
        title: str,
        more: str = "",
        *,
        letter: str = "",
        name: str | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(title, letter=letter, name=name, id=id)
        self.more = more
        """One short sentence under the title."""

    def render(self) -> Content:
        title = Content.styled(self.label, self.get_visual_style("tile--title"))
        if not self.more or not self._fits():
            return title
        more = Content.styled(self.more, self.get_visual_style("tile--more"))
        return Content("\n").join([title, more])

    def _fits(self) -> bool:
        """Say whether both lines have room, with each wrapped where it is too long."""
        width = max(1, self.content_size.width)
        rows = sum(-(-cell_len(line) // width) for line in (self.label, self.more))
        return rows <= self.size.height and not (rows > 2 and self.screen.has_class("-short"))
