"""Another language, or a look that is easier to read."""

from collections.abc import Iterable

from textual import on
from textual.containers import Grid
from textual.widget import Widget

from kiosk.content.translations import languages
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.ui.visitor.messages import CallInLanguage, LanguageChosen, LookChosen, VisitorWant
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.widgets.buttons import Pressable, Tile

_BY_PHONE = (
    (CallLanguage.MANDARIN, "中文", "我们可以用中文给您打电话"),
    (CallLanguage.MALAY, "Melayu", "Kami boleh menelefon anda"),
    (CallLanguage.TAMIL, "Tamil", "We can call you in Tamil"),
)
"""Languages of the clinic, each with a sentence in itself: "we can call you in …"."""


class LanguageScreen(VisitorScreen):
    """The screens' languages, calls in the others, and the look."""

    def heading(self) -> str:
        return self._("Language and display")

    def lead(self) -> str:
        return self._("Staff here can help you in other languages too.")

    def body(self) -> Iterable[Widget]:
        shown = languages(published=self.host.facts.helplines)
        codes = {language.code for language in shown}
        with Grid(id="list"):
            for language in shown:
                yield Tile(language.own_name, name=f"show-{language.code}")
            for value, own_name, sentence in _BY_PHONE:
                if value not in codes:
                    yield Tile(own_name, sentence, name=f"call-{value}")
            yield Tile(
                self._("Change the colours"), self._("Strong contrast, or back"), name="look-other"
            )
            yield Tile(self._("Staff"), self._("With a PIN"), letter="M", name="staff-pin")

    @on(Pressable.Pressed, "Tile")
    def choose(self, event: Pressable.Pressed) -> None:
        """Tell what was chosen."""
        kind, _, value = (event.pressable.name or "").partition("-")
        match kind:
            case "show":
                self.tell(LanguageChosen(value))
            case "call":
                self.tell(CallInLanguage(value))
            case "look":
                self.tell(LookChosen())
            case _:
                self.want(VisitorWant.STAFF)
