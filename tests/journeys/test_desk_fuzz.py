"""Random input and signals at the real desk, signed out and with every role: it stays itself.

Every list of its clinic holds texts that would steer a terminal; they show as what they are.

KIOSK_TEST_FUZZ sets how many random events there are for each (20000 for the long run).
"""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.cli.demo import prepare
from kiosk.domain.staff import Role
from kiosk.usecases import sample_clinic
from kiosk.usecases.staff.accounts import NewAccount
from tests.journeys.clinic import PASSPHRASE, Clinic
from tests.journeys.desk_fuzz import ENDS, EVERYBODY, LARGE, SILENCE, Monkey
from tests.journeys.fuzz import events
from tests.journeys.hostile_clinic import SHOWN, fill_lists
from tests.journeys.test_fuzz import go_home
from tests.journeys.test_signals import assert_given_back
from tests.support.amounts import amount
from tests.support.desks import CHEAP

pytestmark = pytest.mark.terminal

EVENTS = amount(120, 500, "KIOSK_TEST_FUZZ")
SEED = int(os.environ.get("KIOSK_TEST_SEED", "1"))
TOGETHER = 40
MORE_MEMORY = 96 * 1024
"""KiB that all of it may cost: desks, lists and Python's own reserve among them."""


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample clinic with requests to call, hostile lists, and an account with every role."""
    folder = tmp_path_factory.mktemp("pristine") / "clinic"
    everybody = NewAccount(EVERYBODY, PASSPHRASE, frozenset(Role), is_sample=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_clinic, "STAFF", (*sample_clinic.STAFF, everybody))
        prepare(folder, cost=CHEAP)
    fill_lists(folder, EVERYBODY)
    return folder


@pytest.fixture
def busy(pristine: Path, tmp_path: Path) -> Iterator[Clinic]:
    """A copy of it, which may be spoilt."""
    folder = tmp_path / "clinic"
    shutil.copytree(pristine, folder)
    clinic = Clinic(folder)
    with clinic.running:
        yield clinic


SIGNED_IN = [pytest.param(login, marks=pytest.mark.full) for login in (*Role, EVERYBODY)]
"""Each alone; every place of theirs is among those of everybody, who is there every day."""


@pytest.mark.parametrize("login", ["", *SIGNED_IN])
def test_random_input_leads_nowhere(busy: Clinic, pristine: Path, login: str) -> None:
    monkey = Monkey(busy, pristine, str(login))
    monkey.presses(SEED, 60)
    before = Memory(monkey)
    monkey.presses(SEED + 1, EVENTS)
    monkey.assert_inside()
    before.assert_little_more()
    assert_still_a_desk(monkey, signal.SIGHUP)
    assert monkey.troubles() == []


class Memory:
    """What a desk takes now, to see what it takes later, unless it was ended by its own key."""

    def __init__(self, monkey: Monkey) -> None:
        self._monkey, self._ends, self._before = monkey, monkey.ends, monkey.terminal.rss

    def assert_little_more(self) -> None:
        """Wait for that: a try to sign in takes 64 MiB until it is answered."""
        monkey, terminal = self._monkey, self._monkey.terminal
        if monkey.ends == self._ends:
            terminal.wait_until(
                lambda: terminal.rss - self._before < MORE_MEMORY, "little more memory"
            )
        figures = f"{self._before} KiB before, {terminal.rss} KiB after, ended {monkey.ends} times"
        print(f"as {monkey.login or 'nobody'}: {figures}")  # noqa: T201  figures


def assert_still_a_desk(monkey: Monkey, end: signal.Signals = signal.SIGTERM) -> None:
    """Sign in, sign out by Q, and in again; then end it from outside, whatever it is about."""
    terminal = monkey.terminal
    monkey.login = monkey.login or "facilitator"
    monkey.looks()
    monkey.sign_in()
    terminal = monkey.terminal
    monkey.sign_out()
    monkey.sign_in()
    terminal.resize(*LARGE)
    terminal.send("g\r")
    terminal.signal(end)
    assert terminal.wait_exit() == ENDS[end]
    assert_given_back(terminal)


def test_two_desks_and_a_kiosk_are_used_at_once(busy: Clinic, pristine: Path) -> None:
    kiosk = busy.start()
    desks = [Monkey(busy, pristine, login) for login in (EVERYBODY, "facilitator")]
    desks[0].reaches("g", SHOWN)
    before = [Memory(desk) for desk in desks]
    for turn in range(max(1, EVENTS // TOGETHER // 6)):
        for event in events(SEED + turn, TOGETHER):
            kiosk.send(event)
            kiosk.pump(0)
        for desk in desks:
            desk.presses(SEED + turn, TOGETHER)
    for memory in before:
        memory.assert_little_more()
    assert kiosk.alive
    kiosk.settle(SILENCE)
    go_home(kiosk)
    kiosk.signal(signal.SIGTERM)
    assert kiosk.wait_exit() == 0
    for desk in desks:
        assert_still_a_desk(desk)
        assert desk.troubles() == []
    assert "crash" not in (busy.folder / "kiosk.log").read_text(encoding="utf-8")
