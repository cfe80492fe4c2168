"""Times, choices, problems and outcomes as text on the visitor's screens."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, assert_never

from kiosk.domain.attendance.check_in import (
    NO_SESSION,
    AlreadyHere,
    CheckedIn,
    GuestWelcomed,
    Joined,
    NothingOpen,
    ScannerWorks,
    ScanProblem,
)
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.domain.callbacks.slips import HalfDay, RequestPhase, SlipNews
from kiosk.domain.callbacks.wishes import OfferedWishes, Wish
from kiosk.domain.passes import HEAD
from kiosk.domain.phones import PhoneProblem, digit_counts
from kiosk.domain.policy import PRIVATE_NUMBER
from kiosk.domain.text import MOST_NAME_BYTES, NameProblem, clean
from kiosk.ui.terminal.scanner import Measured
from kiosk.ui.visitor.times import format_session, format_time, locale_of
from kiosk.ui.visitor.visit import Stay, VisitorContext
from kiosk.ui.widgets.card import CardText

if TYPE_CHECKING:  # the first screen does not wait for it
    from kiosk.domain.callbacks.waiting_times import MeasuredWait

_DAYS_OF_A_WEEK = 7
Translate = Callable[[str], str]
"""A screen's `_`: the message in the visit's language."""


def window_options(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return the parts of the week in which the visitor may be called."""
    return (
        (Window.ANY, _("Any time")),
        (Window.WEEKDAY_MORNING, _("Weekday mornings")),
        (Window.WEEKDAY_AFTERNOON, _("Weekdays, 12 to 4")),
        (Window.WEEKDAY_EVENING, _("Weekdays, 4 to 6")),
        (Window.SATURDAY_MORNING, _("Saturday mornings")),
    )


def first_day_options(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return from which day on the visitor may be called."""
    return (
        ("now", _("From now on")),
        ("tomorrow", _("From tomorrow")),
        ("week", _("From next week")),
    )


def call_language_options(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return the languages to speak on the phone."""
    return (
        (CallLanguage.ENGLISH, "English"),
        (CallLanguage.MANDARIN, "华语 Mandarin"),
        (CallLanguage.MALAY, "Melayu"),
        (CallLanguage.TAMIL, "Tamil"),
        (CallLanguage.HOKKIEN, "福建话 Hokkien"),
        (CallLanguage.CANTONESE, "广东话 Cantonese"),
        (CallLanguage.TEOCHEW, "潮州话 Teochew"),
        (CallLanguage.OTHER, _("Another one")),
    )


def wish_options(offered: OfferedWishes, _: Translate) -> tuple[tuple[str, str], ...]:
    """Return those wishes that the clinic offers, its topics aside."""
    words = {
        Wish.WOMAN: _("With a woman"),
        Wish.MAN: _("With a man"),
        Wish.TEXT: _("Text, do not ring"),
        Wish.INTERPRETER: _("An interpreter"),
        Wish.CARER: _("For someone I care for"),
    }
    return tuple((wish.value, words[wish]) for wish in offered.wishes)


def topic_options(offered: OfferedWishes, language: str) -> tuple[tuple[str, str], ...]:
    """Return the clinic's topics by their names in a language."""
    return tuple((topic.code, topic.label(language)) for topic in offered.topics)


def message_policy_options(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return what may be left when nobody picks up."""
    return (
        (MessagePolicy.NONE, _("No message")),
        (MessagePolicy.NAME_AND_NUMBER, _("Name and number")),
        (MessagePolicy.TEXT, _("Text me")),
    )


def answered_by_other_options(_: Translate) -> tuple[tuple[str, str], ...]:
    """Return what may be said when another person picks up."""
    return (
        (AnsweredByOther.ASK_FOR_NAME, _("Only ask for me")),
        (AnsweredByOther.SAY_CLINIC, _("Say who calls")),
    )


def first_visit_wish(_: Translate) -> str:
    """Return what somebody ticks who is here for the first time."""
    return _("It is my first time. Please meet me here.")


def describe_name_problem(problem: NameProblem, _: Translate) -> str:
    """Return one kind sentence for a name that cannot be taken."""
    match problem:
        case NameProblem.EMPTY:
            return _("Please type a name. A nickname is fine.")
        case NameProblem.TOO_LONG:
            return _("That is a bit long. Please type a first name.")
        case NameProblem.LOOKS_LIKE_ID:
            return _("Please do not type an NRIC or FIN. We never need it.")
        case NameProblem.NO_LETTER:
            return _("Please type a name with letters in it.")
        case NameProblem.NOT_A_NAME:
            return _("Please type the name alone, without the number.")
        case _other:
            assert_never(problem)


def describe_phone_problem(problem: PhoneProblem, country: str, language: str, _: Translate) -> str:
    """Return one kind sentence for a number that cannot be called from the clinic's `country`."""
    sentence = {
        PhoneProblem.EMPTY: _("Please type the number we should call."),
        PhoneProblem.TOO_SHORT: _(
            "Please add the missing digits. {country} numbers have {digits}."
        ),
        PhoneProblem.TOO_LONG: _("Please take out some digits. {country} numbers have {digits}."),
        PhoneProblem.LOOKS_LIKE_ID: _("Please do not type an NRIC or FIN. We never need it."),
        PhoneProblem.PREMIUM: _("We cannot call that kind of number. Please type another one."),
        PhoneProblem.SEVERAL: _("That is more than one. Please type one number."),
        PhoneProblem.EXTENSION: _("We cannot dial extensions. Please type another number."),
        PhoneProblem.NO_PHONE: _("That is fine. Staff at the counter can help."),
        PhoneProblem.NOT_A_NUMBER: _("Type {digits} digits, or + first for another country."),
        PhoneProblem.NOT_IN_PLAN: _("Please check it. For another country, start with +."),
    }[problem]
    return sentence.format(**_format_number_plan(country, language))


def _format_number_plan(country: str, language: str) -> dict[str, str]:
    """Return the country's name, and how many digits its numbers have, such as 8 or 9–11."""
    from babel import Locale

    names = Locale.parse(locale_of(language)).territories
    fewest, most = digit_counts(country)
    digits = str(fewest) if fewest == most else f"{fewest}–{most}"
    return {"country": names.get(country, country), "digits": digits}


_Came = CheckedIn | AlreadyHere | GuestWelcomed | Joined
Shown = CheckedIn | AlreadyHere | GuestWelcomed | NothingOpen | ScannerWorks
"""The outcomes that are a result by themselves; the others ask or lead on."""


@dataclass(frozen=True, slots=True)
class ResultText:
    """What a result shows, and what can be done with it."""

    card: CardText
    new_pass: str = ""
    """The digits of a pass that can be shown to photograph."""
    more: bool = False
    """Whether reading about groups is offered."""
    may_ask: CheckedIn | AlreadyHere | GuestWelcomed | None = None
    """The outcome of somebody who may be here for the first time, and can ask to be met."""
    unfinished: bool = False
    """Whether there is a form to go back to."""
    public_title: str = ""
    """The title without a name, for the room to hear; empty where it names nobody."""

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to do but to read it."""
        return not (self.new_pass or self.more or self.may_ask or self.unfinished)


def describe_outcome(outcome: Shown, context: VisitorContext) -> ResultText:
    """Return the result of a check-in; welcome and "already here" look the same."""
    _ = context.visit.texts.gettext
    match outcome:
        case CheckedIn():
            return _welcome(context, outcome.name, _("You are checked in."), outcome)
        case AlreadyHere():
            since = format_time(outcome.since, context.clinic.zone, context.visit.texts.written)
            text = _("You are with us since {time}.").format(time=since)
            return _welcome(context, outcome.name, text, outcome)
        case GuestWelcomed():
            return _welcome(context, None, _("You are counted in."), outcome)
        case NothingOpen():
            return _describe_nothing_open(outcome, context)
        case ScannerWorks():
            return _result(context, _("✓  The scanner works"), _("All digits arrived."))
        case _other:
            assert_never(outcome)


def describe_test_card(measured: Measured | None, context: VisitorContext) -> ResultText:
    """Return how a scanner sent its test card, with what to set where that is not right."""
    text = describe_outcome(ScannerWorks(), context)
    if measured is None:
        return text
    _ = context.visit.texts.gettext
    pace = _("{gap} ms from one character to the next.")
    if measured.gap > _SLOW_SCANNER:
        pace = _("{gap} ms from one character to the next. Please set it faster, to 5 to 20 ms.")
    layout = _("The keyboard layout fits.")
    if measured.row != HEAD:
        layout = _("Its keyboard layout types {row} for 0 to 9. We can read that.")
    lines = (
        *text.card.lines,
        pace.format(gap=round(1000 * measured.gap)),
        layout.format(row=clean(measured.row)),
        _describe_ending(measured.ending, _),
    )
    return replace(text, card=replace(text.card, lines=lines))


_SLOW_SCANNER = 0.030
"""Seconds a character from which on codes of others cannot be told from a quick person's keys."""
_ENDINGS = {"enter": "Enter", "ctrl+m": "Enter", "tab": "Tab", "ctrl+i": "Tab", "ctrl+c": "ETX"}


def _describe_ending(key: str, _: Translate) -> str:
    if not key:
        return _("Nothing comes behind the code. Please set it to end with Enter.")
    return _("Behind the code comes {key}.").format(key=_ENDINGS.get(key, "LF"))


def describe_scan_problem(problem: ScanProblem, context: VisitorContext) -> CardText:
    """Return what to say of a code that cannot be read here, or that is not ours."""
    texts, _ = context.visit.texts, context.visit.texts.gettext
    match problem:
        case ScanProblem.MISREAD | ScanProblem.UNKNOWN_VERSION:
            title, lines = (
                _("Please scan again"),
                (
                    _("Hold the code still, a hand away from the scanner."),
                    _("Or ask any staff member to check you in."),
                ),
            )
        case ScanProblem.NOT_OURS:
            title, lines = (
                _("This is not a group pass"),
                (
                    _("We did nothing with it, and did not keep it."),
                    _("Show your pass, or ask any staff member."),
                ),
            )
        case ScanProblem.RECORD:
            title, lines = (
                _("Health records are not read here"),
                (
                    _("We did nothing with it, and did not keep it."),
                    _("Please show it to staff at the counter."),
                ),
            )
        case _other:
            assert_never(problem)
    return CardText(title, lines, _format_clears(_), "primary", texts.large(title, *lines))


def describe_scanned_pin(context: VisitorContext) -> CardText:
    """Return what to say where keys came to the PIN's field at a scanner's pace."""
    _ = context.visit.texts.gettext
    lines = (
        _("It came as fast as from a scanner, so it was not tried."),
        _("Type it key by key."),
    )
    return CardText(_("Please type the PIN by hand"), lines, _format_clears(_), "primary")


def _format_clears(_: Translate) -> str:
    return _("This clears by itself, or when you press a key or touch the screen.")


def describe_joined(joined: Joined, context: VisitorContext) -> ResultText:
    """Return the welcome of a visitor who has just got a pass, which can be shown."""
    _ = context.visit.texts.gettext
    welcome = _welcome(context, joined.name, _("You are checked in."), joined)
    return replace(welcome, new_pass=joined.digits)


def describe_calling_number(context: VisitorContext) -> str:
    """Return which number will ring; empty where the clinic does not say."""
    _, number = context.visit.texts.gettext, context.clinic.calling_number
    if not number:
        return ""
    if number == PRIVATE_NUMBER:
        return _("We call from a private number.")
    return _("We call from {number}.").format(number=number)


def format_half_day(half: HalfDay, context: VisitorContext) -> str:
    """Return the half of a day, for example "Tuesday morning"; with its date where it is far."""
    _, day = context.visit.texts.gettext, format_near_day(half.day, context)
    if _is_near(half.day, context):
        form = _("{day} afternoon") if half.afternoon else _("{day} morning")
    else:
        form = _("{day} in the afternoon") if half.afternoon else _("{day} in the morning")
    return form.format(day=day)


def format_near_day(day: date, context: VisitorContext) -> str:
    """Return a day, for example "Tuesday", or "24 November" where it is no day of this week."""
    from babel.dates import format_date, format_skeleton

    locale = locale_of(context.visit.texts.written)
    if _is_near(day, context):
        return format_date(day, "EEEE", locale=locale)
    return str(format_skeleton("MMMMd", day, locale=locale))


def _is_near(day: date, context: VisitorContext) -> bool:
    return abs((day - context.clinic.today()).days) < _DAYS_OF_A_WEEK


def describe_news(news: SlipNews, context: VisitorContext) -> tuple[str, ...]:
    """Return what became of a request, and what is next, as a slip says it."""
    _ = context.visit.texts.gettext
    told = _news_sentences(_)[news.phase]
    if _is_without_day(news):
        told = _sentences_without_day(_)[news.phase]
    number = context.clinic.public_number
    if news.moved:
        then = _("We ring you at the times that you chose.")
        if news.phase is RequestPhase.BOOKED:
            then = _describe_other_talk(_)
        told = (then,) if news.phase is RequestPhase.AGREED else (*told, then)
    elif news.phase in _ASKS_TO_RING or (news.phase is RequestPhase.MISSED and news.next is None):
        ask = _("Please ask any staff member. They can arrange a call.")
        told += (_("Please ring us on {number}, or ask any staff member.") if number else ask,)
    shown = {"number": number}
    if news.since is not None:
        shown["when"] = format_half_day(news.since, context)
    if news.next is not None:
        shown["then"] = format_half_day(news.next, context)
        shown["day"] = format_near_day(news.next.day, context)
    return tuple(sentence.format(**shown) for sentence in told)


_ASKS_TO_RING = frozenset({RequestPhase.TEXTED, RequestPhase.RING_US, RequestPhase.NOT_REACHED})
_HAS_NEXT = frozenset({RequestPhase.MISSED, RequestPhase.AGREED, RequestPhase.BOOKED})


def _is_without_day(news: SlipNews) -> bool:
    """Return whether the day is not known that the usual sentence names."""
    if news.phase in _HAS_NEXT:
        return news.next is None
    return news.phase is RequestPhase.WITH_CLINIC and news.since is None


def _news_sentences(_: Translate) -> dict[RequestPhase, tuple[str, ...]]:
    return {
        RequestPhase.KEPT_HERE: (_("It has been kept safely on this kiosk since {when}."),),
        RequestPhase.WITH_CLINIC: (_("It has been with the clinic since {when}."),),
        RequestPhase.MISSED: (
            _("We rang on {when} and could not reach you."),
            _("We try again by {day}."),
        ),
        RequestPhase.TEXTED: (_("We sent you a text message on {when}."),),
        RequestPhase.AGREED: (_("We ring you on {then}, as you asked."),),
        RequestPhase.RING_US: (_("The number we have does not reach you."),),
        RequestPhase.SPOKEN: (_("We spoke with you on {when}."),),
        RequestPhase.BOOKED: (_("A talk is booked for {then}."),),
        RequestPhase.DONE: (_("It is done. You can always ask for another call."),),
        RequestPhase.NOT_REACHED: (_("We could not reach you."),),
        RequestPhase.WITHDRAWN: (_("It is withdrawn. Nobody will call you about it."),),
        RequestPhase.NOT_KNOWN: (
            _("We do not know this slip here. Any staff member can look for you."),
        ),
    }


def _sentences_without_day(_: Translate) -> dict[RequestPhase, tuple[str, ...]]:
    return {
        RequestPhase.WITH_CLINIC: (_("It is with the clinic."),),
        RequestPhase.MISSED: (_("We rang on {when} and could not reach you."),),
        RequestPhase.AGREED: (_("We ring you again, as you asked."),),
        RequestPhase.BOOKED: (_("A talk is booked for you."),),
    }


def format_lately_waited(wait: "MeasuredWait", context: VisitorContext) -> str:
    """Return how long people waited for a call lately, and what is meant where that was missed."""
    texts = context.visit.texts
    if not wait.is_missed:
        kept = texts.ngettext(
            "In the last four weeks most people were rung within {days} working day.",
            "In the last four weeks most people were rung within {days} working days.",
            wait.days,
        )
        return kept.format(days=wait.days)
    missed = texts.ngettext(
        "In the last four weeks most people waited {days} working day. We aim for {aim}.",
        "In the last four weeks most people waited {days} working days. We aim for {aim}.",
        wait.days,
    )
    return missed.format(days=wait.days, aim=wait.aim)


def _describe_other_talk(_: Translate) -> str:
    """Return what other times do to a talk that is booked: nothing, until staff have rung."""
    return _("We ring you about another time. Until then the talk stays.")


def describe_times_kept(context: VisitorContext, *, has_talk: bool) -> ResultText:
    """Return the answer to other times, which are kept by then; a booked talk stands still."""
    _ = context.visit.texts.gettext
    then = _("We ring you at the times that suit you.")
    return _result(
        context,
        _("Thank you"),
        _describe_other_talk(_) if has_talk else then,
        _("Show your slip again to see what is next."),
    )


def describe_note_kept(context: VisitorContext) -> ResultText:
    """Return the one answer to every typed reference."""
    _ = context.visit.texts.gettext
    return _result(
        context,
        _("Thank you"),
        _("If the code fits a request, staff will withdraw it."),
        _("With your slip under the scanner it happens at once."),
        colour="primary",
    )


def describe_trouble(context: VisitorContext) -> ResultText:
    """Return the answer when the desk could not keep anything."""
    _ = context.visit.texts.gettext
    return _result(
        context,
        _("Please ask at the counter"),
        _("This could not be kept just now. Staff can check you in."),
        colour="primary",
    )


def _describe_nothing_open(outcome: NothingOpen, context: VisitorContext) -> ResultText:
    _ = context.visit.texts.gettext
    lines = [_("Nothing is open for check-in just now.")]
    if outcome.next is not None:
        session = format_session(outcome.next, context.clinic.zone, context.visit.texts)
        lines.append(_("Next today: {session}").format(session=session))
    return replace(_greet(context, outcome.name, *lines), more=True)


def _welcome(context: VisitorContext, name: str | None, text: str, outcome: _Came) -> ResultText:
    """Return the result that welcomes `name`, with what has happened as `text`."""
    _, session = context.visit.texts.gettext, outcome.session
    if session.id == NO_SESSION:
        words = _("Please tell staff which group you came for."), _("They put you on its list.")
        return _greet(context, name, _("You are checked in."), *words)
    where = format_session(session, context.clinic.zone, context.visit.texts)
    if session.room not in ("", session.label):
        where = f"{where}   ·   {session.room}"
    lines = [text, where]
    if outcome.is_first:
        lines += [
            _("The group's team looks out for you here."),
            _("Nobody has come? Please ask at the counter."),
        ]
    welcome = _greet(context, name, *lines)
    if isinstance(outcome, Joined) or outcome.may_ask_for is None:
        return welcome
    return replace(welcome, may_ask=outcome)


def _greet(context: VisitorContext, name: str | None, *lines: str) -> ResultText:
    """Return a result whose title welcomes `name`, where the screens can show it."""
    _ = context.visit.texts.gettext
    public = _("✓  Welcome")
    if not (name := context.readable(name)):
        return _result(context, public, *lines)
    title = _("✓  Welcome, {name}").format(name=clean(name, MOST_NAME_BYTES))
    return replace(_result(context, title, *lines), public_title=public)


def _result(
    context: VisitorContext, title: str, *lines: str, colour: str = "success"
) -> ResultText:
    """Return a result that ends with when its screen clears; `colour`: a token of the theme."""
    texts = context.visit.texts
    clears = texts.gettext("This screen clears by itself in {seconds} seconds.")
    note = clears.format(seconds=round(context.timing.result))
    return ResultText(CardText(title, lines, note, colour, texts.large(title, *lines)))


_MINUTES_FROM = 180
"""Seconds from which on a time is said in minutes."""


def describe_limit(stays: Stay, context: VisitorContext) -> tuple[str, ...]:
    """Return when a screen clears by itself, in longer and shorter words (WCAG 2.2, 2.2.6).

    Empty where nothing of a visitor's would be cleared.
    """
    timing, texts = context.timing, context.visit.texts
    _, ngettext = texts.gettext, texts.ngettext
    seconds = {
        "idle": timing.idle + timing.warning,
        "receipt": timing.receipt + timing.warning,
        "result": timing.result,
    }.get(stays, 0)
    on = (_("More time is on."),) if context.visit.has_more_time else ()
    if not seconds:
        return on
    if seconds < _MINUTES_FROM:
        count = int(seconds)
        clears = ngettext(
            "This screen clears {count} second after your last press.",
            "This screen clears {count} seconds after your last press.",
            count,
        )
        short = ngettext("Stays {count} second", "Stays {count} seconds", count)
    else:
        count = int(seconds // 60)
        clears = ngettext(
            "This screen clears {count} minute after your last press.",
            "This screen clears {count} minutes after your last press.",
            count,
        )
        short = ngettext("Stays {count} minute", "Stays {count} minutes", count)
    clears, short = clears.format(count=count), short.format(count=count)
    if not on:
        return clears, short
    return f"{on[0]} {clears}", f"{on[0]} {short}", *on
