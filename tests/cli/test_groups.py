"""`kiosk groups`: a group from its first day to its last, and plans in files."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.calling import Kiosk
from tests.cli.managing import Manager

pytestmark = pytest.mark.usefixtures("signed")
HOSTILE = "\x1b[31m\u202e=Mei [/]"
PLAN = """
[[group]]
id = "art"
name = "Art group"
public_label = "Room 7"
room = "Level 3"

[[group.session]]
starts = 2099-03-02T15:00:00
minutes = 60

[[group.session]]
starts = 2099-03-09T15:00:00
minutes = 60
"""
NOVEMBER = datetime(2026, 11, 28, tzinfo=UTC)
CALENDAR = "\r\n".join(
    (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//test//",
        "BEGIN:VEVENT",
        "UID:one@test",
        "DTSTAMP:20260101T000000Z",
        "SUMMARY:Walking group",
        "LOCATION:Garden",
        "DTSTART:20270302T070000Z",
        "DTEND:20270302T080000Z",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
)
NOTHING: dict[str, object] = {
    "groups_added": 0, "groups_changed": 0, "added": 0, "changed": 0, "same": 0, "cancelled": 0,
    "left": 0, "kept": 0, "cancelled_sessions": [], "with_check_ins": [], "not_in_file": [],
    "not_covered": [], "events_left_out": [], "notes": [],
}  # fmt: skip


@pytest.fixture
def manager(kiosk: Kiosk, demo: Path) -> Manager:
    return Manager(kiosk, demo)


def test_the_groups_are_listed_in_every_form(manager: Manager) -> None:
    rows = manager.rows("groups", "list")
    assert [row["name"] for row in rows] == [
        "Carers' circle",
        "Recovery workshop",
        "Wellness group",
    ]
    assert rows[2]["label"] == "Room 2"
    assert (rows[2]["capacity"], rows[2]["enrolled"], rows[2]["members"]) == (None, False, 0)
    assert rows[2]["upcoming"] > 0
    assert rows[2]["next_at"][10] == "T"
    assert rows[2]["group_id"].replace("-", "").endswith(rows[2]["group"])
    table = manager("groups", "list").out.splitlines()
    assert table[0].split() == [
        "group",
        "name",
        "label",
        "room",
        "capacity",
        "members",
        "upcoming",
        "next",
        "at",
    ]
    assert len(table) == 4
    lines = list(csv.DictReader(io.StringIO(manager("groups", "list", "--format", "csv").out)))
    assert [line["name"] for line in lines] == [row["name"] for row in rows]


def test_a_group_from_its_first_day_to_its_last(manager: Manager) -> None:
    words = ("--label", "Room 7", "--room", "Level 3", "--capacity", "8", "--enrolled")
    made = manager.row("groups", "add", "Art group", *words)
    assert (made["name"], made["label"], made["capacity"]) == ("Art group", "Room 7", 8)
    assert (made["enrolled"], made["language"], made["next_at"]) == (True, "en", None)
    moved = manager.row("groups", "change", "art GROUP", "--room", "Level 4", "--capacity", "0")
    assert (moved["room"], moved["capacity"], moved["enrolled"]) == ("Level 4", None, True)
    opened = manager.row("groups", "change", made["group"], "--open", "--about", "Paints.")
    assert (opened["enrolled"], opened["about"], opened["room"]) == (False, "Paints.", "Level 4")
    manager.row("sessions", "add", "Art group", "--start", "2099-03-02 15:00")
    gone = manager.row("groups", "put-away", made["group_id"])
    assert (gone["name"], gone["cancelled"]) == ("Art group", 1)
    assert "Art group" not in [row["name"] for row in manager.rows("groups", "list")]


def test_a_hostile_name_is_harmless(manager: Manager) -> None:
    made = manager.row("groups", "add", HOSTILE, "--label", "Room 7", "--room", "=1+1")
    assert (made["name"], made["room"]) == ("[31m=Mei [/]", "=1+1")
    for form in ("table", "json", "csv"):
        out = manager("groups", "list", "--format", form).out
        assert not {"\x1b", "\u202e"} & set(out)
    assert '"\'=1+1"' in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", " ", "--label", "a", "--room", "b"), "It has no name."),
        (("add", "a", "--label", "", "--room", "b"), "no public label"),
        (("add", "a", "--label", "a", "--room", "b", "--language", "Dutch!"), "not a code"),
        (
            ("add", "a", "--label", "a", "--room", "b", "--capacity", "1000"),
            "less than or equal to 999",
        ),
        (("add", "a", "--room", "b"), "Missing option '--label'"),
        (("change", "Wellness group"), "Say what is to be changed."),
        (("import", "plan.csv"), "it must end in .toml or .ics"),
        (("export", "--format", "csv"), "is not one of 'toml', 'ics'"),
    ],
)
def test_what_was_typed_wrongly_is_one_sentence(
    manager: Manager, words: tuple[str, ...], sentence: str
) -> None:
    said = manager.misused("groups", *words)
    assert sentence in said
    assert said.endswith(f"Try `kiosk groups {words[0]} --help`.")


@pytest.mark.parametrize("typed", ["Nobody's", "", "1234", "zz"])
def test_an_unknown_group_is_one_sentence(manager: Manager, typed: str) -> None:
    said = manager.refused("groups", "put-away", typed)
    assert said == "No group is called that; see `kiosk groups list`."


@pytest.mark.parametrize("login", ["caller", "facilitator"])
def test_only_a_manager_may(manager: Manager, login: str) -> None:
    other = Manager(manager.kiosk, manager.folder, login)
    needs = "This needs the role manager; a manager can add it to the account."
    assert other.refused("groups", "list") == needs
    assert other.refused("sessions", "list") == needs
    assert other.refused("staff", "list") == needs
    assert other.refused("audit", "verify") == needs


def test_a_plan_is_made_so_once(manager: Manager, tmp_path: Path) -> None:
    plan = tmp_path / "Plan.TOML"
    plan.write_text(PLAN)
    done = manager.row("groups", "import", str(plan))
    assert done == {**NOTHING, "groups_added": 1, "added": 2}
    assert manager.row("groups", "import", str(plan)) == {**NOTHING, "same": 2}
    plan.write_text(PLAN.replace("Level 3", "Level 5").replace("2099-03-09T15", "2099-03-09T16"))
    changed = manager.row("groups", "import", str(plan))
    assert changed == {**NOTHING, "groups_changed": 1, "changed": 2}
    plan.write_text(PLAN.rsplit("[[group.session]]", 1)[0])
    gone = "Art group, Mon 9 Mar 2099, 16:00"
    for yes in ((), ("--yes",)):
        assert manager.refused("groups", "import", str(plan), *yes) == (
            f"The file no longer names 1 of 2 sessions: {gone}. Is it another file? "
            "Say --cancel-missing or --keep-missing."
        )
    stays = manager.row("groups", "import", str(plan), "--keep-missing")
    assert (stays["cancelled"], stays["kept"], stays["not_in_file"]) == (0, 1, [gone])
    done = manager.row("groups", "import", str(plan), "--cancel-missing")
    assert (done["cancelled"], done["cancelled_sessions"]) == (1, [gone])
    table = manager("groups", "import", str(plan)).out.splitlines()
    assert "groups added    0" in table
    assert "same            1" in table


def test_a_calendar_is_taken_too(
    manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "walks.ics").write_text(CALENDAR)
    monkeypatch.chdir(tmp_path)
    place = ("--place", "garden=Room 7")
    assert manager.refused("groups", "import", "walks.ics") == (
        "No room known here: “Garden”. Say for each what visitors may read: --place 'Garden=WORDS'."
    )
    assert "reads PLACE=WORDS" in manager.misused("groups", "import", "x.ics", "--place", "Garden")
    monkeypatch.setattr("sys.stdin", Typed("\n"))
    assert "“Garden” for visitors, such as Room 2" in manager("groups", "import", "walks.ics").err
    assert "Walking group" not in [row["name"] for row in manager.rows("groups", "list")]
    done = manager.row("groups", "import", "walks.ics", *place)
    assert (done["groups_added"], done["added"]) == (1, 1)
    (session,) = manager.rows("sessions", "list", "--since", "2027-03-01", "--until", "2027-03-03")
    assert (session["group"], session["room"]) == ("Walking group", "Room 7")
    assert manager.row("groups", "import", "walks.ics") == {**NOTHING, "same": 1}
    (tmp_path / "walks.ics").write_text(CALENDAR[:200])
    assert "was cut off" in manager.refused("groups", "import", "walks.ics")


def calendar(*events: tuple[str, str, str]) -> str:
    """Return a calendar of (title, day, more lines), at 15:00 in Room 2."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for title, day, more in events:
        lines += ["BEGIN:VEVENT", f"UID:{title}", f"SUMMARY:{title}", "LOCATION:Room 2"]
        lines += [more or f"DTSTART:{day}T150000\r\nDTEND:{day}T160000", "END:VEVENT"]
    return "\r\n".join((*lines, "END:VCALENDAR", ""))


def test_what_is_left_out_and_cancelled_is_listed_and_asked_for(
    manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "groups.ics"
    monkeypatch.setattr("kiosk.devices.clock.SystemClock.now", lambda _self: NOVEMBER)
    days = [("Art", "20270302", ""), ("Music", "20270303", ""), ("Walk", "20270304", "")]
    holidays = [(f"Holiday {n}", "", f"DTSTART;VALUE=DATE:202704{n:02}") for n in range(1, 26)]
    file.write_text(calendar(*days, ("Choir", "20270305", ""), *holidays))
    done = manager("groups", "import", str(file)).out
    assert "Events left out: 25\n  “Holiday 1”, Thu 1 Apr 2027, lasts all day\n" in done
    assert done.endswith("“Holiday 20”, Tue 20 Apr 2027, lasts all day\n  … and 5 more\n")
    file.write_text(calendar(*days[1:], ("Choir", "20270305", ""), *holidays[:1]))
    assert manager.refused("groups", "import", str(file)) == (
        "It cancels 1 planned here: Art, Tue 2 Mar 2027, 15:00. Say --yes to cancel what the file "
        "cancels, or --keep-missing to keep what it no longer names."
    )
    monkeypatch.setattr("sys.stdin", Typed("n\ny\n"))
    assert manager("groups", "import", str(file)).err.endswith("kiosk: Nothing was changed.\n")
    assert "cancelled       1" in manager("groups", "import", str(file)).out
    monkeypatch.undo()


class Typed(io.StringIO):
    """A terminal on which all has been typed already."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bad.toml", b"[[group]", "no valid TOML"),
        ("bad.ics", b"SUMMARY:Mei", "calendar"),
        ("big.toml", b"#" * 1_000_001, "larger than 1 MB"),
        ("none.toml", None, "check its name"),
        ("~zz.toml", None, "check its name"),
    ],
)
def test_a_file_that_is_no_plan_changes_nothing(
    manager: Manager, tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    before = manager.rows("groups", "list")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert sentence in manager.refused("groups", "import", str(tmp_path / name))
    assert manager.rows("groups", "list") == before


def test_an_exported_plan_changes_nothing_when_it_comes_back(manager: Manager) -> None:
    path = Path(manager("groups", "export").out.removesuffix("\n"))
    assert path.parent == manager.folder / "exports"
    assert path.suffix == ".toml"
    assert path.stat().st_mode & 0o777 == 0o600
    done = manager.row("groups", "import", str(path))
    assert done == {**NOTHING, "same": done["same"]}
    assert done["same"] > 0


def test_a_calendar_is_written_as_its_name_ends(manager: Manager, tmp_path: Path) -> None:
    path = tmp_path / "week.ics"
    assert manager("groups", "export", "-o", str(path)).out == f"{path}\n"
    content = path.read_bytes()
    assert content.startswith(b"BEGIN:VCALENDAR")
    assert b"Wellness" not in content
    assert "File exists" in manager.refused("groups", "export", "-o", str(path))
    assert path.read_bytes() == content
    other = tmp_path / "plan"
    manager("groups", "export", "-o", str(other))
    assert b"[[group]]" in other.read_bytes()
