"""`kiosk callbacks add` and `form`: requests that staff enter for people."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import (
    DATED_FORMATS,
    DAY_FORMAT,
    absolute,
    checked_day,
    checked_name,
    checked_phone,
    from_input,
    moment,
)
from kiosk.cli.output import Format, FormatOption, OutputOption, show, show_one
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, wrong
from kiosk.domain.callbacks.entry import (
    CONSENT_BY_SOURCE,
    LATEST_START,
    MOST_FORMS,
    EntryProblem,
    PaperForm,
    is_long_ago,
)
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    ConsentBy,
    ConsentHow,
    MessagePolicy,
    Origin,
    Source,
    Window,
    choose_windows,
)
from kiosk.domain.callbacks.wishes import (
    CallerWish,
    OfferedWishes,
    Wish,
    with_message_policy,
    with_wishes,
)
from kiosk.presentation.callbacks import ENTRY_PROBLEMS, make_slip

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.usecases.callbacks.entry import EntryDesk


EntererOption = Annotated[str, typer.Option("--user", metavar="LOGIN", help="Your login.")]
_SOURCES = tuple(source for source in Source if source is not Source.VISITOR)
_COLUMNS = ("reference", "asked_at", "source", "status")


def add(
    name: Annotated[str, typer.Option(metavar="NAME", help="Their name; - takes it from input.")],
    phone: Annotated[
        str, typer.Option(metavar="NUMBER", help="Their number; - likewise, after it.")
    ],
    consent: Annotated[
        ConsentBy, typer.Option(metavar="WHO", help=f"Who said yes: {', '.join(ConsentBy)}.")
    ],
    source: Annotated[Source, typer.Option(metavar="CODE", help=f"By {', '.join(_SOURCES)}.")],
    user: EntererOption,
    how: Annotated[
        ConsentHow | None,
        typer.Option("--how", metavar="CODE", help="Spoken, phone or paper; else as it came."),
    ] = None,
    window: Annotated[
        list[Window] | None,
        typer.Option(metavar="CODE", help="A part of the week, such as saturday_am."),
    ] = None,
    not_before: Annotated[
        datetime | None,
        typer.Option(formats=[DAY_FORMAT], metavar="DAY", help="No call before it."),
    ] = None,
    language: Annotated[
        CallLanguage,
        typer.Option(metavar="CODE", help=f"{', '.join(CallLanguage)}.", show_default=False),
    ] = CallLanguage.ENGLISH,
    message: Annotated[
        MessagePolicy | None,
        typer.Option(metavar="CODE", help=f"{', '.join(MessagePolicy)}.", show_default=False),
    ] = None,
    other: Annotated[
        AnsweredByOther,
        typer.Option(metavar="CODE", help=f"{', '.join(AnsweredByOther)}.", show_default=False),
    ] = AnsweredByOther.ASK_FOR_NAME,
    wish: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help=f"{', '.join(Wish)}, about_X."),
    ] = None,
    share: Annotated[bool, typer.Option("--share", help="Their care team may be told.")] = False,
    paper: Annotated[
        str, typer.Option("--form", metavar="CODE", help="A paper form's number or scanned code.")
    ] = "",
    filled_in: Annotated[
        datetime | None,
        typer.Option(formats=DATED_FORMATS, metavar="TIME", help="When that was filled in."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Enter a request for somebody who said yes to a call."""
    if source is Source.VISITOR:
        raise wrong("--source", f"one of {', '.join(_SOURCES)}; visitors send theirs on a kiosk")
    if how is ConsentHow.SCREEN:
        raise wrong("--how", "spoken, phone or paper")
    called = checked_name(from_input(name))
    number = from_input(phone)
    origin = Origin(source, None, consent, how or CONSENT_BY_SOURCE[source])
    with signed_in(user) as (kiosk, access, staff):
        desk = access.entry_desk(staff)
        draft = replace(
            desk.new_draft(),
            preferred_name=called,
            phone=checked_phone(number, kiosk.site.country),
            windows=choose_windows(window or (), ()),
            not_before=_checked_start(not_before, kiosk),
            call_language=language,
            answered_by_other=other,
            share_with_team=share,
            ui_language="en",
            origin=origin,
        )
        draft = _with_wishes(draft, wish or (), message, kiosk.wishes())
        answer = desk.enter(draft, _paper_form(source, paper, filled_in, kiosk))
        if isinstance(answer, EntryProblem):
            raise NotDone(ENTRY_PROBLEMS[answer])
        slip = make_slip(answer, kiosk.site.name, kiosk.settings.callbacks.calling_number)
        row = {
            "reference": slip.reference,
            "asked_at": answer.created_at.astimezone(kiosk.site.zone),
            "slip": slip.digits,
            "says": list(slip.lines),
        }
    show_one(row, form, columns=tuple(row))


def show_entered(desk: "EntryDesk", zone: ZoneInfo, form: Format) -> None:
    """Print the requests that somebody has entered, and what became of them."""
    rows = [
        {
            "reference": one.reference,
            "asked_at": one.created_at.astimezone(zone),
            "source": one.source,
            "status": one.status,
        }
        for one in desk.entered()
    ]
    show(rows, form, columns=_COLUMNS, empty="You have entered no request yet.")


def make_forms(
    user: EntererOption,
    count: Annotated[int, typer.Option(min=1, max=MOST_FORMS, metavar="N", help="How many.")] = 10,
    output: OutputOption = None,
) -> None:
    """Make blank paper forms to print.

    Each has a number and a code of its own. What is filled in is entered by
    `kiosk callbacks add --source paper`. Asks for your passphrase, or reads KIOSK_PASSPHRASE.
    """
    from kiosk.bootstrap.files import export_context, export_target
    from kiosk.cli.output import print_exported
    from kiosk.exports.writing import export_blank_forms

    file = absolute(output)
    with signed_in(user) as (kiosk, access, staff):
        desk = access.entry_desk(staff)
        context = export_context(kiosk, staff.staff.login, "Paper forms", file)
        target, number = export_target(kiosk, file), kiosk.settings.callbacks.calling_number
        forms = desk.make_forms(count)
        written = export_blank_forms(forms, target, context, number)
    print_exported(written, ("form", "forms"), context)


def _checked_start(typed: datetime | None, kiosk: "Kiosk") -> date | None:
    if typed is None:
        return None
    day = typed.date()
    if not kiosk.today() <= day <= kiosk.today() + LATEST_START:
        raise wrong("--not-before", f"name a day in the next {LATEST_START.days} days")
    return day if day > kiosk.today() else None


def _with_wishes(
    draft: CallbackDraft,
    codes: Sequence[str],
    message: MessagePolicy | None,
    offered: OfferedWishes,
) -> CallbackDraft:
    """Return a request with what the person wishes for, and the message that they allow."""
    known = [*offered.wishes, *(topic.code for topic in offered.topics)]
    if not known and codes:
        raise wrong("--wish", "the clinic offers none; see wishes.toml in the data folder")
    if any(code not in known for code in codes):
        raise wrong("--wish", f"one of {', '.join(known)}")
    if {*CallerWish} <= {*codes}:
        raise wrong("--wish", "woman or man; leave both out for either")
    if Wish.TEXT in codes and message not in (None, MessagePolicy.TEXT):
        raise wrong("--wish", "who would rather get a text allows one: --message text")
    return with_wishes(with_message_policy(draft, message or MessagePolicy.NONE), codes)


def _paper_form(
    source: Source, typed: str, filled_in: datetime | None, kiosk: "Kiosk"
) -> PaperForm | None:
    """Return the paper form that was named; a time long ago is taken, with a warning."""
    if source is not Source.PAPER:
        if typed or filled_in is not None:
            raise wrong("--form", "it belongs to --source paper, and so does --filled-in")
        return None
    if not typed:
        raise wrong("--form", "give its number as it is printed, such as 7K4Q-FMRF")
    if filled_in is None:
        raise wrong("--filled-in", "say when it was filled in, such as 2026-03-31 14:30")
    checked_day(filled_in, "--filled-in")
    at = moment(filled_in, kiosk, "--filled-in")
    if is_long_ago(at, kiosk.clock.now()):
        sys.stderr.write(
            f"It was filled in long ago, on {at:%Y-%m-%d}; the wait counts from then.\n"
        )
    return PaperForm(from_input(typed), at)
