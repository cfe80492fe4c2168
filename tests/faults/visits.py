"""What visitors do at a kiosk, one deed after the other, and how each is recognised later."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from kiosk.domain.attendance.check_in import GuestWelcomed, Joined, NothingOpen, Session
from kiosk.domain.callbacks.request import format_reference
from kiosk.domain.passes import SECRET_BYTES, CodeKind, derive_lookup, encode
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.drafts import plain_draft

TOLD = "told"
"""The file in a kiosk's folder that says what visitors were told, one row a line."""
SERVED = "served"
"""The line after the rows of one visitor."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row that a visitor was told of: the one whose `column` holds `value` (hex or text)."""

    table: str
    column: str
    value: str

    def line(self) -> str:
        """Write it as one line."""
        return f"{self.table} {self.column} {self.value}\n"


class Visitors:
    """Visitors at one kiosk from number `first` on; what each does is drawn from `chance`."""

    def __init__(
        self, desk: VisitorDesk, session: Session, symbols: str, chance: Random, first: int
    ) -> None:
        self._desk, self._session, self._symbols, self._chance = desk, session, symbols, chance
        self._number = first
        kinds: tuple[tuple[Callable[[], tuple[Told, ...]], int], ...] = (
            (self._scans, 30),
            (self._counted, 40),
            (self._asks, 15),
            (self._withdraws, 10),
            (self._joins, 5),
        )
        self._deeds = [deed for deed, weight in kinds for _ in range(weight)]

    def come(self) -> Iterator[tuple[Told, ...]]:
        """Serve one after the other for ever; gives what each was told once it is committed."""
        while True:
            yield self._chance.choice(self._deeds)()
            self._number += 1

    def _scans(self) -> tuple[Told, ...]:
        secret = self._chance.randbytes(SECRET_BYTES)
        answer = self._desk.check_in(encode(CodeKind.PASS, secret), self._session.id)
        assert isinstance(answer, GuestWelcomed), answer
        return (Told("check_in", "lookup", derive_lookup(secret).hex()),)

    def _counted(self) -> tuple[Told, ...]:
        draft = self._desk.new_join()
        answer = self._desk.count_me_in(draft.id, self._session.id)
        assert not isinstance(answer, NothingOpen)
        return (Told("check_in", "id", draft.id.hex),)

    def _joins(self) -> tuple[Told, ...]:
        draft = self._desk.new_join()
        answer = self._desk.join(draft, self._session.id, "Mei", "en")
        assert isinstance(answer, Joined), answer
        mark = derive_lookup(draft.secret).hex()
        return Told("check_in", "id", draft.id.hex), Told("passcard", "lookup", mark)

    def _withdraws(self) -> tuple[Told, ...]:
        # Typed again by whoever was served when the kiosk was killed: it is then kept once.
        reference = format_reference(self._symbols, self._number)
        assert self._desk.note_withdrawal(reference)
        return (Told("callback_withdrawal", "ref", reference),)

    def _asks(self) -> tuple[Told, ...]:
        draft = plain_draft(self._desk)
        self._desk.request_callback(draft)
        return (Told("callback_request", "id", draft.id.hex),)


def told_of(folder: Path) -> list[Told]:
    """Read what visitors of a kiosk were told."""
    path = folder / TOLD
    lines = path.read_text(encoding="ascii").splitlines(keepends=True) if path.exists() else []
    # A line that a kill has cut was heard by nobody.
    whole = (line.split() for line in lines if line.endswith("\n"))
    return [Told(*words) for words in whole if len(words) == 3]


def served_by(folder: Path) -> int:
    """Count the visitors of a kiosk who were told something."""
    path = folder / TOLD
    return path.read_bytes().count(f"{SERVED}\n".encode()) if path.exists() else 0
