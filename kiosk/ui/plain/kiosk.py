"""The kiosk on plain lines, for a braille line or a screen reader.

The desks behind it are those of the screens. Nothing is drawn: every line is read as it stands.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from kiosk.content.articles import articles, take_home_for
from kiosk.domain.attendance.check_in import (
    NO_SESSION,
    UNPLACED,
    CheckInOutcome,
    ChooseSession,
    Joined,
    ScanAgain,
    ScanProblem,
    Session,
    SlipShown,
)
from kiosk.domain.callbacks.request import CallbackDraft
from kiosk.domain.callbacks.slips import (
    MOVABLE_PHASES,
    OPEN_PHASES,
    CentralSlip,
    RequestPhase,
    SlipState,
)
from kiosk.domain.ids import NO_ID
from kiosk.domain.passes import decode
from kiosk.domain.text import NameProblem, check_name
from kiosk.ui.door import Trouble
from kiosk.ui.plain.conversation import Conversation, GoBack, Lines, PlainQuestion, VisitOver
from kiosk.ui.plain.form import PlainForm
from kiosk.ui.visitor.text import (
    describe_joined,
    describe_name_problem,
    describe_news,
    describe_note_kept,
    describe_outcome,
    describe_scan_problem,
    describe_times_kept,
    describe_trouble,
    first_visit_wish,
)
from kiosk.ui.visitor.times import format_session, join_words
from kiosk.ui.visitor.visit import CallForm, ShownSlip, VisitorContext, VisitorSide

_LEAST_CODE = 20
"""Characters from which on a line with digits in it is a scanned code, and no name or number."""


class PlainKiosk:
    """One visit after another, until the input ends."""

    def __init__(self, context: VisitorContext, lines: Lines) -> None:
        self._talk = Conversation(context, lines, self._scanned)
        self._form = PlainForm(self._talk)

    def run(self) -> None:
        """Serve visitors until the end of the input."""
        while True:
            try:
                self._begin()
            except VisitOver:
                continue
            except EOFError:
                return
            finally:
                self._talk.end_visit()

    def _(self, message: str) -> str:
        return self._talk.visit.texts.gettext(message)

    def _begin(self) -> None:
        tasks = {
            "read": self._read,
            "call": self._form.ask,
            "groups": self._check_in,
            "home": self._take_home,
            "keep": lambda: self._talk.read_page(self._talk.page("what-we-keep")),
            "withdraw": self._withdraw,
        }
        while True:
            try:
                chosen = self._talk.choose(self._home)
                # Hours may have passed since the question was asked.
                self._talk.follow_clinic()
                if self._talk.context.is_open:
                    tasks[chosen]()
            except GoBack:
                self._talk.visit.wipe()

    def _home(self) -> PlainQuestion:
        self._talk.follow_clinic()
        if not self._talk.context.is_open:
            lead = [self._("This screen is resting. Any staff member can do everything for you.")]
            if reason := self._talk.context.out_of_order:
                lead.append(self._("For staff: {reason}").format(reason=reason))
            return PlainQuestion(self._("Please ask at the counter."), (), lead)
        title = self._("Talk to someone who has been there")
        lead = [
            self._("You do not need this screen. Any staff member can do this for you."),
            self._("A pass or a slip can be scanned at any question."),
            *self._talk.limit(),
        ]
        options = (
            ("read", self._("Read about peer support")),
            ("call", self._("Ask for a call")),
            ("groups", self._("Check in to a group")),
            ("home", self._("Take something home")),
            ("keep", self._("What we keep")),
            ("withdraw", self._("Withdraw a request")),
        )
        return PlainQuestion(title, options, lead)

    def _read(self) -> None:
        def question() -> PlainQuestion:
            found = articles(self._talk.visit.texts.language)
            options = [(article.slug, article.title) for article in found]
            return PlainQuestion(self._("Read about peer support"), options)

        while True:
            slug = self._talk.choose(question)
            found = {one.slug: one for one in articles(self._talk.visit.texts.language)}
            self._talk.read_page(found[slug])

    def _take_home(self) -> None:
        language = self._talk.visit.texts.language
        items = take_home_for(self._talk.context.clinic.take_home, language)
        for item in items:
            title = item.title_in(language)
            self._talk.tell(f"{title}. {item.size}" if item.size else title, item.url)
        if not items:
            self._talk.tell(self._("Booklets: please ask at the counter."))
        self._talk.help_now()

    def _scanned(self, line: str) -> bool:
        """Answer a line that is a scanned code; return whether it was one."""
        if len(line) < _LEAST_CODE or not self._talk.context.is_open:
            return False
        code = decode(line)
        if code is ScanProblem.NOT_OURS and not any(map(str.isdigit, line)):
            return False
        if isinstance(code, ScanProblem):
            card = describe_scan_problem(code, self._talk.context)
            self._talk.begin_part(card.title, *card.lines)
        else:
            # Who goes back from what a slip asks is at the question that was asked before.
            with suppress(GoBack):
                self._show(self._talk.ask_desk(lambda side: side.desk.check_in(line)), line)
        return True

    def _check_in(self) -> None:
        today = self._talk.ask_desk(lambda side: side.desk.sessions_today())
        if isinstance(today, Trouble):
            self._talk.refuse()
            return
        sessions = today.open_now or ((UNPLACED,) if today.clock_wrong else ())
        later = [
            self._("Later today: {session}").format(session=self._format(session))
            for session in today.later[:3]
        ]
        if not sessions:
            self._talk.tell(self._("Nothing is open for check-in just now."), *later)
            return
        session = self._choose_session(
            sessions,
            self._("Check in to a group"),
            [self._("Show your pass to the scanner. No pass? Choose your group here."), *later],
        )
        self._come_without_pass(session)

    def _choose_session(
        self, sessions: Sequence[Session], title: str, lead: Sequence[str]
    ) -> Session:
        options = [(one.id.hex, self._format(one)) for one in sessions]
        chosen = self._talk.choose(lambda: PlainQuestion(title, options, lead))
        return next(one for one in sessions if one.id.hex == chosen)

    def _format(self, session: Session) -> str:
        if session.id == NO_SESSION:
            return self._("My group")
        text = format_session(session, self._talk.context.clinic.zone, self._talk.visit.texts)
        if session.room in ("", session.label):
            return text
        return join_words((text, session.room), self._)

    def _come_without_pass(self, session: Session) -> None:
        def question() -> PlainQuestion:
            options = (
                ("name", self._("Give a first name")),
                ("count", self._("Just count me")),
                ("first", first_visit_wish(self._)),
            )
            marked = frozenset({"first"} if self._talk.visit.is_first else ())
            title = self._("You are welcome. How would you like to come in?")
            return PlainQuestion(title, options, marked=marked)

        while True:
            match self._talk.choose(question):
                case "first":
                    self._talk.visit.is_first = not self._talk.visit.is_first
                case "count":
                    self._count(session)
                case _:
                    self._join(session)

    def _count(self, session: Session) -> None:
        draft, first = self._talk.visit.guest_draft(), self._talk.visit.is_first
        self._show(
            self._talk.ask_desk(
                lambda side: side.desk.count_me_in(draft, session.id, first_visit=first)
            )
        )

    def _join(self, session: Session) -> None:
        line = self._talk.type_text(
            lambda: self._("What is your first name?"),
            lambda: [self._("A nickname is fine. Only the group's team can read it.")],
        )
        name = check_name(line)
        if isinstance(name, NameProblem):
            self._talk.tell(describe_name_problem(name, self._))
            return
        draft, first = self._talk.visit.join_draft(), self._talk.visit.is_first
        language = self._talk.visit.texts.language
        answer = self._talk.ask_desk(
            lambda side: side.desk.join(draft, session.id, name.text, language, first_visit=first)
        )
        self._show(answer)

    def _show(self, outcome: CheckInOutcome | Joined | Trouble, text: str = "") -> None:
        """Tell what came of a check-in; `text` is the scanned one, empty without a pass."""
        if isinstance(outcome, Trouble):
            self._talk.context.note_refusal()
            self._talk.tell_result(describe_trouble(self._talk.context))
            return
        code = getattr(outcome, "language", None)
        offered = {one.code for one in self._talk.languages}
        if code in offered and code is not None:
            self._talk.context.speak(code)
        match outcome:
            case ChooseSession(sessions=sessions):
                session = self._choose_session(
                    sessions,
                    self._("Welcome. Which group is it?"),
                    [self._("Choose the room and the time.")],
                )
                self._show(
                    self._talk.ask_desk(lambda side: side.desk.check_in(text, session.id)), text
                )
            case ScanAgain(problem=problem):
                card = describe_scan_problem(problem, self._talk.context)
                self._talk.begin_part(card.title, *card.lines)
            case SlipShown(state=state):
                self._show_slip(state)
            case Joined():
                self._talk.tell_result(describe_joined(outcome, self._talk.context))
            case shown:
                self._talk.tell_result(describe_outcome(shown, self._talk.context))

    def _show_slip(self, state: SlipState) -> None:
        digits = state.slip_digits
        central: CentralSlip | Trouble | None = None
        if self._talk.context.clinic.has_central and state.phase is not RequestPhase.WITHDRAWN:
            self._talk.tell(self._("Looking for news …"))
            central = self._talk.ask_central(digits)
        slip = ShownSlip(digits, None if isinstance(central, Trouble) else central)
        known = self._talk.ask_desk(lambda side: side.desk.slip_state(digits, slip.central))
        shown = state if isinstance(known, Trouble) else known

        def question() -> PlainQuestion:
            options = []
            if shown.phase in MOVABLE_PHASES:
                options.append(("times", self._("Another time")))
            if shown.phase in OPEN_PHASES:
                options.append(("withdraw", self._("Withdraw it")))
            told = describe_news(shown.news, self._talk.context)
            if isinstance(central, Trouble):
                away = self._("We cannot see news just now. Any staff member can tell you.")
                told = (away,) if shown.phase is RequestPhase.NOT_KNOWN else (*told, away)
            return PlainQuestion(self._("Your request"), options, told)

        match self._talk.choose(question):
            case "times":
                self._choose_other_times(slip)
            case _:
                answer = self._talk.ask_desk(
                    lambda side: side.desk.withdraw_by_slip(digits, slip.central)
                )
                if isinstance(answer, Trouble):
                    self._talk.refuse()
                else:
                    self._talk.begin_part(*describe_news(answer.news, self._talk.context))
                    self._talk.pause()

    def _choose_other_times(self, slip: ShownSlip) -> None:
        form = CallForm(CallbackDraft(NO_ID, b""))
        self._form.ask_when(form)
        self._form.ask_first_day(form)
        chosen = form.confirmed(self._talk.visit.texts.language, self._talk.context.clinic.today())
        answer = self._talk.ask_desk(
            lambda side: side.desk.retime_by_slip(
                slip.digits, chosen.windows, chosen.not_before, slip.central
            )
        )
        if isinstance(answer, Trouble):
            self._talk.refuse()
        elif answer.phase in MOVABLE_PHASES:
            has_talk = answer.phase is RequestPhase.BOOKED
            self._talk.tell_result(describe_times_kept(self._talk.context, has_talk=has_talk))
        else:
            self._talk.tell(
                self._("It can no longer be changed here. Any staff member can help you.")
            )

    def _withdraw(self) -> None:
        while True:
            reference = self._talk.type_text(
                lambda: self._("Withdraw a request"),
                lambda: [
                    self._("Show your slip to the scanner. Or type its code, such as 7K4Q-FMRF.")
                ],
            )
            answer = self._talk.ask_desk(partial(_note_withdrawal, reference))
            if isinstance(answer, Trouble):
                self._talk.refuse()
            elif answer:
                self._talk.tell_result(describe_note_kept(self._talk.context))
            else:
                self._talk.tell(self._("That code does not look right. Please check it once more."))


def _note_withdrawal(reference: str, side: VisitorSide) -> bool:
    return side.desk.note_withdrawal(reference)
