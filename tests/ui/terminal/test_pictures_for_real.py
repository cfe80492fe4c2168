"""Tamil on a terminal that answers as foot, as Kitty, with lies, or not at all."""

import re
from pathlib import Path

import pytest

from tests.support.sample_app import TAMIL
from tests.support.sixels import read_sixel
from tests.support.terminal import Start, Terminal

pytestmark = pytest.mark.terminal

_LETTERS = re.compile("[\u0b80-\u0bff\ue000-\uf8ff\U000f0000-\U0010ffff]")


def asked(start: Start) -> Terminal:
    """Return the app once it has asked what its terminal can show."""
    terminal = start("tamil")
    terminal.wait_until(lambda: b"\x1b[16t" in terminal.raw, "its question")
    terminal.wait_for("ready")
    return terminal


def drawn_since(terminal: Terminal, start: int) -> str:
    return bytes(terminal.raw[start:]).decode()


def test_foot_gets_sixels_however_its_answer_is_cut(start: Start) -> None:
    terminal = asked(start)
    before = len(terminal.raw)
    for piece in ("a\x1b[?62;", "4;22c\x1b[?8452;2$y\x1b[6;19", ";10tb", "\x1b[4;456;800t"):
        terminal.send(piece)
    terminal.wait_until(lambda: b"\x1bP0;1;0q" in terminal.raw, "a picture")
    terminal.settle()
    found = re.findall(rb"\x1bP.*?\x1b\\", bytes(terminal.raw[before:]), re.DOTALL)
    assert len(read_sixel(found[-1])) == 19
    assert b"\x1b_G" not in terminal.raw
    latest = drawn_since(terminal, terminal.raw.rfind(b"[1]"))
    assert not _LETTERS.search(latest)
    terminal.send("c")
    terminal.wait_for("typed=abc.")  # and nothing of the answers


def test_kitty_gets_its_own_pictures(start: Start) -> None:
    terminal = asked(start)
    terminal.send("\x1b[?62;c\x1b[6;18;9t")
    terminal.wait_until(lambda: b"a=q" in terminal.raw, "the question for Kitty")
    terminal.send("\x1b_Gi=4261;OK\x1b\\")
    terminal.wait_until(lambda: b"\x1b_Ga=T," in terminal.raw, "a picture")
    terminal.settle()
    assert b"\x1bP" not in terminal.raw
    terminal.send("c")
    terminal.wait_for("typed=c.")


def test_another_size_asks_again_and_redraws_for_its_cells(start: Start) -> None:
    terminal = asked(start)
    terminal.send("\x1b[?62;c\x1b[6;18;9t")
    terminal.wait_until(lambda: b"a=q" in terminal.raw, "the question for Kitty")
    terminal.send("\x1b_Gi=4261;OK\x1b\\")
    terminal.wait_until(lambda: b",v=18," in terminal.raw, "a picture")
    before = len(terminal.raw)
    terminal.resize(60, 20)
    terminal.wait_until(lambda: b"\x1b[16t" in terminal.raw[before:], "its question")
    assert b"\x1b_Ga=d,d=A" in terminal.raw[before:]
    terminal.send("\x1b[6;36;18t")
    terminal.wait_until(lambda: b",v=36," in terminal.raw[before:], "a picture of another size")


@pytest.mark.parametrize(
    "answers",
    ["\x1b[?62;4c\x1b[?8452;2$y\x1b[6;0;9999t", "\x1b[?1;2;4c\x1b[6;18;9t\x1b_Gi=4261;OK\x1b\\"],
)  # fmt: skip
def test_others_and_liars_get_none_and_the_log_says_so(
    start: Start, answers: str, log: Path
) -> None:
    terminal = asked(start)
    terminal.send(answers + "typed")
    terminal.wait_for("typed=typed.")
    terminal.settle()
    assert b"\x1bP" not in terminal.raw
    assert b"\x1b_G" not in terminal.raw
    told = "no pictures of words on this terminal: it "
    terminal.wait_until(lambda: told in log.read_text(encoding="utf-8"), "its reason")


def test_a_name_that_is_typed_in_tamil_is_a_picture_too(start: Start) -> None:
    terminal = asked(start)
    terminal.send("\x1b[?62;4c\x1b[?8452;2$y\x1b[6;19;10t")
    terminal.wait_until(lambda: b"\x1bP0;1;0q" in terminal.raw, "a picture")
    terminal.settle()
    before = len(terminal.raw)
    terminal.send(f"\x1b[200~{TAMIL}\x1b[201~")
    terminal.wait_until(lambda: b"\x1bP0;1;0q" in terminal.raw[before:], "a picture")
    terminal.settle()
    assert not _LETTERS.search(drawn_since(terminal, before))
    terminal.send("\x1b[200~\U000f0001\U00100001.\x1b[201~")
    terminal.settle()
    assert not _LETTERS.search(drawn_since(terminal, before))
