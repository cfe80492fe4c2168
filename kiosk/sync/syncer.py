"""A kiosk's side of the sync: rounds of report, push and pull with the centre."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from kiosk.devices.clock import Clock
from kiosk.domain.central.incarnations import (
    OwnIncarnation,
    PushMark,
    find_own,
    has_twin,
    is_taken,
    next_number,
)
from kiosk.domain.clock_sync import (
    SyncProblem,
    better_offset,
    describe_sync_problem,
    read_clock,
    retry_wait,
)
from kiosk.errors import StoreBusy, StoreError, StoreRefused
from kiosk.records import outbox, pulled_rows
from kiosk.records import site as site_rows
from kiosk.records.database.lock import lock_folder
from kiosk.records.database.store import Records
from kiosk.records.pulled_rows import ContactState, wipe_some
from kiosk.sync.pull import pull_changes
from kiosk.sync.push import Pusher, has_lost_something, resend_all
from kiosk.sync.remote import (
    CENTRAL_ERRORS,
    CentralAnswer,
    Heartbeat,
    Remote,
    is_shut_out,
    problem_of,
    version_problem,
)
from kiosk.usecases.central.contact import ProgramInfo
from kiosk.usecases.site import SiteInfo

LOCK: Final = "sync.lock"
POLL_SECONDS: Final = 0.5
"""Between two polls of the outbox; a desk shows a fact within 2 s."""
QUIET_SECONDS: Final = 30.0
"""The longest time between two contacts that go well."""
_HELD: Final = StoreBusy("Another program on this machine is sending just now; try again soon.")
_log = logging.getLogger("kiosk.sync")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round has done, and what is left."""

    sent: int
    parked: int
    """How many rows are parked now, refused by the centre."""
    pulled: int
    pending: int
    """How many rows wait now."""
    problem: SyncProblem | None
    """Why not all could be done; None where it was."""


@dataclass(slots=True)
class _Done:
    """What a round has done so far, whatever stops it."""

    sent: int = 0
    pulled: int = 0
    reported: tuple[int, int] = (-1, -1)
    """Pending and parked, as last reported."""
    contact_at: datetime | None = None
    """When the centre last answered."""
    offset_ms: int | None = None
    """The centre's clock minus this one, as far as it is known."""
    twin_at: datetime | None = None
    """When it was last heard that another folder of this machine runs; None where none does."""


class Syncer:
    """A kiosk's side of the talk with its centre; rounds come from one thread at a time."""

    def __init__(
        self,
        store: Records,
        remote: Remote,
        clock: Clock,
        site: SiteInfo,
        about: Callable[[], ProgramInfo],
    ) -> None:
        self._store = store
        self._remote = remote
        self._clock = clock
        self._site = site
        self._about = about
        self._pusher = Pusher(store, remote, clock)

    def round(self) -> Round:
        """Report, push and pull once; what the centre cannot do now is the answer's `problem`.

        Raises StoreError where this machine's own file is damaged or cannot be written.
        """
        before = self._state()
        done = _Done(offset_ms=before.clock_offset_ms)
        try:
            problem = self._meet(done)
        except CENTRAL_ERRORS as fault:
            problem = problem_of(fault)
        self._note(done, before, problem)
        pending, parked = self._counts()
        return Round(done.sent, parked, done.pulled, pending, problem)

    def newest(self) -> int:
        """Return the highest `seq` that waits, 0 where none does; new rows raise it."""
        with self._store.read() as transaction:
            return outbox.newest_seq(transaction)

    def close(self) -> None:
        """Let the connection go; another round makes a new one."""
        self._remote.close()

    def _meet(self, done: _Done) -> SyncProblem | None:
        contact = self._contact(done)
        if old := version_problem(contact.terms):
            return old
        if is_taken(self._own(), contact.incarnations):
            self._begin_incarnation(contact)
            contact = self._contact(done)
            if is_taken(self._own(), contact.incarnations):
                return SyncProblem.AWAY
        if has_lost_something(self._store, self._site.kiosk_id, contact):
            resend_all(self._store, self._site.kiosk_id, contact)
        there = find_own(self._own(), contact.incarnations)
        pushed = self._pusher.push(PushMark() if there is None else there.mark)
        done.sent, fault = pushed.sent, pushed.fault
        if contact.revoked_at is not None:
            self._leave(done)
            return SyncProblem.REVOKED
        if fault is not None and not _is_about_rows(fault):
            return problem_of(fault)
        if done.sent or self._counts() != done.reported:
            # Once more before the pull, so that what was just sent counts as known to be there.
            contact = self._contact(done)
            lost = has_lost_something(self._store, self._site.kiosk_id, contact)
            if lost or is_taken(self._own(), contact.incarnations):
                return SyncProblem.AWAY
        ids = self._site.site_id, self._site.kiosk_id
        done.pulled = pull_changes(self._store, self._remote, *ids, contact).rows
        self._open_again()
        return problem_of(fault) if fault else None

    def _contact(self, done: _Done, wiped_at: datetime | None = None) -> CentralAnswer:
        """Report this machine's state, and measure its clock by the answer."""
        program, (pending, parked) = self._about(), self._counts()
        with self._store.read() as transaction:
            since = outbox.waiting_since(transaction)
        own = self._own()
        asked = self._clock.now()
        contact = self._remote.contact(
            Heartbeat(
                asked,
                done.offset_ms,
                pending,
                parked,
                program.version,
                program.helplines_review_by,
                waiting_since=since,
                wiped_at=wiped_at,
            ),
            own,
        )
        answered = self._clock.now()
        reading = read_clock(asked, answered, contact.now)
        if reading is not None:
            done.offset_ms = better_offset(done.offset_ms, reading)
        done.contact_at, done.reported = answered, (pending, parked)
        done.twin_at = answered if has_twin(own, contact.incarnations, contact.now) else None
        return contact

    def _begin_incarnation(self, contact: CentralAnswer) -> None:
        """Go on under new numbers: another folder of this machine has pushed under the old ones."""
        own = self._own()
        there = find_own(own, contact.incarnations)
        with self._store.write() as transaction:
            pulled_rows.begin_incarnation(
                transaction,
                self._site.kiosk_id,
                next_number(own, contact.incarnations),
                0 if there is None else there.upto,
                self._clock.now(),
            )

    def _leave(self, done: _Done) -> None:
        """Close a revoked machine to visitors and drop what it had pulled; facts stay."""
        kiosk_id = self._site.kiosk_id
        with self._store.write() as transaction:
            site_rows.set_out_of_order(
                transaction, kiosk_id, describe_sync_problem(SyncProblem.REVOKED)
            )
            pulled_rows.set_cursor(transaction, kiosk_id, pulled_rows.PULL_ALL)
        wiped = False
        while self._wipe_some():
            wiped = True
        if wiped:
            # Else the bytes of what was deleted stay in the write-ahead log.
            self._store.checkpoint()
        self._contact(done, self._clock.now())

    def _wipe_some(self) -> bool:
        with self._store.write() as transaction:
            return wipe_some(transaction) > 0

    def _open_again(self) -> None:
        """Open a machine whose revocation was taken back."""
        if self._state().out_of_order == describe_sync_problem(SyncProblem.REVOKED):
            with self._store.write() as transaction:
                site_rows.set_out_of_order(transaction, self._site.kiosk_id, None)

    def _note(self, done: _Done, before: ContactState, problem: SyncProblem | None) -> None:
        """Keep how the round went, in one write: each makes a visitor's own wait for the disk."""
        kiosk_id, code = self._site.kiosk_id, problem.value if problem else None
        if done.contact_at is None and before.problem == code:
            return
        with self._store.write() as transaction:
            pulled_rows.set_problem(transaction, kiosk_id, code)
            if done.contact_at is not None:
                pulled_rows.set_contact(
                    transaction, kiosk_id, done.contact_at, done.offset_ms, done.twin_at
                )

    def _state(self) -> ContactState:
        with self._store.read() as transaction:
            return pulled_rows.read_state(transaction, self._site.kiosk_id)

    def _own(self) -> OwnIncarnation:
        with self._store.read() as transaction:
            return pulled_rows.read_incarnation(transaction, self._site.kiosk_id)

    def _counts(self) -> tuple[int, int]:
        """Return how many rows wait and how many are parked."""
        with self._store.read() as transaction:
            return outbox.count_pending(transaction), outbox.count_parked(transaction)


def sync_until(
    syncer: Syncer,
    stop: threading.Event,
    folder: Path,
    heard: Callable[[Round], object] = lambda _: None,
    wake: threading.Event | None = None,
) -> None:
    """Do rounds until `stop` is set; never raises.

    `heard` is called with each round, from this thread. `wake` asks for a round at once.
    """
    called, failures = wake or threading.Event(), 0
    while not stop.is_set():
        called.clear()
        done = _try(syncer, folder, heard)
        went_well = done is not None and done.problem is None
        failures = 0 if went_well else failures + 1
        if went_well:
            _wait_for_news(syncer, stop, called)
        else:
            stop.wait(retry_wait(failures, random.random()).total_seconds())
    syncer.close()


def locked_round(syncer: Syncer, folder: Path) -> Round:
    """Do one round while no other program works on this folder; StoreBusy where one does."""
    try:
        lock = lock_folder(folder, LOCK)
    except StoreBusy:
        raise StoreBusy(str(_HELD)) from None
    with lock:
        return syncer.round()


def _is_about_rows(fault: StoreError) -> bool:
    """Return whether the centre refuses what is sent but would still answer."""
    return isinstance(fault, StoreRefused) and not is_shut_out(fault)


def _try(syncer: Syncer, folder: Path, heard: Callable[[Round], object]) -> Round | None:
    try:
        done = locked_round(syncer, folder)
        heard(done)
    except StoreBusy:
        return None
    # Whatever it is, the visitor's side goes on and the next round comes; values are not logged.
    except Exception as error:  # noqa: BLE001 - the sync loop is one of three doors
        _log_place(error)
        return None
    return done


def _wait_for_news(syncer: Syncer, stop: threading.Event, called: threading.Event) -> None:
    """Wait for a new fact, a call or the end, but not for ever."""
    until = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < until and not called.is_set() and not stop.wait(POLL_SECONDS):
        try:
            if syncer.newest():
                return
        except StoreBusy:
            continue
        # A broken file shows in the round itself.
        except Exception as error:  # noqa: BLE001 - the sync loop is one of three doors
            _log_place(error)
            return


def _log_place(error: BaseException) -> None:
    """Log the type and the place of an error, and nothing of its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    _log.error("a round ended by %s at %s", type(error).__name__, place)
