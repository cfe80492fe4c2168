"""The base of the visitor's screens, and the messages by which they lead to others.

A screen posts what happened and never what comes next. It does so by messages, not by calls: the
app takes screens away in a turn of its own, and one that waited in its own handler until it is
taken away would wait for itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static
from typing_extensions import override

from kiosk.content.languages import Language, find_language
from kiosk.content.shaping import drawing_problem
from kiosk.content.translations import Texts
from kiosk.ui.door import Door, Trouble
from kiosk.ui.screen import AskingScreen
from kiosk.ui.terminal.messages import Scanned
from kiosk.ui.visitor.codes import CodeWriter
from kiosk.ui.visitor.text import describe_limit
from kiosk.ui.visitor.visit import Stay, Visit, VisitorContext, VisitorSide
from kiosk.ui.widgets.buttons import Action, Actions, Pressable, Tile
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.large_text import LargeText, PageRole
from kiosk.ui.widgets.layout import SCROLL_KEYS, Sheet, neighbour
from kiosk.ui.widgets.qr import QrCode
from kiosk.ui.widgets.touch_keyboard import DELETE, KeyLayout, TouchKeys, name_layouts
from kiosk.ui.widgets.visitor_bar import Bar, Labels, Part

if TYPE_CHECKING:
    from kiosk.content.articles import Article
    from kiosk.domain.attendance.check_in import CheckInOutcome, Joined, Session
    from kiosk.domain.callbacks.request import CallLanguage, Receipt


class VisitorRoute(Enum):
    """Where a screen can lead, apart from what is chosen on it or answered by a desk."""

    BACK = auto()
    """The screen before this one."""
    FINISH = auto()
    """Home, with everything cleared."""
    NEXT = auto()
    """The next step of a form."""
    STAY = auto()
    """What a warning, a notice or the poster covers."""
    COVER = auto()
    """A poster that tells nothing; the visit is over."""
    MORE_TIME = auto()
    """The same, and every screen of this visit waits ten times as long."""
    HELP = auto()
    LANGUAGE = auto()
    READ = auto()
    CALL = auto()
    GROUPS = auto()
    TAKE_HOME = auto()
    KEEP = auto()
    NO_PHONE = auto()
    WITHDRAW = auto()
    NOTE_KEPT = auto()
    """The one answer to a typed reference."""
    OTHER_TIMES = auto()
    """Other times for the request of the slip that is on view."""
    TIMES_KEPT = auto()
    STAFF = auto()
    MAINTENANCE = auto()
    CLOSED = auto()
    """The kiosk is out of order from now on."""
    OPEN = auto()
    """The kiosk is in order again."""
    EXIT = auto()
    """The end of the program."""


class VisitorIntent(Message):
    """Something a visitor did on a screen."""

    origin: "VisitorScreen | None" = None
    """The screen it happened on; once that has gone, as after a double press, the app ignores it.

    None where a desk has done something by then, which is to be shown in any case.
    """


class GoTo(VisitorIntent):
    """The visitor wants to be somewhere else."""

    def __init__(self, route: VisitorRoute) -> None:
        super().__init__()
        self.route = route


class Chosen(VisitorIntent):
    """The visitor has chosen one of what the screen offers."""

    def __init__(self, choice: "Session | Article | Language | CallLanguage") -> None:
        super().__init__()
        self.choice = choice
        """A `Language` is for the screens, a `CallLanguage` for a call."""


class CodeWanted(VisitorIntent):
    """The visitor wants to photograph a code."""

    def __init__(self, write: CodeWriter) -> None:
        super().__init__()
        self.write = write


class Received(VisitorIntent):
    """A desk has answered."""

    def __init__(self, answer: "CheckInOutcome | Joined | Receipt | Trouble") -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Covered:
    """How a text is said that the room must not hear."""

    private: str
    """Where nobody else hears it."""
    public: str
    """Where others may hear: nothing of what is private."""


class Position(NamedTuple):
    """Where a visitor is on a screen, whatever language it is in."""

    focus: int | None
    """The place in the order of what can have the focus, if anything has it."""
    cursor: int
    """In the field that has the focus."""
    read: float
    """How much of the page lies above, as a part of what can be scrolled."""


COVER = "f11"
"""Ends the visit behind a poster that tells nothing, on every screen."""
SIMULATED_SCAN = "f12"
"""Scans a sample pass on a demo kiosk, and does nothing elsewhere."""


class VisitorScreen(AskingScreen[VisitorSide]):
    """One question or one answer; it posts what happened and never what comes next."""

    AUTO_FOCUS = "Field, Pressable"
    stays: Stay = "idle"
    may_be_larger: ClassVar[bool] = True
    """Whether it has a larger layout, of which a part may lie below the screen."""
    pages_tiles = False
    """Whether drawn tiles may take several pages; never where all must be seen at once."""
    context: VisitorContext
    """What the app shares; set by `prepare` before the screen is shown."""

    def prepare(self, context: VisitorContext, size: Size, *, touch: bool) -> None:
        """Make ready to be shown in `size` cells; `touch`: whether the visitor uses touch."""
        self.context = context
        self.set_class(touch, "-touch")
        self.set_class(self.visit.texts.draws_cells and not drawing_problem(), "-cells")
        self.follow_display()
        self.dress(size)

    def follow_display(self) -> None:
        """Take the classes of how this visit is shown."""
        self.set_class(self.visit.is_quiet, "-quiet")
        self.set_class(self.visit.is_large and self.may_be_larger, "-large")

    @property
    def draws_letters(self) -> bool:
        """Whether sentences are drawn in cells beside the English ones."""
        return self.has_class("-cells")

    @property
    def door(self) -> Door[VisitorSide]:
        return self.context.door

    @property
    def visit(self) -> Visit:
        """The visit under way."""
        return self.context.visit

    def _(self, message: str) -> str:
        """Return `message` in the visit's language."""
        return self.visit.texts.gettext(message)

    def brief(self, usual: str, quiet: str = "") -> str:
        """Return what tells the room less where the visitor wants that, else what is usual."""
        return quiet if self.visit.is_quiet else usual

    def post_intent(self, intent: VisitorIntent) -> None:
        """Send what a visitor did here to the app."""
        intent.origin = self
        self.post_message(intent)

    def refuse(self) -> None:
        """Say that a desk could not keep something, and take note of it for staff."""
        self.context.note_refusal()
        self.say(self._("This could not be kept just now. Please ask at the counter."))

    def go_to(self, route: VisitorRoute) -> None:
        """Ask the app for another screen."""
        self.post_intent(GoTo(route))

    def again(self) -> "Maker | None":
        """Return what makes a screen that knows what this one has learnt, if it has anything."""
        return None

    def position(self) -> Position:
        """Return where the visitor is on the screen."""
        focused, chain = self.focused, self.focus_chain
        sheet = next(iter(self.query(Sheet)), None)
        return Position(
            chain.index(focused) if focused in chain else None,
            focused.cursor_position if isinstance(focused, Field) else 0,
            sheet.scroll_y / sheet.max_scroll_y if sheet and sheet.max_scroll_y else 0.0,
        )

    def go_on_at(self, position: Position) -> None:
        """Bring the visitor back to where they were, once the screen is laid out."""
        self.call_after_refresh(self._go_on_at, position)

    def _go_on_at(self, position: Position) -> None:
        chain = self.focus_chain
        if position.focus is None:
            self.set_focus(None)
        elif position.focus < len(chain):
            self.set_focus(chain[position.focus], scroll_visible=False)
            if isinstance(self.focused, Field):
                self.focused.cursor_position = position.cursor
        for sheet in self.query(Sheet):
            sheet.scroll_to(y=round(position.read * sheet.max_scroll_y), animate=False)

    def heading(self) -> str:
        """The screen's title."""
        return ""

    def lead(self) -> str:
        """One sentence under the title, or empty."""
        return ""

    def large_heading(self) -> str:
        """The title as it is drawn beside the written one; empty where it is not."""
        return self.visit.texts.large(self.heading())

    def large_lead(self) -> str:
        """The sentence under the title, likewise."""
        return self.visit.texts.large(self.lead())

    def body(self) -> Iterable[Widget]:
        """What the screen is about."""
        return ()

    def covered(self, _said: Texts) -> dict[str, Covered]:
        """Return which texts the room must not hear, by how they are shown; fields aside.

        `_said`: the sentences that are said only, in the language that is spoken.
        """
        return {}

    @property
    def is_result(self) -> bool:
        """Whether it says what has been done, which is said twice."""
        return False

    def tick(self) -> None:
        """Called once a second while the screen is in front; it asks no desk."""

    def steps(self) -> Iterable[Action]:
        """The actions beside "Back", the most important one primary."""
        return ()

    def below(self) -> Iterable[Widget]:
        """Actions and the on-screen keyboard, between the body and the foot."""
        yield Actions(
            Action(self._("Back"), letter="B", id="back"),
            *self.steps(),
            *self._show_action(),
            self._more_action(),
        )

    def _show_action(self) -> Iterable[Action]:
        """Offer to show what is typed where it is covered, once there is something."""
        if self.visit.is_quiet:
            show = Action(self._("Show it"), id="show-typed", apart=True)
            show.display = False
            yield show

    def _more_action(self) -> Action:
        """Return the action that shows the rest of a page, hidden until there is one."""
        more = Action(self._("More"), id="more")
        more.display = False
        return more

    def name_layouts(self) -> tuple[KeyLayout, ...]:
        """Return how names are written on the screen's keyboard in this visit."""
        language = self.visit.texts.language
        return name_layouts(language, draws_tamil=self.context.has_pictures)

    def compose(self) -> ComposeResult:
        yield from self.page()
        yield from self.below()
        yield from self.foot()

    def page(self) -> ComposeResult:
        """The heading and the body, which scroll where they do not fit."""
        with Sheet(id="page") as sheet:
            sheet.pages_tiles = self.pages_tiles
            if self.large_heading():
                yield LargeText(self.large_heading(), PageRole.HEADING)
            if self.heading():
                yield Static(self.heading(), id="heading", markup=False)
            if self.large_lead():
                yield LargeText(self.large_lead(), PageRole.LEAD)
            if self.lead():
                yield Static(self.lead(), id="lead", markup=False)
            for widget in self.body():
                if isinstance(widget, Tile):
                    widget.large = widget.large or self.visit.texts.large(widget.title)
                if isinstance(widget, Field):
                    widget.password = widget.is_secret or self.visit.is_quiet
                yield widget

    def foot(self) -> Iterable[Widget]:
        """The same three things on every screen."""
        too_small = self._("Please ask at the counter.")
        bar = Bar(self._bar_labels(typing=False), self._other_languages(), too_small=too_small)
        bar.note(self.limit())
        bar.hint(self._key_hints())
        yield bar

    def limit(self) -> tuple[str, ...]:
        """When the screen clears by itself, in longer and in shorter words; empty for never."""
        return describe_limit(self.stays, self.context)

    def show_hints(self) -> None:
        """Show which keys speech has now, and when the screen clears."""
        for bar in self.query(Bar):
            bar.note(self.limit())
            bar.hint(self._key_hints())

    def hide_label(self) -> str:
        """What the key `COVER` does, in a word."""
        return self._("Hide")

    def _key_hints(self) -> tuple[str, ...]:
        """Return the keys of speech in a line, the longest choice of them first.

        While it is off, the key stands there too that hides the screen.
        """
        pgettext = self.visit.texts.pgettext
        hide = f"F11 {self.hide_label()}"
        if not self.context.can_speak:
            return (hide,)
        if not self.visit.is_heard:
            speech = f"F3 {pgettext('speech', 'Speech')}"
            return f"{speech} · {hide}", speech
        keys = (
            f"F3 {pgettext('speech', 'Silence')}",
            f"F4 {pgettext('speech', 'Again')}",
            f"F5 {pgettext('speech', 'Slower')}",
            f"F6 {pgettext('speech', 'Faster')}",
            f"F7 {pgettext('speech', 'Softer')}",
            f"F8 {pgettext('speech', 'Louder')}",
            f"F9 {pgettext('speech', 'Pause')}",
            f"F10 {pgettext('speech', 'Aloud')}",
        )
        return tuple(" · ".join(keys[:count]) for count in range(len(keys), 0, -1))

    def _other_languages(self) -> tuple[tuple[str, str], ...]:
        """Return the code and the name of each language that the screens are not in now."""
        here = self.visit.texts.language
        has_pictures = self.context.has_pictures
        return tuple(
            (one.code, one.own_name if has_pictures else one.plain_name)
            for one in self.context.languages
            if one.code != here
        )

    def _bar_labels(self, *, typing: bool) -> Labels:
        help_key, language_key = ("F1", "F2") if typing else ("H", "L")
        help_now = f"{help_key}  {self._('Help now')}"
        name = self._("Language")
        language: tuple[str, ...] = (
            f"{language_key}  {name}", f"{language_key} {name}", language_key,
        )  # fmt: skip
        if self.context.demo is not None:
            mark = self._("demo")
            language = tuple(f"{mark} · {label}" for label in language)
        return {
            "help": (help_now,),
            "language": language,
            "finish": (f"Esc  {self._('Finish and clear')}", f"Esc  {self._('Finish')}"),
        }

    def relabel_bar(self) -> None:
        """Show in the foot what it leads to now."""
        typing = isinstance(self.focused, Field)
        for bar in self.query(Bar):
            bar.relabel(self._bar_labels(typing=typing), self._other_languages())

    @on(Bar.Tapped)
    def tap_bar(self, event: Bar.Tapped) -> None:
        """Go where the tapped part of the foot leads; to help at once."""
        if event.part != "help" and not self.takes_presses():
            return
        if event.code:
            self.post_intent(Chosen(find_language(event.code)))
            return
        routes: dict[Part, VisitorRoute] = {
            "help": VisitorRoute.HELP,
            "language": VisitorRoute.LANGUAGE,
            "finish": VisitorRoute.FINISH,
        }
        self.go_to(routes[event.part])

    @on(TouchKeys.Typed)
    def type_by_touch(self, event: TouchKeys.Typed) -> None:
        """Put a tapped key into the field, wherever the focus is."""
        field = self.query_one(Field)
        field.focus()
        if event.key == DELETE:
            field.action_delete_left()
        elif event.instead_of:
            end = field.cursor_position
            field.replace(event.key, end - event.instead_of, end)
        else:
            field.insert_text_at_cursor(event.key)

    @on(Input.Changed)
    def offer_characters(self, event: Input.Changed) -> None:
        """Have the keyboard offer what fits the text before the cursor."""
        offers = any(layout.offer is not None for layout in self.name_layouts())
        # Each look-up of widgets would cost every key a tenth of its paint.
        for keys in self.query(TouchKeys) if offers else ():
            keys.follow(event.input.value[: event.input.cursor_position])

    @on(Input.Changed)
    def offer_to_show(self) -> None:
        """Offer to show what is typed, in the place of what else stands apart."""
        if self.visit.is_quiet and self.query("#show-typed"):
            typed = any(field.value and not field.is_secret for field in self.query(Field))
            for action in self.query("Actions > .-apart"):
                action.display = typed == (action.id == "show-typed")

    @on(Pressable.Pressed, "#show-typed")
    def show_typed(self, event: Pressable.Pressed) -> None:
        """Show what is typed, or cover it again."""
        field = self.query_one(Field)
        field.password = not field.password
        event.pressable.title = self._("Show it") if field.password else self._("Cover it")
        event.pressable.refresh()
        field.post_message(Field.Changed(field, field.value))

    @on(Pressable.Pressed, "#back")
    def go_back(self) -> None:
        """Go one screen back."""
        self.go_to(VisitorRoute.BACK)

    @on(Pressable.Pressed, "#more")
    def read_on(self) -> None:
        """Show more of a long text."""
        for sheet in self.query(Sheet):
            sheet.read_on()

    def on_mount(self) -> None:
        self.set_class(bool(self.query(TouchKeys)), "-keys")
        self.offer_to_show()
        if self.draws_letters or self.visit.is_large:
            # The focus, which comes first, must not scroll a drawn or distant heading away.
            for sheet in self.query(Sheet):
                self.call_after_refresh(sheet.scroll_home, animate=False)

    @on(Sheet.Measured)
    def measure(self) -> None:
        """Offer what fits the page, once the new layout is there."""
        self.call_after_refresh(self._offer_more)

    def _offer_more(self) -> None:
        """Show "More" only where the page is longer than the screen."""
        for action in self.query("#more"):
            action.display = any(sheet.overflows for sheet in self.query(Sheet))

    def on_descendant_focus(self) -> None:
        self.relabel_bar()

    on_descendant_blur = on_descendant_focus

    def on_key(self, event: events.Key) -> None:
        typing = isinstance(self.focused, Field)
        route = self._route_of(event, typing=typing)
        if route is not None:
            event.stop()
            self.go_to(route)
        elif event.key == SIMULATED_SCAN:
            self._simulate_scan()
        elif event.key in ("up", "down") or (event.key in ("left", "right") and not typing):
            event.stop()
            self._move(event.key)
        elif not typing and event.key in SCROLL_KEYS:
            event.stop()
            for sheet in self.query(Sheet):
                sheet.scroll_by_key(event.key)
        elif not typing and event.character:
            self._press_letter(event)

    def _move(self, direction: str) -> None:
        """Move the focus that way, or the text where there is nothing to focus."""
        if any(sheet.scroll_by_arrow(direction) for sheet in self.query(Sheet)):
            return
        target = neighbour(self, direction)
        if target is not None:
            target.focus()
            self.show_focus(target)

    def _simulate_scan(self) -> None:
        """Scan the next sample pass, as a scanner would (demo only)."""
        digits = self.context.demo.next_pass() if self.context.demo is not None else ""
        if digits:
            self.app.post_message(Scanned(digits))

    def _route_of(self, event: events.Key, *, typing: bool) -> VisitorRoute | None:
        """Return where a key leads that means the same on every screen; None for other keys."""
        letter = "" if typing else (event.character or "").upper()
        if event.key == "escape":
            return VisitorRoute.FINISH
        if event.key == "f1" or letter == "H":
            return VisitorRoute.HELP
        if event.key == "f2" or letter == "L":
            return VisitorRoute.LANGUAGE
        return None

    def _press_letter(self, event: events.Key) -> None:
        letter = (event.character or "").upper()
        for pressable in self.query(Pressable):
            if pressable.letter and pressable.letter == letter:
                event.stop()
                pressable.press()
                return


Maker = Callable[[], VisitorScreen]
"""Makes a screen afresh; screens are never used twice."""


class _Caption(Static):
    """A sentence under a code, as wide as the code."""

    @override
    def get_content_width(self, container: Size, viewport: Size) -> int:
        return self.screen.query_one(QrCode).get_content_width(container, viewport)


class BesideCodeScreen(VisitorScreen):
    """The base of every screen that shows a code; the code stands on the right."""

    stays: Stay = "receipt"

    def code(self) -> QrCode:
        """The code on the right."""
        raise NotImplementedError

    def caption(self) -> str:
        """One sentence under the code, or empty."""
        return ""

    def compose(self) -> ComposeResult:
        with Horizontal(id="split"):
            with Vertical(id="left"):
                yield from self.page()
                yield from self.below()
            with Vertical(id="right"):
                yield self.code()
                if self.caption():
                    yield _Caption(self.caption(), id="caption", markup=False)
        yield from self.foot()

    def on_resize(self) -> None:
        # What is too small for the code shows the same content in plain characters.
        for code in self.query(QrCode):
            self.set_class(not code.has_room(self.size), "-no-code")

    def below(self) -> ComposeResult:
        yield Actions(Action(self._("Back"), letter="B", id="back"), self._more_action())
