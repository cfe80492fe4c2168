"""Whose keys open a callback: the vault says so, whatever a menu shows."""

from itertools import chain

import pytest
from sqlalchemy import text

from kiosk.domain.callbacks.actions import Escalate
from kiosk.domain.staff import Purpose, Role
from kiosk.errors import AccessRefused, VaultError
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.callbacks.request_cache import CALLBACK_EVENT
from kiosk.usecases.callbacks.submission import CALLBACK_REQUEST
from kiosk.vault.sealing import open_sealed
from tests.support.calls import ask, do
from tests.support.desks import Clinic
from tests.support.trail import id_of

pytestmark = pytest.mark.central(full=True)


def test_no_key_of_a_facilitator_opens_a_request_or_a_note(clinic: Clinic) -> None:
    id_ = ask(clinic)
    do(clinic.callbacks, id_, Escalate("Asked for a doctor"))
    held = clinic.add_staff("fay", Role.FACILITATOR).keys
    assert set(held) == {Purpose.ROSTER}
    keys = dict(chain.from_iterable(ring.items() for ring in held.values()))
    with clinic.store.read() as transaction:
        run = transaction.connection().execute
        request = run(text("SELECT id, sealed FROM callback_request")).one()
        event = run(text("SELECT id, sealed_note FROM callback_event")).one()
    for table, (record, sealed) in ((CALLBACK_REQUEST, request), (CALLBACK_EVENT, event)):
        at = id_of(record)
        caller = clinic.manager.keys[Purpose.CALLBACKS]
        assert open_sealed(sealed, purpose="callbacks", table=table, record_id=at, keys=caller)
        for purpose in Purpose:
            with pytest.raises(VaultError):
                open_sealed(sealed, purpose=purpose.value, table=table, record_id=at, keys=keys)


def test_a_desk_made_around_the_door_opens_nothing(clinic: Clinic) -> None:
    """Even where somebody were given the role by editing the database, the keys are missing."""
    ask(clinic)
    facilitator = clinic.add_staff("fay", Role.FACILITATOR)
    with pytest.raises(AccessRefused):
        clinic.access.callback_desk(facilitator)
    clinic.bend("UPDATE staff_account SET roles='caller,facilitator' WHERE login='fay'")
    roster = facilitator.keys[Purpose.ROSTER]
    (row,) = CallbackDesk(clinic.context, facilitator, roster).worklist().rows
    assert (row.request.preferred_name, row.request.phone_masked, row.request.unreadable) == (
        "",
        "",
        True,
    )
