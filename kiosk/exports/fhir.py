"""Lists in HL7 FHIR R4B: each request and each session becomes a few resources of one Bundle.

A request is a Task about a ServiceRequest of a Patient, as clinics refer. A session is a Group with
its counts as an Observation, and an Encounter where somebody with a known pass came. Who came
without one is only counted.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO
from uuid import UUID, uuid5

from kiosk.domain.attendance.roster import AttendanceRow, PassState
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.state import (
    ENDINGS,
    AttemptResult,
    Ending,
    Outcome,
    RequestStatus,
    fits_policy,
)
from kiosk.domain.callbacks.wishes import Wish
from kiosk.domain.callbacks.worklist import ExportRow
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.exports.columns import ExportContext, Progress, report_progress
from kiosk.presentation.callbacks import TALK_LENGTH

Part = dict[str, object]
"""A piece of a resource as FHIR writes it in JSON; an empty one is left out."""
Resource = Mapping[str, object]
"""A resource as FHIR writes it in JSON, with its resourceType and id."""
Check = Callable[[Resource], str]
"""Takes a resource and returns it as JSON text once its R4B model has accepted it."""

_MISSING = "A FHIR export needs one more package; install it with `pip install 'kiosk[fhir]'`."
_ODD = "One record ({}) cannot be written in FHIR; export as json, and tell who keeps the kiosk."
_MOST_TRIES = 3
_UNVERIFIED = "identity-not-verified"
_INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_MEDIA = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
_CONSENTS = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"
_CLASSES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


class System(StrEnum):
    """The system of a code or an identifier of the kiosk's own; a URN that leads nowhere."""

    STATUS = "urn:kiosk:request-status"
    OUTCOME = "urn:kiosk:outcome"
    RESULT = "urn:kiosk:attempt-result"
    WINDOW = "urn:kiosk:window"
    MESSAGE = "urn:kiosk:message-policy"
    ANSWERED = "urn:kiosk:answered-by-other"
    LANGUAGE = "urn:kiosk:call-language"
    WISH = "urn:kiosk:wish"
    MARK = "urn:kiosk:mark"
    """What staff should know of a record, such as that nobody has checked who it was."""
    WHAT = "urn:kiosk:what"
    """What a resource is about."""
    REFERENCE = "urn:kiosk:reference"
    """Of identifiers: the code that the visitor was given."""
    SOURCE = "urn:kiosk:source"
    CONSENT_BY = "urn:kiosk:consent-by"
    CONSENT_HOW = "urn:kiosk:consent-how"
    ID = "urn:kiosk:id"
    """Of identifiers: ours."""


class TaskStatus(StrEnum):
    """Codes of `Task.status` (hl7.org/fhir/R4B/valueset-task-status.html) that are used."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    FAILED = "failed"


BY_STATUS = {
    RequestStatus.NEW: TaskStatus.REQUESTED,
    RequestStatus.CLAIMED: TaskStatus.ACCEPTED,
    RequestStatus.WAITING: TaskStatus.IN_PROGRESS,
    RequestStatus.REACHED: TaskStatus.IN_PROGRESS,
    RequestStatus.UNREACHABLE: TaskStatus.FAILED,
    # Somebody else has it now, and nothing says yet how it ended.
    RequestStatus.ESCALATED: TaskStatus.IN_PROGRESS,
    RequestStatus.DUPLICATE: TaskStatus.CANCELLED,
    RequestStatus.WITHDRAWN: TaskStatus.CANCELLED,
    RequestStatus.CLOSED: TaskStatus.COMPLETED,
}
BY_ENDING = {
    Ending.DONE: TaskStatus.COMPLETED,
    Ending.TURNED_DOWN: TaskStatus.REJECTED,
    Ending.NOT_REACHED: TaskStatus.FAILED,
    Ending.CALLED_OFF: TaskStatus.CANCELLED,
}
"""The status of a closed request's task, by the kind of its outcome."""
BY_TASK = {
    TaskStatus.REQUESTED: "active",
    TaskStatus.ACCEPTED: "active",
    TaskStatus.IN_PROGRESS: "active",
    TaskStatus.COMPLETED: "completed",
    TaskStatus.REJECTED: "revoked",
    TaskStatus.CANCELLED: "revoked",
    TaskStatus.FAILED: "revoked",
}
"""The status of what a task is about (hl7.org/fhir/R4B/valueset-request-status.html)."""
_TAGS = frozenset(
    {
        CallLanguage.ENGLISH,
        CallLanguage.MANDARIN,
        CallLanguage.MALAY,
        CallLanguage.TAMIL,
        CallLanguage.HOKKIEN,
        CallLanguage.CANTONESE,
    }
)
"""Languages whose code is a BCP 47 tag too."""


def write_bundle(
    records: Iterable[Iterable[Resource]],
    file: BinaryIO,
    context: ExportContext,
    progress: Progress | None = None,
    total: int = 0,
) -> int:
    """Write a Bundle of the type collection and return how many records there were.

    A record is the resources of one request or session. Raises SetupError where the package
    `fhir.resources` is not there, or for a resource that FHIR does not allow.
    """
    check = _checker()
    who = f"Exported by {clean(context.login)}: {clean(context.selection)}"
    head = {
        "resourceType": "Bundle",
        "meta": {"tag": [{"system": System.MARK, "code": "exported", "display": who}]},
        "type": "collection",
        "timestamp": context.stamp,
    }
    file.write(json.dumps(head, ensure_ascii=False)[:-1].encode())
    count, between = 0, b', "entry": [\n'
    for count, record in enumerate(records, 1):
        for resource in record:
            entry = f'{{"fullUrl": "urn:uuid:{resource["id"]}", "resource": {check(resource)}}}'
            file.write(between + entry.encode())
            between = b",\n"
        report_progress(progress, count, total)
    # An empty list is not allowed: a Bundle of nothing has no entries at all.
    file.write(b"}\n" if not count else b"\n]}\n")
    report_progress(progress, count, total or count, last=True)
    return count


def task_status(row: ExportRow) -> TaskStatus:
    """Return the status of a request's task.

    A closed request with a reason that this version does not know is completed.
    """
    state = row.state
    if state.status is RequestStatus.CLOSED and state.reason in set(Outcome):
        return BY_ENDING[ENDINGS[Outcome(state.reason)]]
    return BY_STATUS[state.status]


def callback_resources(row: ExportRow, context: ExportContext) -> Iterable[Resource]:
    """Yield the resources of one request, those that others point to first."""
    yield _patient(row)
    yield _service_request(row, context)
    yield _call(row, context)
    if row.request.share_with_team:
        yield _consent(row, context)
    if row.booked_for is not None:
        yield _appointment(row, row.booked_for, context)
    yield _task(row, context)


def _patient(row: ExportRow) -> Resource:
    """Return the Patient: nobody has checked who it is, and a carer asks as one."""
    asked = row.request
    code, name = asked.call_language, clean(asked.preferred_name)
    language = codeable_concept(System.LANGUAGE, code) if code else {}
    if code in _TAGS:
        language["coding"] = [
            {"system": "urn:ietf:bcp:47", "code": code},
            {"system": System.LANGUAGE, "code": code},
        ]
    phone = [{"system": "phone", "value": row.phone_e164}] if row.phone_e164 else []
    unreadable = [tag("unreadable")] if asked.unreadable else []
    needs_interpreter = Wish.INTERPRETER in asked.wishes
    return without_empty(
        resourceType="Patient",
        id=str(resource_id(asked.id, "Patient")),
        meta={"tag": [tag(_UNVERIFIED), *unreadable]},
        extension=[{"url": _INTERPRETER, "valueBoolean": True}] if needs_interpreter else [],
        name=[{"use": "usual", "text": name}] if name else [],
        telecom=phone,
        communication=[{"language": language, "preferred": True}] if language else [],
    )


def _service_request(row: ExportRow, context: ExportContext) -> Resource:
    """Return the ServiceRequest: what was asked for, and what may be said on the phone."""
    asked = row.request
    wishes = [
        *((System.WINDOW, window) for window in asked.windows),
        (System.MESSAGE, asked.message_policy),
        (System.ANSWERED, asked.answered_by_other),
        *((System.WISH, wish) for wish in asked.wishes),
    ]
    return without_empty(
        resourceType="ServiceRequest",
        id=str(resource_id(asked.id, "ServiceRequest")),
        identifier=identifier(System.REFERENCE, asked.reference),
        status=BY_TASK[task_status(row)],
        intent="proposal",
        category=[codeable_concept(System.WHAT, "peer_support")],
        code=codeable_concept(System.WHAT, "callback_request"),
        orderDetail=[codeable_concept(system, code) for system, code in wishes if code],
        subject=reference("Patient", resource_id(asked.id, "Patient")),
        requester=_requester(row),
        authoredOn=format_instant(asked.created_at, context),
    )


def _requester(row: ExportRow) -> Part:
    """Return who asked for the call: the visitor, or the member of staff who entered it."""
    asked = row.request
    if asked.origin.entered_by is None:
        return reference("Patient", resource_id(asked.id, "Patient"))
    ours = {"system": System.ID, "value": str(asked.origin.entered_by)}
    who: Part = {"type": "Practitioner", "identifier": ours}
    return {**who, "display": clean(row.entered_by)} if row.entered_by else who


def _call(row: ExportRow, context: ExportContext) -> Resource:
    """Return the CommunicationRequest: how to call, and from when on."""
    asked = row.request
    media = [("PHONE", "telephone")]
    if fits_policy(AttemptResult.TEXT_SENT, asked.message_policy):
        # The first one is preferred: the list has no other order.
        media.insert(0 if Wish.TEXT in asked.wishes else 1, ("SMSWRIT", "text message"))
    patient = reference("Patient", resource_id(asked.id, "Patient"))
    start = asked.not_before
    return without_empty(
        resourceType="CommunicationRequest",
        id=str(resource_id(asked.id, "CommunicationRequest")),
        basedOn=[reference("ServiceRequest", resource_id(asked.id, "ServiceRequest"))],
        status=BY_TASK[task_status(row)],
        subject=patient,
        recipient=[patient],
        medium=[{"coding": [{"system": _MEDIA, "code": c}], "text": t} for c, t in media],
        occurrencePeriod={} if start is None else {"start": start.isoformat()},
        authoredOn=format_instant(asked.created_at, context),
    )


def _consent(row: ExportRow, context: ExportContext) -> Resource:
    """Return the Consent: the free choice that the clinical team may be informed."""
    asked = row.request
    return without_empty(
        resourceType="Consent",
        id=str(resource_id(asked.id, "Consent")),
        status="inactive" if row.state.status is RequestStatus.WITHDRAWN else "active",
        scope={"coding": [{"system": _SCOPES, "code": "patient-privacy"}]},
        category=[{"coding": [{"system": _CONSENTS, "code": "infa"}]}],
        patient=reference("Patient", resource_id(asked.id, "Patient")),
        dateTime=format_instant(asked.created_at, context),
        policyRule=codeable_concept(System.WHAT, "share_with_team"),
        provision={"type": "permit"},
    )


def _appointment(row: ExportRow, at: datetime, context: ExportContext) -> Resource:
    """Return the Appointment: the talk that was booked; FHIR asks for an end, which nobody set."""
    asked = row.request
    people: list[Part] = [
        {"actor": reference("Patient", resource_id(asked.id, "Patient")), "status": "accepted"}
    ]
    if row.booked_with:
        with_whom = {"type": "Practitioner", "display": clean(row.booked_with)}
        people.append({"actor": with_whom, "status": "accepted"})
    return without_empty(
        resourceType="Appointment",
        id=str(resource_id(asked.id, "Appointment")),
        status="booked",
        basedOn=[reference("ServiceRequest", resource_id(asked.id, "ServiceRequest"))],
        start=format_instant(at, context),
        end=format_instant(at + TALK_LENGTH, context),
        participant=people,
    )


def _task(row: ExportRow, context: ExportContext) -> Resource:
    """Return the Task: its status, who has it and how often it was tried."""
    asked, state, schedule = row.request, row.state, row.schedule
    times = (asked.created_at, asked.received_at, row.last_attempt_at, state.since)
    noted = [tag("withdrawal-noted")] if row.withdrawal_noted else []
    doubtful = [tag("clock-doubtful")] if asked.clock_doubtful else []
    restriction: Part = {"repetitions": _MOST_TRIES}
    if waits := period(schedule.next_at, None, context):
        restriction["period"] = waits
    return without_empty(
        resourceType="Task",
        id=str(asked.id),
        meta={"tag": [tag(_UNVERIFIED), *noted, *doubtful]},
        identifier=identifier(System.REFERENCE, asked.reference),
        status=task_status(row),
        statusReason=codeable_concept(System.OUTCOME, state.reason) if state.reason else {},
        businessStatus=codeable_concept(System.STATUS, state.status),
        intent="proposal",
        code=codeable_concept(System.WHAT, "callback_request"),
        focus=reference("ServiceRequest", resource_id(asked.id, "ServiceRequest")),
        for_=reference("Patient", resource_id(asked.id, "Patient")),
        requester=_requester(row),
        authoredOn=format_instant(asked.created_at, context),
        lastModified=format_instant(max(at for at in times if at is not None), context),
        executionPeriod=period(row.first_attempt_at, state.since, context),
        owner={"type": "Practitioner", "display": clean(row.holder)} if row.holder else {},
        restriction=restriction,
        input=_origin(row),
        output=_tries(row),
    )


def _origin(row: ExportRow) -> list[Part]:
    """Return how the request came, who said yes to the call, and how."""
    origin = row.request.origin
    facts = (
        ("source", System.SOURCE, origin.source),
        ("consent_by", System.CONSENT_BY, origin.consent_by),
        ("consent_how", System.CONSENT_HOW, origin.consent_how),
    )
    return [
        {
            "type": codeable_concept(System.WHAT, name),
            "valueCodeableConcept": codeable_concept(system, code),
        }
        for name, system, code in facts
        if code
    ]


def _tries(row: ExportRow) -> list[Part]:
    """Return how many attempts there were and how the last one ended."""
    schedule = row.schedule
    if not schedule.attempts and not schedule.last_result:
        return []
    tries: list[Part] = [
        {"type": codeable_concept(System.WHAT, "attempts"), "valueInteger": schedule.attempts}
    ]
    if schedule.last_result:
        last = codeable_concept(System.RESULT, schedule.last_result)
        tries.append(
            {"type": codeable_concept(System.WHAT, "last_result"), "valueCodeableConcept": last}
        )
    return tries


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
    if any(row.pass_state is PassState.KNOWN for row in present):
        yield _encounter(rows[0], context)
    yield _counts(rows[0], present, context)


def _group(
    session: AttendanceRow, present: Sequence[AttendanceRow], context: ExportContext
) -> Resource:
    """Return the Group: those with a known pass by first name, the others in the number."""
    known = [row for row in present if row.pass_state is PassState.KNOWN and row.name]
    return without_empty(
        resourceType="Group",
        id=str(resource_id(session.session.id, "Group")),
        identifier=identifier(System.ID, str(session.session.id)),
        type="person",
        actual=True,
        code=codeable_concept(System.WHAT, "session_attendance"),
        name=clean(session.group_name),
        quantity=len(present),
        member=[_member(row, context) for row in known],
    )


def _member(row: AttendanceRow, context: ExportContext) -> Part:
    # A first name identifies nobody, so it is no resource of its own to be matched.
    return {
        "entity": {"type": "Patient", "display": clean(row.name or "")},
        "period": {"start": format_instant(row.arrived_at, context)},
    }


def _encounter(row: AttendanceRow, context: ExportContext) -> Resource:
    """Return the Encounter: the meeting itself."""
    session = row.session
    if row.cancelled:
        status = "cancelled"
    elif context.at < session.starts_at:
        status = "planned"
    else:
        status = "in-progress" if context.at < session.ends_at else "finished"
    room = clean(session.room)
    return without_empty(
        resourceType="Encounter",
        id=str(session.id),
        status=status,
        class_={"system": _CLASSES, "code": "AMB"},
        type=[codeable_concept(System.WHAT, "group_session")],
        serviceType={"text": clean(session.label)} if session.label else {},
        subject=reference("Group", resource_id(session.id, "Group")),
        period=period(session.starts_at, session.ends_at, context),
        location=[{"location": {"type": "Location", "display": room}}] if room else [],
    )


def _counts(
    row: AttendanceRow, present: Sequence[AttendanceRow], context: ExportContext
) -> Resource:
    """Return the Observation: arrivals, guests among them, and heads counted."""
    session = row.session
    guests = sum(one.pass_state is PassState.NONE for one in present)
    parts = [("guests", guests), ("head_count", row.head_count)]
    return without_empty(
        resourceType="Observation",
        id=str(resource_id(session.id, "Observation")),
        status="final" if context.at >= session.ends_at else "preliminary",
        code=codeable_concept(System.WHAT, "people_present"),
        subject=reference("Group", resource_id(session.id, "Group")),
        effectivePeriod=period(session.starts_at, session.ends_at, context),
        valueInteger=len(present),
        component=[
            {"code": codeable_concept(System.WHAT, name), "valueInteger": number}
            for name, number in parts
            if number is not None
        ],
    )


def codeable_concept(system: System, code: str, text: str = "") -> Part:
    """Return a CodeableConcept with one code of ours."""
    words = text or code.replace("_", " ")
    return {"coding": [{"system": system, "code": code}], "text": words}


def identifier(system: System, value: str) -> list[Part]:
    """Return a list with one Identifier; empty where there is no value."""
    return [{"system": system, "value": value}] if value else []


def tag(code: str) -> Part:
    """Return a Coding for the tags of a resource."""
    return {"system": System.MARK, "code": code}


def resource_id(record: UUID, kind: str) -> UUID:
    """Return the id of the resource of `kind` that belongs to a record: always the same."""
    return uuid5(record, kind)


def reference(kind: str, to: UUID) -> Part:
    """Return a Reference to a resource in the same bundle."""
    return {"type": kind, "reference": f"urn:uuid:{to}"}


def format_instant(at: datetime, context: ExportContext) -> str:
    """Return a time with its offset in the clinic's zone."""
    return at.astimezone(context.zone).isoformat(timespec="seconds")


def period(start: datetime | None, end: datetime | None, context: ExportContext) -> Part:
    """Return a Period; empty where neither end is known."""
    ends = (("start", start), ("end", end))
    return {name: format_instant(at, context) for name, at in ends if at is not None}


def without_empty(**parts: object) -> Part:
    """Return the parts that hold something; `class_` and `for_` stand for class and for."""
    return {
        name.removesuffix("_"): part
        for name, part in parts.items()
        if part is not None and part not in ("", [], {})
    }


def _checker() -> Check:
    """Return a function that checks resources; SetupError where its package is missing."""
    try:
        from fhir.resources.R4B import get_fhir_model_class
    except ImportError:
        raise SetupError(_MISSING) from None
    models: dict[str, Any] = {}

    def check(resource: Resource) -> str:
        kind = str(resource["resourceType"])
        if kind not in models:
            models[kind] = get_fhir_model_class(kind)
        try:
            return str(models[kind].model_validate(resource).model_dump_json())
        except ValueError:
            # What it says of the resource holds what stands in there: names and numbers.
            raise SetupError(_ODD.format(kind)) from None

    return check
