"""When a screen that nobody touches warns, and when it clears."""

from enum import Enum, auto
from typing import Literal

from kiosk.ui.visitor.parts import Timing

Stay = Literal["rest", "idle", "receipt", "result", "staff"]
"""How a screen ends by itself.

rest: it stays, but a changed language or look is put back; idle and receipt: after a warning;
result: after its own short time; staff: without a warning, since nobody should read it.
"""


class Due(Enum):
    """What is due on a screen."""

    NOTHING = auto()
    WARN = auto()
    CLEAR = auto()


def due(stays: Stay, quiet: float, timing: Timing, *, busy: bool) -> Due:
    """Return what is due after `quiet` seconds without a key, tap or scan.

    `busy` says whether a resting screen still shows somebody's language or look.
    """
    match stays:
        case "rest":
            return Due.CLEAR if busy and quiet >= timing.idle else Due.NOTHING
        case "result":
            return Due.CLEAR if quiet >= timing.result else Due.NOTHING
        case "staff":
            return Due.CLEAR if quiet >= timing.idle else Due.NOTHING
        case "receipt":
            return Due.WARN if quiet >= timing.receipt else Due.NOTHING
        case "idle":
            return Due.WARN if quiet >= timing.idle else Due.NOTHING
