"""Questions above a screen: the two kinds of them, and those that several folders ask."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from kiosk.domain.attendance.roster import (
    LARGEST_HEAD_COUNT,
    GroupName,
    Member,
    SessionCard,
    VoidReason,
)
from kiosk.domain.text import ascii_digits
from kiosk.ui.desk.messages import Answered, Exit, Offer, Question, Then
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import format_people
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.list import Column, Line, Listing

LETTERS = "abcdefghijklmnoprstuvwxyz"
"""All but Q, which signs out."""


def ask_void_reason(about: str, then: Then) -> Question:
    """Ask why a person is taken off a list."""
    options = (
        Offer("m", "By mistake", VoidReason.MISTAKE.value),
        Offer("w", "They meant another session", VoidReason.WRONG_SESSION.value),
        Offer("l", "They left at once", VoidReason.LEFT.value),
        Offer("a", "They asked to be taken off", VoidReason.ASKED.value),
        Offer("d", "They were counted twice", VoidReason.DUPLICATE.value),
    )
    lead = "They can check in again, and you can put them back."
    return Question("Why take this person off the list?", then, lead, options, about=about)


PLACED = "placed"
"""The answer to `ask_place` that puts the person on the list."""


def ask_place(about: str, then: Then, *, names: bool) -> Question:
    """Ask whether somebody came to this group while the kiosk's clock was wrong."""
    options = (Offer("p", "Put on this list", PLACED), Offer("o", "No, show the next one", "next"))
    lead = "The kiosk's clock was wrong, so it could not know which group they came for."
    lead += "" if names else " To see names: Esc, then N."
    return Question("Did this person come to this group?", then, lead, options, about=about)


def ask_head_count(card: SessionCard, then: Then, *, close: bool) -> Question:
    """Ask how many people are in the room."""
    title = "Close the list: how many people came?" if close else "How many people are in the room?"
    lead = (
        f"The list says {format_people(card.present)}. What you count in the room is what counts."
    )
    first = card.head_count if close and card.head_count is not None else card.present
    return Question(
        title, then, lead, check=_describe_count_problem, value=str(first), most=4, replaced=True
    )


def ask_sure(title: str, lead: str, yes: str, do: Callable[[], None], about: str = "") -> Question:
    """Ask for a yes, and then `do` it; `about` is whom it is done to."""
    options = (Offer("n", "No, leave it as it is", "no"), Offer("y", yes, "yes"))
    return Question(
        title, lambda answer: do() if answer == "yes" else None, lead, options, about=about
    )


def ask_unkept(text: str, keep: Callable[[], None], drop: Callable[[], None]) -> Question:
    """Ask what becomes of a note that is being left; Esc goes back to it."""
    options = (Offer("k", "Keep it", "keep"), Offer("t", "Throw it away", "drop"))
    return Question(
        "Keep this note?",
        lambda answer: keep() if answer == "keep" else drop(),
        f"“{text}”",
        options,
    )


def ask_which_group(
    about: str, member: Member, groups: Sequence[GroupName], then: Then
) -> Question:
    """Ask which group's list a member joins or leaves; the answer is the group's id."""
    options = tuple(
        Offer(
            letter, group.name, str(group.id), "takes them off" if group.id in member.groups else ""
        )
        for letter, group in zip(LETTERS, groups, strict=False)
    )
    lead = "Groups that keep a list."
    return Question("Join or leave which group?", then, lead, options, about=about)


def _describe_count_problem(text: str) -> str:
    digits = ascii_digits(text)
    if digits.isascii() and digits.isdecimal() and int(digits) <= LARGEST_HEAD_COUNT:
        return ""
    return f"Please type a number from 0 to {LARGEST_HEAD_COUNT}."


class QuestionScreen(DeskScreen):
    """A question, above the screen that asks it."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def heading(self) -> str:
        return self._question.title

    def lead(self) -> str:
        return "\n".join(filter(None, (self._question.about, self._question.lead)))

    def _answer(self, value: str) -> None:
        self.post(Answered(self._question, value))


class ChoiceScreen(QuestionScreen):
    """One of several options."""

    def body(self) -> Iterable[Widget]:
        widest = max(len(option.title) for option in self._question.options)
        more = Column("", 30, 12, rank=1, grows=True, keeps="start")
        yield Listing[Offer](
            (Column("", 2), Column("", widest, min(widest, 40)), more),
            key=lambda option: option.letter,
            draw=lambda option: Line((option.letter.upper(), option.title, option.more)),
            has_head=False,
        )

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Choose", self.choose_row)

    def on_mount(self) -> None:
        listing = self.query_one(Listing)
        listing.styles.max_height = len(self._question.options)
        listing.set_rows(self._question.options)

    @on(Listing.Chosen)
    def take(self, event: Listing.Chosen) -> None:
        """Answer with what stands under the cursor."""
        self.take_letter(str(event.key))

    def take_letter(self, letter: str) -> bool:
        """Answer with the option of a letter."""
        for option in self._question.options:
            if option.letter.lower() == letter.lower() and self.takes_presses():
                self._answer(option.value)
                return True
        return False


class LineScreen(QuestionScreen):
    """One line."""

    def body(self) -> Iterable[Widget]:
        question = self._question
        yield Field(question.value, most=question.most, replaced=question.replaced)

    def keys(self) -> Iterable[Key]:
        yield Key("enter", self._question.enter, self._take)

    @on(Input.Submitted)
    def submit(self) -> None:
        """Check the line, then answer with it."""
        self._take()

    @property
    def _typed(self) -> str:
        return self.query_one(Field).value.strip()

    @property
    def unkept(self) -> Callable[[DeskSide], object] | None:
        keep, typed = self._question.keep, self._typed
        return partial(keep, typed) if keep is not None and typed else None

    def leave(self, exit_: Exit) -> None:
        if self.unkept is None:
            super().leave(exit_)
        else:
            drop = partial(super().leave, exit_)
            question = ask_unkept(self._typed, self._take, drop)
            self.pose(replace(question, about=self._question.about))

    def _take(self) -> None:
        typed = self._typed
        problem = self._question.check(typed)
        if problem:
            self.say(problem)
        else:
            self._answer(typed)
