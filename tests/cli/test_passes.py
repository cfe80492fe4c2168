"""`kiosk passes`: members, their passes, and sheets to print."""

import io
from pathlib import Path
from typing import Any

import pytest

from kiosk.usecases.sample_clinic import PEOPLE
from tests.cli.asking import visitor
from tests.cli.calling import Kiosk
from tests.content.test_qr import png_pixels, read

pytestmark = pytest.mark.usefixtures("signed")
USER = ("--user", "facilitator")


@pytest.fixture
def passes(kiosk: Kiosk, demo: Path) -> "Passes":
    return Passes(kiosk, demo)


class Passes:
    """A facilitator who types `kiosk passes`."""

    def __init__(self, kiosk: Kiosk, folder: Path) -> None:
        self.kiosk = kiosk
        self.folder = folder

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """Type a command that succeeds."""
        return self.kiosk("passes", *words, *USER, "--format", "json").rows

    def refused(self, *words: str, code: int = 1) -> str:
        """Type a command that cannot be done; return its sentence."""
        return self.kiosk("passes", *words, *USER).sentence(code)

    def arrivals(self, digits: str) -> list[tuple[str | None, str]]:
        """Scan a pass; return who is here then."""
        with visitor(self.folder) as (desk, _opened):
            desk.check_in(digits)
        rows = self.kiosk("attendance", "list", *USER, "--format", "json").rows
        return [(row["name"], row["pass"]) for row in rows]


def test_members_are_found_by_a_part_of_their_name(passes: Passes) -> None:
    assert {row["name"] for row in passes.rows("members")} >= {*PEOPLE}
    (row,) = passes.rows("members", "aisy")
    assert (row["name"], row["language"], row["passes"]) == ("Nur Aisyah", "ms", 1)
    assert row["participant_id"].endswith(row["member"])
    assert passes.kiosk("passes", "members", "zzz", *USER).out == "Nobody is called that.\n"


def test_a_lost_pass_is_replaced(passes: Passes, tmp_path: Path) -> None:
    old = passes.kiosk("passes", "list", "--format", "json").rows[0]["digits"]
    picture = tmp_path / "new.png"
    (row,) = passes.rows("replace", "Mei", "-o", str(picture))
    assert row["name"] == "Mei"
    assert read(*png_pixels(picture.read_bytes())) == row["digits"]
    assert picture.stat().st_mode & 0o777 == 0o600
    assert passes.arrivals(row["digits"]) == [("Mei", "known")]
    # Whoever holds the lost one is not turned away, and staff see that it is no longer valid.
    assert passes.arrivals(old) == [("Mei", "known"), ("Mei", "revoked")]
    (mei,) = passes.rows("members", "Mei")
    assert mei["passes"] == 1


def test_passes_are_revoked(passes: Passes) -> None:
    (row,) = passes.rows("revoke", "ravi")
    assert (row["name"], row["passes"]) == ("Ravi", 0)


def test_members_join_and_leave_a_group(passes: Passes) -> None:
    group = "Wellness group"
    (row,) = passes.rows("enrol", "Mei", group.upper())
    assert row["groups"] == [group]
    (row,) = passes.rows("leave", row["member"], group)
    assert row["groups"] == []
    (row,) = passes.rows("issue", "--name", "Ana", "--group", group)
    assert passes.rows("members", "Ana")[0]["groups"] == [group]
    assert passes.refused("enrol", "Mei", "Choir").startswith("No group is called that")


def test_a_sheet_is_printed_and_its_passes_check_in(passes: Passes) -> None:
    rows = passes.rows("sheet", "Ana", "Bo", "王")
    assert [(row["number"], row["name"]) for row in rows] == [(1, "Ana"), (2, "Bo"), (3, "王")]
    (path,) = {Path(row["file"]) for row in rows}
    assert path.parent == passes.folder / "exports"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"%PDF-")
    assert {row["name"] for row in passes.rows("members")} >= {"Ana", "Bo", "王"}


def test_names_for_a_sheet_come_from_the_input(
    passes: Passes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sheet.pdf"
    monkeypatch.setattr("sys.stdin", io.StringIO("Ana\n\nBo\n"))
    assert [row["name"] for row in passes.rows("sheet", "-", "-o", str(path))] == ["Ana", "Bo"]
    assert path.exists()


def test_a_sheet_that_cannot_be_written_issues_nothing(passes: Passes, tmp_path: Path) -> None:
    before = passes.rows("members")
    path = tmp_path / "there.pdf"
    path.write_bytes(b"kept")
    assert "File exists" in passes.refused("sheet", "Ana", "-o", str(path))
    assert path.read_bytes() == b"kept"
    assert passes.rows("members") == before


def test_a_pass_that_cannot_be_issued_leaves_no_sheet(
    passes: Passes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_words: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("kiosk.usecases.passes.desk.PassDesk.issue_pass", broken)
    assert passes.refused("sheet", "Ana").startswith("RuntimeError")
    assert list((passes.folder / "exports").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sheet", "Ana", "S1234567D"), "a nickname is fine"),
        (("sheet",), "Missing argument"),
        (("replace", "Mei", "-o", "a.pdf"), "must end in .png or .svg"),
    ],
)
def test_wrong_words_are_wrong_use(passes: Passes, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in passes.refused(*words, code=2)


def test_an_unknown_member_is_one_sentence(passes: Passes) -> None:
    assert passes.refused("revoke", "Zoe") == (
        "No member is called that; see `kiosk passes members`."
    )
    passes.rows("issue", "--name", "Mei")
    assert passes.refused("revoke", "Mei").startswith("More than one member is called that")
