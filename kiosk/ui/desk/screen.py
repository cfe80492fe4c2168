"""The base of the desk's screens: a head, a body, one sentence, and a line of keys."""

from collections.abc import Iterable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.ui.desk.asking import AskingScreen
from kiosk.ui.desk.messages import Asks, GoesTo, Intent, Question, Want, Wants
from kiosk.ui.desk.places import Place, Spot
from kiosk.ui.desk.words import clock_line
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.keyline import Key, KeyLine
from kiosk.ui.widgets.listing import Listing
from kiosk.ui.widgets.movement import neighbour
from kiosk.ui.widgets.pressable import Pressable
from kiosk.ui.widgets.sheet import SCROLL_KEYS, Sheet
from kiosk.ui.widgets.topline import Ends, TopLine

TOO_SMALL = "Please make this window larger."
_SIGN_OUT, _SIGN_OUT_TYPING = "q", "f10"


class DeskScreen(AskingScreen):
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
    def spot(self) -> Spot | None:
        """What the lock remembers of this screen: never anything about a person."""
        return None if self.place is None else Spot(self.place)

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

    def tell(self, intent: Intent) -> None:
        """Tell the app what happened here."""
        intent.origin = self
        self.post_message(intent)

    def want(self, want: Want) -> None:
        """Tell the app where somebody wants to be."""
        self.tell(Wants(want))

    def go_to(self, place: Place) -> None:
        """Tell the app that a place was chosen."""
        self.tell(GoesTo(Spot(place)))

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
            self.want(Want.BACK)

    def _head(self) -> Ends:
        facts, who = self.host.facts, self.host.who
        time = clock_line(facts.now(), facts.zone)
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
        self.want(Want.SIGN_OUT)

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
