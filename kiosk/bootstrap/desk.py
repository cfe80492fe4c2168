"""Puts the staff's desk together: access, the clinic, and what writes files for it."""

import gc
import json
import os
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kiosk.bootstrap.daily import has_visitors, start_daily
from kiosk.bootstrap.data_folder import check_folder, find_link, log_to, refuse_staff_work
from kiosk.bootstrap.files import (
    FOLDER,
    export_context,
    export_target,
    read_plans,
    waiting_plans,
    write_plans,
)
from kiosk.bootstrap.kiosk import Kiosk, open_kiosk
from kiosk.bootstrap.notices import start_notices
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.domain.attendance.roster import IssuedPass
    from kiosk.domain.callbacks.entry import BlankForm
    from kiosk.domain.callbacks.worklist import ExportRow, WorklistFilter, WorklistHabit
    from kiosk.domain.groups.plan_import import Plans
    from kiosk.domain.person.data import NotThere, PersonData
    from kiosk.domain.printing import PrintedSlip, PrintJob
    from kiosk.presentation.pages import TextPages
    from kiosk.ui.desk.session import DeskSide, PlanFolder, Progress


LOG: Final = "desk.log"
HABITS: Final = "habits.json"
_FEW_COLLECTIONS: Final = 100_000
"""New objects before a collection: more than a list of ten thousand requests, whose painting would
wait for it. What the desk shows is collected when a screen or its user goes."""
_OFFICE_IDLE: Final = 600.0
"""Seconds without a key before a desk in an office locks."""


def show_desk(folder: Path) -> int:
    """Show the staff's desk of a data folder until it is ended; return the exit code.

    Any number of desks may be open beside the visitor's kiosk. The first screen is painted before
    the database is opened; what cannot be opened then is said there, and tried again.
    """
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise SetupError("The desk needs a terminal; start it in one, or use the other commands.")
    check_folder(folder)
    refuse_staff_work(folder, if_known=True)
    log_to(folder / LOG)
    from kiosk.ui.desk.app import DeskApp
    from kiosk.ui.terminal.app import run_locked

    with ExitStack() as opened:
        app = DeskApp(partial(_boot, folder, opened))
        try:
            return run_locked(app)
        finally:
            app.door.close()


def _boot(folder: Path, opened: ExitStack) -> "DeskSide":
    """Build the staff's side; `opened` closes at the end what was opened.

    It is called again where it raises KioskError, and finds the folder as it is by then.
    """
    from kiosk.devices.memory import close_memory

    close_memory()
    try:
        refuse_staff_work(folder)
        log_to(folder / LOG)
        kiosk = open_kiosk(folder)
        with ExitStack() as undo:
            undo.callback(kiosk.store.close)
            side = desk_side(kiosk)
            undo.pop_all()
        opened.callback(kiosk.store.close)
        start_daily(kiosk, opened, lambda: not has_visitors(folder))
        start_notices(kiosk, opened)
        # What is there now stays for good, so no collection need look at it again.
        gc.collect()
        gc.freeze()
    finally:
        gc.set_threshold(_FEW_COLLECTIONS)
        gc.enable()
    return side


def desk_side(kiosk: Kiosk) -> "DeskSide":
    """Return the staff's side of a clinic: access, what screens know, and what writes files."""
    from kiosk.ui.desk.session import FLOOR_IDLE, ClinicInfo, DeskSide, Tools

    in_office = kiosk.settings.desk.place == "office"
    clinic = ClinicInfo(
        name=kiosk.site.name,
        zone=kiosk.site.zone,
        calendar=kiosk.calendar(),
        country=kiosk.site.country,
        calling_number=kiosk.settings.callbacks.calling_number,
        now=kiosk.clock.now,
        idle=_OFFICE_IDLE if in_office else FLOOR_IDLE,
        may_end=in_office,
        at_centre=find_link(kiosk.folder) is not None,
        wishes=kiosk.wishes(),
    )
    files = _Files(kiosk)
    tools = Tools(
        files.callbacks, _Printing(kiosk), _Plans(kiosk), KeptHabits(kiosk.folder), files.person
    )
    return DeskSide(kiosk.access(), clinic, tools)


class KeptHabits:
    """Keeps how each person looks at their list in a small file of the data folder.

    It holds ids of accounts, times and marks; a file that cannot be read or written is as none.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / HABITS

    def recall(self, staff_id: UUID) -> "WorklistHabit":
        """Return what is remembered of a person; a blank one where that is nothing."""
        from kiosk.domain.callbacks.worklist import WorklistHabit

        kept = self._read().get(staff_id.hex)
        if not isinstance(kept, dict):
            return WorklistHabit()
        looked_at = None
        with suppress(TypeError, ValueError):
            at = datetime.fromisoformat(kept["looked_at"]) if "looked_at" in kept else None
            looked_at = None if at is None or at.tzinfo is None else at
        return WorklistHabit(looked_at, kept.get("for_me") is True)

    def keep(self, staff_id: UUID, habit: "WorklistHabit") -> None:
        """Remember it; what cannot be written is forgotten."""
        looked_at = {} if habit.looked_at is None else {"looked_at": habit.looked_at.isoformat()}
        kept = {**self._read(), staff_id.hex: {"for_me": habit.for_me, **looked_at}}
        new = self._path.with_name(f".{HABITS}.{os.getpid()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with suppress(OSError):
            with os.fdopen(os.open(new, flags, 0o600), "w", encoding="utf-8") as file:
                json.dump(kept, file)
            new.replace(self._path)

    def _read(self) -> dict[str, object]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}


class _Files:
    """Writes what a desk answers into the exports folder."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk

    def callbacks(
        self,
        rows: "Collection[ExportRow]",
        chosen: "WorklistFilter",
        form: str,
        login: str,
        progress: "Progress",
    ) -> str:
        """Write callback requests; return the file's path."""
        from kiosk.exports.writing import ExportFormat, describe_selection, export_callbacks

        context = export_context(self._kiosk, login, describe_selection(chosen))
        target = export_target(self._kiosk)
        written = export_callbacks(rows, target, ExportFormat(form), context, progress)
        return str(written.path)

    def person(self, data: "PersonData | NotThere", login: str) -> tuple[str, ...]:
        """Write one person's data; return the paths."""
        from kiosk.exports.writing import export_person
        from kiosk.presentation.person import NOT_THERE

        if isinstance(data, str):
            raise SetupError(NOT_THERE[data])
        context = export_context(self._kiosk, login, "One person's data")
        return tuple(map(str, export_person(data, export_target(self._kiosk), context)))


class _Printing:
    """Prints what a desk answers."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk
        self._printing = kiosk.printing()

    def passes(self, passes: "Sequence[IssuedPass]", login: str) -> "PrintJob":
        """Print passes to cut; where no printer takes them they go into the exports folder."""
        from kiosk.exports.paper.pass_sheet import pass_sheet

        what = "the pass" if len(passes) == 1 else "the passes"
        return self._page_or_file(what, "passes", partial(pass_sheet, passes), login)

    def forms(self, forms: "Sequence[BlankForm]", login: str) -> "PrintJob":
        """Print paper forms; where no printer takes them they go into the exports folder."""
        from kiosk.exports.paper.blank_form import blank_forms

        number = self._kiosk.settings.callbacks.calling_number
        draw = partial(blank_forms, forms, self._kiosk.site.name, number)
        what = "the form" if len(forms) == 1 else "the forms"
        return self._page_or_file(what, "callback-forms", draw, login)

    def _page_or_file(
        self, what: str, stem: str, draw: "Callable[[], bytes]", login: str
    ) -> "PrintJob":
        """Print a PDF that cannot be made again; without a printer it becomes a file."""
        from kiosk.exports.writing import write_pdf

        context = export_context(self._kiosk, login, what)

        def keep(pdf: bytes) -> str:
            path = write_pdf(stem, pdf, export_target(self._kiosk), context)
            return f"The file is in the exports folder: {path.name}. Print it, then delete it."

        return self._printing.page(what, draw, keep)

    def text(self, pages: "TextPages", login: str) -> "PrintJob":
        """Print a list or a report as it is seen."""
        from kiosk.exports.paper.text_pages import text_pages

        context = export_context(self._kiosk, login, pages.what)
        return self._printing.page(pages.what, partial(text_pages, pages, context))

    def slip(self, slip: "PrintedSlip") -> "PrintJob":
        """Print the slip of a request."""
        return self._printing.slip(slip)


class _Plans:
    """Reads and writes plan files for a desk."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk

    def waiting(self) -> "PlanFolder":
        """Return the files in the import folder."""
        from kiosk.ui.desk.session import PlanFolder

        return PlanFolder(str(self._kiosk.folder / FOLDER), waiting_plans(self._kiosk))

    def read(self, name: str) -> "Plans":
        """Read one of them, or a file at a path of one's own."""
        return read_plans(self._kiosk, name)

    def write(self, plans: "Plans", form: str) -> str:
        """Write plans into the exports folder; return the path."""
        return str(write_plans(self._kiosk, plans, form))
