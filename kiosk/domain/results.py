"""How a try to reach somebody can end, and why a request can be closed."""

from enum import StrEnum

from kiosk.domain.requests import MessagePolicy


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


CONTACT = frozenset({AttemptResult.REACHED_SELF, AttemptResult.DECLINED})
"""After these the visitor has been spoken to."""

STOPS = frozenset({AttemptResult.WRONG_PERSON, AttemptResult.NUMBER_INVALID})
"""After these the number is not rung again: it may be a stranger's."""

MISSES = frozenset(
    {
        AttemptResult.REACHED_OTHER,
        AttemptResult.NO_ANSWER,
        AttemptResult.BUSY,
        AttemptResult.VOICEMAIL_LEFT,
        AttemptResult.VOICEMAIL_NOT_ALLOWED,
    }
)
"""Calls that did not find the visitor: three of them, well spread, and one may give up."""

NEEDED_POLICY = {
    AttemptResult.VOICEMAIL_LEFT: MessagePolicy.NAME_AND_NUMBER,
    AttemptResult.TEXT_SENT: MessagePolicy.TEXT,
}
"""What the visitor must have allowed for a message to be left; other results need nothing."""


def fits_policy(result: AttemptResult, message_policy: str) -> bool:
    """Return whether an attempt may end so where the visitor chose `message_policy` (its code)."""
    return NEEDED_POLICY.get(result, message_policy) == message_policy
