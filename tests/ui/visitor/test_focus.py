"""Where the focus goes by Tab, in what order things are said, and that nothing moves by itself."""

import re
from collections.abc import Iterable

import pytest
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.spelling import speakable
from kiosk.ui.visitor.spoken import SpokenScreen
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.layout import Sheet
from tests.support.desks import Clinic
from tests.support.screens import USUAL, Visitor, at_kiosk
from tests.ui.visitor.stops import STOPS, Stop, start_over

_STANDING = tuple(stop for stop in STOPS if stop.name not in {"still-there", "scan-again"})
"""All screens but those that any key answers."""
_TELLING = {"home", "article", "language", "call-name", "call-when", "call-review", "guest", "slip"}


async def everywhere(visitor: Visitor) -> list[tuple[Widget, bool]]:
    """Press Tab until the focus comes round, and return where it was and whether in full view."""
    been: list[Widget | None] = []
    found = []
    while (focus := visitor.screen.focused) not in been:
        been.append(focus)
        if focus is not None:
            found.append((focus, visitor.regions().get(focus) == focus.region))
        await visitor.keys("tab")
    return found


def _place(widget: Widget) -> tuple[bool, float, int]:
    """Return where it stands: on the page or below it, its row however far that is scrolled."""
    page = next((one for one in widget.ancestors if isinstance(one, Sheet)), None)
    return page is None, widget.region.y + (page.scroll_y if page else 0), widget.region.x


async def _wrong_with_focus(visitor: Visitor, stop: Stop) -> list[str]:
    screen = visitor.screen
    before = SpokenScreen(visitor.screen).snapshot()
    chain = set(screen.focus_chain)
    found = await everywhere(visitor)
    wrong = [f"{one!r} is hidden" for one, is_seen in found if not is_seen]
    widgets = [one for one, _ in found]
    wrong += [f"{one!r} is never reached" for one in chain - set(widgets)]
    places = [_place(one) for one in widgets]
    first = places.index(min(places)) if places else 0
    if [*places[first:], *places[:first]] != sorted(places):
        wrong.append(f"the focus jumps: {places}")
    now = SpokenScreen(visitor.screen).snapshot()
    if visitor.screen is not screen or (now.texts, now.marks, now.typed) != (
        before.texts,
        before.marks,
        before.typed,
    ):
        wrong.append("the focus has changed something")
    return wrong


async def _sweep(
    clinic: Clinic, stops: Iterable[Stop], size: tuple[int, int]
) -> dict[str, list[str]]:
    wrong = {}
    async with at_kiosk(clinic, size=size) as visitor:
        for stop in stops:
            await start_over(visitor, clinic, size)
            await stop.way(visitor, clinic)
            if found := await _wrong_with_focus(visitor, stop):
                wrong[stop.name] = found
    return wrong


@pytest.mark.conforms("WCAG 2.1.2", "WCAG 2.4.3", "WCAG 2.4.11", "WCAG 3.2.1")
@pytest.mark.parametrize("size", [(56, 16), USUAL], ids=str)
async def test_tab_leads_round_in_reading_order_and_changes_nothing(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    """All that can be pressed is reached and left again, each time in full view."""
    stops = [stop for stop in _STANDING if stop.name in _TELLING]
    assert await _sweep(clinic, stops, size) == {}


@pytest.mark.full
@pytest.mark.parametrize("size", [(56, 16), USUAL], ids=str)
async def test_it_does_so_on_every_screen(clinic: Clinic, size: tuple[int, int]) -> None:
    assert await _sweep(clinic, _STANDING, size) == {}


@pytest.mark.conforms("WCAG 1.3.2")
async def test_what_is_said_has_the_order_of_what_is_seen(clinic: Clinic) -> None:
    """From top to bottom: what is to be read, then what can be done."""
    wrong = {}
    async with at_kiosk(clinic) as visitor:
        for stop in _STANDING:
            if stop.name not in _TELLING - {"article", "call-name"}:
                continue
            await start_over(visitor, clinic)
            await stop.way(visitor, clinic)
            heard = " ".join(one.text for one in SpokenScreen(visitor.screen).everything())
            regions = visitor.regions()
            shown = sorted(
                (isinstance(one, Pressable), region.y, region.x, _words(one))
                for one, region in regions.items()
                if one.display and region.area and _words(one)
            )
            assert len(shown) > 3
            places = [_place_in(heard, words) for *_, words in shown]
            if -1 in places or places != sorted(places):
                wrong[stop.name] = [*zip(places, shown, strict=True)]
    assert wrong == {}


def _place_in(heard: str, words: str) -> int:
    """Return where `words` are said as a whole, -1 if nowhere."""
    found = re.search(re.escape(speakable(words).rstrip(".?!")) + "(?=[.?!])", heard)
    return found.start() if found else -1


def _words(widget: Widget) -> str:
    if isinstance(widget, Pressable):
        return widget.title
    return str(widget.content) if type(widget) is Static and isinstance(widget.content, str) else ""


@pytest.mark.conforms("WCAG 2.2.2", "WCAG 2.3.1")
async def test_nothing_moves_or_blinks_by_itself(clinic: Clinic) -> None:
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        assert visitor.app.animation_level == "none"
        for stop in _STANDING:
            if stop.name in _TELLING | {"receipt", "welcome"}:
                await start_over(visitor, clinic, (56, 16))
                await stop.way(visitor, clinic)
                before = visitor.lines
                await visitor.wait(3)
                assert visitor.lines == before
                await visitor.keys("tab", "tab", "down", "pagedown", "end")
                styles = [part.style for strip in visitor.strips() for part in strip]
                assert not any(style and (style.blink or style.blink2) for style in styles)
                assert not any(field.cursor_blink for field in visitor.screen.query(Field))
