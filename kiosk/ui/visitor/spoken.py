"""The spoken form of a visitor's screen, built from its widgets.

Each kind of widget that shows something has a way to say itself. What the room must not hear has
two forms, of which one is said.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from kiosk.content.counterparts import Counterparts, counterparts
from kiosk.content.spelling import by_language, sentence, separate_digits, speakable, spell
from kiosk.content.translations import Texts
from kiosk.domain.speech import Utterance
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.times import count_digits
from kiosk.ui.widgets.buttons import Pressable, Tile
from kiosk.ui.widgets.card import Card
from kiosk.ui.widgets.inputs import Choice, Choices, Field
from kiosk.ui.widgets.large_text import LargeText
from kiosk.ui.widgets.layout import Prose
from kiosk.ui.widgets.qr import QrCode
from kiosk.ui.widgets.touch_keyboard import TouchKeys
from kiosk.ui.widgets.visitor_bar import Bar

Kind = Literal["text", "control", "foot", "hint"]
_COUNTS_DOWN = "left"
"""The line whose number changes every second; it is said once."""
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*>#]|\d+\.)\s)")
"""Between two paragraphs, headings or items of a text of our own."""
_MARK = re.compile(r"^\s*(?:#+|[-*>]|\d+\.)\s+|[*`_]{1,3}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """What is said of one thing."""

    text: str
    public: str | None = None
    """What is said instead where others may hear; None where it is not private."""
    kind: Kind = "text"
    language: str = ""
    """Of the text (BCP 47); empty for the language of the visit."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be heard of a screen at one moment."""

    texts: tuple[Piece, ...]
    offers: tuple[tuple[int, Piece], ...]
    """What can be pressed, by an id."""
    marks: frozenset[str]
    """The choices that are marked."""
    typed: str | None
    """What stands in the field; None without one."""
    focus: int
    """An id of what has the focus, 0 for nothing."""
    group: int
    """An id of the question that it belongs to."""


def say_pieces(pieces: Sequence[Piece], language: str, *, is_private: bool) -> list[Utterance]:
    """Return pieces as utterances; `is_private`: whether what is private may be said."""
    said = []
    for piece in pieces:
        is_covered = piece.public is not None and not is_private
        text = piece.public if is_covered else piece.text
        if text:
            of_person = piece.public is not None and not is_covered
            said += [
                Utterance(one, code, of_person)
                for one, code in by_language(text, piece.language or language)
            ]
    return said


class SpokenScreen:
    """What is said of one screen as it is now."""

    def __init__(self, screen: VisitorScreen, language: str = "") -> None:
        """Take the language (BCP 47) to say it in; that of the visit unless there is no voice."""
        self._screen = screen
        shown = screen.visit.texts
        self.language = language or shown.language
        """What it is said in, which may be another one than what is shown."""
        self._texts = Texts(self.language, has_pictures=True)
        self._others: Counterparts | None = None
        if self.language != shown.written:
            published = screen.context.clinic.helplines
            self._others = counterparts(shown.written, self.language, published)
        known = (one for one in screen.context.languages if one.plain_name != one.own_name)
        self._names = {one.plain_name: one.own_name for one in known}
        self._covered = screen.covered(self._texts)
        self._ways: tuple[tuple[type[Widget], Callable[[Widget], Iterator[Piece]]], ...] = (
            (Prose, self._say_prose),
            (Static, self._say_static),
            (Card, self._say_card),
            (QrCode, self._say_code),
            (Pressable, self._say_pressable),
            (Field, self._say_field),
            (Bar, self._say_bar),
            (TouchKeys, self._say_nothing),
            (LargeText, self._say_nothing),
        )

    def has_way(self, widget: Widget) -> bool:
        """Return whether this kind of widget can say itself."""
        return any(isinstance(widget, kind) for kind, _ in self._ways)

    def arrival(self) -> list[Piece]:
        """Return what is said when the screen comes: what it is, and what the keys do."""
        pieces = [piece for piece in self._all() if piece.kind == "text"]
        if self._screen.is_result:
            pieces += [Piece(self._p("speech", "Once more.")), *pieces]
        return [*pieces, *self._summary(), *self._keys(), *self.focused()]

    def everything(self) -> list[Piece]:
        """Return all that stands on the screen, then what the keys do."""
        limit = (Piece(self._words(told)) for told in self._screen.limit()[:1])
        return [*self._all(), *limit, *self._keys()]

    def focused(self, *, with_question: bool = True) -> list[Piece]:
        """Return what has the focus, as one piece; nothing where nothing has it."""
        widget = self._screen.focused
        if widget is None:
            return []
        pieces = list(self._say(widget))
        if isinstance(widget, Choice) and with_question:
            asked = self._question_of(widget)
            pieces = [Piece(sentence(asked, one.text), one.public, one.kind) for one in pieces]
        return pieces

    def warning(self) -> list[Piece]:
        """Return that others may hear, where something private is not said for that."""
        field = self._field
        is_typed = field is not None and not field.is_secret
        if not is_typed and all(piece.public is None for piece in self._all()):
            return []
        told = self._p("speech", "Other people may hear. Press F10 to hear all of it aloud.")
        return [Piece(told, kind="hint")]

    def snapshot(self) -> Snapshot:
        """Return what can be heard now, to be compared with what was heard before."""
        focus, field = self._screen.focused, self._field
        parent = focus.parent if isinstance(focus, Choice) else focus
        pressables = self._shown(Pressable)
        return Snapshot(
            texts=tuple(one for one in self._all(_COUNTS_DOWN) if one.kind == "text"),
            offers=tuple(
                (id(one), self._name(one)) for one in pressables if not isinstance(one, Choice)
            ),
            marks=frozenset(choice.id or "" for choice in self._marked()),
            typed=None if field is None else field.value,
            focus=0 if focus is None else id(focus),
            group=0 if parent is None else id(parent),
        )

    def changes(self, before: Snapshot, now: Snapshot) -> list[Piece]:
        """Return what has become new between two moments, the most important first."""
        pieces = [piece for piece in now.texts if piece not in before.texts]
        is_problem = bool(pieces) and self._field is not None and now.typed == before.typed
        known = {number for number, _ in before.offers}
        pieces += [piece for number, piece in now.offers if number not in known]
        if now.typed != before.typed and now.typed is not None:
            pieces = [*self._echo(before.typed or "", now.typed), *pieces]
        if now.focus != before.focus or is_problem:
            pieces += self.focused(with_question=now.group != before.group)
        elif now.marks != before.marks:
            pieces += self._say_marks()
        return pieces

    def _words(self, shown: str) -> str:
        """Return a text of the screen as it is said in the visitor's language.

        A language is named in itself too, where the screen cannot do that.
        """
        if shown in self._names:
            return sentence(self._names[shown], shown)
        return speakable(shown if self._others is None else self._others.of(shown))

    def _p(self, context: str, message: str) -> str:
        return self._texts.pgettext(context, message)

    def _(self, message: str) -> str:
        return self._texts.gettext(message)

    @property
    def _field(self) -> Field | None:
        return next(iter(self._screen.query(Field)), None)

    def _all(self, without: str = "") -> list[Piece]:
        """Return all that stands on the screen: texts, then what can be done, then the foot.

        `without` is the id of a line that is left out.
        """
        order: tuple[Kind, ...] = ("text", "control", "foot")
        leaves = [one for one in self._leaves(self._screen) if not without or one.id != without]
        pieces = [piece for leaf in leaves for piece in self._say(leaf)]
        return sorted((one for one in pieces if one.text), key=lambda one: order.index(one.kind))

    def _leaves(self, widget: Widget) -> Iterator[Widget]:
        """Yield what says itself; a text is said though a small screen has no room for it."""
        for child in widget.children:
            if self.has_way(child):
                if child.display or isinstance(child, Static):
                    yield child
            elif child.display:
                yield from self._leaves(child)

    def _say(self, widget: Widget) -> Iterator[Piece]:
        for kind, way in self._ways:
            if isinstance(widget, kind):
                yield from way(widget)
                return

    def _shown(self, kind: type[Pressable]) -> list[Pressable]:
        return [one for one in self._leaves(self._screen) if isinstance(one, kind)]

    def _piece(self, shown: str, *, label: str = "") -> Piece:
        """Return a text as it is said, with what is said where others may hear."""
        covered = self._covered.get(shown)
        if covered is None:
            return Piece(sentence(label, self._words(shown)))
        private, public = self._words(covered.private), self._words(covered.public)
        return Piece(sentence(label, private), sentence(label, public))

    def _say_static(self, widget: Widget) -> Iterator[Piece]:
        content = widget.content if isinstance(widget, Static) else ""
        if isinstance(content, Table):
            labels, texts = (map(str, column.cells) for column in content.columns)
            for label, text in zip(labels, texts, strict=True):
                yield self._piece(text, label=f"{self._words(label).rstrip('.')}:")
        elif isinstance(content, str | Text | Content):
            shown = content if isinstance(content, str) else content.plain
            if shown.strip():
                yield self._piece(shown)

    def _say_prose(self, widget: Widget) -> Iterator[Piece]:
        if isinstance(widget, Prose):
            text = widget.markdown
            text = text if self._others is None else self._others.of_prose(text)
            for block in _BLOCK.split(text):
                yield Piece(speakable(" ".join(_MARK.sub("", block).split())))

    def _say_card(self, widget: Widget) -> Iterator[Piece]:
        if isinstance(widget, Card):
            for shown in (widget.text.title, *widget.text.lines, widget.text.note):
                yield self._piece(shown)

    def _say_code(self, _widget: Widget) -> Iterator[Piece]:
        yield Piece(self._p("speech", "There is a square code, for the camera of a phone."))

    def _say_nothing(self, _widget: Widget) -> Iterator[Piece]:
        """By ear the real keys are used; and what is drawn large stands there in small too."""
        yield from ()

    def _say_pressable(self, widget: Widget) -> Iterator[Piece]:
        if not isinstance(widget, Pressable):
            return
        more = widget.more if isinstance(widget, Tile) else ""
        state = ""
        if isinstance(widget, Choice):
            is_marked = widget.has_class("-marked")
            state = self._p("speech", "Chosen") if is_marked else self._p("speech", "Not chosen")
        key = self._key(widget.letter)
        said = (self._words(widget.title), self._words(more), state, self._place(widget), key)
        yield Piece(sentence(*said), kind="control")

    def _name(self, widget: Pressable) -> Piece:
        """Return something to press that has just come."""
        now = self._p("speech", "New here: {action}").format(action=self._words(widget.title))
        return Piece(sentence(now, self._key(widget.letter)), kind="control")

    def _key(self, letter: str) -> str:
        return self._p("speech", "Key {letter}").format(letter=letter) if letter else ""

    def _place(self, widget: Pressable) -> str:
        """Return which one of its row it is; empty where it stands alone."""
        siblings = widget.parent.children if widget.parent is not None else ()
        row = [one for one in siblings if isinstance(one, Pressable) and one.display]
        if widget not in row or len(row) == 1:
            return ""
        place = self._p("speech", "{number} of {count}")
        return place.format(number=row.index(widget) + 1, count=len(row))

    def _question_of(self, widget: Widget) -> str:
        """Return what is asked where a widget stands: the line above its group, or the heading."""
        group = widget.parent if isinstance(widget, Choice) else widget
        asked = self._screen.heading()
        for other in group.parent.children if group is not None and group.parent else ():
            if other is group:
                break
            if isinstance(other, Static) and other.has_class("question"):
                asked = str(other.content)
        return self._words(asked)

    def _say_field(self, widget: Widget) -> Iterator[Piece]:
        if not isinstance(widget, Field):
            return
        label = sentence(self._question_of(widget), self._p("speech", "To type in"))
        if widget.is_secret:
            never = self._p("speech", "What you type here is never said.")
            yield Piece(sentence(label, never), kind="control")
        elif not widget.value:
            empty = self._p("speech", "Nothing is typed yet.")
            yield Piece(sentence(label, empty), kind="control")
        else:
            private = sentence(label, _say_typed(widget.value))
            public = sentence(label, self._count(widget.value))
            yield Piece(private, public, kind="control")

    def _count(self, typed: str) -> str:
        """Return how much is typed, and nothing of what."""
        if all(sign.isdigit() or sign in " +-()" for sign in typed):
            return count_digits(typed, self._texts)
        count = sum(not sign.isspace() for sign in typed)
        told = self._texts.ngettext("{count} letter entered.", "{count} letters entered.", count)
        return told.format(count=count)

    def _echo(self, before: str, now: str) -> list[Piece]:
        """Return what was typed or taken away just now; of what is covered, that a key was."""
        field = self._field
        if field is None or field.is_secret:
            return [Piece(self._p("speech", "key"))]
        count = self._count(now) if now else self._p("speech", "Nothing is typed yet.")
        if now.startswith(before):
            return [Piece(self._spell(now[len(before) :]), count)]
        if before.startswith(now):
            gone = self._p("speech", "{letters} is taken away.")
            return [Piece(gone.format(letters=self._spell(before[len(now) :])), count)]
        return [Piece(_say_typed(now), count)]

    def _spell(self, typed: str) -> str:
        return ", ".join(self._("Space") if sign == " " else sign for sign in typed)

    def _marked(self) -> list[Choice]:
        choices = [one for one in self._shown(Pressable) if isinstance(one, Choice)]
        return [one for one in choices if one.has_class("-marked")]

    def _say_marks(self) -> list[Piece]:
        """Return the choice in focus by what it is now, and all that are marked in its group."""
        focus = self._screen.focused
        group = focus.parent if isinstance(focus, Choice) else None
        said = self.focused(with_question=False) if group is not None else []
        marked = [one for one in self._marked() if group is None or one.parent is group]
        others = len(marked) > 1 or (marked and marked[0] is not focus)
        return [*said, *self._chosen(marked)] if others else said

    def _chosen(self, marked: Sequence[Choice]) -> list[Piece]:
        if not marked:
            return []
        titles = ", ".join(self._words(one.title).rstrip(".") for one in marked)
        told = self._p("speech", "Chosen: {choices}").format(choices=titles)
        return [Piece(sentence(told), kind="hint")]

    def _summary(self) -> Iterator[Piece]:
        """Return how much there is to choose, and what is chosen."""
        count = len(self._shown(Tile)) + len(self._shown(Choice))
        if count:
            told = self._texts.ngettext(
                "There is {count} choice.", "There are {count} choices.", count
            )
            yield Piece(told.format(count=count), kind="hint")
        yield from self._chosen(self._marked())

    def _keys(self) -> Iterator[Piece]:
        """Return what the keys do here."""
        if self._field is not None:
            yield Piece(self._p("speech", "Type, then press Enter."), kind="hint")
        elif self._screen.query(Choices):
            told = self._p("speech", "Press Tab for the next one, and Space to choose it.")
            yield Piece(told, kind="hint")
        elif self._shown(Pressable):
            told = self._p("speech", "Press Tab for the next one, and Enter to choose it.")
            yield Piece(told, kind="hint")
        told = self._p("speech", "F1 is help now. F4 says it again. Escape ends your visit.")
        yield Piece(told, kind="hint")

    def _say_bar(self, widget: Widget) -> Iterator[Piece]:
        if isinstance(widget, Bar):
            for part, labels in widget.labels.items():
                key, _, words = labels[0].partition("  ")
                names = (name for _, name in widget.names) if part == "language" else ()
                said = sentence(
                    self._words(words), *map(self._words, names), self._key(key.split(" ")[-1])
                )
                yield Piece(said, kind="foot")
            for note in widget.notes[:1]:
                yield Piece(self._words(note), kind="foot")
            hide = sentence(self._words(self._screen.hide_label()), self._key("F11"))
            yield Piece(hide, kind="foot")


def _say_typed(value: str) -> str:
    """Return what stands in a field: as a whole where it is a word, and sign by sign."""
    if all(sign.isdigit() or sign in " +-()" for sign in value):
        return separate_digits(value) if " " in value else ", ".join(value)
    if any(sign.isdigit() for sign in value):
        return spell(value)
    return sentence(value, ", ".join(sign for sign in value if not sign.isspace()))
