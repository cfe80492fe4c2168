"""FHIR exports: read back by the R4B models, with codes that R4B knows and links that lead on."""

import io
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from fhir.resources.R4B.bundle import Bundle

from kiosk.domain.attendance.roster import AttendanceRow, PassState
from kiosk.domain.callbacks.request import (
    CallLanguage,
    ConsentBy,
    ConsentHow,
    MessagePolicy,
    Origin,
    Source,
)
from kiosk.domain.callbacks.state import ENDINGS, Booking, Ending, Outcome, RequestStatus
from kiosk.domain.callbacks.worklist import ExportRow
from kiosk.errors import SetupError
from kiosk.exports.fhir import (
    BY_ENDING,
    BY_STATUS,
    BY_TASK,
    System,
    TaskStatus,
    by_session,
    callback_resources,
    session_resources,
    task_status,
    write_bundle,
)
from tests.support.exports import ARRIVAL, AT, CONTEXT, HOSTILE, arrival, request

TASK_CODES = {
    "draft", "requested", "received", "accepted", "rejected", "ready",
    "cancelled", "in-progress", "on-hold", "failed", "completed", "entered-in-error",
}  # fmt: skip
"""http://hl7.org/fhir/R4B/valueset-task-status.html"""
REQUEST_CODES = {
    "draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown",
}  # fmt: skip
"""http://hl7.org/fhir/R4B/valueset-request-status.html"""
Resources = dict[str, list[Any]]


def _read(content: bytes) -> Resources:
    """Read a bundle with the models; its resources by kind. Every link must lead somewhere."""
    document = json.loads(content)
    bundle = Bundle.model_validate(document)
    assert bundle.type == "collection"
    assert json.loads(bundle.model_dump_json()) == document
    found: Resources = {}
    for entry in document.get("entry", []):
        assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    urls = [entry["fullUrl"] for entry in document.get("entry", [])]
    assert len(set(urls)) == len(urls)
    assert set(_links(document)) <= set(urls)
    return found


def _links(part: Any) -> list[str]:
    if isinstance(part, list):
        return [link for one in part for link in _links(one)]
    if not isinstance(part, dict):
        return []
    own = [part["reference"]] if "reference" in part else []
    return own + _links(list(part.values()))


def _requests(*rows: ExportRow) -> Resources:
    out = io.BytesIO()
    records = (callback_resources(row, CONTEXT) for row in rows)
    assert write_bundle(records, out, CONTEXT) == len(rows)
    return _read(out.getvalue())


def _sessions(rows: Sequence[AttendanceRow]) -> Resources:
    out = io.BytesIO()
    write_bundle((session_resources(one, CONTEXT) for one in by_session(rows)), out, CONTEXT)
    return _read(out.getvalue())


def test_a_request_is_a_task_about_a_service_request_of_a_patient() -> None:
    found = _requests(request())
    (task,), (patient,), (asked,) = found["Task"], found["Patient"], found["ServiceRequest"]
    assert task["status"] == "in-progress"
    assert task["businessStatus"]["coding"] == [{"system": System.STATUS, "code": "waiting"}]
    assert task["restriction"]["repetitions"] == 3
    assert task["identifier"] == [{"system": System.REFERENCE, "value": "7K4Q-FMRF"}]
    assert task["authoredOn"] == "2026-11-20T14:00:00+08:00"
    assert task["focus"]["reference"] == f"urn:uuid:{asked['id']}"
    assert task["for"]["reference"] == f"urn:uuid:{patient['id']}"
    assert patient["name"] == [{"use": "usual", "text": "Mei"}]
    assert patient["telecom"] == [{"system": "phone", "value": "+6581234567"}]
    assert patient["communication"][0]["language"]["coding"][0]["code"] == "ta"
    assert {"system": System.MARK, "code": "identity-not-verified"} in patient["meta"]["tag"]
    assert asked["intent"] == "proposal"
    wishes = {detail["coding"][0]["code"] for detail in asked["orderDetail"]}
    assert wishes == {
        "weekday_am", "saturday_am", "text_ok", "ask_for_name_only", "about_work_study",
        "interpreter",
    }  # fmt: skip
    assert [one["valueBoolean"] for one in patient["extension"]] == [True]
    (call,) = found["CommunicationRequest"]
    media = [medium["coding"][0]["code"] for medium in call["medium"]]
    assert media == ["PHONE", "SMSWRIT"]
    assert call["occurrencePeriod"] == {"start": "2026-11-22"}


def test_who_would_rather_get_a_text_has_it_named_first() -> None:
    found = _requests(request(wishes=("text", "woman")))
    media = [medium["coding"][0]["code"] for medium in found["CommunicationRequest"][0]["medium"]]
    assert media == ["SMSWRIT", "PHONE"]
    assert "extension" not in found["Patient"][0]
    codes = [one["coding"][0] for one in found["ServiceRequest"][0]["orderDetail"]]
    assert {"system": System.WISH, "code": "woman"} in codes


@pytest.mark.parametrize(
    ("status", "code", "asked"),
    [
        (RequestStatus.NEW, "requested", "active"),
        (RequestStatus.CLAIMED, "accepted", "active"),
        (RequestStatus.WAITING, "in-progress", "active"),
        (RequestStatus.REACHED, "in-progress", "active"),
        (RequestStatus.ESCALATED, "in-progress", "active"),
        (RequestStatus.UNREACHABLE, "failed", "revoked"),
        (RequestStatus.DUPLICATE, "cancelled", "revoked"),
        (RequestStatus.WITHDRAWN, "cancelled", "revoked"),
        (RequestStatus.CLOSED, "completed", "completed"),
    ],
)
def test_where_a_request_stands(status: RequestStatus, code: str, asked: str) -> None:
    found = _requests(request(status=status))
    assert found["Task"][0]["status"] == code
    assert found["ServiceRequest"][0]["status"] == asked
    assert found["CommunicationRequest"][0]["status"] == asked


def test_every_status_and_code_is_one_that_fhir_knows() -> None:
    assert BY_STATUS.keys() == set(RequestStatus)
    assert BY_ENDING.keys() == set(Ending)
    assert BY_TASK.keys() == set(TaskStatus) <= TASK_CODES
    assert set(BY_TASK.values()) <= REQUEST_CODES


def test_an_outcome_without_an_ending_is_no_completed_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ENDINGS, Outcome.NO_CAPACITY)
    with pytest.raises(KeyError, match="NO_CAPACITY"):
        task_status(request(status=RequestStatus.CLOSED, reason=Outcome.NO_CAPACITY))


@pytest.mark.parametrize("outcome", Outcome)
def test_a_closed_request_says_why(outcome: Outcome) -> None:
    expected = {
        Outcome.NOT_SUITABLE_NOW: "rejected",
        Outcome.NO_CAPACITY: "rejected",
        Outcome.UNREACHABLE: "failed",
        Outcome.WRONG_NUMBER: "failed",
        Outcome.DUPLICATE: "cancelled",
        Outcome.WITHDRAWN: "cancelled",
    }.get(outcome, "completed")
    row = request(status=RequestStatus.CLOSED, reason=outcome, since=AT)
    (task,) = _requests(row)["Task"]
    assert task["status"] == expected
    assert task["statusReason"]["coding"] == [{"system": System.OUTCOME, "code": outcome}]
    assert task["lastModified"] == "2026-11-23T14:00:00+08:00"


def test_a_reason_of_another_version_does_no_harm() -> None:
    assert task_status(request(status=RequestStatus.CLOSED, reason="moved")) == "completed"


@pytest.mark.parametrize("language", CallLanguage)
def test_a_language_is_a_tag_where_there_is_one(language: CallLanguage) -> None:
    (patient,) = _requests(request(call_language=language))["Patient"]
    codings = patient["communication"][0]["language"]["coding"]
    assert codings[-1] == {"system": System.LANGUAGE, "code": language}
    assert (len(codings) == 2) == (language not in ("other", "nan-teochew"))


def test_who_entered_a_request_is_its_requester() -> None:
    by = UUID(int=7)
    origin = Origin(Source.PHONE, by, ConsentBy.OTHER, ConsentHow.PHONE)
    found = _requests(replace(request(origin=origin), entered_by="drho"))
    who = {
        "type": "Practitioner",
        "identifier": {"system": "urn:kiosk:id", "value": str(by)},
        "display": "drho",
    }
    (task,), (asked,) = found["Task"], found["ServiceRequest"]
    assert task["requester"] == asked["requester"] == who
    assert task["for"]["type"] == "Patient"
    said = {
        one["type"]["text"]: one["valueCodeableConcept"]["coding"][0]["code"]
        for one in task["input"]
    }
    assert said == {"source": "phone", "consent by": "other", "consent how": "phone"}


def test_the_consent_is_there_only_when_it_was_given() -> None:
    assert len(_requests(request(share_with_team=True))["Consent"]) == 1
    assert "Consent" not in _requests(request(share_with_team=False))


def test_a_booked_talk_is_an_appointment() -> None:
    row = request(
        status=RequestStatus.CLOSED, reason=Outcome.SESSION_BOOKED, since=AT,
        booking=Booking(AT, None), booked_with="ben",
    )  # fmt: skip
    (talk,) = _requests(row)["Appointment"]
    assert (talk["status"], talk["start"]) == ("booked", "2026-11-23T14:00:00+08:00")
    assert talk["end"] == "2026-11-23T15:00:00+08:00"
    assert [one["actor"].get("display") for one in talk["participant"]] == [None, "ben"]
    assert "Appointment" not in _requests(request())


def test_a_request_that_cannot_be_read_is_there_all_the_same() -> None:
    row = request(
        unreadable=True, preferred_name="", phone_e164="", phone_local="", windows=(),
        not_before=None, call_language="", message_policy="", answered_by_other="",
        share_with_team=False, ui_language="", attempts=0, last_result="",
    )  # fmt: skip
    found = _requests(row)
    assert "name" not in found["Patient"][0]
    assert {"system": System.MARK, "code": "unreadable"} in found["Patient"][0]["meta"]["tag"]
    assert len(found["Task"]) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_text(name: str) -> None:
    (patient,) = _requests(request(preferred_name=name))["Patient"]
    assert patient["name"][0]["text"].isprintable()


def test_texts_may_be_sent_only_where_they_are_wanted() -> None:
    (call,) = _requests(request(message_policy=MessagePolicy.NONE))["CommunicationRequest"]
    assert [medium["text"] for medium in call["medium"]] == ["telephone"]


def test_many_requests_and_none() -> None:
    assert len(_requests(*(request(number) for number in range(7)))["Task"]) == 7
    assert _requests() == {}


def test_who_made_the_file_and_when() -> None:
    out = io.BytesIO()
    write_bundle([], out, CONTEXT)
    document = json.loads(out.getvalue())
    assert document["timestamp"] == "2026-11-23T14:00:00+08:00"
    assert document["meta"]["tag"][0]["display"] == "Exported by caller: Requests: open"


def test_a_session_is_a_group_an_encounter_and_its_counts() -> None:
    found = _sessions(
        [
            arrival(1),
            arrival(2, pass_state=PassState.NONE, name=None),
            arrival(3, pass_state=PassState.UNKNOWN, name=None),
            arrival(4, name="Taken off", present=False, reason="mistake"),
        ]
    )
    (group,), (counts,), (encounter,) = (
        found["Group"],
        found["Observation"],
        found["Encounter"],
    )
    assert (group["name"], group["quantity"]) == ("Wellness group", 3)
    assert [member["entity"]["display"] for member in group["member"]] == ["Ravi"]
    assert group["member"][0]["period"]["start"] == "2026-11-23T11:55:00+08:00"
    assert counts["valueInteger"] == 3
    assert [one["valueInteger"] for one in counts["component"]] == [1, 4]
    assert encounter["status"] == "finished"
    assert encounter["class"]["code"] == "AMB"
    assert encounter["location"][0]["location"]["display"] == "Level 2"
    assert encounter["subject"]["reference"] == f"urn:uuid:{group['id']}"


def test_people_without_a_pass_are_a_number_and_no_encounter() -> None:
    found = _sessions([arrival(1, pass_state=PassState.NONE, name=None)])
    assert "Encounter" not in found
    assert "member" not in found["Group"][0]
    assert found["Observation"][0]["valueInteger"] == 1


def test_a_cancelled_session_says_so() -> None:
    assert _sessions([arrival(1, cancelled=True)])["Encounter"][0]["status"] == "cancelled"


def test_rows_of_a_session_come_together_wherever_they_stand() -> None:
    other = arrival(9, session=replace(ARRIVAL.session, id=UUID(int=5)))
    assert [len(s) for s in by_session([arrival(1), other, arrival(2)])] == [2, 1]
    assert len(_sessions([arrival(1), other, arrival(2)])["Group"]) == 2


def test_without_the_package_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B", None)
    with pytest.raises(SetupError, match=r"pip install 'kiosk\[fhir\]'"):
        write_bundle([], io.BytesIO(), CONTEXT)


def test_a_request_whose_reference_was_lost_stops_no_export() -> None:
    found = _requests(request(reference=""), request(2))
    assert ["identifier" in task for task in found["Task"]] == [False, True]


def test_what_fhir_does_not_take_is_told_without_what_it_says() -> None:
    odd = {"resourceType": "Patient", "id": "Mei 8123", "name": "Mei"}
    with pytest.raises(SetupError, match="Patient") as caught:
        write_bundle([[odd]], io.BytesIO(), CONTEXT)
    assert "Mei" not in str(caught.value)
    assert caught.value.__suppress_context__
