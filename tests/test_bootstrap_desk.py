"""The desk put together: what stands behind its door, and the files it writes."""

import asyncio
import gc
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.bootstrap.data_folder import make_folder
from kiosk.bootstrap.desk import KeptHabits, desk_side, show_desk
from kiosk.bootstrap.kiosk import Kiosk
from kiosk.domain.callbacks.worklist import WorklistFilter, WorklistHabit
from kiosk.domain.staff import Role
from kiosk.errors import SetupError, SignedOut
from kiosk.records.database.opening import LINK_FILE
from kiosk.settings import read_settings
from kiosk.ui.desk.app import DeskApp
from kiosk.ui.desk.session import CurrentUser, DeskSide
from kiosk.ui.door import Trouble
from kiosk.usecases.access import SignInRefused
from tests.support.desks import NOON, Clinic, open_clinic


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with settings."""
    folder = tmp_path / "data"
    make_folder(folder)
    return folder


def side_of(clinic: Clinic, folder: Path) -> DeskSide:
    """Put a desk together on `clinic`."""
    kiosk = Kiosk(folder, read_settings(folder), clinic.store, clinic.site, clinic.clock)
    return desk_side(kiosk)


def test_the_desk_needs_a_terminal(folder: Path) -> None:
    with pytest.raises(SetupError, match="The desk needs a terminal"):
        show_desk(folder)


def test_the_place_of_the_desk_says_when_it_locks(folder: Path) -> None:
    with open_clinic(folder) as clinic:
        floor = side_of(clinic, folder).clinic
        assert (floor.idle, floor.may_end) == (120.0, False)
        assert [topic.id for topic in floor.wishes.topics] == ["one_to_one", "groups", "work_study"]
        settings = (folder / "kiosk.toml").read_text(encoding="utf-8")
        office = settings.replace('place = "floor"', 'place = "office"')
        assert office != settings
        (folder / "kiosk.toml").write_text(office, encoding="utf-8")
        clinic_info = side_of(clinic, folder).clinic
        assert (clinic_info.idle, clinic_info.may_end, clinic_info.name) == (
            600.0,
            True,
            clinic.site.name,
        )


def test_habits_are_kept_by_account_and_a_spoiled_file_is_as_none(folder: Path) -> None:
    habits, ann, ben = KeptHabits(folder), UUID(int=1), UUID(int=2)
    assert habits.recall(ann) == WorklistHabit()
    habits.keep(ann, WorklistHabit(NOON, for_me=True))
    habits.keep(ben, WorklistHabit(None))
    assert KeptHabits(folder).recall(ann) == WorklistHabit(NOON, for_me=True)
    assert habits.recall(ben) == WorklistHabit()
    path = folder / "habits.json"
    assert path.stat().st_mode & 0o777 == 0o600
    for spoiled in ("", "[]", "{", '{"%s": 3}', '{"%s": {"looked_at": "noon", "for_me": 1}}'):
        path.write_text(spoiled.replace("%s", ann.hex), encoding="utf-8")
        assert habits.recall(ann) == WorklistHabit()
    path.unlink()
    path.mkdir()
    habits.keep(ann, WorklistHabit(NOON))  # cannot be written: nothing is said
    assert habits.recall(ann) == WorklistHabit()


def test_nobody_signed_in_opens_nothing(folder: Path) -> None:
    with open_clinic(folder) as clinic:
        side = DeskSide(
            clinic.access, side_of(clinic, folder).clinic, side_of(clinic, folder).tools
        )
        for open_desk in (
            lambda: side.roster,
            lambda: side.passes,
            lambda: side.callbacks,
            lambda: side.groups,
            lambda: side.accounts,
            lambda: side.oversight,
            lambda: side.login,
        ):
            with pytest.raises(SignedOut):
                open_desk()


def test_desks_last_until_the_lock(folder: Path) -> None:
    with open_clinic(folder) as clinic:
        clinic.add_staff("fay", Role.FACILITATOR)
        parts = side_of(clinic, folder)
        side = DeskSide(clinic.access, parts.clinic, parts.tools)
        who = side.sign_in("fay", "correct horse battery")
        assert isinstance(who, CurrentUser)
        assert (who.login, who.roles) == ("fay", frozenset({Role.FACILITATOR}))
        desk = side.roster
        assert side.roster is desk
        side.lock()
        with pytest.raises(SignedOut):
            assert side.roster
        assert isinstance(side.sign_in("fay", "wrong wrong wrong"), SignInRefused)
        with pytest.raises(SignedOut):
            assert side.roster


def test_files_go_to_the_exports_folder(folder: Path) -> None:
    with open_clinic(folder) as clinic:
        tools = side_of(clinic, folder).tools
        done: list[tuple[int, int]] = []
        listed = Path(
            tools.export_callbacks((), WorklistFilter(), "csv", "fay", lambda *n: done.append(n))
        )
        assert listed.suffix == ".csv"


@pytest.mark.parametrize("broken", ["kiosk.toml", LINK_FILE, "kiosk.db", "desk.log"])
def test_a_desk_starts_amid_a_broken_file_and_opens_once_it_is_mended(
    folder: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Its first screen says what is wrong, and asks again; nothing stays open of a failed try."""
    from kiosk.ui.terminal import app as terminal_app

    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    with open_clinic(folder):
        pass
    path = folder / broken
    whole = path.read_bytes() if path.exists() else None
    path.unlink(missing_ok=True)
    path.mkdir()
    database = folder / "kiosk.db"
    away = database.rename(folder / "away") if broken == LINK_FILE else None

    def run(app: DeskApp) -> int:
        answer = asyncio.run(app.door.ask(lambda side: side.clinic.name))
        if broken == "desk.log":
            assert answer == "Sample clinic"
            return 0
        for _ in range(2):
            answer = asyncio.run(app.door.ask(lambda side: side.clinic.name))
            assert isinstance(answer, Trouble)
            assert "cannot be read" in answer.for_staff
        path.rmdir()
        if whole is not None:
            path.write_bytes(whole)
        if away is not None:
            away.rename(database)
        assert asyncio.run(app.door.ask(lambda side: side.clinic.name)) == "Sample clinic"
        return 0

    monkeypatch.setattr(terminal_app, "run_locked", run)
    assert show_desk(folder) == 0
