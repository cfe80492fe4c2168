"""The rounds of `kiosk sync`, told on this terminal."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap import syncing
from kiosk.cli.exports import progress
from kiosk.cli.output import write
from kiosk.cli.usage import NotDone
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from kiosk.records.central.link import Link
    from kiosk.sync.syncer import Round

_LOOK_SECONDS: Final = 0.25
_BACKLOG: Final = 500
"""Records that are worth a bar."""
_STANDS: Final = 20
"""Looks after which a number that does not get smaller stands."""
_DONE: Final = "Everything is sent and pulled."


def once(kiosk: "Kiosk", link: "Link") -> None:
    """Make one round; NotDone with one sentence where anything is left to send or to pull."""
    from kiosk.domain.syncing import sentence

    with _bar_beside(kiosk):
        done = syncing.one_round(kiosk, link)
    pending, parked = _left(kiosk)
    if done.problem is not None:
        raise NotDone(sentence(done.problem, pending))
    if pending or parked:
        raise NotDone(_still(pending, parked))
    write(f"{_DONE} Sent: {done.sent:,}, pulled: {done.pulled:,}.")


def until_ended(kiosk: "Kiosk", link: "Link") -> None:
    """Make rounds until Ctrl+C or the end of the service; one line for each change.

    It may be ended at any point: what the centre has not confirmed is sent again.
    """
    write("Sending and pulling; Ctrl+C ends it.")
    sys.stdout.flush()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt), _bar_beside(kiosk):
            syncing.keep_syncing(kiosk, link, Event(), _Told(kiosk).hear)
    finally:
        signal.signal(signal.SIGTERM, before)


class _Told:
    """Says each change of state in one line."""

    def __init__(self, kiosk: "Kiosk") -> None:
        self._kiosk = kiosk
        self._last = ""

    def hear(self, done: "Round") -> None:
        """Tell how a round went, where it differs from the one before."""
        from kiosk.domain.syncing import sentence

        pending, parked = _left(self._kiosk)
        if done.problem is not None:
            state, words = str(done.problem), sentence(done.problem, pending)
        elif pending or parked:
            state, words = f"{bool(pending)} {parked}", _still(pending, parked)
        else:
            state = words = _DONE
        if state != self._last:
            self._last = state
            at = self._kiosk.clock.now().astimezone(self._kiosk.site.zone)
            write(f"{at:%H:%M:%S}  {words}")
            sys.stdout.flush()


@contextmanager
def _bar_beside(kiosk: "Kiosk") -> Iterator[None]:
    """Show a bar on a terminal whenever many records wait and are getting fewer."""
    ended = Event()
    looking = Thread(target=_look, args=(kiosk, ended), daemon=True)
    if sys.stderr.isatty():
        looking.start()
    try:
        yield
    finally:
        ended.set()
        if looking.ident is not None:
            looking.join()


def _look(kiosk: "Kiosk", ended: Event) -> None:
    with suppress(KioskError):
        before, _ = _left(kiosk)
        while not ended.wait(_LOOK_SECONDS):
            left, _ = _left(kiosk)
            if _BACKLOG < left < before:
                with progress("Sending") as tell:
                    left = _follow(kiosk, ended, before, tell)
            before = left


def _follow(kiosk: "Kiosk", ended: Event, most: int, tell: Callable[[int, int], None]) -> int:
    """Tell how much of `most` is sent while it gets less; give what is left."""
    before, stood = most, 0
    while not ended.wait(_LOOK_SECONDS) and before and stood < _STANDS:
        left, _ = _left(kiosk)
        stood = 0 if left < before else stood + 1
        before = left
        tell(max(0, most - left), most)
    return before


def _left(kiosk: "Kiosk") -> tuple[int, int]:
    """Count what waits and what is set aside."""
    from kiosk.records import outbox

    with kiosk.store.read() as transaction:
        return outbox.pending(transaction), outbox.parked(transaction)


def _still(pending: int, parked: int) -> str:
    """Say what is left though nothing went wrong on the way."""
    waits = "1 record waits" if pending == 1 else f"{pending:,} records wait"
    aside = "1 is set aside" if parked == 1 else f"{parked:,} are set aside"
    if not parked:
        return f"{waits} here still; try again in a minute."
    words = f"{waits} here and {aside}" if pending else f"Of all records {aside}"
    return f"{words}; see `kiosk sync parked list`."
