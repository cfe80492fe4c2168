"""A plan file to be taken in: one of the import folder, or one at a path that is typed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.groups.groups import LONGEST_LABEL, PlannedSession
from kiosk.domain.groups.plan_import import ImportPreview, ImportReport, Plans
from kiosk.domain.text import clean
from kiosk.presentation.records import format_import_lists, shorten
from kiosk.ui.desk.forms import FormScreen, Row, TextRow
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import DeskSide, PlanFolder
from kiosk.ui.desk.text import format_import, format_plans, format_sessions
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.inputs import Field, FormRow
from kiosk.ui.widgets.layout import pairs
from kiosk.ui.widgets.list import Column, Line, Listing

_LONGEST_PATH = 400
_MOST_LINES = 40
"""Of each list; a screen shows them by pages."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A file that was read, and what it would do."""

    name: str
    """As it is shown."""
    plans: Plans
    preview: ImportPreview
    words: Mapping[str, str]
    """What visitors read for its places that are no rooms of the clinic's."""


class PlanFileScreen(DeskScreen):
    """A line for a path, and the files that wait."""

    AUTO_FOCUS = "Listing"

    def __init__(self) -> None:
        super().__init__()
        self._folder: PlanFolder | None = None

    def heading(self) -> str:
        return "Import groups and sessions"

    def lead(self) -> str:
        where = f" The list shows {self._folder.folder}." if self._folder else ""
        return f"Choose a .toml or .ics file, or type a path.{where}"

    def body(self) -> Iterable[Widget]:
        yield FormRow("Path", Field(most=_LONGEST_PATH))
        yield Listing[str](
            (Column("File", 30, 10, grows=True),),
            key=lambda name: name,
            draw=lambda name: Line((clean(name),)),
            empty="One moment …",
        )

    def keys(self) -> Iterable[Key]:
        if self.typing:
            yield Key("enter", "Read it", self._take_path)
            return
        if self._folder and self._folder.names:
            yield Key("enter", "Read it", self.choose_row)
        yield Key("p", "Type a path", self._to_field)

    def on_mount(self) -> None:
        self.poll(self._read_folder)

    async def _read_folder(self) -> None:
        answer = await self.ask(lambda side: side.tools.plans.waiting())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._folder = answer
        listing = self.query_one(Listing)
        listing.set_empty("No file waits there. Put one there, or type its path above.")
        listing.set_rows(answer.names)
        if not answer.names:
            self._to_field()
        self.rehead()
        self.rekey()

    def _to_field(self) -> None:
        self.query_one(Field).focus()

    @on(Listing.Chosen)
    def take_file(self, event: Listing.Chosen) -> None:
        """Read the file under the cursor."""
        self._read(str(event.key))

    @on(Input.Submitted)
    def take_path(self) -> None:
        """Read the file at the path."""
        self._take_path()

    def _take_path(self) -> None:
        path = self.query_one(Field).value.strip()
        if path:
            self._read(path)
        else:
            self.say("Please type the path of a plan file.")

    def _read(self, name: str) -> None:
        self.say("One moment …")
        self.act(partial(_look, name), then=partial(self._offer, name))

    def _offer(self, name: str, seen: "_Seen") -> None:
        """Show what the file holds and would do, or ask first what visitors read for its places."""
        plans, preview = seen
        file = PlanFile(clean(name.rpartition("/")[2], 40), plans, preview, {})
        self.open(
            partial(PlacesScreen if preview.places else PlanPreviewScreen, file), instead=True
        )


_Seen = tuple[Plans, ImportPreview]


def _look(name: str, side: DeskSide) -> _Seen:
    plans = side.tools.plans.read(name)
    return plans, side.groups.preview_import(plans)


class PlacesScreen(FormScreen):
    """What visitors read for the places of a calendar that are no rooms of the clinic's."""

    keeps = "Go on"

    def __init__(self, file: PlanFile) -> None:
        super().__init__()
        self._file = file

    def heading(self) -> str:
        return f"Where {self._file.name} meets"

    def rows(self) -> Iterable[Row]:
        for number, place in enumerate(self._file.preview.places, start=1):
            hint = f"What may visitors read for “{place}”? Neutral, such as “Room 2”."
            yield TextRow(f"place-{number}", f"Place {number}", hint, most=LONGEST_LABEL)

    def keep(self) -> None:
        words = dict(self._file.words)
        for number, place in enumerate(self._file.preview.places, start=1):
            typed = clean(self.typed(f"place-{number}"))
            if not typed:
                self.miss(f"place-{number}", f"“{place}” needs words that visitors may read.")
                return
            words[place] = typed
        self.act(
            lambda side: side.groups.preview_import(self._file.plans, words),
            then=lambda preview: self.open(
                partial(PlanPreviewScreen, replace(self._file, preview=preview, words=words)),
                instead=True,
            ),
        )


class PlanPreviewScreen(DeskScreen):
    """What an import would do, to be read before anything is changed."""

    def __init__(self, file: PlanFile) -> None:
        super().__init__()
        self._file = file

    def heading(self) -> str:
        return f"Take in {self._file.name}?"

    def lead(self) -> str:
        preview = self._file.preview
        held = f"It holds {format_plans(self._file.plans)}."
        if preview.misses_many:
            missing = f"{len(preview.missing)} of {preview.known}"
            return f"{held} {missing} that were planned are not in it. Is it the right file?"
        if preview.cancels:
            return f"{held} {format_sessions(len(preview.cancels))} would be cancelled."
        return held

    def body(self) -> Iterable[Widget]:
        yield from _lists(self._file, self.clinic.zone, None)

    def keys(self) -> Iterable[Key]:
        if self._file.preview.misses_many:
            yield Key("c", "Take it in, cancel them", self._ask_many)
        else:
            yield Key("y", "Yes, take it in", partial(self._take, self._file.preview.cancels))
        if self._file.preview.missing:
            keeping = partial(self._take, self._file.preview.called_off)
            yield Key("k", "Take it in, keep missing", keeping)

    def _ask_many(self) -> None:
        title = f"Cancel {format_sessions(len(self._file.preview.cancels))}?"
        lead = "Visitors no longer see them."
        do = partial(self._take, self._file.preview.cancels)
        self.pose(ask_sure(title, lead, "Yes, cancel them", do))

    def _take(self, cancel: Iterable[PlannedSession]) -> None:
        ids = frozenset(one.plan.id for one in cancel)
        self.act(
            lambda side: side.groups.import_plans(self._file.plans, self._file.words, ids),
            then=lambda report: self.open(
                partial(PlanReportScreen, self._file, ids, report), instead=True
            ),
        )


class PlanReportScreen(DeskScreen):
    """What an import changed, as counts, and what a person should know of it."""

    def __init__(self, file: PlanFile, cancelled: Collection[UUID], report: ImportReport) -> None:
        super().__init__()
        self._file = file
        self._cancelled = cancelled
        self._report = report

    def heading(self) -> str:
        return f"Taken in: {self._file.name}"

    def lead(self) -> str:
        report = self._report
        if report.kept:
            return "Everything is now as the file says, but for what was kept."
        if report.changes_nothing:
            return "Nothing has changed; everything was as the file says."
        if report.left:
            return "What had begun, or was cancelled at a desk, stays as it is."
        return "Everything is now as the file says."

    def body(self) -> Iterable[Widget]:
        yield Static(pairs(format_import(self._report)), id="counts", markup=False)
        yield from _lists(self._file, self.clinic.zone, self._cancelled)


def _lists(file: PlanFile, zone: ZoneInfo, cancelled: Collection[UUID] | None) -> Iterable[Widget]:
    """Yield the lists of what an import cancels, keeps and leaves out, and what it had to guess.

    `cancelled` holds ids; None before anything is agreed to.
    """
    lists = format_import_lists(file.plans.left, file.preview, zone, cancelled)
    for title, lines in lists.items():
        if lines:
            shown = "\n".join(f"  {line}" for line in shorten(lines, _MOST_LINES))
            yield Static(f"\n{title}: {len(lines)}\n{shown}", markup=False)
    for note in file.plans.notes:
        yield Static(f"\n{note}", markup=False)
