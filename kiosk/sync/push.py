"""Sends what waits, the oldest first, and drops it here once the centre has surely kept it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from kiosk.devices.clock import Clock
from kiosk.domain.central.incarnations import PushMark, find_own, is_behind
from kiosk.domain.ids import NO_ID
from kiosk.errors import StoreAway, StoreError, StoreRefused
from kiosk.records import outbox, pulled_rows
from kiosk.records.database.store import Records
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import Row
from kiosk.records.schema.system_tables import FACTS
from kiosk.records.schema.tables import Participant, Passcard
from kiosk.sync.remote import CENTRAL_ERRORS, CentralAnswer, Remote, is_about_a_row, is_shut_out

MOST_ROWS: Final = 2000
"""In one transaction: half of COPY's rate when measured, which 1000 just missed."""
_FEWEST_ROWS: Final = 25
_MOST_LETTERS: Final = 1_000_000
"""Of payload in one transaction, so that a slow line can carry it in time."""
_MOST_UNEXPLAINED: Final = 20
"""Rows parked in one round for reasons that need not be their own; more of them mean that the
centre has taken a right away, which staff must hear of."""
NO_PUSH: Final = PushMark()
_KINDS: Final[tuple[type[Row], ...]] = (Participant, Passcard, *FACTS)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of the rows that waited."""

    sent: int
    parked: int
    """How many the centre refused for good in this push."""
    fault: StoreError | None
    """Why the rest still waits; None where nothing does."""


class Pusher:
    """Sends in batches that become smaller while the line is bad.

    While one batch is on its way, the one before is dropped here and the one after is read.
    """

    def __init__(self, store: Records, remote: Remote, clock: Clock, most: int = MOST_ROWS) -> None:
        self._store = store
        self._remote = remote
        self._clock = clock
        self._most = self._size = most
        self._sent = self._parked = self._unexplained = 0
        self._mark = NO_ID
        """What the pushes of this time leave at the centre."""
        self._beside: ThreadPoolExecutor | None = None
        self._dropping: list[Future[None]] = []

    def push(self, known: PushMark = NO_PUSH) -> Pushed:
        """Send until nothing waits or the centre cannot take it now; the answer has its error.

        `known` is the last push that the centre was just seen to have. Raises StoreError where
        this machine's own file cannot be used.
        """
        self._sent = self._parked = self._unexplained = 0
        rows, fault = self._read(0, self._size), None
        if rows:
            self._mark = uuid4()
            with self._store.write() as transaction:
                outbox.begin_pushes(transaction, known, self._mark)
        with self._helper(needed=len(rows) >= self._size):
            while rows and fault is None:
                last, ahead = rows[-1].seq, None
                if self._beside is not None:
                    ahead = self._beside.submit(self._read, last, self._size)
                fault = self._send(rows)
                self._resize(fault)
                rows = ahead.result() if ahead else self._read(last, self._size)
        return Pushed(self._sent, self._parked, fault)

    @contextmanager
    def _helper(self, *, needed: bool) -> Iterator[None]:
        """Have a thread for this machine's own file; a single batch needs none."""
        if not needed:
            yield
            return
        with ThreadPoolExecutor(1, "outbox") as self._beside:
            try:
                yield
                for dropped in self._dropping:
                    dropped.result()
            finally:
                self._beside, self._dropping = None, []

    def _read(self, after: int, most: int) -> list[Waiting]:
        """Read the next batch above a `seq`: the oldest rows, as many as a line can carry."""
        with self._store.read() as transaction:
            rows = outbox.waiting(transaction, most, after)
        room = _MOST_LETTERS
        for count, row in enumerate(rows):
            room -= len(row.payload)
            if room < 0:
                return rows[: max(count, 1)]
        return rows

    def _resize(self, fault: StoreError | None) -> None:
        if fault is None:
            self._size = min(self._size * 2, self._most)
        elif isinstance(fault, StoreAway):
            self._size = max(self._size // 2, min(_FEWEST_ROWS, self._most))

    def _send(self, rows: Sequence[Waiting]) -> StoreError | None:
        """Send one batch; where it is refused, find the rows that are to blame by halving."""
        try:
            mark = self._remote.push(rows, self._mark)
        except StoreRefused as refusal:
            if is_shut_out(refusal):
                return refusal
            if len(rows) == 1:
                return self._park(rows[0], refusal)
            half = len(rows) // 2
            return self._send(rows[:half]) or self._send(rows[half:])
        except CENTRAL_ERRORS as fault:
            return fault
        if self._beside is None:
            self._drop(rows, mark)
            return None
        if self._dropping:
            # At most one behind: what is not dropped here is sent again after a crash.
            self._dropping.pop().result()
        self._dropping.append(self._beside.submit(self._drop, rows, mark))
        return None

    def _drop(self, rows: Sequence[Waiting], mark: PushMark) -> None:
        with self._store.write() as transaction:
            outbox.confirm(transaction, rows, self._clock.now(), mark)
        self._sent += len(rows)

    def _park(self, row: Waiting, refusal: StoreRefused) -> StoreError | None:
        if not is_about_a_row(refusal):
            self._unexplained += 1
            if self._unexplained > _MOST_UNEXPLAINED:
                return refusal
        with self._store.write() as transaction:
            outbox.park(transaction, row, refusal.code, self._clock.now())
        self._parked += 1
        return None


def retry_parked(store: Records, seqs: Sequence[int] | None = None) -> int:
    """Put parked rows (by their `seq`; all for None) into the outbox again; return how many."""
    with store.write() as transaction:
        return outbox.unpark(transaction, seqs)


def has_lost_something(store: Records, kiosk_id: UUID, contact: CentralAnswer) -> bool:
    """Return whether a centre is another one than it was, or holds less than it had confirmed.

    Also where a kiosk of an older version has no mark there yet: what it has is sent once more.
    """
    with store.read() as transaction:
        state = pulled_rows.read_state(transaction, kiosk_id)
        own = pulled_rows.read_incarnation(transaction, kiosk_id)
        confirmed = outbox.confirmed_upto(transaction)
    is_new = find_own(own, contact.incarnations) is None
    return (
        state.epoch != contact.epoch
        or contact.count < state.cursor
        or is_behind(own, contact.incarnations)
        or (is_new and confirmed > 0)
    )


def resend_all(store: Records, kiosk_id: UUID, contact: CentralAnswer) -> int:
    """Put every row of this machine into the outbox again, and pull all next time.

    In small transactions; a cut on the way lets the next contact begin anew. Rows that the centre
    still has are sent in vain, which is cheap and harmless. Returns how many were put there.
    """
    with store.write() as transaction:
        outbox.doubt_confirmations(transaction)
        pulled_rows.forget_central(transaction, kiosk_id)
    count = sum(_all_of(store, kind, kiosk_id) for kind in _KINDS)
    with store.write() as transaction:
        pulled_rows.set_epoch(transaction, kiosk_id, contact.epoch)
    return count


def _all_of(store: Records, kind: type[Row], kiosk_id: UUID) -> int:
    count, after = 0, None
    while True:
        with store.read() as transaction:
            ids = outbox.unqueued_ids(transaction, kind, kiosk_id, after)
        if not ids:
            return count
        with store.write() as transaction:
            count += outbox.enqueue(transaction, kind, ids)
        after = ids[-1]
