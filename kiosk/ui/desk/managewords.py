"""Plans and accounts in the words of those who manage them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kiosk.domain.groups import GroupCard, PlannedSession, PlanProblem, SessionPlan
from kiosk.domain.passphrases import LONGEST, SHORTEST, PassphraseProblem
from kiosk.domain.plans import ImportReport, Plans
from kiosk.domain.planwords import SAYS
from kiosk.domain.requests import CallLanguage
from kiosk.domain.staff import AccountProblem, AccountView, Role
from kiosk.ui.desk.callwords import CALL_LANGUAGES
from kiosk.ui.desk.words import LANGUAGES, clock, day_and_clock, short_day

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ROLES = {Role.FACILITATOR: "Facilitator", Role.CALLER: "Caller", Role.MANAGER: "Manager"}
SPOKEN = {**CALL_LANGUAGES, CallLanguage.OTHER: "Other"}
ACCOUNT_PROBLEMS = {
    AccountProblem.LOGIN_ODD: "A login has 1 to 60 plain characters; please choose another.",
    AccountProblem.LOGIN_TAKEN: "There is an account of this name; please choose another.",
    AccountProblem.NO_ROLE: "An account needs at least one role.",
    AccountProblem.UNKNOWN: "It is no longer there; look again.",
    AccountProblem.LAST_MANAGER: "This is the last manager; make another one first.",
    AccountProblem.OWN_PASSPHRASE: "Your own passphrase is changed from the menu.",
    AccountProblem.NEEDS_PASSPHRASE: "The new roles open more; they need a new passphrase.",
}
PASSPHRASE_PROBLEMS = {
    PassphraseProblem.TOO_SHORT: f"That is too short: at least {SHORTEST} characters.",
    PassphraseProblem.TOO_LONG: f"That is too long: at most {LONGEST} characters.",
    PassphraseProblem.SAME: "That is the one they have; please choose another.",
}


def refusal(answer: object) -> str:
    """Return why a desk would not do something, or nothing where it did."""
    match answer:
        case PlanProblem():
            return SAYS[answer]
        case AccountProblem():
            return ACCOUNT_PROBLEMS[answer]
        case PassphraseProblem():
            return PASSPHRASE_PROBLEMS[answer]
    return ""


def sessions(count: int) -> str:
    """Return "1 session" or "3 sessions"."""
    return "1 session" if count == 1 else f"{count} sessions"


def groups(count: int) -> str:
    """Return "1 group" or "3 groups"."""
    return "1 group" if count == 1 else f"{count} groups"


def span_of(plan: SessionPlan, zone: ZoneInfo) -> str:
    """Return local start and end such as "15:00–16:30"."""
    return f"{clock(plan.starts_at, zone)}–{clock(plan.ends_at, zone)}"


def day_of(plan: SessionPlan, zone: ZoneInfo) -> str:
    """Return the local day of a session such as "Mon 2 Mar"."""
    return short_day(plan.starts_at.astimezone(zone).date())


def week_of(monday: date, sunday: date) -> str:
    """Return a week such as "Mon 2 Mar to Sun 8 Mar 2026"."""
    return f"{short_day(monday)} to {short_day(sunday)} {sunday.year}"


def next_of(card: GroupCard, zone: ZoneInfo) -> str:
    """Return when a group meets next."""
    return "nothing planned" if card.next_at is None else day_and_clock(card.next_at, zone)


def list_of(card: GroupCard) -> str:
    """Return who may come to a group."""
    if not card.plan.enrolled:
        return "anyone"
    return "1 member" if card.members == 1 else f"{card.members} members"


def state_of(one: PlannedSession, now: datetime) -> str:
    """Return what became of a session, or of which kind it is."""
    if one.cancelled is not None:
        return f"cancelled: {one.cancelled}"
    if one.plan.ends_at <= now:
        return "over" if one.has_check_ins else "over, nobody checked in"
    if one.plan.starts_at <= now:
        return "on now"
    return "in a series" if one.plan.series_id else "once"


def language_options(code: str) -> tuple[tuple[str, str], ...]:
    """Return the languages of groups to choose from, with `code` whatever it is."""
    known = tuple(LANGUAGES.items())
    return known if code in LANGUAGES else (*known, (code, code))


def roles_of(account: AccountView) -> str:
    """Return the roles of an account, in one order."""
    if account.roles == frozenset(Role):
        return "every role"
    return ", ".join(words for role, words in ROLES.items() if role in account.roles)


def languages_of(account: AccountView) -> str:
    """Return what somebody speaks on the phone."""
    said = ", ".join(words for code, words in SPOKEN.items() if code in account.languages)
    return said or "every language"


def standing_of(account: AccountView, zone: ZoneInfo) -> str:
    """Return how an account stands."""
    if account.disabled:
        return "disabled"
    if account.must_change:
        return "passphrase given"
    made = account.created_at.astimezone(zone).date()
    return f"since {made.day} {made:%b %Y}"


def plans_in(plans: Plans) -> str:
    """Return what a file holds."""
    return f"{groups(len(plans.groups))} and {sessions(len(plans.sessions))}"


def import_lines(report: ImportReport) -> tuple[tuple[str, str], ...]:
    """Return what an import did, as labels and counts."""
    return (
        ("New groups", str(report.groups_added)),
        ("Changed groups", str(report.groups_changed)),
        ("New sessions", str(report.added)),
        ("Changed sessions", str(report.changed)),
        ("Cancelled sessions", str(report.cancelled)),
        ("Unchanged", str(report.same)),
        ("Left alone", str(report.left)),
    )
