"""A visit in Tamil on a terminal that shows pictures: all of it is drawn, and all of it goes."""

import re

import pytest

from tests.journeys.clinic import HOME, Clinic, finish

pytestmark = pytest.mark.terminal

NAME = "கவிதா"
BAR = 22
"""The first of the rows that are the same on every screen."""
_LETTERS = re.compile("[\u0b80-\u0bff\ue000-\uf8ff\U000f0000-\U0010ffff]")
_SHOWN = re.compile(rb"\x1b_Ga=T,[^;]*\bi=(\d+)")
_SHOWN_AT = re.compile(rb"\x1b\[(\d+);\d+H(?:(?!\x1b\[\d+;\d+H).)*?" + _SHOWN.pattern, re.DOTALL)
_TAKEN_AWAY = re.compile(rb"\x1b_Ga=d,d=I,i=(\d+)")


def test_a_name_in_tamil_is_a_picture_and_is_gone_after_the_visit(clinic: Clinic) -> None:
    rows = clinic._rows(
        "passes", "issue", "--name", NAME, "--language", "ta", "--user", "facilitator"
    )
    terminal = clinic.start()
    terminal.wait_until(lambda: b"\x1b[16t" in terminal.raw, "its question")
    terminal.send("\x1b[?62;c\x1b[6;20;10t\x1b[4;480;800t")
    terminal.wait_until(lambda: b"a=q" in terminal.raw, "the question for Kitty")
    assert not _SHOWN.search(terminal.raw)
    terminal.send("\x1b_Gi=4261;OK\x1b\\")
    terminal.settle(quiet=0.5)  # what draws is being loaded
    before = len(terminal.raw)
    terminal.send(f"{rows[0]['digits']}\r")
    terminal.wait_until(lambda: _SHOWN.search(terminal.raw, before) is not None, "a picture")
    terminal.settle()
    finish(terminal)
    terminal.wait_for(HOME)
    terminal.settle()
    drawn = bytes(terminal.raw[before:])
    assert not _LETTERS.search(drawn.decode())
    rows_of = {number: int(row) for row, number in _SHOWN_AT.findall(drawn)}
    left = rows_of.keys() - set(_TAKEN_AWAY.findall(drawn))
    assert len(rows_of) > len(left)
    assert all(rows_of[number] >= BAR for number in left)  # where other languages are named
