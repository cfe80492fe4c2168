"""Callback requests in FHIR: a Task about a ServiceRequest of a Patient, as clinics refer."""

from collections.abc import Iterable
from enum import StrEnum

from kiosk.domain.requests import CallLanguage
from kiosk.domain.results import AttemptResult, Outcome, fits_policy
from kiosk.domain.status import RequestStatus
from kiosk.domain.text import clean
from kiosk.domain.worklist import ExportRow
from kiosk.reports.fhir import (
    Part,
    Resource,
    System,
    coded,
    filled,
    identifier,
    instant,
    link,
    mark,
    part_id,
    period,
)
from kiosk.reports.tables import ExportContext

_MOST_TRIES = 3
_UNVERIFIED = "identity-not-verified"
_MEDIA = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
_CONSENTS = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"


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
BY_OUTCOME = {
    Outcome.SESSION_BOOKED: TaskStatus.COMPLETED,
    Outcome.GROUP_JOINED: TaskStatus.COMPLETED,
    Outcome.INFORMATION_GIVEN: TaskStatus.COMPLETED,
    Outcome.TOLD_CARE_TEAM: TaskStatus.COMPLETED,
    Outcome.DECLINED: TaskStatus.COMPLETED,
    Outcome.NO_LONGER_NEEDED: TaskStatus.COMPLETED,
    Outcome.NOT_SUITABLE_NOW: TaskStatus.REJECTED,
    Outcome.NO_CAPACITY: TaskStatus.REJECTED,
    Outcome.UNREACHABLE: TaskStatus.FAILED,
    Outcome.WRONG_NUMBER: TaskStatus.FAILED,
    Outcome.DUPLICATE: TaskStatus.CANCELLED,
    Outcome.WITHDRAWN: TaskStatus.CANCELLED,
    Outcome.ESCALATED: TaskStatus.COMPLETED,
}
"""What a closed request's outcome says."""
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


def task_status(row: ExportRow) -> TaskStatus:
    """Return in FHIR's terms where a request stands.

    A reason that this version does not know, of a request that is closed, says completed.
    """
    state = row.state
    if state.status is RequestStatus.CLOSED and state.reason in set(Outcome):
        return BY_OUTCOME[Outcome(state.reason)]
    return BY_STATUS[state.status]


def callback_resources(row: ExportRow, context: ExportContext) -> Iterable[Resource]:
    """Yield the resources of one request, those that others point to first."""
    yield _patient(row)
    yield _service_request(row, context)
    yield _call(row, context)
    if row.request.share_with_team:
        yield _consent(row, context)
    yield _task(row, context)


def _patient(row: ExportRow) -> Resource:
    """Who asked: nobody has checked who they are, and a carer asks as they do."""
    asked = row.request
    code, name = asked.call_language, clean(asked.preferred_name)
    language = coded(System.LANGUAGE, code) if code else {}
    if code in _TAGS:
        language["coding"] = [
            {"system": "urn:ietf:bcp:47", "code": code},
            {"system": System.LANGUAGE, "code": code},
        ]
    phone = [{"system": "phone", "value": row.phone_e164}] if row.phone_e164 else []
    unreadable = [mark("unreadable")] if asked.unreadable else []
    return filled(
        resourceType="Patient",
        id=str(part_id(asked.id, "Patient")),
        meta={"tag": [mark(_UNVERIFIED), *unreadable]},
        name=[{"use": "usual", "text": name}] if name else [],
        telecom=phone,
        communication=[{"language": language, "preferred": True}] if language else [],
    )


def _service_request(row: ExportRow, context: ExportContext) -> Resource:
    """What was asked for, with what may be said on the phone."""
    asked = row.request
    wishes = [
        *((System.WINDOW, window) for window in asked.windows),
        (System.MESSAGE, asked.message_policy),
        (System.ANSWERED, asked.answered_by_other),
    ]
    return filled(
        resourceType="ServiceRequest",
        id=str(part_id(asked.id, "ServiceRequest")),
        identifier=identifier(System.REFERENCE, asked.reference),
        status=BY_TASK[task_status(row)],
        intent="proposal",
        category=[coded(System.WHAT, "peer_support")],
        code=coded(System.WHAT, "callback_request"),
        orderDetail=[coded(system, code) for system, code in wishes if code],
        subject=link("Patient", part_id(asked.id, "Patient")),
        requester=link("Patient", part_id(asked.id, "Patient")),
        authoredOn=instant(asked.created_at, context),
    )


def _call(row: ExportRow, context: ExportContext) -> Resource:
    """Return how to call, and from when on."""
    asked = row.request
    media = [("PHONE", "telephone")]
    if fits_policy(AttemptResult.TEXT_SENT, asked.message_policy):
        media.append(("SMSWRIT", "text message"))
    patient = link("Patient", part_id(asked.id, "Patient"))
    start = asked.not_before
    return filled(
        resourceType="CommunicationRequest",
        id=str(part_id(asked.id, "CommunicationRequest")),
        basedOn=[link("ServiceRequest", part_id(asked.id, "ServiceRequest"))],
        status=BY_TASK[task_status(row)],
        subject=patient,
        recipient=[patient],
        medium=[{"coding": [{"system": _MEDIA, "code": c}], "text": t} for c, t in media],
        occurrencePeriod={} if start is None else {"start": start.isoformat()},
        authoredOn=instant(asked.created_at, context),
    )


def _consent(row: ExportRow, context: ExportContext) -> Resource:
    """Return the separate, free choice that the peer team may tell the clinical team."""
    asked = row.request
    return filled(
        resourceType="Consent",
        id=str(part_id(asked.id, "Consent")),
        status="inactive" if row.state.status is RequestStatus.WITHDRAWN else "active",
        scope={"coding": [{"system": _SCOPES, "code": "patient-privacy"}]},
        category=[{"coding": [{"system": _CONSENTS, "code": "infa"}]}],
        patient=link("Patient", part_id(asked.id, "Patient")),
        dateTime=instant(asked.created_at, context),
        policyRule=coded(System.WHAT, "share_with_team"),
        provision={"type": "permit"},
    )


def _task(row: ExportRow, context: ExportContext) -> Resource:
    """Return where the request stands, who has it and how often it was tried."""
    asked, state, schedule = row.request, row.state, row.schedule
    times = (asked.created_at, asked.received_at, row.last_attempt_at, state.since)
    noted = [mark("withdrawal-noted")] if row.withdrawal_noted else []
    doubtful = [mark("clock-doubtful")] if asked.clock_doubtful else []
    restriction: Part = {"repetitions": _MOST_TRIES}
    if waits := period(schedule.next_at, None, context):
        restriction["period"] = waits
    return filled(
        resourceType="Task",
        id=str(asked.id),
        meta={"tag": [mark(_UNVERIFIED), *noted, *doubtful]},
        identifier=identifier(System.REFERENCE, asked.reference),
        status=task_status(row),
        statusReason=coded(System.OUTCOME, state.reason) if state.reason else {},
        businessStatus=coded(System.STATUS, state.status),
        intent="proposal",
        code=coded(System.WHAT, "callback_request"),
        focus=link("ServiceRequest", part_id(asked.id, "ServiceRequest")),
        for_=link("Patient", part_id(asked.id, "Patient")),
        requester=link("Patient", part_id(asked.id, "Patient")),
        authoredOn=instant(asked.created_at, context),
        lastModified=instant(max(at for at in times if at is not None), context),
        executionPeriod=period(row.first_attempt_at, state.since, context),
        owner={"type": "Practitioner", "display": clean(row.holder)} if row.holder else {},
        restriction=restriction,
        output=_tries(row),
    )


def _tries(row: ExportRow) -> list[Part]:
    """Return how many attempts there were and how the last one ended."""
    schedule = row.schedule
    if not schedule.attempts and not schedule.last_result:
        return []
    tries: list[Part] = [
        {"type": coded(System.WHAT, "attempts"), "valueInteger": schedule.attempts}
    ]
    if schedule.last_result:
        last = coded(System.RESULT, schedule.last_result)
        tries.append({"type": coded(System.WHAT, "last_result"), "valueCodeableConcept": last})
    return tries
