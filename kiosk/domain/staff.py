"""Members of staff: roles and keys, logins, passphrases, and the wait after failed sign-ins."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.guessable import find_weakness
from kiosk.domain.text import clean

LONGEST_LOGIN = 60
"""Characters."""
SHORTEST_PASSPHRASE = 12
LONGEST_PASSPHRASE = 256
"""Characters."""
FREE_FAILURES = 2
FORGOTTEN_AFTER = timedelta(days=1)
"""Failures this old no longer count, so nobody can lock a person out for good."""

_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(seconds=900)
_MOST_DOUBLINGS = 8
"""5 s doubled eight times is beyond the longest wait."""


_PIN = re.compile(r"[0-9]{4,12}")


def is_pin(text: str) -> bool:
    """Return whether `text` may be the PIN of a kiosk's maintenance screen: 4 to 12 digits."""
    return _PIN.fullmatch(text) is not None


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
    offers: frozenset[CallerWish] = frozenset()
    """Which of `wishes.CallerWish` they are; empty where nothing is told."""


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
    DISABLED = "disabled"
    """A disabled account has no keys to lock; it is enabled with a new passphrase."""
    NEEDS_PASSPHRASE = "needs_passphrase"  # noqa: S105  the name of a problem
    """The new roles need keys that only a new passphrase can lock for them."""


class PassphraseProblem(StrEnum):
    """Why a text cannot be a new passphrase."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SAME = "same"
    """The one that is to be replaced."""
    REPEATED = "repeated"
    """The same characters or words again and again."""
    ROW = "row"
    """Neighbours on a keyboard, in an alphabet, or in counting."""
    NAME = "name"
    """The login, or the clinic's name."""
    COMMON = "common"
    """Words that very many people choose."""


_OPENS = {
    Role.FACILITATOR: frozenset({Purpose.ROSTER}),
    Role.CALLER: frozenset({Purpose.CALLBACKS}),
    # A manager holds every key to hand it to new staff; the desks still ask for the role.
    Role.MANAGER: frozenset(Purpose),
}


def purposes_of_roles(roles: Iterable[Role]) -> frozenset[Purpose]:
    """Return the purposes of the keys that an account with `roles` holds."""
    return frozenset(purpose for role in roles for purpose in _OPENS[role])


def roles_in_force(
    stored: Iterable[Role], held: Iterable[Purpose], bound: Iterable[Role] | None
) -> frozenset[Role]:
    """Return those of an account's `stored` roles that it was really given.

    What is stored can be edited by whoever has the file. A role counts where the account `held`
    the keys that go with it, and where it is one of the roles `bound` to those keys, or they make
    a manager, who may take every role. `bound` is None for keys of a version that bound none.
    """
    opened, given = frozenset(held), None if bound is None else frozenset(bound)
    return frozenset(
        role
        for role in stored
        if _OPENS[role] <= opened and (given is None or may_take(given, (role,)))
    )


def may_take(has: Collection[Role], wanted: Iterable[Role]) -> bool:
    """Return whether keys made for the roles `has` do for `wanted`: a manager may take any."""
    return Role.MANAGER in has or set(wanted) <= set(has)


def normalise_login(typed: str) -> str:
    """Return a login as it is kept: in NFKC, case-folded, without stray spaces."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def is_login(login: str) -> bool:
    """Return whether `login`, as `normalise_login` returns it, will do for an account."""
    return bool(login) and len(login) <= LONGEST_LOGIN and clean(login) == login


def sign_in_wait(failures: int) -> timedelta:
    """Return the wait after so many failures in a row: none after two, then 5, 10, 20 … 900 s."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, _MOST_DOUBLINGS)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def sign_in_wait_left(failures: int, failed_at: datetime, now: datetime) -> timedelta:
    """Return what is left of the wait at `now`; a clock that went back does not lengthen it."""
    passed = max(now - failed_at, timedelta(0))
    return max(sign_in_wait(failures) - passed, timedelta(0))


def normalise_passphrase(typed: str) -> str:
    """Return a passphrase as every keyboard spells it: in NFKC."""
    return unicodedata.normalize("NFKC", typed)


def check_passphrase(text: str, *names: str) -> str | PassphraseProblem:
    """Return a new passphrase as `normalise_passphrase` does, or why it will not do.

    `names` are the login and the clinic's name, which whoever tries knows.
    """
    plain = normalise_passphrase(text)
    if len(plain.strip()) < SHORTEST_PASSPHRASE:
        return PassphraseProblem.TOO_SHORT
    if len(plain) > LONGEST_PASSPHRASE:
        return PassphraseProblem.TOO_LONG
    weakness = find_weakness(plain, names)
    return plain if weakness is None else PassphraseProblem(weakness.value)
