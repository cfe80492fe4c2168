"""Retention at the centre: by a desk's role, told to kiosks, owed to nobody."""

from datetime import timedelta

from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.policy import Rules
from kiosk.domain.retention import KeptDays, RetentionDone
from kiosk.usecases.admin.retention import run_by_itself
from kiosk.usecases.audit_trail import add_entry
from tests.support import facts
from tests.support.calls import ask
from tests.support.central_clinics import KioskBeside, desk_beside
from tests.support.centres import Centre
from tests.support.desks import Clinic

RULES = Rules(
    closed_requests_kept=timedelta(days=90),
    attendance_kept=timedelta(days=90),
    passes_kept=timedelta(days=90),
)


def test_all_goes_that_is_due_and_kiosks_hear_which_passes_are_gone(clinic: Clinic) -> None:
    session = clinic.add_session()
    person = facts.person(clinic, b"p" * 16, group=session.group_id)
    facts.check_in(clinic, session.id, b"p" * 16)
    facts.head_count(clinic, session.id, 1)
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    (passcard,) = clinic.column("SELECT id FROM passcard")
    clinic.clock.move(days=91)
    clinic.rules = RULES
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    assert desk.run_retention() == RetentionDone(clinic.clock.at, 1, 2, 1, 0)
    for table in (
        "callback_request", "callback_event", "check_in", "head_count", "participant", "passcard",
        "membership",
    ):  # fmt: skip
        assert clinic.count(table) == 0
    gone = "SELECT row_id FROM change_log WHERE gone AND table_name=:kind"
    assert clinic.column(gone, kind="passcard") == [passcard]
    assert clinic.column(gone, kind="participant") == [person]
    assert clinic.column("SELECT max(v) FROM change_log") == clinic.column(
        "SELECT n FROM sync_counter"
    )


def test_a_desk_that_met_the_centre_owes_it_nothing(clinic: Clinic) -> None:
    clinic.bend("UPDATE sync_state SET contact_at='2026-03-02 04:00:00+00'")
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    clinic.clock.move(days=91)
    clinic.rules = RULES
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    assert desk.run_retention().requests == 1


def test_a_run_at_one_desk_is_known_at_the_other(clinic: Clinic, centre: Centre) -> None:
    done = clinic.access.oversight_desk(clinic.fresh(clinic.manager)).run_retention()
    with desk_beside(clinic, centre, "9D") as other:
        desk = other.access.oversight_desk(other.fresh(other.manager))
        assert desk.retention_preview().last_run == done.at


def test_what_came_lately_is_neither_shown_nor_deleted(clinic: Clinic) -> None:
    """The centre would refuse it, whatever a desk's own clock and the facts themselves tell."""
    session = clinic.add_session()
    facts.check_in(clinic, session.id, b"p" * 16)
    facts.head_count(clinic, session.id, 1)
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    clinic.clock.move(days=91)
    for table in ("check_in", "head_count", "callback_event"):
        clinic.bend(f"UPDATE {table} SET received_at=:at", at=clinic.clock.at)  # noqa: S608
    clinic.rules = RULES
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    assert desk.retention_preview().total == 0
    assert desk.run_retention().total == 0
    clinic.clock.move(days=30)
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    assert desk.retention_preview().total == 3


def test_what_one_desk_agreed_to_any_desk_does_and_none_twice(
    clinic: Clinic, centre: Centre
) -> None:
    clinic.rules = RULES
    clinic.access.oversight_desk(clinic.fresh(clinic.manager)).run_retention()
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    with desk_beside(clinic, centre, "9D") as other:
        for _ in range(7):
            clinic.clock.move(days=13)
            assert run_by_itself(other.context) is not None
            assert run_by_itself(clinic.context) is None
        assert clinic.count("callback_request") == 0


def test_a_desk_with_another_policy_waits_for_a_yes_of_its_own(
    clinic: Clinic, centre: Centre
) -> None:
    """Every machine has a file of settings; one that was left as it came deletes nothing."""
    clinic.rules = RULES
    clinic.access.oversight_desk(clinic.fresh(clinic.manager)).run_retention()
    clinic.clock.move(days=1)
    with desk_beside(clinic, centre, "9D") as other:
        other.rules = Rules(closed_requests_kept=timedelta(days=30))
        assert run_by_itself(other.context) is None
    assert run_by_itself(clinic.context) is not None


def test_a_kiosks_word_lets_nothing_go(clinic: Clinic, kiosk: KioskBeside) -> None:
    """Whoever has a kiosk's credentials may add entries; no desk takes them for an agreement."""
    clinic.rules = RULES
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    clinic.clock.move(days=91)
    there = kiosk.clinic
    with there.store.write() as transaction:
        add_entry(
            transaction,
            there.site,
            there.entropy,
            there.clock.now(),
            AuditAction.RETENTION_AGREED,
            subject=KeptDays(7, 30, 30, 1).as_id(),
        )
    kiosk.send()
    assert run_by_itself(clinic.context) is None
    assert clinic.count("callback_request") == 1
