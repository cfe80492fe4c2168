"""Makes the process a kiosk before Textual is imported: variables, core dumps, keyboard signals."""

import os
import resource
import signal
from collections.abc import MutableMapping

_TRUECOLOUR_TERMS = ("alacritty", "foot", "kitty", "konsole", "tmux", "xterm")
"""Values of TERM, by their beginning, whose terminals draw 24-bit colour."""
_DROPPED = frozenset({"COLUMNS", "LINES", "ESCDELAY", "PYTHONASYNCIODEBUG"})
"""The size comes from the terminal alone; the others make Textual or asyncio talkative or slow."""


def harden_process() -> None:
    """Prepare this process; call it before anything imports Textual, which reads variables then.

    Textual's debug variables are dropped, no core is dumped, and the signals that a keyboard can
    raise are ignored from now on.
    """
    harden_environment(os.environ)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)


def harden_environment(variables: MutableMapping[str, str]) -> None:
    """Drop what would change or open Textual, and set what a kiosk needs."""
    for name in [name for name in variables if name.startswith("TEXTUAL") or name in _DROPPED]:
        del variables[name]
    variables["TEXTUAL_ANIMATIONS"] = "none"
    # A new screen waits for the first tick of its repaint timer; at rest the timer stands still.
    variables["TEXTUAL_FPS"] = "240"
    # Never ask for in-band resizing: its reports can freeze Textual.
    variables["TEXTUAL_SMOOTH_SCROLL"] = "0"
    term = variables.get("TERM", "")
    apple = variables.get("TERM_PROGRAM") == "Apple_Terminal"
    if not variables.get("COLORTERM") and term.startswith(_TRUECOLOUR_TERMS) and not apple:
        # xterm removes COLORTERM; without it Textual would draw 256 colours.
        variables["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
