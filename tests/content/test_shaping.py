"""Tamil as a picture: shaped, whole, and as high as asked."""

import pytest

from kiosk.content.shaping import draw_line, needs_shaping

HELP_NOW = "உதவி இப்போது"


@pytest.mark.conforms("WCAG 1.4.5")
def test_only_what_terminals_break_needs_a_picture() -> None:
    assert needs_shaping(HELP_NOW)
    assert needs_shaping("H உதவி")
    assert not needs_shaping("Help now · 中文 · Melayu é ✓")


@pytest.mark.parametrize("height", [16, 20, 33, 48])
def test_nothing_of_a_letter_is_cut(height: int) -> None:
    for text in (HELP_NOW, "க்ஷூ ஹ்ரீ ஞூ", "1234"):
        picture = draw_line(text, height)
        left, top, right, bottom = picture.getbbox() or (0, 0, 0, 0)
        assert picture.height == height
        assert top > 0
        assert bottom < height
        assert right - left > 0.9 * picture.width


def test_letters_are_joined_and_reordered() -> None:
    """The sign of "ko" stands on both sides of its letter, so shaped text has one ink less."""
    apart = draw_line("க", 40).width + draw_line("\u0bca", 40).width
    assert draw_line("கொ", 40).width < apart
