"""Articles: found by name, in order, in English where a translation is missing."""

from pathlib import Path

import pytest

from kiosk.content.articles import (
    LONGEST_ADDRESS,
    TakeHome,
    articles,
    page,
    read_take_home,
    take_home,
    take_home_for,
)
from kiosk.content.assets import config_dir
from kiosk.content.qr import SCREEN_VERSION, qr_matrix
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


BOOKLET = {"title": "Booklet", "size": "PDF, 458 KB", "url": "https://clinic.example/b.pdf"}


def test_item_with_an_address_is_shown() -> None:
    shown = TakeHome("Booklet", "PDF, 458 KB", "https://clinic.example/b.pdf")
    assert take_home([BOOKLET, {**BOOKLET, "url": " "}, {"title": "Later"}]) == (shown,)


def test_size_may_be_unknown() -> None:
    entry = {"title": "Booklet", "url": "https://clinic.example/b.pdf"}
    assert take_home([entry])[0].size == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://clinic.example/b.pdf",
        "javascript:alert(1)",
        "clinic.example/b.pdf",
        "https://",
        "https://clinic.example/a b",
        "https://clinic.example/\x1b[31m",
        "https://clinic.example/é",
        "https://someone@clinic.example/",
        "https://[broken/",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(SetupError, match="'Booklet'"):
        take_home([{**BOOKLET, "url": url}])


def test_longest_address_fits_and_one_more_does_not() -> None:
    start = "https://clinic.example/"
    longest = start + "a" * (LONGEST_ADDRESS - len(start))
    assert take_home([{**BOOKLET, "url": longest}])[0].url == longest
    with pytest.raises(SetupError, match=str(LONGEST_ADDRESS)):
        take_home([{**BOOKLET, "url": longest + "a"}])


def test_longest_address_is_what_a_screen_can_draw() -> None:
    assert len(qr_matrix("a" * LONGEST_ADDRESS, quiet=0)) == 17 + 4 * SCREEN_VERSION
    with pytest.raises(ValueError, match="larger than version"):
        qr_matrix("a" * (LONGEST_ADDRESS + 1))


def test_item_without_a_title_is_refused() -> None:
    with pytest.raises(SetupError, match="title"):
        take_home([{**BOOKLET, "title": ""}])


def test_shipped_file_waits_for_the_clinic() -> None:
    assert read_take_home(config_dir() / "take-home.toml") == ()


def test_filled_file_keeps_its_order_and_sizes(tmp_path: Path) -> None:
    shipped = (config_dir() / "take-home.toml").read_text(encoding="utf-8")
    file = tmp_path / "take-home.toml"
    file.write_text(shipped.replace('url = ""', f'url = "{BOOKLET["url"]}"'), encoding="utf-8")
    assert [item.size for item in read_take_home(file)] == ["", "PDF, 11.7 MB", "PDF, 458 KB"]


IN_TAMIL = {**BOOKLET, "title": "In Tamil", "ta": "தமிழில்", "language": "ta"}


@pytest.mark.parametrize(
    ("language", "written", "titles"),
    [
        ("en", "en", ["Booklet"]),
        ("ms", "ms", ["Buku kecil"]),
        ("ta", "ta", ["தமிழில்", "Booklet"]),
        ("ta", "en", ["In Tamil", "Booklet"]),
    ],
)
def test_what_is_in_one_language_alone_is_first_for_its_readers(
    language: str, written: str, titles: list[str]
) -> None:
    items = take_home([{**BOOKLET, "ms": "Buku kecil"}, IN_TAMIL])
    assert [item.title_in(written) for item in take_home_for(items, language)] == titles


def test_a_language_of_an_item_is_a_code() -> None:
    with pytest.raises(SetupError, match="must be a code"):
        take_home([{**IN_TAMIL, "language": "Tamil"}])


@pytest.mark.parametrize("text", ["[[item", "item = 3", 'item = ["a"]'])
def test_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "take-home.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=r"take-home\.toml"):
        read_take_home(file)
