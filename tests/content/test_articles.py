"""Articles: found by name, in order, in English where a translation is missing."""

from pathlib import Path

import pytest

from kiosk.content.articles import articles, page
from kiosk.errors import SetupError


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Two articles and a page in English, one of them in Malay."""
    for language, name, text in (
        ("en", "02-groups.md", "# Groups\n\nCome in.\n"),
        ("en", "01-what-it-is.md", "# What it is\n\n" + "word " * 600),
        ("en", "what-we-keep.md", "# What we keep\n\nLittle.\n"),
        ("ms", "02-groups.md", "# Kumpulan\n\nSila masuk.\n"),
    ):
        folder = tmp_path / "content" / language
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_shipped_articles_come_in_their_order() -> None:
    assert [article.slug for article in articles("en")] == [
        "what-peer-support-is",
        "what-peer-support-specialists-do",
        "a-first-talk",
        "groups",
        "your-privacy",
        "the-story-here",
    ]


def test_title_is_taken_out_of_the_text(assets: Path) -> None:
    groups = articles("en", assets)[1]
    assert (groups.slug, groups.title, groups.markdown) == ("groups", "Groups", "Come in.")


def test_minutes_follow_the_length(assets: Path) -> None:
    assert [article.minutes for article in articles("en", assets)] == [3, 1]


def test_chinese_is_measured_by_characters(assets: Path) -> None:
    (assets / "content" / "zh").mkdir()
    chinese = "# 小组\n\n" + "欢迎" * 180
    (assets / "content" / "zh" / "02-groups.md").write_text(chinese, encoding="utf-8")
    assert articles("zh", assets)[1].minutes == 2


def test_each_article_falls_back_to_english_alone(assets: Path) -> None:
    assert [article.title for article in articles("ms", assets)] == ["What it is", "Kumpulan"]
    assert page("ms", "what-we-keep", assets).title == "What we keep"


@pytest.mark.parametrize("language", ["../en", "xx", "", "/", "EN\x00"])
def test_no_language_reaches_outside_its_folder(assets: Path, language: str) -> None:
    assert articles(language, assets) == articles("en", assets)


def test_missing_page_is_said(assets: Path) -> None:
    with pytest.raises(SetupError, match="is missing"):
        page("en", "nowhere", assets)


@pytest.mark.parametrize("text", ["", "No title\n", "## Too deep\n", "# \nText"])
def test_article_without_a_title_is_refused(assets: Path, text: str) -> None:
    (assets / "content" / "en" / "03-odd.md").write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match="# Title"):
        articles("en", assets)


def test_damaged_article_is_refused(assets: Path) -> None:
    (assets / "content" / "en" / "03-odd.md").write_bytes(b"# T\xff\n")
    with pytest.raises(SetupError, match="cannot be read"):
        articles("en", assets)
