"""Another language, or a look of the screens that suits the visitor better."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from kiosk.content.languages import Language, find_language, known_languages
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.ui.theme import next_theme, theme_names
from kiosk.ui.visitor.screen import Chosen, VisitorRoute, VisitorScreen
from kiosk.ui.widgets.buttons import Pressable, Tile
from kiosk.ui.widgets.layout import Tiles


class LanguageScreen(VisitorScreen):
    """The screens' languages, calls in the others, and the themes."""

    def heading(self) -> str:
        return self._("Language and display")

    def lead(self) -> str:
        return self._("Staff here can help you in other languages too.")

    def body(self) -> Iterable[Widget]:
        codes = {language.code for language in self.context.languages}
        with Tiles(id="list"):
            for language in self.context.languages:
                yield self._offer(language)
            calls = self._calls()
            for language in known_languages():
                if language.code in calls and language.code not in codes:
                    yield self._call_tile(language, calls[language.code])
            yield Tile(
                self._("Change the colours"), self._next_look(), name="theme-next", id="colours"
            )
            yield Tile("", name="size", id="size")
            yield Tile("", letter="T", name="time", id="time")
            yield Tile(self._("Hide this screen"), self._("By F11 at any time"), name="cover")
            yield Tile(self._("Staff"), self._("With a PIN"), letter="M", name="staff-pin")

    def _offer(self, language: Language) -> Tile:
        """Return the tile of a language, whose own name may have to be drawn."""
        if not self._is_drawn(language):
            return Tile(language.own_name, name=f"show-{language.code}")
        return Tile(language.name, large=language.own_name, name=f"show-{language.code}")

    def _is_drawn(self, language: Language) -> bool:
        """Return whether a language's letters have to be drawn in cells."""
        return language.is_shaped and not self.context.has_pictures

    @on(Pressable.Pressed, "Tile")
    def choose(self, event: Pressable.Pressed) -> None:
        """Follow what was chosen; the theme changes at once and the screen stays."""
        kind, _, value = (event.pressable.name or "").partition("-")
        match kind:
            case "show":
                self.post_intent(Chosen(find_language(value)))
            case "call":
                self.post_intent(Chosen(CallLanguage(value)))
            case "theme":
                self.visit.theme = next_theme(self.visit.theme)
                self.query_one("#colours", Tile).more = self._next_look()
                self.follow_display()
                self.app.theme = self.visit.theme  # draws every widget again, this tile too
            case "size":
                self.visit.is_large = not self.visit.is_large
                self.follow_display()
                self._show_switches()
            case "time":
                self.visit.has_more_time = not self.visit.has_more_time
                self._show_switches()
                self.show_hints()
            case "cover":
                self.go_to(VisitorRoute.COVER)
            case _:
                self.go_to(VisitorRoute.STAFF)

    def on_mount(self) -> None:
        self._show_switches()

    def _show_switches(self) -> None:
        """Show what the tiles of the size and the time do, or that it is on."""
        off = self._("Press to turn it off")
        for switch, is_on, on_text, text in (
            ("#size", self.visit.is_large, (self._("Larger is on"), off),
             (self._("Larger"), self._("Fewer, larger things"))),
            ("#time", self.visit.has_more_time, (self._("More time is on"), off),
             (self._("I need more time"), self._("Ten times as long"))),
        ):  # fmt: skip
            tile = self.query_one(switch, Tile)
            tile.title, tile.more = on_text if is_on else text
            tile.large = self.visit.texts.large(tile.title)
            tile.refresh(layout=True)

    def _calls(self) -> dict[str, str]:
        """Return that a call is offered, by language: the screens may lack one we speak."""
        return {
            CallLanguage.MANDARIN: self._("A call in Mandarin"),
            CallLanguage.MALAY: self._("A call in Malay"),
            CallLanguage.TAMIL: self._("A call in Tamil"),
        }

    def _call_tile(self, language: Language, words: str) -> Tile:
        """Return the offer of a call, in that language itself and in the screens' one."""
        name, own = f"call-{language.code}", language.by_phone
        if self._is_drawn(language):
            return Tile(words, large=own, name=name)
        return Tile(own or words, words if own else "", name=name)

    def _next_look(self) -> str:
        """Return the name in words of the theme that the tile brings."""
        return theme_names(self._)[next_theme(self.visit.theme)]
