"""Names that would steer a program, a terminal or a spreadsheet: harmless wherever they show."""

import csv
import io
import unicodedata

import pytest

from tests.journeys.clinic import Clinic, finish
from tests.support.amounts import amount
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

TYPED = (
    "[@click=app.quit]Mei[/]",
    "-2+3+cmd|' /C calc'!A0",
    "அனிதா s/o குமார்",
    '=HYPERLINK("x")',
    "[/]",
    "王小明",
    "O'Brien-Lim @ Ah Meng",
)[: amount(3, 7)]
"""Accepted as they are; a desk shows more of them in tests/journeys/hostile_clinic.py."""
BROKEN = {"அனிதா s/o குமார்": "????? s/o ?????"}
"""Kept as they are; a terminal that would break their letters is sent marks instead."""
PASTED = {"\u202eeuM\u202c Tan": "euM Tan"}
"""Each paste, and what is left of it once it is clean."""
NO_NAMES = ("\x1b[31mRed\x1b[2J", "C1\x9b2J\x1b]0;t\x07\u200b\x00\x08", '=HYPERLINK("x")')
"""Pastes that no person types at once: a code is what brings them."""
REFUSED = {
    "S1234567D": "Please do not type an NRIC or FIN. We never need it.",
    "12": "Please type a name with letters in it.",
    "A" * 90: "That is a bit long. Please type a first name.",
}
STEERING = ("\x1b[31mRed", "\x1b[2JRed", "\x1b]", "\u202e", "\u202c", "\x9b", "\x00", "\x08")


def ask(terminal: Terminal, name: str) -> None:
    """Give `name` by typing, or by a paste where keys could not type it."""
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    if name in PASTED:
        terminal.paste(name)
        terminal.choose("\r")
    else:
        terminal.type(f"{name}\r")


def send(terminal: Terminal) -> None:
    terminal.type("81234567")
    terminal.send("\r")
    for words in ("When may we call?", "Which language should we", "Do you have a wish"):
        terminal.wait_for(words)
        terminal.choose("n")
    terminal.wait_for("may we leave a message?")
    for steering in STEERING:
        assert steering.encode() not in terminal.raw
    terminal.raw.clear()
    terminal.choose("n")
    terminal.wait_for("Is this right?")


def wait_for_bytes(terminal: Terminal, text: str) -> None:
    """Wait until `text` was drawn; the emulator drops what follows a mark without a width."""
    terminal.wait_until(lambda: text.encode() in terminal.raw, f"{text!r} read back")


def test_names_are_taken_whole_and_shown_harmlessly(clinic: Clinic) -> None:
    terminal = clinic.start()
    what_is_no_name_is_refused_kindly(terminal)
    what_a_code_pastes_is_no_name(terminal)
    kept = [*TYPED, *PASTED.values()]
    for name, shown in zip([*TYPED, *PASTED], kept, strict=True):
        ask(terminal, name)
        send(terminal)
        wait_for_bytes(terminal, BROKEN.get(shown, shown))
        terminal.choose("y")
        terminal.wait_for("Thank you. We have your request.")
        finish(terminal)
        assert terminal.alive
        for steering in STEERING:
            assert steering.encode() not in terminal.raw
    assert [row["name"] for row in clinic.requests()] == kept
    listed = clinic.printed("callbacks", "list", "--user", "caller")
    for name in kept:
        assert name in listed
    as_csv = clinic.printed("callbacks", "list", "--user", "caller", "--format", "csv")
    for text in (listed, as_csv):
        assert not [
            one for one in text if unicodedata.category(one) in {"Cc", "Cf"} and one != "\n"
        ]
    cells = [row["name"] for row in csv.DictReader(io.StringIO(as_csv))]
    assert [cell.removeprefix("'") for cell in cells] == kept
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def what_is_no_name_is_refused_kindly(terminal: Terminal) -> None:
    for text, sentence in REFUSED.items():
        ask(terminal, text)
        terminal.wait_for(sentence)
        finish(terminal)


def what_a_code_pastes_is_no_name(terminal: Terminal) -> None:
    for text in NO_NAMES:
        terminal.choose("c")
        terminal.wait_for("What should we call you?")
        terminal.paste(text)
        terminal.wait_for("This is not a group pass")
        terminal.choose("\r")
        terminal.wait_for("What should we call you?")
        terminal.send("Mei")
        terminal.wait_for("█  Mei ")
        finish(terminal)
