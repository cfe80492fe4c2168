"""Writes facts straight into a clinic's records, for tests that need many or odd ones."""

from datetime import datetime
from uuid import UUID

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.callbacks.state import EventKind
from kiosk.records.database.writing import add_fact, add_made_here
from kiosk.records.schema.columns import Fact
from kiosk.records.schema.tables import (
    CallbackEvent,
    CheckIn,
    HeadCount,
    Membership,
    Participant,
    Passcard,
)
from tests.support.desks import Clinic


def keep(clinic: Clinic, fact: Fact) -> UUID:
    """Write one fact at the clinic's time; give its id."""
    with clinic.store.write() as transaction:
        add_fact(transaction, fact, clinic.clock.now())
    return fact.id


def event(
    clinic: Clinic,
    request_id: UUID,
    revision: int,
    kind: EventKind,
    outcome: str | None = None,
    *,
    other: UUID | None = None,
    note: bytes | None = None,
    until: datetime | None = None,
    by: UUID | None = None,
    whom: UUID | None = None,
) -> UUID:
    """Let the manager, or `by`, do something about a request; give the event's id."""
    return keep(
        clinic,
        CallbackEvent(
            id=clinic.id(),
            site_id=clinic.site.site_id,
            kiosk_id=clinic.site.kiosk_id,
            request_id=request_id,
            revision=revision,
            kind=kind.value,
            outcome=outcome,
            by_staff=by or clinic.manager.staff.id,
            at=clinic.clock.now(),
            next_at=until,
            other_id=other,
            with_staff=whom,
            sealed_note=note,
        ),
    )


def check_in(
    clinic: Clinic,
    session_id: UUID,
    lookup: bytes | None = None,
    *,
    void_of: UUID | None = None,
    about: tuple[CheckInKind, UUID] | None = None,
    at: datetime | None = None,
    nth: int = 0,
) -> UUID:
    """Let somebody arrive, void an arrival, or tell something `about` one; give the fact's id."""
    arrived = CheckInKind.ARRIVED if lookup else CheckInKind.GUEST
    kind = arrived if void_of is None else CheckInKind.VOID
    if about is not None:
        kind = about[0]
    return keep(
        clinic,
        CheckIn(
            id=clinic.id(),
            site_id=clinic.site.site_id,
            kiosk_id=clinic.site.kiosk_id,
            session_id=session_id,
            lookup=lookup,
            kind=kind.value,
            void_of=void_of,
            about=None if about is None else about[1],
            nth=nth,
            occurred_at=at or clinic.clock.now(),
        ),
    )


def head_count(clinic: Clinic, session_id: UUID, people: int) -> UUID:
    """Let the manager count heads; give the fact's id."""
    return keep(
        clinic,
        HeadCount(
            id=clinic.id(),
            site_id=clinic.site.site_id,
            kiosk_id=clinic.site.kiosk_id,
            session_id=session_id,
            people=people,
            at=clinic.clock.now(),
            by_staff=clinic.manager.staff.id,
        ),
    )


def person(
    clinic: Clinic, lookup: bytes, sealed: bytes = b"sealed", group: UUID | None = None
) -> UUID:
    """Keep a participant with one pass, and a membership if `group` is given; give their id."""
    id_, now, site = clinic.id(), clinic.clock.now(), clinic.site.site_id
    with clinic.store.write() as transaction:
        participant = Participant(
            id=id_, site_id=site, sealed_name=sealed, language="en", created_at=now
        )
        add_made_here(transaction, participant)
        passcard = Passcard(
            id=clinic.id(),
            site_id=site,
            lookup=lookup,
            participant_id=id_,
            name_box=sealed,
            language="en",
            created_at=now,
        )
        add_made_here(transaction, passcard)
        if group is not None:
            member = Membership(id=clinic.id(), site_id=site, participant_id=id_, group_id=group)
            add_made_here(transaction, member)
    return id_


def member(clinic: Clinic, participant: UUID, group: UUID) -> None:
    """Enrol somebody in a group."""
    row = Membership(
        id=clinic.id(), site_id=clinic.site.site_id, participant_id=participant, group_id=group
    )
    with clinic.store.write() as transaction:
        add_made_here(transaction, row)
