"""`kiosk callbacks`: who asked to be called."""

from typing import Annotated

import typer

from kiosk.cli.output import Format, FormatOption, show
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import print_help

app = typer.Typer(help="Who asked to be called.", invoke_without_command=True, callback=print_help)
COLUMNS = (
    "reference",
    "asked_at",
    "status",
    "reason",
    "name",
    "phone",
    "windows",
    "not_before",
    "call_language",
    "message_policy",
    "answered_by_other",
    "share_with_team",
    "screen_language",
    "withdrawal_noted",
    "clock_doubtful",
    "unreadable",
)
_USER = "Your login; it needs the role caller."


@app.command("list")
def list_(
    user: Annotated[str, typer.Option(metavar="LOGIN", help=_USER)],
    form: FormatOption = Format.TABLE,
) -> None:
    """List every request with its status and reason.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE; it opens the requests. Phones of
    the clinic's own country are shown without its code, but for JSON.
    """
    with signed_in(user) as (kiosk, access, staff):
        requests = access.callback_desk(staff).worklist()
        zone, country = kiosk.site.zone, kiosk.site.country
    rows = [
        {
            "reference": request.reference,
            "asked_at": request.created_at.astimezone(zone),
            "status": request.status,
            "reason": request.reason,
            "name": request.preferred_name,
            "phone": _phone(request.phone, country, form),
            "windows": request.windows,
            "not_before": request.not_before,
            "call_language": request.call_language,
            "message_policy": request.message_policy,
            "answered_by_other": request.answered_by_other,
            "share_with_team": request.share_with_team,
            "screen_language": request.ui_language,
            "withdrawal_noted": request.withdrawal_noted,
            "clock_doubtful": request.clock_doubtful,
            "unreadable": request.unreadable,
        }
        for request in requests
    ]
    show(rows, form, columns=COLUMNS, empty="Nobody has asked to be called yet.")


def _phone(e164: str, country: str, form: Format) -> str:
    """Group a number: for programs with its country, for people as it is dialled in `country`.

    So a number of the clinic's own country begins with no +, which is a formula to a spreadsheet.
    """
    from kiosk.domain.phones import Phone, check_phone, shown

    checked = check_phone(e164, country)
    if form is Format.JSON or not isinstance(checked, Phone):
        return shown(e164, country)
    return checked.national
