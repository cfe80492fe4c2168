"""Lists: a table, JSON or CSV of the same rows, harmless wherever they are opened."""

import csv
import io
import json
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kiosk.cli.output import Format, format_csv, format_table, show

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07Mei",
    "Mei\u202egnp.exe",
    "\u009b31mMei",
    "[@click=app.quit]Mei[/]",
    "Mei\r\nRavi,1",
)
WIDE = "王小明 அனிதா"


def _is_harmless(text: str) -> bool:
    return all(
        character == "\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
        for character in text
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_harmless_in_a_table(name: str) -> None:
    table = format_table([{"name": name, "phone": "1"}], ("name", "phone"))
    assert _is_harmless(table)
    assert len(table.splitlines()) == 2
    assert "Mei" in table


def test_markup_is_shown_as_it_was_typed() -> None:
    assert "[@click=app.quit]Mei[/]" in format_table(
        [{"name": "[@click=app.quit]Mei[/]"}], ("name",)
    )


def test_wide_letters_stay_in_their_column() -> None:
    rows = [{"name": WIDE, "pass": "known"}, {"name": "Mei", "pass": "none"}]
    header, wide, narrow = format_table(rows, ("name", "pass")).splitlines()
    where = cell_len(header[: header.index("pass")])
    assert cell_len(wide[: wide.index("known")]) == where
    assert cell_len(narrow[: narrow.index("none")]) == where


def test_a_table_that_is_too_wide_stands_one_below_the_other() -> None:
    rows = [{"name": "Mei", "pass_kind": "known"}, {"name": "Ravi", "pass_kind": "none"}]
    columns = ("name", "pass_kind")
    assert format_table(rows, columns, room=15).splitlines()[0] == "name  pass kind"
    assert format_table(rows, columns, room=14) == (
        "name       Mei\npass kind  known\n\nname       Ravi\npass kind  none"
    )


def test_values_are_written_for_people_in_a_table() -> None:
    row = {
        "at": datetime(2026, 3, 2, 4, 5, 6, 789, tzinfo=UTC),
        "on": date(2026, 3, 2),
        "yes": True,
        "no": False,
        "none": None,
        "list": ("a", "b"),
    }
    written = format_table([row], tuple(row)).splitlines()[1]
    assert written.split() == ["2026-03-02", "04:05", "2026-03-02", "yes", "no", "a,", "b"]


def test_values_are_written_for_programs_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    row = {
        "at": datetime(2026, 3, 2, 4, 5, 6, 789, tzinfo=UTC),
        "yes": True,
        "none": None,
        "list": ("a", "b"),
        "path": Path("/srv/two  spaces.png"),
        "secret": "not asked for",
    }
    show([row], Format.JSON, columns=tuple(row)[:-1], empty="")
    assert json.loads(capsys.readouterr().out) == [
        {
            "at": "2026-03-02T04:05:06+00:00",
            "yes": True,
            "none": None,
            "list": ["a", "b"],
            "path": "/srv/two  spaces.png",
        }
    ]


@pytest.mark.parametrize(
    ("form", "text"),
    [(Format.TABLE, "Nobody.\n"), (Format.JSON, "[]\n"), (Format.CSV, '"a","b"\n')],
)
def test_an_empty_list(capsys: pytest.CaptureFixture[str], form: Format, text: str) -> None:
    show([], form, columns=("a", "b"), empty="Nobody.")
    assert capsys.readouterr().out == text


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("x")', "+6581234567", "-1+1", "@SUM(A1)", "＝1", "  =1", "\t=1", "\u200e=1"],
)
def test_csv_takes_the_edge_off_formulas(text: str) -> None:
    (_, (cell,)) = csv.reader(io.StringIO(format_csv([{"a": text}], ("a",))))
    assert cell.startswith("'")


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_no_cell_of_a_csv_is_a_formula_or_breaks_the_row(cells: list[str]) -> None:
    columns = [f"c{number}" for number in range(len(cells))]
    row = dict(zip(columns, cells, strict=True))
    row_of_lists = {"list": cells}
    written = format_csv([row], columns) + format_csv([row_of_lists], ["list"])
    assert _is_harmless(written.replace("\u200c", "").replace("\u200d", ""))
    lines = list(csv.reader(io.StringIO(written)))
    assert [len(line) for line in lines] == [len(columns)] * 2 + [1] * 2
    for cell in (*lines[1], *lines[3]):
        assert not cell.strip().startswith(tuple("=+-@＝＋－＠\t\r\n\0"))


@given(st.lists(st.tuples(st.text(), st.text()), max_size=3), st.none() | st.integers(1, 60))
def test_a_table_is_always_aligned_and_harmless(
    names: list[tuple[str, str]], room: int | None
) -> None:
    rows = [{"name": first, "other": second, "end": "|"} for first, second in names]
    table = format_table(rows, ("name", "other", "end"), room)
    assert _is_harmless(table.replace("\u200c", "").replace("\u200d", ""))
    if room is None:
        lines = table.splitlines()
        assert len(lines) == 1 + len(rows)
        assert len({cell_len(line[:-1]) for line in lines[1:]}) <= 1


def test_numbers_stand_at_the_right_of_their_column() -> None:
    rows = [
        {"room": "Garden", "present": 7, "capacity": None, "open": True},
        {"room": "2", "present": 112, "capacity": None, "open": False},
    ]
    assert format_table(rows, ("room", "present", "capacity", "open")).splitlines() == [
        "room    present  capacity  open",
        "Garden        7            yes",
        "2           112            no",
    ]
