"""A request for a call, asked on plain lines: the same questions as on the screens."""

from collections.abc import Iterable
from dataclasses import replace

from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallLanguage,
    MessagePolicy,
    choose_windows,
)
from kiosk.domain.callbacks.wishes import with_message_policy, with_wishes
from kiosk.domain.phones import PhoneProblem, check_phone, format_masked, format_phone
from kiosk.domain.text import NameProblem, check_name, clean
from kiosk.ui.door import Trouble
from kiosk.ui.plain.conversation import Conversation, GoBack, PlainQuestion
from kiosk.ui.visitor.codes import format_receipt
from kiosk.ui.visitor.text import (
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
from kiosk.ui.visitor.times import join_words
from kiosk.ui.visitor.visit import CallForm


class PlainForm:
    """The questions of a request, back and forward without loss, then all of it read back."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    def _(self, message: str) -> str:
        return self._talk.visit.texts.gettext(message)

    def ask(self) -> None:
        form = self._talk.visit.call_form()
        steps = [self._ask_name, self._ask_phone, self.ask_when, self.ask_first_day]
        steps.append(self._ask_language)
        if not self._talk.context.clinic.wishes.is_empty:
            steps.append(self._ask_wishes)
        steps += [self._ask_message, self._ask_other_person, self._review]
        place = 0
        while place < len(steps):
            try:
                steps[place](form)
                place += 1
            except GoBack:
                if place == 0:
                    raise
                place -= 1

    def _ask_name(self, form: CallForm) -> None:
        while True:
            line = self._talk.type_text(
                lambda: self._("What should we call you?"),
                lambda: [self._("A first name or a nickname is enough.")],
                form.draft.preferred_name,
            )
            name = check_name(line)
            if not isinstance(name, NameProblem):
                form.draft = replace(form.draft, preferred_name=name.text)
                return
            self._talk.tell(describe_name_problem(name, self._))

    def _ask_phone(self, form: CallForm) -> None:
        country = self._talk.context.clinic.country
        while True:
            line = self._talk.type_text(
                lambda: self._("Which number should we call?"),
                lambda: [self._("We only use it to call you back.")],
                form.phone,
            )
            phone = check_phone(line, country)
            if not isinstance(phone, PhoneProblem):
                form.phone = line
                form.draft = replace(form.draft, phone=phone.e164)
                self._talk.tell(self._("We will call {number}.").format(number=phone.shown))
                return
            language = self._talk.visit.texts.language
            self._talk.tell(describe_phone_problem(phone, country, language, self._))
            if phone is PhoneProblem.NO_PHONE:
                self._talk.read_page(self._talk.page("without-a-phone"))

    def ask_when(self, form: CallForm) -> None:
        chosen = self._talk.choose_several(
            lambda: PlainQuestion(
                self._("When may we call?"),
                window_options(self._),
                [self._("Choose all that suit you.")],
                marked=frozenset(form.draft.windows),
                keeps=True,
                several=True,
            )
        )
        wanted = choose_windows(chosen, form.draft.windows)
        form.draft = replace(form.draft, windows=wanted)

    def ask_first_day(self, form: CallForm) -> None:
        form.wait = self._talk.choose_one(
            lambda: (self._("And from which day?"), first_day_options(self._)), form.wait
        )

    def _ask_language(self, form: CallForm) -> None:
        language = self._talk.choose_one(
            lambda: (self._("Which language should we speak?"), call_language_options(self._)),
            form.draft.call_language,
        )
        form.draft = replace(form.draft, call_language=CallLanguage(language))

    def _ask_wishes(self, form: CallForm) -> None:
        offered = self._talk.context.clinic.wishes

        def question() -> PlainQuestion:
            options = (
                *wish_options(offered, self._),
                *topic_options(offered, self._talk.visit.texts.language),
            )
            title = self._("Do you have a wish for the call?")
            lead = self._("You can pass this by. We do our best, and get in touch in any case.")
            return PlainQuestion(
                title, options, [lead], form.draft.wishes, keeps=True, several=True
            )

        form.draft = with_wishes(form.draft, self._talk.choose_several(question))

    def _ask_message(self, form: CallForm) -> None:
        policy = self._talk.choose_one(
            lambda: (
                self._("If you do not pick up, may we leave a message?"),
                message_policy_options(self._),
            ),
            form.draft.message_policy,
        )
        form.draft = with_message_policy(form.draft, MessagePolicy(policy))

    def _ask_other_person(self, form: CallForm) -> None:
        answer = self._talk.choose_one(
            lambda: (
                self._("And if someone else picks up?"),
                answered_by_other_options(self._),
            ),
            form.draft.answered_by_other,
        )
        form.draft = replace(form.draft, answered_by_other=AnsweredByOther(answer))

    def _review(self, form: CallForm) -> None:
        """Read it all back with the consent, and send it by a letter of its own."""
        covered = True

        def question() -> PlainQuestion:
            consent = self._talk.visit.texts.pgettext(
                "consent",
                "By sending, you agree that a peer support specialist may call you."
                " You can withdraw at any time.",
            )
            share = self._talk.visit.texts.pgettext("consent", "You may tell my care team")
            marked = frozenset({"share"} if form.draft.share_with_team else ())
            options = (("show", self._("Show my number")), ("share", share))
            lead = (*self._read_back(form, covered=covered), consent)
            steps = (("Y", self._("Yes, send")),)
            return PlainQuestion(self._("Is this right?"), options, lead, marked, steps=steps)

        while True:
            match self._talk.choose(question):
                case "show":
                    covered = not covered
                case "share":
                    shared = form.draft.share_with_team
                    form.draft = replace(form.draft, share_with_team=not shared)
                case _:
                    self._send(form)

    def _read_back(self, form: CallForm, *, covered: bool) -> Iterable[str]:
        draft, country = form.draft, self._talk.context.clinic.country
        number = (format_masked if covered else format_phone)(draft.phone, country)
        times = [text for value, text in window_options(self._) if value in draft.windows]
        rows = (
            (self._("Name"), clean(draft.preferred_name)),
            (self._("Number"), number),
            (self._("When"), join_words(times, self._)),
            ("", dict(first_day_options(self._))[form.wait]),
            (
                self._("Language"),
                dict(call_language_options(self._))[draft.call_language],
            ),
            (
                self._("Message"),
                dict(message_policy_options(self._))[draft.message_policy],
            ),
            (
                self._("If someone else picks up"),
                dict(answered_by_other_options(self._))[draft.answered_by_other],
            ),
        )
        for label, text in rows:
            yield f"{label}: {text}" if label else text
        wishes = (
            *wish_options(self._talk.context.clinic.wishes, self._),
            *topic_options(self._talk.context.clinic.wishes, self._talk.visit.texts.language),
        )
        if told := [text for value, text in wishes if value in draft.wishes]:
            yield f"{self._('Wishes')}: {join_words(told, self._)}"
        yield describe_calling_number(self._talk.context)

    def _send(self, form: CallForm) -> None:
        draft = form.confirmed(self._talk.visit.texts.language, self._talk.context.clinic.today())
        receipt = self._talk.ask_desk(lambda side: side.desk.request_callback(draft))
        if isinstance(receipt, Trouble):
            self._talk.refuse()
            return
        code = format_receipt(receipt, self._talk.context)
        self._talk.visit.wipe()
        reference = self._("Your reference: {reference}").format(reference=receipt.reference)
        # The last sentence is of a code to photograph, which is not drawn here.
        self._talk.begin_part(code.title, reference, *code.lines[:-1])
        self._talk.pause()
