"""A plan file to be taken in: one of the import folder, or one at a path that is typed."""

from collections.abc import Iterable
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.groups.plan_import import ImportReport, Plans
from kiosk.domain.text import clean
from kiosk.ui.desk.questions import ask_sure
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import PlanFolder
from kiosk.ui.desk.text import format_import, format_plans
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.desk_bars import Key
from kiosk.ui.widgets.inputs import Field, FormRow
from kiosk.ui.widgets.layout import pairs
from kiosk.ui.widgets.list import Column, Line, Listing

_LONGEST_PATH = 400


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
        self.act(lambda side: side.tools.plans.read(name), then=partial(self._offer, name))

    def _offer(self, name: str, plans: Plans) -> None:
        """Show what the file holds, and ask before anything is changed."""
        lead = (
            f"It holds {format_plans(plans)}. What a file planned and no longer names is cancelled."
        )
        shown = clean(name.rpartition("/")[2], 40)
        show = partial(self._show_report, shown)
        take = partial(self.act, lambda side: side.groups.import_plans(plans), then=show)
        self.pose(ask_sure(f"Take in {shown}?", lead, "Yes, take it in", take))

    def _show_report(self, name: str, report: ImportReport) -> None:
        self.open(partial(PlanReportScreen, name, report), instead=True)


class PlanReportScreen(DeskScreen):
    """What an import changed, as counts."""

    def __init__(self, name: str, report: ImportReport) -> None:
        """Take the name of the file as it is shown, and what it changed."""
        super().__init__()
        self._file = name
        self._report = report

    def heading(self) -> str:
        return f"Taken in: {self._file}"

    def lead(self) -> str:
        report = self._report
        if report.changes_nothing:
            return "Nothing has changed; everything was as the file says."
        if report.left:
            return "What had begun, or was cancelled at a desk, stays as it is."
        return "Everything is now as the file says."

    def body(self) -> Iterable[Widget]:
        yield Static(pairs(format_import(self._report)), id="counts", markup=False)
