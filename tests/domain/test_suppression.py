"""Small numbers stay hidden from somebody who knows everything else, the rule included."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.suppression import LEAST, Protected, protect

Numbers = tuple[int, ...]


def splits(total: int, cells: int) -> Iterator[Numbers]:
    """Yield every way to split `total` people over cells."""
    for bars in combinations(range(total + cells - 1), cells - 1):
        edges = (-1, *bars, total + cells - 1)
        yield tuple(right - left - 1 for left, right in pairwise(edges))


def pinned(truths: Iterator[tuple[Numbers, ...]]) -> list[tuple[Protected, Numbers]]:
    """Play the attacker: give hidden numbers that have one value in all truths that look alike."""
    alike: dict[Protected, list[Numbers]] = defaultdict(list)
    for partitions in truths:
        flat = tuple(n for cells in partitions for n in cells)
        alike[protect(sum(partitions[0]), partitions)].append(flat)
    found = []
    for shown, possible in alike.items():
        cells = [cell for partition in shown.partitions for cell in partition]
        for number, values in zip(cells, zip(*possible, strict=True), strict=True):
            if number is None and len(set(values)) == 1:
                found.append((shown, values))
    return found


@pytest.mark.parametrize(("cells", "most"), [(1, 12), (2, 24), (3, 24), (4, 22), (6, 13)])
def test_no_hidden_number_can_be_reckoned_from_its_total(cells: int, most: int) -> None:
    truths = ((split,) for total in range(most + 1) for split in splits(total, cells))
    assert pinned(truths) == []


def test_no_hidden_number_can_be_reckoned_from_two_partitions_of_one_total() -> None:
    truths = (
        (first, second)
        for total in range(15)
        for first in splits(total, 2)
        for second in splits(total, 3)
    )
    assert pinned(truths) == []


def test_the_attacker_finds_a_rule_that_hides_small_numbers_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kiosk.domain.suppression._is_enough", lambda hidden: True)
    assert pinned((split,) for split in splits(12, 3)) != []


numbers = st.lists(st.integers(0, 30), min_size=1, max_size=12)


@given(numbers)
def test_what_is_shown_is_true_and_never_small(cells: list[int]) -> None:
    total = sum(cells)
    shown = protect(total, (cells, list(reversed(cells))))
    assert shown.total in (None, total)
    for partition, truth in zip(shown.partitions, (cells, cells[::-1]), strict=True):
        assert len(partition) == len(truth)
        for number, true in zip(partition, truth, strict=True):
            assert number is None or (number == true and number >= LEAST)
    hidden = [
        true for number, true in zip(shown.partitions[0], cells, strict=True) if number is None
    ]
    if hidden and shown.total is not None:
        assert len(hidden) >= 2
        assert sum(hidden) >= LEAST


@given(numbers)
def test_where_nothing_is_small_nothing_is_hidden(cells: list[int]) -> None:
    large = [n + LEAST for n in cells]
    assert protect(sum(large), (large,)) == Protected(sum(large), (tuple(large),))


@given(numbers, st.data())
def test_no_number_is_treated_by_its_place(cells: list[int], data: st.DataObject) -> None:
    places = data.draw(st.permutations(range(len(cells))))
    here = protect(sum(cells), (cells,)).partitions[0]
    there = protect(sum(cells), ([cells[place] for place in places],)).partitions[0]
    assert there == tuple(here[place] for place in places)


def test_a_partition_has_to_add_up() -> None:
    with pytest.raises(ValueError, match="add up"):
        protect(10, ([4, 5],))
