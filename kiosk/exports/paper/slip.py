"""Slips to print: as the commands of a slip printer (ESC/POS), or on a page.

Nothing stands on a slip but its code, its reference, what to do with it and the clinic's own lines.
"""

import io
from collections.abc import Iterable, Sequence
from textwrap import wrap

from kiosk.content.qr import Matrix, qr_matrix
from kiosk.domain.printing import SLIP_CODE_PAGE, PrintedSlip, simplify_for_slip

_MM = 72 / 25.4
"""Points."""
_PAGE_WIDTH, _PAGE_HEIGHT = 210 * _MM, 297 * _MM
COLUMNS = {58: 32, 80: 48}
"""Characters on a line, by the width of the roll in millimetres."""
_START = b"\x1b@\x1c.\x1bR\x00\x1bt\x00\x1ba\x01"
"""Reset; no Chinese characters, which pair bytes; US ASCII; code page 437; centred."""
_LARGE, _USUAL = b"\x1d!\x11", b"\x1d!\x00"
_CUT = b"\n\x1dVB\x00"
"""Feed to the knife, then cut; a printer without one only feeds."""
_DOTS = 6
"""Dots on a side of one of the code's squares: 0.75 mm at 8 dots a millimetre."""


def slip_commands(slip: PrintedSlip, own_lines: Sequence[str], roll_mm: int) -> bytes:
    """Return the ESC/POS commands that print a slip on a roll of 58 or 80 mm and cut it.

    The code is drawn as dots, since not every printer draws codes by itself.
    """
    width = COLUMNS[roll_mm]
    above = _lines(own_lines, width)
    below = _lines((slip.words,), width)
    return b"".join(
        (
            _START,
            *above,
            b"\n" if above else b"",
            _LARGE,
            _encode(slip.reference),
            _USUAL,
            b"\n",
            _draw_dots(qr_matrix(slip.digits, level="Q", numeric=True)),
            b"\n",
            *below,
            _CUT,
        )
    )


def slip_page(slip: PrintedSlip, own_lines: Sequence[str]) -> bytes:
    """Return a PDF (A4) with a slip at its top, where no slip printer is there."""
    from reportlab.pdfgen.canvas import Canvas

    from kiosk.exports.paper.pass_sheet import SQUARE, draw_code

    out = io.BytesIO()
    # `invariant` keeps the time out of the file.
    canvas = Canvas(out, (_PAGE_WIDTH, _PAGE_HEIGHT), invariant=1)
    canvas.setTitle("Slip")
    canvas.setAuthor("")
    middle, y = _PAGE_WIDTH / 2, _PAGE_HEIGHT - 25 * _MM
    canvas.setFont("Helvetica", 11)
    for line in own_lines:
        canvas.drawCentredString(middle, y, simplify_for_slip(line) or "")
        y -= 6 * _MM
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawCentredString(middle, y - 4 * _MM, slip.reference)
    code = qr_matrix(slip.digits, level="Q", numeric=True)
    side = len(code) * SQUARE
    bottom = y / _MM - 8 - side
    draw_code(canvas, code, 105 - side / 2, bottom)
    canvas.setFont("Helvetica", 11)
    canvas.drawCentredString(middle, (bottom - 4) * _MM, slip.words)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _lines(texts: Iterable[str], width: int) -> list[bytes]:
    return [_encode(line) for text in texts for line in wrap(simplify_for_slip(text) or "", width)]


def _encode(line: str) -> bytes:
    return line.encode(SLIP_CODE_PAGE) + b"\n"


def _draw_dots(code: Matrix) -> bytes:
    """Return the command that prints a code as dots, eight a byte (GS v 0)."""
    rows = [_pack(row) * _DOTS for row in code]
    width, height = -(-len(code) * _DOTS // 8), len(code) * _DOTS
    head = b"\x1dv0\x00" + width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return head + b"".join(rows)


def _pack(row: Sequence[bool]) -> bytes:
    bits = "".join(("1" if dark else "0") * _DOTS for dark in row)
    return int(bits + "0" * (-len(bits) % 8), 2).to_bytes(-(-len(bits) // 8), "big")
