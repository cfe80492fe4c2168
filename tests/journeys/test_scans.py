"""Passes, scanned where visitors scan them: what they read, and who has arrived then."""

import pytest

from kiosk.domain.passes import HEAD, CodeKind, encode
from tests.journeys.clinic import Clinic, arrivals_by_name, finish
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

AT_ONCE, PACED = 0.0, 0.008
"""Seconds between two characters of a scanner."""
UNKNOWN = encode(CodeKind.PASS, bytes(range(100, 116)))
LAYOUTS = {"Devi": "à&é\"'(-è_ç", "Asha": '=!"§$%&/()'}
"""What AZERTY and QWERTZ hosts make of the digits."""
ISSUED = ("Devi", "Asha", "Bala", "Chandra", "Deepa")
F9 = "\x1b[20~"


def test_a_scan_anywhere_is_welcomed_and_counts_once(clinic: Clinic) -> None:
    passes = {**clinic.sample_passes(), **{name: clinic.new_pass(name) for name in ISSUED}}
    terminal = clinic.start()
    a_misread_is_asked_for_again(clinic, terminal)
    no_scan_is_simulated(terminal)
    for name, pace in {"Mei": AT_ONCE, "Ravi": PACED}.items():
        scan(terminal, passes[name], name, pace)
    terminal.choose("r")
    terminal.wait_for("Each takes a minute or two.")
    terminal.choose("\r")
    terminal.wait_for("Two people, side by side")
    scan(terminal, passes["Nur Aisyah"], "Nur Aisyah", PACED)
    into_the_phone_field(terminal, {name: passes[name] for name in ("Bala", "Chandra")})
    for name, row in LAYOUTS.items():
        mangled = passes[name].translate(dict(zip(map(ord, HEAD), row, strict=True)))
        scan(terminal, mangled, name, AT_ONCE)
    terminal.paste(passes["Deepa"])
    terminal.wait_for("Welcome, Deepa")
    finish(terminal)
    everybody = dict.fromkeys(("Mei", "Ravi", "Nur Aisyah", *ISSUED), 1)
    assert arrivals_by_name(clinic) == everybody
    terminal.kill()
    a_repeat_is_welcomed_calmly(clinic, passes["Bala"])
    assert arrivals_by_name(clinic) == everybody


def scan(terminal: Terminal, digits: str, name: str, pace: float) -> None:
    """Scan a pass for the first time and end the visit."""
    terminal.send(f"{digits}\r", pace=pace)
    terminal.wait_for(f"Welcome, {name}")
    terminal.wait_for("You are checked in.")
    finish(terminal)


def a_misread_is_asked_for_again(clinic: Clinic, terminal: Terminal) -> None:
    misread = f"{UNKNOWN[:-1]}{(int(UNKNOWN[-1]) + 1) % 10}"
    terminal.send(f"{misread}\r")
    terminal.wait_for("Please scan again")
    terminal.wait_for("Or ask any staff member to check you in.")
    finish(terminal)
    assert clinic.arrivals() == []


def no_scan_is_simulated(terminal: Terminal) -> None:
    assert terminal.find("demo") is None
    terminal.choose(f"{F9}k")
    terminal.wait_for("What we keep")
    terminal.wait_for("Back")
    finish(terminal)


def into_the_phone_field(terminal: Terminal, passes: dict[str, str]) -> None:
    """Scan while a number is half typed: no digit of the code is left in the field."""
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    terminal.send("Ah Meng\r")
    terminal.wait_for("Which number should we call?")
    terminal.send("8123")
    terminal.wait_for("8123")
    for (name, digits), pace in zip(passes.items(), (AT_ONCE, PACED), strict=True):
        terminal.send(f"{digits}\r", pace=pace)
        terminal.wait_for(f"Welcome, {name}")
        terminal.wait_for("Back to my form")
        terminal.choose("b")
        terminal.wait_for("Which number should we call?")
        terminal.wait_for("▌  8123 ")
        assert terminal.find("0123456") is None
    terminal.send("4567")
    terminal.wait_for("We will call +65 8123 4567.")
    finish(terminal)


def a_repeat_is_welcomed_calmly(clinic: Clinic, digits: str) -> None:
    """Scan a pass again once the kiosk was started again."""
    terminal = clinic.start()
    terminal.send(f"{digits}\r", pace=0.001)
    terminal.wait_for("Welcome, Bala")
    terminal.wait_for("You are with us since")


def test_an_unknown_pass_is_counted(clinic: Clinic) -> None:
    """At a demo's kiosk, which simulates a scan too."""
    demo = clinic.start("demo")
    assert demo.find("demo")
    demo.send(f"{UNKNOWN}\r")
    demo.wait_for("You are counted in.")
    demo.wait_for("Welcome")
    finish(demo)
    assert [(row["pass"], row["name"]) for row in clinic.arrivals()] == [("unknown", None)]
    assert "unknown" in clinic.printed("attendance", "list", "--user", "facilitator")
    demo.send(F9)
    demo.wait_for("Welcome, Mei")
    assert [row["name"] for row in clinic.arrivals()].count("Mei") == 1
