"""One visitor's time at the kiosk: what is typed and chosen, and nothing that outlives it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from kiosk.content.languages import Language
from kiosk.content.shaping import needs_shaping
from kiosk.content.translations import Texts, translated_languages
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.callbacks.request import CallbackDraft, CallLanguage
from kiosk.domain.callbacks.wishes import NO_WISHES, OfferedWishes
from kiosk.domain.ids import uuid7
from kiosk.ui.door import Door
from kiosk.ui.theme import DEFAULT_THEME, QUIET

if TYPE_CHECKING:  # the desks bring the database with them, which start-up does not wait for
    from kiosk.content.articles import TakeHome
    from kiosk.domain.callbacks.slips import CentralSlip
    from kiosk.domain.printing import PrintedSlip, PrintJob
    from kiosk.domain.speech import Speech
    from kiosk.usecases.maintenance_desk import MaintenanceDesk
    from kiosk.usecases.visitor_desk import VisitorDesk


DEFAULT_LANGUAGE = "en"
"""The language of a visit until another one is chosen (BCP 47)."""
CONSENT_VERSION = "2026-11"
"""Changes with every change of the consent sentences on the review screen."""
_MOST_REFUSED = 500
"""More tell staff nothing new."""


@dataclass(slots=True)
class CallForm:
    """A callback request while it is being filled in."""

    draft: CallbackDraft
    """The answers so far; its number is the checked one, empty until there is one."""
    phone: str = ""
    """As typed."""
    wait: str = "now"
    """From which day on: now, tomorrow or (next) week."""

    def confirmed(self, ui_language: str, today: date) -> CallbackDraft:
        """Return the request as the visitor confirmed it; `today` is the clinic's date."""
        return replace(
            self.draft,
            not_before=self._not_before(today),
            ui_language=ui_language,
            consent_version=CONSENT_VERSION,
        )

    def _not_before(self, today: date) -> date | None:
        """Return the first day, if not today."""
        if self.wait == "tomorrow":
            return today + timedelta(days=1)
        if self.wait == "week":
            return today + timedelta(days=7 - today.weekday())
        return None

    def wipe(self) -> None:
        """Forget everything that was typed."""
        self.draft, self.phone = CallbackDraft(self.draft.id, b""), ""


CENTRAL_SECONDS = 4.0
"""How long a slip waits for news of the centre before it says that there are none."""


@dataclass(frozen=True, slots=True)
class ShownSlip:
    """The slip that is on view."""

    digits: str = field(repr=False)
    central: "CentralSlip | None" = None
    """What the centre knows of it, once it has answered."""
    has_talk: bool = False
    """Whether a talk is booked while other times are chosen; it stands until staff move it."""


@dataclass(slots=True)
class Visit:
    """The whole state of one visit."""

    texts: Texts = field(default_factory=lambda: Texts(DEFAULT_LANGUAGE))
    theme: str = DEFAULT_THEME
    """A name of `theme.THEMES`."""
    is_large: bool = False
    """Whether every page shows fewer and larger things, with more air."""
    has_more_time: bool = False
    """Whether the visitor has asked for more time: every screen waits ten times as long."""
    form: CallForm | None = None
    join: JoinDraft | None = None
    guest_id: UUID | None = None
    is_first: bool = False
    """Whether a visitor without a pass has ticked that it is their first time."""
    session_id: UUID | None = None
    """The session that a visitor without a pass comes to."""
    pass_text: str = ""
    """The pass whose session is still to be chosen."""
    slip: ShownSlip | None = None
    """The slip that was shown last."""
    reference: str = ""
    """A typed reference, while it is typed."""
    first_name: str = ""
    """A first name for a new pass, while it is typed."""
    slip_job: "PrintJob | None" = None
    """The slip of this visit's request, once it is being printed."""
    is_heard: bool = False
    """Whether the screens are said aloud."""
    may_be_overheard: bool = False
    """Whether the visitor has chosen to have what is private said to the room too."""

    @property
    def is_changed(self) -> bool:
        """Whether language, theme, size, time or speech is not as usual."""
        is_changed = self.is_large or self.has_more_time or self.is_heard
        return is_changed or (self.texts.language, self.theme) != (DEFAULT_LANGUAGE, DEFAULT_THEME)

    @property
    def is_quiet(self) -> bool:
        """Whether the screens are dim, say less, and cover names and numbers."""
        return self.theme == QUIET

    def call_form(self) -> CallForm:
        """Return this visit's request, begun now if it was not before.

        Until another language to speak is chosen, it is the one that the screens are in now.
        """
        if self.form is None:
            code, known = self.texts.language, set(CallLanguage)
            spoken = CallLanguage(code) if code in known else CallLanguage.ENGLISH
            draft = CallbackDraft(_new_id(), secrets.token_bytes(16), call_language=spoken)
            self.form = CallForm(draft)
        return self.form

    def guest_draft(self) -> UUID:
        """Return the id under which a visitor without a pass is counted, once a visit."""
        if self.guest_id is None:
            self.guest_id = _new_id()
        return self.guest_id

    def join_draft(self) -> JoinDraft:
        """Return the new pass of this visit, made once."""
        if self.join is None:
            self.join = JoinDraft(_new_id(), secrets.token_bytes(16))
        return self.join

    def wipe(self) -> None:
        """Forget the visit's contents, so that no object keeps them alive."""
        if self.form is not None:
            self.form.wipe()
        self.form = self.join = self.guest_id = self.session_id = None
        self.slip = self.slip_job = None
        self.is_first = False
        self.pass_text = self.reference = self.first_name = ""


def _new_id() -> UUID:
    return uuid7(datetime.now(UTC), secrets.token_bytes(10))


Stay = Literal["rest", "idle", "receipt", "result", "staff"]
"""How a screen ends by itself.

rest: it stays, but a changed language or theme is put back; idle and receipt: after a warning;
result: after its own short time; staff: without a warning, since nobody should read it.
"""

_MORE_TIME = 10
"""How many times as long every screen waits for a visitor who needs more time (WCAG 2.2, 2.2.1)."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each kind of screen stays, in seconds."""

    idle: float = 60.0
    """Without a key or tap, before the warning."""
    warning: float = 30.0
    """The warning itself, before everything is cleared."""
    result: float = 8.0
    """A result that needs no reading."""
    receipt: float = 120.0
    """A screen with a code to photograph, before the warning."""

    def times(self, factor: int) -> "Timing":
        """Return how long screens stay that all stay `factor` times as long."""
        return Timing(
            self.idle * factor, self.warning * factor, self.result * factor, self.receipt * factor
        )


class IdleStep(Enum):
    """What is due on a screen."""

    NOTHING = auto()
    WARN = auto()
    CLEAR = auto()


def due(stays: Stay, quiet: float, timing: Timing, *, busy: bool) -> IdleStep:
    """Return what is due after `quiet` seconds without a key, tap or scan.

    `busy` is whether a resting screen still shows a visitor's language or theme.
    """
    match stays:
        case "rest":
            return IdleStep.CLEAR if busy and quiet >= timing.idle else IdleStep.NOTHING
        case "result":
            return IdleStep.CLEAR if quiet >= timing.result else IdleStep.NOTHING
        case "staff":
            return IdleStep.CLEAR if quiet >= timing.idle else IdleStep.NOTHING
        case "receipt":
            return IdleStep.WARN if quiet >= timing.receipt else IdleStep.NOTHING
        case "idle":
            return IdleStep.WARN if quiet >= timing.idle else IdleStep.NOTHING


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _utc_today() -> date:
    return _utc_now().date()


@dataclass(frozen=True, slots=True)
class VisitorClinic:
    """What the screens need to know of the clinic; the defaults serve until it is known."""

    today: Callable[[], date] = _utc_today
    """The clinic's date now."""
    now: Callable[[], datetime] = _utc_now
    """The clinic's date and time of the day now."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    country: str = "SG"
    """ISO 3166 code whose phone numbers need no country code."""
    timing: Timing = field(default_factory=Timing)
    repeat_guard: float = 0.0
    """Seconds in which a second stroke of the same key does not count."""
    take_home: "tuple[TakeHome, ...]" = ()
    calling_number: str = ""
    """Where calls come from: a number, "private", or empty where nothing is said of it."""
    wishes: OfferedWishes = NO_WISHES
    """What can be wished for when a call is asked for."""
    has_central: bool = False
    """Whether there is a centre that may know of a slip."""
    public_number: str = ""
    """The clinic's own number, where a slip asks somebody to ring; empty: the counter helps."""
    helplines: str = ""
    """The clinic's own list of helplines, as the content reads it; empty: the shipped one."""
    prints_slips: bool = False
    """Whether a slip printer stands here."""


@dataclass(frozen=True, slots=True)
class VisitorDesks:
    """What a visit needs, once all of it could be opened."""

    desk: "VisitorDesk"
    clinic: VisitorClinic
    helplines: Callable[[], str] = lambda: ""
    """Returns the list of helplines that a manager has published, checked; empty for none."""
    ask_central: "Callable[[str], CentralSlip | None]" = lambda _: None
    """Asks the centre for the request of a slip by its digits; it may wait for the network."""
    print_slip: "Callable[[PrintedSlip], PrintJob] | None" = None
    """Begins to print a slip and returns at once; None without a slip printer."""


@dataclass(frozen=True, slots=True)
class VisitorSide:
    """What stands behind the visitor's screens; it is only used through the door.

    Each part is opened by the question that needs it first. Where that fails the question raises
    KioskError, and the next one tries again.
    """

    open_desks: Callable[[], VisitorDesks]
    open_maintenance: "Callable[[], MaintenanceDesk]"
    """Opens where a visit cannot be made too, for staff need it most then."""
    open_speech: "Callable[[], Speech | None]" = lambda: None
    """Returns what speaks, the same each time; None where the clinic has switched it off."""

    @property
    def desk(self) -> "VisitorDesk":
        """The visitor's desk."""
        return self.open_desks().desk

    @property
    def clinic(self) -> VisitorClinic:
        """What the screens need to know of the clinic."""
        return self.open_desks().clinic

    @property
    def maintenance(self) -> "MaintenanceDesk":
        """The maintenance screen's desk."""
        return self.open_maintenance()

    def print_slip(self, slip: "PrintedSlip") -> "PrintJob | None":
        """Begin to print a slip and return at once; None without a slip printer."""
        begin = self.open_desks().print_slip
        return None if begin is None else begin(slip)

    def helplines(self) -> str:
        """Return the list of helplines that a manager has published, checked; empty for none."""
        return self.open_desks().helplines()

    def ask_central(self, digits: str) -> "CentralSlip | None":
        """Return what the centre knows of a slip, None for nothing; StoreError where it is away."""
        return self.open_desks().ask_central(digits)


@dataclass(slots=True)
class Demo:
    """What only a demo kiosk has."""

    passes: Callable[[], tuple[str, ...]]
    """Returns the digits of the sample passes, for the simulated scan."""
    scans: int = 0
    """How many scans were simulated."""

    def next_pass(self) -> str:
        """Return the digits of the next sample pass, in turn; empty where there is none yet."""
        passes = self.passes()
        self.scans += 1
        return passes[(self.scans - 1) % len(passes)] if passes else ""


@dataclass(slots=True)
class VisitorContext:
    """What the app shares with its screens: the desks, the clinic, and the visit under way."""

    door: Door[VisitorSide]
    demo: Demo | None = None
    clinic: VisitorClinic = field(default_factory=VisitorClinic)
    visit: Visit = field(default_factory=Visit)
    """The visit under way; another one after each end of a visit."""
    languages: tuple[Language, ...] = field(default_factory=translated_languages)
    """What there is to choose from; once the first screen is painted, only what may be offered."""
    out_of_order: str | None = None
    """Why the kiosk is closed to visitors, for staff; empty where staff closed it themselves.

    None while it is open.
    """
    can_speak: bool = False
    """Whether the screens can be said aloud here."""
    has_pictures: bool = False
    """Whether the terminal shows pictures, so that letters which it breaks can be read as such."""
    refused: list[datetime] = field(default_factory=list)
    """When something could not be kept for a visitor, in UTC, until a desk has been told."""

    @property
    def is_open(self) -> bool:
        """Whether visitors can use the kiosk now."""
        return self.out_of_order is None

    @property
    def timing(self) -> Timing:
        """How long the screens of this visit stay."""
        timing = self.clinic.timing
        return timing.times(_MORE_TIME) if self.visit.has_more_time else timing

    def speak(self, language: str) -> None:
        """Show the visit's sentences in `language` (BCP 47) from now on."""
        self.visit.texts = Texts(language, has_pictures=self.has_pictures)

    def readable(self, name: str | None) -> str | None:
        """Return a name, or None where it is not to be seen or would have broken letters."""
        if self.visit.is_quiet:
            return None
        return name if self.has_pictures or not needs_shaping(name or "") else None

    def note_refusal(self) -> None:
        """Take note that something could not be kept for a visitor; nothing about whom or what."""
        if len(self.refused) < _MOST_REFUSED:
            self.refused.append(datetime.now(UTC))
