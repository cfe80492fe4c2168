"""What a real xterm draws of a visitor's screens."""

import pytest
from PIL import Image

from kiosk.ui.theme import themes
from tests.ui.visitor.in_xterm import take, what_is_missing

pytestmark = [
    pytest.mark.full,
    pytest.mark.terminal,
    pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing()),
]
SIZE = COLUMNS, ROWS = 80, 24
HEADING_ROW, FIRST_COLUMN = 1, 3
CALM = next(theme for theme in themes() if theme.name == "calm")


def cell(picture: Image.Image, column: int, row: int) -> Image.Image:
    wide, high = picture.width / COLUMNS, picture.height / ROWS
    left, top = round(column * wide), round(row * high)
    return picture.crop((left, top, round(left + wide), round(top + high)))


def stands_on(picture: Image.Image, column: int, row: int, colour: str) -> bool:
    """Return whether a cell has this ground, which xterm rounds."""
    found = cell(picture, column, row).convert("RGB").tobytes()[:3]
    return all(
        abs(one - other) < 4 for one, other in zip(found, bytes.fromhex(colour[1:]), strict=True)
    )


@pytest.mark.parametrize(("language", "wide"), [("zh", True), ("ms", False), ("ta", False)])
def test_a_screen_stands_in_its_columns(language: str, wide: bool) -> None:
    for stop, picture in take(language, SIZE, ["help", "receipt"]):
        assert stands_on(picture, 0, ROWS - 3, CALM.error or ""), stop
        assert stands_on(picture, COLUMNS - 1, ROWS - 1, CALM.primary), stop
        inked = [
            len(cell(picture, column, HEADING_ROW).convert("L").getcolors() or []) > 1
            for column in range(FIRST_COLUMN, FIRST_COLUMN + 6)
        ]
        if wide:  # each half of three signs
            assert all(inked), (stop, inked)
