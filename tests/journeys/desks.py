"""What staff do at a real `kiosk desk`, by keys."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.journeys.clinic import PASSPHRASE, Clinic, fill_in, finish
from tests.support.pictures import codes
from tests.support.terminal import Terminal

REFERENCE: Final = re.compile(r"\b7K[2346789CDFGHJKMPQRTVWXY]{2}-[2346789CDFGHJKMPQRTVWXY]{4}\b")
"""A receipt's reference of the sample clinic."""
OPENED: Final = "Sample clinic"
"""Stands in the head of the desk once the database is open."""
CLEARS: Final = (b"\x1b[2J", b"\x1b[J", b"\x1b[0J", b"\x1b[3J", b"\x1bc", b"\x1b[?1049")
"""What wipes a whole screen; between two pictures it is seen as a flicker."""


def open_desk(
    clinic: Clinic,
    login: str,
    *,
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str] | None = None,
    passphrase: str = PASSPHRASE,
) -> Terminal:
    """Start `kiosk desk` in a terminal of its own and sign in."""
    terminal = clinic.start("desk", shows=OPENED, size=size, env=env)
    sign_in(terminal, login, passphrase)
    return terminal


def sign_in(terminal: Terminal, login: str, passphrase: str = PASSPHRASE) -> None:
    """Sign in; wait for the first screen."""
    terminal.wait_for("Enter  Sign in")
    terminal.send(f"{login}\r{passphrase}\r")
    terminal.wait_for(f"{login} (")
    terminal.wait_gone("Enter  Sign in")


def ask_for_a_call(terminal: Terminal, name: str, phone: str) -> str:
    """Ask at the kiosk by keys alone, end the visit, and return the receipt's reference."""
    fill_in(terminal, name, phone)
    terminal.choose("y")
    reference = reference_on(terminal)
    finish(terminal)
    return reference


def reference_on(terminal: Terminal) -> str:
    """Wait for a receipt's reference and return it."""
    terminal.wait_until(lambda: REFERENCE.search(terminal.text) is not None, "a reference")
    found = REFERENCE.search(terminal.text)
    assert found
    return found[0]


def open_roster(terminal: Terminal) -> None:
    """Go from a facilitator's menu to the roster of the session that is on."""
    terminal.choose("g")
    terminal.wait_for("Groups today")
    terminal.wait_for("›")
    terminal.choose("\r")
    terminal.wait_for(" here · ")


def open_request(terminal: Terminal, reference: str) -> None:
    """Go from the worklist to a request by searching for its reference."""
    terminal.choose("r")
    wait_for_key(terminal, "/", "Find")
    terminal.choose("a/")
    terminal.wait_for("To the list")
    terminal.send(reference)
    terminal.wait_for(f"“{reference}”")
    terminal.choose("\r")
    wait_for_key(terminal, "Enter", "Open")
    terminal.choose("\r")
    terminal.wait_for(f"· {reference}")
    terminal.wait_for("What was done")


def shows_key(terminal: Terminal, sign: str, words: str) -> bool:
    """Return whether the line of keys has this one; keys may stand close together."""
    return re.search(rf"(?<!\S){sign} {{1,2}}{words}(?!\S)", terminal.text) is not None


def wait_for_key(terminal: Terminal, sign: str, words: str) -> None:
    """Wait until the line of keys has this one."""
    terminal.wait_until(lambda: shows_key(terminal, sign, words), f"the key {sign} {words}")


def row_of(terminal: Terminal, words: str) -> str:
    """Return the row of the screen in which `words` stand; empty where they stand nowhere."""
    return next((line for line in terminal.emulator.lines if words in line), "")


def history(clinic: Clinic, reference: str) -> list[dict[str, Any]]:
    """Return what was done about a request, in order, as the command tells it."""
    words = ("callbacks", "history", reference, "--user", "caller", "--format", "json")
    rows: list[dict[str, Any]] = json.loads(clinic.printed(*words))
    return rows


def drawn_codes(terminal: Terminal) -> list[str]:
    """Return the texts of the QR codes on the screen."""
    screen = terminal.emulator.screen
    rows = (screen.buffer[row] for row in range(screen.lines))
    return codes(
        [
            Strip(
                Segment(
                    row[column].data,
                    Style(color=_colour(row[column].fg), bgcolor=_colour(row[column].bg)),
                )
                for column in range(screen.columns)
            )
            for row in rows
        ]
    )


def _colour(name: str) -> str:
    return name if name == "default" else f"#{name}"
