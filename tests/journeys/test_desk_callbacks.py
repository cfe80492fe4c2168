"""A visit continued: asked for at the kiosk, called and closed at the desk, exported, vouched for.

The kiosk runs in one terminal, the desk in another, and commands beside them on the same folder.
"""

import csv
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.journeys.clinic import ESC, Clinic, fill_in, finish
from tests.journeys.desks import (
    ask_for_a_call,
    drawn_codes,
    history,
    open_desk,
    open_request,
    reference_on,
    row_of,
    shows_key,
    sign_in,
    wait_for_key,
)
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

NAME, PHONE, NATIONAL = "=Xanthippe", "93741652", "9374 1652"
EXPORT = re.compile(r"callbacks-\d{4}-\d\d-\d\d-[0-9a-f]{4}\.xlsx")
DONE = "session_booked"
STORY = [
    ("claimed", ""),
    ("attempt", "no_answer"),
    ("claimed", ""),
    ("attempt", "busy"),
    ("claimed", ""),
    ("noted", ""),
    ("attempt", "reached_self"),
    ("closed", DONE),
]


def test_from_the_request_to_the_audit(clinic: Clinic) -> None:
    kiosk = clinic.start()
    reference = ask_for_a_call(kiosk, NAME, PHONE)
    desk = open_desk(clinic, "caller")
    call_and_close(desk, reference)
    told = history(clinic, reference)
    assert [(row["kind"], row["outcome"]) for row in told] == STORY
    assert {row["by"] for row in told} == {"caller"}
    assert [row["at"] for row in told] == sorted(row["at"] for row in told)
    assert told[5]["note"] == "Thursday then"
    export_and_read(clinic, desk, reference)
    assert_trail_tells(clinic)
    a_slip_and_a_typed_reference_reach_the_worklist(clinic, kiosk, desk, reference)
    clinic.running.close()
    for change in (by_sql, by_hand):
        assert_broken_trail_is_seen(clinic, change)


def call_and_close(desk: Terminal, reference: str) -> None:
    """Claim, read what is safe, ring three times, and close."""
    open_request(desk, reference)
    desk.wait_for(f"Ask for “{NAME}” only, until you know it is them.")
    for words in ("To others, do not say where you ring from.", "No voicemail and no text."):
        assert desk.find(words)
    assert not shows_key(desk, "R", "Number")
    desk.choose("c")
    desk.wait_for("It is yours until")
    assert NATIONAL.encode() not in desk.raw
    desk.choose("r")
    desk.wait_for(f"Ring {NATIONAL}")
    safe, number = desk.find("Ask for “"), desk.find("Ring ")
    assert safe and number and safe[1] < number[1]
    for letter, result in (("n", "no answer"), ("b", "busy")):
        note_result(desk, letter, result)
        desk.wait_gone(NATIONAL)
        # A claim ends with its result.
        wait_for_key(desk, "C", "Claim")
        desk.choose("c")
        desk.wait_for("It is yours until")
    desk.choose("t")
    desk.wait_for("A short note")
    desk.send("Thursday then\r")
    desk.wait_for("The note is kept.")
    note_result(desk, "s", "spoke to them")
    desk.wait_for("Close it: what came of it?")
    desk.choose("b")
    desk.wait_for("When is the talk?")
    desk.choose("a")
    desk.wait_for("Booked: ")
    desk.send(ESC)


def note_result(desk: Terminal, letter: str, result: str) -> None:
    wait_for_key(desk, "Enter", "Result")
    desk.choose("\r")
    desk.wait_for("How did the call go?")
    desk.choose(letter)
    desk.wait_for(f"Noted: {result}.")


def export_and_read(clinic: Clinic, desk: Terminal, reference: str) -> None:
    """Export by the desk and by the command; all three files say the same."""
    wait_for_key(desk, "X", "Export")
    desk.choose("x")
    desk.wait_for("Write 1 request to a file")
    desk.choose("x")
    desk.wait_for("Written: 1 of 1")
    files = list((clinic.folder / "exports").iterdir())
    assert [EXPORT.fullmatch(path.name) is not None for path in files] == [True]
    assert str(files[0]) in "".join(desk.text.split())
    for form in ("csv", "json"):
        said = clinic.printed("callbacks", "export", "--user", "caller", "--format", form)
        files.append(Path(said.split()[-1]))
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    for path in files:
        row = one_row(path)
        assert (row["reference"], row["phone"]) == (reference, NATIONAL)
        assert row["name"] == (f"'{NAME}" if path.suffix == ".csv" else NAME)
        words = ("done", "a talk is booked") if path.suffix == ".xlsx" else ("closed", DONE)
        assert (row["status"], row["reason"]) == words


def one_row(path: Path) -> dict[str, Any]:
    """Return the only row of an exported file by its column titles."""
    if path.suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        head, *cells = openpyxl.load_workbook(path).worksheets[0].iter_rows()
        kinds = {cell.data_type for row in cells for cell in row if cell.value is not None}
        assert kinds == {"s", "n"}  # texts and counts
        rows = [
            {str(title.value).casefold(): cell.value for title, cell in zip(head, row, strict=True)}
            for row in cells
        ]
    assert len(rows) == 1
    row: dict[str, Any] = rows[0]
    return row


def assert_trail_tells(clinic: Clinic) -> None:
    """The trail is whole and knows the reveal and the exports; a changed byte breaks it."""
    assert "whole" in clinic.printed("audit", "verify", "--user", "manager")
    rows = json.loads(
        clinic.printed("audit", "list", "--user", "manager", "--limit", "200", "--format", "json")
    )
    done = [row["action"] for row in reversed(rows) if row["by"] == "caller"]
    told = [
        "callback_claimed", "callback_revealed", "callback_attempt", "callback_claimed",
        "callback_attempt", "callback_claimed", "callback_noted", "callback_attempt",
        "callback_closed", "exported_callbacks",
    ]  # fmt: skip
    assert [action for action in done if action in told][: len(told)] == told
    assert done.count("exported_callbacks") == 3


def by_sql(database: Path) -> None:
    """Change one stored byte of an entry by a statement."""
    with closing(sqlite3.connect(database)) as connection, connection:
        row, tag = an_entry(connection)
        changed = bytes([tag[0] ^ 1]) + tag[1:]
        connection.execute("UPDATE audit_event SET tag=? WHERE rowid=?", (changed, row))


def by_hand(database: Path) -> None:
    """Change one byte of an entry in the file itself."""
    with closing(sqlite3.connect(database)) as connection:
        _, tag = an_entry(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = bytearray(database.read_bytes())
    assert kept.count(tag) == 1
    kept[kept.find(tag)] ^= 1
    database.write_bytes(kept)


def an_entry(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Return where an entry in the middle of the trail is kept, and its tag."""
    rows = connection.execute("SELECT rowid, tag FROM audit_event ORDER BY position").fetchall()
    row, tag = rows[len(rows) // 2]
    return int(row), bytes(tag)


def assert_broken_trail_is_seen(clinic: Clinic, change: Callable[[Path], None]) -> None:
    """Change a copy of the folder; the check finds it, and says so in one sentence."""
    copy = Clinic(clinic.folder.with_name(change.__name__))
    shutil.copytree(clinic.folder, copy.folder)
    change(copy.folder / "kiosk.db")
    done = copy.command("audit", "verify", "--user", "manager")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "The trail is NOT whole" in done.stderr


def a_slip_and_a_typed_reference_reach_the_worklist(
    clinic: Clinic, kiosk: Terminal, desk: Terminal, closed: str
) -> None:
    by_slip, digits = with_its_slip(kiosk, "Zenobia")
    by_typing = ask_for_a_call(kiosk, "Yolanda", "81234567")
    desk.send(ESC)
    wait_for_key(desk, "X", "Export")
    desk.choose("q")
    desk.resize(120, 40)
    sign_in(desk, "caller")
    desk.choose("a")
    desk.wait_until(lambda: "new" in row_of(desk, "Zenobia"), "the request with a slip")
    desk.wait_until(lambda: "new" in row_of(desk, "Yolanda"), "the request without")
    kiosk.send(f"{digits}\r")
    kiosk.wait_for("It has been kept safely on this kiosk since")
    kiosk.choose("w")
    kiosk.wait_for("It is withdrawn. Nobody will call you about it.")
    finish(kiosk)
    kiosk.choose("w")
    kiosk.wait_for("Withdraw a request")
    kiosk.type(f"{by_typing.lower()}\r")
    kiosk.wait_for("If the code fits a request, staff will withdraw it.")
    desk.wait_until(lambda: "taken back" in row_of(desk, "Zenobia"), "what the slip took back")
    desk.wait_until(lambda: "new ✎" in row_of(desk, "Yolanda"), "the note for staff")
    desk.choose("t")
    desk.wait_for("Callbacks: 1 of 3")
    desk.wait_gone("Zenobia")
    assert {row["reference"]: row["status"] for row in clinic.requests()} == {
        by_slip: "withdrawn",
        by_typing: "new",
        closed: "closed",
    }
    assert [row["kind"] for row in history(clinic, by_slip)] == ["withdrawn_by_slip"]


def with_its_slip(kiosk: Terminal, name: str) -> tuple[str, str]:
    """Ask for a call; return the reference and the digits in the receipt's code."""
    fill_in(kiosk, name, "91526374")
    kiosk.choose("y")
    reference = reference_on(kiosk)
    kiosk.settle()
    (digits,) = drawn_codes(kiosk)
    finish(kiosk)
    return reference, digits
