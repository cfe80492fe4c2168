"""Helplines: dated, complete, staff first once the date has passed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.content.helplines import covers_language, helplines
from kiosk.errors import SetupError

DAY = date(2026, 11, 23)
GOOD = """
verified_on = 2026-11-23
review_by = 2027-05-23
[[line]]
id = "crisis"
number = "17 67"
whatsapp = "9151 1767"
[line.en]
name = "A line"
note = "Day and night."
[line.ms]
name = "Talian"
note = "Siang dan malam."
[[line]]
id = "staff"
[line.en]
name = "Staff"
note = "Ask us."
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a helplines file and return the assets folder that holds it."""

    def write_file(text: str) -> Path:
        folder = tmp_path / "content"
        folder.mkdir()
        (folder / "helplines.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write_file


def test_review_of_the_shipped_numbers_is_not_overdue() -> None:
    """Fails from the day after review_by on: ring the lines and date the file anew."""
    today = datetime.now(UTC).date()
    assert not helplines("en", today).overdue


def test_shipped_lines_start_with_the_staff() -> None:
    assert [(line.id, line.number, line.whatsapp) for line in helplines("en", DAY).lines] == [
        ("staff", "", ""),
        ("ambulance", "995", ""),
        ("police", "999", ""),
        ("mindline", "1771", "6669 1771"),
        ("sos", "1767", "9151 1767"),
    ]


def test_links_dial_what_is_shown() -> None:
    lines = {line.id: line for line in helplines("en", DAY).lines}
    assert [line.tel for line in lines.values()] == [
        "",
        "tel:995",
        "tel:999",
        "tel:1771",
        "tel:1767",
    ]


def test_a_foreign_number_for_messages_keeps_its_country(write: Write) -> None:
    assets = write(GOOD.replace("9151 1767", "+60 12 345"))
    assert helplines("en", DAY, assets).lines[0].whatsapp == "+60 12 345"


def test_file_order_holds_until_the_review_date(write: Write) -> None:
    assets = write(GOOD)
    on_the_day = helplines("en", date(2027, 5, 23), assets)
    assert not on_the_day.overdue
    assert [line.id for line in on_the_day.lines] == ["crisis", "staff"]
    assert on_the_day.lines[0].tel == "tel:1767"


def test_staff_stand_first_after_the_review_date(write: Write) -> None:
    late = helplines("en", date(2027, 5, 23) + timedelta(days=1), write(GOOD))
    assert late.overdue
    assert [line.id for line in late.lines] == ["staff", "crisis"]
    assert (late.verified_on, late.review_by) == (DAY, date(2027, 5, 23))


def test_each_line_falls_back_to_english_alone(write: Write) -> None:
    assets = write(GOOD)
    assert [line.name for line in helplines("ms", DAY, assets).lines] == ["Talian", "Staff"]
    assert covers_language("en", assets)
    assert not covers_language("ms", assets)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("review_by = 2027-05-23", "", "review_by"),
        ("review_by = 2027-05-23", 'review_by = "soon"', "review_by"),
        ("review_by = 2027-05-23", "review_by = 2027-05-23T10:00:00", "review_by"),
        ('number = "17 67"', "", "no number"),
        ('number = "17 67"', 'number = "ring us"', "no number"),
        ('number = "17 67"', 'number = "17 67 or 995"', "can be dialled"),
        ('whatsapp = "9151 1767"', 'whatsapp = "9151 1767, 9151 1768"', "can be dialled"),
        ('id = "crisis"', 'id = "staff"', "'staff'"),
        ('name = "A line"', 'name = ""', "no name"),
        ('id = "staff"', 'id = "crew"\nnumber = "1"', "'staff'"),
        ('name = "Staff"', "", "name"),
        ("[line.en]\nname = ", "[line.zh]\nname = ", r"\[line.en\]"),
        ("[[line]]", "[line", "wrong"),
        ("[[line]]", "[[lines]]", "line"),
    ],
)
def test_wrong_file_is_refused_in_one_sentence(write: Write, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(SetupError, match=says):
        helplines("en", DAY, write(GOOD.replace(old, new)))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="missing"):
        helplines("en", DAY, tmp_path)


NEWER = GOOD.replace("2026-11-23", "2026-12-01").replace("17 67", "18 00")


def first(assets: Path, published: str) -> str:
    return helplines("en", DAY, assets, published).lines[0].number


def test_a_published_list_that_is_newer_is_shown(write: Write) -> None:
    assets = write(GOOD)
    assert first(assets, "") == "17 67"
    assert first(assets, NEWER) == "18 00"
    assert first(assets, NEWER.replace("2026-12-01", "2026-11-23")) == "18 00"
    assert first(assets, NEWER.replace("2026-12-01", "2026-11-22")) == "17 67"


@pytest.mark.parametrize(
    "broken", ["[[line", "\x00", "a = " + "[" * 9000, NEWER.replace("18", "x")]
)
def test_a_broken_published_list_never_shows(write: Write, broken: str) -> None:
    assert first(write(GOOD), broken) == "17 67"


def test_a_published_list_serves_where_the_shipped_one_is_broken(tmp_path: Path) -> None:
    assert first(tmp_path, NEWER) == "18 00"
    with pytest.raises(SetupError, match="missing"):
        first(tmp_path, "[[line")


def test_languages_follow_the_list_that_is_shown(write: Write) -> None:
    assets = write(GOOD)
    words = '[line.ms]\nname = "Kakitangan"\nnote = "Tanya kami."\n'
    assert covers_language("ms", assets, NEWER + words)
    assert not covers_language("ms", assets, NEWER)
