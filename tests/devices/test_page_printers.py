"""Printers for pages: a command of the clinic's, and stand-ins for the system's programs."""

import fcntl
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.devices.page_printers import (
    NO_PRINTER,
    SPOOL,
    CommandPrinter,
    SystemPrinter,
    clear_spool,
    spooled,
)
from kiosk.domain.printing import PrintState
from kiosk.errors import SetupError

PAGE = b"%PDF-1.4 a page"
Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts a shell script on a PATH that has nothing else but the shell's own tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        path.chmod(0o755)
        return path

    return put


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "a page.pdf"
    path.write_bytes(PAGE)
    return path


def test_a_file_is_private_and_goes_with_its_job(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with spooled(tmp_path, b"Mei", ".pdf") as path:
            assert path.read_bytes() == b"Mei"
            assert path.suffix == ".pdf"
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            # What is under way is no leftover.
            clear_spool(tmp_path)
            assert path.read_bytes() == b"Mei"
    finally:
        os.umask(old)
    assert list((tmp_path / SPOOL).iterdir()) == []


def test_a_file_goes_where_its_job_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyError), spooled(tmp_path, b"Mei", ".pdf"):
        raise KeyError
    assert list((tmp_path / SPOOL).iterdir()) == []


def test_what_a_crash_has_left_goes_at_the_next_start(tmp_path: Path) -> None:
    clear_spool(tmp_path)
    code = (
        "import os, sys, pathlib; from kiosk.devices.page_printers import spooled\n"
        "with spooled(pathlib.Path(sys.argv[1]), b'Mei', '.pdf') as path: os._exit(9)"
    )
    assert subprocess.call([sys.executable, "-c", code, str(tmp_path)]) == 9
    (left,) = (tmp_path / SPOOL).iterdir()
    second = tmp_path / "second"
    os.link(left, second)
    aside = tmp_path / "aside"
    aside.write_bytes(b"kept")
    (tmp_path / SPOOL / "link").symlink_to(aside)
    second.unlink()
    clear_spool(tmp_path)
    assert [path.name for path in (tmp_path / SPOOL).iterdir()] == ["link"]
    assert aside.read_bytes() == b"kept"


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / SPOOL).write_bytes(b"no folder")
    with (
        pytest.raises(SetupError, match="cannot be written to the disk"),
        spooled(tmp_path, b"", ".pdf"),
    ):
        pass


def test_a_command_gets_the_file_and_nothing_of_ours(
    program: Program, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs without a shell, a terminal, input or our variables."""
    monkeypatch.setenv("KIOSK_PASSPHRASE", "secret")
    show = 'for one; do echo "[$one]"; done; env; cat'
    script = program("record", f'({show}) > {tmp_path}/got; cp "$2" {tmp_path}/copy')
    words = (str(script), "--file={file}", "{file}", "$HOME; rm -rf *")
    result = CommandPrinter(words).print_file(page)
    assert result.state is PrintState.SENT
    got = (tmp_path / "got").read_text()
    assert got.startswith(f"[--file={page}]\n[{page}]\n[$HOME; rm -rf *]\n")
    assert "KIOSK_" not in got
    assert (tmp_path / "copy").read_bytes() == page.read_bytes()


@pytest.mark.parametrize(
    ("script", "seconds", "words"),
    [
        ("exit 3", 60.0, "ended with status 3"),
        ("sleep 60 & sleep 60", 0.2, "did not end within 0 seconds and was stopped"),
    ],
)
def test_a_command_that_fails_or_hangs_is_told(
    program: Program, page: Path, script: str, seconds: float, words: str
) -> None:
    began = time.monotonic()
    printer = CommandPrinter((str(program("broken", script)), "{file}"), seconds)
    result = printer.print_file(page)
    assert result.state is PrintState.FAILED
    assert words in result.sentence
    assert time.monotonic() - began < 5


def test_a_command_that_leaves_something_running_is_not_waited_for(
    program: Program, page: Path
) -> None:
    began = time.monotonic()
    printer = CommandPrinter((str(program("quick", "sleep 5 & exit 0")), "{file}"))
    assert printer.print_file(page).state is PrintState.SENT
    assert time.monotonic() - began < 3


def test_a_command_that_is_not_there_is_told(program: Program, page: Path) -> None:
    printer = CommandPrinter(("/no/such/program", "{file}"))
    result = printer.print_file(page)
    assert result.state is PrintState.FAILED
    assert "cannot be started (No such file or directory)" in result.sentence
    assert printer.describe() == (
        False,
        "The print command /no/such/program is not there; mend [print] command.",
    )
    there = CommandPrinter((str(program("there", "")), "{file}"))
    assert there.describe()[0]


LP = """
echo "$@" > {folder}/asked
for page; do :; done; cp "$page" {folder}/copy
echo "request id is Office-12 (1 file(s))"
"""


def _queue(program: Program, tmp_path: Path, *listings: str) -> None:
    """Have `lpstat -o` list these one after another, the last one from then on."""
    for number, listing in enumerate(listings):
        (tmp_path / f"listing{number}").write_text(listing)
    program(
        "lpstat",
        f"""case "$1" in
-o) n=$(cat {tmp_path}/n 2> /dev/null || echo 0)
    cat {tmp_path}/listing$n
    [ -e {tmp_path}/listing$((n + 1)) ] && echo $((n + 1)) > {tmp_path}/n; exit 0;;
-p) printf 'printer Office now printing Office-12.\\n\\tOut of paper\\n';;
-e) printf 'Office\\nCounter\\n';;
-d) echo "system default destination: Counter";;
esac""",
    )


WAITING = "Other-11 sam 1024 Mon\nOffice-12 kiosk 2048 Mon\n"


def test_the_systems_printer_prints(program: Program, page: Path, tmp_path: Path) -> None:
    program("lp", LP.format(folder=tmp_path))
    _queue(program, tmp_path, WAITING, WAITING, "Office-120 sam 9 Mon\n")
    pauses: list[float] = []
    result = SystemPrinter("Office", pause=pauses.append).print_file(page)
    assert result.state is PrintState.PRINTED
    assert len(pauses) == 2
    assert (tmp_path / "asked").read_text() == f"-d Office -t kiosk {page}\n"
    assert (tmp_path / "copy").read_bytes() == PAGE
    # It does not lie there while the printer prints.
    assert not page.exists()


def test_the_systems_default_printer_is_used(program: Program, page: Path, tmp_path: Path) -> None:
    program("lp", LP.format(folder=tmp_path))
    result = SystemPrinter().print_file(page)
    # Nothing tells what becomes of it: there is no lpstat here.
    assert result.state is PrintState.SENT
    assert (tmp_path / "asked").read_text() == f"-t kiosk {page}\n"


def test_a_printer_that_is_out_of_paper_is_not_waited_for(
    program: Program, page: Path, tmp_path: Path
) -> None:
    program("lp", LP.format(folder=tmp_path))
    _queue(program, tmp_path, WAITING)
    result = SystemPrinter("Office", seconds=0.1, pause=lambda _: None).print_file(page)
    assert result.state is PrintState.WAITING
    assert "(Out of paper)" in result.sentence
    assert "`cancel Office-12`" in result.sentence


def test_a_printer_that_refuses_is_told(program: Program, page: Path) -> None:
    program("lp", 'echo "lp: Error - no default destination available." >&2; exit 1')
    result = SystemPrinter().print_file(page)
    assert result.state is PrintState.FAILED
    assert "(lp: Error - no default destination available.)" in result.sentence


def test_a_printer_service_that_hangs_is_stopped(
    program: Program, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.devices.page_printers._ASK_SECONDS", 0.2)
    program("lp", "sleep 60")
    result = SystemPrinter().print_file(page)
    assert result.state is PrintState.FAILED
    assert "does not answer" in result.sentence


@pytest.mark.usefixtures("program")
def test_without_a_printer_service_it_is_said_what_to_do(page: Path) -> None:
    assert SystemPrinter().print_file(page) == NO_PRINTER
    assert "[print] in kiosk.toml" in NO_PRINTER.sentence
    assert SystemPrinter().describe()[0]
    assert not SystemPrinter("Office").describe()[0]


def test_which_printers_there_are_is_said(program: Program, tmp_path: Path) -> None:
    _queue(program, tmp_path, "")
    assert SystemPrinter("Office").describe() == (
        True,
        "Pages go to Office; the system also has Counter.",
    )
    assert SystemPrinter().describe() == (True, "Pages go to Counter; the system also has Office.")
    is_well, words = SystemPrinter("Hall").describe()
    assert not is_well
    assert "There is no printer Hall; the system has Office, Counter." in words
    program("lpstat", 'if [ "$1" = -e ]; then echo Office; fi')
    assert "no default; name one" in SystemPrinter().describe()[1]
    program("lpstat", "exit 1")
    assert SystemPrinter().describe()[0]


def test_two_programs_do_not_clear_what_the_other_begins(tmp_path: Path) -> None:
    """Whoever clears holds the folder, and so does whoever makes a file in it."""
    (tmp_path / SPOOL).mkdir()
    with spooled(tmp_path, b"one", ".pdf") as one, spooled(tmp_path, b"two", ".pdf") as two:
        clear_spool(tmp_path)
        assert (one.read_bytes(), two.read_bytes()) == (b"one", b"two")
        with one.open("rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
