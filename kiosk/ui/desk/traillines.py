"""The audit trail and the machines as rows of lists, and questions about the trail."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.auditwords import AREAS, WORDS, entry_number, words
from kiosk.domain.oversight import AuditLine, KioskView
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
KIOSKS = (
    Column("Kiosk", 24, 10, grows=True),
    Column("Code", 4, rank=1),
    Column("Last contact", 15, 13),
    Column("Waiting", 7, right=True),
    Column("Parked", 6, right=True),
    Column("State", 8),
    Column("Version", 10, rank=2),
)
_LETTERS = "abcdefghijklmnoprstuvwxyz"
"""All but Q, which signs out."""
_ALL = "all"
_SILENT = timedelta(days=1)
"""A machine that has a centre and said nothing for so long needs somebody's eye."""

Then = Callable[[str], None]


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a local day and time such as "2 Mar 14:05", or "2 Mar 25 14:05" of another year."""
    day = at.astimezone(zone).date()
    year = "" if day.year == now.astimezone(zone).year else f" {day:%y}"
    return f"{day.day} {day:%b}{year} {clock(at, zone)}"


def entry(line: AuditLine, now: datetime, zone: ZoneInfo) -> Line:
    """Return one entry of the audit trail as a row."""
    number = str(entry_number(line.position))
    when = moment(line.at, now, zone)
    return Line((number, when, line.login or "–", words(line.action), line.subject))


def shown(wanted: Wanted, count: int, *, is_all: bool) -> str:
    """Say which entries are shown, and how many."""
    entries = "one entry" if count == 1 else f"{count:,} entries" if count else "no entries"
    parts = [f"The latest first, {entries}{'' if is_all else ' so far'}"]
    if wanted.login:
        parts.append(f"only by {wanted.login}")
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


def machine(view: KioskView, now: datetime, zone: ZoneInfo) -> Line:
    """Return one machine as a row."""
    is_silent = view.contact_at is not None and now - view.contact_at > _SILENT
    cells = (
        view.name,
        view.symbols,
        _contact(view, now, zone),
        _counted(view.pending),
        _counted(view.parked),
        "revoked" if view.revoked_at else "this one" if view.here else "in use",
        view.version,
    )
    needs_an_eye = not view.revoked_at and (is_silent or bool(view.parked))
    return Line(cells, "done" if view.revoked_at else "due" if needs_an_eye else "")


def machines(views: Sequence[KioskView]) -> str:
    """Say how the machines stand as a whole."""
    if all(view.contact_at is None for view in views):
        if len(views) == 1:
            return "This machine only: there is no centre, so nothing waits to be sent."
        return "No machine has spoken with a centre yet."
    in_use = [view for view in views if view.revoked_at is None]
    waiting = sum(view.pending or 0 for view in in_use)
    parked = sum(view.parked or 0 for view in in_use)
    words = f"{waiting:,} facts wait to be sent" if waiting else "Everything has been sent"
    return f"{words}; {parked:,} parked: see `kiosk doctor`." if parked else f"{words}."


def _contact(view: KioskView, now: datetime, zone: ZoneInfo) -> str:
    return "never" if view.contact_at is None else moment(view.contact_at, now, zone)


def _counted(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _unknown(typed: str, logins: Sequence[str]) -> str:
    is_known = not typed or typed.casefold() in {login.casefold() for login in logins}
    return "" if is_known else "Nobody signs in by that name."
