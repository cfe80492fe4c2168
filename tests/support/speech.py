"""What a kiosk has said, for tests without a sound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from kiosk.domain.speech import Utterance, sayable


class Heard(Enum):
    """What became of something that was to be said."""

    SAYING = auto()
    SAID = auto()
    CANCELLED = auto()


@dataclass(slots=True)
class Said:
    """One thing that came out, in its order."""

    text: str
    language: str
    is_private: bool
    volume: int
    """Steps from the usual one."""
    rate: int
    """Steps from the usual one."""
    by_headphones: bool
    heard: Heard = Heard.SAYING


@dataclass(slots=True)
class RecordedSpeech:
    """Remembers all that it is told to say; it says one utterance after the other by `finish`.

    It keeps the promises of the protocol: what is private goes to headphones, or aloud by choice;
    what has no voice is said in English or not at all.
    """

    voices: frozenset[str] = frozenset({"en", "zh", "ms", "ta"})
    headphones: bool = False
    is_able: bool = True
    log: list[Said] = field(default_factory=list)
    """All that was begun since the start, the last last."""
    waiting: list[Utterance] = field(default_factory=list)
    """What comes after the one being said."""
    volume: int = 0
    rate: int = 0
    steps: int = 3
    """How far volume and rate go either way."""
    resets: int = 0
    is_paused: bool = False
    is_closed: bool = False
    _tell: Callable[[bool], None] = field(default=lambda _: None)

    @property
    def is_speaking(self) -> bool:
        return bool(self.log) and self.log[-1].heard is Heard.SAYING

    @property
    def has_headphones(self) -> bool:
        return self.headphones

    @property
    def texts(self) -> list[str]:
        """All texts that were begun."""
        return [one.text for one in self.log]

    @property
    def private(self) -> list[Said]:
        """What the room must not hear, of what came out."""
        return [one for one in self.log if one.is_private]

    def watch_headphones(self, tell: Callable[[bool], None]) -> None:
        self._tell = tell

    def can_say(self, language: str) -> bool:
        return self.is_able and language in self.voices

    def say(self, utterances: Sequence[Utterance], *, aloud: bool = False) -> None:
        self.stop()
        may_be_private = self.headphones or aloud
        self.waiting = sayable(
            utterances, lambda one: self.can_say(one.language), may_be_private=may_be_private
        )
        self._begin()

    def _begin(self) -> None:
        if self.waiting:
            one = self.waiting.pop(0)
            self.log.append(
                Said(
                    one.text,
                    one.language,
                    one.is_private,
                    self.volume,
                    self.rate,
                    self.headphones,
                )
            )

    def finish(self, count: int = 1) -> None:
        """Let the utterance being said come to its end, and the next one begin; `count` times."""
        for _ in range(count):
            if self.is_speaking and not self.is_paused:
                self.log[-1].heard = Heard.SAID
                self._begin()

    def finish_all(self) -> list[str]:
        """Let everything be said, and return the texts of it, the one being said first."""
        first = len(self.log) - self.is_speaking
        self.is_paused = False
        while self.is_speaking:
            self.finish()
        return self.texts[first:]

    def stop(self) -> None:
        self.waiting, self.is_paused = [], False
        if self.is_speaking:
            self.log[-1].heard = Heard.CANCELLED

    def pause(self) -> bool:
        self.is_paused = self.is_speaking and not self.is_paused
        return self.is_paused

    def change_rate(self, step: int) -> bool:
        if abs(self.rate + step) > self.steps:
            return False
        self.rate += step
        return True

    def change_volume(self, step: int) -> bool:
        if abs(self.volume + step) > self.steps:
            return False
        self.volume += step
        return True

    def reset(self) -> None:
        self.stop()
        self.volume = self.rate = 0
        self.resets += 1

    def close(self) -> None:
        self.stop()
        self.is_closed = True

    def plug(self, is_in: bool) -> None:
        """Plug headphones in, or out, which silences what is being said."""
        if is_in != self.headphones:
            self.stop()
            self.headphones = is_in
            self._tell(is_in)
