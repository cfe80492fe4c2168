"""Sentences that a person has spoken go before the engine."""

import wave
from pathlib import Path

import pytest

from kiosk.devices.recordings import Recordings, read_recording
from kiosk.domain.speech import Utterance, recording_id
from kiosk.errors import SoundTrouble

HELP = Utterance("Help now", "en")


def _record(folder: Path, language: str, text: str, *, width: int = 2, ending: str = "wav") -> Path:
    path = folder / f"{language}-{recording_id(text)}.{ending}"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(width)
        file.setframerate(16000)
        file.writeframes(bytes(width * 2 * 100))
    return path


def test_a_sentence_is_found_by_its_language_and_words(tmp_path: Path) -> None:
    path = _record(tmp_path, "en", "Help now")
    (tmp_path / "notes.txt").write_text("not a recording")
    found = Recordings(tmp_path)
    assert len(found) == 1
    assert found.find(Utterance("Help now.", "en")) == path
    assert found.find(Utterance("Help now", "ms")) is None
    assert found.find(Utterance("Help me", "en")) is None
    assert found.find(Utterance("Help now", "en", is_private=True)) is None
    ((form, samples),) = read_recording(path)
    assert (form.rate, form.channels, len(samples)) == (16000, 2, 400)


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert len(Recordings(tmp_path / "none")) == 0
    assert Recordings(None).find(HELP) is None


def test_wav_goes_before_opus_which_needs_its_decoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    opus = _record(tmp_path, "en", "Help now", ending="opus")
    assert Recordings(tmp_path).needs_opus
    with pytest.raises(SoundTrouble, match="opusdec"):
        list(read_recording(opus))
    path = _record(tmp_path, "en", "Help now")
    assert Recordings(tmp_path).find(HELP) == path


def test_opus_is_decoded_by_its_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "opusdec"
    program.write_text("#!/bin/sh\nexec head -c 4002 /dev/zero\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    opus = _record(tmp_path, "en", "Help now", ending="opus")
    assert not Recordings(tmp_path).needs_opus
    got = list(read_recording(opus))
    assert (got[0][0].rate, got[0][0].channels, sum(len(one) for _, one in got)) == (48000, 2, 4000)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 10])
def test_a_file_that_is_no_sound_is_trouble(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "en-0123456789.wav"
    path.write_bytes(content)
    with pytest.raises(SoundTrouble, match="cannot be read"):
        list(read_recording(path))


def test_other_widths_are_not_played_as_noise(tmp_path: Path) -> None:
    with pytest.raises(SoundTrouble, match="16 bits"):
        list(read_recording(_record(tmp_path, "en", "Help now", width=3)))
