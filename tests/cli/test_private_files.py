"""Whatever the umask, the clinic's files are for one user alone."""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.bootstrap.data_folder import close_to_others, log_to
from tests.cli.calling import Kiosk


@pytest.fixture(autouse=True, params=[0, 0o022], ids=oct)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def readable_by_others(folder: Path) -> list[str]:
    everything = [folder, *folder.rglob("*")]
    return [path.name for path in everything if path.stat().st_mode & 0o077]


def test_a_clinic_in_use_shows_nothing_to_others(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "clinic"
    folder.mkdir(mode=0o755)
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
    monkeypatch.setenv("KIOSK_PASSPHRASE", "four plain words here")
    monkeypatch.setenv("KIOSK_PIN", "246810")
    kit = tmp_path / "kit.json"
    assert kiosk("init", "--name", "Clinic", "--recovery-kit", str(kit)).code == 0
    for words in (["callbacks", "export"], ["groups", "export"]):
        assert kiosk(*words, "--user", "manager").code == 0
    assert kit.stat().st_mode & 0o077 == 0
    assert {path.suffix for path in folder.rglob("*")} >= {".db", ".toml", ".xlsx"}
    assert readable_by_others(folder) == []


def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    for name in ("kiosk.db", "kiosk.db-wal", "kiosk.log.1", "exports/list.csv"):
        (tmp_path / name).touch()
    (tmp_path / "elsewhere").symlink_to("/")
    assert readable_by_others(tmp_path)
    log = logging.getLogger("kiosk")
    before, level, on = list(log.handlers), log.level, log.propagate
    log_to(tmp_path / "kiosk.log")
    for handler in [one for one in log.handlers if one not in before]:
        log.removeHandler(handler)
        handler.close()
    log.setLevel(level)
    log.propagate = on
    assert readable_by_others(tmp_path) in ([], ["elsewhere"])


def test_a_file_that_goes_meanwhile_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kiosk.db").touch()
    there = [tmp_path / "kiosk.db-wal", tmp_path / "kiosk.db"]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rglob", lambda _folder, _pattern: iter(there))
        close_to_others(tmp_path)
    assert readable_by_others(tmp_path) == []


def test_files_that_libraries_make_are_closed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["kiosk", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("kiosk ")
    (tmp_path / "made").touch()
    assert readable_by_others(tmp_path / "made") == []
