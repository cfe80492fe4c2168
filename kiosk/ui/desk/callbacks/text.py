"""Callback requests as callers read them: what may be said, what was done, what to try next."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from kiosk.domain.callbacks.actions import (
    Action,
    ActionResult,
    AddNote,
    Attempt,
    Book,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
    HandOver,
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
from kiosk.domain.callbacks.request import AnsweredByOther, CallLanguage, MessagePolicy
from kiosk.domain.callbacks.scheduling import Hint
from kiosk.domain.callbacks.state import OPEN_STATUSES, EventKind, RequestStatus
from kiosk.domain.callbacks.wishes import Topic, Wish
from kiosk.domain.callbacks.worklist import (
    BY_SLIP,
    RETIMED,
    HistoryEntry,
    PhoneContact,
    WorklistFilter,
    WorklistPart,
    WorkRow,
)
from kiosk.presentation.callbacks import (
    STATES,
    format_consent,
    format_due,
    format_origin,
    format_outcome,
    format_result,
    format_windows,
)
from kiosk.presentation.languages import format_call_language
from kiosk.presentation.wishes import format_wish, format_with_state
from kiosk.ui.desk.text import format_clock, format_day, format_day_and_clock, format_moment
from kiosk.ui.widgets.list import cell

HINTS = {
    Hint.MORNING: "try a morning",
    Hint.AFTERNOON: "try an afternoon",
    Hint.EVENING: "try after 4 pm",
    Hint.TEXT: "send the one text",
    Hint.CLOSE: "close it with what came of it (X)",
}
SHOWS = {
    WorklistPart.CALL_NOW: "Call now",
    WorklistPart.OPEN: "Open",
    WorklistPart.MINE: "Mine",
    WorklistPart.UNREACHABLE: "Not reached",
    WorklistPart.ESCALATED: "With the clinician",
    WorklistPart.NOTED: "Told by visitors",
    WorklistPart.CLOSED: "Done",
    WorklistPart.ALL: "All",
}
_NOT_BEGUN = frozenset({RequestStatus.NEW, RequestStatus.WAITING})
_SHOWN_BY_REASON = frozenset({RequestStatus.UNREACHABLE, RequestStatus.CLOSED})
_MESSAGES = {
    MessagePolicy.NAME_AND_NUMBER: "Voicemail: first name and number only. No text.",
    MessagePolicy.TEXT: "One text: first name and number only. No voicemail.",
}
"""What may be left; anything else allows nothing."""
_STOPPED = "Do not ring this number again: it is a stranger's, or out of use."


_LONGEST_NAME = 40
"""Cells of a name in a title; the lines about safety give all of it."""
UNREADABLE = "not readable"


def format_name(row: WorkRow) -> str:
    """Return the name that a person wants to be called by."""
    return UNREADABLE if row.request.unreadable else row.request.preferred_name


def format_request_title(row: WorkRow) -> str:
    """Return the name and the reference of a request."""
    who = format_name(row)
    who = cell(who, _LONGEST_NAME) if cell_len(who) > _LONGEST_NAME else who
    return f"{who} · {row.request.reference}"


def format_short_language(row: WorkRow) -> str:
    """Return the language of a call by its name, or "other"."""
    code = row.request.call_language
    return "other" if code == CallLanguage.OTHER else format_call_language(code)


def describe_filter(wanted: WorklistFilter) -> str:
    """Return what a list is filtered by, without the search text: that is often a name."""
    parts = [SHOWS[wanted.show]]
    if wanted.for_me:
        parts.append("for me")
    if wanted.language:
        parts.append(format_call_language(wanted.language))
    if wanted.window:
        parts.append(format_windows((wanted.window,)))
    if wanted.text:
        parts.append("those that match a search")
    return ", ".join(parts)


def format_hint(code: str) -> str:
    """Return what to try next; empty for nothing in particular."""
    return HINTS[Hint(code)] if code in set(Hint) else ""


def format_state(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return the state of a request in two or three words."""
    status, next_at = row.state.status, row.schedule.next_at
    if row.held_by_me:
        return "yours"
    if row.holder:
        return f"with {row.holder}"
    if row.handed_to:
        return "for you" if row.handed_to_me else f"for {row.handed_to}"
    if row.state.booking is not None:
        at = row.state.booking.at.astimezone(zone)
        return f"talk {at.day} {at:%b}"
    if status in _SHOWN_BY_REASON:
        return format_outcome(row.state.reason) or STATES[status]
    if status is RequestStatus.WAITING and next_at is not None and next_at > now:
        at = next_at.astimezone(zone)
        today = at.date() == now.astimezone(zone).date()
        return f"after {at:%H:%M}" if today else f"after {at.day} {at:%b}"
    if status is RequestStatus.NEW and row.request.clock_doubtful:
        return "new, clock?"
    if status in _NOT_BEGUN:
        return format_with_state(STATES[status], row.request.wishes)
    return STATES[status]


def describe_safety(row: WorkRow) -> tuple[str, ...]:
    """Return what is safe to say and to leave, before any number is shown."""
    request = row.request
    if request.unreadable:
        return ("This record cannot be opened. Please ask a manager about the keys.",)
    if row.state.stopped:
        return (_STOPPED,)
    lines = [f"Ask for “{request.preferred_name}” only, until you know it is them."]
    if request.answered_by_other == AnsweredByOther.SAY_CLINIC:
        lines.append("To others you may say that the clinic rang.")
    else:
        lines.append("To others, do not say where you ring from.")
    known = request.message_policy in set(MessagePolicy)
    policy = MessagePolicy(request.message_policy) if known else MessagePolicy.NONE
    if Wish.TEXT in request.wishes:
        lines.append("They would rather get a text than a ring.")
    lines.append(_MESSAGES.get(policy, "No voicemail and no text."))
    lines.append(
        "Their care team may be told."
        if request.share_with_team
        else "Do not tell their care team without asking."
    )
    return tuple(lines)


def format_asked(row: WorkRow, zone: ZoneInfo) -> str:
    """Return when a visitor asked, and when that arrived here if it was late."""
    request = row.request
    words = format_day_and_clock(request.created_at, zone)
    received_at = request.received_at
    if received_at is not None and received_at - request.created_at > timedelta(hours=1):
        words += f"; arrived here {format_day_and_clock(received_at, zone)}"
    if request.clock_doubtful:
        words += " (the kiosk's clock was in doubt)"
    return words


_MAY_SEE = frozenset({RequestStatus.ESCALATED, RequestStatus.UNREACHABLE})
"""Where a number may have to be passed on or looked at, although nobody rings it now."""


_SHOWN_ELSEWHERE = frozenset({Wish.INTERPRETER, Wish.TEXT})


def may_reveal(row: WorkRow) -> bool:
    """Return whether the number is of use now: one's own calls, and what is handed on."""
    return row.held_by_me or row.state.status in _MAY_SEE


def format_state_line(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return the state of a request in a line."""
    words = format_state(row, now, zone)
    parts = [words[:1].upper() + words[1:]]
    if row.claim_ends is not None and row.holder:
        parts[0] += f" until {format_clock(row.claim_ends, zone)}"
    if row.state.status is RequestStatus.REACHED and row.holder:
        parts.append("spoken to")
    by_when = format_due(row.schedule, now, zone)
    if by_when:
        parts.append(by_when)
    if row.withdrawal_noted:
        parts.append("somebody typed this reference to take it back: please ask")
    if row.wants_other_time:
        parts.append("other times suit them better than the booked one: please ring")
    return " · ".join(parts)


def format_number(row: WorkRow, contact: PhoneContact | None) -> str:
    """Return the number where it was asked for, else as much of it as anybody may see."""
    if contact is not None:
        return f"Ring {contact.phone}"
    masked = row.request.phone_masked or "no number"
    return f"{masked}   R shows it" if may_reveal(row) else masked


def describe_request(
    row: WorkRow, now: datetime, zone: ZoneInfo, topics: Sequence[Topic] = ()
) -> list[tuple[str, str]]:
    """Return (label, text) of what is known of the call; `topics` are the clinic's."""
    found = [("Language", _format_language(row))]
    if wishes := _format_wishes(row, now, zone, topics):
        found.append(("Wishes", wishes))
    found += [("When", _format_windows(row)), ("Tries", _format_tries(row))]
    if row.state.status in OPEN_STATUSES and (step := format_next_step(row, now, zone)):
        found.append(("Next", step))
    if row.booked_for is not None:
        whom = f", with {row.booked_with}" if row.booked_with else ""
        found.append(("Talk", f"{format_day_and_clock(row.booked_for, zone)}{whom}"))
    found.append(("Asked", format_asked(row, zone)))
    origin = row.request.origin
    if origin.entered_by is not None:
        found += [
            ("Came by", format_origin(origin, row.entered_by)),
            ("Yes", format_consent(origin)),
        ]
    return found


def _format_language(row: WorkRow) -> str:
    code = row.request.call_language
    words = format_call_language(code)
    if code == CallLanguage.OTHER:
        words = "another language; ask which"
    return f"{words}, with an interpreter" if Wish.INTERPRETER in row.request.wishes else words


def _format_wishes(row: WorkRow, now: datetime, zone: ZoneInfo, topics: Sequence[Topic]) -> str:
    """Return what is wished for, but what stands elsewhere: the interpreter, and a text."""
    held = {code for code in row.request.wishes if code not in _SHOWN_ELSEWHERE}
    codes = [*(wish for wish in Wish if wish in held), *sorted(held - set(Wish))]
    words = [format_wish(code, topics) for code in codes]
    if row.for_another_until is not None:
        until = format_moment(row.for_another_until, now, zone)
        words[0] += f" (rather a colleague's until {until})"
    return "; ".join(words)


def _format_windows(row: WorkRow) -> str:
    request = row.request
    words = format_windows(request.windows)
    if request.not_before is not None:
        words = f"{words}, from {format_day(request.not_before)}"
    return words if request.retimed_at is None else f"{words} (chosen later, by slip)"


def _format_tries(row: WorkRow) -> str:
    schedule = row.schedule
    if not schedule.last_result:
        return "none yet"
    counted = f"{schedule.attempts}; " if schedule.attempts else ""
    return f"{counted}the latest: {format_result(schedule.last_result)}"


def format_duplicates(rows: tuple[WorkRow, ...], now: datetime, zone: ZoneInfo) -> str:
    """Return how many other requests have the same number; empty for none."""
    if not rows:
        return ""
    if len(rows) > 1:
        return f"{len(rows)} other requests of the same number (P)."
    return f"One other request of the same number: {format_state(rows[0], now, zone)} (P)."


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
    Refusal.NOTE_MISSING: "Please write a few words first.",
    Refusal.PAST: "That time has passed, or is more than 90 days away.",
    Refusal.SAME_REQUEST: "A request can only be merged into another one that is open.",
    Refusal.MESSAGE_NOT_ALLOWED: "They allowed no such message. Nothing was noted.",
    Refusal.NO_WRONG_NUMBER: "Note an attempt that reached a wrong person or dead number first.",
    Refusal.CLOSED_DAY: "The clinic is closed on that day. Please choose another one.",
    Refusal.NOT_BOOKED: "It is closed without a talk. Reopen it first (O).",
    Refusal.NO_COLLEAGUE: "This account is no longer in use. Please choose somebody else.",
    Refusal.BY_VISITOR: "They took it back with their slip; only they can ask again.",
}
_PLAIN: dict[type[Action], str] = {
    Release: "Back on the list for everybody.",
    Reopen: "Back on the list.",
    Escalate: "Handed to the duty clinician. Please tell them yourself as well.",
    Withdraw: "Taken back. Nobody will ring them.",
    AddNote: "The note is kept.",
    DismissNote: "The typed withdrawal no longer counts.",
    Merge: "Merged; the call goes on under the other request.",
    Undo: "Undone; the history keeps both.",
}
"""What was done, where nothing more is to be said about it."""


def describe_answer(answer: ActionResult, action: Action, now: datetime, zone: ZoneInfo) -> str:
    """Return what became of an action."""
    match answer:
        case Done(row):
            return _describe_done(action, row, now, zone)
        case HeldBy(login, until):
            who = login or "A colleague"
            when = format_clock(until, zone)
            return f"{who} has it until {when}; please take another one meanwhile."
        case OutOfDate():
            return "Somebody changed it just now; this is how it stands. Please look again."
        case Refused(reason):
            return REFUSALS[reason]
        case NotFound():
            return GONE
        case _:
            assert_never(answer)


def describe_next_call(row: WorkRow, zone: ZoneInfo) -> str:
    """Return what is said when a request was claimed as the next call."""
    until = f" until {format_clock(row.claim_ends, zone)}" if row.claim_ends else ""
    return f"It is yours{until}. Read the lines above before you ring."


def _describe_done(action: Action, row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    match action:
        case Claim():
            return describe_next_call(row, zone)
        case Attempt(how):
            return " ".join(
                [f"Noted: {format_result(how.value)}.", *_describe_next(row, now, zone)]
            )
        case Hold(until):
            return f"On hold until {format_moment(until, now, zone)}."
        case Close(why):
            return f"Closed: {format_outcome(why.value)}."
        case Book(at):
            whom = f" with {row.booked_with}" if row.booked_with else ""
            return f"Booked: {format_day_and_clock(at, zone)}{whom}. B shows it for their phone."
        case HandOver():
            return (
                f"Handed to {row.handed_to}; it is everybody's once it is late."
                if row.handed_to
                else "Back on the list for everybody."
            )
        case _:
            return _PLAIN[type(action)]


def _describe_next(row: WorkRow, now: datetime, zone: ZoneInfo) -> list[str]:
    """Return when and how to try again, as a sentence or nothing."""
    words = format_next_step(row, now, zone)
    return [f"{words[0].upper()}{words[1:]}."] if words else []


def format_next_step(row: WorkRow, now: datetime, zone: ZoneInfo) -> str:
    """Return what to try next and from when on; empty where anything may be done now."""
    words = format_hint(row.schedule.hint)
    at = row.schedule.next_at
    if at is None or at <= now:
        return words
    local = at.astimezone(zone)  # nobody rings at midnight: then the day is meant
    when = format_moment(at, now, zone) if local.time() != time.min else format_day(local.date())
    after = f"not before {when}"
    return f"{words}, {after}" if words else after


_KINDS = {
    EventKind.CLAIMED: "claimed it",
    EventKind.RELEASED: "gave it back",
    EventKind.MERGED: "merged it into another request",
    EventKind.ESCALATED: "handed it to the clinician",
    EventKind.WITHDRAWN: "noted that they took it back",
    EventKind.NOTED: "wrote a note",
    EventKind.NOTE_DISMISSED: "set the typed withdrawal aside",
    EventKind.REOPENED: "put it back on the list",
    EventKind.UNDONE: "undid an entry",
}


def format_history(
    entries: Iterable[HistoryEntry], now: datetime, zone: ZoneInfo
) -> tuple[tuple[str, str], ...]:
    """Return (when, what) of each entry, the latest first."""
    rows = [
        (_format_when(entry.at.astimezone(zone)), _describe_entry(entry, now, zone))
        for entry in entries
    ]
    return tuple(reversed(rows))


def format_histories(
    entries: Iterable[tuple[str, HistoryEntry]], now: datetime, zone: ZoneInfo
) -> tuple[tuple[str, str], ...]:
    """Return (when, reference and what) of entries of several requests, the latest first."""
    ordered = sorted(entries, key=lambda one: (one[1].at, one[1].revision), reverse=True)
    return tuple(
        (
            _format_when(entry.at.astimezone(zone)),
            f"{reference}: {_describe_entry(entry, now, zone)}",
        )
        for reference, entry in ordered
    )


def _format_when(local: datetime) -> str:
    return f"{local.day} {local:%b %H:%M}"


def _describe_entry(entry: HistoryEntry, now: datetime, zone: ZoneInfo) -> str:
    if entry.kind == BY_SLIP:
        return "the visitor took it back with their slip"
    if entry.kind == RETIMED:
        chosen = format_windows(code for code in entry.outcome.split(",") if code)
        return f"the visitor chose other times with their slip: {chosen}"
    words = f"{entry.by or 'somebody'} {_describe_action(entry, now, zone)}"
    if entry.note:
        words += f": “{entry.note}”"
    return f"{words} (undone)" if entry.undone else words


def describe_undone(entry: HistoryEntry, now: datetime, zone: ZoneInfo) -> str:
    """Return what an undo would take back: who did what, with the beginning of a note, and when."""
    words = f"{entry.by or 'somebody'} {_describe_action(entry, now, zone)}"
    if entry.note:
        words += f": “{cell(entry.note, min(cell_len(entry.note), _LONGEST_NAME))}”"
    return f"{words} ({_format_when(entry.at.astimezone(zone))})"


def _describe_action(entry: HistoryEntry, now: datetime, zone: ZoneInfo) -> str:
    until = f" {format_moment(entry.next_at, now, zone)}" if entry.next_at else ""
    whom = f" with {entry.whom}" if entry.whom else ""
    match entry.kind:
        case EventKind.ATTEMPT:
            return f"tried: {format_result(entry.outcome)}{until}"
        case EventKind.HELD:
            return f"put it on hold{' until' if until else ''}{until}"
        case EventKind.CLOSED if until:
            return f"booked a talk:{until}{whom}"
        case EventKind.CLOSED:
            return f"closed it: {format_outcome(entry.outcome)}"
        case EventKind.HANDED_OVER:
            return f"handed it to {entry.whom or 'everybody'}"
        case _:
            known = entry.kind in set(EventKind)
            return _KINDS.get(EventKind(entry.kind), entry.kind) if known else entry.kind
