"""The maintenance screen: how the kiosk is, the out-of-order switch, and the way out."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from rich.table import Table
from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from kiosk.domain.central.fleet import format_clock_offset
from kiosk.domain.clock_sync import is_far_off
from kiosk.domain.staff import is_pin
from kiosk.ui.door import Trouble
from kiosk.ui.visitor.screen import GoTo, VisitorRoute, VisitorScreen
from kiosk.ui.visitor.times import format_day_and_time
from kiosk.ui.visitor.visit import Stay
from kiosk.ui.widgets.buttons import Action, Pressable
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.layout import pairs
from kiosk.ui.widgets.touch_keyboard import PIN, TouchKeys, key_labels

if TYPE_CHECKING:
    from kiosk.ui.visitor.visit import VisitorSide
    from kiosk.usecases.maintenance_desk import MaintenanceStatus


_POLL_EVERY = 2.0
"""Seconds between two polls: records leave, and a centre comes back, while staff watch."""


class MaintenanceScreen(VisitorScreen):
    """Facts about the kiosk; never about a person."""

    AUTO_FOCUS = "#back"
    stays: Stay = "staff"
    _trouble: str = ""
    """What the last step could not do."""
    _closes = True
    """Whether the switch closes the kiosk; else it opens it."""

    def heading(self) -> str:
        return self._("Maintenance")

    def body(self) -> Iterable[Widget]:
        yield Static("", id="say", markup=False)
        yield Action(self._("The clock is right"), letter="C", id="trust")
        yield Static("", id="status", markup=False)

    def steps(self) -> Iterable[Action]:
        # The kiosk may open by itself meanwhile: the switch does what is written on it.
        self._closes = self.context.is_open
        title = self._("Out of order") if self._closes else self._("Open again")
        yield Action(title, letter="O", id="switch")
        yield Action(self._("Exit"), letter="X", id="exit", primary=True)

    def on_mount(self) -> None:
        self._show("", "")
        self._poll()
        self.set_interval(_POLL_EVERY, self._poll)

    def _offer_more(self) -> None:
        """Leave "More" out where the row has no room for a fourth action: keys and wheel scroll."""
        super()._offer_more()
        for action in self.query("#more"):
            action.display = action.display and self.has_class("-wide")

    def _poll(self) -> None:
        """Read how the kiosk is, beside whatever else the screen is doing."""
        if not self.is_detached:
            self.run_worker(self._read_status(), group="status", exclusive=True)

    async def _read_status(self) -> None:
        answer = await self.ask(lambda side: side.maintenance.status())
        if isinstance(answer, Trouble):
            self._show(answer.for_staff, "")
        else:
            self._show(
                self._format_status(answer), "" if answer.clock_ok else self._format_doubt(answer)
            )

    def _show(self, status: "str | Table", doubt: str) -> None:
        """Show how the kiosk is, and above it what needs staff."""
        text = self._trouble or doubt or self.context.out_of_order or ""
        self.say(status, "#status")
        self.say(text)
        self.set_class(bool(doubt), "-doubt")
        for name, is_shown in (("#say", bool(text)), ("#trust", bool(doubt))):
            for widget in self.query(name):
                widget.display = is_shown

    def _format_doubt(self, status: "MaintenanceStatus") -> str:
        now = format_day_and_time(status.now, status.zone, self.visit.texts.written)
        text = self._(
            "It is {now} here, before the last record. Set the clock, or say it is right."
        )
        return text.format(now=now)

    def _format_status(self, status: "MaintenanceStatus") -> Table:
        now = format_day_and_time(status.now, status.zone, self.visit.texts.written)
        rows = [
            (self._("Clinic"), status.site_name),
            (self._("Kiosk"), f"{status.kiosk_name}  ({status.symbols})"),
            (self._("Version"), status.version),
            (self._("Clock"), f"{now}, {self._format_clock(status)}"),
            (self._("Records to send"), str(status.pending)),
            (self._("Records set aside"), str(status.parked)),
            (self._("Last contact"), self._format_contact(status)),
        ]
        if status.has_central and status.problem is not None:
            rows.append((self._("Centre"), status.problem))
        if status.has_central and status.folder:
            # Where it is seen on the smallest screen too.
            rows.insert(2, (self._("Data folder"), status.folder))
        return pairs(rows)

    def _format_clock(self, status: "MaintenanceStatus") -> str:
        if not status.clock_ok:
            return self._("before the last record")
        offset = status.clock_offset_ms
        if status.has_central and offset is not None and is_far_off(offset):
            return self._("{off} by the centre's clock").format(off=format_clock_offset(offset))
        return self._("right")

    def _format_contact(self, status: "MaintenanceStatus") -> str:
        if status.contact_at is not None:
            return format_day_and_time(status.contact_at, status.zone, self.visit.texts.written)
        if status.has_central:
            return self._("none yet; it goes on trying")
        return self._("none; it works by itself")

    @on(Pressable.Pressed, "#switch")
    def switch(self) -> None:
        """Close the kiosk to visitors, or open it again; it survives a restart."""
        self.once(self._switch)

    async def _switch(self) -> None:
        reason = "switched off by staff" if self._closes else None
        if await self._did(lambda side: side.maintenance.set_out_of_order(reason)):
            route = VisitorRoute.OPEN if reason is None else VisitorRoute.CLOSED
            self.post_message(GoTo(route))

    async def _did(self, step: "Callable[[VisitorSide], None]") -> bool:
        """Take a step and show how the kiosk is then, with what was in the way."""
        answer = await self.ask(step)
        self._trouble = answer.for_staff if isinstance(answer, Trouble) else ""
        await self._read_status()
        return not self._trouble

    @on(Pressable.Pressed, "#trust")
    def trust(self) -> None:
        """Keep as a fact that the clock is right, though it is before the last record."""
        self.once(self._trust)

    async def _trust(self) -> None:
        await self._did(lambda side: side.maintenance.trust_clock())

    @on(Pressable.Pressed, "#exit")
    def leave(self) -> None:
        """End the program."""
        self.post_message(GoTo(VisitorRoute.EXIT))


class PinScreen(VisitorScreen):
    """One covered field."""

    stays: Stay = "staff"

    def heading(self) -> str:
        return self._("Staff")

    def lead(self) -> str:
        return self._("Type the kiosk's PIN. What you type stays covered.")

    def body(self) -> Iterable[Widget]:
        yield Field(most=32, covered=True)
        yield Static("", id="say", markup=False)

    def steps(self) -> Iterable[Action]:
        yield Action(self._("Open"), id="next", primary=True)

    def below(self) -> Iterable[Widget]:
        yield from super().below()
        yield TouchKeys(PIN, labels=key_labels(self._))

    @on(Input.Submitted)
    @on(Pressable.Pressed, "#next")
    def go_on(self) -> None:
        """Try the PIN; the wait after wrong ones survives a restart."""
        self.once(self._go_on)

    async def _go_on(self) -> None:
        field = self.query_one(Field)
        typed, field.value = field.value, ""
        if not typed:
            return
        if not is_pin(typed):
            self.say(self._("That is not the PIN. Please try again."))
            return
        answer = await self.ask(lambda side: side.maintenance.unlock(typed))
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
        elif answer.accepted:
            self.post_message(GoTo(VisitorRoute.MAINTENANCE))
        elif answer.wait_seconds:
            text = self._("That did not open. Please wait {seconds} seconds.")
            self.say(text.format(seconds=answer.wait_seconds))
        else:
            self.say(self._("That is not the PIN. Please try again."))
