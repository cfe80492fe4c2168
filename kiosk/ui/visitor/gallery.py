"""Every screen of the visitor's kiosk as a picture, with the sentences that stand on it.

For reviewers of a language. No clinic is opened; who and what the screens show is made up.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from typing_extensions import override

from kiosk.content.articles import TakeHome, articles
from kiosk.content.translations import Texts
from kiosk.domain.attendance.check_in import (
    AlreadyHere,
    CheckedIn,
    GuestWelcomed,
    JoinDraft,
    Joined,
    NothingOpen,
    ScannerWorks,
    ScanProblem,
    Session,
    SessionsToday,
)
from kiosk.domain.callbacks.request import CallbackDraft, Receipt
from kiosk.domain.callbacks.slips import HalfDay, RequestPhase, SlipNews, SlipState
from kiosk.domain.callbacks.wishes import OfferedWishes, Wish
from kiosk.domain.passes import SECRET_BYTES, CodeKind, encode
from kiosk.domain.phones import PhoneProblem
from kiosk.domain.text import NameProblem
from kiosk.errors import SetupError
from kiosk.ui.door import Door
from kiosk.ui.screen import TimedApp
from kiosk.ui.theme import theme_names
from kiosk.ui.visitor.codes import format_booklet_code, format_receipt
from kiosk.ui.visitor.screen import Maker
from kiosk.ui.visitor.screens.callback_form import (
    FORM_STEPS,
    CallFormScreen,
    CallWishesScreen,
    OtherTimesScreen,
)
from kiosk.ui.visitor.screens.check_in import (
    CheckInScreen,
    ChooseSessionScreen,
    GuestNameScreen,
    GuestScreen,
)
from kiosk.ui.visitor.screens.help_now import HelpNowScreen
from kiosk.ui.visitor.screens.home import HomeScreen
from kiosk.ui.visitor.screens.language import LanguageScreen
from kiosk.ui.visitor.screens.maintenance import PinScreen
from kiosk.ui.visitor.screens.reading import ArticleScreen, ArticlesScreen, TakeHomeScreen
from kiosk.ui.visitor.screens.resting import OutOfOrderScreen, StillThereScreen
from kiosk.ui.visitor.screens.result import CodeScreen, NoticeScreen, ResultScreen
from kiosk.ui.visitor.screens.slip import SlipScreen, TypedWithdrawalScreen
from kiosk.ui.visitor.text import (
    ResultText,
    describe_joined,
    describe_name_problem,
    describe_news,
    describe_note_kept,
    describe_outcome,
    describe_phone_problem,
    describe_scan_problem,
    describe_scanned_pin,
    describe_times_kept,
    describe_trouble,
)
from kiosk.ui.visitor.visit import CallForm, Visit, VisitorClinic, VisitorContext, VisitorSide
from kiosk.ui.widgets.card import CardText

_SIZE = (100, 30)
_FONTS = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
"""Rich's pictures ask a server for their letters; a page for a reviewer asks nobody."""
_NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
_ID = UUID(int=1)
_GROUP = Session(_ID, "Room 2", "Level 1", _NOW, _NOW + timedelta(hours=1))
_DIGITS = encode(CodeKind.SLIP, bytes(SECRET_BYTES))
_HALF = HalfDay(_NOW.date(), afternoon=True)
_RECEIPT = Receipt("7K4Q-FMRF", _DIGITS, _NOW, 3)
_BOOKLET = TakeHome("The story of peer support", "PDF, 458 KB", "https://example.org/story.pdf")


class ScreenPicture(NamedTuple):
    """A screen as it is drawn, and what it says."""

    title: str
    svg: str
    said: frozenset[tuple[str, str]]
    """Each as (context, English); of one with a number in it, the plural."""


class _Heard(Texts):
    """The texts of a language, which keep what they were asked for."""

    def __init__(self, language: str) -> None:
        super().__init__(language, has_pictures=True)
        self.said: set[tuple[str, str]] = set()

    @override
    def gettext(self, message: str) -> str:
        self.said.add(("", message))
        return super().gettext(message)

    @override
    def ngettext(self, one: str, many: str, count: int) -> str:
        self.said.add(("", many))
        return super().ngettext(one, many, count)

    @override
    def pgettext(self, context: str, message: str) -> str:
        self.said.add((context, message))
        return super().pgettext(context, message)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A screen of the gallery."""

    title: str
    """In English."""
    make: Maker
    ask: Callable[[], str] = lambda: ""
    """Asks for what the screen says at other times too; returns what it is to say now."""


async def draw_gallery(language: str) -> tuple[ScreenPicture, ...]:
    """Return all screens in a language, those of help and of consent first."""

    def nobody() -> VisitorSide:
        raise SetupError("There is no clinic behind the pictures.")

    door = Door[VisitorSide](nobody)
    # Whoever reads the page sees every script as it is.
    context = VisitorContext(door, clinic=_made_up_clinic(), has_pictures=True)
    app = _Gallery()
    pictures = []
    try:
        async with app.run_test(size=_SIZE) as pilot:
            for shown in _all(context):
                context.visit = Visit(texts=(heard := _Heard(language)))
                screen = shown.make()
                screen.prepare(context, app.size, touch=False)
                await app.push_screen(screen)
                words = shown.ask()
                if words:
                    screen.say(words)
                await pilot.pause()
                svg = _FONTS.sub("", app.export_screenshot(title=shown.title))
                pictures.append(ScreenPicture(shown.title, svg, frozenset(heard.said)))
                await app.pop_screen()
    finally:
        door.close()
    return tuple(pictures)


class _Gallery(TimedApp):
    """Shows one screen after the other."""

    CSS_PATH = "visitor.tcss"


def _made_up_clinic() -> VisitorClinic:
    return VisitorClinic(
        today=lambda: _NOW.date(),
        take_home=(_BOOKLET,),
        wishes=OfferedWishes(tuple(Wish), ()),
        public_number="6123 4567",
        calling_number="6123 4567",
    )


def _all(context: VisitorContext) -> Iterator[_Shown]:
    """Yield the screens in the order of a reviewer's page."""
    yield _Shown("Help now", HelpNowScreen)
    yield from _call(context)
    yield _Shown("The first screen", HomeScreen)
    yield _Shown("Languages and colours", LanguageScreen, partial(_all_looks, context))
    yield _Shown("Articles", ArticlesScreen)
    for slug in (*(one.slug for one in articles("en")), "what-we-keep", "without-a-phone"):
        yield _Shown(f"Article: {slug}", partial(ArticleScreen, slug))
    yield _Shown("To take home", TakeHomeScreen)
    yield _Shown("A booklet", lambda: CodeScreen(format_booklet_code(_BOOKLET, context)))
    yield from _groups(context)
    yield from _slips(context)
    yield _Shown("Before a visit is cleared", partial(StillThereScreen, 30, since=0.0))
    yield _Shown("Out of order", partial(OutOfOrderScreen, "The disk is full."))
    yield _Shown("For staff", PinScreen)


def _call(context: VisitorContext) -> Iterator[_Shown]:
    """Yield the steps of asking for a call, the one with the consent first."""
    draft = CallbackDraft(_ID, bytes(16), preferred_name="Mei", phone="+6581234567")
    problems = partial(_all_problems, context)
    steps: tuple[type[CallFormScreen], ...] = FORM_STEPS[-1], *FORM_STEPS[:-1], CallWishesScreen
    for step in steps:
        form = CallForm(replace(draft), phone="8123 4567")
        title = f"Asking for a call: {step.__name__.removeprefix('Call').removesuffix('Screen')}"
        yield _Shown(title, partial(step, form), problems if step is FORM_STEPS[1] else lambda: "")
    yield _Shown("The receipt", lambda: CodeScreen(format_receipt(_RECEIPT, context)))


def _groups(context: VisitorContext) -> Iterator[_Shown]:
    """Yield what a group's members see, and who comes without a pass."""
    yield _Shown("Check-in", partial(CheckInScreen, SessionsToday((_GROUP,), (_GROUP,))))
    yield _Shown("Check-in, nothing open", partial(CheckInScreen, SessionsToday((), (_GROUP,))))
    yield _Shown("Several groups", partial(ChooseSessionScreen, (_GROUP, _GROUP), "Mei"))
    yield _Shown("Without a pass", partial(GuestScreen, _GROUP, _ID))
    yield _Shown("A first name", partial(GuestNameScreen, _ID, JoinDraft(_ID, bytes(16))))
    outcomes = (
        CheckedIn(_GROUP, "Mei", _NOW, is_first=True), AlreadyHere(_GROUP, "Mei", _NOW),
        GuestWelcomed(_GROUP, _NOW), NothingOpen(_GROUP, "Mei"), ScannerWorks(),
    )  # fmt: skip
    for outcome in outcomes:
        title = f"After a scan: {type(outcome).__name__}"
        yield _Shown(title, partial(_result, partial(describe_outcome, outcome), context))
    joined = Joined(_GROUP, "Mei", _NOW, encode(CodeKind.PASS, bytes(SECRET_BYTES)))
    yield _Shown("A new pass", partial(_result, partial(describe_joined, joined), context))
    for problem in ScanProblem:
        describe = partial(describe_scan_problem, problem)
        yield _Shown(f"A code: {problem}", partial(_notice, describe, context))
    yield _Shown("A scanned PIN", partial(_notice, describe_scanned_pin, context))


def _slips(context: VisitorContext) -> Iterator[_Shown]:
    """Yield what a slip says."""
    for phase in RequestPhase:
        state = SlipState(SlipNews(phase, _HALF, _HALF), _DIGITS)
        others = partial(_other_news, phase, context)
        yield _Shown(f"A slip: {phase}", partial(SlipScreen, state), others)
    form = CallForm(CallbackDraft(_ID, bytes(16)))
    yield _Shown("Other times", partial(OtherTimesScreen, form))
    kept = partial(describe_times_kept, has_talk=True)
    yield _Shown("Other times are kept", partial(_result, kept, context))
    yield _Shown("A typed reference", TypedWithdrawalScreen)
    yield _Shown("A typed reference is kept", partial(_result, describe_note_kept, context))
    yield _Shown("Nothing could be kept", partial(_result, describe_trouble, context))


def _result(
    describe: Callable[[VisitorContext], ResultText], context: VisitorContext
) -> ResultScreen:
    return ResultScreen(describe(context))


def _notice(
    describe: Callable[[VisitorContext], CardText], context: VisitorContext
) -> NoticeScreen:
    return NoticeScreen(describe(context))


def _all_looks(context: VisitorContext) -> str:
    theme_names(context.visit.texts.gettext)
    return ""


def _all_problems(context: VisitorContext) -> str:
    """Ask for what is said of a name or a number that cannot be taken; return one of them."""
    texts, said = context.visit.texts, ""
    for name in NameProblem:
        describe_name_problem(name, texts.gettext)
    for number in PhoneProblem:
        said = describe_phone_problem(number, "SG", texts.language, texts.gettext)
    return said


def _other_news(phase: RequestPhase, context: VisitorContext) -> str:
    """Ask for the news without a day, and once other times were chosen."""
    since = None if phase is RequestPhase.WITH_CLINIC else _HALF
    for news in (SlipNews(phase, since), SlipNews(phase, _HALF, _HALF, moved=True)):
        describe_news(news, context)
    return ""
