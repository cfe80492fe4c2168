"""`kiosk speech`: the installer hears every language, and sees what is still to be recorded."""

import wave
from pathlib import Path
from typing import Any

import pytest

from kiosk.bootstrap import speech
from kiosk.devices.speech import Speaker, SpeechParts
from kiosk.domain.speech import recording_id
from tests.cli.calling import Kiosk
from tests.support.sounds import FakeHeadphones, ToneEngine, file_player


@pytest.fixture
def speaking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ToneEngine:
    """Let a tone be what speaks, into a file."""
    engine = ToneEngine(seconds=0.01, voices=frozenset({"en", "cmn", "ms", "ta"}))

    def open_speaker(*_: Any) -> Speaker:
        parts = SpeechParts(
            voices=speech.voices(),
            find_players=lambda: [file_player(tmp_path / "heard")],
            find_engines=lambda: [engine],
            find_dispatcher=lambda: None,
            headphones=FakeHeadphones,
        )
        return Speaker(parts)

    monkeypatch.setattr(speech, "open_speaker", open_speaker)
    return engine


def test_every_language_is_said(kiosk: Kiosk, demo: Path, speaking: ToneEngine) -> None:
    answer = kiosk("speech", "test", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    assert [row["language"] for row in answer.rows] == ["en", "zh", "ms", "ta"]
    assert all(row["said_by"] == "tone, file" and row["first_ms"] >= 0 for row in answer.rows)
    assert [voice for _, voice, _ in speaking.given] == ["en", "cmn", "ms", "ta"]
    # Each in itself, whatever letters this terminal can show.
    assert len({text for text, _, _ in speaking.given}) == 4


def test_a_language_that_nothing_speaks_is_named(
    kiosk: Kiosk, demo: Path, speaking: ToneEngine
) -> None:
    speaking.voices = frozenset({"en", "ms"})
    answer = kiosk("speech", "test", "--format", "json")
    assert answer.code == 1
    assert "Not said: zh, ta." in answer.err
    assert [row["trouble"] for row in answer.rows] == 2 * ["", "nothing here speaks it"]


def test_a_machine_without_sound_is_told_what_to_do(
    kiosk: Kiosk, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(demo))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(demo))
    monkeypatch.setattr("kiosk.devices.synthesis.find_engines", lambda: [ToneEngine()])
    answer = kiosk("speech", "test")
    assert answer.sentence().startswith("There is no sound device, or no program that plays")


def test_what_is_still_to_be_recorded(kiosk: Kiosk, demo: Path) -> None:
    rows = kiosk("speech", "sentences", "--format", "json").rows
    (row,) = [row for row in rows if row["sentence"] == "Help now" and row["file"].startswith("en")]
    assert row == {
        "file": f"en-{recording_id('Help now')}.wav",
        "recorded": "no",
        "sentence": "Help now",
        "english": "Help now",
    }
    assert len({row["file"] for row in rows}) == len(rows)
    assert not any("{" in row["sentence"] for row in rows)
    folder = demo / "recordings"
    folder.mkdir()
    with wave.open(str(folder / str(row["file"])), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8))
    rows = kiosk("speech", "sentences", "--format", "json").rows
    assert [one["sentence"] for one in rows if one["recorded"] == "yes"] == ["Help now"]
