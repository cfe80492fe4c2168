"""`kiosk callbacks list`, `show`, `history` and `export`: requests as they are."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import CallerOption, absolute, from_input
from kiosk.cli.entry import show_entered
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
from kiosk.cli.usage import NotDone, wrong
from kiosk.domain.callbacks.actions import NotFound, Refused
from kiosk.domain.callbacks.request import CallLanguage, Window
from kiosk.domain.callbacks.worklist import PhoneContact, WorklistFilter, WorklistPart, WorkRow
from kiosk.domain.staff import Role
from kiosk.errors import AccessRefused
from kiosk.exports.writing import ExportFormat
from kiosk.presentation.callbacks import format_due

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.domain.callbacks.worklist import HistoryEntry
    from kiosk.usecases.callbacks.desk import CallbackDesk


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
_read_cells = attrgetter(*COLUMNS.values())
_IN_A_TABLE = (
    "reference", "call_now", "due", "status", "name", "phone", "call_language", "wishes", "windows",
    "attempts", "last_result", "source", "holder",
)  # fmt: skip
_HISTORY = (
    "at", "kind", "outcome", "by", "next_at", "note", "undone", "whom", "revision", "event_id",
)  # fmt: skip


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
            rows = [request_cells(row, kiosk, form) for row in found]
            empty = "No open request has this number."
            show(rows, form, columns=_columns_in(form), empty=empty)
            return
        listed = access.callback_desk(staff).worklist()
        wanted_rows = [row for row in listed.rows if matches_filter(row, wanted, listed.speaks)]
        rows = [request_cells(row, kiosk, form) for row in wanted_rows]
    empty = "Nobody has asked to be called yet."
    if listed.rows:
        empty = "No request is in this part of the list; `--show all` shows every one."
    show(rows, form, columns=_columns_in(form), empty=empty)


def _columns_in(form: Format) -> tuple[str, ...]:
    return _IN_A_TABLE if form is Format.TABLE else tuple(COLUMNS)


def _displayed(typed: str) -> str:
    """Return the number on a telephone's display, which is long enough to look it up."""
    from kiosk.domain.phones import LEAST_SHOWN, has_digits_to_find

    number = from_input(typed)
    if not has_digits_to_find(number):
        raise wrong("--rings-back", f"it needs to be whole, or its last {LEAST_SHOWN} digits")
    return number


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
        row = find_request(desk, reference)
        found = request_cells(row, kiosk, form)
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


def history(
    reference: ReferenceArgument, user: CallerOption, form: FormatOption = Format.TABLE
) -> None:
    """Tell what was done about one request, with the notes."""
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.callback_desk(staff), kiosk.site.zone
        entries = desk.history(find_request(desk, reference).request.id)
        rows = [_history_cells(entry, desk, zone) for entry in entries]
    columns = (*_HISTORY[:8], "into") if form is Format.TABLE else (*_HISTORY, "into")
    show(rows, form, columns=columns, empty="Nothing has been done about it yet.")


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


def find_request(desk: "CallbackDesk", typed: str) -> WorkRow:
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


def request_cells(row: WorkRow, kiosk: "Kiosk", form: Format) -> dict[str, object]:
    """Return the cells of one request, times in the clinic's zone; what is due, in words."""
    values: tuple[object, ...] = _read_cells(row)
    zone = kiosk.site.zone
    found = {
        name: value.astimezone(zone) if isinstance(value, datetime) else value
        for name, value in zip(COLUMNS, values, strict=True)
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
