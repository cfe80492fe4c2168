"""`kiosk callbacks`: who asked to be called, and what was done about it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import (
    MOMENT_FORMATS,
    CallerOption,
    NoteOption,
    absolute,
    from_input,
    moment,
)
from kiosk.cli.entry import add, make_forms, show_entered
from kiosk.cli.output import (
    Format,
    FormatOption,
    FormOption,
    OutputOption,
    chosen_format,
    print_exported,
    progress,
    show,
    show_one,
)
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.domain.callbacks.actions import (
    Action,
    ActionResult,
    AddNote,
    Attempt,
    Book,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
    HandOver,
    HeldBy,
    Hold,
    Merge,
    NotFound,
    OutOfDate,
    Refusal,
    Refused,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.callbacks.request import CallLanguage, Window
from kiosk.domain.callbacks.state import AttemptResult, Outcome
from kiosk.domain.callbacks.worklist import PhoneContact, WorklistFilter, WorklistPart, WorkRow
from kiosk.domain.staff import Role
from kiosk.errors import AccessRefused
from kiosk.exports.writing import ExportFormat
from kiosk.presentation.callbacks import describe_rest_hours, format_due

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.domain.callbacks.worklist import HistoryEntry
    from kiosk.domain.staff import Staff
    from kiosk.usecases.callbacks.desk import CallbackDesk


app = typer.Typer(
    cls=Noun, help="Who asked to be called.", invoke_without_command=True, callback=print_help
)
ReferenceArgument = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="Such as 7K4Q-FMRF, in any case.")
]
ShowOption = Annotated[
    WorklistPart, typer.Option("--show", metavar="PART", help=f"{', '.join(WorklistPart)}.")
]
LanguageOption = Annotated[
    CallLanguage | None,
    typer.Option(
        "--language", metavar="CODE", help=f"To be called in it: {', '.join(CallLanguage)}."
    ),
]
WindowOption = Annotated[
    Window | None,
    typer.Option("--window", metavar="CODE", help=f"To be called then: {', '.join(Window)}."),
]
TextOption = Annotated[
    str, typer.Option("--text", metavar="TEXT", help="Part of a name or reference.")
]
_COLUMNS = {
    "reference": "request.reference",
    "asked_at": "request.created_at",
    "received_at": "request.received_at",
    "status": "state.status",
    "reason": "state.reason",
    "call_now": "schedule.call_now",
    "due": "schedule.breach_at",
    "name": "request.preferred_name",
    "phone": "request.phone_masked",
    "call_language": "request.call_language",
    "wishes": "request.wishes",
    "for_another_until": "for_another_until",
    "windows": "request.windows",
    "not_before": "request.not_before",
    "retimed_at": "request.retimed_at",
    "message_policy": "request.message_policy",
    "answered_by_other": "request.answered_by_other",
    "share_with_team": "request.share_with_team",
    "screen_language": "request.ui_language",
    "attempts": "schedule.attempts",
    "last_result": "schedule.last_result",
    "next_at": "schedule.next_at",
    "hint": "schedule.hint",
    "holder": "holder",
    "handed_to": "handed_to",
    "booked_for": "booked_for",
    "booked_with": "booked_with",
    "claim_ends": "claim_ends",
    "may_give_up": "schedule.may_give_up",
    "stopped": "state.stopped",
    "withdrawal_noted": "withdrawal_noted",
    "clock_doubtful": "request.clock_doubtful",
    "unreadable": "request.unreadable",
    "revision": "state.revision",
    "id": "request.id",
    "duplicate_of": "state.merged_into",
    "source": "request.origin.source",
    "entered_by": "entered_by",
    "consent_by": "request.origin.consent_by",
    "consent_how": "request.origin.consent_how",
}
"""Where each column stands in a `WorkRow`."""
_read_cells = attrgetter(*_COLUMNS.values())
_IN_A_TABLE = (
    "reference", "call_now", "due", "status", "name", "phone", "call_language", "wishes", "windows",
    "attempts", "last_result", "source", "holder",
)  # fmt: skip
_HISTORY = (
    "at", "kind", "outcome", "by", "next_at", "note", "undone", "whom", "revision", "event_id",
)  # fmt: skip
_MOMENT = 'Such as "2026-03-31 14:30", 2026-03-31 or 14:30, clinic\'s time.'
_REFUSALS = {
    Refusal.NOT_OPEN: "It is not open; `kiosk callbacks reopen {}` puts it back.",
    Refusal.NOT_CLOSED: "It is open; there is nothing to reopen.",
    Refusal.NOT_CLAIMED: "Claim it first, so that nobody else rings: `kiosk callbacks claim {}`.",
    Refusal.STOPPED: "A stranger or a dead number was reached; do not ring it again, close it.",
    Refusal.TOO_FEW_ATTEMPTS: (
        "Not yet: three attempts on two days, one in their own time, one in another part of the"
        " day; see `kiosk callbacks history {}`."
    ),
    Refusal.NOTHING_TO_UNDO: "There is nothing to undo; see `kiosk callbacks history {}`.",
    Refusal.REASON_MISSING: "Say why in a few words, with --reason.",
    Refusal.NOTE_MISSING: "Write a few words, with --note.",
    Refusal.PAST: "That time has passed, or is more than 90 days away; name another.",
    Refusal.SAME_REQUEST: "It can only be merged into another request that is open.",
    Refusal.MESSAGE_NOT_ALLOWED: (
        "They allowed no such message, and nothing was noted; see `kiosk callbacks show {}`."
    ),
    Refusal.NO_WRONG_NUMBER: (
        "Note a call to a wrong person or dead number first: `kiosk callbacks result {}`."
    ),
    Refusal.CLOSED_DAY: "The clinic is closed on that day; name another.",
    Refusal.NOT_BOOKED: (
        "It is closed, and not with a talk; `kiosk callbacks reopen {}` puts it back first."
    ),
    Refusal.NO_COLLEAGUE: "No account in use has this name; see `kiosk staff list`.",
    Refusal.BY_VISITOR: "They took it back with their slip; only they can ask again.",
}
_Make = Callable[["CallbackDesk", "Kiosk"], Action]


@app.command("list")
def list_(
    user: CallerOption,
    part: ShowOption = WorklistPart.OPEN,
    language: LanguageOption = None,
    window: WindowOption = None,
    text: TextOption = "",
    display: Annotated[
        str,
        typer.Option(
            "--rings-back",
            metavar="NUMBER",
            help="Only those of a number on the display; noted. - takes it from the input.",
        ),
    ] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """List requests in the order to call; of each number only its end.

    A clinician lists those that they have entered, and nothing of the person. Asks for your
    passphrase, or reads KIOSK_PASSPHRASE; it opens the requests.
    """
    from kiosk.domain.callbacks.worklist import matches_filter

    wanted = _filter(part, language, window, text)
    with signed_in(user) as (kiosk, access, staff):
        if Role.CLINICIAN in staff.staff.roles and Role.CALLER not in staff.staff.roles:
            show_entered(access.entry_desk(staff), kiosk.site.zone, form)
            return
        if display:
            found = access.callback_desk(staff).look_up(_displayed(display))
            rows = [_cells(row, kiosk, form) for row in found]
            empty = "No open request has this number."
            show(rows, form, columns=_columns_in(form), empty=empty)
            return
        listed = access.callback_desk(staff).worklist()
        wanted_rows = [row for row in listed.rows if matches_filter(row, wanted, listed.speaks)]
        rows = [_cells(row, kiosk, form) for row in wanted_rows]
    empty = "Nobody has asked to be called yet."
    if listed.rows:
        empty = "No request is in this part of the list; `--show all` shows every one."
    show(rows, form, columns=_columns_in(form), empty=empty)


def _columns_in(form: Format) -> tuple[str, ...]:
    return _IN_A_TABLE if form is Format.TABLE else tuple(_COLUMNS)


def _displayed(typed: str) -> str:
    """Return the number on a telephone's display, which is long enough to look it up."""
    from kiosk.domain.phones import LEAST_SHOWN, has_digits_to_find

    number = from_input(typed)
    if not has_digits_to_find(number):
        raise wrong("--rings-back", f"it needs to be whole, or its last {LEAST_SHOWN} digits")
    return number


@app.command("show", cls=Verb)
def show_request(
    reference: ReferenceArgument,
    user: CallerOption,
    number: Annotated[
        bool, typer.Option("--number", help="Show the whole number; this is noted.")
    ] = False,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Look for others of the same number.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show one request: what may be said, what was tried."""
    with signed_in(user) as (kiosk, access, staff):
        desk = access.callback_desk(staff)
        row = _find_request(desk, reference)
        found = _cells(row, kiosk, form)
        if number:
            contact = desk.reveal(row.request.id)
            if isinstance(contact, Refused):
                raise AccessRefused("This request was taken back; nobody may ring them.")
            found["phone"] = contact.phone if isinstance(contact, PhoneContact) else ""
        if duplicates:
            found["duplicates"] = [
                other.request.reference for other in desk.duplicates(row.request.id)
            ]
        if row.state.merged_into is not None:
            other = desk.row(row.state.merged_into)
            found["duplicate_of"] = other.request.reference if isinstance(other, WorkRow) else None
    show_one(found, form, columns=tuple(found))


@app.command(cls=Verb)
def history(
    reference: ReferenceArgument, user: CallerOption, form: FormatOption = Format.TABLE
) -> None:
    """Tell what was done about one request, with the notes."""
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.callback_desk(staff), kiosk.site.zone
        entries = desk.history(_find_request(desk, reference).request.id)
        rows = [_history_cells(entry, desk, zone) for entry in entries]
    columns = (*_HISTORY[:8], "into") if form is Format.TABLE else (*_HISTORY, "into")
    show(rows, form, columns=columns, empty="Nothing has been done about it yet.")


app.command(cls=Verb)(add)
app.command("form", cls=Verb)(make_forms)


@app.command()
def export(
    user: CallerOption,
    part: ShowOption = WorklistPart.ALL,
    language: LanguageOption = None,
    window: WindowOption = None,
    text: TextOption = "",
    form: FormOption = None,
    output: OutputOption = None,
) -> None:
    """Write requests with their whole numbers to a file.

    This is noted. Asks for your passphrase, or reads KIOSK_PASSPHRASE. Prints the file's path.
    """
    _export(
        user, _filter(part, language, window, text), chosen_format(form, output), absolute(output)
    )


@app.command(cls=Verb)
def claim(
    user: CallerOption,
    reference: Annotated[
        str | None,
        typer.Argument(metavar="[REFERENCE]", help="Without it: the next call to make."),
    ] = None,
    present: Annotated[
        str | None,
        typer.Option("--instead-of", metavar="REFERENCE", help="A claimed one to let go of."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a request for yourself, or the next one; it ends by itself."""
    if reference is not None:
        if present is not None:
            raise wrong("--instead-of", "it belongs to the next call, without a REFERENCE")
        _act(user, reference, lambda *_: Claim(), form)
        return
    with signed_in(user) as (kiosk, access, staff):
        desk = access.callback_desk(staff)
        held = None if present is None else _find_request(desk, present).request.id
        row = desk.next_call(held)
        if row is None:
            rest = describe_rest_hours(kiosk.clock.now(), kiosk.calendar())
            raise NotDone(rest or "There is no other call to make just now.")
        found = _cells(row, kiosk, form)
    show_one(found, form, columns=tuple(_COLUMNS))


@app.command(cls=Verb)
def release(
    reference: ReferenceArgument,
    user: CallerOption,
    to: Annotated[
        str, typer.Option("--to", metavar="LOGIN", help="The colleague who is to ring.")
    ] = "",
    note: NoteOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Give a request back to the list, or to a colleague."""

    def make(desk: "CallbackDesk", _kiosk: "Kiosk") -> Action:
        whom = _find_person(desk.colleagues(), to, "--to") if to else None
        is_handed = to or note or _find_request(desk, reference).handed_to
        return HandOver(whom, from_input(note)) if is_handed else Release()

    _act(user, reference, make, form)


@app.command(cls=Verb)
def result(
    reference: ReferenceArgument,
    ended: Annotated[
        AttemptResult,
        typer.Argument(metavar="RESULT", help=f"One of {', '.join(AttemptResult)}."),
    ],
    user: CallerOption,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=MOMENT_FORMATS, metavar="TIME", help="When they asked to be called instead."
        ),
    ] = None,
    note: NoteOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Say how a call ended."""
    if (at is not None) is not (ended is AttemptResult.CALL_LATER):
        raise wrong("--at", f"it belongs to {AttemptResult.CALL_LATER}, which needs it")

    def make(_desk: "CallbackDesk", kiosk: "Kiosk") -> Action:
        return Attempt(ended, at and moment(at, kiosk, "--at"), from_input(note))

    _act(user, reference, make, form)


@app.command(cls=Verb)
def hold(
    reference: ReferenceArgument,
    until: Annotated[datetime, typer.Option(formats=MOMENT_FORMATS, metavar="TIME", help=_MOMENT)],
    user: CallerOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Leave a request alone until a time."""
    _act(user, reference, lambda _desk, kiosk: Hold(moment(until, kiosk, "--until")), form)


@app.command(cls=Verb)
def close(
    reference: ReferenceArgument,
    outcome: Annotated[
        Outcome, typer.Argument(metavar="OUTCOME", help=f"One of {', '.join(Outcome)}.")
    ],
    user: CallerOption,
    at: Annotated[
        datetime | None,
        typer.Option(formats=MOMENT_FORMATS, metavar="TIME", help="When the talk is."),
    ] = None,
    person: Annotated[
        str, typer.Option("--with", metavar="LOGIN", help="Who will talk with them.")
    ] = "",
    note: NoteOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a request off the list, or move its talk."""
    if (at is not None or person) and outcome is not Outcome.SESSION_BOOKED:
        raise wrong("--at", f"a talk belongs to {Outcome.SESSION_BOOKED}")
    if person and at is None:
        raise wrong("--with", "it needs --at, the time of the talk")

    def make(desk: "CallbackDesk", kiosk: "Kiosk") -> Action:
        if at is None:
            return Close(outcome, from_input(note))
        whom = _find_person(desk.people(), person, "--with") if person else None
        return Book(moment(at, kiosk, "--at"), whom, from_input(note))

    _act(user, reference, make, form)


@app.command(cls=Verb)
def reopen(
    reference: ReferenceArgument,
    user: CallerOption,
    note: NoteOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Put a closed, merged or escalated request back."""
    _act(user, reference, lambda *_: Reopen(from_input(note)), form)


@app.command(cls=Verb)
def escalate(
    reference: ReferenceArgument,
    user: CallerOption,
    note: NoteOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Hand a request over to the duty clinician."""
    _act(user, reference, lambda *_: Escalate(from_input(note)), form)


@app.command(cls=Verb)
def withdraw(
    reference: ReferenceArgument,
    user: CallerOption,
    note: NoteOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """The visitor took it back; confirms a typed reference."""
    _act(user, reference, lambda *_: Withdraw(from_input(note)), form)


@app.command(cls=Verb)
def dismiss(
    reference: ReferenceArgument, user: CallerOption, form: FormatOption = Format.TABLE
) -> None:
    """A typed withdrawal was not the visitor's."""
    _act(user, reference, lambda *_: DismissNote(), form)


@app.command(cls=Verb)
def note(
    reference: ReferenceArgument,
    text: NoteOption,
    user: CallerOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Keep a note, on a closed request too; nothing else changes."""
    _act(user, reference, lambda *_: AddNote(from_input(text)), form)


@app.command(cls=Verb)
def merge(
    reference: ReferenceArgument,
    into: Annotated[
        str, typer.Argument(metavar="INTO", help="Reference of the request that stays.")
    ],
    user: CallerOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Close a request as a duplicate of another."""
    _act(user, reference, lambda desk, _kiosk: Merge(_find_request(desk, into).request.id), form)


@app.command(cls=Verb)
def undo(
    reference: ReferenceArgument,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, in a few words; - takes it from the input.")
    ],
    user: CallerOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take back the latest thing done to a request."""
    _act(user, reference, lambda *_: Undo(from_input(reason)), form)


def _act(user: str, reference: str, make: _Make, form: Format) -> None:
    """Do something about a request as it is now, and print how it is then."""
    with signed_in(user) as (kiosk, access, staff):
        desk = access.callback_desk(staff)
        row = _find_request(desk, reference)
        answer = desk.act(row.request.id, row.state.revision, make(desk, kiosk))
        done = _written_row(answer, kiosk.site.zone, row.request.reference)
        found = _cells(done, kiosk, form)
    show_one(found, form, columns=tuple(_COLUMNS))


def _written_row(answer: ActionResult, zone: ZoneInfo, reference: str) -> WorkRow:
    """Return the request as it is now; NotDone where nothing was written."""
    match answer:
        case Done(row):
            return row
        case HeldBy(login, until):
            raise NotDone(
                f"{login} has claimed it until {until.astimezone(zone):%H:%M}; take another one,"
                " or ask them."
            )
        case OutOfDate():
            raise NotDone(
                "Somebody has just changed it; look at it with"
                f" `kiosk callbacks show {reference}`, then try again."
            )
        case Refused(reason):
            raise NotDone(_REFUSALS[reason].format(reference))
        case NotFound():
            raise NotDone("This request is no longer kept; see `kiosk callbacks list`.")
        case _:
            assert_never(answer)


def _find_request(desk: "CallbackDesk", typed: str) -> WorkRow:
    """Find a callback request by its reference, however it was typed, or by its whole id."""
    from kiosk.domain.callbacks.request import parse_reference

    reference = parse_reference(typed)
    if reference is not None:
        row = desk.named(reference)
    else:
        try:
            row = desk.row(UUID(typed))
        except ValueError:
            raise wrong("REFERENCE", "it is not one; they look like 7K4Q-FMRF") from None
    if isinstance(row, NotFound):
        raise NotDone("No request has this reference; see `kiosk callbacks list --show all`.")
    return row


def _find_person(people: "Sequence[Staff]", typed: str, option: str) -> UUID:
    """Return the id of one of the staff by their login."""
    from kiosk.domain.staff import normalise_login

    login = normalise_login(typed)
    found = next((one.id for one in people if one.login == login), None)
    if found is None:
        raise wrong(option, "no account in use has this name; see `kiosk staff list`")
    return found


def _cells(row: WorkRow, kiosk: "Kiosk", form: Format) -> dict[str, object]:
    """Return the cells of one request, times in the clinic's zone; what is due, in words."""
    values: tuple[object, ...] = _read_cells(row)
    zone = kiosk.site.zone
    found = {
        name: value.astimezone(zone) if isinstance(value, datetime) else value
        for name, value in zip(_COLUMNS, values, strict=True)
    }
    if form is Format.TABLE:  # programs get the time
        found["due"] = format_due(row.schedule, kiosk.clock.now(), zone)
    return found


def _export(user: str, wanted: WorklistFilter, form: ExportFormat, output: Path | None) -> None:
    from kiosk.bootstrap.files import export_context, export_target
    from kiosk.exports.writing import describe_selection, export_callbacks

    with signed_in(user) as (kiosk, access, staff):
        desk = access.callback_desk(staff)
        context = export_context(kiosk, staff.staff.login, describe_selection(wanted), output)
        target = export_target(kiosk, output)
        with progress("Reading") as reading:
            rows = desk.export_rows(wanted, reading)
        with progress("Writing") as writing:
            written = export_callbacks(rows, target, form, context, writing)
    print_exported(written, ("request", "requests"), context)


def _filter(
    part: WorklistPart, language: CallLanguage | None, window: Window | None, text: str
) -> WorklistFilter:
    return WorklistFilter(part, language or "", text, window or "")


def _history_cells(
    entry: "HistoryEntry", desk: "CallbackDesk", zone: ZoneInfo
) -> Mapping[str, object]:
    into = desk.row(entry.other_id) if entry.other_id is not None else None
    return {
        "at": entry.at.astimezone(zone),
        "kind": entry.kind,
        "outcome": entry.outcome,
        "by": entry.by,
        "next_at": None if entry.next_at is None else entry.next_at.astimezone(zone),
        "note": entry.note,
        "undone": entry.undone,
        "whom": entry.whom,
        "revision": entry.revision,
        "event_id": entry.event_id,
        "into": into.request.reference if isinstance(into, WorkRow) else None,
    }
