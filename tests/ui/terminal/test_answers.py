"""What the terminal answers: believed once, where it was asked, and where it is whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.terminal.answers import Asking, CanShow, CellSize, WindowSize

FOOT = ["\x1b[?62;4;22c", "\x1b[?8452;2$y", "\x1b[6;19;10t", "\x1b[4;684;1270t"]
KITTY = ["\x1b[?62;c", "\x1b[6;18;9t", "\x1b[4;396;639t", "\x1b_Gi=4261;OK"]
XTERM = ["\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"]
TMUX = ["\x1b[?1;2c"]
TMUX_WITH_SIXEL = ["\x1b[?1;2;4c", "\x1b[6;18;9t"]
XTERM_AS_VT340 = ["\x1b[?63;1;2;4;6;9;15;16;22;28c", "\x1b[?8452;2$y", "\x1b[6;20;10t"]
CONSOLE = ["\x1b[?6c"]
UNKNOWN = WindowSize(24, 80, 0, 0)


def heard(answers: list[str], window: WindowSize = UNKNOWN, *, late: float = 0.1) -> Asking:
    asking = Asking()
    asking.begin(window, 0.0)
    for answer in answers:
        asking.heard(answer, window, late)
    return asking


def test_foot_shows_sixels_and_kitty_its_own() -> None:
    assert heard(FOOT).can_show == CanShow("sixel", CellSize(10, 19))
    assert heard(KITTY).can_show == CanShow("kitty", CellSize(9, 18))
    assert heard(FOOT).why_not == heard(KITTY).why_not == ""
    assert heard(FOOT).is_answered


@pytest.mark.parametrize(
    "answers",
    [[], XTERM, TMUX, TMUX_WITH_SIXEL, CONSOLE, KITTY[:3], FOOT[:2], FOOT[::2], XTERM_AS_VT340],
)
def test_others_do_not_and_staff_read_why(answers: list[str]) -> None:
    asking = heard(answers)
    assert asking.can_show is None
    assert asking.why_not


@pytest.mark.parametrize(("answers", "is_asked"), [(KITTY, True), (FOOT, False), (CONSOLE, False),
                                                   (TMUX, False)])  # fmt: skip
def test_kittys_question_goes_only_where_it_cannot_be_printed(
    answers: list[str], *, is_asked: bool
) -> None:
    asking = Asking()
    first = asking.begin(UNKNOWN, 0.0)
    assert "\x1b_G" not in first
    assert ("\x1b_G" in asking.heard(answers[0], UNKNOWN, 0.1)) is is_asked


@pytest.mark.parametrize(
    "absurd", ["\x1b[6;0;0t", "\x1b[6;19;99999t", "\x1b[6;2;1t", "\x1b[6;10;20t", "\x1b[6;99;5t"]
)
def test_a_cell_of_absurd_size_is_no_answer(absurd: str) -> None:
    assert heard([*FOOT[:2], absurd]).can_show is None


def test_the_text_area_or_the_system_tells_the_cell_too() -> None:
    assert heard([*FOOT[:2], "\x1b[4;480;800t"]).can_show == CanShow("sixel", CellSize(10, 20))
    window = WindowSize(24, 80, 724, 436)
    assert heard(FOOT[:2], window).can_show == CanShow("sixel", CellSize(9, 18))
    assert heard(FOOT, window).can_show == CanShow("sixel", CellSize(10, 19))


def test_nobody_is_believed_who_was_not_asked() -> None:
    asking = Asking()
    for answer in [*FOOT, *KITTY]:
        assert asking.heard(answer, UNKNOWN, 1.0) == ""
    assert asking.can_show is None
    assert heard(FOOT, late=61.0).can_show is None


def test_an_answer_counts_once() -> None:
    asking = heard([*FOOT, "\x1b[6;30;15t", "\x1b[?1c", "\x1b_Gi=4261;OK"])
    assert asking.can_show == CanShow("sixel", CellSize(10, 19))


def test_a_late_answer_counts() -> None:
    assert heard(FOOT, late=30.0).can_show is not None


def test_after_another_size_the_cell_is_asked_for_again() -> None:
    asking = heard(FOOT)
    assert "\x1b[16t" in asking.resized(UNKNOWN, 5.0)
    asking.heard("\x1b[6;38;20t", UNKNOWN, 5.1)
    assert asking.can_show == CanShow("sixel", CellSize(20, 38))


@given(st.lists(st.sampled_from([*FOOT, *KITTY, *XTERM, *TMUX, "\x1b[6;0;99999t"]), max_size=12))
def test_no_order_of_answers_breaks_it(answers: list[str]) -> None:
    asking = heard(answers)
    shows = asking.can_show
    assert (shows is None) == bool(asking.why_not)
    assert shows is None or shows.cell.width >= 4
