"""A slip as its printer gets it: the commands are read back, and the code is scanned."""

import re
from dataclasses import dataclass

import pytest
import zxingcpp

from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.printing import PrintedSlip
from kiosk.exports.paper.slip import COLUMNS, slip_commands, slip_page
from tests.exports.paper.test_pass_sheet import _pages, _picture, _squares

DIGITS = encode(CodeKind.SLIP, bytes(range(16)))
SLIP = PrintedSlip("7K4Q-FMRF", DIGITS)
DOTS = {58: 384, 80: 576}
"""Across the roll, at 8 dots a millimetre."""


@dataclass
class Paper:
    """What a printer makes of a slip's commands."""

    text: str = ""
    picture: bytes = b""
    width: int = 0
    height: int = 0
    cuts: int = 0


COMMANDS = re.compile(
    rb"\x1b@|\x1c\.|\x1bR\x00|\x1bt\x00|\x1ba\x01|\x1d!\x11|\x1d!\x00|\x1dVB\x00", re.DOTALL
)
"""All that are used beside the picture, with what they carry."""


def printed(commands: bytes) -> Paper:
    """Do what the commands say, and nothing that is not known here."""
    paper, at = Paper(), 0
    while at < len(commands):
        if commands.startswith(b"\x1dv0\x00", at):
            across = int.from_bytes(commands[at + 4 : at + 6], "little")
            paper.height = int.from_bytes(commands[at + 6 : at + 8], "little")
            paper.width = 8 * across
            paper.picture = commands[at + 8 : at + 8 + across * paper.height]
            at += 8 + len(paper.picture)
        elif found := COMMANDS.match(commands, at):
            paper.cuts += found[0].startswith(b"\x1dV")
            at = found.end()
        else:
            byte = commands[at : at + 1]
            assert byte == b"\n" or byte >= b" ", f"unknown at {at}: {commands[at : at + 8]!r}"
            paper.text += byte.decode("cp437")
            at += 1
    return paper


def scanned(paper: Paper) -> str:
    bits = "".join(f"{byte:08b}" for byte in paper.picture)
    grey = bytes(0 if bit == "1" else 255 for bit in bits)
    # Paper is white around what is printed.
    (found,) = zxingcpp.read_barcodes(memoryview(grey).cast("B", (paper.height, paper.width)))
    return found.text


@pytest.mark.parametrize("roll", COLUMNS)
def test_a_slip_shows_its_code_and_nothing_private(roll: int) -> None:
    paper = printed(slip_commands(SLIP, ("Level 1, Café für Größe", "Tel. 6000 0000"), roll))
    assert scanned(paper) == DIGITS
    assert paper.cuts == 1
    lines = [line for line in paper.text.split("\n") if line]
    assert lines[:3] == ["Level 1, Café für Größe", "Tel. 6000 0000", "7K4Q-FMRF"]
    assert " ".join(lines[3:]) == SLIP.words
    assert max(map(len, lines)) <= COLUMNS[roll]
    assert paper.width <= DOTS[roll]


def test_a_slip_without_lines_of_the_clinic() -> None:
    paper = printed(slip_commands(SLIP, (), 80))
    assert paper.text.split("\n")[0] == "7K4Q-FMRF"
    assert DIGITS not in paper.text


def test_long_lines_go_on_in_the_next() -> None:
    paper = printed(slip_commands(SLIP, ("Ask for us at the counter " * 3,), 58))
    lines = paper.text.split("\n")
    assert max(map(len, lines)) <= 32
    assert " ".join(lines[:3]).split() == ("Ask for us at the counter " * 3).split()


def test_a_slip_on_a_page_can_be_scanned_too() -> None:
    (page,) = _pages(slip_page(SLIP, ("Level 1, Room 2",)))
    (found,) = zxingcpp.read_barcodes(_picture(_squares(page)))
    assert found.text == DIGITS
    for words in ("Level 1, Room 2", SLIP.reference, SLIP.words):
        assert f"({words})" in page
