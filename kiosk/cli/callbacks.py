"""`kiosk callbacks`: who asked to be called."""

from typing import Annotated

import typer

from kiosk.cli.output import Format, show
from kiosk.cli.signin import signed_in

app = typer.Typer(help="Who asked to be called.", no_args_is_help=True)
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
    "unreadable",
)


@app.callback()
def callbacks() -> None:
    """Who asked to be called."""


@app.command("list")
def list_(
    user: Annotated[str, typer.Option(help="Your login; a caller's.")],
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List every request with its status and reason, opened by the callback key."""
    from kiosk.domain.phones import shown

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
            "phone": shown(request.phone, country) if request.phone else "",
            "windows": list(request.windows),
            "not_before": request.not_before,
            "call_language": request.call_language,
            "message_policy": request.message_policy,
            "answered_by_other": request.answered_by_other,
            "share_with_team": request.share_with_team,
            "screen_language": request.ui_language,
            "unreadable": request.unreadable,
        }
        for request in requests
    ]
    show(rows, form, columns=COLUMNS, empty="Nobody has asked to be called yet.")
