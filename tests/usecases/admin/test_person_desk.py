"""One person's data: found by what they carry, corrected as new facts, and erased to the byte."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.actions import AddNote, Claim, Refusal, Refused
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.passes import CodeKind, derive_lookup, encode
from kiosk.domain.person.data import Corrected, NotCorrected, NotThere, PersonData, PersonErased
from kiosk.domain.person.erasure import EraseReason, lookup_mark
from kiosk.records.schema.holdings import APART, OF_NOBODY, holdings
from kiosk.records.schema.tables import CallbackRetiming, CallbackWithdrawal
from kiosk.usecases.admin.person_desk import PersonDesk
from tests.support import facts
from tests.support.calls import do
from tests.support.desks import Clinic
from tests.support.trail import id_of

pytestmark = pytest.mark.central

NAME, PHONE, NOTE = "Quillabamba", "+6581112223", "Zanzibarnote"
SLIP, PASS = b"slip-of-canary-1", b"pass-of-canary-2"
ACTIONS = "SELECT action FROM audit_event WHERE subject_id=:id ORDER BY position"


def desk_of(clinic: Clinic) -> PersonDesk:
    return clinic.access.person_desk(clinic.fresh(clinic.manager))


def ask(clinic: Clinic, name: str = NAME, secret: bytes = SLIP) -> UUID:
    draft = replace(clinic.draft(name, PHONE), slip_secret=secret)
    clinic.visitor.request_callback(draft)
    return draft.id


def reference(clinic: Clinic) -> str:
    return str(clinic.column("SELECT ref FROM callback_request ORDER BY created_at, id")[0])


def member(clinic: Clinic) -> UUID:
    desk = clinic.passes
    group = clinic.add_session("Room 9", enrolled=True).group_id
    assert group is not None
    desk.issue_pass(NAME, "en", JoinDraft(clinic.id(), PASS), (group,))
    (one,) = desk.members()
    return one.participant_id


def found(desk: PersonDesk, words: str) -> PersonData:
    answer = desk.find(words)
    assert isinstance(answer, PersonData)
    return answer


def test_a_slip_and_its_reference_find_a_request_with_all_that_was_noted(clinic: Clinic) -> None:
    request = ask(clinic)
    do(clinic.callbacks, request, Claim(), AddNote(NOTE))
    clinic.visitor.note_withdrawal(reference(clinic))
    desk = desk_of(clinic)
    by_slip = found(desk, encode(CodeKind.SLIP, SLIP))
    assert found(desk, reference(clinic).lower().replace("-", " ")) == by_slip
    (data,) = by_slip.requests
    assert (by_slip.id, by_slip.name, data.phone) == (request, NAME, "8111 2223")
    assert [entry.note for entry in data.history] == ["", NOTE]
    assert len(data.typed_at) == 1
    assert clinic.column(ACTIONS, id=request).count(AuditAction.PERSON_SHOWN) == 2


def test_a_pass_finds_a_member_with_groups_and_visits(clinic: Clinic) -> None:
    person = member(clinic)
    session = clinic.add_session()
    clinic.visitor.check_in(encode(CodeKind.PASS, PASS), session.id)
    gone = facts.check_in(clinic, clinic.add_session("Room 3").id, derive_lookup(PASS))
    facts.check_in(clinic, session.id, void_of=gone)
    data = found(desk_of(clinic), encode(CodeKind.PASS, PASS))
    assert (data.id, data.name, data.requests) == (person, NAME, ())
    assert data.member is not None
    assert data.member.groups == ("Group of Room 9",)
    assert len(data.member.passes) == 1
    assert [(one.label, one.counts) for one in data.member.visits] == [
        ("Room 2", True), ("Room 3", False),
    ]  # fmt: skip


def test_a_pass_that_nobody_is_known_by_finds_its_visits(clinic: Clinic) -> None:
    facts.check_in(clinic, clinic.add_session().id, derive_lookup(PASS))
    desk = desk_of(clinic)
    data = found(desk, encode(CodeKind.PASS, PASS))
    assert data.member is not None
    assert (data.id, data.name, len(data.member.visits)) == (
        lookup_mark(derive_lookup(PASS)), "", 1,
    )  # fmt: skip
    assert isinstance(desk.erase(data.id, EraseReason.WISH), PersonErased)
    assert desk.find(encode(CodeKind.PASS, PASS)) is NotThere.NOTHING_KEPT
    assert clinic.column("SELECT kind FROM check_in") == [CheckInKind.GUEST]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (encode(CodeKind.SLIP, b"another slip 123"), NotThere.NOTHING_KEPT),
        (encode(CodeKind.PASS, b"another pass 123"), NotThere.NOTHING_KEPT),
        (encode(CodeKind.TEST_CARD, b"another card 123"), NotThere.NOTHING_KEPT),
        ("Quillabamba", NotThere.NO_CODE),
        ("", NotThere.NO_CODE),
    ],
)
def test_what_finds_nobody_says_so(clinic: Clinic, words: str, answer: NotThere) -> None:
    ask(clinic)
    assert desk_of(clinic).find(words) is answer


def test_the_slip_of_before_a_correction_takes_the_corrected_one_back(clinic: Clinic) -> None:
    request, desk = ask(clinic), desk_of(clinic)
    corrected = desk.correct_request(request, "Quilla", "+6590001112")
    assert isinstance(corrected, Corrected)
    corrected = desk.correct_request(request, "Quilla Q", "+6590001112")
    assert isinstance(corrected, Corrected)
    menu = clinic.access.menu_desk(clinic.fresh(clinic.manager))
    (row,) = [one for one in clinic.callbacks.worklist().rows if one.state.open]
    waiting = menu.news().callbacks
    assert waiting is not None
    assert waiting.open == 1
    # A kiosk knows the request that the slip was made for, and none of what staff did.
    facts.keep(
        clinic,
        CallbackWithdrawal(
            id=clinic.id(),
            site_id=clinic.site.site_id,
            kiosk_id=clinic.site.kiosk_id,
            request_id=request,
            at=clinic.clock.now(),
        ),
    )
    assert not [one for one in clinic.callbacks.worklist().rows if one.state.open]
    refused = clinic.callbacks.reveal(row.request.id)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.BY_VISITOR
    waiting = menu.news().callbacks
    assert waiting is not None
    assert waiting.open == 0


def test_merged_requests_are_one_persons_and_those_of_one_number_are_named(clinic: Clinic) -> None:
    first, second, other = ask(clinic), ask(clinic, "Mei", b"s" * 16), ask(clinic, "Ah", b"t" * 16)
    facts.event(clinic, first, 1, EventKind.MERGED, other=second)
    desk = desk_of(clinic)
    data = desk.show(second)
    assert isinstance(data, PersonData)
    assert [one.request.id for one in data.requests] == [second, first]
    (ref,) = clinic.column("SELECT ref FROM callback_request WHERE id=:id", id=other)
    assert desk.same_number(second) == (ref,)


def test_a_request_is_corrected_by_a_new_fact_and_its_slip_goes_on_to_work(clinic: Clinic) -> None:
    request = ask(clinic)
    before = clinic.column("SELECT sealed FROM callback_request")
    desk = desk_of(clinic)
    answer = desk.correct_request(request, "Quilla", "+6590001112")
    assert isinstance(answer, Corrected)
    data = found(desk, encode(CodeKind.SLIP, SLIP))
    assert [(one.request.preferred_name, one.phone) for one in data.requests] == [
        (NAME, "8111 2223"), ("Quilla", "9000 1112"),
    ]  # fmt: skip
    assert data.requests[1].request.reference == answer.reference
    assert data.requests[1].request.created_at == data.requests[0].request.created_at
    assert set(before) < set(clinic.column("SELECT sealed FROM callback_request"))
    (row,) = [one for one in clinic.callbacks.worklist().rows if one.state.open]
    assert row.request.preferred_name == "Quilla"
    clinic.visitor.withdraw_by_slip(encode(CodeKind.SLIP, SLIP))
    assert not [one for one in clinic.callbacks.worklist().rows if one.state.open]
    assert desk.correct_request(request, "Q", "+6590001112") is NotCorrected.CLOSED
    assert desk.correct_request(clinic.id(), "Q", "+6590001112") is NotCorrected.GONE


def test_times_chosen_by_the_slip_go_along_when_it_is_corrected(clinic: Clinic) -> None:
    request, at = ask(clinic), clinic.clock.at
    facts.keep(
        clinic,
        CallbackRetiming(
            id=clinic.id(),
            site_id=clinic.site.site_id,
            kiosk_id=clinic.site.kiosk_id,
            request_id=request,
            windows="weekday_evening",
            at=at,
        ),
    )
    desk = desk_of(clinic)
    assert isinstance(desk.correct_request(request, "Quilla", PHONE), Corrected)
    data = found(desk, encode(CodeKind.SLIP, SLIP))
    assert data.requests[1].request.windows == ("weekday_evening",)
    assert isinstance(desk.erase(request, EraseReason.WISH), PersonErased)
    assert clinic.count("callback_retiming") == 0


def test_a_members_name_is_sealed_anew(clinic: Clinic) -> None:
    person = member(clinic)
    desk = desk_of(clinic)
    assert desk.correct_name(person, " Quilla\x1b ") == Corrected("")
    data = desk.show(person)
    assert isinstance(data, PersonData)
    assert data.name == "Quilla"
    assert [one.name for one in clinic.passes.members()] == ["Quilla"]
    assert desk.correct_name(clinic.id(), "Q") is NotCorrected.GONE
    assert clinic.column(ACTIONS, id=person).count(AuditAction.PERSON_CORRECTED) == 1


def test_erasing_leaves_counts_entries_and_marks(clinic: Clinic) -> None:
    request, person = ask(clinic), member(clinic)
    keeping = ask(clinic, "Mei", b"k" * 16)
    session = clinic.add_session()
    arrival = facts.check_in(clinic, session.id, derive_lookup(PASS))
    clinic.clock.move(minutes=1)
    again = facts.check_in(clinic, session.id, derive_lookup(PASS), nth=1)
    facts.check_in(clinic, session.id, derive_lookup(b"s" * 16))
    desk = desk_of(clinic)
    assert isinstance(desk.erase(request, EraseReason.MISTAKE), PersonErased)
    done = desk.erase(person, EraseReason.WISH)
    assert isinstance(done, PersonErased)
    assert (done.requests, done.passes, done.visits) == (0, 1, 2)
    assert desk.erase(request, EraseReason.WISH) is NotThere.NOTHING_KEPT
    assert [id_of(one) for one in clinic.column("SELECT id FROM callback_request")] == [keeping]
    for table in ("participant", "passcard", "membership", "callback_event"):
        assert clinic.count(table) == 0
    kinds = "SELECT kind FROM check_in ORDER BY kind"
    assert clinic.column(kinds) == [CheckInKind.ARRIVED, CheckInKind.GUEST]
    left = {id_of(one) for one in clinic.column("SELECT id FROM check_in")}
    assert arrival in left
    assert again not in left
    (card,) = [one for one in clinic.roster.sessions() if one.session.id == session.id]
    assert card.present == 2
    assert AuditAction.PERSON_ERASED_MISTAKE in clinic.column(ACTIONS, id=request)
    assert AuditAction.PERSON_ERASED in clinic.column(ACTIONS, id=person)
    marks = {id_of(one) for one in clinic.column("SELECT id FROM erased")}
    assert {request, person, lookup_mark(derive_lookup(PASS))} <= marks
    assert lookup_mark(derive_lookup(SLIP)) in marks


def dumped(clinic: Clinic) -> bytes:
    """Give every table as text, every file of the machine, and what central keeps apart."""
    names = list(SQLModel.metadata.tables)
    if clinic.owner is not None:
        said = []
        with clinic.owner.connect() as connection:
            asked = text("SELECT tablename FROM pg_tables WHERE schemaname='public'")
            for name in connection.execute(asked).scalars().all():
                found_rows = connection.execute(text(f"SELECT one::text FROM {name} one"))  # noqa: S608
                said += [str(row[0]) for row in found_rows]
        return "\n".join(said).encode() + on_disk(clinic.folder)
    rows = [str(clinic.column(f"SELECT * FROM {name}")) for name in names]  # noqa: S608
    return "\n".join(rows).encode() + on_disk(clinic.folder)


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def ways(*values: bytes) -> list[bytes]:
    """Give bytes as they stand in a column and in JSON or a dump."""
    return [*values, *(value.hex().encode() for value in values)]


def test_nothing_of_a_person_is_left_anywhere(clinic: Clinic) -> None:
    request, person = ask(clinic), member(clinic)
    do(clinic.callbacks, request, Claim(), AddNote(NOTE))
    ref = reference(clinic)
    clinic.visitor.note_withdrawal(ref)
    clinic.visitor.check_in(encode(CodeKind.PASS, PASS), clinic.add_session().id)
    desk = desk_of(clinic)
    desk.correct_request(request, f"{NAME}2", PHONE)
    desk.correct_name(person, f"{NAME}3")
    clinic.folder.joinpath("exports").mkdir(exist_ok=True)
    exported = clinic.folder / "exports" / "callbacks-2026-03-02-0001.csv"
    exported.write_text(f"{NAME},{PHONE},{NOTE},{ref}", encoding="utf-8")
    sealed = [
        bytes(value)[-48:]
        for query in (
            "SELECT sealed FROM callback_request",
            "SELECT sealed_name FROM participant",
            "SELECT sealed_note FROM callback_event WHERE sealed_note IS NOT NULL",
            "SELECT name_box FROM passcard",
        )
        for value in clinic.column(query)
    ]
    if clinic.owner is not None:
        clinic.bend(
            "INSERT INTO central_parked (id, table_name, site_id, payload, reason, parked_at)"
            " SELECT gen_random_uuid(), 'passcard', site_id, row_to_json(one)::text, 'lookup',"
            " now() FROM passcard one"
        )
    lookups = ways(derive_lookup(PASS), derive_lookup(SLIP))
    canaries = [*ways(*sealed), *lookups, NAME.encode(), NOTE.encode(), ref.encode()]
    before = dumped(clinic)
    seen = [canary for canary in canaries if canary in before]
    assert len(seen) >= len(canaries) // 2
    listed = clinic.callbacks
    listed.worklist()
    for id_ in (request, person):
        assert isinstance(desk.erase(id_, EraseReason.WISH), PersonErased)
    after = dumped(clinic)
    assert [canary for canary in canaries if canary in after] == []
    assert not exported.exists()
    assert listed.worklist().rows == ()
    assert NAME not in repr(vars(listed))


def test_every_table_is_known_to_hold_something_of_a_person_or_nothing() -> None:
    of_people = {one.table.name for one in holdings()}
    known = of_people | set(APART) | set(OF_NOBODY)
    assert set(SQLModel.metadata.tables) - known == set()
    assert of_people.isdisjoint(APART)
    assert of_people.isdisjoint(OF_NOBODY)
