"""Whether a kiosk is fit to stand in a waiting room: findings, and the size of its letters."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

LEAST_COLUMNS, LEAST_ROWS = 56, 16
"""The smallest terminal on which every screen is whole."""
_CAPITAL_OF_CELL = 0.62
"""Height of a capital letter over the height of its cell (DejaVu Sans Mono: 0.626)."""
_FEW_COLOURS = ("linux", "vt")
"""Values of TERM, by their beginning: the kernel's console and old terminals."""
_LEAST_ANGLE = 0.7
"""Degrees that a capital letter must fill (EN 301 549, 5.1.4)."""


class Verdict(StrEnum):
    """How one thing is."""

    OK = "ok"
    LOOK = "look"
    """It works, and a person should look at it."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing."""

    subject: str
    verdict: Verdict
    sentence: str
    """What it is and, unless it is fine, what to do next."""


def capital_height(panel_height_mm: float, rows: int) -> float:
    """Return the height of a capital letter in mm on a panel that shows `rows` rows."""
    return panel_height_mm / rows * _CAPITAL_OF_CELL


def needed_height(distance_mm: float) -> float:
    """Return the least height of a capital letter in mm for readers `distance_mm` away."""
    return _LEAST_ANGLE * math.pi * distance_mm / 180


def terminal_finding(columns: int, rows: int) -> Finding:
    """Judge the size of the terminal, in cells."""
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        return Finding(
            "terminal size",
            Verdict.FAIL,
            f"It is {columns}x{rows}; choose a smaller font, so that it has at least"
            f" {LEAST_COLUMNS}x{LEAST_ROWS}.",
        )
    return Finding("terminal size", Verdict.OK, f"{columns}x{rows}.")


def letters_finding(panel_height_mm: float, distance_mm: float, rows: int) -> Finding:
    """Judge whether capital letters are large enough from where visitors stand."""
    have, need = capital_height(panel_height_mm, rows), needed_height(distance_mm)
    words = f"Capital letters are {have:.1f} mm high; {need:.1f} mm are needed"
    if have < need:
        return Finding(
            "letter height",
            Verdict.LOOK,
            f"{words} at {distance_mm:.0f} mm. Choose a larger font or panel, and set [panel].",
        )
    return Finding("letter height", Verdict.OK, f"{words} at {distance_mm:.0f} mm.")


def colour_finding(term: str, colorterm: str, *, no_color: bool) -> Finding:
    """Judge what the terminal says of itself by TERM, COLORTERM and NO_COLOR."""
    if term in ("", "dumb", "unknown"):
        return Finding(
            "colours",
            Verdict.FAIL,
            "TERM names no terminal that can draw a screen; use one such as foot.",
        )
    if no_color:
        return Finding(
            "colours", Verdict.LOOK, "NO_COLOR is set, so all is black and white; remove it."
        )
    if term.startswith(_FEW_COLOURS):
        return Finding(
            "colours",
            Verdict.LOOK,
            f"TERM is {term}, which has few colours or none; a terminal such as foot looks better.",
        )
    if "truecolor" in colorterm or "24bit" in colorterm:
        return Finding("colours", Verdict.OK, "24-bit colour.")
    return Finding(
        "colours", Verdict.OK, f"TERM is {term}; set COLORTERM=truecolor if the terminal has it."
    )


def clock_finding(now: datetime, zone: str, *, doubtful: bool) -> Finding:
    """Judge the clock; `now` is the clinic's local time, `doubtful` that it went back."""
    words = f"It says {now:%Y-%m-%d %H:%M} in {zone}"
    if doubtful:
        return Finding("clock", Verdict.FAIL, f"{words}, before the last record; set it.")
    return Finding("clock", Verdict.OK, f"{words}.")


def helplines_finding(verified_on: date, review_by: date, *, overdue: bool) -> Finding:
    """Judge how fresh the helplines are."""
    if overdue:
        return Finding(
            "helplines",
            Verdict.FAIL,
            f"They should have been checked by {review_by}; ring each line, then change"
            " verified_on and review_by in helplines.toml.",
        )
    words = f"Checked on {verified_on}; check again by {review_by}."
    return Finding("helplines", Verdict.OK, words)


def disk_finding(free_bytes: int) -> Finding:
    """Judge the room on the disk that holds the data folder."""
    megabytes = free_bytes // 1_000_000
    if megabytes < 200:
        return Finding(
            "disk space", Verdict.FAIL, f"Only {megabytes} MB are free; make room on this disk."
        )
    if megabytes < 2_000:
        return Finding("disk space", Verdict.LOOK, f"{megabytes} MB are free; make room soon.")
    return Finding("disk space", Verdict.OK, f"{megabytes} MB are free.")
