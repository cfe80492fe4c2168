"""The audit trail: who did what, and whether it is whole."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from kiosk.domain.auditwords import verdict
from kiosk.domain.oversight import AuditLine, AuditVerdict
from kiosk.ui.base import Trouble
from kiosk.ui.desk import oversightasks as asks
from kiosk.ui.desk import traillines as lines
from kiosk.ui.desk.oversightasks import Wanted
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.desk.words import clock
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing


class AuditTrail(DeskScreen):
    """A list that goes back page by page, for one person or one kind where that is asked for."""

    CSS_PATH = "audit.tcss"
    AUTO_FOCUS = "Listing"
    place: ClassVar[Place | None] = Place.AUDIT

    def __init__(self) -> None:
        super().__init__()
        self._wanted = Wanted()
        self._entries: tuple[AuditLine, ...] = ()
        self._is_all = False
        """Whether nothing older is left to be read."""

    def heading(self) -> str:
        return "Audit trail"

    def lead(self) -> str:
        return lines.shown(self._wanted, len(self._entries), is_all=self._is_all)

    def body(self) -> Iterable[Widget]:
        verdict_line = Static("", id="verdict", markup=False)
        verdict_line.display = False
        yield verdict_line
        yield Listing[AuditLine](
            lines.TRAIL_OF_ALL if self.host.facts.at_centre else lines.TRAIL,
            key=lambda line: (line.machine_id, line.position),
            draw=self._line,
            empty="One moment …",
        )

    def keys(self) -> Iterable[Key]:
        if self._entries and not self._is_all:
            yield Key("o", "Older", self._read_on)
        yield Key("p", "Person", self._ask_whose)
        yield Key("k", "Kind", self._ask_area)
        if self.host.facts.at_centre:
            yield Key("m", "Machine", self._ask_which)
        if self._wanted != Wanted():
            yield Key("r", "Reset", self._widen)
        yield Key("v", "Verify", self._check)

    def on_mount(self) -> None:
        self.once(self._read)

    async def _read(self, before: AuditLine | None = None) -> None:
        """Read the latest page of what is wanted, or the one `before` an entry."""
        wanted = self._wanted
        answer = await self.ask(lambda side: asks.trail(wanted, before, side))
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
        facts = self.host.facts
        return lines.entry(line, facts.now(), facts.zone, of_all=facts.at_centre)

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
        answer = await self.ask(asks.logins)
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self.put(lines.whose(answer, lambda login: self._only(login=login)))

    def _ask_which(self) -> None:
        self.once(self._find_machines)

    async def _find_machines(self) -> None:
        answer = await self.ask(asks.kiosks)
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        else:
            self.put(lines.which_machine(answer, lambda symbols: self._only(machine=symbols)))

    def _ask_area(self) -> None:
        self.put(lines.which_area(self._ask_kind))

    def _ask_kind(self, area: str) -> None:
        question = lines.which_kind(area, self._only_kind)
        if question is None:
            self._only_kind("")
        else:
            self.put(question)

    def _only_kind(self, action: str) -> None:
        self._only(action=action)

    def _only(self, **wanted: str) -> None:
        self._show(replace(self._wanted, **wanted))

    def _widen(self) -> None:
        self._show(Wanted())

    def _show(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.once(self._read)

    def _check(self) -> None:
        self.say("Checking every entry …")
        self.once(self._verify)

    async def _verify(self) -> None:
        answer = await self.ask(asks.verify)
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._show_verdict(answer)
        await self._read()

    def _show_verdict(self, found: AuditVerdict) -> None:
        self.say("")
        words = f"{clock(found.checked_at, self.host.facts.zone)}  {verdict(found)}"
        if not found.ok:
            words += " Please change nothing, and tell whoever looks after this machine."
        line = self.query_one("#verdict", Static)
        line.update(words)
        line.set_class(not found.ok, "-broken")
        line.display = True
