"""Suppression of small numbers, so that no report, and no two reports together, reveal them.

The rule is for partitions: numbers of people that add up to a total. Whoever knows the total, the
numbers that are shown and this very rule still finds at least two values for each hidden number:

- The rule never asks where a number stands, so hidden numbers may be swapped without any change
  of what is shown. Unless all of them are alike, each could therefore be another one.
- All alike they are only where all are small. Together they are then neither below LEAST nor at
  their highest, so one may be a person fewer and another a person more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 5
"""Smaller numbers are hidden, zero too: nobody learns who was not there."""

Cells = tuple[int | None, ...]
"""Numbers of people; None is hidden, because it is small or because it would betray one."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A total and its partitions, as they may be shown."""

    total: int | None
    partitions: tuple[Cells, ...]


def protect(total: int, partitions: Sequence[Sequence[int]]) -> Protected:
    """Return several partitions of one and the same `total` with what must be hidden as None.

    Where one of them cannot be shown without giving itself away, nothing is: each partition that
    is shown reveals the total. Raises ValueError where a partition does not add up to `total`.
    """
    if any(sum(cells) != total for cells in partitions):
        raise ValueError("a partition does not add up to its total")
    shown = tuple(_hide(cells) for cells in partitions)
    whole = tuple(cells for cells in shown if cells is not None)
    if total < LEAST or len(whole) < len(shown):
        return Protected(None, tuple((None,) * len(cells) for cells in partitions))
    return Protected(total, whole)


def _hide(cells: Sequence[int]) -> Cells | None:
    """Return a partition whose total is known, cells hidden; None where that is never enough."""
    hidden = {n for n in cells if n < LEAST}
    if not hidden:
        return tuple(cells)
    for larger in sorted({n for n in cells if n >= LEAST}):
        if _is_enough([n for n in cells if n in hidden]):
            break
        # All that are as large, for choosing one of them would reveal the others.
        hidden.add(larger)
    if not _is_enough([n for n in cells if n in hidden]):
        return None
    return tuple(None if n in hidden else n for n in cells)


def _is_enough(hidden: Sequence[int]) -> bool:
    together = sum(hidden)
    # The highest sum of small numbers is theirs alone if all of them are at their highest.
    return len(hidden) > 1 and together >= LEAST and together != (LEAST - 1) * len(hidden)
