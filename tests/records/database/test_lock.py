"""One visitor kiosk per data folder."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk.errors import StoreBusy, StoreFull
from kiosk.records.database.lock import lock_folder


def test_a_second_one_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    first = lock_folder(tmp_path, "visitor.lock")
    with pytest.raises(StoreBusy, match="Another kiosk"):
        lock_folder(tmp_path, "visitor.lock")
    lock_folder(tmp_path, "other.lock").release()
    first.release()
    first.release()
    with lock_folder(tmp_path, "visitor.lock"):
        pass


def test_a_killed_kiosk_holds_nothing(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from kiosk.records.database.lock import lock_folder;"
        f"lock = lock_folder(Path({str(tmp_path)!r}), 'visitor.lock');"
        "print('held', flush=True); input()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == b"held\n"
    with pytest.raises(StoreBusy):
        lock_folder(tmp_path, "visitor.lock")
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    lock_folder(tmp_path, "visitor.lock").release()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreFull):
        lock_folder(tmp_path / "missing", "visitor.lock")


def test_a_lock_is_known_not_to_be_on_the_file_that_took_its_place(tmp_path: Path) -> None:
    with lock_folder(tmp_path, "visitor.lock") as lock:
        assert lock.is_at(tmp_path / "visitor.lock")
        (tmp_path / "visitor.lock").unlink()
        assert not lock.is_at(tmp_path / "visitor.lock")
        (tmp_path / "visitor.lock").touch()
        assert not lock.is_at(tmp_path / "visitor.lock")
    assert not lock.is_at(tmp_path / "visitor.lock")


def test_a_read_only_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_flag=os.ST_RDONLY))
    with pytest.raises(StoreFull, match="is read-only"):
        lock_folder(tmp_path / "missing", "visitor.lock")
