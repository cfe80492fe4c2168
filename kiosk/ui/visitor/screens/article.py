"""One article, or the page about what is kept."""

from collections.abc import Iterable

from textual.widget import Widget

from kiosk.content.articles import Article
from kiosk.ui.theme import text_styles
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.prose import Prose


class Page(VisitorScreen):
    """A title and a text."""

    CSS_PATH = "article.tcss"
    AUTO_FOCUS = ""

    def __init__(self, article: Article) -> None:
        super().__init__()
        self._article = article

    def heading(self) -> str:
        return self._article.title

    def body(self) -> Iterable[Widget]:
        yield Prose(self._article.markdown, text_styles(self.visit.theme), id="text")
