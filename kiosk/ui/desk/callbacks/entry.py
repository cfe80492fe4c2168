"""Requests that staff enter: those one has entered, the form, a paper form's, and the receipt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.callbacks.entry import (
    CONSENT_BY_SOURCE,
    ENTERED_SOURCES,
    LATEST_START,
    MOST_FORMS,
    EnteredRequest,
    EntryProblem,
    PaperForm,
    is_long_ago,
)
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    ConsentBy,
    ConsentHow,
    MessagePolicy,
    Origin,
    Receipt,
    Source,
    Window,
    choose_windows,
)
from kiosk.domain.callbacks.wishes import with_message_policy, with_wishes
from kiosk.domain.ids import NO_ID
from kiosk.domain.passes import Code, CodeKind, decode
from kiosk.domain.phones import PhoneProblem, check_phone
from kiosk.domain.printing import PrintedSlip, PrintJob
from kiosk.domain.staff import Role
from kiosk.domain.text import NameProblem, check_name, clean
from kiosk.presentation.callbacks import (
    ANSWERED_BY_OTHER,
    PHONE_PROBLEMS,
    SOURCES,
    STATES,
    describe_calling_number,
    format_source,
    make_slip,
)
from kiosk.presentation.wishes import topic_options, wish_options
from kiosk.ui.desk.dates import read_number, read_past_moment
from kiosk.ui.desk.forms import FormScreen, MarkRow, Row, TextRow
from kiosk.ui.desk.messages import Exit, Place, Question
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import TOO_SMALL, DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import NAME_PROBLEMS, SPOKEN, format_day_and_clock
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key, KeyLine, TopLine
from kiosk.ui.widgets.inputs import Choices, Field
from kiosk.ui.widgets.list import Column, Line, Listing
from kiosk.ui.widgets.qr import QrCode

_COLUMNS = (
    Column("Reference", 11),
    Column("Asked", 17, grows=True),
    Column("Came by", 7, rank=1),
    Column("State", 16, 14, grows=True),
)
_NONE_YET = "You have entered no request yet. N begins one."
_WINDOWS = (
    (Window.WEEKDAY_MORNING.value, "Mo–Fr 9–12"),
    (Window.WEEKDAY_AFTERNOON.value, "Mo–Fr 12–4"),
    (Window.WEEKDAY_EVENING.value, "Mo–Fr 4–6"),
    (Window.SATURDAY_MORNING.value, "Sat 9–12"),
    (Window.ANY.value, "any time"),
)
_MESSAGES = (
    (MessagePolicy.NONE.value, "none"),
    (MessagePolicy.NAME_AND_NUMBER.value, "a voicemail"),
    (MessagePolicy.TEXT.value, "one text"),
)
_SCANNED = "(scanned)"
"""Stands in the field once a form's code was read: its digits are nobody's business."""
_WHO_SAID_YES = (
    ("person-spoken", "to me"),
    ("person-phone", "on the phone"),
    ("person-paper", "on paper"),
    ("other", "somebody for them"),
)
_WHO_SAID_YES_ON_PAPER = (("person-paper", "on the form"), ("other", "somebody for them"))
_ASK_THEM = "Ask: may a peer support specialist ring you? Then mark who said yes."
_NOT_ASKED = "Please mark who said yes to the call. Without a yes nobody is rung."


class EnteredScreen(DeskScreen):
    """What has become of the requests that one has entered; nobody's name, and no number."""

    AUTO_FOCUS = "Listing"
    place: ClassVar[Place | None] = Place.ENTERED
    every = 30

    def heading(self) -> str:
        return "Requests that you entered"

    def lead(self) -> str:
        return "Only callers can read who it was. The reference is on the person's slip."

    def body(self) -> Iterable[Widget]:
        yield Listing[EnteredRequest](
            _COLUMNS, key=lambda one: one.reference, draw=self._line, empty="One moment …"
        )

    def keys(self) -> Iterable[Key]:
        yield Key("n", "New request", partial(self.open, EntryScreen))
        yield Key("p", "From a paper form", partial(self.open, partial(EntryScreen, paper=True)))
        yield Key("f", "Blank forms", self._ask_forms)

    def on_mount(self) -> None:
        self.rehead()
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        answer = await self.ask(lambda side: side.entry.entered())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        listing = self.query_one(Listing)
        listing.set_empty(_NONE_YET)
        listing.set_rows(answer)
        self.rekey()

    def _line(self, one: EnteredRequest) -> Line:
        asked = format_day_and_clock(one.created_at, self.clinic.zone)
        return Line((one.reference, asked, format_source(one.source), STATES[one.status]))

    def _ask_forms(self) -> None:
        self.pose(
            Question(
                "How many blank forms?",
                self._make_forms,
                "A page each, with its own number and code. Without a printer they are a file.",
                check=_describe_count_problem,
                value="10",
                most=3,
                replaced=True,
            )
        )

    def _make_forms(self, typed: str) -> None:
        count = read_number(typed, MOST_FORMS) or 1
        self.print_by(partial(_print_forms, count))


def _print_forms(count: int, side: DeskSide) -> PrintJob:
    return side.tools.printing.forms(side.entry.make_forms(count), side.login)


def _describe_count_problem(text: str) -> str:
    found = read_number(text, MOST_FORMS)
    return "" if found is not None else f"Please type a number from 1 to {MOST_FORMS}."


@dataclass(slots=True)
class _Entry:
    """Enters one request, however often it is asked."""

    draft: CallbackDraft | None = None

    def send(
        self, filled: CallbackDraft, form: PaperForm | None, side: DeskSide
    ) -> Receipt | EntryProblem:
        """Enter what is filled in, under the one id that this form has."""
        own = self.draft = self.draft or side.entry.new_draft()
        return side.entry.enter(replace(filled, id=own.id, slip_secret=own.slip_secret), form)


class EntryScreen(FormScreen):
    """What a visitor is asked on the kiosk, on one page, and that they said yes.

    For a paper form it also asks for its number or code, and when it was filled in.
    """

    keeps = "Keep the request"

    def __init__(self, *, paper: bool = False) -> None:
        super().__init__()
        self._paper = paper
        self._entry = _Entry()
        self._draft = CallbackDraft(NO_ID, b"", ui_language="en")
        """What is marked of the times, the wishes and the message; each may change another."""
        self._scanned = ""
        """The code of the paper form, where it was scanned."""

    def heading(self) -> str:
        return "A request from a paper form" if self._paper else "A request for somebody"

    def rows(self) -> Iterable[Row]:
        if self._paper:
            hint = "Scan its code, or type its number, such as 7K4Q-FMRF."
            yield TextRow("form", "Form", hint, most=80)
            hint = "When they filled it in: such as “today 9:30”, “Thu 14:00” or “5 Mar”."
            yield TextRow("filled", "Filled in", hint, most=40)
        yield TextRow(
            "name", "Name", "What they want to be called; a first name is enough.", most=120
        )
        calling = describe_calling_number(self.clinic.calling_number)
        yield TextRow("phone", "Number", f"Read it back to them. {calling}".strip(), most=40)
        yield MarkRow(
            "windows",
            "When",
            _WINDOWS,
            "All that suit them.",
            frozenset({Window.ANY}),
            several=True,
        )
        yield TextRow("start", "From which day", "Empty for now. Else such as “Thu” or “5 Mar”.")
        spoken = tuple((code.value, words) for code, words in SPOKEN.items())
        english = frozenset({CallLanguage.ENGLISH.value})
        yield MarkRow("language", "Language", spoken, "On the phone.", english)
        yield from self._wish_rows()
        yield from _message_rows()
        if not self._paper:
            sources = tuple((code.value, SOURCES[code]) for code in ENTERED_SOURCES)
            calls = self.who is not None and Role.CALLER in self.who.roles
            usual = Source.PHONE if calls else Source.TEAM
            yield MarkRow("source", "It came by", sources, "", frozenset({usual.value}))
        who = _WHO_SAID_YES_ON_PAPER if self._paper else _WHO_SAID_YES
        yield MarkRow("consent", "They said yes", who, _ASK_THEM, apart=True)

    def _wish_rows(self) -> Iterable[Row]:
        """Yield what can be wished for, where the clinic offers anything."""
        offered = self.clinic.wishes
        if offered.wishes:
            hint = "Only if they say so. Carer: it is for somebody else."
            yield MarkRow("wishes", "They wish", wish_options(offered), hint, several=True)
        if offered.topics:
            hint = "What they want to talk about, if they say so."
            yield MarkRow("topics", "About", topic_options(offered), hint, several=True)

    def take_scan(self, text: str) -> None:
        code = decode(text)
        if not self._paper:
            return
        if not isinstance(code, Code) or code.kind is not CodeKind.SLIP:
            self.miss("form", "That is no code of a paper form.")
            return
        self._scanned = text
        self.query_one("#form", Field).value = _SCANNED
        self.miss("filled", "")

    def keep(self) -> None:
        form = self._read_form() if self._paper else None
        if self._paper and form is None:
            return
        draft = self._read()
        if draft is None:
            return
        if form is None or not is_long_ago(form.filled_in_at, self.clinic.now()):
            self._send(draft, form)
            return
        when = format_day_and_clock(form.filled_in_at, self.clinic.zone)
        lead = f"{when} {form.filled_in_at.year}. The wait counts from then on."
        send = partial(self._send, draft, form)
        yes, name = "Yes, that is right", draft.preferred_name
        self.pose(ask_sure("Was it filled in so long ago?", lead, yes, send, name))

    def _read_form(self) -> PaperForm | None:
        """Return which form it is and since when; None where that is missing, which is shown."""
        typed = self.typed("form")
        code = self._scanned if typed == _SCANNED else typed
        if not code:
            self.miss("form", "Please scan the form's code, or type its number as it is printed.")
            return None
        at = read_past_moment(self.typed("filled"), self.clinic.now(), self.clinic.zone)
        if at is None:
            self.miss("filled", "Please type when it was filled in, such as “Thu 14:00”.")
            return None
        return PaperForm(code, at)

    def _send(self, draft: CallbackDraft, form: PaperForm | None) -> None:
        self.act(partial(self._entry.send, draft, form), then=self._show)

    def _show(self, answer: Receipt | EntryProblem) -> None:
        if isinstance(answer, Receipt):
            again = partial(EntryScreen, paper=self._paper)
            self.open(partial(EntryReceiptScreen, answer, again), instead=True)

    def _read(self) -> CallbackDraft | None:
        """Return what is filled in; None where something is missing, which is shown."""
        name = check_name(self.typed("name"))
        if isinstance(name, NameProblem):
            self.miss("name", NAME_PROBLEMS[name])
            return None
        phone = check_phone(self.typed("phone"), self.clinic.country)
        if isinstance(phone, PhoneProblem):
            self.miss("phone", PHONE_PROBLEMS[phone])
            return None
        start = self.read_day("start") if self.typed("start") else self.clinic.today
        if start is None:
            return None
        if not self.clinic.today <= start <= self.clinic.today + LATEST_START:
            self.miss("start", f"Please name a day in the next {LATEST_START.days} days.")
            return None
        origin = self._read_origin()
        if origin is None:
            return None
        return replace(
            self._draft,
            preferred_name=name.text,
            phone=phone.e164,
            not_before=start if start > self.clinic.today else None,
            call_language=CallLanguage(self._chosen("language")),
            answered_by_other=AnsweredByOther(self._chosen("other")),
            share_with_team=self._chosen("share") == "yes",
            origin=origin,
        )

    def _read_origin(self) -> Origin | None:
        chosen = self._chosen("consent")
        if not chosen:
            self.miss("consent", _NOT_ASKED)
            return None
        by, _, how = chosen.partition("-")
        source = Source.PAPER if self._paper else Source(self._chosen("source"))
        return Origin(
            source=source,
            consent_by=ConsentBy(by),
            consent_how=ConsentHow(how) if how else CONSENT_BY_SOURCE[source],
        )

    def _chosen(self, name: str) -> str:
        return next(iter(self.marked(name)), "")

    @on(Choices.Changed, "#windows")
    def keep_windows(self, event: Choices.Changed) -> None:
        """Mark "any time" alone, and again where nothing else is marked."""
        windows = choose_windows(event.choices.marked, self._draft.windows)
        self._draft = replace(self._draft, windows=windows)
        event.choices.show(windows)

    @on(Choices.Changed, "#wishes, #topics")
    def keep_wishes(self, event: Choices.Changed) -> None:
        """Keep what they wish for; who would rather get a text allows one."""
        here = event.choices
        others = self._draft.wishes - here.values
        self._draft = with_wishes(self._draft, others | here.marked)
        self._show_wishes()

    @on(Choices.Changed, "#policy")
    def keep_policy(self, event: Choices.Changed) -> None:
        """Keep which message may be left; without a text allowed none is wished for."""
        self._draft = with_message_policy(self._draft, MessagePolicy(event.choices.value))
        self._show_wishes()

    def _show_wishes(self) -> None:
        for wishes in self.query("#wishes, #topics").results(Choices):
            wishes.show(self._draft.wishes & wishes.values)
        self.query_one("#policy", Choices).show({self._draft.message_policy})

    def leave(self, exit_: Exit) -> None:
        if exit_ is Exit.BACK and (self.typed("name") or self.typed("phone")):
            lead = "What you typed is kept nowhere yet."
            go = partial(super().leave, exit_)
            name = clean(self.typed("name"))
            self.pose(ask_sure("Leave this request?", lead, "Yes, leave it", go, name))
        else:
            super().leave(exit_)


def _message_rows() -> Iterable[Row]:
    """Yield the rows of what may be said to others, each with the careful answer marked."""
    no_message = frozenset({MessagePolicy.NONE.value})
    hint = "If they do not pick up, may we leave one? It has name and number only."
    yield MarkRow("policy", "Message", _MESSAGES, hint, no_message, apart=True)
    others = tuple((code.value, words) for code, words in ANSWERED_BY_OTHER.items())
    careful = frozenset({AnsweredByOther.ASK_FOR_NAME.value})
    yield MarkRow("other", "Another answers", others, "If somebody else picks up.", careful)
    shares = (("no", "not without asking"), ("yes", "may be told"))
    hint = "May the peer team tell their care team? No changes nothing else."
    yield MarkRow("share", "Care team", shares, hint, frozenset({"no"}))


class EntryReceiptScreen(DeskScreen):
    """What the person takes away: the slip's code on the right, what to expect on the left."""

    AUTO_FOCUS = ""

    def __init__(self, receipt: Receipt, again: "Callable[[], EntryScreen]") -> None:
        """Take what begins another request of the same kind."""
        super().__init__()
        self._receipt = receipt
        self._again = again

    def heading(self) -> str:
        return f"Kept: {self._receipt.reference}"

    def lead(self) -> str:
        if not self._receipt.slip_digits:
            return "Their slip is the strip of the paper form."
        return "They photograph the code, or note the reference. Or they take nothing."

    def keys(self) -> Iterable[Key]:
        if self._receipt.slip_digits:
            yield Key("p", "Print the slip", self._print)
        yield Key("n", "Next request", partial(self.open, self._again, instead=True))

    def _print(self) -> None:
        slip = PrintedSlip(self._receipt.reference, self._receipt.slip_digits)
        # On a low screen what becomes of it takes the place of what to expect.
        self.add_class("-printing")
        self.print_by(lambda side: side.tools.printing.slip(slip))

    def compose(self) -> ComposeResult:
        yield TopLine(self._head())
        slip = make_slip(self._receipt, self.clinic.name, self.clinic.calling_number)
        with Horizontal(id="split"):
            with Vertical(id="page"):
                yield Static(self.heading(), id="heading", markup=False)
                yield Static(self.lead(), id="lead", markup=False)
                yield Static("\n".join(slip.lines), id="lines", markup=False)
                yield Static("", id="say", markup=False)
            if slip.digits:
                with Vertical(id="right"):
                    yield QrCode(slip.digits, numeric=True)
        yield Static(TOO_SMALL, id="small", markup=False)
        yield KeyLine(self._all_keys())
