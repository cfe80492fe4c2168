"""The plan files of a data folder: listed, read, written and read again."""

import os
from pathlib import Path

import pytest

from kiosk.bootstrap.data_folder import make_folder
from kiosk.bootstrap.desk import desk_side
from kiosk.bootstrap.files import read_plans, waiting_plans, write_plans
from kiosk.bootstrap.kiosk import Kiosk
from kiosk.domain.groups.plan_import import ImportReport, PlanKind
from kiosk.errors import SetupError
from kiosk.settings import read_settings
from tests.support.desks import PASSPHRASE, Clinic, open_clinic

PLAN = """
[[group]]
id = "art"
name = "Art group"
public_label = "Room 7"
room = "Level 1"

[[group.session]]
starts = 2026-03-05T15:00:00
minutes = 60
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a plan that waits."""
    folder = tmp_path / "data"
    make_folder(folder)
    (folder / "import").mkdir()
    (folder / "import" / "art.toml").write_text(PLAN, encoding="utf-8")
    return folder


def kiosk_on(clinic: Clinic, folder: Path) -> Kiosk:
    return Kiosk(folder, read_settings(folder), clinic.store, clinic.site, clinic.clock)


def test_only_plan_files_wait(folder: Path) -> None:
    waiting = folder / "import"
    for name in ("notes.txt", ".hidden.toml", "ROOMS.ICS"):
        (waiting / name).write_text("", encoding="utf-8")
    (waiting / "folder.ics").mkdir()
    os.mkfifo(waiting / "pipe.toml")
    with open_clinic(folder) as clinic:
        kiosk = kiosk_on(clinic, folder)
        assert waiting_plans(kiosk) == ("ROOMS.ICS", "art.toml")
        with pytest.raises(SetupError, match="no file"):
            read_plans(kiosk, "pipe.toml")


def test_without_a_folder_nothing_waits(folder: Path) -> None:
    (folder / "import" / "art.toml").unlink()
    (folder / "import").rmdir()
    with open_clinic(folder) as clinic:
        assert waiting_plans(kiosk_on(clinic, folder)) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("art.txt", "ends with .toml or .ics"),
        ("", "ends with .toml or .ics"),
        ("gone.toml", "cannot be read"),
        ("~nobody-of-this-name/x.toml", "cannot be read"),
        ("odd\0name.toml", "cannot be read"),
        ("empty.ics", "."),
    ],
)
def test_what_is_no_plan_is_said(folder: Path, name: str, words: str) -> None:
    (folder / "import" / "empty.ics").write_bytes(b"")
    with open_clinic(folder) as clinic, pytest.raises(SetupError, match=words):
        read_plans(kiosk_on(clinic, folder), name)


def test_a_plan_is_read_by_name_and_by_path(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "art.TOML"
    elsewhere.write_text(PLAN, encoding="utf-8")
    with open_clinic(folder) as clinic:
        kiosk = kiosk_on(clinic, folder)
        plans = read_plans(kiosk, "art.toml")
        assert (plans.kind, len(plans.groups), len(plans.sessions)) == (PlanKind.TOML, 1, 1)
        assert read_plans(kiosk, str(elsewhere)) == plans


@pytest.mark.parametrize("form", ["toml", "ics"])
def test_what_is_written_is_read_again_and_changes_nothing(folder: Path, form: str) -> None:
    with open_clinic(folder) as clinic:
        kiosk = kiosk_on(clinic, folder)
        desk = clinic.access.groups_desk(clinic.manager)
        assert desk.import_plans(read_plans(kiosk, "art.toml")).added == 1
        path = write_plans(kiosk, desk.export_plans(), form)
        assert path.parent == folder / "exports"
        assert path.name.startswith("plan-2026-03-02-")
        assert path.stat().st_mode & 0o777 == 0o600
        assert clinic.site.name not in path.read_text(encoding="utf-8")
        again = desk.import_plans(read_plans(kiosk, str(path)))
        assert again.changes_nothing
        assert again.same == 1


def test_the_desk_reads_and_writes_them(folder: Path) -> None:
    with open_clinic(folder) as clinic:
        side = desk_side(kiosk_on(clinic, folder))
        side.sign_in("manager", PASSPHRASE)
        shelf = side.tools.plans.waiting()
        assert (shelf.folder, shelf.names) == (str(folder / "import"), ("art.toml",))
        report = side.groups.import_plans(side.tools.plans.read(shelf.names[0]))
        assert report == ImportReport(groups_added=1, added=1)
        written = side.tools.plans.write(side.groups.export_plans(), "toml")
        assert "Art group" in Path(written).read_text(encoding="utf-8")
