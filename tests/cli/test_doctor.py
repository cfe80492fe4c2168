"""`kiosk doctor`: every finding can be good and can fail."""

import csv
import io
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import Executable, delete, insert, update

from kiosk.bootstrap import speech
from kiosk.bootstrap.data_folder import DATABASE
from kiosk.cli import doctor
from kiosk.cli.demo import digits
from kiosk.cli.doctor import examine
from kiosk.content import assets
from kiosk.content.languages import known_languages
from kiosk.content.translations import translated_languages
from kiosk.devices.clock import SystemClock
from kiosk.domain.health import Finding, SpeechHealth, Swap, Verdict
from kiosk.domain.passes import Code, decode, derive_lookup
from kiosk.records.central.connection import Address
from kiosk.records.central.link import CentralLink, write_link
from kiosk.records.database.store import Store
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import HelplineList, Parked, PublicKey, SyncState
from kiosk.settings import SpeechSettings
from kiosk.usecases.site import load_site
from tests.cli.calling import COMMAND, Kiosk
from tests.support.extract import CHECKOUT
from tests.support.helplines import helplines_text
from tests.support.sounds import ToneEngine, shell_player
from tests.support.terminal import Terminal

TODAY = date(2026, 11, 23)
Look = Callable[[], dict[str, Finding]]
Examine = Callable[[Path, SpeechSettings], SpeechHealth]


@pytest.fixture(autouse=True)
def examine_speech(monkeypatch: pytest.MonkeyPatch) -> Examine:
    """Start no engine for each look; the function itself is for the one test that needs it."""
    real = speech.examine_speech
    monkeypatch.setattr(speech, "examine_speech", lambda *_: SpeechHealth())
    return real


@pytest.fixture
def look(demo: Path) -> Look:
    def call() -> dict[str, Finding]:
        findings = examine(demo, TODAY)
        by_subject = {finding.subject: finding for finding in findings}
        assert len(by_subject) == len(findings)
        assert all(finding.sentence.endswith(".") for finding in findings)
        return by_subject

    return call


def _change(demo: Path, statement: Executable) -> None:
    store = Store.open(demo / DATABASE)
    try:
        with store.write() as transaction:
            transaction.connection().execute(statement)
    finally:
        store.close()


def _site(demo: Path) -> UUID:
    store = Store.open(demo / DATABASE)
    try:
        return load_site(store).site_id
    finally:
        store.close()


def test_a_demo_is_fit(kiosk: Kiosk, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "read_swaps", list)
    monkeypatch.setattr(doctor, "is_synchronised", lambda: True)
    # Whatever printers and voices this machine has.
    monkeypatch.setenv("PATH", str(demo))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(demo))
    answer = kiosk("doctor", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    verdicts = {row["subject"]: row["verdict"] for row in answer.rows}
    assert verdicts == {
        "settings": "ok",
        "terminal size": "look",
        "drawn letters": "ok",
        "scanner": "look",
        "database": "ok",
        "keys": "ok",
        "clock": "ok",
        "centre": "ok",
        "retention": "look",
        "first hour": "look",
        "helplines": "ok",
        **{f"language {code}": verdict for code, verdict in _languages()},
        "take-home material": "ok",
        "wishes": "ok",
        "printer": "ok",
        "speech": "look",
        "disk space": "ok",
        "swap": "ok",
        "variables": "ok",
    }
    assert all(row["finding"] for row in answer.rows)


def _languages() -> Iterator[tuple[str, str]]:
    """Yield the languages beside English: no native reviewer has read any that is translated."""
    for language in known_languages():
        if language.code != "en":
            yield language.code, "look" if language in translated_languages() else "ok"


def test_what_is_open_of_the_first_hour_and_of_retention(look: Look) -> None:
    found = look()
    assert found["first hour"].sentence.startswith("Still open: ring the helplines; scan the test")
    assert found["retention"].sentence.startswith("Nothing is deleted by itself until a manager")


def test_a_font_that_is_missing(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = "A font file is missing or damaged: assets/fonts."
    monkeypatch.setattr(doctor, "drawing_problem", lambda: problem)
    found = look()["drawn letters"]
    assert found.verdict is Verdict.LOOK
    assert f"so its visits are in English. {problem} Install the kiosk again." in found.sentence


def test_a_clock_that_no_server_keeps(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "is_synchronised", lambda: False)
    assert look()["clock"].verdict is Verdict.LOOK


def test_it_changes_nothing(kiosk: Kiosk, demo: Path) -> None:
    before = {path.name: path.read_bytes() for path in demo.iterdir()}
    assert kiosk("doctor").code == 0
    assert {path.name: path.read_bytes() for path in demo.iterdir()} == before


def test_table_and_csv_say_the_same(
    kiosk: Kiosk, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other programs write to the disk between two looks, and minutes end.
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000_000))
    at = SystemClock().now()
    monkeypatch.setattr(SystemClock, "now", lambda _: at)
    rows = kiosk("doctor", "--format", "json").rows
    lines = csv.DictReader(io.StringIO(kiosk("doctor", "--format", "csv").out))
    assert [dict(line) for line in lines] == rows
    table = kiosk("doctor").out.splitlines()
    assert table[0].split() == ["subject", "verdict", "finding"]
    assert len(table) == len(rows) + 1


def test_what_fails_sets_the_exit_code(kiosk: Kiosk, demo: Path) -> None:
    (demo / "kiosk.toml").unlink()
    answer = kiosk("doctor", "--format", "json")
    assert (answer.code, answer.err) == (1, "")
    assert answer.rows[0]["verdict"] == "fail"


@pytest.mark.parametrize(
    ("columns", "rows", "variables", "verdicts"),
    [
        (80, 24, {}, {"terminal size": "ok", "colours": "ok", "letter height": "ok"}),
        (80, 40, {}, {"terminal size": "ok", "colours": "ok", "letter height": "look"}),
        (55, 16, {"TERM": "vt100"}, {"terminal size": "fail", "colours": "look"}),
        (80, 24, {"TERM": "dumb"}, {"colours": "fail"}),
        (80, 24, {"KIOSK_PANEL__HEIGHT_MM": "150"}, {"letter height": "look"}),
    ],
)
def test_the_terminal_it_stands_in(
    look: Look,
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    rows: int,
    variables: dict[str, str],
    verdicts: dict[str, str],
) -> None:
    size = os.terminal_size((columns, rows))
    monkeypatch.setattr(os, "get_terminal_size", lambda _stream: size)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm-256color", "COLORTERM": "truecolor", **variables}.items():
        monkeypatch.setenv(name, value)
    found = look()
    assert {subject: found[subject].verdict for subject in verdicts} == verdicts


def test_the_terminal_itself_is_asked_where_the_output_goes_elsewhere(
    demo: Path, tmp_path: Path
) -> None:
    """As the kiosk does, whatever variables say of its size."""
    command = ["bash", "-c", f"{' '.join(COMMAND)} doctor --format csv > {tmp_path}/out"]
    variables = {"COLUMNS": "200", "LINES": "50"}
    with Terminal(command, columns=80, rows=15, env=variables) as terminal:
        assert terminal.wait_exit() == 1
    lines = csv.DictReader((tmp_path / "out").read_text().splitlines())
    found = {line["subject"]: line["verdict"] for line in lines}
    assert (found["terminal size"], found["colours"]) == ("fail", "ok")


def test_the_terminal_is_asked_whether_it_shows_pictures(demo: Path) -> None:
    """`demo` is the folder that the program looks at."""
    command = [*COMMAND, "doctor", "--format", "csv"]
    with Terminal(command, columns=200, rows=40) as terminal:
        terminal.wait_until(lambda: b"\x1b[16t" in terminal.raw, "its question")
        terminal.send("\x1b[?62;4;22c\x1b[?8452;2$y\x1b[6;19;10t")
        terminal.wait_for('"pictures","ok","Tamil is shown as pictures (sixel graphics)."')
        assert terminal.echoes


def test_a_terminal_that_lies_about_its_cells_is_told(demo: Path) -> None:
    """`demo` is the folder that the program looks at."""
    command = [*COMMAND, "doctor", "--format", "csv"]
    with Terminal(command, columns=200, rows=40) as terminal:
        terminal.wait_until(lambda: b"\x1b[16t" in terminal.raw, "its question")
        terminal.send("\x1b[?62;4;22c\x1b[?8452;2$y\x1b[6;0;9999t")
        terminal.wait_for("it does not say how large its cells are")
        assert terminal.echoes


def test_a_missing_setting_file_and_an_unknown_key(look: Look, demo: Path) -> None:
    assert look()["settings"].verdict is Verdict.OK
    with (demo / "kiosk.toml").open("a") as file:
        file.write("\ncolour = 'red'\n")
    found = look()
    assert found["settings"].verdict is Verdict.FAIL
    assert "panel.colour" in found["settings"].sentence
    (demo / "kiosk.toml").unlink()
    found = look()
    assert found["settings"].verdict is Verdict.FAIL
    assert "missing" in found["settings"].sentence
    # The rest is looked at all the same.
    assert found["database"].verdict is Verdict.OK


def test_a_variable_that_nothing_reads(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_VIST__IDLE_SECONDS", "90")
    found = look()["variables"]
    assert found.verdict is Verdict.LOOK
    assert "KIOSK_VIST__IDLE_SECONDS" in found.sentence


def test_a_folder_without_a_clinic(tmp_path: Path) -> None:
    found = {finding.subject: finding for finding in examine(tmp_path / "none", TODAY)}
    assert found["database"].verdict is Verdict.FAIL
    assert "`kiosk init`" in found["database"].sentence
    assert found["disk space"].verdict is Verdict.OK
    assert not (tmp_path / "none").exists()


def test_a_damaged_database(look: Look, demo: Path) -> None:
    with (demo / DATABASE).open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096 * 4))
    assert look()["database"].verdict is Verdict.FAIL


def test_an_index_that_misses_a_row(look: Look, demo: Path) -> None:
    """Such a file passes the quick check of every start, and a pass would be unknown."""
    code = decode(digits(demo)[0])
    assert isinstance(code, Code)
    key, content = derive_lookup(code.secret), bytearray((demo / DATABASE).read_bytes())
    assert content.count(key) == 2
    content[content.rindex(key)] ^= 1
    (demo / DATABASE).write_bytes(content)
    found = look()["database"]
    assert found.verdict is Verdict.FAIL
    assert "restore a backup" in found.sentence


def test_missing_keys(look: Look, demo: Path) -> None:
    _change(demo, delete(PublicKey))
    found = look()
    assert found["keys"].verdict is Verdict.FAIL
    assert found["database"].verdict is Verdict.OK
    assert found["clock"].verdict is not Verdict.FAIL


def test_a_clock_before_the_last_record(look: Look, demo: Path) -> None:
    _change(demo, update(SyncState).values(last_fact_at=datetime(2199, 1, 1, tzinfo=UTC)))
    found = look()["clock"]
    assert found.verdict is Verdict.FAIL
    assert "set it" in found.sentence


def test_helplines_that_nobody_has_checked(demo: Path) -> None:
    found = {finding.subject: finding for finding in examine(demo, date(2199, 1, 1))}
    assert found["helplines"].verdict is Verdict.FAIL
    assert "ring each line" in found["helplines"].sentence


def test_a_published_list_is_the_one_that_is_judged(look: Look, demo: Path) -> None:
    row = {
        "id": UUID(int=7),
        "site_id": _site(demo),
        "published_at": datetime(2026, 11, 23, tzinfo=UTC),
    }
    text = helplines_text(date(2026, 11, 23), date(2027, 2, 1))
    _change(demo, insert(table(HelplineList)).values(row | {"text": text}))
    assert look()["helplines"].sentence.endswith("check again by 2027-02-01.")
    _change(demo, update(table(HelplineList)).values(text="[[line"))
    found = look()["helplines"]
    assert found.verdict is Verdict.LOOK
    assert "The published list is not shown" in found.sentence


def test_a_centre_that_does_not_answer_is_told(look: Look, demo: Path) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = Address("127.0.0.1", nobody.getsockname()[1], "kiosk", "nobody", "secret")
        write_link(demo, CentralLink("kiosk", _site(demo), UUID(int=1), address))
        found = look()
    assert found["centre"].verdict is Verdict.FAIL
    assert "Last contact: never." in found["centre"].sentence
    assert "secret" not in found["centre"].sentence
    assert found["database"].verdict is found["helplines"].verdict is Verdict.OK


def test_a_desk_machine_has_no_records_of_its_own(tmp_path: Path) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = Address("127.0.0.1", nobody.getsockname()[1], "kiosk", "nobody", "secret")
        write_link(tmp_path, CentralLink("desk", UUID(int=1), UUID(int=2), address))
        found = {finding.subject: finding for finding in examine(tmp_path, TODAY)}
    assert found["centre"].verdict is Verdict.FAIL
    assert found["helplines"].verdict is Verdict.OK
    assert "clock" not in found


def test_broken_helplines_do_not_end_the_looking(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CHECKOUT / "assets" / "content", tmp_path / "assets" / "content")
    (tmp_path / "assets" / "content" / "helplines.toml").write_text("[")
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "package")
    found = look()
    assert found["helplines"].verdict is Verdict.FAIL
    assert found["variables"].verdict is Verdict.OK


def test_wishes(look: Look, demo: Path) -> None:
    path = demo / "wishes.toml"
    assert "woman, man, text, interpreter, carer, and name 3 topics." in look()["wishes"].sentence
    path.write_text("offered = []")
    assert look()["wishes"].verdict is Verdict.OK
    assert look()["wishes"].sentence.startswith("Visitors are not asked for any;")
    path.write_text("offered = 1")
    assert look()["wishes"].verdict is Verdict.FAIL


def test_take_home_material(look: Look, demo: Path) -> None:
    path = demo / "take-home.toml"
    path.write_text('[[item]]\ntitle = "A"\nurl = "https://example.org/a"\n')
    assert look()["take-home material"].verdict is Verdict.OK
    path.write_text('[[item]]\ntitle = "A"\nurl = "https://example.org/a"\n[[item]]\ntitle = "B"\n')
    found = look()
    assert found["take-home material"].verdict is Verdict.LOOK
    assert "1 to show. Without an address, and so not shown: 'B'" in (
        found["take-home material"].sentence
    )
    path.write_text((CHECKOUT / "config" / "take-home.toml").read_text(encoding="utf-8"))
    unfilled = look()["take-home material"]
    assert unfilled.verdict is Verdict.LOOK
    assert all(title in unfilled.sentence for title in ("Commentary", "issue 10", "Brochure"))
    path.write_text('[[item]]\ntitle = "A"\nurl = "http://example.org/a"\n')
    found = look()
    assert found["take-home material"].verdict is Verdict.FAIL
    assert found["settings"].verdict is Verdict.OK


def test_a_disk_that_takes_nothing(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SimpleNamespace(f_flag=os.ST_RDONLY, f_bavail=1 << 20, f_frsize=4096)
    monkeypatch.setattr(os, "statvfs", lambda _path: disk)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000_000))
    found = look()["disk space"]
    assert found.verdict is Verdict.FAIL
    assert found.sentence.startswith("It is read-only")


def test_a_disk_that_is_nearly_full(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(free=10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    assert look()["disk space"].verdict is Verdict.FAIL


def test_swap_that_is_open(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "read_swaps", lambda: [Swap("/dev/sda2", is_safe=False)])
    assert look()["swap"].verdict is Verdict.LOOK


def test_records_that_are_set_aside(look: Look, demo: Path) -> None:
    assert "records" not in look()
    parked = Parked(
        seq=1,
        site_id=UUID(int=1),
        table_name="check_in",
        row_id=UUID(int=2),
        payload="{}",
        error="23514",
        parked_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    _change(demo, insert(Parked).values(parked.model_dump()))
    assert look()["records"].verdict is Verdict.LOOK


def _print_by(demo: Path, settings: str) -> None:
    path = demo / "kiosk.toml"
    path.write_text(f"[print]\n{settings}\n", encoding="utf-8")


def test_the_printers_there_are(look: Look, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(demo))
    found = look()
    assert found["printer"].verdict is Verdict.OK
    assert "passes go into files to print" in found["printer"].sentence
    assert "slip printer" not in found
    _print_by(demo, 'printer = "Office"\nslips = "usb:/dev/no-such-printer"')
    found = look()
    assert found["printer"].verdict is Verdict.LOOK
    assert found["slip printer"].verdict is Verdict.LOOK
    assert "is not there; plug it in" in found["slip printer"].sentence
    _print_by(demo, 'command = ["/no/such/program", "{file}"]')
    assert "mend [print] command" in look()["printer"].sentence
    _print_by(demo, f'command = ["{sys.executable}", "{{file}}"]')
    assert look()["printer"].verdict is Verdict.OK


def test_what_the_machine_speaks_with(
    look: Look, demo: Path, monkeypatch: pytest.MonkeyPatch, examine_speech: Examine
) -> None:
    assert look()["speech"].verdict is Verdict.LOOK
    monkeypatch.setattr(speech, "examine_speech", examine_speech)
    (demo / "kiosk.toml").write_text("[speech]\nenabled = false\n", encoding="utf-8")
    assert look()["speech"] == Finding("speech", Verdict.OK, "Switched off by [speech] enabled.")


def test_the_voices_of_the_machine_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, examine_speech: Examine
) -> None:
    engine = ToneEngine(voices=frozenset({"en", "cmn", "ms"}))
    monkeypatch.setattr("kiosk.devices.synthesis.find_engines", lambda: [engine])
    monkeypatch.setattr("kiosk.devices.players.find_players", lambda: [shell_player("exit 4")])
    monkeypatch.setattr("kiosk.devices.headphones.knows_headphones", lambda: True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings/en-0123456789.wav").touch()
    assert examine_speech(tmp_path, SpeechSettings()) == SpeechHealth(
        engines=("tone",),
        players=("broken",),
        player_troubles=("broken (status 4)",),
        silent_languages=("ta",),
        recordings=1,
        knows_headphones=True,
    )
