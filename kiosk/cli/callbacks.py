"""`kiosk callbacks`: who asked to be called, and what is told of them."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.cli import naming
from kiosk.cli.exports import FormOption, OutputOption, form_of, progress, report
from kiosk.cli.options import CallerOption, absolute
from kiosk.cli.output import Format, FormatOption, show, show_one
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import Noun, Verb, print_help
from kiosk.domain.actions import Refused
from kiosk.domain.requests import CallLanguage, Window
from kiosk.domain.worklist import Contact, Filter, Show, WorkRow
from kiosk.errors import AccessRefused
from kiosk.reports.exporting import Form

if TYPE_CHECKING:
    from kiosk.domain.worklist import HistoryEntry
    from kiosk.usecases.callbacks import CallbackDesk

app = typer.Typer(
    cls=Noun, help="Who asked to be called.", invoke_without_command=True, callback=print_help
)
ReferenceArgument = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="Such as 7K4Q-FMRX, in any case.")
]
ShowOption = Annotated[Show, typer.Option("--show", metavar="PART", help=f"{', '.join(Show)}.")]
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
COLUMNS = {
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
    "windows": "request.windows",
    "not_before": "request.not_before",
    "message_policy": "request.message_policy",
    "answered_by_other": "request.answered_by_other",
    "share_with_team": "request.share_with_team",
    "screen_language": "request.ui_language",
    "attempts": "schedule.attempts",
    "last_result": "schedule.last_result",
    "next_at": "schedule.next_at",
    "hint": "schedule.hint",
    "holder": "holder",
    "claim_ends": "claim_ends",
    "may_give_up": "schedule.may_give_up",
    "stopped": "state.stopped",
    "withdrawal_noted": "withdrawal_noted",
    "clock_doubtful": "request.clock_doubtful",
    "unreadable": "request.unreadable",
    "revision": "state.revision",
    "id": "request.id",
    "duplicate_of": "state.merged_into",
}
"""Where each column stands in a `WorkRow`."""
_CELLS = attrgetter(*COLUMNS.values())
_IN_A_TABLE = (
    "reference", "call_now", "due", "status", "name", "phone", "call_language", "windows",
    "attempts", "last_result", "holder",
)  # fmt: skip
_HISTORY = ("at", "kind", "outcome", "by", "next_at", "note", "undone", "revision", "event_id")


def cells(row: WorkRow, zone: ZoneInfo) -> dict[str, object]:
    """Return what a list says of one request, times in the clinic's zone."""
    values: tuple[object, ...] = _CELLS(row)
    return {
        name: value.astimezone(zone) if isinstance(value, datetime) else value
        for name, value in zip(COLUMNS, values, strict=True)
    }


@app.command("list")
def list_(
    user: CallerOption,
    part: ShowOption = Show.OPEN,
    language: LanguageOption = None,
    window: WindowOption = None,
    text: TextOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """List requests in the order to call; of each number only its end.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE; it opens the requests.
    """
    from kiosk.domain.calling import matches

    wanted = _filter(part, language, window, text)
    with signed_in(user) as (kiosk, access, staff):
        listed = access.callback_desk(staff).worklist()
        zone = kiosk.site.zone
    rows = [cells(row, zone) for row in listed.rows if matches(row, wanted, listed.speaks)]
    empty = "Nobody has asked to be called yet."
    if listed.rows:
        empty = "No request is in this part of the list; `--show all` shows every one."
    show(rows, form, columns=_IN_A_TABLE if form is Format.TABLE else tuple(COLUMNS), empty=empty)


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
        desk, zone = access.callback_desk(staff), kiosk.site.zone
        row = naming.request(desk, reference)
        found = cells(row, zone)
        if number:
            contact = desk.reveal(row.request.id)
            if isinstance(contact, Refused):
                raise AccessRefused("This request was taken back; nobody may ring them.")
            found["phone"] = contact.phone if isinstance(contact, Contact) else ""
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
        told = desk.history(naming.request(desk, reference).request.id)
        rows = [_told(entry, desk, zone) for entry in told]
    columns = (*_HISTORY[:7], "into") if form is Format.TABLE else (*_HISTORY, "into")
    show(rows, form, columns=columns, empty="Nothing has been done about it yet.")


@app.command()
def export(
    user: CallerOption,
    part: ShowOption = Show.ALL,
    language: LanguageOption = None,
    window: WindowOption = None,
    text: TextOption = "",
    form: FormOption = None,
    output: OutputOption = None,
) -> None:
    """Write requests with their whole numbers to a file.

    This is noted. Asks for your passphrase, or reads KIOSK_PASSPHRASE. Prints the file's path.
    """
    _export(user, _filter(part, language, window, text), form_of(form, output), absolute(output))


def _export(user: str, wanted: Filter, form: Form, output: Path | None) -> None:
    from kiosk.bootstrap.exports import export_context, export_target
    from kiosk.reports.exporting import export_callbacks, selection_words

    with signed_in(user) as (kiosk, access, staff):
        desk = access.callback_desk(staff)
        context = export_context(kiosk, staff.staff.login, selection_words(wanted), output)
        target = export_target(kiosk, output)
        with progress("Reading") as reading:
            rows = desk.export_rows(wanted, reading)
        with progress("Writing") as writing:
            written = export_callbacks(rows, target, form, context, writing)
    report(written, ("request", "requests"), context)


def _filter(part: Show, language: CallLanguage | None, window: Window | None, text: str) -> Filter:
    return Filter(part, language or "", text, window or "")


def _told(entry: "HistoryEntry", desk: "CallbackDesk", zone: ZoneInfo) -> Mapping[str, object]:
    into = desk.row(entry.other_id) if entry.other_id is not None else None
    return {
        "at": entry.at.astimezone(zone),
        "kind": entry.kind,
        "outcome": entry.outcome,
        "by": entry.by,
        "next_at": None if entry.next_at is None else entry.next_at.astimezone(zone),
        "note": entry.note,
        "undone": entry.undone,
        "revision": entry.revision,
        "event_id": entry.event_id,
        "into": into.request.reference if isinstance(into, WorkRow) else None,
    }
