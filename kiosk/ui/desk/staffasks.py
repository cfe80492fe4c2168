"""What the manager's screens ask of the desk of accounts."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from kiosk.domain.requests import CallLanguage
from kiosk.domain.staff import Role

if TYPE_CHECKING:
    from kiosk.ui.desk.session import DeskSide
    from kiosk.usecases.accountsdesk import Answer


@dataclass(frozen=True, slots=True)
class Draft:
    """An account as it was filled in."""

    login: str
    roles: frozenset[Role]
    languages: frozenset[CallLanguage]
    passphrase: str = field(repr=False)

    def add(self, side: "DeskSide") -> "Answer":
        """Make it."""
        from kiosk.usecases.accounts import NewAccount

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
    return side.accounts.give_passphrase(account_id, passphrase)
