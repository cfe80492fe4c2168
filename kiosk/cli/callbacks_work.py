"""`kiosk callbacks`: claiming a request, saying how a call went, closing it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from kiosk.cli import naming
from kiosk.cli.callbacks import COLUMNS, ReferenceArgument, cells
from kiosk.cli.callbacks import app as app
from kiosk.cli.options import MOMENT_FORMATS, CallerOption, NoteOption, from_input, moment
from kiosk.cli.output import Format, FormatOption, show_one
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import NotDone, Verb, wrong
from kiosk.domain.actions import (
    Action,
    ActionResult,
    Attempt,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
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
from kiosk.domain.results import AttemptResult, Outcome

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kiosk.bootstrap import Kiosk
    from kiosk.domain.worklist import WorkRow
    from kiosk.usecases.callbacks import CallbackDesk

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
    Refusal.PAST: "That time has passed, or is more than 90 days away; name another.",
    Refusal.SAME_REQUEST: "It can only be merged into another request that is open.",
    Refusal.MESSAGE_NOT_ALLOWED: (
        "They allowed no such message, and nothing was noted; see `kiosk callbacks show {}`."
    ),
    Refusal.NO_WRONG_NUMBER: (
        "Note a call to a wrong person or dead number first: `kiosk callbacks result {}`."
    ),
    Refusal.BY_VISITOR: "They took it back with their slip; only they can ask again.",
}
_Make = Callable[["CallbackDesk", "Kiosk"], Action]


@app.command(cls=Verb)
def claim(
    reference: ReferenceArgument, user: CallerOption, form: FormatOption = Format.TABLE
) -> None:
    """Take a request for yourself; the claim ends by itself."""
    _act(user, reference, lambda *_: Claim(), form)


@app.command(cls=Verb)
def release(
    reference: ReferenceArgument, user: CallerOption, form: FormatOption = Format.TABLE
) -> None:
    """Give a claimed request back to the list."""
    _act(user, reference, lambda *_: Release(), form)


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
    note: NoteOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a request off the list, with its outcome."""
    _act(user, reference, lambda *_: Close(outcome, from_input(note)), form)


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
def merge(
    reference: ReferenceArgument,
    into: Annotated[
        str, typer.Argument(metavar="INTO", help="Reference of the request that stays.")
    ],
    user: CallerOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Close a request as a duplicate of another."""
    _act(user, reference, lambda desk, _kiosk: Merge(naming.request(desk, into).request.id), form)


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
        row = naming.request(desk, reference)
        zone = kiosk.site.zone
        answer = desk.act(row.request.id, row.state.revision, make(desk, kiosk))
        done = _done(answer, zone, row.request.reference)
    show_one(cells(done, zone), form, columns=tuple(COLUMNS))


def _done(answer: ActionResult, zone: "ZoneInfo", reference: str) -> "WorkRow":
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
