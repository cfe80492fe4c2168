"""Players are found where their sound server is, and told nothing but the format."""

from pathlib import Path

import pytest

from kiosk.devices.players import (
    PlayerProgram,
    SoundFormat,
    ask_program,
    find_players,
    own_environment,
    try_player,
)
from tests.support.sounds import own_children, shell_player

FORM = SoundFormat(16000, 2)


def _programs(folder: Path, *names: str, says: str = "") -> dict[str, str]:
    """Make programs, and return variables that find them."""
    folder.mkdir()
    for name in names:
        path = folder / name
        path.write_text(f"#!/bin/sh\necho '{says}'\n")
        path.chmod(0o700)
    run = folder.parent / "run"
    run.mkdir()
    return {"PATH": str(folder), "XDG_RUNTIME_DIR": str(run)}


def test_the_sound_server_that_runs_goes_first(tmp_path: Path) -> None:
    variables = _programs(tmp_path / "bin", "pw-play", "paplay", "aplay")
    run = Path(variables["XDG_RUNTIME_DIR"])
    assert find_players(variables, tmp_path) == []
    device = tmp_path / "dev/snd/pcmC0D0p"
    device.parent.mkdir(parents=True)
    device.touch()
    assert _names(find_players(variables, tmp_path)) == ["aplay"]
    (run / "pulse").mkdir()
    (run / "pulse/native").touch()
    assert _names(find_players(variables, tmp_path)) == ["paplay", "aplay"]
    (run / "pipewire-0").touch()
    assert _names(find_players(variables, tmp_path)) == ["pw-play", "paplay", "aplay"]


def _names(programs: list[PlayerProgram]) -> list[str]:
    return [program.name for program in programs]


def test_a_device_that_only_records_plays_nothing(tmp_path: Path) -> None:
    variables = _programs(tmp_path / "bin", "aplay")
    device = tmp_path / "dev/snd/pcmC0D0c"
    device.parent.mkdir(parents=True)
    device.touch()
    assert find_players(variables, tmp_path) == []


@pytest.mark.parametrize(("says", "is_raw"), [("  --raw  RAW mode", True), ("", False)])
def test_pipewire_is_told_that_samples_are_bare_where_it_asks(
    tmp_path: Path, says: str, is_raw: bool
) -> None:
    variables = _programs(tmp_path / "bin", "pw-play", says=says)
    (Path(variables["XDG_RUNTIME_DIR"]) / "pipewire-0").touch()
    (player,) = find_players(variables, tmp_path)
    words = player.command(FORM)
    assert ("--raw" in words) is is_raw
    assert {"--rate=16000", "--channels=2", "--format=s16"} <= set(words)
    assert words[-1] == "-"


def test_a_moment_of_silence_tells_whether_it_plays() -> None:
    assert try_player(shell_player("cat > /dev/null")) == ""
    assert try_player(shell_player("cat > /dev/null; echo 'no \x1b[1m card' >&2; exit 1")) == (
        "no [1m card"
    )
    assert try_player(shell_player("exit 4")) == "status 4"
    assert try_player(PlayerProgram("none", ("/nowhere/player",))).startswith("No such file")


def test_a_program_that_floods_or_hangs_is_not_waited_for() -> None:
    before = own_children()
    assert len(ask_program(["/bin/sh", "-c", "exec yes"])) == 20_000
    assert ask_program(["/bin/sh", "-c", "echo early; exec sleep 60"], 0.1) == ""
    assert ask_program(["/nowhere/program"]) == ""
    assert own_children() == before


def test_variables_of_the_kiosk_stay_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_PASSPHRASE", "secret")
    assert not any(name.startswith("KIOSK_") for name in own_environment())
