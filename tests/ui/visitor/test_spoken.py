"""Every screen can be said: nothing that stands on it is missing, and what is private stays so."""

import re
from collections.abc import Iterator

import pytest
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.spelling import speakable, spell
from kiosk.content.translations import Texts, languages
from kiosk.ui.visitor.screens.callback_form import CallPhoneScreen, CallReviewScreen
from kiosk.ui.visitor.screens.result import CodeScreen
from kiosk.ui.visitor.spoken import Piece, SpokenScreen, say_pieces
from kiosk.ui.widgets.card import Card
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.touch_keyboard import TouchKeys
from kiosk.ui.widgets.visitor_bar import Bar
from tests.support.desks import Clinic
from tests.support.screens import Visitor, at_kiosk
from tests.ui.visitor.stops import STOPS, form, start_over

DECORATION = frozenset("▌▀▄█│●○✓✔[]()›‹·…")
NAMES = ("Mei", "Ling")
NEWS = re.compile("could not reach you|kept safely")
OTHERS = [one.code for one in languages() if one.code != "en"]
NUMBER = re.compile(r"8[ ,]*1[ ,]*2[ ,]*3[ ,]*4[ ,]*5[ ,]*6")


def said(pieces: list[Piece]) -> str:
    return " ".join(piece.text for piece in pieces)


def words_of(text: str) -> list[str]:
    """The words that somebody reads, without what is drawn for the eye alone."""
    plain = "".join(
        " " if sign in DECORATION or "\u2500" <= sign <= "\u259f" else sign for sign in text
    )
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", plain)


def shown_texts(visitor: Visitor) -> Iterator[tuple[Widget, str]]:
    """Every text on the screen, by what is drawn where each leaf of it stands."""
    leaves = [one for one in visitor.regions() if not one.children and one.display]
    for widget, rows in visitor.reads_all(leaves).items():
        if not isinstance(widget, TouchKeys | Field):
            yield widget, " ".join(rows)


def unsaid(visitor: Visitor, spoken: SpokenScreen) -> list[str]:
    """The words that stand on the screen and are not said."""
    heard = set(words_of(said(spoken.everything())))
    return [
        word
        for _, text in shown_texts(visitor)
        # A number that is covered on the screen is said whole to whoever listens alone.
        for word in words_of(speakable(re.sub(r"\+?[\d ]*•[\d• ]*", " ", text)))
        if word not in heard
    ]


def overheard(visitor: Visitor, spoken: SpokenScreen) -> list[str]:
    """What the room hears, of whatever is said in any way, and must not."""
    pieces = [*spoken.arrival(), *spoken.everything(), *spoken.focused()]
    utterances = say_pieces(pieces, "en", is_private=False)
    heard = " ".join(one.text for one in utterances)
    found = [name for name in NAMES if re.search(rf"\b{name}\b", heard)]
    found += NUMBER.findall(heard) + NEWS.findall(heard)
    if isinstance(visitor.screen, CodeScreen) and visitor.screen.is_result:
        reference = spell(str(visitor.screen.query_one("#spoken", Static).content))
        assert reference in said(pieces)
        found += [reference] * (reference in heard)
    return found + [one.text for one in utterances if one.is_private]


async def sweep(clinic: Clinic, language: str) -> dict[str, list[str]]:
    """What is wrong with the spoken form of each screen in a language."""
    wrong: dict[str, list[str]] = {}
    async with at_kiosk(clinic, size=(120, 40)) as visitor:
        visitor.app.pictures_come()
        for stop in STOPS:
            await start_over(visitor, clinic, (120, 40))
            visitor.app.context.visit.texts = Texts(language, has_pictures=True)
            # Home stands already; a visitor's choice would have made it anew.
            visitor.screen.show_hints()
            await stop.way(visitor, clinic)
            spoken = SpokenScreen(visitor.screen)
            leaves = [one for one in visitor.screen.query(Widget) if not one.children]
            dumb = [one for one in leaves if not spoken.has_way(one) and one.render() != ""]
            found = [*unsaid(visitor, spoken), *overheard(visitor, spoken), *map(str, dumb)]
            if found:
                wrong[stop.name] = found
    return wrong


@pytest.mark.conforms(
    "EN 301 549 5.1.3.1", "EN 301 549 5.1.3.9", "508 402.2.1", "WCAG 1.1.1", "WCAG 2.5.3"
)
async def test_all_that_is_shown_is_said_and_the_room_hears_nothing_private(clinic: Clinic) -> None:
    """No word is missing, every widget has a way to say itself, and no name, number, reference or
    news of a request is said where others may hear.
    """
    assert await sweep(clinic, "en") == {}


@pytest.mark.full
@pytest.mark.parametrize("language", OTHERS)
async def test_it_is_so_in_every_other_language(clinic: Clinic, language: str) -> None:
    assert await sweep(clinic, language) == {}


@pytest.mark.conforms("WCAG 4.1.2")
async def test_a_widget_of_a_new_kind_is_noticed(clinic: Clinic) -> None:
    class Banner(Widget):
        def render(self) -> str:
            return "New"

    async with at_kiosk(clinic) as visitor:
        await visitor.screen.mount(Banner())
        assert not SpokenScreen(visitor.screen).has_way(visitor.screen.query_one(Banner))
        await visitor.settle()
        assert "New" in unsaid(visitor, SpokenScreen(visitor.screen))


@pytest.mark.conforms("508 402.2.2")
async def test_whoever_listens_alone_hears_all_of_it(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        pieces = SpokenScreen(visitor.screen).arrival()
        alone = say_pieces(pieces, "en", is_private=True)
        private = [one.text for one in alone if one.is_private]
        assert private == ["Name: Mei Ling.", "Number: + 6 5, 8 1 2 3, 4 5 6 7."]
        room = [one.text for one in say_pieces(pieces, "en", is_private=False)]
        assert {"Name: It is on the screen.", "Number: 8 digits entered."} <= set(room)


@pytest.mark.conforms("EN 301 549 5.1.3.3")
async def test_a_position_is_said_with_a_tile(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("tab", "tab")
        (piece,) = SpokenScreen(visitor.screen).focused()
        assert piece.text == ("Ask for a call. Someone rings when it suits you. 2 of 6. Key C.")


@pytest.mark.conforms("EN 301 549 5.6.1", "WCAG 1.3.1", "WCAG 4.1.2")
async def test_a_choice_is_said_with_its_question_and_whether_it_is_chosen(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form()(visitor, clinic)
        await visitor.keys("tab")
        (piece,) = SpokenScreen(visitor.screen).focused()
        assert piece.text == "When may we call? Any time. Chosen. 1 of 5."
        await visitor.keys(*["tab"] * 5)
        (piece,) = SpokenScreen(visitor.screen).focused()
        assert piece.text == "And from which day? From now on. Chosen. 1 of 3."


@pytest.mark.conforms("WCAG 1.3.1", "WCAG 3.3.2", "WCAG 4.1.2")
async def test_a_field_is_said_with_its_question_and_what_is_typed(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallPhoneScreen)(visitor, clinic)
        (piece,) = SpokenScreen(visitor.screen).focused()
        assert piece.text == "Which number should we call? To type in. 8, 1, 2, 3, 4, 5, 6, 7."
        assert piece.public == "Which number should we call? To type in. 8 digits entered."


@pytest.mark.conforms("EN 301 549 5.1.3.6", "EN 301 549 5.1.3.16", "WCAG 1.1.1")
async def test_a_code_is_said_with_its_reference_twice(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen, "end", "y")(visitor, clinic)
        heard = said(SpokenScreen(visitor.screen).arrival())
        (row,) = clinic.callbacks.worklist().rows
        assert heard.count(f"Your reference is: {spell(row.request.reference)}.") == 2
        assert heard.count("There is a square code, for the camera of a phone.") == 2


async def test_a_code_without_room_is_not_said(clinic: Clinic) -> None:
    async with at_kiosk(clinic, size=(56, 16)) as visitor:
        await visitor.keys("h")
        heard = said(SpokenScreen(visitor.screen).everything())
        assert "square code" not in heard
        assert "9 9 5" in heard


async def test_the_foot_and_the_cards_are_said(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        spoken = SpokenScreen(visitor.screen)
        assert said(spoken.everything()).count("Help now. Key H.") == 1
        assert "Finish and clear. Key Esc." in said(spoken.everything())
        assert visitor.screen.query(Bar)
        await visitor.scan("https://example.org")
        assert visitor.screen.query(Card)
        assert said(SpokenScreen(visitor.screen).arrival()).count("This is not a group pass.") == 2
