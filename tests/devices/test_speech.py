"""The speaker: what it says, to whom, and that no trouble of a device reaches a visit."""

import logging
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kiosk.devices.players import Player, PlayerProgram
from kiosk.devices.speech import Speaker, SpeechParts, scale
from kiosk.devices.speech_dispatcher import Dispatcher
from kiosk.devices.synthesis import LibraryEngine, SpeechEngine
from kiosk.domain.speech import (
    RATES,
    USUAL_RATE,
    USUAL_VOLUME,
    VOLUMES,
    Speech,
    Utterance,
    recording_id,
)
from tests.support.sounds import (
    FORM,
    TONE,
    FakeHeadphones,
    ToneEngine,
    children_of,
    file_player,
    own_children,
    rms,
    runs,
    shell_player,
    until,
)

HELLO = Utterance("Hello.", "en")
NAME = Utterance("Mei Lin", "en", is_private=True)
HALF = USUAL_VOLUME


@dataclass
class Room:
    """A speaker, what it is made of, and what was heard."""

    path: Path
    engines: list[SpeechEngine] = field(default_factory=lambda: [ToneEngine()])
    players: list[PlayerProgram] = field(default_factory=list)
    dispatcher: Dispatcher | None = None
    recordings: Path | None = None
    speaker_gain: float = 1.0
    searches: int = 0
    plugs: list[FakeHeadphones] = field(default_factory=list)
    opened: list[Speaker] = field(default_factory=list)
    before: set[int] = field(default_factory=own_children)

    def open(self) -> Speaker:
        speaker = Speaker(
            SpeechParts(
                recordings=self.recordings,
                voices={"zh": "cmn", "xx": ""},
                speaker_gain=self.speaker_gain,
                find_players=self._find_players,
                find_engines=self._find_engines,
                find_dispatcher=lambda: self.dispatcher,
                headphones=self._headphones,
            )
        )
        self.opened.append(speaker)
        speaker.wait_until_found(10)
        return speaker

    def _find_engines(self) -> list[SpeechEngine]:
        self.searches += 1
        return self.engines

    def _find_players(self) -> list[PlayerProgram]:
        return self.players

    def _headphones(self, tell: Callable[[bool], None]) -> FakeHeadphones:
        self.plugs.append(FakeHeadphones(tell))
        return self.plugs[-1]

    @property
    def tone(self) -> ToneEngine:
        engine = self.engines[0]
        assert isinstance(engine, ToneEngine)
        return engine

    @property
    def running(self) -> set[int]:
        """What was started here and still runs, or was not waited for."""
        return own_children() - self.before

    @property
    def heard(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""

    def loudest(self) -> int:
        numbers = memoryview(self.heard[: len(self.heard) // 2 * 2]).cast("h")
        return max(numbers, default=0)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "heard")
    made.players = [file_player(made.path)]
    yield made
    for speaker in made.opened:
        speaker.close()
    assert until(lambda: not made.running), "a process was left behind"


def quiet(speaker: Speaker) -> bool:
    return until(lambda: not speaker.is_speaking)


@pytest.mark.conforms("EN 301 549 5.1.3.14", "WCAG 3.1.1")
def test_it_says_one_after_the_other_each_by_its_voice(room: Room) -> None:
    speaker: Speech = room.open()
    assert isinstance(speaker, Speaker)
    speaker.say([HELLO, Utterance("您好", "zh")])
    assert speaker.is_speaking
    assert quiet(speaker)
    assert room.tone.given == [
        ("Hello.", "en", RATES[USUAL_RATE]),
        ("您好", "cmn", RATES[USUAL_RATE]),
    ]
    # Both, and a little silence after each.
    assert FORM.seconds(len(room.heard)) == pytest.approx(2 * (0.05 + 0.2), abs=0.01)
    assert speaker.measures.said_by == "tone, file"


@pytest.mark.conforms("EN 301 549 5.1.3.5", "EN 301 549 5.1.3.10")
def test_what_comes_next_takes_the_place_of_what_is_said(room: Room) -> None:
    room.tone.seconds = 30
    speaker = room.open()
    speaker.say([HELLO, HELLO])
    assert until(lambda: bool(room.heard))
    began = time.monotonic()
    room.tone.seconds = 0.05
    speaker.say([Utterance("Help.", "en")])
    assert time.monotonic() - began < 0.1
    assert quiet(speaker)
    assert [text for text, _, _ in room.tone.given] == ["Hello.", "Help."]
    assert room.tone.stopped == 1


@pytest.mark.conforms("WCAG 1.4.2")
def test_silence_is_at_once(room: Room) -> None:
    room.tone.seconds = 30
    speaker = room.open()
    speaker.say([HELLO])
    assert until(lambda: bool(room.heard))
    (player,) = room.running
    speaker.stop()
    assert not speaker.is_speaking
    assert until(lambda: not runs(player), 0.5)
    before = room.heard
    assert until(lambda: not room.running)
    assert room.heard == before


def test_no_more_is_handed_over_than_a_moment_ahead(room: Room) -> None:
    """What is handed over cannot be made louder, nor silenced by anything but the player's end."""
    room.tone.seconds = 30
    speaker = room.open()
    began = time.monotonic()
    speaker.say([HELLO])
    assert until(lambda: FORM.seconds(len(room.heard)) > 0.4)
    assert FORM.seconds(len(room.heard)) <= time.monotonic() - began + 0.4 + 0.1 + 0.05


@pytest.mark.conforms("EN 301 549 5.1.3.9")
def test_private_is_for_headphones_or_aloud_by_choice(room: Room) -> None:
    speaker = room.open()
    for is_in, aloud in [(False, False), (False, True), (True, False)]:
        room.plugs[0].are_in = is_in
        speaker.say([HELLO, NAME], aloud=aloud)
        assert quiet(speaker)
    assert [text for text, _, _ in room.tone.given] == [
        "Hello.",
        "Hello.",
        "Mei Lin",
        "Hello.",
        "Mei Lin",
    ]


def test_headphones_that_go_in_or_out_silence_it_and_are_told(room: Room) -> None:
    room.tone.seconds = 30
    speaker = room.open()
    told: list[tuple[bool, bool]] = []
    speaker.watch_headphones(lambda are_in: told.append((are_in, speaker.is_speaking)))
    speaker.say([HELLO])
    room.plugs[0].plug(is_in=True)
    assert speaker.has_headphones
    speaker.say([NAME])
    assert until(lambda: bool(room.heard))
    (player,) = room.running
    room.plugs[0].plug(is_in=False)
    assert until(lambda: not runs(player), 0.5)
    assert told == [(True, False), (False, False)]


def test_a_language_without_a_voice_is_said_in_english_if_that_is_known(room: Room) -> None:
    speaker = room.open()
    assert speaker.can_say("zh")
    assert not speaker.can_say("ta")
    speaker.say([Utterance("வணக்கம்", "ta", english="Hello."), Utterance("x", "xx"), HELLO])
    assert quiet(speaker)
    assert [text for text, _, _ in room.tone.given] == ["Hello.", "Hello."]


@pytest.mark.conforms("EN 301 549 5.1.3.11", "EN 301 549 5.1.3.13", "508 402.3.1")
def test_louder_and_slower_until_the_visit_ends(room: Room) -> None:
    speaker = room.open()
    room.speaker_gain = 1.0
    assert [speaker.change_volume(1) for _ in range(4)] == [True, True, False, False]
    assert [speaker.change_rate(-1) for _ in range(4)] == [True, True, True, False]
    speaker.say([HELLO])
    assert quiet(speaker)
    assert (room.tone.given[-1][2], room.loudest()) == (RATES[0], TONE)
    room.path.unlink()
    speaker.reset()
    speaker.say([HELLO])
    assert quiet(speaker)
    assert room.tone.given[-1][2] == RATES[USUAL_RATE]
    assert room.loudest() == pytest.approx(TONE * VOLUMES[USUAL_VOLUME], abs=1)
    # What was said is gone with the engine's memory.
    assert room.tone.closed == 1


def test_the_speaker_is_never_louder_than_the_clinic_allows(room: Room) -> None:
    room.speaker_gain = 0.5
    speaker = room.open()
    while speaker.change_volume(1):
        pass
    speaker.say([HELLO])
    assert quiet(speaker)
    assert room.loudest() == TONE // 2
    room.plugs[0].are_in = True
    speaker.say([HELLO])
    assert quiet(speaker)
    assert room.loudest() == TONE


def test_a_pause_goes_on_from_a_little_before(room: Room) -> None:
    room.tone.seconds = 0.6
    speaker = room.open()
    assert not speaker.pause()
    speaker.say([HELLO])
    assert until(lambda: len(room.heard) > FORM.bytes_in(0.3))
    assert speaker.pause()
    assert until(lambda: not room.running)
    at_pause = len(room.heard)
    assert speaker.is_speaking
    assert not speaker.pause()
    assert quiet(speaker)
    # All of it was heard, and what the pause had cut was handed over again.
    assert FORM.bytes_in(0.8) <= len(room.heard) <= at_pause + FORM.bytes_in(0.9)
    assert len(room.tone.given) == 1


def test_a_pause_at_the_moment_of_writing_is_no_failure(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker = room.open()
    paused: list[bool] = []
    write = Player.write

    def write_and_pause(self: Player, samples: bytes) -> None:
        if not paused:
            paused.append(speaker.pause())
            assert until(lambda: self.status is not None)
        write(self, samples)

    monkeypatch.setattr(Player, "write", write_and_pause)
    speaker.say([HELLO])
    assert until(lambda: paused == [True])
    assert not speaker.pause()
    assert quiet(speaker)
    assert FORM.seconds(len(room.heard)) == pytest.approx(0.05 + 0.2, abs=0.01)
    assert speaker.is_able
    assert speaker.measures.trouble == ""


def test_a_pause_that_ends_at_once_loses_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.tone.seconds = 0.6
    speaker = room.open()
    writes: list[int] = []
    write = Player.write

    def write_and_pause(self: Player, samples: bytes) -> None:
        writes.append(len(samples))
        if len(writes) == 3:
            assert speaker.pause()
            assert not speaker.pause()
            assert until(lambda: self.status is not None)
        write(self, samples)

    monkeypatch.setattr(Player, "write", write_and_pause)
    speaker.say([HELLO])
    assert quiet(speaker)
    # What the player had and nobody had heard is handed over again.
    assert sum(writes) >= FORM.bytes_in(0.6 + 0.2 + 0.1)
    assert len(room.heard) >= FORM.bytes_in(0.6 + 0.2)


def test_silence_waits_for_no_player_that_hangs(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.devices.players._WRITE_SECONDS", 60.0)
    monkeypatch.setattr("kiosk.devices.speech._AHEAD_SECONDS", 60.0)
    room.tone.seconds = 6.0
    room.players = [shell_player("exec sleep 60")]
    speaker = room.open()
    speaker.say([HELLO])
    assert until(lambda: bool(room.running))
    (player,) = room.running
    until(lambda: False, 0.1)
    speaker.stop()
    assert until(lambda: not runs(player))
    assert speaker.is_able


def test_silence_ends_a_pause(room: Room) -> None:
    room.tone.seconds = 30
    speaker = room.open()
    speaker.say([HELLO])
    assert until(lambda: bool(room.heard))
    speaker.pause()
    speaker.stop()
    assert not speaker.is_speaking
    room.tone.seconds = 0.05
    speaker.say([HELLO])
    assert quiet(speaker)


def test_an_engine_that_fails_leaves_it_to_the_next(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    broken = ToneEngine(name="broken", trouble="it does not answer")
    room.engines = [broken, ToneEngine()]
    speaker = room.open()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            speaker.say([Utterance("Mei Lin's secret", "en")])
            assert quiet(speaker)
    # It is left alone for a while, and the log says why, once and without the text.
    assert len(broken.given) == 1
    assert [record.getMessage() for record in caplog.records] == ["broken: it does not answer"]
    other = room.engines[1]
    assert isinstance(other, ToneEngine)
    assert len(other.given) == 3


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("exit 1", "broken has ended"),
        ("exec sleep 60", "broken hangs"),
        ("cat > /dev/null; exec sleep 60", "broken hangs"),
        ("cat > /dev/null; exit 3", "broken ended with status 3"),
    ],
)
def test_a_player_that_fails_is_let_go_and_looked_for_again(
    room: Room,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    trouble: str,
) -> None:
    monkeypatch.setattr("kiosk.devices.players._WRITE_SECONDS", 0.1)
    monkeypatch.setattr("kiosk.devices.speech._DRAIN_SECONDS", 0.1)
    monkeypatch.setattr("kiosk.devices.speech._LOOK_SECONDS", 0.05)
    monkeypatch.setattr("kiosk.devices.speech._FIRST_WAIT", 0.05)
    # More than a pipe takes.
    room.tone.seconds = 6.0
    room.players = [shell_player(script)]
    speaker = room.open()
    assert speaker.is_able
    # Nobody needs to wait for all of it.
    monkeypatch.setattr("kiosk.devices.speech._AHEAD_SECONDS", 60.0)
    monkeypatch.setattr("kiosk.devices.players.Player.ahead", 0.0)
    speaker.say([HELLO])
    room.players = []
    assert quiet(speaker)
    assert not speaker.is_able
    assert any(trouble in record.getMessage() for record in caplog.records)
    assert "Hello" not in caplog.text
    room.players = [file_player(room.path)]
    assert until(lambda: speaker.is_able)
    speaker.say([HELLO])
    assert quiet(speaker)
    assert room.heard


def test_where_there_is_another_player_it_says_all_of_it(room: Room) -> None:
    room.players.insert(0, shell_player("exit 1"))
    speaker = room.open()
    for _ in range(2):
        speaker.say([HELLO])
        assert quiet(speaker)
        assert speaker.measures.said_by == "tone, file"
    assert FORM.seconds(len(room.heard)) == pytest.approx(2 * (0.05 + 0.2), abs=0.01)


def test_a_machine_without_sound_says_nothing_and_costs_nothing(room: Room) -> None:
    room.players = []
    speaker = room.open()
    assert not speaker.is_able
    assert not speaker.can_say("en")
    speaker.say([HELLO])
    assert quiet(speaker)
    assert (room.tone.given, speaker.measures.trouble) == ([], "")
    assert room.searches == 0


def test_a_person_who_has_spoken_it_goes_before_the_engine(room: Room, tmp_path: Path) -> None:
    room.recordings = tmp_path / "recordings"
    room.recordings.mkdir()
    for language, text in [("en", "Hello."), ("ta", "வணக்கம்")]:
        path = room.recordings / f"{language}-{recording_id(text)}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(FORM.rate)
            file.writeframes(b"\x07\x00" * 400)
    (room.recordings / f"en-{recording_id('Broken')}.wav").write_bytes(b"no sound")
    speaker = room.open()
    while speaker.change_volume(1):
        pass
    # No engine speaks Tamil here, and a damaged file is left to the engine.
    speaker.say([HELLO, Utterance("வணக்கம்", "ta"), Utterance("Broken", "en")])
    assert quiet(speaker)
    assert room.heard.count(b"\x07\x00") == 800
    assert [text for text, _, _ in room.tone.given] == ["Broken"]


def test_samples_are_scaled() -> None:
    samples = memoryview(bytearray(8)).cast("h")
    samples[0], samples[1], samples[2], samples[3] = 32767, -32768, 100, 0
    assert list(memoryview(scale(samples.tobytes(), 0.5)).cast("h")) == [16383, -16384, 50, 0]
    assert scale(samples.tobytes(), 1.0) == samples.tobytes()


def test_an_error_that_nobody_expected_ends_one_turn_alone(room: Room) -> None:
    class Odd(ToneEngine):
        def speak(self, text: str, voice: str, rate: int):  # type: ignore[no-untyped-def]
            raise ZeroDivisionError

    room.engines = [Odd()]
    errors: list[Exception] = []

    def attempt(work: Callable[[], None], on_error: Callable[[Exception], None]) -> None:
        try:
            work()
        except ZeroDivisionError as error:
            errors.append(error)
            on_error(error)

    speaker = Speaker(
        SpeechParts(
            find_players=lambda: [file_player(room.path)],
            find_engines=lambda: room.engines,
            find_dispatcher=lambda: None,
            headphones=FakeHeadphones,
            attempt=attempt,
        )
    )
    room.opened.append(speaker)
    speaker.say([HELLO])
    assert quiet(speaker)
    room.engines[:] = [ToneEngine()]
    speaker.say([HELLO])
    assert quiet(speaker)
    assert len(errors) == 1
    assert room.heard


_ORPHANS = """
import sys, time
from kiosk.devices.players import Player, PlayerProgram
from kiosk.devices.speech import Speaker, SpeechParts
from kiosk.devices.synthesis import LibraryEngine
from kiosk.domain.speech import Utterance
from tests.support.sounds import file_player
from pathlib import Path
speaker = Speaker(SpeechParts(find_players=lambda: [file_player(Path(sys.argv[1]))],
    find_engines=lambda: [LibraryEngine()], find_dispatcher=lambda: None))
speaker.say([Utterance("Secret words. " * 100, "en")])
time.sleep(60)
"""


def test_nothing_runs_on_once_the_kiosk_was_killed(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader")
    heard = tmp_path / "heard"
    with subprocess.Popen([sys.executable, "-c", _ORPHANS, str(heard)]) as kiosk:
        try:
            assert until(lambda: heard.exists() and heard.stat().st_size > 0)
            started = children_of(kiosk.pid)
            shown = [
                Path(f"/proc/{one}/{part}").read_bytes()
                for one in started
                for part in ("cmdline", "environ")
                if os.access(f"/proc/{one}/{part}", os.R_OK)
            ]
        finally:
            kiosk.send_signal(signal.SIGKILL)
    assert len(started) == 2
    assert not any(b"Secret" in one for one in shown)
    assert until(lambda: not any(map(runs, started)), 2.0)


def test_first_sound_by_the_library_is_soon(room: Room) -> None:
    """A bound that a busy machine keeps; what was measured stands in the guide."""
    pytest.importorskip("espeakng_loader")
    room.engines = [LibraryEngine()]
    speaker = room.open()
    speaker.say([Utterance("Hello.", "en")])
    assert until(lambda: bool(room.heard))
    assert speaker.measures.first_sound is not None
    assert speaker.measures.first_sound < 1.0
    assert rms(room.heard) > 0


def test_only_an_engine_that_has_said_something_is_made_anew(room: Room) -> None:
    speaker = room.open()
    speaker.reset()
    speaker.say([HELLO])
    assert quiet(speaker)
    assert room.tone.closed == 0
    speaker.reset()
    assert until(lambda: room.tone.closed == 1)
    speaker.reset()
    speaker.say([HELLO])
    assert quiet(speaker)
    assert room.tone.closed == 1
