"""Lines of a real terminal: what is typed ahead, what steers, and what is wiped."""

import os
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from kiosk.ui.plain.lines import PlainLines

NOW = 0.0
"""Seconds to wait for what has been typed already."""


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where somebody types who sits at the terminal of this process."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        yield ours
    os.close(ours)


def test_lines_typed_ahead_end_with_the_visit(
    keyboard: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    overwritten: list[bool] = []
    monkeypatch.setattr("kiosk.ui.plain.lines.overwrite_freed", lambda: overwritten.append(True))
    lines = PlainLines()
    os.write(keyboard, b"2\nSiti\n91234567\n")
    assert lines.read(5.0) == "2"
    lines.clear()
    assert lines.read(NOW) is None
    assert overwritten == [True]
    os.write(keyboard, b"b\n")
    assert lines.read(5.0) == "b"


def test_no_text_steers_the_terminal(keyboard: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", shown := StringIO())
    PlainLines().tell("1  Room\x1b]0;owned\x07 2\x9b2J \u202e\u0b95\u0bcd\u200c\u0bb7")
    assert shown.getvalue() == "1  Room]0;owned 22J \u0b95\u0bcd\u200c\u0bb7\n"


def test_letters_that_the_terminal_lacks_end_no_visit(
    keyboard: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(shown, encoding="latin-1"))
    PlainLines().tell("3  华语 Mandarin")
    assert shown.getvalue() == b"3  ?? Mandarin\n"


def test_a_terminal_that_has_gone_ends_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "r") as keyboard, os.fdopen(os.dup(theirs), "w") as screen:
        monkeypatch.setattr(sys, "stdin", keyboard)
        monkeypatch.setattr(sys, "stdout", screen)
        lines = PlainLines()
        os.close(ours)
        with pytest.raises(EOFError):
            lines.read(5.0)
        lines.clear()
