"""`kiosk sessions`: cancelling them, and putting them back."""

from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import planned
from kiosk.cli.options import ManagerOption
from kiosk.cli.output import Format, FormatOption, show_one
from kiosk.cli.planned import kept
from kiosk.cli.sessions import SESSION_HELP
from kiosk.cli.sessions import app as app
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import NotDone, Verb, wrong
from kiosk.domain.groups import SeriesFrom, SessionPlan, Which

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kiosk.usecases.groupsdesk import GroupsDesk


@app.command(cls=Verb)
def cancel(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSIONS", help=SESSION_HELP)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the staff.")],
    user: ManagerOption,
    rest: Annotated[
        bool, typer.Option("--rest", help="With all that follow in its series.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Cancel sessions; no kiosk shows them any more."""
    if rest and len(sessions) > 1:
        raise wrong("--rest", "name one session, the first of those to cancel")
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.groups_desk(staff), kiosk.site.zone
        gone = kept(desk.cancel_sessions(_which(desk, sessions, zone, rest=rest), reason))
    row = {"cancelled": gone.sessions, "reason": reason}
    show_one(row, form, columns=tuple(row))


@app.command(cls=Verb)
def restore(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSIONS", help=SESSION_HELP)],
    user: ManagerOption,
    rest: Annotated[
        bool,
        typer.Option("--rest", help="With what follows in its series and was cancelled alike."),
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Let cancelled sessions take place after all."""
    if rest and len(sessions) > 1:
        raise wrong("--rest", "name one session, the first of those to restore")
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.groups_desk(staff), kiosk.site.zone
        back = kept(desk.restore_sessions(_which(desk, sessions, zone, rest=rest)))
    row = {"restored": back.sessions}
    show_one(row, form, columns=tuple(row))


def _which(desk: "GroupsDesk", typed: list[str], zone: "ZoneInfo", *, rest: bool) -> Which:
    """Find the sessions that were meant; with `rest` the first of them and what follows it."""
    meant = [planned.session(desk, one, zone).plan for one in typed]
    return _rest_of(meant[0], zone) if rest else [plan.id for plan in meant]


def _rest_of(plan: SessionPlan, zone: "ZoneInfo") -> SeriesFrom:
    if plan.series_id is None:
        raise NotDone("It belongs to no series that was planned here; leave out --rest.")
    return SeriesFrom(plan.series_id, plan.starts_at.astimezone(zone).date())
