"""What this machine speaks with, as its settings name it."""

from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.domain.health import SpeechHealth
from kiosk.ui.door import attempt

if TYPE_CHECKING:
    from kiosk.devices.speech import Speaker
    from kiosk.devices.speech_dispatcher import Dispatcher
    from kiosk.devices.synthesis import SpeechEngine
    from kiosk.settings import SpeechSettings


def voices() -> dict[str, str]:
    """Return what eSpeak NG calls the voice of each language of screens, by code."""
    from kiosk.content.languages import known_languages

    return {language.code: language.voice for language in known_languages()}


def recordings_folder(folder: Path, settings: "SpeechSettings") -> Path:
    """Return where the clinic's recorded sentences are; it need not be there."""
    return folder / settings.recordings


def open_speaker(folder: Path, settings: "SpeechSettings") -> "Speaker":
    """Return what speaks on this machine; it looks for its parts by itself."""
    from kiosk.devices.speech import Speaker, SpeechParts

    parts = SpeechParts(
        recordings=recordings_folder(folder, settings),
        voices=voices(),
        speaker_gain=settings.speaker_percent / 100,
        attempt=attempt,
    )
    return Speaker(parts)


def examine_speech(folder: Path, settings: "SpeechSettings") -> SpeechHealth:
    """Return what speaks here and what does not; the player is tried with a moment of silence."""
    from kiosk.devices.headphones import knows_headphones
    from kiosk.devices.players import find_players, try_player
    from kiosk.devices.recordings import Recordings
    from kiosk.devices.speech_dispatcher import find_dispatcher
    from kiosk.devices.synthesis import find_engines

    if not settings.enabled:
        return SpeechHealth(is_enabled=False)
    players = find_players()
    troubles = [f"{one.name} ({words})" for one in players if (words := try_player(one))]
    dispatcher, engines = find_dispatcher(), find_engines()
    speaking: list[Dispatcher | SpeechEngine] = [*engines]
    if dispatcher is not None:
        speaking.insert(0, dispatcher)
    silent = [
        code
        for code, name in voices().items()
        if name and not any(one.can_say(name) for one in speaking)
    ]
    for voice in speaking:
        voice.close()
    recordings = Recordings(recordings_folder(folder, settings))
    return SpeechHealth(
        engines=tuple(voice.name for voice in speaking),
        players=tuple(one.name for one in players),
        player_troubles=tuple(troubles),
        silent_languages=tuple(silent),
        recordings=len(recordings),
        needs_opus=recordings.needs_opus,
        knows_headphones=knows_headphones(),
    )
