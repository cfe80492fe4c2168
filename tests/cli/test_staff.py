"""`kiosk staff`: accounts from the first passphrase to the last day."""

from pathlib import Path

import pytest

from kiosk.cli.sign_in import NEW_PASSPHRASE_VARIABLE
from kiosk.settings import unknown_variables
from kiosk.usecases.sample_clinic import PASSPHRASE
from tests.cli.calling import Kiosk, Typing
from tests.cli.managing import Manager

FIRST, OWN = "given to her today", "known to her alone"


@pytest.fixture
def manager(kiosk: Kiosk, demo: Path, signed: None) -> Manager:
    return Manager(kiosk, demo)


@pytest.fixture
def amy(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> Manager:
    """Somebody new, who has yet to choose a passphrase of her own."""
    monkeypatch.setenv(NEW_PASSPHRASE_VARIABLE, FIRST)
    manager.row("staff", "add", "Amy", "caller", "--language", "ta", "--language", "en")
    return Manager(manager.kiosk, manager.folder, "amy")


def choose(monkeypatch: pytest.MonkeyPatch, old: str, new: str = "") -> None:
    monkeypatch.setenv("KIOSK_PASSPHRASE", old)
    if new:
        monkeypatch.setenv(NEW_PASSPHRASE_VARIABLE, new)
    else:
        monkeypatch.delenv(NEW_PASSPHRASE_VARIABLE)


def test_the_accounts_are_listed(manager: Manager) -> None:
    rows = manager.rows("staff", "list")
    assert [(row["login"], row["roles"]) for row in rows] == [
        ("caller", ["caller"]),
        ("facilitator", ["facilitator"]),
        ("manager", ["manager"]),
    ]
    assert {row["disabled"] for row in rows} == {row["must_change"] for row in rows} == {False}
    assert "account id" not in manager("staff", "list").out
    assert PASSPHRASE not in manager("staff", "list", "--format", "csv").out


def test_the_variable_of_a_new_passphrase_is_known() -> None:
    assert unknown_variables([NEW_PASSPHRASE_VARIABLE]) == ()


def test_a_first_passphrase_has_to_be_replaced(
    manager: Manager, amy: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(row for row in manager.rows("staff", "list") if row["login"] == "amy")
    assert (row["roles"], row["languages"]) == (["caller"], ["en", "ta"])
    assert row["must_change"]
    choose(monkeypatch, FIRST, OWN)
    wanted = "Choose a passphrase of your own first: `kiosk staff passphrase --user amy`."
    assert amy.refused("callbacks", "list") == wanted
    assert amy("staff", "passphrase").out == "Your passphrase was changed.\n"
    assert "not right" in amy.refused("callbacks", "list")
    choose(monkeypatch, OWN)
    assert amy("callbacks", "list").code == 0


def test_a_passphrase_is_replaced_only_with_the_old_one(
    amy: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, FIRST, FIRST)
    same = "This passphrase is the one there was; choose another."
    assert amy.refused("staff", "passphrase") == same
    choose(monkeypatch, FIRST, "short")
    assert amy.refused("staff", "passphrase").startswith(
        "This passphrase is too short: at least 12 characters."
    )
    choose(monkeypatch, "wrong wrong wrong", OWN)
    plain = "The name or the passphrase is not right; try again."
    assert amy.refused("staff", "passphrase") == plain
    choose(monkeypatch, FIRST, OWN)
    assert amy.row("staff", "passphrase", " AMY ") == {"login": "amy", "must_change": False}


def test_a_lost_passphrase_is_given_anew(
    manager: Manager, amy: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, PASSPHRASE, "a second one for her")
    row = manager.row("staff", "passphrase", "amy")
    assert (row["login"], row["must_change"]) == ("amy", True)
    assert "needs the role manager" in Manager(manager.kiosk, manager.folder, "caller").refused(
        "staff", "passphrase", "amy"
    )
    choose(monkeypatch, "a second one for her", OWN)
    assert amy("staff", "passphrase").code == 0


def test_a_shut_account_stays_shut_until_it_is_opened(
    manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert manager.row("staff", "disable", "Caller")["disabled"]
    caller = Manager(manager.kiosk, manager.folder, "caller")
    assert "not right" in caller.refused("callbacks", "list")
    assert not manager.row("staff", "enable", "manager")["disabled"]
    assert "`kiosk staff enable`" in manager.refused("staff", "passphrase", "caller")
    monkeypatch.setenv(NEW_PASSPHRASE_VARIABLE, FIRST)
    row = manager.row("staff", "enable", "caller")
    assert (row["disabled"], row["must_change"]) == (False, True)
    choose(monkeypatch, FIRST, OWN)
    assert caller("staff", "passphrase").code == 0


def test_more_rights_need_a_new_passphrase(
    manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_way = "There is no terminal to ask on; set KIOSK_NEW_PASSPHRASE instead."
    assert manager.refused("staff", "roles", "caller", "caller", "facilitator") == no_way
    monkeypatch.setenv(NEW_PASSPHRASE_VARIABLE, FIRST)
    row = manager.row("staff", "roles", "caller", "facilitator", "caller")
    assert (row["roles"], row["must_change"]) == (["caller", "facilitator"], True)


def test_fewer_rights_need_none(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NEW_PASSPHRASE_VARIABLE, FIRST)
    manager.row("staff", "add", "amy", "caller", "facilitator")
    monkeypatch.delenv(NEW_PASSPHRASE_VARIABLE)
    assert manager.row("staff", "roles", "amy", "facilitator")["roles"] == ["facilitator"]


def test_what_somebody_speaks_is_changed(manager: Manager) -> None:
    row = manager.row("staff", "languages", "caller", "ta", "nan-teochew")
    assert row["languages"] == ["nan-teochew", "ta"]
    assert manager.row("staff", "languages", "caller", "--every")["languages"] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "caller", "caller"), "There is an account of this login already"),
        (("disable", "manager"), "Nobody else is a manager; make somebody one first."),
        (("roles", "manager", "caller"), "Nobody else is a manager"),
        (("enable", "nobody"), "There is no account of this login; see `kiosk staff list`."),
        (("passphrase", "nobody"), "There is no account of this login"),
        (("add", "amy", "caller"), "There is no terminal to ask on; set KIOSK_NEW_PASSPHRASE"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    manager: Manager, words: tuple[str, ...], sentence: str
) -> None:
    before = manager.rows("staff", "list")
    assert manager.refused("staff", *words).startswith(sentence)
    assert manager.rows("staff", "list") == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", " ", "caller"), "A login has 1 to 60 plain characters"),
        (("add", "amy"), "Missing argument 'ROLES'"),
        (("add", "amy", "king"), "is not one of"),
        (("languages", "caller"), "name them, or give --every"),
        (("languages", "caller", "en", "--every"), "name them, or give --every"),
        (("languages", "caller", "dutch"), "is not one of"),
        (("roles", "caller"), "Missing argument"),
    ],
)
def test_what_was_typed_wrongly_is_one_sentence(
    manager: Manager, words: tuple[str, ...], sentence: str
) -> None:
    said = manager.misused("staff", *words)
    assert sentence in said
    assert said.endswith(f"Try `kiosk staff {words[0]} --help`.")


def test_new_passphrases_are_asked_for_unseen_and_twice(
    kiosk: Kiosk, demo: Path, types: Typing
) -> None:
    question = "New passphrase for amy (12 characters or more): "
    asked = types(PASSPHRASE, "short", FIRST, FIRST)
    added = kiosk("staff", "add", "amy", "caller", "--user", "manager")
    assert asked == ["Passphrase: ", question, question, "The same once more: "]
    assert added.code == 0
    assert "must change  yes" in added.out
    assert added.err.startswith("This passphrase is too short: at least 12 characters.")
    assert FIRST not in added.out + added.err
    asked = types(FIRST, OWN, OWN)
    changed = kiosk("staff", "passphrase", "--user", "amy")
    assert asked[1:] == ["Your new passphrase (12 characters or more): ", "The same once more: "]
    assert (changed.code, changed.out) == (0, "Your passphrase was changed.\n")


def test_what_a_caller_offers(manager: Manager, amy: Manager) -> None:
    def offered() -> object:
        return next(row for row in manager.rows("staff", "list") if row["login"] == "amy")["offers"]

    assert offered() == []
    assert manager.row("staff", "offers", "amy", "woman")["offers"] == ["woman"]
    assert offered() == ["woman"]
    assert manager.row("staff", "offers", "amy", "--none")["offers"] == []
    for wrong in ((), ("woman", "--none"), ("nurse",)):
        assert manager("staff", "offers", "amy", *wrong).code == 2
    made = manager.row("staff", "add", "Lim", "caller", "--offers", "man")
    assert made["offers"] == ["man"]
