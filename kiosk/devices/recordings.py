"""Sentences that a person has spoken for the clinic: WAV files, or Opus where `opusdec` is."""

import re
import shutil
import time
import wave
from pathlib import Path
from typing import Final

from kiosk.devices.players import Samples, SoundFormat, read_some, start
from kiosk.domain.speech import Utterance, recording_id
from kiosk.errors import SoundTrouble

_NAME: Final = re.compile(r"([a-z]{2,3}(?:-[A-Za-z0-9]+)*)-([0-9a-f]{10})\.(wav|opus)")
_DECODER: Final = "opusdec"
_MOST_BYTES: Final = 32 << 20
_CHUNK: Final = 8192
_SAMPLE_BYTES: Final = 2
_DECODE_SECONDS: Final = 3.0


class Recordings:
    """The recordings in a folder, named LANGUAGE-ID.wav or .opus."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder; None where the clinic has none."""
        self._folder = folder
        self._files: dict[tuple[str, str], Path] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look at the folder again."""
        found: dict[tuple[str, str], Path] = {}
        try:
            paths = sorted(self._folder.iterdir()) if self._folder is not None else []
        except OSError:
            paths = []
        for path in paths:
            if name := _NAME.fullmatch(path.name):
                # A WAV file, which every machine can read, goes before an Opus file of the same.
                found[name[1], name[2]] = found.get((name[1], name[2])) or path
                if path.suffix == ".wav":
                    found[name[1], name[2]] = path
        self._files = found

    @property
    def needs_opus(self) -> bool:
        """Whether some are Opus files, and nothing here reads them."""
        has_opus = any(path.suffix == ".opus" for path in self._files.values())
        return has_opus and shutil.which(_DECODER) is None

    def has(self, language: str, identity: str) -> bool:
        """Return whether there is one of a sentence, by its id."""
        return (language, identity) in self._files

    def __len__(self) -> int:
        return len(self._files)

    def find(self, utterance: Utterance) -> Path | None:
        """Return the recording of a sentence; None where it is private or there is none."""
        if utterance.is_private or not self._files:
            return None
        return self._files.get((utterance.language, recording_id(utterance.text)))


def read_recording(path: Path) -> Samples:
    """Yield the samples of a recording; SoundTrouble where it cannot be read."""
    return _read_opus(path) if path.suffix == ".opus" else _read_wav(path)


def _read_wav(path: Path) -> Samples:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SoundTrouble(f"the recording {path.name} is too large")
        with wave.open(str(path), "rb") as file:
            form = SoundFormat(file.getframerate(), file.getnchannels())
            if file.getsampwidth() != _SAMPLE_BYTES or form.channels > _SAMPLE_BYTES:
                raise SoundTrouble(f"the recording {path.name} is not 16 bits, mono or stereo")
            while samples := file.readframes(_CHUNK):
                yield form, samples
    except (OSError, EOFError, wave.Error):
        raise SoundTrouble(f"the recording {path.name} cannot be read") from None


def _read_opus(path: Path) -> Samples:
    program = shutil.which(_DECODER)
    if program is None:
        raise SoundTrouble("Opus recordings need `opusdec` (the package opus-tools)")
    form = SoundFormat(48000, 2)
    words = [program, "--quiet", "--force-stereo", "--rate", "48000", str(path), "-"]
    child = start(words, reads=False, writes=True)
    total = 0
    kept = b""
    try:
        while piece := read_some(child.process, time.monotonic() + _DECODE_SECONDS):
            kept += piece
            whole = len(kept) - len(kept) % form.frame
            yield form, kept[:whole]
            total, kept = total + whole, kept[whole:]
            if total > _MOST_BYTES:
                raise SoundTrouble(f"the recording {path.name} is too large")
        if not total:
            raise SoundTrouble(f"the recording {path.name} cannot be read")
    finally:
        child.bury()
