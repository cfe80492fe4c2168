"""Every row of a table is checked and named."""

import pytest

from tests.support.tables import check_each


def is_even(number: int) -> None:
    assert number % 2 == 0


def test_all_rows_that_do_not_hold_are_named() -> None:
    with pytest.raises(AssertionError, match=r"^3: .*\n7: ") as failed:
        check_each([2, 3, 4, 7], is_even)
    assert "4: " not in str(failed.value)
    check_each([2, 4], is_even)


def test_an_empty_table_is_no_success() -> None:
    with pytest.raises(AssertionError, match="an empty table"):
        check_each([], is_even)


def test_another_error_says_at_which_row() -> None:
    with pytest.raises(ZeroDivisionError) as failed:
        check_each([0], lambda number: is_even(1 // number))
    assert failed.value.__notes__ == ["at 0"]
