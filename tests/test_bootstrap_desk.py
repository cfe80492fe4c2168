"""The desk put together: what stands behind its door, and the files it writes."""

from pathlib import Path

import pytest

from kiosk.bootstrap.data_folder import make_folder
from kiosk.bootstrap.desk import desk_side, show_desk
from kiosk.bootstrap.kiosk import Kiosk
from kiosk.domain.callbacks.worklist import WorklistFilter
from kiosk.domain.staff import Role
from kiosk.errors import SetupError, SignedOut
from kiosk.settings import read_settings
from kiosk.ui.desk.session import CurrentUser, DeskSide
from kiosk.usecases.access import SignInRefused
from tests.support.desks import Clinic, open_clinic


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
        issued = clinic.passes.issue_pass("Mei", "en")
        sheet = Path(tools.pass_sheet((issued,), "fay"))
        assert sheet.parent == folder / "exports"
        assert sheet.read_bytes().startswith(b"%PDF")
        assert sheet.stat().st_mode & 0o777 == 0o600
        done: list[tuple[int, int]] = []
        listed = Path(
            tools.export_callbacks((), WorklistFilter(), "csv", "fay", lambda *n: done.append(n))
        )
        assert listed.suffix == ".csv"
        assert b"Mei" not in sheet.read_bytes()
