"""The audit trail as rows of a list, and questions about it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.auditwords import AREAS, WORDS, entry_number, words
from kiosk.domain.fleet import KioskView
from kiosk.domain.oversight import AuditLine
from kiosk.ui.desk.messages import Offer, Question
from kiosk.ui.desk.oversightasks import Wanted
from kiosk.ui.desk.words import clock
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.listing import Line

TRAIL = (
    Column("No.", 6, rank=2, right=True),
    Column("When", 15, 12),
    Column("Who", 11, 8, grows=True),
    Column("What", 24, grows=True),
    Column("About", 9, rank=1),
)
TRAIL_OF_ALL = (
    Column("No.", 6, rank=3, right=True),
    TRAIL[1],
    Column("Machine", 12, 8, rank=1),
    *TRAIL[2:4],
    Column("About", 9, rank=2),
)
"""The same where several machines keep a trail: which one matters more than the number."""
_LETTERS = "abcdefghijklmnoprstuvwxyz"
"""All but Q, which signs out."""
_ALL = "all"
_NAMED = 8
"""Machines that a question names."""
Then = Callable[[str], None]


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a local day and time such as "2 Mar 14:05", or "2 Mar 25 14:05" of another year."""
    day = at.astimezone(zone).date()
    year = "" if day.year == now.astimezone(zone).year else f" {day:%y}"
    return f"{day.day} {day:%b}{year} {clock(at, zone)}"


def entry(line: AuditLine, now: datetime, zone: ZoneInfo, *, of_all: bool = False) -> Line:
    """Return one entry of the audit trail as a row, `of_all` for a row of TRAIL_OF_ALL."""
    number = str(entry_number(line.position))
    when = moment(line.at, now, zone)
    where = (line.machine or "–",) if of_all else ()
    return Line((number, when, *where, line.login or "–", words(line.action), line.subject))


def shown(wanted: Wanted, count: int, *, is_all: bool) -> str:
    """Say which entries are shown, and how many."""
    entries = "one entry" if count == 1 else f"{count:,} entries" if count else "no entries"
    parts = [f"The latest first, {entries}{'' if is_all else ' so far'}"]
    if wanted.login:
        parts.append(f"only by {wanted.login}")
    if wanted.machine:
        parts.append(f"only of machine {wanted.machine}")
    if wanted.action:
        parts.append(f"only “{words(wanted.action)}”")
    return " · ".join(parts)


def whose(logins: Sequence[str], then: Then) -> Question:
    """Ask whose entries to show; the answer is a login, or empty for everybody's."""
    title = "Whose entries?"
    if len(logins) >= len(_LETTERS):
        lead = "Type the name that they sign in with; nothing shows everybody's."
        return Question(title, then, lead, check=lambda typed: _unknown(typed, logins))
    options = [Offer("a", "Everybody's", "")]
    letters = (letter for letter in _LETTERS if letter != "a")
    options += [Offer(letter, login, login) for letter, login in zip(letters, logins, strict=False)]
    return Question(title, then, options=tuple(options))


def which_machine(machines: Sequence[KioskView], then: Then) -> Question:
    """Ask for a machine by its symbols; the answer is empty for all of them."""
    lead = "Type its two symbols; nothing shows all. There are " + ", ".join(
        f"{one.symbols} ({one.name})" for one in machines[:_NAMED]
    )
    lead += ", and more." if len(machines) > _NAMED else "."
    known = {one.symbols for one in machines}

    def check(typed: str) -> str:
        return "" if not typed or typed.upper() in known else "No machine has these symbols."

    return Question(
        "Entries of which machine?", lambda typed: then(typed.upper()), lead, check=check
    )


def which_area(then: Then) -> Question:
    """Ask what the entries are to be about; the answer is for `which_kind`."""
    options = [Offer("a", "Everything", _ALL)]
    letters = (letter for letter in _LETTERS if letter != "a")
    options += [Offer(letter, area, area) for letter, area in zip(letters, AREAS, strict=False)]
    return Question("Entries about what?", then, options=tuple(options))


def which_kind(area: str, then: Then) -> Question | None:
    """Ask for one kind of entries of an area; None where everything is to be shown."""
    if area == _ALL:
        return None
    options = tuple(
        Offer(letter, _capital(WORDS[action]), action.value)
        for letter, action in zip(_LETTERS, AREAS[area], strict=False)
    )
    return Question(f"{area}: which entries?", then, options=options)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _unknown(typed: str, logins: Sequence[str]) -> str:
    is_known = not typed or typed.casefold() in {login.casefold() for login in logins}
    return "" if is_known else "Nobody signs in by that name."
