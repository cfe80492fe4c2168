"""Sessions, arrivals and head counts, in plain words."""

from kiosk.domain.attendance.attendance import FirstVisit
from kiosk.domain.attendance.roster import PassState, SessionStage, VoidReason

STAGES = {
    SessionStage.SCHEDULED: "later",
    SessionStage.OPEN: "doors open",
    SessionStage.RUNNING: "running",
    SessionStage.ENDED: "list open",
    SessionStage.RECONCILED: "list closed",
    SessionStage.UNRECONCILED: "never closed",
    SessionStage.CANCELLED: "cancelled",
}
VOID_REASONS = {
    VoidReason.MISTAKE: "a mistake",
    VoidReason.WRONG_SESSION: "wrong session",
    VoidReason.LEFT: "left at once",
    VoidReason.ASKED: "as they asked",
    VoidReason.DUPLICATE: "counted twice",
}
PASS_STATES = {
    PassState.KNOWN: "pass",
    PassState.UNKNOWN: "unknown pass",
    PassState.REVOKED: "revoked pass",
    PassState.NONE: "guest",
}

FIRST_VISITS = {FirstVisit.TO_MEET: "not met", FirstVisit.MET: "met"}
"""Of those who came for the first time and asked to be met."""


def format_first_visit(code: str) -> str:
    """Return what became of a first visit; an unknown code as it is."""
    return FIRST_VISITS[FirstVisit(code)] if code in set(FirstVisit) else code


def format_pass_state(code: str) -> str:
    """Return how somebody came; an unknown code as it is."""
    return PASS_STATES[PassState(code)] if code in set(PassState) else code


def format_void_reason(code: str) -> str:
    """Return why somebody was taken off; an unknown code as it is."""
    return VOID_REASONS[VoidReason(code)] if code in set(VoidReason) else code


def describe_far_count(listed: int, counted: int) -> str:
    """Return the question about a head count that is far from the list."""
    return f"{listed} on the list, {counted} counted: is that right?"
