"""What a screen has to say aloud, and what can say it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

ENGLISH = "en"
"""The language that is spoken where another one has no voice."""


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
    utterances: Iterable[Utterance], can_say: Callable[[str], bool], *, may_be_private: bool
) -> list[Utterance]:
    """Return what is said of `utterances`: in English where a language has no voice.

    Private ones are left out unless `may_be_private`.
    """
    said = []
    for one in utterances:
        if one.is_private and not may_be_private:
            continue
        if not can_say(one.language):
            one = replace(one, text=one.english, language=ENGLISH)
        if one.text.strip() and can_say(one.language):
            said.append(one)
    return said
