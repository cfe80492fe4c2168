"""The audit trail: every entry vouched for, and nothing personal in it."""

import pytest

from kiosk.domain.staff import Purpose
from kiosk.errors import VaultError
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
    return check_trail(clinic.store, clinic.site, keys)[0]


def test_the_trail_holds_and_the_recovery_key_can_check_it(busy: Clinic) -> None:
    assert busy.count("audit_event") == 5
    assert broken_at(busy) is None
    key = busy.recovery[Purpose.CALLBACKS]
    assert check_trail(busy.store, busy.site, {key.key_id: key})[0] is None


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
