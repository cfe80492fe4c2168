"""The engines: what they are given, what they make, and how they are let go where they fail."""

import itertools
import os
import shutil
import time
import wave
from pathlib import Path

import pytest

from kiosk.devices import synthesis
from kiosk.devices.players import SoundFormat
from kiosk.devices.synthesis import CommandEngine, LibraryEngine, find_engines, spoken_text
from kiosk.errors import SoundTrouble
from tests.support.sounds import engine_script, own_children, rms, runs, until

SENTENCES = {
    "en": "Please take a seat. We will call you.",
    "cmn": "请坐。我们会给您打电话。",
    "ms": "Sila duduk. Kami akan menelefon anda.",
    "ta": "தயவுசெய்து உட்காருங்கள்.",
    "yue": "請坐。",
}
READS = "for line in lines:\n one = json.loads(line)\n"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthesis, "NEXT_SECONDS", 0.2)
    monkeypatch.setattr(synthesis, "_STOP_SECONDS", 0.2)


@pytest.fixture(params=["command", "library"])
def engine(request: pytest.FixtureRequest) -> synthesis.SpeechEngine:
    if request.param == "library":
        pytest.importorskip("espeakng_loader")
        made: synthesis.SpeechEngine = LibraryEngine()
    else:
        program = shutil.which("espeak-ng")
        if program is None:
            pytest.skip("espeak-ng is not installed here")
        made = CommandEngine(program)
    request.addfinalizer(made.close)
    return made


def _say(engine: synthesis.SpeechEngine, text: str, voice: str, rate: int = 150) -> bytes:
    return b"".join(samples for _, samples in engine.speak(text, voice, rate))


def test_every_language_sounds(engine: synthesis.SpeechEngine, tmp_path: Path) -> None:
    """Measured from WAV files: as long as speech is, with sound in it, and no two alike."""
    seen = set()
    for voice, text in SENTENCES.items():
        assert engine.can_say(voice)
        began = time.monotonic()
        samples = _say(engine, text, voice)
        assert time.monotonic() - began < 5
        path = tmp_path / f"{voice}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SoundFormat().rate)
            file.writeframes(samples)
        with wave.open(str(path), "rb") as file:
            seconds = file.getnframes() / file.getframerate()
            heard = file.readframes(file.getnframes())
        assert 0.4 < seconds < 8
        assert rms(heard) > 300
        seen.add(samples)
    assert len(seen) == len(SENTENCES)


def test_slower_takes_longer(engine: synthesis.SpeechEngine) -> None:
    text = SENTENCES["en"]
    assert len(_say(engine, text, "en", 90)) > 1.4 * len(_say(engine, text, "en", 175))


def test_chinese_characters_are_read_and_not_named(engine: synthesis.SpeechEngine) -> None:
    """A voice that has them not says "Chinese letter" for each, which takes a second apiece."""
    samples = _say(engine, "您好请坐", "cmn")
    assert 0.5 < SoundFormat().seconds(len(samples)) < 2.5


def test_a_voice_that_is_not_there_does_not_keep_the_one_before(
    engine: synthesis.SpeechEngine,
) -> None:
    _say(engine, "Hello", "ta")
    for voice in ("zh", "nan", "hak", "", "qq"):
        assert not engine.can_say(voice)
    with pytest.raises(SoundTrouble):
        _say(engine, "Hello", "qq")
    assert _say(engine, "Hello", "en")


def test_what_is_stopped_leaves_the_engine_ready(engine: synthesis.SpeechEngine) -> None:
    before = own_children()
    samples = engine.speak("A long sentence that goes on and on. " * 40, "en", 90)
    assert next(samples)
    samples.close()
    assert len(own_children() - before) <= 1
    # As long as ever: nothing of the sentence before is in it.
    assert 0.2 < SoundFormat().seconds(len(_say(engine, "Hello", "en"))) < 1.5
    engine.close()
    assert own_children() <= before


def test_text_is_no_command() -> None:
    """Phonemes in brackets, markup, escapes, private use and line ends are not for the engine."""
    assert spoken_text("a[[h@l'oU]]b <break/>\n\x1b[2J\U000f0001 {x}") == "a h@l'oU b break/ 2J x"
    assert spoken_text("க்‌ஷ") == "க்‌ஷ"
    assert len(spoken_text("a" * 10_000)) == 2000


@pytest.mark.parametrize(("version", "voice"), [("1.51", "cmn-latn-pinyin"), ("1.52.0", "cmn")])
def test_the_text_is_nowhere_but_on_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, voice: str
) -> None:
    """And a version that names Chinese characters is asked for the voice that reads them."""
    monkeypatch.setenv("KIOSK_PASSPHRASE", "not for others")
    shown, given = tmp_path / "shown", tmp_path / "given"
    fake = tmp_path / "espeak-ng"
    voices = "Pty Language\\n 5  cmn  M\\n 5  cmn-latn-pinyin  M\\n 2  en-gb  M\\n"
    fake.write_text(
        "#!/bin/sh\n"
        'case "$1" in\n'
        f"--version) echo eSpeak NG text-to-speech: {version};;\n"
        f"--voices) printf '{voices}';;\n"
        f'*) {{ echo "$@"; env; }} > {shown}; cat > {given};;\n'
        "esac\n"
    )
    fake.chmod(0o700)
    engine = CommandEngine(str(fake))
    assert (engine.can_say("en"), engine.can_say("ms")) == (True, False)
    with pytest.raises(SoundTrouble, match="without a sound"):
        _say(engine, "--version; $(Mei Lin) [[h@]]", "cmn")
    words = shown.read_text()
    assert f"-v {voice}\n" in words
    assert "Mei Lin" not in words
    assert "not for others" not in words
    assert given.read_text() == "--version; $(Mei Lin) h@"


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("exit 3", "without a sound"),
        ("exec head -c 100 /dev/zero", "no sound"),
        ("printf 'RIFF....WAVEfmt ................................................'", "unknown"),
        ("exec sleep 60", "does not answer"),
    ],
)
def test_a_command_that_fails_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, trouble: str
) -> None:
    monkeypatch.setattr(synthesis, "FIRST_SECONDS", 0.3)
    fake = tmp_path / "espeak-ng"
    fake.write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n")
    fake.chmod(0o700)
    before = own_children()
    monkeypatch.setattr(synthesis, "ask_program", lambda _: "")
    with pytest.raises(SoundTrouble, match=trouble):
        _say(CommandEngine(str(fake)), "Hello", "en")
    assert own_children() == before


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("os.write(1, b'Segmentation fault\\n')", "no frames"),
        ("frame(b'V', b'no json')", "no frames"),
        ("frame(b'P', b'xx')", "no frames"),
        ("sys.exit(1)", "has ended"),
        ("time.sleep(60)", "does not answer"),
        (f"greet()\n{READS} sys.exit(1)", "has ended"),
        (f"greet()\n{READS} time.sleep(60)", "does not answer"),
        (f"greet()\n{READS} os.write(1, b'P' + b'\\xff' * 4)", "no frames"),
        (f"greet()\n{READS} frame(b'V', b'')", "no frames"),
        (f"greet()\n{READS} frame(b'N')", "no voice"),
        ("greet()\nwhile True: frame(b'P', bytes(1 << 16))", "does not end"),
    ],
)
def test_a_library_process_that_fails_is_ended(
    monkeypatch: pytest.MonkeyPatch, script: str, trouble: str
) -> None:
    monkeypatch.setattr(synthesis, "FIRST_SECONDS", 0.5)
    before = own_children()
    engine = LibraryEngine(engine_script(script))
    with pytest.raises(SoundTrouble, match=trouble):
        _say(engine, "Hello", "en")
    engine.close()
    assert own_children() == before


def test_a_library_process_that_died_is_started_again() -> None:
    engine = LibraryEngine(engine_script(f"greet()\n{READS} frame(b'P', bytes(8)); frame(b'E')"))
    before = own_children()
    assert engine.can_say("en")
    assert _say(engine, "Hello", "en") == bytes(8)
    (process,) = own_children() - before
    os.kill(process, 9)
    assert until(lambda: not runs(process))
    assert _say(engine, "Hello", "en") == bytes(8)
    engine.close()
    assert own_children() == before


def test_one_that_does_not_stop_is_killed() -> None:
    """It writes on and on, whatever it is told."""
    engine = LibraryEngine(engine_script("greet()\nwhile True: frame(b'P', bytes(800))"))
    before = own_children()
    samples = engine.speak("Hello", "en", 150)
    assert len(list(itertools.islice(samples, 3))) == 3
    samples.close()
    assert own_children() == before


def test_engines_are_found_with_the_warm_one_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = find_engines()
    assert [type(one) for one in found] in ([LibraryEngine], [])
    for one in found:
        one.close()
