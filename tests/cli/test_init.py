"""`kiosk init`: one clinic in one folder, all of it or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import Session

from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.domain.staff import Purpose, Role
from kiosk.errors import StoreFull
from kiosk.records.database.store import Store
from kiosk.usecases.staff_desk import SignedIn
from kiosk.vault import recovery_kit
from kiosk.vault.passphrases import DEFAULT_COST, Cost
from kiosk.vault.recovery_kit import read_kit
from tests.cli.calling import COMMAND, Answer, Kiosk, Typing
from tests.support.terminal import Terminal

PASSPHRASE = "four plain words here"
PIN = "246810"
Init = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clinic"
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "kit.json"


@pytest.fixture
def init(kiosk: Kiosk, folder: Path, kit: Path, monkeypatch: pytest.MonkeyPatch) -> Init:
    monkeypatch.setenv("KIOSK_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("KIOSK_PIN", PIN)

    def call(*words: str) -> Answer:
        return kiosk("init", "--name", "Clinic", "--recovery-kit", str(kit), *words)

    return call


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_clinic_is_made_and_the_kit_opens_it(
    init: Init, folder: Path, kit: Path, costs: list[Cost]
) -> None:
    answer = init("--manager", "Amy", "--zone", "Asia/Tokyo", "--country", "jp")
    assert set(costs) == {DEFAULT_COST}
    assert (answer.code, answer.err) == (0, "")
    assert str(kit) in answer.out
    assert "Move it off this machine now" in answer.out
    assert "`kiosk doctor`" in answer.out
    kiosk = open_kiosk(folder)
    try:
        site = kiosk.site
        signed_in = kiosk.access().sign_in("amy", PASSPHRASE)
        assert kiosk.maintenance().unlock(PIN).accepted
    finally:
        kiosk.store.close()
    assert (site.name, site.zone.key, site.country) == ("Clinic", "Asia/Tokyo", "JP")
    assert site.kiosk_name == "Kiosk 1"
    assert f"begin with {site.symbols}." in answer.out
    assert isinstance(signed_in, SignedIn)
    assert signed_in.staff.roles == frozenset(Role)
    found = read_kit(kit.read_text())
    assert found.site_id == site.site_id
    assert set(found.keys) == set(Purpose)


def test_secrets_are_for_their_owner_only(init: Init, folder: Path, kit: Path) -> None:
    assert init().code == 0
    assert kit.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "kiosk.db").stat().st_mode & 0o777 == 0o600


def test_nothing_secret_is_printed(init: Init) -> None:
    answer = init()
    assert PASSPHRASE not in answer.out + answer.err
    assert PIN not in answer.out + answer.err


def test_a_second_one_is_refused_and_changes_nothing(
    kiosk: Kiosk, init: Init, folder: Path, kit: Path
) -> None:
    assert init().code == 0
    before = _contents(folder)
    other = kit.with_name("other.json")
    said = kiosk("init", "--name", "Other", "--recovery-kit", str(other)).sentence()
    assert "There is a clinic in" in said
    assert "nothing was changed" in said
    assert _contents(folder) == before
    assert not other.exists()


def test_a_second_one_is_refused_before_anything_is_asked(
    kiosk: Kiosk, init: Init, kit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert init().code == 0
    monkeypatch.delenv("KIOSK_PASSPHRASE")
    said = kiosk("init", "--name", "Other", "--recovery-kit", str(kit) + "2").sentence()
    assert "There is a clinic in" in said


def test_a_demo_is_no_place_for_a_clinic(
    kiosk: Kiosk, demo: Path, kit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (demo / "kiosk.db").unlink()
    assert "is a demo's" in kiosk("init", "--name", "A", "--recovery-kit", str(kit)).sentence()


@pytest.mark.parametrize(
    ("passphrase", "why"),
    [
        ("", "too short"),
        ("short", "too short: at least 12 characters"),
        ("eleven char", "too short"),
        ("x" * 257, "too long: at most 256 characters"),
        ("aaaaaaaaaaaa", "repeats itself"),
        ("manager 12 you", "known name"),
        ("asdfghjkl 123", "keys in a row"),
        ("password secret", "Many people choose"),
    ],
)
def test_a_weak_passphrase_is_one_sentence(
    init: Init, folder: Path, kit: Path, monkeypatch: pytest.MonkeyPatch, passphrase: str, why: str
) -> None:
    monkeypatch.setenv("KIOSK_PASSPHRASE", passphrase)
    assert why in init().sentence()
    assert not kit.exists()
    assert not folder.exists()


@pytest.mark.parametrize("pin", ["1111", "1234", "4321", "1990", "2580"])
def test_a_pin_that_is_tried_first_is_refused(
    init: Init, folder: Path, monkeypatch: pytest.MonkeyPatch, pin: str
) -> None:
    monkeypatch.setenv("KIOSK_PIN", pin)
    assert "tried first; choose another" in init().sentence()
    assert not folder.exists()


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "１２３４"])
def test_a_wrong_pin_is_one_sentence(
    init: Init, folder: Path, monkeypatch: pytest.MonkeyPatch, pin: str
) -> None:
    monkeypatch.setenv("KIOSK_PIN", pin)
    assert init().sentence().startswith("The PIN of the maintenance screen has 4 to 12 digits")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--zone", "Mars/Olympus"), "Mars/Olympus is no time zone"),
        (("--zone", "../../etc/passwd"), "is no time zone"),
        (("--zone", "Asia"), "is no time zone"),
        (("--zone", ""), "is no time zone"),
        (("--country", "XX"), "XX is no country's two letters"),
        (("--country", ""), "is no country's two letters"),
    ],
)
def test_wrong_options_are_wrong_use(
    init: Init, folder: Path, words: tuple[str, ...], sentence: str
) -> None:
    assert sentence in init(*words).sentence(code=2)
    assert not folder.exists()


def test_a_kit_needs_a_folder_and_a_new_name(
    kiosk: Kiosk, init: Init, folder: Path, kit: Path
) -> None:
    missing = kit.parent / "none" / "kit.json"
    said = kiosk("init", "--name", "A", "--recovery-kit", str(missing)).sentence(code=2)
    assert f"there is no folder {missing.parent}" in said
    kit.write_text("kept")
    assert "exists already" in init().sentence(code=2)
    assert kit.read_text() == "kept"
    kit.unlink()
    kit.symlink_to(kit.with_name("elsewhere"))
    assert "exists already" in init().sentence(code=2)
    assert not folder.exists()


def test_a_kit_that_cannot_be_written_leaves_no_half_clinic(
    init: Init, folder: Path, kit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _text: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(recovery_kit, "_write", full)
        assert "No space left" in init().sentence()
    assert not kit.exists()
    assert sorted(_contents(folder)) == ["kiosk.toml", "take-home.toml", "wishes.toml"]
    assert init().code == 0


def test_a_commit_that_fails_takes_the_kit_along(
    init: Init, folder: Path, kit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Store.write

    @contextmanager
    def write_and_fail(store: Store) -> Iterator[Session]:
        with write(store) as transaction:
            yield transaction
            if kit.exists():
                raise StoreFull("The disk is full; make room.")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "write", write_and_fail)
        assert "The disk is full" in init().sentence()
    assert not kit.exists()
    assert sorted(_contents(folder)) == ["kiosk.toml", "take-home.toml", "wishes.toml"]
    assert init().code == 0


def test_a_plan_that_will_not_do_leaves_nothing(init: Init, folder: Path, kit: Path) -> None:
    assert "login has 1 to 60" in init("--manager", " ").sentence()
    assert not kit.exists()
    assert not (folder / "kiosk.db").exists()
    assert init().code == 0


def test_what_a_killed_one_left_is_no_hindrance(init: Init, folder: Path) -> None:
    """It may have made the database and no clinic in it."""
    folder.mkdir()
    (folder / "kiosk.db").touch(mode=0o600)
    assert init().code == 0


def test_a_damaged_database_is_left_as_it_is(init: Init, folder: Path, kit: Path) -> None:
    folder.mkdir()
    (folder / "kiosk.db").write_bytes(b"no database" * 100)
    assert "damaged" in init().sentence()
    assert (folder / "kiosk.db").read_bytes() == b"no database" * 100
    assert not kit.exists()


def _wait_for(terminal: Terminal, text: str, times: int) -> None:
    terminal.wait_until(lambda: terminal.text.count(text) == times, f"{text!r} {times} times")


def test_passphrase_and_pin_are_asked_for_twice_and_unseen(folder: Path, kit: Path) -> None:
    first, again = "(12 characters or more):", "The same once more:"
    words = [*COMMAND, "init", "--name", "Clinic", "--recovery-kit", str(kit)]
    with Terminal(words, env={"KIOSK_DATA_DIR": str(folder)}) as terminal:
        for question, times, typed in (
            (first, 1, "short"),
            (first, 2, PASSPHRASE),
            (again, 1, "another one of twelve"),
            (first, 3, PASSPHRASE),
            (again, 2, PASSPHRASE),
            ("(4 to 12 digits):", 1, PIN),
            (again, 3, PIN),
        ):
            _wait_for(terminal, question, times)
            assert not terminal.echoes
            terminal.send(f"{typed}\n")
        assert terminal.wait_exit() == 0
        assert "Move it off this machine now" in " ".join(terminal.text.split())
        assert PASSPHRASE.encode() not in terminal.raw
        assert PIN.encode() not in terminal.raw
        assert "another one" not in terminal.text
        assert "This passphrase is too short: at least 12 characters" in terminal.text
        assert "The two were not the same; begin again." in terminal.text
    assert kit.exists()


def test_three_weak_passphrases_end_it(
    kiosk: Kiosk, folder: Path, kit: Path, types: Typing
) -> None:
    asked = types("weak", "weak", "weak")
    answer = kiosk("init", "--name", "Clinic", "--recovery-kit", str(kit))
    assert len(asked) == 3
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.count("This passphrase is too short: at least 12 characters") == 3
    assert answer.err.endswith("\nkiosk: Nothing was made; run `kiosk init` again.\n")
    assert not folder.exists()


def test_ctrl_c_at_the_pin_leaves_nothing(
    kiosk: Kiosk, folder: Path, kit: Path, types: Typing
) -> None:
    asked = types(PASSPHRASE, PASSPHRASE, KeyboardInterrupt())
    answer = kiosk("init", "--name", "Clinic", "--recovery-kit", str(kit))
    assert asked[-1].startswith("A PIN")
    assert answer.sentence() == "Stopped."
    assert not folder.exists()
    assert not kit.exists()


def test_without_a_terminal_the_variables_are_named(
    kiosk: Kiosk, folder: Path, kit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("init", "--name", "A", "--recovery-kit", str(kit))
    assert "set KIOSK_PASSPHRASE instead" in kiosk(*words).sentence()
    monkeypatch.setenv("KIOSK_PASSPHRASE", PASSPHRASE)
    assert "set KIOSK_PIN instead" in kiosk(*words).sentence()
    assert not folder.exists()
