"""What braille cells show, as dots, whoever drew them."""

from collections.abc import Iterable, Sequence
from itertools import groupby

Dots = tuple[tuple[bool, ...], ...]
"""Rows of dots, True is ink."""
_BITS = ((0, 3), (1, 4), (2, 5), (6, 7))
"""Of each row of a cell: the bit of its left and its right dot (Unicode, Braille Patterns)."""


def dots_of(rows: Sequence[str]) -> Dots:
    """Return the dots of rows of cells; what is no braille is empty."""
    return tuple(
        tuple(
            bool((ord(cell) - 0x2800) >> bit & 1) if "\u2800" <= cell <= "\u28ff" else False
            for cell in row
            for bit in bits
        )
        for row in rows
        for bits in _BITS
    )


def trimmed(rows: Iterable[Sequence[bool]]) -> Dots:
    """Return dots without the empty rows above and below, and the empty columns behind."""
    dots = [tuple(row) for row in rows]
    inked = [number for number, row in enumerate(dots) if any(row)]
    width = max(len(row) - row[::-1].index(True) for row in dots if any(row))
    return tuple(row[:width] for row in dots[inked[0] : inked[-1] + 1])


def bands(rows: Iterable[Sequence[bool]]) -> int:
    """Return how many groups of rows there are with nothing but empty rows between them."""
    return sum(has_ink for has_ink, _ in groupby(map(any, rows)))
