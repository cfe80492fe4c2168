"""Charts as plain lines of text: bars, columns, a heat table."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_LEVELS = " ▁▂▃▄▅▆▇█"
_SHADES = " ░▒▓█"
_MOST_BAR_LABEL, _MOST_COLUMN = 24, 10
"""Cells."""


Value = float | None
"""What is drawn; None is hidden (see `domain.suppression`)."""
HIDDEN = "··"
"""Drawn for a hidden value: it need not be small itself, so no number stands there."""
LEGEND = f"{HIDDEN} is hidden: fewer than 5 people, or it would tell of fewer than 5."


@dataclass(frozen=True, slots=True)
class Point:
    """One bar or column."""

    label: str
    value: Value


def format_number(value: Value) -> str:
    """Return a value as text: whole numbers without a point, others with one digit after it."""
    if value is None:
        return HIDDEN
    return str(round(value)) if float(value).is_integer() else f"{value:.1f}"


def draw_bars(points: Sequence[Point], width: int, unit: str = "") -> list[str]:
    """Return a line for each point: its label, a horizontal bar, the number with its unit.

    No line is wider than `width` cells (20 or more). The longest bar is the largest value;
    values below 0 have no bar.
    """
    if not points:
        return []
    numbers = [_format_with_unit(point.value, unit) for point in points]
    most = min(_MOST_BAR_LABEL, width // 3)
    left = min(most, max(count_cells(point.label) for point in points))
    room = max(1, width - left - 2 - max(map(count_cells, numbers)))
    largest = max((_size(point.value) for point in points), default=0.0)
    lines = []
    for point, text in zip(points, numbers, strict=True):
        bar = _draw_bar(point.value, largest, room)
        lines.append(" ".join(filter(None, (format_to_cells(point.label, left), bar, text))))
    return lines


def draw_columns(points: Sequence[Point], width: int, height: int = 6) -> list[str]:
    """Return lines with a column for each point: the number, `height` rows at most, the label.

    Where `width` cells (20 or more) do not hold all, the last ones that fit are drawn.
    """
    if not points:
        return []
    texts = (*(point.label for point in points), *(format_number(point.value) for point in points))
    slot = 1 + min(_MOST_COLUMN, max(map(count_cells, texts)))
    shown = points[-max(1, width // slot) :]
    largest = max(_size(point.value) for point in shown)
    tops = [_eighths(point.value, largest, height) for point in shown]
    lines = []
    for row in range(height, -1, -1):
        line = ""
        for point, top in zip(shown, tops, strict=True):
            text = ""
            if row == (top + 7) // 8:
                text = format_number(point.value)
            elif row < (top + 7) // 8:
                text = _LEVELS[min(8, top - row * 8)] * (slot - 1)
            line += _format_left(text, slot)
        lines.append(line.rstrip())
    lines.append("".join(format_to_cells(point.label, slot - 1) + " " for point in shown).rstrip())
    return lines


def draw_heat_table(
    rows: Sequence[str], titles: Sequence[str], values: Sequence[Sequence[Value]], width: int
) -> list[str]:
    """Return the lines of a table of numbers, each with a shade by how large it is.

    `values` has a line for each of `rows` and a value for each of `titles`. Where `width` cells do
    not hold all columns, the rest follows below.
    """
    largest = max((_size(value) for line in values for value in line), default=0.0)
    left = max(map(count_cells, rows), default=0)
    texts = (*(format_number(value) for line in values for value in line), *titles)
    each = 2 + max(map(count_cells, texts), default=0)
    fitting = max(1, (width - left) // each)
    lines: list[str] = []
    for start in range(0, len(titles), fitting):
        part = slice(start, start + fitting)
        if lines:
            lines.append("")
        head = "".join(_format_right(title, each - 1) + " " for title in titles[part])
        lines.append((" " * left + head).rstrip())
        for label, line in zip(rows, values, strict=True):
            shown = "".join(
                _format_right(format_number(value), each - 1) + _draw_shade(value, largest)
                for value in line[part]
            )
            lines.append((format_to_cells(label, left) + shown).rstrip())
    return lines


def count_cells(text: str) -> int:
    """Return how many cells of a terminal a cleaned text takes (Unicode UAX #11)."""
    return sum(map(_cells_of, text))


def format_to_cells(text: str, room: int) -> str:
    """Return `text` in exactly `room` cells: filled up, or cut with an ellipsis."""
    if count_cells(text) <= room:
        return _format_left(text, room)
    kept = ""
    for character in text:
        if count_cells(kept + character) > room - 1:
            break
        kept += character
    return _format_left(kept + "…", room)


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _format_left(text: str, room: int) -> str:
    return text + " " * (room - count_cells(text))


def _format_right(text: str, room: int) -> str:
    return " " * (room - count_cells(text)) + text


def _format_with_unit(value: Value, unit: str) -> str:
    return f"{format_number(value)} {unit}" if unit and value is not None else format_number(value)


def _size(value: Value) -> float:
    return 0.0 if value is None else max(0.0, float(value))


def _draw_bar(value: Value, largest: float, room: int) -> str:
    """Return a bar in half cells; the smallest value above 0 is still seen."""
    size = _size(value)
    if size <= 0 or largest <= 0:
        return ""
    halves = max(1, round(2 * room * size / largest))
    return "█" * (halves // 2) + "▌" * (halves % 2)


def _eighths(value: Value, largest: float, height: int) -> int:
    """Return how high a column is, in eighths of a row; 0 for what has no number."""
    size = _size(value)
    if size <= 0 or largest <= 0:
        return 0
    return max(1, round(8 * height * size / largest))


def _draw_shade(value: Value, largest: float) -> str:
    size = _size(value)
    if size <= 0 or largest <= 0:
        return " "
    return _SHADES[max(1, min(4, round(4 * size / largest)))]
