"""`kiosk central`: a clinic comes to a centre, machines join it, and leave it."""

import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.cli.central import _describe_parked, _show_written
from kiosk.content.qr import qr_lines, qr_matrix
from kiosk.presentation.records import RECORD_KINDS
from kiosk.records.central.machines import ParkedRows, WrittenRows
from kiosk.usecases.central.owner import Written
from tests.cli.calling import Answer, Kiosk
from tests.support.strict_server import OWNER_PASSWORD, owned_database, strict_server

PASSPHRASE, PIN = "four plain words here", "246810"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The owner's URL of a database that is no centre yet; all tests here share it."""
    with strict_server() as server, owned_database(server, "central") as url:
        yield url


@pytest.fixture(autouse=True)
def _variables(monkeypatch: pytest.MonkeyPatch, url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("KIOSK_CENTRAL_URL", url)
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "clinic"))
    monkeypatch.setenv("KIOSK_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("KIOSK_PIN", PIN)


def test_a_url_without_its_password_is_told_from_a_server_that_is_away(
    kiosk: Kiosk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = re.sub(r":[^:@/]+@", "@", url, count=1)
    assert without != url
    said = kiosk("central", "init", "--url", without).sentence()
    assert "asks for the password of" in said
    assert "KIOSK_CENTRAL_URL" in said
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    assert kiosk("central", "init", "--url", without).code == 0


@pytest.fixture
def clinic(kiosk: Kiosk, tmp_path: Path) -> Path:
    """A clinic of one machine."""
    made = kiosk("init", "--name", tmp_path.name, "--recovery-kit", str(tmp_path / "kit.json"))
    assert made.code == 0
    return tmp_path / "clinic"


@pytest.fixture
def adopted(kiosk: Kiosk, clinic: Path) -> Path:
    assert kiosk("central", "init").code == 0
    return clinic


def enrol(kiosk: Kiosk, bundle: Path, *words: str) -> tuple[Answer, str, str]:
    """Return the answer, the machine's symbols and its code."""
    answer = kiosk("central", "enrol", "New", "--out", str(bundle), *words)
    assert answer.code == 0
    symbols = re.search(r"^(?:Kiosk|Desk machine) (\w\w) ", answer.out, re.MULTILINE)
    code = re.search(r"only now: (\S+)", answer.out)
    assert symbols is not None
    assert code is not None
    return answer, symbols[1], code[1]


def state(kiosk: Kiosk, symbols: str) -> str:
    rows = kiosk("central", "status", "--format", "json").rows
    return next((str(row["state"]) for row in rows if row["symbols"] == symbols), "")


def test_a_centre_without_a_clinic_says_what_comes_next(kiosk: Kiosk, tmp_path: Path) -> None:
    answer = kiosk("central", "init")
    assert answer.code == 0
    assert "in its data folder" in answer.out or "up to date" in answer.out
    assert "superuser" in answer.err
    assert not (tmp_path / "clinic").exists()


def test_a_clinic_comes_and_running_again_is_harmless(kiosk: Kiosk, clinic: Path) -> None:
    first = kiosk("central", "init")
    assert "this machine is its kiosk" in first.out
    assert "--desk" in first.out
    link = (clinic / "central.json").read_bytes()
    again = kiosk("central", "init")
    assert (again.code, "already" in again.out) == (0, True)
    assert (clinic / "central.json").read_bytes() == link


def test_a_kiosk_joins_is_revoked_and_emptied(
    kiosk: Kiosk, adopted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "b.bundle"
    answer, symbols, code = enrol(kiosk, bundle)
    assert bundle.stat().st_mode & 0o777 == 0o600
    assert code.replace("-", "") not in bundle.read_text().replace("-", "")
    assert "--via" in answer.err
    assert state(kiosk, symbols) == "to join"
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.setenv("KIOSK_CODE", code.lower().replace("-", " "))
    joined = kiosk("central", "join", str(bundle))
    assert (joined.code, f"kiosk {symbols}" in joined.out) == (0, True)
    shown = re.search(r"Fingerprint: (.+)", joined.err)
    assert shown is not None
    assert shown[1] in answer.out
    assert state(kiosk, symbols) == "joined"
    assert "already" in kiosk("central", "init").out
    assert kiosk("central", "revoke", symbols, "--now").code == 0
    assert state(kiosk, symbols) == "revoked"
    assert kiosk("central", "revoke", symbols, "--park").code == 2
    for since in ("yesterday", "0001-01-01"):
        assert kiosk("central", "revoke", symbols, "--since", since).code == 2
    listed = kiosk("central", "revoke", symbols, "--now", "--since", "2026-01-01", "--park")
    assert (listed.code, "has received nothing" in listed.out) == (0, True)
    assert kiosk("central", "reset", "--yes").code == 0
    assert not (tmp_path / "new" / "kiosk.db").exists()
    assert not (tmp_path / "new" / "central.json").exists()
    assert "does not take this code" in _last(kiosk("central", "join", str(bundle)))


def _last(answer: Answer) -> str:
    assert answer.code == 1
    return answer.err.splitlines()[-1]


def test_what_is_unsent_is_not_emptied_but_may_be_exported(
    kiosk: Kiosk, adopted: Path, tmp_path: Path
) -> None:
    assert "have not reached the centre" in kiosk("central", "reset", "--yes").sentence()
    file = tmp_path / "unsent.jsonl"
    assert kiosk("sync", "export", str(file)).code == 0
    assert kiosk("central", "reset", "--yes").code == 0
    done = kiosk("central", "import", str(file))
    assert (done.code, "1 record is at the centre." in done.out) == (0, True)


class Keyboard(io.StringIO):
    """A terminal on which somebody has typed."""

    def isatty(self) -> bool:
        return True


def test_reset_asks_for_the_word(
    kiosk: Kiosk, adopted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(adopted / "kiosk.db")) as file, file:
        file.execute("DELETE FROM outbox")
    assert "--yes" in kiosk("central", "reset").sentence()
    monkeypatch.setattr("sys.stdin", Keyboard("no\n"))
    refused = kiosk("central", "reset")
    assert refused.code == 1
    assert 'type "reset"' in refused.err
    assert (adopted / "kiosk.db").exists()
    monkeypatch.setattr("sys.stdin", Keyboard("reset\n"))
    assert kiosk("central", "reset").code == 0
    assert not (adopted / "kiosk.db").exists()


def test_a_copied_folder_is_told_everywhere_and_leaves_the_other_alone(
    kiosk: Kiosk, adopted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kiosk("sync", "--once").code == 0
    shutil.copytree(adopted, tmp_path / "copy")
    with closing(sqlite3.connect(adopted / "kiosk.db")) as file, file:
        # As if something had been told since: a row to send.
        file.execute("UPDATE sync_state SET epoch = NULL")
    assert kiosk("sync", "--once").code == 0
    for _ in range(2):
        for folder in (tmp_path / "copy", adopted):
            monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
            assert kiosk("sync", "--once").code == 0
            assert "Two machines run" in kiosk("central", "status").err or folder != adopted
    for folder in (adopted, tmp_path / "copy"):
        monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
        assert "Another machine runs with a copy of this folder." in kiosk("doctor").out
    emptied = kiosk("central", "reset", "--yes")
    assert (emptied.code, "do not revoke it" in emptied.out) == (0, True)


def test_a_demo_does_not_come_to_a_centre(
    kiosk: Kiosk, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "is a demo's" in kiosk("central", "init").sentence()


def test_no_secret_is_ever_printed(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("KIOSK_CENTRAL_URL", url.replace("clinic_owner", "stranger"))
    said = kiosk("central", "status").sentence()
    assert "does not let this owner in" in said
    assert OWNER_PASSWORD not in said


@pytest.mark.parametrize("url_here", ["", "http://x/y", "postgresql://host", "x"])
def test_a_url_that_is_none_is_one_sentence(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, url_here: str
) -> None:
    monkeypatch.setenv("KIOSK_CENTRAL_URL", url_here)
    said = kiosk("central", "status").sentence()
    assert "KIOSK_CENTRAL_URL" in said if not url_here else "no address of a PostgreSQL" in said


def test_a_server_elsewhere_needs_tls(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """127.0.0.2 is this machine too, but no name that says so."""
    monkeypatch.setenv("KIOSK_CENTRAL_URL", url.replace("127.0.0.1", "127.0.0.2"))
    said = kiosk("central", "init").sentence()
    assert "TLS" in said or "does not answer" in said


@pytest.mark.parametrize("via", [":", "host:0", "host:99999", "[::1]:x", "a b", "::1::2"])
@pytest.mark.usefixtures("adopted")
def test_a_host_is_checked(kiosk: Kiosk, tmp_path: Path, via: str) -> None:
    answer = kiosk("central", "enrol", "New", "--out", str(tmp_path / "b"), "--via", via)
    assert answer.code == 2
    assert "write it like db.example.org" in answer.err
    assert not (tmp_path / "b").exists()


def test_a_wrong_code_is_told_from_a_mistyped_one(
    kiosk: Kiosk, adopted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, other = tmp_path / "b.bundle", tmp_path / "c.bundle"
    _, _, code = enrol(kiosk, bundle)
    _, _, other_code = enrol(kiosk, other, "--desk")
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.setenv("KIOSK_CODE", code[:-1] + ("2" if code[-1] != "2" else "3"))
    assert "one of them is wrong" in _last(kiosk("central", "join", str(bundle)))
    monkeypatch.setenv("KIOSK_CODE", other_code)
    assert "does not belong" in _last(kiosk("central", "join", str(bundle)))
    assert "exists already" in kiosk("central", "enrol", "x", "--out", str(bundle)).sentence(2)
    assert not (tmp_path / "new").exists()


def test_the_small_code_is_whole() -> None:
    modules = qr_matrix("1D0E8FCBB691E5015C84")
    lines = qr_lines(modules)
    assert len(lines) == (len(modules) + 1) // 2 <= 17
    upper = {" ": False, "\u2580": True, "\u2584": False, "\u2588": True}
    assert [[upper[cell] for cell in line] for line in lines] == [list(row) for row in modules[::2]]


AT = datetime(2026, 11, 28, 3, 30, tzinfo=UTC)
ROWS = (WrittenRows("check_in", 12, AT, AT), WrittenRows("passcard", 1, AT, AT))


def test_what_was_written_is_told_by_kind_and_in_the_clinics_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _show_written(Written(ROWS, 0), ZoneInfo("Asia/Singapore"))
    said = capsys.readouterr().out
    assert "check-in" in said
    assert "2026-11-28 11:30" in said
    assert "--park sets them aside" in said


@pytest.mark.parametrize(("parked", "words"), [(13, "13 records are"), (1, "1 record is")])
def test_what_was_set_aside_is_counted(
    capsys: pytest.CaptureFixture[str], parked: int, words: str
) -> None:
    _show_written(Written(ROWS, parked), ZoneInfo("UTC"))
    assert f"{words} set aside; they stay at the centre" in capsys.readouterr().out


@pytest.mark.parametrize("reason", ["length", "number", "lookup", "time"])
@pytest.mark.parametrize("table", RECORD_KINDS)
def test_what_an_upgrade_sets_aside_names_machine_and_reason(table: str, reason: str) -> None:
    said = _describe_parked(ParkedRows(table, "7K", reason, 2))
    assert said.startswith(f"Set aside: {RECORD_KINDS[table]} of 7K, 2 in all (")
    assert _describe_parked(ParkedRows("passcard", "", reason, 1)).startswith("Set aside: pass, 1")
