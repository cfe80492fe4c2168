"""Which versions of kiosk and centre go together."""

from kiosk.domain.syncing import SyncProblem
from kiosk.errors import StoreAway, StoreBusy, StoreDiffers, StoreError, StoreFull, StoreRefused
from kiosk.records.central.sites import Terms

UNKNOWN_SITE = "site"
"""The code of a refusal by a centre that has no such clinic."""
UNTRUSTED = "tls"
_SHUT_OUT_CLASS = "28"
_ROW_CLASSES = ("22", "23", "54")
"""What is wrong with a row itself: its data, a rule it breaks, its size."""
UNKNOWN_TABLE = "42P01"
PASSING = (StoreAway, StoreBusy, StoreFull, StoreDiffers, StoreRefused)
"""What ends a round without being a fault of this machine's own file."""


def version_problem(terms: Terms) -> SyncProblem | None:
    """Say why this version cannot work with a centre, or None where it can."""
    if terms.is_older:
        return SyncProblem.OLDER_CENTRE
    return SyncProblem.NEWER_CENTRE if terms.is_newer else None


def problem_of(fault: StoreError) -> SyncProblem:
    """Say in one code what a fault of the centre means for the contact."""
    match fault:
        case StoreRefused(code=code) if code == UNTRUSTED:
            return SyncProblem.UNTRUSTED
        case StoreRefused(code=code) if code == UNKNOWN_SITE:
            return SyncProblem.UNKNOWN_SITE
        case StoreRefused() if is_shut_out(fault):
            return SyncProblem.REFUSED
        case StoreRefused():
            return SyncProblem.NOT_TAKEN
        case StoreDiffers():
            return SyncProblem.DIFFERENT
        case StoreBusy():
            return SyncProblem.BUSY
        case StoreFull():
            return SyncProblem.FULL
        case _:
            return SyncProblem.AWAY


def is_shut_out(refusal: StoreRefused) -> bool:
    """Say whether it is the machine that is refused and not what it brings."""
    return refusal.code in (UNTRUSTED, UNKNOWN_SITE) or refusal.code.startswith(_SHUT_OUT_CLASS)


def is_about_a_row(refusal: StoreRefused) -> bool:
    """Say whether a refusal is surely the row's own fault, and no right that was taken away."""
    return refusal.code == UNKNOWN_TABLE or refusal.code.startswith(_ROW_CLASSES)
