"""The listing: its columns in any width, and its cursor whatever happens to the rows."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual import events, on
from textual.app import App, ComposeResult
from textual.geometry import Region

from kiosk.ui.widgets.list import GAP, Column, End, Line, Listing, cell, cut_apart, fit

COLUMNS = (Column("Name", 10, 4, grows=True), Column("State", 8, rank=1))
columns = st.lists(
    st.builds(
        Column,
        st.just("T"),
        st.integers(1, 40),
        st.integers(0, 40),
        st.integers(0, 3),
        grows=st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(columns, st.integers(1, 200))
def test_columns_fill_their_room_and_no_more(shape: list[Column], room: int) -> None:
    widths = fit(shape, room)
    shown = [(column, width) for column, width in zip(shape, widths, strict=True) if width]
    assert all(width >= column.floor for column, width in shown)
    used = sum(width for _column, width in shown) + GAP * (len(shown) - 1)
    if used > room:
        # Only what may not leave and may not shrink is left.
        assert len(shown) == 1 or not any(column.rank for column, _width in shown)
        assert all(width == column.floor for column, width in shown)
    if any(column.grows for column, _width in shown) and used <= room:
        assert used == room


@given(columns, st.integers(1, 200))
def test_columns_leave_by_their_rank(shape: list[Column], room: int) -> None:
    widths = fit(shape, room)
    gone = [column.rank for column, width in zip(shape, widths, strict=True) if not width]
    kept = [column.rank for column, width in zip(shape, widths, strict=True) if width]
    assert all(rank > 0 for rank in gone)
    assert not gone or max(kept) <= min(gone)


@given(st.text(max_size=30), st.integers(0, 20), st.booleans())
def test_a_cell_has_its_width(text: str, width: int, right: bool) -> None:
    assert cell_len(cell(text, width, right=right)) == width


def test_a_cell_is_cut_with_an_ellipsis() -> None:
    assert cell("Subramaniam", 6) == "Subra…"
    assert cell("林美玲", 4) == "林… "
    assert cell("7", 3, right=True) == "  7"


@pytest.mark.parametrize(
    ("texts", "width", "cells"),
    [
        (("Level 2, Room 12", "Level 2, Room 13"), 9, ("…Room 12", "…Room 13")),
        (("Level 2, Room 12", "Level 3, Room 12"), 9, ("…2, Room…", "…3, Room…")),
        (("Level 2, Room 12 at the lift", "Level 2, Room 13 at the lift"), 9,
         ("…12 at t…", "…13 at t…")),
        (("A1 of the new building, left", "A2 of the new building, left"), 9,
         ("A1 of th…", "A2 of th…")),
        (("Level 2, Room 12",), 9, ("…Room 12",)),
        (("Room 2", "Level 2, Room 12"), 9, ("Room 2", "…Room 12")),
    ],
)  # fmt: skip
def test_what_differs_in_a_room_stays(
    texts: tuple[str, ...], width: int, cells: tuple[str, ...]
) -> None:
    assert tuple(cut_apart(texts, width, "end")[text] for text in texts) == cells


def test_groups_keep_their_start_unless_they_then_read_alike() -> None:
    groups = ("Support group, Tuesdays", "Support group, Thursdays")
    assert set(cut_apart(groups, 12, "start").values()) == {"…p, Tuesdays", "…, Thursdays"}
    assert cut_apart(("Art in the garden",), 8, "start") == {"Art in the garden": "Art in…"}


@given(
    st.sets(st.text(max_size=20), max_size=5), st.integers(1, 20), st.sampled_from(["start", "end"])
)
def test_what_is_cut_apart_fits(texts: set[str], width: int, keeps: End) -> None:
    cells = cut_apart(texts, width, keeps)
    assert cells.keys() == texts
    assert all(cell_len(text) <= width for text in cells.values())


class Shown(App[None]):
    """A listing of (key, words) pairs."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.list = Listing[tuple[int, str]](
            COLUMNS,
            key=lambda item: item[0],
            draw=lambda item: Line((item[1], "here")),
            empty="Nobody.",
        )

    def compose(self) -> ComposeResult:
        yield self.list

    @on(Listing.Chosen)
    def hear_chosen(self, event: Listing.Chosen) -> None:
        self.heard.append(f"chosen {event.key}")

    @on(Listing.Moved)
    def hear_moved(self, event: Listing.Moved) -> None:
        if not isinstance(event, Listing.Chosen):
            self.heard.append(f"moved {event.key}")

    def rows(self) -> list[str]:
        return [self.list.render_line(y).text.rstrip() for y in range(self.list.size.height)]

    def under_cursor(self) -> list[str]:
        return [row for row in self.rows() if row.startswith("›")]


def numbered(numbers: Sequence[int]) -> list[tuple[int, str]]:
    return [(number, f"P{number}") for number in numbers]


async def test_an_empty_list_says_so_and_chooses_nothing() -> None:
    app = Shown()
    async with app.run_test(size=(40, 8)) as pilot:
        assert app.rows()[1] == "  Nobody."
        await pilot.press("enter", "down", "end")
        assert app.heard == []


async def test_the_cursor_stays_on_its_item() -> None:
    app = Shown()
    async with app.run_test(size=(40, 8)) as pilot:
        app.list.set_rows(numbered([1, 2, 3]))
        await pilot.press("down")
        app.list.set_rows(numbered([9, 8, 1, 2, 3]))
        await pilot.pause()
        assert [row.split()[1] for row in app.under_cursor()] == ["P2"]
        app.list.set_rows(numbered([9, 8, 1, 3]))
        assert app.list.chosen_key == 3
        await pilot.pause()
        assert app.heard == ["moved 2", "moved 3"]


async def test_rows_that_read_alike_do_not_leave_a_second_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Shown()
    async with app.run_test(size=(40, 8)) as pilot:
        painted: list[Region] = []
        app.list.set_rows([(1, "•••"), (2, "•••"), (3, "•••")])
        await pilot.press("down")
        monkeypatch.setattr(app.list, "refresh", lambda *regions, **_more: painted.extend(regions))
        app.list.set_rows([(9, "•••"), (1, "•••"), (2, "•••"), (3, "•••")])
        assert {2, 3, 4} <= {region.y for region in painted}


async def test_nothing_is_painted_where_nothing_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Shown()
    async with app.run_test(size=(40, 8)) as pilot:
        app.list.set_rows(numbered(range(3)))
        await pilot.pause()
        painted: list[Region] = []
        monkeypatch.setattr(app.list, "refresh", lambda *regions, **_more: painted.extend(regions))
        app.list.set_rows(numbered(range(3)))
        assert painted == []
        app.list.set_rows([(0, "P0"), (1, "Q"), (2, "P2")])
        assert len(painted) == 1


async def test_long_lists_scroll_with_the_cursor() -> None:
    app = Shown()
    async with app.run_test(size=(40, 8)) as pilot:
        app.list.set_rows(numbered(range(10_000)))
        await pilot.press("end")
        assert app.under_cursor()[0].split()[1] == "P9999"
        await pilot.press("pageup", "up")
        assert app.list.chosen_key == 9991
        assert app.under_cursor()[0].split()[1] == "P9991"
        await pilot.press("home", "enter")
        assert app.heard[-2:] == ["moved 0", "chosen 0"]


async def test_the_wheel_moves_the_list_and_news_do_not_move_it_back() -> None:
    app = Shown()
    async with app.run_test(size=(40, 8)) as pilot:
        app.list.set_rows(numbered(range(100)))
        await pilot.pause()
        app.list.post_message(
            events.MouseScrollDown(app.list, 3, 3, 0, 0, 0, False, False, False, 3, 3)
        )
        await pilot.pause()
        assert app.rows()[1].split() == ["P3", "here"]
        app.list.set_rows(numbered(range(101)))
        await pilot.pause()
        assert app.rows()[1].split() == ["P3", "here"]
        assert app.list.chosen_key == 0


async def test_a_click_moves_and_a_second_one_chooses() -> None:
    app = Shown()
    async with app.run_test(size=(40, 8)) as pilot:
        app.list.set_rows(numbered(range(3)))
        await pilot.pause()
        await pilot.click(app.list, offset=(4, 0))
        await pilot.click(app.list, offset=(4, 6))
        assert app.heard == []
        await pilot.click(app.list, offset=(4, 3))
        await pilot.click(app.list, offset=(4, 3))
        assert app.heard == ["moved 2", "chosen 2"]


async def test_what_is_off_is_struck_through_but_not_why() -> None:
    app = Shown()
    app.list = Listing[tuple[int, str]](
        COLUMNS,
        key=lambda item: item[0],
        draw=lambda item: Line((item[1], "no room"), "done"),
    )
    async with app.run_test(size=(40, 8)):
        app.list.set_rows(numbered([1, 2]))
        struck = [part.text for part in app.list.render_line(2) if part.style and part.style.strike]
        assert struck == ["P2"]
        assert app.list.render_line(2).text.split() == ["P2", "no", "room"]


async def test_a_row_that_comes_makes_the_others_differ_from_it() -> None:
    app = Shown()
    app.list = Listing[tuple[int, str]](
        (Column("Room", 40, 9, keeps="end"), Column("State", 20)),
        key=lambda item: item[0],
        draw=lambda item: Line((item[1], "late"), warned=1),
    )
    async with app.run_test(size=(36, 8)) as pilot:
        app.list.set_rows([(1, "Level 2, Room 12")])
        await pilot.pause()
        assert app.rows()[1] == f"› …, Room 12  {'late':<20}".rstrip()
        await pilot.resize_terminal(35, 8)
        app.list.set_rows([(1, "Level 2, Room 12"), (2, "Level 3, Room 12")])
        await pilot.pause()
        assert [row[2:12].rstrip() for row in app.rows()[1:3]] == ["…2, Room…", "…3, Room…"]
        styles = {part.text: part.style or Style() for part in app.list.render_line(2)}
        assert styles["late"].color != styles["…3, Room…"].color
        assert styles["late"].bold
