"""`kiosk demo`: a sample clinic that is there at once, whole, and once."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from threading import enumerate as enumerate_threads

import pytest

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.cli import screens
from kiosk.cli.demo import INDEX, digits, listed_passes, prepare, prepare_behind
from kiosk.domain.passes import Code, CodeKind, decode
from kiosk.errors import SetupError, StoreFull
from kiosk.records.database.lock import lock_folder
from kiosk.records.database.store import Store
from kiosk.usecases.sample_clinic import PEOPLE, SampleClinic
from kiosk.usecases.sample_past import missing_weeks
from kiosk.usecases.site import load_site
from tests.cli.calling import COMMAND, Kiosk
from tests.cli.cutting import cut_offs, state
from tests.content.test_qr import png_pixels, read
from tests.support.desks import CHEAP, open_clinic
from tests.support.terminal import Terminal

FILES = [
    *(f"demo-pass-{number}.png" for number in (1, 2, 3, 4)),
    "demo-passes.json",
    "demo-recovery-kit.json",
    "demo.lock",
    "kiosk.db",
    "kiosk.toml",
    "last-number",
    "take-home.toml",
    "wishes.toml",
]
ROWS = {
    "site": 1,
    "public_key": 4,
    "staff_account": 4,
    "support_group": 3,
    "participant": 15,
    "passcard": 15,
}


def _secret_files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix in (".png", ".json", ".db")]


def test_prepare_makes_a_clinic_from_nothing_and_again_changes_nothing(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new" / "folder"
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
    first = kiosk("demo", "--prepare")
    assert first.code == 0
    assert str(folder) in first.out
    assert first.err == "Making the sample clinic: keys, staff, groups, passes.\n"
    made = state(folder)
    assert (made.rows, made.files) == (ROWS, FILES)
    again = kiosk("demo", "--prepare")
    assert (again.code, again.err) == (0, "")
    assert state(folder) == made


@pytest.mark.usefixtures("real_past")
def test_prepare_waits_for_the_past_and_makes_it_once(
    kiosk: Kiosk, demo: Path, signed: None
) -> None:
    caller = ("--user", "caller", "--format", "json")
    first = kiosk("demo", "--prepare")
    assert (first.code, first.err) == (0, "Making its past: groups and calls of weeks.\n")
    rows = kiosk("callbacks", "list", *caller).rows
    assert len(rows) > 12
    again = kiosk("demo", "--prepare")
    assert (again.code, again.err) == (0, "")
    assert kiosk("callbacks", "list", *caller).rows == rows


@pytest.mark.usefixtures("real_past")
def test_the_kiosk_does_not_wait_for_the_past(demo: Path) -> None:
    prepare_behind(demo)
    (thread,) = (one for one in enumerate_threads() if one.name == "past")
    thread.join(60)
    assert not missing_weeks_of(demo)


def missing_weeks_of(folder: Path) -> frozenset[date]:
    store = Store.open(folder / DATABASE)
    try:
        return missing_weeks(store, load_site(store), datetime.now(UTC))
    finally:
        store.close()


def test_a_past_that_cannot_be_made_closes_no_kiosk(
    demo: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_clinic: object, _pause: object) -> None:
        raise StoreFull("no room")

    monkeypatch.setattr(SampleClinic, "make_past", fail)
    prepare_behind(demo)
    for thread in [one for one in enumerate_threads() if one.name == "past"]:
        thread.join(10)
    assert caplog.messages == ["the demo's past was not made: StoreFull"]


def test_what_holds_a_secret_is_for_its_owner_only(demo: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in _secret_files(demo)}
    assert set(modes.values()) == {0o600}
    assert len(modes) == 7


def test_without_a_folder_of_its_own_the_demo_has_one(kiosk: Kiosk, tmp_path: Path) -> None:
    answer = kiosk("demo", "--prepare")
    assert answer.code == 0
    assert (tmp_path / "home" / "kiosk-demo" / INDEX).exists()
    assert len(kiosk("passes", "list", "--format", "json").rows) == len(PEOPLE)


def test_the_passes_are_listed_with_pictures_that_scan(kiosk: Kiosk, demo: Path) -> None:
    rows = kiosk("passes", "list", "--format", "json").rows
    assert [row["name"] for row in rows] == list(PEOPLE)
    for row in rows:
        assert row.keys() == {"name", "digits", "picture"}
        code = decode(row["digits"])
        assert isinstance(code, Code)
        assert code.kind is CodeKind.PASS
        assert Path(row["picture"]).parent == demo
        assert read(*png_pixels(Path(row["picture"]).read_bytes())) == row["digits"]


def test_a_moved_folder_lists_its_pictures_where_they_are(
    kiosk: Kiosk, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo.rename(tmp_path / "moved")
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "moved"))
    assert all(
        Path(row["picture"]).exists() for row in kiosk("passes", "list", "--format", "json").rows
    )


def test_a_lost_picture_is_drawn_again(demo: Path) -> None:
    picture = listed_passes(demo)[1].picture
    before = picture.read_bytes()
    picture.unlink()
    prepare(demo)
    assert picture.read_bytes() == before


def test_every_cut_is_mended_by_the_next_start(tmp_path: Path) -> None:
    """Nothing twice and nothing missing, whichever step the power went at."""
    mended = list(cut_offs(tmp_path))
    assert len(mended) > 25
    for known, after in mended:
        assert after.rows == ROWS
        assert after.files == FILES
        assert len(set(after.digits)) == len(PEOPLE)
        # A pass that was listed before the cut is still the same one.
        assert known in ((), after.digits)


def test_a_real_clinic_is_left_alone(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_clinic(tmp_path):
        pass
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path))
    before = (tmp_path / "kiosk.db").read_bytes()
    for words in (("demo", "--prepare"), ("demo",)):
        assert "holds a clinic that is no demo" in kiosk(*words).sentence()
    assert (tmp_path / "kiosk.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["kiosk.db"]


def test_two_at_once_do_not_make_two_clinics(kiosk: Kiosk, demo: Path) -> None:
    with lock_folder(demo, "demo.lock"):
        assert "already" in kiosk("demo", "--prepare").sentence()
    assert kiosk("demo", "--prepare").code == 0


def test_a_damaged_list_is_one_sentence(kiosk: Kiosk, demo: Path) -> None:
    for text in ("{", "[1]", '[{"name": "Mei"}]'):
        (demo / INDEX).write_text(text)
        assert "is damaged; remove" in kiosk("passes", "list").sentence()
        assert "is damaged; remove" in kiosk("demo", "--prepare").sentence()


def test_damaged_digits_are_one_sentence(kiosk: Kiosk, demo: Path) -> None:
    rows = json.loads((demo / INDEX).read_text())
    rows[0]["digits"] = rows[0]["digits"][::-1]
    (demo / INDEX).write_text(json.dumps(rows))
    assert "damaged" in kiosk("demo", "--prepare").sentence()


def test_a_folder_that_cannot_be_made_is_one_sentence(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "file" / "folder"))
    assert "cannot be written" in kiosk("demo", "--prepare").sentence()


def test_only_a_demo_lists_its_passes(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path))
    assert "Only a demo" in kiosk("passes", "list").sentence()


def test_the_screen_knows_the_passes_once_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F12 scans one of them; the folder is made before the screen and filled behind it."""
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "demo"))
    shown: list[Path] = []

    def show(folder: Path, demo: object, before: object) -> int:
        assert (folder / "kiosk.toml").exists()
        assert digits(folder) == ()
        prepare(folder, cost=CHEAP)
        shown.append(folder)
        return 0

    monkeypatch.setattr("kiosk.cli.screens.show_visitor_kiosk", show)
    assert screens.demo() == 0
    assert len(digits(shown[0])) == len(PEOPLE)


def test_a_kit_without_its_list_is_still_a_demo(demo: Path) -> None:
    """Somebody tidied up: new passes are made, the clinic stays."""
    (demo / INDEX).unlink()
    for picture in demo.glob("*.png"):
        picture.unlink()
    prepare(demo)
    assert len(digits(demo)) == len(PEOPLE)
    assert state(demo).rows["site"] == 1


def test_another_clinic_under_a_demo_list_is_refused(made_demo: Path, tmp_path: Path) -> None:
    with open_clinic(tmp_path):
        pass
    shutil.copy(made_demo / INDEX, tmp_path / INDEX)
    with pytest.raises(SetupError, match="holds another clinic"):
        prepare(tmp_path, cost=CHEAP)


@pytest.mark.terminal
def test_the_demo_is_at_home_from_an_empty_folder_and_f9_scans(tmp_path: Path) -> None:
    env = {"KIOSK_DATA_DIR": str(tmp_path / "demo")}
    with Terminal([*COMMAND, "demo"], env=env) as terminal:
        terminal.wait_for("Today  ")
        terminal.send("\x1b[24~")
        terminal.wait_for("Welcome")
    made = state(tmp_path / "demo").rows
    assert made.items() >= {"site": 1, "staff_account": 4, "support_group": 3}.items()
    # More of its past may be there by now.
    assert made["passcard"] >= ROWS["passcard"]
