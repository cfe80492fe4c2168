"""Row 10: from the wish to speak to the first sample that a player gets."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kiosk.bootstrap.speech import voices
from kiosk.devices.players import Player, PlayerProgram, SoundFormat
from kiosk.devices.speech import Speaker, SpeechParts
from kiosk.devices.synthesis import SpeechEngine, find_engines
from kiosk.domain.speech import Utterance
from tests.bench.figures import Figure, timed
from tests.support.sounds import FakeHeadphones, file_player, until

_SENTENCES = {
    "en": "Please take a seat. We will call you.",
    "zh": "请坐。我们会给您打电话。",
    "ms": "Sila duduk. Kami akan menelefon anda.",
    "ta": "தயவுசெய்து உட்காருங்கள்.",
}


def speaking(scratch: Path, rounds: int) -> Iterator[Figure]:
    """Say a sentence of each language `rounds` times by each engine that this machine has.

    The floor is the player alone, started and handed a sample.
    """
    player = file_player(scratch / "heard")
    engines = find_engines()
    if not engines:
        sys.stderr.write("Row 10: nothing here speaks.\n")
    for engine in engines:
        speaker = _speaker(engine, player)
        try:
            for language, text in _SENTENCES.items():
                what = f"first sound, {language}, {engine.name.split(' (')[0]}"
                times = [_first_sound(speaker, text, language) for _ in range(rounds)]
                floors = [_bare(player) for _ in range(rounds)]
                yield timed(10, what, times, floors, None, notes="100 ms is what is aimed at")
        finally:
            speaker.close()


def _speaker(engine: SpeechEngine, player: PlayerProgram) -> Speaker:
    parts = SpeechParts(
        voices=voices(),
        find_players=lambda: [player],
        find_engines=lambda: [engine],
        find_dispatcher=lambda: None,
        headphones=FakeHeadphones,
    )
    speaker = Speaker(parts)
    speaker.wait_until_found(10)
    return speaker


def _first_sound(speaker: Speaker, text: str, language: str) -> float:
    speaker.say([Utterance(text, language)])
    until(lambda: speaker.measures.first_sound is not None or not speaker.is_speaking)
    first = speaker.measures.first_sound
    # Not a reset: the engine that a visit ends with is started anew before the next one begins.
    speaker.stop()
    time.sleep(0.05)
    if first is None:
        raise RuntimeError(f"nothing was said: {speaker.measures.trouble}")
    return first


def _bare(program: PlayerProgram) -> float:
    began = time.monotonic()
    player = Player(program, SoundFormat())
    player.write(bytes(2))
    taken = time.monotonic() - began
    player.bury()
    return taken
