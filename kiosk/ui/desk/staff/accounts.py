"""The accounts of staff: the roles, the languages and the state of each."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widget import Widget

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.staff import (
    LONGEST_LOGIN,
    SHORTEST_PASSPHRASE,
    AccountView,
    PassphraseProblem,
    Role,
    check_passphrase,
    is_login,
    may_take,
    normalise_login,
)
from kiosk.presentation.staff import PASSPHRASE_PROBLEMS
from kiosk.presentation.wishes import OFFERS
from kiosk.ui.desk.forms import FormScreen, MarkRow, Row, TextRow
from kiosk.ui.desk.messages import Place
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import (
    ROLES,
    SPOKEN,
    format_account_state,
    format_languages,
    format_roles,
)
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

if TYPE_CHECKING:
    from kiosk.usecases.staff.accounts_desk import Answer


_MOST = 256
"""Characters of a passphrase that is typed."""
_COLUMNS = (
    Column("Login", 18, 10, grows=True, keeps="start"),
    Column("Roles", 20, grows=True),
    Column("On the phone", 18, 14, rank=1, grows=True),
    Column("State", 17),
)


class AccountsScreen(DeskScreen):
    """The list of accounts; what its keys change works at once."""

    place: ClassVar[Place | None] = Place.STAFF

    def __init__(self) -> None:
        super().__init__()
        self._accounts: tuple[AccountView, ...] = ()

    def heading(self) -> str:
        return "Staff"

    def lead(self) -> str:
        disabled = sum(one.disabled for one in self._accounts)
        count = len(self._accounts)
        accounts = "1 account" if count == 1 else f"{count} accounts"
        return f"{accounts}, {disabled} disabled" if disabled else accounts

    def body(self) -> Iterable[Widget]:
        yield Listing[AccountView](
            _COLUMNS, key=lambda one: one.id, draw=self._line, empty="One moment …"
        )

    def keys(self) -> Iterable[Key]:
        one = self._current
        if one is not None:
            yield Key("enter", "Roles", partial(self.open, partial(RolesScreen, one)))
        yield Key("a", "Add", partial(self.open, NewAccountScreen))
        if one is None:
            return
        yield Key("l", "Languages", partial(self.open, partial(OnThePhoneScreen, one)))
        passphrase = partial(self.open, partial(ResetPassphraseScreen, one))
        if one.disabled:
            yield Key("e", "Enable", passphrase)
        else:
            yield Key("p", "Passphrase", passphrase)
            yield Key("d", "Disable", self._disable)

    def on_mount(self) -> None:
        self.poll(self._read)

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
        state = format_account_state(one, self.clinic.zone)
        cells = (one.login, format_roles(one), format_languages(one), state)
        return Line(cells, "done" if one.disabled else "")

    @property
    def _current(self) -> AccountView | None:
        return self.current_row(AccountView)

    @on(Listing.Chosen)
    def open_roles(self) -> None:
        """Show the roles of the account under the cursor."""
        if self._current is not None:
            self.open(partial(RolesScreen, self._current))

    def _disable(self) -> None:
        one = self._current
        if one is not None:
            lead = (
                "It ends at once, also for somebody who is signed in with it. To enable it later"
                " takes a new passphrase."
            )
            question = f"Disable the account {one.login}?"

            def disable() -> None:
                self.act(lambda side: side.accounts.disable(one.id), "Disabled.")

            self.pose(ask_sure(question, lead, "Yes, disable it", disable))


def offers_row(held: Iterable[CallerWish] = ()) -> MarkRow:
    """Return the row of what visitors may wish a caller to be."""
    options = tuple((wish.value, words) for wish, words in OFFERS.items())
    hint = "For visitors who wish to speak with one; no mark tells nothing."
    return MarkRow("offers", "Is", options, hint, frozenset(held), several=True)


def passphrase_rows(label: str) -> tuple[TextRow, TextRow]:
    """Return the two covered lines that `read_passphrase` reads."""
    hint = f"At least {SHORTEST_PASSPHRASE} characters; they choose their own later."
    return (
        TextRow("secret", label, hint, most=_MOST, covered=True),
        TextRow("again", "And again", "The same once more.", most=_MOST, covered=True),
    )


def read_passphrase(form: FormScreen) -> str | None:
    """Return the passphrase, or None where it will not do, which is shown."""
    secret, again = form.covered("secret"), form.covered("again")
    checked = check_passphrase(secret)
    if isinstance(checked, PassphraseProblem):
        form.miss("secret", PASSPHRASE_PROBLEMS[checked])
        return None
    if secret != again:
        form.miss("again", "The two differ; please type it again.")
        return None
    return checked


class NewAccountScreen(FormScreen):
    """The form of a new account."""

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
        yield from passphrase_rows("First passphrase")
        # Last, so that who marks nothing there presses no key for it.
        yield offers_row()

    def keep(self) -> None:
        roles = frozenset(Role(role) for role in self.marked("roles"))
        languages = frozenset(CallLanguage(code) for code in self.marked("languages"))
        offers = frozenset(CallerWish(code) for code in self.marked("offers"))
        login = normalise_login(self.typed("login"))
        if not is_login(login):
            self.miss("login", "Please type a login of plain characters.")
            return
        if not roles:
            self.miss("roles", "Mark one role or more.")
            return
        passphrase = read_passphrase(self)
        if passphrase is None:
            return

        def add(side: DeskSide) -> "Answer":
            from kiosk.usecases.staff.accounts import NewAccount

            return side.accounts.add(NewAccount(login, passphrase, roles, languages, offers))

        self.say("One moment …")
        self.send(add, f"{login} can sign in now; they choose a passphrase of their own then.")


class ResetPassphraseScreen(FormScreen):
    """The form of a passphrase that its owner has to replace at the next sign-in."""

    def __init__(self, account: AccountView, roles: frozenset[Role] | None = None) -> None:
        """Take the account and the new roles that ask for it.

        None: the passphrase is lost, or the account was disabled.
        """
        super().__init__()
        self._account = account
        self._roles = roles

    def heading(self) -> str:
        if self._account.disabled:
            return f"Enable {self._account.login} with a new passphrase"
        return f"A new passphrase for {self._account.login}"

    def rows(self) -> Iterable[Row]:
        yield from passphrase_rows("Passphrase")

    def keep(self) -> None:
        account, roles, passphrase = self._account, self._roles, read_passphrase(self)
        if passphrase is None:
            return
        self.say("One moment …")
        id_, done = account.id, f"Tell {account.login} the new passphrase; the old one is gone."
        if account.disabled:
            done = f"Enabled. {done}"
            self.send(lambda side: side.accounts.enable(id_, passphrase), done)
        elif roles is None:
            self.send(lambda side: side.accounts.reset_passphrase(id_, passphrase), done)
        else:
            done = f"The roles are kept. {done}"
            self.send(lambda side: side.accounts.set_roles(id_, roles, passphrase), done)


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
            self.finish("Nothing was changed.")
        elif account.disabled or may_take(account.roles, roles):
            done = f"The roles of {account.login} are kept."
            self.send(lambda side: side.accounts.set_roles(account.id, roles, ""), done)
        else:
            reset = partial(ResetPassphraseScreen, account, roles)
            self.open(reset, instead=True)


class OnThePhoneScreen(FormScreen):
    """Languages to mark, and what visitors may wish for."""

    def __init__(self, account: AccountView) -> None:
        super().__init__()
        self._account = account

    def heading(self) -> str:
        return f"{self._account.login} on the phone"

    def rows(self) -> Iterable[Row]:
        options = tuple((code.value, words) for code, words in SPOKEN.items())
        held = frozenset(code.value for code in self._account.languages)
        hint = "Spoken on the phone; no mark means every language."
        yield MarkRow("languages", "Speaks", options, hint, held, several=True)
        yield offers_row(self._account.offers)

    def keep(self) -> None:
        account, id_ = self._account, self._account.id
        spoken = frozenset(CallLanguage(code) for code in self.marked("languages"))
        offers = frozenset(CallerWish(code) for code in self.marked("offers"))

        def change(side: DeskSide) -> "Answer":
            answer = side.accounts.set_languages(id_, spoken)
            is_kept = isinstance(answer, AccountView)
            return side.accounts.set_offers(id_, offers) if is_kept else answer

        if offers == account.offers:
            self.send(lambda side: side.accounts.set_languages(id_, spoken), self._done)
        else:
            self.send(change, self._done)

    @property
    def _done(self) -> str:
        return f"{self._account.login} gets calls by that from now on."
