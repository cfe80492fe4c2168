"""The pictures of the README show the screens of today."""

from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.pictures import FOLDER, draw
from tests.support.pictures import svg

MOST_BYTES = 150_000


async def test_pictures_are_up_to_date(tmp_path: Path) -> None:
    """Run `python -m tests.pictures` when this fails."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert kept == await draw(tmp_path)


def test_pictures_are_small_and_need_nothing_from_elsewhere() -> None:
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8")
        assert len(text.encode()) < MOST_BYTES
        assert "://" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not [sign for sign in ("@font-face", "@import", "href", "<script") if sign in text]


def test_each_word_stands_in_its_own_cells() -> None:
    paper = Style(color="#000000", bgcolor="#ffffff")
    strip = Strip([Segment("▌", paper), Segment("小a b<", paper + Style(bold=True))])
    drawn = svg([strip], "A & B")
    assert "<title>A &amp; B</title>" in drawn
    assert '<rect x="0" y="0" width="70" height="20" fill="#ffffff"/>' in drawn
    assert '<rect x="0" y="0" width="5" height="20" fill="#000000"/>' in drawn
    words = [line for line in drawn.splitlines() if line.startswith("<text")]
    assert words == [
        f'<text x="{x}" y="15" textLength="{width}" fill="#000000" font-weight="bold">{word}</text>'
        for x, width, word in ((10, 20, "小"), (30, 10, "a"), (50, 20, "b&lt;"))
    ]


def test_equal_grounds_below_each_other_are_one() -> None:
    white, black = Style(bgcolor="#ffffff"), Style(bgcolor="#000000")
    strip = Strip([Segment(" ", white), Segment(" ", black)])
    drawn = svg([Strip([Segment("  ", white)]), strip, strip], "")
    assert '<rect x="10" y="20" width="10" height="40" fill="#000000"/>' in drawn
    assert drawn.count("<rect") == 2
