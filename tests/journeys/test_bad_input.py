"""What visitors and staff read when something around the kiosk is wrong."""

import re
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.clinic import CLOSED, ESC, HOME, KIOSK, PIN, READY, Clinic, fill_in, finish
from tests.journeys.insight import STEPS, Insight
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal


def in_one_line(terminal: Terminal) -> str:
    """The screen's words without line breaks and margins."""
    return " ".join(terminal.text.split())


def staff_read(clinic: Clinic, *sentence: str) -> None:
    """Check what `run` shows: one sentence for visitors, and the reason for staff."""
    terminal = clinic.start(shows=CLOSED)
    terminal.wait_for("For staff: ")
    shown = in_one_line(terminal).replace(" ", "")
    for words in sentence:
        assert words.replace(" ", "") in shown
    assert "Traceback" not in shown
    terminal.choose("c")
    terminal.choose("h")
    terminal.wait_for("The code calls the line")


def refused(clinic: Clinic, *sentence: str) -> None:
    """Check a command: one line on standard error, exit code 1."""
    done = clinic.command("attendance", "list", "--user", "facilitator")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    for words in sentence:
        assert words in done.stderr


def test_an_unknown_setting(clinic: Clinic) -> None:
    settings = clinic.folder / "kiosk.toml"
    settings.write_text(settings.read_text().replace("idle_seconds", "ides_seconds"))
    staff_read(clinic, "The setting visit.ides_seconds in", "is unknown")
    refused(clinic, "The setting visit.ides_seconds in", "is unknown; remove it")


def test_settings_that_are_no_text_or_missing(clinic: Clinic) -> None:
    settings = clinic.folder / "kiosk.toml"
    settings.write_bytes(b"\xff\xfe\x00\x01")
    refused(clinic, "cannot be read; check the file's rights.")
    settings.unlink()
    staff_read(clinic, "The settings", "are missing; put the file back")
    refused(clinic, "are missing; put the file back")


def test_a_damaged_database_is_left_as_it_is(clinic: Clinic) -> None:
    database = clinic.folder / "kiosk.db"
    database.write_bytes(b"This is no database. " * 500)
    before = clinic.kept_bytes()
    staff_read(clinic, "database")
    refused(clinic, "database")
    after = clinic.kept_bytes()
    assert {name: data for name, data in after.items() if ".db" in name} == before


def test_a_kiosk_opens_by_itself_once_its_settings_are_mended(
    clinic: Clinic, insight: Insight
) -> None:
    """Staff get in by the PIN meanwhile; what they type there goes on when it opens."""
    settings = clinic.folder / "kiosk.toml"
    whole = settings.read_text()
    settings.write_text("[visit")
    terminal = clinic.start(shows=CLOSED, env={**insight.variables(), **STEPS})
    terminal.wait_for("For staff: ")
    terminal.choose("m")
    terminal.wait_for("What you type stays covered.")
    terminal.type(f"{PIN}\r")
    terminal.wait_for("Records to send")
    assert "no valid TOML at the end" in in_one_line(terminal)
    terminal.send(ESC)
    terminal.wait_for(CLOSED)
    settings.write_text(whole)
    insight.leave_alone_until(terminal, lambda: terminal.find(READY) is not None, "it opened")
    terminal.choose("g")
    terminal.wait_for("Show your pass to the scanner.")


def test_no_folder_at_all(tmp_path: Path) -> None:
    """Where none is named; one that is named is waited for, as on a disk that is mounted late."""
    clinic = Clinic(tmp_path / "late")
    with clinic.running:
        terminal = clinic.start(shows="", env={"KIOSK_DATA_DIR": ""})
        assert terminal.wait_exit() == 1
        assert "There is no data folder" in in_one_line(terminal)
        assert terminal.echoes
        staff_read(clinic, "There is no clinic in")


@pytest.mark.full
def test_a_read_only_disk(clinic: Clinic) -> None:
    """A kiosk on a worn memory card stays on its feet, with help now and the PIN."""
    folder = clinic.folder
    mounts = f'mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} && exec "$@"'
    apart = ("unshare", "--map-root-user", "--mount", "/bin/sh", "-c", mounts, "sh")
    if subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mounts of one's own here")
    before = clinic.kept_bytes()
    terminal = clinic.start(before=apart, shows=CLOSED)
    terminal.wait_for("is read-only")
    terminal.choose("h")
    terminal.wait_for("The code calls the line")
    terminal.send(ESC)
    terminal.wait_for(CLOSED)
    terminal.choose("m")
    terminal.wait_for("What you type stays covered.")
    terminal.type(f"{PIN}\r")
    terminal.wait_for("Records to send")
    terminal.choose("x")
    assert terminal.wait_exit() == 0
    assert clinic.kept_bytes() == before


def test_a_second_kiosk_on_the_same_folder(clinic: Clinic) -> None:
    first = clinic.start()
    second = clinic.start(shows="")
    assert second.wait_exit() == 1
    said = in_one_line(second)
    assert said.startswith("kiosk: ")
    assert said.count("kiosk: ") == 1
    assert second.echoes
    first.choose("k")
    first.wait_for("What we keep")
    assert clinic.arrivals() == []


def test_without_a_terminal(clinic: Clinic) -> None:
    done = subprocess.run(
        [*KIOSK, "run"],
        env=clinic.variables() | {"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "The kiosk needs a terminal" in done.stderr


def test_a_full_disk(clinic: Clinic) -> None:
    # No file may grow beyond 48 KiB: the journal fills up as it would on a full disk.
    limited = ("/bin/sh", "-c", 'ulimit -f 96; exec "$@"', "sh")
    terminal = clinic.start(before=limited, shows=HOME)
    terminal.wait_for(READY)
    for digits in clinic.sample_passes().values():
        terminal.paste(digits)
        terminal.wait_until(
            lambda: bool(terminal.find("Welcome, ") or terminal.find("Please ask at the counter")),
            "an answer",
        )
        if terminal.find("Please ask at the counter"):
            break
        finish(terminal)
    else:
        fill_in(terminal, "Mei", "81234567")
        terminal.choose("y")
        terminal.wait_for("Please ask at the counter.")
    assert terminal.alive


def stands_alone(terminal: Terminal, words: str) -> bool:
    return in_one_line(terminal) == words


def test_a_terminal_that_is_too_small(clinic: Clinic) -> None:
    words = "Please ask at the counter."
    smallest, *others = ((20, 5), (55, 24), (80, 15))
    terminal = clinic.start(shows=words[: smallest[0]], size=smallest)
    for size in (smallest, *others):
        if size is not smallest:  # a terminal that keeps its size is not drawn again
            terminal.resize(*size)
        alone = partial(stands_alone, terminal, words[: size[0]])
        terminal.wait_until(alone, f"the sentence alone at {size}")
        terminal.resize(80, 24)
        terminal.wait_for(HOME)
        terminal.resize(*size)
        terminal.wait_for(words[: size[0]])
        terminal.wait_gone("Talk to")
        terminal.resize(56, 16)
        terminal.wait_for(HOME)


@pytest.mark.parametrize(
    "name",
    [
        "TERM=dumb",
        "NO_COLOR=1",
        pytest.param("TERM=vt100", marks=pytest.mark.full),
        pytest.param("TERM=", marks=pytest.mark.full),
    ],
)
def test_a_terminal_without_colour(clinic: Clinic, name: str) -> None:
    env = ("/usr/bin/env", "-u", "COLORTERM", name)
    terminal = clinic.start(before=env, shows=HOME)
    terminal.choose("c")
    terminal.wait_for("What should we call you?")
    terminal.send("Mei\r")
    terminal.wait_for("Which number should we call?")
    if name == "NO_COLOR=1":
        colours = re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)[;m]", terminal.raw)
        assert [colour for colour in colours if len(set(colour)) > 1] == []
    finish(terminal)
