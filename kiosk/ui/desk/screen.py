"""The base of the desk's screens: a head, a body, one sentence, and a line of keys."""

import time
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.printing import PrintJob
from kiosk.ui.desk.messages import (
    Asks,
    DeskIntent,
    Exit,
    Finished,
    GoesTo,
    Leaves,
    Maker,
    Opens,
    Place,
    PlaceOf,
    Question,
)
from kiosk.ui.desk.session import ClinicInfo, CurrentUser, DeskSide, OpenDeskSide
from kiosk.ui.desk.text import describe_refusal, format_clock_line
from kiosk.ui.door import Door, Trouble
from kiosk.ui.screen import Answer, AskingScreen, TimedApp
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.desk_bars import Ends, Key, KeyLine, TopLine
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.layout import SCROLL_KEYS, Sheet, neighbour
from kiosk.ui.widgets.list import Listing

if TYPE_CHECKING:
    from textual.worker import Worker


Row = TypeVar("Row")
TOO_SMALL = "Please make this window larger."
_SIGN_OUT, _SIGN_OUT_TYPING = "q", "f10"
_WAYS_OUT = frozenset({"escape", _SIGN_OUT, _SIGN_OUT_TYPING})
"""These keys mean the same on every screen."""
_WAIT = "One moment …"
_LONG = 1.0
"""Seconds that nobody wonders about."""


class StaffApp(TimedApp):
    """An app that staff sign in to, as its screens know it."""

    def __init__(self, boot: OpenDeskSide, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` returns seconds of the clock that waits are counted by."""
        super().__init__(monotonic)
        self.door: Door[DeskSide] = Door(boot)
        """The way to the desks."""
        self.clinic = ClinicInfo()
        self.who: CurrentUser | None = None
        """Who is signed in."""

    def follow_printing(self, job: PrintJob) -> None:
        """Show what becomes of a job on whatever screen is in front by then."""
        raise NotImplementedError

    def expel(self, sentence: str) -> None:
        """Sign out, since a desk has answered that the account may no longer work here."""
        raise NotImplementedError


class DeskScreen(AskingScreen[DeskSide]):
    """One thing to see or to do.

    A screen has `heading`, `body` and `keys`. It asks a desk by `once(self._work)`, whose
    coroutine awaits `ask`; never from a message handler, which would hold up the keys. It opens
    the screens of its own folder by `open`, and those of others by `go_to`.
    """

    AUTO_FOCUS = "Listing, Field, Pressable"
    place: ClassVar[Place | None] = None
    """Where the lock leads back to; None: to the nearest place under this screen."""
    has_way_back: bool = True
    every: ClassVar[int] = 0
    """Seconds between two polls while it is in front; 0: it never polls."""
    _ticks: int = 0
    _polling: "Worker[None] | None" = None
    _under_way = 0
    """How many questions have no answer yet."""
    _waits_since = 0.0
    """Since when, in seconds of the app's clock."""

    @property
    def desk(self) -> StaffApp:
        """The app, as far as a screen may know it."""
        return cast("StaffApp", self.app)

    @property
    def door(self) -> Door[DeskSide]:
        return self.desk.door

    @property
    def clinic(self) -> ClinicInfo:
        """What is known of the clinic."""
        return self.desk.clinic

    @property
    def who(self) -> CurrentUser | None:
        """Who is signed in."""
        return self.desk.who

    @property
    def route(self) -> PlaceOf | None:
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
        """Do what a lower-case letter means here although it is no key; return whether it did."""
        for pressable in self.query(Pressable):
            if pressable.letter.lower() == letter:
                pressable.press()
                return True
        return False

    def take_scan(self, text: str) -> None:
        """Do what a scanned code means here; by default nothing. Never log it."""

    async def ask(self, question: Callable[[DeskSide], Answer]) -> Answer | Trouble:
        """Return a desk's answer; sign out where the account may no longer work here."""
        if not self._under_way:
            self._waits_since = self.desk.monotonic()
        self._under_way += 1
        try:
            answer = await super().ask(question)
        finally:
            self._under_way -= 1
        if not self._under_way and self.sentence == _WAIT:
            self.say("")
        if isinstance(answer, Trouble) and answer.signed_out:
            self.desk.expel(answer.for_staff)
        return answer

    def act(
        self,
        question: Callable[[DeskSide], Answer],
        done: str = "",
        then: Callable[[Answer], None] = lambda _answer: None,
    ) -> None:
        """Have a desk do something once; show `done`, call `then` and read again.

        Trouble and a refusal are shown instead.
        """

        async def work() -> None:
            answer = await self.ask(question)
            if isinstance(answer, Trouble):
                self.say(answer.for_staff)
            elif why_not := describe_refusal(answer):
                self.say(why_not)
            else:
                self.say(done)
                then(answer)
                self.come_back()

        self.once(work)

    def print_by(self, make: Callable[[DeskSide], PrintJob]) -> None:
        """Have a desk begin to print; no screen waits for the printer."""

        async def work() -> None:
            job = await self.ask(make)
            if isinstance(job, Trouble):
                self.say(job.for_staff)
            else:
                self.desk.follow_printing(job)

        self.once(work)

    @property
    def unkept(self) -> Callable[[DeskSide], object] | None:
        """Has a desk keep what was typed here and is not kept yet; None where there is nothing.

        The lock, which asks nobody, does it.
        """
        return None

    @property
    def sentence(self) -> str:
        """The sentence above the keys."""
        lines = self.query("#say").results(Static)
        return "".join(str(line.content) for line in lines)

    def current_row(self, kind: type[Row]) -> Row | None:
        """Return the row under the cursor of this screen's list, where it is one of `kind`."""
        rows = (listing.current for listing in self.query(Listing))
        return next((row for row in rows if isinstance(row, kind)), None)

    def choose_row(self) -> None:
        """Choose the row under the cursor, as Enter does on the list itself."""
        self.query_one(Listing).choose()

    def come_back(self) -> None:
        """Called when the screen is in front again, after what was shown above it has gone."""

    def tick(self) -> None:
        """Once a second while the screen is in front; it may `poll`, and asks nothing itself."""
        self._ticks += 1
        if self.every and self._ticks % self.every == 0:
            self.poll_again()

    def poll_again(self) -> None:
        """Called `every` so many seconds; by default as if the screen came to the front again."""
        self.come_back()

    def poll(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do `work`, which only reads, unless it is under way; `once` never waits for it.

        So what a person asks for by a key is not lost behind it.
        """
        if not self.is_detached and (self._polling is None or self._polling.is_finished):
            self._polling = self.run_worker(work())

    def show_wait(self) -> None:
        """Show that an answer takes its time, unless a sentence is there; called once a second."""
        waits = self._under_way and self.desk.monotonic() - self._waits_since >= _LONG
        if waits and not self.sentence:
            self.say(_WAIT)

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

    def post(self, intent: DeskIntent) -> None:
        """Post to the app what happened here."""
        intent.origin = self
        self.post_message(intent)

    def open(self, make: Maker, *, instead: bool = False) -> None:
        """Show another screen of this folder above this one, or in its place."""
        self.post(Opens(make, instead=instead))

    def go_to(self, target: PlaceOf) -> None:
        """Show a place above this screen."""
        self.post(GoesTo(target))

    def finish(self, sentence: str, levels: int = 1) -> None:
        """Go back so many screens; the one that is in front then shows `sentence`."""
        self.post(Finished(sentence, levels))

    def leave(self, exit_: Exit) -> None:
        """Leave this screen."""
        self.post(Leaves(exit_))

    def pose(self, question: Question) -> None:
        """Ask for a choice or a line above this screen; `question.then` gets the answer."""
        self.post(Asks(question))

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
            self.leave(Exit.BACK)

    def _head(self) -> Ends:
        clinic, who = self.clinic, self.who
        clock = format_clock_line(clinic.now(), clinic.zone)
        name = clinic.name or "kiosk"
        if who is None:
            return Ends(name, clock, clock)
        roles = ", ".join(sorted(who.roles))
        return Ends(name, f"{who.login} ({roles}) · {clock}", f"{who.login} · {clock}")

    def _all_keys(self) -> list[Key]:
        typing = self.typing
        keys = [key for key in self.keys() if not (typing and key.types)]
        if self.has_way_back:
            keys.append(Key("escape", "Back", self.escape))
        if self.who is not None:
            name = _SIGN_OUT_TYPING if typing else _SIGN_OUT
            keys.append(Key(name, "Sign out", self._sign_out))
        return keys

    def _sign_out(self) -> None:
        self.leave(Exit.SIGN_OUT)

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
                since = self.query_one(KeyLine).changed_at(name)
                if self.takes_presses(since) or name in _WAYS_OUT:
                    self._press(key)
                return
        if not typing and event.character and self.take_letter(event.character.lower()):
            event.stop()
        elif event.key in ("up", "down") or (event.key in ("left", "right") and not typing):
            event.stop()
            for sheet in self.query(Sheet):
                sheet.scroll_by_arrow(event.key)
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
