"""What there is to read here, and what to take home on a phone."""

from collections.abc import Iterable
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.articles import Article, articles, fill_in, find_article, take_home_for
from kiosk.content.helplines import helplines
from kiosk.content.shaping import needs_shaping
from kiosk.ui.theme import text_styles
from kiosk.ui.visitor.codes import CodeWriter, format_booklet_code, format_number_code
from kiosk.ui.visitor.screen import Chosen, CodeWanted, VisitorRoute, VisitorScreen
from kiosk.ui.visitor.text import describe_calling_number
from kiosk.ui.widgets.buttons import Action, Pressable, Tile
from kiosk.ui.widgets.layout import Prose, Sheet, Tiles


class _ReadingScreen(VisitorScreen):
    """The base of what shows articles."""

    def title_to_draw(self, slug: str) -> str:
        """Return an article's title in a language that is not written here; else empty."""
        texts = self.visit.texts
        if not texts.draws_cells:
            return ""
        title = find_article(texts.language, slug).title
        return title if needs_shaping(title) else ""


class ArticlesScreen(_ReadingScreen):
    """A tile for each article."""

    pages_tiles = True

    def heading(self) -> str:
        return self.brief(self._("Read about peer support"), self._("Read"))

    def lead(self) -> str:
        return self._("Each takes a minute or two.")

    def body(self) -> Iterable[Widget]:
        with Tiles(id="list"):
            for article in articles(self.visit.texts.written):
                large = self.title_to_draw(article.slug)
                yield Tile(article.title, large=large, name=article.slug)

    @on(Pressable.Pressed, "Tile")
    def read(self, event: Pressable.Pressed) -> None:
        """Open the chosen article."""
        found = {article.slug: article for article in articles(self.visit.texts.written)}
        self.post_intent(Chosen(found[event.pressable.name or ""]))


class ArticleScreen(_ReadingScreen):
    """An article of the list, or a page that stands by itself, in the visit's language."""

    AUTO_FOCUS = ""

    def __init__(self, slug: str) -> None:
        super().__init__()
        self._slug = slug

    def heading(self) -> str:
        return self._article().title

    def _article(self) -> Article:
        return find_article(self.visit.texts.written, self._slug)

    def large_heading(self) -> str:
        return self.title_to_draw(self._slug)

    def lead(self) -> str:
        if not self.visit.texts.draws_cells:
            return ""
        return self._("This text is in English. Staff can help you, and there is a card to read.")

    def body(self) -> Iterable[Widget]:
        text = fill_in(self._article().markdown, describe_calling_number(self.context))
        yield Prose(text, text_styles(self.visit.theme), id="text")

    def steps(self) -> Iterable[Action]:
        texts = self.visit.texts
        # What is written here is not in the visitor's language, but something at home can be.
        if texts.draws_cells and any(
            item.language == texts.language for item in self.context.clinic.take_home
        ):
            yield Action(self._("Take home"), letter="T", id="take-home", primary=True)

    @on(Pressable.Pressed, "#take-home")
    def take_home(self) -> None:
        """Show what can be read at home in the visitor's language."""
        self.go_to(VisitorRoute.TAKE_HOME)

    @on(Sheet.Measured)
    def save_air(self) -> None:
        """Take the air from a text that would be whole without it."""
        self.query_one(Sheet).save_air()

    def on_resize(self) -> None:
        for sheet in self.query(Sheet):
            sheet.remove_class("-tight")


class TakeHomeScreen(VisitorScreen):
    """A tile for each thing; choosing one shows its code."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, CodeWriter] = {}

    def heading(self) -> str:
        return self._("Take something home")

    def lead(self) -> str:
        return self._("Choose one. Then photograph its code with your phone.")

    def body(self) -> Iterable[Widget]:
        clinic, texts = self.context.clinic, self.visit.texts
        items = take_home_for(clinic.take_home, texts.language)
        with Tiles(id="list"):
            for item in items:
                title = item.title_in(texts.written)
                yield self._tile(title, item.size, partial(format_booklet_code, item))
            for line in helplines(texts.written, clinic.today(), published=clinic.helplines).lines:
                if line.tel:
                    title = f"{line.name}  {line.number}"
                    yield self._tile(title, line.note, partial(format_number_code, line))
        if not items:
            yield Static(
                self._("Booklets: please ask at the counter."), id="booklets", markup=False
            )

    def _tile(self, title: str, more: str, code: CodeWriter) -> Tile:
        name = f"item-{len(self._codes)}"
        self._codes[name] = code
        return Tile(title, self.brief(more), name=name)

    @on(Pressable.Pressed, "Tile")
    def show_code(self, event: Pressable.Pressed) -> None:
        """Show the code of the chosen thing."""
        self.post_intent(CodeWanted(self._codes[event.pressable.name or ""]))
