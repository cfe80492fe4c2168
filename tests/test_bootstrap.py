"""Where the parts meet: the data folder, and what is refused before a screen is shown."""

import asyncio
import logging
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from sqlite3 import Connection
from uuid import UUID

import pytest

from kiosk.bootstrap import visitor
from kiosk.bootstrap.data_folder import data_dir, make_folder
from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.bootstrap.visitor import show_visitor_kiosk
from kiosk.content.assets import config_dir
from kiosk.content.wishes import read_wishes
from kiosk.domain.attendance.anomalies import AnomalyKind
from kiosk.domain.central.incarnations import SPAN
from kiosk.errors import KioskError, SetupError, StoreBusy, StoreDamaged, StoreFull
from kiosk.records.central.connection import Address
from kiosk.records.central.link import CentralLink, write_link
from kiosk.records.database import store
from kiosk.records.database.lock import lock_folder
from kiosk.records.database.store import Store, sqlite_module
from kiosk.settings import Settings
from kiosk.ui.door import Door
from kiosk.ui.visitor.visit import VisitorSide
from kiosk.usecases.staff_desk import SignedIn
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
    for name in ("kiosk.toml", "take-home.toml", "wishes.toml"):
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
        side = kiosk.visitor_desks()
        assert (side.clinic.timing.idle, side.clinic.timing.receipt) == (90, 200)
        assert side.clinic.timing.warning == Settings().visit.warning_seconds
        assert side.clinic.zone.key == "Asia/Singapore"
        assert side.clinic.wishes == read_wishes(config_dir() / "wishes.toml")
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
def test_a_screen_needs_a_folder_unless_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="There is no data folder"):
        show_visitor_kiosk(tmp_path / "none")


@pytest.mark.usefixtures("terminal")
def test_a_second_kiosk_on_the_folder_is_refused(folder: Path) -> None:
    with lock_folder(folder, "visitor.lock"), pytest.raises(StoreBusy, match="already running"):
        show_visitor_kiosk(folder)


def opened_by(
    monkeypatch: pytest.MonkeyPatch, use: Callable[[VisitorSide], None], folder: Path
) -> None:
    """Start the kiosk of a folder, and let `use` stand for its screens."""
    from kiosk.ui.terminal import app as terminal_app
    from kiosk.ui.visitor import app as visitor_app

    def run(door: Door[VisitorSide]) -> int:
        assert asyncio.run(door.ask(use)) is None
        return 0

    monkeypatch.setattr(visitor_app, "VisitorApp", lambda door, demo: door)
    monkeypatch.setattr(terminal_app, "run_locked", run)
    monkeypatch.setattr(visitor, "_warm", lambda: None)
    assert show_visitor_kiosk(folder) == 0


def _typo(folder: Path) -> Callable[[], object]:
    settings = (folder / "kiosk.toml").read_text()
    (folder / "kiosk.toml").write_text("[visit")
    return lambda: (folder / "kiosk.toml").write_text(settings)


def _deep(folder: Path) -> Callable[[], object]:
    (folder / "kiosk.toml").write_text(f"a = {'[' * 5000}")
    return lambda: (folder / "kiosk.toml").write_text("")


def _no_settings(folder: Path) -> Callable[[], object]:
    kept = (folder / "kiosk.toml").rename(folder / "away")
    return lambda: kept.rename(folder / "kiosk.toml")


def _take_home(folder: Path) -> Callable[[], object]:
    (folder / "take-home.toml").write_bytes(b"\xff\xfe")
    return lambda: (folder / "take-home.toml").write_text("")


def _write_lock(folder: Path) -> Callable[[], object]:
    holder: Connection = sqlite_module().connect(folder / "kiosk.db", check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    return holder.close


def _other_kiosk(folder: Path) -> Callable[[], object]:
    # The lock of the folder that was there before.
    (folder / "visitor.lock").unlink()
    return lock_folder(folder, "visitor.lock").release


def _no_lock(folder: Path) -> Callable[[], object]:
    (folder / "visitor.lock").unlink()
    (folder / "visitor.lock").mkdir()
    return (folder / "visitor.lock").rmdir


def _empty_mount_point(folder: Path) -> Callable[[], object]:
    disk = folder.rename(folder.with_name("disk"))
    folder.mkdir()

    def mount() -> None:
        shutil.rmtree(folder)
        disk.rename(folder)

    return mount


def _no_mount_point(folder: Path) -> Callable[[], object]:
    disk = folder.rename(folder.with_name("disk"))
    return lambda: disk.rename(folder)


def _damaged(folder: Path) -> Callable[[], object]:
    whole = (folder / "kiosk.db").read_bytes()
    (folder / "kiosk.db").write_bytes(b"damaged" * 100)
    return lambda: (folder / "kiosk.db").write_bytes(whole)


Fault = Callable[[Path], Callable[[], object]]
"""Breaks something in a folder; returns what mends it."""


@pytest.mark.usefixtures("terminal", "_own_log")
@pytest.mark.parametrize(
    ("fault", "said", "pin_opens"),
    [
        (_typo, "no valid TOML at the end", True),
        (_deep, "no valid TOML", True),
        (_no_settings, "are missing", True),
        (_take_home, "take-home.toml cannot be read", True),
        (_write_lock, "Another program holds the database", True),
        (_other_kiosk, "Another kiosk is already running", True),
        (_no_lock, "cannot be written", True),
        (_empty_mount_point, "There is no clinic in", False),
        (_no_mount_point, "There is no clinic in", False),
        (_damaged, "is damaged or is no kiosk database", False),
    ],
)
def test_what_could_not_be_opened_is_opened_once_it_can_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, said: str, pin_opens: bool
) -> None:
    """And meanwhile the PIN opens the maintenance screen, where there is one to be read."""
    monkeypatch.setattr(store, "_TRIES", 2)
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
    (folder / "visitor.lock").touch()

    def use(side: VisitorSide) -> None:
        mend = fault(folder)
        for _ in range(2):
            with pytest.raises(KioskError, match=said):
                side.clinic  # noqa: B018 - opens it
            if pin_opens:
                assert not side.maintenance.unlock("0000").accepted
                assert side.maintenance.unlock(PIN).accepted
                assert side.maintenance.status().pending >= 0
            else:
                with pytest.raises(KioskError):
                    side.maintenance.unlock(PIN)
        mend()
        assert side.clinic.zone.key == "Asia/Singapore"
        assert side.maintenance.out_of_order() is None
        assert side.maintenance.unlock(PIN).accepted
        assert (folder / "kiosk.log").exists()
        with pytest.raises(StoreBusy):
            lock_folder(folder, "visitor.lock")

    opened_by(monkeypatch, use, folder)


@pytest.mark.usefixtures("terminal", "_own_log")
def test_without_a_log_and_a_lock_it_stays_on_its_feet(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a read-only disk."""
    (folder / "kiosk.log").mkdir()
    (folder / "visitor.lock").mkdir()

    def use(side: VisitorSide) -> None:
        with pytest.raises(StoreFull):
            side.clinic  # noqa: B018 - opens it
        assert side.maintenance.unlock(PIN).accepted
        with pytest.raises(StoreFull):
            side.maintenance.set_out_of_order(None)

    opened_by(monkeypatch, use, folder)


@pytest.mark.usefixtures("terminal", "_own_log")
def test_a_folder_that_cannot_be_looked_into_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a name that no file system takes, for no right stops root."""
    folder = tmp_path / ("x" * 300)
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))

    def use(side: VisitorSide) -> None:
        with pytest.raises(SetupError, match=r"cannot be read \(File name too long\)"):
            side.clinic  # noqa: B018 - opens it

    opened_by(monkeypatch, use, folder)


@pytest.mark.usefixtures("terminal", "_own_log")
def test_a_desk_machine_that_is_mounted_late_shows_no_visitors_kiosk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use(side: VisitorSide) -> None:
        (folder / "kiosk.db").unlink()
        address = Address("127.0.0.1", 1, "kiosk", "nobody", "nothing")
        write_link(folder, CentralLink("desk", UUID(int=1), UUID(int=2), address))
        with pytest.raises(SetupError, match="This is a desk machine of a centre"):
            side.clinic  # noqa: B018 - opens it

    opened_by(monkeypatch, use, folder)


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


@pytest.mark.parametrize("copies", [0, 1], ids=["alone", "copied meanwhile"])
def test_records_that_went_missing_are_told_and_their_numbers_not_given_again(
    tmp_path: Path, copies: int
) -> None:
    folder, older = tmp_path / "clinic", tmp_path / "older.db"
    make_folder(folder)
    with open_clinic(folder) as clinic:
        clinic.visitor.request_callback(clinic.draft())
        clinic.store.checkpoint()
        shutil.copy2(folder / "kiosk.db", older)
        clinic.bend("UPDATE sync_state SET last_seq = last_seq + :more", more=copies * SPAN)
        for _ in range(3):
            clinic.visitor.request_callback(clinic.draft())
    shutil.copy2(older, folder / "kiosk.db")
    Store.open(folder / "kiosk.db").close()  # as `kiosk doctor` does, which tells nobody
    for _ in range(2):
        kiosk = open_kiosk(folder)
        manager = kiosk.access().sign_in("manager", PASSPHRASE)
        assert isinstance(manager, SignedIn)
        found = kiosk.access().anomalies_desk(manager).anomalies(14)
        assert [(one.kind, one.count) for one in found] == [(AnomalyKind.LOST, 3)]
        kiosk.store.close()
