"""What a manager reads where a plan cannot be kept."""

from collections.abc import Mapping

from kiosk.domain.groups import MOST_PEOPLE, PlanProblem
from kiosk.domain.series import MOST_SESSIONS

SAYS: Mapping[PlanProblem, str] = {
    PlanProblem.NO_NAME: "It has no name.",
    PlanProblem.NO_LABEL: 'It has no public label, such as "Room 2".',
    PlanProblem.NO_ROOM: "It has no room.",
    PlanProblem.ODD_LANGUAGE: 'Its language is not a code such as "en".',
    PlanProblem.ODD_CAPACITY: f"Its capacity is not a number from 1 to {MOST_PEOPLE}.",
    PlanProblem.ODD_TIMES: "It does not end within 24 hours after its start.",
    PlanProblem.PAST: "Its new start has passed already.",
    PlanProblem.HAS_BEGUN: "It has begun, and people have come to the time it had.",
    PlanProblem.HAS_ENDED: "It has taken place already.",
    PlanProblem.IS_CANCELLED: "It is cancelled.",
    PlanProblem.NO_GROUP: "Its group was put away.",
    PlanProblem.NO_REASON: "It needs a reason, for those who come all the same.",
    PlanProblem.UNKNOWN: "It is no longer there; look again.",
    PlanProblem.EMPTY_SERIES: "No day is left on which it could meet.",
    PlanProblem.ENDLESS_SERIES: "It has neither a last day nor a count.",
    PlanProblem.TOO_MANY: f"It has more than {MOST_SESSIONS} sessions; plan a shorter time.",
}
"""One sentence each."""
