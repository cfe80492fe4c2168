"""Passes, scanned where visitors scan them: what they read, and who has arrived then."""

import pytest

from kiosk.content.translations import Texts
from kiosk.domain.passes import HEAD, CodeKind, encode
from kiosk.usecases.sample_clinic import PEOPLE
from tests.journeys.clinic import HOME, PIN, Clinic, arrivals_by_name, finish
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

AT_ONCE, PACED, SLOW = 0.0, 0.008, 0.06
"""Seconds between two characters of a scanner, once its head has come.

The head comes at once: what follows it is waited for, however busy this machine is. What has no
head is known by its pace, so all of it comes at once; other paces are tried by a set clock.
"""
UNKNOWN = encode(CodeKind.PASS, bytes(range(100, 116)))
LAYOUTS = {"Devi": "à&é\"'(-è_ç", "Asha": '=!"§$%&/()'}
"""What AZERTY and QWERTZ hosts make of the digits."""
ISSUED = ("Devi", "Asha", "Bala", "Chandra", "Deepa")
F12 = "\x1b[24~"


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
    scanned(terminal, digits, pace)
    said = Texts(PEOPLE.get(name, "en")).gettext
    terminal.wait_for(said("✓  Welcome, {name}").format(name=name))
    terminal.wait_for(said("You are checked in."))
    finish(terminal)


def scanned(terminal: Terminal, code: str, pace: float) -> None:
    """Let a scanner type a code and Enter."""
    head = len(HEAD) if pace else 0
    terminal.send(code[:head])
    terminal.send(f"{code[head:]}\r", pace=pace)


def a_misread_is_asked_for_again(clinic: Clinic, terminal: Terminal) -> None:
    misread = f"{UNKNOWN[:-1]}{(int(UNKNOWN[-1]) + 1) % 10}"
    terminal.send(f"{misread}\r")
    terminal.wait_for("Please scan again")
    terminal.wait_for("Or ask any staff member to check you in.")
    finish(terminal)
    assert clinic.arrivals() == []


def no_scan_is_simulated(terminal: Terminal) -> None:
    assert terminal.find("demo") is None
    terminal.choose(f"{F12}k")
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
        scanned(terminal, digits, pace)
        terminal.wait_for(f"Welcome, {name}")
        terminal.wait_for("Back to my form")
        terminal.choose("b")
        terminal.wait_for("Which number should we call?")
        terminal.wait_for("█  8123 ")
        assert terminal.find("0123456") is None
    terminal.send("4567")
    terminal.wait_for("We will call +65 8123 4567.")
    finish(terminal)


def a_repeat_is_welcomed_calmly(clinic: Clinic, digits: str) -> None:
    """Scan a pass again once the kiosk was started again."""
    terminal = clinic.start()
    scanned(terminal, digits, PACED)
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
    demo.send(F12)
    demo.wait_for("Welcome, Mei")
    assert [row["name"] for row in clinic.arrivals()].count("Mei") == 1


FOREIGN = ("GATE J7 C", "S1234567D", "https://clinic.example/a?id=71", "m1111", "WIFI:S:Guest;;")
"""Codes that a waiting room is full of."""


def test_what_is_no_pass_or_no_whole_one_does_nothing(clinic: Clinic) -> None:
    digits = clinic.new_pass("Devi")
    terminal = clinic.start()
    before = kept(clinic)
    other_codes_at_home(terminal)
    other_codes_in_fields(terminal)
    damaged_codes_in_a_field(terminal, digits)
    assert kept(clinic) == before
    assert clinic.arrivals() == []
    slow_and_odd_scanners(terminal, digits)
    assert arrivals_by_name(clinic) == {"Devi": 1}
    scans_on_the_staff_screen(terminal)


def kept(clinic: Clinic) -> dict[str, bytes]:
    """Return what the folder holds, but for a line of the log that comes by the clock."""
    files = clinic.kept_bytes()
    lines = files["kiosk.log"].splitlines(keepends=True)
    files["kiosk.log"] = b"".join(one for one in lines if b"no pictures of words" not in one)
    return files


def refused(terminal: Terminal, code: str, sentence: str, then: str) -> None:
    """Scan what is no pass: a sentence, and then all is as it was."""
    # Nobody types and scans within a tenth of a second.
    terminal.settle()
    terminal.send(f"{code}\r")
    terminal.wait_for(sentence)
    terminal.choose("\r")
    terminal.wait_gone(sentence)
    terminal.wait_for(then)


def other_codes_at_home(terminal: Terminal) -> None:
    for code in FOREIGN:
        refused(terminal, code, "This is not a group pass", HOME)
    terminal.paste("GATE J7 C\r")
    terminal.wait_for("This is not a group pass")
    finish(terminal)
    refused(terminal, "shlink:/eyJ1cmwiOiJodHRwcyJ9", "Health records are not read here", HOME)
    terminal.choose("g")
    for _ in range(2):
        terminal.wait_for("Show your pass to the scanner.")
        refused(terminal, "S1234567D", "This is not a group pass", "Show your pass to the scanner.")
    finish(terminal)


def other_codes_in_fields(terminal: Terminal) -> None:
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    terminal.type("Mei")
    terminal.wait_for("█  Mei ")
    for code in FOREIGN:
        refused(terminal, code, "This is not a group pass", "█  Mei ")
    terminal.send("\r")
    terminal.wait_for("Which number should we call?")
    for number in ("9556001234567", "81234567"):
        refused(terminal, number, "Please scan again", "Which number should we call?")
        assert terminal.find(number[:2]) is None
    finish(terminal)


def damaged_codes_in_a_field(terminal: Terminal, digits: str) -> None:
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    for damaged in (digits[1:], digits[:4] + digits[5:]):
        refused(terminal, damaged, "Please scan again", "What should we call you?")
        assert "12" not in terminal.text
    finish(terminal)


def slow_and_odd_scanners(terminal: Terminal, digits: str) -> None:
    """Slow, with Escape before the code, with every digit twice; each right after the last end."""
    doubled = "".join(one + one for one in digits)
    for again, pace in ((digits, SLOW), (f"\x1b{digits}", AT_ONCE), (doubled, AT_ONCE)):
        terminal.choose("c")
        terminal.wait_for("What should we call you?")
        scanned(terminal, again, pace)
        terminal.wait_for("Welcome, Devi")
        terminal.choose("b")
        terminal.wait_for("What should we call you?")
        assert "12" not in terminal.text
        finish(terminal)


def scans_on_the_staff_screen(terminal: Terminal) -> None:
    terminal.choose("m")
    terminal.wait_for("What you type stays covered.")
    for code in ("m1111", "1111", "0000", "S1234567D"):
        refused(terminal, code, "Please type the PIN by hand", "What you type stays covered.")
    terminal.type(f"{PIN}\r")
    terminal.wait_for("Records to send")
