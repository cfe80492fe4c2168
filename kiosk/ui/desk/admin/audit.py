"""The audit trail: who did what, and whether it is whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.audit import AuditLine, AuditVerdict
from kiosk.domain.central.fleet import KioskView
from kiosk.presentation.audit import (
    ACTION_AREAS,
    ACTION_TEXTS,
    NOTE_HEADS,
    describe_action,
    describe_heads,
    describe_verdict,
    entry_number,
)
from kiosk.ui.desk.messages import Offer, Place, Question, Then
from kiosk.ui.desk.questions import LETTERS
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.desk.text import format_clock, format_moment_in_full
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.list import Column, Line, Listing

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
_ALL = "all"
PAGE = 200
"""Entries of the audit trail in one answer."""
_HEADS = 4
"""Heads that are shown; more would leave no room for the entries."""
_NAMED = 8
"""Machines that a question names."""


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries of the audit trail to show."""

    login: str = ""
    """Whose; empty for everybody's."""
    action: str = ""
    """Of which kind (code of `AuditAction`); empty for all."""
    machine: str = ""
    """Of which machine (its symbols); empty for all there are."""


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some entries of the audit trail."""

    entries: tuple[AuditLine, ...]
    is_last: bool
    """Whether nothing older is left to be read."""


def read_trail(wanted: TrailFilter, before: AuditLine | None, side: DeskSide) -> TrailPage:
    """Return a page of the audit trail, the latest first; `before` ends the one before it."""
    by, action, machine = wanted.login or None, wanted.action or None, wanted.machine or None

    def read(place: AuditLine | None) -> tuple[AuditLine, ...]:
        return side.oversight.audit_trail(PAGE, place, by, action, machine)

    found = read(before)
    # An entry that cannot be read leaves its page short, so a short page need not be the last.
    is_last = len(found) < PAGE and not read(found[-1] if found else before)
    return TrailPage(found, is_last)


def entry_line(line: AuditLine, now: datetime, zone: ZoneInfo, *, of_all: bool = False) -> Line:
    """Return one entry of the audit trail as a row, `of_all` for a row of TRAIL_OF_ALL."""
    number = str(entry_number(line.position))
    when = format_moment_in_full(line.at, now, zone)
    where = (line.machine or "–",) if of_all else ()
    return Line(
        (number, when, *where, line.login or "–", describe_action(line.action), line.subject)
    )


def format_filter(wanted: TrailFilter, count: int, *, is_all: bool) -> str:
    """Return which entries are shown, and how many."""
    entries = "one entry" if count == 1 else f"{count:,} entries" if count else "no entries"
    parts = [f"The latest first, {entries}{'' if is_all else ' so far'}"]
    if wanted.login:
        parts.append(f"only by {wanted.login}")
    if wanted.machine:
        parts.append(f"only of machine {wanted.machine}")
    if wanted.action:
        parts.append(f"only “{describe_action(wanted.action)}”")
    return " · ".join(parts)


def format_heads(found: AuditVerdict) -> tuple[str, ...]:
    """Return what to note of a trail that is whole, in lines."""
    heads = describe_heads(found)
    shown = [f"  {head}" for head in heads[:_HEADS]]
    if len(heads) > _HEADS:
        shown.append(f"  and {len(heads) - _HEADS} more, which `kiosk audit verify` prints")
    return (NOTE_HEADS, *shown) if heads else ()


def ask_whose(logins: Sequence[str], then: Then) -> Question:
    """Ask whose entries to show; the answer is a login, or empty for everybody's."""
    title = "Whose entries?"
    if len(logins) >= len(LETTERS):
        lead = "Type the name that they sign in with; nothing shows everybody's."
        return Question(title, then, lead, check=lambda typed: _describe_unknown(typed, logins))
    options = [Offer("a", "Everybody's", "")]
    letters = (letter for letter in LETTERS if letter != "a")
    options += [Offer(letter, login, login) for letter, login in zip(letters, logins, strict=False)]
    return Question(title, then, options=tuple(options))


def ask_which_kiosk(machines: Sequence[KioskView], then: Then) -> Question:
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


def ask_which_area(then: Then) -> Question:
    """Ask what the entries are to be about; the answer is for `ask_which_kind`."""
    options = [Offer("a", "Everything", _ALL)]
    letters = (letter for letter in LETTERS if letter != "a")
    options += [
        Offer(letter, area, area) for letter, area in zip(letters, ACTION_AREAS, strict=False)
    ]
    return Question("Entries about what?", then, options=tuple(options))


def ask_which_kind(area: str, then: Then) -> Question | None:
    """Ask for one kind of entries of an area; None where everything is to be shown."""
    if area == _ALL:
        return None
    options = tuple(
        Offer(letter, _capitalise(ACTION_TEXTS[action]), action.value)
        for letter, action in zip(LETTERS, ACTION_AREAS[area], strict=False)
    )
    return Question(f"{area}: which entries?", then, options=options)


def _capitalise(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _describe_unknown(typed: str, logins: Sequence[str]) -> str:
    is_known = not typed or typed.casefold() in {login.casefold() for login in logins}
    return "" if is_known else "Nobody signs in by that name."


class AuditTrailScreen(DeskScreen):
    """A list that goes back page by page, for one person or one kind where that is asked for."""

    AUTO_FOCUS = "Listing"
    place: ClassVar[Place | None] = Place.AUDIT

    def __init__(self) -> None:
        super().__init__()
        self._wanted = TrailFilter()
        self._entries: tuple[AuditLine, ...] = ()
        self._is_all = False
        """Whether nothing older is left to be read."""

    def heading(self) -> str:
        return "Audit trail"

    def lead(self) -> str:
        return format_filter(self._wanted, len(self._entries), is_all=self._is_all)

    def body(self) -> Iterable[Widget]:
        verdict_line = Static("", id="verdict", markup=False)
        verdict_line.display = False
        yield verdict_line
        yield Listing[AuditLine](
            TRAIL_OF_ALL if self.clinic.at_centre else TRAIL,
            key=lambda line: (line.machine_id, line.position),
            draw=self._line,
            empty="One moment …",
        )

    def keys(self) -> Iterable[Key]:
        if self._entries and not self._is_all:
            yield Key("o", "Older", self._read_on)
        yield Key("p", "Person", self._ask_whose)
        yield Key("k", "Kind", self._ask_area)
        if self.clinic.at_centre:
            yield Key("m", "Machine", self._ask_which)
        if self._wanted != TrailFilter():
            yield Key("r", "Reset", self._widen)
        yield Key("v", "Verify", self._check)

    def on_mount(self) -> None:
        self.once(self._read)

    async def _read(self, before: AuditLine | None = None) -> None:
        """Read the latest page of what is wanted, or the one `before` an entry."""
        wanted = self._wanted
        answer = await self.ask(lambda side: read_trail(wanted, before, side))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif wanted is self._wanted:
            self._entries = (self._entries if before is not None else ()) + answer.entries
            self._is_all = answer.is_last
            self._draw()
        else:
            await self._read()

    async def _read_older(self) -> None:
        await self._read(self._entries[-1])

    def _draw(self) -> None:
        listing = self.query_one(Listing)
        listing.set_empty("Nothing of this kind was done.")
        listing.set_rows(self._entries)
        self.rehead()
        self.rekey()

    def _line(self, line: AuditLine) -> Line:
        clinic = self.clinic
        return entry_line(line, clinic.now(), clinic.zone, of_all=clinic.at_centre)

    def _read_on(self) -> None:
        self.once(self._read_older)

    @on(Listing.Moved)
    def reach_end(self, event: Listing.Moved) -> None:
        """Read older entries as the cursor comes to the last one."""
        last = self._entries[-1] if self._entries and not self._is_all else None
        if last is not None and event.key == (last.machine_id, last.position):
            self._read_on()

    def _ask_whose(self) -> None:
        self.once(self._find_people)

    async def _find_people(self) -> None:
        answer = await self.ask(lambda side: side.accounts.accounts())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            logins = tuple(one.login for one in answer)
            self.pose(ask_whose(logins, lambda login: self._only(login=login)))

    def _ask_which(self) -> None:
        self.once(self._find_machines)

    async def _find_machines(self) -> None:
        answer = await self.ask(lambda side: side.oversight.kiosks())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self.pose(ask_which_kiosk(answer, lambda symbols: self._only(machine=symbols)))

    def _ask_area(self) -> None:
        self.pose(ask_which_area(self._ask_kind))

    def _ask_kind(self, area: str) -> None:
        question = ask_which_kind(area, self._only_kind)
        if question is None:
            self._only_kind("")
        else:
            self.pose(question)

    def _only_kind(self, action: str) -> None:
        self._only(action=action)

    def _only(self, **wanted: str) -> None:
        self._show(replace(self._wanted, **wanted))

    def _widen(self) -> None:
        self._show(TrailFilter())

    def _show(self, wanted: TrailFilter) -> None:
        self._wanted = wanted
        self.once(self._read)

    def _check(self) -> None:
        self.say("Checking every entry …")
        self.once(self._verify)

    async def _verify(self) -> None:
        answer = await self.ask(lambda side: side.oversight.verify_audit())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._show_verdict(answer)
        await self._read()

    def _show_verdict(self, found: AuditVerdict) -> None:
        self.say("")
        words = f"{format_clock(found.checked_at, self.clinic.zone)}  {describe_verdict(found)}"
        if found.broken:
            words += " Please change nothing, and tell whoever looks after this machine."
        if found.ok:
            words = "\n".join((words, *format_heads(found)))
        line = self.query_one("#verdict", Static)
        line.update(words)
        line.set_class(not found.ok, "-broken")
        line.display = True
