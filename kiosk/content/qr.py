"""QR codes (ISO/IEC 18004) as squares, and as PNG or SVG without a picture library."""

import struct
import zlib
from typing import Literal

Matrix = tuple[tuple[bool, ...], ...]
"""Rows of squares, True is dark, the quiet zone included; as many rows as columns."""

SCREEN_VERSION = 4
"""The largest version that a terminal shows and a phone reads with ease (33 squares a side)."""
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_matrix(
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
        # The library does either, by the size of the text.
        version = None
    if version is None or version > max_version:
        raise ValueError(
            f"a text of {len(raw)} bytes needs a QR code larger than version {max_version}"
            f" at level {level}; shorten it or allow a larger one"
        )
    code.make()
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


def qr_lines(modules: Matrix) -> list[str]:
    """Return a QR code in half blocks, two rows of it a line, to be drawn black on white."""
    blank = (False,) * len(modules[0])
    rows = [*modules, blank] if len(modules) % 2 else list(modules)
    return [
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def encode_png(matrix: Matrix, scale: int = 8) -> bytes:
    """Return a black and white PNG (ISO/IEC 15948) with squares of `scale` pixels (1 bit a pixel).

    Raises ValueError for a scale below 1.
    """
    if scale < 1:
        raise ValueError("a square has at least one pixel")
    side = len(matrix) * scale
    rows = b"".join(_png_row(row, scale) * scale for row in matrix)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _png_chunk(b"IHDR", header),
            _png_chunk(b"IDAT", zlib.compress(rows, 9)),
            _png_chunk(b"IEND", b""),
        ]
    )


def encode_svg(matrix: Matrix) -> str:
    """Return an SVG picture: one path of dark runs on white, one unit a square."""
    side = len(matrix)
    path = "".join(
        f"M{start} {top}h{length}v1h-{length}z"
        for top, row in enumerate(matrix)
        for start, length in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
        ' shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>\n'
    )


def _png_row(row: tuple[bool, ...], scale: int) -> bytes:
    """Return one line of pixels: the filter byte 0, then eight pixels a byte, 1 is white."""
    bits = "".join(("0" if dark else "1") * scale for dark in row)
    padding = -len(bits) % 8
    return b"\0" + int(bits + "0" * padding, 2).to_bytes((len(bits) + padding) // 8, "big")


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return start and length of every run of dark squares in a row."""
    runs: list[tuple[int, int]] = []
    for place, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs
