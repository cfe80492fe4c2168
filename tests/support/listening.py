"""Somebody who cannot see the screen: hears what is said, and presses keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tests.support.desks import Clinic
from tests.support.screens import USUAL, Visitor, at_kiosk
from tests.support.speech import RecordedSpeech

_MOST_KEYS: Final = 40
"""Presses of Tab after which somebody gives up."""


class Listener:
    """Hears the speech log alone; everything said is heard to its end before the next key."""

    def __init__(self, visitor: Visitor, speech: RecordedSpeech) -> None:
        self._visitor = visitor
        self.speech = speech
        self.last: list[str] = []
        """What was heard since the last key, one utterance after the other."""

    @property
    def heard(self) -> str:
        """What was heard since the last key."""
        return " ".join(self.last)

    async def press(self, *keys: str) -> None:
        """Press keys, each once all has been said, and listen."""
        for key in keys:
            self.speech.finish_all()
            await self._visitor.keys(key)
            self.listen()

    async def type(self, text: str) -> None:
        """Type `text` key by key, and listen."""
        await self.press(*text)

    async def scan(self, text: str) -> None:
        """Hold a code under the scanner, and listen."""
        self.speech.finish_all()
        await self._visitor.scan(text)
        self.listen()

    async def waits(self, seconds: float) -> None:
        """Do nothing for so long, and listen."""
        await self._visitor.wait(seconds)
        self.listen()

    async def plugs(self, *, is_in: bool) -> None:
        """Plug headphones in, or out."""
        self.speech.finish_all()
        self.speech.plug(is_in)
        await self._visitor.settle()
        self.listen()

    def listen(self) -> None:
        """Hear all that is being said now."""
        self.last = self.speech.finish_all()

    def hears(self, *words: str) -> None:
        """Fail with what was heard unless all of `words` were."""
        missing = [one for one in words if one not in self.heard]
        assert not missing, f"{missing} not in {self.last}"

    def hears_not(self, *words: str) -> None:
        """Fail with what was heard if one of `words` was."""
        found = [one for one in words if one in self.heard]
        assert not found, f"{found} in {self.last}"

    async def find(self, words: str, key: str = "tab") -> None:
        """Press Tab until `words` are said of what has the focus."""
        for _ in range(_MOST_KEYS):
            await self.press(key)
            if words in self.heard:
                return
        raise AssertionError(f"never heard {words!r}, but {self.last}")

    async def choose(self, words: str, key: str = "enter") -> None:
        """Find something, and press it."""
        await self.find(words)
        await self.press(key)


@asynccontextmanager
async def listening(
    clinic: Clinic, *, headphones: bool = False, size: tuple[int, int] = USUAL
) -> AsyncIterator[Listener]:
    """Stand before the first screen of a kiosk that is silent still."""
    speech = RecordedSpeech(headphones=headphones)
    async with at_kiosk(clinic, speech=speech, size=size) as visitor:
        yield Listener(visitor, speech)
