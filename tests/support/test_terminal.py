"""The tests' terminal is as a login leaves it, however the tests were started."""

import signal
import sys

import pytest

from tests.support.terminal import Terminal

ASK = (
    "import signal; print('heard' if signal.getsignal(signal.{name})"
    " is not signal.SIG_IGN else 'deaf')"
)


@pytest.mark.terminal
@pytest.mark.parametrize("name", ["SIGINT", "SIGQUIT", "SIGHUP"])
def test_a_key_that_interrupts_is_heard_under_a_background_job(name: str) -> None:
    """What a script begins in its background is deaf to these, and so is all that it starts."""
    before = signal.signal(signal.Signals[name], signal.SIG_IGN)
    try:
        with Terminal([sys.executable, "-c", ASK.format(name=name)]) as terminal:
            terminal.wait_for("heard")
    finally:
        signal.signal(signal.Signals[name], before)
