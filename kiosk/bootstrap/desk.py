"""Puts the staff's desk together: access, the clinic, and what writes files for it."""

import gc
import sys
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
    from kiosk.domain.callbacks.worklist import ExportRow, WorklistFilter
    from kiosk.domain.groups.plan_import import Plans
    from kiosk.ui.desk.session import DeskSide, PlanFolder, Progress


LOG: Final = "desk.log"
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
        now=kiosk.clock.now,
        idle=_OFFICE_IDLE if in_office else FLOOR_IDLE,
        may_end=in_office,
        at_centre=find_link(kiosk.folder) is not None,
        wishes=kiosk.wishes(),
    )
    files = _Files(kiosk)
    return DeskSide(kiosk.access(), clinic, Tools(files.callbacks, files.sheet, _Plans(kiosk)))


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

    def sheet(self, passes: "Sequence[IssuedPass]", login: str) -> str:
        """Write passes to print and cut; return the file's path."""
        from kiosk.exports.writing import export_pass_sheet

        context = export_context(self._kiosk, login, "Passes")
        written = export_pass_sheet(passes, export_target(self._kiosk), context)
        return str(written.path)


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
