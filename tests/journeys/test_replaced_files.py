"""The database is put back under a running kiosk: nobody is told what is not kept."""

import shutil
import subprocess

import pytest

from tests.journeys.clinic import CLOSED, HOME, Clinic, arrivals_by_name, finish

pytestmark = pytest.mark.terminal


@pytest.mark.parametrize("way", [("cp",), ("mv",)], ids=lambda way: way[0])
def test_a_copy_that_is_put_back_is_used_and_what_is_gone_is_told(
    clinic: Clinic, way: tuple[str, ...]
) -> None:
    passes, file = clinic.sample_passes(), clinic.folder / "kiosk.db"
    copy = shutil.copy2(file, clinic.folder / "copy.db")
    terminal = clinic.start()
    terminal.send(f"{passes['Mei']}\r")
    terminal.wait_for("Welcome, Mei")
    finish(terminal)
    subprocess.run([*way, copy, file], check=True)
    terminal.send(f"{passes['Ravi']}\r")
    terminal.wait_for(CLOSED)
    assert terminal.find("Welcome") is None
    # It starts itself anew, in the same process.
    terminal.wait_for(HOME)
    terminal.wait_for("Today  ")
    terminal.send(f"{passes['Ravi']}\r")
    terminal.wait_for("Welcome, Ravi")
    finish(terminal)
    assert arrivals_by_name(clinic) == {"Ravi": 1}
    told = clinic.printed("attendance", "odd", "--user", "facilitator", "--format", "csv")
    assert "records_lost" in told
