"""A card in one language for the counter and the wall: two A4 pages, large enough to read standing.

The first says what peer support is and how to get a call without any screen, the second whom to
turn to at once, each line with a code that dials it. All words are those of the screens.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.content.articles import Article, articles, page
from kiosk.content.helplines import Helpline, Helplines
from kiosk.content.qr import qr_matrix
from kiosk.content.translations import Texts
from kiosk.exports.paper.pass_sheet import draw_code
from kiosk.exports.paper.typesetter import Typesetter

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_MM: Final = 72 / 25.4
"""Points."""
_WIDTH, _HEIGHT = 210.0, 297.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 20.0, 190.0, 275.0, 24.0
"""The edges of what is printed, in millimetres; the foot stands below."""
_FOOT: Final = 12.0
_FOOT_SIZE: Final = 8.0
"""Points: it is for staff."""
_SIZES: Final = tuple(half / 2 for half in range(36, 19, -1))
"""Of the text, in points: the largest that leaves it on one page."""
_HELP_SIZE: Final = 15.0
_LEADING, _GAP, _POINT_GAP = 1.5, 0.6, 0.1
"""Multiples of the size: from line to line, under a paragraph, under a point of a list."""
_TITLE, _CALL, _HEADING = 2.0, 1.5, 1.25
"""Sizes of titles and headings, as multiples of the text's."""
_INDENT: Final = 6.0
"""Millimetres, of a text behind its dot."""
_ROW: Final = 42.0
"""Most millimetres for a line with its code."""
_QUIET: Final = 4
"""Light squares around a code (ISO/IEC 18004)."""
_LARGEST_SQUARE: Final = 1.35
"""Millimetres."""


@dataclass(frozen=True, slots=True)
class CardNames:
    """What a card says of its language besides the texts."""

    name: str
    """Its name in English, for staff."""
    own_name: str
    """Its name in itself."""
    call: str = ""
    """"A call in this language" in itself."""
    review: str = ""
    """How its texts were checked, as "checked by Siti on 2026-12-01"; empty for English."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading, a paragraph or a point of a list."""

    text: str
    scale: float = 1.0
    bold: bool = False
    is_point: bool = False


def language_card(language: str, names: CardNames, lines: Helplines) -> bytes:
    """Return the card of a language as a PDF; `lines` are the helplines in that language.

    Raises SetupError where an article cannot be read.
    """
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    # `invariant` keeps the time out of the file.
    canvas = Canvas(out, (_WIDTH * _MM, _HEIGHT * _MM), invariant=1)
    canvas.setTitle(names.name)
    canvas.setAuthor("")
    setter, texts = Typesetter(canvas), Texts(language, has_pictures=True)
    foot = _format_foot(names, lines)
    _draw_texts(setter, list(_about(language, names)), list(_how_to_ask(language, names, texts)))
    _draw_foot(setter, foot)
    canvas.showPage()
    _draw_help(canvas, setter, lines, texts)
    _draw_foot(setter, foot)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _about(language: str, names: CardNames) -> Iterable[_Part]:
    """Yield what peer support is."""
    first = articles(language)[0]
    yield _Part(names.own_name, bold=True)
    yield _Part(first.title, _TITLE, bold=True)
    # Its last section names the screen, which a card is to do without.
    yield from _article_parts(first.markdown.rpartition("\n## ")[0] or first.markdown)


def _how_to_ask(language: str, names: CardNames, texts: Texts) -> Iterable[_Part]:
    """Yield how to get a call from staff, in this language too."""
    yield from _article_parts(_first_section(page(language, "without-a-phone")))
    if names.call:
        yield _Part(names.call, _CALL, bold=True)
    yield _Part(texts.gettext("Please ask any staff member. They can arrange a call."), bold=True)


def _first_section(article: Article) -> str:
    return article.markdown.split("\n## ")[0]


def _article_parts(markdown: str) -> Iterable[_Part]:
    for line in markdown.replace("**", "").splitlines():
        if line.startswith("## "):
            yield _Part(line[3:], _HEADING, bold=True)
        elif line.startswith("- "):
            yield _Part(line[2:], is_point=True)
        elif line and not line.startswith("<!--"):
            yield _Part(line)


def _draw_texts(setter: Typesetter, about: list[_Part], how_to_ask: list[_Part]) -> None:
    """Draw the texts as large as one page has room for; at the least size, the first gives way."""
    room = (_TOP - _BOTTOM) * _MM
    parts = [*about, *how_to_ask]
    size = next((size for size in _SIZES if _height(setter, parts, size) <= room), _SIZES[-1])
    while about and (_height(setter, parts, size) > room or about[-1].scale > 1):
        about.pop()
        parts = [*about, *how_to_ask]
    y = _TOP * _MM
    for part in parts:
        y -= _draw_part(setter, part, size, y)


def _height(setter: Typesetter, parts: Iterable[_Part], size: float) -> float:
    return sum(_draw_part(setter, part, size, None) for part in parts)


def _draw_part(setter: Typesetter, part: _Part, size: float, top: float | None) -> float:
    """Return how high a part is with the gap under it, in points; draw it where `top` is given."""
    own, x = size * part.scale, _LEFT * _MM
    above = _GAP * size if part.scale > 1 else 0.0
    indent = _INDENT * _MM if part.is_point else 0.0
    lines = setter.wrap(part.text, (_RIGHT - _LEFT) * _MM - indent, own, bold=part.bold)
    for place, line in enumerate(lines if top is not None else ()):
        y = (top or 0.0) - above - own * (1.1 + _LEADING * place)
        if part.is_point and place == 0:
            setter.write(x, y, "•", own)
        setter.write(x + indent, y, line, own, bold=part.bold)
    below = _POINT_GAP if part.scale > 1 or part.is_point else _GAP
    return above + len(lines) * own * _LEADING + below * size


def _draw_help(canvas: "Canvas", setter: Typesetter, lines: Helplines, texts: Texts) -> None:
    """Draw whom to turn to at once: the staff in words, the others with number and code."""
    top = _TOP
    for part in _help_parts(lines.lines, texts):
        top -= _draw_part(setter, part, _HELP_SIZE, top * _MM) / _MM
    dialled = [line for line in lines.lines if line.tel]
    row = min(_ROW, (top - _BOTTOM) / max(1, len(dialled)))
    for line in dialled:
        _draw_line(canvas, setter, line, top, row)
        top -= row


def _help_parts(lines: Iterable[Helpline], texts: Texts) -> Iterable[_Part]:
    yield _Part(texts.pgettext("crisis", "Help now"), _TITLE, bold=True)
    for line in lines:
        if not line.tel:
            yield _Part(line.name, _HEADING, bold=True)
            yield _Part(line.note)
    yield _Part(texts.pgettext("crisis", "The code calls the line from your phone."))


def _draw_line(
    canvas: "Canvas", setter: Typesetter, line: Helpline, top: float, row: float
) -> None:
    """Draw a line in a row of millimetres: its code, number, name and remark."""
    code = qr_matrix(line.tel, level="Q", quiet=_QUIET)
    square = min(_LARGEST_SQUARE, row / len(code))
    side = len(code) * square
    draw_code(canvas, code, _LEFT - _QUIET * square, top - side, square)
    x, width = (_LEFT + _ROW) * _MM, (_RIGHT - _LEFT - _ROW) * _MM
    largest = row / _ROW
    y = top * _MM - 30 * largest
    setter.write(x, y, line.number, 26 * largest, bold=True)
    other = f"WhatsApp {line.whatsapp}" if line.whatsapp else ""
    for text, size, bold in ((line.name, 15, True), (line.note, 13, False), (other, 13, False)):
        for part in setter.wrap(text, width, size * largest, bold=bold) if text else ():
            y -= size * largest * _LEADING
            setter.write(x, y, part, size * largest, bold=bold)


def _format_foot(names: CardNames, lines: Helplines) -> tuple[str, ...]:
    """Return what staff have to know of the card."""
    days = f"verified on {lines.verified_on}, to be checked again by {lines.review_by}"
    numbers = f"Numbers {days}."
    if lines.overdue:
        numbers = f"Do not hang this up: numbers {days}. Ring them first."
    return f"{names.name}, {names.review}." if names.review else f"{names.name}.", numbers


def _draw_foot(setter: Typesetter, lines: Iterable[str]) -> None:
    for place, line in enumerate(lines):
        y = _FOOT * _MM - place * _FOOT_SIZE * 1.3
        setter.write(_LEFT * _MM, y, line, _FOOT_SIZE)
