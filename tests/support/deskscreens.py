"""Somebody of the clinic's staff before the desk; without a terminal."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial
from unittest.mock import patch
from uuid import UUID

from textual._compositor import Compositor

from kiosk.domain.attendance.roster import IssuedPass
from kiosk.domain.callbacks.entry import BlankForm
from kiosk.domain.callbacks.worklist import ExportRow, WorklistFilter, WorklistHabit
from kiosk.domain.groups.plan_import import Plans
from kiosk.domain.person.data import NotThere, PersonData
from kiosk.domain.printing import PrintedSlip, PrintJob, PrintResult, PrintState
from kiosk.errors import SetupError
from kiosk.presentation.pages import TextPages
from kiosk.ui.desk.app import DeskApp
from kiosk.ui.desk.messages import Entered
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.session import (
    ClinicInfo,
    CurrentUser,
    DeskSide,
    OpenDeskSide,
    PlanFolder,
    Progress,
    Tools,
)
from kiosk.ui.desk.sign_in import SignInScreen
from kiosk.ui.terminal.messages import Scanned
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.hands import Hands, Seconds, WatchedDoor, draw_nothing
from tests.support.screens import OFFERED, USUAL


class PlansAtHand:
    """Stands in for the plan files of a clinic."""

    def __init__(self) -> None:
        self.files: dict[str, Plans] = {}
        self.written: list[tuple[Plans, str]] = []

    def waiting(self) -> PlanFolder:
        """Return the files that a test has put there."""
        return PlanFolder("/data/import", tuple(self.files))

    def read(self, name: str) -> Plans:
        """Return what a file holds."""
        if name not in self.files:
            raise SetupError("The plan file cannot be read; check its name.")
        return self.files[name]

    def write(self, plans: Plans, form: str) -> str:
        """Remember what is written."""
        self.written.append((plans, form))
        return f"/data/exports/plan.{form}"


class PrinterAtHand:
    """Stands in for the printers of a machine."""

    def __init__(self) -> None:
        self.result: PrintResult | None = PrintResult(PrintState.PRINTED, "Printed.")
        """What becomes of each job; None: it goes on."""
        self.jobs: list[PrintJob] = []
        self.sheets: list[tuple[IssuedPass, ...]] = []
        self.blanks: list[tuple[BlankForm, ...]] = []
        self.texts: list[TextPages] = []
        self.slips: list[PrintedSlip] = []

    def passes(self, passes: Sequence[IssuedPass], login: str) -> PrintJob:
        """Remember whose passes are printed."""
        self.sheets.append(tuple(passes))
        return self._begin("the passes")

    def forms(self, forms: Sequence[BlankForm], login: str) -> PrintJob:
        """Remember which forms are printed."""
        self.blanks.append(tuple(forms))
        return self._begin("the forms")

    def text(self, pages: TextPages, login: str) -> PrintJob:
        """Remember what is printed."""
        self.texts.append(pages)
        return self._begin(pages.what)

    def slip(self, slip: PrintedSlip) -> PrintJob:
        """Remember what is printed."""
        self.slips.append(slip)
        return self._begin("the slip")

    def _begin(self, what: str) -> PrintJob:
        self.jobs.append(PrintJob(what, self.result))
        return self.jobs[-1]


class HabitsAtHand:
    """Stands in for what a machine remembers of its people."""

    def __init__(self) -> None:
        self.kept: dict[UUID, WorklistHabit] = {}

    def recall(self, staff_id: UUID) -> WorklistHabit:
        """Return what was kept."""
        return self.kept.get(staff_id, WorklistHabit())

    def keep(self, staff_id: UUID, habit: WorklistHabit) -> None:
        """Remember it."""
        self.kept[staff_id] = habit


class Written:
    """Remembers what the desk had written to files."""

    def __init__(self) -> None:
        self.exports: list[tuple[Collection[ExportRow], WorklistFilter, str]] = []
        self.plans = PlansAtHand()
        self.printer = PrinterAtHand()
        self.habits = HabitsAtHand()
        self.people: list[PersonData] = []

    def export(
        self,
        rows: Collection[ExportRow],
        chosen: WorklistFilter,
        form: str,
        login: str,
        progress: Progress,
    ) -> str:
        """Stand in for the export of callbacks."""
        progress(len(rows), len(rows))
        self.exports.append((rows, chosen, form))
        return f"/data/exports/callbacks-{login}.{form}"

    def person(self, data: PersonData | NotThere, login: str) -> tuple[str, ...]:
        """Stand in for the files of one person's data."""
        assert isinstance(data, PersonData)
        self.people.append(data)
        return f"/data/exports/person-{login}.json", f"/data/exports/person-{login}.html"


def desk_side(
    clinic: Clinic, written: Written, idle: float = 120.0, *, at_centre: bool = False
) -> DeskSide:
    """Return what bootstrap makes of an opened store."""
    known = ClinicInfo(
        name=clinic.site.name,
        zone=clinic.site.zone,
        calendar=clinic.context.calendar,
        country=clinic.site.country,
        now=clinic.clock.now,
        idle=idle,
        at_centre=at_centre,
        wishes=OFFERED,
    )
    tools = Tools(
        export_callbacks=written.export,
        printing=written.printer,
        plans=written.plans,
        habits=written.habits,
        export_person=written.person,
    )
    return DeskSide(clinic.access, known, tools)


class Colleague(Hands[DeskApp]):
    """A member of staff; everything they do waits until the screen has come to rest."""

    written: Written

    @property
    def screen(self) -> DeskScreen:
        """The screen on top."""
        screen = self.app.screen
        assert isinstance(screen, DeskScreen)
        return screen

    async def enter(self, login: str, passphrase: str = PASSPHRASE) -> None:
        """Sign in from the first screen, by the desk's own way in, without typing."""
        assert isinstance(self.screen, SignInScreen)
        answer = await self.app.door.ask(lambda side: side.sign_in(login, passphrase))
        assert isinstance(answer, CurrentUser), answer
        self.screen.post(Entered(answer))
        await self.settle()

    async def sign_in(self, login: str, passphrase: str = PASSPHRASE) -> None:
        """Sign in from the first screen, by typing."""
        await self.type(login, "enter")
        await self.type(passphrase, "enter")

    async def wait(self, seconds: float) -> None:
        """Do nothing for so long, and let the desk notice."""
        self.seconds.at += seconds
        await self.app.tick()
        await self.settle()

    async def see_next_second(self) -> None:
        """Let the second's tick come that a live screen reads its news by."""
        await self.wait(0)
        await asyncio.sleep(0)


@asynccontextmanager
async def at_desk(
    clinic: Clinic,
    login: str = "",
    *,
    size: tuple[int, int] = USUAL,
    boot: OpenDeskSide | None = None,
    idle: float = 120.0,
) -> AsyncIterator[Colleague]:
    """Start the desk on `clinic` and stand before it, signed in as `login` if one is given.

    Nothing is typed for that (`Colleague.enter`). Passphrases are those of `Clinic.add_staff` and
    of its manager.
    """
    seconds, written = Seconds(), Written()
    boot = boot or partial(desk_side, clinic, written, idle)
    app = DeskApp(boot, monotonic=seconds)
    door: WatchedDoor[DeskSide] = WatchedDoor(boot)
    app.door = door
    try:
        with patch.object(Compositor, "render_update", draw_nothing):
            async with app.run_test(size=size):
                colleague = Colleague(app, seconds, door)
                colleague.written = written
                await colleague.settle()
                if login:
                    await colleague.enter(login)
                yield colleague
                assert not app.crashed
    finally:
        app.door.close()


async def scan(colleague: Colleague, digits: str) -> None:
    """Hold a code under the desk's scanner."""
    app: DeskApp = colleague.app
    app.post_message(Scanned(digits))
    await colleague.settle()
