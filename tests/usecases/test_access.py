"""The way in for staff."""

import pytest
from sqlalchemy import text

from kiosk.domain.staff import AccountProblem, AccountView, Purpose, Role
from kiosk.errors import AccessRefused
from kiosk.records import staff
from kiosk.usecases import access as access_module
from kiosk.usecases.access import SignInRefused
from kiosk.usecases.staff.accounts import NewAccount
from kiosk.usecases.staff_desk import SignedIn
from kiosk.vault import keys
from kiosk.vault.keys import dummy_unwrap, unwrap_ring
from kiosk.vault.passphrases import Cost
from tests.support.desks import CHEAP, PASSPHRASE, Clinic

pytestmark = pytest.mark.central(full=True)


def actions(clinic: Clinic) -> list[tuple[str, bool]]:
    with clinic.store.read() as transaction:
        rows = transaction.connection().execute(
            text("SELECT action, subject_id IS NOT NULL FROM audit_event ORDER BY position")
        )
        return [(row[0], bool(row[1])) for row in rows]


def test_the_right_passphrase_opens_the_keys_of_the_roles(clinic: Clinic) -> None:
    signed_in = clinic.access.sign_in(" MANAGER ", PASSPHRASE)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.staff.roles == frozenset(Role)
    assert signed_in.keys == clinic.manager.keys
    assert "X25519" not in repr(signed_in)
    assert actions(clinic)[-1] == ("signed_in", False)


def test_a_facilitator_holds_no_key_to_a_callback_nor_a_caller_to_a_roster(
    clinic: Clinic,
) -> None:
    facilitator = clinic.add_staff("facilitator", Role.FACILITATOR)
    caller = clinic.add_staff("caller", Role.CALLER)
    assert set(facilitator.keys) == {Purpose.ROSTER}
    assert set(caller.keys) == {Purpose.CALLBACKS}
    clinic.access.roster_desk(facilitator)
    clinic.access.callback_desk(caller)
    with pytest.raises(AccessRefused, match="caller"):
        clinic.access.callback_desk(facilitator)
    with pytest.raises(AccessRefused, match="facilitator"):
        clinic.access.roster_desk(caller)


def test_a_manager_alone_opens_neither_desk(clinic: Clinic) -> None:
    manager = clinic.add_staff("second", Role.MANAGER)
    with pytest.raises(AccessRefused):
        clinic.access.roster_desk(manager)
    with pytest.raises(AccessRefused):
        clinic.access.callback_desk(manager)


@pytest.mark.parametrize("login", ["manager", "nobody", "", "\0", "\ud800"])
def test_known_and_unknown_names_wait_alike_and_across_restarts(clinic: Clinic, login: str) -> None:
    waits = []
    for _ in range(5):
        answer = clinic.access.sign_in(login, "wrong wrong wrong")
        assert isinstance(answer, SignInRefused)
        waits.append(answer.wait_seconds)
        clinic.clock.move(seconds=answer.wait_seconds)
    assert waits == [0, 0, 5, 10, 20]


def test_too_early_is_refused_even_with_the_right_passphrase_and_is_not_counted(
    clinic: Clinic,
) -> None:
    for _ in range(3):
        clinic.access.sign_in("manager", "wrong wrong wrong")
    clinic.clock.move(seconds=2)
    for _ in range(4):
        assert clinic.access.sign_in("manager", PASSPHRASE) == SignInRefused(3)
    clinic.clock.move(seconds=3)
    assert isinstance(clinic.access.sign_in("manager", PASSPHRASE), SignedIn)
    assert clinic.access.sign_in("manager", "wrong wrong wrong") == SignInRefused(0)


def test_nobody_is_locked_out_for_good(clinic: Clinic) -> None:
    for _ in range(30):
        answer = clinic.access.sign_in("manager", "wrong wrong wrong")
        assert isinstance(answer, SignInRefused)
        assert answer.wait_seconds <= 900
        clinic.clock.move(seconds=answer.wait_seconds)
    assert isinstance(clinic.access.sign_in("manager", PASSPHRASE), SignedIn)


def test_a_clock_that_went_back_ends_the_wait_in_its_usual_time(clinic: Clinic) -> None:
    for _ in range(4):
        clinic.access.sign_in("manager", "wrong wrong wrong")
        clinic.clock.move(seconds=5)
    clinic.clock.move(days=-500)
    assert clinic.access.sign_in("manager", PASSPHRASE) == SignInRefused(10)
    clinic.clock.move(seconds=10)
    assert isinstance(clinic.access.sign_in("manager", PASSPHRASE), SignedIn)


def test_a_disabled_account_is_refused_like_a_wrong_passphrase(clinic: Clinic) -> None:
    clinic.add_staff("caller", Role.CALLER)
    clinic.bend(
        "UPDATE staff_account SET disabled_at='2026-01-01 00:00:00.000000' WHERE login='caller'"
    )
    assert clinic.access.sign_in("caller", PASSPHRASE) == SignInRefused(0)


def test_unknown_names_cost_the_same_work(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[Cost] = []

    def counted(passphrase: str, cost: Cost) -> None:
        derived.append(cost)
        dummy_unwrap(passphrase, cost)

    monkeypatch.setattr(access_module, "dummy_unwrap", counted)
    clinic.access.sign_in("nobody", PASSPHRASE)
    assert derived == [CHEAP]
    clinic.access.sign_in("manager", "wrong wrong wrong")
    assert derived == [CHEAP]


def test_refusals_are_audited_without_what_was_typed(clinic: Clinic) -> None:
    clinic.access.sign_in("nobody", "x")
    clinic.access.sign_in("manager", "x")
    assert actions(clinic)[-2:] == [("sign_in_refused", False), ("sign_in_refused", True)]
    if clinic.owner is None:
        assert b"nobody" not in clinic.file.with_name("kiosk.db-wal").read_bytes()


def test_names_typed_by_mistake_do_not_pile_up(clinic: Clinic) -> None:
    for number in range(5):
        clinic.access.sign_in(f"mistake {number}", "x")
    clinic.clock.move(days=2)
    clinic.access.sign_in("another", "x")
    assert clinic.count("sign_in_attempt") == 1


def edit_roles(clinic: Clinic, login: str, roles: str) -> None:
    clinic.bend(
        "UPDATE staff_account SET roles=:roles WHERE login=:login", roles=roles, login=login
    )


def unbind(clinic: Clinic, login: str) -> None:
    """Wrap an account's keys as versions did that bound no roles to them."""
    with clinic.store.read() as transaction:
        account = staff.find_by_login(transaction, clinic.site.site_id, login)
    assert account is not None
    ring = unwrap_ring(account.wrapped_keys, PASSPHRASE, account=account.staff.id).keys
    named = [(purpose, key) for purpose, held in ring.items() for key in held.values()]
    text = keys._wrap("ring", named, PASSPHRASE, {}, bound_to=str(account.staff.id), cost=CHEAP)
    clinic.bend("UPDATE staff_account SET wrapped_keys=:t WHERE login=:login", t=text, login=login)


def sign_in(clinic: Clinic, login: str) -> SignedIn:
    answer = clinic.access.sign_in(login, PASSPHRASE)
    assert isinstance(answer, SignedIn)
    return answer


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.CALLER])
def test_roles_that_were_written_into_the_file_give_nothing(
    clinic: Clinic, role: Role, is_old: bool
) -> None:
    clinic.add_staff("amy", role)
    if is_old:
        unbind(clinic, "amy")
    edit_roles(clinic, "amy", "caller,facilitator,manager")
    for _ in range(2):
        signed_in = sign_in(clinic, "amy")
        assert signed_in.staff.roles == {role}
        assert len(signed_in.keys) == 1
        for opened in (clinic.access.accounts_desk, clinic.access.groups_desk):
            with pytest.raises(AccessRefused, match="manager"):
                opened(signed_in)


def test_whoever_holds_every_key_is_no_manager_by_an_edit(clinic: Clinic) -> None:
    clinic.add_staff("amy", Role.FACILITATOR, Role.CALLER)
    unbind(clinic, "amy")
    sign_in(clinic, "amy")  # which binds what the account is
    edit_roles(clinic, "amy", "caller,facilitator,manager")
    assert sign_in(clinic, "amy").staff.roles == {Role.FACILITATOR, Role.CALLER}
    changed = clinic.access.change_passphrase("amy", PASSPHRASE, "other words that fit")
    assert isinstance(changed, SignedIn)
    assert changed.staff.roles == {Role.FACILITATOR, Role.CALLER}


def test_a_role_edited_away_costs_nobody_their_keys(clinic: Clinic) -> None:
    amy = clinic.add_staff("amy", Role.FACILITATOR)
    edit_roles(clinic, "amy", "caller")
    assert sign_in(clinic, "amy").staff.roles == set()
    edit_roles(clinic, "amy", "facilitator")
    assert sign_in(clinic, "amy").keys == amy.keys


def test_a_first_passphrase_is_not_made_ones_own_by_an_edit(clinic: Clinic) -> None:
    desk = clinic.access.accounts_desk(clinic.manager)
    desk.add(NewAccount("amy", PASSPHRASE, frozenset({Role.CALLER})))
    clinic.bend("UPDATE staff_account SET must_change=false")
    assert sign_in(clinic, "amy").must_change
    changed = clinic.access.change_passphrase("amy", PASSPHRASE, "other words that fit")
    assert isinstance(changed, SignedIn)
    assert not changed.must_change
    again = clinic.access.sign_in("amy", "other words that fit")
    assert isinstance(again, SignedIn)
    assert not again.must_change


def test_roles_that_a_manager_gives_are_in_force(clinic: Clinic) -> None:
    desk = clinic.access.accounts_desk(clinic.manager)
    id_ = clinic.add_staff("amy", Role.FACILITATOR, Role.CALLER).staff.id
    roles = frozenset({Role.MANAGER})
    assert desk.set_roles(id_, roles) is AccountProblem.NEEDS_PASSPHRASE
    assert isinstance(desk.set_roles(id_, roles, "first words for amy"), AccountView)
    given = clinic.access.sign_in("amy", "first words for amy")
    assert isinstance(given, SignedIn)
    assert given.staff.roles == roles
    assert isinstance(desk.set_roles(id_, frozenset({Role.CALLER})), AccountView)
    demoted = clinic.access.sign_in("amy", "first words for amy")
    assert isinstance(demoted, SignedIn)
    assert demoted.staff.roles == {Role.CALLER}
    assert set(demoted.keys) == {Purpose.CALLBACKS}
    edit_roles(clinic, "amy", "manager")
    last = clinic.access.sign_in("amy", "first words for amy")
    assert isinstance(last, SignedIn)
    assert last.staff.roles == set()
