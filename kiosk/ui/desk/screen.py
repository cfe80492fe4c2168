"""The base of the desk's screens: a head, a body, one sentence, and a line of keys."""

from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.desk.messages import (
    Asks,
    DeskIntent,
    DeskWant,
    GoesTo,
    Leaves,
    Place,
    PlaceOf,
    Question,
)
from kiosk.ui.desk.session import ClinicInfo, CurrentUser, DeskSide
from kiosk.ui.desk.text import format_clock_line
from kiosk.ui.door import Door, Trouble
from kiosk.ui.screen import Answer, AskingScreen
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.desk_bars import Ends, Key, KeyLine, TopLine
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.layout import SCROLL_KEYS, Sheet, neighbour
from kiosk.ui.widgets.list import Listing

if TYPE_CHECKING:
    from textual.worker import Worker


_WAIT = "One moment …"
_LONG = 1.0
"""Seconds that nobody wonders about."""


class DeskAskingScreen(AskingScreen[DeskSide]):
    """The base of `DeskScreen`: its way to the desks."""

    _looking: "Worker[None] | None" = None
    _under_way = 0
    """How many questions have no answer yet."""
    _waits_since = 0.0
    """Since when, in seconds of the app's clock."""

    @property
    def host(self) -> "DeskHost":
        """The app, as far as a screen may know it."""
        return cast("DeskHost", self.app)

    @property
    def door(self) -> Door[DeskSide]:
        return self.host.door

    async def ask(self, question: Callable[[DeskSide], Answer]) -> Answer | Trouble:
        """Ask a desk; a right that has gone signs out."""
        if not self._under_way:
            self._waits_since = self.host.monotonic()
        self._under_way += 1
        try:
            answer = await super().ask(question)
        finally:
            self._under_way -= 1
        if not self._under_way and self.said == _WAIT:
            self.say("")
        if isinstance(answer, Trouble) and answer.signed_out:
            self.host.expel(answer.for_staff)
        return answer

    def tell_wait(self) -> None:
        """Say that an answer takes its time, unless something is said already; once a second."""
        waits = self._under_way and self.host.monotonic() - self._waits_since >= _LONG
        if waits and not self.said:
            self.say(_WAIT)

    @property
    def said(self) -> str:
        """The sentence above the keys."""
        lines = self.query("#say").results(Static)
        return "".join(str(line.content) for line in lines)

    def look(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do `work`, which only looks for news, unless it is under way; `once` never waits for it.

        For `tick`: what somebody asks for by a key is not lost behind it.
        """
        if not self.is_gone and (self._looking is None or self._looking.is_finished):
            self._looking = self.run_worker(work())

    def act(
        self,
        question: Callable[[DeskSide], Answer],
        done: str = "",
        then: Callable[[Answer], None] = lambda _answer: None,
    ) -> None:
        """Have a desk do something, say `done` and look again; trouble is said instead."""

        async def work() -> None:
            answer = await self.ask(question)
            if isinstance(answer, Trouble):
                self.say(answer.for_staff)
            else:
                self.say(done)
                then(answer)
                self.come_back()

        self.once(work)

    def come_back(self) -> None:
        """Called when the screen is in front again, after what was shown above it has gone."""


TOO_SMALL = "Please make this window larger."
_SIGN_OUT, _SIGN_OUT_TYPING = "q", "f10"


class DeskScreen(DeskAskingScreen):
    """One thing to see or to do; it tells the app what happened and never what comes next.

    A screen gives `heading`, `body` and `keys`. It asks a desk by `once(self._work)`, whose
    coroutine awaits `ask`; never from a message handler, which would hold up the keys.
    """

    AUTO_FOCUS = "Listing, Field, Pressable"
    place: ClassVar[Place | None] = None
    """Where the lock leads back to; None: to the nearest place under this screen."""
    has_way_back: bool = True
    every: ClassVar[int] = 0
    """Seconds between two looks for news while it is in front; 0: it never does."""
    _ticks: int = 0

    @property
    def spot(self) -> PlaceOf | None:
        """What the lock remembers of this screen: never anything about a person."""
        return None if self.place is None else PlaceOf(self.place)

    def heading(self) -> str:
        """The screen's title."""
        return ""

    def lead(self) -> str:
        """One sentence under the title, or empty."""
        return ""

    def body(self) -> Iterable[Widget]:
        """What the screen is about."""
        return ()

    def keys(self) -> Iterable[Key]:
        """The keys of this screen beside Esc and Q; call `rekey` when they change."""
        return ()

    def take_letter(self, letter: str) -> bool:
        """Do what a lower-case letter means here although it is no key; say whether it does."""
        for pressable in self.query(Pressable):
            if pressable.letter.lower() == letter:
                pressable.press()
                return True
        return False

    def tick(self) -> None:
        """Once a second while the screen is in front; ask nothing that costs, see `look`."""
        self._ticks += 1
        if self.every and self._ticks % self.every == 0:
            self.look_again()

    def look_again(self) -> None:
        """Look for news, `every` so many seconds; by default as if one came back to it."""
        self.come_back()

    def compose(self) -> ComposeResult:
        yield TopLine(self._head())
        with Vertical(id="middle"):
            with Sheet(id="page"):
                yield Static(self.heading(), id="heading", markup=False)
                yield Static(self.lead(), id="lead", markup=False)
                yield from self.body()
            yield Static("", id="say", markup=False)
        yield Static(TOO_SMALL, id="small", markup=False)
        yield KeyLine(self._all_keys())

    @property
    def typing(self) -> bool:
        """Whether letters go into a field now."""
        return isinstance(self.focused, Field)

    def tell(self, intent: DeskIntent) -> None:
        """Tell the app what happened here."""
        intent.origin = self
        self.post_message(intent)

    def want(self, want: DeskWant) -> None:
        """Tell the app where somebody wants to be."""
        self.tell(Leaves(want))

    def go_to(self, place: Place) -> None:
        """Tell the app that a place was chosen."""
        self.tell(GoesTo(PlaceOf(place)))

    def put(self, question: Question) -> None:
        """Ask for a choice or a line above this screen; `question.then` gets the answer."""
        self.tell(Asks(question))

    def rehead(self) -> None:
        """Show the heading and the lead as they are now."""
        for name, words in (("#heading", self.heading()), ("#lead", self.lead())):
            for line in self.query(name):
                line.display = bool(words)
            self.say(words, name)

    def rekey(self) -> None:
        """Show the keys as they are now."""
        for line in self.query(KeyLine):
            line.show_keys(self._all_keys())

    def retime(self) -> None:
        """Show the time as it is now, and who is signed in."""
        for line in self.query(TopLine):
            line.show(self._head())

    def escape(self) -> None:
        """What Esc does; by default one place back."""
        if self.has_way_back:
            self.want(DeskWant.BACK)

    def _head(self) -> Ends:
        facts, who = self.host.facts, self.host.who
        time = format_clock_line(facts.now(), facts.zone)
        clinic = facts.clinic or "kiosk"
        if who is None:
            return Ends(clinic, time, time)
        roles = ", ".join(sorted(who.roles))
        return Ends(clinic, f"{who.login} ({roles}) · {time}", f"{who.login} · {time}")

    def _all_keys(self) -> list[Key]:
        typing = self.typing
        keys = [key for key in self.keys() if not (typing and key.types)]
        if self.has_way_back:
            keys.append(Key("escape", "Back", self.escape))
        if self.host.who is not None:
            name = _SIGN_OUT_TYPING if typing else _SIGN_OUT
            keys.append(Key(name, "Sign out", self._sign_out))
        return keys

    def _sign_out(self) -> None:
        self.want(DeskWant.SIGN_OUT)

    def on_mount(self) -> None:
        self.rehead()

    def on_descendant_focus(self) -> None:
        self.rekey()

    def on_descendant_blur(self) -> None:
        self.rekey()

    @on(KeyLine.Clicked)
    def click_key(self, event: KeyLine.Clicked) -> None:
        """Do what the clicked key does."""
        self._press(event.key)

    def _press(self, key: Key) -> None:
        self.say("")
        key.do()

    def on_key(self, event: events.Key) -> None:
        typing = self.typing
        name = (event.character or "").lower() or event.key
        name = event.key if event.key in ("enter", "escape", "space", "f10") else name
        for key in self._all_keys():
            # In a field Enter is the field's: it tells the screen by Input.Submitted.
            if key.name == name and not (typing and name == "enter"):
                event.stop()
                self._press(key)
                return
        if not typing and event.character and self.take_letter(event.character.lower()):
            event.stop()
        elif event.key in ("up", "down") or (event.key in ("left", "right") and not typing):
            event.stop()
            target = neighbour(self, event.key)
            if target is not None:
                target.focus()
        elif not typing and event.key in SCROLL_KEYS:
            event.stop()
            for sheet in self.query(Sheet):
                sheet.scroll_by_key(event.key)

    @on(Listing.Moved)
    def follow_cursor(self) -> None:
        """The keys may depend on what stands under the cursor."""
        self.rekey()


class DeskHost(Protocol):
    """The app, as its screens know it."""

    door: Door[DeskSide]
    """The way to the desks."""
    facts: ClinicInfo
    """What is known of the clinic."""
    who: CurrentUser | None
    """Who is signed in."""

    last_activity: float
    """When the last key or tap came, in seconds of `monotonic`."""

    def monotonic(self) -> float:
        """Give seconds of the clock that waits are counted by."""
        ...

    def expel(self, sentence: str) -> None:
        """Sign out at once, since a desk says that the account may no longer work here."""
        ...
