"""Attendance in FHIR: the people of a session as a Group, counts as an Observation.

Nobody who came without a pass becomes an Encounter: they are a number.
"""

from collections.abc import Iterable, Sequence

from kiosk.domain.roster import AttendanceRow, PassStanding
from kiosk.domain.text import clean
from kiosk.reports.fhir import (
    Part,
    Resource,
    System,
    coded,
    filled,
    identifier,
    instant,
    link,
    part_id,
    period,
)
from kiosk.reports.tables import ExportContext

_CLASSES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def by_session(rows: Iterable[AttendanceRow]) -> Sequence[Sequence[AttendanceRow]]:
    """Return the rows of each session together, in the order in which sessions first come."""
    sessions: dict[object, list[AttendanceRow]] = {}
    for row in rows:
        sessions.setdefault(row.session.id, []).append(row)
    return tuple(sessions.values())


def session_resources(rows: Sequence[AttendanceRow], context: ExportContext) -> Iterable[Resource]:
    """Yield the resources of one session from its rows, of which there is at least one."""
    present = [row for row in rows if row.present]
    yield _group(rows[0], present, context)
    if any(row.standing is PassStanding.KNOWN for row in present):
        yield _encounter(rows[0], context)
    yield _counts(rows[0], present, context)


def _group(
    session: AttendanceRow, present: Sequence[AttendanceRow], context: ExportContext
) -> Resource:
    """Return who was there: those with a known pass by first name, the others in the number."""
    known = [row for row in present if row.standing is PassStanding.KNOWN and row.name]
    return filled(
        resourceType="Group",
        id=str(part_id(session.session.id, "Group")),
        identifier=identifier(System.ID, str(session.session.id)),
        type="person",
        actual=True,
        code=coded(System.WHAT, "session_attendance"),
        name=clean(session.group_name),
        quantity=len(present),
        member=[_member(row, context) for row in known],
    )


def _member(row: AttendanceRow, context: ExportContext) -> Part:
    # A first name identifies nobody, so it is no resource of its own to be matched.
    return {
        "entity": {"type": "Patient", "display": clean(row.name or "")},
        "period": {"start": instant(row.arrived_at, context)},
    }


def _encounter(row: AttendanceRow, context: ExportContext) -> Resource:
    """Return the meeting itself."""
    session = row.session
    if row.cancelled:
        status = "cancelled"
    elif context.at < session.starts_at:
        status = "planned"
    else:
        status = "in-progress" if context.at < session.ends_at else "finished"
    room = clean(session.room)
    return filled(
        resourceType="Encounter",
        id=str(session.id),
        status=status,
        class_={"system": _CLASSES, "code": "AMB"},
        type=[coded(System.WHAT, "group_session")],
        serviceType={"text": clean(session.label)} if session.label else {},
        subject=link("Group", part_id(session.id, "Group")),
        period=period(session.starts_at, session.ends_at, context),
        location=[{"location": {"type": "Location", "display": room}}] if room else [],
    )


def _counts(
    row: AttendanceRow, present: Sequence[AttendanceRow], context: ExportContext
) -> Resource:
    """Return how many arrived, how many of them as guests, and how many heads were counted."""
    session = row.session
    guests = sum(one.standing is PassStanding.NONE for one in present)
    parts = [("guests", guests), ("head_count", row.head_count)]
    return filled(
        resourceType="Observation",
        id=str(part_id(session.id, "Observation")),
        status="final" if context.at >= session.ends_at else "preliminary",
        code=coded(System.WHAT, "people_present"),
        subject=link("Group", part_id(session.id, "Group")),
        effectivePeriod=period(session.starts_at, session.ends_at, context),
        valueInteger=len(present),
        component=[
            {"code": coded(System.WHAT, name), "valueInteger": number}
            for name, number in parts
            if number is not None
        ],
    )
