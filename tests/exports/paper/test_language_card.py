"""The card of a language as a printer gets it: codes that dial, texts inside the page."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import pytest
import zxingcpp

from kiosk.content.articles import articles
from kiosk.content.helplines import helplines
from kiosk.exports.paper import language_card as module
from kiosk.exports.paper.language_card import CardNames, language_card
from tests.exports.paper.test_blank_form import squares, texts
from tests.exports.paper.test_pass_sheet import DOTS, MM, _picture
from tests.exports.paper.test_typesetter import Placed, inks, pages_of, pictures

DAY = date(2026, 12, 1)
NAMES = {
    "en": CardNames("English", "English"),
    "zh": CardNames("Mandarin", "中文", "用中文通电话"),
    "ms": CardNames("Malay", "Melayu", "Panggilan Bahasa Melayu"),
    "ta": CardNames("Tamil", "தமிழ்", "தமிழில் அழைப்பு"),
}
FIRST_SENTENCE = "Peer support is help from someone who has been there."


@cache
def card(language: str) -> bytes:
    return language_card(language, NAMES[language], helplines(language, DAY))


def words(page: str) -> str:
    return " ".join(line for _, _, line in texts(page))


def dialled(page: str) -> dict[str, float]:
    """Return what the codes of a page hold, and where the top of each is in millimetres."""
    codes = zxingcpp.read_barcodes(_picture(squares(page)))
    return {code.text: 297 - code.position.top_left.y / DOTS for code in codes}


@pytest.mark.parametrize("language", NAMES)
def test_every_line_has_its_number_and_a_code_that_dials_it(language: str) -> None:
    first, second = pages_of(card(language))
    assert not squares(first)
    read = dialled(second)
    lines = [line for line in helplines(language, DAY).lines if line.tel]
    assert sorted(read, key=lambda tel: -read[tel]) == [line.tel for line in lines]
    for line in lines:
        (height,) = [y for _, y, text in texts(second) if text == line.number]
        assert abs(read[line.tel] - height) < 15
        assert not line.whatsapp or f"WhatsApp {line.whatsapp}" in words(second)


@pytest.mark.parametrize("language", NAMES)
def test_everything_stands_inside_the_page_and_no_line_on_another(language: str) -> None:
    for page in pages_of(card(language)):
        shown = pictures(page)
        for one in shown:
            assert one.left > 20 * MM - 1
            assert one.left + one.width < 190 * MM + 1
            assert 20 * MM < one.bottom < one.bottom + one.height < 280 * MM
        assert not any(_overlap(a, b) for a, b in pairwise(shown))
        assert all(20 * MM - 1 < x * MM < 190 * MM for x, _, _ in texts(page))


def _overlap(one: Placed, other: Placed) -> bool:
    """Return whether two pictures of a line stand on each other."""
    is_same_line = abs(one.bottom - other.bottom) < 1
    return is_same_line and one.left < other.left < one.left + one.width - 0.1


def test_tamil_is_drawn_and_no_picture_is_empty_or_cut() -> None:
    drawn = inks(card("ta"))
    assert len(drawn) > 100
    for ink in drawn:
        assert sum(map(sum, ink)) > 255 * 20
        assert not any(ink[0])
        assert not any(ink[-1])


def test_chinese_stands_in_a_font_that_readers_bring() -> None:
    assert b"STSong-Light" in card("zh")
    assert not inks(card("zh"))


def test_it_tells_what_peer_support_is_and_how_staff_arrange_a_call() -> None:
    first, second = map(words, pages_of(card("en")))
    for sentence in (FIRST_SENTENCE, "They can arrange a call.", "Tell any staff member"):
        assert sentence in first
    assert "screen" not in first
    assert "You can say: I need help now." in second
    assert not re.search("psych|patient|disorder|illness", (first + second).casefold())
    assert "A call" not in first
    assert "Panggilan Bahasa Melayu" in words(pages_of(card("ms"))[0])


def test_staff_read_whether_it_was_checked_and_how_old_the_numbers_are() -> None:
    names = replace(NAMES["ms"], review="checked by Siti on 2026-12-01")
    late = helplines("ms", date(2027, 6, 1))
    for pdf, parts in (
        (card("ms"), ("Malay.", "verified on 2026-11-23")),
        (language_card("ms", names, late), ("Malay, checked by Siti", "Do not hang this up")),
    ):
        for page in pages_of(pdf):
            assert all(part in words(page) for part in parts)
    assert "checked by" not in words(pages_of(card("en"))[0])


def test_a_long_article_gives_way_and_how_to_ask_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    own = articles("en")[0]
    long = replace(own, markdown=f"{FIRST_SENTENCE}\n\n## Part\n\n" + "Very long. " * 2000)
    monkeypatch.setattr(module, "articles", lambda _: (long,))
    first, _ = pages_of(language_card("en", NAMES["en"], helplines("en", DAY)))
    assert FIRST_SENTENCE in words(first)
    assert "They can arrange a call." in words(first)
    assert "Part" not in words(first)
    assert all(5 < y < 280 for _, y, _ in texts(first))
