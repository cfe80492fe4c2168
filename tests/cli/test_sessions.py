"""`kiosk sessions`: single ones and series, moved and cancelled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.bootstrap.kiosk import open_kiosk
from tests.cli.calling import Kiosk
from tests.cli.managing import Manager

pytestmark = pytest.mark.usefixtures("signed")
GROUP = "Wellness group"
MONDAYS = ("--weekday", "monday", "--time", "15:00", "--first", "2099-03-02", "--count", "3")
SPRING = ("--since", "2099-03-01", "--until", "2099-04-30")


@pytest.fixture
def manager(kiosk: Kiosk, demo: Path) -> Manager:
    return Manager(kiosk, demo)


def starts(manager: Manager, *words: str) -> list[str]:
    return [row["starts_at"][:16] for row in manager.rows("sessions", "list", *SPRING, *words)]


def test_the_next_four_weeks_are_listed(manager: Manager) -> None:
    rows = manager.rows("sessions", "list")
    assert rows
    opened = open_kiosk(manager.folder)
    zone, today = opened.site.zone, opened.today()
    opened.store.close()
    for row in rows:
        start = datetime.fromisoformat(row["starts_at"])
        assert today <= start.astimezone(zone).date() <= today + timedelta(weeks=4)
        assert start.utcoffset() == start.astimezone(zone).utcoffset()
    now = datetime.now(UTC)
    (running, *_) = [row for row in rows if datetime.fromisoformat(row["ends_at"]) > now]
    assert running["state"] in ("running", "planned")
    assert rows[-1]["state"] == "planned"
    only = manager.rows("sessions", "list", "--group", GROUP)
    assert only == [row for row in rows if row["group"] == GROUP]
    empty = manager("sessions", "list", "--since", "2020-01-01", "--until", "2020-01-02")
    assert empty.out == "There is no session from 2020-01-01 to 2020-01-02.\n"


def test_one_session_is_planned_moved_and_called_off(manager: Manager) -> None:
    made = manager.row(
        "sessions", "add", GROUP, "--start", "2099-03-02 15:00", "--minutes", "90",
        "--capacity", "6",
    )  # fmt: skip
    assert made["starts_at"].startswith("2099-03-02T15:00")
    assert made["ends_at"].startswith("2099-03-02T16:30")
    assert (made["room"], made["capacity"]) == ("Level 2, left at the lift", 6)
    assert (made["state"], made["series"]) == ("planned", None)
    moved = manager.row("sessions", "change", made["session"], "--start", "2099-03-03 10:00")
    assert moved["starts_at"].startswith("2099-03-03T10:00")
    assert moved["ends_at"].startswith("2099-03-03T11:30")
    assert moved["session_id"] == made["session_id"]
    words = ("--minutes", "30", "--room", "Garden", "--capacity", "0")
    other = manager.row("sessions", "change", "2099-03-03 10:00", *words)
    assert other["ends_at"].startswith("2099-03-03T10:30")
    assert (other["room"], other["capacity"]) == ("Garden", None)
    named = f"{GROUP.upper()} 2099-03-03 10:00"
    off = manager.row("sessions", "cancel", named, "--reason", "room is painted")
    assert off == {"cancelled": 1, "reason": "room is painted"}
    (row,) = manager.rows("sessions", "list", *SPRING)
    assert (row["state"], row["cancelled_reason"]) == ("cancelled", "room is painted")
    said = manager.refused("sessions", "change", made["session"], "--room", "Hall")
    assert said == "It is cancelled. `kiosk sessions restore` undoes that."
    back = manager.row("sessions", "restore", "2099-03-03 10:00")
    assert back == {"restored": 1}
    (row,) = manager.rows("sessions", "list", *SPRING)
    assert (row["state"], row["cancelled_reason"]) == ("planned", None)
    assert manager.row("sessions", "restore", made["session"]) == {"restored": 0}


def test_a_series_is_planned_and_its_rest_called_off(manager: Manager) -> None:
    made = manager.rows("sessions", "series", GROUP, *MONDAYS, "--except", "2099-03-09")
    days = ["2099-03-02T15:00", "2099-03-16T15:00", "2099-03-23T15:00"]
    assert [row["starts_at"][:16] for row in made] == days
    assert len({row["series"] for row in made}) == 1
    gone = manager.row("sessions", "cancel", made[1]["session"], "--rest", "--reason", "holidays")
    assert gone["cancelled"] == 2
    states = [row["state"] for row in manager.rows("sessions", "list", *SPRING)]
    assert states == ["planned", "cancelled", "cancelled"]
    back = manager.row("sessions", "restore", made[1]["session"], "--rest")
    assert back == {"restored": 2}


def test_a_series_of_more_days_every_other_week(manager: Manager) -> None:
    words = (
        "--weekday", "friday", "--weekday", "monday", "--time", "09:30", "--first", "2099-03-02",
        "--until", "2099-03-20", "--every", "2", "--minutes", "45", "--room", "Garden",
    )  # fmt: skip
    manager.rows("sessions", "series", GROUP, *words)
    days = ("02", "06", "16", "20")
    assert starts(manager) == [f"2099-03-{day}T09:30" for day in days]
    table = manager("sessions", "series", GROUP, *words).out.splitlines()
    assert len(table) == 5
    assert table[0].startswith("session")


def test_several_are_called_off_at_once(manager: Manager) -> None:
    manager.rows("sessions", "series", GROUP, *MONDAYS)
    words = ("2099-03-02 15:00", "2099-03-16 15:00", "--reason", "staff day")
    assert manager.row("sessions", "cancel", *words)["cancelled"] == 2
    assert manager.row("sessions", "cancel", *words)["cancelled"] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("series", GROUP, *MONDAYS[:6]), "neither a last day nor a count"),
        (("series", GROUP, *MONDAYS[:6], "--until", "2099-03-01"), "No day is left"),
        (("series", GROUP, *MONDAYS[2:]), "Missing option '--weekday'"),
        (("series", GROUP, "--weekday", "noday", *MONDAYS[2:]), "is not one of"),
        (("add", GROUP, "--start", "2099-03-02"), "does not match"),
        (("add", GROUP, "--start", "1999-03-02 10:00"), "the years are 2000 to 2199"),
        (("add", GROUP, "--start", "2099-03-02 10:00", "--room", " "), "It has no room."),
        (
            ("add", GROUP, "--start", "2099-03-02 10:00", "--minutes", "1441"),
            "less than or equal to 1440",
        ),
        (("change", "abcd1234"), "Say what is to be changed."),
        (("cancel", "a", "b", "--rest", "--reason", "c"), "name one session"),
        (("restore", "a", "b", "--rest"), "name one session"),
        (("list", "--since", "2099-03-02", "--until", "2099-03-01"), "before the first"),
    ],
)
def test_what_was_typed_wrongly_is_one_sentence(
    manager: Manager, words: tuple[str, ...], sentence: str
) -> None:
    said = manager.misused("sessions", *words)
    assert sentence in said
    assert said.endswith(f"Try `kiosk sessions {words[0]} --help`.")


def test_what_cannot_be_done_is_one_sentence(manager: Manager) -> None:
    manager.row("sessions", "add", GROUP, "--start", "2099-03-02 15:00")
    named = "2099-03-02 15:00"
    assert "no series" in manager.refused("sessions", "cancel", named, "--rest", "--reason", "a")
    assert "needs a reason" in manager.misused("sessions", "cancel", named, "--reason", " ")
    past = manager.misused("sessions", "change", named, "--start", "2026-01-01 15:00")
    assert "has passed already" in past
    manager.row("sessions", "add", GROUP, "--start", "2026-01-05 15:00")
    begun = manager.refused("sessions", "change", "2026-01-05 15:00", "--start", "2099-01-05 15:00")
    assert begun.startswith("It has begun")
    over = manager.refused("sessions", "cancel", "2026-01-05 15:00", "--reason", "late")
    assert over == "It has taken place already. See `kiosk sessions list`."
    manager.row("sessions", "add", "Carers' circle", "--start", named)
    assert "name it by its id" in manager.refused("sessions", "cancel", named, "--reason", "a")
    none = manager.refused("sessions", "cancel", "2098-01-01 15:00", "--reason", "a")
    assert none == "No session is called that; see `kiosk sessions list`."
