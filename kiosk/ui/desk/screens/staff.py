"""The accounts of staff: who may do what, and how each account stands."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.widget import Widget

from kiosk.domain.staff import AccountView
from kiosk.ui.base import Trouble
from kiosk.ui.desk.forms import Managing
from kiosk.ui.desk.managewords import languages_of, roles_of, standing_of
from kiosk.ui.desk.pages import (
    LanguagesPage,
    NewStaffPage,
    Page,
    PageWanted,
    PassphrasePage,
    RolesPage,
)
from kiosk.ui.desk.places import Place
from kiosk.ui.desk.questions import sure
from kiosk.ui.widgets.columns import Column
from kiosk.ui.widgets.keyline import Key
from kiosk.ui.widgets.listing import Line, Listing

_COLUMNS = (
    Column("Login", 18, 10, grows=True),
    Column("Roles", 20, grows=True),
    Column("On the phone", 18, 14, rank=1, grows=True),
    Column("State", 17),
)


class StaffList(Managing):
    """A list; what its keys change works at once."""

    place: ClassVar[Place | None] = Place.STAFF

    def __init__(self) -> None:
        super().__init__()
        self._accounts: tuple[AccountView, ...] = ()

    def heading(self) -> str:
        return "Staff"

    def lead(self) -> str:
        disabled = sum(one.disabled for one in self._accounts)
        count = len(self._accounts)
        said = "1 account" if count == 1 else f"{count} accounts"
        return f"{said}, {disabled} disabled" if disabled else said

    def body(self) -> Iterable[Widget]:
        yield Listing[AccountView](
            _COLUMNS, key=lambda one: one.id, draw=self._line, empty="One moment …"
        )

    def keys(self) -> Iterable[Key]:
        one = self._current
        if one is not None:
            yield Key("enter", "Roles", partial(self._go, RolesPage(one)))
        yield Key("a", "Add", partial(self._go, NewStaffPage()))
        if one is None:
            return
        yield Key("l", "Languages", partial(self._go, LanguagesPage(one)))
        yield Key("p", "Passphrase", partial(self._go, PassphrasePage(one.id, one.login)))
        if one.disabled:
            yield Key("e", "Enable", self._enable)
        else:
            yield Key("d", "Disable", self._disable)

    def on_mount(self) -> None:
        self.look(self._read)

    def come_back(self) -> None:
        self.run_worker(self._read())

    async def _read(self) -> None:
        answer = await self.ask(lambda side: side.accounts.accounts())
        if isinstance(answer, Trouble):
            self.say(answer.for_staff)
            return
        self._accounts = answer
        self.query_one(Listing).set_rows(answer)
        self.rehead()
        self.rekey()

    def _line(self, one: AccountView) -> Line:
        standing = standing_of(one, self.host.facts.zone)
        cells = (one.login, roles_of(one), languages_of(one), standing)
        return Line(cells, "done" if one.disabled else "")

    @property
    def _current(self) -> AccountView | None:
        found = self.query(Listing)
        current = found.first().current if found else None
        return current if isinstance(current, AccountView) else None

    def _go(self, page: Page) -> None:
        self.tell(PageWanted(page))

    @on(Listing.Chosen)
    def open_roles(self) -> None:
        """Show the roles of the account under the cursor."""
        if self._current is not None:
            self._go(RolesPage(self._current))

    def _disable(self) -> None:
        one = self._current
        if one is not None:
            lead = "It ends at once, also for somebody who is signed in with it."
            question = f"Disable the account {one.login}?"
            self.put(sure(question, lead, "Yes, disable it", partial(self._set, one, off=True)))

    def _enable(self) -> None:
        if self._current is not None:
            self._set(self._current, off=False)

    def _set(self, one: AccountView, *, off: bool) -> None:
        self.carry_out(
            lambda side: side.accounts.disable(one.id) if off else side.accounts.enable(one.id),
            lambda _answer: self._tell_set("Disabled." if off else "Enabled again."),
        )

    def _tell_set(self, sentence: str) -> None:
        self.say(sentence)
        self.come_back()
