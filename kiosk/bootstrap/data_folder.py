"""Which database stands behind a data folder: its own file, or for a desk machine the centre."""

from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap import DATABASE
from kiosk.errors import SetupError, StoreError

if TYPE_CHECKING:
    from kiosk.devices.clock import Clock
    from kiosk.records.central.link import CentralLink
    from kiosk.records.database.store import Records
    from kiosk.usecases.site import SiteInfo


_ELSEWHERE: Final = (
    "This kiosk belongs to a centre, so staff work at a desk machine; make one with"
    " `kiosk central enrol NAME --desk`."
)
_IS_A_DESK: Final = "This is a desk machine of a centre; {}."
_UNKNOWN: Final = (
    "The centre does not know this desk machine any more; empty it with `kiosk central reset` and"
    " enrol it again with `kiosk central enrol NAME --desk`."
)


def find_link(folder: Path) -> "CentralLink | None":
    """Read a machine's link; None where it has no centre, SetupError where it cannot be read."""
    # Imported here: most machines have none.
    from kiosk.records.central.link import read_link
    from kiosk.records.database.opening import LINK_FILE

    return read_link(folder) if (folder / LINK_FILE).exists() else None


def open_central(link: "CentralLink", clock: "Clock") -> "tuple[Records, SiteInfo]":
    """Open the centre for a desk machine and tell it that the desk is here.

    Raises StoreAway where it cannot be reached, StoreDiffers where versions do not go together,
    SetupError where this machine is known there no more.
    """
    from importlib.metadata import version

    from kiosk.records.central.store import CentralStore
    from kiosk.usecases.central.contact import check_central, report_contact
    from kiosk.usecases.site import load_site

    store = CentralStore(link.address, link.site_id)
    try:
        check_central(store)
        try:
            site = load_site(store)
        except SetupError:
            raise SetupError(_UNKNOWN) from None
        report_contact(store, clock, site, version("kiosk"))
    except BaseException:
        store.close()
        raise
    return store, site


def refuse_staff_work(folder: Path) -> None:
    """Raise SetupError on a kiosk with a centre, where nobody works but visitors."""
    link = find_link(folder)
    if link is not None and link.kind == "kiosk":
        raise SetupError(_ELSEWHERE)


def refuse_on_desk(folder: Path, instead: str) -> None:
    """Raise SetupError on a desk machine; `instead` says what to do, without a full stop."""
    # A kiosk's own file is enough for it to work, whatever has become of its link.
    link = None if (folder / DATABASE).exists() else find_link(folder)
    if link is not None and link.kind != "kiosk":
        raise SetupError(_IS_A_DESK.format(instead))


ASK_SECONDS: Final = 3.0
_SILENT: Final = "The centre does not answer; its address may be wrong, or the way there is shut."


@dataclass(frozen=True, slots=True)
class CentralReply:
    """Whether the centre answered."""

    problem: str | None
    """One sentence; None where it answered as it should."""
    offset_ms: int | None = None
    """Its clock minus this one; None where it did not answer."""


def ask_central(link: "CentralLink", clock: "Clock", seconds: float = ASK_SECONDS) -> CentralReply:
    """Ask the centre for its version and its time, and wait for at most so many seconds."""
    answers: list[CentralReply] = []
    # In a thread, for neither the look-up of a name nor a proxy on the way keeps to our time.
    asking = Thread(target=lambda: answers.append(_ask(link, clock, seconds)), daemon=True)
    asking.start()
    asking.join(seconds)
    return answers[0] if answers else CentralReply(_SILENT)


def _ask(link: "CentralLink", clock: "Clock", seconds: float) -> CentralReply:
    from kiosk.domain.clock_sync import SyncProblem, describe_sync_problem, read_clock
    from kiosk.records.central.connection import central_engine, translated, watched
    from kiosk.records.central.owner import read_clock_and_terms
    from kiosk.sync.remote import version_problem

    engine = central_engine(link.address)
    try:
        with translated(), engine.connect() as connection, watched(connection, seconds):
            asked = clock.now()
            told = read_clock_and_terms(connection)
            answered = clock.now()
    except StoreError as error:
        return CentralReply(str(error))
    finally:
        engine.dispose()
    if told is None:
        return CentralReply(describe_sync_problem(SyncProblem.OLDER_CENTRAL))
    at, terms = told
    problem = version_problem(terms)
    if problem is not None:
        return CentralReply(describe_sync_problem(problem))
    reading = read_clock(asked, answered, at)
    return CentralReply(None, None if reading is None else reading.offset_ms)
