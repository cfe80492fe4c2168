"""Take-home items: only those with a good address are shown."""

from pathlib import Path

import pytest

from kiosk.content.assets import config_dir
from kiosk.content.qrcodes import SCREEN_VERSION, matrix
from kiosk.content.take_home import LONGEST_ADDRESS, TakeHome, read_take_home, take_home
from kiosk.errors import SetupError

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
    assert len(matrix("a" * LONGEST_ADDRESS, quiet=0)) == 17 + 4 * SCREEN_VERSION
    with pytest.raises(ValueError, match="larger than version"):
        matrix("a" * (LONGEST_ADDRESS + 1))


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


@pytest.mark.parametrize("text", ["[[item", "item = 3", 'item = ["a"]'])
def test_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "take-home.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=r"take-home\.toml"):
        read_take_home(file)
