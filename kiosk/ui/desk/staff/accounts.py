"""The accounts of staff: who may do what, and how each account stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual import on
from textual.widget import Widget

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.staff import (
    LONGEST_LOGIN,
    AccountView,
    Role,
    is_login,
    normalise_login,
    purposes_of_roles,
)
from kiosk.ui.desk.forms import (
    FormScreen,
    ManagerScreen,
    MarkRow,
    PassphraseFormScreen,
    Row,
    TextRow,
)
from kiosk.ui.desk.messages import (
    Finished,
    LanguagesPage,
    NewStaffPage,
    Page,
    PageWanted,
    PassphrasePage,
    Place,
    RolesPage,
)
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.text import ROLES, SPOKEN, format_account_state, format_languages, format_roles
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

if TYPE_CHECKING:
    from kiosk.ui.desk.session import DeskSide
    from kiosk.usecases.staff.accounts_desk import Answer


_COLUMNS = (
    Column("Login", 18, 10, grows=True),
    Column("Roles", 20, grows=True),
    Column("On the phone", 18, 14, rank=1, grows=True),
    Column("State", 17),
)


class AccountsScreen(ManagerScreen):
    """A list; what its keys change works at once."""

    place: ClassVar[Place | None] = Place.STAFF

    def __init__(self) -> None:
        super().__init__()
        self._accounts: tuple[AccountView, ...] = ()

    def heading(self) -> str:
        return "Staff"

    def lead(self) -> str:
        disabled = sum(one.disabled for one in self._accounts)
        count = len(self._accounts)
        said = "1 account" if count == 1 else f"{count} accounts"
        return f"{said}, {disabled} disabled" if disabled else said

    def body(self) -> Iterable[Widget]:
        yield Listing[AccountView](
            _COLUMNS, key=lambda one: one.id, draw=self._line, empty="One moment …"
        )

    def keys(self) -> Iterable[Key]:
        one = self._current
        if one is not None:
            yield Key("enter", "Roles", partial(self._go, RolesPage(one)))
        yield Key("a", "Add", partial(self._go, NewStaffPage()))
        if one is None:
            return
        yield Key("l", "Languages", partial(self._go, LanguagesPage(one)))
        yield Key("p", "Passphrase", partial(self._go, PassphrasePage(one.id, one.login)))
        if one.disabled:
            yield Key("e", "Enable", self._enable)
        else:
            yield Key("d", "Disable", self._disable)

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.run_worker(self._read())

    async def _read(self) -> None:
        answer = await self.ask(lambda side: side.accounts.accounts())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._accounts = answer
        self.query_one(Listing).set_rows(answer)
        self.rehead()
        self.rekey()

    def _line(self, one: AccountView) -> Line:
        standing = format_account_state(one, self.host.facts.zone)
        cells = (one.login, format_roles(one), format_languages(one), standing)
        return Line(cells, "done" if one.disabled else "")

    @property
    def _current(self) -> AccountView | None:
        found = self.query(Listing)
        current = found.first().current if found else None
        return current if isinstance(current, AccountView) else None

    def _go(self, page: Page) -> None:
        self.tell(PageWanted(page))

    @on(Listing.Chosen)
    def open_roles(self) -> None:
        """Show the roles of the account under the cursor."""
        if self._current is not None:
            self._go(RolesPage(self._current))

    def _disable(self) -> None:
        one = self._current
        if one is not None:
            lead = "It ends at once, also for somebody who is signed in with it."
            question = f"Disable the account {one.login}?"
            self.put(ask_sure(question, lead, "Yes, disable it", partial(self._set, one, off=True)))

    def _enable(self) -> None:
        if self._current is not None:
            self._set(self._current, off=False)

    def _set(self, one: AccountView, *, off: bool) -> None:
        self.carry_out(
            lambda side: side.accounts.disable(one.id) if off else side.accounts.enable(one.id),
            lambda _answer: self._tell_set("Disabled." if off else "Enabled again."),
        )

    def _tell_set(self, sentence: str) -> None:
        self.say(sentence)
        self.come_back()


@dataclass(frozen=True, slots=True)
class Draft:
    """An account as it was filled in."""

    login: str
    roles: frozenset[Role]
    languages: frozenset[CallLanguage]
    passphrase: str = field(repr=False)

    def add(self, side: "DeskSide") -> "Answer":
        """Make it."""
        from kiosk.usecases.staff.accounts import NewAccount

        new = NewAccount(self.login, self.passphrase, self.roles, self.languages)
        return side.accounts.add(new)


def set_roles(
    account_id: UUID, roles: frozenset[Role], passphrase: str, side: "DeskSide"
) -> "Answer":
    """Give an account other roles."""
    return side.accounts.set_roles(account_id, roles, passphrase)


def set_languages(
    account_id: UUID, languages: frozenset[CallLanguage], side: "DeskSide"
) -> "Answer":
    """Say what somebody speaks on the phone."""
    return side.accounts.set_languages(account_id, languages)


def give_passphrase(account_id: UUID, passphrase: str, side: "DeskSide") -> "Answer":
    """Give a passphrase, to be replaced at the next sign-in."""
    return side.accounts.reset_passphrase(account_id, passphrase)


class NewAccountScreen(PassphraseFormScreen):
    """A form."""

    keeps = "Make the account"

    def heading(self) -> str:
        return "A new account"

    def rows(self) -> Iterable[Row]:
        login = "Their name for signing in, such as “mei”."
        yield TextRow("login", "Login", login, most=LONGEST_LOGIN)
        roles = tuple((role.value, words) for role, words in ROLES.items())
        yield MarkRow("roles", "May be", roles, "One role or more.", several=True)
        spoken = tuple((code.value, words) for code, words in SPOKEN.items())
        hint = "What they speak on the phone; no mark means all."
        yield MarkRow("languages", "On the phone", spoken, hint, several=True)
        yield from self.passphrase_rows("First passphrase")

    def keep(self) -> None:
        roles = frozenset(Role(role) for role in self.marked("roles"))
        languages = frozenset(CallLanguage(code) for code in self.marked("languages"))
        login = normalise_login(self.typed("login"))
        if not is_login(login):
            self.miss("login", "Please type a login of plain characters.")
            return
        if not roles:
            self.miss("roles", "Mark one role or more.")
            return
        passphrase = self.read_passphrase()
        if passphrase is not None:
            self.say("One moment …")
            draft = Draft(login, roles, languages, passphrase)
            done = f"{login} can sign in now; they choose a passphrase of their own then."
            self.send(draft.add, done)


class ResetPassphraseScreen(PassphraseFormScreen):
    """A form."""

    def __init__(self, page: PassphrasePage) -> None:
        super().__init__()
        self._page = page

    def heading(self) -> str:
        return f"A new passphrase for {self._page.login}"

    def rows(self) -> Iterable[Row]:
        yield from self.passphrase_rows("Passphrase")

    def keep(self) -> None:
        page, passphrase = self._page, self.read_passphrase()
        if passphrase is None:
            return
        self.say("One moment …")
        done = f"Tell {page.login} the new passphrase; the old one is gone."
        if page.roles is None:
            self.send(partial(give_passphrase, page.account_id, passphrase), done)
        else:
            keep = partial(set_roles, page.account_id, page.roles, passphrase)
            self.send(keep, f"The roles are kept. {done}")


class RolesScreen(FormScreen):
    """Roles to mark; more of them than before need a new passphrase."""

    explains = "Less counts at once; more needs a new passphrase."

    def __init__(self, account: AccountView) -> None:
        super().__init__()
        self._account = account

    def heading(self) -> str:
        return f"The roles of {self._account.login}"

    def rows(self) -> Iterable[Row]:
        options = tuple((role.value, words) for role, words in ROLES.items())
        held = frozenset(role.value for role in self._account.roles)
        yield MarkRow("roles", "May be", options, marked=held, several=True)

    def keep(self) -> None:
        account, roles = self._account, frozenset(Role(one) for one in self.marked("roles"))
        if not roles:
            self.miss("roles", "Mark one role or more.")
        elif roles == account.roles:
            self.tell(Finished("Nothing was changed."))
        elif purposes_of_roles(roles) <= purposes_of_roles(account.roles):
            keep = partial(set_roles, account.id, roles, "")
            self.send(keep, f"The roles of {account.login} are kept.")
        else:
            page = PassphrasePage(account.id, account.login, roles)
            self.tell(PageWanted(page, instead=True))


class LanguagesScreen(FormScreen):
    """Languages to mark."""

    explains = "Spoken on the phone; no mark means every language."

    def __init__(self, account: AccountView) -> None:
        super().__init__()
        self._account = account

    def heading(self) -> str:
        return f"The languages of {self._account.login}"

    def rows(self) -> Iterable[Row]:
        options = tuple((code.value, words) for code, words in SPOKEN.items())
        held = frozenset(code.value for code in self._account.languages)
        yield MarkRow("languages", "On the phone", options, marked=held, several=True)

    def keep(self) -> None:
        marked = frozenset(CallLanguage(code) for code in self.marked("languages"))
        keep = partial(set_languages, self._account.id, marked)
        self.send(keep, f"The languages of {self._account.login} are kept.")
