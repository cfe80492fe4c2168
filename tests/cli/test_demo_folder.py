"""Files that only their owner may read."""

from pathlib import Path

import pytest

from kiosk.cli.demo import write_private
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
