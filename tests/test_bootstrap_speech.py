"""The kiosk's voice is opened beside its screens, with a broken database too."""

from pathlib import Path
from typing import Any

import pytest

from kiosk.bootstrap import speech
from kiosk.bootstrap.data_folder import make_folder
from kiosk.bootstrap.speech import open_speaker, recordings_folder, voices
from kiosk.devices.speech import Speaker, SpeechParts
from kiosk.errors import KioskError
from kiosk.settings import SpeechSettings
from kiosk.ui.visitor.visit import VisitorSide
from tests.support.sounds import FakeHeadphones, ToneEngine
from tests.test_bootstrap import opened_by


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Speaker]:
    """What was opened to speak, without this machine's parts."""
    speakers: list[Speaker] = []

    def open_quietly(*_: Any) -> Speaker:
        parts = SpeechParts(
            find_players=list,
            find_engines=lambda: [ToneEngine()],
            find_dispatcher=lambda: None,
            headphones=FakeHeadphones,
        )
        speakers.append(Speaker(parts))
        return speakers[-1]

    monkeypatch.setattr(speech, "open_speaker", open_quietly)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    return speakers


def test_it_needs_no_clinic_and_ends_with_the_kiosk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[Speaker]
) -> None:
    make_folder(tmp_path / "folder")

    def use(side: VisitorSide) -> None:
        with pytest.raises(KioskError):
            side.clinic  # noqa: B018 - opens it
        assert side.open_speech() is side.open_speech() is opened[0]

    opened_by(monkeypatch, use, tmp_path / "folder")
    (speaker,) = opened
    speaker._thread.join(10)
    assert not speaker._thread.is_alive()


def test_a_clinic_may_switch_it_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[Speaker]
) -> None:
    make_folder(tmp_path / "folder")
    (tmp_path / "folder/kiosk.toml").write_text("[speech]\nenabled = false\n", encoding="utf-8")

    def use(side: VisitorSide) -> None:
        assert side.open_speech() is None

    opened_by(monkeypatch, use, tmp_path / "folder")
    assert opened == []


def test_what_a_clinic_sets_reaches_the_speaker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[SpeechParts] = []
    monkeypatch.setattr("kiosk.devices.speech.Speaker", made.append)
    open_speaker(tmp_path, SpeechSettings(speaker_percent=60, recordings="/srv/spoken"))
    assert (made[0].speaker_gain, made[0].recordings) == (0.6, Path("/srv/spoken"))
    assert made[0].voices == voices() == {"en": "en", "zh": "cmn", "ms": "ms", "ta": "ta"}
    assert recordings_folder(tmp_path, SpeechSettings()) == tmp_path / "recordings"
