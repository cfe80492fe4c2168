"""The clinic's machines: the list of them, and all that is known of one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.callbacks.notice import NoticeState
from kiosk.domain.central.fleet import (
    KioskView,
    MachineKind,
    describe_needing_machines,
    format_clock_offset,
)
from kiosk.presentation.notices import describe_late_notices, describe_notice_trouble
from kiosk.presentation.records import format_long_day
from kiosk.ui.desk.messages import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.text import format_moment_in_full
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.layout import pairs
from kiosk.ui.widgets.list import Column, Line, Listing, Tone

KIOSKS = (
    Column("Kiosk", 24, 9, keeps="start"),
    Column("Code", 4, rank=2),
    Column("Last contact", 15, 13),
    Column("Waiting", 7, rank=1, right=True),
    Column("Parked", 6, rank=1, right=True),
    Column("What it needs", 60, 26, grows=True),
)
_KINDS = {MachineKind.KIOSK: "kiosk", MachineKind.DESK: "desk machine"}


def kiosk_line(view: KioskView, now: datetime, zone: ZoneInfo) -> Line:
    """Return one machine as a row."""
    cells = (
        view.name,
        view.symbols,
        _format_at(view.contact_at, now, zone, "never"),
        _format_count(view.pending),
        _format_count(view.parked),
        view.needs[0] if view.needs else _format_state(view),
    )
    tone: Tone = "done" if view.revoked_at and not view.needs else ""
    return Line(cells, tone, warned=len(cells) - 1 if view.needs else None)


def describe_kiosks(views: Sequence[KioskView]) -> str:
    """Return the state of the machines as a whole."""
    needy = describe_needing_machines(views)
    if needy:
        return f"{needy}; the others are in order." if len(views) > 1 else f"{needy}."
    if all(view.contact_at is None for view in views):
        if len(views) == 1:
            return "This machine only: there is no centre, so nothing waits to be sent."
        return "No machine has spoken with a centre yet."
    waiting = sum(view.pending or 0 for view in views if view.revoked_at is None)
    if waiting:
        return f"All is in order; {waiting:,} records are on their way."
    return "All is in order, and everything has been sent."


def describe_kiosk(view: KioskView, now: datetime, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """Return (label, text) of all that is known of a machine."""
    rows = [("Needs", sentence) for sentence in view.needs[:1]]
    rows += [("", sentence) for sentence in view.needs[1:]]
    here = ", this one" if view.here else ""
    rows += [
        ("State", f"{_KINDS[view.kind]}{here}, {_format_place(view, now, zone)}"),
        ("Last contact", _format_at(view.contact_at, now, zone, "never")),
    ]
    if view.kind is MachineKind.KIOSK:
        rows.append(("Records", _format_records(view, now, zone)))
    rows.append(("Clock", _format_kiosk_clock(view)))
    rows.append(("Version", view.version or "not known"))
    if view.helplines_review_by is not None:
        day = format_long_day(view.helplines_review_by)
        rows.append(("Helplines", f"to be checked again by {day}"))
    return tuple(rows)


def _format_state(view: KioskView) -> str:
    if view.revoked_at:
        return "revoked, empty" if view.wiped_at else "revoked"
    return "this one" if view.here else "in use"


def _format_place(view: KioskView, now: datetime, zone: ZoneInfo) -> str:
    if view.revoked_at is not None:
        words = f"revoked {format_moment_in_full(view.revoked_at, now, zone)}"
        emptied = view.wiped_at
        return (
            words
            if emptied is None
            else f"{words}, emptied {format_moment_in_full(emptied, now, zone)}"
        )
    words = f"enrolled {format_moment_in_full(view.enrolled_at, now, zone)}"
    return words if view.joined else f"{words}, has not joined"


def _format_records(view: KioskView, now: datetime, zone: ZoneInfo) -> str:
    if view.pending is None or view.parked is None:
        return "nothing has to be sent"
    since = view.waiting_since if view.pending else None
    waits = f"{view.pending:,} to be sent" if view.pending else "all sent"
    waits += f", the oldest of {format_moment_in_full(since, now, zone)}" if since else ""
    return f"{waits}; {view.parked:,} set aside"


def _format_kiosk_clock(view: KioskView) -> str:
    return (
        "never compared"
        if view.clock_offset_ms is None
        else format_clock_offset(view.clock_offset_ms)
    )


def _format_at(at: datetime | None, now: datetime, zone: ZoneInfo, otherwise: str) -> str:
    return otherwise if at is None else format_moment_in_full(at, now, zone)


def _format_count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


class KiosksScreen(DeskScreen):
    """A list that follows what this database knows; under it all about the chosen machine."""

    place: ClassVar[Place | None] = Place.KIOSKS
    every = 10

    def __init__(self) -> None:
        super().__init__()
        self._machines: tuple[KioskView, ...] = ()

    def heading(self) -> str:
        return "Kiosks"

    def lead(self) -> str:
        return describe_kiosks(self._machines) if self._machines else ""

    def body(self) -> Iterable[Widget]:
        yield Listing[KioskView](
            KIOSKS,
            key=lambda view: (view.name, view.symbols),
            draw=self._line,
            empty="One moment …",
        )
        yield Static("", id="notices", markup=False)
        yield Static("", id="notices-short", markup=False)
        yield Static("", id="chosen", markup=False)

    def keys(self) -> Iterable[Key]:
        if self._machines:
            yield Key("enter", "All about it", self.choose_row)

    def on_mount(self) -> None:
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        answer = await self.ask(lambda side: (side.oversight.kiosks(), side.oversight.notices()))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._machines, notices = answer
        self.query_one(Listing).set_rows(self._machines)
        self._draw_notices(notices)
        self.rehead()
        self.rekey()
        self._draw_chosen()

    def _draw_notices(self, notices: Sequence[NoticeState]) -> None:
        """Show which notices to staff have not arrived, where there are such."""
        told = [describe_notice_trouble(one, self.clinic.zone) for one in notices]
        in_short = describe_late_notices(notices)
        self.set_class(bool(in_short), "-notices")
        self.query_one("#notices", Static).update("\n".join(f"! {one}" for one in told if one))
        self.query_one("#notices-short", Static).update(f"! {in_short}")

    def _line(self, view: KioskView) -> Line:
        return kiosk_line(view, self.clinic.now(), self.clinic.zone)

    @on(Listing.Moved)
    def follow_cursor(self) -> None:
        """Show the machine under the cursor."""
        self._draw_chosen()

    def _draw_chosen(self) -> None:
        view = self.current_row(KioskView)
        if view is not None:
            rows = describe_kiosk(view, self.clinic.now(), self.clinic.zone)
            self.query_one("#chosen", Static).update(pairs(rows))

    @on(Listing.Chosen)
    def open_machine(self) -> None:
        """Show all about the machine under the cursor."""
        view = self.current_row(KioskView)
        if view is not None:
            self.open(partial(KioskScreen, view))


class KioskScreen(DeskScreen):
    """A machine as it was when it was chosen."""

    AUTO_FOCUS = ""

    def __init__(self, view: KioskView) -> None:
        super().__init__()
        self._view = view

    def heading(self) -> str:
        return f"{self._view.name}  ({self._view.symbols})"

    def body(self) -> Iterable[Widget]:
        rows = describe_kiosk(self._view, self.clinic.now(), self.clinic.zone)
        yield Static(pairs(rows), id="known", markup=False)
