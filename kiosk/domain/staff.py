"""Members of staff and what they may do."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kiosk.domain.callbacks.request import CallLanguage
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


def purposes_of_roles(roles: Iterable[Role]) -> frozenset[Purpose]:
    """Say whose keys an account with `roles` holds."""
    return frozenset(purpose for role in roles for purpose in _OPENS[role])


def normalise_login(typed: str) -> str:
    """Write a login as it is kept: one spelling for every keyboard, case and stray space."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def is_login(login: str) -> bool:
    """Say whether `login`, as `plain_login` writes it, will do for an account."""
    return bool(login) and len(login) <= LONGEST_LOGIN and clean(login) == login


# How long to wait: after failed sign-ins, and before the centre is asked again.
#
# Sign-ins: two failures are free, then 5, 10, 20 … up to 900 seconds.

FREE_FAILURES = 2
FORGOTTEN_AFTER = timedelta(days=1)
"""Failures this old no longer count, so nobody can lock a person out for good."""

_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(seconds=900)
_MOST_DOUBLINGS = 8
"""5 s doubled eight times is beyond the longest wait."""
_FIRST_RETRY = timedelta(seconds=1)
_LONGEST_RETRY = timedelta(seconds=60)
_MOST_RETRY_DOUBLINGS = 6


def sign_in_wait(failures: int) -> timedelta:
    """Give the wait that so many failures in a row ask for."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, _MOST_DOUBLINGS)
    return min(_FIRST * (1 << doublings), _LONGEST)


def sign_in_wait_left(failures: int, failed_at: datetime, now: datetime) -> timedelta:
    """Give what is left of the wait at `now`; a clock that went back does not lengthen it."""
    passed = max(now - failed_at, timedelta(0))
    return max(sign_in_wait(failures) - passed, timedelta(0))


def retry_wait(failures: int, chance: float) -> timedelta:
    """Give the wait before the centre is asked again after so many failures in a row.

    Full jitter: any time between nothing and 1, 2, 4 … 60 seconds, by `chance` from 0 to 1, so
    that a fleet does not come back all at once (AWS Architecture Blog, "Exponential Backoff And
    Jitter").
    """
    if failures <= 0:
        return timedelta(0)
    doublings = min(failures - 1, _MOST_RETRY_DOUBLINGS)
    return min(_FIRST_RETRY * (1 << doublings), _LONGEST_RETRY) * chance


SHORTEST_PASSPHRASE = 12
LONGEST_PASSPHRASE = 256


class PassphraseProblem(StrEnum):
    """Why a text cannot be a new passphrase."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SAME = "same"
    """The one that is to be replaced."""


def check_passphrase(text: str) -> str | PassphraseProblem:
    """Take a new passphrase in NFKC, so that every keyboard spells it alike, or say why not."""
    plain = unicodedata.normalize("NFKC", text)
    if len(plain.strip()) < SHORTEST_PASSPHRASE:
        return PassphraseProblem.TOO_SHORT
    return plain if len(plain) <= LONGEST_PASSPHRASE else PassphraseProblem.TOO_LONG
