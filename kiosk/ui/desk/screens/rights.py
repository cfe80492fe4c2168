"""What somebody may do, and what they speak on the phone."""

from collections.abc import Iterable
from functools import partial

from kiosk.domain.requests import CallLanguage
from kiosk.domain.staff import AccountView, Role, purposes
from kiosk.ui.desk import staffasks as asks
from kiosk.ui.desk.forms import Form, MarkRow, Row
from kiosk.ui.desk.managewords import ROLES, SPOKEN
from kiosk.ui.desk.messages import Finished
from kiosk.ui.desk.pages import PageWanted, PassphrasePage


class Roles(Form):
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
        elif purposes(roles) <= purposes(account.roles):
            keep = partial(asks.set_roles, account.id, roles, "")
            self.send(keep, f"The roles of {account.login} are kept.")
        else:
            page = PassphrasePage(account.id, account.login, roles)
            self.tell(PageWanted(page, instead=True))


class Languages(Form):
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
        keep = partial(asks.set_languages, self._account.id, marked)
        self.send(keep, f"The languages of {self._account.login} are kept.")
