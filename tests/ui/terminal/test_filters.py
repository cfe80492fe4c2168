"""What is drawn cannot steer the terminal."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import Color

from kiosk.ui.terminal.filters import ControlFilter

BLACK = Color(0, 0, 0)


def drawn(*segments: Segment) -> list[Segment]:
    return ControlFilter().apply(list(segments), BLACK)


def test_clean_segments_stay_the_same_objects() -> None:
    segment = Segment("王小明 அனிதா — ▀█", Style(bold=True))
    assert drawn(segment)[0] is segment


def test_steering_characters_go() -> None:
    hostile = "a\x1b[2J\x00\x07\x08\x9b1m\u202e\u2066\u2028\ud800\x7f\tb\nc"
    assert drawn(Segment(hostile))[0].text == "a[2J1mbc"


def test_links_go_and_the_rest_of_a_style_stays() -> None:
    style = Style(bold=True, link="https://x.example/\x1b[2J")
    kept = drawn(Segment("a", style))[0].style
    assert kept is not None
    assert kept.link is None
    assert kept.bold


def test_control_segments_go() -> None:
    assert drawn(Segment("\x1b[2J", None, [(ControlType.CLEAR,)]), Segment("a")) == [Segment("a")]


@given(st.text(st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Cf", "L", "N"])))
def test_no_control_is_left(text: str) -> None:
    left = drawn(Segment(text))[0].text
    assert {unicodedata.category(character) for character in left}.isdisjoint(
        {"Cc", "Cs", "Zl", "Zp"}
    )
    assert not any(
        unicodedata.bidirectional(character)
        in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        for character in left
    )
