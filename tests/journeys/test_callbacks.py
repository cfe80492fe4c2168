"""A request for a call: what was entered is what the caller reads, and nobody else can."""

import re
import signal
from datetime import date, timedelta

import pytest

from tests.journeys.clinic import Clinic, fill_in, finish
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

NAME = "Xanthippe-Quill"
PHONE = "93741652"
ENTERED: dict[str, object] = {
    "name": NAME,
    "windows": ["saturday_am"],
    "call_language": "nan",
    "message_policy": "text_ok",
    "answered_by_other": "ok_to_say_clinic",
    "share_with_team": True,
    "screen_language": "en",
    "status": "new",
    "unreadable": False,
}
TAB, SHIFT_TAB = "\t", "\x1b[Z"
WIDE_KEYS = {"Del", "Caps", "Space"}
CLEAR = tuple(
    form
    for text in ("Xanthippe", "xanthippe", "Quill", PHONE, "9374 1652", "3741652", "374 1652")
    for form in (
        text.encode(),
        text.encode("utf-16-le"),
        text.encode().hex().encode(),
        text.encode().hex().upper().encode(),
    )
)
"""What must be in no file, in the spellings in which it could be there."""
REFERENCE = re.compile(r"\b7K[2346789CDFGHJKMPQRTVWXY]{2}-[2346789CDFGHJKMPQRTVWXY]{4}\b")
"""A receipt's reference of the sample clinic."""


def assert_nothing_in_clear(clinic: Clinic) -> None:
    kept = clinic.kept_bytes()
    assert {"kiosk.db", "kiosk.log"} <= kept.keys()
    found = [(name, clear) for name, data in kept.items() for clear in CLEAR if clear in data]
    assert found == []


def reference_on(terminal: Terminal) -> str:
    terminal.wait_until(lambda: REFERENCE.search(terminal.text) is not None, "a reference")
    found = REFERENCE.search(terminal.text)
    assert found
    return found[0]


def test_what_was_entered_is_what_the_caller_reads(clinic: Clinic) -> None:
    terminal = clinic.start()
    sent = [by_keys_alone(clinic, terminal)]
    sent.append(by_touch_alone(clinic, terminal))
    sent += twice_at_once(terminal)
    assert len(set(sent)) == 4
    assert sorted(row["reference"] for row in clinic.requests()) == sorted(sent)
    terminal.signal(signal.SIGTERM)
    assert terminal.wait_exit() == 0
    assert_nothing_in_clear(clinic)


def by_keys_alone(clinic: Clinic, terminal: Terminal) -> str:
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    terminal.type(f"{NAME}\r")
    terminal.wait_for("Which number should we call?")
    terminal.type(PHONE)
    terminal.wait_for("We will call +65 9374 1652.")
    terminal.choose("\r")
    terminal.wait_for("When may we call?")
    # "Next" has the focus: back to Saturday, then on to the third of the first days.
    terminal.choose(f"{SHIFT_TAB * 5} {TAB * 3} n")
    terminal.wait_for("Which language should we speak?")
    terminal.choose(f"{SHIFT_TAB * 5} n")
    terminal.wait_for("Do you have a wish for the call?")
    terminal.choose(f"{SHIFT_TAB * 2} n")
    terminal.wait_for("may we leave a message?")
    terminal.choose(f"{SHIFT_TAB * 4} {TAB * 2} n")
    assert_read_back(terminal)
    terminal.choose(f"{TAB * 2} ")
    terminal.wait_for("[✓] You may tell my care team")
    return sent(clinic, terminal, "y")


def by_touch_alone(clinic: Clinic, terminal: Terminal) -> str:
    terminal.touch("Ask for a call")
    terminal.wait_for("What should we call you?")
    wait_for_key(terminal, "Caps")
    tap_keys(terminal, [*"Xant", "w", "Del", *"hippe-", "Caps", *"Quill"])
    terminal.wait_for(f"█  {NAME} ")
    terminal.touch("Next")
    terminal.wait_for("Which number should we call?")
    # The lowest row, drawn last: no key of the letters is left.
    wait_for_key(terminal, "+")
    tap_keys(terminal, [*"93741", "1", "Del", *"652"])
    terminal.wait_for("We will call +65 9374 1652.")
    terminal.touch("Next")
    terminal.wait_for("When may we call?")
    terminal.touch("Saturday mornings")
    terminal.touch("From next week")
    terminal.touch("N  Next")
    terminal.touch("Hokkien")
    terminal.touch("N  Next")
    terminal.touch("Work or study")
    terminal.touch("N  Next")
    terminal.touch("Text me")
    terminal.touch("Say who")
    terminal.touch("N  Next")
    assert_read_back(terminal)
    terminal.touch("tell my care team")
    terminal.wait_for("[✓] You may tell my care team")
    return sent(clinic, terminal, two_taps(terminal, "Yes, send"))


def tap_keys(terminal: Terminal, labels: list[str]) -> None:
    """Tap keys of the on-screen keyboard, each as soon as it is there under that label."""
    for label in labels:
        tap_key(terminal, label)


def wait_for_key(terminal: Terminal, label: str) -> None:
    terminal.wait_until(lambda: key_at(terminal, label) is not None, f"the key {label}")


def tap_key(terminal: Terminal, label: str) -> None:
    wait_for_key(terminal, label)
    place = key_at(terminal, label)
    assert place
    terminal.tap_at(*place)


def key_at(terminal: Terminal, label: str) -> tuple[int, int] | None:
    """Return column and row of a key, looking only at rows of keys."""
    for row, line in enumerate(terminal.emulator.lines):
        words = line.split()
        if len(words) < 3 or not all(len(word) == 1 or word in WIDE_KEYS for word in words):
            continue
        found = re.search(rf"(?<!\S){re.escape(label)}(?!\S)", line)
        if found:
            return found.start(), row
    return None


def assert_read_back(terminal: Terminal) -> None:
    terminal.wait_for("Is this right?")
    for words in (NAME, "Saturday mornings. From next week", "Hokkien", "Work or study", "Text me"):
        terminal.wait_for(words)
    terminal.wait_for("Say who")
    terminal.wait_for("65 9••• ••52")


def sent(clinic: Clinic, terminal: Terminal, keys: str) -> str:
    """Send the request, read what the clinic has of it, and return its reference."""
    terminal.choose(keys)
    reference = reference_on(terminal)
    terminal.wait_for("Most people get a call within 3 working")
    assert_nothing_in_clear(clinic)
    (row,) = (row for row in clinic.requests() if row["reference"] == reference)
    asked, entered = date.fromisoformat(row["asked_at"][:10]), dict(ENTERED)
    entered["not_before"] = str(asked + timedelta(days=7 - asked.weekday()))
    assert {column: row[column] for column in entered} == entered
    assert row["phone"] == "+65 •••• 1652"
    finish(terminal)
    return reference


def twice_at_once(terminal: Terminal) -> list[str]:
    """Send two requests, each by two presses at once, and return their references."""
    references = []
    for name, keys in (("First", "yy"), ("Second", "")):
        fill_in(terminal, name, PHONE)
        terminal.choose(keys or two_taps(terminal, "Yes, send"))
        references.append(reference_on(terminal))
        finish(terminal)
    return references


def two_taps(terminal: Terminal, words: str) -> str:
    """Return the bytes of two taps on `words`."""
    terminal.wait_for(words)
    place = terminal.find(words)
    assert place
    at = f"{place[0] + 3};{place[1] + 1}"
    return f"\x1b[<0;{at}M\x1b[<0;{at}m" * 2
