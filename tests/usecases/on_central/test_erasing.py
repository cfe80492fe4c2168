"""Erasing at the centre: what the centre believes of a desk, and what it says afterwards."""

from uuid import UUID

import pytest
from sqlalchemy import text

from kiosk.domain.audit import AuditAction
from kiosk.domain.person.data import PersonErased
from kiosk.domain.person.erasure import EraseReason
from kiosk.domain.policy import MOST_ERASED_A_DAY
from kiosk.domain.staff import Role
from kiosk.errors import StoreRefused
from kiosk.usecases.admin.retention import run_by_itself
from kiosk.usecases.audit_trail import add_entry
from kiosk.usecases.staff_desk import SignedIn
from tests.support.calls import ask
from tests.support.desks import Clinic

_ERASE = text("SELECT kiosk_erase(:whose, :gone, CAST('{}' AS bytea[]))")


def tried(
    clinic: Clinic, request: UUID, by: SignedIn | None, action: AuditAction, subject: UUID
) -> int:
    """Ask the centre to mark a request; an entry of `by` tells it, or none does."""
    with clinic.store.write() as transaction:
        if by is not None:
            add_entry(
                transaction,
                clinic.site,
                clinic.entropy,
                clinic.clock.now(),
                action,
                by_staff=by.staff.id,
                subject=subject,
            )
        asked = {"whose": request, "gone": [request]}
        return int(transaction.connection().execute(_ERASE, asked).scalar_one())


def test_the_centre_believes_a_managers_entry_of_the_same_moment_alone(clinic: Clinic) -> None:
    request, other = ask(clinic), ask(clinic)
    caller = clinic.add_staff("lim", Role.CALLER)
    erased, shown = AuditAction.PERSON_ERASED, AuditAction.PERSON_SHOWN
    assert tried(clinic, request, None, erased, request) == 0
    assert tried(clinic, request, caller, erased, request) == 0
    assert tried(clinic, request, clinic.manager, shown, request) == 0
    assert tried(clinic, request, clinic.manager, erased, other) == 0
    assert clinic.count("erased") == 0
    clinic.bend("UPDATE audit_event SET received_at = now()")
    assert tried(clinic, other, None, erased, other) == 0
    assert tried(clinic, request, clinic.manager, erased, request) == 1
    assert clinic.count("erased") == 1


def test_a_days_erasing_has_a_bound(clinic: Clinic) -> None:
    request = ask(clinic)
    clinic.bend(
        "INSERT INTO desk_change (id, site_id, kiosk_id, at, table_name, row_id, deleted, before)"
        " SELECT gen_random_uuid(), :site, :kiosk, now(), 'erased', NULL, 1, ''"
        " FROM generate_series(1, CAST(:most AS integer))",
        site=clinic.site.site_id,
        kiosk=clinic.site.kiosk_id,
        most=MOST_ERASED_A_DAY,
    )
    desk = clinic.access.person_desk(clinic.fresh(clinic.manager))
    with pytest.raises(StoreRefused, match="50 people a day"):
        desk.erase(request, EraseReason.WISH)
    assert clinic.count("callback_request") == 1
    clinic.bend("UPDATE desk_change SET at = at - interval '25 hours'")
    assert isinstance(desk.erase(request, EraseReason.WISH), PersonErased)


def test_what_no_entry_tells_is_told_by_a_check(clinic: Clinic) -> None:
    request = ask(clinic)
    desk = clinic.access.person_desk(clinic.fresh(clinic.manager))
    assert isinstance(desk.erase(request, EraseReason.MISTAKE), PersonErased)
    # The clock of the tests' server stands: it stamps no fact.
    clinic.bend("UPDATE audit_event SET received_at = (SELECT max(at) FROM desk_change)")
    oversight = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    assert oversight.verify_audit().ok
    clinic.bend("UPDATE desk_change SET at = at + interval '1 second' WHERE deleted > 0")
    verdict = oversight.verify_audit()
    assert not verdict.ok
    # A row, and the marks of it and of its slip.
    assert [one.deleted for one in verdict.untold] == [3]


def test_what_came_again_goes_when_retention_runs_by_itself(clinic: Clinic) -> None:
    """A kiosk of a version that knows no marks sends what it still has."""
    oversight = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    oversight.run_retention()
    request = ask(clinic)
    clinic.bend("CREATE TABLE sent AS SELECT * FROM callback_request")
    desk = clinic.access.person_desk(clinic.fresh(clinic.manager))
    assert isinstance(desk.erase(request, EraseReason.WISH), PersonErased)
    clinic.bend("INSERT INTO callback_request SELECT * FROM sent")
    clinic.bend("DROP TABLE sent")
    clinic.clock.move(days=2)
    assert run_by_itself(clinic.context) is not None
    assert clinic.count("callback_request") == 0
