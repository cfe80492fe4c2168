"""The measure itself: what counts as a word, a sentence, a hard text."""

import pytest

from tests.support.plain_words import headings, prose, readability, sentences, too_long, words

MARKDOWN = """\
## A heading. With a dot

One line
goes on here. And **then** stops.
- An item with a [link](https://clinic.example/a.b)
- Another

Last one! Said “so.” Yes.
"""


def test_prose_joins_lines_and_leaves_signs_and_headings() -> None:
    assert sentences(prose(MARKDOWN)) == [
        "One line goes on here.",
        "And then stops.",
        "An item with a link",
        "Another",
        "Last one!",
        "Said “so.",
        "Yes.",
    ]
    assert headings(MARKDOWN) == ["A heading. With a dot"]


def test_words_are_what_is_read() -> None:
    assert words("{name}  ·  Room 2 - 3:00 pm") == ["{name}", "Room", "2", "3:00", "pm"]


def test_a_sentence_of_sixteen_words_is_too_long() -> None:
    fifteen = " ".join(["word"] * 15)
    assert too_long(f"{fifteen}. {fifteen}.") == []
    assert too_long(f"Short. {fifteen} more.") == [f"{fifteen} more."]


def test_readability_follows_the_formula() -> None:
    # 4 words of 3 letters in 2 sentences: 4.71 * 3 + 0.5 * 2 - 21.43
    assert readability(["The cat.", "Sat yes!"]) == pytest.approx(-6.3)
    hard = "Multidisciplinary practitioners complement biopsychosocial interventions."
    assert readability([hard]) > 20


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="no word"):
        readability(["-"])
