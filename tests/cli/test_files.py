"""Files that only their owner may read."""

from pathlib import Path

import pytest

from kiosk.cli.files import new_private_file, write_private
from kiosk.errors import SetupError


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_is_replaced_as_a_whole_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"older and longer")
    path.chmod(0o644)
    write_private(path, b"new")
    assert path.read_bytes() == b"new"
    assert _mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_cut_off_write_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".a.json.new").write_bytes(b"ha")
    write_private(tmp_path / "a.json", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"kept")
    (tmp_path / ".a.json.new").symlink_to(other)
    with pytest.raises(SetupError):
        write_private(tmp_path / "a.json", b"new")
    assert other.read_bytes() == b"kept"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be written"):
        write_private(tmp_path / "none" / "a.json", b"new")


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
