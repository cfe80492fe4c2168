"""Where the parts meet: the data folder, and what is refused before a screen is shown."""

import asyncio
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import pytest

from kiosk.bootstrap import visitor
from kiosk.bootstrap.data_folder import data_dir, make_folder
from kiosk.bootstrap.kiosk import Kiosk, open_kiosk
from kiosk.bootstrap.visitor import clean_daily, show_visitor_kiosk
from kiosk.errors import KioskError, SetupError, StoreBusy, StoreDamaged
from kiosk.records.database.lock import lock_folder
from kiosk.records.database.store import Store
from kiosk.settings import Settings
from kiosk.ui.door import Door
from kiosk.ui.visitor.visit import VisitorSide
from tests.support.desks import PASSPHRASE, PIN, open_clinic
from tests.support.extract import CHECKOUT


@pytest.fixture(autouse=True)
def _clean_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("KIOSK_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder of a clinic."""
    folder = tmp_path / "clinic"
    make_folder(folder)
    with open_clinic(folder):
        pass
    return folder


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process seem to stand in a terminal."""
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)


@pytest.fixture
def _own_log() -> Iterator[None]:
    log = logging.getLogger("kiosk")
    before = log.handlers[:]
    yield
    for handler in log.handlers[:]:
        if handler not in before:
            log.removeHandler(handler)
            handler.close()


def test_the_data_folder_is_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for named, found in (
        ("/data", "/data"),
        ("~/data", tmp_path / "data"),
        ("here", tmp_path / "here"),
    ):
        monkeypatch.setenv("KIOSK_DATA_DIR", named)
        assert data_dir() == data_dir(demo=True) == Path(found)


def test_clinic_and_demo_never_share_a_folder_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_dir() == tmp_path / "kiosk"
    assert data_dir(demo=True) == tmp_path / "kiosk-demo"
    monkeypatch.setenv("KIOSK_DATA_DIR", "")
    assert data_dir() == tmp_path / "kiosk"


def test_a_new_folder_is_private_and_has_its_settings(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("kiosk.toml", "take-home.toml"):
        assert (folder / name).read_bytes() == (CHECKOUT / "config" / name).read_bytes()


def test_settings_that_are_there_stay(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text("[visit]\nidle_seconds = 90\n")
    make_folder(tmp_path)
    assert (tmp_path / "kiosk.toml").read_text() == "[visit]\nidle_seconds = 90\n"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=r"cannot be written .*KIOSK_DATA_DIR"):
        make_folder(tmp_path / "file" / "folder")


def test_an_opened_folder_has_all_sides(folder: Path) -> None:
    (folder / "kiosk.toml").write_text("[visit]\nidle_seconds = 90\nreceipt_seconds = 200\n")
    kiosk = open_kiosk(folder)
    try:
        side = kiosk.visitor_side()
        assert (side.clinic.timing.idle, side.clinic.timing.receipt) == (90, 200)
        assert side.clinic.timing.warning == Settings().visit.warning_seconds
        assert side.clinic.zone.key == "Asia/Singapore"
        assert side.desk.sessions_today().open_now == ()
        assert kiosk.maintenance().unlock(PIN).accepted
        assert kiosk.access().sign_in("manager", PASSPHRASE)
        assert kiosk.today() == kiosk.clock.now().astimezone(kiosk.site.zone).date()
    finally:
        kiosk.store.close()


def test_opening_nothing_says_what_to_do_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="`kiosk init`, or try `kiosk demo`"):
        open_kiosk(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_opening_half_a_clinic_says_so(tmp_path: Path) -> None:
    make_folder(tmp_path)
    Store.open(tmp_path / "kiosk.db", create=True).close()
    with pytest.raises(SetupError, match="There is no clinic"):
        open_kiosk(tmp_path)


def test_wrong_settings_are_said_before_the_database_is_opened(folder: Path) -> None:
    (folder / "kiosk.toml").write_text("colour = 'red'\n")
    (folder / "kiosk.db").write_bytes(b"damaged" * 100)
    with pytest.raises(SetupError, match="The setting colour"):
        open_kiosk(folder)


def test_a_damaged_database_is_said(folder: Path) -> None:
    (folder / "kiosk.db").write_bytes(b"damaged" * 100)
    with pytest.raises(StoreDamaged):
        open_kiosk(folder)


def test_a_screen_needs_a_terminal(folder: Path) -> None:
    with pytest.raises(SetupError, match="needs a terminal"):
        show_visitor_kiosk(folder)


@pytest.mark.usefixtures("terminal")
def test_a_screen_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="There is no data folder"):
        show_visitor_kiosk(tmp_path / "none")


@pytest.mark.usefixtures("terminal")
def test_a_second_kiosk_on_the_folder_is_refused(folder: Path) -> None:
    with lock_folder(folder, "visitor.lock"), pytest.raises(StoreBusy, match="already running"):
        show_visitor_kiosk(folder)


@pytest.mark.usefixtures("terminal")
def test_a_log_that_cannot_be_written_is_one_sentence(folder: Path) -> None:
    (folder / "kiosk.log").mkdir()
    with pytest.raises(KioskError, match=r"The log .* cannot be written"):
        show_visitor_kiosk(folder)


@pytest.mark.usefixtures("terminal", "_own_log")
def test_the_screen_gets_its_desks_from_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is booted is what was opened; `before` comes first, and the log is private."""
    from kiosk.ui.terminal import app as terminal_app
    from kiosk.ui.visitor import app as visitor_app

    happened: list[str] = []
    doors: list[Door[VisitorSide]] = []

    class Screen:
        def __init__(self, door: Door[VisitorSide], demo: object) -> None:
            self.door = door
            doors.append(door)

    def run(screen: Screen) -> int:
        zone = asyncio.run(screen.door.ask(lambda side: side.clinic.zone.key))
        assert isinstance(zone, str)
        happened.append(zone)
        return 70

    monkeypatch.setattr(visitor_app, "VisitorApp", Screen)
    monkeypatch.setattr(terminal_app, "run_locked", run)
    monkeypatch.setattr(visitor, "_warm", lambda: happened.append("warm"))
    code = show_visitor_kiosk(folder, before=lambda: happened.append("before"))
    assert code == 70
    assert happened == ["before", "warm", "Asia/Singapore"]
    with pytest.raises(RuntimeError, match="after shutdown"):
        asyncio.run(doors[0].ask(lambda side: side.clinic))
    assert stat.S_IMODE((folder / "kiosk.log").stat().st_mode) == 0o600
    lock_folder(folder, "visitor.lock").release()


def test_a_kiosk_that_is_never_ended_is_tended_every_day(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A day that fails does not end it; the end of the program does."""
    days, enough = list[str](), Event()

    def clean(kiosk: Kiosk) -> None:
        days.append(kiosk.site.name)
        if len(days) == 3:
            enough.set()
        raise StoreBusy("Another program holds the database.")

    monkeypatch.setattr(visitor, "_DAY_SECONDS", 0.001)
    monkeypatch.setattr(Kiosk, "clean", clean)
    kiosk = open_kiosk(folder)
    with ExitStack() as opened, caplog.at_level(logging.INFO, "kiosk.daily"):
        opened.callback(kiosk.store.close)
        clean_daily(kiosk, opened)
        assert enough.wait(60)
    assert not [thread for thread in enumerate_threads() if thread.name == "daily"]
    assert caplog.messages[0] == "the daily cleaning was not done: StoreBusy"
