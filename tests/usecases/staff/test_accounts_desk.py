"""The manager's desk of staff accounts, and passphrases that have to be replaced."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.staff import AccountProblem, AccountView, PassphraseProblem, Purpose, Role
from kiosk.errors import AccessRefused, SignedOut, VaultError
from kiosk.records import staff
from kiosk.usecases.access import SignInRefused
from kiosk.usecases.staff.accounts import NewAccount
from kiosk.usecases.staff.accounts_desk import AccountsDesk, Answer
from kiosk.usecases.staff_desk import SignedIn
from kiosk.vault.keys import unwrap_ring
from tests.support.desks import PASSPHRASE, Clinic

pytestmark = pytest.mark.central(full=True)

GIVEN = "given by the manager"
OWN = "chosen by themselves"
CALLER = frozenset({Role.CALLER})
FACILITATOR = frozenset({Role.FACILITATOR})
NOBODY = UUID(int=0)


@pytest.fixture
def desk(clinic: Clinic) -> AccountsDesk:
    return clinic.access.accounts_desk(clinic.manager)


def seen(answer: Answer) -> AccountView:
    assert isinstance(answer, AccountView), answer
    return answer


def sign_in(clinic: Clinic, login: str, passphrase: str) -> SignedIn:
    answer = clinic.access.sign_in(login, passphrase)
    assert isinstance(answer, SignedIn)
    return answer


def last_action(clinic: Clinic) -> str:
    with clinic.store.read() as transaction:
        query = text("SELECT action FROM audit_event ORDER BY position DESC LIMIT 1")
        return str(transaction.connection().execute(query).scalar_one())


def held(clinic: Clinic, login: str, passphrase: str) -> set[Purpose]:
    """Say what the stored ring of an account opens, whatever its roles say."""
    with clinic.store.read() as transaction:
        account = staff.find_by_login(transaction, clinic.site.site_id, login)
    assert account is not None
    return set(unwrap_ring(account.wrapped_keys, passphrase, account=account.staff.id).keys)


def test_a_new_account_opens_no_desk_before_it_has_a_passphrase_of_its_own(
    clinic: Clinic, desk: AccountsDesk
) -> None:
    made = seen(desk.add(NewAccount(" Lim ", GIVEN, CALLER, frozenset({CallLanguage.MALAY}))))
    assert (made.login, made.roles, made.must_change) == ("lim", CALLER, True)
    assert made.languages == {CallLanguage.MALAY}
    assert last_action(clinic) == "staff_added"
    first = sign_in(clinic, "lim", GIVEN)
    assert first.must_change
    with pytest.raises(AccessRefused, match="of your own"):
        clinic.access.callback_desk(first)

    second = clinic.access.change_passphrase("LIM", GIVEN, OWN)
    assert isinstance(second, SignedIn)
    assert last_action(clinic) == "passphrase_changed"
    assert not second.must_change
    assert second.keys == first.keys
    clinic.access.callback_desk(second).worklist()
    assert isinstance(clinic.access.sign_in("lim", GIVEN), SignInRefused)
    assert not sign_in(clinic, "lim", OWN).must_change
    assert [view.must_change for view in desk.accounts()] == [False, False]


def test_a_passphrase_that_will_not_do_is_told_and_nothing_changes(clinic: Clinic) -> None:
    access = clinic.access
    assert access.change_passphrase("manager", PASSPHRASE, "short") is PassphraseProblem.TOO_SHORT
    assert access.change_passphrase("manager", PASSPHRASE, PASSPHRASE) is PassphraseProblem.SAME
    assert access.change_passphrase("manager", "wrong wrong", OWN) == SignInRefused(0)
    assert access.change_passphrase("nobody", PASSPHRASE, OWN) == SignInRefused(0)
    assert last_action(clinic) == "sign_in_refused"
    assert isinstance(access.sign_in("manager", PASSPHRASE), SignedIn)


def test_changing_a_passphrase_waits_like_signing_in(clinic: Clinic) -> None:
    for _ in range(3):
        clinic.access.change_passphrase("manager", "wrong wrong", OWN)
    assert clinic.access.change_passphrase("manager", PASSPHRASE, OWN) == SignInRefused(5)
    assert clinic.access.sign_in("manager", PASSPHRASE) == SignInRefused(5)


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        (NewAccount("", GIVEN, CALLER), AccountProblem.LOGIN_ODD),
        (NewAccount("a" * 61, GIVEN, CALLER), AccountProblem.LOGIN_ODD),
        (NewAccount("\x1b[2J", GIVEN, CALLER), AccountProblem.LOGIN_ODD),
        (NewAccount("MANAGER", GIVEN, CALLER), AccountProblem.LOGIN_TAKEN),
        (NewAccount("lim", GIVEN, frozenset()), AccountProblem.NO_ROLE),
        (NewAccount("lim", "short", CALLER), PassphraseProblem.TOO_SHORT),
    ],
)
def test_what_is_wrong_with_a_new_account_is_told(
    clinic: Clinic, desk: AccountsDesk, new: NewAccount, problem: object
) -> None:
    assert desk.add(new) is problem
    assert clinic.count("staff_account") == 1


def test_a_facilitator_becomes_a_caller_with_a_new_passphrase_only(
    clinic: Clinic, desk: AccountsDesk
) -> None:
    id_ = clinic.add_staff("lim", Role.FACILITATOR).staff.id
    assert desk.set_roles(id_, CALLER) is AccountProblem.NEEDS_PASSPHRASE
    assert desk.set_roles(id_, CALLER, "short") is PassphraseProblem.TOO_SHORT
    assert held(clinic, "lim", PASSPHRASE) == {Purpose.ROSTER}
    assert seen(desk.set_roles(id_, CALLER, GIVEN)).must_change
    assert held(clinic, "lim", GIVEN) == {Purpose.CALLBACKS}
    assert set(sign_in(clinic, "lim", GIVEN).keys) == {Purpose.CALLBACKS}


def test_a_role_that_is_taken_away_takes_its_key_along(clinic: Clinic, desk: AccountsDesk) -> None:
    both = clinic.add_staff("lim", Role.FACILITATOR, Role.CALLER)
    worklist = clinic.access.callback_desk(both)
    view = seen(desk.set_roles(both.staff.id, FACILITATOR))
    assert (view.roles, view.must_change) == (FACILITATOR, False)
    with pytest.raises(SignedOut):
        worklist.worklist()
    assert set(sign_in(clinic, "lim", PASSPHRASE).keys) == {Purpose.ROSTER}
    assert held(clinic, "lim", PASSPHRASE) == {Purpose.ROSTER}


def test_the_same_roles_again_change_nothing(clinic: Clinic, desk: AccountsDesk) -> None:
    id_ = clinic.add_staff("lim", Role.CALLER).staff.id
    entries = clinic.count("audit_event")
    desk.set_roles(id_, CALLER, GIVEN)
    assert clinic.count("audit_event") == entries
    sign_in(clinic, "lim", PASSPHRASE)


def test_a_disabled_account_is_out_at_once_and_comes_back(
    clinic: Clinic, desk: AccountsDesk
) -> None:
    lim = clinic.add_staff("lim", Role.CALLER)
    worklist = clinic.access.callback_desk(lim)
    assert seen(desk.disable(lim.staff.id)).disabled
    assert seen(desk.disable(lim.staff.id)).disabled
    with pytest.raises(SignedOut):
        worklist.worklist()
    assert isinstance(clinic.access.sign_in("lim", PASSPHRASE), SignInRefused)
    assert desk.reset_passphrase(lim.staff.id, GIVEN) is AccountProblem.DISABLED
    assert desk.enable(lim.staff.id, "short") is PassphraseProblem.TOO_SHORT
    enabled = seen(desk.enable(lim.staff.id, GIVEN))
    assert (enabled.disabled, enabled.must_change) == (False, True)
    assert last_action(clinic) == "staff_enabled"
    assert sign_in(clinic, "lim", GIVEN).keys == lim.keys
    assert not seen(desk.enable(lim.staff.id, OWN)).disabled
    assert isinstance(clinic.access.sign_in("lim", OWN), SignInRefused)


def test_a_disabled_account_is_not_enabled_by_an_edit(clinic: Clinic, desk: AccountsDesk) -> None:
    id_ = clinic.add_staff("lim", Role.CALLER).staff.id
    desk.disable(id_)
    roles = frozenset({Role.CALLER, Role.FACILITATOR})
    assert seen(desk.set_roles(id_, roles)).roles == roles
    assert seen(desk.set_roles(id_, CALLER, GIVEN)).disabled
    clinic.bend("UPDATE staff_account SET disabled_at=NULL, must_change=false")
    for passphrase in (PASSPHRASE, GIVEN, ""):
        assert isinstance(clinic.access.sign_in("lim", passphrase), SignInRefused)
    with pytest.raises(VaultError):
        held(clinic, "lim", PASSPHRASE)


def test_a_role_taken_away_with_a_new_passphrase_comes_back_by_no_edit(
    clinic: Clinic, desk: AccountsDesk
) -> None:
    id_ = clinic.add_staff("lim", Role.FACILITATOR, Role.CALLER).staff.id
    seen(desk.set_roles(id_, FACILITATOR))
    seen(desk.reset_passphrase(id_, GIVEN))
    clinic.bend("UPDATE staff_account SET roles='caller,facilitator' WHERE login='lim'")
    assert held(clinic, "lim", GIVEN) == {Purpose.ROSTER}
    assert sign_in(clinic, "lim", GIVEN).staff.roles == FACILITATOR


def test_the_last_manager_stays(clinic: Clinic, desk: AccountsDesk) -> None:
    id_ = clinic.manager.staff.id
    assert desk.disable(id_) is AccountProblem.LAST_MANAGER
    assert desk.set_roles(id_, CALLER) is AccountProblem.LAST_MANAGER
    other = seen(desk.add(NewAccount("second", GIVEN, frozenset({Role.MANAGER}))))
    desk.disable(other.id)
    assert desk.disable(id_) is AccountProblem.LAST_MANAGER
    desk.enable(other.id, OWN)
    assert seen(desk.set_roles(id_, CALLER)).roles == CALLER
    with pytest.raises(SignedOut):
        desk.accounts()


def test_a_lost_passphrase_is_replaced_with_every_key(clinic: Clinic, desk: AccountsDesk) -> None:
    lim = clinic.add_staff("lim", Role.FACILITATOR, Role.CALLER)
    roster = clinic.access.roster_desk(lim)
    assert seen(desk.reset_passphrase(lim.staff.id, GIVEN)).must_change
    assert last_action(clinic) == "passphrase_given"
    with pytest.raises(SignedOut, match="new one"):
        roster.sessions()
    with pytest.raises(VaultError):
        held(clinic, "lim", PASSPHRASE)
    changed = clinic.access.change_passphrase("lim", GIVEN, OWN)
    assert isinstance(changed, SignedIn)
    assert changed.keys == lim.keys


def test_one_s_own_passphrase_is_not_given(clinic: Clinic, desk: AccountsDesk) -> None:
    own = clinic.manager.staff.id
    assert desk.reset_passphrase(own, GIVEN) is AccountProblem.OWN_PASSPHRASE
    assert desk.reset_passphrase(NOBODY, GIVEN) is AccountProblem.UNKNOWN
    assert desk.reset_passphrase(NOBODY, "short") is PassphraseProblem.TOO_SHORT


def test_unknown_accounts_are_told(desk: AccountsDesk) -> None:
    unknown = AccountProblem.UNKNOWN
    assert desk.disable(NOBODY) is unknown
    assert desk.enable(NOBODY, GIVEN) is unknown
    assert desk.set_roles(NOBODY, CALLER) is unknown
    assert desk.set_languages(NOBODY, []) is unknown
    assert desk.set_offers(NOBODY, []) is unknown


def test_languages_are_kept(clinic: Clinic, desk: AccountsDesk) -> None:
    id_ = clinic.add_staff("lim", Role.CALLER).staff.id
    spoken = frozenset({CallLanguage.TAMIL, CallLanguage.ENGLISH})
    assert seen(desk.set_languages(id_, spoken)).languages == spoken
    assert desk.accounts()[0].languages == spoken


def test_what_a_caller_offers_is_kept(clinic: Clinic, desk: AccountsDesk) -> None:
    made = seen(desk.add(NewAccount("lim", GIVEN, CALLER, offers=frozenset({CallerWish.MAN}))))
    assert made.offers == {CallerWish.MAN}
    assert seen(desk.set_offers(made.id, CallerWish)).offers == set(CallerWish)
    assert last_action(clinic) == "staff_offers_set"
    assert seen(desk.set_offers(made.id, [])).offers == frozenset()
    clinic.bend("UPDATE staff_account SET offers = 'man,robot' WHERE login = 'lim'")
    assert desk.accounts()[0].offers == {CallerWish.MAN}, "what is unknown here offers nothing"


def test_only_managers_come_here(clinic: Clinic) -> None:
    caller = clinic.add_staff("lim", Role.CALLER)
    with pytest.raises(AccessRefused, match="manager"):
        clinic.access.accounts_desk(caller)
    poor = replace(clinic.manager, keys={})
    with pytest.raises(AccessRefused, match="another manager"):
        clinic.access.accounts_desk(poor).add(NewAccount("tan", GIVEN, CALLER))
