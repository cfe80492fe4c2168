"""`kiosk attendance`: putting people on a session's list, taking them off, counting heads."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple
from uuid import UUID

import typer

from kiosk.cli import naming
from kiosk.cli.attendance import SESSION, SessionArgument, session_cells
from kiosk.cli.attendance import app as app
from kiosk.cli.options import DayOption, FacilitatorOption, LanguageOption, checked_day
from kiosk.cli.output import Format, FormatOption, show_one
from kiosk.cli.people import checked_language, checked_name
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import NotDone, Verb, wrong
from kiosk.domain.roster import MOST_PEOPLE, Added, VoidReason

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from kiosk.usecases.access import Access
    from kiosk.usecases.roster import RosterDesk
    from kiosk.usecases.staffdesk import SignedIn

PeopleArgument = Annotated[
    int, typer.Argument(metavar="PEOPLE", min=0, max=MOST_PEOPLE, help="How many.")
]
WhoArgument = Annotated[
    str, typer.Argument(metavar="WHO", help="Their first name, or their id in the list.")
]
_LISTING = "`kiosk attendance list`"


class _AtWork(NamedTuple):
    """A facilitator at one session's list."""

    kiosk: "Kiosk"
    access: "Access"
    staff: "SignedIn"
    desk: "RosterDesk"
    session: UUID


@app.command(cls=Verb)
def add(
    session: SessionArgument,
    user: FacilitatorOption,
    name: Annotated[str, typer.Argument(metavar="NAME", help="First name of somebody new.")] = "",
    member: Annotated[
        str, typer.Option(metavar="WHO", help="A member instead: a first name, or an id.")
    ] = "",
    language: LanguageOption = "en",
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put somebody on the list."""
    if bool(name) is bool(member):
        raise wrong("NAME", "give a name, or a member with --member")
    first_name = checked_name(name, "NAME") if name else ""
    checked_language(language)
    with _at_session(user, session, day, form) as work:
        if not member:
            draft = work.desk.new_pass()
            work.desk.add_person(work.session, first_name, language, draft)
            return
        found = naming.member(work.access.pass_desk(work.staff), member)
        answer = work.desk.add_member(work.session, found.participant_id)
        if not isinstance(answer, Added):
            since = answer.since.astimezone(work.kiosk.site.zone)
            raise NotDone(f"They are on this list already, since {since:%H:%M}.")


@app.command(cls=Verb)
def guests(
    session: SessionArgument,
    user: FacilitatorOption,
    people: Annotated[
        int, typer.Argument(metavar="PEOPLE", min=1, max=MOST_PEOPLE, help="How many.")
    ] = 1,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Count guests, one where no number is given."""
    with _at_session(user, session, day, form) as work:
        work.desk.add_guests(work.session, work.desk.new_guests(people))


@app.command(cls=Verb)
def void(
    session: SessionArgument,
    who: WhoArgument,
    reason: Annotated[
        VoidReason, typer.Option(metavar="REASON", help=f"One of {', '.join(VoidReason)}.")
    ],
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take somebody off the list."""
    with _at_session(user, session, day, form) as work:
        here = work.desk.roster(work.session).arrived
        found = naming.person(here, who, "person here", _LISTING)
        work.desk.void(found.fact_ids, reason)


@app.command(cls=Verb)
def restore(
    session: SessionArgument,
    who: WhoArgument,
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put somebody back who was taken off."""
    with _at_session(user, session, day, form) as work:
        off = work.desk.roster(work.session).voided
        found = naming.person(off, who, "person who was taken off", _LISTING)
        work.desk.undo_void(found.void_ids)


@app.command(cls=Verb)
def count(
    session: SessionArgument,
    people: PeopleArgument,
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Keep how many people are in the room."""
    with _at_session(user, session, day, form) as work:
        work.desk.count_heads(work.session, people)


@app.command(cls=Verb)
def reconcile(
    session: SessionArgument,
    people: PeopleArgument,
    user: FacilitatorOption,
    day: DayOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Close the list with the number of people who came."""
    with _at_session(user, session, day, form) as work:
        work.desk.reconcile(work.session, people)


@contextmanager
def _at_session(user: str, session: str, day: datetime | None, form: Format) -> Iterator[_AtWork]:
    """Lend one session's list; what became of the session is printed afterwards."""
    checked_day(day)
    with signed_in(user) as (kiosk, access, staff):
        desk, zone = access.roster_desk(staff), kiosk.site.zone
        card = naming.session(desk, session, day, zone)
        yield _AtWork(kiosk, access, staff, desk, card.session.id)
        row = session_cells(naming.session(desk, str(card.session.id), day, zone), zone)
    show_one(row, form, columns=SESSION)
