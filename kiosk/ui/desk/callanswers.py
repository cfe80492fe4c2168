"""What the caller's desk answers to an action, told kindly in one sentence."""

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from kiosk.domain.actions import (
    Action,
    ActionResult,
    Attempt,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
    HeldBy,
    Hold,
    Merge,
    NotFound,
    OutOfDate,
    Refusal,
    Refused,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.worklist import WorkRow
from kiosk.ui.desk.callwords import hint, moment, outcome, result
from kiosk.ui.desk.words import clock

GONE = "This request is no longer kept here."
REFUSALS = {
    Refusal.NOT_OPEN: "It is not open any more. Reopen it first (O).",
    Refusal.NOT_CLOSED: "It is open; there is nothing to reopen.",
    Refusal.NOT_CLAIMED: "Please claim it first (C), so that nobody else rings at the same time.",
    Refusal.STOPPED: "A stranger or a dead number was reached. Please do not ring it again.",
    Refusal.TOO_FEW_ATTEMPTS: (
        "Not yet: three attempts on two days, in two parts of the day, one as they asked;"
        " then, if a text is allowed, one text and five working days."
    ),
    Refusal.NOTHING_TO_UNDO: "There is nothing to undo.",
    Refusal.REASON_MISSING: "Please say why in a few words.",
    Refusal.PAST: "That time has passed, or is more than 90 days away.",
    Refusal.SAME_REQUEST: "A request can only be merged into another one that is open.",
    Refusal.MESSAGE_NOT_ALLOWED: "They allowed no such message. Nothing was noted.",
    Refusal.NO_WRONG_NUMBER: "Note an attempt that reached a wrong person or dead number first.",
    Refusal.BY_VISITOR: "They took it back with their slip; only they can ask again.",
}
_PLAIN: dict[type[Action], str] = {
    Release: "Back on the list for everybody.",
    Reopen: "Back on the list.",
    Escalate: "Handed to the duty clinician. Please tell them yourself as well.",
    Withdraw: "Taken back. Nobody will ring them.",
    DismissNote: "The typed withdrawal no longer counts.",
    Merge: "Merged; the call goes on under the other request.",
    Undo: "Undone; the history keeps both.",
}
"""What was done, where nothing more is to be said about it."""


def told(answer: ActionResult, action: Action, now: datetime, zone: ZoneInfo) -> str:
    """Return what became of an action."""
    match answer:
        case Done(row):
            return _done(action, row, now, zone)
        case HeldBy(login, until):
            who = login or "A colleague"
            return f"{who} has it until {clock(until, zone)}; please take another one meanwhile."
        case OutOfDate():
            return "Somebody changed it just now; this is how it stands. Please look again."
        case Refused(reason):
            return REFUSALS[reason]
        case NotFound():
            return GONE
        case _:
            assert_never(answer)


def _done(action: Action, row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    match action:
        case Claim():
            until = f" until {clock(row.claim_ends, zone)}" if row.claim_ends else ""
            return f"It is yours{until}. Read the lines above before you ring."
        case Attempt(how):
            return " ".join([f"Noted: {result(how.value)}.", *_next(row, now, zone)])
        case Hold(until):
            return f"On hold until {moment(until, now, zone)}."
        case Close(why):
            return f"Closed: {outcome(why.value)}."
        case _:
            return _PLAIN[type(action)]


def _next(row: WorkRow, now: datetime, zone: ZoneInfo) -> list[str]:
    """Return when and how to try again, as a sentence or nothing."""
    words = next_step(row, now, zone)
    return [f"{words[0].upper()}{words[1:]}."] if words else []


def next_step(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return what to try next and from when on; empty where anything may be done now."""
    words = hint(row.schedule.hint)
    if row.schedule.next_at is None or row.schedule.next_at <= now:
        return words
    after = f"not before {moment(row.schedule.next_at, now, zone)}"
    return f"{words}, {after}" if words else after
