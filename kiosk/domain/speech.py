"""What a screen has to say aloud, and what can say it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final, Protocol

ENGLISH: Final = "en"
"""The language that is spoken where another one has no voice."""
VOLUMES: Final = tuple(10 ** (decibels / 20) for decibels in range(-24, 1, 4))
"""What samples are multiplied by at each step of the volume; 4 dB are just heard as a step."""
USUAL_VOLUME: Final = 4
"""The step at which every visit begins, counted from 0."""
RATES: Final = (90, 110, 130, 150, 175, 205, 240)
"""Words a minute at each step of the rate."""
USUAL_RATE: Final = 3
_ID_BYTES: Final = 5


@dataclass(frozen=True, slots=True)
class Utterance:
    """A piece of speech in one language, best a single sentence of a catalogue."""

    text: str
    language: str
    """Of the text (BCP 47); another piece of the same screen may be in another one."""
    is_private: bool = False
    """Whether the room must not hear it: a name, a number, a reference."""
    english: str = ""
    """The same in English, said where nothing here speaks the language; empty: nothing is said."""


class Speech(Protocol):
    """Says utterances one after the other; no method waits for the sound, and none raises."""

    @property
    def is_able(self) -> bool:
        """Whether there is what speaks, and what plays it; else all other methods do nothing."""

    @property
    def is_speaking(self) -> bool:
        """Whether something is being said, or waits while it is paused."""

    @property
    def has_headphones(self) -> bool:
        """Whether headphones are known to be plugged in."""

    def watch_headphones(self, tell: Callable[[bool], None]) -> None:
        """Have `tell` called, in another thread, when headphones are plugged in (True) or out.

        What was being said has fallen silent by then.
        """

    def can_say(self, language: str) -> bool:
        """Return whether there is a voice for a language."""

    def say(self, utterances: Sequence[Utterance], *, aloud: bool = False) -> None:
        """Say these instead of whatever is being said.

        Private ones are left out unless there are headphones, or the visitor has chosen to have
        them read `aloud` to the room.
        """

    def stop(self) -> None:
        """Fall silent at once."""

    def pause(self) -> bool:
        """Stop where it is, or go on from there; return whether it is paused now."""

    def change_rate(self, step: int) -> bool:
        """Speak faster (1) or slower (-1) from now on; return False where it cannot."""

    def change_volume(self, step: int) -> bool:
        """Speak louder (1) or softer (-1) from now on; return False where it cannot."""

    def reset(self) -> None:
        """Fall silent, at the usual rate and volume: a visit has ended."""

    def close(self) -> None:
        """End the engine."""


def sayable(
    utterances: Iterable[Utterance], can_say: Callable[[Utterance], bool], *, may_be_private: bool
) -> list[Utterance]:
    """Return what is said of `utterances`: in English where nothing can say one as it is.

    Private ones are left out unless `may_be_private`.
    """
    said = []
    for one in utterances:
        if one.is_private and not may_be_private:
            continue
        if not can_say(one):
            one = replace(one, text=one.english, language=ENGLISH)
        if one.text.strip() and can_say(one):
            said.append(one)
    return said


def recording_id(text: str) -> str:
    """Return what the recording of a sentence is named by, such as 3fa1b2c405.

    Capitals, spaces and punctuation do not count, for a voice has none.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = " ".join(re.sub(r"[^\w\s]", " ", _without_joiners(plain)).split())
    return blake2b(words.encode(), digest_size=_ID_BYTES).hexdigest()


def _without_joiners(text: str) -> str:
    """Keep vowel signs, which are no letters to `re`: two Tamil words may differ in them alone."""
    return "".join(
        f"{ord(one):x}" if unicodedata.category(one).startswith("M") else one for one in text
    )
