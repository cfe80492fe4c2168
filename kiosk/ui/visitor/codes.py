"""Codes to photograph, each with its text in the visit's language."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.content.helplines import Helpline, helplines
from kiosk.domain.callbacks.request import Receipt
from kiosk.ui.visitor.text import Translate, describe_calling_number
from kiosk.ui.visitor.visit import VisitorContext

if TYPE_CHECKING:  # the first screen does not wait for it
    from kiosk.content.articles import TakeHome
    from kiosk.domain.printing import PrintedSlip, PrintResult


@dataclass(frozen=True, slots=True)
class CodeToShow:
    """A QR code to photograph, with the text beside it."""

    title: str
    lines: tuple[str, ...]
    data: str
    numeric: bool = False
    """Whether `data` is one of our own codes, drawn in numeric mode."""
    spoken: str = ""
    """The same content in plain characters (an address, a reference)."""
    last: bool = False
    """Whether it ends something, so that there is nothing to go back to."""
    slip: "PrintedSlip | None" = None
    """What can be printed of it, where a slip printer stands here."""


CodeWriter = Callable[[VisitorContext], CodeToShow]
"""Returns a code with its text in the visit's language, which may be another one by then."""


def format_helpline_code(line: Helpline, context: VisitorContext) -> CodeToShow:
    """Return the code that calls a line, as on the screen of help."""
    line = _in_language(line, context)
    calls = context.visit.texts.pgettext("crisis", "The code calls the line from your phone.")
    return CodeToShow(f"{line.number}  {line.name}", (line.note, calls), line.tel)


def format_number_code(line: Helpline, context: VisitorContext) -> CodeToShow:
    """Return the code that puts a line's number into the visitor's phone."""
    line, _ = _in_language(line, context), context.visit.texts.gettext
    other = f"WhatsApp {line.whatsapp}" if line.whatsapp else ""
    text = (line.note, _("The code puts the number into your phone."), other)
    return CodeToShow(f"{line.name}  {line.number}", text, line.tel)


def format_booklet_code(item: "TakeHome", context: VisitorContext) -> CodeToShow:
    """Return the code that opens a booklet on the visitor's phone."""
    texts = context.visit.texts
    _, title = texts.gettext, item.title_in(texts.written)
    text = (item.size, _("The code opens this address on your phone."), item.url)
    return CodeToShow(title, text, item.url)


def _in_language(line: Helpline, context: VisitorContext) -> Helpline:
    """Return a line in the visit's language, which may have been another one before."""
    clinic, language = context.clinic, context.visit.texts.written
    lines = helplines(language, clinic.today(), published=clinic.helplines).lines
    return next((one for one in lines if one.id == line.id), line)


def format_pass_code(digits: str, context: VisitorContext) -> CodeToShow:
    """Return a new pass to photograph, by its digits."""
    _ = context.visit.texts.gettext
    text = (
        _("Photograph this code. Show it to the scanner next time."),
        _("It holds no name. You can ask for a printed one."),
    )
    return CodeToShow(_("Your pass"), text, digits, numeric=True)


def format_receipt(receipt: Receipt, context: VisitorContext) -> CodeToShow:
    """Return the receipt of a callback request, with its slip to photograph."""
    texts = context.visit.texts
    promise = texts.ngettext(
        "Most people get a call within {days} working day.",
        "Most people get a call within {days} working days.",
        receipt.promise_days,
    )
    return CodeToShow(
        texts.gettext("Thank you. We have your request."),
        (
            promise.format(days=receipt.promise_days),
            describe_calling_number(context),
            texts.gettext("Photograph the code to see news or withdraw."),
        ),
        receipt.slip_digits,
        numeric=True,
        spoken=receipt.reference,
        last=True,
        slip=_make_slip(receipt, context) if context.clinic.prints_slips else None,
    )


def _make_slip(receipt: Receipt, context: VisitorContext) -> "PrintedSlip":
    """Return the slip to print, in the visit's language where its printer has the letters."""
    # The first screen does not wait for what few kiosks need.
    from kiosk.domain.printing import SLIP_WORDS, PrintedSlip, simplify_for_slip

    words = context.visit.texts.gettext("Show this code at the kiosk, or tell it to staff.")
    return PrintedSlip(
        receipt.reference, receipt.slip_digits, simplify_for_slip(words) or SLIP_WORDS
    )


def describe_printing(result: "PrintResult | None", _: Translate) -> str:
    """Return what becomes of a slip; None while it is being printed."""
    from kiosk.domain.printing import PrintState

    if result is None:
        return _("Your slip is being printed.")
    if not result.is_taken:
        return _("No slip came out. Please photograph the code.")
    if result.state is PrintState.PRINTED:
        return _("Please take your slip.")
    return _("Please take your slip. If none comes, photograph the code.")
