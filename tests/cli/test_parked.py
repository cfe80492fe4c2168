"""What a machine wrote and what was set aside of it, in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kiosk.cli.parked import describe_parked, show_written
from kiosk.records.central.machines import ParkedRows, WrittenRows
from kiosk.usecases.central.owner import Written

AT = datetime(2026, 11, 28, 3, 30, tzinfo=UTC)
ROWS = (WrittenRows("check_in", 12, AT, AT), WrittenRows("passcard", 1, AT, AT))


def test_what_was_written_is_told_by_kind_and_in_the_clinics_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_written(Written(ROWS, 0), ZoneInfo("Asia/Singapore"))
    said = capsys.readouterr().out
    assert "check-in" in said
    assert "2026-11-28 11:30" in said
    assert "--park sets them aside" in said


@pytest.mark.parametrize(("parked", "words"), [(13, "13 records are"), (1, "1 record is")])
def test_what_was_set_aside_is_counted(
    capsys: pytest.CaptureFixture[str], parked: int, words: str
) -> None:
    show_written(Written(ROWS, parked), ZoneInfo("UTC"))
    assert f"{words} set aside; they stay at the centre" in capsys.readouterr().out


@pytest.mark.parametrize("reason", ["length", "number", "lookup", "time"])
def test_what_an_upgrade_sets_aside_names_machine_and_reason(reason: str) -> None:
    said = describe_parked(ParkedRows("kiosk_heartbeat", "7K", reason, 2))
    assert said.startswith("Set aside: report of 7K, 2 in all (")
    assert describe_parked(ParkedRows("passcard", "", reason, 1)).startswith("Set aside: pass, 1")
