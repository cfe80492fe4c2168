"""Times, codes and refusals as text for the clinic's staff; English only."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.entry import EntryProblem
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.groups.groups import GroupCard, PlannedSession, PlanProblem, SessionPlan
from kiosk.domain.groups.plan_import import ImportReport, Plans
from kiosk.domain.printing import PrintJob, PrintState
from kiosk.domain.staff import (
    AccountProblem,
    AccountView,
    PassphraseProblem,
    Role,
)
from kiosk.domain.text import NameProblem
from kiosk.presentation.callbacks import ENTRY_PROBLEMS
from kiosk.presentation.languages import CALL_LANGUAGES
from kiosk.presentation.records import PLAN_PROBLEMS, format_long_day
from kiosk.presentation.staff import PASSPHRASE_PROBLEMS
from kiosk.presentation.wishes import OFFERS

NAME_PROBLEMS = {
    NameProblem.EMPTY: "Please type a name.",
    NameProblem.TOO_LONG: "That is a bit long. A first name is enough.",
    NameProblem.NO_LETTER: "That has no letter in it. A first name is enough.",
    NameProblem.LOOKS_LIKE_ID: "That looks like an identity number, which we never keep.",
    NameProblem.NOT_A_NAME: "Please type the name alone, without the number.",
}


def format_clock(at: datetime, zone: ZoneInfo) -> str:
    """Return a local time of day such as "14:05"."""
    return f"{at.astimezone(zone):%H:%M}"


def format_day(day: date) -> str:
    """Return a day such as "Mon 2 Mar"."""
    return f"{day:%a} {day.day} {day:%b}"


def format_day_and_clock(at: datetime, zone: ZoneInfo) -> str:
    """Return a local day and time such as "Mon 2 Mar, 14:05"."""
    local = at.astimezone(zone)
    return f"{format_day(local.date())}, {local:%H:%M}"


def format_moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a local time such as "14:30" today, else "Tue 3 Mar, 14:30"."""
    same_day = at.astimezone(zone).date() == now.astimezone(zone).date()
    return format_clock(at, zone) if same_day else format_day_and_clock(at, zone)


def format_clock_line(at: datetime, zone: ZoneInfo) -> str:
    """Return the time as the head of a screen shows it."""
    local = at.astimezone(zone)
    return f"{format_day(local.date())} {local:%H:%M}"


def format_to_five_minutes(at: datetime, zone: ZoneInfo) -> str:
    """Return an arrival's time, no finer than five minutes, such as "14:05"."""
    local = at.astimezone(zone)
    return f"{local.replace(minute=local.minute - local.minute % 5):%H:%M}"


def format_people(count: int) -> str:
    """Return "1 person" or "3 people"."""
    return "1 person" if count == 1 else f"{count} people"


def format_wait(seconds: float) -> str:
    """Return a wait such as "45 seconds" or "3 minutes", never too short."""
    whole = max(1, -(-int(seconds * 10) // 10))
    if whole < 100:
        return "1 second" if whole == 1 else f"{whole} seconds"
    return f"{-(-whole // 60)} minutes"


def format_moment_in_full(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a local day and time such as "2 Mar 14:05", or "2 Mar 25 14:05" of another year."""
    day = at.astimezone(zone).date()
    year = "" if day.year == now.astimezone(zone).year else f" {day:%y}"
    return f"{day.day} {day:%b}{year} {format_clock(at, zone)}"


ROLES = {
    Role.FACILITATOR: "Facilitator",
    Role.CALLER: "Caller",
    Role.MANAGER: "Manager",
    Role.CLINICIAN: "Clinician",
}
PRINTING = "Printing"
"""Begins the sentence of what is being printed."""
_LONG_PRINTING = 3.0
"""Seconds from which on it is said how long something takes to print."""
SPOKEN = {**CALL_LANGUAGES, CallLanguage.OTHER: "Other"}
ACCOUNT_PROBLEMS = {
    AccountProblem.LOGIN_ODD: "A login has 1 to 60 plain characters; please choose another.",
    AccountProblem.LOGIN_TAKEN: "There is an account of this name; please choose another.",
    AccountProblem.NO_ROLE: "An account needs at least one role.",
    AccountProblem.UNKNOWN: "It is no longer there; look again.",
    AccountProblem.LAST_MANAGER: "This is the last manager; make another one first.",
    AccountProblem.OWN_PASSPHRASE: "Your own passphrase is changed from the menu.",
    AccountProblem.DISABLED: "The account is disabled; enable it, with a new passphrase.",
    AccountProblem.NEEDS_PASSPHRASE: "The new roles open more; they need a new passphrase.",
}


def describe_refusal(answer: object) -> str:
    """Return why a desk would not do something, or nothing where it did."""
    match answer:
        case PlanProblem():
            return PLAN_PROBLEMS[answer]
        case AccountProblem():
            return ACCOUNT_PROBLEMS[answer]
        case EntryProblem():
            return ENTRY_PROBLEMS[answer]
        case PassphraseProblem():
            return PASSPHRASE_PROBLEMS[answer]
    return ""


def format_printing(what: str, seconds: float) -> str:
    """Return that something is being printed, and for how long where that is long."""
    long = f" {seconds:.0f} s" if seconds >= _LONG_PRINTING else ""
    return f"{PRINTING} {what} …{long}"


def describe_printed(job: PrintJob) -> str:
    """Return what became of something that was printed; empty where that is not known yet."""
    result, what = job.result, job.what
    if result is None:
        return ""
    match result.state:
        case PrintState.PRINTED:
            return f"Printed: {what}."
        case PrintState.SENT:
            return f"Sent to the printer: {what}."
        case PrintState.WAITING:
            return f"Not printed yet: {what}. {result.sentence}"
        case PrintState.FAILED | PrintState.MISSING:
            return f"Not printed: {what}. {result.sentence}"


def format_sessions(count: int) -> str:
    """Return "1 session" or "3 sessions"."""
    return "1 session" if count == 1 else f"{count} sessions"


def format_groups(count: int) -> str:
    """Return "1 group" or "3 groups"."""
    return "1 group" if count == 1 else f"{count} groups"


def format_span(plan: SessionPlan, zone: ZoneInfo) -> str:
    """Return local start and end such as "15:00–16:30"."""
    return f"{format_clock(plan.starts_at, zone)}–{format_clock(plan.ends_at, zone)}"


def format_session_day(plan: SessionPlan, zone: ZoneInfo) -> str:
    """Return the local day of a session such as "Mon 2 Mar"."""
    return format_day(plan.starts_at.astimezone(zone).date())


def format_week(monday: date, sunday: date) -> str:
    """Return a week such as "Mon 2 Mar to Sun 8 Mar 2026"."""
    return f"{format_day(monday)} to {format_day(sunday)} {sunday.year}"


def format_next_meeting(card: GroupCard, zone: ZoneInfo) -> str:
    """Return when a group meets next."""
    return "nothing planned" if card.next_at is None else format_day_and_clock(card.next_at, zone)


def format_who_may_come(card: GroupCard) -> str:
    """Return who may come to a group."""
    if not card.plan.enrolled:
        return "anyone"
    return "1 member" if card.members == 1 else f"{card.members} members"


def format_session_state(one: PlannedSession, now: datetime) -> str:
    """Return what became of a session, or of which kind it is."""
    if one.cancelled is not None:
        return f"cancelled: {one.cancelled}"
    if one.plan.ends_at <= now:
        return "over" if one.has_check_ins else "over, nobody checked in"
    if one.plan.starts_at <= now:
        return "on now"
    return "in a series" if one.plan.series_id else "once"


def format_roles(account: AccountView) -> str:
    """Return the roles of an account, in one order."""
    if account.roles == frozenset(Role):
        return "every role"
    return ", ".join(words for role, words in ROLES.items() if role in account.roles)


def format_languages(account: AccountView) -> str:
    """Return what an account offers visitors who wish for it, and the languages it speaks."""
    spoken = ", ".join(words for code, words in SPOKEN.items() if code in account.languages)
    offered = [words.lower() for wish, words in OFFERS.items() if wish in account.offers]
    return "; ".join((*offered, spoken or "every language"))


def format_account_state(account: AccountView, zone: ZoneInfo) -> str:
    """Return the state of an account."""
    if account.disabled:
        return "disabled"
    if account.must_change:
        return "passphrase given"
    made = account.created_at.astimezone(zone).date()
    return f"since {format_long_day(made)}"


def format_plans(plans: Plans) -> str:
    """Return what a file holds."""
    return f"{format_groups(len(plans.groups))} and {format_sessions(len(plans.sessions))}"


def format_import(report: ImportReport) -> tuple[tuple[str, str], ...]:
    """Return (label, count) of what an import did."""
    return (
        ("New groups", str(report.groups_added)),
        ("Changed groups", str(report.groups_changed)),
        ("New sessions", str(report.added)),
        ("Changed sessions", str(report.changed)),
        ("Cancelled sessions", str(report.cancelled)),
        ("Unchanged", str(report.same)),
        ("Left alone", str(report.left)),
        ("Kept", str(report.kept)),
    )
