"""The list of what there is to read."""

from collections.abc import Iterable

from textual import on
from textual.containers import Grid
from textual.widget import Widget

from kiosk.content.articles import articles
from kiosk.ui.visitor.messages import ArticleChosen
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.tile import Tile


class Reading(VisitorScreen):
    """A tile for each article."""

    CSS_PATH = "reading.tcss"

    def heading(self) -> str:
        return self._("Read about peer support")

    def lead(self) -> str:
        return self._("Each takes a minute or two.")

    def body(self) -> Iterable[Widget]:
        with Grid(id="list"):
            for article in articles(self.visit.texts.language):
                yield Tile(article.title, name=article.slug)

    @on(Pressable.Pressed, "Tile")
    def read(self, event: Pressable.Pressed) -> None:
        """Tell which article was chosen."""
        self.tell(ArticleChosen(event.pressable.name or ""))
