"""The worklist: who asked to be called, the next call to make at the top."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from kiosk.domain.callbacks.request import Window
from kiosk.domain.callbacks.wishes import Topic
from kiosk.domain.callbacks.worklist import (
    Worklist,
    WorklistCounts,
    WorklistFilter,
    WorklistHabit,
    WorklistPart,
    WorkRow,
    matches_filter,
)
from kiosk.domain.phones import has_digits_to_find
from kiosk.presentation.callbacks import (
    describe_rest_hours,
    format_due,
    format_rest_hours,
    format_result,
    format_source,
    format_windows,
)
from kiosk.presentation.languages import CALL_LANGUAGES, format_call_language
from kiosk.presentation.wishes import format_short_wishes
from kiosk.ui.desk.callbacks.duplicates import RingingBackScreen
from kiosk.ui.desk.callbacks.entry import EntryScreen
from kiosk.ui.desk.callbacks.export import ExportScreen
from kiosk.ui.desk.callbacks.questions import ask_displayed_number, ask_export_format
from kiosk.ui.desk.callbacks.request import RequestScreen
from kiosk.ui.desk.callbacks.text import (
    format_name,
    format_short_language,
    format_state,
)
from kiosk.ui.desk.messages import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key, TabLabel, TabLine
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.list import Column, Line, Listing

COLUMNS = (
    Column("Due", 11),
    Column("Name", 20, 10, grows=True),
    Column("Language", 9),
    Column("Wishes", 20, 14, rank=4),
    Column("When", 12, rank=2),
    Column("Tries", 5, rank=3, right=True),
    Column("Last try", 23, 12, rank=4),
    Column("Came by", 7, rank=6),
    Column("State", 16, 14, grows=True),
)
VIEWS = {
    WorklistPart.CALL_NOW: TabLabel("c", "Call now", "Now"),
    WorklistPart.OPEN: TabLabel("o", "Open", "Open"),
    WorklistPart.MINE: TabLabel("m", "Mine", "Mine"),
    WorklistPart.UNREACHABLE: TabLabel("u", "Not reached", "Not reached"),
    WorklistPart.ESCALATED: TabLabel("e", "With the clinician", "Clinician"),
    WorklistPart.NOTED: TabLabel("t", "Told by visitors", "Told"),
    WorklistPart.CLOSED: TabLabel("d", "Done", "Done"),
    WorklistPart.ALL: TabLabel("a", "All", "All"),
}
_EMPTY = {
    WorklistPart.CALL_NOW: "Nobody wants to be called at this minute. O shows what is open.",
    WorklistPart.OPEN: "Nothing is open.",
    WorklistPart.MINE: "You have nothing of your own. N takes the next call.",
    WorklistPart.UNREACHABLE: "Nobody who could not be reached.",
    WorklistPart.ESCALATED: "Nothing is with the clinician.",
    WorklistPart.NOTED: "Nobody typed a reference to take a request back, or moves a talk.",
    WorklistPart.CLOSED: "Nothing is done yet.",
    WorklistPart.ALL: "Nobody has asked for a call yet.",
}


def worklist_line(
    row: WorkRow, now: datetime, zone: ZoneInfo, topics: Sequence[Topic] = ()
) -> Line:
    """Return one request as a row of `COLUMNS`; `topics` are the clinic's.

    Only what is late stands out: in a list where all is late, a bold row can still be called now.
    """
    schedule, is_noted = row.schedule, row.withdrawal_noted or row.wants_other_time
    cells = (
        format_due(schedule, now, zone),
        format_name(row),
        format_short_language(row),
        format_short_wishes(row.request.wishes, topics),
        format_windows(row.request.windows, short=True),
        str(schedule.attempts) if schedule.attempts else "",
        format_result(schedule.last_result),
        format_source(row.request.origin.source),
        f"{format_state(row, now, zone)}{' ✎' if is_noted else ''}",
    )
    is_late = schedule.late_by(now) is not None
    return Line(cells, "strong" if schedule.call_now else "", warned=0 if is_late else None)


def format_list_title(
    count: int, worklist: Worklist, wanted: WorklistFilter, elsewhere: int = 0
) -> str:
    """Return how many requests are shown, and which; never more than was asked for.

    `elsewhere` is how many more a search finds in the other views.
    """
    parts = [f"Callbacks: {count:,} of {len(worklist.rows):,}" if worklist.rows else "Callbacks"]
    if wanted.for_me and wanted.show is not WorklistPart.ALL:
        parts.append("for me")
    if wanted.language:
        parts.append(format_call_language(wanted.language))
    if wanted.window:
        parts.append(format_windows((wanted.window,)))
    if wanted.text:
        parts.append(f"“{wanted.text}”")
    if elsewhere:
        parts.append(f"{elsewhere:,} more in All (A)")
    return " · ".join(parts)


def format_counts(counts: WorklistCounts, new: int = 0, rest_hours: str = "") -> str:
    """Return the numbers above the list; those that are nothing are left out.

    `new` is how many have come since the caller looked last, `rest_hours` why nobody is rung now.
    """
    labelled = (
        (counts.open, "open"),
        (new, "new since you looked"),
        (counts.call_now, "to call now"),
        (counts.due_today, "due today"),
        (counts.overdue, "late"),
        (counts.unreachable, "not reached"),
    )
    parts = [f"{count:,} {words}" for count, words in labelled if count]
    if rest_hours and counts.open and not counts.call_now:
        parts.append(rest_hours)
    hours = counts.median_hours_to_first_attempt
    if hours is not None:
        parts.append(f"first call after {hours:.1f} h")
    return " · ".join(parts)


def describe_empty(wanted: WorklistFilter, rest_hours: str = "", elsewhere: int = 0) -> str:
    """Return the sentence that an empty list shows.

    `rest_hours` is why nobody is rung now, and `elsewhere` how many a search finds in other views.
    """
    if elsewhere:
        return f"Nothing in this view. {elsewhere:,} in All (A)."
    if wanted.text and has_digits_to_find(wanted.text):
        return "Names and references are found here. B finds who rings back by their number."
    if wanted.language or wanted.window or wanted.text:
        return "No request of this view matches."
    if wanted.for_me and wanted.show in _NARROWED_FOR_ME:
        return "Nothing here is for you. Y shows what is for everybody."
    if wanted.show is WorklistPart.CALL_NOW and rest_hours:
        return rest_hours
    return _EMPTY[wanted.show]


_NARROWED_FOR_ME = frozenset({WorklistPart.OPEN, WorklistPart.CALL_NOW})


def languages_asked(rows: tuple[WorkRow, ...]) -> tuple[str, ...]:
    """Return the languages that are asked for, in their usual order; unknown codes last."""
    found = {row.request.call_language for row in rows}
    known = [code.value for code in CALL_LANGUAGES if code.value in found]
    return (*known, *sorted(found - set(known)))


_WINDOWS = ("", *(window.value for window in Window if window is not Window.ANY))


class WorklistView:
    """Holds the worklist as it was read last, and the rows of it that are wanted."""

    def __init__(self) -> None:
        self.worklist: Worklist | None = None
        """None until the list is opened."""
        self.wanted = WorklistFilter()
        self.rows: tuple[WorkRow, ...] = ()
        """The rows of `worklist` that are wanted, in its order."""
        self.elsewhere = 0
        """How many more rows of all views match, while one searches."""
        self.looked_at: datetime | None = None
        """When the caller opened the list the time before; None where that is not known."""

    @property
    def new(self) -> int:
        """How many open requests have come since the caller looked last."""
        since, worklist = self.looked_at, self.worklist
        if since is None or worklist is None:
            return 0
        return sum(1 for row in worklist.rows if row.state.open and row.arrived_at > since)

    @property
    def is_narrowed(self) -> bool:
        """Whether less than a whole view is shown."""
        return bool(self.wanted.language or self.wanted.window or self.wanted.text)

    def take(self, worklist: Worklist) -> bool:
        """Take the worklist as it was read again; return whether anything is new."""
        if worklist is self.worklist:
            return False
        self.worklist = worklist
        self._choose()
        return True

    def narrow(self, wanted: WorklistFilter) -> bool:
        """Show the rows of another filter; return whether it is another."""
        if wanted == self.wanted:
            return False
        self.wanted = wanted
        self._choose()
        return True

    def with_next_language(self) -> WorklistFilter:
        """Return the filter with the next of the languages that are asked for, then with all."""
        languages = languages_asked(self.worklist.rows) if self.worklist is not None else ()
        return replace(self.wanted, language=_after(self.wanted.language, ("", *languages)))

    def with_next_window(self) -> WorklistFilter:
        """Return the filter with the next window, then with all."""
        return replace(self.wanted, window=_after(self.wanted.window, _WINDOWS))

    def _choose(self) -> None:
        worklist = self.worklist
        if worklist is not None:
            speaks = worklist.speaks
            self.rows = tuple(
                [row for row in worklist.rows if matches_filter(row, self.wanted, speaks)]
            )
            self.elsewhere = 0
            if self.wanted.text:
                wide = replace(self.wanted, show=WorklistPart.ALL)
                found = sum(1 for row in worklist.rows if matches_filter(row, wide, speaks))
                self.elsewhere = found - len(self.rows)


def _after(now: str, choices: tuple[str, ...]) -> str:
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else ""


def _look(now: datetime, side: DeskSide) -> WorklistHabit:
    """Return how the caller looks at their list, and remember that they look now."""
    habit = side.habit
    side.habit = replace(habit, looked_at=now)
    return habit


def _keep(habit: WorklistHabit, side: DeskSide) -> None:
    side.habit = habit


class WorklistScreen(DeskScreen):
    """Views with a letter each, and a list that is narrowed as one types."""

    AUTO_FOCUS = "Listing"
    place: ClassVar[Place | None] = Place.CALLBACKS
    every = 5

    def __init__(self) -> None:
        super().__init__()
        self._view = WorklistView()
        self._habit: WorklistHabit | None = None
        """As it is remembered; None until it was recalled."""

    def heading(self) -> str:
        view = self._view
        return (
            format_list_title(len(view.rows), view.worklist, view.wanted, view.elsewhere)
            if view.worklist
            else "Callbacks"
        )

    def lead(self) -> str:
        worklist = self._view.worklist
        if worklist is None:
            return ""
        rest_hours = format_rest_hours(self.clinic.now(), self.clinic.calendar)
        return format_counts(worklist.counts, self._view.new, rest_hours)

    def body(self) -> Iterable[Widget]:
        yield TabLine(tuple(VIEWS.values()), VIEWS[self._view.wanted.show].letter)
        search = Field(most=60, hint="A part of a name, or a reference", id="search")
        search.display = False
        yield search
        yield Listing[WorkRow](
            COLUMNS,
            key=lambda row: row.request.id,
            draw=self._line,
            empty="Opening the list …",
        )

    def keys(self) -> Iterable[Key]:
        if self.typing:
            yield Key("enter", "To the list", self.leave_field)
            return
        view = self._view
        if view.rows:
            yield Key("enter", "Open", self.choose_row)
        yield Key("n", "Next call", self._next)
        yield Key("b", "Who rang", self._ask_number)
        yield Key("/", "Find", self._search)
        if view.worklist is not None:
            yield Key("y", "For all" if view.wanted.for_me else "For me", self._turn_for_me)
        yield Key("l", "Language", lambda: self._narrow(view.with_next_language()))
        yield Key("w", "When", lambda: self._narrow(view.with_next_window()))
        if view.is_narrowed:
            yield Key("r", "Reset", self._widen)
        yield Key("f", "New request", partial(self.open, EntryScreen))
        if view.rows:
            yield Key("x", "Export", self._export)

    def take_letter(self, letter: str) -> bool:
        """Show the view of a letter."""
        for show, tab in VIEWS.items():
            if tab.letter == letter:
                self._narrow(replace(self._view.wanted, show=show))
                return True
        return super().take_letter(letter)

    def escape(self) -> None:
        if self.typing:
            self._widen_search()
        else:
            super().escape()

    def on_mount(self) -> None:
        self.poll(self._read)

    def come_back(self) -> None:
        self.poll(self._read)

    async def _read(self) -> None:
        if self._habit is None and not await self._recall():
            return
        answer = await self.ask(lambda side: side.callbacks.worklist())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif self._view.take(answer):
            self._redraw()

    async def _recall(self) -> bool:
        """Recall how the caller looks at their list; return whether that could be done."""
        now = self.clinic.now()
        answer = await self.ask(partial(_look, now))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return False
        self._habit, view = replace(answer, looked_at=now), self._view
        view.looked_at = answer.looked_at
        view.narrow(replace(view.wanted, for_me=answer.for_me))
        return True

    def _turn_for_me(self) -> None:
        """Show only what the caller could take, or everything, now and the next times."""
        wanted = self._view.wanted
        self._narrow(replace(wanted, for_me=not wanted.for_me))
        if self._habit is not None:
            self._habit = replace(self._habit, for_me=not wanted.for_me)
            self.run_worker(self.ask(partial(_keep, self._habit)))

    def _next(self) -> None:
        self.once(self._take_next)

    async def _take_next(self) -> None:
        answer = await self.ask(lambda side: side.callbacks.next_call())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif answer is None:
            self.say(self._rest_hours or "There is no call to make just now.")
        else:
            self.open(partial(RequestScreen, answer, is_next=True))

    @property
    def _rest_hours(self) -> str:
        return describe_rest_hours(self.clinic.now(), self.clinic.calendar)

    def _ask_number(self) -> None:
        self.pose(ask_displayed_number(self._look_up))

    def _look_up(self, typed: str) -> None:
        self.once(partial(self._find, typed))

    async def _find(self, typed: str) -> None:
        found = await self.ask(lambda side: side.callbacks.look_up(typed))
        if isinstance(found, Trouble):
            self.say(found.for_staff)
        elif not found:
            self.say("No open request has this number.")
        elif len(found) == 1:
            self.open(partial(RequestScreen, found[0]))
        else:
            self.open(partial(RingingBackScreen, found, RequestScreen))

    def _redraw(self) -> None:
        listing = self.query_one(Listing)
        if self._view.worklist is not None:
            view = self._view
            listing.set_empty(describe_empty(view.wanted, self._rest_hours, view.elsewhere))
        listing.set_rows(self._view.rows)
        self.rehead()
        self.rekey()

    def _line(self, row: WorkRow) -> Line:
        clinic = self.clinic
        return worklist_line(row, clinic.now(), clinic.zone, clinic.wishes.topics)

    def _narrow(self, wanted: WorklistFilter) -> None:
        """Show another part of the list, from its top."""
        if self._view.narrow(wanted):
            self.query_one(TabLine).show(VIEWS[wanted.show].letter)
            self._redraw()
            if self._view.rows:
                self.query_one(Listing).move_to(self._view.rows[0].request.id)

    @on(TabLine.Clicked)
    def click_view(self, event: TabLine.Clicked) -> None:
        """Show the view that was clicked."""
        self.take_letter(event.tab.letter)

    def _widen(self) -> None:
        self._widen_search()
        wanted = self._view.wanted
        self._narrow(WorklistFilter(wanted.show, for_me=wanted.for_me))

    def _widen_search(self) -> None:
        self.query_one(Field).value = ""
        self.leave_field()

    def _search(self) -> None:
        field = self.query_one(Field)
        field.display = True
        field.focus()

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Narrow the list to what is typed."""
        self._narrow(replace(self._view.wanted, text=event.value.strip()))

    @on(Input.Submitted)
    def leave_field(self) -> None:
        """Go to what was found."""
        field = self.query_one(Field)
        self.query_one(Listing).focus()
        field.display = bool(field.value.strip())

    @on(Listing.Chosen)
    def open_request(self) -> None:
        """Go to the request under the cursor."""
        row = self.current_row(WorkRow)
        if row is not None:
            self.open(partial(RequestScreen, row))

    def _export(self) -> None:
        wanted = self._view.wanted
        self.pose(ask_export_format(len(self._view.rows), partial(self._export_as, wanted)))

    def _export_as(self, wanted: WorklistFilter, form: str) -> None:
        self.open(partial(ExportScreen, wanted, form))
