"""How whole a language is, and who has checked it, told of the texts as they are now."""

import stat
from datetime import date
from pathlib import Path

import pytest

from kiosk.content.reviews import (
    REVIEWS,
    Review,
    digest_texts,
    examine_language,
    read_reviews,
    read_sentences,
    write_review,
)
from kiosk.content.translations import SAFETY_CONTEXTS
from kiosk.domain.health import Verdict, language_finding
from kiosk.errors import SetupError
from tests.support.extract import compile_catalogue, read_catalogue, write
from tests.support.invented import CODE, add_language

TODAY = date(2026, 11, 29)


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return add_language(tmp_path / "texts", monkeypatch)


def _catalogue(assets: Path) -> Path:
    return assets / "locale" / CODE / "LC_MESSAGES" / "kiosk.po"


def _say(assets: Path, message: str, translated: str, context: str | None = None) -> None:
    """Translate one sentence otherwise."""
    path = _catalogue(assets)
    catalogue = read_catalogue(path)
    entry = catalogue.get(message, context)
    assert entry is not None
    entry.string = translated
    write(path, catalogue)
    compile_catalogue(path)


def test_sentences_come_with_the_vital_ones_first(assets: Path) -> None:
    sentences = read_sentences(CODE, assets)
    vital = [one.is_vital for one in sentences]
    assert vital == sorted(vital, reverse=True)
    assert {one.context for one in sentences if one.is_vital} == set(SAFETY_CONTEXTS)
    assert all(one.translated and not one.is_broken for one in sentences)
    assert any(len(one.english) == 2 for one in sentences)


def test_what_is_english_is_counted(assets: Path) -> None:
    _say(assets, "Any time", "")
    _say(assets, "We will call {number}.", "Ruf {nummer}")
    state = examine_language(CODE, {}, assets=assets)
    assert (state.missing, state.broken) == (1, ("We will call {number}.",))
    assert "01-what-peer-support-is.md" in state.articles
    assert "04-groups.md" not in state.articles
    said = language_finding(state)
    assert said.verdict is Verdict.LOOK
    assert f"1 of {state.sentences} sentences" in said.sentence
    assert "'We will call {number}.'" in said.sentence
    assert "not yet checked by a native reviewer" in said.sentence
    assert not state.held_back


def test_a_damaged_catalogue_lacks_everything(assets: Path) -> None:
    _catalogue(assets).with_suffix(".mo").write_bytes(b"damaged")
    state = examine_language(CODE, {}, assets=assets)
    assert state.missing == state.sentences > 200
    assert "and 1 more." in language_finding(state).sentence


def test_a_review_counts_until_a_text_changes(assets: Path, tmp_path: Path) -> None:
    write_review(tmp_path, CODE, Review("Tan Mei", TODAY, digest_texts(CODE, assets)))
    reviews = read_reviews(tmp_path)
    assert not examine_language(CODE, reviews, assets=assets).is_changed
    for change in (
        lambda: _say(assets, "Any time", "Immer"),
        lambda: (assets / "content" / CODE / "04-groups.md").write_text("# X", encoding="utf-8"),
        lambda: (assets / "content" / CODE / "05-your-privacy.md").write_text("# Y"),
    ):
        before = digest_texts(CODE, assets)
        change()
        assert digest_texts(CODE, assets) != before
    state = examine_language(CODE, reviews, assets=assets)
    assert state.is_changed
    assert "checked by Tan Mei on 2026-11-29, and has changed since" in (
        language_finding(state).sentence
    )


def test_reviews_are_kept_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = Review('Tan "Mei" \\', TODAY, "ab"), Review("Ravi", TODAY, "cd")
    write_review(tmp_path, "zh", first)
    write_review(tmp_path, "ta", second)
    write_review(tmp_path, "zh", second)
    write_review(tmp_path, "ms", first)
    assert read_reviews(tmp_path) == {"zh": second, "ta": second, "ms": first}
    assert stat.S_IMODE((tmp_path / REVIEWS).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [REVIEWS]


@pytest.mark.parametrize(
    "text", ["[zh", "zh = 1", '[zh]\nby = "x"', '[zh]\nby = 1\non = 2026-01-01\ntexts = "a"']
)
def test_a_wrong_file_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / REVIEWS).write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=r"reviews\.toml is wrong"):
        read_reviews(tmp_path)
