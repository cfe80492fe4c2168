"""What the manager's screens ask: of people as questions, of their desks as functions."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from kiosk.domain.groups.groups import (
    LONGEST_REASON,
    Cancelled,
    GroupCard,
    GroupPlan,
    PlannedSession,
    PlanProblem,
    Restored,
    SessionPlan,
    SessionSelection,
)
from kiosk.domain.text import clean
from kiosk.ui.desk.messages import Offer, Question, SeriesDays

if TYPE_CHECKING:
    from kiosk.domain.groups.plan_import import ImportReport, Plans
    from kiosk.ui.desk.session import DeskSide


Then = Callable[[str], None]
ONE, REST = "one", "rest"
_NO_ID = UUID(int=0)
_LETTERS = "abcdefghijklmnoprstuvwxyz"
"""All but Q, which signs out."""


def ask_how_many(what: str, then: Then) -> Question:
    """Ask whether one session is meant or the rest of its series; `what` becomes of them."""
    options = (
        Offer("o", "Only this one", ONE),
        Offer("s", "This and the later ones of its series", REST),
    )
    return Question(f"Which sessions {what}?", then, options=options)


def ask_reason(which: str, then: Then) -> Question:
    """Ask why sessions are cancelled."""
    lead = "Staff read it; visitors no longer see the session."
    return Question(f"Why is {which} cancelled?", then, lead, check=_no_reason, most=LONGEST_REASON)


def ask_whose_group(cards: Sequence[GroupCard], then: Then) -> Question:
    """Ask which group a session is planned for; the answer is the group's id."""
    options = tuple(
        Offer(letter, card.plan.name, str(card.plan.id), card.plan.room)
        for letter, card in zip(_LETTERS, cards, strict=False)
    )
    lead = "" if len(cards) <= len(_LETTERS) else "Another one? Go back and open it first."
    return Question("For which group?", then, lead, options)


def ask_export_format(then: Then) -> Question:
    """Ask as what the plan is written."""
    options = (
        Offer("p", "Plan", "toml", "everything, to edit and to import again"),
        Offer("c", "Calendar", "ics", "times and places, for anybody's calendar"),
    )
    return Question("Write the plan as what?", then, options=options)


def week(
    since: date, until: date, group_id: UUID | None, side: "DeskSide"
) -> tuple[PlannedSession, ...]:
    """Return the sessions of a week."""
    return side.groups.sessions(since, until, group_id)


class Keeper:
    """Keeps one plan, however often it is asked: a new one gets its id once."""

    def __init__(self) -> None:
        self._id: UUID | None = None

    def group(self, plan: GroupPlan, side: "DeskSide") -> GroupPlan | PlanProblem:
        """Keep a group; one without an id is new."""
        if plan.id != _NO_ID:
            return side.groups.change_group(plan)
        return side.groups.add_group(replace(plan, id=self._new(side)))

    def session(self, plan: SessionPlan, side: "DeskSide") -> SessionPlan | PlanProblem:
        """Keep a session; one without an id is new."""
        if plan.id != _NO_ID:
            return side.groups.change_session(plan)
        return side.groups.add_session(replace(plan, id=self._new(side)))

    def _new(self, side: "DeskSide") -> UUID:
        self._id = self._id or side.groups.new_id()
        return self._id


def new_id(side: "DeskSide") -> UUID:
    """Return the id of a new series."""
    return side.groups.new_id()


def keep_series(days: SeriesDays, side: "DeskSide") -> tuple[SessionPlan, ...] | PlanProblem:
    """Plan a series."""
    return side.groups.add_series(days.group.id, days.series, days.room, days.capacity)


def call_off(which: SessionSelection, why: str, side: "DeskSide") -> Cancelled | PlanProblem:
    """Call sessions off."""
    return side.groups.cancel_sessions(which, why)


def put_back(which: SessionSelection, side: "DeskSide") -> Restored | PlanProblem:
    """Let sessions take place after all."""
    return side.groups.restore_sessions(which)


def put_away(group_id: UUID, side: "DeskSide") -> Cancelled | PlanProblem:
    """Take a group out of the lists."""
    return side.groups.put_away_group(group_id)


def write_plans(form: str, side: "DeskSide") -> str:
    """Write all plans to a file; return its path."""
    return side.tools.plans.write(side.groups.export_plans(), form)


def import_plans(plans: "Plans", side: "DeskSide") -> "ImportReport":
    """Make groups and sessions what a file says."""
    return side.groups.import_plans(plans)


def _no_reason(text: str) -> str:
    return "" if clean(text) else "Please type a reason, for those who come all the same."
