"""Staff accounts on the manager's desk."""

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.staff import AccountView, Role
from kiosk.usecases.access import SignInRefused
from kiosk.usecases.staff_desk import SignedIn
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.screens import SIZES
from tests.ui.desk.groups.test_groups import clear

GIVEN = "river stone lantern"


def account(clinic: Clinic, login: str) -> AccountView:
    accounts = clinic.access.accounts_desk(clinic.fresh(clinic.manager)).accounts()
    (found,) = (one for one in accounts if one.login == login)
    return found


async def give(colleague: Colleague, passphrase: str, again: str) -> None:
    await clear(colleague, "secret", passphrase)
    await clear(colleague, "again", again)


async def test_a_new_colleague_signs_in_and_chooses_a_passphrase(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("f")
        colleague.expect("Staff", "1 account", "manager", "every role", "every language")
        await colleague.keys("a")
        await what_a_new_account_lacks_is_said(colleague)
        await clear(colleague, "login", " Mei.Lin ")
        await colleague.tap("Mandarin")
        await colleague.tap("A woman")
        await give(colleague, GIVEN, GIVEN)
        colleague.expect_not(GIVEN)
        await colleague.tap("Make the account")
        colleague.expect("mei.lin can sign in now", "passphrase given", "2 accounts")
        colleague.expect("a woman; Mandar")
        await colleague.keys("q")
        await colleague.sign_in("mei.lin", GIVEN)
        colleague.expect("Choose a passphrase of your own")
    made = account(clinic, "mei.lin")
    assert made.roles == {Role.CALLER}
    assert made.languages == {CallLanguage.MANDARIN}
    assert made.offers == {CallerWish.WOMAN}
    assert made.must_change


async def what_a_new_account_lacks_is_said(colleague: Colleague) -> None:
    await colleague.tap("Make the account")
    colleague.expect("Please type a login of plain characters.")
    await clear(colleague, "login", "manager")
    await colleague.tap("Make the account")
    colleague.expect("Mark one role or more.")
    await colleague.tap("Caller")
    await give(colleague, "short", "short")
    await colleague.tap("Make the account")
    colleague.expect("This passphrase is too short: at least 12 characters.")
    await give(colleague, GIVEN, "river stone candle")
    await colleague.tap("Make the account")
    colleague.expect("The two differ; please type it again.")
    await give(colleague, GIVEN, GIVEN)
    await colleague.tap("Make the account")
    colleague.expect("There is an account of this name; please choose another.")


async def test_fewer_roles_need_no_passphrase_and_more_do(clinic: Clinic) -> None:
    clinic.add_staff("arjun", Role.FACILITATOR, Role.CALLER)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("f", "enter")
        colleague.expect("The roles of arjun", "[✓] Facilitator", "[✓] Caller", "[ ] Manager")
        await colleague.tap("Caller")
        await colleague.keys("k")
        colleague.expect("The roles of arjun are kept.")
        assert account(clinic, "arjun").roles == {Role.FACILITATOR}
        await colleague.keys("enter", "k")
        colleague.expect("Nothing was changed.")
        await colleague.keys("enter")
        await colleague.tap("Manager")
        await colleague.keys("k")
        colleague.expect("A new passphrase for arjun")
        assert account(clinic, "arjun").roles == {Role.FACILITATOR}
        await give(colleague, GIVEN, GIVEN)
        await colleague.tap("Keep it")
        colleague.expect("The roles are kept. Tell arjun the new passphrase")
    assert account(clinic, "arjun").roles == {Role.FACILITATOR, Role.MANAGER}
    assert isinstance(clinic.access.sign_in("arjun", GIVEN), SignedIn)


async def test_the_last_manager_stays_one(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("f", "enter")
        await colleague.tap("Manager")
        await colleague.keys("k")
        colleague.expect("This is the last manager; make another one first.")
        await colleague.keys("escape", "d", "y")
        colleague.expect("This is the last manager; make another one first.")
    assert not account(clinic, "manager").disabled


async def test_languages_are_marked_and_an_account_is_disabled_and_enabled(clinic: Clinic) -> None:
    clinic.add_staff("arjun", Role.CALLER)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("f", "l")
        colleague.expect("arjun on the phone", "no mark means every language")
        await colleague.tap("Tamil")
        await colleague.tap("Hokkien")
        await colleague.tap("A man")
        await colleague.keys("k")
        colleague.expect("arjun gets calls by that from now on.", "a man; Tamil")
        marked = account(clinic, "arjun")
        assert marked.languages == {CallLanguage.TAMIL, CallLanguage.HOKKIEN}
        assert marked.offers == {CallerWish.MAN}
        await colleague.keys("d")
        colleague.expect("Disable the account arjun?")
        await colleague.keys("n")
        assert not account(clinic, "arjun").disabled
        await colleague.keys("d", "y")
        colleague.expect("Disabled.", "2 accounts, 1 disabled", "Enable")
        assert isinstance(clinic.access.sign_in("arjun", PASSPHRASE), SignInRefused)
        assert "Passphrase" not in "".join(colleague.lines)
        await colleague.keys("enter")
        await colleague.tap("Facilitator")
        await colleague.keys("k")
        colleague.expect("The roles of arjun are kept.")
        await colleague.keys("e")
        colleague.expect("Enable arjun with a new passphrase")
        await give(colleague, GIVEN, GIVEN)
        await colleague.tap("Keep it")
        colleague.expect("Enabled. Tell arjun the new passphrase", "2 accounts")
    assert not account(clinic, "arjun").disabled
    assert isinstance(clinic.access.sign_in("arjun", PASSPHRASE), SignInRefused)
    enabled = clinic.access.sign_in("arjun", GIVEN)
    assert isinstance(enabled, SignedIn)
    assert enabled.staff.roles == {Role.CALLER, Role.FACILITATOR}


async def test_a_lost_passphrase_is_replaced_but_not_ones_own(clinic: Clinic) -> None:
    clinic.add_staff("arjun", Role.CALLER)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("f", "p")
        colleague.expect("A new passphrase for arjun")
        await give(colleague, GIVEN, GIVEN)
        await colleague.tap("Keep it")
        colleague.expect("Tell arjun the new passphrase; the old one is gone.")
        assert account(clinic, "arjun").must_change
        await colleague.keys("down", "p")
        colleague.expect("A new passphrase for manager")
        await give(colleague, GIVEN, GIVEN)
        await colleague.tap("Keep it")
        colleague.expect("Your own passphrase is changed from the menu.")
    assert isinstance(clinic.access.sign_in("arjun", GIVEN), SignedIn)


async def test_every_account_is_read_whole_at_every_size(clinic: Clinic) -> None:
    clinic.add_staff("arjun", Role.FACILITATOR, Role.CALLER)
    async with at_desk(clinic, "manager") as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            await colleague.keys("f")
            colleague.expect("Facilitator, Caller", "every role", "since 2 Mar 2026")
            await colleague.at_once("a", *["down"] * 14)
            colleague.expect("› Make the account ‹", "Sign out")
            await colleague.keys("escape", "escape")
