"""Making a clinic, its staff and its groups."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kiosk.domain.groups.groups import GroupPlan, SessionPlan
from kiosk.domain.staff import Purpose, Role
from kiosk.errors import AccessRefused, SetupError
from kiosk.records.database.store import Store
from kiosk.usecases.groups.plan_import import add_group, add_sessions
from kiosk.usecases.setup import ClinicPlan, FoundedClinic, RecoveryKeys, found_clinic
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.usecases.staff.accounts import AccountMaker, NewAccount
from tests.support.desks import CHEAP, NOON, PASSPHRASE, PIN, Clinic, SetClock

PLAN = ClinicPlan(
    "Sample clinic",
    ZoneInfo("Asia/Singapore"),
    "SG",
    NewAccount("Manager", PASSPHRASE, frozenset({Role.MANAGER})),
    PIN,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "kiosk.db", create=True)
    yield store
    store.close()


def keep_nothing(_site: UUID, _keys: RecoveryKeys) -> None:
    """Stand for a recovery kit that was written."""


def found(store: Store, plan: ClinicPlan = PLAN) -> FoundedClinic:
    return found_clinic(store, SetClock(), Random(1).randbytes, plan, keep_nothing, cost=CHEAP)


def is_empty(store: Store) -> bool:
    with store.read() as transaction:
        query = "SELECT (SELECT count(*) FROM site) + (SELECT count(*) FROM staff_account)"
        return int(transaction.connection().exec_driver_sql(query).scalar_one()) == 0


def test_a_new_clinic_has_all_it_needs(store: Store) -> None:
    with pytest.raises(SetupError, match="kiosk init"):
        load_site(store)
    founded = found(store)
    site = load_site(store)
    assert site == founded.site
    assert site.zone.key == "Asia/Singapore"
    sealing = load_sealing_keys(store, site)
    assert {purpose: len(keys) for purpose, keys in sealing.items()} == dict.fromkeys(Purpose, 2)
    assert founded.manager.staff.login == "manager"


def test_a_second_clinic_is_refused_and_nothing_changes(store: Store) -> None:
    founded = found(store)
    with pytest.raises(SetupError, match="already"):
        found(store)
    assert load_site(store) == founded.site


def test_without_a_recovery_kit_there_is_no_clinic(store: Store) -> None:
    kept: list[tuple[UUID, RecoveryKeys]] = []

    def fail(site: UUID, keys: RecoveryKeys) -> None:
        kept.append((site, keys))
        raise SetupError("The stick is full.")

    with pytest.raises(SetupError, match="stick"):
        found_clinic(store, SetClock(), Random(1).randbytes, PLAN, fail, cost=CHEAP)
    assert set(kept[0][1]) == set(Purpose)
    assert is_empty(store)
    found(store)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (replace(PLAN, name=" \x1b "), "name"),
        (replace(PLAN, pin="12a4"), "PIN"),
        (replace(PLAN, pin="123"), "PIN"),
        (replace(PLAN, country="Singapore"), "country"),
        (replace(PLAN, symbols="A1"), "symbols"),
        (replace(PLAN, manager=replace(PLAN.manager, passphrase="too short")), "passphrase"),
        (replace(PLAN, manager=replace(PLAN.manager, login=" ")), "login"),
        (replace(PLAN, manager=replace(PLAN.manager, roles=frozenset())), "role"),
    ],
)
def test_a_plan_that_will_not_do_makes_nothing(store: Store, plan: ClinicPlan, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        found(store, plan)
    assert is_empty(store)


def test_plans_show_no_secrets() -> None:
    assert PIN not in repr(PLAN)
    assert PASSPHRASE not in repr(PLAN)


def test_a_login_is_given_once(clinic: Clinic) -> None:
    clinic.add_staff("caller", Role.CALLER)
    maker = AccountMaker(
        clinic.store, clinic.clock, clinic.entropy, clinic.site, clinic.manager, cost=CHEAP
    )
    with pytest.raises(SetupError, match="already"):
        maker.add(NewAccount("CALLER", PASSPHRASE, frozenset({Role.FACILITATOR})))
    assert clinic.count("staff_account") == 2


def test_only_managers_add_staff(clinic: Clinic) -> None:
    caller = clinic.add_staff("caller", Role.CALLER)
    with pytest.raises(AccessRefused, match="manager"):
        AccountMaker(clinic.store, clinic.clock, clinic.entropy, clinic.site, caller)


def test_groups_and_sessions_of_one_id_are_kept_once(clinic: Clinic) -> None:
    group = GroupPlan(clinic.id(), "Friends", "Room 2", "Level 1")
    session = SessionPlan(clinic.id(), group.id, NOON, NOON + timedelta(hours=1), "Level 1")
    for name in ("Friends", "Changed"):
        add_group(clinic.store, clinic.site, replace(group, public_label=name))
        add_sessions(clinic.store, clinic.site, (session,))
    assert clinic.count("support_group") == clinic.count("group_session") == 1
    assert clinic.visitor.sessions_today().open_now[0].label == "Friends"


@pytest.mark.parametrize("hours", [-1, 0, 25])
def test_sessions_of_impossible_length_are_refused_with_all_beside_them(
    clinic: Clinic, hours: int
) -> None:
    fine = SessionPlan(clinic.id(), clinic.id(), NOON, NOON + timedelta(hours=1), "Room")
    odd = replace(fine, id=clinic.id(), ends_at=NOON + timedelta(hours=hours))
    with pytest.raises(SetupError, match="24 hours"):
        add_sessions(clinic.store, clinic.site, (fine, odd))
    assert clinic.count("group_session") == 0
