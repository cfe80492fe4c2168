"""Speech Dispatcher, asked over its socket (Speech Dispatcher manual: SSIP).

It plays by itself, with the voices that the clinic has set up for it. At its LogLevel 5 (of version
0.11) its log holds what is said; it comes with 3.
"""

import math
import os
import re
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from kiosk.devices.players import runtime_folder
from kiosk.devices.synthesis import spoken_text
from kiosk.errors import SoundTrouble

_ANSWER_SECONDS: Final = 2.0
_SLOWEST: Final = 4.0
"""Characters a second; what takes longer hangs."""
_LEAST_SECONDS: Final = 10.0
_STEP_SECONDS: Final = 0.05
_MOST_KEPT: Final = 1 << 20
_LAST_LINE: Final = re.compile(rb"^(\d{3}) .*\r\n", re.MULTILINE)
_ENDED: Final = frozenset({"702", "703"})
_USUAL_WORDS: Final = 150
"""Words a minute that count as its rate 0."""
_OTHER_NAMES: Final = {"cmn": "zh"}
_HAN_READERS: Final = re.compile(r"espeak", re.IGNORECASE)


def find_dispatcher(variables: Mapping[str, str] = os.environ) -> "Dispatcher | None":
    """Return a connection to the one that runs; None where none does, or it has no voice."""
    path = runtime_folder(variables) / "speech-dispatcher/speechd.sock"
    if not path.exists():
        return None
    try:
        found = Dispatcher(path)
    except SoundTrouble:
        return None
    if found.languages:
        return found
    found.close()
    return None


class Dispatcher:
    """A connection to Speech Dispatcher."""

    name: Final = "speech-dispatcher"

    def __init__(self, path: Path, seconds: float = _ANSWER_SECONDS) -> None:
        """Connect, and ask for its voices; SoundTrouble where it does not answer in time."""
        self._seconds = seconds
        self._received = b""
        self._ended: set[str] = set()
        self._until = 0.0
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(seconds)
        try:
            self._socket.connect(str(path))
            self._ask("SET SELF CLIENT_NAME kiosk:kiosk:main")
            self._ask("SET SELF NOTIFICATION END on")
            self._ask("SET SELF NOTIFICATION CANCEL on")
            self._ask("SET SELF SSML_MODE off")
            self._ask("SET SELF PUNCTUATION none")
            module = "\n".join(self._ask("GET OUTPUT_MODULE"))
            self.languages = _languages(self._ask("LIST SYNTHESIS_VOICES"))
        except (OSError, SoundTrouble) as error:
            self._socket.close()
            raise SoundTrouble(f"speech-dispatcher does not answer ({error})") from None
        if _HAN_READERS.search(module):
            # Which version it has is not said, and those before 1.52 read Chinese as English.
            self.languages -= {"cmn", "zh"}

    def can_say(self, voice: str) -> bool:
        """Return whether it lists a voice for a language (eSpeak NG's name of it, such as cmn)."""
        return self._own_name(voice) in self.languages

    def _own_name(self, voice: str) -> str:
        """Return the language as most of its modules name it."""
        return voice if voice in self.languages else _OTHER_NAMES.get(voice, voice)

    def begin(self, text: str, voice: str, rate: int, gain: float) -> str:
        """Begin to say a text, and return the number of it; SoundTrouble where it is refused.

        `rate` is in words a minute, `gain` from 0 to 1.
        """
        self._ask(f"SET SELF LANGUAGE {self._own_name(voice)}")
        self._ask(f"SET SELF RATE {_rate(rate)}")
        self._ask(f"SET SELF VOLUME {_volume(gain)}")
        self._ask("SPEAK")
        # A line that is one full stop would end the text; the text is one line, so none can be.
        said = spoken_text(text)
        self._until = time.monotonic() + _LEAST_SECONDS + len(said) / _SLOWEST
        answer = self._ask(f"{'.' if said.startswith('.') else ''}{said}\r\n.")
        number = answer[0][4:] if answer else ""
        if not number.isdigit():
            raise SoundTrouble("speech-dispatcher refuses a text")
        return number

    def wait(self, number: str, is_wanted: Callable[[], bool]) -> bool:
        """Return True once a text was said, False where it is not wanted any more: then silence."""
        while number not in self._ended:
            if not is_wanted():
                self._ask("CANCEL SELF")
                return False
            if time.monotonic() > self._until:
                raise SoundTrouble("speech-dispatcher does not end")
            self._socket.settimeout(_STEP_SECONDS)
            with suppress(TimeoutError):
                self._receive()
            self._take_events()
        self._ended.clear()
        return True

    def close(self) -> None:
        """End the connection, and what is being said with it."""
        with suppress(OSError):
            self._socket.settimeout(self._seconds)
            self._socket.sendall(b"CANCEL SELF\r\nQUIT\r\n")
        self._socket.close()

    def _ask(self, line: str) -> list[str]:
        """Send a line, and return its answer without the last line, which says whether it is well.

        SoundTrouble where it is not. What is told unasked comes between answers.
        """
        try:
            self._socket.settimeout(self._seconds)
            self._socket.sendall(line.encode() + b"\r\n")
            until = time.monotonic() + self._seconds
            while True:
                while end := _LAST_LINE.search(self._received):
                    block = self._received[: end.end()].decode("utf-8", "replace").splitlines()
                    self._received = self._received[end.end() :]
                    if end[1][:1] == b"7":
                        self._note(block)
                    elif end[1][:1] == b"2":
                        return block[:-1]
                    else:
                        raise SoundTrouble(f"speech-dispatcher answers {end[1].decode()}")
                if time.monotonic() > until:
                    raise SoundTrouble("speech-dispatcher does not answer")
                self._receive()
        except TimeoutError:
            raise SoundTrouble("speech-dispatcher does not answer") from None

    def _receive(self) -> None:
        try:
            piece = self._socket.recv(65536)
        except TimeoutError:
            raise
        except OSError:
            piece = b""
        if not piece or len(self._received) > _MOST_KEPT:
            raise SoundTrouble("speech-dispatcher has ended")
        self._received += piece

    def _take_events(self) -> None:
        while end := _LAST_LINE.search(self._received):
            block = self._received[: end.end()].decode("utf-8", "replace").splitlines()
            self._received = self._received[end.end() :]
            self._note(block)

    def _note(self, block: list[str]) -> None:
        """Note the end of a text: its number stands in the first line of the event."""
        if block[-1][:3] in _ENDED and len(block) > 1:
            self._ended.add(block[0][4:])


def _languages(voices: list[str]) -> frozenset[str]:
    """Return the languages of a list of voices (name, language, variant), with and without land."""
    found = [line[4:].split("\t")[1] for line in voices if line.count("\t") >= 1]
    return frozenset(found) | frozenset(code.split("-")[0] for code in found)


def _rate(words: int) -> int:
    """Return the rate from -100 (a third as fast) to 100 (three times as fast)."""
    return max(-100, min(100, round(100 * math.log(words / _USUAL_WORDS, 3))))


def _volume(gain: float) -> int:
    """Return the volume from -100 (silent) to 100."""
    return max(-100, min(100, round(200 * gain - 100)))
