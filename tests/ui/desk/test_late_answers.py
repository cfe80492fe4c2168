"""An answer that comes while a desk's screen is taken away breaks nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest
from textual.widgets import Static

from kiosk.domain.staff import Role
from kiosk.ui.desk.menu import MenuScreen
from kiosk.ui.desk.sign_in import SignInScreen
from kiosk.usecases.access import Access
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.attendance.roster_desk import RosterDesk
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.groups.desk import GroupsDesk
from kiosk.usecases.passes.desk import PassDesk
from kiosk.usecases.staff.accounts_desk import AccountsDesk
from tests.support.calls import ask
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.late import Gate


@dataclass(frozen=True, slots=True)
class Late:
    """A question whose answer the screen would show itself."""

    desk: type
    method: str
    way: str
    """The keys from the menu to the screen; "›" is Enter."""
    ask: str
    """The keys that ask; the screen is left at once."""


# In an order in which each finds what it asks about: "number" after its claim.
LATE = {
    "sessions": Late(RosterDesk, "sessions", "", "g"),
    "roster": Late(RosterDesk, "news", "g", "›"),
    "guest": Late(RosterDesk, "add_guests", "g›", "g"),
    "void": Late(RosterDesk, "void", "g›v", "m"),
    "count": Late(RosterDesk, "count_heads", "g›h7", "›"),
    "person": Late(RosterDesk, "add_person", "g›aMei", "›"),
    "members": Late(PassDesk, "members", "p", "›"),
    "groups to join": Late(PassDesk, "groups", "p›", "a"),
    "pass": Late(PassDesk, "replace_pass", "p›p", "y"),
    "worklist": Late(CallbackDesk, "worklist", "", "c"),
    "history": Late(CallbackDesk, "history", "c", "›"),
    "claim": Late(CallbackDesk, "act", "c›", "c"),
    "number": Late(CallbackDesk, "reveal", "c›", "r"),
    "export": Late(CallbackDesk, "export_rows", "cx", "x"),
    "groups": Late(GroupsDesk, "groups", "", "s"),
    "accounts": Late(AccountsDesk, "accounts", "", "f"),
    "disable": Late(AccountsDesk, "disable", "fd", "y"),
    "reports": Late(OversightDesk, "report", "", "r"),
    "preview": Late(OversightDesk, "retention_preview", "d", "p"),
    "retention": Late(OversightDesk, "run_retention", "dd", "y"),
    "trail": Late(OversightDesk, "audit_trail", "", "a"),
    "verdict": Late(OversightDesk, "verify_audit", "a", "v"),
    "kiosks": Late(OversightDesk, "kiosks", "", "k"),
    "passphrase": Late(Access, "change_passphrase", "oold›something new›something new", "›"),
}


def pressed(keys: str) -> tuple[str, ...]:
    names = {"›": "enter", " ": "space"}
    return tuple(names.get(key, key) for key in keys)


async def by_one_step_back(colleague: Colleague) -> None:
    await colleague.sends("escape")


async def by_signing_out(colleague: Colleague) -> None:
    await colleague.sends("f10" if colleague.screen.typing else "q")


Leave = Callable[[Colleague], Awaitable[None]]


@pytest.fixture(autouse=True)
def clinic_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing may be logged as broken, not even where the desk goes on."""
    yield
    logged = [record.getMessage() for record in caplog.get_records("call")]
    assert [line for line in logged if "crash" in line] == []


def furnish(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    session = clinic.add_session("Room 2", starts=-20)
    clinic.visitor.check_in(clinic.passes.issue_pass("Ravi", "en").digits, session.id)
    ask(clinic, "Mei")


async def answered_late(colleague: Colleague, gate: Gate, keys: str, leave: Leave) -> None:
    """Ask, leave at once, and let the answer come while the screen is taken away."""
    try:
        await colleague.sends(*pressed(keys))
        async with asyncio.timeout(5):
            await gate.asked.wait()
            while colleague.app._moving.locked():
                await asyncio.sleep(0.001)
            gate.left = colleague.app.screen_stack
            await leave(colleague)
            while not gate.opened.is_set():
                await asyncio.sleep(0.001)
    finally:
        gate.opened.set()
    await colleague.settle()


async def test_an_answer_may_come_while_its_screen_is_taken_away(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First trouble after one step back, then an answer after signing out."""
    furnish(clinic)
    async with at_desk(clinic, "manager") as colleague:
        for name, late in LATE.items():
            try:
                # An export has no way back before it is written.
                if name != "export":
                    await left_before(colleague, monkeypatch, late, by_one_step_back, fails=True)
                await left_before(colleague, monkeypatch, late, by_signing_out, fails=False)
            except BaseException as error:
                error.add_note(f"at {name!r}:\n{colleague.picture()}")
                raise


async def left_before(
    colleague: Colleague,
    monkeypatch: pytest.MonkeyPatch,
    late: Late,
    leave: Leave,
    *,
    fails: bool,
) -> None:
    """Go there from the menu, ask, leave before the answer, and find the desk as ever."""
    await colleague.keys(*pressed(late.way))
    gate = Gate(late.desk, late.method, monkeypatch, fails=fails, asking=lambda: colleague.asking)
    await answered_late(colleague, gate, late.ask, leave)
    monkeypatch.undo()
    await colleague.wait(0)
    if leave is by_one_step_back:
        await to_menu(colleague)
    else:
        assert isinstance(colleague.screen, SignInScreen)
        await colleague.enter("manager")
    assert isinstance(colleague.screen, MenuScreen)


async def to_menu(colleague: Colleague) -> None:
    """Go back step by step."""
    for _screen in colleague.app.screen_stack:
        if not isinstance(colleague.screen, MenuScreen):
            await colleague.keys("escape")


@pytest.mark.parametrize("fails", [False, True], ids=["answer", "trouble"])
async def test_a_sign_in_may_be_answered_when_somebody_else_wants_in(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.wait(121)
        await colleague.type(PASSPHRASE)
        gate = Gate(Access, "sign_in", monkeypatch, fails=fails, asking=lambda: colleague.asking)
        await answered_late(colleague, gate, "›", by_one_step_back)
        monkeypatch.undo()
        colleague.expect("Staff desk")
        assert colleague.app.who is None
        await colleague.sign_in("manager")
        assert isinstance(colleague.screen, MenuScreen)


async def test_lines_that_have_gone_are_not_missed(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        screen = colleague.screen
        await screen.query(Static).remove()
        screen.say("Kept.")
        screen.rehead()
        screen.rekey()
        screen.retime()


async def test_a_screen_that_has_gone_begins_nothing(clinic: Clinic) -> None:
    begun: list[str] = []

    async def work() -> None:
        begun.append("work")

    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("g")
        gone = colleague.screen
        await colleague.keys("escape")
        assert not gone.once(work)
        gone.poll(work)
        gone.act(lambda _side: begun.append("act"))
        await colleague.settle()
        assert begun == []
