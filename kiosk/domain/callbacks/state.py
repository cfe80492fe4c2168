"""The state of a callback request: a fold over what staff did and the visitor took back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from kiosk.domain.callbacks.request import MessagePolicy


class EventKind(StrEnum):
    """What staff did about a request; kinds that a version does not know change no state."""

    CLAIMED = "claimed"
    """`next_at` says when the claim ends by itself."""
    RELEASED = "released"
    ATTEMPT = "attempt"
    """`outcome` is an `AttemptResult`; `next_at` when they asked to be called instead."""
    HELD = "held"
    """`next_at` says until when."""
    CLOSED = "closed"
    """`outcome` is an `Outcome`; of a booked talk `next_at` is its time and `with_staff` with whom.
    """
    MERGED = "merged"
    """`other_id` names the request that this one duplicates."""
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    """By the visitor's word to staff, or a typed reference that staff confirmed."""
    NOTED = "noted"
    """A staff note by itself."""
    NOTE_DISMISSED = "note_dismissed"
    """A typed reference was not the visitor's."""
    REOPENED = "reopened"
    UNDONE = "undone"
    """`other_id` names the event that counts no longer."""
    HANDED_OVER = "handed_over"
    """`with_staff` is the colleague who is to ring; without one it is for everybody again."""


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """One event of a request."""

    id: UUID
    revision: int
    kind: str
    outcome: str | None
    at: datetime
    by_staff: UUID | None = None
    next_at: datetime | None = None
    other_id: UUID | None = None
    with_staff: UUID | None = None


class Booking(NamedTuple):
    """A talk that was agreed on the phone."""

    at: datetime
    """Aware."""
    with_staff: UUID | None
    """With whom; None where nobody is named."""


class AttemptResult(StrEnum):
    """How one try to reach somebody ended."""

    REACHED_SELF = "reached_self"
    REACHED_OTHER = "reached_other"
    """Somebody else picked up; nothing was said but the first name."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL_LEFT = "voicemail_left"
    VOICEMAIL_NOT_ALLOWED = "voicemail_not_allowed"
    TEXT_SENT = "text_sent"
    CALL_LATER = "asked_to_call_later"
    WRONG_PERSON = "wrong_person"
    NUMBER_INVALID = "number_invalid"
    DECLINED = "declined"


class Outcome(StrEnum):
    """Why a request is closed; nothing is closed without one."""

    SESSION_BOOKED = "session_booked"
    GROUP_JOINED = "group_joined"
    INFORMATION_GIVEN = "information_given"
    TOLD_CARE_TEAM = "told_care_team"
    DECLINED = "declined"
    NOT_SUITABLE_NOW = "not_suitable_now"
    NO_CAPACITY = "no_capacity"
    NO_LONGER_NEEDED = "no_longer_needed"
    UNREACHABLE = "unreachable"
    WRONG_NUMBER = "wrong_number"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    ESCALATED = "escalated"


CORRECTED = "corrected"
"""Outcome of merging a request into its corrected copy, for which its slip speaks too."""


class Ending(StrEnum):
    """What kind of ending an outcome is, for those who do not need to know why."""

    DONE = "done"
    """The request was dealt with, whatever the visitor decided."""
    TURNED_DOWN = "turned_down"
    """The clinic could not offer what was asked for."""
    NOT_REACHED = "not_reached"
    """Nobody spoke to the visitor."""
    CALLED_OFF = "called_off"
    """The visitor took it back, or it goes on as another request."""


ENDINGS = {
    Outcome.SESSION_BOOKED: Ending.DONE,
    Outcome.GROUP_JOINED: Ending.DONE,
    Outcome.INFORMATION_GIVEN: Ending.DONE,
    Outcome.TOLD_CARE_TEAM: Ending.DONE,
    Outcome.DECLINED: Ending.DONE,
    Outcome.NOT_SUITABLE_NOW: Ending.TURNED_DOWN,
    Outcome.NO_CAPACITY: Ending.TURNED_DOWN,
    Outcome.NO_LONGER_NEEDED: Ending.DONE,
    Outcome.UNREACHABLE: Ending.NOT_REACHED,
    Outcome.WRONG_NUMBER: Ending.NOT_REACHED,
    Outcome.DUPLICATE: Ending.CALLED_OFF,
    Outcome.WITHDRAWN: Ending.CALLED_OFF,
    Outcome.ESCALATED: Ending.DONE,
}
"""The kind of ending of each outcome."""

CONTACT_RESULTS = frozenset({AttemptResult.REACHED_SELF, AttemptResult.DECLINED})
"""After these the visitor has been spoken to."""

STOPPING_RESULTS = frozenset({AttemptResult.WRONG_PERSON, AttemptResult.NUMBER_INVALID})
"""After these the number is not rung again: it may be a stranger's."""

MISSED_RESULTS = frozenset(
    {
        AttemptResult.REACHED_OTHER,
        AttemptResult.NO_ANSWER,
        AttemptResult.BUSY,
        AttemptResult.VOICEMAIL_LEFT,
        AttemptResult.VOICEMAIL_NOT_ALLOWED,
    }
)
"""Calls that did not find the visitor: three of them, well spread, and one may give up."""

CLAIM_GOES_ON = CONTACT_RESULTS | STOPPING_RESULTS
"""After these only an outcome is missing, so who has claimed it goes on; the others end a claim."""

NEEDED_POLICY = {
    AttemptResult.VOICEMAIL_LEFT: MessagePolicy.NAME_AND_NUMBER,
    AttemptResult.TEXT_SENT: MessagePolicy.TEXT,
}
"""What the visitor must have allowed for a message to be left; other results need nothing."""


def fits_policy(result: AttemptResult, message_policy: str) -> bool:
    """Return whether an attempt may end so where the visitor chose `message_policy` (its code)."""
    return NEEDED_POLICY.get(result, message_policy) == message_policy


class RequestStatus(StrEnum):
    """The state of a request in the caller's terms."""

    NEW = "new"
    CLAIMED = "claimed"
    WAITING = "waiting"
    """Something was tried, or it is on hold; `next_at` says until when to wait."""
    REACHED = "reached"
    """The visitor was spoken to; only an outcome is missing."""
    UNREACHABLE = "unreachable"
    """Closed as unreachable or as a wrong number: a pile of its own, not an archive."""
    ESCALATED = "escalated"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


OPEN_STATUSES = frozenset(
    {RequestStatus.NEW, RequestStatus.CLAIMED, RequestStatus.WAITING, RequestStatus.REACHED}
)
"""The states in which something is still to be done."""


@dataclass(frozen=True, slots=True)
class CallbackState:
    """The state of a request."""

    status: RequestStatus
    reason: str
    """Why it left the list, as a code, or empty."""
    since: datetime | None
    """When it left the list; None while it is open."""
    revision: int = 0
    """Of the latest event, whatever it was; 0 where there is none."""
    holder: UUID | None = None
    """Who claimed it last; ask `holder_at`, for claims end by themselves."""
    claimed_at: datetime | None = None
    claim_ends: datetime | None = None
    attempts: tuple[tuple[datetime, str], ...] = ()
    """When each attempt was made and its result (code of `AttemptResult`), in order."""
    earlier: int = 0
    """How many of the attempts were made before it was last reopened."""
    reopened_at: datetime | None = None
    next_at: datetime | None = None
    """Until when it is on hold, or when they asked to be called; None after a later attempt."""
    stopped: bool = False
    """Whether a wrong person or number was reached; reopening does not lift it, an undo does."""
    merged_into: UUID | None = None
    corrected: bool = False
    """Whether that one is its corrected copy."""
    """The request that this one duplicates, while it is closed as a duplicate."""
    escalated: bool = False
    """Whether it has been handed to the duty clinician and not been reopened since."""
    reached: bool = False
    """Whether the visitor was ever spoken to."""
    note_dismissed: bool = False
    """Whether a typed withdrawal was found not to be the visitor's."""
    by_slip: bool = False
    """Whether the visitor took it back with the slip; nothing that staff do undoes that."""
    handed_to: UUID | None = None
    """The colleague it was handed to, while it is open; they ring, whoever else may as well."""
    released_at: datetime | None = None
    """When the last claim was given back, where that is the last that was done about claims."""
    released_by: UUID | None = None
    booking: Booking | None = None
    """The talk that it was closed with; None where there is none, or no time was noted."""
    last_event_id: UUID | None = None
    """What an undo takes back: the latest thing done but claims, releases and undos."""
    touched_at: datetime | None = None
    """When staff first did something about it."""

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.status in OPEN_STATUSES

    def holder_at(self, now: datetime) -> UUID | None:
        """Return who has claimed it at a time; None where nobody has or the claim has ended."""
        return self.holder if _holds(self.claimed_at, self.claim_ends, now) else None


def callback_state(
    events: Iterable[RequestEvent], withdrawn_at: Iterable[datetime], *, now: datetime | None = None
) -> CallbackState:
    """Return the state by folding events and withdrawals by slip, in any order and with repeats.

    A withdrawal is the visitor's own word: only an outcome that staff closed with is shown before
    it, and a request that was reopened is still withdrawn. `now` parts
    what still holds from what has ended: without it no claim is a status, and every hold is.
    """
    ordered = sorted({event.id: event for event in events}.values(), key=_order)
    live = _live(known := [event for event in ordered if event.kind in _KINDS])
    kinds = [event.kind for event in live]
    turn = len(kinds) - kinds[::-1].index(_REOPENED) if _REOPENED in kinds else 0
    now_on, slips = live[turn:], tuple(withdrawn_at)
    status, reason, since, merged_into, booking = _end(now_on, slips)
    step = next((event for event in reversed(now_on) if event.kind in _STEPS), None)
    attempts = tuple([(event.at, event.outcome or "") for event in live if event.kind == _ATTEMPT])
    earlier = kinds[:turn].count(_ATTEMPT)
    claiming = _claiming(live)
    kind = claiming.kind if claiming else ""
    claim = claiming if since is None and kind == _CLAIMED else None
    release = claiming if kind == _RELEASED else None
    return CallbackState(
        status=status if since else _open_status(step, claim, now, tried=len(attempts) > earlier),
        reason=reason,
        since=since,
        revision=ordered[-1].revision if ordered else 0,
        holder=claim.by_staff if claim else None,
        claimed_at=claim.at if claim else None,
        claim_ends=claim.next_at if claim else None,
        attempts=attempts,
        earlier=earlier,
        reopened_at=live[turn - 1].at if turn else None,
        next_at=step.next_at if step else None,
        stopped=any(result in STOPPING_RESULTS for _, result in attempts),
        merged_into=merged_into,
        corrected=any(e.kind == _MERGED and e.outcome == CORRECTED for e in now_on),
        escalated=EventKind.ESCALATED in kinds[turn:],
        reached=any(result in CONTACT_RESULTS for _, result in attempts),
        note_dismissed=EventKind.NOTE_DISMISSED in kinds,
        by_slip=bool(slips),
        handed_to=_handed_to(now_on) if since is None and _HANDED_OVER in kinds else None,
        released_at=release.at if release else None,
        released_by=release.by_staff if release else None,
        booking=booking,
        last_event_id=next((e.id for e in reversed(live) if e.kind not in _CLAIMS), None),
        touched_at=min((event.at for event in known), default=None),
    )


_order = attrgetter("revision", "at", "id")

_End = tuple[RequestStatus, str, datetime | None, UUID | None, Booking | None]
"""Status, reason, since when, the request it was merged into, and the talk that is booked."""

# Plain text: an event's kind is whatever a database holds.
_KINDS = frozenset(kind.value for kind in EventKind)
_UNDONE, _REOPENED = EventKind.UNDONE.value, EventKind.REOPENED.value
_ATTEMPT, _MERGED = EventKind.ATTEMPT.value, EventKind.MERGED.value
_STEPS = frozenset({_ATTEMPT, EventKind.HELD.value})
_CLAIMED, _RELEASED = EventKind.CLAIMED.value, EventKind.RELEASED.value
_HANDED_OVER = EventKind.HANDED_OVER.value
_CLAIMS = frozenset({_CLAIMED, _RELEASED})
_ENDS: Mapping[str, Outcome | None] = {
    EventKind.CLOSED: None,
    EventKind.MERGED: Outcome.DUPLICATE,
    EventKind.ESCALATED: Outcome.ESCALATED,
    EventKind.WITHDRAWN: Outcome.WITHDRAWN,
}
ENDING_KINDS = tuple(_ENDS)
"""The kinds of event by which a request leaves the list."""
_HOLDER_EVENTS = frozenset({*_CLAIMS, EventKind.HELD.value, _HANDED_OVER, _REOPENED, *_ENDS})
"""What makes somebody the holder of a request, or ends that; most attempts end it too."""
_STATUS_OF: Mapping[str, RequestStatus] = {
    Outcome.UNREACHABLE: RequestStatus.UNREACHABLE,
    Outcome.WRONG_NUMBER: RequestStatus.UNREACHABLE,
    Outcome.DUPLICATE: RequestStatus.DUPLICATE,
    Outcome.WITHDRAWN: RequestStatus.WITHDRAWN,
    Outcome.ESCALATED: RequestStatus.ESCALATED,
}
"""The status after an outcome; after the others it is closed."""
_OVER = frozenset({RequestStatus.CLOSED, RequestStatus.UNREACHABLE})
"""What is over for the visitor as well; staff still act on the others, or have handed them over."""


def _live(events: Sequence[RequestEvent]) -> list[RequestEvent]:
    """Return events without undos and what they take back; no undo is undone."""
    undone = {event.other_id for event in events if event.kind == _UNDONE}
    return [event for event in events if event.kind != _UNDONE and event.id not in undone]


def _end(events: Sequence[RequestEvent], slips: tuple[datetime, ...]) -> _End:
    """Return how a request left the list, if it did; `events` are those since it was reopened."""
    end: _End = RequestStatus.NEW, "", None, None, None
    for event in events:
        if event.kind in _ENDS:
            reason = str(_ENDS[event.kind] or event.outcome or "closed")
            status = _STATUS_OF.get(reason, RequestStatus.CLOSED)
            into = event.other_id if event.kind == _MERGED else None
            talk = event.outcome == Outcome.SESSION_BOOKED and event.next_at
            booking = Booking(talk, event.with_staff) if talk else None
            end = status, reason, event.at, into, booking
    if slips and end[0] not in _OVER:
        withdrawn = (event.at for event in events if event.kind == EventKind.WITHDRAWN)
        since = min((*slips, *withdrawn))
        end = RequestStatus.WITHDRAWN, Outcome.WITHDRAWN.value, since, end[3], None
    return end


def _claiming(events: Sequence[RequestEvent]) -> RequestEvent | None:
    """Return the last event that made somebody the holder of a request, or ended that."""
    for event in reversed(events):
        kind = event.kind
        if kind in _HOLDER_EVENTS or (kind == _ATTEMPT and event.outcome not in CLAIM_GOES_ON):
            return event
    return None


def _handed_to(events: Sequence[RequestEvent]) -> UUID | None:
    """Return the colleague to whom a request was handed last, since it was reopened."""
    return next((e.with_staff for e in reversed(events) if e.kind == _HANDED_OVER), None)


def _holds(begins: datetime | None, ends: datetime | None, now: datetime) -> bool:
    """Return whether a claim holds: a clock far ahead must not make one that never ends."""
    if begins is None or ends is None:
        return False
    return begins - (ends - begins) < now < ends


def _open_status(
    step: RequestEvent | None, claim: RequestEvent | None, now: datetime | None, *, tried: bool
) -> RequestStatus:
    if step is not None and step.kind == _ATTEMPT and step.outcome in CONTACT_RESULTS:
        return RequestStatus.REACHED
    if claim and now is not None and _holds(claim.at, claim.next_at, now):
        return RequestStatus.CLAIMED
    until = step.next_at if step else None
    held = until is not None and (now is None or until > now)
    return RequestStatus.WAITING if tried or held else RequestStatus.NEW
