"""A manager who types commands, for the tests of all that only managers do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.usecases.sample_clinic import MANAGER
from tests.cli.calling import Answer, Kiosk


@dataclass(frozen=True, slots=True)
class Manager:
    """Types `kiosk NOUN …` under one login."""

    kiosk: Kiosk
    folder: Path
    login: str = MANAGER.login

    def __call__(self, *words: str) -> Answer:
        """Type one command."""
        return self.kiosk(*words, "--user", self.login)

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """Type a command that succeeds; return what it lists."""
        answer = self(*words, "--format", "json")
        assert (answer.code, answer.err) == (0, "")
        return answer.rows

    def row(self, *words: str) -> dict[str, Any]:
        """Type a command that succeeds; return its single answer."""
        (row,) = self.rows(*words)
        return row

    def refused(self, *words: str) -> str:
        """Type a command that cannot be done; return its sentence."""
        return self(*words).sentence()

    def misused(self, *words: str) -> str:
        """Type a command wrongly; return its sentence."""
        return self(*words).sentence(code=2)
