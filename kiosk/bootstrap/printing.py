"""Prints beside the screens: a thread for each printer, so that nobody waits for one."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final

from kiosk.devices.memory import overwrite_freed
from kiosk.domain.printing import PrintedSlip, PrintJob, PrintResult, PrintState, read_slip_address
from kiosk.errors import KioskError
from kiosk.ui.door import attempt, describe_error

if TYPE_CHECKING:
    from kiosk.devices.page_printers import PagePrinter
    from kiosk.devices.slip_printer import SlipPrinter
    from kiosk.settings import PrintSettings


_log = logging.getLogger("kiosk.printing")
_MOST_WAITING: Final = 8
"""Jobs that wait for one printer; more of them help nobody."""
_BUSY: Final = PrintResult(
    PrintState.FAILED, "The printer has much to do still; try again in a few minutes."
)
_BROKEN: Final = PrintResult(
    PrintState.FAILED, "It could not be printed; see the log, and try again."
)


class Printing:
    """The printers of a machine, as its settings name them."""

    def __init__(self, folder: Path, settings: "PrintSettings") -> None:
        """Take the data folder, where files lie while they are printed."""
        self._folder = folder
        self._settings = settings
        self._pages = _JobQueue("page printer")
        self._slips = _JobQueue("slip printer")

    @property
    def has_slip_printer(self) -> bool:
        """Whether there is a slip printer."""
        return bool(self._settings.slips)

    def page_printer(self) -> "PagePrinter":
        """Return what prints pages."""
        from kiosk.devices.page_printers import CommandPrinter, SystemPrinter

        if self._settings.command:
            return CommandPrinter(self._settings.command)
        return SystemPrinter(self._settings.printer)

    def slip_printer(self) -> "SlipPrinter":
        """Return what prints slips; ValueError where there is no slip printer."""
        from kiosk.devices.slip_printer import SlipPrinter

        return SlipPrinter(read_slip_address(self._settings.slips))

    def page(
        self, what: str, draw: Callable[[], bytes], keep: Callable[[bytes], str] | None = None
    ) -> PrintJob:
        """Print a PDF that `draw` returns, and return the job at once.

        Where no printer takes it, `keep` keeps it and returns a sentence on where it is.
        """
        return self._pages.put(PrintJob(what), partial(self._print_page, draw, keep))

    def _print_page(
        self, draw: Callable[[], bytes], keep: Callable[[bytes], str] | None
    ) -> PrintResult:
        from kiosk.devices.page_printers import spooled

        content = draw()
        try:
            with spooled(self._folder, content, ".pdf") as path:
                result = self.page_printer().print_file(path)
        except KioskError as error:
            result = PrintResult(PrintState.FAILED, str(error))
        if result.is_taken or keep is None:
            return result
        is_missing = result.state is PrintState.MISSING
        sentence = "No printer is set up here." if is_missing else result.sentence
        try:
            kept = keep(content)
        except KioskError as error:
            kept = str(error)
        return PrintResult(result.state, f"{sentence} {kept}")

    def slip(self, slip: PrintedSlip) -> PrintJob:
        """Print a slip: by the slip printer, without one on a page; return the job at once."""
        job = PrintJob("the slip")
        if self.has_slip_printer:
            return self._slips.put(job, partial(self._print_slip, slip))
        return self._pages.put(job, partial(self._print_page, partial(self._draw_slip, slip), None))

    def _print_slip(self, slip: PrintedSlip) -> PrintResult:
        from kiosk.exports.paper.slip import slip_commands

        settings = self._settings
        commands = slip_commands(slip, settings.slip_lines, settings.slip_width_mm)
        return self.slip_printer().print_bytes(commands)

    def _draw_slip(self, slip: PrintedSlip) -> bytes:
        from kiosk.exports.paper.slip import slip_page

        return slip_page(slip, self._settings.slip_lines)


class _JobQueue:
    """The jobs that wait for one printer, in their order."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[tuple[PrintJob, Callable[[], PrintResult]]] = SimpleQueue()
        self._thread: Thread | None = None

    def put(self, job: PrintJob, work: Callable[[], PrintResult]) -> PrintJob:
        """Have `work` done once its turn comes, and its result set in `job`."""
        if self._jobs.qsize() >= _MOST_WAITING:
            job.result = _BUSY
            return job
        self._jobs.put((job, work))
        if self._thread is None:
            # The end of the program waits for no printer; the next start deletes what is left.
            thread = Thread(target=self._work, name=self._name, daemon=True)
            thread.start()
            self._thread = thread
        return job

    def _work(self) -> None:
        while True:
            self._do(*self._jobs.get())

    def _do(self, job: PrintJob, work: Callable[[], PrintResult]) -> None:
        """Do one job; in a method of its own, so that nothing of it lives on."""
        result = attempt(work, self._broken)
        if not result.is_taken:
            _log.warning("%s: %s", self._name, result.state.name)
        # What was printed is not to stay in the memory for long.
        overwrite_freed()
        job.result = result

    def _broken(self, error: Exception) -> PrintResult:
        """Log where it broke, without values, and return a result that sends staff to the log."""
        _log.error("%s: %s", self._name, describe_error(error))
        return _BROKEN
