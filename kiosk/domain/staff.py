"""Members of staff and what they may do."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


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
