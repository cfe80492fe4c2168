"""However a visit ends, nothing that was typed is left: not on the screen, not in a field.

Nor is there a copy in the memory that the program has freed.
"""

import pytest

from tests.journeys.clinic import HOME, READY, Clinic, fill_in, finish
from tests.journeys.insight import STEPS, Insight
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

NAME, PHONE = "Zenobia", "91526374"
TYPED = (NAME, PHONE, "9152 6374", "9152", "+65")
KEPT = (NAME, PHONE, "9152 6374")
"""What of it is long enough to stand in no memory by chance."""
MEMBER, FOREIGN = "Zephyrine", "S8461735Q77"
WARNING = "Are you still there?"


def assert_nothing_left(terminal: Terminal) -> None:
    """Look at the screen, then into the first field of a new form."""
    terminal.wait_for(READY)
    terminal.wait_gone(NAME)
    assert [text for text in TYPED if text in terminal.text] == []
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    terminal.send("Next-one\r")
    terminal.wait_for("Which number should we call?")
    terminal.send("8")
    terminal.wait_for("█  8 ")
    terminal.wait_gone("Next-one")
    assert [text for text in TYPED if text in terminal.text] == []
    finish(terminal)


def by_escape(terminal: Terminal) -> None:
    terminal.send("\x1b")


def by_a_tap(terminal: Terminal) -> None:
    terminal.touch("Finish and clear")


def by_escape_on_the_receipt(terminal: Terminal) -> None:
    terminal.choose("y")
    terminal.wait_for("Thank you. We have your request.")
    terminal.send("\x1b")


def test_no_end_leaves_anything(clinic: Clinic, insight: Insight) -> None:
    terminal = clinic.start(env={**insight.variables(), **STEPS})
    nothing_is_left_in_the_memory(terminal, insight)
    for end in (by_escape, by_a_tap, by_escape_on_the_receipt):
        fill_in(terminal, NAME, PHONE)
        end(terminal)
        terminal.wait_for(HOME)
        wait_overwritten(terminal, insight, *KEPT)
        assert_nothing_left(terminal)
    codes_leave_no_copy(clinic, terminal, insight)
    a_form_that_nobody_touches_warns_and_clears(terminal, insight)
    a_receipt_warns_and_clears(terminal, insight)
    terminal.raw.clear()
    terminal.paste(clinic.sample_passes()["Ravi"])
    clears_by_itself(terminal, insight, "Welcome, Ravi")
    terminal.choose("m")
    terminal.wait_for("What you type stays covered.")
    terminal.type("2580\r")
    clears_by_itself(terminal, insight, "Records to send")
    assert WARNING.encode() not in terminal.raw
    if not insight.reads_memory(terminal):
        pytest.skip(
            "All but copies in freed memory was looked for: the kernel lets nobody read it."
        )


def nothing_is_left_in_the_memory(terminal: Terminal, insight: Insight) -> None:
    fill_in(terminal, NAME, PHONE)
    assert insight.reachable(terminal, NAME, PHONE) == {NAME, PHONE}
    if insight.reads_memory(terminal):
        assert set(insight.copies(terminal, *KEPT)) == set(KEPT)
    finish(terminal)
    terminal.settle(0.3)
    insight.wait_forgotten(terminal, NAME, PHONE, "9152 6374")


def wait_overwritten(terminal: Terminal, insight: Insight, *words: str) -> None:
    if insight.reads_memory(terminal):
        insight.wait_overwritten(terminal, *words)


def codes_leave_no_copy(clinic: Clinic, terminal: Terminal, insight: Insight) -> None:
    digits = clinic.new_pass(MEMBER)
    for code, answer in ((f"{FOREIGN}\r", "This is not a group pass"), (f"{digits}\r", MEMBER)):
        terminal.send(code)
        terminal.wait_for(answer)
        terminal.choose("\x1b")
        terminal.wait_gone(answer)
    wait_overwritten(terminal, insight, FOREIGN, MEMBER, digits)


def a_form_that_nobody_touches_warns_and_clears(terminal: Terminal, insight: Insight) -> None:
    fill_in(terminal, NAME, PHONE)
    wait_for_warning(terminal, insight)
    terminal.wait_gone(NAME)
    terminal.choose("z")
    terminal.wait_for(NAME)
    terminal.wait_gone(WARNING)
    wait_for_warning(terminal, insight)
    wait_for_home(terminal, insight)
    terminal.wait_gone(WARNING)
    assert_nothing_left(terminal)


def a_receipt_warns_and_clears(terminal: Terminal, insight: Insight) -> None:
    fill_in(terminal, NAME, PHONE)
    terminal.choose("y")
    terminal.wait_for("Thank you. We have your request.")
    wait_for_warning(terminal, insight)
    terminal.wait_gone("Thank you")
    wait_for_home(terminal, insight)
    assert_nothing_left(terminal)


def clears_by_itself(terminal: Terminal, insight: Insight, words: str) -> None:
    terminal.wait_for(words)
    terminal.wait_gone(HOME)
    wait_for_home(terminal, insight)
    terminal.wait_gone(words)


def wait_for_warning(terminal: Terminal, insight: Insight) -> None:
    insight.leave_alone_until(terminal, lambda: terminal.find(WARNING) is not None, "the warning")


def wait_for_home(terminal: Terminal, insight: Insight) -> None:
    insight.leave_alone_until(terminal, lambda: terminal.find(HOME) is not None, "home", every=0.1)
