"""The audit trail: every entry vouched for, and nothing personal in it."""

from contextlib import ExitStack

import pytest
from sqlalchemy import insert, select

from kiosk.domain.audit import AuditHead, first_canonical_bytes
from kiosk.domain.staff import Purpose
from kiosk.errors import VaultError
from kiosk.presentation.audit import describe_verdict
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import AuditChain, AuditEvent
from kiosk.usecases import audit_trail
from kiosk.usecases.audit_trail import check_trail
from tests.support.desks import PASSPHRASE, PIN, Clinic

pytestmark = pytest.mark.central(full=True)


@pytest.fixture
def busy(clinic: Clinic) -> Clinic:
    clinic.access.sign_in("manager", PASSPHRASE)
    clinic.passes.members()
    clinic.visitor.request_callback(clinic.draft())
    clinic.callbacks.worklist()
    clinic.maintenance.unlock(PIN)
    return clinic


def broken_at(clinic: Clinic) -> int | None:
    keys = clinic.manager.keys[Purpose.CALLBACKS]
    return check_trail(clinic.store, clinic.site, keys).broken_at


def test_the_trail_holds_and_the_recovery_key_can_check_it(busy: Clinic) -> None:
    assert busy.count("audit_event") == 5
    assert broken_at(busy) is None
    key = busy.recovery[Purpose.CALLBACKS]
    assert check_trail(busy.store, busy.site, {key.key_id: key}).broken_at is None


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        ("UPDATE audit_event SET action='signed_out' WHERE position=2", 2),
        ("UPDATE audit_event SET at='2026-03-02 04:00:00.000001' WHERE position=1", 1),
        ("UPDATE audit_event SET by_staff=NULL WHERE position=3", 3),
        (
            "UPDATE audit_event SET tag=(SELECT max(tag) FROM audit_event WHERE position<>0)"
            " WHERE position=0",
            0,
        ),
        ("UPDATE audit_event SET clock_doubtful=NOT clock_doubtful WHERE position=2", 2),
        ("UPDATE audit_event SET clock_offset_ms=3600000 WHERE position=3", 3),
        ("DELETE FROM audit_event WHERE position=1", 1),
        ("DELETE FROM audit_event WHERE position=4", 4),
        ("UPDATE audit_event SET position=9-position", 0),
    ],
)
def test_one_change_breaks_it_where_it_was_made(
    busy: Clinic, statement: str, position: int
) -> None:
    busy.bend(statement)
    assert broken_at(busy) == position


def test_keys_of_somebody_else_cannot_check_it(busy: Clinic) -> None:
    with pytest.raises(VaultError):
        check_trail(busy.store, busy.site, busy.manager.keys[Purpose.ROSTER])


def test_an_entry_goes_when_what_it_tells_of_does(clinic: Clinic) -> None:
    before = clinic.count("audit_event")
    with pytest.raises(VaultError):
        # Too long for its seal, after everything else was ready to be written.
        clinic.passes.issue_pass("𱍐" * 199, "en")
    assert clinic.count("audit_event") == before
    assert clinic.count("participant") == 0
    assert broken_at(clinic) is None


def test_the_clock_stands_in_the_chain_as_it_was(clinic: Clinic) -> None:
    clinic.bend("UPDATE sync_state SET clock_offset_ms=-90000")
    clinic.clock.move(days=-1)
    clinic.passes.members()
    clinic.clock.move(days=1)
    assert broken_at(clinic) is None
    clinic.bend("UPDATE audit_event SET clock_offset_ms=NULL WHERE clock_doubtful")
    assert broken_at(clinic) is not None


def test_entries_of_versions_without_the_clock_go_on_being_whole(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(audit_trail, "canonical_bytes", first_canonical_bytes)
        clinic.passes.members()
        clinic.callbacks.worklist()
    clinic.passes.members()
    assert broken_at(clinic) is None
    clinic.bend("UPDATE audit_event SET action='signed_out' WHERE position=1")
    assert broken_at(clinic) == 1


def test_a_noted_head_shows_that_an_older_copy_was_put_back(clinic: Clinic) -> None:
    desk = clinic.access.oversight_desk(clinic.manager)
    clinic.passes.members()
    older = saved(clinic)
    clinic.passes.members()
    head = desk.verify_audit().trails[0].head
    assert head is not None
    assert AuditHead.read(f" {head} ".upper()) == head
    clinic.passes.members()
    assert desk.verify_audit([head]).ok
    put_back(clinic, older)
    cut = desk.verify_audit([head])
    assert cut.trails[0].broken_at is None  # whole by itself
    assert (cut.ok, cut.lost) == (False, (head,))
    for _ in range(5):
        clinic.passes.members()
    assert desk.verify_audit([head]).lost == (head,)
    assert str(head) in describe_verdict(cut)


@pytest.mark.parametrize("typed", ["", "12", "0-9f3a1c20b7d45e6f", "1-9f3a", "1-zzzz1c20b7d45e6f"])
def test_what_is_no_head_is_none(typed: str) -> None:
    assert AuditHead.read(typed) is None


TRAIL = (table(AuditEvent), table(AuditChain))
Copy = list[list[dict[str, object]]]


def saved(clinic: Clinic) -> Copy:
    """Copy the rows of a trail, as a backup of the folder would."""
    with clinic.store.read() as transaction:
        connection = transaction.connection()
        return [[dict(row) for row in connection.execute(select(one)).mappings()] for one in TRAIL]


def put_back(clinic: Clinic, older: Copy) -> None:
    clinic.bend("DELETE FROM audit_event")
    clinic.bend("DELETE FROM audit_chain")
    with ExitStack() as stack:
        if clinic.owner is not None:
            connection = stack.enter_context(clinic.owner.begin())
        else:
            connection = stack.enter_context(clinic.store.write()).connection()
        for one, rows in zip(TRAIL, older, strict=True):
            connection.execute(insert(one), rows)
