"""Flood limit, memory of scans, inbox, environment, and what is said about errors."""

import asyncio
import logging

import pytest
from textual import events
from textual.message import Message

from kiosk.ui.terminal.driver import WAITING, Budget, Inbox
from kiosk.ui.terminal.fatal import Guard, kind_of, log_crash, place_of
from kiosk.ui.terminal.messages import InputClosed, Scanned
from kiosk.ui.terminal.scanner import RecentScans
from kiosk.ui.terminal.startup import harden_environment


def test_a_budget_allows_its_rate_and_a_burst() -> None:
    budget = Budget(400)
    assert sum(budget.spend(0.0) for _ in range(1000)) == 400
    assert sum(budget.spend(0.5) for _ in range(1000)) == 200
    assert sum(budget.spend(60.0) for _ in range(1000)) == 400


def test_the_same_code_is_new_again_after_five_seconds() -> None:
    recent = RecentScans(b"secret")
    seen = [recent.is_new("code", at) for at in (0.0, 0.1, 4.9, 5.1, 5.2)]
    assert seen == [True, False, False, True, False]


def test_other_codes_are_new_and_memory_is_bounded() -> None:
    recent = RecentScans(b"secret")
    assert all(recent.is_new(str(number), 0.0) for number in range(1000))
    assert not recent.is_new("999", 0.0)
    assert len(recent._seen) <= 33
    assert b"999" not in b"".join(recent._seen)


def test_textual_variables_and_sizes_are_dropped() -> None:
    variables = {
        "TEXTUAL": "debug,devtools", "TEXTUAL_DEBUG": "1", "TEXTUAL_DRIVER": "x:Y",
        "TEXTUAL_PRESS": "q", "TEXTUAL_LOG": "/x", "TEXTUAL_SCREENSHOT": "1", "ESCDELAY": "9",
        "COLUMNS": "9999", "LINES": "9999", "TERM": "xterm-256color", "HOME": "/home/k",
    }  # fmt: skip
    harden_environment(variables)
    assert variables == {
        "TERM": "xterm-256color", "HOME": "/home/k", "TEXTUAL_ANIMATIONS": "none",
        "TEXTUAL_FPS": "240", "TEXTUAL_SMOOTH_SCROLL": "0", "TEXTUAL_COLOR_SYSTEM": "truecolor",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "forced"),
    [
        ({"TERM": "foot"}, True),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "vt100"}, False),
        ({}, False),
    ],
)
def test_colours_are_forced_only_where_the_terminal_has_them(
    variables: dict[str, str], forced: bool
) -> None:
    harden_environment(variables)
    assert ("TEXTUAL_COLOR_SYSTEM" in variables) == forced


def _break(secret: str) -> None:
    raise ValueError(secret)


def test_an_error_is_described_without_values(caplog: pytest.LogCaptureFixture) -> None:
    found: list[Exception] = []
    with Guard(found.append):
        try:
            _break("Tan 81234567")
        except ValueError as first:
            raise LookupError("Tan again") from first
    (error,) = found
    assert kind_of(error) == "LookupError from ValueError"
    assert place_of(error).startswith("terminal/test_small_parts.py:")
    assert "Tan" not in kind_of(error) + place_of(error)
    with caplog.at_level(logging.CRITICAL):
        log_crash(kind_of(error), place_of(error))
    assert "Tan" not in caplog.text
    assert "LookupError" in caplog.text


def test_the_place_names_file_line_and_function() -> None:
    with pytest.raises(ValueError, match="x") as caught:
        _break("x")
    innermost = place_of(caught.value).split(" < ")[0]
    assert innermost == f"terminal/test_small_parts.py:{_break.__code__.co_firstlineno + 1}:_break"


def test_a_guard_lets_the_end_of_the_program_through() -> None:
    with pytest.raises(SystemExit), Guard(lambda error: None):
        raise SystemExit(3)


async def test_the_inbox_delivers_in_order_and_is_bounded() -> None:
    delivered: list[Message] = []
    inbox = Inbox(asyncio.get_running_loop(), delivered.append, lambda: 0)
    keys = [events.Key("a", "a") for _ in range(3 * WAITING)]
    for key in keys:
        inbox.put(key)
    scan, closed = Scanned("x"), InputClosed()
    inbox.put(scan)
    inbox.put(closed)
    await asyncio.sleep(0)
    assert delivered == [*keys[:WAITING], scan, closed]


async def test_a_busy_app_is_not_given_more() -> None:
    delivered: list[Message] = []
    inbox = Inbox(asyncio.get_running_loop(), delivered.append, lambda: WAITING)
    scan, closed = Scanned("x"), InputClosed()
    for message in (events.Key("a", "a"), scan, closed):
        inbox.put(message)
    await asyncio.sleep(0)
    assert delivered == [scan, closed]
