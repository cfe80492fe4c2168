"""Settings: typed, refused in one sentence, and the template says what is used without it."""

import os
import re
import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from kiosk.domain.policy import Rules
from kiosk.errors import SetupError
from kiosk.settings import Settings, read_settings, unknown_variables
from tests.support.extract import CHECKOUT

TEMPLATE = CHECKOUT / "config" / "kiosk.toml"


@pytest.fixture(autouse=True)
def _clean_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("KIOSK_")]:
        monkeypatch.delenv(name)


def _read(folder: Path, text: str) -> Settings:
    (folder / "kiosk.toml").write_text(text, encoding="utf-8")
    return read_settings(folder)


def _refusal(folder: Path, text: str = "") -> str:
    with pytest.raises(SetupError) as caught:
        _read(folder, text)
    sentence = str(caught.value)
    assert sentence.endswith((".", ")."))
    assert "\n" not in sentence
    return sentence


def test_the_template_holds_every_setting_with_its_default() -> None:
    template = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    assert template == Settings().model_dump(mode="json")


def test_the_template_says_a_word_about_every_table() -> None:
    tables = re.findall(r"^\[\w+\](.*)$", TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(tables) == len(Settings.model_fields)


def test_the_template_can_be_read(tmp_path: Path) -> None:
    assert _read(tmp_path, TEMPLATE.read_text(encoding="utf-8")) == Settings()


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert _read(tmp_path, "") == Settings()


def test_a_value_is_read(tmp_path: Path) -> None:
    settings = _read(tmp_path, "[visit]\nidle_seconds = 90\n")
    assert settings.visit.idle_seconds == 90
    assert settings.visit.warning_seconds == Settings().visit.warning_seconds


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert _read(tmp_path, "\ufeff[visit]\nidle_seconds = 90\n").visit.idle_seconds == 90


def test_a_variable_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_VISIT__IDLE_SECONDS", "120")
    settings = _read(tmp_path, "[visit]\nidle_seconds = 90\nresult_seconds = 9\n")
    assert (settings.visit.idle_seconds, settings.visit.result_seconds) == (120, 9)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("colour = 'red'", "colour"),
        ("[visits]\nidle_seconds = 90", "visits"),
        ("[visit]\nidle = 90", "visit.idle"),
        ("_env_file = '/etc/passwd'", "_env_file"),
        ("model_config = 1", "model_config"),
    ],
)
def test_an_unknown_key_is_refused_by_name(tmp_path: Path, text: str, where: str) -> None:
    assert _refusal(tmp_path, text).startswith(f"The setting {where} in ")


@pytest.mark.parametrize("number", ["", "private", "6389 2000", "+65 6389-2000", "(065) 6389 2000"])
def test_the_number_that_rings_is_read_as_it_is_written(tmp_path: Path, number: str) -> None:
    settings = _read(tmp_path, f'[callbacks]\ncalling_number = "{number}"')
    assert settings.callbacks.calling_number == number


@pytest.mark.parametrize("number", ["ask us", "6389 2000 or so", "[b]1[/b]", "1" * 40, "６３８９"])
def test_what_is_no_number_that_rings_is_refused(tmp_path: Path, number: str) -> None:
    said = _refusal(tmp_path, f'[callbacks]\ncalling_number = "{number}"')
    assert "calling_number" in said
    assert 'should look like "6389 2000", be "private", or be empty' in said


def _limits() -> list[tuple[str, str, int, int]]:
    """Return each setting with its least and its greatest value."""
    found = []
    for table, field in Settings.model_fields.items():
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, BaseModel)
        for key, inner in field.annotation.model_fields.items():
            if inner.annotation is not int:
                continue
            least = next(rule.ge for rule in inner.metadata if hasattr(rule, "ge"))
            most = next(rule.le for rule in inner.metadata if hasattr(rule, "le"))
            found.append((table, key, least, most))
    return found


_BESIDE = {"attendance_days": "passes_days = 30", "passes_days": "attendance_days = 3650"}
"""What else has to be set for the least and the greatest value."""


@pytest.mark.parametrize(("table", "key", "least", "most"), _limits())
def test_every_number_has_limits(
    tmp_path: Path, table: str, key: str, least: int, most: int
) -> None:
    beside = _BESIDE.get(key, "")
    for value in (least, most):
        settings = _read(tmp_path, f"[{table}]\n{key} = {value}\n{beside}")
        assert getattr(getattr(settings, table), key) == value
    for value in (least - 1, most + 1):
        said = _refusal(tmp_path, f"[{table}]\n{key} = {value}")
        assert said.startswith(f"The setting {table}.{key} in ")
        assert "should be" in said


@pytest.mark.parametrize("text", ["attendance_days = 365", "passes_days = 900"])
def test_no_pass_is_kept_longer_than_what_tells_of_its_use(tmp_path: Path, text: str) -> None:
    said = _refusal(tmp_path, f"[policy]\n{text}")
    assert said.startswith("The setting policy in ")
    assert "at least as long as passes (passes_days)" in said


@pytest.mark.parametrize("value", ["'soon'", "1.5", "[1]", "true", "1e400"])
def test_a_value_of_another_kind_is_refused(tmp_path: Path, value: str) -> None:
    said = _refusal(tmp_path, f"[visit]\nidle_seconds = {value}")
    assert said.startswith("The setting visit.idle_seconds in ")


@pytest.mark.parametrize(
    "setting",
    [
        "idle_seconds = 19", "warning_seconds = 19", "result_seconds = 3", "receipt_seconds = 29",
        "repeat_guard_seconds = 2.1", "repeat_guard_seconds = -1",
    ],
)  # fmt: skip
def test_no_visitor_is_given_less_time_than_they_need(tmp_path: Path, setting: str) -> None:
    """Twenty seconds to answer the warning (WCAG 2.2, 2.2.1)."""
    said = _refusal(tmp_path, f"[visit]\n{setting}")
    assert said.startswith(f"The setting visit.{setting.split()[0]} in ")


def test_the_repeat_guard_goes_to_half_a_second_and_more(tmp_path: Path) -> None:
    settings = _read(tmp_path, "[visit]\nrepeat_guard_seconds = 0.5")
    assert settings.visit.repeat_guard_seconds == 0.5


def test_a_table_that_is_no_table_is_refused(tmp_path: Path) -> None:
    assert "write its keys under [visit]" in _refusal(tmp_path, "visit = 3")


def test_a_wrong_variable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_VISIT__IDLE_SECONDS", "soon")
    assert "or its KIOSK_ variable is wrong" in _refusal(tmp_path)
    monkeypatch.setenv("KIOSK_VISIT__IDLE_SECONDS", "90")
    monkeypatch.setenv("KIOSK_VISIT__IDLE", "90")
    assert "among the KIOSK_ variables is unknown" in _refusal(tmp_path)


@pytest.mark.parametrize("value", ["90", "{", '"x"', "[]", "[" * 5000])
def test_a_variable_for_a_whole_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("KIOSK_VISIT", value)
    assert "KIOSK_ variable" in _refusal(tmp_path) or "[visit]" in _refusal(tmp_path)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[visit", " at the end"),
        ("a = 1\na = 2", " at the end"),
        ("[visit]\nidle_seconds == 3", " at line 2, column 15"),
        ("[visit]\n[visit]", " at line 2, column 7"),
        (f"a = {'[' * 5000}", ""),
        (f"[visit]\nidle_seconds = {'9' * 5000}", ""),
    ],
    ids=["open", "twice", "sign", "table-twice", "deep", "huge"],
)
def test_a_file_that_is_no_toml_is_refused_by_its_place(
    tmp_path: Path, text: str, place: str
) -> None:
    said = _refusal(tmp_path, text)
    assert said == f"The settings {tmp_path / 'kiosk.toml'} are no valid TOML{place}; mend them."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[visit]\nidle_seconds = 'soon'", "should be a whole number."),
        ("[visit]\nidle_seconds = 5", "should be 20 or more."),
        ("[visit]\nidle_seconds = 5000", "should be 600 or less."),
        ("[working]\nholidays = 'Singapore'", "should look like SG or DE-BE, or be empty."),
        ("[working]\nholidays = 3", "should stand in quotes."),
        ("[working]\nclosed_on = 3", "should be a list in square brackets."),
        ("[working]\nclosed_on = ['2026-13-01']", "should be a day, such as 2026-12-24."),
        ("[working]\nclosed_on = [2026-12-24T10:00:00]", "should be a day, such as 2026-12-24."),
        ("[speech]\nenabled = 'perhaps'", "should be true or false."),
        ("[speech]\nspeaker_percent = 0", "should be 10 or more."),
        ("[desk]\nplace = 'hall'", "should be 'floor' or 'office'."),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_plain_words(
    tmp_path: Path, text: str, words: str
) -> None:
    assert _refusal(tmp_path, text).endswith(f" is wrong: it {words}")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_bytes("# Größe".encode("latin-1"))
    with pytest.raises(SetupError, match="cannot be read"):
        read_settings(tmp_path)


def test_a_missing_or_unreadable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="are missing; put the file back"):
        read_settings(tmp_path)
    (tmp_path / "kiosk.toml").mkdir()
    with pytest.raises(SetupError, match="cannot be read"):
        read_settings(tmp_path)


def test_unknown_variables_are_found() -> None:
    known = ("KIOSK_DATA_DIR", "KIOSK_PASSPHRASE", "KIOSK_PIN", "KIOSK_VISIT__IDLE_SECONDS")
    assert unknown_variables((*known, "kiosk_visit__result_seconds", "HOME")) == ()
    odd = ("KIOSK_DATADIR", "KIOSK_VISIT", "KIOSK_VISIT__IDLE", "kiosk_pins")
    assert unknown_variables((*odd, *known)) == odd


def test_what_a_clinic_sets_reaches_the_rules(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(
        "[sessions]\nopens_before_minutes = 5\n"
        "[retention]\nrequests_days = 2\ncheck_ins_days = 9\n",
        encoding="utf-8",
    )
    assert read_settings(tmp_path).rules == Rules(
        timedelta(minutes=5), timedelta(days=2), timedelta(days=9)
    )


@pytest.mark.parametrize("hours", ["9-17", "17:30-08:30", "08:30", "always", "25:00-26:00"])
def test_hours_that_are_none_are_refused(tmp_path: Path, hours: str) -> None:
    said = _refusal(tmp_path, f'[working]\nmonday = "{hours}"')
    assert 'should look like "08:30-17:30"' in said


def test_a_day_without_hours_is_not_worked(tmp_path: Path) -> None:
    settings = _read(tmp_path, '[working]\nmonday = ""\nsaturday = "09:00-12:00"')
    assert sorted(settings.week) == [1, 2, 3, 4, 5]
    assert settings.week[5] == (time(9), time(12))


def test_a_place_without_holidays_is_refused(tmp_path: Path) -> None:
    assert "working.holidays" in _refusal(tmp_path, '[working]\nholidays = "Singapore"')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('command = "/usr/bin/lpr {file}"', 'such as ["/usr/bin/lpr", "-h"]'),
        ('command = ["lpr", "{file}"]', "should be a list of words, the whole path first"),
        ("command = [1]", "should be a list of words, the whole path first"),
        ('command = ["/usr/bin/lpr", 1]', "should stand in quotes"),
        ('command = ["/usr/bin/lpr"]', 'like ["/usr/bin/lpr", "-P", "Office", "{file}"], or be'),
        ('command = ["/opt/{file}"]', 'like ["/usr/bin/lpr", "-P", "Office", "{file}"], or be'),
        ('slips = "lp0"', 'should look like "usb:/dev/usb/lp0"'),
        ('slips = "usb:/etc/passwd"', 'should look like "usb:/dev/usb/lp0"'),
        ("slip_width_mm = 70", "should be 58 or 80"),
        ('slip_lines = "Level 1"', "should be a list in square brackets"),
        ('slip_lines = ["中文"]', "should have Latin letters and digits only"),
        ('slip_lines = ["1", "2", "3", "4", "5"]', "should have at most 4 entries"),
        (f'slip_lines = ["{"a" * 101}"]', "should have at most 100 characters"),
        ('printer = "-o raw"', "should look like Office, or be empty"),
    ],
)
def test_printers_that_are_none_are_refused(tmp_path: Path, text: str, words: str) -> None:
    assert words in _refusal(tmp_path, f"[print]\n{text}")


def test_a_print_command_in_a_variable_is_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_PRINT__COMMAND", '["/usr/bin/lpr", "{file}"]')
    assert _read(tmp_path, "").print.command == ("/usr/bin/lpr", "{file}")
    monkeypatch.setenv("KIOSK_PRINT__COMMAND", "/usr/bin/lpr {file}")
    assert 'write a list as ["one", "another"] in quotes' in _refusal(tmp_path, "")


def test_printers_are_read(tmp_path: Path) -> None:
    text = """[print]
printer = "Office-2"
command = ["/opt/print it", "--title=a", "--file={file}"]
slips = "net:slips.example.org"
slip_width_mm = 58
slip_lines = ["Level 1, Room 2", "Tel. 6000 0000"]
"""
    read = _read(tmp_path, text).print
    assert (read.printer, read.slips, read.slip_width_mm) == (
        "Office-2",
        "net:slips.example.org",
        58,
    )
    assert read.command == ("/opt/print it", "--title=a", "--file={file}")
    assert read.slip_lines == ("Level 1, Room 2", "Tel. 6000 0000")
