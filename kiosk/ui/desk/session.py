"""Who is signed in, with the desks that their keys open; all of it goes when they leave."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from kiosk.domain.passphrases import PassphraseProblem
from kiosk.domain.staff import Staff
from kiosk.errors import SignedOut
from kiosk.ui.desk.parts import Facts, Tools, Who

if TYPE_CHECKING:
    from kiosk.usecases.access import Access, SignInRefused
    from kiosk.usecases.accountsdesk import AccountsDesk
    from kiosk.usecases.callbacks import CallbackDesk
    from kiosk.usecases.groupsdesk import GroupsDesk
    from kiosk.usecases.oversight import OversightDesk
    from kiosk.usecases.passdesk import PassDesk
    from kiosk.usecases.reconcile import ReconcileDesk
    from kiosk.usecases.roster import RosterDesk
    from kiosk.usecases.staffdesk import SignedIn

Desk = TypeVar("Desk")


class DeskSide:
    """Stands behind the door; only the desk's thread ever holds what is in it."""

    def __init__(self, access: "Access", facts: Facts, tools: Tools) -> None:
        self._access = access
        self.facts = facts
        self.tools = tools
        self._signed_in: SignedIn | None = None
        self._desks: dict[str, object] = {}

    def sign_in(self, login: str, passphrase: str) -> "Who | SignInRefused":
        """Try a passphrase; what was open before is dropped first."""
        self.lock()
        return self._enter(self._access.sign_in(login, passphrase))

    def change_passphrase(self, old: str, new: str) -> "Who | SignInRefused | PassphraseProblem":
        """Replace the passphrase of who is signed in; they stay signed in."""
        answer = self._access.change_passphrase(self.login, old, new)
        return answer if isinstance(answer, PassphraseProblem) else self._enter(answer)

    def lock(self) -> None:
        """Drop the keys, the desks and all that they have opened."""
        self._signed_in = None
        self._desks = {}

    @property
    def login(self) -> str:
        """The name of who is signed in; SignedOut where nobody is."""
        if self._signed_in is None:
            raise SignedOut("Please sign in.")
        return self._signed_in.staff.login

    @property
    def roster(self) -> "RosterDesk":
        """The facilitator's desk for sessions."""
        return self._open("roster", self._access.roster_desk)

    @property
    def passes(self) -> "PassDesk":
        """The facilitator's desk for members and passes."""
        return self._open("passes", self._access.pass_desk)

    @property
    def reconcile(self) -> "ReconcileDesk":
        """The desk of odd records, of facilitators and managers."""
        return self._open("reconcile", self._access.reconcile_desk)

    @property
    def groups(self) -> "GroupsDesk":
        """The manager's desk of groups and sessions."""
        return self._open("groups", self._access.groups_desk)

    @property
    def accounts(self) -> "AccountsDesk":
        """The manager's desk of staff accounts."""
        return self._open("accounts", self._access.accounts_desk)

    @property
    def oversight(self) -> "OversightDesk":
        """The manager's desk of reports, retention and the audit trail."""
        return self._open("oversight", self._access.oversight_desk)

    @property
    def callbacks(self) -> "CallbackDesk":
        """The caller's desk."""
        return self._open("callbacks", self._access.callback_desk)

    def _enter(self, answer: "SignedIn | SignInRefused") -> "Who | SignInRefused":
        staff = getattr(answer, "staff", None)  # its class would bring the database with it
        if not isinstance(staff, Staff):
            return cast("SignInRefused", answer)
        self.lock()
        self._signed_in = signed_in = cast("SignedIn", answer)
        return Who(staff.login, staff.roles, signed_in.since, signed_in.must_change)

    def _open(self, name: str, make: "Callable[[SignedIn], Desk]") -> Desk:
        """Return a desk, opened at its first use; SignedOut where nobody is signed in."""
        if self._signed_in is None:
            raise SignedOut("Please sign in.")
        if name not in self._desks:
            self._desks[name] = make(self._signed_in)
        return cast("Desk", self._desks[name])


class Boot(Protocol):
    """Makes the staff's side; called once, in a thread, after the first paint."""

    def __call__(self) -> DeskSide:
        """Open the store and make the way in; raises KioskError."""
        ...
