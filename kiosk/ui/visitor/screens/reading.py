"""The list of what there is to read."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Grid
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.articles import Article, articles
from kiosk.content.helplines import helplines
from kiosk.ui.theme import text_styles
from kiosk.ui.visitor.messages import ArticleChosen, CodeToShow, CodeWanted
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.buttons import Pressable, Tile
from kiosk.ui.widgets.layout import Prose

if TYPE_CHECKING:
    from kiosk.content.articles import TakeHome


class ArticlesScreen(VisitorScreen):
    """A tile for each article."""

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


class ArticleScreen(VisitorScreen):
    """A title and a text."""

    AUTO_FOCUS = ""

    def __init__(self, article: Article) -> None:
        super().__init__()
        self._article = article

    def heading(self) -> str:
        return self._article.title

    def body(self) -> Iterable[Widget]:
        yield Prose(self._article.markdown, text_styles(self.visit.theme), id="text")


class TakeHomeScreen(VisitorScreen):
    """A tile for each thing; choosing one shows its code."""

    def __init__(self, items: "tuple[TakeHome, ...]", today: date, published: str = "") -> None:
        """Take the booklets, the clinic's date, and its own list of helplines where it has one."""
        super().__init__()
        self._items = items
        self._today = today
        self._published = published
        self._codes: dict[str, CodeToShow] = {}

    def heading(self) -> str:
        return self._("Take something home")

    def lead(self) -> str:
        return self._("Choose one. Then photograph its code with your phone.")

    def body(self) -> Iterable[Widget]:
        with Grid(id="list"):
            for item in self._items:
                yield self._tile(item.title, item.size, self._booklet(item))
            language, published = self.visit.texts.language, self._published
            for line in helplines(language, self._today, published=published).lines:
                if line.tel:
                    other = f"WhatsApp {line.whatsapp}" if line.whatsapp else ""
                    words = (line.note, self._("The code puts the number into your phone."), other)
                    title = f"{line.name}  {line.number}"
                    yield self._tile(title, line.note, CodeToShow(title, words, line.tel))
        if not self._items:
            yield Static(
                self._("Booklets: please ask at the counter."), id="booklets", markup=False
            )

    def _booklet(self, item: "TakeHome") -> CodeToShow:
        words = (item.size, self._("The code opens this address on your phone."), item.url)
        return CodeToShow(item.title, words, item.url)

    def _tile(self, title: str, more: str, code: CodeToShow) -> Tile:
        name = f"item-{len(self._codes)}"
        self._codes[name] = code
        return Tile(title, more, name=name)

    @on(Pressable.Pressed, "Tile")
    def show_code(self, event: Pressable.Pressed) -> None:
        """Tell which code is wanted."""
        self.tell(CodeWanted(self._codes[event.pressable.name or ""]))
