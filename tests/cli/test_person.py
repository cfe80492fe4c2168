"""`kiosk person`: shown, handed over, corrected and erased by commands."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.bootstrap.data_folder import make_folder
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.callbacks.actions import Claim
from kiosk.domain.passes import CodeKind, encode
from tests.cli.calling import Kiosk
from tests.cli.managing import Manager
from tests.support.desks import PASSPHRASE, Clinic, SetClock, open_clinic

NAME = "<Mei> & Co"
SECRET = b"p" * 16


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    folder = tmp_path / "clinic"
    make_folder(folder)
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
    monkeypatch.setenv("KIOSK_PASSPHRASE", PASSPHRASE)
    with open_clinic(folder) as clinic:
        monkeypatch.setattr("kiosk.devices.clock.SystemClock", lambda: SetClock(clinic.clock.at))
        yield clinic


@pytest.fixture
def manager(kiosk: Kiosk, clinic: Clinic) -> Manager:
    return Manager(kiosk, clinic.folder, "manager")


def ask(clinic: Clinic) -> str:
    clinic.visitor.request_callback(clinic.draft(NAME))
    return str(clinic.column("SELECT ref FROM callback_request")[0])


def member(clinic: Clinic) -> UUID:
    clinic.passes.issue_pass(NAME, "en", JoinDraft(clinic.id(), SECRET))
    (one,) = clinic.passes.members()
    return one.participant_id


def test_what_is_kept_is_shown_in_parts(clinic: Clinic, manager: Manager) -> None:
    ref = ask(clinic)
    told = manager("person", "show", ref.lower())
    assert (told.code, told.err) == (0, "")
    assert f"Request {ref}" in told.out
    assert "8123 4567" in told.out
    rows = manager.rows("person", "show", ref)
    assert {"part": f"Request {ref}", "about": "Name", "words": NAME} in rows


def test_a_step_says_until_when_it_lasts(clinic: Clinic, manager: Manager) -> None:
    ref = ask(clinic)
    (row,) = clinic.callbacks.worklist().rows
    clinic.callbacks.act(row.request.id, 0, Claim())
    until = clinic.clock.at.astimezone(clinic.site.zone) + timedelta(minutes=30)
    assert f"taken, by manager, until {until:%Y-%m-%d %H:%M}" in manager("person", "show", ref).out


def test_an_export_is_a_document_and_a_page(clinic: Clinic, manager: Manager) -> None:
    member(clinic)
    told = manager("person", "export", encode(CodeKind.PASS, SECRET))
    document, page = map(Path, told.out.split())
    assert json.loads(document.read_text(encoding="utf-8"))["member"]["name"] == NAME
    shown = page.read_text(encoding="utf-8")
    assert "&lt;Mei&gt; &amp; Co" in shown
    assert "<Mei>" not in shown
    assert "These stay" in shown or "these stay" in shown
    assert (document.stat().st_mode & 0o777, page.stat().st_mode & 0o777) == (0o600, 0o600)


def test_a_number_and_a_name_are_corrected(clinic: Clinic, manager: Manager) -> None:
    ref = ask(clinic)
    told = manager("person", "correct", ref, "--phone", "9000 1112")
    assert told.out.startswith("Corrected; its reference is now ")
    new = told.out.split()[-1].rstrip(".")
    told = manager("person", "show", new)
    assert "9000 1112" in told.out
    assert "8123 4567" in told.out
    assert "too short" in manager.refused("person", "correct", ref, "--phone", "1")
    member(clinic)
    told = manager("person", "correct", encode(CodeKind.PASS, SECRET), "--name", "Quilla")
    assert told.out.startswith("Corrected. The pass itself greets by the earlier name")
    assert [one.name for one in clinic.passes.members()] == ["Quilla"]
    manager.misused("person", "correct", encode(CodeKind.PASS, SECRET))


def test_erasing_says_what_goes_and_what_stays(clinic: Clinic, manager: Manager) -> None:
    ref = ask(clinic)
    assert "say --yes" in manager("person", "erase", ref).err
    assert clinic.count("callback_request") == 1
    told = manager("person", "erase", ref, "--yes", "--reason", "mistake")
    assert "This goes, and cannot be brought back" in told.err
    assert "This stays" in told.err
    assert told.out.startswith("Erased for good: 1 request.")
    assert clinic.count("callback_request") == 0
    assert manager.refused("person", "show", ref).startswith("Nothing is kept by this.")
    assert manager.refused("person", "erase", "Mei").startswith("That is neither a slip")
