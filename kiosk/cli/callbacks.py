"""`kiosk callbacks`: who asked to be called, and what was done about it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import MOMENT_FORMATS, CallerOption, NoteOption, from_input, moment
from kiosk.cli.entry import add, make_forms
from kiosk.cli.output import Format, FormatOption, show_one
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.cli.worklist import (
    COLUMNS,
    ReferenceArgument,
    export,
    find_request,
    history,
    list_,
    request_cells,
    show_request,
)
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
from kiosk.domain.callbacks.state import AttemptResult, Outcome
from kiosk.domain.callbacks.worklist import WorkRow
from kiosk.presentation.callbacks import describe_rest_hours

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.domain.staff import Staff
    from kiosk.usecases.callbacks.desk import CallbackDesk


app = typer.Typer(
    cls=Noun, help="Who asked to be called.", invoke_without_command=True, callback=print_help
)
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

app.command("list")(list_)
app.command("show", cls=Verb)(show_request)
app.command(cls=Verb)(history)
app.command(cls=Verb)(add)
app.command("form", cls=Verb)(make_forms)
app.command()(export)


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
        held = None if present is None else find_request(desk, present).request.id
        row = desk.next_call(held)
        if row is None:
            rest = describe_rest_hours(kiosk.clock.now(), kiosk.calendar())
            raise NotDone(rest or "There is no other call to make just now.")
        found = request_cells(row, kiosk, form)
    show_one(found, form, columns=tuple(COLUMNS))


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
        is_handed = to or note or find_request(desk, reference).handed_to
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
    _act(user, reference, lambda desk, _kiosk: Merge(find_request(desk, into).request.id), form)


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
        row = find_request(desk, reference)
        answer = desk.act(row.request.id, row.state.revision, make(desk, kiosk))
        done = _written_row(answer, kiosk.site.zone, row.request.reference)
        found = request_cells(done, kiosk, form)
    show_one(found, form, columns=tuple(COLUMNS))


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


def _find_person(people: "Sequence[Staff]", typed: str, option: str) -> UUID:
    """Return the id of one of the staff by their login."""
    from kiosk.domain.staff import normalise_login

    login = normalise_login(typed)
    found = next((one.id for one in people if one.login == login), None)
    if found is None:
        raise wrong(option, "no account in use has this name; see `kiosk staff list`")
    return found
