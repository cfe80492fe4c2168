"""Questions that the facilitator's screens ask, as data."""

from collections.abc import Callable, Sequence

from kiosk.domain.roster import MOST_PEOPLE, GroupName, Member, SessionCard, VoidReason
from kiosk.domain.text import ascii_digits
from kiosk.ui.desk.messages import Offer, Question
from kiosk.ui.desk.words import people

Then = Callable[[str], None]
_LETTERS = "abcdefghijklmnoprstuvwxyz"
"""All but Q, which signs out."""


def void_reason(then: Then) -> Question:
    """Ask why somebody is taken off a list."""
    options = (
        Offer("m", "By mistake", VoidReason.MISTAKE.value),
        Offer("w", "They meant another session", VoidReason.WRONG_SESSION.value),
        Offer("l", "They left at once", VoidReason.LEFT.value),
        Offer("a", "They asked to be taken off", VoidReason.ASKED.value),
        Offer("d", "They were counted twice", VoidReason.DUPLICATE.value),
    )
    lead = "They can check in again, and you can put them back."
    return Question("Why take this person off the list?", then, lead, options)


def head_count(card: SessionCard, then: Then, *, close: bool) -> Question:
    """Ask how many people are in the room."""
    title = "Close the list: how many people came?" if close else "How many people are in the room?"
    lead = f"The list says {people(card.present)}. What you count in the room is what counts."
    first = card.head_count if close and card.head_count is not None else card.present
    return Question(
        title, then, lead, check=_count_trouble, value=str(first), most=4, replaced=True
    )


def sure(title: str, lead: str, yes: str, do: Callable[[], None]) -> Question:
    """Ask whether somebody is sure, and then `do` it."""
    options = (Offer("n", "No, leave it as it is", "no"), Offer("y", yes, "yes"))
    return Question(title, lambda answer: do() if answer == "yes" else None, lead, options)


def which_group(member: Member, groups: Sequence[GroupName], then: Then) -> Question:
    """Ask which group's list somebody joins or leaves; the answer is the group's id."""
    options = tuple(
        Offer(
            letter, group.name, str(group.id), "takes them off" if group.id in member.groups else ""
        )
        for letter, group in zip(_LETTERS, groups, strict=False)
    )
    return Question("Join or leave which group?", then, "Groups that keep a list.", options)


def _count_trouble(text: str) -> str:
    digits = ascii_digits(text)
    if digits.isascii() and digits.isdecimal() and int(digits) <= MOST_PEOPLE:
        return ""
    return f"Please type a number from 0 to {MOST_PEOPLE}."
