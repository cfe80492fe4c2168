"""`passes issue`, `attendance list` and `callbacks list`, after signing in."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.domain.attendance.check_in import GuestWelcomed
from kiosk.domain.passes import Code, CodeKind, decode, encode
from kiosk.usecases.sample_clinic import PASSPHRASE
from tests.cli.asking import NOT_BEFORE, ask_for_call, visitor
from tests.cli.calling import COMMAND
from tests.cli.calling import Kiosk as Command
from tests.content.test_qr import png_pixels, read
from tests.support.terminal import Terminal

HOSTILE = "\x1b[31m\u202eMei [/] =1+1"


@pytest.mark.usefixtures("signed")
def test_an_issued_pass_is_shown_and_checks_in(kiosk: Command, demo: Path) -> None:
    words = ("passes", "issue", "--name", "Devi", "--user", "facilitator", "--format", "json")
    (row,) = kiosk(*words).rows
    assert (row["name"], row["file"]) == ("Devi", None)
    code = decode(row["digits"])
    assert isinstance(code, Code)
    assert code.kind is CodeKind.PASS
    with visitor(demo) as (desk, _kiosk):
        desk.check_in(row["digits"])
    (arrived,) = kiosk("attendance", "list", "--user", "facilitator", "--format", "json").rows
    assert (arrived["name"], arrived["pass"]) == ("Devi", "known")


@pytest.mark.usefixtures("signed", "demo")
@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_an_issued_pass_is_saved_as_a_picture(
    kiosk: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("passes", "issue", "--name", "Devi", "--user", "facilitator", "--format", "json")
    (row,) = kiosk(*words, "-o", f"devi{suffix}").rows
    saved = tmp_path / f"devi{suffix}"
    assert row["file"] == str(saved)
    assert saved.stat().st_mode & 0o777 == 0o600
    if suffix == ".png":
        assert read(*png_pixels(saved.read_bytes())) == row["digits"]
    else:
        assert saved.read_text().startswith("<svg ")


@pytest.mark.usefixtures("signed", "demo")
def test_a_pass_that_is_not_issued_leaves_no_file(
    kiosk: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pass.png"
    words = ("passes", "issue", "--name", "Devi", "-o", str(path))
    assert "facilitator" in kiosk(*words, "--user", "caller").sentence()
    monkeypatch.setenv("KIOSK_PASSPHRASE", "wrong")
    assert "not right" in kiosk(*words, "--user", "facilitator").sentence()
    assert not path.exists()
    path.write_bytes(b"kept")
    assert "File exists" in kiosk(*words, "--user", "facilitator").sentence()
    assert path.read_bytes() == b"kept"


@pytest.mark.usefixtures("signed", "demo")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--name", "S1234567D"), "a nickname is fine"),
        (("--name", " "), "a nickname is fine"),
        (("--name", "Mei", "--language", "Chinese!"), "a code such as en or zh"),
        (("--name", "Mei", "--output", "pass.pdf"), "must end in .png or .svg"),
    ],
)
def test_a_pass_that_will_not_do_is_wrong_use(
    kiosk: Command, words: tuple[str, ...], sentence: str
) -> None:
    said = kiosk("passes", "issue", "--user", "facilitator", *words).sentence(code=2)
    assert sentence in said
    assert "S1234567D" not in said


@pytest.mark.usefixtures("signed")
def test_arrivals_of_every_kind_are_listed(kiosk: Command, demo: Path) -> None:
    (mei, *_) = kiosk("passes", "list", "--format", "json").rows
    unknown = encode(CodeKind.PASS, bytes(range(16)))
    with visitor(demo) as (desk, opened):
        desk.check_in(mei["digits"])
        desk.check_in(unknown)
        draft_id, _secret = desk.new_draft_ids()
        session = desk.sessions_today().open_now[0]
        assert isinstance(desk.count_me_in(draft_id, session.id), GuestWelcomed)
        zone, today = opened.site.zone, opened.today()
    rows = kiosk("attendance", "list", "--user", "facilitator", "--format", "json").rows
    assert [(row["name"], row["pass"]) for row in rows] == [
        ("Mei", "known"),
        (None, "unknown"),
        (None, "none"),
    ]
    for row in rows:
        assert row["session_id"] == str(session.id)
        assert (row["label"], row["room"]) == (session.label, session.room)
        assert row["state"] == "here"
        arrived = datetime.fromisoformat(row["arrived_at"])
        assert abs(arrived - datetime.now(UTC)) < timedelta(minutes=5)
        assert arrived.utcoffset() == arrived.astimezone(zone).utcoffset()
        assert (row["by_staff"], row["clock_doubtful"]) == (False, False)
    words = ("attendance", "list", "--user", "facilitator", "--format", "json", "--day")
    assert kiosk(*words, today.isoformat()).rows == rows
    assert kiosk(*words, (today - timedelta(days=1)).isoformat()).rows == []


@pytest.mark.usefixtures("signed", "demo")
def test_empty_lists_say_so(kiosk: Command) -> None:
    attendance = kiosk("attendance", "list", "--user", "facilitator")
    assert (attendance.code, attendance.out) == (0, "Nobody has arrived yet.\n")
    past = kiosk("attendance", "list", "--user", "facilitator", "--day", "2026-01-01")
    assert past.out == "Nobody is listed for that day.\n"
    callbacks = kiosk("callbacks", "list", "--user", "caller")
    assert callbacks.out == "Nobody has asked to be called yet.\n"
    assert kiosk("callbacks", "list", "--user", "caller", "--format", "json").rows == []
    assert (
        len(kiosk("callbacks", "list", "--user", "caller", "--format", "csv").out.split("\n")) == 2
    )


@pytest.mark.usefixtures("signed", "demo")
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_day_beyond_every_calendar_is_wrong_use(kiosk: Command, day: str) -> None:
    words = ("attendance", "list", "--user", "facilitator", "--day", day)
    assert "the years are 2000 to 2199" in kiosk(*words).sentence(code=2)


@pytest.mark.usefixtures("signed")
def test_a_request_is_listed_as_it_was_entered(kiosk: Command, demo: Path) -> None:
    reference = ask_for_call(demo)
    (row,) = kiosk("callbacks", "list", "--user", "caller", "--format", "json").rows
    assert datetime.now(UTC) - datetime.fromisoformat(row.pop("asked_at")) < timedelta(minutes=5)
    assert sorted(row.pop("windows")) == ["saturday_am", "weekday_am"]
    assert datetime.fromisoformat(row.pop("due")) > datetime.now(UTC)
    assert len(row.pop("id")) == 36
    assert row.pop("next_at").startswith(f"{NOT_BEFORE}T00:00:00")
    assert row == {
        "reference": reference,
        "received_at": None,
        "status": "new",
        "call_now": False,
        "attempts": 0,
        "last_result": "",
        "hint": "",
        "holder": "",
        "handed_to": "",
        "booked_for": None,
        "booked_with": "",
        "claim_ends": None,
        "may_give_up": False,
        "stopped": False,
        "revision": 0,
        "duplicate_of": None,
        "reason": "",
        "name": "Mei",
        "phone": "+65 •••• 4567",
        "not_before": NOT_BEFORE.isoformat(),
        "retimed_at": None,
        "call_language": "ta",
        "wishes": [],
        "for_another_until": None,
        "message_policy": "text_ok",
        "answered_by_other": "ask_for_name_only",
        "share_with_team": True,
        "screen_language": "en",
        "withdrawal_noted": False,
        "clock_doubtful": False,
        "unreadable": False,
        "source": "visitor",
        "entered_by": "",
        "consent_by": "person",
        "consent_how": "screen",
    }


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_the_list_shows_no_whole_number(kiosk: Command, demo: Path, form: str) -> None:
    ask_for_call(demo, phone="+60123456789")
    out = kiosk("callbacks", "list", "--user", "caller", "--format", form).out
    assert "+60 •••• 6789" in out
    assert "2345" not in out


@pytest.mark.usefixtures("signed")
def test_a_withdrawn_request_stays_in_the_list(kiosk: Command, demo: Path) -> None:
    noted = ask_for_call(demo)
    with visitor(demo) as (desk, _kiosk):
        assert desk.note_withdrawal(noted)
    (row,) = kiosk("callbacks", "list", "--user", "caller", "--format", "json").rows
    assert (row["status"], row["withdrawal_noted"]) == ("new", True)


@pytest.mark.usefixtures("signed")
def test_hostile_requests_are_harmless_in_every_form(kiosk: Command, demo: Path) -> None:
    """A desk cleans, and so does the list: anybody with the public key can make a record."""
    ask_for_call(demo, HOSTILE, "=cmd|' /C calc'!A0")
    ask_for_call(demo, '=HYPERLINK("x")', "+60123456789")
    for form in ("table", "json", "csv"):
        out = kiosk("callbacks", "list", "--user", "caller", "--format", form).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "[/]" in out
    lines = list(csv.DictReader(io.StringIO(out)))
    assert [line["name"] for line in lines] == ["[31mMei [/] =1+1", '\'=HYPERLINK("x")']
    assert [line["phone"] for line in lines] == ["••••", "'+60 •••• 6789"]


def test_the_passphrase_is_typed_unseen_and_a_list_fits_the_terminal(demo: Path) -> None:
    reference = ask_for_call(demo, "王小明")
    command = [*COMMAND, "callbacks", "list", "--user", "caller"]
    with Terminal(command, columns=80, rows=24) as terminal:
        terminal.wait_for("Passphrase:")
        assert not terminal.echoes
        terminal.send(f"{PASSPHRASE}\n")
        assert terminal.wait_exit() == 0
        assert PASSPHRASE.encode() not in terminal.raw
        question, *lines = terminal.text.splitlines()
    assert question == "Passphrase:"
    assert lines[0].split() == ["reference", reference]
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("phone") and line.endswith("4567") for line in lines)


@pytest.mark.usefixtures("demo")
def test_a_wrong_passphrase_is_one_sentence_and_then_a_wait(
    kiosk: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_PASSPHRASE", "wrong wrong wrong")
    words = ("attendance", "list", "--user", "facilitator")
    plain = "The name or the passphrase is not right; try again."
    assert kiosk(*words).sentence() == plain
    assert kiosk(*words).sentence() == plain
    waiting = "The name or the passphrase is not right; try again in 5 seconds."
    assert kiosk(*words).sentence() == waiting
    monkeypatch.setenv("KIOSK_PASSPHRASE", PASSPHRASE)
    assert "not right; try again in" in kiosk(*words).sentence()


@pytest.mark.usefixtures("signed", "demo")
@pytest.mark.parametrize("user", ["nobody", "", "\udcff", "a" * 10_000, "\x1b[31m"])
def test_an_unknown_name_gets_the_same_sentence(kiosk: Command, user: str) -> None:
    said = kiosk("callbacks", "list", "--user", user).sentence()
    assert said == "The name or the passphrase is not right; try again."


@pytest.mark.usefixtures("signed", "demo")
@pytest.mark.parametrize(
    ("words", "user", "role"),
    [
        (("callbacks", "list"), "facilitator", "caller"),
        (("callbacks", "list"), "manager", "caller"),
        (("attendance", "list"), "caller", "facilitator"),
        (("passes", "issue", "--name", "Mei"), "caller", "facilitator"),
    ],
)
def test_a_missing_role_is_one_sentence(
    kiosk: Command, words: tuple[str, ...], user: str, role: str
) -> None:
    said = kiosk(*words, "--user", user).sentence()
    assert said == f"This needs the role {role}; a manager can add it to the account."


@pytest.mark.usefixtures("demo")
def test_without_a_terminal_the_variable_is_named(kiosk: Command) -> None:
    said = kiosk("attendance", "list", "--user", "facilitator").sentence()
    assert said == "There is no terminal to ask on; set KIOSK_PASSPHRASE instead."


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(
    ("words", "role"), [(("attendance", "list"), "facilitator"), (("callbacks", "list"), "caller")]
)
def test_a_folder_without_a_clinic_is_one_sentence(
    kiosk: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    role: str,
) -> None:
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "none"))
    said = kiosk(*words, "--user", role).sentence()
    assert "make one with `kiosk init`, or try `kiosk demo`" in said
    assert not (tmp_path / "none").exists()


@pytest.mark.usefixtures("signed")
def test_a_damaged_database_is_one_sentence(kiosk: Command, demo: Path) -> None:
    (demo / DATABASE).write_bytes(b"damaged" * 1000)
    assert "is damaged" in kiosk("attendance", "list", "--user", "facilitator").sentence()
