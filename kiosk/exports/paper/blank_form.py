"""Paper forms for callback requests: an A4 page each, with a strip for the person to keep.

What the form asks is what the kiosk asks, but for wishes; its number and code are printed on both
parts.
"""

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kiosk.content.qr import qr_matrix
from kiosk.domain.callbacks.entry import BlankForm
from kiosk.domain.text import clean
from kiosk.exports.paper.pass_sheet import draw_code
from kiosk.exports.paper.typesetter import Typesetter
from kiosk.presentation.callbacks import SLIP_USE, describe_calling_number

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


_MM = 72 / 25.4
"""Points."""
_WIDTH, _HEIGHT = 210.0, 297.0
_LEFT, _RIGHT = 20.0, 190.0
_STRIP = 78.0
"""Height of the strip, in millimetres from the bottom of the page."""
_BOX = 4.0
_TITLE = "Would you like a call?"
_ABOUT = (
    "A peer support specialist rings you, when it suits you. Fill this in and give it to staff."
)
_QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "When may we call? Mark all that suit you.",
        ("any time", "weekdays 9 to 12", "weekdays 12 to 4", "weekdays 4 to 6", "Saturday 9 to 12"),
    ),
    (
        "Which language should we speak on the phone?",
        ("English", "Mandarin", "Malay", "Tamil", "Hokkien", "Cantonese", "Teochew", "other:"),
    ),
    (
        "If you do not pick up, may we leave a message?",
        ("no", "a voicemail: name and number", "one text: name and number"),
    ),
    (
        "And if someone else picks up?",
        ("only ask for me", "you may say that the clinic rang"),
    ),
    ("May we tell your care team? Either answer is fine.", ("no", "yes")),
    (
        "May a peer support specialist call you? You can take it back at any time.",
        ("yes, they may call me", "I fill this in for somebody, who said yes"),
    ),
)


def blank_forms(forms: Sequence[BlankForm], clinic: str, calling_number: str = "") -> bytes:
    """Return a PDF with a page for each form, in the order given.

    `calling_number` is the setting's. Raises ValueError without a form, or for digits that make no
    code.
    """
    if not forms:
        raise ValueError("there has to be a form")
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    # `invariant` keeps the time out of the file.
    canvas = Canvas(out, (_WIDTH * _MM, _HEIGHT * _MM), invariant=1)
    canvas.setTitle(_TITLE)
    canvas.setAuthor("")
    calling, setter = describe_calling_number(calling_number), Typesetter(canvas)
    for one in forms:
        _draw_form(canvas, one)
        _draw_strip(canvas, one, calling)
        for x, y in ((_LEFT, _HEIGHT - 24), (_LEFT + 45, 47)):
            setter.write(x * _MM, y * _MM, clean(clinic), 10)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_form(canvas: "Canvas", one: BlankForm) -> None:
    """Draw what is filled in and stays with staff."""
    code = qr_matrix(one.slip_digits, level="Q", numeric=True)
    draw_code(canvas, code, _RIGHT - 36, _HEIGHT - 53)
    _write(canvas, _RIGHT - 31, _HEIGHT - 56, one.reference, bold=True)
    _write(canvas, _LEFT, _HEIGHT - 33, _TITLE, size=20, bold=True)
    words = _ABOUT.split(". ")
    _write(canvas, _LEFT, _HEIGHT - 41, f"{words[0]}.", size=11)
    _write(canvas, _LEFT, _HEIGHT - 46, words[1], size=11)
    y = _HEIGHT - 62
    for label in (
        "What should we call you? A first name is enough.",
        "Which number should we call?",
    ):
        _write(canvas, _LEFT, y, label, bold=True)
        canvas.line(_LEFT * _MM, (y - 11) * _MM, _RIGHT * _MM, (y - 11) * _MM)
        y -= 19
    for question, answers in _QUESTIONS:
        _write(canvas, _LEFT, y, question, bold=True)
        y = _draw_boxes(canvas, answers, y - 7) - 9
    _write(canvas, _LEFT, y, "Filled in on (day and time):", bold=True)
    canvas.line((_LEFT + 55) * _MM, (y - 1) * _MM, _RIGHT * _MM, (y - 1) * _MM)


def _draw_boxes(canvas: "Canvas", answers: Iterable[str], y: float) -> float:
    """Draw answers with a box each, in lines; return the height of the last line."""
    x = _LEFT
    for answer in answers:
        width = _BOX + 2 + canvas.stringWidth(answer, "Helvetica", 10) / _MM + 7
        if x + width > _RIGHT + 7:
            x, y = _LEFT, y - 7
        canvas.rect(x * _MM, (y - 0.8) * _MM, _BOX * _MM, _BOX * _MM)
        _write(canvas, x + _BOX + 2, y, answer, size=10)
        x += width
    return y


def _draw_strip(canvas: "Canvas", one: BlankForm, calling: str) -> None:
    """Draw what the person tears off and keeps; it names nobody, and says nothing of why."""
    canvas.setDash(3, 3)
    canvas.line(0, _STRIP * _MM, _WIDTH * _MM, _STRIP * _MM)
    canvas.setDash()
    code = qr_matrix(one.slip_digits, level="Q", numeric=True)
    draw_code(canvas, code, _LEFT, 20)
    lines = (
        "Tear this off and keep it.",
        SLIP_USE,
        calling,
    )
    _write(canvas, _LEFT + 45, 54, one.reference, size=18, bold=True)
    for place, line in enumerate(line for line in lines if line):
        _write(canvas, _LEFT + 45, 38 - 6 * place, line, size=10)


def _write(
    canvas: "Canvas", x: float, y: float, text: str, *, size: float = 11, bold: bool = False
) -> None:
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    canvas.drawString(x * _MM, y * _MM, text)
