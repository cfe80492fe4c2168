"""The terminal's echo, off from the start of a command that asks for what nobody may read.

Typing runs ahead of a command that is still being loaded or waits for a database; what is typed
then must not show, nor reach the shell as a command when the question never comes.
"""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

_ASKING = ("init", "central")
"""Nouns that ask for a passphrase, a PIN or the owner's URL; all others ask whom `--user` names."""
_ENDED = 143
"""What a shell makes of SIGTERM."""


@contextmanager
def hidden_typing(words: Sequence[str]) -> Iterator[None]:
    """Let nothing show that is typed during a command which asks unseen; then drop what is left."""
    if not _asks_unseen(words) or not _is_our_terminal():
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin)
    # Else the shell would get a terminal that shows nothing.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_ENDED))
    _set_echo(on=False)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)


@contextmanager
def shown_typing() -> Iterator[None]:
    """Show what is typed as the answer to a question that anybody may read."""
    if not _is_our_terminal():
        yield
        return
    was_on = _set_echo(on=True)
    try:
        yield
    finally:
        _set_echo(on=was_on)


def _asks_unseen(words: Sequence[str]) -> bool:
    if "--help" in words:
        return False
    names_user = any(word.partition("=")[0] == "--user" for word in words)
    return names_user or (bool(words) and words[0] in _ASKING)


def _is_our_terminal() -> bool:
    """Return whether a person types to this very command, not to one in the foreground."""
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (AttributeError, OSError, ValueError):
        return False


def _set_echo(*, on: bool) -> bool:
    """Turn the echo on or off, dropping what was typed before; return whether it was on."""
    import termios

    try:
        modes = termios.tcgetattr(sys.stdin)
        was_on = bool(modes[3] & termios.ECHO)
        if was_on != on:
            modes[3] = modes[3] | termios.ECHO if on else modes[3] & ~termios.ECHO
            # Off at once and keeping what is typed: it may be the answer to the first question.
            termios.tcsetattr(sys.stdin, termios.TCSAFLUSH if on else termios.TCSANOW, modes)
    except termios.error:
        return on
    return was_on
