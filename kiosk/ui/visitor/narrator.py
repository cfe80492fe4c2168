"""Says the screens aloud, for a visitor who cannot read them: its keys, and what it says when.

Off until a visitor presses F3 or plugs in headphones, and off again when the visit ends. Nothing
here is done before a screen is painted, nor at all while it is off.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final
from weakref import ref

from textual.message import Message

from kiosk.content.assets import ENGLISH
from kiosk.content.translations import Texts
from kiosk.ui.door import attempt, describe_error
from kiosk.ui.screen import READ_SECONDS
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.visit import VisitorContext
from kiosk.ui.widgets.visitor_bar import Bar

if TYPE_CHECKING:  # the first screen does not wait for it
    from kiosk.domain.speech import Speech
    from kiosk.ui.visitor.spoken import Piece, Snapshot, SpokenScreen

_log = logging.getLogger("kiosk")
SWITCH: Final = "f3"
"""The key that starts speech."""
_SLOWEST: Final = 6.0
"""Letters a second that are said at the slowest pace, and any language."""
_SETTLING: Final = 1.5
"""Seconds within which what comes later on a screen belongs to what is said of it first."""
_PATIENCE: Final = 10.0
"""Seconds more, after which speech that does not end counts as broken."""


class HeadphonesChanged(Message):
    """Headphones were plugged in, or out."""

    def __init__(self, *, is_in: bool) -> None:
        super().__init__()
        self.is_in = is_in


class Narrator:
    """What is said of the screens of one kiosk."""

    def __init__(
        self,
        context: VisitorContext,
        monotonic: Callable[[], float],
        screen: Callable[[], object],
    ) -> None:
        """Take a clock in seconds, and what returns the screen in front."""
        self._context = context
        self._monotonic = monotonic
        self._screen = screen
        self._speech: Speech | None = None
        self._said: tuple[Piece, ...] = ()
        """What was said last, to be said again."""
        self._before: Snapshot | None = None
        """What could be heard of the screen that was said last."""
        self._shown: Callable[[], object | None] = lambda: None
        self._arrived_at: float | None = None
        """When the screen came, in seconds of the clock; None once a key was pressed on it."""
        self._opening: tuple[Piece, ...] = ()
        """What is said before the screen on which speech begins."""
        self._is_warned = False
        """Whether it was said on this screen that others may hear."""
        self._is_repeated = False
        self._by_plug = False
        """Whether headphones have begun it."""
        self._switched_at = float("-inf")
        """When its key was pressed last, in seconds of the clock."""
        self._until = 0.0
        """When speech has to be over by, in seconds of the clock."""
        self.heard_at = 0.0
        """When something was being said last, in seconds of the clock."""

    def open(self, speech: "Speech", post: Callable[[Message], object]) -> None:
        """Speak by `speech` from now on; `post` sends a message to the app, from any thread."""

        def tell_app(is_in: bool) -> None:  # noqa: FBT001 - the protocol of `Speech`
            post(HeadphonesChanged(is_in=is_in))

        self._speech = speech
        speech.watch_headphones(tell_app)
        self._context.can_speak = speech.is_able
        self._show_keys()

    @property
    def is_on(self) -> bool:
        """Whether this visit is heard."""
        return self._context.visit.is_heard

    def takes(self, key: str) -> bool:
        """Do what a key of speech does; return False for any other key.

        Whatever is being said falls silent at any key.
        """
        speech = self._speech
        if speech is None or not (self.is_on or (key == SWITCH and self._can_speak(speech))):
            return False
        self._arrived_at, self._opening = None, ()
        act = self.KEYS.get(key)
        if act is None:
            self._is_repeated = False
            speech.stop()
            return False
        is_again, self._is_repeated = self._is_repeated, key == "f4"
        if key == "f4" and is_again:
            attempt(self._say_whole_screen, self._give_up)
        else:
            attempt(lambda: act(self, speech), self._give_up)
        return True

    def hush(self) -> None:
        """Fall silent: something was touched or scanned."""
        if self.is_on and self._speech is not None:
            self._arrived_at, self._opening, self._is_repeated = None, (), False
            self._speech.stop()

    def note_painted(self, screen: object) -> None:
        """Say what has come or changed on the screen that was painted."""
        if self.is_on and isinstance(screen, VisitorScreen) and screen.query(Bar):
            attempt(lambda: self._follow(screen), self._give_up)

    def _follow(self, screen: VisitorScreen) -> None:
        spoken = self._form_of(screen)
        now = spoken.snapshot()
        before, self._before = self._before, now
        if before is None or self._shown() is not screen:
            self._shown = ref(screen)
            self._arrived_at, self._is_warned = self._monotonic(), False
            self._say_arrival(spoken)
        elif now != before:
            since = self._arrived_at
            if since is not None and self._monotonic() - since < _SETTLING:
                self._say_arrival(spoken)
            elif pieces := spoken.changes(before, now):
                self._say(pieces, spoken)

    def follow_headphones(self, *, is_in: bool) -> None:
        """Begin with headphones that are plugged in; end with them what they have begun."""
        speech = self._speech
        if speech is None:
            return
        if is_in and not self.is_on:
            if self._can_speak(speech):
                self._begin(by_plug=True)
        elif is_in:
            told = self._p("speech", "Headphones are in. Only you hear this.")
            self._say_screen_after(told)
        elif self.is_on and self._by_plug:
            self._stop(speech)
        elif self.is_on:
            self._context.visit.may_be_overheard = False
            self._tell(self._p("speech", "Headphones are out. Other people may hear this."))

    def tick(self) -> None:
        """Called once a second: nobody counts as idle who listens; the foot shows what is there."""
        speech, now = self._speech, self._monotonic()
        if speech is not None and speech.is_able != self._context.can_speak:
            # What speaks is looked for beside the screens, and may be unplugged.
            self._context.can_speak = speech.is_able
            self._show_keys()
        if self.is_on and speech is not None and speech.is_speaking and now < self._until:
            self.heard_at = now

    def end(self) -> None:
        """Forget what was said, at the end of a visit, and be as before it."""
        self._forget()
        if self._speech is not None:
            self._speech.reset()

    def _forget(self) -> None:
        self._said, self._before, self._shown = (), None, lambda: None
        self._arrived_at, self._opening = None, ()
        self._is_warned = self._is_repeated = self._by_plug = False
        self._until = self.heard_at = 0.0

    def _give_up(self, error: Exception) -> None:
        """Go on without a sound: what cannot be said can still be read."""
        _log.error("speech trouble %s", describe_error(error))
        if self._speech is not None:
            self._stop(self._speech)

    def _can_speak(self, speech: "Speech") -> bool:
        self._context.can_speak = speech.is_able
        return self._context.can_speak

    def _p(self, context: str, message: str) -> str:
        return Texts(self._language(), has_pictures=True).pgettext(context, message)

    def _form_of(self, screen: VisitorScreen) -> "SpokenScreen":
        from kiosk.ui.visitor.spoken import SpokenScreen

        return SpokenScreen(screen, self._language())

    def _language(self) -> str:
        """Return what is spoken: the language of the visit, or English where it has no voice."""
        here = self._context.visit.texts.language
        return here if self._speech is None or self._speech.can_say(here) else ENGLISH

    def _form(self) -> "SpokenScreen | None":
        screen = self._screen()
        return self._form_of(screen) if isinstance(screen, VisitorScreen) else None

    def _switch(self, speech: "Speech") -> None:
        """Begin, or end; a second press at once is a hand that shakes."""
        now = self._monotonic()
        if now - self._switched_at < READ_SECONDS:
            return
        self._switched_at = now
        if self.is_on:
            self._stop(speech)
        else:
            self._begin(by_plug=False)

    def _begin(self, *, by_plug: bool) -> None:
        self._context.visit.is_heard, self._by_plug = True, by_plug
        self._show_keys()
        form, screen = self._form(), self._screen()
        if form is None or not isinstance(screen, VisitorScreen):
            return
        self._shown, self._before = ref(screen), form.snapshot()
        self._arrived_at, self._is_warned = self._monotonic(), False
        self._opening = tuple(self._greeting())
        self._say_arrival(form)

    def _stop(self, speech: "Speech") -> None:
        visit = self._context.visit
        visit.is_heard = visit.may_be_overheard = False
        self._forget()
        speech.reset()
        self._show_keys()

    def _greeting(self) -> "list[Piece]":
        """Return how to choose a language, in each of them, then what the keys of speech do."""
        from kiosk.ui.visitor.spoken import Piece

        context = self._context
        pieces = [Piece(self._p("speech", "Speech is on."))]
        for language in context.languages:
            texts = Texts(language.code, has_pictures=True)
            # Translators: name your language where this says English.
            told = texts.pgettext(
                "speech", "For English press F2, then Tab until you hear English."
            )
            pieces.append(Piece(told, language=language.code))
        pieces += [
            Piece(self._p("speech", "F4 says it again. F5 is slower and F6 is faster.")),
            Piece(self._p("speech", "F7 is softer and F8 is louder. F9 pauses. F3 ends speech.")),
        ]
        return pieces

    def _repeat(self) -> None:
        form = self._form()
        if form is not None:
            self._say(self._said or form.arrival(), form)

    def _say_whole_screen(self) -> None:
        form = self._form()
        if form is not None:
            self._say(form.everything(), form)

    def _change_rate(self, speech: "Speech", step: int) -> None:
        if speech.change_rate(step):
            slower, faster = self._p("speech", "Slower."), self._p("speech", "Faster.")
            self._say_again_after(slower if step < 0 else faster)
        else:
            self._say_again_after(self._p("speech", "That is as far as it goes."))

    def _change_volume(self, speech: "Speech", step: int) -> None:
        if speech.change_volume(step):
            softer, louder = self._p("speech", "Softer."), self._p("speech", "Louder.")
            self._say_again_after(softer if step < 0 else louder)
        else:
            self._say_again_after(self._p("speech", "That is as far as it goes."))

    def _choose_aloud(self, speech: "Speech") -> None:
        """Say what is private to the room too, or leave that again."""
        visit = self._context.visit
        if speech.has_headphones:
            self._say_again_after(self._p("speech", "Only you hear this, by your headphones."))
            return
        visit.may_be_overheard = not visit.may_be_overheard
        if visit.may_be_overheard:
            self._say_screen_after(self._p("speech", "All is said aloud now. F10 ends that."))
        else:
            self._tell(self._p("speech", "What is private is not said aloud any more."))

    def _tell(self, told: str) -> None:
        from kiosk.ui.visitor.spoken import Piece

        form = self._form()
        if form is not None:
            self._say([Piece(told)], form, is_kept=False)

    def _say_again_after(self, told: str) -> None:
        """Say one sentence, then once more what was being said."""
        from kiosk.ui.visitor.spoken import Piece

        form = self._form()
        if form is not None:
            self._say([Piece(told)], form, then=self._said, is_kept=False)

    def _say_screen_after(self, told: str) -> None:
        """Say one sentence, then the screen."""
        from kiosk.ui.visitor.spoken import Piece

        form = self._form()
        if form is not None:
            self._said = tuple(form.arrival())
            self._say([Piece(told)], form, then=self._said, is_kept=False)

    def _say_arrival(self, form: "SpokenScreen") -> None:
        self._is_warned = False
        self._say(self._opening, form, then=form.arrival())

    def _say(
        self,
        pieces: "Sequence[Piece]",
        form: "SpokenScreen",
        *,
        then: "Sequence[Piece]" = (),
        is_kept: bool = True,
    ) -> None:
        """Say pieces and what comes `then`; `is_kept`: whether "again" says them again."""
        from kiosk.ui.visitor.spoken import say_pieces

        speech, visit = self._speech, self._context.visit
        if speech is None:
            return
        pieces = [*pieces, *then]
        if is_kept:
            self._said = tuple(then or pieces)
        may_be_private = speech.has_headphones or visit.may_be_overheard
        if not may_be_private and not self._is_warned and (warning := form.warning()):
            self._is_warned = True
            pieces = [*pieces, *warning]
        said = say_pieces(pieces, form.language, is_private=may_be_private)
        letters = sum(len(one.text) for one in said)
        self.heard_at = now = self._monotonic()
        self._until = now + _PATIENCE + letters / _SLOWEST
        speech.say(said, aloud=visit.may_be_overheard)

    def _show_keys(self) -> None:
        screen = self._screen()
        if isinstance(screen, VisitorScreen):
            screen.show_hints()

    KEYS: "ClassVar[dict[str, Callable[[Narrator, Speech], object]]]" = {
        SWITCH: _switch,
        "f4": lambda self, _: self._repeat(),
        "f5": lambda self, speech: self._change_rate(speech, -1),
        "f6": lambda self, speech: self._change_rate(speech, 1),
        "f7": lambda self, speech: self._change_volume(speech, -1),
        "f8": lambda self, speech: self._change_volume(speech, 1),
        "f9": lambda _, speech: speech.pause(),
        "f10": _choose_aloud,
    }
    """What each key does; none of them types, or does anything else on any screen."""
