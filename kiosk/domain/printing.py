"""Printing: what becomes of a page or a slip, and what every slip printer can write."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from kiosk.domain.text import clean

FILE_MARK = "{file}"
"""Stands in the clinic's print command for the path of the file."""
SLIP_CODE_PAGE = "cp437"
"""The code page that ESC/POS printers start with."""
SLIP_WORDS = "Show this code at the kiosk, or tell it to staff."
_RAW_PORT = 9100
_USUAL_SPEED = 9600
_SPEEDS = frozenset({9600, 19200, 38400, 57600, 115200})
_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+")
_SIMPLER = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."},
)


class PrintState(Enum):
    """What became of something that was to be printed."""

    PRINTED = auto()
    """The printer has said that it is done."""
    SENT = auto()
    """The printer took it, and does not say what becomes of it."""
    WAITING = auto()
    """The system's printer keeps it until it can print it."""
    FAILED = auto()
    MISSING = auto()
    """There is no printer."""


@dataclass(frozen=True, slots=True)
class PrintResult:
    """What became of one job."""

    state: PrintState
    sentence: str
    """For staff: what happened and, unless it is printed, what to do next; nothing of its text."""

    @property
    def is_taken(self) -> bool:
        """Whether a printer has it."""
        return self.state not in (PrintState.FAILED, PrintState.MISSING)


@dataclass(slots=True)
class PrintJob:
    """Something that is being printed beside the screens."""

    what: str
    """What it is, such as "the roster"; nothing about a person."""
    result: PrintResult | None = None
    """Set once, by the thread that prints."""


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """What a slip shows; nobody's name, number or matter."""

    reference: str
    """As it is shown, such as 7K4Q-FMRF."""
    digits: str
    """Of its QR code (see `domain.passes`)."""
    words: str = SLIP_WORDS
    """What to do with it."""


class SlipConnection(Enum):
    """How a slip printer is connected."""

    USB = "usb"
    SERIAL = "serial"
    NETWORK = "net"


@dataclass(frozen=True, slots=True)
class SlipAddress:
    """Where a slip printer is."""

    connection: SlipConnection
    place: str
    """The path of its device, or its host."""
    number: int
    """The speed of a serial line in baud, the port of a host; 0 for USB."""


def read_slip_address(text: str) -> SlipAddress:
    """Read where a slip printer is, as the settings name it.

    That is "usb:/dev/usb/lp0", "serial:/dev/ttyUSB0" (with ":19200" for a speed other than 9600)
    or "net:192.0.2.7" (with ":9101" for a port other than 9100). Raises ValueError.
    """
    kind, _, rest = text.partition(":")
    connection = SlipConnection(kind)
    if connection is SlipConnection.USB:
        return SlipAddress(connection, _checked_device(rest), 0)
    if connection is SlipConnection.SERIAL:
        place, _, speed = rest.partition(":")
        baud = int(speed) if speed else _USUAL_SPEED
        if baud not in _SPEEDS:
            raise ValueError("no usual speed")
        return SlipAddress(connection, _checked_device(place), baud)
    found = re.fullmatch(rf"({_HOST.pattern})(?::([0-9]{{1,5}}))?", rest)
    if found is None:
        raise ValueError("no host")
    port = int(found[2] or _RAW_PORT)
    if not 0 < port < 1 << 16:
        raise ValueError("no port")
    return SlipAddress(connection, found[1].strip("[]"), port)


def simplify_for_slip(text: str) -> str | None:
    """Return `text` as a slip printer can write it, or None where it has no letters for it.

    Quotation marks and dashes become simple ones, and accents go where they have to.
    """
    simple = clean(text).translate(_SIMPLER)
    parts = unicodedata.normalize("NFKD", simple)
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return next((one for one in (simple, plain) if _can_be_written(one)), None)


def _can_be_written(text: str) -> bool:
    try:
        text.encode(SLIP_CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True


def _checked_device(path: str) -> str:
    if not path.startswith("/dev/"):
        raise ValueError("no device")
    return path
