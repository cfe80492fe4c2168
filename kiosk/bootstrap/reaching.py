"""A quick look whether a machine's centre answers, for whoever stands before the machine."""

from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Final

from kiosk.errors import StoreError

if TYPE_CHECKING:
    from kiosk.devices.clock import Clock
    from kiosk.records.central.link import Link

LOOK_SECONDS: Final = 3.0
_SILENT: Final = "The centre does not answer; its address may be wrong, or the way there is shut."


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether the centre answered."""

    problem: str | None
    """One sentence; None where it answered as it should."""
    offset_ms: int | None = None
    """Its clock minus this one; None where it did not answer."""


def reach(link: "Link", clock: "Clock", seconds: float = LOOK_SECONDS) -> Reached:
    """Ask the centre for its version and its time, and wait for at most so many seconds."""
    answers: list[Reached] = []
    # In a thread, for neither the look-up of a name nor a proxy on the way keeps to our time.
    asking = Thread(target=lambda: answers.append(_ask(link, clock, seconds)), daemon=True)
    asking.start()
    asking.join(seconds)
    return answers[0] if answers else Reached(_SILENT)


def _ask(link: "Link", clock: "Clock", seconds: float) -> Reached:
    from kiosk.domain.syncing import SyncProblem, read_clock, sentence
    from kiosk.records.central.engine import central_engine
    from kiosk.records.central.faults import translated
    from kiosk.records.central.sites import clock_and_terms
    from kiosk.records.central.watchdog import watched
    from kiosk.sync.contracts import version_problem

    engine = central_engine(link.address)
    try:
        with translated(), engine.connect() as connection, watched(connection, seconds):
            asked = clock.now()
            told = clock_and_terms(connection)
            answered = clock.now()
    except StoreError as error:
        return Reached(str(error))
    finally:
        engine.dispose()
    if told is None:
        return Reached(sentence(SyncProblem.OLDER_CENTRE))
    at, terms = told
    problem = version_problem(terms)
    if problem is not None:
        return Reached(sentence(problem))
    reading = read_clock(asked, answered, at)
    return Reached(None, None if reading is None else reading.offset_ms)
