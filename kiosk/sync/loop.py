"""Rounds with the centre as long as the kiosk runs: soon after a new fact, else now and then."""

import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.domain.backoff import retry_wait
from kiosk.errors import StoreBusy
from kiosk.records.lock import lock_folder
from kiosk.sync.syncer import Round, Syncer

LOCK: Final = "sync.lock"
LOOK_SECONDS: Final = 0.5
"""How often the outbox is looked at; a desk shows a fact within 2 s."""
QUIET_SECONDS: Final = 30.0
"""The longest time between two contacts that go well."""
_HELD: Final = StoreBusy("Another program on this machine is sending just now; try again soon.")
_log = logging.getLogger("kiosk.sync")


def locked_round(syncer: Syncer, folder: Path) -> Round:
    """Do one round while no other program works on this folder; StoreBusy where one does."""
    try:
        lock = lock_folder(folder, LOCK)
    except StoreBusy:
        raise StoreBusy(str(_HELD)) from None
    with lock:
        return syncer.round()


def run(
    syncer: Syncer,
    stop: threading.Event,
    folder: Path,
    heard: Callable[[Round], object] = lambda _: None,
    wake: threading.Event | None = None,
) -> None:
    """Do rounds until `stop` is set; never raises.

    `heard` is told of each round, from this thread. `wake` asks for a round at once.
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
    while time.monotonic() < until and not called.is_set() and not stop.wait(LOOK_SECONDS):
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
    """Log what kind of error it was and where, and nothing that it says."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    _log.error("a round ended by %s at %s", type(error).__name__, place)
