"""Files of exports: private, new, whole or not there."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.errors import SetupError
from kiosk.exports.writing import exports_folder, fill_file, new_export, new_private_file

DAY = date(2026, 11, 23)
ID = UUID("01936a3e-0000-7000-8000-0123456d7f3a")


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file_is_private_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with new_private_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert _mode(path) == 0o600


@pytest.mark.parametrize("error", [RuntimeError("x"), KeyboardInterrupt()])
def test_a_new_file_goes_where_the_work_fails(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.png"
    with pytest.raises(type(error)), new_private_file(path):
        raise error
    assert not path.exists()


def test_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with pytest.raises(SetupError, match="No space left"), new_private_file(path):
        raise OSError(28, "No space left on device")
    assert not path.exists()


def test_an_old_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"kept")
    with pytest.raises(SetupError, match="File exists"), new_private_file(path):
        pass
    assert path.read_bytes() == b"kept"


def test_a_link_in_the_place_of_a_new_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "other")
    with pytest.raises(SetupError), new_private_file(tmp_path / "a.csv"):
        pass
    assert not (tmp_path / "other").exists()


def test_an_export_is_named_by_day_and_id_and_is_private(tmp_path: Path) -> None:
    path, handle = new_export(tmp_path, "callbacks", ".xlsx", DAY, ID)
    with fill_file(path, handle) as file:
        file.write(b"rows")
    assert path == tmp_path / "callbacks-2026-11-23-7f3a.xlsx"
    assert path.read_bytes() == b"rows"
    assert _mode(path) == 0o600


def test_a_taken_name_takes_more_of_the_id(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        path, handle = new_export(tmp_path, "a", ".csv", DAY, ID)
        with fill_file(path, handle):
            names.append(path.name)
    assert names == [f"a-2026-11-23-{end}.csv" for end in ("7f3a", "456d7f3a", "0123456d7f3a")]
    with pytest.raises(SetupError, match="too many"):
        new_export(tmp_path, "a", ".csv", DAY, ID)


def test_a_missing_folder_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be made"):
        new_export(tmp_path / "none", "a", ".csv", DAY, ID)


def test_the_exports_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = exports_folder(tmp_path)
    assert (folder, _mode(folder)) == (tmp_path / "exports", 0o700)
    folder.chmod(0o755)
    assert _mode(exports_folder(tmp_path)) == 0o700


def test_a_link_is_no_exports_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "exports").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match="is a link"):
        exports_folder(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "exports").write_bytes(b"")
    with pytest.raises(SetupError, match="cannot be made"):
        exports_folder(tmp_path)
