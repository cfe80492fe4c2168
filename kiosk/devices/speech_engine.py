"""A program of its own that turns text into samples by the library eSpeak NG (GPL-3).

`python -m kiosk.devices.speech_engine`: the kiosk starts it and never imports it. Each line of the
input is an utterance, `{"text": …, "voice": …, "rate": …}` (words a minute), or `{"stop": true}`.
The output is frames: a letter, the length (4 bytes, low byte first), and so many bytes.

- `V` once, at first: a JSON object with the sample rate and the names of the voices
- `P` samples (16 bits, signed, low byte first, one channel)
- `E` the end of an utterance; `N` the end of one whose voice is not there, so that nothing was said

It ends with its input, and writes nothing to any file. The library's names are those of
eSpeak NG's speak_lib.h.
"""

import ctypes
import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

_SYNCHRONOUS: Final = 2
_NO_EXIT: Final = 0x8000
"""An error of the data is returned, rather than ending the process."""
_CHUNK_MS: Final = 40
_UTF8: Final = 1
_CHARACTERS: Final = 1
_RATE: Final = 1
_PR_SET_DUMPABLE: Final = 4


class _Voice(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.POINTER(ctypes.c_char)),
        ("identifier", ctypes.c_char_p),
    ]


_Synthesised = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _Engine:
    """The library, opened."""

    def __init__(self, write: Callable[[bytes, bytes], None]) -> None:
        """Open it; `write` takes a frame's letter and its content."""
        import espeakng_loader

        self._write = write
        self.is_stopped = False
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = os.fsencode(espeakng_loader.get_data_path())
        self.rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, _CHUNK_MS, data, _NO_EXIT)
        if self.rate <= 0:
            raise OSError("the library has no data")
        # Kept: the library calls it for as long as it lives.
        self._take = _Synthesised(self._on_samples)
        self._library.espeak_SetSynthCallback(self._take)

    def voices(self) -> list[str]:
        """Return the languages that have a voice."""
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        found, names = self._library.espeak_ListVoices(None), []
        for place in range(1000):
            if not found[place]:
                break
            # One byte for the place in the list, then the first language.
            address = ctypes.cast(found[place].contents.languages, ctypes.c_void_p).value or 0
            names.append(ctypes.string_at(address + 1).decode("utf-8", "replace"))
        return names

    def speak(self, text: str, voice: str, rate: int) -> bool:
        """Write the samples of a text; return False where the voice is not there."""
        self.is_stopped = False
        # By a name that is not there the library keeps the voice before.
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            return False
        self._library.espeak_SetParameter(_RATE, rate, 0)
        encoded = text.encode("utf-8", "replace")
        length = ctypes.c_size_t(len(encoded) + 1)
        self._library.espeak_Synth(encoded, length, 0, _CHARACTERS, 0, _UTF8, None, None)
        return True

    def _on_samples(self, samples: Any, count: int, _events: Any) -> int:
        if count > 0 and not self.is_stopped:
            self._write(b"P", ctypes.string_at(samples, 2 * count))
        return int(self.is_stopped)


def main() -> None:
    """Speak what the input says, until it ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    process = ctypes.CDLL(None)
    if hasattr(process, "prctl"):
        process.prctl(_PR_SET_DUMPABLE, 0)
    output = os.dup(1)
    # What a library prints is no frame.
    os.dup2(2, 1)

    def write(letter: bytes, content: bytes) -> None:
        frame = memoryview(letter + struct.pack("<I", len(content)) + content)
        try:
            while frame:
                frame = frame[os.write(output, frame) :]
        except OSError:
            os._exit(0)

    engine = _Engine(write)
    greeting = {"rate": engine.rate, "voices": engine.voices()}
    write(b"V", json.dumps(greeting).encode())
    lines: SimpleQueue[dict[str, Any]] = SimpleQueue()
    Thread(target=_read, args=(engine, lines), daemon=True).start()
    while True:
        one = lines.get()
        is_said = engine.speak(one["text"], one["voice"], one["rate"])
        write(b"E" if is_said else b"N", b"")


def _read(engine: _Engine, lines: "SimpleQueue[dict[str, Any]]") -> None:
    """Read lines until the input ends, which ends the program whatever it is at."""
    for line in sys.stdin.buffer:
        one = json.loads(line)
        if one.get("stop"):
            engine.is_stopped = True
        else:
            lines.put(one)
    os._exit(0)


if __name__ == "__main__":
    main()
