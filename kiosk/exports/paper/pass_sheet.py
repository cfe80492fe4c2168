"""Passes on A4 sheets to print and cut: ten a page, each a code, a number and a line to write on.

The name stands on no sheet: who hands a pass out writes on it what its owner wants to read there.
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kiosk.content.qr import Matrix, qr_matrix
from kiosk.domain.attendance.roster import IssuedPass

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


COLUMNS, ROWS = 2, 5
PER_PAGE = COLUMNS * ROWS
_MM = 72 / 25.4
"""Points."""
_PAGE_WIDTH, _PAGE_HEIGHT = 210.0, 297.0
_WIDTH, _HEIGHT = 90.0, 52.0
"""Of one pass, in millimetres; a business card's sleeve takes it."""
_LEFT, _BOTTOM = (_PAGE_WIDTH - COLUMNS * _WIDTH) / 2, (_PAGE_HEIGHT - ROWS * _HEIGHT) / 2
SQUARE = 1.2
"""Side of one of the code's squares, in millimetres: readable from an arm's length."""
_EDGE, _TICK = 3.0, 4.0
_INSTRUCTIONS = (
    "Hold this code under the",
    "scanner when you arrive.",
    "Lost it? Please tell us,",
    "and you get a new one.",
)


def pass_sheet(passes: Sequence[IssuedPass]) -> bytes:
    """Return a PDF with the passes in the order given, numbered from 1 on.

    Raises ValueError without a pass, or for digits that make no code.
    """
    if not passes:
        raise ValueError("a sheet needs a pass")
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    # `invariant` keeps the time out of the file.
    canvas = Canvas(out, (_PAGE_WIDTH * _MM, _PAGE_HEIGHT * _MM), invariant=1)
    canvas.setTitle("Passes")
    canvas.setAuthor("")
    for number, one in enumerate(passes, 1):
        place = (number - 1) % PER_PAGE
        if number > 1 and place == 0:
            canvas.showPage()
        if place == 0:
            _draw_marks(canvas)
        row, column = divmod(place, COLUMNS)
        left = _LEFT + column * _WIDTH
        bottom = _BOTTOM + (ROWS - 1 - row) * _HEIGHT
        _draw_pass(canvas, one, number, left, bottom)
    canvas.save()
    return out.getvalue()


def _draw_marks(canvas: "Canvas") -> None:
    """Draw where to cut, in the margins of the page only."""
    canvas.setLineWidth(0.3)
    right, top = _LEFT + COLUMNS * _WIDTH, _BOTTOM + ROWS * _HEIGHT
    for column in range(COLUMNS + 1):
        x = _LEFT + column * _WIDTH
        for y in (_BOTTOM - _TICK - 1, top + 1):
            canvas.line(x * _MM, y * _MM, x * _MM, (y + _TICK) * _MM)
    for row in range(ROWS + 1):
        y = _BOTTOM + row * _HEIGHT
        for x in (_LEFT - _TICK - 1, right + 1):
            canvas.line(x * _MM, y * _MM, (x + _TICK) * _MM, y * _MM)


def _draw_pass(canvas: "Canvas", one: IssuedPass, number: int, left: float, bottom: float) -> None:
    code = qr_matrix(one.digits, level="Q", numeric=True)
    side = len(code) * SQUARE
    draw_code(canvas, code, left + _EDGE, bottom + (_HEIGHT - side) / 2)
    x, y = (left + _EDGE + side + 1) * _MM, bottom * _MM
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(x, y + 40 * _MM, f"No. {number}")
    canvas.setFont("Helvetica", 8)
    for line, text in enumerate(_INSTRUCTIONS):
        canvas.drawString(x, y + (33 - 3.6 * line) * _MM, text)
    canvas.setLineWidth(0.5)
    canvas.line(x, y + 9 * _MM, (left + _WIDTH - _EDGE) * _MM, y + 9 * _MM)


def draw_code(
    canvas: "Canvas", code: Matrix, left: float, bottom: float, square: float = SQUARE
) -> None:
    """Draw a code at a place in millimetres, as one shape: no viewer shows seams in it."""
    path = canvas.beginPath()
    size = square * _MM
    for line, row in enumerate(reversed(code)):
        for place, dark in enumerate(row):
            if dark:
                path.rect(left * _MM + place * size, bottom * _MM + line * size, size, size)
    canvas.drawPath(path, stroke=0, fill=1)
