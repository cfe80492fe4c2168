"""QR codes as a grid of dark and light squares, for screens, pictures and print."""

from typing import Literal

Matrix = tuple[tuple[bool, ...], ...]
"""Rows of squares, True is dark, the quiet zone included; as many rows as columns."""

SCREEN_VERSION = 4
"""The largest version that a terminal shows and a phone reads with ease (33 squares a side)."""


def matrix(
    text: str,
    *,
    level: Literal["M", "Q"] = "M",
    numeric: bool = False,
    quiet: int = 4,
    max_version: int = SCREEN_VERSION,
) -> Matrix:
    """Return the QR code of `text` with `quiet` light squares around it.

    Level M is for screens, Q for print. `numeric` packs digits closer. Raises ValueError for an
    empty text, for `numeric` text that is not all digits 0 to 9, and where the code would be
    larger than `max_version`.
    """
    from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
    from qrcode.exceptions import DataOverflowError
    from qrcode.main import QRCode
    from qrcode.util import MODE_NUMBER, QRData

    if not text:
        raise ValueError("a QR code needs a text")
    if numeric and not (text.isascii() and text.isdecimal()):
        raise ValueError("a numeric QR code holds the digits 0 to 9 only")
    levels = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
    code = QRCode(error_correction=levels[level], border=quiet)
    raw = text.encode()
    code.add_data(QRData(raw, mode=MODE_NUMBER, check_data=False) if numeric else raw)
    try:
        version = code.best_fit()
    except (DataOverflowError, ValueError):
        # The library says it either way, by the size of the text.
        version = None
    if version is None or version > max_version:
        raise ValueError(
            f"a text of {len(raw)} bytes needs a QR code larger than version {max_version}"
            f" at level {level}; shorten it or allow a larger one"
        )
    code.make()
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())
