"""`kiosk reports`, `retention`, `audit` and `kiosks`, over records whose time is set."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.bootstrap.data_folder import make_folder
from kiosk.domain.attendance.check_in import Session
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.state import AttemptResult, EventKind
from kiosk.domain.groups.groups import SessionPlan
from kiosk.domain.statistics import RequestsBlock
from kiosk.presentation.audit import describe_action
from kiosk.records.central.connection import Address
from kiosk.records.central.link import CentralLink, write_link
from kiosk.records.database.writing import add_reference
from kiosk.records.schema.system_tables import KioskDevice
from kiosk.usecases.groups.plan_import import add_sessions
from tests.cli.calling import Answer, Kiosk
from tests.cli.managing import Manager
from tests.exports.paper.test_language_card import dialled
from tests.exports.paper.test_typesetter import pages_of
from tests.support import facts
from tests.support.desks import PASSPHRASE, PIN, Clinic, SetClock, open_clinic
from tests.support.helplines import helplines_text, shipped_text


@dataclass(frozen=True, slots=True)
class Office(Manager):
    """A manager of a clinic whose clock a test sets."""

    clinic: Clinic | None = None

    @property
    def here(self) -> Clinic:
        """The clinic."""
        assert self.clinic is not None
        return self.clinic


@pytest.fixture
def office(kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    folder = tmp_path / "clinic"
    make_folder(folder)
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
    monkeypatch.setenv("KIOSK_PASSPHRASE", PASSPHRASE)
    with open_clinic(folder) as clinic:
        monkeypatch.setattr("kiosk.devices.clock.SystemClock", lambda: SetClock(clinic.clock.at))
        yield Office(kiosk, folder, "manager", clinic)


def ask(clinic: Clinic, language: CallLanguage = CallLanguage.ENGLISH) -> UUID:
    draft = replace(clinic.draft(), call_language=language)
    clinic.visitor.request_callback(draft)
    return draft.id


def fill(clinic: Clinic) -> datetime:
    """Let four weeks pass that are told; return when they began."""
    desk = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    begin = desk.report(RequestsBlock).next_at - timedelta(days=2) + timedelta(hours=10)
    clinic.clock.at = begin
    rooms = [clinic.add_session(f"Room {number}") for number in (2, 3)]
    for week in range(4):
        clinic.clock.at = begin + timedelta(weeks=week)
        large, small = (meet(clinic, room) for room in rooms)
        for hour, people in ((0, 9), (1, 2 + week % 2)):
            clinic.clock.at = begin + timedelta(weeks=week, days=week, hours=hour)
            for _ in range(people):
                facts.check_in(clinic, large)
        for _ in range(2):
            facts.check_in(clinic, small)
        languages = [CallLanguage.ENGLISH] * 7 + [CallLanguage.TAMIL] * 6
        requests = [ask(clinic, language) for language in languages]
        clinic.clock.move(hours=2)
        for request in requests:
            result = AttemptResult.REACHED_SELF.value
            facts.event(clinic, request, 1, EventKind.ATTEMPT, result)
    clinic.clock.at = begin + timedelta(weeks=4, days=3)
    return begin


def meet(clinic: Clinic, like: Session) -> UUID:
    """Let the group of a session meet again; return the new session's id."""
    now, group_id = clinic.clock.at, like.group_id
    assert group_id is not None
    plan = SessionPlan(clinic.id(), group_id, now, now + timedelta(days=1), "Room")
    add_sessions(clinic.store, clinic.site, (plan,))
    return plan.id


def value_of(rows: list[dict[str, str]], **wanted: str) -> str:
    (row,) = [row for row in rows if wanted.items() <= row.items()]
    return row["value"]


def test_requests_are_told_as_charts_and_for_programs(office: Office) -> None:
    begin = fill(office.here).date()
    drawn = office("reports", "requests").out
    first, *lines = drawn.splitlines()
    assert first == f"{begin} to {begin + timedelta(days=27)}"
    assert any(line.endswith("█ 13") for line in lines)
    assert "All four weeks: 52" in lines
    assert any(line.split() == ["Mandarin", "··"] for line in lines)
    assert any(line.startswith("·· is hidden:") for line in lines)
    assert lines[-1].startswith("The next four weeks are told on ")
    assert max(map(len, lines)) <= 80
    (*earlier, last) = office.rows("reports", "requests")
    assert [one["requests"] for one in earlier] == [None, None]
    assert (last["first_day"], last["requests"]) == (begin.isoformat(), 52)
    assert (last["first_attempt_median"], last["contact_p90"]) == (2.0, 2.0)
    assert [week["requests"] for week in last["weeks"]] == [13] * 4
    told = {one["language"]: one["requests"] for one in last["languages"]}
    assert (told["en"], told["zh"]) == (28, None)
    assert len(last["reached_percent"]) == 3
    answer = office("reports", "requests", "--blocks", "1", "--format", "csv")
    table = list(csv.DictReader(io.StringIO(answer.out)))
    assert value_of(table, figure="requests", of="", at="") == "52"
    assert value_of(table, figure="requests", at=begin.isoformat()) == "13"
    assert value_of(table, figure="contact_median", of="en") == "2.0"
    assert value_of(table, figure="requests", of="zh") == ""


def test_attendance_is_told_as_charts_and_for_programs(office: Office) -> None:
    begin = fill(office.here).date()
    lines = office("reports", "attendance").out.splitlines()
    assert lines[0].startswith(f"{begin} to ")
    assert "Everybody who came: 54" in lines
    assert max(map(len, lines)) <= 80
    (last,) = office.rows("reports", "attendance", "--blocks", "1")
    assert last["people"] == 54
    assert [group["name"] for group in last["groups"]] == ["Group of Room 2", "Group of Room 3"]
    assert last["groups"][1]["people"] is None
    assert [week["people"] for week in last["groups"][1]["weeks"]] == [None] * 4
    assert next(iter(last["arrivals_by_hour"])) == "monday"
    assert {len(hours) for hours in last["arrivals_by_hour"].values()} == {24}
    answer = office("reports", "attendance", "--blocks", "1", "--format", "csv")
    table = list(csv.DictReader(io.StringIO(answer.out)))
    assert value_of(table, figure="people", of="", at="") == "54"
    assert value_of(table, figure="people", of="Group of Room 3", at="") == ""
    assert len([row for row in table if row["figure"] == "arrivals"]) == 7 * 24
    assert value_of(table, figure="arrivals", of="sunday", at="3") == ""


@pytest.mark.parametrize("what", ["requests", "attendance"])
def test_a_new_clinic_has_nothing_to_tell(office: Office, what: str) -> None:
    said = office("reports", what).out
    assert said.startswith("There is nothing to tell yet:")
    assert said.endswith("the next ones on 2026-03-18.\n")
    assert "less than or equal to 26" in office.misused("reports", what, "--blocks", "27")


def test_retention_shows_and_then_deletes(office: Office) -> None:
    clinic = office.here
    request = ask(clinic)
    facts.event(clinic, request, 1, EventKind.CLOSED, "declined")
    ask(clinic)
    clinic.clock.move(days=181)
    due = office.rows("retention", "show")
    assert [row["kind"] for row in due] == ["requests", "attendance", "passes", "exports"]
    assert (due[0]["kept_days"], due[0]["due"], due[0]["last_run"]) == (180, 1, None)
    assert due[0]["oldest"].startswith("2026-03-02T12:00")
    table = office("retention", "show").out.splitlines()
    assert table[1].split() == ["Callback", "requests", "180", "days", "1", "2026-03-02", "12:00"]
    assert table[-2] == "Last run: never. By itself: waits for your yes."
    assert table[-1].endswith("`kiosk retention run` shows it and asks, as D does at the desk.")
    daily = office.kiosk("retention", "daily")
    assert daily.sentence().startswith("Nothing is deleted by itself until a manager has looked")
    assert "Run it at a terminal, or with --agree." in office.refused("retention", "run")
    assert clinic.count("callback_request") == 2
    done = office("retention", "run", "--agree")
    assert (done.out, done.err) == ("Deleted for good: 1 request.\n", "")
    assert clinic.count("callback_request") == 1
    again = office.row("retention", "run")
    assert {again[kind] for kind in ("requests", "attendance", "passes", "exports")} == {0}
    assert office.rows("retention", "show")[0]["last_run"].startswith("2026-08-30T12:00")
    assert office("retention", "show").out.endswith(
        "Last run: 2026-08-30 12:00. By itself: ran today.\n"
    )
    assert office.kiosk("retention", "daily").out == "Nothing to do: retention ran today.\n"
    clinic.clock.move(days=1)
    assert office.kiosk("retention", "daily").out == "0 records have gone.\n"


def test_a_kiosk_of_a_centre_is_cleaned_and_leaves_the_rest_to_the_desks(office: Office) -> None:
    clinic = office.here
    address = Address("127.0.0.1", 1, "kiosk", "nobody", "nothing")
    site = clinic.site
    write_link(office.folder, CentralLink("kiosk", site.site_id, site.kiosk_id, address))
    answer = office.kiosk("retention", "daily")
    assert answer.out == "This kiosk is clean; the desks see to what is at the centre.\n"


def test_who_is_asked_sees_what_would_go_and_may_say_no(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = office.here
    facts.event(clinic, ask(clinic), 1, EventKind.CLOSED, "declined")
    clinic.clock.move(days=181)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_words, **_how: False)
    answer = office("retention", "run")
    assert "1 request would go now, the oldest of 2 Mar 2026." in answer.err
    assert "By this clock it is Sunday, 30 Aug 2026." in answer.err
    assert answer.err.endswith("Nothing was deleted.\n")
    assert clinic.count("callback_request") == 1


def test_the_trail_is_listed_part_by_part(office: Office) -> None:
    clinic = office.here
    for _ in range(3):
        clinic.maintenance.unlock(PIN)
    rows = office.rows("audit", "list", "--limit", "3")
    assert [row["action"] for row in rows] == ["audit_opened", "signed_in", "maintenance_unlocked"]
    assert [row["by"] for row in rows] == ["manager", "manager", ""]
    assert [row["what"] for row in rows] == [describe_action(row["action"]) for row in rows]
    assert rows[0]["at"].startswith("2026-03-02T12:00:00+08:00")
    numbers = [row["entry"] for row in rows]
    assert numbers == list(range(numbers[0], numbers[0] - 3, -1))
    rest = office.rows("audit", "list", "--before", str(numbers[-1]))
    assert [row["entry"] for row in rest] == list(range(numbers[-1] - 1, 0, -1))
    unlocked = office.rows("audit", "list", "--action", "maintenance_unlocked")
    assert len(unlocked) == 3
    assert {row["by"] for row in unlocked} == {""}
    mine = office.rows("audit", "list", "--by", "Manager")
    assert {row["by"] for row in mine} == {"manager"}
    assert office("audit", "list", "--by", "nobody").out == "There is no such entry.\n"
    assert office("audit", "list").out.splitlines()[0].split() == [
        "entry",
        "at",
        "by",
        "what",
        "subject",
    ]
    assert "no kind of entry" in office.misused("audit", "list", "--action", "signed")


def test_a_whole_trail_is_found_whole(office: Office) -> None:
    said = office("audit", "verify")
    # The entry of the check itself came later.
    entries = office.here.count("audit_event") - 1
    assert said.code == 0
    whole, _, head = said.out.splitlines()
    assert whole == f"The trail is whole: its {entries} entries are as they were written."
    assert office("audit", "verify", "--head", head.strip()).code == 0
    gone = f"{entries}-9f3a-1c20-b7d4-5e6f"
    lost = office("audit", "verify", "--head", gone).sentence()
    assert lost.startswith(f"The noted head {gone} is not in it: entries were taken away")
    assert "write it as it was printed" in office("audit", "verify", "--head", "x").sentence(2)
    row = office.row("audit", "verify")
    assert (row["ok"], row["broken_at"], row["entries"]) == (True, None, entries + 6)


def test_a_broken_trail_is_a_failure_that_says_where(office: Office) -> None:
    clinic = office.here
    for _ in range(3):
        clinic.maintenance.unlock(PIN)
    with clinic.store.write() as transaction:
        statement = "UPDATE audit_event SET action='signed_in' WHERE position=2"
        transaction.connection().exec_driver_sql(statement)
    wanted = "The trail is NOT whole: entry 3 was changed, or one before it is missing."
    assert office.refused("audit", "verify") == wanted
    answer = office("audit", "verify", "--format", "json")
    assert (answer.code, answer.err) == (1, f"kiosk: {wanted}\n")
    (row,) = answer.rows
    assert (row["ok"], row["broken_at"]) == (False, 3)


def test_the_machines_are_listed(office: Office) -> None:
    (row,) = office.rows("kiosks", "list")
    assert (row["symbols"], row["name"], row["here"]) == ("7K", "Kiosk 1", True)
    assert (row["contact_at"], row["pending"], row["parked"]) == (None, None, None)
    assert row["enrolled_at"].startswith("2026-03-02T12:00:00+08:00")
    assert (row["kind"], row["joined"], row["needs"]) == ("kiosk", True, [])
    assert office("kiosks", "list").out.splitlines()[1].split() == ["7K", "Kiosk", "1"]


def test_a_machine_that_needs_a_person_is_told_so(office: Office) -> None:
    clinic, id_ = office.here, office.here.id()
    device = KioskDevice(
        id=id_, site_id=clinic.site.site_id, name="Lift", symbols="8K", pin_hash="",
        sealed_audit_key=b"", enrolled_at=clinic.clock.at - timedelta(days=2),
    )  # fmt: skip
    with clinic.store.write() as transaction:
        add_reference(transaction, device)
    needs = "Enrolled 2 days ago, but never joined. Run `kiosk central join` on it."
    lift, here = office.rows("kiosks", "list")
    assert (lift["name"], lift["needs"], here["needs"]) == ("Lift", [needs], [])
    assert needs in office("kiosks", "list").out


def publish(office: Office, text: str, *words: str) -> Answer:
    file = office.folder / "our helplines.toml"
    file.write_text(text, encoding="utf-8")
    return office("kiosks", "helplines", "publish", str(file), *words)


def test_helplines_are_published_and_shown(office: Office) -> None:
    office.here.clock.at = datetime(2027, 1, 10, 4, 0, tzinfo=UTC)
    (row,) = office.rows("kiosks", "helplines", "show")
    assert (row["shown"], row["review_by"]) == ("the list that came with the program", "2027-05-23")
    assert publish(office, helplines_text(mindline="1772")).code == 0
    (row,) = office.rows("kiosks", "helplines", "show")
    assert (row["shown"], row["verified_on"]) == ("the clinic's own list", "2027-01-04")
    assert "National mindline 1772" in row["lines"]
    assert row["published_at"].startswith("2027-01-10T12:00:00+08:00")


def test_a_card_for_the_wall_has_the_clinics_own_numbers(office: Office) -> None:
    office.here.clock.at = datetime(2027, 1, 10, 4, 0, tzinfo=UTC)
    assert publish(office, helplines_text(mindline="1772")).code == 0
    file = office.folder / "card.pdf"
    assert office.kiosk("content", "card", "en", str(file)).code == 0
    _, second = pages_of(file.read_bytes())
    assert "tel:1772" in dialled(second)
    assert "tel:1771" not in dialled(second)


def test_helplines_that_leave_something_out_are_asked_about(office: Office) -> None:
    text = shipped_text()
    shorter = text[: text.rindex("[[line]]")]
    answer = publish(office, shorter)
    assert (answer.code, answer.out) == (1, "")
    assert "Visitors would no longer find: Samaritans of Singapore (SOS)" in answer.err
    assert publish(office, shorter, "--leave-out").code == 0


@pytest.mark.parametrize("text", ["", "[[line", "x" * 100_001], ids=["empty", "broken", "huge"])
def test_a_file_that_is_no_list_is_refused(office: Office, text: str) -> None:
    answer = publish(office, text)
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1


def test_a_file_that_is_not_there_is_refused(office: Office) -> None:
    said = office.refused("kiosks", "helplines", "publish", "/nowhere/at all")
    assert said == "The file cannot be read; check its name, and that it is UTF-8."
