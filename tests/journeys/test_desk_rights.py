"""A facilitator can open no callback and a caller no roster: by no command, place or letter.

Only what a role may not is walked here; that the keys themselves do not fit is tested where the
vault is.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from kiosk.cli.commands import app
from kiosk.cli.main import run
from kiosk.domain.staff import Role
from kiosk.ui.desk.menu import MENU, menu_entries
from tests.journeys.clinic import ESC, PASSPHRASE, Clinic
from tests.journeys.desks import OPENED, sign_in
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

NAME, PHONE = "Xanthippe-Quill", "93741652"
MEMBER = "Zenobia-Quill"
SECRETS = (NAME, PHONE, "9374 1652", "1652", MEMBER)
PLACES = {"facilitator": "GPE", "caller": "CN"}
"""The letters of each role's places in the menu."""
FORBIDDEN = {"facilitator": ("callbacks",), "caller": ("attendance", "passes")}
ARGUMENTS = {
    "ended": "no_answer",
    "outcome": "session_booked",
    "until": "2099-01-01",
    "reason": "mistake",
    "people": "3",
    "name": MEMBER,
    "names": MEMBER,
    "who": MEMBER,
    "member": MEMBER,
    "group": "Wellness group",
    "session": "Wellness group",
    "phone": PHONE,
    "consent": "person",
    "source": "phone",
}
"""A fitting value for every parameter that a command cannot do without; else the reference."""
MORE = {("attendance", "add"): (MEMBER,)}
"""What a command cannot do without although it is in no rule of its parameters."""
OPEN_TO_ALL = {("passes", "list")}
"""Reads the sample's own file, which no clinic has."""


def commands(noun: str, login: str, reference: str) -> Iterator[list[str]]:
    """Return every command of a noun, with all that it needs."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    verbs = group.commands[noun]
    assert isinstance(verbs, TyperGroup)
    for verb, command in verbs.commands.items():
        if (noun, verb) in OPEN_TO_ALL:
            continue
        words = [noun, verb, "--user", login]
        for parameter in command.params:
            if parameter.required and parameter.name != "user":
                value = ARGUMENTS.get(str(parameter.name), reference)
                is_option = parameter.param_type_name == "option"
                words += [parameter.opts[0], value] if is_option else [value]
        yield [*words, *MORE.get((noun, verb), ())]


def test_what_a_role_may_not_is_nowhere(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.check_in(clinic.new_pass(MEMBER))
    reference = clinic.ask_for_a_call(NAME, PHONE)
    for name, value in {**clinic.variables(), "KIOSK_PASSPHRASE": PASSPHRASE}.items():
        monkeypatch.setenv(name, value)
    for login in FORBIDDEN:
        no_command_opens_it(clinic, login, reference, monkeypatch, capsys)
    desk = clinic.start("desk", shows=OPENED)
    for login in PLACES:
        sign_in(desk, login)
        no_place_of_the_desk_shows_it(desk, login)
        desk.choose("q")


def no_command_opens_it(
    clinic: Clinic,
    login: str,
    reference: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, done = files_in(clinic.folder), actions_of(clinic, login)
    tried = 0
    for noun in FORBIDDEN[login]:
        for words in commands(noun, login, reference):
            monkeypatch.setattr(sys, "argv", ["kiosk", *words])
            code, said = run(), capsys.readouterr()
            assert (code, said.out) == (1, ""), words
            assert len(said.err.splitlines()) == 1, words
            assert "role" in said.err, (words, said.err)
            assert [secret for secret in SECRETS if secret in said.err] == [], words
            tried += 1
    assert tried > 10
    assert files_in(clinic.folder) == before
    assert set(actions_of(clinic, login) - done) == {"signed_in"}


def actions_of(clinic: Clinic, login: str) -> Counter[str]:
    """What the audit trail tells of a member of staff."""
    trail = ("audit", "list", "--user", "manager", "--by", login, "--limit", "500")
    rows = json.loads(clinic.printed(*trail, "--format", "json"))
    return Counter(row["action"] for row in rows)


def files_in(folder: Path) -> set[Path]:
    """Every file but those that SQLite makes and takes away."""
    return {path for path in folder.rglob("*") if not path.name.startswith("kiosk.db")}


def no_place_of_the_desk_shows_it(desk: Terminal, login: str) -> None:
    if login == "caller":
        # Whose only desk is in front from the start; the menu lies under it.
        desk.wait_for("C Now")
        desk.send(ESC)
    desk.wait_for("What would you like to do?")
    desk.wait_for("My own passphrase")  # the last of the menu, so that all of it is drawn
    desk.settle()
    own = {entry.letter for entry in menu_entries(frozenset({Role(login)}))}
    assert own == {*PLACES[login], "O"}
    for entry in MENU:
        assert bool(desk.find(entry.title)) is (entry.letter in own)
    drawn = len(desk.raw)
    letters = [letter for letter in "abcdefghijklmnoprstuvwyz" if letter.upper() not in own]
    desk.choose("".join(letters))
    desk.choose("o")
    desk.wait_for("Choose a passphrase of your own")
    desk.send(ESC)
    desk.wait_for("What would you like to do?")
    shown = bytes(desk.raw[drawn:]).decode(errors="replace")
    assert [entry.title for entry in MENU if entry.letter not in own and entry.title in shown] == []
    assert [secret for secret in SECRETS if secret in shown] == []
