"""Notices that are sent while a desk is open."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import pytest

from kiosk.bootstrap import notices
from kiosk.bootstrap.data_folder import make_folder
from kiosk.bootstrap.kiosk import Kiosk
from kiosk.bootstrap.notices import SECRETS, start_notices
from kiosk.domain.callbacks.notice import Delivery, NoticeFault, NoticeWay
from kiosk.settings import read_settings
from kiosk.usecases.callbacks.notices import NoticeSender, NoticeTry
from tests.support.desks import Clinic, open_clinic


def kiosk_of(clinic: Clinic, folder: Path, lines: str) -> Kiosk:
    make_folder(folder)
    text = (folder / "kiosk.toml").read_text(encoding="utf-8").partition("[notice]")[0]
    (folder / "kiosk.toml").write_text(f"{text}[notice]\n{lines}\n", encoding="utf-8")
    return Kiosk(folder, read_settings(folder), clinic.store, clinic.site, clinic.clock)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(tmp_path / "clinic") as made:
        yield made


def test_an_open_desk_looks_again_and_again_until_it_ends(
    clinic: Clinic,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    looks, third = list[int](), Event()

    def look(_: NoticeSender) -> tuple[NoticeTry, ...]:
        looks.append(len(looks))
        if len(looks) == 3:
            third.set()
        return (NoticeTry(NoticeWay.COMMAND, Delivery(NoticeFault.FAILED, 3)),)

    monkeypatch.setattr(notices, "_LOOK_SECONDS", 0.001)
    monkeypatch.setattr(NoticeSender, "look", look)
    caplog.set_level(logging.INFO, "kiosk.notices")
    with ExitStack() as opened:
        start_notices(kiosk_of(clinic, tmp_path / "data", 'command = ["/bin/true"]'), opened)
        assert third.wait(10)
    assert not [one for one in enumerate_threads() if one.name == "notices"]
    assert "notice by command: failed" in caplog.text


def test_trouble_is_logged_once_without_what_is_private(
    clinic: Clinic,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kiosk = kiosk_of(clinic, tmp_path / "data", 'webhook = "https://127.0.0.1/a-secret-path"')
    (kiosk.folder / SECRETS).write_text('webhook_secret = "a secret"')
    (kiosk.folder / SECRETS).chmod(0o600)
    tried = list[int]()

    class Stop(Event):
        def wait(self, timeout: float | None = None) -> bool:
            tried.append(1)
            return len(tried) > 5

    notices._keep_sending(kiosk, Stop())
    assert [one.getMessage() for one in caplog.records] == ["no notice can be sent: SetupError"]
    assert "secret" not in caplog.text


def test_where_nobody_is_to_be_told_nothing_begins(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "Thread", None)
    with ExitStack() as opened:
        start_notices(kiosk_of(clinic, tmp_path / "data", ""), opened)
