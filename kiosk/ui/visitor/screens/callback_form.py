"""The callback form: five steps with one or two questions each, then all of it read back.

Where the clinic offers wishes, one more screen can be passed over; it is no step of its own.
One of its questions is asked again of whoever shows the slip: which times suit better.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import ceil

from rich.table import Table
from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.content.translations import Texts
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallLanguage,
    MessagePolicy,
    choose_windows,
)
from kiosk.domain.callbacks.slips import MOVABLE_PHASES, RequestPhase
from kiosk.domain.callbacks.wishes import OfferedWishes, with_message_policy, with_wishes
from kiosk.domain.phones import PhoneProblem, check_phone, format_masked, format_phone
from kiosk.domain.text import NameProblem, check_name, clean
from kiosk.ui.door import Trouble
from kiosk.ui.visitor.screen import (
    Covered,
    GoTo,
    Received,
    VisitorRoute,
    VisitorScreen,
)
from kiosk.ui.visitor.text import (
    Translate,
    answered_by_other_options,
    call_language_options,
    describe_calling_number,
    describe_name_problem,
    describe_phone_problem,
    first_day_options,
    message_policy_options,
    topic_options,
    window_options,
    wish_options,
)
from kiosk.ui.visitor.times import count_digits, join_sentences, join_words
from kiosk.ui.visitor.visit import CallForm
from kiosk.ui.widgets.buttons import Action, Pressable
from kiosk.ui.widgets.inputs import Choices, Field
from kiosk.ui.widgets.large_text import LargeText
from kiosk.ui.widgets.layout import Sheet, pairs
from kiosk.ui.widgets.touch_keyboard import PHONE, TouchKeys, key_labels


class CallFormScreen(VisitorScreen):
    """The base of the form's steps; an answer is kept at once, so that no step loses it."""

    AUTO_FOCUS = "#next"

    def __init__(self, form: CallForm) -> None:
        super().__init__()
        self._form = form

    def lead(self) -> str:
        place = self._("Step {step} of {steps}")
        step, steps = FORM_STEPS.index(type(self)) + 1, len(FORM_STEPS)
        return self.brief(
            f"{place.format(step=step, steps=steps)} · {self.about()}",
            place.format(step=step, steps=steps),
        )

    def about(self) -> str:
        """One sentence about the question."""
        return ""

    def large_lead(self) -> str:
        return self.visit.texts.large(self.about())

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Next"), letter="N", id="next", primary=True)

    def problem(self) -> str:
        """Return one sentence about what cannot be taken; empty where the answers can."""
        return ""

    @on(Input.Submitted)
    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Go on, unless what is typed cannot be taken."""
        problem = self.problem()
        if problem:
            self.say(problem)
            self.query_one(Field).focus()
        else:
            self.go_to(VisitorRoute.NEXT)


class CallNameScreen(CallFormScreen):
    """One field for a first name or a nickname."""

    AUTO_FOCUS = "Field"

    def heading(self) -> str:
        return self._("What should we call you?")

    def about(self) -> str:
        return self._("A first name or a nickname is enough.")

    def body(self) -> Iterable[Widget]:
        yield Field(self._form.draft.preferred_name, most=120)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Next"), id="next", primary=True)

    def below(self) -> Iterable[Widget]:
        yield from super().below()
        capital = not self._form.draft.preferred_name
        yield TouchKeys(*self.name_layouts(), labels=key_labels(self._), capital=capital)

    @on(Input.Changed)
    def keep(self, event: Input.Changed) -> None:
        """Keep what is typed."""
        self._keep(event.value)
        self.say("")

    def problem(self) -> str:
        name = check_name(self._form.draft.preferred_name)
        if isinstance(name, NameProblem):
            return describe_name_problem(name, self._)
        self._keep(name.text)
        return ""

    def _keep(self, name: str) -> None:
        self._form.draft = replace(self._form.draft, preferred_name=name)


_ENOUGH = 8
"""Characters before the number is worth checking while it is typed."""


class CallPhoneScreen(CallFormScreen):
    """One field for a number; it is shown back in groups as soon as it is one."""

    AUTO_FOCUS = "Field"

    def heading(self) -> str:
        return self._("Which number should we call?")

    def about(self) -> str:
        return self._("We only use it to call you back.")

    def body(self) -> Iterable[Widget]:
        yield Field(self._form.phone, most=40)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Next"), id="next", primary=True)
        yield Action(self._("No phone?"), id="no-phone", apart=True)

    def below(self) -> Iterable[Widget]:
        yield from super().below()
        yield TouchKeys(PHONE, labels=key_labels(self._))

    @on(Input.Changed)
    def keep(self, event: Input.Changed) -> None:
        """Keep what is typed and show the number back once it can be called."""
        self._form.phone = event.value
        self.say(self._read_back())

    def _read_back(self) -> str:
        """Return which number will be called; empty until there is one."""
        typed, country = self._form.phone, self.context.clinic.country
        phone = check_phone(typed, country) if len(typed) >= _ENOUGH else None
        if phone is None or isinstance(phone, PhoneProblem):
            return ""
        is_covered = any(field.password for field in self.query(Field))
        shown = format_masked(phone.e164, country) if is_covered else phone.shown
        return self._("We will call {number}.").format(number=shown)

    def covered(self, said: Texts) -> dict[str, Covered]:
        told = self._read_back()
        public = said.pgettext("speech", "We can call this number.")
        return {told: Covered(told, public)} if told else {}

    def problem(self) -> str:
        country = self.context.clinic.country
        phone = check_phone(self._form.phone, country)
        if phone is PhoneProblem.NO_PHONE:
            self.go_without()
        if isinstance(phone, PhoneProblem):
            return describe_phone_problem(phone, country, self.visit.texts.written, self._)
        self._form.draft = replace(self._form.draft, phone=phone.e164)
        return ""

    @on(Pressable.Pressed, "#no-phone")
    def go_without(self) -> None:
        """Show how to get a talk without a phone; what is typed here stays."""
        self.go_to(VisitorRoute.NO_PHONE)


class CallWhenScreen(CallFormScreen):
    """Parts of the week, and from which day on."""

    def heading(self) -> str:
        return self._("When may we call?")

    def about(self) -> str:
        return self._("Choose all that suit you.")

    def body(self) -> Iterable[Widget]:
        yield from _ask_times(self._form, self._)

    @on(Choices.Changed)
    def keep(self, event: Choices.Changed) -> None:
        """Keep the parts of the week, or the first day."""
        _keep_times(self._form, event)


def _ask_times(form: CallForm, _: Translate) -> Iterable[Widget]:
    """Ask for parts of the week and the first day."""
    yield Choices(window_options(_), marked=form.draft.windows, several=True, id="windows")
    yield Static(_("And from which day?"), classes="question", markup=False)
    yield Choices(first_day_options(_), marked={form.wait}, id="waits")


def _keep_times(form: CallForm, event: Choices.Changed) -> None:
    """Keep what was marked; "any time" excludes the other parts, and none means any."""
    if event.choices.id == "waits":
        form.wait = event.choices.value
        return
    wanted = choose_windows(event.choices.marked, form.draft.windows)
    form.draft = replace(form.draft, windows=wanted)
    event.choices.show(wanted)


class OtherTimesScreen(VisitorScreen):
    """The same question as in the form, for a request that was made before."""

    AUTO_FOCUS = "#keep"

    def __init__(self, form: CallForm) -> None:
        super().__init__()
        self._form = form

    def heading(self) -> str:
        return self._("Which times suit you better?")

    def lead(self) -> str:
        return self._("Choose all that suit you.")

    def body(self) -> Iterable[Widget]:
        yield from _ask_times(self._form, self._)

    def below(self) -> Iterable[Widget]:
        yield Static("", id="say", markup=False)
        yield from super().below()

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Keep these"), letter="K", id="keep", primary=True)

    @on(Choices.Changed)
    def keep(self, event: Choices.Changed) -> None:
        """Take what is marked, until it is kept."""
        _keep_times(self._form, event)

    @on(Pressable.Pressed, "#keep")
    def keep_times(self) -> None:
        """Keep the times; a second press while the first is under way does nothing."""
        self.once(self._keep_times)

    async def _keep_times(self) -> None:
        slip = self.visit.slip
        if slip is None:
            return
        chosen = self._form.confirmed(self.visit.texts.language, self.context.clinic.today())
        answer = await self.ask(
            lambda side: side.desk.retime_by_slip(
                slip.digits, chosen.windows, chosen.not_before, slip.central
            )
        )
        if not isinstance(answer, Trouble) and answer.phase in MOVABLE_PHASES:
            self.visit.slip = replace(slip, has_talk=answer.phase is RequestPhase.BOOKED)
            self.post_message(GoTo(VisitorRoute.TIMES_KEPT))
            return
        self.query_one("#say").display = True
        if isinstance(answer, Trouble):
            self.refuse()
        else:
            self.say(self._("It can no longer be changed here. Any staff member can help you."))


class CallLanguageScreen(CallFormScreen):
    """The language to speak on the phone; it may differ from the screen's."""

    def heading(self) -> str:
        return self._("Which language should we speak?")

    def about(self) -> str:
        return self._("On the phone, that is.")

    def body(self) -> Iterable[Widget]:
        yield Choices(
            call_language_options(self._), marked={self._form.draft.call_language}, id="languages"
        )

    @on(Choices.Changed)
    def keep(self, event: Choices.Changed) -> None:
        """Keep the language."""
        language = CallLanguage(event.choices.value)
        self._form.draft = replace(self._form.draft, call_language=language)


_BESIDE, _ROWS = 3, 3
"""Choices in a row, and rows of them that leave room for air on a usual screen."""


class CallWishesScreen(CallFormScreen):
    """What the visitor may wish for; the next step is one key away whatever is marked."""

    def heading(self) -> str:
        return self._("Do you have a wish for the call?")

    def lead(self) -> str:
        return self._("You can pass this by. We do our best, and get in touch in any case.")

    def body(self) -> Iterable[Widget]:
        offered, marked = self.context.clinic.wishes, self._form.draft.wishes
        rows = sum(ceil(len(group) / _BESIDE) for group in (offered.wishes, offered.topics))
        self.set_class(rows > _ROWS, "-many")
        if offered.wishes:
            yield Choices(wish_options(offered, self._), marked=marked, several=True, id="wishes")
        if offered.topics:
            question = self._("What would you like to talk about?")
            yield Static(question, classes="question", markup=False)
            topics = topic_options(offered, self.visit.texts.written)
            yield Choices(topics, marked=marked, several=True, id="topics")

    @on(Choices.Changed)
    def keep(self, event: Choices.Changed) -> None:
        """Keep what is marked; a woman and a man exclude each other."""
        form, here = self._form, event.choices
        others = form.draft.wishes - here.values
        form.draft = with_wishes(form.draft, others | here.marked)
        here.show(form.draft.wishes & here.values)


class CallMessageScreen(CallFormScreen):
    """Two questions with a careful answer already marked."""

    def heading(self) -> str:
        return self._("If you do not pick up, may we leave a message?")

    def about(self) -> str:
        return self._("It is fine to say no.")

    def body(self) -> Iterable[Widget]:
        draft = self._form.draft
        yield Choices(message_policy_options(self._), marked={draft.message_policy}, id="policy")
        question = self._("And if someone else picks up?")
        yield Static(question, classes="question", markup=False)
        yield Choices(
            answered_by_other_options(self._), marked={draft.answered_by_other}, id="other"
        )

    @on(Choices.Changed, "#policy")
    def keep_policy(self, event: Choices.Changed) -> None:
        """Keep what may be left."""
        policy = MessagePolicy(event.choices.value)
        self._form.draft = with_message_policy(self._form.draft, policy)

    @on(Choices.Changed, "#other")
    def keep_other(self, event: Choices.Changed) -> None:
        """Keep what may be said."""
        answer = AnsweredByOther(event.choices.value)
        self._form.draft = replace(self._form.draft, answered_by_other=answer)


_COVERED_NAME = "•••"


class CallReviewScreen(CallFormScreen):
    """Everything that will be sent, the number covered until it is asked for."""

    AUTO_FOCUS = ""

    def __init__(self, form: CallForm) -> None:
        super().__init__(form)
        self._covered = True

    def heading(self) -> str:
        return self._("Is this right?")

    def about(self) -> str:
        return self._("Go back to change anything.")

    def body(self) -> Iterable[Widget]:
        yield Static(self._read_back(), id="read-back", markup=False)
        yield Choices(
            (
                ("show", self.brief(self._("Show my number"), self._("Show name and number"))),
                ("share", self.visit.texts.pgettext("consent", "You may tell my care team")),
            ),
            marked={"share"} if self._form.draft.share_with_team else (),
            several=True,
            id="extras",
        )
        consent = self.visit.texts.pgettext(
            "consent",
            "By sending, you agree that a peer support specialist may call you."
            " You can withdraw at any time.",
        )
        yield LargeText(self.visit.texts.large(consent))
        yield Static(consent, id="consent", markup=False)

    def below(self) -> Iterable[Widget]:
        yield Static("", id="say", markup=False)
        yield from super().below()

    def steps(self) -> Iterable[Action]:
        send = Action(self._("Yes, send"), letter="Y", id="send", primary=True, apart=True)
        send.display = False
        yield send

    def _offer_more(self) -> None:
        """Offer to send only while the consent is wholly in view."""
        super()._offer_more()
        in_view = self.query_one(Sheet).can_view_entire(self.query_one("#consent"))
        send = self.query_one("#send")
        if in_view and not send.display:
            self.note_change()
        send.display = in_view
        self.query_one("#more").set_class(not in_view, "-primary")

    def covered(self, said: Texts) -> dict[str, Covered]:
        """Where nobody else hears it, the number is said whole, however it is shown."""
        draft = self._form.draft
        name, number = clean(draft.preferred_name), self._format_number(is_covered=False)
        return {
            self._format_name(): Covered(name, said.pgettext("speech", "It is on the screen.")),
            self._format_number(is_covered=self._covered): Covered(
                number, count_digits(self._form.phone, said)
            ),
        }

    def _format_name(self) -> str:
        """Return the name, or signs in its place where the room is not to read it."""
        is_covered = self._covered and self.visit.is_quiet
        return _COVERED_NAME if is_covered else clean(self._form.draft.preferred_name)

    def _format_number(self, *, is_covered: bool) -> str:
        """Return the number, and which one will ring."""
        format_number = format_masked if is_covered else format_phone
        number = format_number(self._form.draft.phone, self.context.clinic.country)
        calling = describe_calling_number(self.context)
        return join_sentences(number, calling, self._) if calling else number

    def _read_back(self) -> Table:
        draft = self._form.draft
        times = [text for value, text in window_options(self._) if value in draft.windows]
        first_day = dict(first_day_options(self._))[self._form.wait]
        language = dict(call_language_options(self._))[draft.call_language]
        policy = dict(message_policy_options(self._))[draft.message_policy]
        other = dict(answered_by_other_options(self._))[draft.answered_by_other]
        rows = (
            (self._("Name"), self._format_name()),
            (self._("Number"), self._format_number(is_covered=self._covered)),
            (self._("When"), join_sentences(join_words(times, self._), first_day, self._)),
            (self._("Language"), language),
            *((self._("Wishes"), wishes) for wishes in self._read_wishes()),
            (self._("Message"), policy),
            (self._("If someone else picks up"), other),
        )
        return pairs(rows)

    def _read_wishes(self) -> Iterable[str]:
        """Yield the wishes as one text; nothing where there is none."""
        offered, wishes = self.context.clinic.wishes, self._form.draft.wishes
        options = (
            *wish_options(offered, self._),
            *topic_options(offered, self.visit.texts.written),
        )
        if words := [text for value, text in options if value in wishes]:
            yield join_words(words, self._)

    @on(Choices.Changed)
    def keep_extras(self, event: Choices.Changed) -> None:
        """Keep the separate, free choice; show or cover the number."""
        may_share = "share" in event.choices.marked
        self._form.draft = replace(self._form.draft, share_with_team=may_share)
        self._covered = "show" not in event.choices.marked
        self.query_one("#read-back", Static).update(self._read_back())

    @on(Pressable.Pressed, "#send")
    def send(self) -> None:
        """Send; a second press while the first is under way does nothing."""
        self.once(self._send)

    async def _send(self) -> None:
        draft = self._form.confirmed(self.visit.texts.language, self.context.clinic.today())
        answer = await self.ask(lambda side: side.desk.request_callback(draft))
        if isinstance(answer, Trouble):
            self.query_one("#say").display = True
            self.refuse()
        else:
            self.post_message(Received(answer))


FORM_STEPS: tuple[type[CallFormScreen], ...] = (
    CallNameScreen,
    CallPhoneScreen,
    CallWhenScreen,
    CallLanguageScreen,
    CallMessageScreen,
    CallReviewScreen,
)
"""The steps in order; the receipt follows when the last one is sent."""


def step_after(step: type[CallFormScreen], offered: OfferedWishes) -> type[CallFormScreen]:
    """Return the screen after one: the next step, or between two of them what can be wished for."""
    if step is CallLanguageScreen and not offered.is_empty:
        return CallWishesScreen
    if step is CallWishesScreen:
        step = CallLanguageScreen
    return FORM_STEPS[FORM_STEPS.index(step) + 1]
