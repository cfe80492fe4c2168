"""Pages of text: what is written on each, read back from the PDF."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.exports.columns import ExportContext
from kiosk.exports.paper import text_pages as module
from kiosk.exports.paper.text_pages import text_pages
from kiosk.exports.paper.typesetter import is_latin
from kiosk.presentation.charts import count_cells
from kiosk.presentation.pages import PAGE_CELLS, TextBlock, TextPages
from tests.exports.paper.test_pass_sheet import _pages
from tests.exports.paper.test_typesetter import pages_of as drawn_pages
from tests.exports.paper.test_typesetter import pictures

CONTEXT = ExportContext(
    zone=ZoneInfo("Asia/Singapore"),
    at=datetime(2026, 3, 2, 4, 5, tzinfo=UTC),
    login="fay",
    selection="the roster",
)
TEXT = re.compile(rb"\((.*?)(?<!\\)\) Tj", re.DOTALL)
AREA = re.compile(r"([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+) re f\*?")
BOX = re.compile(r" re S")


def pages_of(*blocks: TextBlock) -> TextPages:
    return TextPages("the roster", "Group of Room 2", "3 here", blocks)


def written(page: str) -> str:
    """Return the Latin text of a page, a line for each piece."""
    pieces = TEXT.findall(page.encode("latin-1"))
    plain = (re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), one) for one in pieces)
    return "\n".join(re.sub(rb"\\(.)", rb"\1", one).decode("cp1252") for one in plain)


def test_a_page_says_what_it_is_and_who_printed_it() -> None:
    (page,) = _pages(text_pages(pages_of(TextBlock("Here (1)", ("[x] 12:05  Mei",))), CONTEXT))
    text = written(page)
    for words in ("Group of Room 2", "3 here", "Here (1)", "[x] 12:05  Mei"):
        assert words in text
    assert "2026-03-02 12:05 · fay · 1 of 1" in text
    assert "Boxes stand" not in text


def test_long_lists_go_on_on_the_next_page() -> None:
    lines = tuple(f"[ ]        Person {number}" for number in range(150))
    sheets = _pages(text_pages(pages_of(TextBlock("Expected (150)", lines)), CONTEXT))
    texts = [written(page) for page in sheets]
    assert len(texts) == 3
    for number, text in enumerate(texts, 1):
        assert f"{number} of 3" in text
    found = [line for text in texts for line in text.split("\n") if "Person" in line]
    assert found == list(lines)


def test_a_block_stays_together_where_it_fits_a_page() -> None:
    short = tuple(f"first {number}" for number in range(40))
    other = tuple(f"second {number}" for number in range(40))
    sheets = _pages(text_pages(pages_of(TextBlock("One", short), TextBlock("Two", other)), CONTEXT))
    first, second = (written(page) for page in sheets)
    assert "One" in first
    assert "second 0" not in first
    assert second.startswith("Two\nsecond 0")


def test_no_title_stands_alone_at_the_end_of_a_page() -> None:
    for count in range(30, 60):
        blocks = (
            TextBlock("", tuple(str(number) for number in range(count))),
            TextBlock("Title", tuple(f"line {number}" for number in range(200))),
        )
        for page in _pages(text_pages(pages_of(*blocks), CONTEXT)):
            text = written(page)
            assert "Title" not in text or "line 0" in text


def test_bars_are_drawn_as_areas() -> None:
    (page,) = _pages(text_pages(pages_of(TextBlock("", ("Mon ██▌ 5 ░▒▓█",))), CONTEXT))
    assert len(AREA.findall(page)) == 7
    assert "Mon " in written(page)
    assert "Boxes stand" not in written(page)


def test_a_line_that_is_too_long_is_cut_with_a_sign() -> None:
    (page,) = _pages(text_pages(pages_of(TextBlock("", ("a" * 200,))), CONTEXT))
    assert f"{'a' * (PAGE_CELLS - 1)}…" in written(page)


def test_a_name_in_other_letters_is_drawn_where_a_font_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the font that the PDF library brings, which has Latin letters beyond cp1252."""
    import reportlab

    fonts = Path(reportlab.__file__).parent / "fonts"
    (tmp_path / "damaged.ttf").write_bytes(b"no font")
    (tmp_path / "Vera.ttf").write_bytes((fonts / "Vera.ttf").read_bytes())
    monkeypatch.setattr(module, "_FONT_FOLDERS", (str(tmp_path), "/no/such/folder"))
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    assert not is_latin("ł")
    assert module._fonts_for(frozenset("ł")).keys() == {"ł"}
    sheet = text_pages(pages_of(TextBlock("", ("Pawe\u0142",))), CONTEXT)
    assert b"BitstreamVera" in sheet
    assert "Boxes stand" not in sheet.decode("latin-1")


@pytest.mark.parametrize("name", ["美玲", "عمر", "ą̈", "ጤና"])
def test_letters_without_a_font_are_boxes_and_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FONT_FOLDERS", (str(tmp_path),))
    monkeypatch.setenv("HOME", str(tmp_path))
    page, *_ = _pages(text_pages(pages_of(TextBlock("", (f"12:05  {name}  pass",))), CONTEXT))
    letters = [sign for sign in name if unicodedata.category(sign)[0] != "M"]
    assert len(BOX.findall(page)) >= len([one for one in letters if not is_latin(one)])
    text = written(page)
    assert "12:05  " in text
    assert "pass" in text
    assert "Boxes stand for letters that no font of this machine can print" in text


def test_tamil_is_a_picture_in_its_cells_and_chinese_is_left_to_a_font_of_the_printing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "NotoSansCJK-Regular.ttc").write_bytes(b"outlines that PDF's library cannot take")
    monkeypatch.setattr(module, "_FONT_FOLDERS", (str(tmp_path),))
    monkeypatch.setenv("HOME", str(tmp_path))
    lines = ("12:05  அருண்குமார்  pass", "12:06  美玲  pass")
    (page,) = drawn_pages(text_pages(pages_of(TextBlock("", lines)), CONTEXT))
    (picture,) = pictures(page)
    cells = count_cells("அருண்குமார்")
    assert 0 < picture.width <= cells * 5.4
    assert picture.left == pytest.approx(module._LEFT + 7 * 5.4)
    assert not BOX.findall(page)
    assert "Boxes stand" not in written(page)
    assert written(page).count("pass") == 2


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_a_page(title: str, line: str) -> None:
    pages = replace(pages_of(TextBlock(title, (line,))), title=line, lead=title)
    module_fonts = module._fonts_for
    try:
        module._fonts_for = lambda _: {}  # type: ignore[assignment]
        assert text_pages(pages, CONTEXT).startswith(b"%PDF")
    finally:
        module._fonts_for = module_fonts
