"""Places that need no question to a desk, and the order of the callback form."""

from functools import partial

from kiosk.content.articles import page
from kiosk.ui.visitor.messages import Want
from kiosk.ui.visitor.navigation import Maker
from kiosk.ui.visitor.parts import Facts
from kiosk.ui.visitor.screen import VisitorScreen
from kiosk.ui.visitor.screens.article import Page
from kiosk.ui.visitor.screens.call_message import CallMessage
from kiosk.ui.visitor.screens.call_name import CallName
from kiosk.ui.visitor.screens.call_phone import CallPhone
from kiosk.ui.visitor.screens.call_review import CallReview
from kiosk.ui.visitor.screens.call_when import CallInWords, CallWhen
from kiosk.ui.visitor.screens.help_now import HelpNow
from kiosk.ui.visitor.screens.language import ChooseLanguage
from kiosk.ui.visitor.screens.pin import Pin
from kiosk.ui.visitor.screens.reading import Reading
from kiosk.ui.visitor.screens.take_home import TakeHomeList
from kiosk.ui.visitor.screens.withdraw import Withdraw
from kiosk.ui.visitor.visit import Visit

FORM_STEPS: tuple[type[VisitorScreen], ...] = (
    CallName,
    CallPhone,
    CallWhen,
    CallInWords,
    CallMessage,
    CallReview,
)
"""The callback form, in order; the receipt follows when it is sent."""


def form_step(step: type[VisitorScreen], visit: Visit, facts: Facts) -> Maker:
    """Return what makes one step of the visit's callback form; KeyError for any other screen."""
    form = visit.call_form()
    makers: dict[type[VisitorScreen], Maker] = {
        CallName: partial(CallName, form),
        CallPhone: partial(CallPhone, form, facts.country),
        CallWhen: partial(CallWhen, form),
        CallInWords: partial(CallInWords, form),
        CallMessage: partial(CallMessage, form),
        CallReview: partial(CallReview, form, facts.country),
    }
    return makers[step]


def place(want: Want, visit: Visit, facts: Facts) -> Maker:
    """Return what shows the place; raises KeyError for a wish that is no place."""
    if want is Want.CALL:
        return form_step(CallName, visit, facts)
    places: dict[Want, Maker] = {
        Want.HELP: lambda: HelpNow(facts.today(), facts.helplines),
        Want.LANGUAGE: ChooseLanguage,
        Want.READ: Reading,
        Want.TAKE_HOME: lambda: TakeHomeList(facts.take_home, facts.today(), facts.helplines),
        Want.KEEP: lambda: Page(page(visit.texts.language, "what-we-keep")),
        Want.WITHDRAW: Withdraw,
        Want.STAFF: Pin,
    }
    return places[want]
