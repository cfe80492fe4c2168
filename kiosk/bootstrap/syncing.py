"""Joins a data folder with its centre: the sync beside the screens, and a first question to it."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap.data_folder import has_central
from kiosk.errors import KioskError, SetupError, StoreBusy, StoreError

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.devices.clock import Clock
    from kiosk.records.central.link import CentralLink
    from kiosk.records.database.store import Store
    from kiosk.sync.syncer import Round, Syncer


_log = logging.getLogger("kiosk.sync")
_QUIET_SECONDS: Final = 1.5
"""How long the sync lets the first screens have the machine to themselves: its imports alone take
0.2 s of a processor."""
_LINK_SECONDS: Final = 60.0
"""How often a link that could not be read is read again."""
_END_SECONDS: Final = 1.0
"""How long the end of the program waits for the sync; what is under way then is sent again."""
_PATIENCE_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.2
ASK_SECONDS: Final = 3.0
_SILENT: Final = "The centre does not answer; its address may be wrong, or the way there is shut."


@dataclass(frozen=True, slots=True)
class CentralReply:
    """Whether the centre answered."""

    problem: str | None
    """One sentence; None where it answered as it should."""
    offset_ms: int | None = None
    """Its clock minus this one; None where it did not answer."""


def start_sync(kiosk: "Kiosk", opened: ExitStack) -> None:
    """Begin to sync beside the screens, where there is a centre; `opened` ends it."""
    if has_central(kiosk.folder):
        beside = _SyncThread(kiosk)
        beside.start()
        opened.callback(beside.end)


class _SyncThread:
    """The sync in a thread of its own, which no visitor waits for."""

    def __init__(self, kiosk: "Kiosk") -> None:
        self._kiosk = kiosk
        self._stop = Event()
        self._thread = Thread(target=self._work, name="sync", daemon=True)

    def start(self) -> None:
        """Begin; harmless where the centre is away."""
        self._thread.start()

    def end(self) -> None:
        """Stop before the store is closed; a centre that does not answer is not waited for."""
        self._stop.set()
        self._thread.join(_END_SECONDS)

    def _work(self) -> None:
        link = self._wait_for_link()
        if link is not None and not self._stop.wait(_QUIET_SECONDS):
            keep_syncing(self._kiosk, link, self._stop)

    def _wait_for_link(self) -> "CentralLink | None":
        """Return the link once it can be read; None where the end comes first."""
        said = False
        while True:
            try:
                return kiosk_link(self._kiosk.folder)
            except KioskError as error:
                # The kiosk works on alone; doctor says why.
                if not said:
                    _log.error("the sync has not begun: %s", type(error).__name__)
                said = True
            if self._stop.wait(_LINK_SECONDS):
                return None


def sync_once(kiosk: "Kiosk", link: "CentralLink") -> "Round":
    """Send and pull all once; StoreBusy where another program does nothing else for long."""
    from kiosk.sync.syncer import locked_round

    syncer, until = open_syncer(kiosk, link), time.monotonic() + _PATIENCE_SECONDS
    try:
        while True:
            try:
                done = locked_round(syncer, kiosk.folder)
                break
            except StoreBusy:
                if time.monotonic() > until:
                    raise
                time.sleep(_POLL_SECONDS)
    finally:
        syncer.close()
    _delete_sent_files(kiosk, done)
    return done


def keep_syncing(
    kiosk: "Kiosk",
    link: "CentralLink",
    stop: Event,
    heard: "Callable[[Round], object]" = lambda _: None,
) -> None:
    """Make rounds until `stop`; `heard` is called with each."""
    from kiosk.sync.syncer import sync_until

    def after(done: "Round") -> None:
        _delete_sent_files(kiosk, done)
        heard(done)

    sync_until(open_syncer(kiosk, link), stop, kiosk.folder, after)


def open_syncer(kiosk: "Kiosk", link: "CentralLink") -> "Syncer":
    """Return what makes a machine's rounds; it connects at the first one."""
    from importlib.metadata import version

    from kiosk.sync.postgres import PostgresRemote
    from kiosk.sync.syncer import Syncer
    from kiosk.usecases.central.contact import program_info

    site, store = kiosk.site, own_file(kiosk)
    remote = PostgresRemote(link.address, site.site_id, site.kiosk_id)
    about = partial(program_info, store, kiosk.clock, site, version("kiosk"))
    return Syncer(store, remote, kiosk.clock, site, about)


def own_file(kiosk: "Kiosk") -> "Store":
    """Return the database file of a machine that sends facts."""
    from kiosk.records.database.store import Store

    if not isinstance(kiosk.store, Store):
        raise no_central_error()
    return kiosk.store


def ask_central(link: "CentralLink", clock: "Clock", seconds: float = ASK_SECONDS) -> CentralReply:
    """Ask the centre for its version and its time, and wait for at most so many seconds."""
    answers: list[CentralReply] = []
    # In a thread, for neither the look-up of a name nor a proxy on the way keeps to our time.
    asking = Thread(target=lambda: answers.append(_ask(link, clock, seconds)), daemon=True)
    asking.start()
    asking.join(seconds)
    return answers[0] if answers else CentralReply(_SILENT)


def kiosk_link(folder: Path) -> "CentralLink":
    """Return the link of a machine that sends facts; SetupError with one sentence for others."""
    from kiosk.records.central.link import read_link

    link = read_link(folder)
    if link is None:
        raise no_central_error()
    if link.kind != "kiosk":
        raise SetupError(
            "This is a desk machine: it works on the centre itself, and nothing has to be sent."
        )
    return link


def no_central_error() -> SetupError:
    """Make the error of a folder without a centre."""
    return SetupError(
        "This clinic has no centre, so nothing has to be sent; `kiosk central init` makes one."
    )


def _delete_sent_files(kiosk: "Kiosk", done: "Round") -> None:
    """Drop the files that upgrades have left, once the centre has all that is in them."""
    if done.problem is None and done.pending == done.parked == 0:
        from kiosk.records.outbox import delete_unsent_files

        delete_unsent_files(kiosk.folder)


def _ask(link: "CentralLink", clock: "Clock", seconds: float) -> CentralReply:
    from kiosk.domain.clock_sync import SyncProblem, describe_sync_problem, read_clock
    from kiosk.records.central.connection import central_engine, translated, watched
    from kiosk.records.central.owner import read_clock_and_terms
    from kiosk.sync.remote import version_problem

    engine = central_engine(link.address)
    try:
        with translated(), engine.connect() as connection, watched(connection, seconds):
            asked = clock.now()
            answer = read_clock_and_terms(connection)
            answered = clock.now()
    except StoreError as error:
        return CentralReply(str(error))
    finally:
        engine.dispose()
    if answer is None:
        return CentralReply(describe_sync_problem(SyncProblem.OLDER_CENTRAL))
    at, terms = answer
    problem = version_problem(terms)
    if problem is not None:
        return CentralReply(describe_sync_problem(problem))
    reading = read_clock(asked, answered, at)
    return CentralReply(None, None if reading is None else reading.offset_ms)
