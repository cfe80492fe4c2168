"""Every screen a visitor can stand before, what stands on it, and the shortest way there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from kiosk.content.languages import find_language
from kiosk.domain.callbacks.actions import Attempt, Claim
from kiosk.domain.callbacks.state import AttemptResult
from kiosk.domain.callbacks.wishes import NO_WISHES, OfferedWishes, Topic
from kiosk.domain.passes import CodeKind, encode
from kiosk.ui.visitor.screen import Chosen
from kiosk.ui.visitor.screens.callback_form import (
    FORM_STEPS,
    CallFormScreen,
    CallLanguageScreen,
    CallMessageScreen,
    CallPhoneScreen,
    CallReviewScreen,
    CallWhenScreen,
    CallWishesScreen,
)
from tests.support.calls import do
from tests.support.desks import PIN, Clinic
from tests.support.screens import HOME, OFFERED, USUAL, Visitor

STRANGER = encode(CodeKind.PASS, b"never seen here.")
Way = Callable[[Visitor, Clinic], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stop:
    """One screen in one state."""

    name: str
    heading: str
    """What a visitor reads on it and on no other."""
    way: Way
    """Leads there from home, on a clinic without sessions."""


def keys(*keys: str) -> Way:
    """Return the way of pressing `keys`."""

    async def way(visitor: Visitor, _clinic: Clinic) -> None:
        await visitor.keys(*keys)

    return way


async def start_over(
    visitor: Visitor, clinic: Clinic, size: tuple[int, int] = USUAL, language: str = "en"
) -> None:
    """Make the kiosk as if it had just started, on a clinic without sessions.

    The visitor has chosen `language` on the home screen.
    """
    with clinic.store.write() as transaction:
        for table in ("group_session", "check_in"):
            transaction.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - fixed
    visitor.app.context.clinic = replace(visitor.app.context.clinic, wishes=NO_WISHES)
    if not visitor.app.context.is_open:
        clinic.maintenance.set_out_of_order(None)
        await visitor.app.navigation.open()
    elif not visitor.sees(HOME) or visitor.app.navigation.is_busy:
        await visitor.keys("escape")
    await visitor.touch(False)
    if visitor.screen.size != size:
        await visitor.resize(*size)
    # The same code is read again after a while only.
    visitor.seconds.at += 10
    await choose_language(visitor, language)


async def choose_language(visitor: Visitor, language: str) -> None:
    """Choose the language of the screens, where it is another one."""
    if language != language_of(visitor):
        visitor.app.post_message(Chosen(find_language(language)))
        await visitor.settle()


def language_of(visitor: Visitor) -> str:
    """Return the language of the visit under way."""
    return visitor.app.context.visit.texts.language


def form(step: type[CallFormScreen] = CallWhenScreen, *keys: str, name: str = "Mei Ling") -> Way:
    """Return the way to one step of a callback form for `name`, 8123 4567; then `keys`."""

    async def way(visitor: Visitor, _clinic: Clinic) -> None:
        app = visitor.app
        filled = app.context.visit.call_form()
        filled.draft = replace(filled.draft, preferred_name=name, phone="+6581234567")
        filled.phone = "81234567"
        makers = [partial(one, filled) for one in FORM_STEPS]
        here = FORM_STEPS.index(step)
        app.navigation._trail.extend(makers[:here])
        await app.navigation.go(makers[here])
        await visitor.settle()
        await visitor.keys(*keys)

    return way


MANY = replace(
    OFFERED, topics=tuple(Topic(f"topic_{n}", {"en": f"W{n} " + "i" * 21}) for n in range(6))
)
"""As many topics as there may be, with names as long as they may be."""


def wishes(offered: OfferedWishes) -> Way:
    """Return the way to what a clinic lets visitors wish for, until all is made anew."""

    async def way(visitor: Visitor, clinic: Clinic) -> None:
        context = visitor.app.context
        await form(CallLanguageScreen)(visitor, clinic)
        context.clinic = replace(context.clinic, wishes=offered)
        await visitor.keys("n")
        assert isinstance(visitor.screen, CallWishesScreen)

    return way


def check_in(*keys: str, name: str = "") -> Way:
    """Return the way into checking in without a pass, with one session open."""

    async def way(visitor: Visitor, clinic: Clinic) -> None:
        clinic.add_session()
        await visitor.keys("g", *keys)
        if name:
            await visitor.type(name, "enter")

    return way


async def _nothing_to_check_in(visitor: Visitor, clinic: Clinic) -> None:
    clinic.add_session("Room 7", starts=90)
    await visitor.keys("g")


async def _choose(visitor: Visitor, clinic: Clinic) -> None:
    for room in ("Room 1", "Room 2", "Room 3"):
        clinic.add_session(room)
    await visitor.scan(clinic.passes.issue_pass("Mei", language_of(visitor)).digits)


async def _welcome(visitor: Visitor, clinic: Clinic) -> None:
    clinic.add_session()
    await visitor.scan(clinic.passes.issue_pass("Mei", language_of(visitor)).digits)


async def _first_visit(visitor: Visitor, clinic: Clinic) -> None:
    await _welcome(visitor, clinic)
    await visitor.keys("f")


async def _nothing_open(visitor: Visitor, clinic: Clinic) -> None:
    clinic.add_session("Room 7", starts=90)
    await visitor.scan(STRANGER)


async def _scan_again(visitor: Visitor, _clinic: Clinic) -> None:
    await visitor.scan("https://example.org")


async def _scan_in_form(visitor: Visitor, clinic: Clinic) -> None:
    await form()(visitor, clinic)
    await _welcome(visitor, clinic)


async def _new_pass(visitor: Visitor, clinic: Clinic) -> None:
    await check_in("enter", "g", name="Mei")(visitor, clinic)
    await visitor.keys("p")


async def _slip(visitor: Visitor, clinic: Clinic) -> None:
    await visitor.scan(clinic.visitor.request_callback(clinic.draft()).slip_digits)


async def _withdrawn(visitor: Visitor, clinic: Clinic) -> None:
    await _slip(visitor, clinic)
    await visitor.keys("w")


async def _told(visitor: Visitor, clinic: Clinic) -> None:
    draft = clinic.draft()
    digits = clinic.visitor.request_callback(draft).slip_digits
    do(clinic.callbacks, draft.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    await visitor.scan(digits)


async def _other_times(visitor: Visitor, clinic: Clinic) -> None:
    await _slip(visitor, clinic)
    await visitor.keys("a")


async def _times_kept(visitor: Visitor, clinic: Clinic) -> None:
    await _other_times(visitor, clinic)
    await visitor.keys("k")


async def _note(visitor: Visitor, _clinic: Clinic) -> None:
    await visitor.keys("w")
    await visitor.type("7KDC8HDF", "enter")


async def _warning(visitor: Visitor, clinic: Clinic) -> None:
    await form()(visitor, clinic)
    await visitor.wait(61)


async def _maintenance(visitor: Visitor, _clinic: Clinic) -> None:
    await visitor.keys("m")
    await visitor.type(PIN, "enter")


async def _closed(visitor: Visitor, clinic: Clinic) -> None:
    await _maintenance(visitor, clinic)
    await visitor.keys("o")


STOPS = (
    Stop("home", HOME, keys()),
    Stop("reading", "Each takes a minute or two.", keys("r")),
    Stop("article", "What peer support is", keys("r", "enter")),
    Stop("take-home", "Take something home", keys("t")),
    Stop("take-home-item", "The code opens this address on your phone.", keys("t", "enter")),
    Stop("keep", "What we keep", keys("k")),
    Stop(
        "without-a-phone",
        "You do not need a phone",
        form(CallPhoneScreen, *["tab"] * 3, "enter"),
    ),
    Stop("withdraw", "Or type its code, such as 7K4Q-FMRF.", keys("w")),
    Stop("help", "Tell any staff member.", keys("h")),
    Stop("language", "Language and display", keys("l")),
    Stop("call-name", "What should we call you?", keys("c")),
    Stop("call-phone", "Which number should we call?", form(CallPhoneScreen)),
    Stop("call-when", "When may we call?", form()),
    Stop("call-language", "Which language should we speak?", form(CallLanguageScreen)),
    Stop("call-wishes", "Do you have a wish for the call?", wishes(OFFERED)),
    Stop("call-wishes-many", "Do you have a wish for the call?", wishes(MANY)),
    Stop("call-message", "may we leave a message?", form(CallMessageScreen)),
    Stop("call-review", "Is this right?", form(CallReviewScreen)),
    Stop("receipt", "Thank you. We have your request.", form(CallReviewScreen, "end", "y")),
    Stop("check-in", "Check in to a group", check_in()),
    Stop("check-in-later", "Later today: Room 7, 1:30 pm", _nothing_to_check_in),
    Stop("choose-session", "Welcome, Mei. Which group is it?", _choose),
    Stop("guest", "How would you like to come in?", check_in("enter")),
    Stop("guest-name", "What is your first name?", check_in("enter", "g")),
    Stop("counted-in", "You are counted in.", check_in("enter", "j")),
    Stop("joined", "Show me my pass", check_in("enter", "g", name="Mei")),
    Stop("new-pass", "Your pass", _new_pass),
    Stop("welcome", "✓ Welcome, Mei", _welcome),
    Stop("first-visit", "The group's team looks out for you here.", _first_visit),
    Stop("nothing-open", "Next today: Room 7, 1:30 pm", _nothing_open),
    Stop("scan-again", "This is not a group pass", _scan_again),
    Stop("scan-in-form", "Back to my form", _scan_in_form),
    Stop("slip", "It has been kept safely on this kiosk since", _slip),
    Stop("slip-told", "We rang on Monday afternoon and could not reach you.", _told),
    Stop("other-times", "Which times suit you better?", _other_times),
    Stop("times-kept", "We ring you at the times that suit you.", _times_kept),
    Stop("withdrawn", "It is withdrawn. Nobody will call you about it.", _withdrawn),
    Stop("note", "If the code fits a request, staff will withdraw it.", _note),
    Stop("still-there", "Are you still there?", _warning),
    Stop("pin", "Type the kiosk's PIN.", keys("m")),
    Stop("maintenance", "Records to send", _maintenance),
    Stop("closed", "This screen is resting.", _closed),
)
"""In the order of the house: read, call, check in, slips, ends, staff."""
