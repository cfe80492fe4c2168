"""What a screen has to say aloud, and what can say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Utterance:
    """A piece of speech in one language."""

    text: str
    language: str
    """Of the text (BCP 47); another piece of the same screen may be in another one."""
    is_private: bool = False
    """Whether the room must not hear it: a name, a number, a reference."""


class Speech(Protocol):
    """Says utterances one after the other; no method waits for the sound."""

    @property
    def has_headphones(self) -> bool:
        """Whether headphones are known to be plugged in."""

    def say(self, utterances: Sequence[Utterance]) -> None:
        """Say these instead of whatever is being said."""

    def stop(self) -> None:
        """Fall silent at once."""

    def pause(self) -> None:
        """Stop where it is, or go on from there."""

    def change_rate(self, step: int) -> None:
        """Speak faster (1) or slower (-1) from now on."""

    def change_volume(self, step: int) -> None:
        """Speak louder (1) or softer (-1) from now on."""

    def reset(self) -> None:
        """Fall silent, at the usual rate and volume: a visit has ended."""

    def close(self) -> None:
        """End the engine."""
