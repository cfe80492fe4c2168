"""`kiosk attendance`: a session's list from the first arrival to its closing."""

import csv
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from sqlalchemy import text

from kiosk.bootstrap.kiosk import open_kiosk
from tests.cli.asking import visitor
from tests.cli.calling import Kiosk

pytestmark = pytest.mark.usefixtures("signed")
USER = ("--user", "facilitator")


class Floor:
    """A facilitator who types `kiosk attendance`."""

    def __init__(self, kiosk: Kiosk, folder: Path) -> None:
        self._kiosk = kiosk
        self.folder = folder
        self.session = str(self.rows("sessions")[0]["session"])

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """Type a command that succeeds."""
        answer = self._kiosk("attendance", *words, *USER, "--format", "json")
        assert (answer.code, answer.err) == (0, "")
        return answer.rows

    def people(self) -> list[tuple[str, str | None]]:
        """Who is on the list, and how."""
        rows = self.rows("list", "--session", self.session)
        return [(row["state"], row["name"]) for row in rows]

    def refused(self, *words: str, code: int = 1) -> str:
        """Type a command that cannot be done; return its sentence."""
        return self._kiosk("attendance", *words, *USER).sentence(code)


@pytest.fixture
def floor(kiosk: Kiosk, demo: Path) -> Floor:
    return Floor(kiosk, demo)


def test_sessions_are_listed_without_names(kiosk: Kiosk, floor: Floor) -> None:
    rows = floor.rows("sessions")
    with visitor(floor.folder) as (desk, _opened):
        today = desk.sessions_today()
        ids = {str(one.id) for one in (*today.open_now, *today.later)}
    assert ids <= {row["session_id"] for row in rows}
    assert all(row["session_id"].endswith(row["session"]) for row in rows)
    assert kiosk("attendance", "sessions", *USER).out.startswith("session ")
    past = kiosk("attendance", "sessions", "--day", "2026-01-01", *USER)
    assert past.out == "There is no session on that day.\n"


def test_people_are_put_on_the_list_and_taken_off(floor: Floor) -> None:
    (row,) = floor.rows("add", floor.session, "Devi")
    assert (row["present"], row["guests"]) == (1, 0)
    (row,) = floor.rows("add", floor.session, "--member", "mei")
    assert row["present"] == 2
    assert floor.refused("add", floor.session, "--member", "Mei").startswith("They are on this")
    (row,) = floor.rows("guests", floor.session, "3")
    assert (row["present"], row["guests"]) == (5, 3)
    (row,) = floor.rows("void", floor.session, "devi", "--reason", "left_at_once")
    assert row["present"] == 4
    off = floor.rows("list", "--session", floor.session)[-1]
    assert (off["state"], off["name"], off["reason"]) == ("taken_off", "Devi", "left_at_once")
    floor.rows("restore", floor.session, off["id"])
    assert floor.people() == [
        ("here", "Devi"),
        ("here", "Mei"),
        *[("here", None)] * 3,
    ]


def test_a_guest_is_taken_off_by_id(floor: Floor) -> None:
    floor.rows("guests", floor.session)
    (guest,) = floor.rows("list", "--session", floor.session)
    floor.rows("void", floor.session, guest["id"], "--reason", "mistake")
    assert floor.people() == [("taken_off", None)]


def test_a_first_visit_is_listed_and_met(floor: Floor) -> None:
    kiosk = open_kiosk(floor.folder)
    try:
        desk = kiosk.visitor_desks().desk
        (session,) = desk.sessions_today().open_now
        desk.count_me_in(desk.new_join().id, session.id, first_visit=True)
    finally:
        kiosk.store.close()
    (row,) = floor.rows("list", "--session", floor.session)
    assert row["first_visit"] == "to_meet"
    (met,) = floor.rows("meet", floor.session, row["id"])
    assert (met["first_visits"], met["to_meet"]) == (1, 0)
    said = floor.refused("meet", floor.session, row["id"])
    assert said == "They did not ask to be met, or were met already."


def test_who_is_expected_is_on_the_list(kiosk: Kiosk, floor: Floor) -> None:
    group = floor.rows("sessions")[0]["group"]
    store = open_kiosk(floor.folder)
    try:
        with store.store.write() as transaction:
            transaction.connection().exec_driver_sql("UPDATE support_group SET enrolled=1")
    finally:
        store.store.close()
    kiosk("passes", "enrol", "Ravi", group, *USER)
    (row,) = floor.rows("list", "--session", floor.session)
    assert (row["state"], row["name"], row["arrived_at"]) == ("expected", "Ravi", None)
    floor.rows("add", floor.session, "--member", row["id"])
    assert floor.people() == [("here", "Ravi")]


def test_heads_are_counted_and_the_list_is_closed(floor: Floor) -> None:
    (row,) = floor.rows("count", floor.session, "0")
    assert (row["head_count"], row["stage"] == "reconciled") == (0, False)
    (row,) = floor.rows("reconcile", floor.session, "12")
    assert row["head_count"] == 12


def test_somebody_at_the_keys_is_asked_about_a_count_that_is_far_from_the_list(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(question: str, *, err: bool) -> bool:
        asked.append(question)
        return err and len(asked) > 1

    monkeypatch.setattr(typer, "confirm", answer)
    keys = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr("kiosk.cli.attendance.sys", SimpleNamespace(stdin=keys))
    assert floor.refused("count", floor.session, "70").startswith("Nothing was counted")
    assert asked == ["0 on the list, 70 counted: is that right?"]
    assert floor.rows("count", floor.session, "70")[0]["head_count"] == 70
    floor.rows("reconcile", floor.session, "70")  # it was asked once
    floor.rows("count", floor.session, "4")
    assert len(asked) == 2


def test_a_session_has_several_names(floor: Floor) -> None:
    row = floor.rows("sessions")[0]
    start = row["starts_at"][11:16]
    for name in (row["session_id"], row["session"][-4:], start, f"{row['group']} {start}".upper()):
        assert floor.rows("count", name, "1")[0]["session_id"] == row["session_id"]


def test_a_name_that_is_not_clear_is_one_sentence(floor: Floor) -> None:
    for _ in range(2):
        floor.rows("add", floor.session, "Devi")
    said = floor.refused("void", floor.session, "Devi", "--reason", "mistake")
    assert said.startswith("More than one person here is called that; name it by its id")
    assert "Devi" not in said
    assert floor.refused("count", "nowhere", "1").startswith("No session of that day")
    assert floor.refused("void", floor.session, "Ali", "--reason", "mistake").startswith("No pers")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "x"), "give a name, or a member"),
        (("add", "x", "Devi", "--member", "Mei"), "give a name, or a member"),
        (("add", "x", "S1234567D"), "a nickname is fine"),
        (("add", "x", "Devi", "--language", "Chinese!"), "a code such as en or zh"),
        (("guests", "x", "0"), "greater than or equal to 1"),
        (("count", "x", "1000"), "less than or equal to 999"),
        (("void", "x", "Devi"), "Missing option '--reason'"),
        (("void", "x", "Devi", "--reason", "bored"), "is not one of"),
        (("export", "--since", "2026-03-02", "--until", "2026-03-01"), "is before the first"),
        (("export", "--since", "0001-01-01"), "the years are 2000 to 2199"),
    ],
)
def test_wrong_words_are_wrong_use(floor: Floor, words: tuple[str, ...], sentence: str) -> None:
    said = floor.refused(*words, code=2)
    assert sentence in said
    assert "S1234567D" not in said


def test_attendance_is_exported(kiosk: Kiosk, floor: Floor, tmp_path: Path) -> None:
    floor.rows("add", floor.session, "=1+1 Mei")
    floor.rows("guests", floor.session)
    held = floor.rows("sessions")[0]["starts_at"][:10]
    path = tmp_path / "people.csv"
    days = ("--since", held, "--until", held)
    answer = kiosk("attendance", "export", *days, "-o", str(path), *USER)
    assert (answer.code, answer.out, answer.err) == (0, f"{path}\n", "2 people written.\n")
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["name"] for row in rows] == ["'=1+1 Mei", ""]
    assert path.stat().st_mode & 0o777 == 0o600
    folder = kiosk("attendance", "export", *days, "--format", "fhir", *USER)
    written = Path(folder.out.removesuffix("\n"))
    assert written.parent == floor.folder / "exports"
    assert written.name.endswith(".fhir.json")


def test_yesterday_is_another_day(floor: Floor) -> None:
    kiosk = open_kiosk(floor.folder)
    try:
        yesterday = kiosk.today() - timedelta(days=1)
    finally:
        kiosk.store.close()
    said = floor.refused("count", floor.session, "1", "--day", yesterday.isoformat())
    assert said.startswith("No session of that day")


def test_odd_records_are_told_with_what_to_do(kiosk: Kiosk, floor: Floor) -> None:
    none = kiosk("attendance", "odd", "--user", "manager")
    assert none.out == "Nothing odd in the last 14 days.\n"
    floor.rows("guests", floor.session, "2")
    opened = open_kiosk(floor.folder)
    with opened.store.write() as transaction:
        transaction.connection().execute(text("UPDATE group_session SET status='cancelled'"))
    opened.store.close()
    (row,) = floor.rows("odd")
    assert (row["kind"], row["count"], row["needs_a_person"]) == ("session_cancelled", 2, True)
    assert row["what"] == "2 people checked in although the session was cancelled."
    assert row["to_do"].startswith("Open the list")
    assert row["session_id"].endswith(floor.session)
    assert (row["received_at"], row["happened_at"]) == (None, row["kiosk_clock"])
    shown = kiosk("attendance", "odd", "--days", "1", "--user", "manager").out
    assert "although the session was cancelled" in shown
    assert "role" in kiosk("attendance", "odd", "--user", "caller").sentence(1)
    kiosk("attendance", "odd", "--days", "0", *USER).sentence(2)
