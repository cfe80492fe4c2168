"""What the functions of a desk do at the centre, and what they refuse: tried with its password."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from kiosk.domain.callbacks.state import EventKind, Outcome, RequestEvent, callback_state
from kiosk.domain.ids import uuid7
from kiosk.domain.policy import LEAST_ATTENDANCE_KEPT, LEAST_PASSES_KEPT, LEAST_REQUESTS_KEPT
from kiosk.domain.staff import Role
from kiosk.records.central.connection import central_engine
from kiosk.records.central.setup import role_name
from kiosk.records.database.writing import ADDED_BY_DESKS, CHANGED_BY_DESKS
from kiosk.records.schema.columns import payload
from tests.support.centres import Centre
from tests.support.rights_rows import (
    AT_THE_CENTRE,
    DENIED,
    A,
    B,
    Clinic,
    credentials,
    fresh,
    sample,
    tried,
    undone,
)
from tests.support.tables import check_each

_HOUR: Final = timedelta(hours=1)
_MODES: Final = (
    "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE", "ACCESS EXCLUSIVE",
)  # fmt: skip
_numbers = count(1)


class Desk:
    """A desk of one clinic, and the owner, in two transactions that are undone afterwards."""

    def __init__(self, clinic: Clinic, owner: Connection, role: str) -> None:
        self.clinic = clinic
        self._owner = owner
        self._role = role
        self.now: datetime = owner.execute(text("SELECT now()")).scalar_one()

    def ask(self, sql: str, **given: Any) -> list[Any]:
        """Run a statement as the desk; the owner's rows of this test are there."""
        with self._owner.begin_nested() as savepoint:
            self._owner.exec_driver_sql(f"SET LOCAL SESSION AUTHORIZATION {self._role}")
            try:
                found = list(self._owner.execute(text(sql), given))
                self._owner.exec_driver_sql("RESET SESSION AUTHORIZATION")
            except BaseException:
                savepoint.rollback()
                raise
        return found

    def ask_owner(self, sql: str, **given: Any) -> None:
        """Run a statement as the owner."""
        self._owner.execute(text(sql), given)

    def delete(self, what: str, *ids: UUID) -> list[UUID]:
        """Ask for rows to be deleted; gives those that are gone."""
        found = self.ask(f"SELECT row_id FROM kiosk_delete_{what}(:ids)", ids=list(ids))  # noqa: S608 - our own
        return [row.row_id for row in found]

    def change(self, name: str, row_id: UUID, **values: object) -> int:
        """Change a row; gives how many were."""
        given = {"row": row_id, "to": json.dumps(values)}
        return int(self.ask(f"SELECT kiosk_change_{name}(:row, :to)", **given)[0][0])

    def add(self, name: str, **values: Any) -> UUID:
        """Let the owner write a row that the centre had long ago, or at `received_at`."""
        row = {**sample(name, self.clinic.site, self.clinic.other_kiosk), **values}
        one = SQLModel.metadata.tables[name]
        if "received_at" in one.columns:
            row.setdefault("received_at", self.now - timedelta(days=1000))
        self._owner.execute(insert(one).values(row))
        return UUID(str(row["id"]))

    def rows(self, name: str) -> Sequence[Any]:
        """Read a table as the owner, of this desk's clinic."""
        one = SQLModel.metadata.tables[name]
        query = select(one).where(one.c.site_id == self.clinic.site)
        return self._owner.execute(query).all()

    def request(self, *kinds: str, age: timedelta = timedelta(days=100), **values: Any) -> UUID:
        """Write a request whose events came at the age of the last."""
        request = self.add("callback_request", ref=f"REF{next(_numbers)}", **values)
        for revision, kind in enumerate(kinds, 1):
            self.event(request, revision, kind, received_at=self.now - age)
        return request

    def event(self, request: UUID, revision: int, kind: str, **values: Any) -> UUID:
        """Write an event of a request."""
        made = {"request_id": request, "revision": revision, "kind": kind, **values}
        return self.add("callback_event", outcome=Outcome.DECLINED.value, **made)


@pytest.fixture
def owner(clinics: Centre) -> Iterator[Connection]:
    """The owner's transaction, undone afterwards."""
    with clinics.engine.connect() as connection:
        yield connection


@pytest.fixture
def desk(owner: Connection) -> Desk:
    return Desk(A, owner, role_name("desk", A.desk, A.site))


@pytest.fixture
def stranger(owner: Connection) -> Desk:
    """A desk of the other clinic."""
    return Desk(B, owner, role_name("desk", B.desk, B.site))


def test_an_open_request_is_not_deleted(desk: Desk) -> None:
    opened = desk.request()
    claimed = desk.request(EventKind.CLAIMED, EventKind.ATTEMPT)
    reopened = desk.request(EventKind.CLOSED, EventKind.REOPENED)
    closed = desk.request(EventKind.CLOSED)
    assert desk.delete("requests", opened, claimed, reopened, closed) == [closed]
    assert closed not in {row.id for row in desk.rows("callback_request")}
    assert closed not in {row.request_id for row in desk.rows("callback_event")}
    assert {opened, claimed, reopened} <= {row.id for row in desk.rows("callback_request")}


def test_what_was_closed_lately_stays_whatever_time_it_tells(desk: Desk) -> None:
    """A thief closes all that is open, says that this was years ago, and deletes it at once."""
    then = datetime(2001, 1, 1, tzinfo=UTC)
    request = desk.request(created_at=then)
    desk.event(request, 1, EventKind.CLOSED, at=then, received_at=desk.now)
    assert desk.delete("requests", request) == []
    just_young = desk.request(EventKind.CLOSED, age=LEAST_REQUESTS_KEPT - _HOUR)
    just_old = desk.request(EventKind.CLOSED, age=LEAST_REQUESTS_KEPT)
    assert desk.delete("requests", just_young, just_old) == [just_old]


@pytest.mark.parametrize("typed", [False, True])
def test_a_late_withdrawal_keeps_a_request(desk: Desk, typed: bool) -> None:
    request = desk.request(EventKind.CLOSED)
    (ref,) = (row.ref for row in desk.rows("callback_request") if row.id == request)
    target = {"ref": ref, "request_id": None} if typed else {"ref": None, "request_id": request}
    late = desk.add("callback_withdrawal", **target, received_at=desk.now - timedelta(days=1))
    assert desk.delete("requests", request) == []
    desk.ask_owner("DELETE FROM callback_withdrawal WHERE id = :id", id=late)
    desk.add("callback_withdrawal", **target)
    assert desk.delete("requests", request) == [request]
    assert [row for row in desk.rows("callback_withdrawal") if ref == row.ref] == []


def test_a_slip_alone_ends_a_request(desk: Desk) -> None:
    request = desk.request(EventKind.REOPENED)
    desk.add("callback_withdrawal", request_id=request, ref=None)
    assert desk.delete("requests", request) == [request]


def test_requests_are_over_for_the_centre_where_they_are_for_the_desk(desk: Desk) -> None:
    """The rule stands twice, in Python and in SQL; any history must come to the same."""
    random, kinds = Random(7), [kind.value for kind in EventKind]
    over = set()
    for _ in range(300):
        request, made, slips = desk.request(), list[RequestEvent](), list[datetime]()
        for revision in range(1, random.randrange(1, 7)):
            kind = random.choice(kinds)
            undone = random.choice(made).id if made and kind == EventKind.UNDONE else None
            id_ = desk.event(request, revision, kind, at=desk.now, other_id=undone)
            made.append(
                RequestEvent(id_, revision, kind, Outcome.DECLINED, desk.now, other_id=undone)
            )
        if random.random() < 0.1:
            desk.add("callback_withdrawal", request_id=request, ref=None)
            slips.append(desk.now)
        if not callback_state(made, slips).open:
            over.add(request)
    every = [row.id for row in desk.rows("callback_request")]
    assert 50 < len(over) < 250
    assert set(desk.delete("requests", *every)) == over


def test_loose_facts_go_only_without_their_request(desk: Desk) -> None:
    request = desk.request()
    held = desk.event(request, 1, EventKind.ATTEMPT)
    loose = desk.event(fresh(), 1, EventKind.ATTEMPT)
    lately = desk.event(fresh(), 1, EventKind.ATTEMPT, received_at=desk.now)
    slip = desk.add("callback_withdrawal", request_id=request, ref=None)
    typed = desk.add("callback_withdrawal", request_id=None, ref="REF-OF-NOBODY")
    assert set(desk.delete("loose_facts", held, loose, lately, slip, typed)) == {loose, typed}


def test_attendance_stays_for_the_least_time(desk: Desk) -> None:
    young, old = (
        {"received_at": desk.now - LEAST_ATTENDANCE_KEPT + some} for some in (_HOUR, -_HOUR)
    )
    ids = [desk.add(name, **age) for name in ("check_in", "head_count") for age in (young, old)]
    assert set(desk.delete("attendance", *ids)) == {ids[1], ids[3]}


def test_no_void_goes_before_what_it_voids(desk: Desk) -> None:
    """Else whoever deletes a void brings back what was taken off a list."""
    arrived = desk.add("check_in")
    void = desk.add("check_in", kind="void", void_of=arrived)
    back = desk.add("check_in", kind="void", void_of=void)
    counted = desk.add("head_count", received_at=desk.now)
    of_count = desk.add("check_in", kind="void", void_of=counted)
    assert desk.delete("attendance", void, back, of_count, counted) == []
    assert desk.delete("attendance", back) == []
    assert set(desk.delete("attendance", arrived, void, back)) == {arrived, void, back}


def test_people_stay_who_were_here_lately(desk: Desk) -> None:
    long_ago = desk.now - timedelta(days=1000)
    lately = desk.now - LEAST_PASSES_KEPT + _HOUR

    def person(**pass_values: Any) -> UUID:
        id_ = desk.add("participant", created_at=long_ago, received_at=long_ago)
        times = {"created_at": long_ago, "received_at": long_ago}
        values = {**times, "lookup": id_.bytes, **pass_values}
        desk.add("passcard", participant_id=id_, **values)
        desk.add("membership", id=uuid7(long_ago, id_.bytes[-10:]), participant_id=id_)
        return id_

    gone, seen, renewed, ended = (
        person(),
        person(),
        person(received_at=lately),
        person(revoked_at=lately),
    )
    new = desk.add("participant", created_at=long_ago, received_at=lately)
    enrolled = person()
    desk.add("membership", id=uuid7(lately, b"0123456789"), participant_id=enrolled)
    desk.add("check_in", lookup=seen.bytes, received_at=lately)
    found = desk.delete("people", gone, seen, renewed, ended, new, enrolled)
    assert gone in found
    assert len(found) == 3, "with the pass and the membership"
    assert gone.bytes not in {row.lookup for row in desk.rows("passcard")}


def test_what_is_added_is_noted_and_has_not_ended(desk: Desk) -> None:
    ended = {"passcard": "revoked_at", "staff_account": "disabled_at"}

    def check(name: str) -> None:
        add = f"SELECT kiosk_add_{name}(:made)"
        row = sample(name, A.site, A.desk)
        for column in ("deleted_at", ended.get(name, "deleted_at")):
            assert desk.ask(add, made=payload({**row, column: desk.now})) == [(0,)]
        assert desk.ask(add, made=payload(row)) == [(1,)]
        (kept,) = (note for note in desk.rows("desk_change") if note.row_id == row["id"])
        assert (kept.kiosk_id, kept.at, kept.table_name) == (A.desk, desk.now, name)
        found = _row(desk, name, row["id"])
        assert {column: getattr(found, column) for column in row} == {
            **row,
            **({"sent_nth": None} if "sent_nth" in row else {}),
        }

    check_each(ADDED_BY_DESKS, check)


def test_an_account_of_an_older_desk_is_taken_with_what_it_leaves_out(desk: Desk) -> None:
    row = sample("staff_account", A.site, A.desk)
    older = {name: value for name, value in row.items() if name not in ("offers", "languages")}
    assert desk.ask("SELECT kiosk_add_staff_account(:made)", made=payload(older)) == [(1,)]
    kept = _row(desk, "staff_account", row["id"])
    assert (kept.offers, kept.languages) == ("", "")


def test_what_a_caller_offers_is_codes_alone(desk: Desk) -> None:
    account = desk.add("staff_account")
    assert desk.change("staff_account", account, offers="man,woman") == 1
    for odd in ("A woman", "<b>", "woman\n", "x" * 1001):
        with pytest.raises(DBAPIError, match="ck_staff_account_offers"):
            desk.change("staff_account", account, offers=odd)


def test_no_account_comes_second_with_its_login(desk: Desk) -> None:
    """Else a thief's would stand in the way of a person who signs in."""
    first = sample("staff_account", A.site, A.desk)
    add = "SELECT kiosk_add_staff_account(:made)"
    desk.ask(add, made=payload({**first, "login": "ann"}))
    forged = {**first, "id": fresh(), "login": "ann"}
    with pytest.raises(DBAPIError, match="uq_staff_account_login"):
        desk.ask(add, made=payload(forged))


def test_no_helplines_of_the_far_future_stand_for_good(desk: Desk) -> None:
    row = sample("helpline_list", A.site, A.desk)
    made = payload({**row, "published_at": desk.now + timedelta(days=4000)})
    assert desk.ask("SELECT kiosk_add_helpline_list(:made)", made=made) == [(0,)]


def test_what_was_deleted_is_noted_by_the_centre(desk: Desk) -> None:
    requests = [desk.request(EventKind.CLOSED) for _ in range(3)]
    desk.delete("requests", *requests)
    desk.delete("attendance", desk.add("check_in"), desk.add("head_count"))
    notes = [row for row in desk.rows("desk_change") if row.kiosk_id == A.desk]
    assert [(note.table_name, note.deleted) for note in notes] == [
        ("callback_request", 3), ("check_in", 2),
    ]  # fmt: skip
    assert {(note.kiosk_id, note.at) for note in notes} == {(A.desk, desk.now)}


def test_a_change_keeps_how_it_was_where_no_desk_reads_it(desk: Desk) -> None:
    account = desk.add("staff_account", roles="caller", wrapped_keys="keys of before")
    assert desk.change("staff_account", account, wrapped_keys="forged", must_change=True) == 1
    (kept,) = (row for row in desk.rows("desk_change") if row.row_id == account)
    assert json.loads(kept.before)["wrapped_keys"] == "keys of before"
    assert (kept.kiosk_id, kept.at, kept.table_name) == (A.desk, desk.now, "staff_account")
    (now,) = (row for row in desk.rows("staff_account") if row.id == account)
    assert (now.roles, now.wrapped_keys, now.must_change) == ("caller", "forged", True)


def test_a_change_reaches_its_columns_alone(desk: Desk) -> None:
    def check(name: str) -> None:
        row = desk.add(name)
        columns = SQLModel.metadata.tables[name].columns.keys()
        before = {one: getattr(_row(desk, name, row), one) for one in columns}
        for column in sorted({*columns} - {*CHANGED_BY_DESKS[name]}):
            desk.change(name, row, **{column: sample_json(before[column])})
        assert {one: getattr(_row(desk, name, row), one) for one in columns} == before

    check_each(CHANGED_BY_DESKS, check)


def test_a_manager_stays(desk: Desk) -> None:
    for row in desk.rows("staff_account"):
        desk.ask_owner("UPDATE staff_account SET disabled_at = now() WHERE id = :id", id=row.id)
    ids = [desk.add("staff_account", roles=f"caller,{Role.MANAGER}") for _ in range(3)]
    caller = desk.add("staff_account", roles="caller")
    ended = desk.now.isoformat()
    all_at_once = desk.ask(
        "SELECT kiosk_change_staff_account(id, :to) FROM staff_account",
        to=json.dumps({"disabled_at": ended}),
    )
    assert len(all_at_once) > 3
    left = {row.id for row in desk.rows("staff_account") if row.disabled_at is None}
    assert len(left) == 1
    (last,) = left
    assert last in ids
    assert caller not in left
    assert desk.change("staff_account", last, roles="caller") == 0
    assert desk.change("staff_account", last, roles=str(Role.MANAGER)) == 1
    assert desk.change("staff_account", ids[0], disabled_at=None) == 1


def test_what_has_ended_is_not_begun_again(desk: Desk) -> None:
    card, member = desk.add("passcard"), desk.add("membership")
    for name, row, column in (
        ("passcard", card, "revoked_at"),
        ("membership", member, "deleted_at"),
    ):
        assert desk.change(name, row, **{column: desk.now.isoformat()}) == 1
        assert desk.change(name, row, **{column: None}) == 0
        assert desk.change(name, row, **{column: "2001-01-01"}) == 0


def test_the_counter_goes_up_by_what_is_logged(desk: Desk) -> None:
    (before,) = desk.rows("sync_counter")
    ids = [fresh(), fresh(), fresh()]
    log = "SELECT kiosk_log_changes(:site, :names, :ids, :gone)"
    given = {"names": ["passcard"] * 3, "ids": ids, "gone": [False, True, False]}
    assert desk.ask(log, site=A.site, **given) == [(3,)]
    (after,) = desk.rows("sync_counter")
    assert after.n == before.n + 3
    logged = [row for row in desk.rows("change_log") if row.v <= after.n]
    assert [(row.v, row.row_id, row.gone) for row in logged] == [
        (before.n + place, id_, gone)
        for place, id_, gone in zip((1, 2, 3), ids, (False, True, False), strict=True)
    ]
    assert desk.ask(log, site=A.site, names=[], ids=[], gone=[]) == [(0,)]
    assert desk.rows("sync_counter") == [after]


def test_what_is_there_is_not_logged_as_gone(desk: Desk) -> None:
    """Else every kiosk would drop a pass that is in force."""
    card = desk.add("passcard")
    log = "SELECT kiosk_log_changes(:site, :names, :ids, :gone)"
    desk.ask(log, site=A.site, names=["passcard"], ids=[card], gone=[True])
    assert [row.gone for row in desk.rows("change_log") if row.row_id == card] == [False]


def test_one_desk_keeps_no_other_waiting(desk: Desk) -> None:
    """A count of wrong passphrases that a thief raises holds at the thief's own desk alone."""
    forged = "INSERT INTO sign_in_attempt (digest, site_id, kiosk_id, failures, failed_at)"
    values = {"site": A.site, "other": A.other_kiosk}
    with pytest.raises(DBAPIError, match="row-level security"):
        desk.ask(f"{forged} VALUES ('d', :site, :other, 99, now())", **values)
    desk.ask("UPDATE sign_in_attempt SET failures = 99 RETURNING 1")
    desk.ask("SELECT kiosk_forget_attempts('', 'infinity')")
    assert [row.failures for row in desk.rows("sign_in_attempt")] == [1]


def test_no_clinic_reaches_the_other(desk: Desk, stranger: Desk) -> None:
    for one, other in ((desk, stranger), (stranger, desk)):
        before = {name: other.rows(name) for name in AT_THE_CENTRE if name != "central"}
        request, check_in = other.request(EventKind.CLOSED), other.add("check_in")
        event = other.event(fresh(), 1, EventKind.CLOSED)
        person = other.add("participant", created_at=other.now - timedelta(days=1000))
        old = {name: other.rows(name) for name in before}
        assert one.delete("requests", request) == []
        assert one.delete("loose_facts", event) == []
        assert one.delete("attendance", check_in) == []
        assert one.delete("people", person) == []
        for name, columns in CHANGED_BY_DESKS.items():
            row = old[name][0]
            assert one.change(name, row.id, **{columns[-1]: None}) == 0
        for name in ADDED_BY_DESKS:
            made = payload(sample(name, other.clinic.site, other.clinic.desk))
            assert one.ask(f"SELECT kiosk_add_{name}(:made)", made=made) == [(0,)]
        turn = one.ask("SELECT kiosk_take_turn(:site)", site=other.clinic.site)
        assert turn == [(None,)]
        given = {"names": ["passcard"], "ids": [fresh()], "gone": [True]}
        log = "SELECT kiosk_log_changes(:site, :names, :ids, :gone)"
        assert one.ask(log, site=other.clinic.site, **given) == [(0,)]
        one.ask("SELECT kiosk_forget_attempts('', 'infinity')")
        one.ask("SELECT kiosk_forget_desk_changes()")
        assert {name: other.rows(name) for name in before} == old


def test_notes_of_the_centre_go_after_a_season(desk: Desk) -> None:
    old = desk.add("desk_change", at=desk.now - timedelta(days=90))
    young = desk.add("desk_change", at=desk.now - timedelta(days=89))
    desk.ask("SELECT kiosk_forget_desk_changes()")
    ids = {row.id for row in desk.rows("desk_change")}
    assert (old in ids, young in ids) == (False, True)


def test_no_table_can_be_locked(engines: dict[str, Engine]) -> None:
    with engines["desk"].connect() as machine:

        def check(name: str) -> None:
            for mode in _MODES:
                with undone(machine):
                    lock = text(f"LOCK TABLE {name} IN {mode} MODE NOWAIT")
                    assert tried(machine, lock) == DENIED, mode

        check_each((*AT_THE_CENTRE, "alembic_version"), check)


def test_a_desk_that_waits_holds_no_other_clinic_up(
    clinics: Centre, engines: dict[str, Engine]
) -> None:
    other = central_engine(credentials(clinics, "desk", B.site, B.desk))
    with engines["desk"].connect() as waiting, other.connect() as going_on:
        turn = text("SELECT kiosk_take_turn(:site)")
        assert waiting.execute(turn, {"site": A.site}).scalar() is not None
        waiting.execute(turn, {"site": B.site})
        going_on.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        assert going_on.execute(turn, {"site": B.site}).scalar() is not None
    other.dispose()


def _row(desk: Desk, name: str, row_id: UUID) -> Any:
    (found,) = (row for row in desk.rows(name) if row.id == row_id)
    return found


def sample_json(before: object) -> object:
    """Return another value of the same kind, as JSON takes it."""
    if isinstance(before, bool) or before is None:
        return True if before is False else None
    if isinstance(before, UUID):
        return str(fresh())
    if isinstance(before, bytes):
        return "\\x00"
    if isinstance(before, datetime):
        return "2001-01-01T00:00:00+00:00"
    return 77 if isinstance(before, int) else "forged"
