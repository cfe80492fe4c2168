"""`kiosk callbacks`: a request from the list to its end, and every no with a next step."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.devices.clock import SystemClock, entropy
from kiosk.domain.callbacks.request import CallLanguage, format_reference
from kiosk.domain.staff import Role
from kiosk.records.schema.system_tables import StaffAccount
from kiosk.usecases.sample_clinic import MANAGER, PASSPHRASE
from kiosk.usecases.staff.accounts import AccountMaker, NewAccount
from kiosk.usecases.staff_desk import SignedIn
from tests.cli.asking import NOT_BEFORE, ask_for_call, visitor
from tests.cli.calling import Answer, Kiosk
from tests.support.desks import CHEAP
from tests.support.emulator import Emulator

pytestmark = pytest.mark.usefixtures("signed")
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d 14:30")
CALLER = ("--user", "caller")


class Desk:
    """A caller who types `kiosk callbacks`."""

    def __init__(self, kiosk: Kiosk, folder: Path, login: str = "caller") -> None:
        self._kiosk = kiosk
        self.folder = folder
        self._login = login

    def __call__(self, *words: str) -> Answer:
        """Type one command."""
        return self._kiosk("callbacks", *words, "--user", self._login)

    def row(self, *words: str) -> dict[str, Any]:
        """Type a command that succeeds; return its single answer."""
        answer = self(*words, "--format", "json")
        assert answer.err == ""
        (row,) = answer.rows
        return row

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """Type a command that lists."""
        return self(*words, "--format", "json").rows

    def refused(self, *words: str) -> str:
        """Type a command that cannot be done; return its sentence."""
        return self(*words).sentence()


def test_what_is_late_is_told_as_at_the_desk(
    kiosk: Kiosk, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = ask_for_call(demo, not_before=None)
    desk = Desk(kiosk, demo)
    (row,) = desk.rows("list")
    later = datetime.fromisoformat(row["due"]) + timedelta(days=2, hours=1)
    monkeypatch.setattr(SystemClock, "now", lambda _clock: later.astimezone(UTC))
    assert "  2 d late  " in desk("list").out
    assert re.search(r"^due +2 d late$", desk("show", reference).out, re.MULTILINE)
    assert desk.rows("list")[0]["due"] == row["due"]  # a time, for programs


@pytest.fixture
def desk(kiosk: Kiosk, demo: Path) -> Desk:
    return Desk(kiosk, demo)


def add_caller(folder: Path, login: str) -> None:
    kiosk = open_kiosk(folder)
    try:
        access = kiosk.access()
        manager = access.sign_in(MANAGER.login, PASSPHRASE)
        assert isinstance(manager, SignedIn)
        maker = AccountMaker(kiosk.store, kiosk.clock, entropy, kiosk.site, manager, cost=CHEAP)
        maker.add(NewAccount(login, PASSPHRASE, frozenset({Role.CALLER}), is_sample=True))
    finally:
        kiosk.store.close()


def test_a_request_from_its_claim_to_its_end(desk: Desk) -> None:
    reference = ask_for_call(desk.folder)
    typed = reference.replace("-", " ").lower()
    claimed = desk.row("claim", typed)
    assert (claimed["status"], claimed["holder"]) == ("claimed", "caller")
    assert datetime.fromisoformat(claimed["claim_ends"]) > datetime.now(UTC)
    tried = desk.row("result", reference, "no_answer", "--note", "rang twice")
    assert (tried["attempts"], tried["last_result"]) == (1, "no_answer")
    assert tried["holder"] == ""  # a claim ends with its result
    desk.row("claim", reference)
    later = desk.row("result", reference, "asked_to_call_later", "--at", TOMORROW)
    assert later["next_at"].startswith(TOMORROW.replace(" ", "T"))
    desk.row("claim", reference)
    desk.row("result", reference, "reached_self")
    closed = desk.row("close", reference, "session_booked")
    assert (closed["status"], closed["reason"]) == ("closed", "session_booked")
    assert desk.rows("list") == []
    assert [row["reference"] for row in desk.rows("list", "--show", "closed")] == [reference]
    told = desk.rows("history", reference)
    assert [(one["kind"], one["outcome"]) for one in told] == [
        ("claimed", ""),
        ("attempt", "no_answer"),
        ("claimed", ""),
        ("attempt", "asked_to_call_later"),
        ("claimed", ""),
        ("attempt", "reached_self"),
        ("closed", "session_booked"),
    ]
    assert told[1]["note"] == "rang twice"
    assert {one["by"] for one in told} == {"caller"}


def test_what_was_done_can_be_taken_back(desk: Desk) -> None:
    reference = ask_for_call(desk.folder)
    desk.row("claim", reference)
    assert desk.row("release", reference)["holder"] == ""
    desk.row("claim", reference)
    held = desk.row("hold", reference, "--until", TOMORROW)
    assert held["next_at"].startswith(TOMORROW.replace(" ", "T"))
    undone = desk.row("undo", reference, "--reason", "wrong day")
    assert undone["next_at"].startswith(NOT_BEFORE.isoformat())
    assert desk.row("escalate", reference)["status"] == "escalated"
    assert desk.row("reopen", reference)["status"] != "escalated"
    withdrawn = desk.row("withdraw", reference)
    assert withdrawn["status"] == "withdrawn"
    assert [one["undone"] for one in desk.rows("history", reference)].count(True) == 1


def test_a_typed_withdrawal_is_settled(desk: Desk) -> None:
    reference = ask_for_call(desk.folder)
    with visitor(desk.folder) as (kiosk, _opened):
        assert kiosk.note_withdrawal(reference)
    assert [row["reference"] for row in desk.rows("list", "--show", "noted")] == [reference]
    assert desk.row("dismiss", reference)["withdrawal_noted"] is False
    assert desk.rows("list", "--show", "noted") == []


def test_two_of_one_person_become_one(desk: Desk) -> None:
    first, second = ask_for_call(desk.folder), ask_for_call(desk.folder)
    ask_for_call(desk.folder, phone="+6591234567")
    assert desk.row("show", second, "--duplicates")["duplicates"] == [first]
    desk.row("claim", second)
    assert desk.refused("merge", second, second).startswith("It can only be merged")
    merged = desk.row("merge", second, first)
    assert merged["status"] == "duplicate"
    assert desk.row("show", second)["duplicate_of"] == first
    assert desk.rows("history", second)[-1]["into"] == first


def test_the_number_is_shown_when_it_is_asked_for(desk: Desk) -> None:
    reference = ask_for_call(desk.folder)
    assert desk.row("show", reference)["phone"] == "+65 •••• 4567"
    assert desk.row("show", reference, "--number")["phone"] == "8123 4567"
    card = desk("show", reference, "--number").out.splitlines()
    assert card[0].split() == ["reference", reference]
    assert "phone              8123 4567" in card
    trail = _actions(desk.folder)
    assert trail.count("callback_revealed") == 2


def test_the_number_of_what_was_taken_back_is_shown_to_nobody(desk: Desk) -> None:
    reference = ask_for_call(desk.folder)
    desk.row("withdraw", reference)
    told = desk.refused("show", reference, "--number")
    assert told.startswith("This request was taken back")
    assert "callback_revealed" not in _actions(desk.folder)


def test_the_list_is_filtered(desk: Desk) -> None:
    tamil = ask_for_call(desk.folder)
    english = ask_for_call(desk.folder, "Ravi", language=CallLanguage.ENGLISH)
    assert [row["reference"] for row in desk.rows("list", "--language", "ta")] == [tamil]
    assert [row["reference"] for row in desk.rows("list", "--text", "rav")] == [english]
    assert len(desk.rows("list", "--window", "weekday_am")) == 2
    assert desk.rows("list", "--window", "weekday_late") == []
    assert desk("list", "--show", "mine").out.startswith("No request is in this part of the list")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("release",), "Claim it first"),
        (("result", "no_answer"), "`kiosk callbacks claim {}`"),
        (("close", "session_booked"), "Claim it first"),
        (("reopen",), "there is nothing to reopen"),
        (("undo", "--reason", "mine"), "There is nothing to undo"),
    ],
)
def test_what_the_rules_forbid_is_one_sentence(
    desk: Desk, words: tuple[str, ...], sentence: str
) -> None:
    reference = ask_for_call(desk.folder)
    verb, *rest = words
    assert sentence.format(reference) in desk.refused(verb, reference, *rest)
    assert desk.rows("history", reference) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("close", "unreachable"), "three attempts on two days"),
        (("close", "wrong_number"), "`kiosk callbacks result {}`"),
        (("result", "voicemail_left"), "allowed no such message"),
        (("hold", "--until", "2026-01-01"), "has passed, or is more than 90 days away"),
        (("hold", "--until", "2199-01-01 10:00"), "more than 90 days away"),
        (("undo", "--reason", " "), "with --reason"),
    ],
)
def test_what_even_a_holder_may_not_is_one_sentence(
    desk: Desk, words: tuple[str, ...], sentence: str
) -> None:
    reference = ask_for_call(desk.folder)
    desk.row("claim", reference)
    verb, *rest = words
    assert sentence.format(reference) in desk.refused(verb, reference, *rest)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("claim", "7K4Q"), "they look like 7K4Q-FMRF"),
        (("claim", ""), "they look like 7K4Q-FMRF"),
        (("result", "7K4Q-FMRF", "dozed_off"), "is not one of"),
        (("result", "7K4Q-FMRF", "busy", "--at", TOMORROW), "it belongs to asked_to_call_later"),
        (("result", "7K4Q-FMRF", "asked_to_call_later"), "which needs it"),
        (("hold", "7K4Q-FMRF", "--until", "soon"), "does not match"),
        (("hold", "7K4Q-FMRF"), "Missing option '--until'"),
        (("list", "--show", "some"), "is not one of"),
        (("export", "--format", "pdf"), "is not one of"),
    ],
)
def test_wrong_words_are_wrong_use(desk: Desk, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in desk(*words).sentence(code=2)


def test_an_unknown_reference_is_one_sentence(desk: Desk) -> None:
    said = desk.refused("show", format_reference("22", 0))
    assert said.startswith("No request has this reference")


def test_somebody_elses_claim_is_told_kindly(kiosk: Kiosk, desk: Desk) -> None:
    add_caller(desk.folder, "second")
    reference = ask_for_call(desk.folder)
    desk.row("claim", reference)
    other = Desk(kiosk, desk.folder, "second")
    assert other.refused("claim", reference).startswith("caller has claimed it until ")
    assert other.row("show", reference)["holder"] == "caller"


def test_a_note_can_stay_out_of_the_history_of_the_shell(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = ask_for_call(desk.folder)
    desk.row("claim", reference)
    monkeypatch.setattr("sys.stdin", io.StringIO("a quiet word\nand no more\n"))
    desk.row("result", reference, "no_answer", "--note", "-")
    assert desk.rows("history", reference)[-1]["note"] == "a quiet word"
    desk.row("claim", reference)
    desk.row("close", reference, "declined")
    monkeypatch.setattr("sys.stdin", io.StringIO("rang back\n"))
    assert desk.row("note", reference, "--note", "-")["status"] == "closed"
    assert desk.rows("history", reference)[-1]["note"] == "rang back"
    assert "--note" in desk.refused("note", reference, "--note", " ")


def test_an_export_goes_into_the_folder_of_exports(desk: Desk) -> None:
    reference = ask_for_call(desk.folder)
    answer = desk("export", "--text", "Mei")
    path = Path(answer.out.removesuffix("\n"))
    assert answer.err.startswith("1 request written; it is deleted after ")
    assert path.parent == desk.folder / "exports"
    assert path.suffix == ".xlsx"
    assert "Mei" not in path.name
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    header, row = load_workbook(path).active.iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True))["Reference"] == reference
    assert dict(zip(header, row, strict=True))["Phone"] == "8123 4567"
    assert "exported_callbacks" in _actions(desk.folder)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.fhir.json", "a.xlsx", "a"])
def test_an_export_is_written_as_its_name_ends(desk: Desk, tmp_path: Path, name: str) -> None:
    ask_for_call(desk.folder)
    path = tmp_path / name
    answer = desk("export", "-o", str(path))
    assert (answer.out, answer.err) == (f"{path}\n", "1 request written.\n")
    assert path.stat().st_mode & 0o777 == 0o600
    if name == "a.csv":
        (row,) = csv.DictReader(path.read_text("utf-8-sig").splitlines())
        assert row["phone"] == "8123 4567"
    elif name == "a.fhir.json":
        assert json.loads(path.read_bytes())["resourceType"] == "Bundle"
    elif name == "a.json":
        assert "resourceType" not in json.loads(path.read_bytes())
    else:
        assert path.read_bytes().startswith(b"PK")


def test_an_export_writes_over_nothing(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "there.csv"
    path.write_bytes(b"kept")
    assert "File exists" in desk.refused("export", "-o", str(path))
    assert path.read_bytes() == b"kept"
    assert "cannot be made" in desk.refused("export", "-o", str(tmp_path / "none" / "a.csv"))


def test_an_export_in_a_terminal_says_what_it_wrote(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_call(desk.folder)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    answer = desk("export")
    screen = Emulator(120, 24)
    screen.feed(f"{answer.err}{answer.out}".replace("\n", "\r\n").encode())
    assert answer.code == 0
    assert "Writing" in answer.err
    assert str(desk.folder / "exports") in screen.text
    assert "1 request written" in screen.text
    assert "Writing" not in screen.text


def test_a_given_passphrase_has_to_be_replaced_first(desk: Desk) -> None:
    kiosk = open_kiosk(desk.folder)
    try:
        with kiosk.store.write() as transaction:
            transaction.connection().execute(update(StaffAccount).values(must_change=True))
    finally:
        kiosk.store.close()
    wanted = "Choose a passphrase of your own first: `kiosk staff passphrase --user caller`."
    assert desk.refused("list") == wanted


def _actions(folder: Path) -> list[str]:
    kiosk = open_kiosk(folder)
    try:
        with kiosk.store.read() as transaction:
            query = "SELECT action FROM audit_event ORDER BY position"
            rows = transaction.connection().exec_driver_sql(query)
            return [str(action) for (action,) in rows]
    finally:
        kiosk.store.close()


ADD = (
    "add", "--name", "Ravi", "--phone", "8123 4567", "--consent", "person", "--source", "team",
)  # fmt: skip


@pytest.fixture
def clinician(kiosk: Kiosk, demo: Path) -> Desk:
    return Desk(kiosk, demo, "clinician")


def test_a_clinician_enters_a_request_and_sees_what_became_of_it(
    clinician: Desk, desk: Desk
) -> None:
    made = clinician.row(*ADD, "--window", "saturday_am", "--language", "ta", "--share")
    assert made["says"][0] == "Most people get a call within 3 working days."
    assert len(made["slip"]) == 53
    (own,) = clinician.rows("list")
    assert own == {
        "reference": made["reference"],
        "asked_at": made["asked_at"],
        "source": "team",
        "status": "new",
    }
    assert "Ravi" not in clinician("list").out
    row = desk.row("show", made["reference"])
    assert (row["name"], row["windows"], row["share_with_team"]) == ("Ravi", ["saturday_am"], True)
    assert (row["source"], row["entered_by"]) == ("team", "clinician")
    assert (row["consent_by"], row["consent_how"]) == ("person", "spoken")


def test_what_somebody_wishes_for_is_entered_with_their_request(
    clinician: Desk, desk: Desk
) -> None:
    wishes = ("--wish", "woman", "--wish", "text", "--wish", "about_groups")
    row = desk.row("show", clinician.row(*ADD, *wishes)["reference"])
    assert (row["wishes"], row["message_policy"]) == (["about_groups", "text", "woman"], "text_ok")


def test_a_clinic_that_offers_no_wishes_takes_none(clinician: Desk) -> None:
    (clinician.folder / "wishes.toml").unlink()
    assert "the clinic offers none" in clinician(*ADD, "--wish", "woman").sentence(2)


def test_a_clinician_reads_nobody_elses(clinician: Desk, demo: Path) -> None:
    reference = ask_for_call(demo)
    assert clinician.rows("list") == []
    assert "You have entered no request yet." in clinician("list").out
    assert "role caller" in clinician.refused("show", reference)
    assert "role caller" in clinician.refused("export")


def test_a_paper_form_is_made_and_entered(
    clinician: Desk, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_CALLBACKS__CALLING_NUMBER", "6389 2000")
    file = tmp_path / "forms.pdf"
    answer = clinician("form", "--count", "2", "-o", str(file))
    assert answer.code == 0
    assert file.read_bytes().startswith(b"%PDF")
    with visitor(desk.folder) as (_, kiosk), kiosk.store.read() as transaction:
        query = "SELECT ref FROM callback_form ORDER BY id"
        first, second = transaction.connection().exec_driver_sql(query).scalars().all()
    paper = (*ADD[:-1], "paper", "--form", first, "--filled-in")
    said = clinician(*paper, "2026-01-05 10:00")
    assert said.code == 0
    assert "It was filled in long ago, on 2026-01-05" in said.err
    assert "We call from 6389 2000." in said.out
    row = desk.row("show", first)
    assert row["asked_at"].startswith("2026-01-05T10:00")
    assert row["source"] == "paper"
    assert "already" in clinician(*paper, "2026-01-05 10:00").err
    ahead = (*ADD[:-1], "paper", "--form", second, "--filled-in", TOMORROW)
    assert "has not come yet" in clinician.refused(*ahead)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--source", "visitor"), "--source"),
        (("--how", "screen"), "--how"),
        (("--form", "7K4Q-FMRF"), "--form"),
        (("--source", "paper"), "--form"),
        (("--source", "paper", "--form", "7K4Q-FMRF"), "--filled-in"),
        (("--not-before", "2001-01-01"), "--not-before"),
        (("--name", "81234567"), "--name"),
        (("--wish", "somebody"), "--wish"),
        (("--wish", "woman", "--wish", "man"), "--wish"),
        (("--wish", "text", "--message", "none"), "--wish"),
    ],
)
def test_what_cannot_be_entered_is_refused_by_its_option(
    clinician: Desk, words: tuple[str, ...], option: str
) -> None:
    assert f"'{option}'" in clinician(*ADD, *words).sentence(2)


def test_a_number_that_is_none_is_refused_in_a_sentence(clinician: Desk) -> None:
    said = clinician.refused(*ADD, "--phone", "S1234567D")
    assert said == "That looks like an identity number, which we never keep."


def test_the_next_call_is_claimed_booked_and_moved(
    desk: Desk, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_caller(desk.folder, "ben")
    with visitor(desk.folder) as (_desk, opened):
        zone = opened.site.zone
    tuesday = datetime(2026, 3, 3, 10, tzinfo=zone).astimezone(UTC)
    monkeypatch.setattr(SystemClock, "now", lambda _clock: tuesday)
    first = ask_for_call(desk.folder, not_before=None)
    monkeypatch.setattr(SystemClock, "now", lambda _clock: tuesday + timedelta(minutes=1))
    second = ask_for_call(desk.folder, "Siti", "+6591234567", not_before=None)
    assert desk.row("claim")["reference"] == first
    assert desk.row("claim", "--instead-of", first)["reference"] == second
    refused = desk.refused("close", second, "session_booked", "--at", "2026-03-07 10:00")
    assert refused == "The clinic is closed on that day; name another."
    booked = desk.row(
        "close", second, "session_booked", "--at", "2026-03-05 14:30", "--with", "Ben"
    )
    assert booked["booked_for"].startswith("2026-03-05T14:30:00")
    assert booked["booked_with"] == "ben"
    assert desk.row("claim")["reference"] == first
    assert desk.refused("claim", "--instead-of", first).startswith("There is no other call")
    moved = desk.row("close", second, "session_booked", "--at", "2026-03-06 09:00")
    assert moved["booked_for"].startswith("2026-03-06T09:00:00")
    assert moved["booked_with"] == ""
    assert (
        desk("close", first, "session_booked", "--at", "2026-03-05 10:00", "--with", "nobody").code
        == 2
    )
    handed = desk.row("release", first, "--to", "ben", "--note", "knows her")
    assert (handed["handed_to"], handed["call_now"]) == ("ben", False)
    assert Desk(kiosk, desk.folder, "ben").row("claim")["reference"] == first
    assert desk("close", first, "declined", "--with", "ben").code == 2
    told = [one for one in desk.rows("history", first) if one["kind"] == "handed_over"]
    assert [(one["whom"], one["note"]) for one in told] == [("ben", "knows her")]
    monkeypatch.setattr(SystemClock, "now", lambda _clock: tuesday + timedelta(hours=9))
    assert desk.refused("claim").startswith("It is too late to ring; the next calls are from")


def test_who_rings_back_is_found_without_a_number_in_the_history_of_the_shell(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = ask_for_call(desk.folder)
    monkeypatch.setattr("sys.stdin", io.StringIO("0065 8123 4567\n"))
    (row,) = desk.rows("list", "--rings-back", "-")
    assert (row["reference"], row["phone"]) == (reference, "+65 •••• 4567")
    assert "No open request has this number." in desk("list", "--rings-back", "8123 4568").out
    assert desk("list", "--rings-back", "123").code == 2
