"""Passes, scanned where visitors scan them: what they read, and who has arrived then."""

import pytest

from kiosk.domain.passes import HEAD, CodeKind, encode
from tests.journeys.clinic import Clinic, arrivals_by_name, finish
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

PACES = {"Devi": 0.0, "Ravi": 0.008}
"""Each pass at a scanner's speed: at once, and 8 ms a character."""
UNKNOWN = encode(CodeKind.PASS, bytes(range(100, 116)))
LAYOUTS = {"Mei": "à&é\"'(-è_ç", "Ravi": '=!"§$%&/()'}
"""What AZERTY and QWERTZ hosts make of the digits."""
Issued = tuple[Clinic, str]


def open_home(terminal: Terminal) -> None:
    """Stay on the home screen."""


def open_article(terminal: Terminal) -> None:
    terminal.send("r")
    terminal.wait_for("Each takes a minute or two.")
    terminal.send("\r")
    terminal.wait_for("Two people, side by side")


def test_a_pass_is_welcomed(issued: Issued) -> None:
    clinic, digits = issued
    passes = {**clinic.sample_passes(), "Devi": digits}
    terminal = clinic.start()
    scans = ((open_home, PACES), (open_article, {"Mei": 0.0, "Nur Aisyah": 0.008}))
    for go, paces in scans:
        for name, pace in paces.items():
            go(terminal)
            terminal.send(f"{passes[name]}\r", pace=pace)
            terminal.wait_for(f"Welcome, {name}")
            terminal.wait_for("You are checked in.")
            finish(terminal)
    assert arrivals_by_name(clinic) == {"Devi": 1, "Ravi": 1, "Mei": 1, "Nur Aisyah": 1}


def test_a_pass_scanned_into_the_phone_field_leaves_no_digit_there(issued: Issued) -> None:
    clinic, digits = issued
    passes = {**clinic.sample_passes(), "Devi": digits}
    terminal = clinic.start()
    terminal.send("c")
    terminal.wait_for("What should we call you?")
    terminal.send("Ah Meng\r")
    terminal.wait_for("Which number should we call?")
    terminal.send("8123")
    terminal.wait_for("8123")
    for name, pace in PACES.items():
        terminal.send(f"{passes[name]}\r", pace=pace)
        terminal.wait_for(f"Welcome, {name}")
        terminal.wait_for("Back to my form")
        terminal.send("b")
        terminal.wait_for("Which number should we call?")
        terminal.wait_for("▌  8123 ")
        assert terminal.find("0123456") is None
    terminal.send("4567")
    terminal.wait_for("We will call +65 8123 4567.")
    assert arrivals_by_name(clinic) == {"Devi": 1, "Ravi": 1}


def test_a_repeat_is_welcomed_calmly_and_counts_once(issued: Issued) -> None:
    clinic, digits = issued
    for said in ("You are checked in.", "You are with us since", "You are with us since"):
        terminal = clinic.start()
        terminal.send(f"{digits}\r", pace=0.001)
        terminal.wait_for("Welcome, Devi")
        terminal.wait_for(said)
        terminal.kill()
    assert arrivals_by_name(clinic) == {"Devi": 1}


def test_other_hosts_and_a_paste_are_welcomed_too(issued: Issued) -> None:
    clinic, digits = issued
    passes = clinic.sample_passes()
    terminal = clinic.start()
    for name, row in LAYOUTS.items():
        mangled = passes[name].translate(dict(zip(map(ord, HEAD), row, strict=True)))
        terminal.send(f"{mangled}\r")
        terminal.wait_for(f"Welcome, {name}")
        finish(terminal)
    terminal.paste(digits)
    terminal.wait_for("Welcome, Devi")
    assert arrivals_by_name(clinic) == {"Mei": 1, "Ravi": 1, "Devi": 1}


def test_a_misread_is_asked_for_again_and_an_unknown_pass_is_welcomed(clinic: Clinic) -> None:
    terminal = clinic.start()
    misread = f"{UNKNOWN[:-1]}{(int(UNKNOWN[-1]) + 1) % 10}"
    terminal.send(f"{misread}\r")
    terminal.wait_for("Please scan again")
    terminal.wait_for("Or ask any staff member to check you in.")
    finish(terminal)
    assert clinic.arrivals() == []
    terminal.send(f"{UNKNOWN}\r")
    terminal.wait_for("You are counted in.")
    terminal.wait_for("Welcome")
    assert [(row["pass"], row["name"]) for row in clinic.arrivals()] == [("unknown", None)]
    assert "unknown" in clinic.printed("attendance", "list", "--user", "facilitator")


def test_a_demo_simulates_a_scan_and_a_real_kiosk_does_not(clinic: Clinic) -> None:
    f9 = "\x1b[20~"
    demo = clinic.start("demo")
    assert demo.find("demo")
    demo.send(f9)
    demo.wait_for("Welcome, Mei")
    demo.kill()
    real = clinic.start()
    assert real.find("demo") is None
    real.send(f"{f9}k")
    real.wait_for("What we keep")
    real.wait_for("Back")
    assert arrivals_by_name(clinic) == {"Mei": 1}
