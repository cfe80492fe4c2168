"""Members of staff and what they may do."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kiosk.domain.requests import CallLanguage
from kiosk.domain.text import clean

LONGEST_LOGIN = 60
"""Characters."""


class Role(StrEnum):
    """What a member of staff may do; one person may hold several."""

    FACILITATOR = "facilitator"
    CALLER = "caller"
    MANAGER = "manager"


class Purpose(StrEnum):
    """What a sealing key is for."""

    CALLBACKS = "callbacks"
    ROSTER = "roster"


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff."""

    id: UUID
    login: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class AccountView:
    """A staff account as a manager sees it."""

    id: UUID
    login: str
    roles: frozenset[Role]
    languages: frozenset[CallLanguage]
    """What they speak on the phone; empty stands for all."""
    disabled: bool
    must_change: bool
    """Whether they have yet to choose a passphrase of their own."""
    created_at: datetime


class AccountProblem(StrEnum):
    """Why an account stays as it is."""

    LOGIN_ODD = "login_odd"
    LOGIN_TAKEN = "login_taken"
    NO_ROLE = "no_role"
    UNKNOWN = "unknown"
    """There is no account of this id."""
    LAST_MANAGER = "last_manager"
    """Nobody would be left who may do this."""
    OWN_PASSPHRASE = "own_passphrase"  # noqa: S105  the name of a problem
    """One's own passphrase is changed with the old one, by `Access.change_passphrase`."""
    NEEDS_PASSPHRASE = "needs_passphrase"  # noqa: S105  the name of a problem
    """The new roles need keys that only a new passphrase can lock for them."""


_OPENS = {
    Role.FACILITATOR: frozenset({Purpose.ROSTER}),
    Role.CALLER: frozenset({Purpose.CALLBACKS}),
    # A manager holds every key to hand it to new staff; the desks still ask for the role.
    Role.MANAGER: frozenset(Purpose),
}


def purposes(roles: Iterable[Role]) -> frozenset[Purpose]:
    """Say whose keys an account with `roles` holds."""
    return frozenset(purpose for role in roles for purpose in _OPENS[role])


def plain_login(typed: str) -> str:
    """Write a login as it is kept: one spelling for every keyboard, case and stray space."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def is_login(login: str) -> bool:
    """Say whether `login`, as `plain_login` writes it, will do for an account."""
    return bool(login) and len(login) <= LONGEST_LOGIN and clean(login) == login
