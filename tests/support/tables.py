"""Tables of cases in one test."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Row = TypeVar("Row")


def check_each(rows: Iterable[Row], check: Callable[[Row], None]) -> None:
    """Check every row of a table, then fail with all that do not hold."""
    checked, wrong = 0, list[str]()
    for row in rows:
        checked += 1
        try:
            check(row)
        except AssertionError as error:
            wrong.append(f"{row!r}: {error}")
        except BaseException as error:
            error.add_note(f"at {row!r}")
            raise
    assert checked, "an empty table"
    assert not wrong, "\n".join(wrong)
