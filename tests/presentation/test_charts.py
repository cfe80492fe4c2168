"""Charts: no line is too wide, the longest bar is the largest value, hidden stays hidden."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.presentation.charts import (
    HIDDEN,
    Point,
    count_cells,
    draw_bars,
    draw_columns,
    draw_heat_table,
    format_number,
    format_to_cells,
)

LABELS = st.text(st.sampled_from("ab 王小명"), max_size=30).map(str.strip)
VALUES = st.none() | st.integers(0, 5000) | st.floats(0, 5000).map(lambda value: round(value, 1))
POINTS = st.lists(st.builds(Point, LABELS, VALUES), max_size=8)


def test_bars_are_as_long_as_their_values() -> None:
    points = (Point("Mon", 10), Point("Tuesday", 5), Point("Wed", None), Point("Thu", 0))
    assert draw_bars(points, 30, "h") == [
        f"Mon     {'█' * 17} 10 h",
        f"Tuesday {'█' * 8}▌ 5 h",
        f"Wed     {HIDDEN}",
        "Thu     0 h",
    ]


def test_a_small_value_beside_a_large_one_is_still_seen() -> None:
    assert draw_bars((Point("a", 5000), Point("b", 1)), 40)[1] == "b ▌ 1"


@given(POINTS, st.integers(30, 120), st.sampled_from(["", "h", "requests"]))
def test_no_bar_is_wider_than_asked(points: list[Point], width: int, unit: str) -> None:
    lines = draw_bars(points, width, unit)
    assert len(lines) == len(points)
    assert all(count_cells(line) <= width for line in lines)


def test_columns_carry_their_number_on_top() -> None:
    points = (Point("W1", 8), Point("W2", 4), Point("W3", None), Point("W4", 0))
    assert draw_columns(points, 40, height=2) == [
        "8",
        "██ 4",
        "██ ██ ·· 0",
        "W1 W2 W3 W4",
    ]


@given(POINTS, st.integers(32, 120), st.integers(1, 10))
def test_columns_keep_their_place(points: list[Point], width: int, height: int) -> None:
    lines = draw_columns(points, width, height)
    assert len(lines) == (height + 2 if points else 0)
    assert all(count_cells(line) <= width for line in lines)


def test_columns_that_do_not_fit_leave_the_oldest_out() -> None:
    points = [Point(f"W{week}", week) for week in range(10, 30)]
    assert draw_columns(points, 16)[-1] == "W26 W27 W28 W29"


def test_a_heat_table_shades_the_large_numbers() -> None:
    lines = draw_heat_table(("Mon", "Tue"), ("8", "9"), ((100, 10), (None, 0)), 40)
    assert lines == [
        "      8    9",
        "Mon 100█  10░",
        "Tue  ··    0",
    ]


@given(st.lists(st.lists(VALUES, min_size=24, max_size=24), min_size=1, max_size=3))
def test_a_heat_table_that_is_too_wide_goes_on_below(values: list[list[float | None]]) -> None:
    rows = [f"Day {day}" for day in range(len(values))]
    lines = draw_heat_table(rows, [str(hour) for hour in range(24)], values, 56)
    assert all(count_cells(line) <= 56 for line in lines)
    hours = " ".join(line for line in lines if line.strip() and line.split()[0] != "Day").split()
    assert hours == [str(hour) for hour in range(24)]


def test_a_hidden_value_is_drawn_alike_whatever_it_was() -> None:
    assert format_number(None) == HIDDEN
    assert not set(HIDDEN) & set("0123456789<")


def test_numbers_are_short() -> None:
    assert [format_number(value) for value in (3, 3.0, 2.25, 0)] == ["3", "3", "2.2", "0"]


def test_a_long_label_is_cut_to_its_room_in_cells() -> None:
    assert format_to_cells("王小明的小组", 6) == "王小… "
    assert count_cells(format_to_cells("அனிதா", 8)) == 8
    assert format_to_cells("abc", 3) == "abc"
