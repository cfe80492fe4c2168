"""The places of the desk that the menu and the lock know by name."""

from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from kiosk.domain.staff import Role


class Place(Enum):
    """Where somebody who is signed in can be; none of them says anything about a person."""

    MENU = auto()
    SESSIONS = auto()
    ROSTER = auto()
    PASSES = auto()
    ODDITIES = auto()
    CALLBACKS = auto()
    GROUPS = auto()
    STAFF = auto()
    REPORTS = auto()
    RECORDS = auto()
    AUDIT = auto()
    KIOSKS = auto()
    PASSPHRASE = auto()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, and which one of it; what the lock remembers beside the login."""

    place: Place
    of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    place: Place
    letter: str
    title: str
    more: str
    role: Role | None
    """Who sees it; None for everybody."""
    also: Role | None = None
    """Who sees it as well."""

    def is_for(self, roles: frozenset[Role]) -> bool:
        """Say whether somebody with `roles` sees it."""
        return self.role is None or bool(roles & {self.role, self.also})


MENU: tuple[Entry, ...] = (
    Entry(
        Place.SESSIONS, "G", "Groups today", "Who has arrived, and head counts", Role.FACILITATOR
    ),
    Entry(Place.PASSES, "P", "Members and passes", "Hand out, replace or revoke", Role.FACILITATOR),
    Entry(
        Place.ODDITIES,
        "E",
        "Odd records",
        "Late, twice, or by wrong clocks",
        Role.FACILITATOR,
        also=Role.MANAGER,
    ),
    Entry(Place.CALLBACKS, "C", "Callbacks", "The next call is at the top", Role.CALLER),
    Entry(Place.GROUPS, "S", "Groups and sessions", "Plan, change, cancel, import", Role.MANAGER),
    Entry(Place.STAFF, "F", "Staff", "Accounts, roles, languages", Role.MANAGER),
    Entry(Place.REPORTS, "R", "Reports", "Waiting times, attendance", Role.MANAGER),
    Entry(Place.RECORDS, "D", "Records kept", "What is deleted, and when", Role.MANAGER),
    Entry(Place.AUDIT, "A", "Audit trail", "Who did what, and is it whole", Role.MANAGER),
    Entry(Place.KIOSKS, "K", "Kiosks", "Last contact, and what waits", Role.MANAGER),
    Entry(Place.PASSPHRASE, "O", "My own passphrase", "Choose a new one", None),
)
"""Every place of the menu, in its order; Q, which signs out everywhere, is no letter here."""


def entries(roles: frozenset[Role]) -> tuple[Entry, ...]:
    """Return what somebody with `roles` finds in the menu."""
    return tuple(entry for entry in MENU if entry.is_for(roles))
