"""What this machine speaks with, as its settings name it."""

from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.domain.health import SpeechHealth
from kiosk.ui.door import attempt

if TYPE_CHECKING:
    from kiosk.devices.speech import Speaker
    from kiosk.settings import SpeechSettings


def recordings_folder(folder: Path, settings: "SpeechSettings") -> Path:
    """Return where the clinic's recorded sentences are; it need not be there."""
    return folder / settings.recordings


def open_speaker(folder: Path, settings: "SpeechSettings") -> "Speaker":
    """Return what speaks on this machine; it looks for its parts by itself."""
    from kiosk.devices.speech import Speaker, SpeechParts

    parts = SpeechParts(
        recordings=recordings_folder(folder, settings),
        speaker_gain=settings.speaker_percent / 100,
        attempt=attempt,
    )
    return Speaker(parts)


def examine_speech(folder: Path, settings: "SpeechSettings") -> SpeechHealth:
    """Return what speaks here and what does not; the player is tried with a moment of silence."""
    from kiosk.content.translations import languages
    from kiosk.devices.headphones import knows_headphones
    from kiosk.devices.players import find_player, try_player
    from kiosk.devices.recordings import Recordings
    from kiosk.devices.speech_dispatcher import find_dispatcher
    from kiosk.devices.synthesis import find_engines

    if not settings.enabled:
        return SpeechHealth(is_enabled=False)
    program = find_player()
    trouble = "" if program is None else try_player(program)
    dispatcher, engines = find_dispatcher(), find_engines()
    speaking = [*([dispatcher] if dispatcher else []), *engines]
    silent = [
        one.code for one in languages() if not any(voice.can_say(one.code) for voice in speaking)
    ]
    for voice in speaking:
        voice.close()
    recordings = Recordings(recordings_folder(folder, settings))
    return SpeechHealth(
        engines=tuple(voice.name for voice in speaking),
        player="" if program is None else program.name,
        player_trouble=trouble,
        silent_languages=tuple(silent),
        recordings=len(recordings),
        needs_opus=recordings.needs_opus,
        knows_headphones=knows_headphones(),
    )
