"""A question above a screen: some options with a letter each, or one line to type."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from kiosk.ui.desk.messages import Answered, Offer, Question
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing


class Ask(DeskScreen):
    """What both kinds of question share."""

    CSS_PATH = "ask.tcss"

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def heading(self) -> str:
        return self._question.title

    def lead(self) -> str:
        return self._question.lead

    def _answer(self, value: str) -> None:
        self.tell(Answered(self._question, value))


class AskChoice(Ask):
    """One of several options."""

    def body(self) -> Iterable[Widget]:
        widest = max(len(option.title) for option in self._question.options)
        more = Column("", 30, 12, rank=1, grows=True)
        yield Listing[Offer](
            (Column("", 2), Column("", widest, min(widest, 40)), more),
            key=lambda option: option.letter,
            draw=lambda option: Line((option.letter.upper(), option.title, option.more)),
            has_head=False,
        )

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Choose", self._choose)

    def on_mount(self) -> None:
        listing = self.query_one(Listing)
        listing.styles.max_height = len(self._question.options)
        listing.set_rows(self._question.options)

    def _choose(self) -> None:
        self.query_one(Listing).choose()

    @on(Listing.Chosen)
    def take(self, event: Listing.Chosen) -> None:
        """Answer with what stands under the cursor."""
        self.take_letter(str(event.key))

    def take_letter(self, letter: str) -> bool:
        """Answer with the option of a letter."""
        for option in self._question.options:
            if option.letter.lower() == letter.lower():
                self._answer(option.value)
                return True
        return False


class AskLine(Ask):
    """One line."""

    def body(self) -> Iterable[Widget]:
        question = self._question
        yield Field(question.value, most=question.most, replaced=question.replaced)

    def keys(self) -> Iterable[Key]:
        yield Key("enter", "Go on", self._take)

    @on(Input.Submitted)
    def submit(self) -> None:
        """Check the line, then answer with it."""
        self._take()

    def _take(self) -> None:
        typed = self.query_one(Field).value.strip()
        problem = self._question.check(typed)
        if problem:
            self.say(problem)
        else:
            self._answer(typed)
