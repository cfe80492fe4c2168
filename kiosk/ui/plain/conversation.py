"""A talk by numbered questions on plain lines: what is read out, and what a line chooses."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from kiosk.content.articles import Article, fill_in, page
from kiosk.content.helplines import helplines
from kiosk.content.languages import Language
from kiosk.content.translations import languages
from kiosk.domain.callbacks.slips import CentralSlip
from kiosk.ui.door import Trouble
from kiosk.ui.visitor.text import (
    ResultText,
    describe_calling_number,
    describe_limit,
)
from kiosk.ui.visitor.times import join_sentences
from kiosk.ui.visitor.visit import CENTRAL_SECONDS, Visit, VisitorContext, VisitorSide

Answer = TypeVar("Answer")
Option = tuple[str, str]
"""A value and what is read of it."""
_MARKS = re.compile(r"[#*_`]+|<!--.*?-->|\[([^\]]*)\]\([^)]*\)")
"""What Markdown adds to a text."""


class VisitOver(Exception):  # noqa: N818  it ends a visit, and is no error
    """The visitor has finished, or nobody has typed for long enough."""


class GoBack(Exception):  # noqa: N818  as above
    """The visitor wants the question before this one."""


class Lines(Protocol):
    """Where lines are read and written."""

    def read(self, seconds: float | None) -> str | None:
        """Return the next line typed, None after so many seconds; EOFError at the input's end."""

    def tell(self, line: str) -> None:
        """Write one line."""

    def clear(self) -> None:
        """Wipe what was typed and written, as far as the terminal can."""


@dataclass(frozen=True, slots=True)
class PlainQuestion:
    """A numbered question."""

    title: str
    options: Sequence[Option]
    lead: Sequence[str] = ()
    """Sentences read before the options."""
    marked: frozenset[str] = frozenset()
    """Which options hold now."""
    keeps: bool = False
    """Whether an empty line keeps those that are marked."""
    several: bool = False
    steps: Sequence[Option] = ()
    """Further answers by a letter, such as sending; never a number, which may be typed ahead."""


class Conversation:
    """What every question shares: the visit under way, the lines, and the desks."""

    def __init__(
        self, context: VisitorContext, lines: Lines, answer_scan: Callable[[str], bool]
    ) -> None:
        """`answer_scan` answers a line that is a scanned code, and returns whether it was one."""
        self.context = context
        # Whoever reads these lines aloud, or on a braille line, needs every letter as it is.
        self.context.has_pictures = True
        self._lines = lines
        self._answer_scan = answer_scan
        self._is_begun = False
        """Whether somebody has typed since the last visit ended."""

    def end_visit(self) -> None:
        """Forget the visit, and wipe what was typed and written."""
        self.context.visit.wipe()
        self.context.visit = Visit()
        self._is_begun = False
        self._lines.clear()

    def follow_clinic(self) -> None:
        """Take what the desks know of the clinic now, and whether visitors are served."""
        answer = self.ask_desk(
            lambda side: (
                replace(side.clinic, helplines=side.helplines()),
                side.maintenance.out_of_order(),
            )
        )
        if isinstance(answer, Trouble):
            self.context.out_of_order = answer.for_staff
            return
        self.context.clinic, reason = answer
        self.context.out_of_order = None if reason is None else ""
        if times := self.context.refused:
            told = self.ask_desk(lambda side: side.maintenance.note_refusals(times))
            self.context.refused = times if isinstance(told, Trouble) else []

    @property
    def visit(self) -> Visit:
        """The visit under way."""
        return self.context.visit

    @property
    def languages(self) -> tuple[Language, ...]:
        """What there is to choose from."""
        return languages(published=self.context.clinic.helplines)

    def _(self, message: str) -> str:
        return self.visit.texts.gettext(message)

    def ask_desk(self, question: Callable[[VisitorSide], Answer]) -> Answer | Trouble:
        """Return the answer of the desks to `question`, or what kept them from it."""
        return asyncio.run(self.context.door.ask(question))

    def ask_central(self, digits: str) -> CentralSlip | Trouble | None:
        """Return what the centre knows of a slip; Trouble where it has not answered in time."""
        asked = self.context.door.ask_aside(lambda side: side.ask_central(digits), CENTRAL_SECONDS)
        return asyncio.run(asked)

    def tell(self, *lines: str) -> None:
        """Write those lines that are not empty."""
        for line in filter(None, lines):
            self._lines.tell(line)

    def begin_part(self, title: str, *lines: str) -> None:
        """Tell a title behind a blank line, and what belongs to it."""
        self._lines.tell("")
        self.tell(title, *lines)

    def _line(self) -> str:
        """Return the next line; who says nothing for long is asked, then the visit ends."""
        timing = self.context.timing
        line = self._lines.read(timing.idle if self._is_begun else None)
        if line is None:
            return self._line_after_warning()
        self._is_begun = True
        return line

    def _line_after_warning(self) -> str:
        """Return a line that was under way, else the next one; Enter alone only keeps the visit."""
        timing, more = self.context.timing, self._("I need more time")
        ask = self._("Are you still there? Press Enter within {seconds} seconds.")
        self.begin_part(ask.format(seconds=round(timing.warning)))
        if not self.visit.has_more_time:
            self.tell(f"T  {more}")
        line = self._lines.read(timing.warning)
        if line is None:
            raise VisitOver
        if line.strip().upper() == "T" and not self.visit.has_more_time:
            self.visit.has_more_time = True
            self.tell(*self.limit())
        elif line.strip():
            return line
        return self._line()

    def limit(self) -> Sequence[str]:
        """Return when the lines are cleared by themselves."""
        return describe_limit("idle", self.context)[:1]

    def choose(self, make: Callable[[], PlainQuestion]) -> str:
        """Return the value that is chosen; the question is made anew in another language."""
        while True:
            question = make()
            self._read_out(question)
            line = self._line().strip()
            answer = self._answer(question, line)
            if answer is not None:
                return answer

    def choose_several(self, make: Callable[[], PlainQuestion]) -> frozenset[str]:
        """Return the values that hold; an empty line keeps those that are marked."""
        while True:
            question = make()
            self._read_out(question)
            line = self._line().strip()
            if not line:
                return question.marked
            numbers = re.split(r"[\s,]+", line)
            if all(self._is_number(question, one) for one in numbers):
                return frozenset(question.options[int(one) - 1][0] for one in numbers)
            self._answer(question, line)

    def _read_out(self, question: PlainQuestion) -> None:
        self.begin_part(question.title, *question.lead)
        for number, (value, text) in enumerate(question.options, 1):
            mark = f" ({self._('chosen')})" if value in question.marked else ""
            self.tell(f"{number}  {text}{mark}")
        for letter, text in (*question.steps, *self._everywhere()):
            self.tell(f"{letter}  {text}")
        if question.several:
            self.tell(self._("Type the numbers that suit you, with blanks between, then Enter."))
        elif question.options:
            self.tell(self._("Type a number or a letter, then Enter."))
        else:
            self.tell(self._("Type a letter, then Enter."))
        if question.keeps:
            self.tell(self._("Enter alone keeps what is chosen."))

    def _everywhere(self) -> Iterable[Option]:
        yield "H", self._("Help now")
        yield "L", self._("Language")
        yield "B", self._("Back")
        yield "F", self._("Finish and clear")

    def _answer(self, question: PlainQuestion, line: str) -> str | None:
        """Return what a line chooses; None where the question is to be asked again."""
        letter = line.upper()
        if self._is_number(question, line):
            return question.options[int(line) - 1][0]
        if letter in {step for step, _ in question.steps}:
            return letter
        if not line and question.keeps:
            return next(iter(question.marked), None)
        if not self._follow(letter) and not self._answer_scan(line):
            self.tell(self._("That is none of the choices. Please try again."))
        return None

    def _follow(self, letter: str) -> bool:
        """Do what a letter does at every question; return whether it was one."""
        match letter:
            case "H":
                self.help_now()
            case "L":
                self._change_language()
            case "B":
                raise GoBack
            case "F":
                raise VisitOver
            case _:
                return False
        return True

    @staticmethod
    def _is_number(question: PlainQuestion, text: str) -> bool:
        return text.isascii() and text.isdigit() and 1 <= int(text) <= len(question.options)

    def type_text(
        self, title: Callable[[], str], leads: Callable[[], Sequence[str]], kept: str = ""
    ) -> str:
        """Return a line of text; an empty one keeps `kept`, or leads to the other choices."""
        while True:
            self.begin_part(title(), *leads())
            if kept:
                self.tell(self._("Enter alone keeps: {text}").format(text=kept))
            else:
                self.tell(self._("Type it, then Enter. Enter alone brings other choices."))
            line = self._line()
            # No name, number or reference is one of these letters alone.
            if self._follow(line.strip().upper()) or self._answer_scan(line.strip()):
                continue
            if line.strip() or kept:
                return line if line.strip() else kept
            self.choose(lambda: PlainQuestion(title(), (("again", self._("Type it")),)))

    def help_now(self) -> None:
        self.follow_clinic()
        clinic, texts = self.context.clinic, self.visit.texts
        self.begin_part(texts.pgettext("crisis", "Help now"))
        shown = helplines(texts.language, clinic.today(), published=clinic.helplines)
        for line in shown.lines:
            whatsapp = f" WhatsApp {line.whatsapp}." if line.whatsapp else ""
            number = f"{line.number}  " if line.number else ""
            self.tell(f"{number}{join_sentences(line.name, line.note, self._)}{whatsapp}")

    def _change_language(self) -> None:
        options = [(one.code, one.own_name) for one in self.languages]
        try:
            code = self.choose(lambda: PlainQuestion(self._("Language"), options))
        except GoBack:
            return
        self.context.speak(code)

    def pause(self) -> None:
        """Wait until a result was read, then end the visit; a form that was under way goes on."""
        if self.visit.form is not None:
            return
        self.tell(self._("Press Enter when you have read this. The screen is cleared then."))
        self._line()
        raise VisitOver

    def refuse(self) -> None:
        self.context.note_refusal()
        self.tell(self._("This could not be kept just now. Please ask at the counter."))

    def page(self, slug: str) -> Article:
        return page(self.visit.texts.language, slug)

    def read_page(self, article: Article) -> None:
        text = fill_in(article.markdown, describe_calling_number(self.context))
        self.begin_part(article.title, *(_plain(line) for line in text.splitlines()))

    def choose_one(self, ask: Callable[[], tuple[str, Sequence[Option]]], marked: str) -> str:
        """Return one value; an empty line keeps the marked one."""
        return self.choose(lambda: PlainQuestion(*ask(), marked=frozenset({marked}), keeps=True))

    def tell_result(self, text: ResultText) -> None:
        """Tell a result, and let it be read."""
        self.begin_part(text.card.title, *text.card.lines)
        self.pause()


def _plain(line: str) -> str:
    """Return a line of Markdown without its marks."""
    return _MARKS.sub(lambda found: found[1] or "", line).strip()
