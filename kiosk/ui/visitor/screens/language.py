"""Another language, or a theme that is easier to read."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from kiosk.content.translations import Language, languages
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.ui.theme import next_theme, theme_names
from kiosk.ui.visitor.screen import Chosen, VisitorRoute, VisitorScreen
from kiosk.ui.widgets.buttons import Pressable, Tile
from kiosk.ui.widgets.layout import Tiles

_BY_PHONE = (
    (CallLanguage.MANDARIN, "用中文通电话"),
    (CallLanguage.MALAY, "Panggilan Bahasa Melayu"),
    (CallLanguage.TAMIL, ""),
)
"""Languages of the clinic that the screens may lack, each with "a call in …" in itself.

Tamil letters are not drawn alike by terminals, so it is offered in the screens' language.
"""


class LanguageScreen(VisitorScreen):
    """The screens' languages, calls in the others, and the themes."""

    _languages: tuple[Language, ...] = ()

    def heading(self) -> str:
        return self._("Language and display")

    def lead(self) -> str:
        return self._("Staff here can help you in other languages too.")

    def body(self) -> Iterable[Widget]:
        self._languages = languages(published=self.context.clinic.helplines)
        codes = {language.code for language in self._languages}
        with Tiles(id="list"):
            for language in self._languages:
                yield Tile(language.own_name, name=f"show-{language.code}")
            for value, own_words in _BY_PHONE:
                if value not in codes:
                    words = self._format_call(value)
                    more = words if own_words else ""
                    yield Tile(own_words or words, more, name=f"call-{value}")
            yield Tile(
                self._("Change the colours"), self._next_look(), name="theme-next", id="colours"
            )
            yield Tile("", letter="T", name="time", id="time")
            yield Tile(self._("Staff"), self._("With a PIN"), letter="M", name="staff-pin")

    @on(Pressable.Pressed, "Tile")
    def choose(self, event: Pressable.Pressed) -> None:
        """Follow what was chosen; the theme changes at once and the screen stays."""
        kind, _, value = (event.pressable.name or "").partition("-")
        match kind:
            case "show":
                chosen = next(one for one in self._languages if one.code == value)
                self.post_intent(Chosen(chosen))
            case "call":
                self.post_intent(Chosen(CallLanguage(value)))
            case "theme":
                self.visit.theme = next_theme(self.visit.theme)
                self.query_one("#colours", Tile).more = self._next_look()
                self.app.theme = self.visit.theme  # draws every widget again, this tile too
            case "time":
                self.visit.has_more_time = not self.visit.has_more_time
                self._show_time()
                self.tell_limit()
            case _:
                self.go_to(VisitorRoute.STAFF)

    def on_mount(self) -> None:
        self._show_time()

    def _show_time(self) -> None:
        """Show what the tile of the time does, or that it is on."""
        tile = self.query_one("#time", Tile)
        if self.visit.has_more_time:
            tile.title, tile.more = self._("More time is on"), self._("Press to turn it off")
        else:
            tile.title = self._("I need more time")
            tile.more = self._("Ten times as long")
        tile.refresh(layout=True)

    def _format_call(self, language: CallLanguage) -> str:
        """Return that a call is offered: a language here is not always one of the screens."""
        texts = {
            CallLanguage.MANDARIN: self._("A call in Mandarin"),
            CallLanguage.MALAY: self._("A call in Malay"),
            CallLanguage.TAMIL: self._("A call in Tamil"),
        }
        return texts[language]

    def _next_look(self) -> str:
        """Return the name in words of the theme that the tile brings."""
        return theme_names(self._)[next_theme(self.visit.theme)]
