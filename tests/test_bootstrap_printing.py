"""What is printed where, beside the screens: with each kind of printer, and with none."""

import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from kiosk.bootstrap.data_folder import make_folder
from kiosk.bootstrap.desk import desk_side
from kiosk.bootstrap.kiosk import Kiosk
from kiosk.bootstrap.printing import Printing
from kiosk.devices.page_printers import SPOOL
from kiosk.domain.attendance.roster import IssuedPass
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.printing import PrintedSlip, PrintJob, PrintResult, PrintState
from kiosk.presentation.pages import TextBlock, TextPages
from kiosk.settings import PrintSettings, read_settings
from kiosk.ui.desk.session import DeskSide
from tests.exports.paper.test_slip import printed, scanned
from tests.support.desks import Clinic, open_clinic

SLIP = PrintedSlip("7K4Q-FMRF", encode(CodeKind.SLIP, bytes(range(16))))
RECORD = '#!/bin/sh\n/bin/cp "$1" "$(/usr/bin/dirname "$0")/copy.pdf"; exit {status}\n'


@pytest.fixture(autouse=True)
def no_printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reaches a printer of the machine it runs on."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def recorder(folder: Path, status: int = 0) -> str:
    """Return the setting of a command that keeps what it is given in `copy.pdf` in a folder."""
    path = folder / "record"
    path.write_text(RECORD.format(status=status))
    path.chmod(0o755)
    return f'command = ["{path}", "{{file}}"]'


def finished(job: PrintJob) -> PrintResult:
    until = time.monotonic() + 10
    while job.result is None:
        assert time.monotonic() < until
        time.sleep(0.005)
    return job.result


def at_desk(clinic: Clinic, folder: Path, settings: str = "") -> DeskSide:
    """Put a desk together, with these lines under [print]."""
    make_folder(folder)
    (folder / "kiosk.toml").write_text(f"[print]\n{settings}\n", encoding="utf-8")
    kiosk = Kiosk(folder, read_settings(folder), clinic.store, clinic.site, clinic.clock)
    return desk_side(kiosk)


def sheet_of(clinic: Clinic, count: int = 1) -> list[IssuedPass]:
    """Return passes that only look issued, but the first one."""
    first = clinic.passes.issue_pass("Mei", "en")
    others = (encode(CodeKind.PASS, number.to_bytes(16, "big")) for number in range(1, count))
    return [first, *(IssuedPass(digits, "Mei") for digits in others)]


def test_passes_are_printed_and_go(tmp_path: Path, no_printer: Path) -> None:
    folder = tmp_path / "data"
    with open_clinic(folder) as clinic:
        side = at_desk(clinic, folder, recorder(no_printer))
        result = finished(side.tools.printing.passes(sheet_of(clinic, 11), "fay"))
    assert result == PrintResult(PrintState.SENT, "Sent to the printer.")
    assert (no_printer / "copy.pdf").read_bytes().count(b"/Type /Page\n") == 2
    assert list((folder / SPOOL).iterdir()) == []
    assert not (folder / "exports").exists()


def test_a_hundred_pages_are_printed_beside_the_desk(tmp_path: Path, no_printer: Path) -> None:
    folder = tmp_path / "data"
    lines = tuple(f"[ ]        Person {number}" for number in range(5980))
    pages = TextPages("the roster", "Group of Room 2", "", (TextBlock("", lines),))
    with open_clinic(folder) as clinic:
        side = at_desk(clinic, folder, recorder(no_printer))
        job = side.tools.printing.text(pages, "fay")
        # The desk's thread, which does this, draws nothing.
        assert job.result is None
        assert finished(job).state is PrintState.SENT
    assert (no_printer / "copy.pdf").read_bytes().count(b"/Type /Page\n") == 100
    assert list((folder / SPOOL).iterdir()) == []


@pytest.mark.parametrize("has_printer", [False, True])
def test_passes_that_no_printer_takes_become_a_file(
    tmp_path: Path, no_printer: Path, has_printer: bool
) -> None:
    settings = recorder(no_printer, status=7) if has_printer else ""
    folder = tmp_path / "data"
    with open_clinic(folder) as clinic:
        side = at_desk(clinic, folder, settings)
        (issued,) = sheet_of(clinic)
        result = finished(side.tools.printing.passes((issued,), "fay"))
        (file,) = (folder / "exports").iterdir()
    assert not result.is_taken
    why = "ended with status 7" if has_printer else "No printer is set up here."
    assert why in result.sentence
    assert result.sentence.endswith(
        f" The file is in the exports folder: {file.name}. Print it, then delete it."
    )
    assert file.read_bytes().startswith(b"%PDF")
    assert b"Mei" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_passes_that_go_nowhere_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with open_clinic(folder) as clinic:
        side = at_desk(clinic, folder)
        (issued,) = sheet_of(clinic)
        (folder / "exports").write_bytes(b"no folder")
        result = finished(side.tools.printing.passes((issued,), "fay"))
    assert result.state is PrintState.MISSING
    assert f"{folder / 'exports'} cannot be made" in result.sentence


def test_a_list_is_printed_with_who_printed_it(tmp_path: Path, no_printer: Path) -> None:
    folder = tmp_path / "data"
    pages = TextPages("the roster", "Group of Room 2", "", (TextBlock("Here", ("Mei",)),))
    with open_clinic(folder) as clinic:
        side = at_desk(clinic, folder, recorder(no_printer))
        assert finished(side.tools.printing.text(pages, "fay")).is_taken
        (no_printer / "copy.pdf").unlink()
        # Without a slip printer a slip is a page.
        assert finished(side.tools.printing.slip(SLIP)).is_taken
    assert (no_printer / "copy.pdf").read_bytes().startswith(b"%PDF-1")


def test_a_slip_goes_to_its_printer(tmp_path: Path) -> None:
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(1 << 16):
                    got.append(data)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        place = f"net:127.0.0.1:{server.getsockname()[1]}"
        settings = PrintSettings(slips=place, slip_width_mm=58, slip_lines=("Level 1",))
        result = finished(Printing(tmp_path, settings).slip(SLIP))
        thread.join(5)
    assert result.state is PrintState.SENT
    commands = b"".join(got).removeprefix(b"\x10\x04\x04")
    paper = printed(commands)
    assert scanned(paper) == SLIP.digits
    assert paper.text.startswith("Level 1\n")
    # A slip never touches the disk.
    assert list(tmp_path.iterdir()) == [tmp_path / "bin"]


def test_a_printer_that_hangs_holds_up_nobody_and_gets_only_so_much(tmp_path: Path) -> None:
    printing, go_on = Printing(tmp_path, PrintSettings()), Event()

    def draw() -> bytes:
        assert go_on.wait(10)
        return b"%PDF"

    jobs = [printing.page("the roster", draw) for _ in range(12)]
    refused = [job.result for job in jobs if job.result is not None]
    assert 2 <= len(refused) <= 4
    assert {one.state for one in refused} == {PrintState.FAILED}
    go_on.set()
    assert all(finished(job) for job in jobs)


@pytest.mark.parametrize("kind", [KeyError, RecursionError, MemoryError, ZeroDivisionError])
def test_what_cannot_be_drawn_ends_no_thread(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: type[Exception]
) -> None:
    def broken() -> bytes:
        raise kind("Mei")

    printing = Printing(tmp_path, PrintSettings())
    with caplog.at_level(logging.WARNING, "kiosk.printing"):
        result = finished(printing.page("the roster", broken))
        assert result.state is PrintState.FAILED
        assert "see the log" in result.sentence
        assert finished(printing.page("the roster", lambda: b"%PDF")).state is PrintState.MISSING
    assert f"page printer: {kind.__name__} at test_bootstrap_printing.py:" in caplog.text
    assert "Mei" not in caplog.text


def test_what_a_crash_has_left_goes_when_a_desk_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with open_clinic(folder) as clinic:
        at_desk(clinic, folder)
        (folder / SPOOL).mkdir()
        (folder / SPOOL / "left.pdf").write_bytes(b"Mei")
        at_desk(clinic, folder)
        assert list((folder / SPOOL).iterdir()) == []


Maker = Callable[[Kiosk], object]


@pytest.mark.parametrize("slips", ["", "net:127.0.0.1:9"])
def test_a_kiosk_prints_slips_only_with_a_slip_printer(tmp_path: Path, slips: str) -> None:
    folder = tmp_path / "data"
    with open_clinic(folder) as clinic:
        make_folder(folder)
        (folder / "kiosk.toml").write_text(f'[print]\nslips = "{slips}"\n', encoding="utf-8")
        kiosk = Kiosk(folder, read_settings(folder), clinic.store, clinic.site, clinic.clock)
        desks = kiosk.visitor_desks()
    assert desks.clinic.prints_slips is bool(slips)
    assert (desks.print_slip is None) is not bool(slips)
    if desks.print_slip is not None:
        assert finished(desks.print_slip(SLIP)).state is PrintState.FAILED
