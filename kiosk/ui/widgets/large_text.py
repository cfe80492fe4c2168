"""A sentence in letters that terminals break, drawn as rows of cells."""

from enum import Enum, auto

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from typing_extensions import override

from kiosk.content.braille import braille_lines


class PageRole(Enum):
    """What a drawn sentence is on its page."""

    HEADING = auto()
    LEAD = auto()
    """One sentence under the heading, which is left out first."""
    SENTENCE = auto()
    """What the page is about, such as what sending means, which is left out last."""


class LargeText(Widget):
    """A sentence of Tamil, as large as its page has room for, and nowhere in part."""

    DEFAULT_CSS = """
    LargeText { width: 100%; height: auto; color: $primary; text-style: bold; }
    """

    def __init__(
        self,
        text: str,
        role: PageRole = PageRole.SENTENCE,
        *,
        height: int = 0,
        classes: str | None = None,
    ) -> None:
        """`height`: of a line in dots, until a page finds another one; 0 draws nothing."""
        super().__init__(classes=classes)
        self.text = text
        self.height = height
        self.role = role

    def rows_for(self, width: int) -> int:
        """Return how many rows it takes in `width` cells now."""
        return len(self._drawn(width))

    @override
    def get_content_width(self, container: Size, viewport: Size) -> int:
        return max(map(len, self._drawn(container.width)), default=0)

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.rows_for(width)

    def render(self) -> Content:
        return Content("\n".join(self._drawn(self.content_size.width)))

    def _drawn(self, width: int) -> tuple[str, ...]:
        return braille_lines(self.text, width, self.height) if self.text and self.height else ()
