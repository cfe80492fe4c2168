"""Engines that turn text into samples: the command `espeak-ng`, or its library in another process.

The text goes by standard input: never as an argument, a variable or a file.
"""

import importlib.util
import json
import re
import shutil
import struct
import sys
import time
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, Protocol

from kiosk.devices.players import (
    Child,
    Samples,
    SoundFormat,
    ask_program,
    read_some,
    start,
)
from kiosk.errors import SoundTrouble

FIRST_SECONDS: Final = 3.0
"""How long an engine may take to begin."""
NEXT_SECONDS: Final = 2.0
"""How long it may take for what comes then; it is much faster than speech."""
_STOP_SECONDS: Final = 0.5
_MOST_SECONDS: Final = 120.0
"""The longest that an utterance sounds; more is an engine that never ends."""
_MOST_TEXT: Final = 2000
_MOST_FRAME: Final = 1 << 20
_WAV_HEADER: Final = 44
_UNFIT: Final = frozenset({"", "nan", "hak"})
"""What is never spoken: no engine has Hokkien or Teochew, and Hakka is only spelled."""
_READS_HAN: Final = (1, 52)
"""The first version of eSpeak NG whose voice `cmn` reads Chinese characters."""
_PINYIN: Final = "cmn-latn-pinyin"
"""The voice that reads them in the versions before; its `cmn` reads their names in English."""
_NOT_SPOKEN: Final = re.compile(r"[\[\]<>{}|\\^~`_*#]+")
"""What the engine would take for phonemes or markup, or read by its name."""


class SpeechEngine(Protocol):
    """Turns text into samples."""

    @property
    def name(self) -> str:
        """What it is called, for staff."""

    def can_say(self, voice: str) -> bool:
        """Return whether it has a voice (eSpeak NG's name, such as cmn)."""

    def speak(self, text: str, voice: str, rate: int) -> Samples:
        """Yield the samples of a text, `rate` words a minute; SoundTrouble where it fails.

        To close the iterator ends it at once.
        """

    def warm(self) -> None:
        """Be ready for the first text."""

    def close(self) -> None:
        """End what runs, with all that it remembers."""


def spoken_text(text: str) -> str:
    """Return a text as an engine takes it: on one line, and nothing that it takes for a command."""
    kept = "".join(
        one if unicodedata.category(one) not in ("Cc", "Cs", "Co", "Cn", "So") else " "
        for one in text[:_MOST_TEXT]
    )
    return " ".join(_NOT_SPOKEN.sub(" ", kept).split())


def find_engines() -> list["SpeechEngine"]:
    """Return the engines of this machine, the best first: the one that is always warm."""
    found: list[SpeechEngine] = []
    if importlib.util.find_spec("espeakng_loader") is not None:
        found.append(LibraryEngine())
    if command := shutil.which("espeak-ng"):
        found.append(CommandEngine(command))
    return [engine for engine in found if engine.can_say("en")]


class CommandEngine:
    """The command `espeak-ng`, run for each utterance."""

    def __init__(self, program: str) -> None:
        """Ask it for its version and voices."""
        self._program = program
        version = re.search(r"(\d+)\.(\d+)", ask_program([program, "--version"]))
        self._version = (int(version[1]), int(version[2])) if version else (0, 0)
        lines = ask_program([program, "--voices"]).splitlines()[1:]
        self._voices = _with_english(line.split()[1] for line in lines if len(line.split()) > 1)

    @property
    def name(self) -> str:
        """With its version, which decides what it reads."""
        return f"espeak-ng {self._version[0]}.{self._version[1]}"

    def can_say(self, voice: str) -> bool:
        """Return whether it lists the voice."""
        return voice not in _UNFIT and self._own_name(voice) in self._voices

    def _own_name(self, voice: str) -> str:
        return _PINYIN if voice == "cmn" and self._version < _READS_HAN else voice

    def speak(self, text: str, voice: str, rate: int) -> Samples:
        """Yield the samples after the header of what it writes (a WAV file of unknown length)."""
        words = [self._program, "--stdin", "--stdout", "-b", "1", "-s", str(rate)]
        child = start([*words, "-v", self._own_name(voice)], writes=True)
        try:
            send(child, spoken_text(text).encode(), ends=True)
            head = bytearray()
            until = time.monotonic() + FIRST_SECONDS
            while len(head) < _WAV_HEADER:
                piece = read_some(child.process, until)
                if not piece:
                    raise SoundTrouble("espeak-ng has ended without a sound")
                head += piece
            form = _wav_format(head)
            yield from _limited(form, bytes(head[_WAV_HEADER:]), child)
        finally:
            child.bury()

    def warm(self) -> None:
        """Have the program and its data read from the disk."""
        for _ in self.speak("a", "en", 175):
            break

    def close(self) -> None:
        """Nothing runs between two utterances."""


def _wav_format(head: bytearray) -> SoundFormat:
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise SoundTrouble("espeak-ng writes no sound")
    channels, rate = struct.unpack_from("<HI", head, 22)
    if channels not in (1, 2) or not 8000 <= rate <= 96000:
        raise SoundTrouble("espeak-ng writes an unknown sound")
    return SoundFormat(rate, channels)


def _limited(form: SoundFormat, first: bytes, child: Child) -> Samples:
    """Yield whole samples until the program ends."""
    kept, total = first, 0
    while True:
        whole = len(kept) - len(kept) % form.frame
        if whole:
            yield form, kept[:whole]
        kept, total = kept[whole:], total + whole
        if form.seconds(total) > _MOST_SECONDS:
            raise SoundTrouble("espeak-ng does not end")
        piece = read_some(child.process, time.monotonic() + NEXT_SECONDS)
        if not piece:
            return
        kept += piece


class LibraryEngine:
    """The library of the extra `kiosk[speech]`, in a process of its own that waits for text."""

    def __init__(self, words: tuple[str, ...] = ()) -> None:
        """Take the program to run, for tests."""
        self._words = words or (sys.executable, "-P", "-m", "kiosk.devices.speech_engine")
        self._child: Child | None = None
        self._received = bytearray()
        self._form = SoundFormat()
        self._voices: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """With the package that has it."""
        return "espeakng-loader (eSpeak NG 1.52)"

    def can_say(self, voice: str) -> bool:
        """Return whether the library lists the voice; it is started for that."""
        if self._voices is None:
            try:
                self.warm()
            except SoundTrouble:
                return False
        return voice not in _UNFIT and voice in (self._voices or ())

    def warm(self) -> None:
        """Start the process and wait until it has opened the library."""
        if self._child is not None and self._child.process.poll() is None:
            return
        self.close()
        self._child = start(self._words, writes=True)
        try:
            letter, content = self._frame(FIRST_SECONDS)
            if letter != b"V":
                raise SoundTrouble("the speech engine writes no frames")
            self._form, self._voices = _greeting(content)
        except SoundTrouble:
            self.close()
            raise

    def speak(self, text: str, voice: str, rate: int) -> Samples:
        """Yield the samples as they come."""
        self.warm()
        assert self._child is not None  # noqa: S101 - warm() has started it
        words = {"text": spoken_text(text), "voice": voice, "rate": rate}
        is_whole = False
        try:
            send(self._child, json.dumps(words).encode() + b"\n")
            total, seconds = 0, FIRST_SECONDS
            while (frame := self._frame(seconds))[0] == b"P":
                total, seconds = total + len(frame[1]), NEXT_SECONDS
                if self._form.seconds(total) > _MOST_SECONDS:
                    raise SoundTrouble("the speech engine does not end")
                yield self._form, frame[1]
            if frame[0] not in (b"E", b"N"):
                raise SoundTrouble("the speech engine writes no frames")
            is_whole = True
            if frame[0] == b"N":
                raise SoundTrouble(f"the speech engine has no voice {voice}")
        finally:
            if not is_whole and not self._is_stopped():
                self.close()

    def _is_stopped(self) -> bool:
        """Stop an utterance, and return whether the engine is ready for the next one."""
        if self._child is None:
            return False
        until = time.monotonic() + _STOP_SECONDS
        with suppress(SoundTrouble):
            send(self._child, b'{"stop": true}\n')
            while (left := until - time.monotonic()) > 0:
                letter = self._frame(left)[0]
                if letter != b"P":
                    return letter in (b"E", b"N")
        return False

    def _frame(self, seconds: float) -> tuple[bytes, bytes]:
        """Return the next frame; SoundTrouble where none comes, or what comes is none."""
        assert self._child is not None  # noqa: S101 - it was started
        until = time.monotonic() + seconds
        got = self._received
        while True:
            if len(got) >= 5:
                length = struct.unpack_from("<I", got, 1)[0]
                if bytes(got[:1]) not in (b"V", b"P", b"E", b"N") or length > _MOST_FRAME:
                    raise SoundTrouble("the speech engine writes no frames")
                if len(got) >= 5 + length:
                    letter, content = bytes(got[:1]), bytes(got[5 : 5 + length])
                    del got[: 5 + length]
                    return letter, content
            piece = read_some(self._child.process, until)
            if not piece:
                raise SoundTrouble("the speech engine has ended")
            got += piece

    def close(self) -> None:
        """Kill the process: what was said is gone with its memory."""
        if self._child is not None:
            self._child.bury()
        self._child = None
        self._received.clear()


def _with_english(languages: Iterable[str]) -> frozenset[str]:
    """Return the languages of voices: English, whose voice is `en`, is listed by its countries."""
    found = frozenset(languages)
    return found | {"en"} if any(one.startswith("en-") for one in found) else found


def _greeting(content: bytes) -> tuple[SoundFormat, frozenset[str]]:
    try:
        greeting: dict[str, Any] = json.loads(content)
        return SoundFormat(int(greeting["rate"])), _with_english(map(str, greeting["voices"]))
    except (ValueError, KeyError, TypeError):
        raise SoundTrouble("the speech engine writes no frames") from None


def send(child: Child, content: bytes, *, ends: bool = False) -> None:
    """Write to a program's input, and close it where it `ends`; SoundTrouble where it is full."""
    import os
    import select

    pipe = child.process.stdin
    assert pipe is not None  # noqa: S101 - it was started so
    left, until = memoryview(content), time.monotonic() + NEXT_SECONDS
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    while left:
        if not poll.poll(1000 * max(0.0, until - time.monotonic())):
            raise SoundTrouble("the speech engine takes no text")
        try:
            left = left[os.write(pipe.fileno(), left) :]
        except BlockingIOError:
            continue
        except OSError:
            raise SoundTrouble("the speech engine has ended") from None
    if ends:
        pipe.close()
