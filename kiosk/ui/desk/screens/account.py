"""A new account: a login, what it may do, and a first passphrase."""

from collections.abc import Iterable

from kiosk.domain.requests import CallLanguage
from kiosk.domain.staff import LONGEST_LOGIN, Role, is_login, plain_login
from kiosk.ui.desk.forms import MarkRow, Row, TextRow
from kiosk.ui.desk.managewords import ROLES, SPOKEN
from kiosk.ui.desk.passphrases import ChoosesPassphrase
from kiosk.ui.desk.staffasks import Draft


class NewStaff(ChoosesPassphrase):
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
        login = plain_login(self.typed("login"))
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
